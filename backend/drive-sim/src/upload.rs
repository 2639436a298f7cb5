//! Uploads: all in one request, or in pieces in a session.

mod multipart;
mod range;
mod session;
mod whole;

use actix_web::{HttpRequest, web};

use crate::drive::{Answer, Parameters, parameter};
use crate::error::ApiError;
use crate::shared::Shared;

/// Routes below `/upload`, and the older path that some client libraries use for sessions.
pub(crate) fn routes(config: &mut web::ServiceConfig) {
    for base in ["/upload/drive/v3/files", "/resumable/upload/drive/v3/files"] {
        let with_id = format!("{base}/{{id}}");
        config
            .service(
                web::resource(base)
                    .route(web::post().to(create))
                    .route(web::put().to(session::put))
                    .route(web::delete().to(session::cancel)),
            )
            .service(
                web::resource(with_id)
                    .route(web::patch().to(update))
                    .route(web::post().to(session::put))
                    .route(web::put().to(session::put))
                    .route(web::delete().to(session::cancel)),
            );
    }
}

/// `POST`: a new file, or a piece for a session.
async fn create(
    shared: web::Data<Shared>,
    request: HttpRequest,
    query: web::Query<Parameters>,
    payload: web::Payload,
) -> Answer {
    if query.contains_key("upload_id") {
        return session::put(shared, request, query, payload).await;
    }
    match parameter(&query, "uploadType") {
        Some("resumable") => session::start(&shared, &request, &query, payload, None).await,
        Some("multipart" | "media") => whole::upload(&shared, &request, &query, payload, None).await,
        _ => Err(ApiError::bad_request("Bad Request")),
    }
}

/// `PATCH`: new bytes for a file.
async fn update(
    shared: web::Data<Shared>,
    request: HttpRequest,
    id: web::Path<String>,
    query: web::Query<Parameters>,
    payload: web::Payload,
) -> Answer {
    let id = Some(id.into_inner());
    match parameter(&query, "uploadType") {
        Some("resumable") => session::start(&shared, &request, &query, payload, id).await,
        Some("multipart" | "media") => whole::upload(&shared, &request, &query, payload, id).await,
        _ => Err(ApiError::bad_request("Bad Request")),
    }
}

fn header<'a>(request: &'a HttpRequest, name: &str) -> Option<&'a str> {
    request.headers().get(name)?.to_str().ok()
}
