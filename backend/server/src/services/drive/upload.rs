//! A file that goes straight through to Drive; no copy of it stays here.

use boothline_delivery::drive::{Class, StreamError, StreamMeta};
use boothline_delivery::qr_picture_address;
use boothline_store::drive_ids;
use bytes::Bytes;
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
    if announced.key.is_some()
        && let Some(there) = sent_before(context, desk, &purpose).await?
    {
        let mut bytes = bytes;
        while bytes.recv().await.is_some() {}
        return Ok(there);
    }
    let id = pool::reserve(context, desk, &purpose, Class::Guest)
        .await
        .map_err(|error| refusal(&error))?;
    let meta = StreamMeta {
        name: name.clone(),
        mime: announced.mime,
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
async fn sent_before(context: &Context, desk: &Desk, purpose: &str) -> Result<Option<UploadedFile>, Refusal> {
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
        .map(|file| described(context, &id, file.name.clone(), &desk.target.drive.links(&id))))
}

fn described(
    context: &Context,
    id: &str,
    name: String,
    links: &boothline_delivery::drive::DriveLinks,
) -> UploadedFile {
    let api = context.config.server.api_base_url.as_str();
    UploadedFile {
        file_id: id.to_owned(),
        name,
        qr_url: qr_picture_address(api, &links.download_link),
        drive_link: links.drive_link.clone(),
        download_link: links.download_link.clone(),
    }
}

/// The last part of a path, without what no file system or terminal likes.
fn clean_name(name: &str) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let clean: String = last
        .chars()
        .filter(|letter| !letter.is_control())
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
        assert_eq!(clean_name(&"x".repeat(500)).len(), LONGEST_NAME);
    }
}
