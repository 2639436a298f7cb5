//! Who we are to Google: files that come, go and change while the service runs.

use std::fs;

use anyhow::{Context as _, Result, ensure};
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
