# Everything you do with the checkout; `make` alone lists it.

CARGO ?= cargo
# More options for `make run` and `make demo`, for example ARGS=--lan
ARGS ?=
# What `make bench` measures, and how often; ROUNDS=3 is quick
STEPS ?= codec peers quality service rates
ROUNDS ?= 9
# How long `make fuzz` stays at each target
export MINUTES ?= 10
BIN := target/release/boothline

ifdef CARGO_TARGET_DIR
BIN := $(CARGO_TARGET_DIR)/release/boothline
endif

.DEFAULT_GOAL := help
.PHONY: help setup run demo sim test fuzz bench lint build release looks

help: ## List what can be made
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-9s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: ## Check that Rust, git and a C compiler are there; as root, install what is missing
	@backend/scripts/setup

run: build ## Build and start the booth; ARGS=--lan opens it to the venue's network
	@$(BIN) serve $(ARGS)

demo: build ## Walk sample photos through a service of its own; pictures go to demo-out/
	@$(BIN) demo $(ARGS)

sim: setup ## Run a simulated Google Drive for kiosk developers; ARGS=--help lists its options
	@$(CARGO) run --package boothline-drive-sim --bin drive-sim -- --credentials data/sim $(ARGS)

test: setup ## Run every test, with a PostgreSQL and a Chromium of its own
	@backend/scripts/ensure-chromium
	@backend/scripts/ensure-ffmpeg
	@backend/scripts/ensure-google-client >/dev/null
	@backend/scripts/with-postgres $(CARGO) test --workspace --no-fail-fast

fuzz: setup ## Feed random bytes to all that reads bytes, MINUTES=10 for each target; TARGETS="probe photo" for some
	@backend/scripts/fuzz $(TARGETS)

lint: setup ## Check formatting and lints, as CI does
	$(CARGO) fmt --all --check
	$(CARGO) clippy --workspace --all-targets -- -D warnings

bench: setup ## Measure us beside sharp and Pillow; STEPS="codec peers quality service rates" ROUNDS=9
	@ROUNDS="$(ROUNDS)" backend/scripts/bench $(STEPS)

build: setup ## Build target/release/boothline
	@$(CARGO) build --release --bin boothline

release: build ## Pack the program, its licences and .env.example into target/dist/
	@backend/scripts/pack $(BIN)

looks: setup ## Write all looks and a contact sheet into target/looks/; ARGS="--photos DIR" adds yours
	@$(CARGO) run --release -p boothline-imaging --example looks -- target/looks $(ARGS)
