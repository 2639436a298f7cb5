//! `/health`, `/ready`, `/status`, `/metrics`: is it alive, can it work, how do things stand.

use actix_web::{HttpResponse, web};
use boothline_domain::JobStatus;
use serde::Serialize;
use utoipa::ToSchema;

use super::callers::Operator;
use crate::context::Context;
use crate::refusal::Refusal;
use crate::services::status::{self, Status};

pub(super) fn routes(config: &mut web::ServiceConfig) {
    config
        .service(
            web::resource("/health")
                .route(web::get().to(health))
                .route(web::head().to(health)),
        )
        .service(web::resource("/ready").route(web::get().to(ready)))
        .service(web::resource("/status").route(web::get().to(show)));
}

pub(super) fn root_routes(config: &mut web::ServiceConfig) {
    config.service(web::resource("/metrics").route(web::get().to(metrics)));
}

/// That the process answers.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Health {
    /// Always true.
    ok: bool,
}

/// Whether the process answers.
#[utoipa::path(get, path = "/health", tag = "Operations", responses((status = 200, body = Health)))]
pub(super) async fn health() -> web::Json<Health> {
    web::Json(Health { ok: true })
}

/// Whether photos can be taken: the database answers and the disk has room.
#[utoipa::path(get, path = "/ready", tag = "Operations",
    responses((status = 200, body = Health), (status = 503, body = super::problem::Problem)))]
pub(super) async fn ready(context: web::Data<Context>) -> Result<web::Json<Health>, Refusal> {
    status::ready(&context).await?;
    Ok(web::Json(Health { ok: true }))
}

/// How things stand.
#[utoipa::path(get, path = "/status", tag = "Operations", security(("operator" = [])),
    responses((status = 200, body = Status)))]
pub(super) async fn show(_: Operator, context: web::Data<Context>) -> Result<web::Json<Status>, Refusal> {
    status::gather(&context).await.map(web::Json)
}

/// The same for Prometheus.
#[utoipa::path(get, path = "/metrics", tag = "Operations", security(("operator" = [])),
    responses((status = 200, content_type = "text/plain")))]
pub(super) async fn metrics(_: Operator, context: web::Data<Context>) -> Result<HttpResponse, Refusal> {
    gauge(&status::gather(&context).await?);
    let text = context.metrics.render();
    Ok(HttpResponse::Ok()
        .content_type("text/plain; version=0.0.4; charset=utf-8")
        .body(text))
}

#[expect(
    clippy::cast_precision_loss,
    reason = "gauges are floating point; no count comes near 2^53"
)]
fn gauge(status: &Status) {
    let states = [
        (JobStatus::Queued, status.jobs.queued),
        (JobStatus::Processing, status.jobs.processing),
        (JobStatus::Done, status.jobs.done),
        (JobStatus::Failed, status.jobs.failed),
    ];
    for (state, count) in states {
        metrics::gauge!("boothline_jobs", "status" => state.as_str()).set(count as f64);
    }
    for lane in &status.queue.lanes {
        for (state, count) in [
            ("ready", lane.ready),
            ("running", lane.running),
            ("dead", lane.dead),
        ] {
            let labels = [("lane", lane.name.clone()), ("state", state.to_owned())];
            metrics::gauge!("boothline_queue_tasks", &labels).set(count as f64);
        }
        let oldest = lane.oldest_waiting_s.unwrap_or(0) as f64;
        metrics::gauge!("boothline_queue_oldest_waiting_seconds", "lane" => lane.name.clone()).set(oldest);
    }
    let deliveries = [
        ("pending", status.delivery.pending),
        ("waiting", status.delivery.waiting),
        ("delivered", status.delivery.delivered),
        ("failed", status.delivery.failed),
    ];
    for (state, count) in deliveries {
        metrics::gauge!("boothline_deliveries", "state" => state).set(count as f64);
    }
    metrics::gauge!("boothline_disk_free_bytes").set(status.disk.free_bytes as f64);
    metrics::gauge!("boothline_studio_load").set(status.studio_load as f64);
    metrics::gauge!("boothline_uptime_seconds").set(status.uptime_s as f64);
}
