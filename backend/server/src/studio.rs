//! The room where pictures are made: as many at once as memory and cores allow.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::refusal::{Kind, Refusal};

/// The code of work that asks for more than the whole budget.
pub const TOO_COSTLY: &str = "photo_too_costly";

/// Bytes of a mebibyte.
pub const MIB: u64 = 1024 * 1024;

/// Runs image work on blocking threads behind a memory budget.
///
/// A piece of work waits for its share of the budget, computed from the
/// header before anything is decoded, and then for a core. Work that alone
/// asks for more than the whole budget is refused.
///
/// Whoever waits is served in the order of arrival. Pieces that take more than an
/// eighth of the budget wait in a line of their own before they join that one, and
/// share three quarters of the budget: however many of them arrive, an ordinary
/// photo never stands behind more than are at work already.
#[derive(Clone, Debug)]
pub struct Studio {
    memory: Arc<Semaphore>,
    cores: Arc<Semaphore>,
    large: Arc<Semaphore>,
    budget_mib: u32,
    waiting: Arc<AtomicUsize>,
    waiting_limit: usize,
}

impl Studio {
    /// A studio for `cores` pieces of work at once within `budget_mib` mebibytes.
    pub fn new(cores: usize, budget_mib: u32) -> Self {
        let budget_mib = budget_mib.max(1);
        Self {
            memory: Arc::new(Semaphore::new(budget_mib as usize)),
            cores: Arc::new(Semaphore::new(cores.max(1))),
            large: Arc::new(Semaphore::new(lane(budget_mib) as usize)),
            budget_mib,
            waiting: Arc::default(),
            waiting_limit: 256,
        }
    }

    /// Runs `work`, which takes at most `cost` bytes, and gives back what it returns.
    ///
    /// Errors: 413 [`TOO_COSTLY`] as [`Studio::afford`]; 503 `busy` at once when too many are waiting
    /// already; 500 when the work panicked.
    pub async fn run<T, F>(&self, cost: u64, work: F) -> Result<T, Refusal>
    where
        T: Send + 'static,
        F: FnOnce() -> T + Send + 'static,
    {
        self.afford(cost)?;
        let _place = self.queue_up()?;
        let held = self.acquire(cost).await?;
        let span = tracing::Span::current();
        // The share moves into the thread: work that nobody awaits any more still holds it.
        let thread = tokio::task::spawn_blocking(move || {
            let _held = held;
            span.in_scope(work)
        });
        thread.await.map_err(Refusal::internal)
    }

    /// Whether work of `cost` bytes can ever run here.
    ///
    /// Errors: 413 [`TOO_COSTLY`] where it asks for more than the whole budget.
    pub fn afford(&self, cost: u64) -> Result<(), Refusal> {
        let (asked_mib, budget_mib) = (cost.div_ceil(MIB), self.budget_mib);
        if asked_mib <= u64::from(budget_mib) {
            return Ok(());
        }
        let detail = "The picture takes more memory to open than this booth has for one; send a smaller one.";
        tracing::warn!(
            asked_mib,
            budget_mib,
            "Refused a picture that takes {asked_mib} MB: MEMORY_BUDGET_MB is {budget_mib}"
        );
        Err(Refusal::new(Kind::TooLarge, TOO_COSTLY, detail))
    }

    /// The most bytes that one piece of work may ask for.
    pub fn budget(&self) -> u64 {
        u64::from(self.budget_mib) * MIB
    }

    /// Waits for a core and `cost` bytes, for work that another program does while they are held:
    /// at most the whole budget, since that program's memory is bounded by the system.
    ///
    /// Errors: 503 `busy` at once when too many are waiting already.
    pub async fn hold(&self, cost: u64) -> Result<Held, Refusal> {
        let place = self.queue_up()?;
        let held = self.acquire(cost).await?;
        Ok(Held {
            _place: Some(place),
            ..held
        })
    }

    async fn acquire(&self, cost: u64) -> Result<Held, Refusal> {
        let share = u32::try_from(cost.div_ceil(MIB))
            .unwrap_or(u32::MAX)
            .clamp(1, self.budget_mib);
        let closed =
            |_| Refusal::unavailable("stopping", "The service is stopping; try again in a moment.", 5);
        let turn = if share > self.budget_mib / 8 {
            let large = Arc::clone(&self.large);
            let turn = large.acquire_many_owned(share.min(lane(self.budget_mib)));
            Some(turn.await.map_err(closed)?)
        } else {
            None
        };
        let memory = Arc::clone(&self.memory)
            .acquire_many_owned(share)
            .await
            .map_err(closed)?;
        let core = Arc::clone(&self.cores).acquire_owned().await.map_err(closed)?;
        Ok(Held {
            _turn: turn,
            _memory: memory,
            _core: core,
            _place: None,
        })
    }

    /// How many pieces of work wait or run.
    pub fn load(&self) -> usize {
        self.waiting.load(Ordering::Relaxed)
    }

    fn queue_up(&self) -> Result<Place, Refusal> {
        let place = Place(Arc::clone(&self.waiting));
        if self.waiting.fetch_add(1, Ordering::Relaxed) >= self.waiting_limit {
            return Err(Refusal::unavailable(
                "busy",
                "Too many photos are arriving at once; try again in a moment.",
                2,
            ));
        }
        Ok(place)
    }
}

/// What large pieces of work share, in mebibytes; one that alone asks for more has it all.
fn lane(budget_mib: u32) -> u32 {
    (budget_mib / 4 * 3).max(1)
}

/// A share of the studio, given back when dropped.
#[derive(Debug)]
pub struct Held {
    _turn: Option<OwnedSemaphorePermit>,
    _memory: OwnedSemaphorePermit,
    _core: OwnedSemaphorePermit,
    _place: Option<Place>,
}

/// A place among those who wait, given up when dropped.
#[derive(Debug)]
struct Place(Arc<AtomicUsize>);

impl Drop for Place {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;
    use std::time::Duration;

    use boothline_hostile::bombs;
    use boothline_imaging::limits::Limits;
    use boothline_imaging::orientation::Orientation;
    use boothline_imaging::preview::preview;
    use boothline_imaging::sample;

    use super::*;

    /// Work of `cost` that has begun, and what ends it.
    async fn under_way(
        studio: &Studio,
        cost: u64,
    ) -> (mpsc::Sender<()>, impl Future<Output = Result<(), Refusal>>) {
        let (release, hold) = mpsc::channel();
        let (started, has_started) = tokio::sync::oneshot::channel();
        let mut work = Box::pin(studio.run(cost, move || {
            started.send(()).unwrap();
            hold.recv().unwrap();
        }));
        tokio::select! {
            _ = &mut work => unreachable!("it ended by itself"),
            begun = has_started => begun.unwrap(),
        }
        (release, work)
    }

    #[tokio::test]
    async fn work_waits_for_its_share_of_the_memory() {
        let studio = Studio::new(4, 10);
        let (release, first) = under_way(&studio, 8 * MIB).await;
        let mut large = std::pin::pin!(studio.run(4 * MIB, || ()));
        assert!(
            futures_util::poll!(&mut large).is_pending(),
            "4 of 10 do not fit beside 8"
        );
        release.send(()).unwrap();
        first.await.unwrap();
        large.await.unwrap();
    }

    #[tokio::test]
    async fn a_line_of_large_work_lets_small_work_through() {
        let studio = Studio::new(4, 64);
        for (cost, fitting) in [(60 * MIB, 1), (24 * MIB, 2)] {
            let mut at_work = Vec::new();
            for _ in 0..fitting {
                at_work.push(under_way(&studio, cost).await);
            }
            let mut line: Vec<_> = (0..3).map(|_| Box::pin(studio.run(cost, || ()))).collect();
            for large in &mut line {
                assert!(futures_util::poll!(large).is_pending());
            }
            studio.run(4 * MIB, || ()).await.unwrap();
            for (release, first) in at_work {
                release.send(()).unwrap();
                first.await.unwrap();
            }
            for large in line {
                large.await.unwrap();
            }
        }
    }

    #[tokio::test]
    async fn work_larger_than_the_budget_is_refused_and_never_begins() {
        let studio = Studio::new(1, 2);
        assert_eq!(studio.run(2 * MIB, || 7).await.unwrap(), 7);
        let refused = studio.run(2 * MIB + 1, || unreachable!("it began")).await;
        assert_eq!(refused.map_err(|refusal| refusal.code), Err::<(), _>(TOO_COSTLY));
        assert_eq!(studio.load(), 0);
    }

    #[tokio::test]
    async fn another_program_holds_the_whole_budget_at_most() {
        let studio = Studio::new(2, 2);
        let held = studio.hold(900 * MIB).await.unwrap();
        let mut small = std::pin::pin!(studio.run(MIB, || ()));
        assert!(futures_util::poll!(&mut small).is_pending());
        drop(held);
        small.await.unwrap();
    }

    #[tokio::test]
    async fn work_of_another_program_holds_its_share_too() {
        let studio = Studio::new(2, 10);
        let held = studio.hold(8 * MIB).await.unwrap();
        let mut large = std::pin::pin!(studio.run(4 * MIB, || ()));
        assert!(futures_util::poll!(&mut large).is_pending());
        assert_eq!(studio.load(), 2);
        drop(held);
        large.await.unwrap();
        assert_eq!(studio.load(), 0);
    }

    #[tokio::test]
    async fn a_photo_that_runs_out_of_time_gives_thread_and_share_back() {
        let studio = Studio::new(1, 256);
        let hurried = Limits {
            deadline: Some(Duration::from_millis(1)),
            ..Limits::default()
        };
        for bomb in bombs()
            .into_iter()
            .filter(|bomb| bomb.name.contains("megapixels in 80 scans"))
        {
            let looked = studio.run(256 * MIB, move || preview(&bomb.bytes, &hurried, 800));
            let refused = looked.await.unwrap().map_err(|error| error.code());
            assert_eq!(refused.map(drop), Err("photo_decode_timeout"), "{}", bomb.name);
            assert_eq!(studio.load(), 0);
        }
        // It asks for all of the memory and for the only core.
        let good = sample::jpeg(600, 400, 1, Orientation::NoTransforms).unwrap();
        let looked = studio.run(256 * MIB, move || preview(&good, &Limits::default(), 800));
        assert_eq!(looked.await.unwrap().unwrap().probe.size(), (600, 400));
    }

    #[tokio::test]
    async fn a_panic_in_the_work_gives_its_share_back() {
        let studio = Studio::new(1, 1);
        assert!(studio.run(MIB, || panic!("broken decoder")).await.is_err());
        assert_eq!(studio.run(MIB, || 1).await.unwrap(), 1);
    }
}
