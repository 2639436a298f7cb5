//! ffprobe's answer about a file, read into types.

use std::path::Path;
use std::time::Duration;

use serde::Deserialize;

use crate::encoding::file;
use crate::process::Run;
use crate::sniff::Container;
use crate::{Ffmpeg, MotionError, Movie};

/// Decoders that a clip may ask for, by ffmpeg's names of them.
const DECODERS: &str = "h264,hevc,vp8,vp9,av1,libdav1d,libaom-av1,mpeg4,h263,mjpeg,\
    aac,mp3,mp3float,opus,libopus,vorbis,libvorbis,alac,amrnb,pcm_s16le,pcm_s16be,pcm_s24le,pcm_s24be,pcm_f32le";
/// The largest picture that is decoded, in pixels: 4096 x 4096.
const MAX_PIXELS: &str = "16777216";
/// The largest single piece of memory that ffmpeg takes, in bytes.
const MAX_ALLOC: &str = "268435456";

/// What we ask: only these fields come, however much a file has to say of itself.
const ENTRIES: &str = "format=duration:\
    stream=index,codec_type,codec_name,width,height,sample_aspect_ratio,avg_frame_rate,duration,\
    color_space,color_transfer,color_primaries:stream_disposition=attached_pic:stream_side_data=rotation:stream_tags=rotate";

/// How a stranger's file is decoded: as [`looked_at`], with known decoders only.
pub(crate) fn decoded(path: &Path, container: Container) -> Vec<std::ffi::OsString> {
    let mut arguments: Vec<std::ffi::OsString> = vec!["-codec_whitelist".into(), DECODERS.into()];
    arguments.extend(looked_at(path, container));
    arguments
}

/// How a stranger's file is opened: as this kind of container and no other, by
/// the file protocol and no other, with bounded pictures. ffprobe gives up on the
/// whole of a file with one stream of an unlisted codec, and phones add such
/// streams, so the list is not for a look; the codec is judged by its name then.
pub(crate) fn looked_at(path: &Path, container: Container) -> Vec<std::ffi::OsString> {
    let words = [
        "-protocol_whitelist",
        "file",
        "-format_whitelist",
        "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm",
        "-max_pixels",
        MAX_PIXELS,
        "-f",
        container.demuxer(),
        "-i",
    ];
    let mut arguments: Vec<std::ffi::OsString> = words.iter().map(Into::into).collect();
    arguments.push(file(path));
    arguments
}

/// What goes before them for either program.
pub(crate) const BOUNDED: &[&str] = &["-max_alloc", MAX_ALLOC];

/// A file as ffprobe sees it.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Probe {
    #[serde(default)]
    pub(crate) streams: Vec<Stream>,
    #[serde(default)]
    pub(crate) format: Format,
}

#[derive(Debug, Default, Deserialize)]
pub(crate) struct Format {
    duration: Option<String>,
}

/// One stream; numbers come as words, and any of them may be missing.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Stream {
    pub(crate) index: u32,
    #[serde(default)]
    pub(crate) codec_type: String,
    #[serde(default)]
    pub(crate) codec_name: String,
    #[serde(default)]
    pub(crate) width: u32,
    #[serde(default)]
    pub(crate) height: u32,
    sample_aspect_ratio: Option<String>,
    avg_frame_rate: Option<String>,
    duration: Option<String>,
    pub(crate) color_space: Option<String>,
    pub(crate) color_transfer: Option<String>,
    pub(crate) color_primaries: Option<String>,
    #[serde(default)]
    disposition: Disposition,
    #[serde(default)]
    side_data_list: Vec<SideData>,
    #[serde(default)]
    tags: Tags,
}

#[derive(Debug, Default, Deserialize)]
struct Disposition {
    #[serde(default)]
    attached_pic: u8,
}

#[derive(Debug, Default, Deserialize)]
struct SideData {
    rotation: Option<f64>,
}

#[derive(Debug, Default, Deserialize)]
struct Tags {
    rotate: Option<String>,
}

impl Stream {
    pub(crate) fn is_moving_picture(&self) -> bool {
        self.codec_type == "video" && self.disposition.attached_pic == 0
    }

    pub(crate) fn is_sound(&self) -> bool {
        self.codec_type == "audio" && DECODERS.split(',').any(|name| name == self.codec_name)
    }

    /// Degrees clockwise that the picture is to be turned, to the next quarter: 0, 90, 180 or 270.
    pub(crate) fn rotation(&self) -> u16 {
        let by_matrix = self
            .side_data_list
            .iter()
            .find_map(|data| data.rotation)
            .map(|degrees| -degrees);
        let by_tag = || self.tags.rotate.as_ref()?.parse().ok();
        let degrees: f64 = by_matrix
            .or_else(by_tag)
            .filter(|degrees: &f64| degrees.is_finite())
            .unwrap_or(0.0);
        match (degrees / 90.0).round().rem_euclid(4.0) {
            quarter if quarter < 0.5 => 0,
            quarter if quarter < 1.5 => 90,
            quarter if quarter < 2.5 => 180,
            _ => 270,
        }
    }

    /// How much wider than high a pixel is shown; 1 where it is not said or cannot be.
    pub(crate) fn pixel_shape(&self) -> f64 {
        let shape = self
            .sample_aspect_ratio
            .as_deref()
            .and_then(|text| ratio(text, ':'));
        shape.filter(|shape| (0.2..=5.0).contains(shape)).unwrap_or(1.0)
    }

    /// Frames a second, where the header says something that can be.
    pub(crate) fn rate(&self) -> Option<f64> {
        self.avg_frame_rate.as_deref().and_then(|text| ratio(text, '/'))
    }
}

impl Probe {
    /// How long the file plays, where it says so.
    pub(crate) fn duration(&self, stream: &Stream) -> Option<Duration> {
        let said = stream.duration.as_ref().or(self.format.duration.as_ref())?;
        seconds(said)
    }
}

/// Seconds written as a number with a point.
pub(crate) fn seconds(text: &str) -> Option<Duration> {
    let seconds: f64 = text.trim().parse().ok()?;
    Duration::try_from_secs_f64(seconds)
        .ok()
        .filter(|duration| !duration.is_zero())
}

fn ratio(text: &str, sign: char) -> Option<f64> {
    let (above, below) = text.split_once(sign)?;
    let (above, below): (f64, f64) = (above.parse().ok()?, below.parse().ok()?);
    (above > 0.0 && below > 0.0).then(|| above / below)
}

impl Ffmpeg {
    /// Asks ffprobe about a file, with `what` after the bounds of a stranger's file.
    pub(crate) async fn ask(
        &self,
        path: &Path,
        container: Container,
        what: &[&str],
    ) -> Result<Vec<u8>, MotionError> {
        let folder = self.folder()?;
        let run = Run {
            program: &self.ffprobe,
            folder: folder.path(),
            patience: self.look,
            largest: 0,
        };
        let head = ["-hide_banner", "-v", "error"];
        let words = head.iter().chain(BOUNDED).chain(what);
        let mut arguments: Vec<std::ffi::OsString> = words.map(Into::into).collect();
        arguments.extend(looked_at(path, container));
        run.run(&arguments).await?.success()
    }

    /// What ffprobe says of a file.
    pub(crate) async fn probe(&self, path: &Path, container: Container) -> Result<Probe, MotionError> {
        let answer = self
            .ask(
                path,
                container,
                &["-print_format", "json", "-show_entries", ENTRIES],
            )
            .await?;
        serde_json::from_slice(&answer)
            .map_err(|error| MotionError::Failed(format!("ffprobe's answer: {error}")))
    }

    /// Looks anew at a clip that ffmpeg says it has made: H.264 of this size, about this long.
    pub(crate) async fn judge(
        &self,
        out: &Path,
        width: u32,
        height: u32,
        wanted: Duration,
    ) -> Result<Movie, MotionError> {
        let unfit = |why: String| MotionError::Output(why);
        let bytes = match tokio::fs::metadata(out).await {
            Ok(file) => file.len(),
            Err(_) => return Err(unfit("there is no file".to_owned())),
        };
        let found = self.probe(out, Container::Mp4).await;
        let found = found.map_err(|error| unfit(error.to_string()))?;
        let stream = found.streams.iter().find(|stream| stream.is_moving_picture());
        let stream = stream.ok_or_else(|| unfit("it has no picture".to_owned()))?;
        if (stream.codec_name.as_str(), stream.width, stream.height) != ("h264", width, height) {
            let what = format!("{} of {} x {}", stream.codec_name, stream.width, stream.height);
            return Err(unfit(what));
        }
        let duration = found.duration(stream).unwrap_or_default();
        if duration.abs_diff(wanted) > wanted / 4 + Duration::from_millis(250) {
            return Err(unfit(format!("it lasts {duration:?} and not {wanted:?}")));
        }
        Ok(Movie {
            width,
            height,
            duration,
            bytes,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stream(json: &str) -> Stream {
        serde_json::from_str(json).unwrap()
    }

    #[test]
    fn rotation_is_read_from_matrix_and_tag_in_quarters_clockwise() {
        let by_matrix = |degrees: &str| {
            stream(&format!(
                r#"{{"index":0,"side_data_list":[{{}},{{"rotation":{degrees}}}]}}"#
            ))
            .rotation()
        };
        assert_eq!(
            [
                by_matrix("-90"),
                by_matrix("90"),
                by_matrix("180"),
                by_matrix("-91.2")
            ],
            [90, 270, 180, 90]
        );
        assert_eq!(stream(r#"{"index":0,"tags":{"rotate":"270"}}"#).rotation(), 270);
        assert_eq!(stream(r#"{"index":0,"tags":{"rotate":"NaN"}}"#).rotation(), 0);
        assert_eq!(stream(r#"{"index":0}"#).rotation(), 0);
    }

    #[test]
    fn numbers_that_cannot_be_are_no_numbers() {
        let odd = stream(r#"{"index":0,"avg_frame_rate":"0/0","sample_aspect_ratio":"0:1"}"#);
        assert_eq!((odd.rate(), odd.pixel_shape()), (None, 1.0));
        assert_eq!(
            stream(r#"{"index":0,"avg_frame_rate":"30000/1000"}"#).rate(),
            Some(30.0)
        );
        assert_eq!(
            stream(r#"{"index":0,"sample_aspect_ratio":"9999999:1"}"#).pixel_shape(),
            1.0
        );
        for text in ["-1", "inf", "NaN", "1e300", "", "0"] {
            assert_eq!(seconds(text), None, "{text}");
        }
        assert_eq!(seconds("1.5\n"), Some(Duration::from_millis(1500)));
    }
}
