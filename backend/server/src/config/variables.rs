//! The table of all variables: the one source of `.env.example` and of the defaults.

/// A heading in `.env.example`; each is one struct of the configuration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Group {
    /// Addresses.
    Server,
    /// Database and files.
    Storage,
    /// Where pictures go.
    Delivery,
    /// How pictures are made.
    Pictures,
    /// Keys.
    Access,
    /// What guests see.
    Event,
    /// Logs.
    Logging,
    /// Limits.
    Limits,
}

impl Group {
    /// The heading.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Server => "Addresses",
            Self::Storage => "Database and files",
            Self::Delivery => "Where finished pictures go",
            Self::Pictures => "How pictures are made",
            Self::Access => "Who may call what",
            Self::Event => "What guests see",
            Self::Logging => "Logs",
            Self::Limits => "Limits",
        }
    }
}

/// One variable of the environment.
#[derive(Clone, Copy, Debug)]
pub struct Variable {
    /// Its name.
    pub name: &'static str,
    /// The heading it stands under.
    pub group: Group,
    /// The text that is read when it is not set; empty where there is none or
    /// where the default follows from something else, as `doc` then says.
    pub default: &'static str,
    /// Whether its value is hidden from everyone.
    pub secret: bool,
    /// What it means, in the operator's words; lines wrap at 100 columns.
    pub doc: &'static str,
}

/// Every variable the service reads, in the order of `.env.example`.
pub const VARIABLES: &[Variable] = &[
    open(
        Group::Server,
        "BIND_ADDR",
        "127.0.0.1:8000",
        "Where we listen. Beyond loopback, kiosks and operators need keys; `boothline serve --lan`\n\
         listens on 0.0.0.0 with the same port.",
    ),
    open(
        Group::Server,
        "API_BASE_URL",
        "",
        "Our own address in API answers and links. Default: http://localhost with the port of\n\
         BIND_ADDR; with --lan the address of this machine in the venue's network.",
    ),
    open(
        Group::Server,
        "PUBLIC_BASE_URL",
        "",
        "Set it when guests' phones reach us from anywhere: QR codes then lead there.",
    ),
    open(
        Group::Server,
        "CORS_ORIGINS",
        "http://localhost:3000,http://localhost:4173,http://localhost:5173,http://localhost:8080,\
         http://127.0.0.1:3000,http://127.0.0.1:4173,http://127.0.0.1:5173,http://127.0.0.1:8080",
        "Origins of kiosk pages that are served from elsewhere, separated by commas.",
    ),
    open(
        Group::Server,
        "SHUTDOWN_GRACE_SECONDS",
        "20",
        "How long work in hand may go on after Ctrl-C or SIGTERM; what is left starts again later.",
    ),
    secret(
        Group::Storage,
        "DATABASE_URL",
        "SQLite or PostgreSQL (postgres://user:password@host/database).\n\
         Default: sqlite://data/boothline.db?mode=rwc, in DATA_DIR.",
    ),
    open(
        Group::Storage,
        "DATA_DIR",
        "data",
        "Originals, overlays, keys and the SQLite file.",
    ),
    open(
        Group::Storage,
        "RESULTS_DIR",
        "results",
        "Finished pictures, their compressed copies and thumbnails.",
    ),
    open(
        Group::Storage,
        "MANIFEST_FILE",
        "uploads.json",
        "What the folder sync has sent; `boothline sync --folder` keeps it, a lost one is made anew from Drive.",
    ),
    open(
        Group::Storage,
        "MIN_FREE_DISK_MB",
        "500",
        "With less free space than this no new photo is taken in, so that none is lost half-way.",
    ),
    open(
        Group::Delivery,
        "DELIVERY_TARGET",
        "auto",
        "auto, drive or local. auto: Google Drive where credentials exist (`boothline auth drive`), else\n\
         local: each picture has a share page of ours.",
    ),
    open(
        Group::Delivery,
        "CLIENT_SECRETS_FILE",
        "",
        "OAuth client of a desktop application. Default: client_secrets.json in DATA_DIR.",
    ),
    open(
        Group::Delivery,
        "TOKEN_FILE",
        "",
        "The stored OAuth token. Default: token.json in DATA_DIR.",
    ),
    open(
        Group::Delivery,
        "SERVICE_ACCOUNT_FILE",
        "",
        "A service account instead of an OAuth client (shared drives).",
    ),
    open(
        Group::Delivery,
        "TARGET_FOLDER_ID",
        "",
        "The Drive folder. Without one we make one and remember it.",
    ),
    open(
        Group::Delivery,
        "DRIVE_API_URL",
        "https://www.googleapis.com/",
        "Base of the Drive API.",
    ),
    open(
        Group::Delivery,
        "DRIVE_LINK_URL",
        "https://drive.google.com/",
        "Base of the links that guests open; another one only with a simulator.",
    ),
    open(
        Group::Delivery,
        "DRIVE_SCOPE",
        "drive.file",
        "drive.file, or drive when the folder was made by hand.",
    ),
    open(
        Group::Delivery,
        "DRIVE_SHARE",
        "file",
        "file: each picture is made public by itself. folder: the folder is made public once, which saves\n\
         a request for each picture, but who has the folder's link sees all of them.",
    ),
    open(
        Group::Delivery,
        "DRIVE_FOLDER_NAME",
        "",
        "Name of the folder we make. Default: EVENT_NAME, or Boothline.",
    ),
    open(
        Group::Delivery,
        "DRIVE_REQUESTS_PER_SECOND",
        "10",
        "The most requests to Drive in a second; after a refusal we slow down by ourselves.",
    ),
    open(Group::Delivery, "DRIVE_UPLOADS", "4", "Uploads at the same time."),
    open(
        Group::Delivery,
        "DRIVE_ID_POOL",
        "200",
        "Links kept ready for pictures to come, so that they exist without a network; 10 to 1000.",
    ),
    open(
        Group::Delivery,
        "DRIVE_ALARM_FREE_MB",
        "1024",
        "Warn when less than this is free in Drive.",
    ),
    open(
        Group::Delivery,
        "DRIVE_UPLOAD_SOURCE",
        "compressed",
        "compressed or results: which copy is delivered.",
    ),
    open(
        Group::Delivery,
        "LOCAL_FOLDER_PATH",
        "",
        "The folder that `boothline sync --folder` sends. Default: RESULTS_DIR.",
    ),
    open(
        Group::Delivery,
        "OAUTHLIB_INSECURE_TRANSPORT",
        "",
        "1 allows a plain-http OAuth callback that is not loopback.",
    ),
    open(
        Group::Pictures,
        "WORKERS",
        "",
        "Pictures made at once. Default: one for each core.",
    ),
    open(
        Group::Pictures,
        "MEMORY_BUDGET_MB",
        "512",
        "Memory that decoded pictures may take at once, over all workers; at least 256. A photo that\n\
         alone would take more is refused.",
    ),
    open(
        Group::Pictures,
        "MAX_UPLOAD_MB",
        "40",
        "The largest photo or clip taken in, in MB.",
    ),
    open(
        Group::Pictures,
        "MAX_MEGAPIXELS",
        "50",
        "The largest photo taken in, in millions of pixels.",
    ),
    open(
        Group::Pictures,
        "FFMPEG_PATH",
        "",
        "ffmpeg makes MP4s, and takes clips in. The program, or its folder; empty: looked for on the\n\
         search path; `off`: never used. ffprobe has to be beside it or on the search path.",
    ),
    open(
        Group::Pictures,
        "MAX_CLIP_SECONDS",
        "15",
        "The longest clip taken in, in seconds, 1 to 60.",
    ),
    open(
        Group::Pictures,
        "COMPRESSED_SIZE",
        "1800",
        "Size of the compressed copy: the long edge in pixels (1800), or both sides (1200x1800).",
    ),
    open(
        Group::Pictures,
        "COMPRESSED_QUALITY",
        "85",
        "JPEG quality of the compressed copy, 1 to 100.",
    ),
    open(
        Group::Pictures,
        "RESULT_QUALITY",
        "92",
        "JPEG quality of the result, 1 to 100.",
    ),
    open(
        Group::Pictures,
        "THUMBNAIL_SIZE",
        "400",
        "Long edge of the thumbnail in pixels.",
    ),
    open(
        Group::Pictures,
        "COPYRIGHT",
        "",
        "A copyright line written into each picture; all other metadata is removed.",
    ),
    secret(
        Group::Access,
        "OPERATOR_TOKEN",
        "The operator's key. Default: made on the first start beyond loopback, shown once and kept in\n\
         DATA_DIR/secrets.json; see `boothline keys`.",
    ),
    secret(
        Group::Access,
        "BOOTH_KEY",
        "The key that kiosks send as X-Booth-Key. Default: made like OPERATOR_TOKEN.",
    ),
    open(
        Group::Access,
        "KIOSK_AUTH",
        "on",
        "off lets everybody on the network act as a kiosk: only where you trust all of them.",
    ),
    open(
        Group::Access,
        "QR_ALLOWED_HOSTS",
        "",
        "Hosts that QR codes may lead to beside our own, separated by commas. Not set: any host.",
    ),
    open(
        Group::Event,
        "EVENT_NAME",
        "",
        "Shown on the kiosk, on pictures whose look has a line for it, and on share pages.",
    ),
    open(
        Group::Event,
        "GUEST_FORM",
        "on",
        "off: the kiosk does not ask for name, e-mail and phone.",
    ),
    open(
        Group::Event,
        "COUNTDOWN_SECONDS",
        "3",
        "Countdown before each shot.",
    ),
    open(
        Group::Event,
        "IDLE_SECONDS",
        "45",
        "After so long without a touch the kiosk forgets its guest.",
    ),
    open(
        Group::Event,
        "LOCALE",
        "en",
        "Language of the pages: en, de, pt-BR… Dates on pictures follow the system's time zone.",
    ),
    open(
        Group::Logging,
        "LOG_FORMAT",
        "auto",
        "text, json (one object for each line), or auto: text. NO_COLOR=1 switches colours off.",
    ),
    open(
        Group::Logging,
        "LOG_FILTER",
        "info,sqlx=warn,sqlx::postgres::notice=off,sea_orm_migration=warn,actix_server=warn,actix_http=warn",
        "Which lines are written: info, debug, or by module such as info,boothline=debug.",
    ),
    open(
        Group::Limits,
        "PHOTOS_PER_SESSION",
        "12",
        "Photos one session may hold.",
    ),
    open(
        Group::Limits,
        "MAX_STORED_PHOTOS_MB",
        "100000",
        "Disk that all photos and clips of guests may take together, in MB. 0: as much as\n\
         MIN_FREE_DISK_MB leaves.",
    ),
    open(
        Group::Limits,
        "CALLS_PER_MINUTE",
        "600",
        "Calls one address may make in a minute; none on loopback is counted.",
    ),
    open(
        Group::Limits,
        "FAILED_KEYS_PER_MINUTE",
        "10",
        "Wrong keys one address may send in a minute before it has to wait.",
    ),
    open(
        Group::Limits,
        "MAX_WAITING_JOBS",
        "500",
        "Unfinished jobs after which a kiosk is asked to come back later.",
    ),
    open(
        Group::Limits,
        "MAX_CONNECTIONS",
        "1000",
        "Connections served at the same time.",
    ),
];

/// The variable of this name.
pub(super) fn find(name: &str) -> Option<&'static Variable> {
    VARIABLES.iter().find(|variable| variable.name == name)
}

/// Its place in the table; unknown names come last.
pub(super) fn position(name: &str) -> usize {
    VARIABLES
        .iter()
        .position(|variable| variable.name == name)
        .unwrap_or(VARIABLES.len())
}

const fn open(group: Group, name: &'static str, default: &'static str, doc: &'static str) -> Variable {
    Variable {
        name,
        group,
        default,
        secret: false,
        doc,
    }
}

/// A variable whose value is never shown; none has a fixed default.
const fn secret(group: Group, name: &'static str, doc: &'static str) -> Variable {
    Variable {
        name,
        group,
        default: "",
        secret: true,
        doc,
    }
}
