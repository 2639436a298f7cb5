//! The gallery: the newest finished pictures.

use boothline_store::jobs;

use crate::context::Context;
use crate::refusal::Refusal;
use crate::services::views::GalleryView;

/// At most `limit` finished pictures, newest first.
pub async fn newest(context: &Context, limit: u64) -> Result<Vec<GalleryView>, Refusal> {
    let done = jobs::gallery(context.database.reader(), limit).await?;
    Ok(done.into_iter().map(GalleryView::from).collect())
}
