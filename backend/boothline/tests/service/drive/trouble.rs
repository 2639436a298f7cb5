//! When Drive does not do as it should: who waits, for what, and who is told.

use std::time::Duration;

use anyhow::{Result, ensure};
use boothline_drive_sim::{Fault, FaultKind, Operation};
use serde_json::Value;

use super::Venue;
use crate::booth::{Engine, photo};

pub(crate) fn an_outage_costs_no_tries_and_ends_by_itself(engine: Engine) -> Result<()> {
    let venue = Venue::open(engine)?;
    let kiosk = venue.booth.client();
    venue.sim.set_outage(true);
    let jobs: Vec<Value> = (0..4)
        .map(|seed| kiosk.visit("portrait", &photo(seed)))
        .collect::<Result<_>>()?;
    for job in &jobs {
        venue.until(job, |job| job["delivery"] == "waiting")?;
    }
    let lane = &kiosk.get("/status").ok()["queue"]["lanes"];
    let lane = lane
        .as_array()
        .and_then(|lanes| lanes.iter().find(|lane| lane["name"] == "deliver").cloned());
    ensure!(
        lane.as_ref()
            .is_some_and(|lane| lane["blocked_reason"].is_string()),
        "{lane:?}"
    );

    venue.sim.set_outage(false);
    for job in &jobs {
        venue.delivered(job)?;
    }
    venue.holds_exactly(&jobs)
}

pub(crate) fn a_fault_of_one_request_delays_only_that_delivery(engine: Engine) -> Result<()> {
    let venue = Venue::open(engine)?;
    let kiosk = venue.booth.client();
    venue.sim.faults().add(
        Fault::on(
            Operation::CreateMultipart,
            FaultKind::status(500, "internalError"),
        )
        .times(3),
    );
    let job = kiosk.visit("portrait", &photo(1))?;
    venue.delivered(&job)?;
    let lanes = kiosk.get("/status").ok()["queue"]["lanes"].to_string();
    ensure!(
        !lanes.contains("\"blocked_reason\":\""),
        "the lane stays open: {lanes}"
    );
    venue.holds_exactly(&[job])
}

pub(crate) fn a_revoked_sign_in_waits_for_the_operator(engine: Engine) -> Result<()> {
    let venue = Venue::open(engine)?;
    let kiosk = venue.booth.client();
    assert_eq!(kiosk.get("/api/v1/drive/status").ok()["status"], "authorized");
    venue.sim.revoke_tokens();
    let job = kiosk.visit("portrait", &photo(1))?;
    ensure!(job["qr_url"].is_string(), "the link comes out of the pool: {job}");
    let waiting = venue.until(&job, |job| job["delivery"] == "waiting")?;
    let told = waiting["delivery_message"].to_string();
    ensure!(told.contains("boothline auth drive"), "{told}");
    let status = kiosk.get("/api/v1/drive/status").ok();
    assert_eq!(status["ok"], false, "{status}");
    // The operator signs in again while the service runs.
    venue.sign_in_again()?;
    venue.delivered(&job)?;
    let status = kiosk.get("/api/v1/drive/status").ok();
    assert_eq!(status["ok"], true, "{status}");
    venue.holds_exactly(&[job])
}

pub(crate) fn a_full_account_waits_for_room(engine: Engine) -> Result<()> {
    let venue = Venue::open(engine)?;
    let kiosk = venue.booth.client();
    venue.sim.set_quota(Some(1000));
    let job = kiosk.visit("portrait", &photo(1))?;
    let waiting = venue.until(&job, |job| job["delivery"] == "waiting")?;
    ensure!(
        waiting["delivery_message"].to_string().contains("full"),
        "{waiting}"
    );
    assert_eq!(kiosk.get("/api/v1/drive/status").ok()["ok"], false);
    venue.sim.set_quota(None);
    venue.delivered(&job)?;
    venue.holds_exactly(&[job])
}

pub(crate) fn an_api_that_is_off_is_said_in_words(engine: Engine) -> Result<()> {
    let venue = Venue::open(engine)?;
    venue.sim.change(|options| options.api_disabled = true);
    let status = venue.booth.client().get("/api/v1/drive/status").ok();
    assert_eq!(status["ok"], false, "{status}");
    ensure!(status["message"].to_string().contains("Drive API"), "{status}");
    venue.sim.change(|options| options.api_disabled = false);
    Ok(())
}

pub(crate) fn a_folder_that_is_gone_is_made_anew_or_asked_for(engine: Engine) -> Result<()> {
    let venue = Venue::open(engine)?;
    let kiosk = venue.booth.client();
    let first = kiosk.visit("portrait", &photo(1))?;
    let delivered = venue.delivered(&first)?;
    let folder = venue.file(&super::id_of(&delivered)?)?.parents[0].clone();
    ensure!(venue.sim.delete_for_good(&folder), "it is there");
    let second = kiosk.visit("portrait", &photo(2))?;
    let delivered = venue.delivered(&second)?;
    let file = venue.file(&super::id_of(&delivered)?)?;
    ensure!(file.parents[0] != folder, "{file:?}");

    let chosen = Venue::open_with(engine, &[("TARGET_FOLDER_ID", "1NobodyMadeThisFolder")])?;
    let status = chosen.booth.client().get("/api/v1/drive/status").ok();
    assert_eq!(status["ok"], false, "{status}");
    ensure!(
        status["message"].to_string().contains("TARGET_FOLDER_ID"),
        "{status}"
    );
    Ok(())
}

pub(crate) fn a_folder_in_the_trash_is_not_delivered_into(engine: Engine) -> Result<()> {
    let venue = Venue::open(engine)?;
    let kiosk = venue.booth.client();
    let first = venue.delivered(&kiosk.visit("portrait", &photo(1))?)?;
    let folder = venue.file(&super::id_of(&first)?)?.parents[0].clone();
    ensure!(venue.sim.set_trashed(&folder, true), "it is there");
    let second = venue.delivered(&kiosk.visit("portrait", &photo(2))?)?;
    let file = venue.file(&super::id_of(&second)?)?;
    ensure!(!file.trashed && file.parents[0] != folder, "{file:?}");
    // What went into the trash with its folder comes out of it on request.
    let path = format!("/api/v1/drive/upload-job/{}?force=true", first["job_id"]);
    kiosk.post(&path, &Value::Null).ok();
    ensure!(
        !venue.file(&super::id_of(&first)?)?.trashed,
        "it is still in the trash"
    );
    Ok(())
}

pub(crate) fn an_answer_that_names_nobody_changes_nothing(engine: Engine) -> Result<()> {
    let venue = Venue::open(engine)?;
    let kiosk = venue.booth.client();
    venue
        .sim
        .faults()
        .add(Fault::on(Operation::About, FaultKind::json("{}")).times(4));
    // Old enough that the status looks again.
    std::thread::sleep(Duration::from_millis(3500));
    assert_eq!(kiosk.get("/api/v1/drive/status").ok()["ok"], true);
    venue.sim.set_outage(true);
    let job = kiosk.visit("portrait", &photo(1))?;
    ensure!(job["qr_url"].is_string(), "the pool is as it was: {job}");
    venue.sim.set_outage(false);
    venue.sim.faults().clear();
    venue.delivered(&job)?;
    venue.holds_exactly(&[job])
}
