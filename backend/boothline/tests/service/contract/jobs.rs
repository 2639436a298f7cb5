//! `/jobs`: making the result.

use anyhow::Result;
use serde_json::{Value, json};

use crate::booth::{Booth, Engine, Form, Traces, overlay_png, photo, pixels};

/// The address in a field that has to hold one.
fn address<'a>(job: &'a Value, field: &str) -> &'a str {
    job[field].as_str().unwrap_or_else(|| panic!("{field} of {job}"))
}

pub(crate) fn the_first_answer_has_every_field_and_every_link(engine: Engine) -> Result<()> {
    let booth = Booth::open(engine)?;
    let kiosk = booth.client();
    let session = kiosk.ready_session("portrait", &photo(1));
    let job = kiosk.order(session);
    assert!(job["job_id"].is_i64());
    assert_eq!(job["session_id"], session);
    assert!(["queued", "processing"].contains(&address(&job, "status")));
    assert_eq!(job["mode"], "event");
    for empty in ["overlay_url", "result_url", "thumbnail_url", "error_message"] {
        assert_eq!(job.get(empty), Some(&Value::Null), "{empty} is there, and null");
    }
    assert!(!address(&job, "log_text").is_empty());
    assert_eq!(job["delivery"], "pending");
    assert!(job.get("delivery_message").is_some());
    assert!(address(&job, "created_at").ends_with('Z'));

    let base = format!("http://localhost:{}", booth.port());
    let page = address(&job, "share_url");
    assert!(page.starts_with(&format!("{base}/p/")), "{page}");
    assert_eq!(address(&job, "drive_link"), page);
    assert!(address(&job, "download_link").starts_with(&format!("{base}/static/compressed/")));
    let encoded = page.replace(':', "%3A").replace('/', "%2F");
    let qr = format!("{base}/api/v1/drive/qr?url={encoded}&size=360");
    assert_eq!(address(&job, "qr_url"), qr);

    let done = kiosk.done(&job)?;
    for link in ["share_url", "drive_link", "download_link", "qr_url"] {
        assert_eq!(done[link], job[link], "{link} never changes");
    }
    Ok(())
}

pub(crate) fn a_done_job_has_its_three_pictures(engine: Engine) -> Result<()> {
    let booth = Booth::open(engine)?;
    let kiosk = booth.client();
    let done = kiosk.visit("portrait", &photo(1))?;
    assert!(address(&done, "result_url").starts_with("/static/results/"));
    assert!(address(&done, "compressed_url").starts_with("/static/compressed/"));
    assert_eq!(done["delivery"], "delivered");
    assert_eq!(done["error_message"], Value::Null);
    let log = address(&done, "log_text");
    assert!(log.lines().count() >= 2, "{log}");
    for (field, size) in [
        ("result_url", (1200, 1800)),
        ("compressed_url", (1200, 1800)),
        ("thumbnail_url", (267, 400)),
    ] {
        let picture = kiosk.get(address(&done, field)).expect(200);
        assert_eq!(picture.header("content-type"), Some("image/jpeg"), "{field}");
        assert_eq!(pixels(&picture.bytes).dimensions(), size, "{field}");
    }
    let download = kiosk.get(address(&done, "download_link")).expect(200);
    let compressed = kiosk.get(address(&done, "compressed_url")).expect(200);
    assert_eq!(download.bytes, compressed.bytes);
    assert_eq!(kiosk.get(&format!("/api/v1/jobs/{}", done["job_id"])).ok(), done);
    Ok(())
}

pub(crate) fn sizes_and_density_are_as_configured(engine: Engine) -> Result<()> {
    let settings = [("COMPRESSED_SIZE", "600x900"), ("THUMBNAIL_SIZE", "200")];
    let booth = Booth::open_with(engine, &settings)?;
    let kiosk = booth.client();
    let done = kiosk.visit("portrait", &photo(1))?;
    let fetch = |field: &str| kiosk.get(address(&done, field)).expect(200).bytes;
    let (result, compressed) = (fetch("result_url"), fetch("compressed_url"));
    assert_eq!(pixels(&compressed).dimensions(), (600, 900));
    assert_eq!(pixels(&fetch("thumbnail_url")).height(), 200);
    for file in [result, compressed] {
        // JFIF 1.02: units are dots an inch, 300 of them each way for a print of 1200x1800.
        assert_eq!(&file[6..11], b"JFIF\0");
        assert_eq!(file[13], 1, "dots an inch");
        let density = u16::from_be_bytes([file[14], file[15]]);
        assert!([150, 300].contains(&density), "{density}");
    }
    Ok(())
}

pub(crate) fn debugging_passes_the_photo_through(engine: Engine) -> Result<()> {
    let booth = Booth::open(engine)?;
    let kiosk = booth.client();
    let session = kiosk.ready_session("sepia", &photo(1));
    let order = json!({"session_id": session, "mode": "debugging", "overlay_url": null});
    let job = kiosk.post("/api/v1/jobs", &order).ok();
    assert_eq!(job["mode"], "debugging");
    let done = kiosk.done(&job)?;
    let result = pixels(&kiosk.get(address(&done, "result_url")).expect(200).bytes);
    let original = pixels(&photo(1));
    assert_eq!(result.dimensions(), original.dimensions());
    let off: u64 = result
        .iter()
        .zip(original.iter())
        .map(|(a, b)| u64::from(a.abs_diff(*b)))
        .sum();
    assert!(off / (result.len() as u64) < 4, "its colours are its own");
    let compressed = kiosk.get(address(&done, "compressed_url")).expect(200);
    assert_eq!(
        pixels(&compressed.bytes).dimensions(),
        result.dimensions(),
        "never larger than the result"
    );
    Ok(())
}

pub(crate) fn what_is_missing_is_400_and_what_is_unknown_404(engine: Engine) -> Result<()> {
    let booth = Booth::open(engine)?;
    let kiosk = booth.client();
    let order = |session: i64, overlay: Value| {
        let order = json!({"session_id": session, "mode": "event", "overlay_url": overlay});
        kiosk.post("/api/v1/jobs", &order)
    };
    order(999_999, Value::Null).refused(404, "session_not_found");
    let session = kiosk.start_session();
    kiosk.upload(session, &photo(1));
    order(session, Value::Null).refused(400, "theme_not_set");
    let session = kiosk.start_session();
    kiosk.pick(session, "portrait");
    order(session, Value::Null).refused(400, "photo_not_uploaded");
    let session = kiosk.ready_session("portrait", &photo(1));
    order(session, json!("/static/overlays/0123456789abcdef.png")).refused(404, "overlay_not_found");
    for path in [
        "/etc/passwd",
        "/static/overlays/../x.png",
        "overlay.png",
        "http://x/y",
    ] {
        order(session, json!(path)).refused(400, "overlay_path_invalid");
    }
    for id in ["999999", "-1", "x", "9999999999999999999999", "..%2f1"] {
        kiosk
            .get(&format!("/api/v1/jobs/{id}"))
            .refused(404, "job_not_found");
    }
    assert_eq!(Traces::of(&booth)?.rows("jobs"), 0);
    kiosk.done(&order(session, json!("")).ok())?;
    Ok(())
}

pub(crate) fn one_request_makes_a_whole_job(engine: Engine) -> Result<()> {
    let booth = Booth::open(engine)?;
    let kiosk = booth.client();
    let taken = kiosk
        .post_form(
            "/api/v1/settings/overlay",
            Form::of_file(&overlay_png(1200, 1800)),
        )
        .ok();
    let form = Form::of_file(&photo(1))
        .file("file", "2.jpg", "image/jpeg", &photo(2))
        .text("theme_id", "portrait")
        .text("mode", "event")
        .text("overlay_url", address(&taken, "overlay_url"))
        .text("name", "Grace")
        .text("email", "grace@example.org");
    let job = kiosk.post_form("/api/v1/jobs", form).ok();
    assert_eq!(job["theme_id"], "portrait");
    assert_eq!(job["overlay_url"], taken["overlay_url"]);
    assert!(job["qr_url"].is_string());
    kiosk.done(&job)?;
    let session = kiosk.get(&format!("/api/v1/sessions/{}", job["session_id"])).ok();
    assert_eq!(session["user"]["email"], "grace@example.org");
    assert_eq!(session["input_image_urls"].as_array().map(Vec::len), Some(2));

    let least = kiosk.post_form("/api/v1/jobs", Form::of_file(&photo(3))).ok();
    assert_eq!(
        least["theme_id"], "portrait",
        "the first look where none is named"
    );
    kiosk.done(&least)?;
    for (form, status, code) in [
        (Form::new().text("mode", "event"), 422, "field_missing"),
        (
            Form::of_file(&photo(1)).text("mode", "party"),
            422,
            "mode_invalid",
        ),
        (
            Form::of_file(&photo(1)).text("theme_id", "nowhere"),
            404,
            "theme_not_found",
        ),
        (Form::of_file(&photo(1)).text("email", "x"), 422, "email_invalid"),
        (
            Form::of_file(&photo(1)).text("overlay_url", "/x"),
            400,
            "overlay_path_invalid",
        ),
    ] {
        let before = Traces::of(&booth)?;
        kiosk.post_form("/api/v1/jobs", form).refused(status, code);
        assert_eq!(Traces::of(&booth)?, before, "{code}");
    }
    Ok(())
}

pub(crate) fn a_deleted_job_is_gone_with_its_files_and_its_page(engine: Engine) -> Result<()> {
    let booth = Booth::open(engine)?;
    let operator = booth.client();
    let before = booth.files()?;
    let done = operator.visit("portrait", &photo(1))?;
    let path = format!("/api/v1/jobs/{}", done["job_id"]);
    operator.delete(&path).expect(204);
    operator.delete(&path).refused(404, "job_not_found");
    operator.get(&path).refused(404, "job_not_found");
    for field in ["result_url", "compressed_url", "thumbnail_url"] {
        operator.get(address(&done, field)).refused(404, "file_not_found");
    }
    assert_eq!(booth.files()?, before);
    assert_eq!(operator.get("/api/v1/gallery").ok(), json!([]));
    let session = operator
        .get(&format!("/api/v1/sessions/{}", done["session_id"]))
        .ok();
    assert_eq!(session["latest_job"], Value::Null);
    operator.delete("/api/v1/jobs/x").refused(404, "job_not_found");
    Ok(())
}

pub(crate) fn only_a_failed_job_can_be_retried(engine: Engine) -> Result<()> {
    let booth = Booth::open(engine)?;
    let operator = booth.client();
    let done = operator.visit("portrait", &photo(1))?;
    let retry = |job: &Value| {
        let path = format!("/api/v1/jobs/{}/retry", job["job_id"]);
        operator.post(&path, &json!({}))
    };
    retry(&done).refused(409, "job_not_failed");
    operator
        .post("/api/v1/jobs/999999/retry", &json!({}))
        .refused(404, "job_not_found");

    let session = operator.ready_session("portrait", &photo(2));
    spoil_originals(&booth)?;
    let failed = operator.ended(&operator.order(session))?;
    assert_eq!(failed["status"], "failed");
    assert!(address(&failed, "error_message").ends_with('.'), "{failed}");
    assert_eq!(failed["result_url"], Value::Null);
    let again = retry(&failed).ok();
    assert_eq!(again["job_id"], failed["job_id"]);
    assert_eq!(again["error_message"], Value::Null);
    assert_eq!(again["qr_url"], failed["qr_url"], "the scanned link stays");
    assert_eq!(operator.ended(&again)?["status"], "failed");

    restore_originals(&booth, &photo(2))?;
    let path = format!("/api/v1/jobs/{}/retry", failed["job_id"]);
    let keyed = operator.with("Idempotency-Key", "again");
    let first = keyed.post(&path, &json!({})).expect(200);
    let mended = operator.done(&first.json())?;
    assert_eq!(mended["job_id"], failed["job_id"]);
    let repeated = keyed.post(&path, &json!({})).expect(200);
    assert_eq!(repeated.header("idempotency-replayed"), Some("true"));
    assert_eq!(repeated.bytes, first.bytes, "the answer that was lost");
    Ok(())
}

/// What a failing disk does to photos that are stored already.
fn spoil_originals(booth: &Booth) -> Result<()> {
    restore_originals(booth, b"no photo any more")
}

fn restore_originals(booth: &Booth, photo: &[u8]) -> Result<()> {
    for file in std::fs::read_dir(booth.folder().join("data/originals"))? {
        std::fs::write(file?.path(), photo)?;
    }
    Ok(())
}

pub(crate) fn pages_of_jobs_go_from_new_to_old_and_end(engine: Engine) -> Result<()> {
    let booth = Booth::open(engine)?;
    let operator = booth.client();
    let mut made = Vec::new();
    for seed in 0..5 {
        let job = operator
            .post_form("/api/v1/jobs", Form::of_file(&photo(seed)))
            .ok();
        made.push(operator.done(&job)?["job_id"].clone());
    }
    made.reverse();
    let (mut seen, mut cursor) = (Vec::new(), String::new());
    for pages in 1.. {
        let page = operator
            .get(&format!("/api/v1/jobs?limit=2&cursor={cursor}"))
            .ok();
        let items = page["items"].as_array().expect("jobs");
        seen.extend(items.iter().map(|job| job["job_id"].clone()));
        match page["next_cursor"].as_str() {
            Some(next) => next.clone_into(&mut cursor),
            None => {
                assert_eq!(pages, 3);
                break;
            }
        }
    }
    assert_eq!(seen, made);
    let failed = operator.get("/api/v1/jobs?status=failed").ok();
    assert_eq!(failed["items"], json!([]));
    let done = operator.get("/api/v1/jobs?status=done&delivery=delivered").ok();
    assert_eq!(done["items"].as_array().map(Vec::len), Some(5));
    for query in ["status=lost", "delivery=x", "cursor=x", "limit=x"] {
        operator
            .get(&format!("/api/v1/jobs?{query}"))
            .refused(422, "query_invalid");
    }
    Ok(())
}
