//! Programs that claim to be ffmpeg and hang, chatter, or leave half of the work.

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use boothline_motion::{Ffmpeg, FrameSpec, Missing, MotionError, Movie};
use futures_util::stream;
use tempfile::TempDir;

const SPEC: FrameSpec = FrameSpec {
    width: 32,
    height: 32,
    frame_ms: 100,
    count: 2,
    shortest: Duration::ZERO,
};

/// A folder with an `ffmpeg` that answers questions as the real one does and
/// then does `work`, and an `ffprobe` that does `look`.
struct Fake {
    folder: TempDir,
}

const ANSWERS: &str = r#"#!/bin/sh
case "$2" in
  -version) echo "ffmpeg version 9.9-fake Copyright"; exit ;;
  -encoders) echo " V....D libx264 H.264"; echo " A....D aac AAC"; exit ;;
  -filters) echo " ... scale V->V"; exit ;;
esac
for out in "$@"; do :; done
out="${out#file:}"
"#;

impl Fake {
    fn new(work: &str, look: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        script(&folder.path().join("ffmpeg"), work);
        script(&folder.path().join("ffprobe"), look);
        Self { folder }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    async fn encode(&self, patience: Duration) -> Result<Movie, MotionError> {
        let ffmpeg = Ffmpeg::find(Some(self.folder.path())).await.unwrap();
        let ffmpeg = ffmpeg.with_patience(patience, patience);
        let frames = stream::iter(vec![vec![0; 32 * 32 * 3]; 2]);
        ffmpeg.encode_frames(&SPEC, frames, &self.path("out.mp4")).await
    }
}

fn script(path: &Path, work: &str) {
    std::fs::write(path, format!("{ANSWERS}{work}\n")).unwrap();
    std::fs::set_permissions(path, PermissionsExt::from_mode(0o755)).unwrap();
}

const LONG: Duration = Duration::from_secs(60);

/// Whether a process of this number still runs.
fn lives(pid: &str) -> bool {
    let stat = std::fs::read_to_string(format!("/proc/{}/stat", pid.trim()));
    stat.is_ok_and(|stat| !stat.contains(") Z "))
}

#[tokio::test]
async fn one_that_hangs_is_killed_with_all_that_it_started() {
    let folder = tempfile::tempdir().unwrap();
    let pids = folder.path().join("pids");
    let fake = Fake::new(
        &format!(
            "sleep 1000 & echo $! $$ > {0}.new; mv {0}.new {0}; cat >/dev/null; wait",
            pids.display()
        ),
        "exit 1",
    );
    let made = fake.encode(Duration::from_secs(2)).await;
    assert!(matches!(made, Err(MotionError::TimedOut(_))), "{made:?}");
    let pids = std::fs::read_to_string(pids).unwrap();
    for pid in pids.split_whitespace() {
        while lives(pid) {
            tokio::task::yield_now().await;
        }
    }
}

#[tokio::test]
async fn one_that_never_reads_its_input_does_not_hold_us() {
    let fake = Fake::new("exit 3", "exit 1");
    let made = fake.encode(LONG).await;
    assert!(
        matches!(&made, Err(MotionError::Failed(words)) if words.contains('3')),
        "{made:?}"
    );
}

#[tokio::test]
async fn a_flood_of_words_is_drained_and_trimmed() {
    let fake = Fake::new(
        "cat >/dev/null; i=0; while [ $i -lt 20000 ]; do echo 'error error error error error' >&2; i=$((i+1)); done; exit 1",
        "exit 1",
    );
    let Err(MotionError::Failed(words)) = fake.encode(LONG).await else {
        panic!("exit 1 is a failure");
    };
    assert!(
        words.len() < 4096 && words.contains("error error"),
        "{} bytes",
        words.len()
    );
}

#[tokio::test]
async fn success_without_a_file_is_no_success() {
    let made = Fake::new("cat >/dev/null; exit 0", "exit 1").encode(LONG).await;
    assert!(matches!(made, Err(MotionError::Output(_))), "{made:?}");
}

#[tokio::test]
async fn half_a_file_is_no_success_and_does_not_stay() {
    let work = "cat >/dev/null; printf 'half of it' > \"$out\"; exit 0";
    let fake = Fake::new(work, "echo '{\"error\":{}}'; exit 1");
    let made = fake.encode(LONG).await;
    assert!(matches!(made, Err(MotionError::Output(_))), "{made:?}");
    assert!(!fake.path("out.mp4").exists());
}

#[tokio::test]
async fn a_file_of_another_size_or_kind_is_no_success() {
    let work = "cat >/dev/null; printf 'a file' > \"$out\"; exit 0";
    for found in [
        r#"{"streams":[{"index":0,"codec_type":"video","codec_name":"h264","width":64,"height":32,"duration":"0.2"}]}"#,
        r#"{"streams":[{"index":0,"codec_type":"video","codec_name":"mpeg4","width":32,"height":32,"duration":"0.2"}]}"#,
        r#"{"streams":[{"index":0,"codec_type":"video","codec_name":"h264","width":32,"height":32,"duration":"9.2"}]}"#,
        r#"{"streams":[{"index":0,"codec_type":"audio","codec_name":"aac"}]}"#,
        "[]",
        "",
    ] {
        let made = Fake::new(work, &format!("echo '{found}'")).encode(LONG).await;
        assert!(matches!(made, Err(MotionError::Output(_))), "{found}: {made:?}");
    }
}

#[tokio::test]
async fn keys_of_the_service_are_not_for_ffmpeg() {
    let fake = Fake::new("cat >/dev/null; env >&2; pwd >&2; exit 1", "exit 1");
    let Err(MotionError::Failed(words)) = fake.encode(LONG).await else {
        panic!("exit 1 is a failure");
    };
    assert!(!words.contains("CARGO"), "{words}");
}

#[tokio::test]
async fn what_is_no_ffmpeg_is_said_to_be_none() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["ffmpeg", "ffprobe"] {
        std::fs::write(folder.path().join(name), "#!/bin/sh\necho I am a teapot\n").unwrap();
        std::fs::set_permissions(folder.path().join(name), PermissionsExt::from_mode(0o755)).unwrap();
    }
    let found = Ffmpeg::find(Some(folder.path())).await;
    assert!(matches!(found, Err(Missing::Broken { .. })), "{found:?}");
    script(&folder.path().join("ffmpeg"), "exit 1");
    let without = std::fs::read_to_string(folder.path().join("ffmpeg")).unwrap();
    std::fs::write(folder.path().join("ffmpeg"), without.replace("libx264", "h263")).unwrap();
    script(&folder.path().join("ffprobe"), "exit 1");
    let found = Ffmpeg::find(Some(folder.path())).await;
    assert!(matches!(found, Err(Missing::NoEncoder { .. })), "{found:?}");
}
