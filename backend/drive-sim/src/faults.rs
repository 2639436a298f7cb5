//! Scripted trouble.

use std::sync::{Mutex, PoisonError};

use serde::{Deserialize, Serialize};

use crate::operation::Operation;
use crate::random::Dice;

/// Trouble for an operation. By default it strikes every time; see [`Fault::times`],
/// [`Fault::after`] and [`Fault::with_probability`].
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fault {
    /// The operation that it strikes.
    #[serde(default = "any")]
    pub op: Operation,
    /// What happens.
    pub kind: FaultKind,
    /// How often it strikes; `None` is for ever.
    #[serde(default)]
    pub times: Option<u32>,
    /// How many requests of the operation pass unharmed first.
    #[serde(default)]
    pub after: u32,
    /// How likely it strikes, 0 to 1; `None` is always.
    #[serde(default)]
    pub probability: Option<f64>,
    /// The seed of the dice that decide on `probability`.
    #[serde(default)]
    pub seed: u64,
}

const fn any() -> Operation {
    Operation::Any
}

/// What happens to a request.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum FaultKind {
    /// An error in Google's form. With `after_work` the work is done all the same.
    Status {
        /// HTTP status.
        status: u16,
        /// `errors[0].reason`; for OAuth the `error`.
        #[serde(default)]
        reason: String,
        /// Seconds in a `Retry-After` header.
        #[serde(default)]
        retry_after: Option<u64>,
        /// Whether the work is done before the error is told.
        #[serde(default)]
        after_work: bool,
    },
    /// Exactly this answer, for example HTML with status 500, or `{}`.
    Answer {
        /// HTTP status.
        status: u16,
        /// `Content-Type`
        content_type: String,
        /// The body.
        body: String,
    },
    /// The connection is closed before anything is done.
    CutBefore,
    /// The work is done, then the connection is closed without an answer.
    CutAfter,
    /// Nothing happens for so long, then the work is done, even if the caller has left by then.
    Hang {
        /// For how long.
        seconds: f64,
    },
    /// The work is done, the answer comes so much later.
    HangAfter {
        /// For how long.
        seconds: f64,
    },
    /// Bodies trickle in both directions.
    Slow {
        /// Bytes in a second.
        bytes_per_second: u64,
    },
    /// Only a part of a chunk is kept; the answer is 308 with the true `Range`.
    StorePart {
        /// How many bytes of the chunk are kept; `None` is half of them.
        #[serde(default)]
        bytes: Option<u64>,
    },
    /// A part of a chunk is kept, then the connection is closed without an answer.
    CutAfterPart {
        /// How many bytes of the chunk are kept; `None` is half of them.
        #[serde(default)]
        bytes: Option<u64>,
    },
    /// One bit of what is stored is wrong, and so are its checksums.
    WrongBytes,
}

impl Fault {
    /// A fault that strikes every time.
    pub const fn on(op: Operation, kind: FaultKind) -> Self {
        Self {
            op,
            kind,
            times: None,
            after: 0,
            probability: None,
            seed: 0,
        }
    }

    /// Strikes only the next `times` requests of the operation.
    #[must_use]
    pub const fn times(mut self, times: u32) -> Self {
        self.times = Some(times);
        self
    }

    /// Lets `count` requests of the operation pass first.
    #[must_use]
    pub const fn after(mut self, count: u32) -> Self {
        self.after = count;
        self
    }

    /// Strikes with this probability (0 to 1); the same seed gives the same strikes.
    #[must_use]
    pub const fn with_probability(mut self, probability: f64, seed: u64) -> Self {
        self.probability = Some(probability);
        self.seed = seed;
        self
    }
}

impl FaultKind {
    /// An error in Google's form before anything is done.
    pub fn status(status: u16, reason: &str) -> Self {
        Self::Status {
            status,
            reason: reason.to_owned(),
            retry_after: None,
            after_work: false,
        }
    }

    /// An error in Google's form although the work is done.
    pub fn status_after_work(status: u16, reason: &str) -> Self {
        Self::Status {
            status,
            reason: reason.to_owned(),
            retry_after: None,
            after_work: true,
        }
    }

    /// An error that asks to stay away for so many seconds.
    pub fn retry_after(status: u16, reason: &str, seconds: u64) -> Self {
        Self::Status {
            status,
            reason: reason.to_owned(),
            retry_after: Some(seconds),
            after_work: false,
        }
    }

    /// A page of HTML instead of JSON, as from a proxy or an overloaded front end.
    pub fn html(status: u16) -> Self {
        Self::Answer {
            status,
            content_type: "text/html; charset=UTF-8".to_owned(),
            body: format!("<!DOCTYPE html><title>Error {status}</title><p>That\u{2019}s an error."),
        }
    }

    /// This JSON text with status 200.
    pub fn json(body: &str) -> Self {
        Self::Answer {
            status: 200,
            content_type: "application/json; charset=UTF-8".to_owned(),
            body: body.to_owned(),
        }
    }
}

/// The faults that are set. The first one that fits strikes.
#[derive(Debug, Default)]
pub struct Faults(Mutex<Vec<Armed>>);

#[derive(Debug)]
struct Armed {
    fault: Fault,
    dice: Dice,
    struck: u32,
}

impl Faults {
    /// Sets one more fault.
    pub fn add(&self, fault: Fault) {
        let dice = Dice::new(fault.seed);
        self.armed().push(Armed {
            fault,
            dice,
            struck: 0,
        });
    }

    /// Takes all faults away.
    pub fn clear(&self) {
        self.armed().clear();
    }

    /// The faults that can still strike, with how often each has.
    pub fn remaining(&self) -> Vec<(Fault, u32)> {
        self.armed()
            .iter()
            .map(|armed| (armed.fault.clone(), armed.struck))
            .collect()
    }

    /// The fault that strikes a request of `op`, if any.
    pub(crate) fn strike(&self, op: Operation) -> Option<FaultKind> {
        let mut armed = self.armed();
        let index = armed.iter_mut().position(|armed| armed.fits(op))?;
        let struck = &mut armed[index];
        struck.struck += 1;
        let kind = struck.fault.kind.clone();
        if let Some(times) = &mut struck.fault.times {
            *times = times.saturating_sub(1);
            if *times == 0 {
                armed.remove(index);
            }
        }
        Some(kind)
    }

    fn armed(&self) -> std::sync::MutexGuard<'_, Vec<Armed>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Armed {
    fn fits(&mut self, op: Operation) -> bool {
        let named = self.fault.op == op || (self.fault.op == Operation::Any && op != Operation::Link);
        if !named || self.fault.times == Some(0) {
            return false;
        }
        if self.fault.after > 0 {
            self.fault.after -= 1;
            return false;
        }
        self.fault
            .probability
            .is_none_or(|probability| self.dice.roll() < probability)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_waits_strikes_and_is_spent() {
        let faults = Faults::default();
        faults.add(Fault::on(Operation::Get, FaultKind::CutBefore).after(1).times(2));
        let strikes: Vec<bool> = (0..4)
            .map(|_| {
                assert_eq!(faults.strike(Operation::List), None);
                faults.strike(Operation::Get).is_some()
            })
            .collect();
        assert_eq!(strikes, [false, true, true, false]);
        assert!(faults.remaining().is_empty());
    }

    #[test]
    fn the_same_seed_strikes_the_same_requests() {
        let run = |seed| {
            let faults = Faults::default();
            faults.add(Fault::on(Operation::Any, FaultKind::CutAfter).with_probability(0.3, seed));
            (0..64)
                .map(|_| faults.strike(Operation::About).is_some())
                .collect::<Vec<_>>()
        };
        assert_eq!(run(5), run(5));
        assert_ne!(run(5), run(6));
    }

    #[test]
    fn a_fault_reads_as_json() {
        let fault: Fault = serde_json::from_str(
            r#"{"op":"generateIds","kind":{"status":{"status":403,"reason":"x"}},"times":1}"#,
        )
        .unwrap();
        assert_eq!(fault.op, Operation::GenerateIds);
        assert_eq!(fault.kind, FaultKind::status(403, "x"));
        let cut: Fault = serde_json::from_str(r#"{"kind":"cut_before"}"#).unwrap();
        assert_eq!(cut.op, Operation::Any);
    }
}
