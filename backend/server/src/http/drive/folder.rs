//! `POST /drive/sync-folder`: everything in the folder of results goes to Drive.

use actix_web::{HttpRequest, HttpResponse, web};
use serde::Deserialize;
use tokio::sync::mpsc;
use utoipa::IntoParams;

use super::super::callers::Operator;
use super::super::jobs::{flag, read};
use super::super::progress::Lines;
use crate::context::Context;
use crate::refusal::Refusal;
use crate::services::drive::folder::{self, Changed, FolderReport, FolderWish};
use crate::services::drive::sync::desk;

pub(super) fn routes(config: &mut web::ServiceConfig) {
    config.service(web::resource("/drive/sync-folder").route(web::post().to(sync_folder)));
}

/// What a folder sync is asked for.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(in crate::http) struct FolderQuery {
    /// Send at most this many files, oldest first.
    #[param(value_type = Option<u64>)]
    limit: Option<String>,
    /// Compare also what is in Drive already, and mend what differs.
    #[param(value_type = Option<bool>)]
    force: Option<String>,
    /// Only say what would be done.
    #[param(value_type = Option<bool>)]
    dry_run: Option<String>,
    /// What becomes of files that changed: `version` (the links stay) or `new`.
    #[param(value_type = Option<Changed>, inline)]
    changed: Option<String>,
}

impl FolderQuery {
    fn wish(&self) -> Result<FolderWish, Refusal> {
        let changed = read(self.changed.as_deref(), "changed", |word| match word {
            "version" => Some(Changed::Version),
            "new" => Some(Changed::New),
            _ => None,
        });
        Ok(FolderWish {
            folder: None,
            limit: read(self.limit.as_deref(), "limit", |text| text.parse().ok())?,
            force: flag(self.force.as_deref(), "force")?,
            dry_run: flag(self.dry_run.as_deref(), "dry_run")?,
            changed: changed?.unwrap_or_default(),
        })
    }
}

/// Sends every picture of the folder (`LOCAL_FOLDER_PATH`) that is not in Drive.
///
/// With `Accept: application/x-ndjson` or `text/event-stream` the answer tells of each file as it
/// comes out (`progress`), and ends with the report (`report`).
#[utoipa::path(post, path = "/api/v1/drive/sync-folder", tag = "Drive", security(("operator" = [])),
    params(FolderQuery),
    responses((status = 200, body = FolderReport),
        (status = 404, description = "There is no such folder", body = crate::http::problem::Problem),
        (status = 409, description = "Results stay on this machine, or another sync runs", body = crate::http::problem::Problem),
        (status = 503, description = "Drive cannot be reached or used", body = crate::http::problem::Problem)))]
pub(super) async fn sync_folder(
    _: Operator,
    context: web::Data<Context>,
    request: HttpRequest,
    query: web::Query<FolderQuery>,
) -> Result<HttpResponse, Refusal> {
    let wish = query.wish()?;
    let Some(lines) = Lines::asked_for(&request) else {
        let (unheard, _) = mpsc::channel(1);
        let report = folder::sync(&context, &wish, &unheard).await?;
        return Ok(HttpResponse::Ok().json(report));
    };
    // What is wrong from the start is an error answer also for those who want lines.
    desk(&context)?;
    Ok(lines.told(move |steps| async move { folder::sync(&context, &wish, &steps).await }))
}
