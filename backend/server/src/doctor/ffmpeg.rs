//! Can moving pictures be made and taken in?

use super::Check;
use crate::cinema::{Absent, Cinema};
use crate::config::FfmpegPath;

const NAME: &str = "ffmpeg";

/// Without ffmpeg every photo is as good as ever: a warning at most.
pub(super) async fn found(path: &FfmpegPath) -> Check {
    let cinema = Cinema::new(path.clone(), &std::env::temp_dir());
    match cinema.ffmpeg().await {
        Ok(_) => Check::ok(NAME, cinema.standing().await),
        Err(Absent::Off) => Check::ok(NAME, "ffmpeg is switched off: no MP4s, no clips."),
        Err(Absent::Missing(missing)) => Check::warning(
            NAME,
            format!(
                "No MP4s are made and no clips taken in: {}",
                before_advice(&missing.to_string())
            ),
            "Install it (on Debian and Ubuntu: apt install ffmpeg), correct FFMPEG_PATH, or set it to off.",
        ),
    }
}

/// The finding without the advice, which the check has of its own.
fn before_advice(sentences: &str) -> &str {
    let end = sentences.find(". Install").map_or(sentences.len(), |at| at + 1);
    &sentences[..end]
}

#[cfg(test)]
mod tests {
    use super::super::Status;
    use super::*;

    #[tokio::test]
    async fn one_that_is_not_there_is_a_warning_with_advice() {
        let check = found(&FfmpegPath::At("/nowhere".into())).await;
        assert_eq!(check.status, Status::Warning);
        assert!(
            check.message.ends_with("was not found at /nowhere."),
            "{}",
            check.message
        );
        assert!(check.action.unwrap().contains("apt install ffmpeg"));
    }

    #[tokio::test]
    async fn one_that_is_not_wanted_is_fine() {
        assert_eq!(found(&FfmpegPath::Off).await.status, Status::Ok);
    }
}
