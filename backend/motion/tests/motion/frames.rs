//! Frames become a clip that phones and messengers take.

use std::time::Duration;

use boothline_motion::{FrameSpec, MotionError};
use futures_util::stream;

use crate::workshop::{looks_like, workshop};

const SPEC: FrameSpec = FrameSpec {
    width: 320,
    height: 240,
    frame_ms: 100,
    count: 2,
    shortest: Duration::from_secs(3),
};

fn plain(spec: &FrameSpec, colour: [u8; 3]) -> Vec<u8> {
    colour.repeat((spec.width * spec.height) as usize)
}

#[tokio::test]
async fn frames_repeat_in_their_order_and_colours() {
    let Some(shop) = workshop().await else { return };
    let (skin, blue) = ([224, 172, 105], [20, 60, 200]);
    let frames = stream::iter([plain(&SPEC, skin), plain(&SPEC, blue)]);
    let out = shop.path("out.mp4");
    let movie = shop.ffmpeg.encode_frames(&SPEC, frames, &out).await.unwrap();

    assert_eq!((movie.width, movie.height), (320, 240));
    assert_eq!(movie.bytes, out.metadata().unwrap().len());
    assert!(movie.duration >= Duration::from_secs(3), "{:?}", movie.duration);
    for (at, colour) in [("0.03", skin), ("0.13", blue), ("0.23", skin), ("2.93", blue)] {
        let pixels = shop.pixels(&out, at);
        assert!(looks_like(&pixels, colour, 6), "at {at}: {:?}", &pixels[..3]);
    }
    let header = [
        "codec_name",
        "pix_fmt",
        "color_range",
        "color_space",
        "color_primaries",
        "color_transfer",
    ];
    let found: Vec<String> = header.iter().map(|name| shop.field(&out, "v", name)).collect();
    assert_eq!(found, ["h264", "yuv420p", "tv", "bt709", "bt709", "bt709"]);
    assert_eq!(shop.field(&out, "v", "r_frame_rate"), "30/1");
}

#[tokio::test]
async fn the_index_stands_in_front_and_nobody_is_named() {
    let Some(shop) = workshop().await else { return };
    let out = shop.path("out.mp4");
    let frames = stream::iter([plain(&SPEC, [9; 3]), plain(&SPEC, [200; 3])]);
    shop.ffmpeg.encode_frames(&SPEC, frames, &out).await.unwrap();
    let bytes = std::fs::read(&out).unwrap();
    let at = |name: &[u8]| bytes.windows(4).position(|four| four == name);
    assert!(at(b"moov").unwrap() < at(b"mdat").unwrap());
    assert_eq!(
        at(b"Lavf"),
        None,
        "the muxer's name and version are nobody's business"
    );
}

#[tokio::test]
async fn odd_sizes_lose_a_line_and_nothing_else() {
    let Some(shop) = workshop().await else { return };
    let spec = FrameSpec {
        width: 321,
        height: 241,
        ..SPEC
    };
    let frames = stream::iter([plain(&spec, [255; 3]), plain(&spec, [255; 3])]);
    let out = shop.path("odd.mp4");
    let movie = shop.ffmpeg.encode_frames(&spec, frames, &out).await.unwrap();
    assert_eq!((movie.width, movie.height), (320, 240));
    assert!(looks_like(&shop.pixels(&out, "1"), [255; 3], 2));
}

#[tokio::test]
async fn frames_that_do_not_fit_leave_nothing_behind() {
    let Some(shop) = workshop().await else { return };
    let out = shop.path("bad.mp4");
    for frames in [
        vec![plain(&SPEC, [0; 3])],
        vec![plain(&SPEC, [0; 3]), vec![0; 7]],
        vec![plain(&SPEC, [0; 3]); 3],
        vec![],
    ] {
        let made = shop.ffmpeg.encode_frames(&SPEC, stream::iter(frames), &out).await;
        assert!(matches!(made, Err(MotionError::Frames(_))), "{made:?}");
        assert!(!out.exists());
    }
}

#[tokio::test]
async fn a_place_that_cannot_be_written_is_an_error() {
    let Some(shop) = workshop().await else { return };
    let frames = stream::iter([plain(&SPEC, [0; 3]), plain(&SPEC, [0; 3])]);
    let made = shop
        .ffmpeg
        .encode_frames(&SPEC, frames, &shop.path("no/such/out.mp4"))
        .await;
    assert!(matches!(made, Err(MotionError::Failed(_))), "{made:?}");
}
