//! Multipart bodies: streamed to part-files, capped in every direction.

use std::collections::HashMap;
use std::time::Duration;

use actix_multipart::{Field, Multipart};
use actix_web::{HttpRequest, web};
use futures_util::StreamExt;

use super::problem::body_late;
use crate::context::Context;
use crate::refusal::{Kind, Refusal};
use crate::services::intake::{Incoming, Received, too_large};

/// More than any form of ours has.
const MAX_PARTS: usize = 64;
const MAX_TEXT: usize = 128 * 1024;
/// A body that takes longer is slow beyond use, or hostile. actix-multipart waits
/// for ever on one that ends without its closing boundary, so the limit is ours.
const PATIENCE: Duration = Duration::from_secs(25);
/// After a refusal the rest of the body is read and thrown away, so that the
/// client comes to read the answer instead of a reset connection.
const DRAIN: Duration = Duration::from_secs(8);
const DRAIN_BYTES: usize = 512 * 1024 * 1024;

/// What a form held.
#[derive(Debug, Default)]
pub(super) struct Form {
    texts: HashMap<String, String>,
    files: Vec<(String, Received)>,
}

impl Form {
    /// Reads a form; parts named in `files` are files, all others texts.
    pub(super) async fn read(
        request: &HttpRequest,
        payload: web::Payload,
        context: &Context,
        files: &[&str],
    ) -> Result<Self, Refusal> {
        let mut parts = Parts {
            multipart: Multipart::new(request.headers(), payload),
            ended: false,
        };
        let read = tokio::time::timeout(PATIENCE, read_parts(&mut parts, context, files)).await;
        let form = read.unwrap_or_else(|_| Err(body_late()));
        if form.as_ref().is_err_and(|refusal| refusal.kind != Kind::Timeout) {
            let _ = tokio::time::timeout(DRAIN, parts.drain()).await;
        }
        form
    }

    /// A text, where it was sent.
    pub(super) fn text(&mut self, name: &str) -> Option<String> {
        self.texts.remove(name)
    }

    /// The one file of this name, where it was sent.
    pub(super) fn file(&mut self, name: &str) -> Option<Received> {
        let index = self.files.iter().position(|(file, _)| file == name)?;
        Some(self.files.swap_remove(index).1)
    }

    /// The one file of this name. Errors: 422 `field_missing`.
    pub(super) fn needed_file(&mut self, name: &str) -> Result<Received, Refusal> {
        self.file(name).ok_or_else(|| missing(name))
    }

    /// All files of these names in the order they came. Errors: 422 `field_missing` without any.
    pub(super) fn needed_files(self, name: &str) -> Result<Vec<Received>, Refusal> {
        let files: Vec<Received> = self.files.into_iter().map(|(_, file)| file).collect();
        if files.is_empty() {
            Err(missing(name))
        } else {
            Ok(files)
        }
    }
}

/// 422 for a part that has to be there.
pub(super) fn missing(name: &str) -> Refusal {
    Refusal::unprocessable("field_missing", format!("The form has no part named {name}."))
}

async fn read_parts(incoming: &mut Parts, context: &Context, files: &[&str]) -> Result<Form, Refusal> {
    let mut form = Form::default();
    let mut parts = 0;
    while let Some(mut field) = incoming.next().await? {
        parts += 1;
        if parts > MAX_PARTS {
            return Err(Refusal::bad_request(
                "too_many_parts",
                format!("A form has at most {MAX_PARTS} parts."),
            ));
        }
        let Some(name) = field.name().map(str::to_owned) else {
            return Err(Refusal::bad_request(
                "form_malformed",
                "Every part of the form needs a name.",
            ));
        };
        if files.contains(&name.as_str()) {
            let limit = u64::from(context.config.limits.photos_per_session);
            if form.files.len() as u64 >= limit {
                return Err(Refusal::unprocessable(
                    "too_many_photos",
                    format!("At most {limit} files in one form."),
                ));
            }
            if let Some(file) = read_file(&mut field, context).await? {
                form.files.push((name, file));
            }
        } else if file_name(&field).is_some() {
            // A file that nobody asked for; what was asked for is missed below.
            while field
                .next()
                .await
                .transpose()
                .map_err(|error| broken(&error))?
                .is_some()
            {}
        } else {
            form.texts.insert(name, read_text(&mut field).await?);
        }
    }
    Ok(form)
}

/// `None` for what browsers send where no file was chosen: no name and no bytes.
async fn read_file(field: &mut Field, context: &Context) -> Result<Option<Received>, Refusal> {
    let limit = context.config.pictures.max_upload_bytes;
    let unnamed = file_name(field).is_some_and(str::is_empty);
    let mut incoming = Incoming::open(context, limit).await?;
    while let Some(chunk) = field.next().await {
        incoming.append(&chunk.map_err(|error| broken(&error))?).await?;
    }
    if unnamed && incoming.is_empty() {
        return Ok(None);
    }
    incoming.finish().await.map(Some)
}

fn file_name(field: &Field) -> Option<&str> {
    field
        .content_disposition()
        .and_then(|disposition| disposition.get_filename())
}

async fn read_text(field: &mut Field) -> Result<String, Refusal> {
    let bytes = field
        .bytes(MAX_TEXT)
        .await
        .map_err(|_| too_large(MAX_TEXT as u64))?;
    let bytes = bytes.map_err(|error| broken(&error))?;
    String::from_utf8(bytes.to_vec())
        .map_err(|_| Refusal::unprocessable("text_invalid", "The texts of a form must be UTF-8."))
}

/// What is wrong with a form that cannot be read.
pub(super) fn broken(error: &actix_multipart::MultipartError) -> Refusal {
    use actix_multipart::MultipartError as E;
    match error {
        E::ContentTypeMissing | E::ContentTypeParse | E::ContentTypeIncompatible => {
            let detail = "The body must be multipart/form-data.";
            Refusal::new(Kind::UnsupportedMedia, "form_expected", detail)
        }
        _ => Refusal::bad_request("form_malformed", "The form ends early or cannot be understood."),
    }
}

/// The parts of a form. actix-multipart panics when asked for more after its end or an error.
struct Parts {
    multipart: Multipart,
    ended: bool,
}

impl Parts {
    async fn next(&mut self) -> Result<Option<Field>, Refusal> {
        if self.ended {
            return Ok(None);
        }
        let next = self.multipart.next().await;
        self.ended = !matches!(next, Some(Ok(_)));
        next.transpose().map_err(|error| broken(&error))
    }

    async fn drain(&mut self) {
        let mut drained = 0;
        while let Ok(Some(mut field)) = self.next().await {
            while let Some(Ok(chunk)) = field.next().await {
                drained += chunk.len();
                if drained > DRAIN_BYTES {
                    return;
                }
            }
        }
    }
}
