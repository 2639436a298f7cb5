//! Strangers' clips: taken, refused, and made into what every phone plays.

use std::path::{Path, PathBuf};
use std::time::Duration;

use boothline_motion::{ClipError, ClipInfo, ClipLimits, Container, MotionError};

use crate::workshop::{Workshop, looks_like, workshop};

const H264: &str = "-c:v libx264 -pix_fmt yuv420p";

async fn inspect(shop: &Workshop, path: &Path) -> Result<ClipInfo, MotionError> {
    shop.ffmpeg.inspect(path, &ClipLimits::default()).await
}

async fn refused(shop: &Workshop, path: &Path) -> &'static str {
    match inspect(shop, path).await {
        Err(MotionError::Clip(error)) => error.code(),
        other => panic!("{} was not refused: {other:?}", path.display()),
    }
}

async fn to_mp4(shop: &Workshop, clip: &Path) -> (ClipInfo, PathBuf) {
    let info = inspect(shop, clip).await.unwrap();
    let out = shop.path("out.mp4");
    let limits = ClipLimits::default();
    let movie = shop.ffmpeg.to_mp4(clip, &info, &limits, &out).await.unwrap();
    assert_eq!(movie.bytes, out.metadata().unwrap().len());
    (info, out)
}

#[tokio::test]
async fn a_clip_with_sound_is_understood_and_becomes_one_for_phones() {
    let Some(shop) = workshop().await else { return };
    let words = format!(
        "-f lavfi -i testsrc=size=640x360:rate=25 -f lavfi -i sine=frequency=440 -t 2 {H264} -c:a aac"
    );
    let clip = shop.make("a name: with %d.mov", &words);
    let (info, out) = to_mp4(&shop, &clip).await;
    assert_eq!(
        (
            info.container,
            info.width,
            info.height,
            info.has_audio,
            info.rotation,
            info.hdr
        ),
        (Container::Mp4, 640, 360, true, 0, false)
    );
    assert!(
        (info.fps - 25.0).abs() < 0.1
            && info.duration.abs_diff(Duration::from_secs(2)) < Duration::from_millis(100)
    );
    let video = ["codec_name", "profile", "pix_fmt", "color_space", "r_frame_rate"];
    let video: Vec<String> = video.iter().map(|name| shop.field(&out, "v", name)).collect();
    assert_eq!(video, ["h264", "High", "yuv420p", "bt709", "25/1"]);
    let audio = ["codec_name", "sample_rate", "channels"].map(|name| shop.field(&out, "a", name));
    assert_eq!(audio, ["aac", "48000", "2"]);
}

#[tokio::test]
async fn a_recording_of_a_browser_has_no_length_and_is_taken() {
    let Some(shop) = workshop().await else { return };
    for codec in [
        "libvpx -deadline realtime",
        "libvpx-vp9 -deadline realtime -cpu-used 8",
    ] {
        let words = format!(
            "-f lavfi -i testsrc=size=320x240:rate=30 -f lavfi -i sine -t 2 -c:v {codec} -b:v 1M -c:a libopus -f webm -live 1"
        );
        let clip = shop.make("recording.webm", &words);
        assert_eq!(
            shop.field(&clip, "v", "duration"),
            "N/A",
            "the header says nothing, as a browser's"
        );
        let (info, out) = to_mp4(&shop, &clip).await;
        assert_eq!((info.container, info.has_audio), (Container::Webm, true));
        assert!(
            info.duration.abs_diff(Duration::from_secs(2)) < Duration::from_millis(150),
            "{info:?}"
        );
        assert!((info.fps - 30.0).abs() < 1.0, "{info:?}");
        assert_eq!(shop.field(&out, "v", "codec_name"), "h264");
    }
}

#[tokio::test]
async fn a_clip_held_sideways_comes_out_upright() {
    let Some(shop) = workshop().await else { return };
    // Red above blue, stored lying on its side.
    let stored = shop.make(
        "stored.mp4",
        &format!("-f lavfi -i color=red:size=160x240:rate=10 -f lavfi -i color=blue:size=160x240:rate=10 -filter_complex hstack -t 1 {H264}"),
    );
    for (degrees, top) in [(90, [0, 0, 254]), (270, [254, 0, 0])] {
        let clip = shop.path("turned.mp4");
        let status = std::process::Command::new(shop.ffmpeg.path())
            .args(["-v", "error", "-nostdin", "-y", "-i"])
            .arg(&stored)
            .args(["-c", "copy", "-metadata:s:v:0", &format!("rotate={degrees}")])
            .arg(&clip)
            .status()
            .unwrap();
        assert!(status.success());
        let (info, out) = to_mp4(&shop, &clip).await;
        assert_eq!((info.width, info.height), (240, 320));
        let above = shop.pixels(&out, "0.5");
        assert_eq!(above.len(), 240 * 320 * 3, "upright in the pixels");
        assert_eq!(
            shop.field(&out, "v", "side_data"),
            "",
            "and no tag to turn it again"
        );
        let upper = &above[(40 * 240 + 120) * 3..][..3];
        let near = upper
            .iter()
            .zip(&top)
            .all(|(is, wanted): (&u8, &u8)| is.abs_diff(*wanted) < 12);
        assert!(near, "{degrees}: {upper:?}");
    }
}

#[tokio::test]
async fn large_and_fast_clips_become_full_hd_at_thirty_frames() {
    let Some(shop) = workshop().await else { return };
    let clip = shop.make(
        "large.mp4",
        &format!("-f lavfi -i testsrc=size=2160x3840:rate=60 -t 0.5 {H264} -preset ultrafast"),
    );
    let (info, out) = to_mp4(&shop, &clip).await;
    assert!((info.fps - 60.0).abs() < 0.1);
    assert_eq!(
        ["width", "height", "r_frame_rate"].map(|name| shop.field(&out, "v", name)),
        ["1080", "1920", "30/1"]
    );
}

#[tokio::test]
async fn odd_sizes_and_oblong_pixels_are_taken() {
    let Some(shop) = workshop().await else { return };
    let odd = shop.make(
        "odd.mp4",
        "-f lavfi -i testsrc=size=321x241:rate=10 -t 1 -c:v libx264 -pix_fmt yuv444p",
    );
    let (_, out) = to_mp4(&shop, &odd).await;
    assert_eq!(
        ["width", "height", "pix_fmt"].map(|name| shop.field(&out, "v", name)),
        ["322", "242", "yuv420p"]
    );
    let wide = shop.make(
        "wide.mp4",
        &format!("-f lavfi -i testsrc=size=360x480:rate=10 -t 1 -vf setsar=2/1 {H264}"),
    );
    let (info, out) = to_mp4(&shop, &wide).await;
    assert_eq!((info.width, info.height), (720, 480));
    assert_eq!(shop.field(&out, "v", "sample_aspect_ratio"), "1:1");
}

#[tokio::test]
async fn bright_clips_of_phones_keep_their_colours() {
    let Some(shop) = workshop().await else { return };
    let words = "-f lavfi -i color=gray:size=320x240:rate=10 -t 1 -vf format=yuv420p10le \
        -c:v libx265 -x265-params log-level=none -tag:v hvc1 -color_primaries bt2020 -color_trc arib-std-b67 -colorspace bt2020nc";
    let clip = shop.make("hlg.mov", words);
    let (info, out) = to_mp4(&shop, &clip).await;
    assert!(info.hdr);
    assert_eq!(shop.field(&out, "v", "color_transfer"), "bt709");
    let pixels = shop.pixels(&out, "0.5");
    let (red, green, blue) = (pixels[0], pixels[1], pixels[2]);
    assert!(
        red.abs_diff(green) < 6 && green.abs_diff(blue) < 6,
        "grey stays grey: {:?}",
        &pixels[..3]
    );
    assert!((60..230).contains(&green), "neither black nor white: {green}");
}

#[tokio::test]
async fn colours_survive_in_clip_and_poster() {
    let Some(shop) = workshop().await else { return };
    let skin = [224, 172, 105];
    for size in ["640x480", "1280x720"] {
        // Neither says its matrix: by custom the small one is BT.601, the large one BT.709.
        let matrix = if size == "640x480" { "bt601" } else { "bt709" };
        let words = format!(
            "-f lavfi -i color=0xE0AC69:size={size}:rate=10,format=rgb24 -t 1 -vf scale=out_color_matrix={matrix}:out_range=tv,format=yuv420p,setparams=colorspace=unknown -c:v libx264"
        );
        let clip = shop.make("skin.mp4", &words);
        let (info, out) = to_mp4(&shop, &clip).await;
        let pixels = shop.pixels(&out, "0.5");
        assert!(looks_like(&pixels, skin, 6), "{size}: {:?}", &pixels[..3]);
        let poster = shop.path("poster.jpg");
        std::fs::write(&poster, shop.ffmpeg.poster(&clip, &info).await.unwrap()).unwrap();
        let pixels = shop.still(&poster);
        assert!(looks_like(&pixels, skin, 6), "{size}: {:?}", &pixels[..3]);
    }
}

#[tokio::test]
async fn the_poster_is_not_the_black_before_the_clip() {
    let Some(shop) = workshop().await else { return };
    let words = format!(
        "-f lavfi -i color=black:size=320x240:rate=20:duration=0.6 -f lavfi -i color=orange:size=320x240:rate=20:duration=3 -filter_complex concat {H264}"
    );
    let clip = shop.make("late.mp4", &words);
    let info = inspect(&shop, &clip).await.unwrap();
    let jpeg = shop.ffmpeg.poster(&clip, &info).await.unwrap();
    assert!(jpeg.starts_with(b"\xff\xd8\xff"));
    let poster = shop.path("poster.jpg");
    std::fs::write(&poster, jpeg).unwrap();
    let pixels = shop.still(&poster);
    assert!(looks_like(&pixels, [255, 165, 0], 12), "{:?}", &pixels[..3]);
}

#[tokio::test]
async fn nothing_of_who_where_and_when_comes_through() {
    let Some(shop) = workshop().await else { return };
    let words = format!(
        "-f lavfi -i testsrc=size=320x240:rate=10 -f lavfi -i sine -t 1 {H264} -c:a aac -movflags use_metadata_tags \
         -metadata location=+48.1234+011.5678/CANARY -metadata title=CANARY -metadata comment=CANARY \
         -metadata com.apple.quicktime.location.ISO6709=CANARY -metadata:s:v:0 title=CANARY \
         -metadata:s:v:0 handler_name=CANARY -metadata:s:a:0 handler_name=CANARY -metadata creation_time=2026-06-14T20:00:00Z"
    );
    let clip = shop.make("located.mov", &words);
    let has = |bytes: &[u8], word: &[u8]| bytes.windows(word.len()).any(|window| window == word);
    assert!(has(&std::fs::read(&clip).unwrap(), b"CANARY"), "the clip says it");
    let (info, out) = to_mp4(&shop, &clip).await;
    let poster = shop.ffmpeg.poster(&clip, &info).await.unwrap();
    for bytes in [std::fs::read(out).unwrap(), poster] {
        for word in [&b"CANARY"[..], b"48.1234", b"Lavf", b"2026"] {
            assert!(!has(&bytes, word), "{}", String::from_utf8_lossy(word));
        }
    }
}

#[tokio::test]
async fn what_is_no_clip_is_refused_with_its_reason() {
    let Some(shop) = workshop().await else { return };
    let clip = |name: &str, words: &str| shop.make(name, words);
    let source = "-f lavfi -i testsrc=size=320x240:rate=10";
    let cases = [
        (
            clip("long.mp4", &format!("{source} -t 17 {H264}")),
            "clip_too_long",
        ),
        (
            clip(
                "long.webm",
                &format!("{source} -t 17 -c:v libvpx -deadline realtime -live 1"),
            ),
            "clip_too_long",
        ),
        (
            clip(
                "fast.mp4",
                &format!("-f lavfi -i testsrc=size=320x240:rate=120 -t 1 {H264}"),
            ),
            "clip_too_fast",
        ),
        (
            clip(
                "wide.mp4",
                "-f lavfi -i color=size=4400x64:rate=10 -t 0.2 -c:v mpeg4",
            ),
            "clip_size_unsupported",
        ),
        (
            clip("dot.mp4", "-f lavfi -i color=size=2x2:rate=10 -t 1 -c:v mpeg4"),
            "clip_size_unsupported",
        ),
        (
            clip("sound.mp4", "-f lavfi -i sine -t 1 -c:a aac"),
            "clip_no_picture",
        ),
        (
            clip("sound.webm", "-f lavfi -i sine -t 1 -c:a libopus"),
            "clip_no_picture",
        ),
        (
            clip(
                "odd.mov",
                "-f lavfi -i testsrc=size=320x240:rate=10 -t 1 -c:v qtrle",
            ),
            "clip_codec_unsupported",
        ),
        (
            clip(
                "text.mkv",
                "-f lavfi -i testsrc=size=320x240:rate=10 -t 1 -c:v ffv1",
            ),
            "clip_codec_unsupported",
        ),
    ];
    for (path, code) in cases {
        assert_eq!(refused(&shop, &path).await, code, "{}", path.display());
    }
}

#[tokio::test]
async fn sound_that_we_do_not_read_costs_the_sound_only() {
    let Some(shop) = workshop().await else { return };
    let source = "-f lavfi -i testsrc=size=320x240:rate=10 -f lavfi -i sine -t 1";
    let strange = shop.make("strange.mp4", &format!("{source} {H264} -c:a ac3"));
    let (info, out) = to_mp4(&shop, &strange).await;
    assert!(!info.has_audio);
    assert_eq!(shop.field(&out, "a", "codec_name"), "");
    let both = shop.make(
        "both.mp4",
        &format!("{source} -map 0 -map 1 -map 1 {H264} -c:a:0 ac3 -c:a:1 aac"),
    );
    let (_, out) = to_mp4(&shop, &both).await;
    assert_eq!(shop.field(&out, "a", "codec_name"), "aac");
}

#[tokio::test]
async fn a_cover_picture_is_no_clip() {
    let Some(shop) = workshop().await else { return };
    let cover = shop.make("cover.png", "-f lavfi -i testsrc=size=64x64 -frames:v 1");
    let path = shop.make(
        "song.mp4",
        &format!(
            "-f lavfi -i sine -i {} -t 1 -map 0 -map 1 -c:a aac -c:v png -disposition:v attached_pic",
            cover.display()
        ),
    );
    assert_eq!(refused(&shop, &path).await, "clip_no_picture");
}

#[tokio::test]
async fn broken_and_hostile_files_are_refused_and_never_followed() {
    let Some(shop) = workshop().await else { return };
    let whole = std::fs::read(shop.make(
        "whole.mp4",
        &format!("-f lavfi -i testsrc=size=320x240:rate=10 -t 2 {H264}"),
    ))
    .unwrap();
    let secret = shop.path("secret.mp4");
    std::fs::write(&secret, &whole).unwrap();
    let mut garbage = b"\0\0\0\x20ftypisom".to_vec();
    garbage.extend((0..50_000_u32).flat_map(|n| n.wrapping_mul(2_654_435_761).to_be_bytes()));
    let playlist = format!("#EXTM3U\n#EXTINF:2,\nfile://{}\n", secret.display());
    let concat = format!("ffconcat version 1.0\nfile {}\n", secret.display());
    let mut webm = b"\x1a\x45\xdf\xa3".to_vec();
    webm.extend(playlist.as_bytes());
    let half = whole[..whole.len() / 2].to_vec();
    let cases: [(&str, &[u8], &str); 8] = [
        ("half.mp4", &half, "clip_corrupt"),
        ("start.mp4", &whole[..40], "clip_corrupt"),
        ("garbage.mp4", &garbage, "clip_corrupt"),
        ("playlist.mp4", playlist.as_bytes(), "clip_format_unknown"),
        ("concat.mp4", concat.as_bytes(), "clip_format_unknown"),
        ("playlist.webm", &webm, "clip_corrupt"),
        ("empty.mp4", b"", "clip_format_unknown"),
        ("photo.mp4", b"\xff\xd8\xff\xe0\0\x10JFIF", "clip_format_unknown"),
    ];
    for (name, bytes, code) in cases {
        let path = shop.path(name);
        std::fs::write(&path, bytes).unwrap();
        assert_eq!(refused(&shop, &path).await, code, "{name}");
    }
}

/// The index says 60,000 by 60,000: nothing of that size is ever taken.
#[tokio::test]
async fn a_header_that_claims_a_huge_picture_takes_no_memory() {
    let Some(shop) = workshop().await else { return };
    let path = shop.make(
        "bomb.mp4",
        "-f lavfi -i testsrc=size=320x240:rate=10 -t 1 -c:v mpeg4",
    );
    let mut bytes = std::fs::read(&path).unwrap();
    let at = bytes.windows(4).position(|four| four == b"mp4v").unwrap() + 4 + 24;
    bytes[at..at + 4].copy_from_slice(&[0xea, 0x60, 0xea, 0x60]);
    std::fs::write(&path, &bytes).unwrap();
    let code = match inspect(&shop, &path).await {
        Err(MotionError::Clip(error)) => error.code(),
        // The decoder read the true size from the stream itself.
        Ok(info) => {
            assert_eq!((info.width, info.height), (320, 240));
            return;
        }
        Err(other) => panic!("{other:?}"),
    };
    assert!(
        ["clip_size_unsupported", "clip_corrupt"].contains(&code),
        "{code}"
    );
}

#[tokio::test]
async fn a_clip_that_breaks_after_a_good_start_leaves_no_file() {
    let Some(shop) = workshop().await else { return };
    let clip = shop.make(
        "good.mp4",
        &format!("-f lavfi -i testsrc2=size=640x480:rate=30 -t 4 {H264} -movflags +faststart"),
    );
    let info = inspect(&shop, &clip).await.unwrap();
    let bytes = std::fs::read(&clip).unwrap();
    std::fs::write(&clip, &bytes[..bytes.len() / 4]).unwrap();
    let out = shop.path("out.mp4");
    let made = shop
        .ffmpeg
        .to_mp4(&clip, &info, &ClipLimits::default(), &out)
        .await;
    assert!(
        matches!(made, Err(MotionError::Output(_) | MotionError::Failed(_))),
        "{made:?}"
    );
    assert!(!out.exists());
}

#[tokio::test]
async fn looking_takes_no_longer_than_it_may() {
    let Some(shop) = workshop().await else { return };
    let clip = shop.make(
        "good.mp4",
        &format!("-f lavfi -i testsrc=size=320x240:rate=10 -t 1 {H264}"),
    );
    let hasty = shop
        .ffmpeg
        .clone()
        .with_patience(Duration::from_secs(60), Duration::ZERO);
    let seen = hasty.inspect(&clip, &ClipLimits::default()).await;
    assert!(
        matches!(seen, Err(MotionError::Clip(ClipError::Timeout { .. }))),
        "{seen:?}"
    );
}
