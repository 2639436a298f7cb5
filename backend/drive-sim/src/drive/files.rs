//! Files and folders: make, find, change, end.

use actix_web::{HttpRequest, HttpResponse, web};
use bytes::Bytes;
use serde_json::{Value, json};

use super::{Answer, Parameters, download, number, parameter};
use crate::error::{ApiError, json_answer};
use crate::fields;
use crate::shared::Shared;
use crate::world::{
    Caller, Content, FOLDER, FileInput, ListRequest, Reach, UpdateRequest, insufficient_scope, is_native,
};

const DEFAULT_FIELDS: &str = "kind,id,name,mimeType";

/// A file as the caller's mask wants it.
pub(crate) fn file_answer(shared: &Shared, caller: &Caller, id: &str, mask: Option<&str>) -> Answer {
    let links = shared.link_base();
    let world = shared.world();
    let file = world.lookup(id).ok_or_else(|| ApiError::not_found(id))?;
    let json = world.file_json(file, caller, &links);
    let default = if file.resource_key.is_some() {
        "kind,id,name,mimeType,resourceKey"
    } else {
        DEFAULT_FIELDS
    };
    Ok(json_answer(&fields::select(&json, mask, default, &fields::FILE)?))
}

/// Refuses a mask before any work is done for it.
pub(crate) fn check_mask(mask: Option<&str>) -> Result<(), ApiError> {
    fields::Mask::parse(mask.unwrap_or(DEFAULT_FIELDS), &fields::FILE).map(drop)
}

/// `GET files/generateIds`
pub(crate) async fn generate_ids(
    shared: web::Data<Shared>,
    request: HttpRequest,
    query: web::Query<Parameters>,
) -> Answer {
    let caller = shared.caller(&request)?;
    if caller.reach == Reach::ReadOnly {
        return Err(insufficient_scope());
    }
    let count = number(&query, "count", 10, 1000)?;
    let space = parameter(&query, "space").unwrap_or("drive");
    if !["drive", "appDataFolder"].contains(&space) {
        return Err(ApiError::invalid_value("space"));
    }
    if !["files", "shortcuts"].contains(&parameter(&query, "type").unwrap_or("files")) {
        return Err(ApiError::invalid_value("type"));
    }
    let ids = shared.world().generate_ids(&caller.account, count);
    let answer = json!({"kind": "drive#generatedIds", "space": space, "ids": ids});
    let mask = parameter(&query, "fields");
    Ok(json_answer(&fields::select(
        &answer,
        mask,
        "*",
        &fields::GENERATED_IDS,
    )?))
}

/// `POST files`: a folder, or a file without bytes.
pub(crate) async fn create(
    shared: web::Data<Shared>,
    request: HttpRequest,
    query: web::Query<Parameters>,
    body: Bytes,
) -> Answer {
    let caller = shared.caller(&request)?;
    check_mask(parameter(&query, "fields"))?;
    let input = FileInput::parse(&body)?;
    let mime_type = input.mime_type.as_deref().unwrap_or("application/octet-stream");
    let content = (!is_native(mime_type)).then(|| Content::new(Bytes::new()));
    let (options, now) = (shared.options(), shared.now());
    let id = shared
        .world()
        .create(&caller, &input, content, None, &options, now)?;
    file_answer(&shared, &caller, &id, parameter(&query, "fields"))
}

/// `GET files/{id}`, with `alt=media` its bytes.
pub(crate) async fn get(
    shared: web::Data<Shared>,
    request: HttpRequest,
    id: web::Path<String>,
    query: web::Query<Parameters>,
) -> Answer {
    let caller = shared.caller(&request)?;
    if parameter(&query, "alt") == Some("media") {
        return download::media(&shared, &request, &caller, &id);
    }
    let id = shared.world().visible(&caller, &id)?.id.clone();
    file_answer(&shared, &caller, &id, parameter(&query, "fields"))
}

/// `GET files`
pub(crate) async fn list(
    shared: web::Data<Shared>,
    request: HttpRequest,
    query: web::Query<Parameters>,
) -> Answer {
    let caller = shared.caller(&request)?;
    let wanted = ListRequest {
        q: parameter(&query, "q").unwrap_or_default(),
        order_by: parameter(&query, "orderBy").unwrap_or_default(),
        page_size: number(&query, "pageSize", 100, 1000)?,
        page_token: parameter(&query, "pageToken"),
    };
    let links = shared.link_base();
    let mut world = shared.world();
    let page = world.list(&caller, &wanted)?;
    let files = page.ids.iter().filter_map(|id| world.lookup(id));
    let files: Vec<Value> = files.map(|file| world.file_json(file, &caller, &links)).collect();
    let mut answer = json!({"kind": "drive#fileList", "incompleteSearch": false, "files": files});
    if let Some(token) = page.next {
        answer["nextPageToken"] = token.into();
    }
    let default = "kind,nextPageToken,incompleteSearch,files(kind,id,name,mimeType)";
    let mask = parameter(&query, "fields");
    Ok(json_answer(&fields::select(
        &answer,
        mask,
        default,
        &fields::FILE_LIST,
    )?))
}

/// `PATCH files/{id}`
pub(crate) async fn update(
    shared: web::Data<Shared>,
    request: HttpRequest,
    id: web::Path<String>,
    query: web::Query<Parameters>,
    body: Bytes,
) -> Answer {
    let caller = shared.caller(&request)?;
    check_mask(parameter(&query, "fields"))?;
    let update = update_request(FileInput::parse(&body)?, &query);
    let (options, now) = (shared.options(), shared.now());
    shared.world().update(&caller, &id, update, &options, now)?;
    let id = shared.world().visible(&caller, &id)?.id.clone();
    file_answer(&shared, &caller, &id, parameter(&query, "fields"))
}

/// A change with the folders that the query names.
pub(crate) fn update_request(input: FileInput, query: &Parameters) -> UpdateRequest {
    let ids = |name| {
        let text = parameter(query, name).unwrap_or_default();
        text.split(',')
            .filter(|id| !id.is_empty())
            .map(str::to_owned)
            .collect()
    };
    UpdateRequest {
        input,
        add_parents: ids("addParents"),
        remove_parents: ids("removeParents"),
        content: None,
    }
}

/// `POST files/{id}/copy`
pub(crate) async fn copy(
    shared: web::Data<Shared>,
    request: HttpRequest,
    id: web::Path<String>,
    query: web::Query<Parameters>,
    body: Bytes,
) -> Answer {
    let caller = shared.caller(&request)?;
    check_mask(parameter(&query, "fields"))?;
    let mut input = FileInput::parse(&body)?;
    let (options, now) = (shared.options(), shared.now());
    let copy = {
        let mut world = shared.world();
        let original = world.visible(&caller, &id)?.clone();
        if original.mime_type == FOLDER {
            return Err(ApiError::new(
                403,
                "cannotCopyFile",
                "This file cannot be copied by the user.",
            ));
        }
        let name = format!("Copy of {}", original.name);
        input.name.get_or_insert(name);
        input.mime_type.get_or_insert(original.mime_type);
        if input.parents.is_none() {
            input.parents = original.parent.map(|parent| vec![parent]);
        }
        world.create(&caller, &input, original.content, None, &options, now)?
    };
    file_answer(&shared, &caller, &copy, parameter(&query, "fields"))
}

/// `DELETE files/{id}`
pub(crate) async fn delete(shared: web::Data<Shared>, request: HttpRequest, id: web::Path<String>) -> Answer {
    let caller = shared.caller(&request)?;
    let now = shared.now();
    shared.world().delete(&caller, &id, now)?;
    Ok(HttpResponse::NoContent().finish())
}

/// `DELETE files/trash` needs the whole Drive.
pub(crate) async fn empty_trash(shared: web::Data<Shared>, request: HttpRequest) -> Answer {
    let caller = shared.caller(&request)?;
    if caller.reach != Reach::Full {
        return Err(insufficient_scope());
    }
    let now = shared.now();
    shared.world().empty_trash(&caller.account, now);
    Ok(HttpResponse::NoContent().finish())
}
