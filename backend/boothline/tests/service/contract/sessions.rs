//! `/sessions`: one guest's visit.

use anyhow::Result;
use serde_json::{Value, json};

use crate::booth::{Booth, Engine, Form, Traces, photo, pixels};

pub(crate) fn a_visit_goes_from_name_to_theme_to_photo(engine: Engine) -> Result<()> {
    let booth = Booth::open(engine)?;
    let kiosk = booth.client();
    let guest = json!({"name": "Ada", "email": "ada@example.org", "phone": "1"});
    let session = kiosk.post("/api/v1/sessions/start", &guest).ok();
    let id = session["session_id"].as_i64().expect("an integer");
    assert_eq!(session["status"], "draft");
    assert!(session["user"]["id"].is_i64());
    assert_eq!(session["user"]["name"], "Ada");
    assert_eq!(session["user"]["email"], "ada@example.org");
    assert_eq!(session["user"]["phone"], "1");
    for empty in ["theme_id", "input_image_url", "latest_job"] {
        assert_eq!(
            session.get(empty),
            Some(&Value::Null),
            "{empty} is there, and null"
        );
    }

    let session = kiosk.pick(id, "portrait");
    assert_eq!(session["status"], "theme_selected");
    assert_eq!(session["theme_id"], "portrait");

    let session = kiosk.upload(id, &photo(1));
    assert_eq!(session["status"], "photo_uploaded");
    let url = session["input_image_url"].as_str().expect("a photo");
    let shown = pixels(&kiosk.get(url).expect(200).bytes);
    assert_eq!(shown.dimensions(), (400, 600));

    let job = kiosk.order(id);
    let session = kiosk.get(&format!("/api/v1/sessions/{id}")).ok();
    assert_eq!(session["session_id"], id);
    assert_eq!(session["latest_job"]["job_id"], job["job_id"]);
    Ok(())
}

pub(crate) fn a_guest_who_comes_again_is_found_by_email_and_refreshed(engine: Engine) -> Result<()> {
    let booth = Booth::open(engine)?;
    let kiosk = booth.client();
    let visit = |name: &str, email: &str, phone: &str| {
        let guest = json!({"name": name, "email": email, "phone": phone});
        kiosk.post("/api/v1/sessions/start", &guest).ok()
    };
    let first = visit("Ada", "ada@example.org", "1");
    let again = visit("Ada King", " Ada@Example.org ", "2");
    assert_ne!(first["session_id"], again["session_id"]);
    assert_eq!(first["user"]["id"], again["user"]["id"]);
    assert_eq!(again["user"]["name"], "Ada King");
    assert_eq!(again["user"]["phone"], "2");
    let other = visit("Grace", "grace@example.org", "3");
    assert_ne!(first["user"]["id"], other["user"]["id"]);
    assert_eq!(Traces::of(&booth)?.rows("guests"), 2);
    Ok(())
}

pub(crate) fn a_second_photo_replaces_the_first_until_a_job_uses_it(engine: Engine) -> Result<()> {
    let booth = Booth::open(engine)?;
    let kiosk = booth.client();
    let session = kiosk.start_session();
    kiosk.pick(session, "portrait");
    let first = kiosk.upload(session, &photo(1))["input_image_url"].clone();
    let second = kiosk.upload(session, &photo(2))["input_image_url"].clone();
    assert_ne!(first, second);
    kiosk.get(first.as_str().expect("an address")).expect(404);
    assert_eq!(Traces::of(&booth)?.rows("session_photos"), 1);

    kiosk.done(&kiosk.order(session))?;
    let third = kiosk.upload(session, &photo(3));
    assert_ne!(third["input_image_url"], second);
    let traces = Traces::of(&booth)?;
    assert_eq!(traces.rows("session_photos"), 2, "the job keeps its photo");
    let again = kiosk.done(&kiosk.order(session))?;
    assert_eq!(again["session_id"], session);
    Ok(())
}

pub(crate) fn several_photos_keep_their_order(engine: Engine) -> Result<()> {
    let booth = Booth::open(engine)?;
    let kiosk = booth.client();
    let session = kiosk.start_session();
    let path = format!("/api/v1/sessions/{session}/photos");
    let two = Form::of_file(&photo(1)).file("file", "2.jpg", "image/jpeg", &photo(2));
    let begun = kiosk.post_form(&path, two).ok();
    let more = kiosk.post_form(&path, Form::of_file(&photo(3))).ok();
    let urls = more["input_image_urls"].as_array().expect("addresses").clone();
    assert_eq!(urls.len(), 3);
    assert_eq!(
        urls[..2],
        begun["input_image_urls"].as_array().expect("addresses")[..]
    );
    assert_eq!(more["input_image_url"], urls[0]);
    assert_eq!(more["status"], "photo_uploaded");

    kiosk.pick(session, "strip");
    let done = kiosk.done(&kiosk.order(session))?;
    assert!(done["result_url"].is_string());
    Ok(())
}

pub(crate) fn an_event_without_the_guest_form_takes_an_empty_object(engine: Engine) -> Result<()> {
    let booth = Booth::open_with(engine, &[("GUEST_FORM", "off")])?;
    let kiosk = booth.client();
    let session = kiosk.post("/api/v1/sessions/start", &json!({})).ok();
    assert_eq!(session["user"]["email"], "");
    let other = kiosk.post("/api/v1/sessions/start", &json!({})).ok();
    assert_ne!(
        session["user"]["id"], other["user"]["id"],
        "nobody is anybody else"
    );
    let config = kiosk.get("/api/v1/kiosk/config").ok();
    assert_eq!(config["guest_form"], false);
    Ok(())
}

pub(crate) fn unknown_visits_and_themes_are_404(engine: Engine) -> Result<()> {
    let booth = Booth::open(engine)?;
    let kiosk = booth.client();
    let session = kiosk.start_session();
    kiosk
        .get("/api/v1/sessions/999999")
        .refused(404, "session_not_found");
    kiosk
        .patch("/api/v1/sessions/999999/theme", &json!({"theme_id": "portrait"}))
        .refused(404, "session_not_found");
    kiosk
        .patch(
            &format!("/api/v1/sessions/{session}/theme"),
            &json!({"theme_id": "nowhere"}),
        )
        .refused(404, "theme_not_found");
    kiosk
        .post_form("/api/v1/sessions/999999/upload", Form::of_file(&photo(1)))
        .refused(404, "session_not_found");
    Ok(())
}
