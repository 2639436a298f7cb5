//! The pages, embedded in the binary: kiosk, console, API documentation.

use actix_web::http::header::{self, ETag, EntityTag, Header, IfNoneMatch};
use actix_web::middleware::DefaultHeaders;
use actix_web::{HttpRequest, HttpResponse, guard, web};
use rust_embed::{EmbeddedFile, RustEmbed};
use utoipa_swagger_ui::{Config, SwaggerUi};

use super::openapi;
use crate::refusal::Refusal;

/// Read from the folder itself in development builds.
#[derive(RustEmbed)]
#[folder = "../../static"]
struct Assets;

/// No script, style or picture from anywhere else, and nothing inline.
pub(super) const PAGE_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; \
    img-src 'self' blob: data:; media-src 'self' blob:; connect-src 'self'; font-src 'self'; manifest-src 'self'; \
    form-action 'self'; object-src 'none'; base-uri 'none'; frame-ancestors 'none'";

/// Swagger UI sets styles on its elements, and brings icons as data.
const DOCS_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; \
    img-src 'self' data:; connect-src 'self'; font-src 'self' data:; base-uri 'none'; frame-ancestors 'none'";

pub(super) fn routes(config: &mut web::ServiceConfig) {
    let read = || guard::Any(guard::Get()).or(guard::Head());
    config
        .service(web::resource(["/", "/kiosk"]).route(web::route().guard(read()).to(kiosk)))
        .service(web::resource("/console").route(web::route().guard(read()).to(console)))
        .service(web::resource("/assets/{path:.*}").route(web::route().guard(read()).to(asset)))
        .service(web::resource("/docs").route(web::get().to(docs)))
        .service(web::resource("/openapi.json").route(web::get().to(description)))
        .service(
            web::scope("/docs")
                .wrap(DefaultHeaders::new().add((header::CONTENT_SECURITY_POLICY, DOCS_POLICY)))
                .service(SwaggerUi::new("/{_:.*}").config(Config::from("/openapi.json"))),
        );
}

async fn kiosk(request: HttpRequest) -> Result<HttpResponse, Refusal> {
    serve(&request, "kiosk.html")
}

async fn console(request: HttpRequest) -> Result<HttpResponse, Refusal> {
    serve(&request, "console.html")
}

async fn docs() -> HttpResponse {
    HttpResponse::SeeOther()
        .insert_header((header::LOCATION, "/docs/index.html"))
        .finish()
}

async fn description() -> web::Json<utoipa::openapi::OpenApi> {
    web::Json(openapi::document())
}

async fn asset(request: HttpRequest, path: web::Path<String>) -> Result<HttpResponse, Refusal> {
    serve(&request, &path)
}

fn serve(request: &HttpRequest, path: &str) -> Result<HttpResponse, Refusal> {
    let unknown = || Refusal::not_found("not_found", "There is nothing at this address.");
    if path
        .split('/')
        .any(|part| part.is_empty() || part.starts_with('.'))
    {
        return Err(unknown());
    }
    let file = Assets::get(path).ok_or_else(unknown)?;
    let tag = EntityTag::new_strong(hex::encode(&file.metadata.sha256_hash()[..16]));
    let known = matches!(IfNoneMatch::parse(request), Ok(IfNoneMatch::Items(tags)) if tags.iter().any(|t| t.weak_eq(&tag)));
    let mut response = if known {
        HttpResponse::NotModified()
    } else {
        HttpResponse::Ok()
    };
    response
        .insert_header(ETag(tag))
        .insert_header((header::CACHE_CONTROL, "no-cache"))
        .insert_header((header::CONTENT_SECURITY_POLICY, PAGE_POLICY));
    Ok(if known {
        response.finish()
    } else {
        response
            .content_type(content_type(&file))
            .body(file.data.into_owned())
    })
}

fn content_type(file: &EmbeddedFile) -> String {
    let kind = file.metadata.mimetype();
    let text = kind.starts_with("text/") || kind.ends_with("json") || kind.ends_with("javascript");
    if text {
        format!("{kind}; charset=utf-8")
    } else {
        kind.to_owned()
    }
}
