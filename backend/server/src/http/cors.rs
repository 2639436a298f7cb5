//! Kiosks live on another origin: the configured ones may read our answers, no others.

use actix_cors::Cors;
use actix_web::http::header::HeaderName;

use crate::context::Context;

/// The policy of `CORS_ORIGINS`; never a wildcard, never credentials.
pub(super) fn policy(context: &Context) -> Cors {
    let exposed = [
        "etag",
        "retry-after",
        "x-request-id",
        "idempotency-replayed",
        "content-disposition",
        "x-boothline-skipped",
        "x-boothline-failed",
        "x-boothline-waiting",
    ];
    let mut cors = Cors::default()
        .allowed_methods(["GET", "HEAD", "POST", "PATCH", "DELETE", "OPTIONS"])
        .allow_any_header()
        .expose_headers(exposed.map(HeaderName::from_static))
        .max_age(3600);
    for origin in context.origins.cors() {
        cors = cors.allowed_origin(origin);
    }
    cors
}
