//! The small calls.

use std::time::{Duration, Instant};

use boothline_delivery::drive::{Change, Class, Share, Trouble, Visibility};

use crate::booth::{Booth, SMALL, photo};
use crate::google::{FOLDER, Fault, GOOD_TOKEN, Op, Stored, refusal};
use crate::wire::Reply;

#[tokio::test]
async fn ids_are_reserved_by_the_hundred() {
    let booth = Booth::new().await;
    let ids = booth.drive.reserve_ids(200, Class::Backlog).await.unwrap();
    assert_eq!(ids.len(), 200);
}

#[tokio::test]
async fn the_account_and_its_room_are_known() {
    let booth = Booth::new().await;
    let account = booth.drive.account(Class::Guest).await.unwrap();
    assert_eq!(
        (account.id.as_str(), account.email.as_str()),
        ("p42", "booth@example.com")
    );
    assert_eq!(account.quota.limit, Some(1000));
    assert_eq!(account.quota.usage, 400);
    assert_eq!(account.quota.usage_in_drive, 300);
    assert_eq!(account.quota.usage_in_trash, 20);
}

#[tokio::test]
async fn a_folder_is_made_once_and_shared_once() {
    for fault in [
        None,
        Some(Fault::WorkThenCut),
        Some(Fault::WorkThen(refusal(403, "x"))),
    ] {
        let booth = Booth::sharing(Share::Folder, GOOD_TOKEN).await;
        if let Some(fault) = fault {
            booth.google.fault(Op::CreateFolder, fault);
        }
        for _ in 0..2 {
            booth.drive.make_folder("new-folder", "Party").await.unwrap();
        }
        let folder = booth.drive.check_folder("new-folder").await.unwrap();
        assert_eq!(folder.name, "Party");
        assert!(folder.writable && folder.public && !folder.trashed);
        assert_eq!(booth.google.count(Op::Share), 1);
    }
}

#[tokio::test]
async fn a_folder_that_we_cannot_see_is_explained() {
    let booth = Booth::new().await;
    for id in [
        "made-by-hand",
        "https://drive.google.com/drive/folders/x",
        "../x",
        "",
    ] {
        let error = booth.drive.check_folder(id).await.unwrap_err();
        assert_eq!(error.trouble, Trouble::Folder);
        assert!(error.message.contains("DRIVE_SCOPE=drive"));
    }
    booth
        .google
        .state()
        .files
        .insert("a-photo".to_owned(), Stored::photo(b"x"));
    let error = booth.drive.check_folder("a-photo").await.unwrap_err();
    assert!(error.message.contains("not a folder"));
}

#[tokio::test]
async fn files_are_found_listed_changed_and_removed() {
    let booth = Booth::new().await;
    for n in 0..5 {
        let photo = Stored::photo(&photo(SMALL + n));
        booth.google.state().files.insert(format!("photo{n}"), photo);
    }
    booth
        .google
        .state()
        .files
        .insert("other".to_owned(), Stored::folder("Other"));
    let drive = &booth.drive;
    let file = drive.file("photo1", Class::Batch).await.unwrap().unwrap();
    assert_eq!(file.size, Some(SMALL as u64 + 1));
    assert_eq!(drive.file("nobody", Class::Batch).await.unwrap(), None);

    let (mut ids, mut token) = (Vec::new(), None);
    loop {
        let page = drive
            .list("trashed=false", token.as_deref(), Class::Batch)
            .await
            .unwrap();
        ids.extend(page.files.into_iter().map(|file| file.id));
        token = page.next;
        if token.is_none() {
            break;
        }
    }
    assert_eq!(ids, ["photo0", "photo1", "photo2", "photo3", "photo4"]);

    drive.trash("photo1", true, Class::Batch).await.unwrap();
    assert!(drive.file("photo1", Class::Batch).await.unwrap().unwrap().trashed);
    let change = Change {
        name: Some("new.jpg".to_owned()),
        folder: Some("other".to_owned()),
        ..Change::default()
    };
    let moved = drive
        .update_metadata("photo2", change, Class::Batch)
        .await
        .unwrap();
    assert_eq!(
        (moved.name.as_str(), moved.parents),
        ("new.jpg", vec!["other".to_owned()])
    );
    for _ in 0..2 {
        drive.delete("photo3", Class::Batch).await.unwrap();
    }
    assert_eq!(drive.file("photo3", Class::Batch).await.unwrap(), None);
    let error = drive.trash("photo3", true, Class::Batch).await.unwrap_err();
    assert_eq!(error.trouble, Trouble::NotFound);
}

#[tokio::test]
async fn a_small_call_is_tried_three_times() {
    let booth = Booth::new().await;
    for _ in 0..2 {
        booth.google.fault(Op::Get, Fault::Cut);
    }
    assert!(booth.drive.file(FOLDER, Class::Guest).await.unwrap().is_some());
    for _ in 0..3 {
        booth
            .google
            .fault(Op::Get, Fault::Answer(refusal(500, "internalError")));
    }
    let error = booth.drive.file(FOLDER, Class::Guest).await.unwrap_err();
    assert_eq!(error.trouble, Trouble::ServerFault);
    assert!(error.detail.contains("internalError"), "{}", error.detail);
}

#[tokio::test]
async fn the_probe_answers_soon_whatever_happens() {
    let booth = Booth::new().await;
    booth.drive.reachable().await.unwrap();
    booth.google.fault(Op::About, Fault::Hang);
    let begin = Instant::now();
    let error = booth.drive.reachable().await.unwrap_err();
    assert_eq!(error.trouble, Trouble::Interrupted);
    assert!(begin.elapsed() < Duration::from_secs(2));

    let reply = refusal(429, "rateLimitExceeded").with("retry-after", "20");
    booth.google.fault(Op::About, Fault::Answer(reply));
    booth.drive.reachable().await.unwrap_err();
    let error = booth.drive.reachable().await.unwrap_err();
    assert_eq!(error.trouble, Trouble::RateLimited);
    assert!(error.retry_after.unwrap().as_secs() >= 18);
    assert_eq!(booth.google.count(Op::About), 3, "the wish is respected");
}

#[tokio::test]
async fn a_link_is_opened_as_a_guest_would() {
    let booth = Booth::new().await;
    let link = booth.drive.links("1abc").drive_link;
    let base = booth.google.url.clone();
    let to = |target: &str| Reply::empty(303).with("location", target);
    let public = || async { booth.drive.public(&link).await };

    assert_eq!(public().await.unwrap(), Visibility::Public);
    for (answers, visible) in [
        (
            vec![to("/download?id=1abc"), Reply::empty(200)],
            Visibility::Public,
        ),
        (
            vec![to("https://accounts.google.com/ServiceLogin")],
            Visibility::NotPublic,
        ),
        (vec![to("/ServiceLogin?continue=x")], Visibility::NotPublic),
        (vec![to("https://sso.example.com/login")], Visibility::NotPublic),
        (vec![Reply::empty(403)], Visibility::NotPublic),
        (vec![Reply::empty(401)], Visibility::NotPublic),
        (vec![to("/download"), Reply::empty(404)], Visibility::Gone),
    ] {
        for answer in answers {
            booth.google.fault(Op::Link, Fault::Answer(answer));
        }
        assert_eq!(public().await.unwrap(), visible);
    }
    for _ in 0..6 {
        booth.google.fault(Op::Link, Fault::Answer(to(base.as_str())));
    }
    assert_eq!(public().await.unwrap_err().trouble, Trouble::Rejected);
    booth.google.fault(Op::Link, Fault::Answer(Reply::empty(503)));
    assert_eq!(public().await.unwrap_err().trouble, Trouble::ServerFault);
    booth
        .google
        .fault(Op::Link, Fault::Answer(to("file:///etc/passwd")));
    assert_eq!(public().await.unwrap_err().trouble, Trouble::Rejected);
    assert!(booth.google.state().faults.is_empty());
    for (_, asked) in &booth.google.state().asked {
        assert_eq!(asked.header("authorization"), "", "a guest has no token");
    }
    for odd in ["ftp://x/y", "nonsense", ""] {
        assert_eq!(
            booth.drive.public(odd).await.unwrap_err().trouble,
            Trouble::Rejected
        );
    }
}
