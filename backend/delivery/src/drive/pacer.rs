//! One pace for all requests of an account: who goes next, and when.

mod bucket;
mod line;
mod restraint;
mod shared;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::{Instant, sleep_until};

use bucket::Bucket;
use line::Line;
use restraint::Restraint;
pub(crate) use shared::SharedPace;

/// Who a request is for. Guests who wait go before yesterday's photos, those
/// before an operator's batch; but no class is starved.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Class {
    /// Somebody stands at the booth and waits.
    Guest,
    /// Photos that could not be delivered at once.
    Backlog,
    /// Syncs and sweeps that nobody waits for.
    Batch,
}

/// A rank in the line. The probe's is not for sale.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Rank {
    /// The question whether Drive is back: it decides whether all the others move.
    Probe,
    /// Everything else.
    Class(Class),
}

impl From<Class> for Rank {
    fn from(class: Class) -> Self {
        Self::Class(class)
    }
}

/// The right to send one request, with the time it was given.
#[derive(Clone, Copy, Debug)]
#[must_use]
pub struct Turn {
    granted: Instant,
}

/// Gives turns: a token bucket behind a line with ranks, with pauses for
/// everybody when Drive asks for them.
///
/// There is no task behind it. Whoever is first in line waits for the bucket,
/// takes its token, and calls the next one.
#[derive(Debug)]
pub struct Pacer {
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    line: Line,
    bucket: Bucket,
    general: Restraint,
    sharing: Restraint,
}

/// Sharing recovers slowly: Google counts permissions over minutes.
const FIRST_SHARING_PAUSE: Duration = Duration::from_secs(10);

impl Pacer {
    /// A pacer that gives `rate` turns per second in the long run, and at most
    /// one second's worth of them at once. The first pause after a rate limit
    /// is `first_backoff`; it doubles up to 64 times that.
    pub fn new(rate: f64, first_backoff: Duration) -> Self {
        Self {
            state: Mutex::new(State {
                line: Line::default(),
                bucket: Bucket::full(rate, Instant::now()),
                general: Restraint::new(first_backoff),
                sharing: Restraint::new(FIRST_SHARING_PAUSE),
            }),
        }
    }

    /// Waits for the turn of one request. Whoever gives up waiting leaves the line.
    pub async fn turn(&self, class: Class) -> Turn {
        self.turn_of(class.into()).await
    }

    pub(crate) async fn turn_of(&self, rank: Rank) -> Turn {
        let place = Place::take(self, rank);
        loop {
            let next = self.lock().step(place.ticket, Instant::now());
            match next {
                Step::Go(turn) => return turn,
                Step::WaitUntil(moment) => sleep_until(moment).await,
                Step::Behind => place.called.notified().await,
            }
        }
    }

    /// Drive asked for fewer requests: everybody waits `retry_after`, or a
    /// pause that grows with each time, and goes on at half the rate.
    pub fn limited(&self, turn: Turn, retry_after: Option<Duration>) {
        let mut state = self.lock();
        if state.general.hit(turn.granted, retry_after, Instant::now()) {
            state.bucket.halve();
        }
        if let Some(end) = state.general.until() {
            state.bucket.rest_until(end);
        }
    }

    /// Drive asked for fewer permissions; only they wait.
    pub fn sharing_limited(&self, turn: Turn, retry_after: Option<Duration>) {
        self.lock().sharing.hit(turn.granted, retry_after, Instant::now());
    }

    /// A request went well: the pace recovers a little.
    pub fn went_well(&self, turn: Turn) {
        let mut state = self.lock();
        state.general.relax(turn.granted);
        state.bucket.recover(Instant::now());
    }

    /// A permission was given: sharing works again.
    pub fn sharing_went_well(&self, turn: Turn) {
        self.lock().sharing.relax(turn.granted);
    }

    /// How long everybody still has to wait because Drive asked for it.
    pub fn pause(&self) -> Option<Duration> {
        self.lock().general.left(Instant::now())
    }

    /// How long permissions still have to wait.
    pub fn sharing_pause(&self) -> Option<Duration> {
        self.lock().sharing.left(Instant::now())
    }

    /// Requests that wait for their turn.
    pub fn waiting(&self) -> usize {
        self.lock().line.len()
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // Every change is complete before anything can panic.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

enum Step {
    Go(Turn),
    WaitUntil(Instant),
    Behind,
}

impl State {
    fn step(&mut self, ticket: u64, now: Instant) -> Step {
        if self.line.first() != Some(ticket) {
            return Step::Behind;
        }
        let ready = self.bucket.ready(now);
        let ready = self.general.until().map_or(ready, |end| ready.max(end));
        if ready > now {
            return Step::WaitUntil(ready);
        }
        self.bucket.take(now);
        self.line.serve();
        Step::Go(Turn { granted: now })
    }
}

/// A place in the line, left on every way out; then the next one is called.
struct Place<'a> {
    pacer: &'a Pacer,
    ticket: u64,
    called: Arc<Notify>,
}

impl<'a> Place<'a> {
    fn take(pacer: &'a Pacer, rank: Rank) -> Self {
        let called = Arc::new(Notify::new());
        let ticket = pacer.lock().line.join(rank, Arc::clone(&called));
        Self {
            pacer,
            ticket,
            called,
        }
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        let mut state = self.pacer.lock();
        state.line.leave(self.ticket);
        state.line.call_first();
    }
}

#[cfg(test)]
mod tests;
