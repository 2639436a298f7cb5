//! Who may call what, on a network and on this machine alone.

use anyhow::{Context as _, Result};
use serde_json::json;

use crate::booth::{Answer, Booth, Client, Engine, photo};

const BOOTH_KEY: &str = "the-key-of-the-booth-0123456789";
const OPERATOR_TOKEN: &str = "the-token-of-the-operator-0123456789";

/// Listens on every address of this machine, as at a venue.
const VENUE: [(&str, &str); 4] = [
    ("BIND_ADDR", "0.0.0.0:{port}"),
    ("API_BASE_URL", "http://127.0.0.1:{port}"),
    ("BOOTH_KEY", BOOTH_KEY),
    ("OPERATOR_TOKEN", OPERATOR_TOKEN),
];

struct Venue {
    booth: Booth,
    nobody: Client,
    kiosk: Client,
    operator: Client,
}

impl Venue {
    fn open(engine: Engine, settings: &[(&str, &str)]) -> Result<Self> {
        let all: Vec<_> = VENUE.iter().chain(settings).copied().collect();
        let booth = Booth::open_with(engine, &all)?;
        Ok(Self {
            nobody: booth.client(),
            kiosk: booth.client().with("X-Booth-Key", BOOTH_KEY),
            operator: booth
                .client()
                .with("Authorization", &format!("Bearer {OPERATOR_TOKEN}")),
            booth,
        })
    }
}

const KIOSK_CALLS: [(&str, &str); 13] = [
    ("POST", "/api/v1/sessions/start"),
    ("GET", "/api/v1/sessions/1"),
    ("PATCH", "/api/v1/sessions/1/theme"),
    ("POST", "/api/v1/sessions/1/upload"),
    ("POST", "/api/v1/sessions/1/photos"),
    ("POST", "/api/v1/jobs"),
    ("GET", "/api/v1/jobs/1"),
    ("GET", "/api/v1/jobs/1/events"),
    ("GET", "/api/v1/themes"),
    ("GET", "/api/v1/gallery"),
    ("GET", "/api/v1/drive/status"),
    ("GET", "/api/v1/kiosk/config"),
    ("GET", "/api/v1/sessions/x"),
];

const OPERATOR_CALLS: [(&str, &str); 14] = [
    ("POST", "/api/v1/themes"),
    ("PATCH", "/api/v1/themes/portrait"),
    ("DELETE", "/api/v1/themes/nowhere"),
    ("GET", "/api/v1/themes/internal"),
    ("GET", "/api/v1/themes/internal/portrait"),
    ("POST", "/api/v1/settings/overlay"),
    ("GET", "/api/v1/jobs"),
    ("DELETE", "/api/v1/jobs/1"),
    ("POST", "/api/v1/jobs/1/retry"),
    ("GET", "/status"),
    ("GET", "/api/v1/status"),
    ("GET", "/metrics"),
    ("POST", "/api/v1/drive/sync-folder"),
    ("GET", "/api/v1/drive/status"),
];

const OPEN_CALLS: [(&str, &str); 7] = [
    ("GET", "/health"),
    ("GET", "/api/v1/health"),
    ("GET", "/ready"),
    ("GET", "/kiosk"),
    ("GET", "/console"),
    ("GET", "/api/v1/drive/qr?url=https%3A%2F%2Fhost%2F"),
    ("GET", "/static/themes/look-portrait.jpg"),
];

fn call(client: &Client, (method, path): (&str, &str)) -> Answer {
    let kind = (method != "GET").then_some("application/json");
    client.send(method, path, kind, b"{}".to_vec())
}

fn let_in(answer: &Answer) -> bool {
    !matches!(answer.status, 401 | 403 | 429)
}

pub(crate) fn each_call_opens_to_whom_it_is_for(engine: Engine) -> Result<()> {
    let venue = Venue::open(engine, &[])?;
    for wanted in KIOSK_CALLS {
        call(&venue.nobody, wanted).refused(401, "booth_key_missing");
        assert!(
            let_in(&call(&venue.kiosk, wanted)),
            "{wanted:?} with the booth key"
        );
        assert!(
            let_in(&call(&venue.operator, wanted)),
            "{wanted:?} with the operator's token"
        );
    }
    for wanted in OPERATOR_CALLS
        .into_iter()
        .filter(|wanted| !KIOSK_CALLS.contains(wanted))
    {
        for client in [&venue.nobody, &venue.kiosk] {
            let answer = call(client, wanted).refused(401, "operator_token_missing");
            assert_eq!(answer.header("www-authenticate"), Some("Bearer"), "{wanted:?}");
        }
        assert!(
            let_in(&call(&venue.operator, wanted)),
            "{wanted:?} with the operator's token"
        );
    }
    call(&venue.nobody, ("GET", "/api/v1/events")).refused(401, "operator_token_missing");
    call(&venue.kiosk, ("GET", "/api/v1/events")).refused(401, "operator_token_missing");
    venue.operator.listen("/api/v1/events")?;
    for wanted in OPEN_CALLS {
        assert_eq!(call(&venue.nobody, wanted).status, 200, "{wanted:?}");
    }
    Ok(())
}

pub(crate) fn wrong_keys_are_refused_and_then_slowed_down(engine: Engine) -> Result<()> {
    let venue = Venue::open(engine, &[("FAILED_KEYS_PER_MINUTE", "4")])?;
    let guess = venue.nobody.with("X-Booth-Key", "a-guess");
    for _ in 0..2 {
        guess.get("/api/v1/themes").refused(401, "booth_key_wrong");
    }
    let guess = venue.nobody.with("Authorization", "Bearer a-guess");
    for _ in 0..2 {
        guess.get("/api/v1/jobs").refused(401, "operator_token_wrong");
    }
    let slowed = venue.kiosk.with("X-Forwarded-For", "203.0.113.9");
    for client in [&guess, &venue.kiosk, &slowed] {
        let answer = client.get("/api/v1/themes").refused(429, "too_many_wrong_keys");
        let wait: u32 = answer
            .header("retry-after")
            .context("when to come back")?
            .parse()?;
        assert!((1..=60).contains(&wait), "{wait}");
    }
    assert_eq!(venue.nobody.get("/health").status, 200, "guests are not hit");
    let log = venue.booth.log();
    for secret in [BOOTH_KEY, OPERATOR_TOKEN, "a-guess"] {
        assert!(!log.contains(secret), "{log}");
    }
    Ok(())
}

pub(crate) fn guests_need_no_key(engine: Engine) -> Result<()> {
    let venue = Venue::open(engine, &[])?;
    let done = venue.kiosk.visit("portrait", &photo(1))?;
    for field in [
        "share_url",
        "qr_url",
        "download_link",
        "thumbnail_url",
        "result_url",
    ] {
        let address = done[field].as_str().context("an address")?;
        assert_eq!(venue.nobody.get(address).status, 200, "{field}");
    }
    let page = done["share_url"].as_str().context("an address")?;
    assert_eq!(venue.nobody.get(&format!("{page}/status")).status, 200);
    assert_eq!(venue.nobody.get(&format!("{page}/download")).status, 200);
    Ok(())
}

pub(crate) fn a_kiosk_without_keys_may_be_allowed(engine: Engine) -> Result<()> {
    let venue = Venue::open(engine, &[("KIOSK_AUTH", "off")])?;
    venue.nobody.visit("portrait", &photo(1))?;
    venue
        .nobody
        .get("/api/v1/jobs")
        .refused(401, "operator_token_missing");
    Ok(())
}

pub(crate) fn on_loopback_nobody_needs_a_key(engine: Engine) -> Result<()> {
    let booth = Booth::open(engine)?;
    for wanted in KIOSK_CALLS.into_iter().chain(OPERATOR_CALLS).chain(OPEN_CALLS) {
        assert!(let_in(&call(&booth.client(), wanted)), "{wanted:?}");
    }
    for _ in 0..30 {
        let wrong = booth.client().with("X-Booth-Key", "wrong");
        wrong.get("/api/v1/themes").expect(200);
    }
    Ok(())
}

pub(crate) fn pages_of_strangers_may_not_write(engine: Engine) -> Result<()> {
    let booth = Booth::open(engine)?;
    let port = booth.port();
    let start = |origin: &str| {
        let guest = json!({"name": "Ada", "email": "ada@example.org", "phone": ""});
        booth
            .client()
            .with("Origin", origin)
            .post("/api/v1/sessions/start", &guest)
    };
    for own in [
        format!("http://127.0.0.1:{port}"),
        "http://localhost:5173".to_owned(),
    ] {
        start(&own).expect(200);
    }
    for foreign in [
        "https://evil.example",
        "null",
        "http://127.0.0.1:1",
        "http://localhost:5173.evil.example",
    ] {
        start(foreign).refused(403, "origin_not_allowed");
        let client = booth.client().with("Origin", foreign);
        client
            .delete("/api/v1/themes/portrait")
            .refused(403, "origin_not_allowed");
    }
    Ok(())
}

pub(crate) fn names_that_are_not_ours_are_refused(engine: Engine) -> Result<()> {
    let booth = Booth::open(engine)?;
    let ask = |host: &str| {
        booth
            .raw(format!("GET /api/v1/jobs HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n").as_bytes())
    };
    for own in ["localhost", "127.0.0.1:8000", "[::1]"] {
        assert_eq!(ask(own)?, Some(200), "{own}");
    }
    for foreign in [
        "evil.example",
        "127.0.0.1.evil.example",
        "localhost.evil.example:80",
    ] {
        assert_eq!(ask(foreign)?, Some(403), "{foreign}");
    }
    Ok(())
}

pub(crate) fn who_comes_through_a_proxy_is_not_on_this_machine(engine: Engine) -> Result<()> {
    let public = [("PUBLIC_BASE_URL", "https://photos.example")];
    let booth = Booth::open_with(engine, &public)?;
    let host = |lines: &str| format!("GET /api/v1/jobs HTTP/1.1\r\n{lines}\r\nConnection: close\r\n\r\n");
    for lines in [
        "Host: photos.example",
        "Host: evil.example\r\nX-Forwarded-Host: localhost",
        "Host: evil.example\r\nForwarded: host=localhost",
        "Host: localhost\r\nX-Forwarded-For: 203.0.113.9",
    ] {
        assert_eq!(booth.raw(host(lines).as_bytes())?, Some(403), "{lines}");
    }
    Ok(())
}
