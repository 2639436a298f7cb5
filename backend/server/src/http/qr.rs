//! `/drive/qr`: a link as a QR code.

use actix_web::http::header::{self, ETag, EntityTag, Header, IfNoneMatch};
use actix_web::{
    HttpRequest, HttpResponse, guard,
    web::{self, Query},
};
use boothline_imaging::qr::{self, QrError};
use serde::Deserialize;
use sha2::{Digest, Sha256};
use url::Url;
use utoipa::IntoParams;

use crate::context::Context;
use crate::refusal::Refusal;

const MAX_URL: usize = 2048;
const SMALLEST: u32 = 120;
const LARGEST: u32 = 1024;

pub(super) fn routes(config: &mut web::ServiceConfig) {
    let read = guard::Any(guard::Get()).or(guard::Head());
    config.service(web::resource("/drive/qr").route(web::route().guard(read).to(draw)));
}

/// What to draw.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Draw {
    /// An `http` or `https` address of at most 2048 bytes.
    url: Option<String>,
    /// Pixels on a side, an integer; clamped to 120–1024; 360 where it is left out.
    size: Option<String>,
    /// `png` (the default) or `svg`.
    format: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Format {
    Png,
    Svg,
}

/// A link as a QR code with error correction M.
#[utoipa::path(get, path = "/api/v1/drive/qr", tag = "Drive", params(Draw),
    responses((status = 200, content((Vec<u8> = "image/png"), (String = "image/svg+xml"))),
        (status = 304, description = "The client has it already"),
        (status = 422, description = "No such link, or too much text for the size", body = super::problem::Problem)))]
pub(super) async fn draw(
    request: HttpRequest,
    context: web::Data<Context>,
    query: Query<Draw>,
) -> Result<HttpResponse, Refusal> {
    let link = checked_link(query.url.as_deref().unwrap_or_default(), &allowed_hosts(&context))?;
    let size = size(query.size.as_deref())?;
    let format = format(query.format.as_deref())?;
    let tag = EntityTag::new_strong(digest(link, size, format));
    if has_it(&request, &tag) {
        return Ok(HttpResponse::NotModified()
            .insert_header(ETag(tag))
            .insert_header(IMMUTABLE)
            .finish());
    }
    let (kind, body) = match format {
        Format::Png => ("image/png", qr::png(link, size).map_err(refused)?),
        Format::Svg => ("image/svg+xml", qr::svg(link).map_err(refused)?.into_bytes()),
    };
    Ok(HttpResponse::Ok()
        .content_type(kind)
        .insert_header(ETag(tag))
        .insert_header(IMMUTABLE)
        .insert_header(("Cross-Origin-Resource-Policy", "cross-origin"))
        .insert_header((
            header::CONTENT_SECURITY_POLICY,
            "default-src 'none'; style-src 'unsafe-inline'; sandbox",
        ))
        .body(body))
}

const IMMUTABLE: (header::HeaderName, &str) = (header::CACHE_CONTROL, "public, max-age=31536000, immutable");

fn has_it(request: &HttpRequest, tag: &EntityTag) -> bool {
    match IfNoneMatch::parse(request) {
        Ok(IfNoneMatch::Any) => request.headers().contains_key(header::IF_NONE_MATCH),
        Ok(IfNoneMatch::Items(tags)) => tags.iter().any(|known| known.weak_eq(tag)),
        Err(_) => false,
    }
}

fn digest(link: &str, size: u32, format: Format) -> String {
    let digest = Sha256::digest(format!("{size} {format:?} {link}"));
    hex::encode(&digest[..16])
}

/// Where a list is set, our own links are on it: the addresses that jobs answer must work.
fn allowed_hosts(context: &Context) -> Vec<String> {
    let mut hosts = context.config.access.qr_allowed_hosts.clone();
    if !hosts.is_empty() {
        hosts.push(context.config.server.link_base().host());
        hosts.push(context.config.delivery.drive_link_url.host());
    }
    hosts
}

fn checked_link<'a>(link: &'a str, allowed: &[String]) -> Result<&'a str, Refusal> {
    let invalid = |detail: &'static str| Refusal::unprocessable("qr_url_invalid", detail);
    if link.is_empty() || link.len() > MAX_URL {
        return Err(invalid("url must be an address of 1 to 2048 bytes."));
    }
    if link
        .chars()
        .any(|character| character.is_control() || character.is_whitespace())
    {
        return Err(invalid("url must not hold spaces or control characters."));
    }
    let url = Url::parse(link).map_err(|_| invalid("url is not an address."))?;
    if !matches!(url.scheme(), "http" | "https")
        || !link
            .to_ascii_lowercase()
            .starts_with(&format!("{}://", url.scheme()))
    {
        return Err(invalid("url must begin with http:// or https://."));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(invalid("url must not hold a user name or password."));
    }
    let host = url.host_str().unwrap_or_default();
    if host.is_empty() {
        return Err(invalid("url must name a host."));
    }
    if !allowed.is_empty() && !allowed.iter().any(|allowed| allowed.eq_ignore_ascii_case(host)) {
        return Err(Refusal::unprocessable(
            "qr_host_not_allowed",
            "This host is not in QR_ALLOWED_HOSTS.",
        ));
    }
    Ok(link)
}

/// Any integer, however large, clamped. Errors: 422 for anything else.
fn size(text: Option<&str>) -> Result<u32, Refusal> {
    let Some(text) = text else { return Ok(360) };
    let (negative, digits) = match text.strip_prefix('-') {
        Some(digits) => (true, digits),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(Refusal::unprocessable(
            "qr_size_invalid",
            "size must be an integer.",
        ));
    }
    let size = if negative {
        0
    } else {
        digits.parse().unwrap_or(u32::MAX)
    };
    Ok(size.clamp(SMALLEST, LARGEST))
}

fn format(text: Option<&str>) -> Result<Format, Refusal> {
    match text {
        None | Some("png") => Ok(Format::Png),
        Some("svg") => Ok(Format::Svg),
        Some(_) => Err(Refusal::unprocessable(
            "qr_format_invalid",
            "format must be png or svg.",
        )),
    }
}

fn refused(error: QrError) -> Refusal {
    match error {
        QrError::Write => Refusal::internal(error),
        _ => Refusal::unprocessable(error.code(), format!("{error}.")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_plain_web_addresses_become_codes() {
        assert!(checked_link("https://drive.google.com/uc?id=a&export=download", &[]).is_ok());
        for bad in [
            "",
            "javascript:alert(1)",
            "file:///etc/passwd",
            "http://",
            "https://user@host/",
            "https://u:p@h/",
            "http://a b/",
            "http://h/\r\nX: y",
            "http:/one-slash",
            "data:text/html,x",
            "//host/x",
            "http://h/\u{7f}",
        ] {
            assert_eq!(
                checked_link(bad, &[]).unwrap_err().code,
                "qr_url_invalid",
                "{bad:?}"
            );
        }
        assert!(checked_link(&format!("http://h/{}", "x".repeat(2040)), &[]).is_err());
    }

    #[test]
    fn only_listed_hosts_pass_where_a_list_is_set() {
        let allowed = ["drive.google.com".to_owned()];
        assert!(checked_link("https://Drive.Google.com/x", &allowed).is_ok());
        for foreign in [
            "https://drive.google.com.evil.example/",
            "https://evil.example/?drive.google.com",
        ] {
            assert_eq!(
                checked_link(foreign, &allowed).unwrap_err().code,
                "qr_host_not_allowed"
            );
        }
    }

    #[test]
    fn any_integer_is_a_size_and_nothing_else_is() {
        assert_eq!(size(None).unwrap(), 360);
        let sizes = [
            ("1", 120),
            ("-5", 120),
            ("0", 120),
            ("500", 500),
            ("+200", 200),
            ("99999999999999999999", 1024),
        ];
        for (text, expected) in sizes {
            assert_eq!(size(Some(text)).unwrap(), expected, "{text}");
        }
        for bad in ["", "x", "36.5", "1e3", "- 5", "0x10", "٣"] {
            assert_eq!(size(Some(bad)).unwrap_err().code, "qr_size_invalid", "{bad}");
        }
    }
}
