//! Permissions of a file.

use actix_web::{HttpRequest, HttpResponse, web};
use bytes::Bytes;
use serde_json::{Value, json};

use super::{Answer, Parameters, number, parameter};
use crate::error::{ApiError, json_answer};
use crate::fields;
use crate::shared::Shared;
use crate::world::{Permission, PermissionInput};

const DEFAULT_FIELDS: &str = "kind,id,type,role,allowFileDiscovery";

fn input(body: &[u8]) -> Result<PermissionInput, ApiError> {
    serde_json::from_slice(body)
        .map_err(|error| ApiError::new(400, "parseError", format!("Parse Error: {error}")))
}

fn answer(shared: &Shared, permission: &Permission, query: &Parameters) -> Answer {
    let json = shared.world().permission_json(permission);
    let mask = parameter(query, "fields");
    Ok(json_answer(&fields::select(
        &json,
        mask,
        DEFAULT_FIELDS,
        &fields::PERMISSION,
    )?))
}

/// `POST files/{id}/permissions`
pub(crate) async fn create(
    shared: web::Data<Shared>,
    request: HttpRequest,
    id: web::Path<String>,
    query: web::Query<Parameters>,
    body: Bytes,
) -> Answer {
    let caller = shared.caller(&request)?;
    let (options, now) = (shared.options(), shared.now());
    let permission = shared
        .world()
        .share(&caller, &id, &input(&body)?, &options, now)?;
    answer(&shared, &permission, &query)
}

/// `GET files/{id}/permissions`
pub(crate) async fn list(
    shared: web::Data<Shared>,
    request: HttpRequest,
    id: web::Path<String>,
    query: web::Query<Parameters>,
) -> Answer {
    let caller = shared.caller(&request)?;
    let size = number(&query, "pageSize", 100, 100)?;
    let first = match parameter(&query, "pageToken") {
        None => 0,
        Some(token) => token.parse().map_err(|_| ApiError::invalid_value("pageToken"))?,
    };
    let world = shared.world();
    let file = world.writable(&caller, &id)?;
    let all: Vec<Value> = world
        .permissions_of(file)
        .into_iter()
        .map(|(permission, _)| world.permission_json(permission))
        .collect();
    let page: Vec<&Value> = all.iter().skip(first).take(size).collect();
    let mut list = json!({"kind": "drive#permissionList", "permissions": page});
    if first + page.len() < all.len() {
        list["nextPageToken"] = (first + page.len()).to_string().into();
    }
    let default = "kind,nextPageToken,permissions(kind,id,type,role,allowFileDiscovery)";
    let mask = parameter(&query, "fields");
    Ok(json_answer(&fields::select(
        &list,
        mask,
        default,
        &fields::PERMISSION_LIST,
    )?))
}

/// `GET files/{id}/permissions/{permission}`
pub(crate) async fn get(
    shared: web::Data<Shared>,
    request: HttpRequest,
    path: web::Path<(String, String)>,
    query: web::Query<Parameters>,
) -> Answer {
    let caller = shared.caller(&request)?;
    let permission = shared.world().permission(&caller, &path.0, &path.1)?;
    answer(&shared, &permission, &query)
}

/// `PATCH files/{id}/permissions/{permission}`: another role.
pub(crate) async fn update(
    shared: web::Data<Shared>,
    request: HttpRequest,
    path: web::Path<(String, String)>,
    query: web::Query<Parameters>,
    body: Bytes,
) -> Answer {
    let caller = shared.caller(&request)?;
    let role = input(&body)?.role.unwrap_or_default();
    if !["reader", "commenter", "writer"].contains(&role.as_str()) {
        return Err(ApiError::invalid_value("permission.role"));
    }
    let now = shared.now();
    let permission = shared
        .world()
        .change_permission(&caller, &path.0, &path.1, &role, now)?;
    answer(&shared, &permission, &query)
}

/// `DELETE files/{id}/permissions/{permission}`
pub(crate) async fn delete(
    shared: web::Data<Shared>,
    request: HttpRequest,
    path: web::Path<(String, String)>,
) -> Answer {
    let caller = shared.caller(&request)?;
    let now = shared.now();
    shared.world().unshare(&caller, &path.0, &path.1, now)?;
    Ok(HttpResponse::NoContent().finish())
}
