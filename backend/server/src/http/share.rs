//! `/p/{code}`: the page that a guest opens.

use actix_web::http::header::{self, ContentDisposition, DispositionParam, DispositionType};
use actix_web::{HttpResponse, web};
use askama::Template;
use boothline_store::jobs::Job;
use serde::Serialize;
use utoipa::ToSchema;

use super::pages::PAGE_POLICY;
use crate::context::Context;
use crate::refusal::Refusal;
use crate::services::share::{self, Shared};

pub(super) fn routes(config: &mut web::ServiceConfig) {
    config
        .service(
            web::resource("/p/{code}")
                .route(web::get().to(page))
                .route(web::head().to(page)),
        )
        .service(web::resource("/p/{code}/status").route(web::get().to(status)))
        .service(web::resource("/p/{code}/download").route(web::get().to(download)));
}

#[derive(Template)]
#[template(path = "guest.html")]
struct GuestPage {
    title: String,
    event_name: String,
    state: &'static str,
    page_url: String,
    image_url: String,
    /// What an image element shows: what moves, where there is something.
    moving_url: String,
    /// What a video element shows.
    film_url: Option<String>,
    thumbnail_url: String,
    download_url: String,
    file_name: String,
    width: u32,
    height: u32,
    others: Vec<OtherPicture>,
}

struct OtherPicture {
    page_url: String,
    thumbnail_url: String,
}

#[derive(Template)]
#[template(path = "gone.html")]
struct GonePage {
    event_name: String,
}

async fn page(context: web::Data<Context>, code: web::Path<String>) -> Result<HttpResponse, Refusal> {
    let event_name = event_name(&context);
    let Some(shared) = share::open(&context, &code).await? else {
        let body = GonePage { event_name }.render().map_err(Refusal::internal)?;
        return Ok(html(HttpResponse::NotFound(), body));
    };
    let body = guest_page(&context, shared, event_name)
        .render()
        .map_err(Refusal::internal)?;
    Ok(html(HttpResponse::Ok(), body))
}

fn event_name(context: &Context) -> String {
    match context.config.event.name.as_str() {
        "" => "Photo booth".to_owned(),
        name => name.to_owned(),
    }
}

fn guest_page(context: &Context, shared: Shared, event_name: String) -> GuestPage {
    let base = context.config.server.link_base();
    let job = shared.job;
    let (width, height) = shown_size(&job);
    GuestPage {
        title: format!("Your picture · {event_name}"),
        event_name,
        state: share::state(&job),
        page_url: base.join(&format!("/p/{}", job.share_code)),
        image_url: format!("/static/{}", job.compressed_image_path),
        moving_url: share::moving_image(&job),
        film_url: share::film(&job),
        thumbnail_url: base.join(&format!("/static/{}", job.thumbnail_image_path)),
        download_url: format!("/p/{}/download", job.share_code),
        file_name: file_name(&job),
        width,
        height,
        others: shared.others.iter().map(other).collect(),
    }
}

fn other(job: &Job) -> OtherPicture {
    OtherPicture {
        page_url: format!("/p/{}", job.share_code),
        thumbnail_url: format!("/static/{}", job.thumbnail_image_path),
    }
}

/// The proportions of the picture are what the page needs to keep its place free.
fn shown_size(job: &Job) -> (u32, u32) {
    job.result_size.unwrap_or((2, 3))
}

/// Says when the picture was taken and nothing else.
fn file_name(job: &Job) -> String {
    let kept = share::kept(job);
    let extension = kept.rsplit('.').next().unwrap_or("jpg");
    format!(
        "photo-{}.{extension}",
        job.created_at.local().format("%Y%m%d-%H%M%S")
    )
}

fn html(mut response: actix_web::HttpResponseBuilder, body: String) -> HttpResponse {
    response
        .content_type("text/html; charset=utf-8")
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .insert_header(("X-Robots-Tag", "noindex, nofollow"))
        .insert_header((header::CONTENT_SECURITY_POLICY, PAGE_POLICY))
        .body(body)
}

/// How far a shared picture is.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ShareStatus {
    /// `developing`, `ready` or `failed`.
    #[schema(example = "ready")]
    state: &'static str,
    /// The picture, once it is ready.
    image_url: Option<String>,
}

/// How far a shared picture is.
#[utoipa::path(get, path = "/p/{code}/status", tag = "Guests", params(("code" = String, Path)),
    responses((status = 200, body = ShareStatus), (status = 404, body = super::problem::Problem)))]
pub(super) async fn status(
    context: web::Data<Context>,
    code: web::Path<String>,
) -> Result<web::Json<ShareStatus>, Refusal> {
    let job = share::open(&context, &code).await?.ok_or_else(gone)?.job;
    let state = share::state(&job);
    let image_url = (state == "ready").then(|| format!("/static/{}", job.compressed_image_path));
    Ok(web::Json(ShareStatus { state, image_url }))
}

/// What moves, else the compressed copy, as a file to keep: phones save what is marked as an attachment.
#[utoipa::path(get, path = "/p/{code}/download", tag = "Guests", params(("code" = String, Path)),
    responses((status = 200, content_type = "image/jpeg"), (status = 404, body = super::problem::Problem)))]
pub(super) async fn download(
    request: actix_web::HttpRequest,
    context: web::Data<Context>,
    code: web::Path<String>,
) -> Result<HttpResponse, Refusal> {
    let job = share::open(&context, &code).await?.ok_or_else(gone)?.job;
    let path = context.places.result(share::kept(&job));
    let file = actix_files::NamedFile::open(path).map_err(|_| gone())?;
    let disposition = ContentDisposition {
        disposition: DispositionType::Attachment,
        parameters: vec![DispositionParam::Filename(file_name(&job))],
    };
    Ok(file.set_content_disposition(disposition).into_response(&request))
}

/// Unknown, expired and deleted look the same.
fn gone() -> Refusal {
    Refusal::not_found("share_not_found", "There is no picture here (any more).")
}
