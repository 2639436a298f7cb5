//! A clip instead of a photo: a poster at once, an MP4 for phones with the result.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;

use crate::booth::film::{cinema, clip, film, installed};
use crate::booth::{Booth, Client, Engine, Form, Traces, contains, photo, pixels};

fn upload(kiosk: &Client, session: i64, bytes: &[u8]) -> crate::booth::Answer {
    let form = Form::new().file("file", "clip.mov", "video/quicktime", bytes);
    kiosk.post_form(&format!("/api/v1/sessions/{session}/upload"), form)
}

fn names(booth: &Booth, folder: &str) -> Result<Vec<String>> {
    let files = booth.files()?;
    let inside = files
        .iter()
        .filter(|path| path.parent().is_some_and(|parent| parent.ends_with(folder)));
    Ok(inside.map(|path| path.to_string_lossy().into_owned()).collect())
}

/// The MP4 of a finished job.
fn mp4_of(job: &Value) -> Result<&str> {
    let [animation] = job["animations"].as_array().context("a list")?.as_slice() else {
        anyhow::bail!("one animation: {job}");
    };
    assert_eq!(animation["format"], "mp4");
    animation["url"].as_str().context("an address")
}

pub(crate) fn a_clip_becomes_a_poster_and_an_mp4(engine: Engine) -> Result<()> {
    let Some(ffmpeg) = installed()? else { return Ok(()) };
    let booth = cinema(engine, &ffmpeg, &[])?;
    let kiosk = booth.client();
    let before = booth.files()?;
    let session = kiosk.start_session();
    kiosk.pick(session, "portrait");
    let shown = upload(&kiosk, session, &clip(&ffmpeg)?).ok();
    let preview = kiosk
        .get(shown["input_image_url"].as_str().context("a poster")?)
        .expect(200)
        .bytes;
    assert_eq!(pixels(&preview).dimensions(), (240, 320));

    let done = kiosk.done(&kiosk.order(session))?;
    assert_eq!(
        pixels(
            &kiosk
                .get(done["result_url"].as_str().context("a result")?)
                .expect(200)
                .bytes
        )
        .dimensions(),
        (1200, 1800)
    );
    let url = mp4_of(&done)?;
    assert!(url.starts_with("/static/results/"), "{url}");
    let movie = kiosk.get(url).expect(200);
    assert_eq!(movie.header("content-type"), Some("video/mp4"));
    assert_eq!(
        movie.bytes.len() as u64,
        done["animations"][0]["bytes"].as_u64().context("a size")?
    );
    assert_eq!(movie.bytes.get(4..8), Some(&b"ftyp"[..]));
    assert!(
        !contains(&movie.bytes) && !contains(&preview),
        "where a clip was made stays here"
    );
    let part = kiosk.with("Range", "bytes=0-99").get(url).expect(206);
    assert_eq!(part.bytes, movie.bytes[..100]);

    assert_eq!(names(&booth, "originals")?.len(), 2, "the clip and its poster");
    kiosk
        .delete(&format!("/api/v1/jobs/{}", done["job_id"]))
        .expect(204);
    kiosk.get(url).expect(404);
    assert_eq!(booth.files()?, before);
    Ok(())
}

pub(crate) fn a_recording_of_a_browser_comes_in_one_request(engine: Engine) -> Result<()> {
    let Some(ffmpeg) = installed()? else { return Ok(()) };
    let booth = cinema(engine, &ffmpeg, &[])?;
    let kiosk = booth.client();
    let words =
        "-f lavfi -i testsrc2=size=320x240:rate=15 -t 1 -c:v libvpx -deadline realtime -f webm -live 1";
    let recording = film(&ffmpeg, "webm", words)?;
    let form = Form::new().file("photo", "recording", "application/octet-stream", &recording);
    let job = kiosk.post_form("/api/v1/jobs", form).ok();
    let done = kiosk.done(&job)?;
    kiosk.get(mp4_of(&done)?).expect(200);
    Ok(())
}

pub(crate) fn a_replaced_clip_is_gone_from_the_disk(engine: Engine) -> Result<()> {
    let Some(ffmpeg) = installed()? else { return Ok(()) };
    let booth = cinema(engine, &ffmpeg, &[])?;
    let kiosk = booth.client();
    let session = kiosk.start_session();
    kiosk.pick(session, "portrait");
    upload(&kiosk, session, &clip(&ffmpeg)?).ok();
    kiosk.upload(session, &photo(1));
    assert_eq!(names(&booth, "originals")?.len(), 1);
    let done = kiosk.done(&kiosk.order(session))?;
    assert_eq!(done["animations"], serde_json::json!([]));
    Ok(())
}

pub(crate) fn without_ffmpeg_a_clip_is_refused_with_what_to_do(engine: Engine) -> Result<()> {
    // The tests' environment has no search path, so that nothing is found on it.
    let booth = Booth::open(engine)?;
    let kiosk = booth.client();
    let session = kiosk.start_session();
    let before = Traces::of(&booth)?;
    let refused = upload(&kiosk, session, b"\0\0\0\x20ftypisom\0\0\x02\0isomiso2avc1mp41")
        .refused(415, "clip_unsupported")
        .json();
    assert!(
        refused["detail"]
            .as_str()
            .is_some_and(|detail| detail.contains("apt install ffmpeg")),
        "{refused}"
    );
    assert_eq!(Traces::of(&booth)?, before);
    let status = kiosk.get("/api/v1/status").ok();
    assert_eq!(status["ffmpeg"]["available"], false);
    assert!(
        status["ffmpeg"]["message"]
            .as_str()
            .is_some_and(|words| words.contains("apt install ffmpeg")),
        "{status}"
    );
    Ok(())
}

pub(crate) fn a_clip_that_cannot_be_played_is_refused_at_the_upload(engine: Engine) -> Result<()> {
    let Some(ffmpeg) = installed()? else { return Ok(()) };
    let booth = cinema(engine, &ffmpeg, &[("MAX_CLIP_SECONDS", "1")])?;
    let kiosk = booth.client();
    let session = kiosk.start_session();
    let before = Traces::of(&booth)?;
    let source = "-f lavfi -i testsrc2=size=320x240:rate=15";
    let whole = film(
        &ffmpeg,
        "mp4",
        &format!("{source} -t 1 -c:v libx264 -pix_fmt yuv420p"),
    )?;
    let cases = [
        (
            film(
                &ffmpeg,
                "mp4",
                &format!("{source} -t 4 -c:v libx264 -pix_fmt yuv420p"),
            )?,
            413,
            "clip_too_long",
        ),
        (
            film(&ffmpeg, "mp4", "-f lavfi -i sine -t 1 -c:a aac")?,
            422,
            "clip_no_picture",
        ),
        (
            film(&ffmpeg, "mov", &format!("{source} -t 1 -c:v qtrle"))?,
            415,
            "clip_codec_unsupported",
        ),
        (whole[..whole.len() / 2].to_vec(), 422, "clip_corrupt"),
        (
            b"#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n".to_vec(),
            415,
            "photo_format_unknown",
        ),
    ];
    for (bytes, status, code) in cases {
        upload(&kiosk, session, &bytes).refused(status, code);
    }
    assert_eq!(Traces::of(&booth)?, before);
    Ok(())
}

pub(crate) fn a_clip_that_fails_later_leaves_the_still(engine: Engine) -> Result<()> {
    let Some(ffmpeg) = installed()? else { return Ok(()) };
    let folder = tempfile::tempdir()?;
    let fake = impostor(&ffmpeg, folder.path(), "echo no >&2; exit 1")?;
    let booth = cinema(engine, &fake, &[])?;
    let kiosk = booth.client();
    let session = kiosk.start_session();
    kiosk.pick(session, "portrait");
    upload(&kiosk, session, &clip(&ffmpeg)?).ok();
    let done = kiosk.done(&kiosk.order(session))?;
    assert_eq!(done["animations"], serde_json::json!([]));
    assert!(
        done["log_text"]
            .as_str()
            .is_some_and(|log| log.contains("Your picture is ready. ")),
        "{done}"
    );
    kiosk
        .get(done["result_url"].as_str().context("a result")?)
        .expect(200);
    assert_eq!(fs::read_dir(booth.folder().join("data/scratch"))?.count(), 0);
    assert!(
        fs::read_dir(booth.folder().join("results"))?
            .all(|file| { file.is_ok_and(|file| !file.file_name().to_string_lossy().contains("mp4")) })
    );
    Ok(())
}

pub(crate) fn a_clip_in_the_works_outlives_a_kill(engine: Engine) -> Result<()> {
    let Some(ffmpeg) = installed()? else { return Ok(()) };
    let folder = tempfile::tempdir()?;
    let begun = folder.path().join("begun");
    let hangs_once = format!(
        "[ -e {0} ] || {{ echo $$ > {0}; exec sleep 600; }}",
        begun.display()
    );
    let fake = impostor(&ffmpeg, folder.path(), &hangs_once)?;
    let mut booth = cinema(engine, &fake, &[])?;
    let kiosk = booth.client();
    let session = kiosk.start_session();
    kiosk.pick(session, "portrait");
    upload(&kiosk, session, &clip(&ffmpeg)?).ok();
    let job = kiosk.order(session);
    let path = format!("/api/v1/jobs/{}", job["job_id"]);
    while !fs::read_to_string(&begun).is_ok_and(|pid| pid.ends_with('\n')) {
        assert_ne!(kiosk.get(&path).ok()["status"], "done", "not without its clip");
    }
    booth.kill()?;
    // The real one would end by itself; this one has nothing to do.
    let orphan: i32 = fs::read_to_string(&begun)?.trim().parse()?;
    kill_process(Pid::from_raw(orphan).context("a process")?, Signal::KILL)?;

    booth.start()?;
    let done = kiosk.done(&job)?;
    kiosk.get(mp4_of(&done)?).expect(200);
    Ok(())
}

/// An ffmpeg as good as the real one until an MP4 is to be made: then it does `work` first.
fn impostor(ffmpeg: &Path, folder: &Path, work: &str) -> Result<PathBuf> {
    let fake = folder.join("ffmpeg");
    let real = ffmpeg.display();
    let script = format!("#!/bin/sh\ncase \"$*\" in *faststart*) {work};; esac\nexec {real} \"$@\"\n");
    fs::write(&fake, script)?;
    fs::set_permissions(&fake, PermissionsExt::from_mode(0o755))?;
    symlink(ffmpeg.with_file_name("ffprobe"), folder.join("ffprobe"))?;
    Ok(fake)
}
