//! `/drive/…`: delivering on request.

use std::fs;

use anyhow::{Context as _, Result, ensure};
use serde_json::Value;

use super::Venue;
use crate::booth::{Booth, Engine, Form, Traces, photo};

pub(crate) fn an_upload_goes_straight_through(engine: Engine) -> Result<()> {
    let venue = Venue::open(engine)?;
    let client = venue.booth.client();
    let before = Traces::of(&venue.booth)?;
    let bytes = photo(1);
    let form = || Form::of_file(&bytes);
    let sent = client.post_form("/api/v1/drive/upload", form()).ok();
    for field in ["file_id", "name", "drive_link", "download_link", "qr_url"] {
        ensure!(sent[field].is_string(), "{field} of {sent}");
    }
    let id = sent["file_id"].as_str().context("an id")?;
    let file = venue.file(id)?;
    ensure!(file.public && file.size == bytes.len() as u64, "{file:?}");
    assert_eq!(Traces::of(&venue.booth)?, before, "nothing stays here");

    let keyed = client.with("Idempotency-Key", "one-upload");
    let first = keyed.post_form("/api/v1/drive/upload", form()).ok();
    let again = keyed.post_form("/api/v1/drive/upload", form()).ok();
    assert_eq!(first["file_id"], again["file_id"]);
    assert_eq!(venue.pictures().len(), 2);
    keyed
        .post_form("/api/v1/drive/upload", Form::of_file(&photo(7)))
        .refused(422, "idempotency_key_reused");
    assert_eq!(venue.pictures().len(), 2);

    venue.sim.set_outage(true);
    client
        .post_form("/api/v1/drive/upload", form())
        .refused(503, "drive_unreachable");
    assert_eq!(Traces::of(&venue.booth)?, before, "nothing stays here");
    venue.sim.set_outage(false);
    assert_eq!(venue.pictures().len(), 2);
    Ok(())
}

pub(crate) fn a_job_is_delivered_on_request(engine: Engine) -> Result<()> {
    let venue = Venue::open(engine)?;
    let client = venue.booth.client();
    let job = client.visit("portrait", &photo(1))?;
    venue.delivered(&job)?;
    let path = format!("/api/v1/drive/upload-job/{}", job["job_id"]);
    let there = client.post(&path, &Value::Null).ok();
    assert_eq!(
        (&there["uploaded"], &there["message"]),
        (&Value::Bool(false), &"already_uploaded".into())
    );
    for field in ["job_id", "result_url", "drive_link", "download_link", "qr_url"] {
        assert_eq!(there[field], venue.job(&job)[field], "{field}");
    }
    client
        .post("/api/v1/drive/upload-job/999999", &Value::Null)
        .refused(404, "job_not_found");
    let url = job["compressed_url"].as_str().context("a compressed copy")?;
    fs::remove_file(venue.booth.folder().join(url.replacen("/static/", "results/", 1)))?;
    let url = job["result_url"].as_str().context("a result")?;
    fs::remove_file(
        venue
            .booth
            .folder()
            .join(url.replacen("/static/results/", "results/", 1)),
    )?;
    client
        .post(&format!("{path}?force=true"), &Value::Null)
        .refused(404, "file_not_found");
    venue.sim.set_outage(true);
    let waiting = client.visit("portrait", &photo(2))?;
    let path = format!("/api/v1/drive/upload-job/{}", waiting["job_id"]);
    client.post(&path, &Value::Null).refused(503, "delivery_waits");
    assert_eq!(venue.job(&waiting)["delivery"], "waiting", "it waits as before");
    venue.sim.set_outage(false);
    let now = client.post(&path, &Value::Null).ok();
    ensure!(now["drive_link"] == waiting["drive_link"], "{now}");
    Ok(())
}

pub(crate) fn old_jobs_go_to_drive_when_a_sync_asks_for_it(engine: Engine) -> Result<()> {
    let mut venue = Venue::open_with(engine, &[("DELIVERY_TARGET", "local")])?;
    let client = venue.booth.client();
    let jobs: Vec<Value> = (0..3)
        .map(|seed| client.visit("portrait", &photo(seed)))
        .collect::<Result<_>>()?;
    client
        .post("/api/v1/drive/sync", &Value::Null)
        .refused(409, "drive_not_set_up");
    venue.booth.change("DELIVERY_TARGET", "drive");
    assert_eq!(venue.booth.ask_to_stop()?.code(), Some(0));
    venue.booth.start()?;
    let client = venue.booth.client();
    let fresh = client.visit("portrait", &photo(9))?;
    venue.delivered(&fresh)?;
    assert_eq!(
        venue.pictures().len(),
        1,
        "old jobs stay until they are asked for"
    );

    let url = jobs[1]["compressed_url"].as_str().context("a compressed copy")?;
    let lost = venue.booth.folder().join(url.replacen("/static/", "results/", 1));
    fs::remove_file(&lost)?;
    let url = jobs[1]["result_url"].as_str().context("a result")?;
    fs::remove_file(
        venue
            .booth
            .folder()
            .join(url.replacen("/static/results/", "results/", 1)),
    )?;

    let limited = client.post("/api/v1/drive/sync?limit=1", &Value::Null);
    let limited = limited.ok();
    assert_eq!(limited.as_array().map(Vec::len), Some(1), "{limited}");
    let rest = client.post("/api/v1/drive/sync", &Value::Null).expect(200);
    assert_eq!(
        rest.header("x-boothline-skipped"),
        Some(jobs[1]["job_id"].to_string().as_str())
    );
    let rest = rest.json();
    assert_eq!(rest.as_array().map(Vec::len), Some(1), "{rest}");
    for field in ["job_id", "result_url", "drive_link", "download_link", "qr_url"] {
        ensure!(!rest[0][field].is_null(), "{field} of {rest}");
    }
    ensure!(
        rest[0]["drive_link"].to_string().contains("drive.google.com"),
        "{rest}"
    );
    // The page that a guest scanned the evening before goes on.
    let page = jobs[0]["share_url"].as_str().context("a page")?;
    let code = page.rsplit('/').next().unwrap_or_default();
    client.get(&format!("/p/{code}")).expect(200);
    // As the contract writes it, and as clients in other languages do.
    for query in ["limit=&force=false", "force=False", "limit=9223372036854775808"] {
        let path = format!("/api/v1/drive/sync?{query}");
        assert_eq!(
            client.post(&path, &Value::Null).ok(),
            Value::Array(Vec::new()),
            "{query}"
        );
    }
    for query in ["limit=-1", "force=maybe"] {
        let path = format!("/api/v1/drive/sync?{query}");
        client.post(&path, &Value::Null).refused(422, "query_invalid");
    }
    let nothing = client.post("/api/v1/drive/sync", &Value::Null).ok();
    assert_eq!(nothing, Value::Array(Vec::new()));
    let again = client.post("/api/v1/drive/sync?force=true", &Value::Null).ok();
    assert_eq!(again.as_array().map(Vec::len), Some(3), "{again}");
    assert_eq!(venue.pictures().len(), 3, "nothing is doubled");
    Ok(())
}

pub(crate) fn syncs_at_the_same_time_do_the_work_once(engine: Engine) -> Result<()> {
    let mut venue = Venue::open_with(engine, &[("DELIVERY_TARGET", "local")])?;
    let client = venue.booth.client();
    for seed in 0..6 {
        client.visit("portrait", &photo(seed))?;
    }
    venue.booth.change("DELIVERY_TARGET", "drive");
    venue.booth.ask_to_stop()?;
    venue.booth.start()?;
    let client = venue.booth.client();
    std::thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| client.post("/api/v1/drive/sync", &Value::Null).expect(200));
        }
        scope.spawn(|| {
            let output = venue.booth.command(&["sync"]).output().expect("the program runs");
            let said = String::from_utf8_lossy(&output.stderr).into_owned();
            assert!(output.status.success(), "{said}");
        });
    });
    assert_eq!(venue.pictures().len(), 6);
    let uploads = venue
        .sim
        .requests(boothline_drive_sim::Operation::CreateMultipart);
    assert_eq!(uploads, 6, "each was sent once");
    Ok(())
}

pub(crate) fn a_sync_tells_how_far_it_is(engine: Engine) -> Result<()> {
    let mut venue = Venue::open_with(engine, &[("DELIVERY_TARGET", "local")])?;
    let client = venue.booth.client();
    for seed in 0..3 {
        client.visit("portrait", &photo(seed))?;
    }
    venue.booth.change("DELIVERY_TARGET", "drive");
    venue.booth.ask_to_stop()?;
    venue.booth.start()?;
    let lines = venue.booth.client().with("Accept", "application/x-ndjson");
    let answer = lines.post("/api/v1/drive/sync", &Value::Null).expect(200);
    assert_eq!(answer.header("content-type"), Some("application/x-ndjson"));
    let text = answer.text();
    let lines: Vec<Value> = text.lines().map(serde_json::from_str).collect::<Result<_, _>>()?;
    let (last, steps) = lines.split_last().context("lines")?;
    assert_eq!(steps.len(), 3, "{text}");
    ensure!(
        steps
            .iter()
            .all(|step| step["event"] == "progress" && step["total"] == 3),
        "{text}"
    );
    assert_eq!(last["event"], "report");
    assert_eq!(last["delivered"].as_array().map(Vec::len), Some(3));
    Ok(())
}

pub(crate) fn a_machine_without_credentials_keeps_pictures_here(engine: Engine) -> Result<()> {
    let booth = Booth::open(engine)?;
    let client = booth.client();
    let job = client.visit("portrait", &photo(1))?;
    let path = format!("/api/v1/drive/upload-job/{}", job["job_id"]);
    let there = client.post(&path, &Value::Null).ok();
    assert_eq!(there["message"], "already_uploaded");
    client
        .post_form("/api/v1/drive/upload", Form::of_file(&photo(1)))
        .refused(409, "drive_not_set_up");
    Ok(())
}
