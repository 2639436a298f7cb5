//! A stream of unknown trustworthiness, kept nowhere.

use boothline_delivery::drive::{Class, Delivered, StreamError, StreamMeta, Trouble};
use bytes::Bytes;
use futures_util::stream;

use crate::booth::{Booth, ID, photo};
use crate::google::{FOLDER, Fault, Op, refusal};
use crate::wire::Reply;

const MEBIBYTE: usize = 1024 * 1024;

fn meta(size: Option<usize>) -> StreamMeta {
    StreamMeta {
        name: "from-a-kiosk.jpg".to_owned(),
        mime: "image/jpeg".to_owned(),
        folder: FOLDER.to_owned(),
        size: size.map(|bytes| bytes as u64),
    }
}

/// Sends these bytes in pieces of odd sizes; then, perhaps, the sender breaks off.
async fn send(
    booth: &Booth,
    bytes: Bytes,
    size: Option<usize>,
    breaks: bool,
) -> Result<Delivered, StreamError> {
    let mut pieces: Vec<Result<Bytes, std::io::Error>> = bytes
        .chunks(77_777)
        .map(|piece| Ok(Bytes::copy_from_slice(piece)))
        .collect();
    if breaks {
        pieces.push(Err(std::io::Error::other("the kiosk is gone")));
    }
    let body = stream::iter(pieces);
    booth
        .drive
        .upload_stream(ID, meta(size), body, Class::Guest)
        .await
}

fn assert_arrived(booth: &Booth, size: usize) {
    let state = booth.google.state();
    assert!(state.files[ID].bytes == photo(size));
    assert!(state.files[ID].public);
    assert_eq!(state.files[ID].metadata["name"], "from-a-kiosk.jpg");
}

fn assert_nothing_is_left(booth: &Booth) {
    let state = booth.google.state();
    assert!(!state.files.contains_key(ID));
    assert!(state.sessions.is_empty());
}

#[tokio::test]
async fn a_stream_of_any_length_arrives_whether_it_is_announced_or_not() {
    for size in [
        0,
        1,
        MEBIBYTE - 1,
        MEBIBYTE,
        MEBIBYTE + 1,
        3 * MEBIBYTE,
        3_300_000,
    ] {
        for announced in [None, Some(size)] {
            let booth = Booth::new().await;
            let delivered = send(&booth, photo(size), announced, false).await.unwrap();
            assert_eq!(delivered.links, booth.drive.links(ID));
            assert_arrived(&booth, size);
        }
    }
}

#[tokio::test]
async fn what_a_bad_line_loses_is_sent_again_from_memory() {
    let size = 3_300_000;
    for fault in [
        Fault::Short(100_000),
        Fault::CutBody(300_001),
        Fault::WorkThenCut,
        Fault::Answer(refusal(503, "backendError")),
        Fault::Hang,
    ] {
        for announced in [None, Some(size)] {
            let booth = Booth::new().await;
            booth.google.fault(Op::Put, fault.clone());
            send(&booth, photo(size), announced, false).await.unwrap();
            assert_arrived(&booth, size);
        }
    }
}

#[tokio::test]
async fn the_last_answer_may_be_lost() {
    for fault in [Fault::WorkThenCut, Fault::WorkThen(Reply::empty(404))] {
        let booth = Booth::new().await;
        booth.google.fault(Op::Put, fault);
        send(&booth, photo(500_000), None, false).await.unwrap();
        assert_arrived(&booth, 500_000);
    }
}

#[tokio::test]
async fn a_sender_that_breaks_off_leaves_nothing() {
    for size in [0, 500_000, 2 * MEBIBYTE + 5] {
        let booth = Booth::new().await;
        let error = send(&booth, photo(size), None, true).await.unwrap_err();
        assert!(matches!(error, StreamError::Body(_)), "{error}");
        assert_nothing_is_left(&booth);
    }
}

#[tokio::test]
async fn a_sender_that_lied_about_the_length_leaves_nothing() {
    for announced in [1_000_000, 3_000_000] {
        let booth = Booth::new().await;
        let error = send(&booth, photo(2 * MEBIBYTE), Some(announced), false)
            .await
            .unwrap_err();
        let StreamError::Length { expected, .. } = error else {
            panic!("{error}");
        };
        assert_eq!(expected, announced as u64);
        assert_nothing_is_left(&booth);
    }
}

#[tokio::test]
async fn a_wrong_result_is_deleted() {
    let booth = Booth::new().await;
    booth.google.fault(Op::Put, Fault::Corrupt);
    let error = send(&booth, photo(2 * MEBIBYTE), None, false).await.unwrap_err();
    let StreamError::Drive(error) = error else {
        panic!("{error}");
    };
    assert_eq!(error.trouble, Trouble::WrongBytes);
    assert!(!booth.google.state().files.contains_key(ID));
}

#[tokio::test]
async fn a_file_that_cannot_be_shared_does_not_stay() {
    let booth = Booth::new().await;
    booth
        .google
        .fault(Op::Share, Fault::Answer(refusal(403, "publishOutNotPermitted")));
    send(&booth, photo(1000), None, false).await.unwrap_err();
    assert!(!booth.google.state().files.contains_key(ID));
}

#[tokio::test]
async fn bytes_that_drive_lost_for_good_end_the_upload() {
    let booth = Booth::new().await;
    booth.google.fault(Op::Put, Fault::Short(MEBIBYTE));
    let forgetful = Reply::empty(308).with("range", "bytes=0-99");
    booth.google.fault(Op::Put, Fault::Answer(forgetful));
    let error = send(&booth, photo(3 * MEBIBYTE), None, false).await.unwrap_err();
    assert!(matches!(error, StreamError::Drive(_)), "{error}");
    assert_nothing_is_left(&booth);
}

#[tokio::test]
async fn a_stream_can_be_relayed_by_any_thread() {
    let booth = Booth::new().await;
    let drive = booth.drive.clone();
    let mut set = tokio::task::JoinSet::new();
    set.spawn(async move {
        let pieces: Vec<Result<Bytes, std::io::Error>> = vec![Ok(photo(1000))];
        drive
            .upload_stream(ID, meta(None), stream::iter(pieces), Class::Guest)
            .await
    });
    set.join_next().await.unwrap().unwrap().unwrap();
    assert_arrived(&booth, 1000);
}
