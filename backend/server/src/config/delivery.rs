//! Where finished pictures go.

use std::path::PathBuf;

use boothline_delivery::drive::auth::{CredentialFiles, Scope, SignIn};
use boothline_domain::TargetKind;

use super::base_url::BaseUrl;
use super::parse;
use super::reader::{Parsed, Reader};
use super::storage::Storage;

/// Where finished pictures go, as the operator asks for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeliveryTarget {
    /// Google Drive where credentials exist, else our own share pages.
    Auto,
    /// A Google Drive folder.
    Drive,
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

impl UploadSource {
    /// A job's two copies, the one that is delivered first; the other one where that is gone.
    pub fn order<T>(self, compressed: T, result: T) -> [T; 2] {
        match self {
            Self::Compressed => [compressed, result],
            Self::Results => [result, compressed],
        }
    }
}

/// What is made public: each file, or the folder with all that is in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DriveShare {
    /// Each file by itself.
    File,
    /// The folder once; who has its link sees all pictures.
    Folder,
}

/// Where finished pictures go, and how Google Drive is reached.
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
    /// Base of the links that guests open.
    pub drive_link_url: BaseUrl,
    /// How much of the Drive we ask to see.
    pub drive_scope: DriveScope,
    /// What is made public.
    pub drive_share: DriveShare,
    /// The name of the folder that we make; empty follows the event's name.
    pub drive_folder_name: String,
    /// Requests to Drive in a second, over all uploads of this process.
    pub drive_requests_per_second: u32,
    /// Uploads at the same time.
    pub drive_uploads: usize,
    /// Reserved ids kept ready.
    pub drive_id_pool: u32,
    /// With less free space in Drive than this the operator is warned.
    pub drive_alarm_free_bytes: u64,
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
            target: reader.value("DELIVERY_TARGET", parse::word(TARGETS)),
            client_secrets_file: reader
                .optional("CLIENT_SECRETS_FILE", parse::path)
                .unwrap_or_else(|| in_data_dir("client_secrets.json")),
            token_file: reader
                .optional("TOKEN_FILE", parse::path)
                .unwrap_or_else(|| in_data_dir("token.json")),
            service_account_file: reader.optional("SERVICE_ACCOUNT_FILE", parse::path),
            target_folder_id: reader.optional("TARGET_FOLDER_ID", folder_id),
            drive_api_url: reader.value("DRIVE_API_URL", BaseUrl::parse),
            drive_link_url: reader.value("DRIVE_LINK_URL", BaseUrl::parse),
            drive_scope: reader.value("DRIVE_SCOPE", parse::word(SCOPES)),
            drive_share: reader.value("DRIVE_SHARE", parse::word(SHARES)),
            drive_folder_name: reader
                .optional("DRIVE_FOLDER_NAME", parse::line(100))
                .unwrap_or_default(),
            drive_requests_per_second: reader.value("DRIVE_REQUESTS_PER_SECOND", parse::whole(1..=1000)),
            drive_uploads: reader.value("DRIVE_UPLOADS", parse::whole(1..=64)),
            drive_id_pool: reader.value("DRIVE_ID_POOL", parse::whole(10..=1000)),
            drive_alarm_free_bytes: reader.value("DRIVE_ALARM_FREE_MB", parse::whole(0..=100_000_000_u64))
                * 1024
                * 1024,
            upload_source: reader.value("DRIVE_UPLOAD_SOURCE", parse::word(SOURCES)),
            local_folder_path: reader
                .optional("LOCAL_FOLDER_PATH", parse::path)
                .unwrap_or_else(|| storage.results_dir.clone()),
            insecure_transport: reader
                .optional("OAUTHLIB_INSECURE_TRANSPORT", parse::switch)
                .unwrap_or(false),
        }
    }

    /// Where finished pictures go: what the operator asked for, or Drive where credentials exist.
    pub fn kind(&self) -> TargetKind {
        match self.target {
            DeliveryTarget::Drive => TargetKind::Drive,
            DeliveryTarget::Auto if SignIn::has_credentials(&self.credential_files()) => TargetKind::Drive,
            DeliveryTarget::Auto | DeliveryTarget::Local => TargetKind::Local,
        }
    }

    /// The files that say who we are to Google.
    pub fn credential_files(&self) -> CredentialFiles {
        CredentialFiles {
            client_secrets: self.client_secrets_file.clone(),
            token: self.token_file.clone(),
            service_account: self.service_account_file.clone(),
        }
    }

    /// The scope by Google's name.
    pub const fn scope(&self) -> Scope {
        match self.drive_scope {
            DriveScope::File => Scope::File,
            DriveScope::Full => Scope::Full,
        }
    }
}

const SCOPES: &[(&str, DriveScope)] = &[
    ("drive.file", DriveScope::File),
    ("drive", DriveScope::Full),
    ("https://www.googleapis.com/auth/drive.file", DriveScope::File),
    ("https://www.googleapis.com/auth/drive", DriveScope::Full),
];

const SHARES: &[(&str, DriveShare)] = &[("file", DriveShare::File), ("folder", DriveShare::Folder)];

const TARGETS: &[(&str, DeliveryTarget)] = &[
    ("auto", DeliveryTarget::Auto),
    ("drive", DeliveryTarget::Drive),
    ("local", DeliveryTarget::Local),
];

const SOURCES: &[(&str, UploadSource)] = &[
    ("compressed", UploadSource::Compressed),
    ("results", UploadSource::Results),
];

fn folder_id(text: &str) -> Parsed<String> {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    text.bytes()
        .all(allowed)
        .then(|| text.to_owned())
        .ok_or_else(|| "the id at the end of the folder's address in Drive".to_owned())
}
