//! The folder sync: every picture of a folder is in Drive once, and stays the same one.

use std::collections::BTreeMap;
use std::fs;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use serde_json::{Value, json};

use super::office::Office;
use crate::booth::{Engine, photo};

pub(crate) fn every_picture_is_sent_once_and_nothing_else(engine: Engine) -> Result<()> {
    let office = Office::open(engine)?;
    for name in [
        "a.jpg",
        "b.JPG",
        "compressed/c.jpg",
        "thumbs/t.jpg",
        ".hidden.jpg",
        "d.jpg.part",
    ] {
        office.put(name, name)?;
    }
    fs::create_dir(office.path("lost+found"))?;
    office.put("lost+found/l.jpg", "lost")?;
    fs::write(office.path("words.jpg"), "no picture")?;
    office.sync(&[])?.badly("words.jpg: It is no picture.");
    fs::remove_file(office.path("words.jpg"))?;
    let first = office.ids()?;
    assert_eq!(first.keys().collect::<Vec<_>>(), ["a.jpg", "b.JPG", "c.jpg"]);
    office.sync(&[])?.well("3 unchanged");
    assert_eq!(office.ids()?, first);

    let manifest = office.manifest()?;
    assert_eq!(
        manifest.keys().collect::<Vec<_>>(),
        ["a.jpg", "b.JPG", "compressed/c.jpg"]
    );
    let entry = &manifest["a.jpg"];
    let id = &first["a.jpg"];
    assert_eq!(entry["item"]["drive_file_id"], json!(id));
    assert_eq!(
        entry["item"]["download_link"],
        format!("https://drive.google.com/uc?id={id}&export=download")
    );
    assert!(
        entry["item"]["qr_url"]
            .as_str()
            .is_some_and(|url| url.contains(id))
    );
    assert_eq!(entry["signature"]["size"], 9);
    assert_eq!(entry.get("state"), None);
    assert!(office.seen().iter().all(|file| file.public));
    Ok(())
}

pub(crate) fn a_changed_picture_keeps_its_link_or_gets_a_new_one(engine: Engine) -> Result<()> {
    let office = Office::open(engine)?;
    office.put("a.jpg", "first")?;
    office.put("b.jpg", "stays")?;
    office.sync(&[])?.well("2 sent");
    let before = office.ids()?;
    office.put("a.jpg", "second")?;
    office.sync(&[])?.well("1 replaced by a new version, 1 unchanged");
    assert_eq!(office.ids()?, before);
    let md5 = |office: &Office, id: &str| {
        let seen = office.seen().into_iter();
        seen.filter(|file| file.id == id).find_map(|file| file.md5)
    };
    let second = md5(&office, &before["a.jpg"]);
    assert_eq!(office.manifest()?["a.jpg"]["md5"], json!(second));

    // The same bytes with another time are no change.
    office.put("b.jpg", "stays")?;
    office.sync(&[])?.well("0 sent, 2 unchanged");

    office.put("a.jpg", "third")?;
    office.sync(&["--changed", "new"])?.well("1 sent, 1 unchanged");
    assert_eq!(office.in_drive().len(), 3);
    assert_eq!(md5(&office, &before["a.jpg"]), second);
    office.sync(&[])?.well("2 unchanged");
    Ok(())
}

pub(crate) fn what_a_job_delivered_is_recognised(engine: Engine) -> Result<()> {
    let office = Office::open(engine)?;
    let client = office.booth.client();
    let job = client.visit("portrait", &photo(1))?;
    let id = job["job_id"].as_i64().context("an id")?;
    let delivered = client
        .post(&format!("/api/v1/drive/upload-job/{id}"), &json!({}))
        .ok();
    let report = client.post("/api/v1/drive/sync-folder", &json!({})).ok();
    assert_eq!(report["recognised"], 1, "{report}");
    assert_eq!(report["found"], 2, "{report}");
    // One file for each picture: the job's other copy stays here.
    assert_eq!(report["sent"].as_array().map(Vec::len), Some(0), "{report}");
    let copy = office
        .manifest()?
        .into_iter()
        .find(|(key, _)| key.starts_with("compressed/"));
    let (_, copy) = copy.context("the compressed copy is in the manifest")?;
    assert_eq!(copy["item"]["download_link"], delivered["download_link"]);
    assert_eq!(office.in_drive().len(), 1);

    fs::remove_file(office.manifest_path())?;
    let again = client.post("/api/v1/drive/sync-folder", &json!({})).ok();
    assert_eq!(again["recognised"], 1, "{again}");
    assert_eq!(office.in_drive().len(), 1);
    Ok(())
}

pub(crate) fn the_manifest_of_the_python_program_is_read(engine: Engine) -> Result<()> {
    let office = Office::open(engine)?;
    office.put_many(4)?;
    office.sync(&[])?.well("4 sent");
    let ours = office.manifest()?;
    let keys = [
        office.path("p0000.jpg").display().to_string(),
        "results/p0001.jpg".to_owned(),
        "p0002.jpg".to_owned(),
        "/home/pi/photobooth/results/p0003.jpg".to_owned(),
    ];
    let python: BTreeMap<&String, Value> = keys
        .iter()
        .zip(ours.values())
        .map(|(key, entry)| {
            let (mut signature, mut item) = (entry["signature"].clone(), entry["item"].clone());
            item["local_path"] = json!(key);
            item["uploaded_at"] = json!("2024-06-14 12:13:20.512345");
            if key.ends_with("p0001.jpg") {
                signature["mtime"] = json!(signature["mtime"].as_f64().unwrap_or_default().floor());
            }
            (key, json!({"signature": signature, "item": item}))
        })
        .collect();
    fs::write(office.manifest_path(), serde_json::to_vec_pretty(&python)?)?;
    office.sim.set_outage(true);
    office
        .sync(&[])?
        .well("0 sent, 1 found in Drive already, 3 unchanged");
    office.sim.set_outage(false);

    // A copy of the folder has other times: then Drive's MD5 decides.
    let mut touched = python;
    touched
        .values_mut()
        .for_each(|entry| entry["signature"]["mtime"] = json!(1_700_000_000));
    fs::write(office.manifest_path(), serde_json::to_vec(&touched)?)?;
    office.sync(&[])?.well("0 sent");
    assert_eq!(office.ids()?.len(), 4);
    assert_eq!(
        office.manifest()?.keys().collect::<Vec<_>>(),
        ours.keys().collect::<Vec<_>>()
    );
    Ok(())
}

pub(crate) fn a_limit_and_a_dry_run_are_kept(engine: Engine) -> Result<()> {
    let office = Office::open(engine)?;
    office.put_many(7)?;
    office
        .sync(&["--dry-run"])?
        .well("send: p0006.jpg")
        .well("7 of 7 pictures");
    assert!(office.in_drive().is_empty() && !office.manifest_path().exists());
    office
        .sync(&["--limit", "3"])?
        .well("3 sent")
        .well("4 pictures left");
    office.sync(&["--limit", "3"])?.well("3 sent, 3 unchanged");
    fs::write(office.manifest_path(), "torn")?;
    office.sync(&["--dry-run"])?.well("7 of 7 pictures");
    assert_eq!(fs::read(office.manifest_path())?, b"torn");
    office.sync(&[])?.well("1 sent, 6 found in Drive already");
    assert_eq!(office.ids()?.len(), 7);
    Ok(())
}

pub(crate) fn two_thousand_sent_pictures_need_no_request(engine: Engine) -> Result<()> {
    let office = Office::open(engine)?;
    office.put_many(2000)?;
    let mut manifest = BTreeMap::new();
    for number in 0..2000 {
        let name = format!("p{number:04}.jpg");
        let metadata = fs::metadata(office.path(&name))?;
        let mtime = metadata
            .modified()?
            .duration_since(std::time::UNIX_EPOCH)?
            .as_secs_f64();
        let item = json!({"drive_file_id": format!("id{number}"), "name": name, "local_path": name});
        manifest.insert(
            name,
            json!({"signature": {"size": metadata.len(), "mtime": mtime}, "item": item}),
        );
    }
    fs::write(office.manifest_path(), serde_json::to_vec(&manifest)?)?;
    office.sim.set_outage(true);
    let begun = Instant::now();
    office.sync(&[])?.well("2000 unchanged");
    ensure!(
        begun.elapsed() < Duration::from_secs(10),
        "it took {:?}",
        begun.elapsed()
    );
    Ok(())
}

pub(crate) fn a_forced_sync_mends_what_differs(engine: Engine) -> Result<()> {
    let office = Office::open(engine)?;
    office.put_many(5)?;
    office.sync(&[])?.well("5 sent");
    let before = office.ids()?;
    let mut manifest = office.manifest()?;
    // As if Drive held the bytes of the one under the id of the other.
    let other = manifest["p0001.jpg"]["item"].clone();
    manifest.get_mut("p0000.jpg").context("an entry")?["item"] = other;
    manifest.remove("p0001.jpg");
    fs::write(office.manifest_path(), serde_json::to_vec(&manifest)?)?;
    fs::remove_file(office.path("p0001.jpg"))?;
    office.sync(&[])?.well("4 unchanged");
    office.sync(&["--force"])?.well("1 mended, 3 unchanged");
    let files = office.seen();
    let mended = files
        .iter()
        .find(|file| file.id == before["p0001.jpg"])
        .context("it is there")?;
    assert_eq!(json!(mended.md5), office.manifest()?["p0000.jpg"]["md5"]);
    assert_eq!(office.in_drive().len(), 5);
    Ok(())
}

pub(crate) fn what_a_job_will_deliver_is_left_to_it(engine: Engine) -> Result<()> {
    let office = Office::open(engine)?;
    let client = office.booth.client();
    office.sim.set_outage(true);
    let job = client.visit("portrait", &photo(2))?;
    office.put("the-couple.jpg", "nobody's job")?;
    let plan = client
        .post("/api/v1/drive/sync-folder?dry_run=true", &json!({}))
        .ok();
    assert_eq!(plan["jobs_waiting"], json!([job["job_id"]]), "{plan}");
    assert_eq!(plan["found"], 3, "{plan}");
    assert_eq!(plan["planned"].as_array().map(Vec::len), Some(1), "{plan}");
    client
        .post("/api/v1/drive/sync-folder", &json!({}))
        .refused(503, "drive_unreachable");
    office.sim.set_outage(false);
    office.wait_for_files(1)?;
    client
        .post(&format!("/api/v1/drive/upload-job/{}", job["job_id"]), &json!({}))
        .ok();
    let report = client.post("/api/v1/drive/sync-folder", &json!({})).ok();
    assert_eq!(report["recognised"], 1, "{report}");
    assert_eq!(office.in_drive().len(), 2);
    Ok(())
}
