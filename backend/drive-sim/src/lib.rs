//! A Google Drive and OAuth 2.0 server for tests, demos and kiosk developers, with scripted faults.
//!
//! [`Sim`] runs in the process of a test and is talked to over HTTP only, like the real thing; the program
//! `drive-sim` runs it for people. What it answers follows Google's documents and the observations of client
//! libraries; Google's own Python client is part of its tests.
//!
//! ```
//! use boothline_drive_sim::{Fault, FaultKind, Operation, Options, Sim};
//!
//! # fn main() -> std::io::Result<()> {
//! let sim = Sim::start(Options::default())?;
//! // The second chunk of the next upload is half lost.
//! let fault = Fault::on(Operation::SessionPut, FaultKind::StorePart { bytes: None });
//! sim.faults().add(fault.after(1).times(1));
//! assert!(sim.snapshot().files.is_empty());
//! # Ok(())
//! # }
//! ```

mod arrival;
mod clock;
mod connection;
mod control;
mod credentials;
mod drive;
mod error;
mod faults;
mod fields;
mod links;
mod method_override;
mod oauth;
mod operation;
mod options;
mod query;
mod random;
mod shared;
mod sim;
mod snapshot;
mod traffic;
mod upload;
mod world;

pub use faults::{Fault, FaultKind, Faults};
pub use operation::Operation;
pub use options::{ClientState, Consent, DuplicateIds, LinkBase, Options};
pub use sim::Sim;
pub use snapshot::{FileSnapshot, Snapshot};
pub use world::{OPERATOR, SERVICE_ACCOUNT};
