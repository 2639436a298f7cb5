//! OAuth 2.0: consent page, tokens, devices, service accounts.

mod assertion;
mod authorize;
mod client;
mod device;
mod directory;
mod error;
pub(crate) mod scope;
mod token;

use actix_web::web;

pub(crate) use assertion::{KEY_ID, KEY_PEM};
pub(crate) use device::decide as decide_device;
pub(crate) use directory::{CLIENT_ID, CLIENT_SECRET, Directory, Grant};

/// Routes of the authorisation server.
pub(crate) fn routes(config: &mut web::ServiceConfig) {
    for path in ["/o/oauth2/v2/auth", "/o/oauth2/auth"] {
        config.route(path, web::get().to(authorize::page));
    }
    for path in ["/token", "/o/oauth2/token"] {
        config.route(path, web::post().to(token::answer));
    }
    for path in ["/device/code", "/o/oauth2/device/code"] {
        config.route(path, web::post().to(device::start));
    }
    config.route("/device", web::get().to(device::page));
    for path in ["/revoke", "/o/oauth2/revoke"] {
        config.route(path, web::post().to(token::revoke));
    }
}
