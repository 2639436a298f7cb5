//! The photo booth service: configuration, commands, HTTP and workers.
//!
//! `cli -> app -> {http, tasks} -> services`; only this crate knows
//! the imaging, store, queue and delivery crates all at once.

pub mod access;
pub mod app;
pub mod cinema;
pub mod cli;
pub mod config;
pub mod context;
pub mod doctor;
pub mod feed;
pub mod http;
pub mod lan;
pub mod migrator;
pub mod origins;
pub mod places;
pub mod rate_limit;
pub mod refusal;
pub mod secrets;
pub mod services;
pub mod studio;
pub mod tasks;
pub mod telemetry;
pub mod terminal_qr;
