//! Upload sessions: bytes that arrive in pieces.

use boothline_domain::clock::Timestamp;

use super::{Caller, Content, FileInput, UpdateRequest, World};
use crate::error::ApiError;
use crate::options::Options;
use crate::random;

/// What the bytes become.
#[derive(Clone, Debug)]
pub(crate) enum SessionKind {
    Create(FileInput),
    Update(String, FileInput),
}

/// An open, finished or ended session.
pub(crate) struct Session {
    pub(crate) caller: Caller,
    pub(crate) kind: SessionKind,
    pub(crate) content_type: Option<String>,
    /// The whole size, once it is known.
    pub(crate) total: Option<u64>,
    pub(crate) bytes: Vec<u8>,
    pub(crate) opened: Timestamp,
    /// The field mask of the request that opened it.
    pub(crate) fields: Option<String>,
    /// The file that it made.
    pub(crate) done: Option<String>,
    /// Keep what arrives with one bit turned.
    pub(crate) damage: bool,
}

/// A piece of bytes and where it belongs.
#[derive(Debug)]
pub(crate) struct Piece<'a> {
    pub(crate) start: u64,
    pub(crate) bytes: &'a [u8],
    /// Bytes from here on are lost, by a fault.
    pub(crate) keep_until: u64,
}

/// How a session stands.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Stored {
    /// So many bytes are kept, more are missing.
    Partly(u64),
    /// The file is there.
    Whole(String),
}

impl World {
    /// Opens a session and gives its upload id.
    pub(crate) fn open_session(&mut self, session: Session) -> String {
        let id = format!("AH{}", random::text(148));
        self.sessions.insert(id.clone(), session);
        id
    }

    /// The session, while it lives.
    pub(crate) fn session(
        &mut self,
        id: &str,
        options: &Options,
        now: Timestamp,
    ) -> Result<&mut Session, ApiError> {
        self.sessions
            .get_mut(id)
            .filter(|session| now.since(session.opened) < options.session_lifetime)
            .ok_or_else(|| ApiError::new(options.gone_status, "notFound", "The upload session is gone."))
    }

    /// Keeps a piece that arrived. What is stored already is skipped, so that two requests for the same
    /// bytes do no harm.
    pub(crate) fn keep_piece(&mut self, id: &str, piece: &Piece<'_>) {
        let Some(session) = self.sessions.get_mut(id).filter(|session| session.done.is_none()) else {
            return;
        };
        let stored = session.bytes.len() as u64;
        let end = (piece.start + piece.bytes.len() as u64).min(piece.keep_until);
        if piece.start > stored || end <= stored {
            return;
        }
        let from = usize::try_from(stored - piece.start).unwrap_or(usize::MAX);
        let to = usize::try_from(end - piece.start).unwrap_or(usize::MAX);
        session.bytes.extend_from_slice(&piece.bytes[from..to]);
    }

    /// Makes the file when all bytes are there.
    pub(crate) fn settle_session(
        &mut self,
        id: &str,
        options: &Options,
        now: Timestamp,
    ) -> Result<Stored, ApiError> {
        let session = self.session(id, options, now)?;
        if let Some(file) = &session.done {
            return Ok(Stored::Whole(file.clone()));
        }
        let stored = session.bytes.len() as u64;
        if session.total != Some(stored) {
            return Ok(Stored::Partly(stored));
        }
        let bytes = std::mem::take(&mut session.bytes).into();
        let content = if session.damage {
            Content::damaged(&bytes)
        } else {
            Content::new(bytes.clone())
        };
        let (caller, kind) = (session.caller.clone(), session.kind.clone());
        let content_type = session.content_type.clone();
        let made = match kind {
            SessionKind::Create(input) => self.create(
                &caller,
                &input,
                Some(content),
                content_type.as_deref(),
                options,
                now,
            ),
            SessionKind::Update(file, input) => {
                let request = UpdateRequest {
                    input,
                    content: Some(content),
                    ..UpdateRequest::default()
                };
                self.update(&caller, &file, request, options, now).map(|()| file)
            }
        };
        let session = self.session(id, options, now)?;
        match made {
            Ok(file) => {
                session.done = Some(file.clone());
                Ok(Stored::Whole(file))
            }
            Err(refusal) => {
                // The bytes stay: the last request can be repeated when there is room again.
                session.bytes = bytes.to_vec();
                Err(refusal)
            }
        }
    }

    /// Ends a session before its time.
    pub(crate) fn cancel_session(&mut self, id: &str) -> bool {
        self.sessions.remove(id).is_some()
    }

    /// Ends all sessions that are open, as if their time were over.
    pub(crate) fn expire_sessions(&mut self) {
        self.sessions.retain(|_, session| session.done.is_some());
    }

    /// How many sessions wait for bytes.
    pub(crate) fn open_sessions(&self) -> usize {
        self.sessions
            .values()
            .filter(|session| session.done.is_none())
            .count()
    }
}
