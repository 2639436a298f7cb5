//! A file that goes straight through to Drive; no copy of it stays here.

use boothline_delivery::drive::{Class, DriveLinks, RemoteFile, StreamError, StreamMeta};
use boothline_delivery::qr_picture_address;
use boothline_store::drive_ids;
use bytes::Bytes;
use md5::Md5;
use serde::Serialize;
use sha2::{Digest, Sha256};
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use utoipa::ToSchema;

use super::sync::{desk, refusal};
use super::{Desk, pool};
use crate::context::Context;
use crate::refusal::Refusal;

const LONGEST_NAME: usize = 150;

/// A file in Drive, as the contract shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct UploadedFile {
    /// Its id in Drive.
    pub file_id: String,
    /// Its name there.
    pub name: String,
    /// A link for people.
    pub drive_link: String,
    /// A link to the bytes.
    pub download_link: String,
    /// The address of the QR code's PNG.
    pub qr_url: String,
}

/// What is known of a file before its bytes come.
#[derive(Clone, Debug)]
pub struct Announced {
    /// As the client calls it.
    pub name: String,
    /// As the client says.
    pub mime: String,
    /// The client's key, so that a call that is repeated makes one file.
    pub key: Option<String>,
}

/// Why bytes stopped coming.
pub type Broken = Refusal;

/// Passes `bytes` on to Drive as they come.
///
/// Errors: 409 when results stay on this machine; what broke the bytes; 503 when Drive does not take them.
pub async fn pass_on(
    context: &Context,
    announced: Announced,
    bytes: mpsc::Receiver<Result<Bytes, Broken>>,
) -> Result<UploadedFile, Refusal> {
    let desk = desk(context)?;
    let folder = desk.folder(context).await.map_err(|error| refusal(&error))?;
    let name = clean_name(&announced.name);
    let purpose = match &announced.key {
        Some(key) => format!("upload:{}", hex::encode(&Sha256::digest(key.as_bytes())[..16])),
        None => "upload".to_owned(),
    };
    // Calls under one key at the same moment go one after the other.
    let _turn = match &announced.key {
        Some(_) => Some(desk.key(&purpose).lock_owned().await),
        None => None,
    };
    if announced.key.is_some()
        && let Some((file, links)) = sent_before(context, desk, &purpose).await?
    {
        return same_again(context, desk, &file, &links, bytes).await;
    }
    let id = pool::reserve(context, desk, &purpose, Class::Guest)
        .await
        .map_err(|error| refusal(&error))?;
    let meta = StreamMeta {
        name: name.clone(),
        mime: plain_type(&announced.mime),
        folder,
        size: None,
    };
    let sent = desk
        .target
        .drive
        .upload_stream(&id, meta, ReceiverStream::new(bytes), Class::Guest)
        .await;
    match sent {
        Ok(delivered) => Ok(described(context, &delivered.file.id, name, &delivered.links)),
        Err(StreamError::Body(broken)) => Err(*broken
            .downcast::<Refusal>()
            .unwrap_or_else(|other| Box::new(Refusal::internal(other)))),
        Err(StreamError::Length { .. }) => Err(Refusal::internal("no length was announced")),
        Err(StreamError::Drive(error)) => Err(refusal(&error)),
    }
}

/// The file that an earlier call with the same key brought.
async fn sent_before(
    context: &Context,
    desk: &Desk,
    purpose: &str,
) -> Result<Option<(RemoteFile, DriveLinks)>, Refusal> {
    let Some(id) = drive_ids::find_taken(context.database.reader(), purpose).await? else {
        return Ok(None);
    };
    let file = desk
        .target
        .drive
        .file(&id, Class::Guest)
        .await
        .map_err(|error| refusal(&error))?;
    Ok(file
        .filter(|file| !file.trashed)
        .map(|file| (file, desk.target.drive.links(&id))))
}

/// The earlier answer, if these are the same bytes. The earlier call may have ended before its
/// file was made public.
async fn same_again(
    context: &Context,
    desk: &Desk,
    file: &RemoteFile,
    links: &DriveLinks,
    mut bytes: mpsc::Receiver<Result<Bytes, Broken>>,
) -> Result<UploadedFile, Refusal> {
    let (mut digest, mut size) = (Md5::new(), 0);
    while let Some(chunk) = bytes.recv().await {
        let chunk = chunk?;
        size += chunk.len() as u64;
        digest.update(&chunk);
    }
    if file.holds(&hex::encode(&digest.finalize()[..]), size) == Some(false) {
        let detail = "This Idempotency-Key belongs to another file; send this one with a key of its own.";
        return Err(Refusal::unprocessable("idempotency_key_reused", detail));
    }
    if !file.is_public() {
        let shared = desk.target.drive.share(&file.id, Class::Guest).await;
        shared.map_err(|error| refusal(&error))?;
    }
    Ok(described(context, &file.id, file.name.clone(), links))
}

fn described(context: &Context, id: &str, name: String, links: &DriveLinks) -> UploadedFile {
    let api = context.config.server.api_base_url.as_str();
    UploadedFile {
        file_id: id.to_owned(),
        name,
        qr_url: qr_picture_address(api, &links.download_link),
        drive_link: links.drive_link.clone(),
        download_link: links.download_link.clone(),
    }
}

/// Pictures and films may say what they are; other types would let Drive make folders or documents of bytes.
fn plain_type(announced: &str) -> String {
    match announced.starts_with("image/") || announced.starts_with("video/") {
        true => announced.to_owned(),
        false => "application/octet-stream".to_owned(),
    }
}

/// Marks of writing direction and width zero, which make a name look like another.
const fn is_invisible(letter: char) -> bool {
    matches!(letter, '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{2069}' | '\u{FEFF}')
}

/// The last part of a path, without what no file system or terminal likes.
fn clean_name(name: &str) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let clean: String = last
        .chars()
        .filter(|letter| !letter.is_control() && !is_invisible(*letter))
        .take(LONGEST_NAME)
        .collect();
    match clean.trim() {
        "" | "." | ".." => "photo.jpg".to_owned(),
        clean => clean.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_the_last_part_of_a_path_without_control_characters() {
        assert_eq!(clean_name("C:\\Photos\\a b.jpg"), "a b.jpg");
        assert_eq!(clean_name("../../etc/passwd"), "passwd");
        assert_eq!(clean_name("a\r\nb\u{0}.jpg"), "ab.jpg");
        assert_eq!(clean_name(".."), "photo.jpg");
        assert_eq!(clean_name("a\u{202e}gpj.exe\u{200b}"), "agpj.exe");
        assert_eq!(clean_name(&"x".repeat(500)).len(), LONGEST_NAME);
    }
}
