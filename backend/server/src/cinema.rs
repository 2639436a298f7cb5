//! The room where moving pictures are made: ffmpeg, or the reason why there is none, and few at once.

use std::path::Path;
use std::sync::Arc;

use boothline_motion::{Ffmpeg, Missing};
use tokio::sync::{Semaphore, SemaphorePermit};

use crate::config::FfmpegPath;

/// Pieces of ffmpeg work at once: each takes two threads.
const AT_ONCE: usize = 2;

/// Why no moving pictures are made or taken. `Display` tells the operator what to do.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Absent {
    /// The operator wants none.
    #[error("ffmpeg is switched off; clear FFMPEG_PATH to use it.")]
    Off,
    /// There is none, or none that works.
    #[error("{0} Then start Boothline again.")]
    Missing(#[from] Missing),
}

/// ffmpeg as it was found at the start.
#[derive(Clone, Debug)]
pub struct Cinema {
    ffmpeg: Result<Ffmpeg, Absent>,
    seats: Arc<Semaphore>,
}

impl Cinema {
    /// Looks for ffmpeg where the operator says.
    pub async fn open(path: &FfmpegPath) -> Self {
        let ffmpeg = match path {
            FfmpegPath::Off => Err(Absent::Off),
            FfmpegPath::Search => Ffmpeg::find(None).await.map_err(Absent::from),
            FfmpegPath::At(path) => Ffmpeg::find(Some(path)).await.map_err(Absent::from),
        };
        Self {
            ffmpeg,
            seats: Arc::new(Semaphore::new(AT_ONCE)),
        }
    }

    /// The same, with ffmpeg working in folders below `scratch`.
    #[must_use]
    pub fn in_folder(self, scratch: &Path) -> Self {
        Self {
            ffmpeg: self.ffmpeg.map(|ffmpeg| ffmpeg.with_scratch(scratch)),
            ..self
        }
    }

    /// ffmpeg, or why there is none.
    pub fn ffmpeg(&self) -> Result<&Ffmpeg, &Absent> {
        self.ffmpeg.as_ref()
    }

    /// Waits for one of the few places; work goes on while it is held.
    pub async fn seat(&self) -> SemaphorePermit<'_> {
        self.seats.acquire().await.expect("the seats are never closed")
    }

    /// How it stands, in one sentence for the operator.
    pub fn standing(&self) -> String {
        match &self.ffmpeg {
            Ok(ffmpeg) => format!("ffmpeg {} makes MP4s and takes clips in.", ffmpeg.version()),
            Err(absent) => format!("No MP4s are made and no clips taken in. {absent}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn switched_off_it_is_not_even_looked_for() {
        let cinema = Cinema::open(&FfmpegPath::Off).await;
        assert_eq!(cinema.ffmpeg().unwrap_err(), &Absent::Off);
        assert!(cinema.standing().contains("FFMPEG_PATH"));
    }

    #[tokio::test]
    async fn a_wrong_path_says_what_to_do() {
        let cinema = Cinema::open(&FfmpegPath::At("/nowhere".into())).await;
        assert!(
            cinema.standing().contains("apt install ffmpeg"),
            "{}",
            cinema.standing()
        );
    }
}
