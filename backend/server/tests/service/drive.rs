//! Delivery to Google Drive, played by the simulator.

pub(crate) mod folder;
pub(crate) mod interrupted;
mod office;
