//! HTTP: extract, call one service function, map. One file for each noun of the contract.

mod body;
mod callers;
mod cors;
mod drive;
mod envelope;
mod events;
mod finish;
mod form;
mod gallery;
mod health;
mod idempotency;
mod jobs;
mod kiosk;
pub mod openapi;
mod overlays;
mod pages;
mod problem;
mod progress;
mod qr;
mod sessions;
mod share;
mod static_files;
mod themes;

use actix_web::middleware::{Compress, NormalizePath, from_fn};
use actix_web::{App, web};

use crate::context::Context;

/// Registers every route.
fn routes(config: &mut web::ServiceConfig) {
    config.service(
        web::scope("/api/v1")
            .configure(sessions::routes)
            .configure(themes::routes)
            .configure(overlays::routes)
            .configure(jobs::routes)
            .configure(events::routes)
            .configure(gallery::routes)
            .configure(drive::routes)
            .configure(qr::routes)
            .configure(kiosk::routes)
            .configure(health::routes),
    );
    config.configure(health::routes).configure(health::root_routes);
    config
        .configure(static_files::routes)
        .configure(share::routes)
        .configure(pages::routes);
}

/// The whole application, for one worker thread of the server.
pub fn application(
    context: &Context,
) -> App<
    impl actix_web::dev::ServiceFactory<
        actix_web::dev::ServiceRequest,
        Config = (),
        Response = actix_web::dev::ServiceResponse<impl actix_web::body::MessageBody + use<>>,
        Error = actix_web::Error,
        InitError = (),
    > + use<>,
> {
    App::new()
        .app_data(web::Data::new(context.clone()))
        .app_data(body::json_config())
        .configure(routes)
        .default_service(web::to(problem::unknown_route))
        .wrap(from_fn(envelope::envelope))
        // Outside of the envelope: errors are compressed and readable for kiosks like all else.
        .wrap(cors::policy(context))
        .wrap(Compress::default())
        .wrap(NormalizePath::trim())
}
