//! Looks at a stranger's clip: what it is, and whether it is taken.

use std::path::Path;
use std::time::Duration;

use tokio::io::AsyncReadExt;

use crate::clip::{Pace, check_header, check_pace};
use crate::probe::seconds;
use crate::sniff::{Container, SNIFF_BYTES, container};
use crate::{ClipError, ClipInfo, ClipLimits, Ffmpeg, MotionError};

/// Phones put a second, small or deep picture beside the first; more is no clip.
const MOST_PICTURES: usize = 2;

impl Ffmpeg {
    /// Looks at a clip. The first bytes decide what it is, never its name.
    ///
    /// # Errors
    /// [`MotionError::Clip`] says why it is refused.
    pub async fn inspect(&self, path: &Path, limits: &ClipLimits) -> Result<ClipInfo, MotionError> {
        let path = std::path::absolute(path)?;
        let container = sniff(&path).await?;
        let probe = self.probe(&path, container).await.map_err(blame)?;
        let pictures: Vec<_> = probe
            .streams
            .iter()
            .filter(|stream| stream.is_moving_picture())
            .collect();
        let picture = *pictures.first().ok_or(ClipError::NoPicture)?;
        if pictures.len() > MOST_PICTURES {
            return Err(ClipError::Corrupt.into());
        }
        check_header(picture, limits)?;
        let said = probe.duration(picture).zip(picture.rate());
        let said = said.map(|(duration, fps)| Pace { duration, fps });
        let pace = match said.filter(|pace| check_pace(*pace, limits).is_ok()) {
            Some(pace) => pace,
            None => self.count(&path, container, picture.index, limits).await?,
        };
        check_pace(pace, limits)?;
        let sound = probe.streams.iter().find(|stream| stream.is_sound());
        Ok(ClipInfo::new(container, picture, sound, pace))
    }

    /// Counts a stream's frames by reading, without decoding: recordings of
    /// browsers say neither their length nor a rate that can be, and a phone's
    /// varying rate makes a header say the oddest things.
    async fn count(
        &self,
        path: &Path,
        container: Container,
        stream: u32,
        limits: &ClipLimits,
    ) -> Result<Pace, MotionError> {
        // Reading a little past the end is enough to know that it goes on.
        let until = format!("%+{}", limits.end().as_secs() + 2);
        let stream = stream.to_string();
        let what = [
            "-select_streams",
            &stream,
            "-read_intervals",
            &until,
            "-show_entries",
            "packet=pts_time",
            "-print_format",
            "csv=print_section=0",
        ];
        let answer = self.ask(path, container, &what).await.map_err(blame)?;
        pace_of(&String::from_utf8_lossy(&answer)).ok_or_else(|| ClipError::Corrupt.into())
    }
}

async fn sniff(path: &Path) -> Result<Container, MotionError> {
    let mut head = Vec::with_capacity(SNIFF_BYTES);
    let file = tokio::fs::File::open(path).await?;
    file.take(SNIFF_BYTES as u64).read_to_end(&mut head).await?;
    Ok(container(&head).ok_or(ClipError::ContainerUnknown)?)
}

/// ffprobe fails at a clip because of the clip.
fn blame(error: MotionError) -> MotionError {
    match error {
        MotionError::Failed(words) => {
            tracing::debug!(words, "A clip was refused by ffprobe");
            ClipError::Corrupt.into()
        }
        MotionError::TimedOut(after) => ClipError::Timeout { after }.into(),
        other => other,
    }
}

/// From the times of all packets, one a line.
fn pace_of(times: &str) -> Option<Pace> {
    let mut first = Duration::MAX;
    let mut last = Duration::ZERO;
    let mut count = 0_u32;
    for line in times.lines() {
        let word = line.split(',').next().unwrap_or_default();
        let Some(time) = seconds(word).or_else(|| word.starts_with('0').then_some(Duration::ZERO)) else {
            continue;
        };
        (first, last, count) = (first.min(time), last.max(time), count + 1);
    }
    let span = last.checked_sub(first)?;
    if count < 2 || span.is_zero() {
        // A single picture; it is shown for a moment.
        let moment = Duration::from_millis(40);
        return (count > 0).then_some(Pace {
            duration: moment,
            fps: 25.0,
        });
    }
    let fps = f64::from(count - 1) / span.as_secs_f64();
    Some(Pace {
        duration: span + span / (count - 1),
        fps,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pace_is_counted_from_packets_in_any_order() {
        let pace = pace_of("0.000000\n0.100000,\n0.050000\nN/A\n0.150000\n").unwrap();
        assert_eq!(pace.duration, Duration::from_millis(200));
        assert!((pace.fps - 20.0).abs() < 0.01);
        assert!(pace_of("N/A\n").is_none());
        assert_eq!(pace_of("0.000000\n").unwrap().duration, Duration::from_millis(40));
    }
}
