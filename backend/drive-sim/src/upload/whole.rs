//! `uploadType=multipart` and `uploadType=media`: everything in one request.

use actix_web::{HttpMessage, HttpRequest, web};
use bytes::{Bytes, BytesMut};
use futures_util::StreamExt;

use super::{header, multipart};
use crate::arrival::StorageFault;
use crate::drive::{Answer, Parameters, check_mask, file_answer, parameter, update_request};
use crate::error::ApiError;
use crate::shared::Shared;
use crate::world::{Content, FileInput};

/// A new file, or new bytes for the file `id`.
pub(super) async fn upload(
    shared: &Shared,
    request: &HttpRequest,
    query: &Parameters,
    mut payload: web::Payload,
    id: Option<String>,
) -> Answer {
    let body = collect(&mut payload).await?;
    let caller = shared.caller(request)?;
    let mask = parameter(query, "fields");
    check_mask(mask)?;
    let kind = header(request, "content-type");
    let (input, content_type, bytes) = if parameter(query, "uploadType") == Some("multipart") {
        let related = multipart::parse(kind.unwrap_or_default(), &body)?;
        (
            FileInput::parse(&related.metadata)?,
            related.content_type,
            related.content,
        )
    } else {
        (FileInput::default(), kind.map(str::to_owned), body)
    };
    let damaged = request.extensions().get() == Some(&StorageFault::Damage);
    let content = if damaged {
        Content::damaged(&bytes)
    } else {
        Content::new(bytes)
    };
    let (options, now) = (shared.options(), shared.now());
    let id = match id {
        None => {
            let kind = content_type.as_deref();
            shared
                .world()
                .create(&caller, &input, Some(content), kind, &options, now)?
        }
        Some(id) => {
            let mut update = update_request(input, query);
            update.content = Some(content);
            shared.world().update(&caller, &id, update, &options, now)?;
            id
        }
    };
    file_answer(shared, &caller, &id, mask)
}

async fn collect(payload: &mut web::Payload) -> Result<Bytes, ApiError> {
    let mut body = BytesMut::new();
    while let Some(chunk) = payload.next().await {
        let chunk = chunk.map_err(|error| ApiError::bad_request(format!("The body broke off: {error}")))?;
        body.extend_from_slice(&chunk);
    }
    Ok(body.freeze())
}
