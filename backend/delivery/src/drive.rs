//! Google Drive: the link first, exactly once, whatever happens.

pub mod auth;
pub mod http;
mod trouble;

pub use trouble::{DriveError, Trouble};
