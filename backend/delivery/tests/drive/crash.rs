//! The process dies at every step: before and after the work of each request.

use boothline_delivery::drive::Class;

use crate::booth::{Booth, Diary, ID, LARGE, SMALL};
use crate::google::Op;

/// Runs a delivery that is dropped at its request number `step` (from 1), and
/// the next one. False when there was no such step.
async fn dies_at(step: usize, done: bool, size: usize) -> bool {
    let booth = Booth::new().await;
    let parcel = booth.parcel(size);
    let mut diary = Diary::default();
    let died = tokio::select! {
        biased;
        () = booth.google.after(step, done) => true,
        result = booth.drive.deliver(&parcel, Class::Guest, &mut diary) => { result.unwrap(); false }
    };
    let next = diary.next(&parcel);
    booth.deliver(&next).await.0.unwrap();
    booth.assert_arrived(size);
    let state = booth.google.state();
    assert_eq!(state.files[ID].writes, 1, "step {step}");
    let creations = state.asked.iter().filter(|(op, _)| *op == Op::Multipart);
    assert!(
        creations.count() <= 1,
        "after a crash it asks, and sends in a session"
    );
    died
}

#[tokio::test]
async fn a_crash_at_any_step_leaves_one_file_after_the_next_try() {
    for size in [SMALL, LARGE] {
        for done in [false, true] {
            let mut step = 1;
            while dies_at(step, done, size).await {
                step += 1;
            }
            assert!(step > 2, "{size}: it never died");
        }
    }
}
