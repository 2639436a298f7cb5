//! The simulator as its clients see it: over HTTP.

#![expect(
    clippy::unwrap_used,
    reason = "the helpers of tests fail where a test cannot go on"
)]

mod faults;
mod files;
mod links;
mod sign_in;
mod support;
mod uploads;
