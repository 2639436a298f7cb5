//! Files and folders without their bytes.

use boothline_drive_sim::{Operation, SERVICE_ACCOUNT};
use serde_json::{Value, json};

use crate::support::Drive;

#[test]
fn a_call_needs_a_token_that_lives_and_reaches() {
    let mut drive = Drive::start();
    assert_eq!(drive.guest("drive/v3/files").status, 401);
    drive.token = "ya29.made-up".to_owned();
    let refused = drive.get("drive/v3/files").refused(401, "authError");
    assert!(refused.headers["www-authenticate"].contains("invalid_token"));
    drive
        .sim
        .change(|options| options.scope = "openid email".to_owned());
    drive.sim.write_credentials(drive.folder.path()).unwrap();
    drive.token = drive.credentials("token.json")["token"]
        .as_str()
        .unwrap()
        .to_owned();
    drive
        .get("drive/v3/files")
        .refused(403, "insufficientPermissions");
}

#[test]
fn about_needs_fields_and_counts_bytes() {
    let drive = Drive::start();
    drive.get("drive/v3/about").refused(400, "required");
    drive.photo("a", None, b"abc");
    let about = drive
        .get("drive/v3/about?fields=user(emailAddress),storageQuota(usage,limit)")
        .ok();
    assert_eq!(about["user"], json!({"emailAddress": "operator@example.com"}));
    assert_eq!(about["storageQuota"], json!({"usage": "3"}));
}

#[test]
fn ids_of_another_account_are_not_usable() {
    let mut drive = Drive::start();
    let id = drive.new_id();
    drive
        .sim
        .change(|options| options.consent.account = "new@example.com".to_owned());
    drive.token = drive.sign_in();
    let body = json!({"id": id, "name": "f", "mimeType": "application/vnd.google-apps.folder"});
    drive.post("drive/v3/files", &body).refused(400, "invalid");
}

#[test]
fn an_unknown_folder_is_named_in_the_refusal() {
    let drive = Drive::start();
    let body = json!({"name": "a", "parents": ["1gone"]});
    let refused = drive.post("drive/v3/files", &body).refused(404, "notFound");
    assert_eq!(refused.json()["error"]["message"], "File not found: 1gone.");
    let by_hand = drive.sim.add_foreign_folder("made by hand");
    let body = json!({"name": "a", "parents": [by_hand]});
    drive.post("drive/v3/files", &body).refused(404, "notFound");
}

#[test]
fn the_whole_drive_scope_sees_what_was_made_by_hand() {
    let mut drive = Drive::start();
    let by_hand = drive.sim.add_foreign_folder("made by hand");
    drive
        .sim
        .change(|options| options.scope = "https://www.googleapis.com/auth/drive".to_owned());
    drive.sim.write_credentials(drive.folder.path()).unwrap();
    drive.token = drive.credentials("token.json")["token"]
        .as_str()
        .unwrap()
        .to_owned();
    drive.photo("a", Some(&by_hand), b"abc");
    assert_eq!(
        drive.get("drive/v3/files").ok()["files"]
            .as_array()
            .unwrap()
            .len(),
        2
    );
}

#[test]
fn a_folder_takes_what_is_in_it_along() {
    let drive = Drive::start();
    let event = drive.folder("event", None);
    let inner = drive.folder("inner", Some(&event));
    let photo = drive.photo("a", Some(&inner), b"abc");
    let trash = json!({"trashed": true});
    drive
        .call("PATCH", &format!("drive/v3/files/{event}"), &trash)
        .ok();
    assert!(drive.sim.snapshot().file(&photo).unwrap().trashed);
    let into_itself = format!("drive/v3/files/{event}?addParents={inner}&removeParents=root");
    assert_eq!(drive.call("PATCH", &into_itself, &json!({})).status, 403);
    let gone = drive.call("DELETE", &format!("drive/v3/files/{event}"), &Value::Null);
    assert_eq!((gone.status, gone.body.len()), (204, 0));
    assert!(drive.sim.snapshot().files.is_empty());
    // Google never gives an id out again, not even one whose file is gone.
    let again = json!({"id": photo, "name": "a"});
    drive.post("drive/v3/files", &again).refused(409, "fileIdInUse");
}

#[test]
fn pages_neither_skip_nor_repeat_while_files_come_and_go() {
    let drive = Drive::start();
    let names: Vec<String> = (0..5).map(|number| format!("p{number}")).collect();
    let ids: Vec<String> = names.iter().map(|name| drive.photo(name, None, b"x")).collect();
    let first = drive.get("drive/v3/files?pageSize=2&orderBy=name").ok();
    let token = first["nextPageToken"].as_str().unwrap();
    drive.photo("p00", None, b"x");
    assert!(drive.sim.delete_for_good(&ids[3]));
    let rest = drive
        .get(&format!(
            "drive/v3/files?pageSize=9&orderBy=name&pageToken={token}"
        ))
        .ok();
    let found: Vec<&str> = [&first, &rest]
        .into_iter()
        .flat_map(|page| page["files"].as_array().unwrap())
        .map(|file| file["name"].as_str().unwrap())
        .collect();
    assert_eq!(found, ["p0", "p1", "p2", "p4"]);
    assert!(rest.get("nextPageToken").is_none());
    drive
        .get(&format!("drive/v3/files?pageToken={token}"))
        .refused(400, "invalid");
}

#[test]
fn sharing_is_idempotent_inherited_and_may_be_forbidden() {
    let drive = Drive::start();
    let folder = drive.folder("event", None);
    let public = json!({"type": "anyone", "role": "reader", "allowFileDiscovery": false});
    let path = format!("drive/v3/files/{folder}/permissions");
    drive.sim.change(|options| options.public_links_forbidden = true);
    drive.post(&path, &public).refused(403, "publishOutNotPermitted");
    drive.sim.change(|options| options.public_links_forbidden = false);
    for _ in 0..2 {
        assert_eq!(drive.post(&path, &public).ok()["id"], "anyoneWithLink");
    }
    let made = drive
        .multipart(
            &json!({"name": "a", "parents": [folder]}),
            b"x",
            "id,permissionIds",
        )
        .ok();
    assert!(
        made["permissionIds"]
            .as_array()
            .unwrap()
            .contains(&json!("anyoneWithLink"))
    );
    let snapshot = drive.sim.snapshot();
    let photo = snapshot.file(made["id"].as_str().unwrap()).unwrap();
    assert!(photo.public);
    assert_eq!(photo.permissions.len(), 2);
    assert_eq!(snapshot.requests_of(Operation::PermissionCreate), 3);
    drive
        .post(&path, &json!({"type": "anyone", "role": "king"}))
        .refused(400, "required");
    let named = json!({"type": "anyone", "role": "reader", "emailAddress": "x@example.com"});
    drive.post(&path, &named).refused(400, "invalidSharingRequest");
}

#[test]
fn a_person_with_access_may_write_but_not_delete() {
    let mut drive = Drive::start();
    let folder = drive.folder("event", None);
    let share = json!({"type": "user", "role": "writer", "emailAddress": SERVICE_ACCOUNT});
    drive
        .post(&format!("drive/v3/files/{folder}/permissions"), &share)
        .ok();
    drive.token = drive.sign_in_service_account();
    drive.sim.change(|options| options.service_account_storage = true);
    let photo = drive.photo("a", Some(&folder), b"abc");
    assert_eq!(drive.sim.snapshot().file(&photo).unwrap().owner, SERVICE_ACCOUNT);
    let refused = drive.call("DELETE", &format!("drive/v3/files/{folder}"), &Value::Null);
    refused.refused(403, "insufficientFilePermissions");
}

#[test]
fn duplicate_names_are_allowed_and_counted() {
    let drive = Drive::start();
    let folder = drive.folder("event", None);
    drive.photo("a", Some(&folder), b"1");
    drive.photo("a", None, b"1");
    assert_eq!(drive.sim.snapshot().duplicate_names, 0);
    drive.photo("a", Some(&folder), b"2");
    assert_eq!(drive.sim.snapshot().duplicate_names, 1);
    let state = drive.get("sim/state").ok();
    assert_eq!(state["duplicate_names"], 1);
    assert_eq!(state["files"].as_array().unwrap().len(), 4);
}
