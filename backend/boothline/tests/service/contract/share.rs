//! `/p/{code}`: what a guest's phone opens.

use anyhow::{Context as _, Result};
use serde_json::{Value, json};

use crate::booth::{Booth, Engine, photo};

pub(crate) fn a_guests_page_goes_from_developing_to_the_picture(engine: Engine) -> Result<()> {
    let booth = Booth::open(engine)?;
    let kiosk = booth.client();
    let session = kiosk.ready_session("portrait", &photo(1));
    let job = kiosk.order(session);
    let page = job["share_url"].as_str().context("an address")?;
    let early = kiosk.get(page).expect(200);
    assert_eq!(early.header("cache-control"), Some("no-store"));
    let robots = early.header("x-robots-tag").unwrap_or_default();
    assert!(robots.contains("noindex"), "{robots}");

    let done = kiosk.done(&job)?;
    let status = kiosk.get(&format!("{page}/status")).ok();
    assert_eq!(
        status,
        json!({"state": "ready", "image_url": done["compressed_url"]})
    );
    let shown = kiosk.get(page).expect(200);
    let picture = done["compressed_url"].as_str().context("an address")?;
    assert!(shown.text().contains(picture));
    let policy = shown.header("content-security-policy").unwrap_or_default();
    assert!(
        policy.contains("default-src 'none'") && !policy.contains("unsafe"),
        "{policy}"
    );
    let saved = kiosk.get(&format!("{page}/download")).expect(200);
    let disposition = saved.header("content-disposition").unwrap_or_default();
    assert!(disposition.starts_with("attachment; filename="), "{disposition}");
    assert_eq!(saved.bytes, kiosk.get(picture).expect(200).bytes);
    Ok(())
}

pub(crate) fn unknown_and_deleted_pages_look_the_same(engine: Engine) -> Result<()> {
    let booth = Booth::open(engine)?;
    let kiosk = booth.client();
    let done = kiosk.visit("portrait", &photo(1))?;
    let page = done["share_url"].as_str().context("an address")?;
    kiosk
        .delete(&format!("/api/v1/jobs/{}", done["job_id"]))
        .expect(204);
    let deleted = kiosk.get(page).expect(404);
    let code = page.rsplit('/').next().context("a code")?;
    for unknown in [code.chars().rev().collect(), "x".to_owned(), "..%2f..".to_owned()] {
        let answer = kiosk.get(&format!("/p/{unknown}")).expect(404);
        assert_eq!(answer.text(), deleted.text(), "{unknown}");
    }
    let without_id = |mut problem: Value| {
        problem["request_id"].take();
        problem
    };
    for part in ["status", "download"] {
        let deleted = kiosk
            .get(&format!("{page}/{part}"))
            .refused(404, "share_not_found");
        let unknown = kiosk.get(&format!("/p/x/{part}")).refused(404, "share_not_found");
        assert_eq!(without_id(deleted.json()), without_id(unknown.json()));
    }
    Ok(())
}
