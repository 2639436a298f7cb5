//! Where finished pictures go.

use std::path::PathBuf;

use super::base_url::BaseUrl;
use super::parse;
use super::reader::{Parsed, Reader};
use super::storage::Storage;

/// Where finished pictures go, as the operator asks for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeliveryTarget {
    /// The best target that is set up; in this version always [`Self::Local`].
    Auto,
    /// Our own share pages.
    Local,
}

/// How much of the organiser's Drive we ask to see.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DriveScope {
    /// Only files we made.
    File,
    /// Everything, for a folder that was made by hand.
    Full,
}

/// Which copy of a picture is delivered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UploadSource {
    /// The compressed copy, else the result.
    Compressed,
    /// The result.
    Results,
}

/// Where finished pictures go, and what Google Drive will need.
///
/// The Drive settings are read and checked already, so that a booth prepared
/// for Drive starts here too and a mistake shows before the evening.
#[derive(Clone, Debug)]
pub struct Delivery {
    /// What the operator asks for.
    pub target: DeliveryTarget,
    /// The OAuth client of a desktop application.
    pub client_secrets_file: PathBuf,
    /// The stored OAuth token.
    pub token_file: PathBuf,
    /// A service account instead of an OAuth client.
    pub service_account_file: Option<PathBuf>,
    /// The Drive folder; without one we make one.
    pub target_folder_id: Option<String>,
    /// Base of the Drive API.
    pub drive_api_url: BaseUrl,
    /// How much of the Drive we ask to see.
    pub drive_scope: DriveScope,
    /// Which copy is delivered.
    pub upload_source: UploadSource,
    /// The folder a batch sync looks through.
    pub local_folder_path: PathBuf,
    /// Whether an OAuth callback may be plain http beyond loopback.
    pub insecure_transport: bool,
}

impl Delivery {
    pub(super) fn read(reader: &mut Reader<'_>, storage: &Storage) -> Self {
        let in_data_dir = |name: &str| storage.data_dir.join(name);
        Self {
            target: reader.value("DELIVERY_TARGET", target),
            client_secrets_file: reader
                .optional("CLIENT_SECRETS_FILE", parse::path)
                .unwrap_or_else(|| in_data_dir("client_secrets.json")),
            token_file: reader
                .optional("TOKEN_FILE", parse::path)
                .unwrap_or_else(|| in_data_dir("token.json")),
            service_account_file: reader.optional("SERVICE_ACCOUNT_FILE", parse::path),
            target_folder_id: reader.optional("TARGET_FOLDER_ID", folder_id),
            drive_api_url: reader.value("DRIVE_API_URL", BaseUrl::parse),
            drive_scope: reader.value("DRIVE_SCOPE", parse::word(SCOPES)),
            upload_source: reader.value("DRIVE_UPLOAD_SOURCE", parse::word(SOURCES)),
            local_folder_path: reader
                .optional("LOCAL_FOLDER_PATH", parse::path)
                .unwrap_or_else(|| storage.results_dir.clone()),
            insecure_transport: reader
                .optional("OAUTHLIB_INSECURE_TRANSPORT", parse::switch)
                .unwrap_or(false),
        }
    }

    /// The credentials files that exist on this machine.
    pub fn credentials_found(&self) -> Vec<PathBuf> {
        [&self.client_secrets_file, &self.token_file]
            .into_iter()
            .chain(&self.service_account_file)
            .filter(|file| file.exists())
            .cloned()
            .collect()
    }
}

const SCOPES: &[(&str, DriveScope)] = &[
    ("drive.file", DriveScope::File),
    ("drive", DriveScope::Full),
    ("https://www.googleapis.com/auth/drive.file", DriveScope::File),
    ("https://www.googleapis.com/auth/drive", DriveScope::Full),
];

const SOURCES: &[(&str, UploadSource)] = &[
    ("compressed", UploadSource::Compressed),
    ("results", UploadSource::Results),
];

fn target(text: &str) -> Parsed<DeliveryTarget> {
    match text.to_ascii_lowercase().as_str() {
        "auto" => Ok(DeliveryTarget::Auto),
        "local" => Ok(DeliveryTarget::Local),
        "drive" => Err("local or auto: delivery to Google Drive is not part of this version".to_owned()),
        _ => Err("one of auto, local".to_owned()),
    }
}

fn folder_id(text: &str) -> Parsed<String> {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    text.bytes()
        .all(allowed)
        .then(|| text.to_owned())
        .ok_or_else(|| "the id at the end of the folder's address in Drive".to_owned())
}
