//! `/gallery`: the newest finished pictures.

use actix_web::web::{self, Query};
use serde::Deserialize;
use utoipa::IntoParams;

use super::callers::Kiosk;
use super::jobs::read;
use crate::context::Context;
use crate::refusal::Refusal;
use crate::services::gallery;
use crate::services::views::GalleryView;

pub(super) fn routes(config: &mut web::ServiceConfig) {
    config.service(web::resource("/gallery").route(web::get().to(newest)));
}

/// How many pictures.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Newest {
    /// 1 to 500; 100 where it is left out.
    limit: Option<String>,
}

/// Finished pictures, newest first.
#[utoipa::path(get, path = "/api/v1/gallery", tag = "Gallery", params(Newest),
    responses((status = 200, body = Vec<GalleryView>)))]
pub(super) async fn newest(
    _: Kiosk,
    context: web::Data<Context>,
    query: Query<Newest>,
) -> Result<web::Json<Vec<GalleryView>>, Refusal> {
    let limit = read(query.limit.as_deref(), "limit", |text| text.parse().ok())?;
    gallery::newest(&context, limit.map_or(100, |limit: u64| limit.clamp(1, 500)))
        .await
        .map(web::Json)
}
