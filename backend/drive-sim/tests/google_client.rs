//! Google's own Python client finds nothing in the simulator that surprises it.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use boothline_drive_sim::{Options, Sim};

#[test]
fn googles_python_client_takes_the_simulator_for_google() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let sim = Sim::start(Options::default()).unwrap();
    let folder = tempfile::tempdir().unwrap();
    sim.write_credentials(folder.path()).unwrap();
    let output = Command::new(python(&root))
        .args(["-W", "ignore::ResourceWarning"])
        .arg(root.join("backend/drive-sim/tests/google_client.py"))
        .arg(sim.url())
        .arg(folder.path())
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{text}");
    // A script that finds no tests succeeds too.
    let ran = text.split("Ran ").nth(1).and_then(|rest| rest.split(' ').next());
    let ran: u32 = ran.and_then(|count| count.parse().ok()).unwrap_or(0);
    assert!(ran >= 29, "{ran} tests ran: {text}");
}

/// The Python that has the client; it is installed when it is missing.
#[expect(clippy::unwrap_used, reason = "a test that cannot go on should fail there")]
fn python(root: &Path) -> PathBuf {
    let output = Command::new(root.join("backend/scripts/ensure-google-client"))
        .env(
            "CARGO_TARGET_DIR",
            Path::new(env!("CARGO_TARGET_TMPDIR")).join(".."),
        )
        .stderr(Stdio::inherit())
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "Google's Python client is missing; see above"
    );
    PathBuf::from(String::from_utf8(output.stdout).unwrap().trim())
}
