//! The commands as an operator meets them: words, exit codes, files.

use std::io::{BufRead as _, BufReader, Read as _};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::{Command, ExitStatus, Output, Stdio};

use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;

/// Runs `boothline` in `folder` with exactly these settings.
fn boothline(folder: &Path, arguments: &[&str], settings: &[(&str, &str)]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_boothline"))
        .args(arguments)
        .current_dir(folder)
        .env_clear()
        .envs(settings.iter().copied())
        .output()
        .expect("the program was built with this test")
}

fn said(output: &Output) -> String {
    let both = [output.stdout.as_slice(), &output.stderr].concat();
    String::from_utf8(both).expect("it speaks UTF-8")
}

fn folder() -> tempfile::TempDir {
    tempfile::tempdir().expect("a test may use the temporary folder")
}

#[test]
fn every_wrong_setting_is_named_at_once_with_exit_code_3() {
    let folder = folder();
    std::fs::write(folder.path().join(".env"), "WORKERS=none\nLOCALE=klingon\n").unwrap();
    let output = boothline(folder.path(), &["serve"], &[("BIND_ADDR", "here")]);
    assert_eq!(output.status.code(), Some(3));
    let said = said(&output);
    for name in ["BIND_ADDR", "WORKERS", "LOCALE"] {
        assert!(said.contains(name), "{said}");
    }
}

#[test]
fn a_command_that_does_not_exist_is_exit_code_2() {
    let output = boothline(folder().path(), &["dance"], &[]);
    assert_eq!(output.status.code(), Some(2));
}

#[test]
fn output_that_is_not_a_terminal_has_no_colours() {
    let output = boothline(folder().path(), &["doctor"], &[("BIND_ADDR", "127.0.0.1:0")]);
    assert!(!said(&output).contains('\x1b'), "{}", said(&output));
}

#[test]
fn doctor_passes_on_a_fresh_machine_and_leaves_nothing_but_folders() {
    let folder = folder();
    let output = boothline(folder.path(), &["doctor"], &[("BIND_ADDR", "127.0.0.1:0")]);
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    assert!(said(&output).contains("--lan"), "{}", said(&output));
    for made in ["data", "results"] {
        let inside = std::fs::read_dir(folder.path().join(made)).unwrap();
        assert_eq!(inside.count(), 0, "{made}");
    }
}

#[test]
fn doctor_fails_with_exit_code_4_and_says_what_to_do() {
    let folder = folder();
    std::fs::write(folder.path().join("data"), "in the way").unwrap();
    let settings = [("BIND_ADDR", "127.0.0.1:0")];
    let output = boothline(folder.path(), &["doctor", "--json"], &settings);
    assert_eq!(output.status.code(), Some(4));
    let checks: Value = serde_json::from_slice(&output.stdout).unwrap();
    let failed: Vec<_> = checks
        .as_array()
        .unwrap()
        .iter()
        .filter(|check| check["status"] == "failed")
        .collect();
    assert!(!failed.is_empty());
    assert!(failed.iter().all(|check| check["action"].is_string()), "{checks}");
}

#[test]
fn doctor_reports_wrong_settings_as_failed_checks() {
    let settings = [("BIND_ADDR", "here"), ("DELIVERY_TARGET", "moon")];
    let output = boothline(folder().path(), &["doctor", "--json"], &settings);
    assert_eq!(output.status.code(), Some(4));
    let checks: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(checks.as_array().map(Vec::len), Some(2), "{checks}");
}

#[test]
fn a_database_of_garbage_is_found_and_left_alone() {
    let folder = folder();
    std::fs::create_dir(folder.path().join("data")).unwrap();
    let file = folder.path().join("data/boothline.db");
    let garbage = vec![b'?'; 8192];
    std::fs::write(&file, &garbage).unwrap();
    let settings = [("BIND_ADDR", "127.0.0.1:0")];
    let output = boothline(folder.path(), &["doctor"], &settings);
    assert_eq!(output.status.code(), Some(4), "{}", said(&output));
    assert!(said(&output).contains("DATABASE_URL"), "{}", said(&output));
    assert_eq!(std::fs::read(&file).unwrap(), garbage);
}

#[test]
fn keys_are_shown_only_once_there_are_some() {
    let folder = folder();
    let before = boothline(folder.path(), &["keys", "show"], &[]);
    assert_eq!(before.status.code(), Some(1));
    assert!(said(&before).contains("keys new"), "{}", said(&before));

    let made = boothline(folder.path(), &["keys", "new"], &[]);
    let shown = boothline(folder.path(), &["keys", "show"], &[]);
    assert!(made.status.success() && shown.status.success());
    for line in said(&shown).lines() {
        assert!(said(&made).contains(line), "{line}");
    }
    let file = folder.path().join("data/secrets.json");
    assert_eq!(file.metadata().unwrap().permissions().mode() & 0o777, 0o600);
}

#[test]
fn looking_at_jobs_does_not_make_a_database() {
    let folder = folder();
    let output = boothline(folder.path(), &["jobs", "list"], &[]);
    assert_eq!(output.status.code(), Some(1));
    assert!(said(&output).contains("boothline serve"), "{}", said(&output));
    assert!(!folder.path().join("data").exists());
}

#[test]
fn a_migrated_database_lists_its_jobs_and_pleases_the_doctor() {
    let folder = folder();
    let settings = [("BIND_ADDR", "127.0.0.1:0")];
    let migrated = boothline(folder.path(), &["migrate"], &settings);
    assert!(migrated.status.success(), "{}", said(&migrated));
    assert!(said(&migrated).contains("built-in looks"), "{}", said(&migrated));
    let again = boothline(folder.path(), &["migrate"], &settings);
    assert!(again.status.success(), "{}", said(&again));
    assert!(!said(&again).contains("built-in looks"), "{}", said(&again));

    let jobs = boothline(folder.path(), &["jobs", "list"], &settings);
    assert_eq!(said(&jobs), "No jobs.\n");
    let missing = boothline(folder.path(), &["jobs", "show", "42"], &settings);
    assert_eq!(missing.status.code(), Some(1));
    assert!(said(&missing).contains("no job 42"), "{}", said(&missing));
    let doctor = boothline(folder.path(), &["doctor"], &settings);
    assert!(
        said(&doctor).contains("answers and is sound"),
        "{}",
        said(&doctor)
    );
}

#[test]
fn a_file_of_settings_can_be_named() {
    let folder = folder();
    std::fs::write(folder.path().join("booth2.env"), "EVENT_NAME='Ada & Alan'\n").unwrap();
    let arguments = ["--env-file", "booth2.env", "config", "show"];
    let output = boothline(
        folder.path(),
        &arguments,
        &[("OPERATOR_TOKEN", "do-not-print-me")],
    );
    assert!(said(&output).contains("Ada & Alan"), "{}", said(&output));
    assert!(!said(&output).contains("do-not-print-me"));
}

/// Serves in the venue's network until it says that it is ready, ends it with
/// `signal`, and returns what it printed.
fn served(folder: &Path, signal: Signal) -> (ExitStatus, String) {
    let mut service = Command::new(env!("CARGO_BIN_EXE_boothline"))
        .args(["serve", "--lan"])
        .current_dir(folder)
        .env_clear()
        // A machine without a network has no address of its own to find.
        .env("API_BASE_URL", "http://booth.test")
        .env("BIND_ADDR", "127.0.0.1:0")
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("the program was built with this test");
    let mut output = BufReader::new(service.stdout.take().expect("it is piped"));
    let mut printed = String::new();
    while !printed.contains("is ready") {
        let read = output.read_line(&mut printed).expect("it speaks UTF-8");
        assert_ne!(read, 0, "it ended early: {printed}");
    }
    kill_process(Pid::from_child(&service), signal).expect("it is running");
    output.read_to_string(&mut printed).expect("it speaks UTF-8");
    (service.wait().expect("it was started"), printed)
}

#[test]
fn keys_are_shown_on_the_first_start_only_and_a_signal_ends_it_with_0() {
    let folder = folder();
    let (first_end, first) = served(folder.path(), Signal::TERM);
    assert!(first.contains("Operator token"), "{first}");
    assert!(first.contains("http://booth.test/console"), "{first}");
    let (second_end, second) = served(folder.path(), Signal::INT);
    assert!(!second.contains("Operator token"), "{second}");
    assert_eq!((first_end.code(), second_end.code()), (Some(0), Some(0)));
}
