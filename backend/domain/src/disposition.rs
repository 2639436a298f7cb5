//! What a step that did not succeed asks for.

use std::time::Duration;

/// Said at the place where the cause is known, obeyed by whoever runs the step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Disposition {
    /// Try again, with growing pauses; each try counts.
    Retry,
    /// Try again after this pause, as the other side asked; the try counts.
    RetryAfter(Duration),
    /// The network or the other side is away: wait, without counting tries.
    WaitForNetwork,
    /// Only a person can help; wait, without counting tries.
    WaitForOperator,
    /// It will never succeed.
    GiveUp,
}
