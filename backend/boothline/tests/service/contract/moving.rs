//! Looks that move: a GIF, a WebP and an MP4 beside the picture.

use anyhow::{Context as _, Result};
use serde_json::Value;

use crate::booth::film::{cinema, installed};
use crate::booth::{Booth, Client, Engine, Form, photo};

fn shots(kiosk: &Client, theme: &str, count: u64) -> i64 {
    let session = kiosk.start_session();
    kiosk.pick(session, theme);
    let path = format!("/api/v1/sessions/{session}/photos");
    for seed in 0..count {
        kiosk.post_form(&path, Form::of_file(&photo(seed))).ok();
    }
    session
}

fn formats(job: &Value) -> Result<Vec<&str>> {
    let list = job["animations"].as_array().context("a list")?;
    Ok(list
        .iter()
        .filter_map(|animation| animation["format"].as_str())
        .collect())
}

fn check_files(kiosk: &Client, job: &Value) -> Result<()> {
    for animation in job["animations"].as_array().context("a list")? {
        let file = kiosk
            .get(animation["url"].as_str().context("an address")?)
            .expect(200);
        assert_eq!(Some(file.bytes.len() as u64), animation["bytes"].as_u64());
        let (kind, begin) = match animation["format"].as_str() {
            Some("gif") => ("image/gif", &file.bytes[..4]),
            Some("webp") => ("image/webp", &file.bytes[8..12]),
            _ => ("video/mp4", &file.bytes[4..8]),
        };
        assert_eq!(file.header("content-type"), Some(kind));
        assert_eq!(file.header("cross-origin-resource-policy"), Some("cross-origin"));
        assert!([&b"GIF8"[..], b"WEBP", b"ftyp"].contains(&begin), "{begin:?}");
    }
    Ok(())
}

pub(crate) fn four_shots_make_a_gif_and_a_webp_and_all_go_with_the_job(engine: Engine) -> Result<()> {
    let booth = Booth::open(engine)?;
    let kiosk = booth.client();
    let before = booth.files()?;
    let done = kiosk.done(&kiosk.order(shots(&kiosk, "boomerang", 4)))?;
    // The tests' environment has no search path, so that no ffmpeg is found on it.
    assert_eq!(formats(&done)?, ["gif", "webp"]);
    let said = done["log_text"].as_str().context("a log")?;
    assert!(said.ends_with("There is no MP4 of it."), "{said}");
    check_files(&kiosk, &done)?;

    let page = kiosk
        .get(done["share_url"].as_str().context("a page")?)
        .expect(200)
        .text();
    let moving = done["animations"][1]["url"].as_str().context("an address")?;
    assert!(page.contains(moving), "{page}");
    let code = done["share_url"].as_str().context("a page")?;
    let kept = kiosk.get(&format!("{code}/download")).expect(200);
    assert_eq!(kept.bytes.get(..4), Some(&b"GIF8"[..]));

    kiosk
        .delete(&format!("/api/v1/jobs/{}", done["job_id"]))
        .expect(204);
    kiosk.get(moving).expect(404);
    assert_eq!(booth.files()?, before);
    Ok(())
}

pub(crate) fn with_ffmpeg_there_is_an_mp4_for_phones(engine: Engine) -> Result<()> {
    let Some(ffmpeg) = installed()? else { return Ok(()) };
    let booth = cinema(engine, &ffmpeg, &[])?;
    let kiosk = booth.client();
    let done = kiosk.done(&kiosk.order(shots(&kiosk, "flipbook", 3)))?;
    assert_eq!(formats(&done)?, ["gif", "webp", "mp4"]);
    check_files(&kiosk, &done)?;
    let code = done["share_url"].as_str().context("a page")?;
    let page = kiosk.get(code).expect(200).text();
    assert!(
        page.contains("<video") && page.contains("muted loop playsinline"),
        "{page}"
    );
    let kept = kiosk.get(&format!("{code}/download")).expect(200);
    assert_eq!(kept.header("content-type"), Some("video/mp4"));
    Ok(())
}

pub(crate) fn one_photo_makes_a_still_of_a_look_that_moves(engine: Engine) -> Result<()> {
    let booth = Booth::open(engine)?;
    let kiosk = booth.client();
    let done = kiosk.done(&kiosk.order(shots(&kiosk, "boomerang", 1)))?;
    assert_eq!(done["animations"], serde_json::json!([]));
    assert!(
        done["log_text"]
            .as_str()
            .context("a log")?
            .ends_with("Your picture is ready.")
    );
    kiosk
        .get(done["result_url"].as_str().context("a result")?)
        .expect(200);
    Ok(())
}
