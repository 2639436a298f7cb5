//! What can go wrong with one request.

use serde_json::json;

use super::{Op, State};
use crate::wire::{Asked, Reply};

#[derive(Clone, Debug)]
pub(crate) enum Fault {
    /// This answer instead of the work.
    Answer(Reply),
    /// The work is done, but this is the answer.
    WorkThen(Reply),
    /// No answer, no work.
    Cut,
    /// The work is done, and the connection breaks.
    WorkThenCut,
    /// The connection breaks after so many bytes of the body, which are kept.
    CutBody(usize),
    /// Only so many bytes of the chunk are kept, and that is said.
    Short(usize),
    /// No answer, ever, and no work.
    Hang,
    /// The work is done, and there is no answer, ever.
    WorkThenHang,
    /// One byte is changed on the way.
    Corrupt,
}

pub(crate) enum Outcome {
    Answer(Reply),
    Cut,
    Hang,
}

/// Google's error object.
pub(crate) fn refusal(status: u16, reason: &str) -> Reply {
    Reply::json(
        status,
        &json!({"error": {"code": status, "message": format!("because of {reason}"),
            "errors": [{"domain": "global", "reason": reason, "message": "m"}]}}),
    )
}

pub(super) fn apply(state: &mut State, op: Op, asked: &Asked, fault: Option<Fault>) -> Outcome {
    match fault {
        None => Outcome::Answer(state.answer(op, asked)),
        Some(Fault::Answer(reply)) => Outcome::Answer(reply),
        Some(Fault::WorkThen(reply)) => {
            state.answer(op, asked);
            Outcome::Answer(reply)
        }
        Some(Fault::Cut) => Outcome::Cut,
        Some(Fault::WorkThenCut) => {
            state.answer(op, asked);
            Outcome::Cut
        }
        Some(Fault::CutBody(_)) => {
            if op == Op::Put {
                state.keep_part(asked, asked.body.len());
            }
            Outcome::Cut
        }
        Some(Fault::Short(bytes)) => Outcome::Answer(state.keep_part(asked, bytes)),
        Some(Fault::Hang) => Outcome::Hang,
        Some(Fault::WorkThenHang) => {
            state.answer(op, asked);
            Outcome::Hang
        }
        Some(Fault::Corrupt) => {
            let mut asked = asked.clone();
            let middle = asked.body.len() * 2 / 3;
            asked.body[middle] ^= 0x55;
            Outcome::Answer(state.answer(op, &asked))
        }
    }
}
