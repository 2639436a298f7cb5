//! The Drive API, version 3, without the bytes.

mod about;
mod changes;
mod download;
mod files;
mod permissions;

use std::collections::HashMap;

use actix_web::{HttpResponse, web};

pub(crate) use files::{check_mask, file_answer, update_request};

use crate::error::ApiError;

/// The parameters of a query.
pub(crate) type Parameters = HashMap<String, String>;

/// What a call answers.
pub(crate) type Answer = Result<HttpResponse, ApiError>;

/// Routes below `/drive/v3`.
pub(crate) fn routes(config: &mut web::ServiceConfig) {
    config.service(
        web::scope("/drive/v3")
            .route("/about", web::get().to(about::about))
            .route("/files/generateIds", web::get().to(files::generate_ids))
            .route("/files/trash", web::delete().to(files::empty_trash))
            .route("/files", web::get().to(files::list))
            .route("/files", web::post().to(files::create))
            .route("/files/{id}", web::get().to(files::get))
            .route("/files/{id}", web::patch().to(files::update))
            .route("/files/{id}", web::delete().to(files::delete))
            .route("/files/{id}/copy", web::post().to(files::copy))
            .route("/files/{id}/permissions", web::get().to(permissions::list))
            .route("/files/{id}/permissions", web::post().to(permissions::create))
            .route(
                "/files/{id}/permissions/{permission}",
                web::get().to(permissions::get),
            )
            .route(
                "/files/{id}/permissions/{permission}",
                web::patch().to(permissions::update),
            )
            .route(
                "/files/{id}/permissions/{permission}",
                web::delete().to(permissions::delete),
            )
            .route("/changes/startPageToken", web::get().to(changes::start))
            .route("/changes", web::get().to(changes::list)),
    );
}

/// A number within `1..=most`, or `default` when it is absent.
pub(crate) fn number(
    parameters: &Parameters,
    name: &'static str,
    default: usize,
    most: usize,
) -> Result<usize, ApiError> {
    let Some(text) = parameters.get(name) else {
        return Ok(default);
    };
    text.parse()
        .ok()
        .filter(|number| (1..=most).contains(number))
        .ok_or_else(|| ApiError::invalid_value(name))
}

pub(crate) fn parameter<'a>(parameters: &'a Parameters, name: &str) -> Option<&'a str> {
    parameters.get(name).map(String::as_str)
}
