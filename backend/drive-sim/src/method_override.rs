//! `X-HTTP-Method-Override`: a GET whose query is too long for an address comes as a POST with the query as
//! its body. Google's client libraries do so from 2,048 characters on.

use actix_web::HttpMessage;
use actix_web::dev::ServiceRequest;
use actix_web::http::{Method, Uri};
use bytes::BytesMut;
use futures_util::StreamExt;

/// Turns such a POST back into the GET that it stands for.
pub(crate) async fn undo(mut request: ServiceRequest) -> ServiceRequest {
    let overridden = request
        .headers()
        .get("x-http-method-override")
        .is_some_and(|method| method == "GET");
    if !overridden || request.method() != Method::POST {
        return request;
    }
    let mut query = BytesMut::new();
    let mut payload = request.take_payload();
    while let Some(Ok(chunk)) = payload.next().await {
        query.extend_from_slice(&chunk);
    }
    let address = format!("{}?{}", request.path(), String::from_utf8_lossy(&query));
    if let Ok(uri) = address.parse::<Uri>() {
        let head = request.head_mut();
        head.method = Method::GET;
        head.uri = uri;
    }
    request
}
