//! `drive …`: room, tidying, the trash; only what is ours.

use std::fs;

use anyhow::{Context as _, Result};
use serde_json::{Value, json};

use super::hand::{Hand, change_row, run, venue};
use super::{Venue, id_of};
use crate::booth::{Engine, photo};

const LONG_AGO: i64 = 1_700_000_000_000;

fn delivered(venue: &Venue, seed: u64) -> Result<Value> {
    let kiosk = venue.booth.client();
    venue.delivered(&kiosk.visit("portrait", &photo(seed))?)
}

/// A picture of years ago, and one of now.
fn old_and_new(venue: &Venue) -> Result<(Value, Value)> {
    let (old, new) = (delivered(venue, 1)?, delivered(venue, 2)?);
    let id = old["job_id"].as_i64().context("an id")?;
    let sql = format!("UPDATE jobs SET created_at = {LONG_AGO} WHERE id = {id}");
    change_row(&venue.booth, &sql)?;
    Ok((old, new))
}

const CLEAN: [&str; 4] = ["drive", "clean", "--older-than", "90d"];

fn clean(venue: &Venue, more: &[&str]) -> Result<super::hand::Said> {
    run(&venue.booth, &[&CLEAN, more].concat())
}

pub(crate) fn only_old_pictures_of_ours_are_tidied_away(engine: Engine) -> Result<()> {
    let venue = venue(engine)?;
    let (old, new) = old_and_new(&venue)?;
    let (old_id, new_id) = (id_of(&old)?, id_of(&new)?);
    let hand = Hand::of(&venue)?;
    let marked = hand.put("m.jpg", &new_id, &json!({"app": "boothline"}), b"another booth's")?;
    let foreign = hand.put("f.jpg", &new_id, &json!({}), b"somebody's")?;

    let plan = clean(&venue, &[])?.with_code(0);
    plan.says(&old_id);
    plan.says("1 file, ");
    plan.says("Nothing was changed. To do it, add --yes.");
    assert!(
        venue.pictures().iter().all(|file| !file.trashed),
        "a plan changes nothing"
    );

    clean(&venue, &["--yes"])?
        .with_code(0)
        .says("1 file put into Drive's trash");
    assert!(venue.file(&old_id)?.trashed);
    for id in [&new_id, &marked, &foreign] {
        assert!(!venue.file(id)?.trashed, "{id} is left alone");
    }
    let job = venue.job(&old);
    let message = job["delivery_message"].as_str().unwrap_or_default();
    assert!(message.starts_with("Removed from Drive on "), "{job}");
    let kiosk = venue.booth.client();
    kiosk
        .get(old["result_url"].as_str().context("a result")?)
        .expect(200);

    // Neither a sync nor a check nor a kiosk brings it back by itself.
    run(&venue.booth, &["sync"])?.with_code(0);
    run(&venue.booth, &["sync", "--verify", "--yes"])?.with_code(0);
    let asked = kiosk.post(&format!("/api/v1/drive/upload-job/{}", old["job_id"]), &json!({}));
    assert_eq!(asked.ok()["message"], "removed_from_drive");
    assert!(venue.file(&old_id)?.trashed);
    run(&venue.booth, &["sync", "--force"])?.with_code(0);
    assert!(!venue.file(&old_id)?.trashed);
    Ok(())
}

pub(crate) fn what_was_tidied_away_can_be_taken_back(engine: Engine) -> Result<()> {
    let venue = venue(engine)?;
    let (old, new) = old_and_new(&venue)?;
    let (old_id, new_id) = (id_of(&old)?, id_of(&new)?);
    clean(&venue, &["--yes"])?.with_code(0);
    let hand = Hand::of(&venue)?;
    let foreign = hand.put("f.jpg", &new_id, &json!({}), b"somebody's")?;
    hand.trash(&foreign)?;

    let trash = run(&venue.booth, &["drive", "trash", "--json"])?
        .with_code(0)
        .json();
    let listed: Vec<&Value> = trash["files"].as_array().context("files")?.iter().collect();
    assert_eq!(listed.len(), 1, "{trash}");
    assert_eq!(listed[0]["id"], old_id.as_str());
    assert_eq!(listed[0]["job_id"], old["job_id"]);

    for none_of_ours in [&foreign, &new_id] {
        let refused = run(&venue.booth, &["drive", "trash", "--recover", none_of_ours])?.with_code(1);
        assert!(refused.err.contains("drive trash"), "{}", refused.err);
    }
    run(&venue.booth, &["drive", "trash", "--recover", &old_id])?.with_code(0);
    assert!(!venue.file(&old_id)?.trashed);
    assert!(venue.file(&foreign)?.trashed, "not ours");
    let message = venue.job(&old)["delivery_message"].to_string();
    assert!(message.contains("In Google Drive again"), "{message}");

    clean(&venue, &["--yes"])?.with_code(0);
    run(&venue.booth, &["drive", "trash", "--recover", "--all"])?.with_code(0);
    assert!(!venue.file(&old_id)?.trashed);
    assert!(venue.file(&foreign)?.trashed, "not ours");
    run(&venue.booth, &["sync", "--verify"])?.with_code(0);
    Ok(())
}

pub(crate) fn the_last_copy_of_a_picture_is_kept(engine: Engine) -> Result<()> {
    let venue = venue(engine)?;
    let (old, _) = old_and_new(&venue)?;
    let url = old["compressed_url"].as_str().context("a copy")?;
    let name = url.rsplit('/').next().context("a name")?;
    for folder in ["results", "results/compressed"] {
        fs::remove_file(venue.booth.folder().join(folder).join(name))?;
    }
    let kept = clean(&venue, &["--yes"])?.with_code(0);
    kept.says("There is nothing to tidy away");
    kept.says("Kept: 1 file that this machine has no copy of");
    assert!(!venue.file(&id_of(&old)?)?.trashed);
    clean(&venue, &["--yes", "--last-copies-too"])?.with_code(0);
    assert!(venue.file(&id_of(&old)?)?.trashed);
    Ok(())
}

pub(crate) fn for_good_goes_only_what_lies_in_the_trash_and_was_counted(engine: Engine) -> Result<()> {
    let venue = venue(engine)?;
    let (old, _) = old_and_new(&venue)?;
    let id = id_of(&old)?;
    let pictures = venue.pictures().len();
    clean(&venue, &["--for-good", "--yes", "--count", "1"])?
        .with_code(0)
        .says("There is nothing to tidy away");
    clean(&venue, &["--yes"])?.with_code(0);
    let asks = clean(&venue, &["--for-good", "--yes"])?.with_code(1);
    assert!(asks.err.contains("--count 1"), "{}", asks.err);
    clean(&venue, &["--for-good", "--yes", "--count", "2"])?.with_code(1);
    assert!(venue.file(&id)?.trashed);
    assert_eq!(venue.pictures().len(), pictures);
    clean(&venue, &["--for-good", "--yes", "--count", "1"])?
        .with_code(0)
        .says("1 file deleted for good");
    assert!(venue.file(&id).is_err());
    assert_eq!(venue.pictures().len(), pictures - 1);
    Ok(())
}

pub(crate) fn orphans_are_files_whose_jobs_are_gone(engine: Engine) -> Result<()> {
    let venue = venue(engine)?;
    let (orphan, kept) = (delivered(&venue, 1)?, delivered(&venue, 2)?);
    let id = orphan["job_id"].as_i64().context("an id")?;
    change_row(
        &venue.booth,
        &format!("UPDATE jobs SET drive_file_id = NULL WHERE id = {id}"),
    )?;
    let arguments = ["drive", "clean", "--orphans", "--yes"];
    run(&venue.booth, &arguments)?
        .with_code(0)
        .says("1 file put into Drive's trash");
    assert!(venue.file(&id_of(&orphan)?)?.trashed);
    assert!(!venue.file(&id_of(&kept)?)?.trashed);
    Ok(())
}

pub(crate) fn space_and_folder_are_told_in_plain_words(engine: Engine) -> Result<()> {
    let venue = venue(engine)?;
    let empty = run(&venue.booth, &["drive", "folder"])?.with_code(0);
    assert!(!empty.out.is_empty());
    let jobs = [delivered(&venue, 1)?, delivered(&venue, 2)?];
    Hand::of(&venue)?.put("f.jpg", &id_of(&jobs[0])?, &json!({}), &[0; 5000])?;
    venue
        .sim
        .change(|options| options.quota_bytes = Some(512 * 1024 * 1024));

    let space = run(&venue.booth, &["drive", "space", "--json"])?
        .with_code(0)
        .json();
    assert_eq!(space["ours"]["files"], 2, "{space}");
    assert_eq!(space["limit"], 512 * 1024 * 1024);
    assert_eq!(space["low"], true, "{space}");
    let (free, used) = (space["free"].as_u64(), space["used"].as_u64());
    assert_eq!(
        free.zip(used).map(|(free, used)| free + used),
        space["limit"].as_u64()
    );
    let told = run(&venue.booth, &["drive", "space"])?.with_code(0);
    told.says("512 MB");
    told.says("in 2 files");
    told.says("make room now");

    let folder = run(&venue.booth, &["drive", "folder", "--json"])?
        .with_code(0)
        .json();
    assert_eq!(folder["id"], Hand::of(&venue)?.folder_of(&id_of(&jobs[0])?)?);
    assert_eq!(
        (&folder["public"], &folder["trashed"]),
        (&json!(false), &json!(false))
    );
    run(&venue.booth, &["drive", "folder"])?
        .with_code(0)
        .says("Boothline");
    Ok(())
}

pub(crate) fn without_drive_each_command_says_what_to_do(engine: Engine) -> Result<()> {
    let booth = crate::booth::Booth::open(engine)?;
    for arguments in [
        &["drive", "space"][..],
        &["drive", "trash"],
        &["drive", "folder"],
        &["drive", "clean", "--orphans"],
        &["sync", "--verify"],
    ] {
        let refused = run(&booth, arguments)?.with_code(1);
        assert!(
            refused.err.contains("boothline auth drive"),
            "{arguments:?}: {}",
            refused.err
        );
    }
    Ok(())
}

pub(crate) fn what_a_folder_sync_sent_is_known_and_not_tidied_away(engine: Engine) -> Result<()> {
    let venue = venue(engine)?;
    let (old, _) = old_and_new(&venue)?;
    let folder = venue.booth.folder().join("camera");
    fs::create_dir(&folder)?;
    fs::write(folder.join("party.jpg"), photo(7))?;
    let path = folder.display().to_string();
    run(&venue.booth, &["sync", "--folder", &path])?.with_code(0);
    assert_eq!(venue.pictures().len(), 3);

    let check = run(&venue.booth, &["sync", "--verify", "--json"])?
        .with_code(0)
        .json();
    assert_eq!(
        check["before"]["findings"],
        json!([]),
        "it is ours, and no second file of a job"
    );
    let space = run(&venue.booth, &["drive", "space", "--json"])?
        .with_code(0)
        .json();
    assert_eq!(space["ours"]["files"], 3);
    clean(&venue, &["--yes"])?
        .with_code(0)
        .says("1 file put into Drive's trash");

    // Nor does a sync of the results bring back what was tidied away.
    run(&venue.booth, &["sync", "--folder"])?.with_code(0);
    let tidied = venue.file(&id_of(&old)?)?;
    assert!(tidied.trashed);
    let again = venue.pictures().into_iter().filter(|file| file.md5 == tidied.md5);
    assert_eq!(again.count(), 1, "under no other id either");
    Ok(())
}
