//! `/drive/status`: whether photos can be delivered.

use actix_web::web;
use serde::Serialize;
use utoipa::ToSchema;

use super::callers::Kiosk;
use crate::context::Context;
use crate::refusal::Refusal;

pub(super) fn routes(config: &mut web::ServiceConfig) {
    config.service(web::resource("/drive/status").route(web::get().to(status)));
}

/// Kiosks let nobody in while `ok` is false.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct DriveStatus {
    /// False only when the operator must act before photos can ever be delivered.
    ok: bool,
    /// `local`: results stay on this machine.
    #[schema(example = "local")]
    status: &'static str,
    /// What is so, in a plain sentence.
    message: String,
    /// When the token ends; none with local delivery.
    expiry: Option<String>,
    /// Whether the token can be renewed; false with local delivery.
    has_refresh_token: bool,
    /// Whether this check renewed the token.
    refreshed: bool,
    /// RFC 3339, UTC.
    checked_at: String,
}

/// Whether photos can be delivered.
#[utoipa::path(get, path = "/api/v1/drive/status", tag = "Drive", responses((status = 200, body = DriveStatus)))]
pub(super) async fn status(_: Kiosk, context: web::Data<Context>) -> Result<web::Json<DriveStatus>, Refusal> {
    let standing = context.target.standing();
    Ok(web::Json(DriveStatus {
        ok: standing.ok,
        status: standing.status,
        message: standing.message,
        expiry: None,
        has_refresh_token: false,
        refreshed: false,
        checked_at: context.now().to_rfc3339(),
    }))
}
