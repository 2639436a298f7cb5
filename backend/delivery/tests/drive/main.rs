//! The Drive client against a small Drive on this machine whose line and temper can be broken.

#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot set up its world has failed"
)]

mod account;
mod booth;
mod crash;
mod deliver;
mod google;
mod resume;
mod share;
mod stream;
mod wire;
