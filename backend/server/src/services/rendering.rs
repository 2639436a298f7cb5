//! Rendering: from a job's photos to its three files on disk.

mod clips;
mod crew;
mod moving;
mod mp4;

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;

use boothline_domain::{AnimationFormat, JobMode};
use boothline_imaging::animation::Frames;
use boothline_imaging::limits::Limits;
use boothline_imaging::probe::Probe;
use boothline_imaging::recipe::{Canvas, Recipe};
use boothline_imaging::render::{
    Compressed, Outputs, Overlays, RenderError, RenderWarning, Rendered, Scene, memory_cost, plain_cost,
    render, render_plain,
};
use boothline_imaging::text::Variables;
use boothline_store::jobs::{Job, RenderedFiles};
use boothline_store::{overlays, photos};
use md5::{Digest, Md5};

use self::crew::Crew;
use self::mp4::Played;
use crate::config::CompressedSize;
use crate::context::Context;
use crate::places::{Places, write_whole};
use crate::refusal::Refusal;
use crate::services::intake;
use crate::services::jobs::Words;
use crate::services::overlays::LARGEST_OVERLAY;
use crate::services::themes::assets_of;
use crate::studio::TOO_COSTLY;

/// Why a job was not rendered.
#[derive(Debug, thiserror::Error)]
pub enum RenderingError {
    /// The photo or the look cannot become a picture, now or ever.
    #[error("{0}")]
    Hopeless(String),
    /// The disk, the database or the load; it may work later.
    #[error(transparent)]
    Later(Refusal),
}

impl From<Refusal> for RenderingError {
    fn from(refusal: Refusal) -> Self {
        if refusal.code == TOO_COSTLY {
            return Self::Hopeless(
                "The photos and the look together take more memory than MEMORY_BUDGET_MB allows;                  raise it and try again."
                    .to_owned(),
            );
        }
        Self::Later(refusal)
    }
}

impl From<std::io::Error> for RenderingError {
    fn from(error: std::io::Error) -> Self {
        Self::Later(error.into())
    }
}

impl From<boothline_store::StoreError> for RenderingError {
    fn from(error: boothline_store::StoreError) -> Self {
        Self::Later(error.into())
    }
}

impl From<RenderError> for RenderingError {
    fn from(error: RenderError) -> Self {
        Self::Hopeless(error.to_string())
    }
}

/// Everything that the drawing needs, gathered before it begins.
struct Order {
    mode: JobMode,
    recipe: Recipe,
    words: Words,
    qr_text: Option<String>,
    photos: Vec<PathBuf>,
    overlay: Option<PathBuf>,
    overlays: Arc<Overlays>,
    assets: HashMap<String, Vec<u8>>,
    outputs: Outputs,
    limits: Limits,
    /// Paths of result, compressed copy and thumbnail below the results folder.
    names: [String; 3],
}

/// A job whose files are on disk.
#[derive(Debug)]
pub struct Finished {
    /// What the row will say of them.
    pub files: RenderedFiles,
    /// The last line of the guest's progress.
    pub line: &'static str,
    /// What is odd about the picture.
    pub warnings: Vec<RenderWarning>,
    /// How many photos it is made of.
    pub photos: usize,
}

/// Renders a job and puts its files on disk. Twice yields the same files.
pub async fn render_job(context: &Context, job: &Job) -> Result<Finished, RenderingError> {
    let Drawn {
        mut files,
        frames,
        warnings,
        photos,
    } = draw_job(context, job).await?;
    let moved = match frames {
        Some(frames) => moving::film(context, job, frames, &mut files.animations).await?,
        None => Played::AllOrNone,
    };
    let line = match clips::play(context, job, &mut files.animations).await?.and(moved) {
        Played::AllOrNone => "Your picture is ready.",
        Played::Without => "Your picture is ready. There is no MP4 of it.",
    };
    Ok(Finished {
        files,
        line,
        warnings,
        photos,
    })
}

/// What the studio made: the files on disk, and the frames that ffmpeg is to make an MP4 of.
struct Drawn {
    files: RenderedFiles,
    frames: Option<Frames>,
    warnings: Vec<RenderWarning>,
    photos: usize,
}

async fn draw_job(context: &Context, job: &Job) -> Result<Drawn, RenderingError> {
    let order = gather(context, job).await?;
    let sizes: u64 = order
        .photos
        .iter()
        .filter_map(|path| path.metadata().ok())
        .map(|file| file.len())
        .sum();
    let (order, probes) = context.studio.run(sizes, move || probe_photos(order)).await??;
    let crew = Crew::within(context.studio.budget(), |threads| {
        sizes + cost(&order, &probes, threads)
    });
    let places = Arc::clone(&context.places);
    let drawn = context
        .studio
        .run(crew.cost, move || crew.draw(|| draw(&places, &order)));
    drawn.await?
}

/// What the drawing takes beside the photos' files, in bytes.
fn cost(order: &Order, probes: &[Probe], threads: usize) -> u64 {
    if order.mode == JobMode::Event {
        return memory_cost(&order.recipe, probes, threads);
    }
    if order.overlay.is_none() {
        return probes.first().map_or(0, plain_cost);
    }
    let (width, height) = LARGEST_OVERLAY;
    let laid_under = Recipe {
        canvas: Canvas {
            width,
            height,
            ..Canvas::default()
        },
        ..Recipe::default()
    };
    memory_cost(&laid_under, probes, threads)
}

async fn gather(context: &Context, job: &Job) -> Result<Order, RenderingError> {
    let db = context.database.reader();
    let hopeless = |error: serde_json::Error| RenderingError::Hopeless(error.to_string());
    let recipe =
        Recipe::from_json(&job.recipe).map_err(|error| RenderingError::Hopeless(error.to_string()))?;
    let originals = photos::of_job(db, job.id).await?;
    let overlay = match job.overlay_id {
        Some(id) => overlays::find(db, id)
            .await?
            .map(|overlay| context.places.overlays.join(overlay.file_name)),
        None => None,
    };
    Ok(Order {
        mode: job.mode,
        assets: assets_of(&context.places, &recipe).await?,
        words: serde_json::from_str(&job.variables).map_err(hopeless)?,
        qr_text: job.share_url.clone().or_else(|| job.download_link.clone()),
        photos: originals
            .iter()
            .map(|photo| context.places.originals.join(&photo.file_name))
            .collect(),
        overlay,
        overlays: Arc::clone(&context.overlays),
        outputs: outputs(context),
        limits: intake::limits(context),
        names: [
            job.result_image_path.clone(),
            job.compressed_image_path.clone(),
            job.thumbnail_image_path.clone(),
        ],
        recipe,
    })
}

/// What becomes of a finished picture, as configured.
pub fn outputs(context: &Context) -> Outputs {
    let pictures = &context.config.pictures;
    Outputs {
        result_quality: pictures.result_quality,
        compressed: match pictures.compressed_size {
            CompressedSize::LongEdge(edge) => Compressed::LongEdge(edge),
            CompressedSize::Exact { width, height } => Compressed::Exact(width, height),
        },
        compressed_quality: pictures.compressed_quality,
        thumbnail_edge: pictures.thumbnail_size,
        copyright: pictures.copyright.clone(),
    }
}

fn probe_photos(order: Order) -> Result<(Order, Vec<Probe>), RenderingError> {
    let mut probes = Vec::with_capacity(order.photos.len());
    for path in &order.photos {
        let probed = intake::probe_file(path, &order.limits).map_err(missing)?;
        probes.push(probed.map_err(|error| RenderingError::Hopeless(error.to_string()))?);
    }
    Ok((order, probes))
}

fn draw(places: &Places, order: &Order) -> Result<Drawn, RenderingError> {
    let photos: Vec<Vec<u8>> = order
        .photos
        .iter()
        .map(|path| std::fs::read(path).map_err(missing))
        .collect::<Result<_, _>>()?;
    let photos: Vec<&[u8]> = photos.iter().map(Vec::as_slice).collect();
    let overlay = order.overlay.as_ref().map(std::fs::read).transpose()?;
    let rendered = picture(order, &photos, overlay.as_deref())?;
    let [result, compressed, thumbnail] = &order.names;
    write_whole(&places.result(result), &rendered.result.bytes)?;
    write_whole(&places.result(compressed), &rendered.compressed.bytes)?;
    write_whole(&places.result(thumbnail), &rendered.thumbnail.bytes)?;
    let mut files = RenderedFiles {
        size: (rendered.result.width, rendered.result.height),
        result_md5: hex::encode(Md5::digest(&rendered.result.bytes)),
        compressed_md5: hex::encode(Md5::digest(&rendered.compressed.bytes)),
        animations: Vec::new(),
    };
    let warnings = rendered.warnings;
    let frames = moving::draw(places, order, &photos, overlay.as_deref(), &mut files.animations)?;
    Ok(Drawn {
        files,
        frames,
        warnings,
        photos: photos.len(),
    })
}

/// A photo that is gone will not come back by waiting.
fn missing(error: std::io::Error) -> RenderingError {
    match error.kind() {
        std::io::ErrorKind::NotFound => {
            RenderingError::Hopeless("A photo of this job is missing on the disk.".to_owned())
        }
        _ => error.into(),
    }
}

fn picture(order: &Order, photos: &[&[u8]], overlay: Option<&[u8]>) -> Result<Rendered, RenderingError> {
    if order.mode == JobMode::Debugging {
        let Some(photo) = photos.first() else {
            return Err(RenderingError::Hopeless(
                "The job has no photo any more.".to_owned(),
            ));
        };
        return Ok(render_plain(photo, overlay, &order.limits, &order.outputs)?);
    }
    Ok(render(&scene(order, photos, overlay, &variables(order)))?)
}

fn variables(order: &Order) -> Variables {
    Variables {
        event: order.words.event.clone(),
        date: order.words.date.clone(),
        time: order.words.time.clone(),
        guest: order.words.guest.clone(),
        count: order.words.count.clone(),
    }
}

fn scene<'a>(
    order: &'a Order,
    photos: &'a [&'a [u8]],
    overlay: Option<&'a [u8]>,
    variables: &'a Variables,
) -> Scene<'a> {
    Scene {
        recipe: &order.recipe,
        photos,
        assets: &order.assets,
        overlays: &order.overlays,
        overlay,
        variables,
        qr_text: order.qr_text.as_deref(),
        limits: &order.limits,
        outputs: &order.outputs,
    }
}

/// The name of a moving picture: the result's with another ending.
fn beside(result: &str, format: AnimationFormat) -> String {
    let stem = result.rsplit_once('.').map_or(result, |(stem, _)| stem);
    format!("{stem}.{format}")
}
