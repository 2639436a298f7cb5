//! `/kiosk/config`: what our kiosk page has to know about the event.

use actix_web::web;
use serde::Serialize;
use utoipa::ToSchema;

use super::callers::Kiosk;
use crate::context::Context;

pub(super) fn routes(config: &mut web::ServiceConfig) {
    config.service(web::resource("/kiosk/config").route(web::get().to(show)));
}

/// The event, as a kiosk shows it.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct KioskConfig {
    /// The event's name, possibly empty.
    event_name: String,
    /// Whether guests are asked for their details.
    guest_form: bool,
    /// Before each shot.
    countdown_seconds: u64,
    /// After which the kiosk returns to its first screen.
    idle_seconds: u64,
    /// Of the page's words, such as `en`.
    locale: String,
}

/// What a kiosk has to know about the event.
#[utoipa::path(get, path = "/api/v1/kiosk/config", tag = "Settings", responses((status = 200, body = KioskConfig)))]
pub(super) async fn show(_: Kiosk, context: web::Data<Context>) -> web::Json<KioskConfig> {
    let event = &context.config.event;
    web::Json(KioskConfig {
        event_name: event.name.clone(),
        guest_form: event.guest_form,
        countdown_seconds: event.countdown.as_secs(),
        idle_seconds: event.idle.as_secs(),
        locale: event.locale.clone(),
    })
}
