//! `/themes`: what the guest picks.

use actix_web::{HttpRequest, HttpResponse, web};
use utoipa::ToSchema;

use super::callers::{Kiosk, Operator};
use super::finish::to_the_end;
use super::form::Form;
use super::idempotency::{IdempotencyKey, respond};
use crate::context::Context;
use crate::refusal::Refusal;
use crate::services::themes::{self, Draft};
use crate::services::views::{InternalThemeView, ThemeView};

pub(super) fn routes(config: &mut web::ServiceConfig) {
    config
        .service(
            web::resource("/themes")
                .route(web::get().to(list))
                .route(web::post().to(create)),
        )
        .service(web::resource("/themes/internal").route(web::get().to(list_internal)))
        .service(web::resource("/themes/internal/{theme_id}").route(web::get().to(show_internal)))
        .service(
            web::resource("/themes/{theme_id}")
                .route(web::patch().to(update))
                .route(web::delete().to(delete)),
        );
}

/// All themes in display order.
#[utoipa::path(get, path = "/api/v1/themes", tag = "Themes", responses((status = 200, body = Vec<ThemeView>)))]
pub(super) async fn list(
    _: Kiosk,
    context: web::Data<Context>,
) -> Result<web::Json<Vec<ThemeView>>, Refusal> {
    themes::list(&context).await.map(web::Json)
}

/// All themes with their prompts.
#[utoipa::path(get, path = "/api/v1/themes/internal", tag = "Themes", security(("operator" = [])),
    responses((status = 200, body = Vec<InternalThemeView>)))]
pub(super) async fn list_internal(
    _: Operator,
    context: web::Data<Context>,
) -> Result<web::Json<Vec<InternalThemeView>>, Refusal> {
    themes::list_internal(&context).await.map(web::Json)
}

/// One theme with its prompts.
#[utoipa::path(get, path = "/api/v1/themes/internal/{theme_id}", tag = "Themes", security(("operator" = [])),
    params(("theme_id" = String, Path)),
    responses((status = 200, body = InternalThemeView), (status = 404, body = super::problem::Problem)))]
pub(super) async fn show_internal(
    _: Operator,
    context: web::Data<Context>,
    id: web::Path<String>,
) -> Result<web::Json<InternalThemeView>, Refusal> {
    themes::show_internal(&context, &id).await.map(web::Json)
}

/// A theme.
#[derive(ToSchema)]
#[expect(dead_code, reason = "it only describes the form")]
pub(super) struct ThemeForm {
    /// Shown to guests; its slug becomes the id.
    title: String,
    /// For a paid generator.
    prompt: String,
    /// For a paid generator; empty clears it.
    negative_prompt: Option<String>,
    /// Such as `2:3`.
    aspect_ratio: Option<String>,
    /// JSON object: `recipe`, and whatever else a kiosk keeps there.
    params: Option<String>,
    /// A small picture of the look.
    #[schema(value_type = String, format = Binary)]
    thumbnail: Vec<u8>,
    /// A PNG laid over the photos; its transparent windows become slots where the recipe has none.
    #[schema(value_type = Option<String>, format = Binary)]
    overlay: Option<Vec<u8>>,
}

/// Makes a theme.
#[utoipa::path(post, path = "/api/v1/themes", tag = "Themes", security(("operator" = [])),
    params(("Idempotency-Key" = Option<String>, Header)),
    request_body(content = ThemeForm, content_type = "multipart/form-data"),
    responses((status = 200, body = InternalThemeView), (status = 422, body = super::problem::Problem)))]
pub(super) async fn create(
    _: Operator,
    context: web::Data<Context>,
    key: IdempotencyKey,
    request: HttpRequest,
    payload: web::Payload,
) -> Result<HttpResponse, Refusal> {
    let draft = read_draft(&context, &request, payload).await?;
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    let file = |file: &Option<crate::services::intake::Received>| {
        file.as_ref().map(|file| file.sha256.clone()).unwrap_or_default()
    };
    let once = key.once(
        "POST /themes",
        &[
            &text(&draft.title),
            &text(&draft.prompt),
            &text(&draft.negative_prompt),
            &text(&draft.aspect_ratio),
            &text(&draft.params),
            &file(&draft.thumbnail),
            &file(&draft.overlay),
        ],
    );
    let created = async move { themes::create(&context, draft, once).await };
    to_the_end(created).await.map(respond)
}

/// Changes a theme; fields that are not sent stay as they are.
#[utoipa::path(patch, path = "/api/v1/themes/{theme_id}", tag = "Themes", security(("operator" = [])),
    params(("theme_id" = String, Path)),
    request_body(content = ThemeForm, content_type = "multipart/form-data"),
    responses((status = 200, body = InternalThemeView), (status = 404, body = super::problem::Problem)))]
pub(super) async fn update(
    _: Operator,
    context: web::Data<Context>,
    id: web::Path<String>,
    request: HttpRequest,
    payload: web::Payload,
) -> Result<web::Json<InternalThemeView>, Refusal> {
    let draft = read_draft(&context, &request, payload).await?;
    let updated = async move { themes::update(&context, &id, draft).await };
    to_the_end(updated).await.map(web::Json)
}

/// Deletes a theme; jobs keep the look that they were accepted with.
#[utoipa::path(delete, path = "/api/v1/themes/{theme_id}", tag = "Themes", security(("operator" = [])),
    params(("theme_id" = String, Path)),
    responses((status = 204), (status = 404, body = super::problem::Problem)))]
pub(super) async fn delete(
    _: Operator,
    context: web::Data<Context>,
    id: web::Path<String>,
) -> Result<HttpResponse, Refusal> {
    themes::delete(&context, &id).await?;
    Ok(HttpResponse::NoContent().finish())
}

async fn read_draft(
    context: &Context,
    request: &HttpRequest,
    payload: web::Payload,
) -> Result<Draft, Refusal> {
    let mut form = Form::read(request, payload, context, &["thumbnail", "overlay"]).await?;
    Ok(Draft {
        title: form.text("title"),
        prompt: form.text("prompt"),
        negative_prompt: form.text("negative_prompt"),
        aspect_ratio: form.text("aspect_ratio").filter(|ratio| !ratio.is_empty()),
        params: form.text("params").filter(|params| !params.is_empty()),
        thumbnail: form.file("thumbnail"),
        overlay: form.file("overlay"),
    })
}
