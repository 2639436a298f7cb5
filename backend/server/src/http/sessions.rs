//! `/sessions`: one guest's visit.

use actix_web::{HttpRequest, HttpResponse, web};
use boothline_domain::SessionId;
use serde::Deserialize;
use utoipa::ToSchema;

use super::body::Json;
use super::callers::Kiosk;
use super::finish::to_the_end;
use super::form::Form;
use super::idempotency::{IdempotencyKey, respond};
use crate::context::Context;
use crate::refusal::Refusal;
use crate::services::intake::Received;
use crate::services::once::Once;
use crate::services::sessions::{self, Arrival, Details};
use crate::services::views::{SessionView, UploadView};

pub(super) fn routes(config: &mut web::ServiceConfig) {
    config
        .service(web::resource("/sessions/start").route(web::post().to(start)))
        .service(web::resource("/sessions/{session_id}").route(web::get().to(show)))
        .service(web::resource("/sessions/{session_id}/theme").route(web::patch().to(pick_theme)))
        .service(web::resource("/sessions/{session_id}/upload").route(web::post().to(upload)))
        .service(web::resource("/sessions/{session_id}/photos").route(web::post().to(add_photos)));
}

/// What a guest says of themselves. An event without the guest form takes `{}`.
#[derive(Debug, Default, Deserialize, ToSchema)]
pub(super) struct StartSession {
    #[serde(default)]
    #[schema(example = "Ada Lovelace")]
    name: Option<String>,
    #[serde(default)]
    #[schema(example = "ada@example.com")]
    email: Option<String>,
    #[serde(default)]
    #[schema(example = "+44 20 7946 0000")]
    phone: Option<String>,
}

/// Begins a visit.
#[utoipa::path(post, path = "/api/v1/sessions/start", tag = "Sessions", request_body = StartSession,
    params(("Idempotency-Key" = Option<String>, Header, description = "Makes a repeat of this call harmless")),
    responses((status = 200, body = SessionView), (status = 422, description = "The e-mail is none", body = super::problem::Problem)))]
pub(super) async fn start(
    _: Kiosk,
    context: web::Data<Context>,
    key: IdempotencyKey,
    body: Json<StartSession>,
) -> Result<HttpResponse, Refusal> {
    let Json(StartSession { name, email, phone }) = body;
    let details = Details {
        name: name.unwrap_or_default(),
        email: email.unwrap_or_default(),
        phone: phone.unwrap_or_default(),
    };
    let once = key.once(
        "POST /sessions/start",
        &[&details.name, &details.email, &details.phone],
    );
    sessions::start(&context, details, once).await.map(respond)
}

/// One visit.
#[utoipa::path(get, path = "/api/v1/sessions/{session_id}", tag = "Sessions", params(("session_id" = i64, Path)),
    responses((status = 200, body = SessionView), (status = 404, body = super::problem::Problem)))]
pub(super) async fn show(
    _: Kiosk,
    context: web::Data<Context>,
    id: web::Path<String>,
) -> Result<web::Json<SessionView>, Refusal> {
    sessions::show(&context, session_id(&id)?).await.map(web::Json)
}

/// The look that the guest picked.
#[derive(Debug, Deserialize, ToSchema)]
pub(super) struct PickTheme {
    #[schema(example = "portrait")]
    theme_id: String,
}

/// Picks a look.
#[utoipa::path(patch, path = "/api/v1/sessions/{session_id}/theme", tag = "Sessions", request_body = PickTheme,
    params(("session_id" = i64, Path)),
    responses((status = 200, body = SessionView), (status = 404, body = super::problem::Problem)))]
pub(super) async fn pick_theme(
    _: Kiosk,
    context: web::Data<Context>,
    id: web::Path<String>,
    body: Json<PickTheme>,
) -> Result<web::Json<SessionView>, Refusal> {
    sessions::pick_theme(&context, session_id(&id)?, &body.0.theme_id)
        .await
        .map(web::Json)
}

/// A photo.
#[derive(ToSchema)]
#[expect(dead_code, reason = "it only describes the form")]
pub(super) struct PhotoForm {
    /// JPEG, PNG, WebP or HEIC.
    #[schema(value_type = String, format = Binary)]
    file: Vec<u8>,
}

/// Takes the session's photo; a second one replaces the first until a job uses it.
#[utoipa::path(post, path = "/api/v1/sessions/{session_id}/upload", tag = "Sessions",
    params(("session_id" = i64, Path), ("Idempotency-Key" = Option<String>, Header)),
    request_body(content = PhotoForm, content_type = "multipart/form-data"),
    responses((status = 200, body = UploadView), (status = 404, body = super::problem::Problem),
        (status = 409, description = "A job of the session runs", body = super::problem::Problem),
        (status = 413, body = super::problem::Problem), (status = 415, body = super::problem::Problem),
        (status = 422, description = "The photo cannot become a picture", body = super::problem::Problem)))]
pub(super) async fn upload(
    _: Kiosk,
    context: web::Data<Context>,
    id: web::Path<String>,
    key: IdempotencyKey,
    request: HttpRequest,
    payload: web::Payload,
) -> Result<HttpResponse, Refusal> {
    let mut form = Form::read(&request, payload, &context, &["file"]).await?;
    let photo = form.needed_file("file")?;
    let once = key.once("POST /sessions/upload", &[&id, &photo.sha256]);
    take_photos(context, session_id(&id)?, vec![photo], Arrival::Replaces, once).await
}

/// Adds shots for a collage or an animation: the part `file`, repeated.
#[utoipa::path(post, path = "/api/v1/sessions/{session_id}/photos", tag = "Sessions",
    params(("session_id" = i64, Path), ("Idempotency-Key" = Option<String>, Header)),
    request_body(content = PhotoForm, content_type = "multipart/form-data"),
    responses((status = 200, body = UploadView), (status = 404, body = super::problem::Problem),
        (status = 422, body = super::problem::Problem)))]
pub(super) async fn add_photos(
    _: Kiosk,
    context: web::Data<Context>,
    id: web::Path<String>,
    key: IdempotencyKey,
    request: HttpRequest,
    payload: web::Payload,
) -> Result<HttpResponse, Refusal> {
    let form = Form::read(&request, payload, &context, &["file", "files", "photo", "photos"]).await?;
    let photos = form.needed_files("file")?;
    let hashes: Vec<&str> = std::iter::once(id.as_str())
        .chain(photos.iter().map(|photo| photo.sha256.as_str()))
        .collect();
    let once = key.once("POST /sessions/photos", &hashes);
    take_photos(context, session_id(&id)?, photos, Arrival::Adds, once).await
}

async fn take_photos(
    context: web::Data<Context>,
    id: SessionId,
    photos: Vec<Received>,
    arrival: Arrival,
    once: Once,
) -> Result<HttpResponse, Refusal> {
    let taken = async move { sessions::take_photos(&context, id, photos, arrival, once).await };
    to_the_end(taken).await.map(respond)
}

/// A path that holds no integer names no session.
pub(super) fn session_id(text: &str) -> Result<SessionId, Refusal> {
    text.parse()
        .map(SessionId)
        .map_err(|_| sessions::session_unknown())
}
