//! The room where moving pictures are made: ffmpeg, or the reason why there is none, and few at once.

use std::path::Path;
use std::sync::Arc;

use boothline_motion::{Ffmpeg, Missing};
use tokio::sync::{OnceCell, Semaphore, SemaphorePermit};

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

/// ffmpeg as it is found by the first who asks: the service itself, beside its start, which a cold disk would hold up.
#[derive(Clone, Debug)]
pub struct Cinema {
    path: FfmpegPath,
    scratch: Arc<Path>,
    ffmpeg: Arc<OnceCell<Result<Ffmpeg, Absent>>>,
    seats: Arc<Semaphore>,
}

impl Cinema {
    /// ffmpeg is where the operator says, and works in folders below `scratch`.
    pub fn new(path: FfmpegPath, scratch: &Path) -> Self {
        Self {
            path,
            scratch: scratch.into(),
            ffmpeg: Arc::default(),
            seats: Arc::new(Semaphore::new(AT_ONCE)),
        }
    }

    /// ffmpeg, or why there is none.
    pub async fn ffmpeg(&self) -> Result<&Ffmpeg, &Absent> {
        self.ffmpeg.get_or_init(|| self.find()).await.as_ref()
    }

    async fn find(&self) -> Result<Ffmpeg, Absent> {
        let configured = match &self.path {
            FfmpegPath::Off => return Err(Absent::Off),
            FfmpegPath::Search => None,
            FfmpegPath::At(path) => Some(path.as_path()),
        };
        Ok(Ffmpeg::find(configured).await?.with_scratch(&self.scratch))
    }

    /// Waits for one of the few places; work goes on while it is held.
    pub async fn seat(&self) -> SemaphorePermit<'_> {
        self.seats.acquire().await.expect("the seats are never closed")
    }

    /// How it stands, in one sentence for the operator.
    pub async fn standing(&self) -> String {
        match self.ffmpeg().await {
            Ok(ffmpeg) => format!("ffmpeg {} makes MP4s and takes clips in.", ffmpeg.version()),
            Err(absent) => format!("No MP4s are made and no clips taken in. {absent}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cinema(path: FfmpegPath) -> Cinema {
        Cinema::new(path, Path::new("/nowhere"))
    }

    #[tokio::test]
    async fn switched_off_it_is_not_even_looked_for() {
        let cinema = cinema(FfmpegPath::Off);
        assert_eq!(cinema.ffmpeg().await.unwrap_err(), &Absent::Off);
        assert!(cinema.standing().await.contains("FFMPEG_PATH"));
    }

    #[tokio::test]
    async fn a_wrong_path_says_what_to_do() {
        let standing = cinema(FfmpegPath::At("/nowhere".into())).standing().await;
        assert!(standing.contains("apt install ffmpeg"), "{standing}");
    }
}
