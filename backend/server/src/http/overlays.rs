//! `/settings/overlay`: pictures that a kiosk lays over results.

use actix_web::{HttpRequest, HttpResponse, web};

use super::callers::Operator;
use super::finish::to_the_end;
use super::form::Form;
use super::idempotency::{IdempotencyKey, respond};
use crate::context::Context;
use crate::refusal::{Kind, Refusal};
use crate::services::overlays;
use crate::services::views::OverlayView;

pub(super) fn routes(config: &mut web::ServiceConfig) {
    config.service(web::resource("/settings/overlay").route(web::post().to(take)));
}

/// Takes an overlay: a PNG of 1200x1800 or 2400x3600 pixels.
#[utoipa::path(post, path = "/api/v1/settings/overlay", tag = "Settings", security(("operator" = [])),
    params(("Idempotency-Key" = Option<String>, Header)),
    request_body(content = super::sessions::PhotoForm, content_type = "multipart/form-data"),
    responses((status = 200, body = OverlayView), (status = 400, description = "Not such a PNG", body = super::problem::Problem)))]
pub(super) async fn take(
    _: Operator,
    context: web::Data<Context>,
    key: IdempotencyKey,
    request: HttpRequest,
    payload: web::Payload,
) -> Result<HttpResponse, Refusal> {
    let mut form = Form::read(&request, payload, &context, &["file"])
        .await
        .map_err(as_bad_request)?;
    let file = form.needed_file("file").map_err(as_bad_request)?;
    let once = key.once("POST /settings/overlay", &[&file.sha256]);
    let taken = async move { overlays::take(&context, file, once).await };
    to_the_end(taken).await.map(respond)
}

/// The contract knows one status for all that is wrong with an overlay.
fn as_bad_request(refusal: Refusal) -> Refusal {
    match refusal.kind {
        Kind::Unprocessable | Kind::UnsupportedMedia => Refusal {
            kind: Kind::BadRequest,
            ..refusal
        },
        _ => refusal,
    }
}
