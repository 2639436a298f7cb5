//! Taking in files: streamed to a part-file while counted and hashed, then looked at.

pub mod clips;

use std::io::Read;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use boothline_domain::SessionId;
use boothline_domain::clock::Timestamp;
use boothline_imaging::error::{PhotoError, Warning};
use boothline_imaging::limits::Limits;
use boothline_imaging::preview;
use boothline_imaging::probe::{Format, Probe, probe, probe_header};
use boothline_imaging::render::dearest_cost;
use boothline_store::photos::{NewPhoto, Photo};
use boothline_store::{events, photos};
use sea_orm::ConnectionTrait;
use sha2::{Digest, Sha256};
use tokio::io::{AsyncWriteExt, BufWriter};
use tokio::runtime::Handle;
use tokio::task::JoinHandle;

use crate::config;
use crate::context::Context;
use crate::places::{self, Places, random_name, remove_quietly};
use crate::refusal::{Kind, Refusal, disk_full};
use crate::services::status;

/// Long edge of the small copy that kiosks show while the result is made, in pixels.
pub const PREVIEW_EDGE: u32 = 800;

/// Reading a header never takes more than this beside the file itself, in bytes.
pub const PROBE_COST: u64 = 1024 * 1024;

/// Small chunks from the network are collected up to so many bytes.
const WRITTEN_AT_ONCE: usize = 256 * 1024;

/// Cameras write their header, with a thumbnail and a colour profile, into the first bytes.
const HEAD: u64 = 256 * 1024;

/// A file that is still arriving. Dropped before it is finished, it leaves nothing behind.
#[derive(Debug)]
pub struct Incoming {
    part: PartFile,
    file: BufWriter<tokio::fs::File>,
    hash: Sha256,
    bytes: u64,
    limit: u64,
}

/// A file that has arrived whole. Dropped, it is deleted.
#[derive(Debug)]
pub struct Received {
    part: PartFile,
    /// The disk takes its time; the file is looked at meanwhile.
    safe: JoinHandle<std::io::Result<()>>,
    /// Of its bytes, in hex.
    pub sha256: String,
    /// Its size.
    pub bytes: u64,
}

#[derive(Debug)]
struct PartFile(PathBuf);

impl PartFile {
    fn keep(&mut self) {
        self.0 = PathBuf::new();
    }
}

impl Drop for PartFile {
    fn drop(&mut self) {
        if !self.0.as_os_str().is_empty() {
            remove_quietly(&self.0);
        }
    }
}

impl Incoming {
    /// Opens a part-file that takes at most `limit` bytes. Errors: 507 `disk_full` where
    /// less is left than `MIN_FREE_DISK_MB`, so that photos in hand can still be finished.
    pub async fn open(context: &Context, limit: u64) -> Result<Self, Refusal> {
        if status::disk(context)?.low {
            return Err(disk_full());
        }
        let path = context.places.incoming.join(format!("{}.part", random_name()));
        // File and guard are made at once: where the kiosk hangs up meanwhile, both are dropped together.
        let opened = tokio::task::spawn_blocking(move || {
            let mut options = std::fs::OpenOptions::new();
            let file = options.write(true).create_new(true).mode(0o600).open(&path)?;
            Ok::<_, std::io::Error>((PartFile(path), file))
        });
        let (part, file) = opened.await.map_err(Refusal::internal)??;
        let file = tokio::fs::File::from_std(file);
        Ok(Self {
            part,
            file: BufWriter::with_capacity(WRITTEN_AT_ONCE, file),
            hash: Sha256::new(),
            bytes: 0,
            limit,
        })
    }

    /// Appends bytes. Errors: 413 `file_too_large` past the limit; disk faults.
    pub async fn append(&mut self, chunk: &[u8]) -> Result<(), Refusal> {
        self.bytes += chunk.len() as u64;
        if self.bytes > self.limit {
            return Err(too_large(self.limit));
        }
        self.hash.update(chunk);
        Ok(self.file.write_all(chunk).await?)
    }

    /// Whether nothing has arrived.
    pub fn is_empty(&self) -> bool {
        self.bytes == 0
    }

    /// Ends the file, and begins to put it safely on disk.
    pub async fn finish(mut self) -> Result<Received, Refusal> {
        if self.bytes == 0 {
            return Err(photo_refused(&PhotoError::Empty));
        }
        self.file.flush().await?;
        let file = self.file.into_inner().into_std().await;
        Ok(Received {
            part: self.part,
            safe: tokio::task::spawn_blocking(move || file.sync_all()),
            sha256: hex::encode(self.hash.finalize()),
            bytes: self.bytes,
        })
    }
}

/// 413 for a file past `limit` bytes.
pub fn too_large(limit: u64) -> Refusal {
    let megabytes = limit / (1024 * 1024);
    Refusal::new(
        Kind::TooLarge,
        "file_too_large",
        format!("The file is larger than the {megabytes} MB that are taken."),
    )
}

impl Received {
    /// Where the bytes are.
    pub fn path(&self) -> &Path {
        &self.part.0
    }

    /// Waits until the bytes are safe, and moves the file to its lasting name; from then on it is not deleted here
    /// any more. Only for threads that may block.
    pub fn publish(mut self, to: &Path) -> std::io::Result<()> {
        Handle::current().block_on(&mut self.safe)??;
        places::publish(&self.part.0, to)?;
        self.part.keep();
        Ok(())
    }
}

/// A photo on disk under its lasting names, whose row is not written yet.
/// Dropped before [`StoredPhoto::keep`], its files are deleted.
#[derive(Debug)]
pub struct StoredPhoto {
    /// What the row will say.
    pub row: NewPhoto,
    /// What is wrong with it although it became a picture.
    pub warnings: Vec<Warning>,
    files: Vec<Published>,
}

impl StoredPhoto {
    /// The row is committed: the files stay.
    pub fn keep(self) {
        self.files.into_iter().for_each(Published::keep);
    }
}

/// Writes the rows of photos that were stored, behind the session's others; their commit announces them.
///
/// Errors: 507 `photos_full` where all photos together would take more than `MAX_STORED_PHOTOS_MB`.
pub async fn add_rows(
    tx: &impl ConnectionTrait,
    session: SessionId,
    rows: &[NewPhoto],
    limits: &config::Limits,
    now: Timestamp,
) -> Result<Vec<Photo>, Refusal> {
    let mut added = Vec::with_capacity(rows.len());
    for row in rows {
        let photo = photos::add(tx, session, row, now).await?;
        events::announce_photo(tx, photo.id).await?;
        added.push(photo);
    }
    if let Some(most) = limits.stored_bytes
        && photos::stored_bytes(tx).await? > most
    {
        return Err(photos_full());
    }
    Ok(added)
}

fn photos_full() -> Refusal {
    let detail = "This booth has taken as many photos as it may keep; please tell the people at the booth.";
    Refusal {
        retry_after: Some(30),
        ..Refusal::new(Kind::StorageFull, "photos_full", detail)
    }
    .because("all photos take MAX_STORED_PHOTOS_MB: raise it, or delete jobs that nobody needs")
}

/// A file under its lasting name whose row is not written yet. Dropped before
/// [`Published::keep`], it is deleted.
#[derive(Debug)]
pub struct Published(PartFile);

impl Published {
    /// Watches over the file at `path`.
    pub fn new(path: PathBuf) -> Self {
        Self(PartFile(path))
    }

    /// The row is committed: the file stays.
    pub fn keep(mut self) {
        self.0.keep();
    }
}

/// Bytes of a decoded picture of this size with an alpha channel.
pub const fn decoded_size((width, height): (u32, u32)) -> u64 {
    width as u64 * height as u64 * 4
}

/// Stores what has arrived: a photo, or a clip with its poster for a photo.
///
/// Errors: 4xx for what cannot become a picture.
pub async fn store(context: &Context, received: Received) -> Result<StoredPhoto, Refusal> {
    if clips::is_clip(received.path())? {
        return clips::store_clip(context, received).await;
    }
    store_photo(context, received).await
}

/// Looks at a photo that has arrived, refuses what cannot become a picture, and
/// stores the original with its small copy.
///
/// The small copy comes from a decode of every scan, and the memory of the
/// dearest look is asked for: a photo that passes here renders later.
pub async fn store_photo(context: &Context, received: Received) -> Result<StoredPhoto, Refusal> {
    let limits = limits(context);
    let path = received.path().to_owned();
    let looked = context.studio.run(received.bytes + PROBE_COST, move || {
        probe_file(&path, &limits)?.map_err(|error| photo_refused(&error))
    });
    let probe = looked.await??;
    context.studio.afford(received.bytes + dearest_cost(&probe))?;
    let cost = received.bytes + preview::cost(&probe, PREVIEW_EDGE);
    let places = std::sync::Arc::clone(&context.places);
    context
        .studio
        .run(cost, move || decode_and_publish(&places, received, &limits))
        .await?
}

fn decode_and_publish(places: &Places, received: Received, limits: &Limits) -> Result<StoredPhoto, Refusal> {
    let bytes = std::fs::read(received.path())?;
    let small = preview::preview(&bytes, limits, PREVIEW_EDGE).map_err(|error| photo_refused(&error))?;
    let name = random_name();
    let extension = small.probe.format.extension();
    let (width, height) = small.probe.size();
    let row = NewPhoto {
        file_name: format!("{name}.{extension}"),
        preview_name: format!("{}.jpg", random_name()),
        clip_name: None,
        sha256: received.sha256.clone(),
        bytes: received.bytes,
        width,
        height,
    };
    let original = places.originals.join(&row.file_name);
    let shown = places.previews.join(&row.preview_name);
    received.publish(&original)?;
    let stored = StoredPhoto {
        row,
        warnings: small.warnings,
        files: vec![Published::new(original), Published::new(shown.clone())],
    };
    places::write_whole(&shown, &small.jpeg)?;
    Ok(stored)
}

/// What a photo's header says: of a JPEG that says it early the rest is not read.
///
/// Enough to foretell the memory of a decode, which has to look at the whole file once more.
pub fn probe_file(path: &Path, limits: &Limits) -> std::io::Result<Result<Probe, PhotoError>> {
    let mut file = std::fs::File::open(path)?;
    let mut bytes = Vec::new();
    (&mut file).take(HEAD).read_to_end(&mut bytes)?;
    if bytes.len() as u64 == HEAD
        && let Ok(Some(probe)) = probe_header(&bytes, limits)
        && probe.format == Format::Jpeg
    {
        return Ok(Ok(probe));
    }
    file.read_to_end(&mut bytes)?;
    Ok(probe(&bytes, limits))
}

/// The limits for one photo, as configured.
pub fn limits(context: &Context) -> Limits {
    let pictures = &context.config.pictures;
    Limits {
        max_bytes: pictures.max_upload_bytes,
        max_pixels: pictures.max_pixels,
        ..Limits::default()
    }
}

/// The refusal of a photo that cannot become a picture.
pub fn photo_refused(error: &PhotoError) -> Refusal {
    let kind = match error.code() {
        "photo_empty" => Kind::BadRequest,
        "photo_format_unknown" | "photo_format_unsupported" => Kind::UnsupportedMedia,
        "photo_too_large" | "photo_too_many_pixels" => Kind::TooLarge,
        _ => Kind::Unprocessable,
    };
    Refusal::new(kind, error.code(), error.to_string())
}
