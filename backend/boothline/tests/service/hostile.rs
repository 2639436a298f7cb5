//! Hundreds of files that nobody should send, over HTTP: each answered as it should be, and the next guest notices nothing.

use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};
use boothline_hostile::{Fate, HostileFile, bombs, files, sings};
use serde_json::{Value, json};

use crate::booth::{Booth, Client, Engine, Form, film, photo};
use crate::drive::{Venue, id_of};

fn upload(kiosk: &Client, session: i64, file: &HostileFile) -> (u16, Value) {
    let path = format!("/api/v1/sessions/{session}/upload");
    let answer = kiosk.post_form(&path, Form::of_file(&file.bytes));
    (answer.status, answer.json())
}

/// The answer is one that this file may have; a refusal says why in the shape that every refusal has.
fn judge(file: &HostileFile, status: u16, answer: &Value) {
    let name = &file.name;
    let (taken, refused) = (status == 200, [400, 413, 415, 422].contains(&status));
    assert!(taken || refused, "{name}: {status} {answer}");
    assert!(
        file.fate != Fate::Taken || taken,
        "{name} costs the photo: {answer}"
    );
    assert!(file.fate != Fate::Refused || refused, "{name} was taken");
    let code = answer["code"].as_str().unwrap_or_default();
    assert!(
        taken || code.starts_with("photo_") || code.starts_with("clip_"),
        "{name}: {answer}"
    );
    assert!(
        !sings(answer.to_string().as_bytes()),
        "{name} sings in its answer"
    );
}

/// No canary in any picture of this job, on its page, or in what is said of it.
fn silent(kiosk: &Client, name: &str, done: &Value) -> Result<()> {
    let session = kiosk
        .get(&format!("/api/v1/sessions/{}", done["session_id"]))
        .ok();
    for (holder, field) in [
        (done, "result_url"),
        (done, "compressed_url"),
        (done, "thumbnail_url"),
        (done, "share_url"),
        (&session, "input_image_url"),
    ] {
        let picture = kiosk.get(holder[field].as_str().context(field)?).expect(200);
        assert!(!sings(&picture.bytes), "{name} sings in {field}");
    }
    assert!(!sings(done.to_string().as_bytes()), "{name} sings in its job");
    Ok(())
}

pub(crate) fn every_hostile_file_is_answered_and_no_canary_comes_out(engine: Engine) -> Result<()> {
    let booth = Booth::open_with(engine, &[("LOG_FILTER", "debug")])?;
    let kiosk = booth.client();
    let session = kiosk.start_session();
    kiosk.pick(session, "portrait");
    let (mut tried, mut taken, mut slowest) = (0, 0, (Duration::ZERO, String::new()));
    for file in files() {
        let begun = Instant::now();
        let (status, answer) = upload(&kiosk, session, &file);
        slowest = slowest.max((begun.elapsed(), file.name.clone()));
        judge(&file, status, &answer);
        tried += 1;
        taken += usize::from(status == 200);
        if status == 200 && sings(&file.bytes) {
            silent(&kiosk, &file.name, &kiosk.done(&kiosk.order(session))?)?;
        }
    }
    assert!(!booth.log().contains("panicked"), "{}", booth.log());
    assert!(!sings(booth.log().as_bytes()), "a canary sings in the log");
    kiosk.visit("portrait", &photo(1))?;
    let (took, name) = slowest;
    println!(
        "{tried} files, {taken} taken; slowest {} ms: {name}; {} KiB at the peak",
        took.as_millis(),
        booth.peak_memory()?
    );
    Ok(())
}

/// Every bomb four at a time, beside guests with good photos: nothing but pictures, refusals and
/// "come back"; the memory stays near the budget, and no work is left behind.
pub(crate) fn bombs_at_once_stay_within_the_budget_and_good_photos_move_on(engine: Engine) -> Result<()> {
    let booth = Booth::open_with(engine, &[("MEMORY_BUDGET_MB", "400")])?;
    let kiosk = booth.client();
    kiosk.visit("portrait", &photo(1))?;
    let bombs = bombs();
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                let session = kiosk.start_session();
                for file in &bombs {
                    let (status, answer) = upload(&kiosk, session, file);
                    if status != 503 {
                        judge(file, status, &answer);
                    }
                }
            });
        }
        let good =
            scope.spawn(|| (0..4).try_for_each(|seed| kiosk.visit("portrait", &photo(seed)).map(drop)));
        good.join().expect("guests do not panic")
    })?;
    let peak = booth.peak_memory()?;
    println!("{peak} KiB at the peak");
    assert!(peak < 500 * 1024, "{peak} KiB for pictures that may take 400 MiB");
    assert_eq!(
        kiosk.get("/api/v1/status").ok()["studio_load"],
        json!(0),
        "a bomb still holds its place"
    );
    let kept = booth.resident_memory()?;
    assert!(kept < 128 * 1024, "{kept} KiB are kept when all is done");
    Ok(())
}

/// Photos with a canary in every place, of every format, and a clip where ffmpeg is installed, in both
/// copies that Drive may be sent: not in the bytes there, and not in a word that is said of them.
pub(crate) fn no_canary_reaches_drive(engine: Engine) -> Result<()> {
    let ffmpeg = film::installed()?;
    let program = ffmpeg
        .as_ref()
        .map_or("off", |path| path.to_str().unwrap_or("off"));
    for source in ["compressed", "results"] {
        let settings = [("DRIVE_UPLOAD_SOURCE", source), ("FFMPEG_PATH", program)];
        let venue = Venue::open_with(engine, &settings)?;
        let kiosk = venue.booth.client();
        let mut sent = canaries();
        if let Some(ffmpeg) = &ffmpeg {
            sent.push(("a clip".to_owned(), film::clip(ffmpeg)?));
        }
        for (name, bytes) in sent {
            assert!(sings(&bytes), "{name}");
            let job = venue.delivered(&kiosk.visit("portrait", &bytes)?)?;
            let file = venue.file(&id_of(&job)?)?;
            let content = venue.sim.content(&file.id).context("bytes in Drive")?;
            assert_eq!(content.len() as u64, file.size, "{name}");
            assert!(!sings(&content), "{name} sings in Drive");
            assert!(!sings(format!("{file:?}").as_bytes()), "{name} sings in {file:?}");
        }
        assert!(!sings(format!("{:?}", venue.sim.snapshot()).as_bytes()));
    }
    Ok(())
}

/// The files that are good photos but for what is hidden in them.
fn canaries() -> Vec<(String, Vec<u8>)> {
    let photos = files().into_iter();
    photos
        .filter(|file| file.fate == Fate::Taken && file.name.starts_with("a canary in") && sings(&file.bytes))
        .map(|file| (file.name, file.bytes))
        .collect()
}
