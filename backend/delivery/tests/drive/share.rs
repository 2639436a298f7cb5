//! Guests can see what was delivered, and nothing else is asked for than needed.

use boothline_delivery::drive::{Class, Share, Trouble};
use boothline_domain::Disposition;

use crate::booth::{Booth, SMALL};
use crate::google::{FOLDER, Fault, GOOD_TOKEN, Op, refusal};

async fn shared_folder(inherits: bool) -> Booth {
    let booth = Booth::sharing(Share::Folder, GOOD_TOKEN).await;
    let mut state = booth.google.state();
    state.files.get_mut(FOLDER).unwrap().public = true;
    state.inherits = inherits;
    drop(state);
    booth
}

#[tokio::test]
async fn an_inherited_permission_in_the_answer_saves_every_further_call() {
    let booth = shared_folder(true).await;
    booth.deliver(&booth.parcel(SMALL)).await.0.unwrap();
    assert_eq!(booth.google.ops(), [Op::Multipart]);
    booth.assert_arrived(SMALL);
}

#[tokio::test]
async fn a_file_that_does_not_inherit_is_looked_at_once_and_then_shared_itself() {
    let booth = shared_folder(false).await;
    booth.deliver(&booth.parcel(SMALL)).await.0.unwrap();
    assert_eq!(booth.google.ops(), [Op::Multipart, Op::Get, Op::Share]);
    booth.assert_arrived(SMALL);
}

#[tokio::test]
async fn too_many_permissions_hold_no_upload_back() {
    let booth = Booth::new().await;
    booth
        .google
        .fault(Op::Share, Fault::Answer(refusal(403, "sharingRateLimitExceeded")));
    let (result, diary) = booth.deliver(&booth.parcel(SMALL)).await;
    let error = result.unwrap_err();
    assert_eq!(error.trouble, Trouble::SharingLimited);
    let Disposition::RetryAfter(pause) = error.disposition() else {
        panic!("{:?}", error.disposition());
    };
    assert!(pause.as_secs() >= 9, "{pause:?}");
    assert_eq!(booth.drive.pacer().pause(), None);
    assert!(booth.google.state().files.len() == 2, "the file is there");

    // While Google wants it so, nobody asks again; the file is not sent again.
    let (again, _) = booth.deliver(&diary.next(&booth.parcel(SMALL))).await;
    assert_eq!(again.unwrap_err().trouble, Trouble::SharingLimited);
    assert_eq!(booth.google.count(Op::Share), 1);
    assert_eq!(booth.google.count(Op::Multipart), 1);
}

#[tokio::test]
async fn an_organisation_that_forbids_public_links_is_named() {
    for reason in [
        "publishOutNotPermitted",
        "domainPolicy",
        "insufficientFilePermissions",
    ] {
        let booth = Booth::new().await;
        booth.google.fault(Op::Share, Fault::Answer(refusal(403, reason)));
        let error = booth.deliver(&booth.parcel(SMALL)).await.0.unwrap_err();
        assert_eq!(error.trouble, Trouble::Policy, "{reason}");
        assert_eq!(error.disposition(), Disposition::WaitForOperator);
    }
}

#[tokio::test]
async fn a_file_that_is_removed_meanwhile_is_not_given_up() {
    let booth = Booth::new().await;
    booth
        .google
        .fault(Op::Share, Fault::Answer(refusal(404, "notFound")));
    let error = booth.deliver(&booth.parcel(SMALL)).await.0.unwrap_err();
    assert_eq!(error.disposition(), Disposition::Retry);
}

#[tokio::test]
async fn sharing_twice_is_no_error() {
    let booth = Booth::new().await;
    for _ in 0..2 {
        booth.drive.share_folder(FOLDER).await.unwrap();
        booth.drive.share(FOLDER, Class::Batch).await.unwrap();
    }
    assert!(booth.google.state().files[FOLDER].public);
}
