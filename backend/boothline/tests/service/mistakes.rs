//! What kiosks send by mistake, and what nobody sends by mistake: each a clear refusal
//! that leaves nothing behind and a service that goes on.

use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};
use serde_json::{Value, json};

use crate::booth::{Booth, Client, Engine, Form, Raw, Traces, overlay_png, photo, resized, tiny_bomb};

/// Refused without a trace, and the next guest notices nothing.
fn unharmed(booth: &Booth, before: &Traces) -> Result<()> {
    assert_eq!(Traces::of(booth)?, *before);
    assert!(booth.client().is_up());
    assert!(!booth.log().contains("panicked"), "{}", booth.log());
    Ok(())
}

/// A booth with one visit that has its theme and no photo yet.
fn waiting_booth(engine: Engine, settings: &[(&str, &str)]) -> Result<(Booth, Client, i64)> {
    let booth = Booth::open_with(engine, settings)?;
    let kiosk = booth.client();
    let session = kiosk.start_session();
    kiosk.pick(session, "portrait");
    Ok((booth, kiosk, session))
}

fn upload_path(session: i64) -> String {
    format!("/api/v1/sessions/{session}/upload")
}

/// A JPEG cut before the data of its first scan.
fn cut_photo() -> Vec<u8> {
    let mut file = photo(1);
    let scan = file.windows(2).position(|two| two == [0xFF, 0xDA]);
    file.truncate(scan.expect("a scan") + 4);
    file
}

pub(crate) fn a_file_that_cannot_become_a_picture_is_refused_at_the_upload(engine: Engine) -> Result<()> {
    let (booth, kiosk, session) = waiting_booth(engine, &[])?;
    let before = Traces::of(&booth)?;
    let text = b"Dear guest, this is no photo at all.".to_vec();
    let avif = b"\0\0\0\x18ftypavif\0\0\0\0mif1miaf\0\0\0\0".to_vec();
    let svg = b"<svg xmlns=\"http://www.w3.org/2000/svg\"><script>alert(1)</script></svg>".to_vec();
    for (what, file, status, code) in [
        ("nothing", Vec::new(), 400, "photo_empty"),
        ("a photo cut too early", cut_photo(), 422, "photo_truncated"),
        ("two bytes of one", vec![0xFF, 0xD8], 422, "photo_truncated"),
        ("text", text, 415, "photo_format_unknown"),
        (
            "a GIF",
            b"GIF89a\x10\0\x10\0\x80\0\0;".to_vec(),
            415,
            "photo_format_unsupported",
        ),
        ("AVIF", avif, 415, "photo_format_unsupported"),
        ("SVG", svg, 415, "photo_format_unsupported"),
        (
            "PDF",
            b"%PDF-1.7\n1 0 obj\n".to_vec(),
            415,
            "photo_format_unsupported",
        ),
        (
            "four gigapixels",
            resized(65_500, 65_500),
            413,
            "photo_too_many_pixels",
        ),
        ("no pixels", resized(0, 0), 422, "photo_zero_size"),
        ("no width", resized(0, 600), 422, "photo_zero_size"),
    ] {
        for path in [upload_path(session), format!("/api/v1/sessions/{session}/photos")] {
            let answer = kiosk.post_form(&path, Form::of_file(&file));
            assert_eq!(answer.status, status, "{what}: {}", answer.text());
            answer.refused(status, code);
        }
        let order = Form::of_file(&photo(1)).file("file", "2.jpg", "image/jpeg", &file);
        kiosk.post_form("/api/v1/jobs", order).refused(status, code);
        unharmed(&booth, &before)?;
    }
    kiosk.upload(session, &photo(1));
    kiosk.done(&kiosk.order(session))?;
    Ok(())
}

pub(crate) fn a_good_photo_is_taken_whatever_it_is_called(engine: Engine) -> Result<()> {
    let (booth, kiosk, session) = waiting_booth(engine, &[])?;
    for (name, kind) in [
        ("photo.txt", "text/plain"),
        ("photo.png", "image/png"),
        ("photo", "application/octet-stream"),
        ("../../etc/passwd", "image/jpeg"),
        ("..\\\\..\\\\x.jpg", "image/jpeg"),
        ("/absolute.jpg", "image/jpeg"),
        ("CON.jpg", "image/jpeg"),
        ("ph\u{f6}to \u{1f389}.jpg", "image/jpeg"),
        (".htaccess", "image/jpeg"),
        ("", "image/jpeg"),
    ] {
        let form = Form::new().file("file", name, kind, &photo(1));
        kiosk.post_form(&upload_path(session), form).expect(200);
    }
    let traces = Traces::of(&booth)?;
    assert_eq!(traces.rows("session_photos"), 1);
    assert_eq!(
        booth.files()?.len(),
        2,
        "one photo and its preview, under names of ours"
    );
    kiosk.done(&kiosk.order(session))?;
    Ok(())
}

pub(crate) fn too_many_bytes_are_refused_in_bounded_memory(engine: Engine) -> Result<()> {
    let (booth, kiosk, session) = waiting_booth(engine, &[("MAX_UPLOAD_MB", "4")])?;
    kiosk.upload(session, &photo(1));
    let before = Traces::of(&booth)?;
    let peak = booth.peak_memory()?;
    let mut large = photo(1);
    large.resize(100 * 1024 * 1024, 0);
    kiosk
        .post_form(&upload_path(session), Form::of_file(&large))
        .refused(413, "file_too_large");
    kiosk
        .post_form("/api/v1/jobs", Form::of_file(&large))
        .refused(413, "file_too_large");
    let grown = booth.peak_memory()?.saturating_sub(peak);
    assert!(
        grown < 32 * 1024,
        "{grown} KiB more for 100 MiB that were refused"
    );
    unharmed(&booth, &before)?;

    let text = Form::of_file(&photo(1)).text("name", &"x".repeat(1024 * 1024));
    kiosk
        .post_form("/api/v1/jobs", text)
        .refused(413, "file_too_large");
    let long = json!({"name": "x".repeat(100_000), "email": "a@example.org", "phone": ""});
    kiosk
        .post("/api/v1/sessions/start", &long)
        .refused(413, "body_too_large");
    unharmed(&booth, &before)
}

pub(crate) fn many_enormous_pictures_at_once_stay_within_the_memory_budget(engine: Engine) -> Result<()> {
    let booth = Booth::open_with(engine, &[("MEMORY_BUDGET_MB", "400"), ("WORKERS", "16")])?;
    let kiosk = booth.client();
    kiosk.visit("portrait", &photo(1))?;
    let bomb = tiny_bomb(5500, 5500);
    assert!(bomb.len() < 40);
    let sessions: Vec<i64> = (0..16).map(|_| kiosk.start_session()).collect();
    std::thread::scope(|scope| {
        for session in sessions {
            let (kiosk, bomb) = (&kiosk, &bomb);
            scope.spawn(move || {
                let answer = kiosk.post_form(&upload_path(session), Form::of_file(bomb));
                assert!([200, 503].contains(&answer.status), "{}", answer.text());
            });
        }
        kiosk.upload(kiosk.start_session(), &photo(2));
    });
    let peak = booth.peak_memory()?;
    println!("{peak} KiB at the peak");
    assert!(peak < 500 * 1024, "{peak} KiB for pictures that may take 400 MiB");
    kiosk.visit("portrait", &photo(3))?;
    Ok(())
}

/// The small copy alone would fit, a look would not: the guest hears of it while the photo can be taken again.
pub(crate) fn a_photo_dearer_than_the_budget_is_refused_at_the_upload(engine: Engine) -> Result<()> {
    let (booth, kiosk, session) = waiting_booth(engine, &[("MEMORY_BUDGET_MB", "256")])?;
    let before = Traces::of(&booth)?;
    for bomb in [tiny_bomb(7000, 7000), tiny_bomb(5500, 5500)] {
        kiosk
            .post_form(&upload_path(session), Form::of_file(&bomb))
            .refused(413, "photo_too_costly");
        kiosk
            .post_form("/api/v1/jobs", Form::of_file(&bomb))
            .refused(413, "photo_too_costly");
        unharmed(&booth, &before)?;
    }
    assert!(booth.log().contains("MEMORY_BUDGET_MB is 256"), "{}", booth.log());
    kiosk.upload(session, &tiny_bomb(4000, 3000));
    kiosk.done(&kiosk.order(session))?;
    Ok(())
}

/// A photo of 400 KB, most of it behind its end.
fn heavy_photo(seed: u64) -> Vec<u8> {
    let mut file = photo(seed);
    assert!(file.len() < 400_000);
    file.resize(400_000, 0);
    file
}

pub(crate) fn photos_beyond_what_the_booth_may_keep_are_refused(engine: Engine) -> Result<()> {
    let booth = Booth::open_with(engine, &[("MAX_STORED_PHOTOS_MB", "1")])?;
    let kiosk = booth.client();
    let sessions: Vec<i64> = (0..8).map(|_| kiosk.start_session()).collect();
    let upload = |session: i64| kiosk.post_form(&upload_path(session), Form::of_file(&heavy_photo(1)));
    // All at once: none of them may count on room that another one takes.
    let answers: Vec<_> = std::thread::scope(|scope| {
        let uploads: Vec<_> = sessions
            .iter()
            .map(|&session| scope.spawn(move || (session, upload(session))))
            .collect();
        uploads
            .into_iter()
            .map(|upload| upload.join().expect("an answer"))
            .collect()
    });
    let (taken, refused): (Vec<_>, Vec<_>) =
        answers.into_iter().partition(|(_, answer)| answer.status == 200);
    assert_eq!((taken.len(), refused.len()), (2, 6));
    for (_, answer) in refused {
        assert!(answer.header("retry-after").is_some());
        answer.refused(507, "photos_full");
    }
    let full = Traces::of(&booth)?;
    assert_eq!(full.rows("session_photos"), 2);
    kiosk
        .post_form("/api/v1/jobs", Form::of_file(&heavy_photo(2)))
        .refused(507, "photos_full");
    unharmed(&booth, &full)?;
    // A photo in the place of another takes no more room, and a job takes none.
    let session = taken[0].0;
    upload(session).expect(200);
    kiosk.pick(session, "portrait");
    let done = kiosk.done(&kiosk.order(session))?;
    // What goes with its job makes room.
    kiosk
        .delete(&format!("/api/v1/jobs/{}", done["job_id"]))
        .expect(204);
    kiosk.upload(kiosk.start_session(), &heavy_photo(3));
    Ok(())
}

/// A theme of six thousand pixels each way, made while there was memory for it.
pub(crate) fn a_look_dearer_than_the_budget_fails_its_job_in_words(engine: Engine) -> Result<()> {
    let mut booth = Booth::open_with(engine, &[("MEMORY_BUDGET_MB", "1024")])?;
    let kiosk = booth.client();
    let enormous = || {
        Form::new()
            .text("title", "Enormous")
            .text("prompt", "")
            .text(
                "params",
                r#"{"recipe": {"canvas": {"width": 6000, "height": 6000, "dpi": 300}}}"#,
            )
            .file("thumbnail", "x.jpg", "", &photo(1))
    };
    let theme = kiosk.post_form("/api/v1/themes", enormous()).ok();
    let theme = theme["id"].as_str().context("the theme's id")?;
    let session = kiosk.ready_session(theme, &photo(1));
    booth.ask_to_stop()?;
    booth.change("MEMORY_BUDGET_MB", "256");
    booth.start()?;
    let before = Traces::of(&booth)?;
    let refused = kiosk
        .post_form("/api/v1/themes", enormous())
        .refused(422, "recipe_invalid");
    assert!(refused.text().contains("MEMORY_BUDGET_MB"), "{}", refused.text());
    unharmed(&booth, &before)?;
    let failed = kiosk.ended(&kiosk.order(session))?;
    assert_eq!(failed["status"], "failed", "{failed}");
    let message = failed["error_message"].as_str().context("a sentence")?;
    assert!(message.contains("MEMORY_BUDGET_MB"), "{message}");
    kiosk.visit("portrait-hd", &photo(2))?;
    Ok(())
}

pub(crate) fn a_form_without_its_photo_says_so(engine: Engine) -> Result<()> {
    let (booth, kiosk, session) = waiting_booth(engine, &[])?;
    let before = Traces::of(&booth)?;
    let path = upload_path(session);
    let other = || Form::new().file("image", "photo.jpg", "image/jpeg", &photo(1));
    kiosk.post_form(&path, Form::new()).refused(422, "field_missing");
    kiosk
        .post_form(&path, Form::new().text("name", "Ada"))
        .refused(422, "field_missing");
    let answer = kiosk.post_form(&path, other());
    assert!((400..500).contains(&answer.status), "{}", answer.text());
    kiosk
        .send("POST", &path, Some("image/jpeg"), photo(1))
        .refused(415, "form_expected");
    kiosk
        .send("POST", &path, Some("multipart/form-data"), photo(1))
        .expect(400);
    kiosk
        .post(&path, &json!({"file": "photo.jpg"}))
        .refused(415, "form_expected");
    let many = (0..13).fold(Form::new(), |form, _| form.file("file", "x.jpg", "", &photo(1)));
    kiosk
        .post_form(&format!("/api/v1/sessions/{session}/photos"), many)
        .refused(422, "too_many_photos");
    unharmed(&booth, &before)
}

pub(crate) fn bodies_that_do_not_fit_are_refused(engine: Engine) -> Result<()> {
    let (booth, kiosk, session) = waiting_booth(engine, &[])?;
    let before = Traces::of(&booth)?;
    let start = "/api/v1/sessions/start";
    for (body, status) in [
        ("", 400),
        ("{", 400),
        ("nonsense", 400),
        ("[]", 422),
        ("null", 422),
        (r#"{"name": 7, "email": "a@example.org", "phone": ""}"#, 422),
        (r#"{"name": "A", "email": ["a@example.org"], "phone": ""}"#, 422),
        (r#"{"name": "A", "email": "nobody", "phone": ""}"#, 422),
        (r#"{"name": "A", "phone": ""}"#, 422),
        (r#"{"name": "", "email": "a@example.org", "phone": ""}"#, 422),
        (
            "{\"name\": \"A\\u0000\", \"email\": \"a@example.org\", \"phone\": \"\"}",
            422,
        ),
    ] {
        let answer = kiosk.send("POST", start, Some("application/json"), body.as_bytes().to_vec());
        assert_eq!(answer.status, status, "{body}: {}", answer.text());
        let code = answer.json()["code"].as_str().unwrap_or_default().to_owned();
        answer.refused(status, &code);
    }
    for kind in ["text/plain", "application/x-www-form-urlencoded"] {
        let body = json!({"name": "A", "email": "a@example.org", "phone": ""});
        kiosk
            .send("POST", start, Some(kind), body.to_string().into_bytes())
            .refused(415, "json_expected");
    }
    for order in [
        json!({}),
        json!({"session_id": session}),
        json!({"session_id": session.to_string(), "mode": "event"}),
        json!({"session_id": session, "mode": "party"}),
        json!({"session_id": 1.5, "mode": "event"}),
        json!({"session_id": session, "mode": "event", "overlay_url": 7}),
    ] {
        kiosk.post("/api/v1/jobs", &order).refused(422, "json_invalid");
    }
    kiosk
        .patch(
            &format!("/api/v1/sessions/{session}/theme"),
            &json!({"theme_id": 1}),
        )
        .refused(422, "json_invalid");
    unharmed(&booth, &before)
}

pub(crate) fn unknown_ids_are_404_whatever_they_look_like(engine: Engine) -> Result<()> {
    let booth = Booth::open(engine)?;
    let kiosk = booth.client();
    let before = Traces::of(&booth)?;
    let ids = [
        "0",
        "-1",
        "999999",
        "99999999999999999999999",
        "1.5",
        "x",
        "%00",
        "..%2f..%2fetc%2fpasswd",
        "1%20OR%201=1",
        "%F0%9F%8E%89",
        "%FF",
    ];
    for id in ids {
        for (method, path) in [
            ("GET", format!("/api/v1/sessions/{id}")),
            ("GET", format!("/api/v1/jobs/{id}")),
            ("DELETE", format!("/api/v1/jobs/{id}")),
            ("POST", format!("/api/v1/jobs/{id}/retry")),
            ("GET", format!("/api/v1/jobs/{id}/events")),
            ("GET", format!("/api/v1/themes/internal/{id}")),
            ("DELETE", format!("/api/v1/themes/{id}")),
            ("GET", format!("/p/{id}")),
            ("GET", format!("/static/results/{id}")),
        ] {
            let answer = kiosk.send(method, &path, None, Vec::new());
            assert_eq!(answer.status, 404, "{method} {path}: {}", answer.text());
        }
        let order = Form::of_file(&photo(1)).text("theme_id", &format!("../{id}"));
        kiosk
            .post_form("/api/v1/jobs", order)
            .refused(404, "theme_not_found");
        kiosk
            .post_form(&format!("/api/v1/sessions/{id}/upload"), Form::of_file(&photo(1)))
            .refused(404, "session_not_found");
    }
    unharmed(&booth, &before)
}

pub(crate) fn a_theme_deleted_in_mid_visit_has_to_be_picked_anew(engine: Engine) -> Result<()> {
    let (booth, kiosk, session) = waiting_booth(engine, &[])?;
    kiosk.pick(session, "sepia");
    kiosk.upload(session, &photo(1));
    let running = kiosk.ready_session("sepia", &photo(2));
    let accepted = kiosk.order(running);
    kiosk.delete("/api/v1/themes/sepia").expect(204);

    let seen = kiosk.get(&format!("/api/v1/sessions/{session}")).ok();
    assert_eq!(seen["theme_id"], Value::Null);
    let order = json!({"session_id": session, "mode": "event", "overlay_url": null});
    let before = Traces::of(&booth)?;
    kiosk.post("/api/v1/jobs", &order).refused(400, "theme_not_set");
    assert_eq!(Traces::of(&booth)?.rows("jobs"), before.rows("jobs"));
    kiosk.done(&accepted)?;
    kiosk.pick(session, "cool");
    kiosk.done(&kiosk.order(session))?;
    Ok(())
}

pub(crate) fn a_busy_visit_takes_neither_photo_nor_job(engine: Engine) -> Result<()> {
    // One worker, and work before ours: the visit is busy for as long as we look at it.
    let (booth, kiosk, session) = waiting_booth(engine, &[("WORKERS", "1")])?;
    kiosk.upload(session, &photo(1));
    let earlier: Vec<Value> = (0..6)
        .map(|_| kiosk.ready_session("portrait-hd", &photo(2)))
        .collect::<Vec<_>>()
        .into_iter()
        .map(|session| kiosk.order(session))
        .collect();
    let job = kiosk.order(session);
    let upload = kiosk.post_form(&upload_path(session), Form::of_file(&photo(3)));
    let order = json!({"session_id": session, "mode": "event", "overlay_url": null});
    let second = kiosk.post("/api/v1/jobs", &order);
    let now = kiosk.get(&format!("/api/v1/jobs/{}", job["job_id"])).ok();
    assert_ne!(now["status"], "done", "there was too little work before it");
    upload.refused(409, "session_busy");
    second.refused(409, "session_busy");
    for job in earlier.iter().chain([&job]) {
        kiosk.done(job)?;
    }
    let traces = Traces::of(&booth)?;
    assert_eq!(traces.rows("jobs"), 7);
    assert_eq!(traces.rows("session_photos"), 7);
    kiosk.upload(session, &photo(3));
    Ok(())
}

pub(crate) fn a_theme_that_cannot_be_made_leaves_nothing(engine: Engine) -> Result<()> {
    let booth = Booth::open(engine)?;
    let operator = booth.client();
    let before = Traces::of(&booth)?;
    let whole = || {
        Form::new()
            .text("title", "Garden")
            .text("prompt", "")
            .file("thumbnail", "x.jpg", "", &photo(1))
    };
    let recipe = |recipe: &str| whole().text("params", &format!("{{\"recipe\": {recipe}}}"));
    for (form, status, code) in [
        (Form::new().text("title", "Garden"), 422, "field_missing"),
        (
            Form::new().text("title", "Garden").text("prompt", ""),
            422,
            "field_missing",
        ),
        (
            Form::new()
                .text("title", " ")
                .text("prompt", "")
                .file("thumbnail", "x", "", &photo(1)),
            422,
            "title_invalid",
        ),
        (whole().text("aspect_ratio", "wide"), 422, "aspect_ratio_invalid"),
        (whole().text("params", "[1]"), 422, "params_invalid"),
        (recipe("7"), 422, "recipe_invalid"),
        (
            recipe("{\"canvas\": {\"width\": -1, \"height\": 9, \"dpi\": 300}}"),
            422,
            "recipe_invalid",
        ),
        (
            whole().file("overlay", "x.png", "", b"none"),
            422,
            "overlay_invalid",
        ),
        (
            Form::new()
                .text("title", "Garden")
                .text("prompt", "")
                .file("thumbnail", "x.jpg", "", b"none"),
            415,
            "photo_format_unknown",
        ),
    ] {
        operator.post_form("/api/v1/themes", form).refused(status, code);
        unharmed(&booth, &before)?;
    }
    let blind = whole()
        .file("overlay", "x.png", "", &overlay_png(1200, 1800))
        .text("aspect_ratio", "x");
    operator
        .post_form("/api/v1/themes", blind)
        .refused(422, "aspect_ratio_invalid");
    unharmed(&booth, &before)
}

pub(crate) fn a_failed_call_does_not_use_up_its_key(engine: Engine) -> Result<()> {
    let (booth, kiosk, session) = waiting_booth(engine, &[])?;
    let keyed = kiosk.with("Idempotency-Key", "one");
    let before = Traces::of(&booth)?;
    keyed
        .post_form(&upload_path(session), Form::of_file(&cut_photo()))
        .refused(422, "photo_truncated");
    let order = json!({"session_id": session, "mode": "event", "overlay_url": null});
    keyed
        .post("/api/v1/jobs", &order)
        .refused(400, "photo_not_uploaded");
    unharmed(&booth, &before)?;
    keyed
        .post_form(&upload_path(session), Form::of_file(&photo(1)))
        .expect(200);
    let job = keyed.post("/api/v1/jobs", &order).ok();
    kiosk.done(&job)?;
    Ok(())
}

pub(crate) fn a_form_of_ten_thousand_parts_is_refused(engine: Engine) -> Result<()> {
    let (booth, kiosk, session) = waiting_booth(engine, &[])?;
    let before = Traces::of(&booth)?;
    let many = (0..10_000).fold(Form::new(), |form, part| form.text(&format!("part{part}"), "x"));
    kiosk
        .post_form(&upload_path(session), many)
        .refused(400, "too_many_parts");
    let name = "n".repeat(200_000);
    let answer = kiosk.post_form(&upload_path(session), Form::new().text(&name, "x"));
    assert!((400..500).contains(&answer.status), "{}", answer.text());
    unharmed(&booth, &before)
}

pub(crate) fn framing_abuse_is_refused(engine: Engine) -> Result<()> {
    let (booth, _, session) = waiting_booth(engine, &[])?;
    let before = Traces::of(&booth)?;
    let head = format!("POST /api/v1/sessions/{session}/upload HTTP/1.1\r\nHost: localhost\r\n");
    for (what, rest) in [
        (
            "two lengths",
            "Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello",
        ),
        (
            "a length and chunks",
            "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        ),
        ("no length that is one", "Content-Length: 1x\r\n\r\nh"),
        ("a negative length", "Content-Length: -1\r\n\r\n"),
        ("an invented encoding", "Transfer-Encoding: magic\r\n\r\nhello"),
        (
            "no chunk that is one",
            "Content-Type: multipart/form-data; boundary=b\r\nTransfer-Encoding: chunked\r\n\r\nZZ\r\nhello\r\n0\r\n\r\n",
        ),
        ("a header without a name", ": value\r\n\r\n"),
    ] {
        let request = format!("{head}Connection: close\r\n{rest}");
        let status = booth.raw(request.as_bytes())?;
        assert!(
            status.is_some_and(|status| (400..500).contains(&status)),
            "{what}: {status:?}"
        );
    }
    for request in [
        "GET / HTTP/9.9\r\n\r\n".to_owned(),
        "nonsense\r\n\r\n".to_owned(),
        format!(
            "GET /health HTTP/1.1\r\nHost: localhost\r\nX: {}\r\n\r\n",
            "x".repeat(400_000)
        ),
    ] {
        let mut raw = Raw::connect(&booth)?;
        // It may hang up before it has read everything.
        let sent = raw.write(request.as_bytes());
        let status = raw.status();
        if sent.is_ok()
            && let Ok(Some(status)) = status
        {
            assert!((400..506).contains(&status) && status != 500, "{status}");
        }
    }
    unharmed(&booth, &before)
}

/// A form whose bytes are all there but for its closing boundary, one whose bytes stop
/// half-way, a JSON body and a head that stop: all at once, so that the wait is one.
pub(crate) fn a_body_that_never_ends_is_given_up(engine: Engine) -> Result<()> {
    let (booth, kiosk, session) = waiting_booth(engine, &[])?;
    let before = Traces::of(&booth)?;
    let open = Form::of_file(&photo(1)).into_open_body();
    let head = |length: usize, kind: &str, path: &str| {
        format!(
            "POST {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Type: {kind}\r\nContent-Length: {length}\r\n\r\n"
        )
    };
    let path = upload_path(session);
    let mut slow_head = Raw::connect(&booth)?;
    slow_head.write(b"POST /api/v1/jobs HTTP/1.1\r\nHost: local")?;
    let mut held = vec![slow_head];
    for (request, body) in [
        (head(open.len(), Form::CONTENT_TYPE, &path), &open[..]),
        (head(open.len() + 500, Form::CONTENT_TYPE, &path), &open[..]),
        (head(open.len(), Form::CONTENT_TYPE, &path), &open[..200]),
        (
            head(100, "application/json", "/api/v1/sessions/start"),
            &b"{\"name\""[..],
        ),
    ] {
        let mut raw = Raw::connect(&booth)?;
        raw.write(request.as_bytes())?;
        raw.write(body)?;
        held.push(raw);
    }
    kiosk
        .post_form("/api/v1/jobs", Form::of_file(&cut_photo()))
        .refused(422, "photo_truncated");
    for raw in &mut held {
        let status = raw.status()?;
        assert!(
            status.is_some_and(|status| (400..500).contains(&status)),
            "{status:?}"
        );
    }
    unharmed(&booth, &before)?;
    kiosk.upload(session, &photo(1));
    Ok(())
}

pub(crate) fn a_hung_up_upload_leaves_nothing(engine: Engine) -> Result<()> {
    let (booth, kiosk, session) = waiting_booth(engine, &[])?;
    let before = Traces::of(&booth)?;
    let body = Form::of_file(&photo(1)).into_body();
    for part in [10, 300, body.len() / 2, body.len() - 10] {
        let mut raw = Raw::connect(&booth)?;
        let head = format!(
            "POST {} HTTP/1.1\r\nHost: localhost\r\nContent-Type: {}\r\nContent-Length: {}\r\n\r\n",
            upload_path(session),
            Form::CONTENT_TYPE,
            body.len()
        );
        raw.write(head.as_bytes())?;
        raw.write(&body[..part])?;
        raw.end()?;
        let status = raw.status()?;
        assert!(
            status.is_none_or(|status| (400..500).contains(&status)),
            "{status:?}"
        );
    }
    unharmed(&booth, &before)?;
    kiosk.upload(session, &photo(1));
    kiosk.done(&kiosk.order(session))?;
    Ok(())
}

/// The kiosk's connection breaks at any moment while its photo is taken in.
pub(crate) fn a_kiosk_that_hangs_up_leaves_a_whole_photo_or_none(engine: Engine) -> Result<()> {
    let booth = Booth::open(engine)?;
    let kiosk = booth.client();
    let mut sessions = Vec::new();
    // A third of them at the very first moment, when not even the file is open.
    for visit in 0..36u64 {
        let session = kiosk.start_session();
        let body = Form::of_file(&photo(visit)).into_body();
        // An answer that nobody has read turns the end of the connection into its reset.
        let head = format!(
            "GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n\
             POST {} HTTP/1.1\r\nHost: localhost\r\nContent-Type: {}\r\nContent-Length: {}\r\n\r\n",
            upload_path(session),
            Form::CONTENT_TYPE,
            body.len()
        );
        let mut raw = Raw::connect(&booth)?;
        raw.write(head.as_bytes())?;
        raw.write(&body)?;
        std::thread::sleep(Duration::from_millis(2 * visit.saturating_sub(12)));
        drop(raw);
        sessions.push(session);
    }
    let begun = Instant::now();
    let is_settled = |traces: &Traces| {
        let lies_in = |folder: &str| {
            booth
                .files()
                .map(|files| files.iter().filter(|file| file.starts_with(folder)).count())
        };
        let photos = usize::try_from(traces.rows("session_photos"))?;
        anyhow::Ok(
            lies_in("data/incoming")? == 0
                && lies_in("data/originals")? == photos
                && lies_in("data/previews")? == photos,
        )
    };
    while !is_settled(&Traces::of(&booth)?)? {
        assert!(
            begun.elapsed() < Duration::from_secs(20),
            "{:?}",
            Traces::of(&booth)?
        );
        std::thread::sleep(Duration::from_millis(50));
    }
    let mut shown = 0;
    for session in sessions {
        let session = kiosk.get(&format!("/api/v1/sessions/{session}")).ok();
        for photo in session["photos"].as_array().context("a list")? {
            kiosk
                .get(photo["preview_url"].as_str().context("an address")?)
                .expect(200);
            shown += 1;
        }
    }
    assert!(shown > 0, "no upload was taken in before its kiosk hung up");
    assert_eq!(Traces::of(&booth)?.rows("session_photos"), shown);
    assert!(!booth.log().contains("panicked"), "{}", booth.log());
    Ok(())
}
