//! Uploads: in one request, in sessions, and what goes wrong with them.

use boothline_drive_sim::{DuplicateIds, Fault, FaultKind, Operation, Options};
use serde_json::json;

use crate::support::Drive;

const GRAIN: usize = 262_144;

fn bytes(length: usize) -> Vec<u8> {
    (0..length).map(|index| (index * 7 % 251) as u8).collect()
}

#[test]
fn one_request_makes_one_file_with_checksums_and_links() {
    let drive = Drive::start();
    let id = drive.new_id();
    let folder = drive.folder("Party", None);
    let metadata = json!({"id": id, "name": "a.jpg", "parents": [folder], "appProperties": {"photo": "7"}});
    let made = drive.multipart(&metadata, b"abc", "*").ok();
    assert_eq!(made["id"], json!(id));
    assert_eq!(made["size"], "3");
    assert_eq!(made["md5Checksum"], "900150983cd24fb0d6963f7d28e17f72");
    assert_eq!(made["mimeType"], "image/jpeg");
    assert_eq!(made["parents"], json!([folder]));
    assert_eq!(made["appProperties"], json!({"photo": "7"}));
    let view = format!("https://drive.google.com/file/d/{id}/view?usp=drivesdk");
    assert_eq!(made["webViewLink"], json!(view));
    let content = format!("https://drive.google.com/uc?id={id}&export=download");
    assert_eq!(made["webContentLink"], json!(content));
    drive
        .multipart(&metadata, b"abc", "id")
        .refused(409, "fileIdInUse");
    assert_eq!(drive.sim.snapshot().photos().count(), 1);
    assert_eq!(drive.sim.content(&id).unwrap().as_ref(), b"abc");
}

#[test]
fn a_session_takes_pieces_and_tells_what_it_has() {
    let drive = Drive::start();
    let whole = bytes(GRAIN * 2 + 100);
    let session = drive.session(&json!({"name": "a.jpg"}), Some(whole.len()));
    let total = whole.len();
    let query = format!("bytes */{total}");
    let empty = drive.put(&session, &query, b"").unwrap();
    assert_eq!(empty.status, 308);
    assert!(!empty.headers.contains_key("range"));
    let range = format!("bytes 0-{}/{total}", GRAIN - 1);
    let first = drive.put(&session, &range, &whole[..GRAIN]).unwrap();
    assert_eq!(
        (first.status, first.headers["range"].as_str()),
        (308, "bytes=0-262143")
    );
    let gap = format!("bytes {}-{}/{total}", GRAIN * 2, total - 1);
    drive
        .put(&session, &gap, &whole[GRAIN * 2..])
        .unwrap()
        .refused(400, "badRequest");
    let rest = format!("bytes {GRAIN}-{}/{total}", total - 1);
    let made = drive.put(&session, &rest, &whole[GRAIN..]).unwrap().ok();
    assert_eq!(made["size"], json!(total.to_string()));
    let again = drive.put(&session, &query, b"").unwrap().ok();
    assert_eq!(again, made);
    assert_eq!(drive.sim.content(made["id"].as_str().unwrap()).unwrap(), whole);
}

#[test]
fn a_session_takes_everything_at_once_overlaps_and_unknown_lengths() {
    let drive = Drive::start();
    let whole = bytes(GRAIN + 5);
    let session = drive.session(&json!({"name": "once"}), None);
    let made = drive.put(&session, "", &whole).unwrap().ok();
    assert_eq!(drive.sim.content(made["id"].as_str().unwrap()).unwrap(), whole);

    let session = drive.session(&json!({"name": "unknown"}), None);
    let first = drive.put(&session, "bytes 0-262143/*", &whole[..GRAIN]).unwrap();
    assert_eq!(first.status, 308);
    let range = format!("bytes 0-{}/{}", GRAIN + 4, GRAIN + 5);
    let made = drive.put(&session, &range, &whole).unwrap().ok();
    assert_eq!(drive.sim.content(made["id"].as_str().unwrap()).unwrap(), whole);

    let session = drive.session(&json!({"name": "empty"}), Some(0));
    let made = drive.put(&session, "bytes */0", b"").unwrap().ok();
    assert_eq!(made["size"], "0");
}

#[test]
fn pieces_of_odd_size_are_refused_unless_they_are_the_last() {
    let drive = Drive::start();
    let session = drive.session(&json!({"name": "a"}), Some(1000));
    let refused = drive.put(&session, "bytes 0-499/1000", &bytes(500)).unwrap();
    refused.refused(400, "badRequest");
    let wrong_total = drive.put(&session, "bytes 0-499/500", &bytes(500)).unwrap();
    wrong_total.refused(400, "badRequest");
    drive
        .put(&session, "bytes 0-999/1000", &bytes(1000))
        .unwrap()
        .ok();
}

#[test]
fn faults_strike_inside_sessions() {
    let drive = Drive::start();
    let whole = bytes(GRAIN * 2);
    let total = whole.len();
    let last = total - 1;
    let all = format!("bytes 0-{last}/{total}");
    let query = format!("bytes */{total}");

    let session = drive.session(&json!({"name": "half"}), Some(total));
    let part = FaultKind::StorePart { bytes: Some(100_000) };
    drive
        .sim
        .faults()
        .add(Fault::on(Operation::SessionPut, part).times(1));
    let half = drive.put(&session, &all, &whole).unwrap();
    assert_eq!(
        (half.status, half.headers["range"].as_str()),
        (308, "bytes=0-99999")
    );
    let rest = format!("bytes 100000-{last}/{total}");
    let made = drive.put(&session, &rest, &whole[100_000..]).unwrap().ok();
    assert_eq!(drive.sim.content(made["id"].as_str().unwrap()).unwrap(), whole);

    let session = drive.session(&json!({"name": "cut"}), Some(total));
    drive
        .sim
        .faults()
        .add(Fault::on(Operation::SessionPut, FaultKind::CutAfterPart { bytes: None }).times(1));
    drive.put(&session, &all, &whole).unwrap_err();
    let stored = drive.put(&session, &query, b"").unwrap();
    assert_eq!(stored.headers["range"], format!("bytes=0-{}", GRAIN - 1));

    let session = drive.session(&json!({"name": "answer lost"}), Some(total));
    drive
        .sim
        .faults()
        .add(Fault::on(Operation::SessionPut, FaultKind::CutAfter).times(1));
    drive.put(&session, &all, &whole).unwrap_err();
    let made = drive.put(&session, &query, b"").unwrap().ok();
    assert_eq!(made["size"], json!(total.to_string()));

    let session = drive.session(&json!({"name": "broken disk"}), Some(total));
    drive
        .sim
        .faults()
        .add(Fault::on(Operation::SessionPut, FaultKind::WrongBytes).times(1));
    let damaged = drive.put(&session, &all, &whole).unwrap().ok();
    assert_ne!(damaged["md5Checksum"], made["md5Checksum"]);
    assert_eq!(drive.sim.snapshot().photos().count(), 3);
}

#[test]
fn sessions_end() {
    let drive = Drive::start();
    let session = drive.session(&json!({"name": "a"}), Some(3));
    assert_eq!(drive.send("DELETE", &session, &[], b"").unwrap().status, 499);
    assert_eq!(drive.put(&session, "bytes 0-2/3", b"abc").unwrap().status, 404);
    let session = drive.session(&json!({"name": "a"}), Some(3));
    drive.sim.change(|options| options.gone_status = 410);
    drive
        .sim
        .advance_clock(std::time::Duration::from_secs(8 * 24 * 3600));
    assert_eq!(drive.put(&session, "bytes */3", b"").unwrap().status, 410);
}

#[test]
fn ids_serve_once_and_only_their_account() {
    let drive = Drive::start();
    let refused = drive.open_session(&json!({"id": "1made-up", "name": "a"}), Some(3));
    let refused = refused.refused(400, "invalid");
    assert_eq!(
        refused.json()["error"]["message"],
        "The provided file ID is not usable."
    );
    let id = drive.new_id();
    let first = drive.session(&json!({"id": id, "name": "a"}), Some(3));
    let second = drive.session(&json!({"id": id, "name": "a"}), Some(3));
    drive.put(&first, "bytes 0-2/3", b"abc").unwrap().ok();
    let late = drive.put(&second, "bytes 0-2/3", b"abc").unwrap();
    late.refused(409, "fileIdInUse");
    drive
        .open_session(&json!({"id": id}), Some(3))
        .refused(409, "fileIdInUse");
    drive
        .sim
        .change(|options| options.duplicate_ids = DuplicateIds::LastByte);
    assert_eq!(drive.open_session(&json!({"id": id}), Some(3)).status, 200);
    assert_eq!(drive.sim.snapshot().photos().count(), 1);
}

#[test]
fn a_full_drive_refuses_bytes_but_not_folders() {
    let drive = Drive::with(Options {
        quota_bytes: Some(5),
        ..Options::default()
    });
    drive.photo("a", None, b"abc");
    drive
        .multipart(&json!({"name": "b"}), b"abc", "id")
        .refused(403, "storageQuotaExceeded");
    drive
        .open_session(&json!({"name": "b"}), Some(3))
        .refused(403, "storageQuotaExceeded");
    drive.folder("still", None);
    drive.sim.set_quota(None);
    drive.photo("b", None, b"abc");
}

#[test]
fn new_bytes_replace_the_old_ones() {
    let drive = Drive::start();
    let id = drive.photo("a.jpg", None, b"old");
    let authorization = format!("Bearer {}", drive.token);
    let headers = [
        ("authorization", authorization.as_str()),
        ("content-type", "image/png"),
    ];
    let path = format!("upload/drive/v3/files/{id}?uploadType=media&fields=id,size");
    let changed = drive.send("PATCH", &path, &headers, b"newer").unwrap().ok();
    assert_eq!(changed, json!({"id": id, "size": "5"}));
    let path = format!("resumable/upload/drive/v3/files/{id}?uploadType=resumable&fields=size");
    let headers = [("authorization", authorization.as_str())];
    let opened = drive.send("PATCH", &path, &headers, b"").unwrap();
    let session = opened.headers["location"].clone();
    let changed = drive.put(&session, "bytes 0-0/1", b"x").unwrap().ok();
    assert_eq!(changed, json!({"size": "1"}));
    assert_eq!(drive.sim.snapshot().files.len(), 1);
}
