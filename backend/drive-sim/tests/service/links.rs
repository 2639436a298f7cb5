//! Links as a guest without an account opens them.

use boothline_drive_sim::{LinkBase, Options};
use serde_json::json;

use crate::support::Drive;

fn here() -> Drive {
    Drive::with(Options {
        links: LinkBase::Here,
        ..Options::default()
    })
}

#[test]
fn a_shared_folder_opens_its_photos_to_guests_until_they_are_in_the_trash() {
    let drive = here();
    let folder = drive.folder("Party", None);
    let id = drive.photo("a <1>.jpg", Some(&folder), b"abc");
    let links = drive
        .get(&format!("drive/v3/files/{id}?fields=webViewLink,webContentLink"))
        .ok();
    let view = links["webViewLink"].as_str().unwrap();
    let content = links["webContentLink"].as_str().unwrap();
    assert!(view.starts_with(&drive.sim.url()), "{view}");
    for link in [view, content] {
        let shut = drive.guest(link);
        assert_eq!((shut.status, shut.headers["location"].as_str()), (302, "/signin"));
    }
    assert_eq!(drive.guest("signin").status, 200);
    let public = json!({"type": "anyone", "role": "reader"});
    drive
        .post(&format!("drive/v3/files/{folder}/permissions"), &public)
        .ok();
    let page = drive.guest(view);
    assert_eq!(page.status, 200);
    assert!(page.text().contains("a &lt;1&gt;.jpg"));
    let onward = drive.guest(content);
    assert_eq!(onward.status, 303);
    let bytes = drive.guest(onward.headers["location"].trim_start_matches('/'));
    assert_eq!(bytes.body, b"abc");
    assert_eq!(
        bytes.headers["content-disposition"],
        "attachment; filename=\"a_<1>.jpg\""
    );
    assert!(drive.sim.set_trashed(&folder, true));
    assert_eq!(drive.guest(view).status, 404);
    assert_eq!(drive.guest("file/d/nothing/view").status, 404);
    assert_eq!(drive.sim.snapshot().requests.len(), 4, "guests do not count");
}

#[test]
fn a_resource_key_is_part_of_the_links_and_needed() {
    let drive = here();
    drive.sim.change(|options| options.resource_keys = true);
    let id = drive.photo("a.jpg", None, b"abc");
    let public = json!({"type": "anyone", "role": "reader"});
    drive
        .post(&format!("drive/v3/files/{id}/permissions"), &public)
        .ok();
    let file = drive
        .get(&format!(
            "drive/v3/files/{id}?fields=webViewLink,webContentLink,resourceKey"
        ))
        .ok();
    let key = format!("&resourcekey={}", file["resourceKey"].as_str().unwrap());
    let view = file["webViewLink"].as_str().unwrap();
    assert!(view.ends_with(&key), "{view}");
    assert_eq!(drive.guest(view).status, 200);
    let content = file["webContentLink"].as_str().unwrap();
    assert!(content.ends_with(&key), "{content}");
    let onward = drive.guest(content);
    assert_eq!(
        drive
            .guest(onward.headers["location"].trim_start_matches('/'))
            .body,
        b"abc"
    );
    assert_eq!(drive.guest(&format!("file/d/{id}/view")).status, 302);
}
