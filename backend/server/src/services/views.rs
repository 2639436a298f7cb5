//! The shapes of the contract: what a session, a job or a theme looks like in JSON.

use boothline_domain::clock::Timestamp;
use boothline_domain::{AnimationFormat, DeliveryState, JobMode, JobStatus, SessionStatus};
use boothline_imaging::preview;
use boothline_store::animations::Animation;
use boothline_store::guests::Guest;
use boothline_store::jobs::Job;
use boothline_store::photos::Photo;
use boothline_store::sessions::Session;
use boothline_store::themes::Theme;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::services::intake::PREVIEW_EDGE;

/// One visit of a guest.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = Session)]
pub struct SessionView {
    /// Integer id.
    pub session_id: i64,
    /// How far the visit has come.
    #[schema(value_type = String, example = "photo_uploaded")]
    pub status: SessionStatus,
    /// Whose visit it is.
    pub user: UserView,
    /// The look that was picked.
    #[schema(example = "portrait")]
    pub theme_id: Option<String>,
    /// A small copy of the first input photo.
    #[schema(example = "/static/previews/5yx2k8m4v7qwj9r3tzn6ghcdae.jpg")]
    pub input_image_url: Option<String>,
    /// All input photos, as small copies, in order.
    pub input_image_urls: Vec<String>,
    /// All input photos, in order, with the sizes of their small copies.
    #[serde(default)]
    pub photos: Vec<PhotoView>,
    /// The newest job of this visit.
    pub latest_job: Option<JobView>,
}

/// A visit that has just taken photos.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Upload)]
pub struct UploadView {
    /// The visit.
    #[serde(flatten)]
    pub session: SessionView,
    /// What is wrong with photos of this request that were taken all the same; mostly nothing.
    pub warnings: Vec<WarningView>,
}

/// A fault of a photo that became a picture all the same.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Warning)]
pub struct WarningView {
    /// Which photo of the request, from 1.
    pub photo: u32,
    /// `photo_incomplete` or `photo_profile_ignored`.
    #[schema(example = "photo_incomplete")]
    pub code: String,
    /// One plain sentence.
    #[schema(example = "The photo is cut off: 63 % of it arrived.")]
    pub detail: String,
}

/// An input photo, as far as it is shown: by its small copy.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = Photo)]
pub struct PhotoView {
    /// The visit it belongs to.
    pub session_id: i64,
    /// Integer id.
    pub photo_id: i64,
    /// Its place among the session's photos, from 0.
    pub index: u32,
    /// The small copy: upright, sRGB, without metadata.
    #[schema(example = "/static/previews/5yx2k8m4v7qwj9r3tzn6ghcdae.jpg")]
    pub preview_url: String,
    /// Width of the small copy in pixels.
    pub width: u32,
    /// Height of the small copy in pixels.
    pub height: u32,
}

impl From<&Photo> for PhotoView {
    fn from(photo: &Photo) -> Self {
        let (width, height) = preview::size(photo.size, PREVIEW_EDGE);
        Self {
            session_id: photo.session_id.0,
            photo_id: photo.id.0,
            index: photo.position,
            preview_url: format!("/static/previews/{}", photo.preview_name),
            width,
            height,
        }
    }
}

/// A guest.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = User)]
pub struct UserView {
    /// Integer id.
    pub id: i64,
    /// Empty where the event asks for no details.
    pub name: String,
    /// In lower case.
    pub email: String,
    /// As given.
    pub phone: String,
}

impl From<Guest> for UserView {
    fn from(guest: Guest) -> Self {
        Self {
            id: guest.id.0,
            name: guest.name,
            email: guest.email,
            phone: guest.phone,
        }
    }
}

impl SessionView {
    /// The session with what belongs to it.
    pub fn new(session: Session, guest: Guest, photos: &[Photo], latest_job: Option<JobView>) -> Self {
        let photos: Vec<PhotoView> = photos.iter().map(PhotoView::from).collect();
        let urls: Vec<String> = photos.iter().map(|photo| photo.preview_url.clone()).collect();
        Self {
            session_id: session.id.0,
            status: session.status,
            user: guest.into(),
            theme_id: session.theme_id,
            input_image_url: urls.first().cloned(),
            input_image_urls: urls,
            photos,
            latest_job,
        }
    }
}

/// One result in the making.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[schema(as = Job)]
pub struct JobView {
    /// Integer id.
    pub job_id: i64,
    /// The visit whose photos it uses.
    pub session_id: i64,
    /// `queued`, `processing`, `done` or `failed`. `done` can be shown and printed.
    #[schema(value_type = String, example = "done")]
    pub status: JobStatus,
    /// `event` (the theme's look) or `debugging` (the photo as it is).
    #[schema(value_type = String, example = "event")]
    pub mode: JobMode,
    /// The picture laid over the result.
    pub overlay_url: Option<String>,
    /// The full result, once it is done.
    #[schema(example = "/static/results/20260614-210307-5yx2k8m4v7qwj9r3tzn6ghcdae.jpg")]
    pub result_url: Option<String>,
    /// The compressed copy, once it is done.
    pub compressed_url: Option<String>,
    /// A picture of 400 pixels, once it is done.
    pub thumbnail_url: Option<String>,
    /// The moving pictures, once it is done: of a clip, or of a look that moves.
    pub animations: Vec<AnimationView>,
    /// A link for people; known from the first answer.
    pub drive_link: Option<String>,
    /// A link to the bytes; known from the first answer.
    pub download_link: Option<String>,
    /// The page that a guest opens.
    pub share_url: Option<String>,
    /// The address of the QR code's PNG; known from the first answer.
    pub qr_url: Option<String>,
    /// The failure in one plain sentence.
    pub error_message: Option<String>,
    /// The failure's stable code.
    pub error_code: Option<String>,
    /// Progress for guests, one line a step.
    pub log_text: String,
    /// `pending`, `uploading`, `waiting`, `delivered` or `failed`.
    #[schema(value_type = String, example = "delivered")]
    pub delivery: DeliveryState,
    /// The delivery's state in plain words.
    pub delivery_message: Option<String>,
    /// The look it was accepted with.
    pub theme_id: Option<String>,
    /// Width of the result in pixels.
    pub width: Option<u32>,
    /// Height of the result in pixels.
    pub height: Option<u32>,
    /// RFC 3339, UTC.
    pub created_at: String,
    /// RFC 3339, UTC.
    pub updated_at: String,
}

impl JobView {
    /// The job; `overlay` is the name of its overlay's file.
    pub fn new(job: Job, overlay: Option<&str>) -> Self {
        let done = job.status == JobStatus::Done;
        Self {
            job_id: job.id.0,
            session_id: job.session_id.0,
            status: job.status,
            mode: job.mode,
            overlay_url: overlay.map(|name| format!("/static/overlays/{name}")),
            result_url: done.then(|| format!("/static/results/{}", job.result_image_path)),
            compressed_url: done.then(|| format!("/static/{}", job.compressed_image_path)),
            thumbnail_url: done.then(|| format!("/static/{}", job.thumbnail_image_path)),
            animations: if done {
                views_of(&job.animations)
            } else {
                Vec::new()
            },
            drive_link: job.drive_link,
            download_link: job.download_link,
            share_url: job.share_url,
            qr_url: job.qr_url,
            error_message: job.error_message,
            error_code: job.error_code,
            log_text: job.log_text,
            delivery: job.delivery,
            delivery_message: job.delivery_message,
            theme_id: job.theme_id,
            width: job.result_size.map(|size| size.0),
            height: job.result_size.map(|size| size.1),
            created_at: Timestamp::to_rfc3339(job.created_at),
            updated_at: Timestamp::to_rfc3339(job.updated_at),
        }
    }
}

/// A moving picture of a job.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[schema(as = Animation)]
pub struct AnimationView {
    /// `gif`, `webp` or `mp4`.
    #[schema(value_type = String, example = "mp4")]
    pub format: AnimationFormat,
    /// The file.
    #[schema(example = "/static/results/20260614-210307-5yx2k8m4v7qwj9r3tzn6ghcdae.mp4")]
    pub url: String,
    /// Its size.
    pub bytes: u64,
}

fn views_of(animations: &[Animation]) -> Vec<AnimationView> {
    let view = |animation: &Animation| AnimationView {
        format: animation.format,
        url: format!("/static/results/{}", animation.path),
        bytes: animation.bytes,
    };
    animations.iter().map(view).collect()
}

/// What a guest can pick.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = Theme)]
pub struct ThemeView {
    /// A slug.
    #[schema(example = "black-and-white")]
    pub id: String,
    /// Shown to guests.
    pub title: String,
    /// A small picture of the look.
    #[schema(example = "/static/themes/5yx2k8m4v7qwj9r3tzn6ghcdae.jpg")]
    pub thumbnail_url: String,
    /// `aspect_ratio`, and of ours `shots` and `recipe`.
    #[schema(value_type = Object)]
    pub params: serde_json::Value,
}

/// A theme as operators see it.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = InternalTheme)]
pub struct InternalThemeView {
    /// What guests see.
    #[serde(flatten)]
    pub theme: ThemeView,
    /// For a paid generator.
    pub prompt: String,
    /// For a paid generator.
    pub negative_prompt: Option<String>,
}

impl From<Theme> for ThemeView {
    fn from(theme: Theme) -> Self {
        Self {
            id: theme.id,
            title: theme.title,
            thumbnail_url: format!("/static/themes/{}", theme.thumbnail_name),
            params: serde_json::from_str(&theme.params).unwrap_or_default(),
        }
    }
}

impl From<Theme> for InternalThemeView {
    fn from(theme: Theme) -> Self {
        let (prompt, negative_prompt) = (theme.prompt.clone(), theme.negative_prompt.clone());
        Self {
            theme: theme.into(),
            prompt,
            negative_prompt,
        }
    }
}

/// A finished picture in the gallery.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = GalleryItem)]
pub struct GalleryView {
    /// The job's id.
    pub id: i64,
    /// The compressed copy.
    pub url: String,
    /// A picture of 400 pixels.
    pub thumbnail_url: String,
    /// A link for people.
    pub drive_link: Option<String>,
    /// A link to the bytes.
    pub download_link: Option<String>,
    /// The address of the QR code's PNG.
    pub qr_url: Option<String>,
}

impl From<Job> for GalleryView {
    fn from(job: Job) -> Self {
        Self {
            id: job.id.0,
            url: format!("/static/{}", job.compressed_image_path),
            thumbnail_url: format!("/static/{}", job.thumbnail_image_path),
            drive_link: job.drive_link,
            download_link: job.download_link,
            qr_url: job.qr_url,
        }
    }
}

/// A page of jobs, newest first.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = JobPage)]
pub struct JobPageView {
    /// The jobs.
    pub items: Vec<JobView>,
    /// For the next page; null on the last one.
    pub next_cursor: Option<String>,
}

/// An overlay that was taken.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = Overlay)]
pub struct OverlayView {
    /// For `overlay_url` of `POST /jobs`.
    #[schema(example = "/static/overlays/5yx2k8m4v7qwj9r3tzn6ghcdae.png")]
    pub overlay_url: String,
    /// In pixels.
    pub width: u32,
    /// In pixels.
    pub height: u32,
}
