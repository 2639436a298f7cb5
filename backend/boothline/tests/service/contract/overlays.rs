//! `/settings/overlay`: pictures laid over results.

use anyhow::Result;
use serde_json::json;

use crate::booth::{Booth, Engine, Form, Traces, overlay_png, photo, pixels};

const PATH: &str = "/api/v1/settings/overlay";

pub(crate) fn a_png_of_a_printed_size_becomes_an_overlay(engine: Engine) -> Result<()> {
    let booth = Booth::open(engine)?;
    let operator = booth.client();
    for (width, height) in [(1200, 1800), (2400, 3600)] {
        let file = overlay_png(width, height);
        let taken = operator.post_form(PATH, Form::of_file(&file)).ok();
        assert_eq!(
            (&taken["width"], &taken["height"]),
            (&width.into(), &height.into())
        );
        let url = taken["overlay_url"].as_str().expect("an address");
        assert!(url.starts_with("/static/overlays/"), "{url}");
        let shown = operator.get(url).expect(200);
        assert_eq!(shown.header("content-type"), Some("image/png"));
        assert_eq!(shown.bytes, file);
    }
    Ok(())
}

pub(crate) fn an_overlay_lies_over_the_result(engine: Engine) -> Result<()> {
    let booth = Booth::open(engine)?;
    let kiosk = booth.client();
    let taken = kiosk
        .post_form(PATH, Form::of_file(&overlay_png(1200, 1800)))
        .ok();
    let session = kiosk.ready_session("portrait", &photo(1));
    let order = json!({"session_id": session, "mode": "event", "overlay_url": taken["overlay_url"]});
    let job = kiosk.post("/api/v1/jobs", &order).ok();
    assert_eq!(job["overlay_url"], taken["overlay_url"]);
    let done = kiosk.done(&job)?;
    assert_eq!(done["overlay_url"], taken["overlay_url"]);
    let result = kiosk
        .get(done["result_url"].as_str().expect("an address"))
        .expect(200);
    let [red, green, blue] = pixels(&result.bytes).get_pixel(600, 40).0;
    assert!(red > 200 && green < 50 && blue < 60, "{red} {green} {blue}");
    Ok(())
}

pub(crate) fn anything_else_is_400_with_the_reason(engine: Engine) -> Result<()> {
    let booth = Booth::open(engine)?;
    let operator = booth.client();
    let before = Traces::of(&booth)?;
    let whole = overlay_png(1200, 1800);
    let wrong = [
        ("a photo", photo(1)),
        ("another size", overlay_png(1200, 1801)),
        ("text", b"not a picture".to_vec()),
        ("nothing", Vec::new()),
        ("half of one", whole[..whole.len() / 2].to_vec()),
    ];
    for (what, file) in wrong {
        let answer = operator.post_form(PATH, Form::of_file(&file)).expect(400);
        let detail = answer.json()["detail"].as_str().unwrap_or_default().to_owned();
        assert!(detail.len() > 10, "{what}: {detail}");
    }
    operator
        .post_form(PATH, Form::new().text("other", "x"))
        .refused(400, "field_missing");
    assert_eq!(Traces::of(&booth)?, before);
    Ok(())
}
