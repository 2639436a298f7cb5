//! Exactly once: one file for each job, whatever happens on the way.

use std::thread::sleep;
use std::time::Duration;

use anyhow::{Result, ensure};
use boothline_drive_sim::{Fault, FaultKind, Operation};
use serde_json::Value;

use super::Venue;
use crate::booth::{Engine, Form, photo};

/// Each fault of an upload that may or may not have done its work, one job for each.
pub(crate) fn a_doubtful_upload_ends_in_one_file(engine: Engine) -> Result<()> {
    let venue = Venue::open(engine)?;
    let kiosk = venue.booth.client();
    let upload = Operation::CreateMultipart;
    let share = Operation::PermissionCreate;
    let faults = [
        (upload, FaultKind::CutBefore),
        (upload, FaultKind::CutAfter),
        (upload, FaultKind::status(503, "backendError")),
        (upload, FaultKind::status_after_work(503, "backendError")),
        (upload, FaultKind::status_after_work(403, "userRateLimitExceeded")),
        (upload, FaultKind::html(502)),
        (upload, FaultKind::HangAfter { seconds: 30.0 }),
        (upload, FaultKind::WrongBytes),
        (share, FaultKind::CutAfter),
        (share, FaultKind::status(403, "sharingRateLimitExceeded")),
        (share, FaultKind::status(500, "internalError")),
        (Operation::Get, FaultKind::CutBefore),
    ];
    let mut jobs = Vec::new();
    for (seed, (operation, kind)) in faults.into_iter().enumerate() {
        venue.sim.faults().add(Fault::on(operation, kind).times(1));
        let seed = seed as u64;
        jobs.push(kiosk.visit("portrait", &photo(seed))?);
        venue.delivered(&jobs[jobs.len() - 1])?;
    }
    venue.holds_exactly(&jobs)
}

pub(crate) fn large_files_go_on_where_the_server_says(engine: Engine) -> Result<()> {
    // The full result is larger than what goes in one request with this limit.
    let venue = Venue::open_with(engine, &[("DRIVE_UPLOAD_SOURCE", "compressed")])?;
    let kiosk = venue.booth.client();
    // After a broken line the rest goes by sessions.
    venue
        .sim
        .faults()
        .add(Fault::on(Operation::CreateMultipart, FaultKind::CutBefore).times(3));
    venue
        .sim
        .faults()
        .add(Fault::on(Operation::SessionPut, FaultKind::StorePart { bytes: Some(1000) }).times(1));
    venue
        .sim
        .faults()
        .add(Fault::on(Operation::SessionPut, FaultKind::CutAfterPart { bytes: None }).times(1));
    let job = kiosk.visit("portrait", &photo(1))?;
    venue.delivered(&job)?;
    venue.holds_exactly(&[job])
}

pub(crate) fn a_kill_in_mid_upload_doubles_nothing(engine: Engine) -> Result<()> {
    let mut venue = Venue::open(engine)?;
    venue
        .sim
        .change(|options| options.latency = Duration::from_millis(60));
    let mut jobs: Vec<Value> = Vec::new();
    for round in 0..8_u64 {
        let kiosk = venue.booth.client();
        for shot in 0..2 {
            jobs.push(kiosk.visit("portrait", &photo(round * 2 + shot))?);
        }
        // At another moment of a delivery each time: there is no signal to wait for.
        sleep(Duration::from_millis(round * 45));
        venue.booth.kill()?;
        venue.booth.start()?;
    }
    for job in &jobs {
        venue.delivered(job)?;
    }
    venue.holds_exactly(&jobs)
}

pub(crate) fn a_file_that_was_trashed_or_changed_is_mended_on_request(engine: Engine) -> Result<()> {
    let venue = Venue::open(engine)?;
    let kiosk = venue.booth.client();
    let job = kiosk.visit("portrait", &photo(1))?;
    let delivered = venue.delivered(&job)?;
    let id = super::id_of(&delivered)?;
    ensure!(venue.sim.set_trashed(&id, true), "it is there");
    let path = format!("/api/v1/drive/upload-job/{}", job["job_id"]);
    let again = kiosk.post(&path, &Value::Null).ok();
    assert_eq!(
        again["message"], "already_uploaded",
        "it is there as far as we know"
    );
    let forced = kiosk.post(&format!("{path}?force=true"), &Value::Null).ok();
    assert_eq!(forced["uploaded"], true);
    venue.holds_exactly(std::slice::from_ref(&delivered))?;
    Ok(())
}

pub(crate) fn requests_are_never_faster_than_allowed(engine: Engine) -> Result<()> {
    let venue = Venue::open_with(engine, &[("DRIVE_REQUESTS_PER_SECOND", "5")])?;
    let kiosk = venue.booth.client();
    let jobs: Vec<Value> = (0..12)
        .map(|seed| kiosk.visit("portrait", &photo(seed)))
        .collect::<Result<_>>()?;
    for job in &jobs {
        venue.delivered(job)?;
    }
    let traffic = venue.sim.snapshot();
    #[expect(clippy::cast_precision_loss, reason = "a few hundred requests")]
    let most = traffic.busiest_ten_seconds as f64;
    ensure!(most <= 5.0 * 10.0 + 10.0, "{most} requests in ten seconds");
    venue.holds_exactly(&jobs)
}

pub(crate) fn what_moves_is_what_goes_to_drive(engine: Engine) -> Result<()> {
    let venue = Venue::open(engine)?;
    let kiosk = venue.booth.client();
    let session = kiosk.start_session();
    kiosk.pick(session, "boomerang");
    let path = format!("/api/v1/sessions/{session}/photos");
    for seed in 0..3 {
        kiosk.post_form(&path, Form::of_file(&photo(seed))).ok();
    }
    let job = kiosk.done(&kiosk.order(session))?;
    let delivered = venue.delivered(&job)?;
    let files = venue.pictures();
    let [file] = files.as_slice() else {
        anyhow::bail!("one file for one job: {files:?}");
    };
    ensure!(
        Some(file.id.as_str()) == delivered["drive_file_id"].as_str()
            || delivered["drive_link"].to_string().contains(&file.id)
    );
    ensure!(
        file.mime_type == "image/gif" && file.name.ends_with(".gif") && file.public,
        "{file:?}"
    );
    ensure!(
        Some(file.size) == job["animations"][0]["bytes"].as_u64(),
        "{file:?}"
    );
    Ok(())
}
