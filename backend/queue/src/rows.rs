//! The two tables as SeaORM sees them.

pub(crate) mod lanes;
pub(crate) mod tasks;
