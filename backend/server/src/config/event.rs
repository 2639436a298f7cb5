//! What the guests see of the evening.

use std::time::Duration;

use super::parse;
use super::reader::Reader;

/// What the guests see of the evening.
#[derive(Clone, Debug)]
pub struct Event {
    /// The event's name on the kiosk, the pictures and the share pages; may be empty.
    pub name: String,
    /// Whether the kiosk asks for name, e-mail and phone.
    pub guest_form: bool,
    /// How long the kiosk counts down before each shot.
    pub countdown: Duration,
    /// After how long without a touch the kiosk forgets its guest.
    pub idle: Duration,
    /// The language of the pages.
    pub locale: String,
}

impl Event {
    pub(super) fn read(reader: &mut Reader<'_>) -> Self {
        Self {
            name: reader.optional("EVENT_NAME", parse::line(80)).unwrap_or_default(),
            guest_form: reader.value("GUEST_FORM", parse::switch),
            countdown: reader.value("COUNTDOWN_SECONDS", parse::seconds(0..=30)),
            idle: reader.value("IDLE_SECONDS", parse::seconds(5..=3600)),
            locale: reader.value("LOCALE", parse::locale),
        }
    }
}
