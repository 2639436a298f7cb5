//! Folder syncs that are killed, stopped, disturbed or robbed of their manifest: nothing is lost or doubled.

use std::collections::BTreeSet;
use std::fs;

use anyhow::{Context as _, Result, bail};
use boothline_drive_sim::{Fault, FaultKind, Operation};
use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};

use super::office::{Office, SLOW, ended};
use crate::booth::Engine;

pub(crate) fn a_killed_sync_doubles_nothing(engine: Engine) -> Result<()> {
    let office = Office::open_with(engine, SLOW, "4")?;
    office.put_many(60)?;
    for files in [3, 17, 30] {
        let mut child = office.begin_sync()?;
        office.wait_for_files(files)?;
        child.kill()?;
        child.wait()?;
        office.ids()?;
    }
    office.sync(&[])?.well("60 pictures in the folder");
    assert_eq!(office.ids()?.len(), 60);
    assert!(
        office
            .manifest()?
            .values()
            .all(|entry| entry.get("state").is_none())
    );
    Ok(())
}

pub(crate) fn ctrl_c_finishes_what_is_in_hand(engine: Engine) -> Result<()> {
    let office = Office::open_with(engine, SLOW, "4")?;
    office.put_many(60)?;
    let child = office.begin_sync()?;
    office.wait_for_files(5)?;
    kill_process(Pid::from_child(&child), Signal::INT)?;
    let ended = ended(child)?.badly("It was stopped before its end.");
    let manifest = office.manifest()?;
    let done = manifest
        .values()
        .filter(|entry| entry.get("state").is_none())
        .count();
    assert_eq!(
        office.ids()?.len(),
        done,
        "what was in hand is finished and written down"
    );
    assert!(
        ended.said.contains(&format!("{} pictures left", 60 - done)),
        "{}",
        ended.said
    );
    office.sync(&[])?.well("60 pictures");
    assert_eq!(office.ids()?.len(), 60);
    Ok(())
}

pub(crate) fn a_damaged_or_lost_manifest_is_made_anew(engine: Engine) -> Result<()> {
    let office = Office::open(engine)?;
    office.put_many(12)?;
    office.put("compressed/p0001.jpg", "the small one")?;
    office.sync(&[])?.well("13 sent");
    let files: BTreeSet<_> = office.in_drive().into_iter().collect();
    let good = fs::read_to_string(office.manifest_path())?;
    for damaged in [&good[..good.len() / 2], "[]", "{\"a.jpg\": 1}", ""] {
        fs::write(office.manifest_path(), damaged)?;
        office
            .sync(&[])?
            .well("uploads.json.broken-")
            .well("0 sent, 13 found in Drive already");
        assert_eq!(office.in_drive().into_iter().collect::<BTreeSet<_>>(), files);
    }
    let aside = fs::read_dir(office.booth.folder())?;
    let aside = aside.filter(|entry| {
        let name = entry.as_ref().map(fs::DirEntry::file_name).unwrap_or_default();
        name.to_string_lossy().starts_with("uploads.json.broken-")
    });
    assert_eq!(aside.count(), 4);
    for lost in ["{}", "  {} \n"] {
        fs::write(office.manifest_path(), lost)?;
        let said = office.sync(&[])?.well("0 sent, 13 found in Drive already").said;
        assert!(!said.contains("broken"), "{said}");
    }
    fs::remove_file(office.manifest_path())?;
    office.put("p0003.jpg", "changed while the manifest was away")?;
    office.sync(&[])?.well("1 replaced by a new version, 12 found");
    assert_eq!(office.in_drive().into_iter().collect::<BTreeSet<_>>(), files);
    office.sync(&[])?.well("13 unchanged");
    Ok(())
}

pub(crate) fn a_picture_that_vanishes_is_named(engine: Engine) -> Result<()> {
    let office = Office::open_with(engine, SLOW, "1")?;
    office.put_many(20)?;
    let child = office.begin_sync()?;
    office.wait_for_files(2)?;
    let newest = fs::read_dir(office.path(""))?
        .filter_map(Result::ok)
        .filter(|entry| entry.path().is_file())
        .max_by_key(|entry| {
            (
                entry.metadata().and_then(|data| data.modified()).ok(),
                entry.file_name(),
            )
        })
        .context("there are pictures")?;
    fs::remove_file(newest.path())?;
    let name = newest.file_name().to_string_lossy().into_owned();
    ended(child)?.well(&format!("Deleted meanwhile: {name}."));
    assert_eq!(office.ids()?.len(), 19);
    Ok(())
}

pub(crate) fn trouble_with_drive_ends_a_sync_and_keeps_what_was_done(engine: Engine) -> Result<()> {
    let office = Office::open_with(engine, SLOW, "2")?;
    office.put_many(30)?;
    let child = office.begin_sync()?;
    office.wait_for_files(4)?;
    office.sim.set_outage(true);
    ended(child)?.badly("everything sent so far is kept");
    office.sync(&[])?.badly("Drive");
    office.sim.set_outage(false);
    office.sync(&[])?.well("30 pictures");
    assert_eq!(office.ids()?.len(), 30);
    Ok(())
}

pub(crate) fn one_sync_at_a_time_tells_how_far_it_is(engine: Engine) -> Result<()> {
    let office = Office::open_with(engine, SLOW, "2")?;
    office.put_many(20)?;
    let client = office.booth.client();
    let child = office.begin_sync()?;
    office.wait_for_files(2)?;
    client
        .post("/api/v1/drive/sync-folder", &json!({}))
        .refused(409, "sync_running");
    office
        .sync(&[])?
        .badly("Another sync of this manifest is running");
    ended(child)?.well("20 sent");

    office.put("new.jpg", "new")?;
    let lines = client.with("Accept", "application/x-ndjson");
    let answer = lines
        .post("/api/v1/drive/sync-folder?changed=new&force=false", &json!({}))
        .expect(200);
    let events: Vec<Value> = answer
        .text()
        .lines()
        .map(serde_json::from_str)
        .collect::<Result<_, _>>()?;
    let [progress, report] = events.as_slice() else {
        bail!("{events:?}");
    };
    assert_eq!(
        *progress,
        json!({"event": "progress", "path": "new.jpg", "outcome": "new", "done": 1, "total": 1})
    );
    assert_eq!(report["event"], "report");
    assert_eq!(report["unchanged"], 20);
    assert_eq!(report["sent"][0]["path"], "new.jpg");
    client
        .post("/api/v1/drive/sync-folder?changed=perhaps", &json!({}))
        .refused(422, "query_invalid");
    Ok(())
}

pub(crate) fn faults_of_drive_leave_one_file_each(engine: Engine) -> Result<()> {
    let office = Office::open(engine)?;
    office.put_many(25)?;
    for (op, kind) in [
        (Operation::CreateMultipart, FaultKind::CutAfter),
        (
            Operation::CreateMultipart,
            FaultKind::status_after_work(403, "userRateLimitExceeded"),
        ),
        (
            Operation::PermissionCreate,
            FaultKind::status(503, "backendError"),
        ),
        (Operation::GenerateIds, FaultKind::status(500, "internalError")),
        (Operation::List, FaultKind::CutBefore),
    ] {
        office.sim.faults().add(Fault::on(op, kind).times(1));
    }
    office.sync(&[])?.well("25 pictures in the folder");
    assert_eq!(office.ids()?.len(), 25);
    assert!(office.seen().iter().all(|file| file.public));
    office.sync(&[])?.well("25 unchanged");
    Ok(())
}
