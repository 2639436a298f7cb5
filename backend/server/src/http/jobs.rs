//! `/jobs`: making the result.

use std::str::FromStr;

use actix_web::http::header;
use actix_web::{
    FromRequest, HttpRequest, HttpResponse,
    web::{self, Query},
};
use boothline_domain::{DeliveryState, JobId, JobMode, JobStatus, SessionId};
use boothline_store::jobs::Page;
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use super::body::Json;
use super::callers::{Kiosk, Operator};
use super::envelope::RequestId;
use super::finish::to_the_end;
use super::form::Form;
use super::idempotency::{IdempotencyKey, respond};
use crate::context::Context;
use crate::refusal::Refusal;
use crate::services::direct::{self, Direct};
use crate::services::jobs::{self, Order};
use crate::services::sessions::Details;
use crate::services::views::{JobPageView, JobView};

pub(super) fn routes(config: &mut web::ServiceConfig) {
    config
        .service(
            web::resource("/jobs")
                .route(web::get().to(list))
                .route(web::post().to(create)),
        )
        .service(
            web::resource("/jobs/{job_id}")
                .route(web::get().to(show))
                .route(web::delete().to(delete)),
        )
        .service(web::resource("/jobs/{job_id}/retry").route(web::post().to(retry)));
}

/// What a kiosk asks for.
#[derive(Debug, Deserialize, ToSchema)]
pub(super) struct CreateJob {
    /// The visit.
    session_id: i64,
    /// `event` or `debugging`.
    #[schema(value_type = String, example = "event")]
    mode: JobMode,
    /// One that `/settings/overlay` answered.
    #[serde(default)]
    overlay_url: Option<String>,
}

/// Photos and fields in one request, for a kiosk without sessions.
#[derive(ToSchema)]
#[expect(dead_code, reason = "it only describes the form")]
pub(super) struct JobForm {
    /// A photo; repeat the part for several shots.
    #[schema(value_type = String, format = Binary)]
    file: Vec<u8>,
    /// The look; the first of all where it is left out.
    theme_id: Option<String>,
    /// `event` (the default) or `debugging`.
    mode: Option<String>,
    /// One that `/settings/overlay` answered.
    overlay_url: Option<String>,
    /// Of the guest.
    name: Option<String>,
    /// Of the guest.
    email: Option<String>,
    /// Of the guest.
    phone: Option<String>,
}

/// Asks for a result. The answer holds its links and the address of its QR code.
#[utoipa::path(post, path = "/api/v1/jobs", tag = "Jobs",
    params(("Idempotency-Key" = Option<String>, Header, description = "Makes a repeat of this call harmless")),
    request_body(content((CreateJob = "application/json"), (JobForm = "multipart/form-data"))),
    responses((status = 200, body = JobView),
        (status = 400, description = "No theme, no photo, or no overlay's path", body = super::problem::Problem),
        (status = 404, description = "No such session or overlay", body = super::problem::Problem),
        (status = 409, description = "A job of the session runs", body = super::problem::Problem)))]
pub(super) async fn create(
    _: Kiosk,
    context: web::Data<Context>,
    key: IdempotencyKey,
    RequestId(request_id): RequestId,
    request: HttpRequest,
    payload: web::Payload,
) -> Result<HttpResponse, actix_web::Error> {
    let kind = request
        .headers()
        .get(header::CONTENT_TYPE)
        .map(header::HeaderValue::as_bytes)
        .unwrap_or_default();
    if kind.to_ascii_lowercase().starts_with(b"multipart/form-data") {
        return Ok(create_from_form(&context, key, request_id, &request, payload).await?);
    }
    let Json(CreateJob {
        session_id,
        mode,
        overlay_url,
    }) = Json::from_request(&request, &mut payload.into_inner()).await?;
    let overlay_url = overlay_url.filter(|url| !url.is_empty());
    let overlay = overlay_url.as_deref().unwrap_or_default();
    let once = key.once("POST /jobs", &[&session_id.to_string(), mode.as_str(), overlay]);
    let order = Order {
        session_id: SessionId(session_id),
        mode,
        overlay_url,
        request_id,
    };
    Ok(jobs::accept(&context, order, once).await.map(respond)?)
}

async fn create_from_form(
    context: &Context,
    key: IdempotencyKey,
    request_id: String,
    request: &HttpRequest,
    payload: web::Payload,
) -> Result<HttpResponse, Refusal> {
    let mut form = Form::read(request, payload, context, &["file", "files", "photo", "photos"]).await?;
    let mode = form
        .text("mode")
        .filter(|mode| !mode.is_empty())
        .map_or(Ok(JobMode::Event), |mode| {
            JobMode::from_str(&mode)
                .map_err(|_| Refusal::unprocessable("mode_invalid", "mode must be event or debugging."))
        })?;
    let theme_id = form.text("theme_id").filter(|id| !id.is_empty());
    let overlay_url = form.text("overlay_url").filter(|url| !url.is_empty());
    let mut detail = |name: &str| form.text(name).unwrap_or_default();
    let details = Details {
        name: detail("name"),
        email: detail("email"),
        phone: detail("phone"),
    };
    let photos = form.needed_files("file")?;
    let mut parts = vec![
        mode.as_str(),
        theme_id.as_deref().unwrap_or_default(),
        overlay_url.as_deref().unwrap_or_default(),
        &details.name,
        &details.email,
        &details.phone,
    ];
    parts.extend(photos.iter().map(|photo| photo.sha256.as_str()));
    let once = key.once("POST /jobs", &parts);
    let order = Direct {
        theme_id,
        mode,
        overlay_url,
        details,
        photos,
        request_id,
    };
    let context = context.clone();
    let accepted = async move { direct::accept(&context, order, once).await };
    to_the_end(accepted).await.map(respond)
}

/// One job.
#[utoipa::path(get, path = "/api/v1/jobs/{job_id}", tag = "Jobs", params(("job_id" = i64, Path)),
    responses((status = 200, body = JobView), (status = 404, body = super::problem::Problem)))]
pub(super) async fn show(
    _: Kiosk,
    context: web::Data<Context>,
    id: web::Path<String>,
) -> Result<web::Json<JobView>, Refusal> {
    jobs::show(&context, job_id(&id)?).await.map(web::Json)
}

/// Which jobs to list.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct ListJobs {
    /// `next_cursor` of the page before.
    cursor: Option<String>,
    /// 1 to 200; 50 where it is left out.
    limit: Option<String>,
    /// Only jobs in this state.
    status: Option<String>,
    /// Only jobs in this state of delivery.
    delivery: Option<String>,
}

/// Jobs, newest first, in pages.
#[utoipa::path(get, path = "/api/v1/jobs", tag = "Jobs", params(ListJobs), security(("operator" = [])),
    responses((status = 200, body = JobPageView), (status = 422, body = super::problem::Problem)))]
pub(super) async fn list(
    _: Operator,
    context: web::Data<Context>,
    query: Query<ListJobs>,
) -> Result<web::Json<JobPageView>, Refusal> {
    let page = Page {
        before: read(query.cursor.as_deref(), "cursor", |text| {
            text.parse().ok().map(JobId)
        })?,
        status: read(query.status.as_deref(), "status", |text| {
            JobStatus::from_str(text).ok()
        })?,
        delivery: read(query.delivery.as_deref(), "delivery", |text| {
            DeliveryState::from_str(text).ok()
        })?,
        limit: read(query.limit.as_deref(), "limit", |text| text.parse().ok())?
            .map_or(50, |limit: u64| limit.clamp(1, 200)),
    };
    jobs::list(&context, page).await.map(web::Json)
}

/// A value of the query, where it was sent and is not empty. Errors: 422 naming it.
pub(super) fn read<T>(
    text: Option<&str>,
    name: &str,
    parse: impl FnOnce(&str) -> Option<T>,
) -> Result<Option<T>, Refusal> {
    let Some(text) = text.filter(|text| !text.is_empty()) else {
        return Ok(None);
    };
    parse(text)
        .map(Some)
        .ok_or_else(|| Refusal::unprocessable("query_invalid", format!("{name} has no usable value.")))
}

/// A yes or no of the query, as clients in several languages write it. Errors: 422 naming it.
pub(super) fn flag(text: Option<&str>, name: &str) -> Result<bool, Refusal> {
    let flag = read(text, name, |text| match text.to_ascii_lowercase().as_str() {
        "true" | "1" | "yes" | "on" => Some(true),
        "false" | "0" | "no" | "off" => Some(false),
        _ => None,
    });
    flag.map(Option::unwrap_or_default)
}

/// Asks for a failed job again.
#[utoipa::path(post, path = "/api/v1/jobs/{job_id}/retry", tag = "Jobs", security(("operator" = [])),
    params(("job_id" = i64, Path), ("Idempotency-Key" = Option<String>, Header)),
    responses((status = 200, body = JobView), (status = 404, body = super::problem::Problem),
        (status = 409, description = "It did not fail", body = super::problem::Problem)))]
pub(super) async fn retry(
    _: Operator,
    context: web::Data<Context>,
    key: IdempotencyKey,
    RequestId(request_id): RequestId,
    id: web::Path<String>,
) -> Result<HttpResponse, Refusal> {
    let once = key.once("POST /jobs/retry", &[&id]);
    jobs::retry(&context, job_id(&id)?, request_id, once)
        .await
        .map(respond)
}

/// Deletes a job with its pictures, and the photos that only it was made of.
#[utoipa::path(delete, path = "/api/v1/jobs/{job_id}", tag = "Jobs", security(("operator" = [])),
    params(("job_id" = i64, Path)),
    responses((status = 204), (status = 404, body = super::problem::Problem),
        (status = 409, description = "It is being rendered", body = super::problem::Problem)))]
pub(super) async fn delete(
    _: Operator,
    context: web::Data<Context>,
    id: web::Path<String>,
) -> Result<HttpResponse, Refusal> {
    jobs::delete(&context, job_id(&id)?).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// A path that holds no integer names no job.
pub(super) fn job_id(text: &str) -> Result<JobId, Refusal> {
    text.parse().map(JobId).map_err(|_| jobs::job_unknown())
}
