//! Why a request was not carried out, in words that may be shown.

use std::borrow::Cow;
use std::fmt;

use boothline_store::StoreError;
use sea_orm::DbErr;

/// What the caller can do about it; HTTP gives each a status.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Something is missing or does not fit: mend the request.
    BadRequest,
    /// Show who you are.
    Unauthorized,
    /// You are known, or your page is, and may not do this.
    Forbidden,
    /// There is no such thing.
    NotFound,
    /// The address is right, the method is not.
    MethodNotAllowed,
    /// It cannot be done in the present state; later it may.
    Conflict,
    /// The body or a part of it is too large.
    TooLarge,
    /// The kind of file or body is not taken.
    UnsupportedMedia,
    /// Well-formed, but a value cannot be used.
    Unprocessable,
    /// Too many calls; slow down.
    TooMany,
    /// The body did not arrive in time.
    Timeout,
    /// Come back in a moment.
    Unavailable,
    /// The disk is full.
    StorageFull,
    /// A fault of ours; its cause is in the log.
    Internal,
}

/// A refusal: stable code, one plain sentence, and the cause for the log.
pub struct Refusal {
    /// What the caller can do about it.
    pub kind: Kind,
    /// Stable, for programs.
    pub code: &'static str,
    /// One plain sentence, for people.
    pub detail: Cow<'static, str>,
    /// Seconds after which a new try makes sense.
    pub retry_after: Option<u32>,
    /// What happened inside; logged once, never shown.
    pub cause: Option<Box<dyn std::error::Error + Send + Sync>>,
}

impl Refusal {
    /// A refusal of this kind.
    pub fn new(kind: Kind, code: &'static str, detail: impl Into<Cow<'static, str>>) -> Self {
        Self {
            kind,
            code,
            detail: detail.into(),
            retry_after: None,
            cause: None,
        }
    }

    /// 400.
    pub fn bad_request(code: &'static str, detail: impl Into<Cow<'static, str>>) -> Self {
        Self::new(Kind::BadRequest, code, detail)
    }

    /// 404.
    pub fn not_found(code: &'static str, detail: impl Into<Cow<'static, str>>) -> Self {
        Self::new(Kind::NotFound, code, detail)
    }

    /// 409.
    pub fn conflict(code: &'static str, detail: impl Into<Cow<'static, str>>) -> Self {
        Self::new(Kind::Conflict, code, detail)
    }

    /// 422.
    pub fn unprocessable(code: &'static str, detail: impl Into<Cow<'static, str>>) -> Self {
        Self::new(Kind::Unprocessable, code, detail)
    }

    /// 503 with a time to come back after.
    pub fn unavailable(code: &'static str, detail: impl Into<Cow<'static, str>>, retry_after: u32) -> Self {
        Self {
            retry_after: Some(retry_after),
            ..Self::new(Kind::Unavailable, code, detail)
        }
    }

    /// 500; the cause goes to the log.
    pub fn internal(cause: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        let detail = "Something went wrong inside the service; the log says what.";
        Self::new(Kind::Internal, "internal_error", detail).because(cause)
    }

    /// With the cause for the log.
    #[must_use]
    pub fn because(mut self, cause: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        self.cause = Some(cause.into());
        self
    }
}

impl fmt::Debug for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({:?})", self.code, self.cause)
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.detail)
    }
}

impl std::error::Error for Refusal {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.cause
            .as_deref()
            .map(|cause| cause as &(dyn std::error::Error + 'static))
    }
}

/// A full or unreachable database is the operator's to mend; everything else is a fault of ours.
impl From<DbErr> for Refusal {
    fn from(error: DbErr) -> Self {
        let text = error.to_string();
        if text.contains("database or disk is full") {
            return disk_full().because(error);
        }
        let away = matches!(error, DbErr::ConnectionAcquire(_) | DbErr::Conn(_))
            || text.contains("database is locked")
            || text.contains("readonly database");
        if away {
            let detail = "The database does not answer right now; nothing was lost, try again in a moment.";
            return Self::unavailable("database_unavailable", detail, 5).because(error);
        }
        Self::internal(error)
    }
}

impl From<StoreError> for Refusal {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Database(error) => error.into(),
            other => Self::internal(other),
        }
    }
}

/// The disk decides whether it is a matter for the operator.
impl From<std::io::Error> for Refusal {
    fn from(error: std::io::Error) -> Self {
        use std::io::ErrorKind;
        match error.kind() {
            ErrorKind::StorageFull | ErrorKind::QuotaExceeded => disk_full().because(error),
            ErrorKind::ReadOnlyFilesystem | ErrorKind::PermissionDenied => {
                let detail = "The data folder cannot be written; check its disk and permissions.";
                Self::unavailable("storage_unwritable", detail, 30).because(error)
            }
            _ => Self::internal(error),
        }
    }
}

/// 507: nothing more is taken until there is room.
pub fn disk_full() -> Refusal {
    let detail = "The disk is (almost) full; free some space, then photos are taken again.";
    Refusal {
        retry_after: Some(30),
        ..Refusal::new(Kind::StorageFull, "disk_full", detail)
    }
}
