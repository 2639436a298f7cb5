//! What happens to pixels and metadata between the camera and the guest's phone.

use anyhow::{Context as _, Result};
use image::RgbImage;
use serde_json::Value;

#[cfg(feature = "heif")]
use crate::booth::with_canary_boxes;
use crate::booth::{
    Booth, Client, Engine, Form, canary_photo, contains, p3_patch, photo, pixels, turned_photo,
};

/// Every picture that can be had of a visit, with the name of its field.
fn renditions(kiosk: &Client, done: &Value) -> Result<Vec<(&'static str, Vec<u8>)>> {
    let session = kiosk
        .get(&format!("/api/v1/sessions/{}", done["session_id"]))
        .ok();
    let mut found = Vec::new();
    for (holder, field) in [
        (done, "result_url"),
        (done, "compressed_url"),
        (done, "thumbnail_url"),
        (done, "download_link"),
        (&session, "input_image_url"),
    ] {
        let url = holder[field].as_str().with_context(|| field)?;
        found.push((field, kiosk.get(url).expect(200).bytes));
    }
    Ok(found)
}

/// Mean absolute difference of all samples, in levels.
fn difference(a: &RgbImage, b: &RgbImage) -> f64 {
    assert_eq!(a.dimensions(), b.dimensions());
    let sum: u64 = a
        .iter()
        .zip(b.iter())
        .map(|(a, b)| u64::from(a.abs_diff(*b)))
        .sum();
    #[expect(
        clippy::cast_precision_loss,
        reason = "sums of small pictures are far below 2^53"
    )]
    let mean = sum as f64 / a.len() as f64;
    mean
}

pub(crate) fn all_eight_orientations_come_out_upright(engine: Engine) -> Result<()> {
    let booth = Booth::open(engine)?;
    let kiosk = booth.client();
    let upright = renditions(&kiosk, &kiosk.visit("portrait", &photo(6))?)?;
    for exif in 1..=8 {
        let turned = renditions(&kiosk, &kiosk.visit("portrait", &turned_photo(6, exif))?)?;
        for ((field, picture), (_, expected)) in turned.iter().zip(&upright) {
            // Only what JPEG does differently to a turned block remains.
            let off = difference(&pixels(picture), &pixels(expected));
            assert!(off < 3.0, "orientation {exif}, {field}: {off:.1} levels");
        }
    }
    Ok(())
}

/// A photo as an iPhone stores it: HEIC in tiles, in Display P3 by its boxes or upright by them only.
const PHONE_PHOTOS: [(&str, &[u8], (u32, u32)); 2] = [
    (
        "a grid",
        include_bytes!("../../../imaging/tests/corpus/heif/grid.heic"),
        (100, 70),
    ),
    (
        "turned",
        include_bytes!("../../../imaging/tests/corpus/heif/orientation-6.heic"),
        (48, 32),
    ),
];

#[cfg(feature = "heif")]
pub(crate) fn a_photo_of_an_iphone_becomes_a_jpeg(engine: Engine) -> Result<()> {
    let booth = Booth::open(engine)?;
    let kiosk = booth.client();
    for (what, file, size) in PHONE_PHOTOS {
        let session = kiosk.start_session();
        kiosk.pick(session, "portrait");
        let taken = kiosk.upload(session, file);
        assert_eq!(taken["warnings"], serde_json::json!([]), "{what}");
        let order = serde_json::json!({"session_id": session, "mode": "debugging", "overlay_url": null});
        let done = kiosk.done(&kiosk.post("/api/v1/jobs", &order).ok())?;
        assert_eq!(
            (&done["width"], &done["height"]),
            (&size.0.into(), &size.1.into()),
            "{what}"
        );
        for (field, picture) in renditions(&kiosk, &done)? {
            assert!(picture.starts_with(b"\xff\xd8"), "{what}: {field} is no JPEG");
            assert_eq!(pixels(&picture).dimensions(), size, "{what}: {field}");
        }
    }
    Ok(())
}

#[cfg(not(feature = "heif"))]
pub(crate) fn a_photo_of_an_iphone_becomes_a_jpeg(engine: Engine) -> Result<()> {
    let booth = Booth::open(engine)?;
    let kiosk = booth.client();
    for (_, file, _) in PHONE_PHOTOS {
        let session = kiosk.ready_session("portrait", &photo(1));
        let answer = kiosk.post_form(&format!("/api/v1/sessions/{session}/upload"), Form::of_file(file));
        answer.refused(415, "photo_format_unsupported");
        assert!(
            answer.text().contains("Most Compatible"),
            "it says how to go on: {}",
            answer.text()
        );
    }
    Ok(())
}

/// A photo whose last third never arrived.
fn broken_off_photo() -> Vec<u8> {
    let whole = photo(6);
    whole[..whole.len() * 2 / 3].to_vec()
}

pub(crate) fn a_photo_broken_off_is_used_and_the_job_says_so(engine: Engine) -> Result<()> {
    let booth = Booth::open(engine)?;
    let kiosk = booth.client();
    let session = kiosk.start_session();
    kiosk.pick(session, "portrait");
    let taken = kiosk.upload(session, &broken_off_photo());
    assert_eq!(taken["status"], "photo_uploaded");
    assert_eq!(taken["warnings"].as_array().map(Vec::len), Some(1), "{taken}");
    let warning = &taken["warnings"][0];
    assert_eq!(
        (&warning["photo"], &warning["code"]),
        (&1.into(), &"photo_incomplete".into())
    );
    let said = warning["detail"].as_str().context("a sentence")?;

    let done = kiosk.done(&kiosk.order(session))?;
    let log: Vec<&str> = done["log_text"].as_str().context("a log")?.lines().collect();
    assert!(log.contains(&said), "{log:?}");
    assert_eq!(log.last(), Some(&"Your picture is ready."));
    for (field, picture) in renditions(&kiosk, &done)? {
        assert!(pixels(&picture).width() > 0, "{field}");
    }

    let whole = kiosk.upload(session, &photo(6));
    assert_eq!(whole["warnings"], serde_json::json!([]));
    let done = kiosk.done(&kiosk.order(session))?;
    assert!(!done["log_text"].to_string().contains("cut off"));
    Ok(())
}

pub(crate) fn of_several_photos_the_broken_one_is_named(engine: Engine) -> Result<()> {
    let booth = Booth::open(engine)?;
    let kiosk = booth.client();
    let session = kiosk.start_session();
    kiosk.pick(session, "strip");
    let two = Form::of_file(&photo(1)).file("file", "2.jpg", "image/jpeg", &broken_off_photo());
    let taken = kiosk
        .post_form(&format!("/api/v1/sessions/{session}/photos"), two)
        .ok();
    assert_eq!(taken["warnings"][0]["photo"], 2, "{taken}");
    let done = kiosk.done(&kiosk.order(session))?;
    let log = done["log_text"].as_str().context("a log")?;
    assert!(log.contains("\nPhoto 2: The photo is cut off: "), "{log}");
    Ok(())
}

/// Colours of Display P3 with what they are in sRGB, by the matrices of CSS Color 4, section 10.
const P3_IN_SRGB: [([u8; 3], [u8; 3]); 3] = [
    ([234, 51, 35], [255, 0, 0]),
    ([117, 251, 76], [0, 255, 0]),
    ([180, 120, 90], [189, 118, 84]),
];

pub(crate) fn a_display_p3_photo_comes_out_with_the_right_colours(engine: Engine) -> Result<()> {
    let booth = Booth::open(engine)?;
    let kiosk = booth.client();
    for (stored, expected) in P3_IN_SRGB {
        let done = kiosk.visit("portrait", &p3_patch(stored))?;
        for (field, picture) in renditions(&kiosk, &done)? {
            let shown = pixels(&picture);
            let found = shown.get_pixel(shown.width() / 2, shown.height() / 2).0;
            let near = found.iter().zip(expected).all(|(a, b)| a.abs_diff(b) <= 4);
            assert!(near, "{field}: {found:?} instead of {expected:?}");
        }
    }
    Ok(())
}

pub(crate) fn nothing_hidden_in_a_photo_comes_out_again(engine: Engine) -> Result<()> {
    let booth = Booth::open_with(engine, &[("LOG_FILTER", "debug")])?;
    let kiosk = booth.client();
    let mut jobs = Vec::new();
    for photo in [
        canary_photo(),
        #[cfg(feature = "heif")]
        with_canary_boxes(PHONE_PHOTOS[0].1),
    ] {
        assert!(contains(&photo));
        let session = kiosk.ready_session("portrait", &photo);
        jobs.push(kiosk.done(&kiosk.order(session))?);
        let plain = serde_json::json!({"session_id": session, "mode": "debugging", "overlay_url": null});
        jobs.push(kiosk.done(&kiosk.post("/api/v1/jobs", &plain).ok())?);
    }
    for done in &jobs {
        for (field, picture) in renditions(&kiosk, done)? {
            assert!(!contains(&picture), "{field}");
            for hidden in [
                &b"Exif\0\0"[..],
                b"http://ns.adobe.com/xap",
                b"Photoshop",
                b"ICC_PROFILE",
            ] {
                let found = picture.windows(hidden.len()).any(|window| window == hidden);
                assert!(!found, "{field} has {}", String::from_utf8_lossy(hidden));
            }
        }
        assert!(!contains(done.to_string().as_bytes()));
        let page = done["share_url"].as_str().context("an address")?;
        assert!(!contains(&kiosk.get(page).expect(200).bytes));
    }
    assert!(!contains(booth.log().as_bytes()));
    Ok(())
}
