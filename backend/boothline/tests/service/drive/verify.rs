//! `sync --verify`: damage is named, nothing changes unasked, and mending mends.

use std::collections::BTreeMap;
use std::fs;

use anyhow::{Context as _, Result};
use boothline_drive_sim::{Fault, FaultKind, Operation};
use md5::{Digest, Md5};
use serde_json::{Value, json};

use super::hand::{Hand, change_row, run, venue};
use super::{Venue, id_of};
use crate::booth::{Engine, photo};

/// Every file of the account with what a person could change of it.
type Inside = BTreeMap<String, (Option<String>, bool, bool)>;

fn inside(venue: &Venue) -> Inside {
    let files = venue.pictures().into_iter();
    files
        .map(|file| (file.id, (file.md5, file.trashed, file.public)))
        .collect()
}

fn delivered(venue: &Venue, pictures: u64) -> Result<Vec<Value>> {
    let kiosk = venue.booth.client();
    let jobs: Result<Vec<Value>> = (0..pictures)
        .map(|seed| venue.delivered(&kiosk.visit("portrait", &photo(seed))?))
        .collect();
    jobs
}

/// The picture that is delivered, as it is on this machine.
fn copy_of(venue: &Venue, job: &Value) -> Result<std::path::PathBuf> {
    let url = job["compressed_url"].as_str().context("a compressed copy")?;
    Ok(venue.booth.folder().join(url.replacen("/static/", "results/", 1)))
}

fn mark(job: &Value, name: &str) -> Value {
    let file = hex::encode(&Md5::digest(name)[..]);
    json!({"app": "boothline", "job": job["job_id"].to_string(), "file": file})
}

/// The kinds of what a check found, in its order.
fn kinds(report: &Value) -> Vec<&str> {
    let findings = report["before"]["findings"].as_array();
    let findings = findings.map(Vec::as_slice).unwrap_or_default();
    findings
        .iter()
        .filter_map(|finding| finding["kind"].as_str())
        .collect()
}

pub(crate) fn damage_in_drive_is_named_and_mended_on_request(engine: Engine) -> Result<()> {
    let venue = venue(engine)?;
    let jobs = delivered(&venue, 6)?;
    let whole = run(&venue.booth, &["sync", "--verify"])?.with_code(0);
    whole.says("Looked at 6 pictures and 6 files");
    whole.says("6 links opened as a guest");
    whole.says("All is right");

    let hand = Hand::of(&venue)?;
    let ids: Vec<String> = jobs.iter().map(id_of).collect::<Result<_>>()?;
    hand.trash(&ids[0])?;
    hand.replace(&ids[1], b"something else")?;
    hand.close(&ids[2])?;
    let copy = copy_of(&venue, &jobs[3])?;
    let name = copy.file_name().context("a name")?.to_string_lossy().into_owned();
    let twin = hand.put(&name, &ids[3], &mark(&jobs[3], &name), &fs::read(&copy)?)?;
    let stranger = hand.put(
        "marked.jpg",
        &ids[3],
        &mark(&jobs[3], "marked.jpg"),
        b"who made this",
    )?;
    let foreign = hand.put("table plan.jpg", &ids[3], &json!({}), b"not a booth's")?;
    let id = jobs[4]["job_id"].as_i64().context("an id")?;
    change_row(
        &venue.booth,
        &format!("UPDATE jobs SET drive_uploaded_at = NULL WHERE id = {id}"),
    )?;

    let before = inside(&venue);
    let told = run(&venue.booth, &["sync", "--verify"])?.with_code(4);
    let number = |index: usize| jobs[index]["job_id"].to_string();
    for words in [
        format!("1 picture lies in Drive's trash: job {}.", number(0)),
        format!("1 picture has other bytes in Drive: job {}.", number(1)),
        format!("1 picture is not public in Drive: job {}.", number(2)),
        format!("1 file is in Drive a second time: job {}.", number(3)),
        format!(
            "1 picture was given up or never proven to be in Drive: job {}.",
            number(4)
        ),
        "1 file carries our mark, but this installation did not make it: \"marked.jpg\".".to_owned(),
        "1 file in the folder is not ours: \"table plan.jpg\".".to_owned(),
        "Nothing was changed. To mend it: boothline sync --verify --yes".to_owned(),
    ] {
        told.says(&words);
    }
    assert_eq!(inside(&venue), before, "a look changes nothing");
    let report = run(&venue.booth, &["sync", "--verify", "--json"])?
        .with_code(4)
        .json();
    assert_eq!(report["mended"], false);
    let expected = [
        "wrong_bytes",
        "trashed",
        "undelivered",
        "not_public",
        "duplicate",
        "unknown",
        "foreign",
    ];
    assert_eq!(kinds(&report), expected);
    assert_eq!(inside(&venue), before, "JSON changes nothing");

    let mended = run(&venue.booth, &["sync", "--verify", "--yes"])?.with_code(0);
    mended.says("Mended, and looked again: all is right.");
    let after = inside(&venue);
    assert_eq!(after.len(), before.len(), "nothing is deleted, nothing is new");
    for job in &jobs {
        let digest = hex::encode(&Md5::digest(fs::read(copy_of(&venue, job)?)?)[..]);
        assert_eq!(after[&id_of(job)?], (Some(digest), false, true), "{job}");
        let now = venue.job(job);
        assert_eq!(now["delivery"], "delivered");
        assert_eq!(now["download_link"], job["download_link"]);
    }
    assert!(after[&twin].1, "the twin lies in the trash");
    for left_alone in [&stranger, &foreign] {
        assert_eq!(after[left_alone], before[left_alone]);
    }
    run(&venue.booth, &["sync", "--verify"])?
        .with_code(0)
        .says("All is right");
    Ok(())
}

pub(crate) fn a_missing_picture_is_sent_without_a_service_too(engine: Engine) -> Result<()> {
    let mut venue = venue(engine)?;
    let jobs = delivered(&venue, 2)?;
    let lost = id_of(&jobs[0])?;
    Hand::of(&venue)?.delete(&lost)?;
    venue.booth.kill()?;

    let told = run(&venue.booth, &["sync", "--verify"])?.with_code(4);
    told.says(&format!(
        "1 picture is missing in Drive: job {}.",
        jobs[0]["job_id"]
    ));
    assert_eq!(venue.pictures().len(), 1);
    // Drive takes the number of a deleted file no second time: that costs the link, and is said.
    let mended = run(&venue.booth, &["sync", "--verify", "--yes"])?.with_code(0);
    mended.says("1 picture has another link now");
    venue.booth.start()?;
    let now = venue.job(&jobs[0]);
    assert_ne!(id_of(&now)?, lost);
    venue.holds_exactly(&[now, jobs[1].clone()])
}

pub(crate) fn a_link_that_guests_cannot_open_is_found(engine: Engine) -> Result<()> {
    let venue = venue(engine)?;
    let jobs = delivered(&venue, 1)?;
    let closed = || Fault::on(Operation::Link, FaultKind::status(403, "forbidden"));
    venue.sim.faults().add(closed().times(1));
    let told = run(&venue.booth, &["sync", "--verify"])?.with_code(4);
    told.says(&format!(
        "1 picture has a link that guests cannot open (Google asks guests to sign in): job {}.",
        jobs[0]["job_id"]
    ));
    run(&venue.booth, &["sync", "--verify"])?.with_code(0);

    // Made public again, and still closed: that is said, and is not called mended.
    venue.sim.faults().add(closed());
    let stuck = run(&venue.booth, &["sync", "--verify", "--yes"])?.with_code(4);
    stuck.says("Looked again after mending; 1 thing is left");
    run(&venue.booth, &["sync", "--verify", "--skip-links"])?.with_code(0);
    Ok(())
}

pub(crate) fn a_folder_in_the_trash_comes_back_with_its_pictures(engine: Engine) -> Result<()> {
    let venue = venue(engine)?;
    let jobs = delivered(&venue, 2)?;
    let hand = Hand::of(&venue)?;
    hand.trash(&hand.folder_of(&id_of(&jobs[0])?)?)?;
    let told = run(&venue.booth, &["sync", "--verify"])?.with_code(4);
    told.says("The folder lies in Drive's trash");
    told.says("2 pictures lie in Drive's trash");
    run(&venue.booth, &["sync", "--verify", "--yes"])?.with_code(0);
    venue.holds_exactly(&jobs)
}

pub(crate) fn a_damaged_file_here_never_replaces_a_good_one_there(engine: Engine) -> Result<()> {
    let venue = venue(engine)?;
    let jobs = delivered(&venue, 3)?;
    fs::write(copy_of(&venue, &jobs[0])?, b"a disk's last words")?;
    for folder in ["results", "results/compressed"] {
        let name = copy_of(&venue, &jobs[1])?;
        let name = name.file_name().context("a name")?;
        fs::remove_file(venue.booth.folder().join(folder).join(name))?;
    }
    // Damaged here, gone there: nothing good is left to send.
    fs::write(copy_of(&venue, &jobs[2])?, b"also broken")?;
    Hand::of(&venue)?.delete(&id_of(&jobs[2])?)?;

    let before = inside(&venue);
    for arguments in [&["sync", "--verify"][..], &["sync", "--verify", "--yes"]] {
        let told = run(&venue.booth, arguments)?.with_code(4);
        let number = |index: usize| jobs[index]["job_id"].to_string();
        told.says(&format!(
            "has a damaged file on this machine (Drive has it whole): job {}.",
            number(0)
        ));
        told.says(&format!(
            "has no file on this machine any more (Drive has it): job {}.",
            number(1)
        ));
        told.says(&format!(
            "is missing in Drive (this machine has no good copy to send): job {}.",
            number(2)
        ));
        told.says("Nothing of this can be mended from here.");
    }
    assert_eq!(inside(&venue), before);
    Ok(())
}
