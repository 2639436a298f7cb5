//! The bytes of a file, whole or a range of them.

use actix_web::http::header::{ACCEPT_RANGES, CONTENT_RANGE, CONTENT_TYPE};
use actix_web::{HttpRequest, HttpResponse};
use bytes::Bytes;

use super::Answer;
use crate::error::ApiError;
use crate::shared::Shared;
use crate::world::Caller;

/// `GET files/{id}?alt=media`
pub(crate) fn media(shared: &Shared, request: &HttpRequest, caller: &Caller, id: &str) -> Answer {
    let world = shared.world();
    let file = world.visible(caller, id)?;
    let Some(content) = &file.content else {
        return Err(ApiError::new(
            403,
            "fileNotDownloadable",
            "Only files with binary content can be downloaded. Use Export with Docs Editors files.",
        )
        .at("parameter", "alt"));
    };
    let range = request.headers().get("range");
    let range = range.and_then(|value| value.to_str().ok());
    bytes_answer(&content.bytes, &file.mime_type, range)
}

/// 200 with all bytes, 206 with a range of them, or 416.
fn bytes_answer(bytes: &Bytes, mime_type: &str, range: Option<&str>) -> Answer {
    let size = bytes.len();
    let Some(range) = range.and_then(|range| range.strip_prefix("bytes=")) else {
        return Ok(HttpResponse::Ok()
            .insert_header((CONTENT_TYPE, mime_type))
            .insert_header((ACCEPT_RANGES, "bytes"))
            .body(bytes.clone()));
    };
    let Some((start, end)) = limits(range, size) else {
        return Ok(HttpResponse::RangeNotSatisfiable()
            .insert_header((CONTENT_RANGE, format!("bytes */{size}")))
            .body("Request range not satisfiable"));
    };
    Ok(HttpResponse::PartialContent()
        .insert_header((CONTENT_TYPE, mime_type))
        .insert_header((CONTENT_RANGE, format!("bytes {start}-{end}/{size}")))
        .body(bytes.slice(start..=end)))
}

/// First and last byte of `0-99`, `100-` or `-50`.
fn limits(range: &str, size: usize) -> Option<(usize, usize)> {
    let last = size.checked_sub(1)?;
    let (start, end) = range.split_once('-')?;
    let (start, end) = match (start.parse().ok(), end.parse().ok()) {
        (Some(start), Some(end)) => (start, std::cmp::min(end, last)),
        (Some(start), None) if end.is_empty() => (start, last),
        (None, Some(length)) if start.is_empty() && length > 0 => (size.saturating_sub(length), last),
        _ => return None,
    };
    (start <= end).then_some((start, end))
}

#[cfg(test)]
mod tests {
    use super::limits;

    #[test]
    fn ranges_stay_within_the_file() {
        assert_eq!(limits("0-1", 10), Some((0, 1)));
        assert_eq!(limits("4-", 10), Some((4, 9)));
        assert_eq!(limits("-3", 10), Some((7, 9)));
        assert_eq!(limits("8-99", 10), Some((8, 9)));
        assert_eq!(limits("10-", 10), None);
        assert_eq!(limits("0-", 0), None);
        assert_eq!(limits("x-y", 10), None);
    }
}
