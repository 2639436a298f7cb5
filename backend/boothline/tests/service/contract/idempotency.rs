//! `Idempotency-Key`: a kiosk that lost an answer asks again.

use anyhow::Result;
use serde_json::{Value, json};

use crate::booth::{Answer, Booth, Client, Engine, Form, Traces, overlay_png, photo};

fn replayed(answer: &Answer) -> bool {
    answer.header("idempotency-replayed") == Some("true")
}

/// Sends the same request twice under one key; the second must change nothing.
fn twice(booth: &Booth, kiosk: &Client, send: impl Fn(&Client) -> Answer) -> Result<Value> {
    let first = send(kiosk).expect(200);
    assert!(!replayed(&first));
    let traces = Traces::of(booth)?;
    let second = send(kiosk).expect(200);
    assert!(replayed(&second));
    assert_eq!(second.bytes, first.bytes);
    let after = Traces::of(booth)?;
    for table in [
        "photo_sessions",
        "session_photos",
        "themes",
        "overlays",
        "jobs",
        "tasks",
    ] {
        assert_eq!(after.rows(table), traces.rows(table), "{table}");
    }
    Ok(first.json())
}

fn guest(name: &str) -> Value {
    json!({"name": name, "email": "ada@example.org", "phone": "1"})
}

pub(crate) fn a_repeated_call_has_one_effect_and_one_answer(engine: Engine) -> Result<()> {
    let booth = Booth::open(engine)?;
    let kiosk = booth.client();
    let started = twice(&booth, &kiosk.with("Idempotency-Key", "start"), |kiosk| {
        kiosk.post("/api/v1/sessions/start", &guest("Ada"))
    })?;
    let session = started["session_id"].as_i64().expect("an integer");
    kiosk.pick(session, "portrait");
    kiosk.upload(session, &photo(1));
    let order = json!({"session_id": session, "mode": "event", "overlay_url": null});
    let job = twice(&booth, &kiosk.with("Idempotency-Key", "order"), |kiosk| {
        kiosk.post("/api/v1/jobs", &order)
    })?;
    kiosk.done(&job)?;
    assert_eq!(
        booth
            .client()
            .get("/api/v1/gallery")
            .ok()
            .as_array()
            .map(Vec::len),
        Some(1)
    );
    Ok(())
}

pub(crate) fn repeated_forms_have_one_effect(engine: Engine) -> Result<()> {
    let booth = Booth::open(engine)?;
    let kiosk = booth.client();
    let session = kiosk.start_session();
    let form = || Form::of_file(&photo(1));
    for (key, path) in [
        ("upload", format!("/api/v1/sessions/{session}/upload")),
        ("photos", format!("/api/v1/sessions/{session}/photos")),
        ("job", "/api/v1/jobs".to_owned()),
    ] {
        twice(&booth, &kiosk.with("Idempotency-Key", key), |kiosk| {
            kiosk.post_form(&path, form())
        })?;
    }
    let files = booth.files()?;
    twice(&booth, &kiosk.with("Idempotency-Key", "theme"), |kiosk| {
        let theme = Form::new().text("title", "Garden").text("prompt", "");
        kiosk.post_form("/api/v1/themes", theme.file("thumbnail", "x.jpg", "", &photo(2)))
    })?;
    twice(&booth, &kiosk.with("Idempotency-Key", "overlay"), |kiosk| {
        kiosk.post_form(
            "/api/v1/settings/overlay",
            Form::of_file(&overlay_png(1200, 1800)),
        )
    })?;
    let new = booth.files()?.len() - files.len();
    assert!(
        new <= 2 + 3,
        "a thumbnail, an overlay, and at most a job's pictures"
    );
    Ok(())
}

pub(crate) fn a_key_with_another_request_is_422(engine: Engine) -> Result<()> {
    let booth = Booth::open(engine)?;
    let kiosk = booth.client().with("Idempotency-Key", "one");
    let session = kiosk.post("/api/v1/sessions/start", &guest("Ada")).ok()["session_id"].clone();
    kiosk
        .post("/api/v1/sessions/start", &guest("Grace"))
        .refused(422, "idempotency_key_reused");
    let path = format!("/api/v1/sessions/{session}/upload");
    kiosk.post_form(&path, Form::of_file(&photo(1))).expect(200);
    let before = Traces::of(&booth)?;
    kiosk
        .post_form(&path, Form::of_file(&photo(2)))
        .refused(422, "idempotency_key_reused");
    let order = |mode: &str| json!({"session_id": session, "mode": mode, "overlay_url": null});
    assert_eq!(Traces::of(&booth)?, before);
    kiosk.pick(session.as_i64().expect("an integer"), "portrait");
    let job = kiosk.post("/api/v1/jobs", &order("event")).ok();
    kiosk
        .post("/api/v1/jobs", &order("debugging"))
        .refused(422, "idempotency_key_reused");
    kiosk
        .post_form("/api/v1/jobs", Form::of_file(&photo(1)))
        .refused(422, "idempotency_key_reused");
    kiosk.done(&job)?;
    Ok(())
}

pub(crate) fn a_key_of_another_call_is_another_key(engine: Engine) -> Result<()> {
    let booth = Booth::open(engine)?;
    let kiosk = booth.client().with("Idempotency-Key", "one");
    let first = kiosk.post("/api/v1/sessions/start", &guest("Ada")).ok();
    let path = format!("/api/v1/sessions/{}/upload", first["session_id"]);
    let uploaded = kiosk.post_form(&path, Form::of_file(&photo(1))).expect(200);
    assert!(!replayed(&uploaded));
    let other = booth.client().with("Idempotency-Key", "two");
    let second = other.post("/api/v1/sessions/start", &guest("Ada")).ok();
    assert_ne!(first["session_id"], second["session_id"]);
    Ok(())
}

pub(crate) fn calls_at_the_same_time_under_one_key_have_one_effect(engine: Engine) -> Result<()> {
    let booth = Booth::open(engine)?;
    let kiosk = booth.client().with("Idempotency-Key", "one");
    let answers: Vec<Answer> = std::thread::scope(|scope| {
        let calls: Vec<_> = (0..8)
            .map(|_| scope.spawn(|| kiosk.post_form("/api/v1/jobs", Form::of_file(&photo(1)))))
            .collect();
        calls
            .into_iter()
            .map(|call| call.join().expect("an answer"))
            .collect()
    });
    let mut fresh = 0;
    for answer in &answers {
        assert_eq!(answer.status, 200, "{}", answer.text());
        assert_eq!(answer.bytes, answers[0].bytes);
        fresh += u32::from(!replayed(answer));
    }
    assert_eq!(fresh, 1);
    kiosk.done(&answers[0].json())?;
    let traces = Traces::of(&booth)?;
    assert_eq!((traces.rows("jobs"), traces.rows("session_photos")), (1, 1));
    assert_eq!(
        booth.files()?.len(),
        2 + 3,
        "a photo with its preview, a result with its copies"
    );
    Ok(())
}

pub(crate) fn orders_at_the_same_time_under_one_key_make_one_job(engine: Engine) -> Result<()> {
    let booth = Booth::open(engine)?;
    let session = booth.client().ready_session("portrait", &photo(1));
    let kiosk = booth.client().with("Idempotency-Key", "order");
    let order = json!({"session_id": session, "mode": "event"});
    let ids: Vec<Value> = std::thread::scope(|scope| {
        let calls: Vec<_> = (0..6)
            .map(|_| scope.spawn(|| kiosk.post("/api/v1/jobs", &order).ok()["job_id"].clone()))
            .collect();
        calls
            .into_iter()
            .map(|call| call.join().expect("an answer"))
            .collect()
    });
    assert!(ids.iter().all(|id| *id == ids[0]), "{ids:?}");
    assert_eq!(Traces::of(&booth)?.rows("jobs"), 1);
    Ok(())
}

pub(crate) fn a_key_that_is_none_is_400(engine: Engine) -> Result<()> {
    let booth = Booth::open(engine)?;
    let before = Traces::of(&booth)?;
    for key in ["", " ", &"x".repeat(256), "sch\u{f6}n"] {
        booth
            .client()
            .with("Idempotency-Key", key)
            .post("/api/v1/sessions/start", &guest("Ada"))
            .refused(400, "idempotency_key_invalid");
    }
    assert_eq!(Traces::of(&booth)?, before);
    Ok(())
}
