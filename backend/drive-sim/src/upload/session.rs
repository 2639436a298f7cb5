//! `uploadType=resumable`: a session that takes bytes in pieces and survives broken connections.

use actix_web::http::StatusCode;
use actix_web::{HttpMessage, HttpRequest, HttpResponse, web};
use bytes::BytesMut;
use futures_util::StreamExt;

use super::header;
use super::range::ContentRange;
use crate::arrival::StorageFault;
use crate::drive::{Answer, Parameters, check_mask, file_answer, parameter, update_request};
use crate::error::ApiError;
use crate::options::{DuplicateIds, Options};
use crate::shared::Shared;
use crate::world::{Caller, FileInput, Piece, Session, SessionKind, Stored, World};

/// Pieces but the last have a multiple of this size.
const GRAIN: u64 = 262_144;

/// Opens a session for a new file, or for new bytes of the file `id`.
pub(super) async fn start(
    shared: &Shared,
    request: &HttpRequest,
    query: &Parameters,
    mut payload: web::Payload,
    id: Option<String>,
) -> Answer {
    let mut body = BytesMut::new();
    while let Some(Ok(chunk)) = payload.next().await {
        body.extend_from_slice(&chunk);
    }
    let caller = shared.caller(request)?;
    let fields = parameter(query, "fields").map(str::to_owned);
    check_mask(fields.as_deref())?;
    let total = match header(request, "x-upload-content-length") {
        None => None,
        Some(text) => Some(
            text.parse()
                .map_err(|_| ApiError::bad_request("Invalid upload size."))?,
        ),
    };
    let input = FileInput::parse(&body)?;
    let (options, now) = (shared.options(), shared.now());
    let mut world = shared.world();
    let kind = match &id {
        None => check_new(&world, &caller, input, total, &options)?,
        Some(id) => {
            let update = update_request(input, query);
            world.check_update(&caller, id, &update, &options)?;
            SessionKind::Update(id.clone(), update.input)
        }
    };
    let upload_id = world.open_session(Session {
        caller,
        kind,
        content_type: header(request, "x-upload-content-type").map(str::to_owned),
        total,
        bytes: Vec::new(),
        opened: now,
        fields,
        done: None,
        damage: false,
    });
    let path = request.path().trim_start_matches('/');
    let location = format!("{}{path}?uploadType=resumable&upload_id={upload_id}", shared.url);
    Ok(HttpResponse::Ok()
        .insert_header(("Location", location))
        .insert_header(("X-GUploader-UploadID", upload_id))
        .finish())
}

fn check_new(
    world: &World,
    caller: &Caller,
    input: FileInput,
    total: Option<u64>,
    options: &Options,
) -> Result<SessionKind, ApiError> {
    let mut probe = input.clone();
    if options.duplicate_ids == DuplicateIds::LastByte
        && probe.id.as_ref().is_some_and(|id| world.is_used(id))
    {
        probe.id = None;
    }
    world.check_create(caller, &probe, Some(total.unwrap_or(0)), options)?;
    Ok(SessionKind::Create(input))
}

/// A piece, or the question how much is stored.
pub(super) async fn put(
    shared: web::Data<Shared>,
    request: HttpRequest,
    query: web::Query<Parameters>,
    mut payload: web::Payload,
) -> Answer {
    let upload_id = parameter(&query, "upload_id").unwrap_or_default();
    let checked = check_put(&shared, &request, upload_id);
    let piece = match &checked {
        Ok(piece) => *piece,
        Err(_) => None,
    };
    let mut at = piece.map_or(0, |piece| piece.start);
    while let Some(Ok(chunk)) = payload.next().await {
        // A refused piece is read all the same, so that the refusal reaches the caller.
        if let Some(piece) = piece {
            let piece = Piece {
                start: at,
                bytes: &chunk,
                keep_until: piece.keep_until,
            };
            shared.world().keep_piece(upload_id, &piece);
            at += chunk.len() as u64;
        }
    }
    checked?;
    stand(&shared, upload_id)
}

/// Where the bytes of an accepted piece go.
#[derive(Clone, Copy)]
struct Place {
    start: u64,
    keep_until: u64,
}

/// Checks a piece by its headers and notes what they tell about the whole; `None` for a question.
fn check_put(shared: &Shared, request: &HttpRequest, upload_id: &str) -> Result<Option<Place>, ApiError> {
    let (options, now) = (shared.options(), shared.now());
    let mut world = shared.world();
    let session = world.session(upload_id, &options, now)?;
    let length: Option<u64> = header(request, "content-length").and_then(|text| text.parse().ok());
    let range = match header(request, "content-range") {
        None => None,
        Some(text) => {
            let range = ContentRange::parse(text);
            Some(range.ok_or_else(|| ApiError::bad_request("Failed to parse Content-Range header."))?)
        }
    };
    let storage_fault = request.extensions().get::<StorageFault>().copied();
    if storage_fault == Some(StorageFault::Damage) {
        session.damage = true;
    }
    if session.done.is_some() {
        return Ok(None);
    }
    note_total(session, range, length)?;
    let (start, size) = match range {
        Some(ContentRange::Query { .. }) => return Ok(None),
        None => (0, length.or(session.total)),
        Some(ContentRange::Piece { start, end, total }) => {
            let size = end - start + 1;
            check_piece(session, &options, start, size, total)?;
            if length.is_some_and(|length| length != size) {
                return Err(ApiError::bad_request(
                    "Content-Length and Content-Range do not fit.",
                ));
            }
            (start, Some(size))
        }
    };
    let kept = match (storage_fault, size) {
        (Some(StorageFault::Part(bytes)), Some(size)) => bytes.unwrap_or(size / 2).min(size),
        (Some(StorageFault::Part(bytes)), None) => bytes.unwrap_or(0),
        (_, size) => size.unwrap_or(u64::MAX - start),
    };
    Ok(Some(Place {
        start,
        keep_until: start + kept,
    }))
}

/// The first header that names the whole size fixes it.
fn note_total(
    session: &mut Session,
    range: Option<ContentRange>,
    length: Option<u64>,
) -> Result<(), ApiError> {
    let named = match range {
        Some(range) => range.total(),
        None => length,
    };
    match (named, session.total) {
        (Some(named), Some(known)) if named != known => Err(ApiError::bad_request(
            "The upload's size differs from the one that was announced.",
        )),
        (Some(named), None) => {
            session.total = Some(named);
            Ok(())
        }
        _ => Ok(()),
    }
}

fn check_piece(
    session: &Session,
    options: &Options,
    start: u64,
    size: u64,
    total: Option<u64>,
) -> Result<(), ApiError> {
    let stored = session.bytes.len() as u64;
    if start > stored {
        return Err(ApiError::bad_request(format!(
            "Invalid request. There is a gap: {stored} bytes are stored, the piece begins at {start}."
        )));
    }
    if start < stored && options.strict_ranges {
        return Err(ApiError::bad_request(format!(
            "Invalid request. Bytes before {stored} are stored already."
        )));
    }
    let is_last = total.is_some_and(|total| start + size == total);
    if !is_last && !size.is_multiple_of(GRAIN) {
        return Err(ApiError::bad_request(format!(
            "Invalid request. The number of bytes uploaded is required to be equal or greater than {GRAIN}, \
             except for the final request (it's recommended to be the exact multiple of {GRAIN})."
        )));
    }
    Ok(())
}

/// Where the session stands: 308 with what is stored, or the finished file.
fn stand(shared: &Shared, upload_id: &str) -> Answer {
    let (options, now) = (shared.options(), shared.now());
    let settled = shared.world().settle_session(upload_id, &options, now)?;
    match settled {
        Stored::Partly(stored) => {
            let mut answer = HttpResponse::build(StatusCode::PERMANENT_REDIRECT);
            answer.insert_header(("X-GUploader-UploadID", upload_id));
            if let Some(last) = stored.checked_sub(1) {
                answer.insert_header(("Range", format!("bytes=0-{last}")));
            }
            Ok(answer.finish())
        }
        Stored::Whole(file) => {
            let (caller, fields) = {
                let mut world = shared.world();
                let session = world.session(upload_id, &options, now)?;
                (session.caller.clone(), session.fields.clone())
            };
            file_answer(shared, &caller, &file, fields.as_deref())
        }
    }
}

/// `DELETE`: the end of a session before its time.
pub(super) async fn cancel(shared: web::Data<Shared>, query: web::Query<Parameters>) -> Answer {
    let upload_id = parameter(&query, "upload_id").unwrap_or_default();
    if !shared.world().cancel_session(upload_id) {
        let status = shared.options().gone_status;
        return Err(ApiError::new(status, "notFound", "The upload session is gone."));
    }
    let closed = StatusCode::from_u16(499).unwrap_or(StatusCode::OK);
    Ok(HttpResponse::build(closed).finish())
}
