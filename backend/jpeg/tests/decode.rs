//! What independent encoders write, read at every scale and compared with an independent decoder.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::sync::LazyLock;

use boothline_jpeg::{DecodeError, Options, Picture, Plane, Region, Scale, decode};
use jpeg_encoder::{ColorType, Encoder, SamplingFactor};
use proptest::prelude::*;

/// A picture with flat parts, slopes and fine detail.
fn drawing(width: u16, height: u16) -> Vec<u8> {
    let (w, h) = (usize::from(width), usize::from(height));
    let mut pixels = Vec::with_capacity(w * h * 3);
    for y in 0..h {
        for x in 0..w {
            let wave = ((x * x + y * y) as f32 / 90.0).sin() * 40.0;
            let red = (x * 255 / w) as f32;
            let green = 120.0 + wave;
            let blue = if (x / 9 + y / 7) % 2 == 0 { 200.0 } else { 60.0 };
            pixels.extend([red as u8, green as u8, blue as u8]);
        }
    }
    pixels
}

fn encode(width: u16, height: u16, set: impl FnOnce(&mut Encoder<&mut Vec<u8>>)) -> Vec<u8> {
    let mut file = Vec::new();
    let mut encoder = Encoder::new(&mut file, 90);
    set(&mut encoder);
    encoder
        .encode(&drawing(width, height), width, height, ColorType::Rgb)
        .unwrap();
    file
}

fn at(file: &[u8], eighths: u8) -> Result<Picture, DecodeError> {
    part_at(file, eighths, Region::WHOLE)
}

fn part_at(file: &[u8], eighths: u8, region: Region) -> Result<Picture, DecodeError> {
    decode(
        file,
        &Options {
            scale: Scale::eighths(eighths),
            region,
            max_pixels: u64::MAX,
            keep_going: &|| true,
        },
    )
}

/// Luma by the independent decoder.
fn luma(file: &[u8]) -> (usize, usize, Vec<u8>) {
    let mut decoder = jpeg_decoder::Decoder::new(file);
    // RGB is what needs no conversion: the first channel stays luma.
    decoder.set_color_transform(jpeg_decoder::ColorTransform::RGB);
    let pixels = decoder.decode().unwrap();
    let info = decoder.info().unwrap();
    let (width, height) = (usize::from(info.width), usize::from(info.height));
    let channels = pixels.len() / (width * height);
    (width, height, pixels.into_iter().step_by(channels).collect())
}

/// Mean of the reference over each pixel's part of the picture.
fn reduced(
    (width, height, samples): &(usize, usize, Vec<u8>),
    eighths: usize,
    (x, y): (usize, usize),
) -> f64 {
    let span = |i: usize, limit: usize| (i * 8 / eighths, ((i + 1) * 8).div_ceil(eighths).min(limit));
    let ((left, right), (top, bottom)) = (span(x, *width), span(y, *height));
    let (mut sum, mut weight) = (0.0, 0.0);
    for row in top..bottom {
        for column in left..right {
            let share = |i: usize, at: usize| {
                let (from, to) = (
                    at as f64 * 8.0 / eighths as f64,
                    (at + 1) as f64 * 8.0 / eighths as f64,
                );
                ((i + 1) as f64).min(to) - (i as f64).max(from)
            };
            let part = share(column, x) * share(row, y);
            sum += part * f64::from(samples[row * width + column]);
            weight += part;
        }
    }
    sum / weight
}

fn files(width: u16, height: u16) -> Vec<(&'static str, Vec<u8>)> {
    let sampled = |factor| encode(width, height, |e| e.set_sampling_factor(factor));
    vec![
        ("4:4:4", sampled(SamplingFactor::F_1_1)),
        ("4:2:2", sampled(SamplingFactor::F_2_1)),
        ("4:4:0", sampled(SamplingFactor::F_1_2)),
        ("4:2:0", sampled(SamplingFactor::F_2_2)),
        ("4:1:1", sampled(SamplingFactor::F_4_1)),
        (
            "one scan each",
            encode(width, height, |e| {
                e.set_sampling_factor(SamplingFactor::F_2_2);
                e.set_optimized_huffman_tables(true);
            }),
        ),
        ("restarts", encode(width, height, |e| e.set_restart_interval(3))),
        (
            "progressive",
            encode(width, height, |e| {
                e.set_sampling_factor(SamplingFactor::F_2_2);
                e.set_progressive(true);
            }),
        ),
        (
            "progressive with restarts",
            encode(width, height, |e| {
                e.set_progressive(true);
                e.set_restart_interval(2);
            }),
        ),
    ]
}

/// Sequential files of every sampling, long enough to be read at two places at once.
fn detailed() -> Vec<Vec<u8>> {
    static FILES: LazyLock<Vec<Vec<u8>>> = LazyLock::new(|| {
        let files = files(420, 310).into_iter().take(6);
        files.map(|(_, file)| file).collect()
    });
    FILES.clone()
}

#[test]
fn every_kind_has_the_samples_that_others_decode() {
    for (width, height) in [(64, 48), (67, 45), (1, 1), (8, 9), (130, 17)] {
        for (kind, file) in files(width, height) {
            let reference = luma(&file);
            let picture = at(&file, 8).unwrap();
            assert_eq!((picture.width, picture.height), (width.into(), height.into()));
            assert_eq!(picture.arrived, picture.whole, "{kind}");
            let plane = &picture.planes[0];
            for y in 0..usize::from(height) {
                let row = plane.row(y as u32);
                for (x, sample) in row.iter().enumerate() {
                    let expected = reference.2[y * reference.0 + x];
                    assert!(
                        sample.abs_diff(expected) <= 2,
                        "{kind} {width}x{height} at {x},{y}: {sample}, {expected}"
                    );
                }
            }
        }
    }
}

#[test]
fn every_scale_shows_the_means_of_the_picture() {
    for (kind, file) in files(72, 56) {
        let reference = luma(&file);
        for eighths in 1..8u8 {
            let picture = at(&file, eighths).unwrap();
            let plane = &picture.planes[0];
            assert_eq!(plane.width, (72 * u32::from(eighths)).div_ceil(8));
            let (mut off, mut worst) = (0.0, 0.0f64);
            for y in 0..plane.height {
                for (x, sample) in plane.row(y).iter().enumerate() {
                    let expected = reduced(&reference, eighths.into(), (x, y as usize));
                    let difference = (f64::from(*sample) - expected).abs();
                    off += difference;
                    worst = worst.max(difference);
                }
            }
            let mean = off / f64::from(plane.width * plane.height);
            assert!(mean < 3.5, "{kind} at {eighths}/8: {mean} off, at worst {worst}");
        }
    }
}

#[test]
fn chroma_planes_have_their_own_density() {
    let file = encode(70, 50, |e| e.set_sampling_factor(SamplingFactor::F_2_2));
    let picture = at(&file, 4).unwrap();
    let sizes: Vec<_> = picture
        .planes
        .iter()
        .map(|p| (p.width, p.height, p.density()))
        .collect();
    assert_eq!(
        sizes,
        [
            (35, 25, (0.5, 0.5)),
            (18, 13, (0.25, 0.25)),
            (18, 13, (0.25, 0.25))
        ]
    );
}

#[test]
fn a_cut_file_shows_what_arrived() {
    for (kind, file) in files(160, 120) {
        let whole = at(&file, 8).unwrap();
        let mut before = 0;
        for tenth in 4..=9 {
            let cut = &file[..file.len() * tenth / 10];
            let shown = at(cut, 8).unwrap();
            assert!(shown.arrived < shown.whole, "{kind}");
            assert!(shown.arrived >= before, "{kind}");
            before = shown.arrived;
            if !kind.starts_with("progressive") {
                assert_eq!(shown.planes[0].row(0), whole.planes[0].row(0), "{kind} {tenth}");
            }
        }
    }
}

#[test]
fn a_file_without_data_is_truncated() {
    let file = encode(64, 64, |_| {});
    let scan = file.windows(2).position(|w| w == [0xFF, 0xDA]).unwrap();
    for length in [0, 2, 100, scan, scan + 14] {
        assert_eq!(
            at(&file[..length.min(file.len())], 8).unwrap_err(),
            DecodeError::Truncated,
            "{length}"
        );
    }
}

#[test]
fn a_lost_interval_costs_only_itself() {
    let file = encode(160, 120, |e| {
        e.set_restart_interval(10);
    });
    let whole = at(&file, 8).unwrap();
    // Take the bytes between the second and the third restart marker away.
    let marks: Vec<_> = (0..file.len() - 1)
        .filter(|&i| file[i] == 0xFF && (0xD0..=0xD7).contains(&file[i + 1]))
        .collect();
    let mut damaged = file[..marks[1] + 2].to_vec();
    damaged.extend(&file[marks[2]..]);
    let shown = at(&damaged, 8).unwrap();
    assert!(shown.arrived < shown.whole && shown.arrived * 10 > shown.whole * 8);
    let last = whole.planes[0].height - 1;
    assert_eq!(shown.planes[0].row(last), whole.planes[0].row(last));
}

#[test]
fn a_stopped_decode_stops() {
    let file = encode(64, 64, |_| {});
    let stopped = decode(
        &file,
        &Options {
            scale: Scale::FULL,
            region: Region::WHOLE,
            max_pixels: u64::MAX,
            keep_going: &|| false,
        },
    );
    assert_eq!(stopped.unwrap_err(), DecodeError::Stopped);
}

#[test]
fn what_we_do_not_read_is_named() {
    let file = encode(16, 16, |_| {});
    let frame = file.windows(2).position(|w| w == [0xFF, 0xC0]).unwrap();
    for (code, name) in [(0xC3, "lossless"), (0xC9, "arithmetic"), (0xC5, "hierarchical")] {
        let mut other = file.clone();
        other[frame + 1] = code;
        let DecodeError::Unsupported(what) = at(&other, 8).unwrap_err() else {
            panic!("{code:x}")
        };
        assert!(what.contains(name), "{what}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]
    /// The verdict on a file is the same at every scale, and nothing panics.
    #[test]
    fn scrambled_files_get_one_verdict(
        kind in 0..9usize,
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..12),
        cut in prop::option::of(any::<prop::sample::Index>()),
    ) {
        let mut file = files(40, 28).swap_remove(kind).1;
        for (place, value) in changes {
            let place = place.index(file.len());
            file[place] = value;
        }
        if let Some(cut) = cut {
            file.truncate(cut.index(file.len()));
        }
        let area = |f: &[u8]| {
            let at = f.windows(2).position(|w| w[0] == 0xFF && (0xC0..=0xC2).contains(&w[1]));
            at.and_then(|at| f.get(at + 5..at + 9)).map_or(0, |s| {
                usize::from(u16::from_be_bytes([s[0], s[1]])) * usize::from(u16::from_be_bytes([s[2], s[3]]))
            })
        };
        prop_assume!(area(&file) < 1 << 20);
        let full = at(&file, 8).map(|p| (p.arrived, p.whole));
        for eighths in [1, 2, 4, 5] {
            prop_assert_eq!(&at(&file, eighths).map(|p| (p.arrived, p.whole)), &full);
        }
        let corner = Region { left: 9, top: 9, width: 1, height: 1 };
        prop_assert_eq!(&part_at(&file, 4, corner).map(|p| (p.arrived, p.whole)), &full);
    }

    #[test]
    fn a_region_is_drawn_as_in_the_whole_picture(
        kind in 0..9usize,
        eighths in 1..=8u8,
        (left, top) in (0..90u32, 0..70u32),
        (width, height) in (1..60u32, 1..60u32),
        cut in prop::option::of(any::<prop::sample::Index>()),
    ) {
        let mut file = files(75, 53).swap_remove(kind).1;
        if let Some(cut) = cut {
            file.truncate(cut.index(file.len()));
        }
        let region = Region { left, top, width, height };
        let (Ok(whole), Ok(part)) = (at(&file, eighths), part_at(&file, eighths, region)) else {
            prop_assert_eq!(at(&file, eighths).err(), part_at(&file, eighths, region).err());
            return Ok(());
        };
        same_within(&region, &part, &whole)?;
    }
}

/// As many blocks arrived, and every sample that the region touches is the same.
fn same_within(region: &Region, one: &Picture, other: &Picture) -> Result<(), TestCaseError> {
    prop_assert_eq!((one.arrived, one.whole), (other.arrived, other.whole));
    for (one, other) in one.planes.iter().zip(&other.planes) {
        let (across, down) = other.density();
        let touched = |start: u32, length: u32, density: f64, side: u32| {
            let [first, end] = [start, start.saturating_add(length)].map(|place| f64::from(place) * density);
            (first as usize).min(side as usize)..(end.ceil() as usize).min(side as usize)
        };
        let columns = touched(region.left, region.width, across, other.width);
        for y in touched(region.top, region.height, down, other.height) {
            let of = |plane: &Plane| plane.row(y as u32)[columns.clone()].to_vec();
            prop_assert_eq!(of(one), of(other), "row {} of plane {}", y, other.id);
        }
    }
    Ok(())
}

/// The same file with a restart interval that no scan is long enough for, so that it is read from one place at a time.
fn read_in_order(file: &[u8]) -> Vec<u8> {
    const INTERVAL: [u8; 6] = [0xFF, 0xDD, 0, 4, 0xFF, 0xFF];
    [&file[..2], &INTERVAL, &file[2..]].concat()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]
    /// Reading ahead changes nothing, whatever the file.
    #[test]
    fn read_ahead_or_in_order_is_the_same(
        kind in 0..6usize,
        eighths in 1..=8u8,
        (left, top) in (0..300u32, 0..200u32),
        (width, height) in prop::sample::select(vec![(u32::MAX, u32::MAX), (1, 1), (90, 70), (300, 20)]),
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..4),
        cut in prop::option::of(any::<prop::sample::Index>()),
    ) {
        let mut file = detailed().swap_remove(kind);
        let data = file.windows(2).position(|w| w == [0xFF, 0xDA]).unwrap() + 14;
        for (place, value) in changes {
            let place = data + place.index(file.len() - data);
            file[place] = value;
        }
        if let Some(cut) = cut {
            file.truncate(data + cut.index(file.len() - data));
        }
        let region = Region { left, top, width, height };
        let (ahead, in_order) = (part_at(&file, eighths, region), part_at(&read_in_order(&file), eighths, region));
        let (Ok(ahead), Ok(in_order)) = (&ahead, &in_order) else {
            prop_assert_eq!(ahead.err(), in_order.err());
            return Ok(());
        };
        same_within(&region, ahead, in_order)?;
    }
}

/// MCUs of 48 blocks, almost five times as many as T.81 admits (B.2.3), all of one table; each filled with noise of this
/// strength.
fn large_mcus(kinds: &[u8]) -> Vec<u8> {
    const WIDTH: usize = 48 * 8;
    let height = kinds.len() * 8;
    let mut random = 1u32;
    let mut pixels = Vec::with_capacity(WIDTH * height);
    for kind in kinds {
        for _ in 0..WIDTH * 8 {
            random = random.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let noise = (random >> 24) as u8;
            pixels.push(if *kind == 0 {
                128
            } else {
                128 - kind / 2 + noise % kind
            });
        }
    }
    let mut grey = Vec::new();
    Encoder::new(&mut grey, 100)
        .encode(&pixels, WIDTH as u16, height as u16, ColorType::Luma)
        .unwrap();
    let frame = grey.windows(2).position(|w| w == [0xFF, 0xC0]).unwrap();
    let scan = grey.windows(2).position(|w| w == [0xFF, 0xDA]).unwrap();
    let [high, low] = (32 * kinds.len() as u16).to_be_bytes();
    let new_frame = [
        0xFF, 0xC0, 0, 17, 8, high, low, 0, 32, 3, 1, 0x44, 0, 2, 0x44, 0, 3, 0x44, 0,
    ];
    let new_scan = [0xFF, 0xDA, 0, 12, 3, 1, 0, 2, 0, 3, 0, 0, 63, 0];
    let parts: [&[u8]; 5] = [
        &grey[..frame],
        &new_frame,
        &grey[frame + 13..scan],
        &new_scan,
        &grey[scan + 10..],
    ];
    parts.concat()
}

#[test]
fn mcus_of_too_many_blocks_are_read_as_they_come() {
    // Where the last large one lies across the end of what is held of the file at once, and a second reader meets it.
    for small in 1336..1346 {
        let kinds = [&[250, 250, 12, 12][..], &vec![0; small], &[250], &[0; 90]].concat();
        let file = large_mcus(&kinds);
        let (ahead, in_order) = (at(&file, 1), at(&read_in_order(&file), 1));
        let comparable = |p: Picture| (p.planes, p.arrived);
        assert_eq!(ahead.map(comparable), in_order.map(comparable), "{small}");
    }
}

#[test]
fn outside_of_the_region_nothing_is_drawn() {
    for (name, file) in files(200, 120) {
        let region = Region {
            left: 90,
            top: 50,
            width: 8,
            height: 8,
        };
        let picture = part_at(&file, 8, region).unwrap();
        let (first, last) = (picture.planes[0].row(0), picture.planes[0].row(119));
        assert!(first.iter().chain(last).all(|sample| *sample == 0), "{name}");
    }
}
