//! `/drive/…`: whether photos can be delivered, and delivering them on request.

pub(super) mod folder;

use std::time::Duration;

use actix_multipart::Multipart;
use actix_web::{HttpRequest, HttpResponse, web};
use boothline_delivery::{Standing, Target};
use futures_util::StreamExt;
use serde::{Deserialize, Serialize};
use tokio::sync::mpsc;
use utoipa::{IntoParams, ToSchema};

use super::callers::{Kiosk, Operator};
use super::form::{broken, missing};
use super::idempotency::IdempotencyKey;
use super::jobs::{flag, job_id, read};
use super::problem::body_late;
use super::progress::Lines;
use crate::context::Context;
use crate::refusal::Refusal;
use crate::services::drive::standing::standing;
use crate::services::drive::sync::{self, DeliveredJob, DeliveredNow, Report, Wish};
use crate::services::drive::upload::{Announced, UploadedFile, pass_on};
use crate::services::intake::too_large;

/// A body that is silent for longer has hung.
const SILENCE: Duration = Duration::from_secs(25);

pub(super) fn routes(config: &mut web::ServiceConfig) {
    config
        .service(web::resource("/drive/status").route(web::get().to(status)))
        .service(web::resource("/drive/upload").route(web::post().to(upload)))
        .service(web::resource("/drive/upload-job/{job_id}").route(web::post().to(upload_job)))
        .service(web::resource("/drive/sync").route(web::post().to(sync_jobs)))
        .configure(folder::routes);
}

/// Kiosks let nobody in while `ok` is false.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct DriveStatus {
    /// False only when the operator must act before photos can ever be delivered.
    ok: bool,
    /// `authorized`, `missing_token`, `invalid_token_file`, `refresh_failed`, `expired_no_refresh_token`,
    /// `unauthorized`, `offline`, or `local`: results stay on this machine.
    #[schema(example = "authorized")]
    status: &'static str,
    /// What is so, in a plain sentence.
    message: String,
    /// When the token ends, RFC 3339; none with local delivery.
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
    let Standing {
        ok,
        status,
        message,
        expiry,
        has_refresh_token,
        refreshed,
    } = match (&*context.target, &context.desk) {
        (Target::Drive(_), Some(desk)) => standing(&context, desk).await,
        (Target::Local(local), _) => local.standing(),
        (Target::Drive(_), None) => return Err(Refusal::internal("a Drive target without its desk")),
    };
    Ok(web::Json(DriveStatus {
        ok,
        status,
        message,
        expiry: expiry.map(boothline_domain::clock::Timestamp::to_rfc3339),
        has_refresh_token,
        refreshed,
        checked_at: context.now().to_rfc3339(),
    }))
}

/// A file.
#[derive(ToSchema)]
#[expect(dead_code, reason = "it only describes the form")]
pub(super) struct UploadForm {
    #[schema(value_type = String, format = Binary)]
    file: Vec<u8>,
}

/// Uploads one file to Drive; no copy of it stays here.
#[utoipa::path(post, path = "/api/v1/drive/upload", tag = "Drive", security(("operator" = [])),
    params(("Idempotency-Key" = Option<String>, Header)),
    request_body(content = UploadForm, content_type = "multipart/form-data"),
    responses((status = 200, body = UploadedFile),
        (status = 409, description = "Results stay on this machine", body = super::problem::Problem),
        (status = 413, body = super::problem::Problem), (status = 422, body = super::problem::Problem),
        (status = 503, description = "Drive cannot take it now", body = super::problem::Problem)))]
pub(super) async fn upload(
    _: Operator,
    context: web::Data<Context>,
    key: IdempotencyKey,
    request: HttpRequest,
    payload: web::Payload,
) -> Result<web::Json<UploadedFile>, Refusal> {
    sync::desk(&context)?;
    let mut form = Multipart::new(request.headers(), payload);
    let mut field = loop {
        let next = tokio::time::timeout(SILENCE, form.next())
            .await
            .map_err(|_| body_late())?;
        let field = match next {
            Some(field) => field.map_err(|error| broken(&error))?,
            None => return Err(missing("file")),
        };
        if field.name() == Some("file") {
            break field;
        }
    };
    let named = field.content_disposition().and_then(|named| named.get_filename());
    let announced = Announced {
        name: named.unwrap_or_default().to_owned(),
        mime: field
            .content_type()
            .map_or_else(|| "application/octet-stream".to_owned(), ToString::to_string),
        key: key.text(),
    };
    let (sender, receiver) = mpsc::channel(4);
    let limit = context.config.pictures.max_upload_bytes;
    let pump = async move {
        let mut taken = 0;
        loop {
            let chunk = match tokio::time::timeout(SILENCE, field.next()).await {
                Err(_) => Err(body_late()),
                Ok(None) => break,
                Ok(Some(chunk)) => chunk.map_err(|error| broken(&error)),
            };
            let chunk = chunk.and_then(|chunk| {
                taken += chunk.len() as u64;
                if taken > limit {
                    Err(too_large(limit))
                } else {
                    Ok(chunk)
                }
            });
            let ends = chunk.is_err();
            if sender.send(chunk).await.is_err() || ends {
                break;
            }
        }
    };
    let ((), uploaded) = tokio::join!(pump, pass_on(&context, announced, receiver));
    uploaded.map(web::Json)
}

/// How a delivery is asked for.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Force {
    /// Also where it is there already: compare, and mend what differs.
    #[param(value_type = Option<bool>)]
    force: Option<String>,
}

/// Delivers one job now.
#[utoipa::path(post, path = "/api/v1/drive/upload-job/{job_id}", tag = "Drive",
    params(("job_id" = i64, Path), Force),
    responses((status = 200, body = DeliveredNow),
        (status = 400, description = "It has no result yet", body = super::problem::Problem),
        (status = 404, description = "No such job, or its file is gone", body = super::problem::Problem),
        (status = 409, description = "Results stay on this machine", body = super::problem::Problem),
        (status = 422, description = "force is neither true nor false", body = super::problem::Problem),
        (status = 503, description = "It waits; it is delivered by itself", body = super::problem::Problem)))]
pub(super) async fn upload_job(
    _: Kiosk,
    context: web::Data<Context>,
    id: web::Path<String>,
    query: web::Query<Force>,
) -> Result<web::Json<DeliveredNow>, Refusal> {
    sync::deliver_now(&context, job_id(&id)?, flag(query.force.as_deref(), "force")?)
        .await
        .map(web::Json)
}

/// What a sync is asked for.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct SyncQuery {
    /// At most this many jobs, oldest first.
    #[param(value_type = Option<u64>)]
    limit: Option<String>,
    /// Also those that are in Drive: compare, and mend what differs.
    #[param(value_type = Option<bool>)]
    force: Option<String>,
}

/// Delivers every finished job that is not in Drive.
///
/// With `Accept: application/x-ndjson` or `text/event-stream` the answer tells of each job as it
/// comes out (`progress`), and ends with the report (`report`).
#[utoipa::path(post, path = "/api/v1/drive/sync", tag = "Drive", security(("operator" = [])), params(SyncQuery),
    responses((status = 200, body = [DeliveredJob], headers(
            ("X-Boothline-Skipped" = String, description = "Jobs whose files are gone"),
            ("X-Boothline-Failed" = String, description = "Jobs that Drive refused"),
            ("X-Boothline-Waiting" = String, description = "Jobs that are delivered later by themselves"))),
        (status = 409, description = "Results stay on this machine", body = super::problem::Problem),
        (status = 422, description = "A value of the query cannot be used", body = super::problem::Problem),
        (status = 503, description = "Drive cannot be reached or used", body = super::problem::Problem)))]
pub(super) async fn sync_jobs(
    _: Operator,
    context: web::Data<Context>,
    request: HttpRequest,
    query: web::Query<SyncQuery>,
) -> Result<HttpResponse, Refusal> {
    let wish = Wish {
        limit: read(query.limit.as_deref(), "limit", |text| text.parse().ok())?,
        force: flag(query.force.as_deref(), "force")?,
    };
    let Some(lines) = Lines::asked_for(&request) else {
        let (unheard, _) = mpsc::channel(1);
        return sync::sync(&context, wish, &unheard).await.map(plain);
    };
    // What is wrong from the start is an error answer also for those who want lines.
    sync::desk(&context)?;
    Ok(lines.told(move |steps| async move { sync::sync(&context, wish, &steps).await }))
}

fn plain(report: Report) -> HttpResponse {
    let mut answer = HttpResponse::Ok();
    let ids = |ids: &[i64]| {
        // Headers have room for some hundred; the log has all.
        let shown: Vec<String> = ids.iter().take(500).map(ToString::to_string).collect();
        shown.join(",")
    };
    for (name, list) in [
        ("X-Boothline-Skipped", &report.missing),
        ("X-Boothline-Failed", &report.failed),
        ("X-Boothline-Waiting", &report.waiting),
    ] {
        if !list.is_empty() {
            answer.insert_header((name, ids(list)));
        }
    }
    answer.json(report.delivered)
}
