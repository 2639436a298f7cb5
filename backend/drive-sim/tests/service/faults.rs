//! Scripted trouble does what it says, down to the socket.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use boothline_drive_sim::{Fault, FaultKind, Operation, Options};
use serde_json::json;

use crate::support::Drive;

fn connect(drive: &Drive) -> TcpStream {
    let url = drive.sim.url();
    let address = url.trim_start_matches("http://").trim_end_matches('/');
    TcpStream::connect(address).unwrap()
}

/// What comes back on a bare socket; nothing when the connection is closed or reset.
fn raw(drive: &Drive, request: &str) -> Vec<u8> {
    let mut socket = connect(drive);
    socket.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
    // In an outage the socket may be closed already.
    let _ = socket.write_all(request.as_bytes());
    let mut answer = Vec::new();
    match socket.read_to_end(&mut answer) {
        Ok(_) => answer,
        Err(error) if error.kind() == std::io::ErrorKind::ConnectionReset => answer,
        Err(error) => panic!("neither answered nor closed: {error}"),
    }
}

fn list_request(drive: &Drive) -> String {
    let token = &drive.token;
    format!(
        "GET /drive/v3/files HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\nConnection: close\r\n\r\n"
    )
}

fn create_request(drive: &Drive, name: &str) -> String {
    let body = json!({"name": name, "mimeType": "application/vnd.google-apps.folder"}).to_string();
    format!(
        "POST /drive/v3/files HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {}\r\n\
         Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        drive.token,
        body.len()
    )
}

#[test]
fn a_cut_connection_gives_not_one_byte() {
    let drive = Drive::start();
    assert!(raw(&drive, &list_request(&drive)).starts_with(b"HTTP/1.1 200"));
    let faults = drive.sim.faults();
    faults.add(Fault::on(Operation::Create, FaultKind::CutBefore).times(1));
    assert_eq!(raw(&drive, &create_request(&drive, "never")), b"");
    assert!(drive.sim.snapshot().files.is_empty());
    faults.add(Fault::on(Operation::Create, FaultKind::CutAfter).times(1));
    assert_eq!(raw(&drive, &create_request(&drive, "made")), b"");
    assert_eq!(drive.sim.snapshot().files[0].name, "made");
}

#[test]
fn work_that_hangs_is_done_although_the_caller_has_left() {
    let drive = Drive::start();
    let hang = FaultKind::Hang { seconds: 0.2 };
    drive
        .sim
        .faults()
        .add(Fault::on(Operation::Create, hang).times(1));
    let mut socket = connect(&drive);
    socket
        .write_all(create_request(&drive, "late").as_bytes())
        .unwrap();
    drive.until(|drive| drive.sim.requests(Operation::Create) == 1);
    drop(socket);
    assert!(drive.sim.snapshot().files.is_empty());
    drive.until(|drive| drive.sim.snapshot().files.len() == 1);
}

#[test]
fn bytes_that_arrived_before_the_connection_broke_are_kept() {
    let drive = Drive::start();
    let whole: Vec<u8> = (0..600_000_u32).map(|index| (index % 253) as u8).collect();
    let session = drive.session(&json!({"name": "a.jpg"}), Some(whole.len()));
    let path = session
        .strip_prefix(drive.sim.url().trim_end_matches('/'))
        .unwrap();
    let mut socket = connect(&drive);
    let head = format!(
        "PUT {path} HTTP/1.1\r\nHost: x\r\nContent-Length: 600000\r\nContent-Range: bytes 0-599999/600000\r\n\r\n"
    );
    socket.write_all(head.as_bytes()).unwrap();
    socket.write_all(&whole[..300_000]).unwrap();
    drop(socket);
    let stored = |drive: &Drive| {
        drive
            .put(&session, "bytes */600000", b"")
            .unwrap()
            .headers
            .get("range")
            .cloned()
    };
    drive.until(|drive| stored(drive).as_deref() == Some("bytes=0-299999"));
    let rest = drive
        .put(&session, "bytes 300000-599999/600000", &whole[300_000..])
        .unwrap();
    let id = rest.ok()["id"].as_str().unwrap().to_owned();
    assert_eq!(drive.sim.content(&id).unwrap(), whole);
}

#[test]
fn an_outage_closes_all_connections_and_ends() {
    let drive = Drive::start();
    drive.get("drive/v3/files").ok();
    drive.sim.set_outage(true);
    drive
        .send("GET", "drive/v3/files", &[], b"")
        .expect_err("the pooled connection is closed too");
    assert_eq!(raw(&drive, &list_request(&drive)), b"");
    drive.sim.set_outage(false);
    drive.get("drive/v3/files").ok();
}

#[test]
fn an_outage_can_be_ended_from_outside() {
    let drive = Drive::start();
    drive.post("sim/outage", &json!({"on": true}));
    drive.send("GET", "drive/v3/about", &[], b"").unwrap_err();
    drive.post("sim/outage", &json!({"on": false})).ok();
    drive.get("drive/v3/about?fields=user").ok();
}

#[test]
fn a_status_is_googles_json_and_may_come_after_the_work() {
    let drive = Drive::start();
    let faults = drive.sim.faults();
    faults.add(
        Fault::on(
            Operation::Create,
            FaultKind::retry_after(429, "rateLimitExceeded", 7),
        )
        .times(1),
    );
    let folder = json!({"name": "f", "mimeType": "application/vnd.google-apps.folder"});
    let limited = drive
        .post("drive/v3/files", &folder)
        .refused(429, "rateLimitExceeded");
    assert_eq!(limited.headers["retry-after"], "7");
    assert_eq!(limited.json()["error"]["status"], "RESOURCE_EXHAUSTED");
    assert_eq!(limited.json()["error"]["errors"][0]["domain"], "usageLimits");
    assert!(drive.sim.snapshot().files.is_empty());
    let lie = FaultKind::status_after_work(403, "userRateLimitExceeded");
    faults.add(Fault::on(Operation::Create, lie).times(1));
    drive
        .post("drive/v3/files", &folder)
        .refused(403, "userRateLimitExceeded");
    assert_eq!(drive.sim.snapshot().files.len(), 1);
}

#[test]
fn answers_may_be_nonsense() {
    let drive = Drive::start();
    let faults = drive.sim.faults();
    faults.add(Fault::on(Operation::About, FaultKind::html(502)).times(1));
    faults.add(Fault::on(Operation::About, FaultKind::json("{}")).times(1));
    let page = drive.get("drive/v3/about?fields=user");
    assert_eq!(page.status, 502);
    assert!(page.headers["content-type"].starts_with("text/html"));
    assert_eq!(drive.get("drive/v3/about?fields=user").ok(), json!({}));
}

#[test]
fn time_passes_where_it_should() {
    let drive = Drive::start();
    let faults = drive.sim.faults();
    let timed = |path: &str| {
        let start = Instant::now();
        drive.get(path).ok();
        start.elapsed()
    };
    faults.add(Fault::on(Operation::About, FaultKind::Hang { seconds: 0.3 }).times(1));
    assert!(timed("drive/v3/about?fields=user") >= Duration::from_millis(300));
    assert!(timed("drive/v3/about?fields=user") < Duration::from_millis(300));
    let id = drive.photo("a", None, &[7; 3000]);
    let slow = FaultKind::Slow {
        bytes_per_second: 10_000,
    };
    faults.add(Fault::on(Operation::Download, slow.clone()).times(1));
    let start = Instant::now();
    let bytes = drive.get(&format!("drive/v3/files/{id}?alt=media"));
    assert_eq!(bytes.body, vec![7; 3000]);
    assert!(
        start.elapsed() >= Duration::from_millis(290),
        "{:?}",
        start.elapsed()
    );
    faults.add(Fault::on(Operation::CreateMultipart, slow).times(1));
    let start = Instant::now();
    drive.photo("b", None, &[7; 3000]);
    assert!(
        start.elapsed() >= Duration::from_millis(290),
        "{:?}",
        start.elapsed()
    );
    drive
        .sim
        .change(|options| options.latency = Duration::from_millis(200));
    assert!(timed("drive/v3/about?fields=user") >= Duration::from_millis(200));
}

#[test]
fn too_many_calls_are_refused_and_counted() {
    let drive = Drive::with(Options {
        requests_per_second: Some(0.001),
        ..Options::default()
    });
    for _ in 0..10 {
        drive.get("drive/v3/about?fields=user").ok();
    }
    let refused = drive.get("drive/v3/about?fields=user");
    refused.refused(403, "userRateLimitExceeded");
    drive.get("sim/state").ok();
    let snapshot = drive.sim.snapshot();
    assert_eq!(snapshot.requests_of(Operation::About), 11);
    assert_eq!(snapshot.rate_limited, 1);
    assert!(
        snapshot.busiest_second <= 11 && snapshot.busiest_ten_seconds == 11,
        "{snapshot:?}"
    );
}

#[test]
fn faults_come_and_go_through_the_control_api() {
    let drive = Drive::start();
    let script = json!([
        {"op": "about", "kind": {"status": {"status": 500}}, "times": 1},
        {"op": "list", "kind": "cut_before", "probability": 0.5, "seed": 3},
    ]);
    drive.post("sim/faults", &script).ok();
    assert_eq!(drive.get("sim/faults").ok().as_array().unwrap().len(), 2);
    drive
        .get("drive/v3/about?fields=user")
        .refused(500, "internalError");
    drive.call("DELETE", "sim/faults", &json!(null)).ok();
    assert_eq!(drive.get("sim/faults").ok(), json!([]));
    assert_eq!(drive.post("sim/faults", &json!({"kind": "explode"})).status, 400);
}

#[test]
fn options_change_one_by_one() {
    let drive = Drive::start();
    let change = json!({"api_disabled": true});
    let options = drive.call("PATCH", "sim/options", &change).ok();
    assert_eq!(options["api_disabled"], true);
    assert_eq!(options["token_lifetime_s"], 3599);
    drive
        .get("drive/v3/about?fields=user")
        .refused(403, "accessNotConfigured");
    let wrong = drive.call("PATCH", "sim/options", &json!({"api_disbled": true}));
    assert_eq!(wrong.status, 400);
    drive.sim.disable_api(false);
    drive.get("drive/v3/about?fields=user").ok();
}
