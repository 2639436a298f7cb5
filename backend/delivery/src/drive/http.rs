//! The one HTTP client that all calls to Google share, with a time limit for each of them.

use std::time::Duration;

use bytes::Bytes;
use http_body_util::combinators::BoxBody;
use http_body_util::{BodyExt, Full, Limited};
use hyper::{Request, Response};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::{TokioExecutor, TokioTimer};

/// What opens connections: TLS by ring with the machine's root certificates, or plain HTTP.
pub type Connector = HttpsConnector<HttpConnector>;

/// The client of google-drive3's hub and of our own requests.
pub type HttpClient = Client<Connector, BoxBody<Bytes, hyper::Error>>;

/// A venue's network that cannot even connect in this time counts as away.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
const IDLE: Duration = Duration::from_secs(60);
const PING: Duration = Duration::from_secs(15);
/// No answer that we ask for is larger; a page of 1,000 listed files has about half of it.
const LARGEST_ANSWER: usize = 4 * 1024 * 1024;

/// Why a request brought no answer.
#[derive(Debug, thiserror::Error)]
pub enum HttpError {
    /// The connection could not be made: nothing was sent.
    #[error("no connection: {0}")]
    Connect(String),
    /// The connection broke; the request may have arrived.
    #[error("the connection broke: {0}")]
    Transport(String),
    /// No whole answer in time.
    #[error("no answer within {} seconds", .0.as_secs())]
    Timeout(Duration),
    /// More bytes than any answer we ask for.
    #[error("the answer is too large")]
    TooLarge,
}

/// A new client. It follows no redirects, so that a 308 reaches the uploader.
///
/// # Errors
/// When the machine has no root certificates (Debian: package ca-certificates).
pub fn client() -> std::io::Result<HttpClient> {
    let mut http = HttpConnector::new();
    http.enforce_http(false);
    http.set_nodelay(true);
    http.set_connect_timeout(Some(CONNECT_TIMEOUT));
    let connector = HttpsConnectorBuilder::new()
        .with_provider_and_native_roots(rustls::crypto::ring::default_provider())?
        .https_or_http()
        .enable_http1()
        .enable_http2()
        .wrap_connector(http);
    let mut builder = Client::builder(TokioExecutor::new());
    builder
        .pool_idle_timeout(IDLE)
        .pool_timer(TokioTimer::new())
        .timer(TokioTimer::new())
        // Without pings, a connection that died with the venue's network takes requests for minutes.
        .http2_keep_alive_interval(Some(PING))
        .http2_keep_alive_timeout(CONNECT_TIMEOUT)
        .http2_keep_alive_while_idle(true);
    Ok(builder.build(connector))
}

/// Sends a request and reads its whole answer within `limit`.
pub async fn send(
    client: &HttpClient,
    request: Request<Bytes>,
    limit: Duration,
) -> Result<Response<Bytes>, HttpError> {
    let request = request.map(|bytes| Full::new(bytes).map_err(|never| match never {}).boxed());
    let whole = async {
        let answer = client.request(request).await.map_err(|error| fault_of(&error))?;
        let (head, body) = answer.into_parts();
        let bytes = Limited::new(body, LARGEST_ANSWER)
            .collect()
            .await
            .map_err(|error| {
                if error.is::<http_body_util::LengthLimitError>() {
                    HttpError::TooLarge
                } else {
                    HttpError::Transport(root_cause(&*error))
                }
            })?
            .to_bytes();
        Ok(Response::from_parts(head, bytes))
    };
    tokio::time::timeout(limit, whole)
        .await
        .unwrap_or(Err(HttpError::Timeout(limit)))
}

/// Sends a request without a body and reads the head of its answer only; the
/// rest is not worth the venue's line.
pub(crate) async fn head_of(
    client: &HttpClient,
    request: Request<()>,
    limit: Duration,
) -> Result<Response<()>, HttpError> {
    let request = request.map(|()| Full::new(Bytes::new()).map_err(|never| match never {}).boxed());
    match tokio::time::timeout(limit, client.request(request)).await {
        Ok(Ok(answer)) => Ok(answer.map(drop)),
        Ok(Err(error)) => Err(fault_of(&error)),
        Err(_) => Err(HttpError::Timeout(limit)),
    }
}

/// What a failure of the client means for the request.
pub(crate) fn fault_of(error: &hyper_util::client::legacy::Error) -> HttpError {
    if error.is_connect() {
        HttpError::Connect(root_cause(error))
    } else {
        HttpError::Transport(root_cause(error))
    }
}

/// The innermost cause: "Connection refused" says more than "client error".
fn root_cause(error: &(dyn std::error::Error + 'static)) -> String {
    let mut cause = error;
    while let Some(next) = cause.source() {
        cause = next;
    }
    cause.to_string()
}
