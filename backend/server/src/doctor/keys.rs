//! Are the keys there, strong, and readable by their owner alone?

use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use super::Check;
use crate::config::{Access, Config, KioskAuth};
use crate::secrets;

const NAME: &str = "keys";

/// The keys a service beyond loopback needs; one check when it needs none.
pub(super) fn guarded(config: &Config) -> Vec<Check> {
    let file = private(&secrets::keys_file(&config.storage.data_dir));
    if !config.requires_keys() {
        let message = "We listen on loopback only: nobody else can call us, no key is needed.";
        return [Check::ok(NAME, message)].into_iter().chain(file).collect();
    }
    [present(config), kiosks(&config.access)]
        .into_iter()
        .chain(weak(&config.access))
        .chain(file)
        .collect()
}

fn present(config: &Config) -> Check {
    let access = &config.access;
    if access.operator_token.is_some() && access.booth_key.is_some() {
        return Check::ok(NAME, "Operator token and booth key are set.");
    }
    match secrets::load(&config.storage.data_dir) {
        Ok(Some(_)) => Check::ok(NAME, "Operator token and booth key are kept in DATA_DIR."),
        Ok(None) => Check::ok(
            NAME,
            "Operator token and booth key will be made on the first start.",
        ),
        Err(error) => Check::failed(
            NAME,
            error.to_string(),
            "Run `boothline keys new`, then `boothline keys show` for what the kiosks need.",
        ),
    }
}

fn kiosks(access: &Access) -> Check {
    match access.kiosk_auth {
        KioskAuth::On => Check::ok(NAME, "Kiosks must show the booth key."),
        KioskAuth::Off => Check::warning(
            NAME,
            "KIOSK_AUTH is off: everybody in this network can act as a kiosk.",
            "Set KIOSK_AUTH=on unless the booth has a network of its own.",
        ),
    }
}

fn weak(access: &Access) -> Option<Check> {
    let named = [
        ("OPERATOR_TOKEN", &access.operator_token),
        ("BOOTH_KEY", &access.booth_key),
    ];
    let (name, _) = named
        .into_iter()
        .find(|(_, key)| key.as_ref().is_some_and(|key| !key.is_strong()))?;
    Some(Check::warning(
        NAME,
        format!("{name} is so short that it can be guessed."),
        format!("Leave {name} out, so that we make one, or use at least 16 characters."),
    ))
}

/// A key file that others may read is as good as published.
fn private(file: &Path) -> Option<Check> {
    let mode = file.metadata().ok()?.permissions().mode();
    (mode & 0o077 != 0).then(|| {
        Check::failed(
            NAME,
            format!("Other users of this machine can read {}.", file.display()),
            "Run `boothline keys new`: it makes new keys in a file of your own.",
        )
    })
}

#[cfg(test)]
mod tests {
    use std::fs::{Permissions, set_permissions};

    use super::super::{Status, worst};
    use super::*;
    use crate::config::Environment;

    fn config(data_dir: &Path, pairs: &[(&str, &str)]) -> Config {
        let mut all = vec![("DATA_DIR", data_dir.to_str().unwrap())];
        all.extend_from_slice(pairs);
        Config::from_environment(&Environment::from_pairs(&all)).unwrap()
    }

    #[test]
    fn a_key_file_that_others_can_read_fails() {
        let folder = tempfile::tempdir().unwrap();
        let config = config(folder.path(), &[("BIND_ADDR", "0.0.0.0:8000")]);
        secrets::load_or_make(folder.path()).unwrap();
        assert_eq!(worst(&guarded(&config)), Status::Ok);

        let file = secrets::keys_file(folder.path());
        set_permissions(&file, Permissions::from_mode(0o644)).unwrap();
        assert_eq!(worst(&guarded(&config)), Status::Failed);

        secrets::make_new(folder.path()).unwrap();
        assert_eq!(worst(&guarded(&config)), Status::Ok);
    }

    #[test]
    fn a_short_key_and_an_open_kiosk_are_pointed_out() {
        let folder = tempfile::tempdir().unwrap();
        let lan = ("BIND_ADDR", "0.0.0.0:8000");
        let short = config(folder.path(), &[lan, ("OPERATOR_TOKEN", "1234")]);
        assert_eq!(worst(&guarded(&short)), Status::Warning);
        let open = config(folder.path(), &[lan, ("KIOSK_AUTH", "off")]);
        assert_eq!(worst(&guarded(&open)), Status::Warning);
    }
}
