//! Work that a client cannot break off.

use std::future::Future;

use tracing::Instrument as _;

use crate::refusal::Refusal;

/// Carries work on to its end, whether or not anybody still waits for its answer.
///
/// actix drops a handler whose connection is closed. At that moment a transaction may be committing whose files would
/// then be deleted as those of a failed request, though its rows are there. What it logs is the request's still.
#[expect(clippy::disallowed_methods, reason = "it ends with the request's work")]
pub(super) async fn to_the_end<T: 'static>(
    work: impl Future<Output = Result<T, Refusal>> + 'static,
) -> Result<T, Refusal> {
    actix_web::rt::spawn(work.in_current_span())
        .await
        .map_err(Refusal::internal)?
}
