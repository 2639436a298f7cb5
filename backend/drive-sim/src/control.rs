//! `/sim/`: what tests and people do to the simulator from outside.

use std::sync::Arc;
use std::time::Duration;

use actix_web::{HttpRequest, HttpResponse, web};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::connection::Connection;
use crate::error::{ApiError, json_answer};
use crate::faults::Fault;
use crate::options::Options;
use crate::shared::Shared;
use crate::world::{Caller, Content, FileInput, OPERATOR, Reach, is_native};
use crate::{oauth, snapshot};

type Answer = Result<HttpResponse, ApiError>;

/// Routes below `/sim`.
pub(crate) fn routes(config: &mut web::ServiceConfig) {
    config.service(
        web::scope("/sim")
            .route("/state", web::get().to(state))
            .route("/requests", web::get().to(requests))
            .route("/faults", web::get().to(faults))
            .route("/faults", web::post().to(add_faults))
            .route("/faults", web::delete().to(clear_faults))
            .route("/options", web::get().to(options))
            .route("/options", web::patch().to(change_options))
            .route("/quota", web::post().to(quota))
            .route("/outage", web::post().to(outage))
            .route("/revoke", web::post().to(revoke))
            .route("/expire", web::post().to(expire))
            .route("/clock", web::post().to(clock))
            .route("/device/approve", web::post().to(approve))
            .route("/device/deny", web::post().to(deny))
            .route("/files", web::post().to(add_file)),
    );
}

fn read<'a, T: Deserialize<'a>>(body: &'a [u8]) -> Result<T, ApiError> {
    serde_json::from_slice(body).map_err(|error| ApiError::bad_request(error.to_string()))
}

fn done() -> Answer {
    Ok(HttpResponse::NoContent().finish())
}

fn json_of(value: &impl serde::Serialize) -> Answer {
    let value = serde_json::to_value(value).map_err(|error| ApiError::bad_request(error.to_string()))?;
    Ok(json_answer(&value))
}

async fn state(shared: web::Data<Shared>) -> Answer {
    json_of(&snapshot::take(&shared))
}

async fn requests(shared: web::Data<Shared>) -> Answer {
    let snapshot = snapshot::take(&shared);
    json_of(&json!({
        "requests": snapshot.requests,
        "busiest_second": snapshot.busiest_second,
        "busiest_ten_seconds": snapshot.busiest_ten_seconds,
        "rate_limited": snapshot.rate_limited,
        "token_refreshes": snapshot.token_refreshes,
    }))
}

async fn faults(shared: web::Data<Shared>) -> Answer {
    let remaining = shared.faults.remaining();
    let remaining = remaining
        .into_iter()
        .map(|(fault, struck)| json!({"fault": fault, "struck": struck}));
    Ok(json_answer(&remaining.collect()))
}

/// One fault or an array of them.
async fn add_faults(shared: web::Data<Shared>, body: Bytes) -> Answer {
    let faults: Vec<Fault> = match read::<Value>(&body)? {
        Value::Array(_) => read(&body)?,
        _ => vec![read(&body)?],
    };
    for fault in faults {
        shared.faults.add(fault);
    }
    done()
}

async fn clear_faults(shared: web::Data<Shared>) -> Answer {
    shared.faults.clear();
    done()
}

async fn options(shared: web::Data<Shared>) -> Answer {
    json_of(&shared.options())
}

/// Members of the body replace those of the options, the others stay.
async fn change_options(shared: web::Data<Shared>, body: Bytes) -> Answer {
    let changes: serde_json::Map<String, Value> = read(&body)?;
    let current = serde_json::to_value(shared.options());
    let mut merged = current.map_err(|error| ApiError::bad_request(error.to_string()))?;
    for (name, value) in changes {
        merged[name] = value;
    }
    let merged: Options =
        serde_json::from_value(merged).map_err(|error| ApiError::bad_request(error.to_string()))?;
    shared.change(|options| *options = merged);
    options(shared).await
}

#[derive(Deserialize)]
struct Quota {
    bytes: Option<u64>,
}

async fn quota(shared: web::Data<Shared>, body: Bytes) -> Answer {
    let quota: Quota = read(&body)?;
    shared.change(|options| options.quota_bytes = quota.bytes);
    done()
}

#[derive(Deserialize)]
struct Outage {
    on: bool,
}

async fn outage(shared: web::Data<Shared>, request: HttpRequest, body: Bytes) -> Answer {
    let outage: Outage = read(&body)?;
    shared.set_outage(outage.on, request.conn_data::<Arc<Connection>>());
    done()
}

async fn revoke(shared: web::Data<Shared>) -> Answer {
    shared.directory().revoke_all();
    done()
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Expire {
    #[serde(default)]
    access_tokens: bool,
    #[serde(default)]
    sessions: bool,
}

async fn expire(shared: web::Data<Shared>, body: Bytes) -> Answer {
    let expire: Expire = read(&body)?;
    if expire.access_tokens {
        shared.directory().expire_access_tokens();
    }
    if expire.sessions {
        shared.world().expire_sessions();
    }
    done()
}

#[derive(Deserialize)]
struct Advance {
    advance_seconds: u64,
}

async fn clock(shared: web::Data<Shared>, body: Bytes) -> Answer {
    let advance: Advance = read(&body)?;
    shared.clock.advance(Duration::from_secs(advance.advance_seconds));
    json_of(&json!({"now": shared.now().to_rfc3339()}))
}

#[derive(Deserialize)]
struct UserCode {
    user_code: String,
}

async fn approve(shared: web::Data<Shared>, body: Bytes) -> Answer {
    decide(&shared, &body, true)
}

async fn deny(shared: web::Data<Shared>, body: Bytes) -> Answer {
    decide(&shared, &body, false)
}

fn decide(shared: &Shared, body: &[u8], approve: bool) -> Answer {
    let code: UserCode = read(body)?;
    if !oauth::decide_device(shared, &code.user_code, approve) {
        return Err(ApiError::new(404, "notFound", "No device waits under this code."));
    }
    done()
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ForeignFile {
    #[serde(flatten)]
    file: FileInput,
    /// Whose file it is; the operator's when absent.
    owner: Option<String>,
    content_base64: Option<String>,
}

/// A file that a person made by hand, which `drive.file` therefore does not show.
async fn add_file(shared: web::Data<Shared>, body: Bytes) -> Answer {
    let file: ForeignFile = read(&body)?;
    let id = add_foreign_file(
        &shared,
        file.owner.as_deref(),
        &file.file,
        file.content_base64.as_deref(),
    )?;
    json_of(&json!({"id": id}))
}

/// Makes a file in an account by another app than ours.
pub(crate) fn add_foreign_file(
    shared: &Shared,
    owner: Option<&str>,
    input: &FileInput,
    content_base64: Option<&str>,
) -> Result<String, ApiError> {
    let account = owner.unwrap_or(OPERATOR);
    let caller = Caller {
        account: account.to_owned(),
        client: String::new(),
        reach: Reach::Full,
    };
    let bytes = STANDARD
        .decode(content_base64.unwrap_or_default())
        .map_err(|_| ApiError::bad_request("contentBase64 is not base64."))?;
    let mime_type = input.mime_type.as_deref().unwrap_or_default();
    let content = (!is_native(mime_type)).then(|| Content::new(bytes.into()));
    let (options, now) = (shared.options(), shared.now());
    let mut world = shared.world();
    world.account(account, now);
    world.create(&caller, input, content, None, &options, now)
}
