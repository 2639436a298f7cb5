//! The next try goes on where Drive says that the last one came to.

use boothline_delivery::drive::Trouble;

use crate::booth::{Booth, ID, LARGE};
use crate::google::{Fault, Op, refusal};
use crate::wire::Reply;

/// A delivery that broke for good after about a megabyte, and what it left behind.
async fn broken() -> (Booth, boothline_delivery::drive::Parcel) {
    let booth = Booth::new().await;
    booth.google.fault(Op::Put, Fault::CutBody(1_000_000));
    for _ in 0..2 {
        booth.google.fault(Op::Status, Fault::Cut);
    }
    let (result, diary) = booth.deliver(&booth.parcel(LARGE)).await;
    assert_eq!(result.unwrap_err().trouble, Trouble::Interrupted);
    let parcel = diary.next(&booth.parcel(LARGE));
    assert!(parcel.session.is_some() && parcel.doubt);
    booth.google.state().asked.clear();
    (booth, parcel)
}

#[tokio::test]
async fn an_upload_goes_on_in_its_session_after_a_restart() {
    let (booth, parcel) = broken().await;
    let (delivered, diary) = booth.deliver(&parcel).await;
    assert_eq!(delivered.unwrap().how, "resumed");
    booth.assert_arrived(LARGE);
    assert_eq!(booth.google.ops()[0], Op::Status, "it asks before it sends");
    assert_eq!(booth.google.count(Op::SessionStart), 0);
    let sent: usize = (booth.google.state().asked.iter())
        .filter(|(op, _)| *op == Op::Put)
        .map(|(_, asked)| asked.body.len())
        .sum();
    assert_eq!(sent, LARGE - 1_000_000, "no byte goes twice");
    assert_eq!(diary.session, None);
}

#[tokio::test]
async fn a_session_that_finished_before_the_crash_is_only_read() {
    let (booth, parcel) = broken().await;
    booth.deliver(&parcel).await.0.unwrap();
    booth.google.state().asked.clear();
    let delivered = booth.deliver(&parcel).await.0.unwrap();
    assert_eq!((delivered.how, delivered.was_there), ("resumed", true));
    assert_eq!(booth.google.ops(), [Op::Status]);
    booth.assert_arrived(LARGE);
}

#[tokio::test]
async fn a_session_that_was_forgotten_is_replaced_by_a_new_one() {
    for answer in [Reply::empty(404), Reply::empty(410)] {
        let (booth, parcel) = broken().await;
        booth.google.fault(Op::Status, Fault::Answer(answer));
        let (delivered, diary) = booth.deliver(&parcel).await;
        assert_eq!(delivered.unwrap().how, "resumable");
        assert_eq!(diary.sessions, 1);
        booth.assert_arrived(LARGE);
    }
}

#[tokio::test]
async fn a_forgotten_session_that_had_finished_leads_to_its_file() {
    let (booth, parcel) = broken().await;
    booth.deliver(&parcel).await.0.unwrap();
    booth.google.state().sessions.clear();
    let delivered = booth.deliver(&parcel).await.0.unwrap();
    assert_eq!((delivered.how, delivered.was_there), ("found", true));
    assert_eq!(booth.google.state().files[ID].writes, 1);
}

#[tokio::test]
async fn a_session_that_was_refused_is_not_tried_again() {
    let (booth, parcel) = broken().await;
    booth
        .google
        .fault(Op::Put, Fault::Answer(refusal(403, "storageQuotaExceeded")));
    let (result, diary) = booth.deliver(&parcel).await;
    assert_eq!(result.unwrap_err().trouble, Trouble::Quota);
    assert_eq!(diary.session, None);
}

#[tokio::test]
async fn a_server_that_keeps_nothing_is_left_alone_after_a_few_tries() {
    let booth = Booth::new().await;
    for _ in 0..20 {
        booth.google.fault(Op::Put, Fault::Short(0));
    }
    let (result, diary) = booth.deliver(&booth.parcel(LARGE)).await;
    assert_eq!(result.unwrap_err().trouble, Trouble::Interrupted);
    assert_eq!(booth.google.count(Op::Put), 3);
    assert!(diary.session.is_some());
}
