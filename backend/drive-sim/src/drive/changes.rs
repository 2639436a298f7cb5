//! The feed of changes.

use actix_web::{HttpRequest, web};
use serde_json::json;

use super::{Answer, Parameters, number, parameter};
use crate::error::{ApiError, json_answer};
use crate::fields;
use crate::shared::Shared;

/// `GET changes/startPageToken`
pub(crate) async fn start(shared: web::Data<Shared>, request: HttpRequest) -> Answer {
    shared.caller(&request)?;
    let token = shared.world().start_page_token();
    Ok(json_answer(
        &json!({"kind": "drive#startPageToken", "startPageToken": token}),
    ))
}

/// `GET changes`
pub(crate) async fn list(
    shared: web::Data<Shared>,
    request: HttpRequest,
    query: web::Query<Parameters>,
) -> Answer {
    let caller = shared.caller(&request)?;
    let token = parameter(&query, "pageToken").ok_or_else(|| {
        ApiError::new(400, "required", "Required parameter: pageToken").at("parameter", "pageToken")
    })?;
    let size = number(&query, "pageSize", 100, 1000)?;
    let links = shared.link_base();
    let world = shared.world();
    let page = world.changes_since(&caller, token, size, |world, file| {
        world.file_json(file, &caller, &links)
    })?;
    let default = "kind,nextPageToken,newStartPageToken,\
                   changes(kind,removed,fileId,time,changeType,type,file(kind,id,name,mimeType))";
    let mask = parameter(&query, "fields");
    Ok(json_answer(&fields::select(
        &page,
        mask,
        default,
        &fields::CHANGE_LIST,
    )?))
}
