use std::sync::Arc;
use std::time::Duration;

use tokio::task::JoinSet;
use tokio::time::Instant;

use super::*;

const SECOND: Duration = Duration::from_secs(1);

/// Lets so many requests run and says who went when, in order.
async fn race(pacer: &Arc<Pacer>, classes: &[(Class, usize)]) -> Vec<(Class, Duration)> {
    let begin = Instant::now();
    let mut set = JoinSet::new();
    for (class, count) in classes {
        for _ in 0..*count {
            let (pacer, class) = (Arc::clone(pacer), *class);
            set.spawn(async move {
                let _ = pacer.turn(class).await;
                (class, begin.elapsed())
            });
        }
    }
    let mut order = Vec::new();
    while let Some(done) = set.join_next().await {
        order.push(done.unwrap());
    }
    order
}

#[tokio::test(start_paused = true)]
async fn requests_are_never_faster_than_the_bucket() {
    let pacer = Arc::new(Pacer::new(3.0, SECOND));
    let order = race(&pacer, &[(Class::Guest, 30)]).await;
    let times: Vec<f64> = order.iter().map(|(_, at)| at.as_secs_f64()).collect();
    for (first, begin) in times.iter().enumerate() {
        for (count, end) in times[first..].iter().enumerate() {
            let allowed = 3.0 + (end - begin) * 3.0 + 0.01;
            assert!((count + 1) as f64 <= allowed, "{times:?}");
        }
    }
    assert!(times[29] < 9.1, "and not slower than it has to be: {}", times[29]);
}

#[tokio::test(start_paused = true)]
async fn a_slow_bucket_gives_one_at_a_time() {
    let pacer = Arc::new(Pacer::new(0.5, SECOND));
    let order = race(&pacer, &[(Class::Guest, 3)]).await;
    let seconds: Vec<u64> = order.iter().map(|(_, at)| at.as_secs()).collect();
    assert_eq!(seconds, [0, 2, 4]);
}

#[tokio::test(start_paused = true)]
async fn guests_go_first_and_nobody_starves() {
    let pacer = Arc::new(Pacer::new(1.0, SECOND));
    let _ = pacer.turn(Class::Guest).await; // the bucket is empty now, so that all of them queue
    let order = race(
        &pacer,
        &[(Class::Batch, 5), (Class::Backlog, 5), (Class::Guest, 60)],
    )
    .await;
    let names: Vec<Class> = order.iter().map(|(class, _)| *class).collect();
    assert!(names[..8].iter().all(|class| *class == Class::Guest), "{names:?}");
    for window in names[..50].windows(11) {
        assert!(window.contains(&Class::Backlog), "{names:?}");
        assert!(window.contains(&Class::Batch), "{names:?}");
    }
    let guests = names[..50].iter().filter(|class| **class == Class::Guest);
    assert!(guests.count() >= 40, "{names:?}");
}

#[tokio::test(start_paused = true)]
async fn a_guest_who_comes_later_goes_before_the_batch_that_waits() {
    let pacer = Arc::new(Pacer::new(1.0, SECOND));
    let _ = pacer.turn(Class::Batch).await;
    let order = race(&pacer, &[(Class::Batch, 2), (Class::Guest, 1)]).await;
    assert_eq!(order[0].0, Class::Guest);
}

#[tokio::test(start_paused = true)]
async fn the_probe_passes_the_whole_line() {
    let pacer = Arc::new(Pacer::new(1.0, SECOND));
    let _ = pacer.turn(Class::Guest).await;
    let mut set = JoinSet::new();
    for rank in [Rank::Class(Class::Guest), Rank::Class(Class::Guest), Rank::Probe] {
        let pacer = Arc::clone(&pacer);
        set.spawn(async move {
            let _ = pacer.turn_of(rank).await;
            rank
        });
    }
    assert_eq!(set.join_next().await.unwrap().unwrap(), Rank::Probe);
}

#[tokio::test(start_paused = true)]
async fn who_gives_up_leaves_the_line_to_the_others() {
    let pacer = Arc::new(Pacer::new(1.0, SECOND));
    let _ = pacer.turn(Class::Guest).await;
    let impatient = tokio::time::timeout(SECOND / 2, pacer.turn(Class::Guest));
    let patient = async {
        tokio::time::sleep(SECOND / 10).await;
        let _ = pacer.turn(Class::Guest).await;
        Instant::now()
    };
    let begin = Instant::now();
    let (gave_up, went) = tokio::join!(impatient, patient);
    assert!(gave_up.is_err());
    assert_eq!((went - begin).as_secs(), 1);
    assert_eq!(pacer.waiting(), 0);
}

#[tokio::test(start_paused = true)]
async fn everybody_waits_as_long_as_drive_asks() {
    let pacer = Arc::new(Pacer::new(10.0, SECOND));
    let turn = pacer.turn(Class::Guest).await;
    pacer.limited(turn, Some(SECOND * 17));
    assert_eq!(pacer.pause(), Some(SECOND * 17));
    let order = race(&pacer, &[(Class::Guest, 1), (Class::Batch, 1)]).await;
    assert!(order.iter().all(|(_, at)| at.as_secs() >= 17), "{order:?}");
    assert_eq!(pacer.pause(), None);
}

#[tokio::test(start_paused = true)]
async fn pauses_double_to_sixty_four_seconds_and_a_success_ends_that() {
    let pacer = Pacer::new(10.0, SECOND);
    let mut pauses = Vec::new();
    for _ in 0..8 {
        let turn = pacer.turn(Class::Guest).await;
        pacer.limited(turn, None);
        pauses.push(pacer.pause().unwrap().as_secs_f64());
    }
    for (pause, least) in pauses.iter().zip([1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 64.0]) {
        assert!(*pause >= least && *pause <= least + 1.0, "{pauses:?}");
    }
    let turn = pacer.turn(Class::Guest).await;
    pacer.went_well(turn);
    let turn = pacer.turn(Class::Guest).await;
    pacer.limited(turn, None);
    assert!(pacer.pause().unwrap() <= SECOND * 2);
}

#[tokio::test(start_paused = true)]
async fn requests_that_were_refused_together_count_once() {
    let pacer = Pacer::new(10.0, SECOND);
    let mut turns = Vec::new();
    for _ in 0..4 {
        turns.push(pacer.turn(Class::Guest).await);
        tokio::time::advance(Duration::from_millis(1)).await;
    }
    for turn in turns {
        pacer.limited(turn, None);
    }
    assert!(pacer.pause().unwrap() <= SECOND * 2);
}

#[tokio::test(start_paused = true)]
async fn the_rate_halves_and_comes_back_with_successes() {
    let pacer = Arc::new(Pacer::new(8.0, SECOND));
    let turn = pacer.turn(Class::Guest).await;
    pacer.limited(turn, Some(SECOND));
    let slow = race(&pacer, &[(Class::Guest, 9)]).await;
    let spacing = (slow[8].1 - slow[0].1).as_secs_f64() / 8.0;
    assert!((spacing - 0.25).abs() < 0.01, "{spacing}");
    for _ in 0..32 {
        let turn = pacer.turn(Class::Guest).await;
        pacer.went_well(turn);
    }
    let quick = race(&pacer, &[(Class::Guest, 17)]).await;
    let spacing = (quick[16].1 - quick[8].1).as_secs_f64() / 8.0;
    assert!((spacing - 0.125).abs() < 0.01, "{spacing}");
}

#[tokio::test(start_paused = true)]
async fn a_sharing_limit_holds_only_permissions_back() {
    let pacer = Arc::new(Pacer::new(10.0, SECOND));
    let turn = pacer.turn(Class::Guest).await;
    pacer.sharing_limited(turn, None);
    assert!(pacer.sharing_pause().unwrap() >= SECOND * 10);
    assert_eq!(pacer.pause(), None);
    let order = race(&pacer, &[(Class::Guest, 5)]).await;
    assert!(order[4].1 < SECOND);
}
