//! `/static`: results and other pictures, each under a name that nobody guesses.

use std::path::{Path, PathBuf};

use actix_files::NamedFile;
use actix_web::http::header::{self, HeaderName, HeaderValue};
use actix_web::{HttpRequest, HttpResponse, guard, web};

use crate::context::Context;
use crate::refusal::Refusal;
use crate::services::looks::{BUILT_IN, draw_thumbnail};

/// A file never changes under its name.
const IMMUTABLE: &str = "public, max-age=31536000, immutable";
/// A thumbnail that we draw may change with the next version.
const AN_HOUR: &str = "public, max-age=3600";

pub(super) fn routes(config: &mut web::ServiceConfig) {
    let read = || guard::Any(guard::Get()).or(guard::Head());
    config.service(web::resource("/static/{folder}/{name}").route(web::route().guard(read()).to(serve)));
}

async fn serve(
    request: HttpRequest,
    context: web::Data<Context>,
    path: web::Path<(String, String)>,
) -> Result<HttpResponse, Refusal> {
    let (folder, name) = path.into_inner();
    let folder = folder_of(&context, &folder).ok_or_else(unknown)?;
    let file = folder.join(plain(&name).ok_or_else(unknown)?);
    let drawn = name.starts_with(BUILT_IN) && folder == context.places.themes;
    if drawn && !file.is_file() {
        draw_thumbnail(&context, &name).await?;
    }
    let file = open(&file).await?;
    let mut response = file
        .use_etag(true)
        .use_last_modified(true)
        .prefer_utf8(false)
        .into_response(&request);
    let headers = response.headers_mut();
    let caching = if drawn { AN_HOUR } else { IMMUTABLE };
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(caching));
    headers.insert(
        HeaderName::from_static("cross-origin-resource-policy"),
        HeaderValue::from_static("cross-origin"),
    );
    headers.insert(
        header::CONTENT_SECURITY_POLICY,
        HeaderValue::from_static("default-src 'none'; sandbox"),
    );
    Ok(response)
}

fn folder_of(context: &Context, folder: &str) -> Option<PathBuf> {
    let places = &context.places;
    match folder {
        "results" => Some(places.results.clone()),
        "compressed" | "thumbs" => Some(places.results.join(folder)),
        "previews" => Some(places.previews.clone()),
        "themes" => Some(places.themes.clone()),
        "overlays" => Some(places.overlays.clone()),
        _ => None,
    }
}

/// A file name of ours: no path, nothing hidden, a picture, still or moving.
fn plain(name: &str) -> Option<&str> {
    let (stem, extension) = name.rsplit_once('.')?;
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    let picture = matches!(extension, "jpg" | "png" | "gif" | "webp" | "mp4");
    (picture && !stem.is_empty() && stem.len() <= 128 && stem.bytes().all(allowed)).then_some(name)
}

async fn open(path: &Path) -> Result<NamedFile, Refusal> {
    let regular = tokio::fs::symlink_metadata(path)
        .await
        .is_ok_and(|file| file.is_file());
    if !regular {
        return Err(unknown());
    }
    NamedFile::open(path).map_err(|_| unknown())
}

fn unknown() -> Refusal {
    Refusal::not_found("file_not_found", "There is no such picture.")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_of_pictures_are_looked_up() {
        assert_eq!(plain("20260614-210307-abc.jpg"), Some("20260614-210307-abc.jpg"));
        assert_eq!(plain("20260614-210307-abc.mp4"), Some("20260614-210307-abc.mp4"));
        for name in [
            "",
            ".jpg",
            "a",
            "a.db",
            "../a.jpg",
            "a/b.jpg",
            "a.b.jpg",
            "a%2e.jpg",
            "a\0.jpg",
            ".env",
            "a.jpg.tmp",
        ] {
            assert_eq!(plain(name), None, "{name:?}");
        }
    }
}
