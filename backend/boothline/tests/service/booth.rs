//! A whole service of our own, and what a kiosk needs to talk to it.

mod client;
mod database;
mod feed;
pub(crate) mod film;
mod form;
mod photos;
mod process;
mod raw;
mod visit;

pub(crate) use client::{Answer, Client};
pub(crate) use form::Form;
#[cfg(feature = "heif")]
pub(crate) use photos::with_canary_boxes;
pub(crate) use photos::{
    canary_photo, contains, overlay_png, p3_patch, photo, pixels, resized, tiny_bomb, turned_photo,
};
pub(crate) use process::{Booth, Engine, never_starts};
pub(crate) use raw::Raw;
pub(crate) use visit::Traces;
