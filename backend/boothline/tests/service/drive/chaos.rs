//! Everything at once: faults of every kind at random, kills and restarts, and at the end the truth.

use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use boothline_drive_sim::{Fault, FaultKind, Operation, Options, Sim};
use serde_json::Value;

use super::Venue;
use crate::booth::{Engine, photo};

/// All pictures of an evening; each may be drawn from one of a few photos.
const JOBS: u64 = 200;
const PHOTOS: u64 = 5;
/// Requests in a second that the booth is allowed, and that it must not exceed.
const RATE: f64 = 40.0;
const KILL_EVERY: u64 = 25;
const DRAIN: Duration = Duration::from_secs(240);

/// Every kind of fault, each with its own dice.
fn arm(sim: &Sim, seed: u64) {
    let kinds = |operation: Operation| -> Vec<FaultKind> {
        let mut kinds = vec![
            FaultKind::CutBefore,
            FaultKind::CutAfter,
            FaultKind::status(503, "backendError"),
            FaultKind::status(403, "userRateLimitExceeded"),
            FaultKind::retry_after(429, "rateLimitExceeded", 1),
            FaultKind::html(502),
        ];
        match operation {
            Operation::CreateMultipart => kinds.extend([
                FaultKind::status_after_work(403, "userRateLimitExceeded"),
                FaultKind::status_after_work(500, "internalError"),
                FaultKind::WrongBytes,
            ]),
            Operation::SessionPut => kinds.extend([
                FaultKind::StorePart { bytes: Some(1000) },
                FaultKind::CutAfterPart { bytes: None },
                FaultKind::WrongBytes,
            ]),
            Operation::PermissionCreate => kinds.push(FaultKind::status(403, "sharingRateLimitExceeded")),
            _ => {}
        }
        kinds
    };
    let operations = [
        Operation::CreateMultipart,
        Operation::SessionStart,
        Operation::SessionPut,
        Operation::SessionQuery,
        Operation::Get,
        Operation::PermissionCreate,
        Operation::GenerateIds,
        Operation::About,
        Operation::Token,
    ];
    for (number, operation) in operations.into_iter().enumerate() {
        for (kind, fault) in kinds(operation).into_iter().enumerate() {
            let seed = seed + (number * 100 + kind) as u64;
            sim.faults()
                .add(Fault::on(operation, fault).with_probability(0.015, seed));
        }
    }
    let hang = FaultKind::Hang { seconds: 20.0 };
    sim.faults()
        .add(Fault::on(Operation::CreateMultipart, hang).with_probability(0.005, seed));
}

/// Whatever happens, each guest's link leads to their picture, once.
pub(crate) fn after_a_wild_evening_there_is_one_file_for_each_job(engine: Engine) -> Result<()> {
    let sim = Sim::start(Options {
        token_lifetime: Duration::from_secs(400),
        ..Options::default()
    })?;
    let rate = format!("{RATE:.0}");
    let settings = [
        ("DRIVE_REQUESTS_PER_SECOND", rate.as_str()),
        ("MAX_WAITING_JOBS", "1000"),
    ];
    let mut venue = Venue::open_at(sim, engine, &settings)?;
    arm(&venue.sim, 4711);
    let mut jobs: Vec<Value> = Vec::new();
    let mut sessions: Vec<i64> = Vec::new();
    for number in 0..JOBS {
        let kiosk = venue.booth.client();
        // A visit gives several pictures; the upload is not what is tested here.
        if number % 10 == 0 {
            sessions = (0..5)
                .map(|seed| kiosk.ready_session("portrait", &photo(seed % PHOTOS)))
                .collect();
        }
        let session = sessions[usize::try_from(number % 5)?];
        if let Some(earlier) = jobs.iter().rev().find(|job| job["session_id"] == session) {
            kiosk.done(earlier)?;
        }
        jobs.push(kiosk.order(session));
        if number % 60 == 40 {
            venue.sim.set_outage(true);
        }
        if number % 60 == 55 {
            venue.sim.set_outage(false);
        }
        if number % KILL_EVERY == KILL_EVERY - 1 {
            // At another moment each time: there is no signal to wait for.
            sleep(Duration::from_millis(number * 7 % 400));
            venue.booth.kill()?;
            venue.booth.start()?;
        }
    }
    venue.sim.set_outage(false);
    let begun = Instant::now();
    let mut calm = false;
    loop {
        let counts = venue.booth.client().get("/status").ok()["delivery"].clone();
        if counts["delivered"] == JOBS {
            break;
        }
        // Three quarters under fire, the rest shows that nothing is stuck.
        if !calm && counts["delivered"].as_u64().unwrap_or_default() > JOBS * 3 / 4 {
            let struck: u32 = venue
                .sim
                .faults()
                .remaining()
                .iter()
                .map(|(_, struck)| struck)
                .sum();
            ensure!(struck > 20, "an evening without trouble: {struck} faults");
            venue.sim.faults().clear();
            calm = true;
        }
        ensure!(
            begun.elapsed() < DRAIN,
            "not all delivered: {counts}\n{}",
            tail(&venue.booth.log())
        );
        sleep(Duration::from_millis(200));
    }
    let requests = venue.sim.snapshot();
    #[expect(clippy::cast_precision_loss, reason = "some hundred requests")]
    let busiest = requests.busiest_ten_seconds as f64;
    ensure!(
        busiest <= RATE * 10.0 + RATE,
        "faster than allowed: {busiest} requests in ten seconds"
    );
    venue
        .holds_exactly(&jobs)
        .with_context(|| tail(&venue.booth.log()))
}

fn tail(log: &str) -> String {
    let lines: Vec<&str> = log.lines().collect();
    lines[lines.len().saturating_sub(60)..].join("\n")
}
