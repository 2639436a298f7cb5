//! `/events` and `/jobs/{id}/events`: changes as they happen.

use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};

use crate::booth::{Booth, Client, Engine, Form, Raw, photo, pixels};

/// Far longer than the service takes to notice that somebody has gone.
const PATIENCE: Duration = Duration::from_secs(120);

pub(crate) fn one_job_is_followed_from_queued_to_done(engine: Engine) -> Result<()> {
    let booth = Booth::open(engine)?;
    let kiosk = booth.client();
    let job = kiosk.order(kiosk.ready_session("portrait", &photo(1)));
    let other = kiosk.post_form("/api/v1/jobs", Form::of_file(&photo(2))).ok();
    let mut feed = kiosk.listen(&format!("/api/v1/jobs/{}/events", job["job_id"]))?;
    let mut states: Vec<String> = Vec::new();
    while states.last().is_none_or(|state| state != "done") {
        let event = feed.next()?;
        if event.kind == "photo" {
            assert_eq!(
                event.data["session_id"], job["session_id"],
                "no other visit's photos"
            );
            continue;
        }
        assert_eq!(event.kind, "job");
        assert_eq!(event.data["job_id"], job["job_id"], "no other job's changes");
        assert_eq!(event.data["qr_url"], job["qr_url"]);
        states.push(event.data["status"].as_str().context("a state")?.to_owned());
    }
    let order = ["queued", "processing", "done"];
    let place = |state: &String| order.iter().position(|known| known == state);
    assert!(states.is_sorted_by_key(place), "{states:?}");
    kiosk.done(&other)?;
    Ok(())
}

pub(crate) fn all_jobs_are_followed_and_deletions_are_told(engine: Engine) -> Result<()> {
    let booth = Booth::open(engine)?;
    let operator = booth.client();
    let mut feed = operator.listen("/api/v1/events")?;
    let mut jobs = Vec::new();
    for seed in 0..2 {
        jobs.push(operator.visit("portrait", &photo(seed))?);
    }
    for job in &jobs {
        let id = &job["job_id"];
        let event = feed.until(|event| event.data["job_id"] == *id && event.data["status"] == "done")?;
        assert!(event.id.is_some());
    }
    let id = &jobs[0]["job_id"];
    operator.delete(&format!("/api/v1/jobs/{id}")).expect(204);
    let told = feed.until(|event| event.kind == "job_deleted")?;
    assert_eq!(told.data["job_id"], *id);
    Ok(())
}

pub(crate) fn a_listener_who_comes_back_hears_what_it_missed(engine: Engine) -> Result<()> {
    let booth = Booth::open(engine)?;
    let operator = booth.client();
    let mut feed = operator.listen("/api/v1/events")?;
    let first = operator.visit("portrait", &photo(1))?;
    let heard = feed.until(|event| event.data["status"] == "done")?;
    let last = heard.id.context("an id")?;
    drop(feed);

    let missed = operator.visit("portrait", &photo(2))?;
    let back = operator.with("Last-Event-ID", &last);
    let mut feed = back.listen("/api/v1/events")?;
    let event = feed.next()?;
    assert_ne!(event.data["job_id"], first["job_id"], "that was heard already");
    assert_eq!(event.data["job_id"], missed["job_id"]);
    let id = event.id.context("an id")?;
    assert_ne!(id, last);

    let now = operator.visit("portrait", &photo(3))?;
    let live = feed.until(|event| event.data["job_id"] == now["job_id"])?;
    assert!(live.id.is_some());

    let confused = operator.with("Last-Event-ID", "not one of ours");
    let mut feed = confused.listen("/api/v1/events")?;
    let next = operator.visit("portrait", &photo(4))?;
    feed.until(|event| event.data["job_id"] == next["job_id"])?;
    Ok(())
}

pub(crate) fn a_photo_is_announced_with_its_small_copy(engine: Engine) -> Result<()> {
    let booth = Booth::open(engine)?;
    let kiosk = booth.client();
    let (session, other) = (kiosk.start_session(), kiosk.start_session());
    let mut visit = kiosk.listen(&format!("/api/v1/sessions/{session}/events"))?;
    let mut all = kiosk.listen("/api/v1/events")?;
    let now = visit.next()?;
    assert_eq!(
        (now.kind.as_str(), &now.data["session_id"]),
        ("session", &session.into())
    );
    assert_eq!(now.data["photos"], serde_json::json!([]));

    kiosk.upload(other, &photo(2));
    let answer = kiosk.upload(session, &photo(1));
    let told = visit.next()?;
    assert_eq!(told.kind, "photo");
    assert_eq!(told.data, answer["photos"][0]);
    assert_eq!(told.data["session_id"], session, "no other visit's photos");
    assert_eq!(told.data["index"], 0);
    let shown = kiosk
        .get(told.data["preview_url"].as_str().context("an address")?)
        .expect(200);
    let (width, height) = pixels(&shown.bytes).dimensions();
    assert_eq!(
        (&told.data["width"], &told.data["height"]),
        (&width.into(), &height.into())
    );
    let heard = all.until(|event| event.kind == "photo" && event.data["session_id"] == session)?;
    assert_eq!(heard.data, told.data);
    Ok(())
}

pub(crate) fn the_feed_of_an_unknown_job_is_404(engine: Engine) -> Result<()> {
    let booth = Booth::open(engine)?;
    for id in ["999999", "x"] {
        booth
            .client()
            .get(&format!("/api/v1/sessions/{id}/events"))
            .refused(404, "session_not_found");
        booth
            .client()
            .get(&format!("/api/v1/jobs/{id}/events"))
            .refused(404, "job_not_found");
    }
    Ok(())
}

pub(crate) fn listeners_who_hang_up_are_forgotten(engine: Engine) -> Result<()> {
    const CROWD: usize = 100;
    let booth = Booth::open(engine)?;
    let operator = booth.client();
    let job = operator.visit("portrait", &photo(1))?;
    let before = booth.open_files()?;
    let streams = [
        "/api/v1/events".to_owned(),
        format!("/api/v1/jobs/{}/events", job["job_id"]),
        format!("/api/v1/sessions/{}/events", job["session_id"]),
    ];
    let mut crowd = Vec::new();
    for stream in streams.iter().cycle().take(CROWD) {
        let mut raw = Raw::connect(&booth)?;
        raw.write(format!("GET {stream} HTTP/1.1\r\nHost: localhost\r\n\r\n").as_bytes())?;
        raw.read_past(b": listening")?;
        crowd.push(raw);
    }
    let _stays = operator.listen("/api/v1/events")?;
    assert!(listeners(&operator)? > CROWD);
    assert!(booth.open_files()? >= before + CROWD);

    drop(crowd);
    let begun = Instant::now();
    while listeners(&operator)? > 1 || booth.open_files()? >= before + CROWD / 4 {
        ensure!(
            begun.elapsed() < PATIENCE,
            "{} listeners and {} files are left",
            listeners(&operator)?,
            booth.open_files()?
        );
        sleep(Duration::from_millis(20));
    }
    assert_eq!(listeners(&operator)?, 1, "who stays is not forgotten");
    Ok(())
}

fn listeners(operator: &Client) -> Result<usize> {
    let metrics = operator.get("/metrics").expect(200).text();
    let count = metrics
        .lines()
        .find_map(|line| line.strip_prefix("boothline_listeners "));
    Ok(count.context("listeners are counted")?.parse()?)
}
