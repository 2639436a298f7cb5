//! Who we are to Google: files that come, go and change while the service runs.

use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::process::Stdio;

use anyhow::{Context as _, Result, ensure};
use boothline_drive_sim::{Options, Sim};
use serde_json::Value;

use super::Venue;
use crate::booth::{Engine, photo};

fn status(venue: &Venue) -> Value {
    venue.booth.client().get("/api/v1/drive/status").ok()
}

pub(crate) fn the_status_says_what_is_wrong_with_the_files(engine: Engine) -> Result<()> {
    let venue = Venue::open(engine)?;
    let good = fs::read_to_string(venue.token_file())?;
    let well = status(&venue);
    assert_eq!(
        (&well["ok"], &well["status"]),
        (&true.into(), &"authorized".into()),
        "{well}"
    );
    assert_eq!(well["has_refresh_token"], true);
    ensure!(well["expiry"].is_string(), "{well}");

    fs::remove_file(venue.token_file())?;
    let told = status(&venue);
    assert_eq!(
        (&told["ok"], &told["status"]),
        (&false.into(), &"missing_token".into()),
        "{told}"
    );

    fs::write(venue.token_file(), &good[..good.len() / 2])?;
    let told = status(&venue);
    assert_eq!(
        (&told["ok"], &told["status"]),
        (&false.into(), &"invalid_token_file".into()),
        "{told}"
    );

    let mut token: Value = serde_json::from_str(&good)?;
    token["refresh_token"] = Value::Null;
    token["expiry"] = "2020-01-01T00:00:00Z".into();
    fs::write(venue.token_file(), token.to_string())?;
    let told = status(&venue);
    assert_eq!(
        (&told["ok"], &told["status"]),
        (&false.into(), &"expired_no_refresh_token".into()),
        "{told}"
    );

    fs::write(venue.token_file(), &good)?;
    let well = status(&venue);
    assert_eq!(well["ok"], true, "{well}");
    let job = venue.booth.client().visit("portrait", &photo(1))?;
    venue.delivered(&job)?;
    venue.holds_exactly(&[job])
}

pub(crate) fn an_expired_token_is_renewed_and_kept(engine: Engine) -> Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    let venue = Venue::open(engine)?;
    let mut token: Value = serde_json::from_str(&fs::read_to_string(venue.token_file())?)?;
    token["expiry"] = "2020-01-01T00:00:00Z".into();
    token["a_field_of_yours"] = "stays".into();
    fs::write(venue.token_file(), token.to_string())?;
    let told = status(&venue);
    assert_eq!(told["ok"], true, "{told}");
    let now: Value = serde_json::from_str(&fs::read_to_string(venue.token_file())?)?;
    ensure!(now["token"] != token["token"], "a new one is kept");
    assert_eq!(now["refresh_token"], token["refresh_token"]);
    assert_eq!(now["a_field_of_yours"], "stays");
    let mode = fs::metadata(venue.token_file())?.permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    let log = venue.booth.log();
    for secret in ["token", "refresh_token", "client_secret"] {
        let secret = now[secret].as_str().context("a secret")?;
        ensure!(!log.contains(secret), "the log shows a secret");
    }
    Ok(())
}

pub(crate) fn another_account_gets_other_links(engine: Engine) -> Result<()> {
    let venue = Venue::open(engine)?;
    let client = venue.booth.client();
    let first = client.visit("portrait", &photo(1))?;
    venue.delivered(&first)?;
    venue.sign_in_as("other@example.org")?;
    let second = venue.until_linked(&client.visit("portrait", &photo(2))?)?;
    let delivered = venue.delivered(&second)?;
    let file = venue.file(&super::id_of(&delivered)?)?;
    assert_eq!(file.owner, "other@example.org");
    Ok(())
}

/// The program with nobody signed in, and where its files will be.
fn nobody(engine: Engine) -> Result<Venue> {
    let venue = Venue::open(engine)?;
    fs::remove_file(venue.token_file())?;
    assert_eq!(status(&venue)["status"], "missing_token");
    Ok(venue)
}

/// The lines that a command prints, up to the one that is wanted.
fn line_of(output: impl Read, wanted: impl Fn(&str) -> bool) -> Result<(String, impl BufRead)> {
    let mut lines = BufReader::new(output);
    loop {
        let mut line = String::new();
        ensure!(lines.read_line(&mut line)? > 0, "it ended without a word of it");
        if wanted(line.trim()) {
            return Ok((line.trim().to_owned(), lines));
        }
    }
}

pub(crate) fn an_operator_signs_in_by_browser_while_it_runs(engine: Engine) -> Result<()> {
    let venue = nobody(engine)?;
    let mut command = venue.booth.command(&["auth", "drive", "--no-browser"]);
    let mut child = command.stdout(Stdio::piped()).spawn()?;
    let output = child.stdout.take().context("its output")?;
    let (address, mut rest) = line_of(output, |line| line.starts_with("http://"))?;
    ensure!(address.contains("code_challenge_method=S256"), "{address}");
    ensure!(address.contains("state="), "{address}");
    // The simulated person says yes; the browser is led back to the program.
    let page = ureq::get(&address).call()?.into_body().read_to_string()?;
    ensure!(page.contains("close"), "{page}");
    let mut said = String::new();
    rest.read_to_string(&mut said)?;
    assert!(child.wait()?.success(), "{said}");
    ensure!(said.contains("Signed in"), "{said}");
    assert_eq!(status(&venue)["status"], "authorized");
    let job = venue.booth.client().visit("portrait", &photo(1))?;
    venue.delivered(&job)?;
    Ok(())
}

pub(crate) fn a_refused_consent_is_said_and_changes_nothing(engine: Engine) -> Result<()> {
    let venue = nobody(engine)?;
    venue.sim.change(|options| options.consent.deny = true);
    let mut command = venue.booth.command(&["auth", "drive", "--no-browser"]);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn()?;
    let output = child.stdout.take().context("its output")?;
    let (address, _rest) = line_of(output, |line| line.starts_with("http://"))?;
    // Whatever the page says, the program says it, too.
    let _ = ureq::get(&address).call();
    let ended = child.wait_with_output()?;
    assert_eq!(ended.status.code(), Some(1));
    let said = String::from_utf8_lossy(&ended.stderr).into_owned();
    ensure!(said.contains("refused"), "{said}");
    ensure!(!venue.token_file().exists(), "nothing is stored");
    Ok(())
}

pub(crate) fn a_booth_without_a_browser_signs_in_by_a_code(engine: Engine) -> Result<()> {
    let venue = nobody(engine)?;
    venue.sim.change(|options| options.device_interval = 1);
    let mut command = venue.booth.command(&["auth", "drive", "--device"]);
    let mut child = command.stdout(Stdio::piped()).spawn()?;
    let output = child.stdout.take().context("its output")?;
    let is_code = |line: &str| line.len() >= 8 && line.contains('-') && !line.contains(' ');
    let (code, mut rest) = line_of(output, is_code)?;
    ensure!(venue.sim.decide_device(&code, true), "{code} is no code");
    let mut said = String::new();
    rest.read_to_string(&mut said)?;
    assert!(child.wait()?.success(), "{said}");
    assert_eq!(status(&venue)["status"], "authorized");
    Ok(())
}

pub(crate) fn a_service_account_needs_a_place_for_its_files(engine: Engine) -> Result<()> {
    let sim = Sim::start(Options::default())?;
    let folder = tempfile::tempdir()?;
    sim.write_credentials(folder.path())?;
    let key = folder.path().join("service_account.json").display().to_string();
    let settings = [
        ("SERVICE_ACCOUNT_FILE", key.as_str()),
        ("TOKEN_FILE", "/nonexistent/token.json"),
    ];
    let venue = Venue::open_at(sim, engine, &settings)?;
    let job = venue.booth.client().visit("portrait", &photo(1))?;
    let waiting = venue.until(&job, |job| job["delivery"] == "waiting")?;
    ensure!(
        waiting["delivery_message"]
            .to_string()
            .to_lowercase()
            .contains("service account"),
        "{waiting}"
    );
    venue.sim.change(|options| options.service_account_storage = true);
    venue.delivered(&job)?;
    venue.holds_exactly(&[job])
}
