//! `kill -9` at any moment, and ends that were asked for: no accepted photo is lost,
//! none is made twice.

use std::collections::BTreeSet;
use std::fs::File;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::sleep;
use std::time::{Duration, Instant, SystemTime};

use anyhow::{Context as _, Result, ensure};
use boothline_imaging::heap::SETTINGS;
use serde_json::{Value, json};

use crate::booth::{Booth, Client, Engine, Form, Raw, Traces, never_starts, photo};

/// How long kills go on.
const CHAOS: Duration = Duration::from_secs(12);

/// How long the work that is left may take afterwards.
const DRAIN: Duration = Duration::from_secs(120);

/// The kiosks that send at the same time.
const KIOSKS: u64 = 2;

pub(crate) fn a_killed_service_loses_no_accepted_photo(engine: Engine) -> Result<()> {
    let seed = getrandom::u64()?;
    println!("seed {seed}");
    let mut chance = Chance(seed);
    let mut booth = Booth::open(engine)?;
    let clients: Vec<Client> = (0..KIOSKS).map(|_| booth.client()).collect();
    let (accepted, over) = (Mutex::new(Vec::new()), AtomicBool::new(false));
    let kills = std::thread::scope(|scope| {
        for (client, kiosk) in clients.iter().zip(0..) {
            let (accepted, over) = (&accepted, &over);
            scope.spawn(move || send_photos(client, kiosk, accepted, over));
        }
        let kills = kill_now_and_then(&mut booth, &mut chance);
        over.store(true, Ordering::Relaxed);
        kills
    })?;
    let accepted = accepted.into_inner().context("no kiosk panicked")?;
    println!("{} photos accepted, {kills} kills", accepted.len());
    ensure!(kills > 3 && accepted.len() > 3, "too little happened");
    booth.kill()?;
    booth.start()?;
    for job in &accepted {
        keeps_its_promise(&booth.client(), job)?;
    }
    drained(&booth.client())?;
    nothing_is_there_twice(&booth, &accepted)?;
    swept(&mut booth)?;
    accepted
        .iter()
        .try_for_each(|job| keeps_its_promise(&booth.client(), job))
}

/// As a kiosk does it that loses answers: the same request under the same key until it is answered.
fn send_photos(client: &Client, kiosk: u64, accepted: &Mutex<Vec<Value>>, over: &AtomicBool) {
    for number in 0.. {
        let keyed = client.with("Idempotency-Key", &format!("kiosk-{kiosk}-photo-{number}"));
        loop {
            if over.load(Ordering::Relaxed) {
                return;
            }
            let body = Form::of_file(&photo(kiosk * 1000 + number)).into_body();
            match keyed.try_send("POST", "/api/v1/jobs", Some(Form::CONTENT_TYPE), body) {
                Ok(answer) if answer.status == 200 => {
                    let mut accepted = accepted.lock().expect("no kiosk panicked");
                    accepted.push(answer.json());
                    break;
                }
                Ok(answer) => assert!(
                    [409, 503].contains(&answer.status),
                    "{}: {}",
                    answer.status,
                    answer.text()
                ),
                // It is being killed or started: there is no signal to wait for.
                Err(_) => sleep(Duration::from_millis(20)),
            }
        }
    }
}

/// A job that is hit five times is given up, as the photo that may be what kills us. So at
/// least every second life of the service finishes something before it ends.
fn kill_now_and_then(booth: &mut Booth, chance: &mut Chance) -> Result<u32> {
    let begun = Instant::now();
    let mut kills = 0;
    while begun.elapsed() < CHAOS {
        if kills % 2 == 0 {
            wait_for_a_picture(booth)?;
        }
        // Chaos keeps no appointments: there is no signal to wait for.
        sleep(Duration::from_millis(chance.below(700)));
        booth.kill()?;
        booth.start()?;
        kills += 1;
    }
    Ok(kills)
}

fn wait_for_a_picture(booth: &Booth) -> Result<()> {
    let mut feed = booth.client().listen("/api/v1/events")?;
    feed.until(|event| event.data["status"] == "done")?;
    Ok(())
}

/// The job is done, with the links it was accepted with and its three files.
fn keeps_its_promise(client: &Client, accepted: &Value) -> Result<()> {
    let done = client.done(accepted)?;
    for link in ["share_url", "drive_link", "download_link", "qr_url"] {
        ensure!(done[link] == accepted[link], "{link} changed: {accepted} {done}");
    }
    for field in ["result_url", "compressed_url", "thumbnail_url"] {
        let url = done[field].as_str().context("an address")?;
        let picture = client.get(url).expect(200);
        ensure!(picture.bytes.ends_with(&[0xFF, 0xD9]), "{url} is torn");
    }
    let lines = done["log_text"].as_str().unwrap_or_default();
    let ready = lines.matches("Your picture is ready.").count();
    ensure!(ready == 1, "finished {ready} times: {lines}");
    Ok(())
}

/// Also the last requests, whose answers nobody heard.
fn drained(client: &Client) -> Result<()> {
    let begun = Instant::now();
    loop {
        let jobs = client.get("/status").ok()["jobs"].clone();
        if jobs["queued"] == 0 && jobs["processing"] == 0 {
            ensure!(jobs["failed"] == 0, "{jobs}");
            return Ok(());
        }
        ensure!(begun.elapsed() < DRAIN, "still unfinished: {jobs}");
        sleep(Duration::from_millis(50));
    }
}

/// A killed upload or rendering may leave files that nobody will ask for. The sweep at
/// the next start takes those that are an hour old, and nothing else.
fn swept(booth: &mut Booth) -> Result<()> {
    booth.kill()?;
    let long_ago = SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000_000);
    for file in booth.files()? {
        let file = File::options().append(true).open(booth.folder().join(file))?;
        file.set_modified(long_ago)?;
    }
    booth.start()?;
    // Original, preview, result, compressed copy, thumbnail.
    let wanted = 5 * usize::try_from(Traces::of(booth)?.rows("jobs"))?;
    let begun = Instant::now();
    while booth.files()?.len() != wanted {
        ensure!(
            begun.elapsed() < DRAIN,
            "not {wanted} files: {:?}",
            booth.files()?
        );
        sleep(Duration::from_millis(50));
    }
    Ok(())
}

/// One job for each key, and each with its own three files.
fn nothing_is_there_twice(booth: &Booth, accepted: &[Value]) -> Result<()> {
    let ids: BTreeSet<i64> = accepted.iter().filter_map(|job| job["job_id"].as_i64()).collect();
    ensure!(ids.len() == accepted.len(), "two keys got one job");
    let traces = Traces::of(booth)?;
    let (jobs, keys) = (traces.rows("jobs"), traces.rows("idempotency_keys"));
    ensure!(jobs == keys, "{jobs} jobs under {keys} keys");
    let unheard = jobs - i64::try_from(ids.len())?;
    ensure!(
        (0..=KIOSKS.cast_signed()).contains(&unheard),
        "{unheard} jobs that nobody heard of"
    );
    ensure!(traces.rows("session_photos") == jobs, "a photo for each job");
    for folder in ["results", "results/compressed", "results/thumbs"] {
        let whole = std::fs::read_dir(booth.folder().join(folder))?
            .filter_map(Result::ok)
            .filter(|entry| entry.file_name().to_string_lossy().ends_with(".jpg"))
            .count();
        ensure!(
            i64::try_from(whole)? == jobs,
            "{whole} files in {folder} for {jobs} jobs"
        );
    }
    Ok(())
}

pub(crate) fn a_stopped_service_gives_its_work_back(engine: Engine) -> Result<()> {
    let settings = [("WORKERS", "1"), ("SHUTDOWN_GRACE_SECONDS", "1")];
    let mut booth = Booth::open_with(engine, &settings)?;
    let kiosk = booth.client();
    let sessions: Vec<i64> = (0..6)
        .map(|seed| kiosk.ready_session("portrait-hd", &photo(seed)))
        .collect();
    let accepted: Vec<Value> = sessions.into_iter().map(|session| kiosk.order(session)).collect();
    let ended = booth.ask_to_stop()?;
    assert_eq!(ended.code(), Some(0), "{}", booth.log());
    assert!(kiosk.try_send("GET", "/health", None, Vec::new()).is_err());
    booth.start()?;
    for job in &accepted {
        keeps_its_promise(&booth.client(), job)?;
    }
    assert_eq!(booth.ask_to_stop()?.code(), Some(0));
    Ok(())
}

pub(crate) fn an_upload_in_hand_is_finished_before_the_stop(engine: Engine) -> Result<()> {
    let mut booth = Booth::open(engine)?;
    let body = Form::of_file(&photo(1)).into_body();
    let kind = Form::CONTENT_TYPE;
    let head = format!(
        "POST /api/v1/jobs HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Type: {kind}\r\nContent-Length: {}\r\n\r\n",
        body.len()
    );
    let (first, rest) = body.split_at(body.len() / 2);
    let mut upload = Raw::connect(&booth)?;
    upload.write(head.as_bytes())?;
    upload.write(first)?;
    while booth.files()?.is_empty() {
        sleep(Duration::from_millis(10));
    }
    booth.send_stop()?;
    while !booth.log().contains("Stopping") {
        sleep(Duration::from_millis(10));
    }
    upload.write(rest)?;
    assert_eq!(upload.status()?, Some(200));
    assert_eq!(booth.ended()?.code(), Some(0), "{}", booth.log());
    booth.start()?;
    assert_eq!(Traces::of(&booth)?.rows("jobs"), 1);
    Ok(())
}

/// An operator whose database is lost begins with a new one beside the pictures.
pub(crate) fn pictures_of_a_lost_database_are_left_alone(engine: Engine) -> Result<()> {
    let mut booth = Booth::open(engine)?;
    booth.client().visit("portrait", &photo(1))?;
    booth.kill()?;
    booth.forget_database()?;
    let before = booth.files()?;
    let long_ago = SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000_000);
    for file in &before {
        let file = File::options().append(true).open(booth.folder().join(file))?;
        file.set_modified(long_ago)?;
    }
    booth.start()?;
    let begun = Instant::now();
    while !booth.log().contains("belong to nothing in this database") {
        ensure!(begun.elapsed() < DRAIN, "no warning: {}", booth.log());
        sleep(Duration::from_millis(10));
    }
    assert_eq!(booth.files()?, before);
    Ok(())
}

pub(crate) fn a_second_service_in_the_same_folder_is_refused(engine: Engine) -> Result<()> {
    let booth = Booth::open(engine)?;
    let (code, said) = never_starts(&booth)?;
    assert_ne!(code, Some(0));
    assert!(code.is_some(), "it ends by itself");
    assert!(said.contains("Another Boothline already runs"), "{said}");
    assert!(said.contains("DATA_DIR"), "{said}");
    assert!(!said.contains("panicked"), "{said}");
    let done = booth.client().visit("portrait", &photo(1))?;
    let gallery = booth.client().get("/api/v1/gallery").ok();
    assert_eq!(gallery.as_array().map(Vec::len), Some(1));
    assert_ne!(done["result_url"], json!(null));
    Ok(())
}

pub(crate) fn a_database_of_a_newer_version_is_left_alone(engine: Engine) -> Result<()> {
    let mut booth = Booth::open(engine)?;
    booth.client().visit("portrait", &photo(1))?;
    booth.kill()?;
    booth.execute("INSERT INTO seaql_migrations (version, applied_at) VALUES ('store_999_later', 1)")?;
    let (code, said) = never_starts(&booth)?;
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("a newer Boothline"), "{said}");
    assert!(said.contains("store_999_later"), "{said}");
    let doctor = booth.command(&["doctor"]).output()?;
    assert_eq!(doctor.status.code(), Some(4));
    assert!(String::from_utf8(doctor.stdout)?.contains("belongs to a newer Boothline"));
    booth.execute("DELETE FROM seaql_migrations WHERE version = 'store_999_later'")?;
    booth.start()?;
    let gallery = booth.client().get("/api/v1/gallery").ok();
    assert_eq!(gallery.as_array().map(Vec::len), Some(1));
    Ok(())
}

pub(crate) fn a_service_that_need_not_begin_anew_makes_its_database_too(engine: Engine) -> Result<()> {
    let booth = Booth::open_with(engine, &SETTINGS)?;
    booth.client().visit("portrait", &photo(1))?;
    Ok(())
}

/// Random numbers that a printed seed brings back (splitmix64, Steele et al. 2014).
struct Chance(u64);

impl Chance {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % bound
    }
}
