//! One delivery, one fault: one file in the end.

use boothline_delivery::drive::{DriveError, Source, Trouble};
use boothline_domain::Disposition;

use crate::booth::{Booth, ID, LARGE, SMALL, photo};
use crate::google::{FOLDER, Fault, Google, Op, Stored, refusal};
use crate::wire::Reply;

use Fault::{Answer, Corrupt, Cut, CutBody, Hang, Short, WorkThen, WorkThenCut, WorkThenHang};

fn html(status: u16) -> Reply {
    Reply {
        body: b"<html>Sorry</html>".to_vec(),
        ..Reply::empty(status)
    }
}

#[tokio::test]
async fn a_small_photo_needs_one_request_and_a_permission() {
    let booth = Booth::new().await;
    let (delivered, diary) = booth.deliver(&booth.parcel(SMALL)).await;
    let delivered = delivered.unwrap();
    booth.assert_arrived(SMALL);
    assert_eq!(booth.google.ops(), [Op::Multipart, Op::Share]);
    assert_eq!((delivered.how, delivered.was_there), ("multipart", false));
    assert_eq!(delivered.links, booth.drive.links(ID));
    assert!(!delivered.links_changed);
    assert_eq!(diary.progress, [SMALL as u64]);
}

#[tokio::test]
async fn a_large_photo_goes_in_chunks_and_its_session_is_known_before_its_first_byte() {
    let booth = Booth::new().await;
    let (delivered, diary) = booth.deliver(&booth.parcel(LARGE)).await;
    assert_eq!(delivered.unwrap().how, "resumable");
    booth.assert_arrived(LARGE);
    assert!(booth.google.count(Op::Put) >= 2);
    assert_eq!(diary.sessions, 1);
    assert_eq!(diary.session, None, "it is spent");
    assert_eq!(diary.progress.last(), Some(&(LARGE as u64)));
    assert!(diary.progress.is_sorted(), "{:?}", diary.progress);
}

#[tokio::test]
async fn bytes_in_memory_arrive_like_those_of_a_file() {
    for size in [0, 1, SMALL, LARGE] {
        let booth = Booth::new().await;
        let mut parcel = booth.parcel(size);
        parcel.source = Source::Memory(photo(size));
        booth.deliver(&parcel).await.0.unwrap();
        booth.assert_arrived(size);
    }
}

/// Each fault meets a fresh delivery, which must succeed within its one call.
async fn each_is_survived(size: usize, faults: &[(&str, &[(Op, Fault)])]) {
    for (name, script) in faults {
        let booth = Booth::new().await;
        for (op, fault) in *script {
            booth.google.fault(*op, fault.clone());
        }
        let (delivered, _) = booth.deliver(&booth.parcel(size)).await;
        let delivered = delivered.unwrap_or_else(|error| panic!("{name}: {error} ({})", error.detail));
        assert!(
            booth.google.state().faults.is_empty(),
            "{name}: the fault was not met"
        );
        assert!(!delivered.was_there, "{name}");
        booth.assert_arrived(size);
    }
}

#[tokio::test]
async fn a_small_photo_survives_each_single_fault() {
    each_is_survived(
        SMALL,
        &[
            ("503", &[(Op::Multipart, Answer(refusal(503, "backendError")))]),
            ("500 in HTML", &[(Op::Multipart, Answer(html(500)))]),
            (
                "stored, then 503",
                &[(Op::Multipart, WorkThen(refusal(503, "backendError")))],
            ),
            (
                "403 that did the work",
                &[(Op::Multipart, WorkThen(refusal(403, "userRateLimitExceeded")))],
            ),
            (
                "even a fatal 403 that did the work",
                &[(Op::Multipart, WorkThen(refusal(403, "storageQuotaExceeded")))],
            ),
            (
                "429",
                &[(Op::Multipart, Answer(refusal(429, "rateLimitExceeded")))],
            ),
            ("cut before", &[(Op::Multipart, Cut)]),
            ("cut within the body", &[(Op::Multipart, CutBody(100_000))]),
            ("answer lost", &[(Op::Multipart, WorkThenCut)]),
            ("hang", &[(Op::Multipart, Hang)]),
            ("stored, then hang", &[(Op::Multipart, WorkThenHang)]),
            (
                "an answer that is no JSON",
                &[(Op::Multipart, WorkThen(html(200)))],
            ),
            (
                "permission 500",
                &[(Op::Share, Answer(refusal(500, "internalError")))],
            ),
            ("permission answer lost", &[(Op::Share, WorkThenCut)]),
            (
                "lost, then the question cut",
                &[(Op::Multipart, WorkThenCut), (Op::Get, Cut), (Op::Get, Cut)],
            ),
        ],
    )
    .await;
}

#[tokio::test]
async fn a_large_photo_survives_each_single_fault() {
    each_is_survived(
        LARGE,
        &[
            ("short store", &[(Op::Put, Short(100_000))]),
            ("nothing stored", &[(Op::Put, Short(0))]),
            (
                "503 in the middle",
                &[(Op::Put, Answer(refusal(503, "backendError")))],
            ),
            (
                "stored, then 503",
                &[(Op::Put, WorkThen(refusal(503, "backendError")))],
            ),
            (
                "429 in the middle",
                &[(Op::Put, Answer(refusal(429, "rateLimitExceeded")))],
            ),
            ("cut within a chunk", &[(Op::Put, CutBody(300_001))]),
            (
                "cut within every chunk",
                &[
                    (Op::Put, CutBody(262_144)),
                    (Op::Put, CutBody(262_144)),
                    (Op::Put, CutBody(999_999)),
                    (Op::Put, CutBody(10)),
                ],
            ),
            ("hang", &[(Op::Put, Hang)]),
            ("stored, then hang", &[(Op::Put, WorkThenHang)]),
            (
                "answer of the question lost, too",
                &[(Op::Put, CutBody(500_000)), (Op::Status, Cut)],
            ),
            (
                "session start 429",
                &[(Op::SessionStart, Answer(refusal(429, "rateLimitExceeded")))],
            ),
            (
                "session start 500 and cut",
                &[(Op::SessionStart, Answer(html(500))), (Op::SessionStart, Cut)],
            ),
            ("session start lost", &[(Op::SessionStart, WorkThenCut)]),
            ("session forgotten", &[(Op::Put, Answer(Reply::empty(404)))]),
            ("session gone", &[(Op::Put, Answer(Reply::empty(410)))]),
            (
                "the server counts otherwise",
                &[(Op::Put, WorkThen(refusal(400, "badRequest")))],
            ),
        ],
    )
    .await;
}

/// The last chunk, whichever that is, meets this fault.
async fn with_fault_at_the_end(fault: Fault) -> Booth {
    let booth = Booth::new().await;
    // One chunk, so that the first is the last.
    let size = 900_000;
    booth.google.fault(Op::Put, fault);
    booth.deliver(&booth.parcel(size)).await.0.unwrap();
    booth.assert_arrived(size);
    booth
}

#[tokio::test]
async fn the_last_answer_may_be_lost_in_every_way() {
    for fault in [
        WorkThenCut,
        WorkThenHang,
        WorkThen(refusal(503, "backendError")),
        WorkThen(refusal(409, "fileIdInUse")),
        WorkThen(Reply::empty(404)),
        WorkThen(html(200)),
        Answer(refusal(503, "backendError")),
    ] {
        let booth = with_fault_at_the_end(fault).await;
        assert_eq!(booth.google.state().files[ID].writes, 1);
    }
}

#[tokio::test]
async fn wrong_bytes_are_mended_under_the_same_id() {
    for (size, op) in [(SMALL, Op::Multipart), (LARGE, Op::Put)] {
        let booth = Booth::new().await;
        booth.google.fault(op, Corrupt);
        let (delivered, diary) = booth.deliver(&booth.parcel(size)).await;
        assert_eq!(delivered.unwrap().how, "mended");
        booth.assert_arrived(size);
        assert_eq!(booth.google.state().files[ID].writes, 2);
        assert_eq!(diary.session, None);
    }
}

#[tokio::test]
async fn bytes_that_stay_wrong_are_not_called_delivered() {
    let booth = Booth::new().await;
    booth.google.fault(Op::Multipart, Corrupt);
    booth.google.fault(Op::Put, Corrupt);
    let (result, diary) = booth.deliver(&booth.parcel(SMALL)).await;
    assert_eq!(result.unwrap_err().trouble, Trouble::WrongBytes);
    let (again, _) = booth.deliver(&diary.next(&booth.parcel(SMALL))).await;
    assert_eq!(again.unwrap().how, "mended");
    booth.assert_arrived(SMALL);
}

#[tokio::test]
async fn what_an_earlier_try_brought_there_is_only_confirmed() {
    for trashed in [false, true] {
        let booth = Booth::new().await;
        let mut parcel = booth.parcel(SMALL);
        booth.deliver(&parcel).await.0.unwrap();
        booth.google.state().files.get_mut(ID).unwrap().trashed = trashed;
        parcel.doubt = true;
        let delivered = booth.deliver(&parcel).await.0.unwrap();
        assert_eq!((delivered.how, delivered.was_there), ("found", true));
        assert!(!delivered.file.trashed);
        booth.assert_arrived(SMALL);
        assert_eq!(booth.google.count(Op::Multipart), 1);
    }
}

#[tokio::test]
async fn a_file_that_nobody_recorded_is_found_by_its_id() {
    // The row of the first delivery was lost altogether, doubt and session with it.
    for size in [SMALL, LARGE] {
        let booth = Booth::new().await;
        let parcel = booth.parcel(size);
        booth.deliver(&parcel).await.0.unwrap();
        let delivered = booth.deliver(&parcel).await.0.unwrap();
        assert_eq!((delivered.how, delivered.was_there), ("found", true));
        booth.assert_arrived(size);
        assert_eq!(booth.google.state().files[ID].writes, 1);
    }
}

#[tokio::test]
async fn wrong_bytes_of_an_earlier_try_are_mended() {
    let booth = Booth::new().await;
    let mut parcel = booth.parcel(SMALL);
    booth.deliver(&parcel).await.0.unwrap();
    booth.google.state().files.get_mut(ID).unwrap().bytes = b"half".to_vec();
    parcel.doubt = true;
    assert_eq!(booth.deliver(&parcel).await.0.unwrap().how, "mended");
    booth.assert_arrived(SMALL);
}

#[tokio::test]
async fn a_doubtful_line_gets_a_session_even_for_a_small_photo() {
    let booth = Booth::new().await;
    let mut parcel = booth.parcel(SMALL);
    parcel.doubt = true;
    assert_eq!(booth.deliver(&parcel).await.0.unwrap().how, "resumable");
    assert_eq!(booth.google.ops()[0], Op::Get);
    booth.assert_arrived(SMALL);
}

#[tokio::test]
async fn an_id_that_is_taken_by_nobody_we_see_is_refused_and_nothing_is_made() {
    let booth = Booth::new().await;
    for _ in 0..2 {
        booth
            .google
            .fault(Op::Multipart, Answer(refusal(409, "fileIdInUse")));
    }
    let error = booth.deliver(&booth.parcel(SMALL)).await.0.unwrap_err();
    assert_eq!(error.trouble, Trouble::IdRefused);
    assert_eq!(booth.google.count(Op::Get), 2, "it may only be too new");
    assert!(!booth.google.state().files.contains_key(ID));
}

/// A refusal that no try within the call can cure.
async fn refused(op: Op, reply: Reply, size: usize) -> (DriveError, Booth) {
    let booth = Booth::new().await;
    booth.google.fault(op, Answer(reply));
    let error = booth.deliver(&booth.parcel(size)).await.0.unwrap_err();
    (error, booth)
}

#[tokio::test]
async fn what_needs_a_person_is_said_at_once_and_not_repeated() {
    for (status, reason, trouble) in [
        (403, "storageQuotaExceeded", Trouble::Quota),
        (403, "insufficientPermissions", Trouble::Scope),
        (403, "accessNotConfigured", Trouble::ApiDisabled),
        (403, "insufficientFilePermissions", Trouble::Folder),
        (404, "notFound", Trouble::Folder),
    ] {
        for (op, size) in [
            (Op::Multipart, SMALL),
            (Op::SessionStart, LARGE),
            (Op::Put, LARGE),
        ] {
            if op == Op::Put && status == 404 {
                continue; // there it says that the session is gone
            }
            let (error, booth) = refused(op, refusal(status, reason), size).await;
            assert_eq!(error.trouble, trouble, "{op:?} {reason}");
            assert_eq!(error.disposition(), Disposition::WaitForOperator);
            assert_eq!(booth.google.count(op), 1, "{op:?} {reason}");
        }
    }
}

#[tokio::test]
async fn a_folder_that_is_gone_is_named_as_the_trouble() {
    let booth = Booth::new().await;
    booth.google.state().files.remove(FOLDER);
    let error = booth.deliver(&booth.parcel(SMALL)).await.0.unwrap_err();
    assert_eq!(error.trouble, Trouble::Folder);
    assert!(error.message.contains("TARGET_FOLDER_ID"), "{}", error.message);
}

#[tokio::test]
async fn a_long_wish_for_peace_is_left_to_the_queue() {
    let reply = refusal(429, "rateLimitExceeded").with("retry-after", "30");
    let booth = Booth::new().await;
    booth.google.fault(Op::Put, Answer(reply));
    let (result, diary) = booth.deliver(&booth.parcel(LARGE)).await;
    let error = result.unwrap_err();
    assert_eq!(error.trouble, Trouble::RateLimited);
    assert_eq!(
        error.disposition(),
        Disposition::RetryAfter(std::time::Duration::from_secs(30))
    );
    assert!(
        booth.drive.pacer().pause().unwrap().as_secs() >= 28,
        "everybody waits"
    );
    assert!(diary.session.is_some(), "the next try goes on in the session");
}

#[tokio::test]
async fn without_a_network_nothing_is_tried_twice() {
    let booth = Booth::new().await;
    let parcel = booth.parcel(SMALL);
    let Booth { google, drive, .. } = booth;
    drop(google);
    let mut diary = crate::booth::Diary::default();
    let class = boothline_delivery::drive::Class::Guest;
    let error = drive.deliver(&parcel, class, &mut diary).await.unwrap_err();
    assert_eq!(error.trouble, Trouble::Offline, "{}", error.detail);
    assert_eq!(error.disposition(), Disposition::WaitForNetwork);
}

#[tokio::test]
async fn a_photo_that_was_changed_on_disk_is_never_sent() {
    for size in [SMALL, LARGE] {
        let booth = Booth::new().await;
        let mut parcel = booth.parcel(size);
        parcel.md5 = "0".repeat(32);
        let error = booth.deliver(&parcel).await.0.unwrap_err();
        assert_eq!(error.trouble, Trouble::LocalFile);
        assert_eq!(booth.google.ops(), []);
    }
}

#[tokio::test]
async fn an_expired_token_is_renewed_once() {
    let booth = Booth::sharing(boothline_delivery::drive::Share::File, "ya29.stale").await;
    booth.deliver(&booth.parcel(SMALL)).await.0.unwrap();
    booth.assert_arrived(SMALL);
    assert_eq!(booth.google.count(Op::Token), 1);
}

#[tokio::test]
async fn a_sign_in_that_stays_rejected_needs_a_person() {
    let booth = Booth::new().await;
    for _ in 0..2 {
        booth
            .google
            .fault(Op::Multipart, Answer(refusal(401, "authError")));
    }
    let error = booth.deliver(&booth.parcel(SMALL)).await.0.unwrap_err();
    assert_eq!(error.trouble, Trouble::SignIn);
    assert_eq!(error.disposition(), Disposition::WaitForOperator);
}

#[tokio::test]
async fn links_that_drive_answers_replace_the_prediction_only_where_they_lead_elsewhere() {
    let booth = Booth::new().await;
    let mut stored = Stored::photo(&photo(SMALL));
    stored.public = true;
    stored.metadata["resourceKey"] = "0-key".into();
    booth.google.state().files.insert(ID.to_owned(), stored);
    let mut parcel = booth.parcel(SMALL);
    parcel.doubt = true;
    let delivered = booth.deliver(&parcel).await.0.unwrap();
    assert!(delivered.links_changed);
    assert!(delivered.links.drive_link.ends_with("resourcekey=0-key"));
    assert!(delivered.links.download_link.ends_with("resourcekey=0-key"));
}

#[tokio::test]
async fn a_session_address_elsewhere_gets_no_bytes() {
    let booth = Booth::new().await;
    let elsewhere = Google::start().await;
    let address = format!("{}upload?upload_id=1", elsewhere.url);
    booth.google.fault(
        Op::SessionStart,
        Answer(Reply::empty(200).with("location", address.clone())),
    );
    // The next session of the same call is a good one.
    booth.deliver(&booth.parcel(LARGE)).await.0.unwrap();
    let mut parcel = booth.parcel(LARGE);
    parcel.session = Some(address);
    booth.deliver(&parcel).await.0.unwrap();
    booth.assert_arrived(LARGE);
    assert_eq!(elsewhere.ops(), []);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn deliveries_run_side_by_side_on_any_thread() {
    let booth = Booth::new().await;
    let photo = booth.parcel(SMALL);
    let mut set = tokio::task::JoinSet::new();
    for n in 0..8 {
        let (drive, mut parcel) = (booth.drive.clone(), photo.clone());
        parcel.file_id = format!("id-{n}");
        set.spawn(async move {
            let mut diary = crate::booth::Diary::default();
            let class = boothline_delivery::drive::Class::Backlog;
            let delivered = drive.deliver(&parcel, class, &mut diary).await.unwrap();
            drive.reachable().await.unwrap();
            drive.make_folder("party", "Party").await.unwrap();
            drive.list("trashed=false", None, class).await.unwrap();
            drive.public(&delivered.links.drive_link).await.unwrap();
            let change = boothline_delivery::drive::Change::default();
            drive
                .update_metadata(&parcel.file_id, change, class)
                .await
                .unwrap();
            drive.delete(&parcel.file_id, class).await.unwrap();
            drive.account(class).await.unwrap();
            drive.reserve_ids(3, class).await.unwrap();
            drive.check_folder("party").await.unwrap();
        });
    }
    while let Some(done) = set.join_next().await {
        done.unwrap();
    }
    assert_eq!(booth.google.state().files.len(), 2, "two folders");
}
