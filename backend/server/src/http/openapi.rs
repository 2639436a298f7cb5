//! The description of the API, made from the handlers themselves.

use utoipa::openapi::security::{ApiKey, ApiKeyValue, Http, HttpAuthScheme, SecurityScheme};
use utoipa::{Modify, OpenApi};

use super::{drive, events, gallery, health, jobs, kiosk, overlays, qr, sessions, share, themes};

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Boothline",
        description = "The photo booth's backend: from the shutter to the guest's phone. While the service listens on \
            loopback only, no call needs a key."
    ),
    modifiers(&Keys),
    security(("booth" = []), ("operator" = [])),
    paths(
        sessions::start, sessions::show, sessions::pick_theme, sessions::upload, sessions::add_photos,
        themes::list, themes::list_internal, themes::show_internal, themes::create, themes::update, themes::delete,
        overlays::take,
        jobs::create, jobs::show, jobs::list, jobs::retry, jobs::delete, events::all, events::one, events::visit,
        gallery::newest, drive::status, drive::upload, drive::upload_job, drive::sync_jobs, drive::folder::sync_folder,
        qr::draw, kiosk::show,
        health::health, health::ready, health::show, health::metrics,
        share::status, share::download,
    ),
)]
struct Document;

struct Keys;

impl Modify for Keys {
    fn modify(&self, document: &mut utoipa::openapi::OpenApi) {
        let components = document.components.get_or_insert_default();
        let booth = SecurityScheme::ApiKey(ApiKey::Header(ApiKeyValue::new("X-Booth-Key")));
        components.add_security_scheme("booth", booth);
        components.add_security_scheme(
            "operator",
            SecurityScheme::Http(Http::new(HttpAuthScheme::Bearer)),
        );
    }
}

/// The description of the whole API.
pub fn document() -> utoipa::openapi::OpenApi {
    Document::openapi()
}
