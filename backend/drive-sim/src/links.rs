//! Pages and downloads as a guest without an account sees them.

use actix_web::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use actix_web::{HttpResponse, web};

use crate::drive::{Parameters, parameter};
use crate::shared::Shared;
use crate::world::{File, World};

/// Routes that links lead to.
pub(crate) fn routes(config: &mut web::ServiceConfig) {
    config
        .route("/file/d/{id}/view", web::get().to(view))
        .route("/file/d/{id}", web::get().to(view))
        .route("/drive/folders/{id}", web::get().to(view))
        .route("/open", web::get().to(open))
        .route("/uc", web::get().to(uc))
        .route("/download", web::get().to(download))
        .route("/signin", web::get().to(sign_in));
}

/// Why a link does not open.
enum Shut {
    /// No such file, or it is in the trash.
    Missing,
    /// Only for people who sign in.
    SignIn,
}

impl Shut {
    fn answer(&self) -> HttpResponse {
        match self {
            Self::Missing => missing(),
            Self::SignIn => HttpResponse::Found()
                .insert_header(("Location", "/signin"))
                .finish(),
        }
    }
}

/// The file, if the link opens it for a guest.
fn opened<'a>(world: &'a World, id: &str, query: &Parameters) -> Result<&'a File, Shut> {
    let file = world.lookup(id).ok_or(Shut::Missing)?;
    let right_key =
        file.resource_key.is_none() || file.resource_key.as_deref() == parameter(query, "resourcekey");
    if !world.is_public(file) || !right_key {
        return Err(Shut::SignIn);
    }
    if world.is_trashed(file) {
        return Err(Shut::Missing);
    }
    Ok(file)
}

async fn view(
    shared: web::Data<Shared>,
    id: web::Path<String>,
    query: web::Query<Parameters>,
) -> HttpResponse {
    let world = shared.world();
    match opened(&world, &id, &query) {
        Err(shut) => shut.answer(),
        Ok(file) => {
            let name = escape(&file.name);
            html(
                HttpResponse::Ok(),
                &format!(
                    "<!DOCTYPE html><html><head><title>{name} - Google Drive</title>\
                 <meta property=\"og:title\" content=\"{name}\"></head><body><h1>{name}</h1>\
                 <p><a href=\"/uc?id={id}&amp;export=download\">Download</a></p></body></html>",
                    id = file.id,
                ),
            )
        }
    }
}

async fn open(query: web::Query<Parameters>) -> HttpResponse {
    let Some(id) = parameter(&query, "id") else {
        return missing();
    };
    let location = format!("/file/d/{}/view", path_segment(id));
    HttpResponse::Found()
        .insert_header(("Location", location))
        .finish()
}

/// Google sends a download on to another host; here it is another path.
async fn uc(shared: web::Data<Shared>, query: web::Query<Parameters>) -> HttpResponse {
    let Some(id) = parameter(&query, "id") else {
        return missing();
    };
    let world = shared.world();
    match opened(&world, id, &query) {
        Err(shut) => shut.answer(),
        Ok(file) => {
            let key = file.resource_key.as_deref();
            let key = key.map_or_else(String::new, |key| format!("&resourcekey={key}"));
            let location = format!("/download?id={}&export=download{key}", file.id);
            HttpResponse::SeeOther()
                .insert_header(("Location", location))
                .finish()
        }
    }
}

async fn download(shared: web::Data<Shared>, query: web::Query<Parameters>) -> HttpResponse {
    let Some(id) = parameter(&query, "id") else {
        return missing();
    };
    let world = shared.world();
    let file = match opened(&world, id, &query) {
        Err(shut) => return shut.answer(),
        Ok(file) => file,
    };
    let Some(content) = &file.content else {
        return missing();
    };
    let name: String = file
        .name
        .chars()
        .map(|c| {
            if c.is_ascii_graphic() && c != '"' && c != '\\' {
                c
            } else {
                '_'
            }
        })
        .collect();
    HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, file.mime_type.as_str()))
        .insert_header((CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")))
        .body(content.bytes.clone())
}

async fn sign_in() -> HttpResponse {
    html(
        HttpResponse::Ok(),
        "<!DOCTYPE html><title>Sign in - Google Accounts</title><h1>Sign in</h1>\
         <p>You need an account that may see this file.</p>",
    )
}

fn missing() -> HttpResponse {
    html(
        HttpResponse::NotFound(),
        "<!DOCTYPE html><title>Page not found</title><p>Sorry, the file you have requested does not exist.</p>",
    )
}

fn html(mut answer: actix_web::HttpResponseBuilder, page: &str) -> HttpResponse {
    answer
        .content_type("text/html; charset=UTF-8")
        .body(page.to_owned())
}

fn path_segment(id: &str) -> String {
    id.chars()
        .filter(|c| c.is_ascii_alphanumeric() || *c == '-' || *c == '_')
        .collect()
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}
