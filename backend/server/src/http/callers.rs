//! Who calls: a handler that holds a [`Kiosk`] or an [`Operator`] was allowed to begin.

use std::future::{Ready, ready};
use std::net::IpAddr;

use actix_web::dev::Payload;
use actix_web::http::Method;
use actix_web::http::header;
use actix_web::{FromRequest, HttpRequest, web};
use boothline_domain::clock::Timestamp;

use crate::access::{Access, Shown};
use crate::context::Context;
use crate::refusal::{Kind, Refusal};

/// A kiosk, or somebody who may do what kiosks do.
#[derive(Clone, Copy, Debug)]
pub(super) struct Kiosk;

/// The operator.
#[derive(Clone, Copy, Debug)]
pub(super) struct Operator;

impl FromRequest for Kiosk {
    type Error = Refusal;
    type Future = Ready<Result<Self, Refusal>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(allowed(request, Access::kiosk).map(|()| Self))
    }
}

impl FromRequest for Operator {
    type Error = Refusal;
    type Future = Ready<Result<Self, Refusal>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(allowed(request, Access::operator).map(|()| Self))
    }
}

type Rule = fn(&Access, Shown<'_>, Option<IpAddr>, Timestamp) -> Result<(), Refusal>;

fn allowed(request: &HttpRequest, rule: Rule) -> Result<(), Refusal> {
    let context = context_of(request)?;
    let from = request.peer_addr().map(|peer| peer.ip());
    rule(&context.access, shown(request), from, context.now())?;
    own_page(request, context)
}

fn context_of(request: &HttpRequest) -> Result<&web::Data<Context>, Refusal> {
    request
        .app_data::<web::Data<Context>>()
        .ok_or_else(|| Refusal::internal("the application has no context"))
}

fn shown(request: &HttpRequest) -> Shown<'_> {
    let text = |name: &str| request.headers().get(name).and_then(|value| value.to_str().ok());
    let bearer = text("authorization").and_then(|value| {
        let (scheme, token) = value.split_once(' ')?;
        scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
    });
    Shown {
        booth_key: text("x-booth-key"),
        bearer,
    }
}

/// What the client says it calls; headers of proxies are anybody's to set.
fn raw_host(request: &HttpRequest) -> String {
    let named = request
        .headers()
        .get(header::HOST)
        .and_then(|host| host.to_str().ok());
    let authority = request
        .uri()
        .authority()
        .map(actix_web::http::uri::Authority::as_str);
    authority.or(named).unwrap_or_default().to_owned()
}

/// While nobody needs a key, any page in the operator's browser could send
/// requests here: a write must come from our own pages or an allowed origin, and
/// every call must be meant for this machine (a foreign name that was made to
/// point at loopback is not, and whoever comes through a proxy is not on this machine).
fn own_page(request: &HttpRequest, context: &Context) -> Result<(), Refusal> {
    if !context.access.open {
        return Ok(());
    }
    let host = raw_host(request);
    let proxied = ["x-forwarded-for", "x-forwarded-host", "forwarded", "via"];
    if proxied.iter().any(|name| request.headers().contains_key(*name)) {
        let detail = "Behind a proxy this call needs keys: set BIND_ADDR to an address beyond loopback.";
        return Err(Refusal::new(Kind::Forbidden, "proxy_not_allowed", detail));
    }
    if !context.origins.is_own_host(&host) {
        let detail = "This address is not one of the service's own; set API_BASE_URL to it.";
        return Err(Refusal::new(Kind::Forbidden, "host_not_allowed", detail));
    }
    if matches!(*request.method(), Method::GET | Method::HEAD) {
        return Ok(());
    }
    let Some(origin) = request
        .headers()
        .get(header::ORIGIN)
        .and_then(|value| value.to_str().ok())
    else {
        return Ok(());
    };
    if context.origins.may_write(origin, &host) {
        return Ok(());
    }
    let detail = "Pages of this origin may not send requests here; add it to CORS_ORIGINS.";
    Err(Refusal::new(Kind::Forbidden, "origin_not_allowed", detail))
}
