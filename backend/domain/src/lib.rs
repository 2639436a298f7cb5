//! The nouns of a photo booth, and what may happen to them.
//!
//! Ids, time, the states of sessions, jobs and deliveries with their allowed
//! transitions, and [`Disposition`]: what a failed step asks for. Nothing here
//! touches a disk, a network, a database or an executor.

mod animation;
pub mod clock;
mod disposition;
mod ids;
mod share_code;
mod states;

pub use animation::AnimationFormat;
pub use disposition::Disposition;
pub use ids::{GuestId, JobId, OverlayId, PhotoId, SessionId, ThemeId, ThemeIdError};
pub use share_code::{ShareCode, ShareCodeError};
pub use states::{
    DeliveryState, InvalidTransition, JobMode, JobStatus, SessionStatus, TargetKind, UnknownState,
};
