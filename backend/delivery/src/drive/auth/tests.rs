//! Signing in against a server that follows a script.

mod booth;
mod faults;
mod files;
mod login;
mod refresh;
mod server;
mod service_account;
