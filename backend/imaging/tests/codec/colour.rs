//! Colour profiles: what comes out is sRGB, within two steps of dE.

use boothline_imaging::error::Warning;
use image::{Rgb, RgbImage};
use jpeg_encoder::ColorType;
use moxcms::{ColorProfile, DataColorSpace, LutDataType, LutStore, LutType, LutWarehouse, ProfileClass};

use crate::difference;
use crate::files::{decode_full, encode_jpeg, jpeg, png, rgb, rgb_png, with_profile};

fn assert_near(found: [u8; 3], expected: [u8; 3], what: &str) {
    let off = difference::between(found, expected);
    assert!(off < 2.0, "{what}: {found:?} is {off:.1} dE off {expected:?}");
}

fn shown(file: &[u8]) -> [u8; 3] {
    rgb(decode_full(file)).get_pixel(12, 12).0
}

/// Colours of Display P3 with what they are in sRGB, by the matrices of CSS Color 4, section 10.
const P3_IN_SRGB: [([u8; 3], [u8; 3]); 5] = [
    ([234, 51, 35], [255, 0, 0]),
    ([117, 251, 76], [0, 255, 0]),
    ([0, 0, 245], [0, 0, 255]),
    ([128, 128, 128], [128, 128, 128]),
    ([180, 120, 90], [189, 118, 84]),
];

#[test]
fn display_p3_comes_out_as_srgb_from_png_and_jpeg() {
    let profile = ColorProfile::new_display_p3().encode().unwrap();
    for (stored, expected) in P3_IN_SRGB {
        let patch = RgbImage::from_pixel(24, 24, Rgb(stored));
        let file = png(
            &patch,
            (24, 24),
            png::ColorType::Rgb,
            with_profile(profile.clone()),
        );
        assert_near(shown(&file), expected, "PNG");
        let file = jpeg(&patch, |e| e.add_icc_profile(&profile).unwrap());
        assert_near(shown(&file), expected, "JPEG");
    }
}

#[test]
fn a_profile_in_several_segments_is_put_together() {
    // Padding after the tags makes the profile longer than one APP2 segment holds.
    let mut profile = ColorProfile::new_display_p3().encode().unwrap();
    profile.resize(150_000, 0);
    let length = u32::try_from(profile.len()).unwrap();
    profile[..4].copy_from_slice(&length.to_be_bytes());
    let patch = RgbImage::from_pixel(24, 24, Rgb([234, 51, 35]));
    let file = jpeg(&patch, |e| e.add_icc_profile(&profile).unwrap());
    assert_near(shown(&file), [255, 0, 0], "three segments");
}

#[test]
fn adobe_rgb_comes_out_as_srgb() {
    let profile = ColorProfile::new_adobe_rgb().encode().unwrap();
    // sRGB's mid green and skin in Adobe RGB (1998), by its published matrix and a gamma of 563/256.
    for (stored, expected) in [
        ([128, 128, 128], [128, 128, 128]),
        ([145, 185, 76], [125, 186, 64]),
    ] {
        let patch = RgbImage::from_pixel(24, 24, Rgb(stored));
        let file = png(
            &patch,
            (24, 24),
            png::ColorType::Rgb,
            with_profile(profile.clone()),
        );
        assert_near(shown(&file), expected, "Adobe RGB");
    }
}

#[test]
fn an_srgb_profile_changes_nothing_at_all() {
    let photo = boothline_imaging::sample::photo(40, 30, 1);
    let profile = ColorProfile::new_srgb().encode().unwrap();
    let file = png(&photo, (40, 30), png::ColorType::Rgb, with_profile(profile));
    assert_eq!(rgb(decode_full(&file)), photo);
}

#[test]
fn a_grey_profile_sets_the_tone() {
    let profile = ColorProfile::new_gray_with_gamma(1.0).encode().unwrap();
    let file = png(
        &[55; 24 * 24],
        (24, 24),
        png::ColorType::Grayscale,
        with_profile(profile),
    );
    // 55/255 of the light is 0.2157, which sRGB writes as 128.
    assert_near(shown(&file), [128, 128, 128], "linear grey");
}

#[test]
fn a_profile_that_cannot_be_used_costs_the_profile_and_not_the_photo() {
    let photo = boothline_imaging::sample::photo(24, 24, 1);
    let plain = rgb(decode_full(&rgb_png(&photo)));
    let of_grey = ColorProfile::new_gray_with_gamma(2.2).encode().unwrap();
    let mut cut = ColorProfile::new_display_p3().encode().unwrap();
    cut.truncate(200);
    for profile in [b"nonsense".to_vec(), vec![0; 4000], of_grey, cut] {
        let file = png(&photo, (24, 24), png::ColorType::Rgb, with_profile(profile));
        let decoded = decode_full(&file);
        assert_eq!(decoded.warnings, [Warning::ColourProfileIgnored]);
        assert_eq!(rgb(decoded), plain);
    }
}

#[test]
fn cmyk_without_a_profile_mixes_ideal_inks_however_it_is_stored() {
    for (ink, expected) in [
        ([0, 0, 0, 0], [255, 255, 255]),
        ([0, 255, 255, 0], [255, 0, 0]),
        ([255, 0, 0, 0], [0, 255, 255]),
        ([0, 0, 0, 255], [0, 0, 0]),
        ([0, 100, 200, 50], [205, 125, 44]),
    ] {
        for colour in [ColorType::Cmyk, ColorType::CmykAsYcck] {
            let file = encode_jpeg(&stored_inks(ink), (24, 24), colour, |_| {});
            assert_near(shown(&file), expected, &format!("{colour:?} {ink:?}"));
        }
        // Without Adobe's marker they are taken for Adobe's, as in every viewer.
        let adobe = encode_jpeg(&stored_inks(ink), (24, 24), ColorType::Cmyk, |_| {});
        assert_near(shown(&without_adobe_marker(&adobe)), expected, "no marker");
    }
}

/// The encoder takes inks and inverts them itself.
fn stored_inks(ink: [u8; 4]) -> Vec<u8> {
    ink.repeat(24 * 24)
}

fn without_adobe_marker(jpeg: &[u8]) -> Vec<u8> {
    let at = jpeg.windows(2).position(|two| two == [0xFF, 0xEE]).unwrap();
    let length = usize::from(jpeg[at + 3]);
    [&jpeg[..at], &jpeg[at + 2 + length..]].concat()
}

/// A press whose every ink takes lightness only: L* = 100 less a quarter of each ink's share, a* = b* = 0.
fn grey_press() -> Vec<u8> {
    let ramp: Vec<u16> = (0..4).flat_map(|_| [0, 0xFFFF]).collect();
    let mut grid = Vec::new();
    for corner in 0..16u32 {
        let light = (4 - corner.count_ones()) * 0xFF00 / 4;
        grid.extend([light as u16, 0x8000, 0x8000]);
    }
    let table = LutDataType {
        num_input_channels: 4,
        num_output_channels: 3,
        num_clut_grid_points: 2,
        matrix: moxcms::Matrix3d::IDENTITY,
        num_input_table_entries: 2,
        num_output_table_entries: 2,
        input_table: LutStore::Store16(ramp.clone()),
        clut_table: LutStore::Store16(grid),
        output_table: LutStore::Store16(ramp[..6].to_vec()),
        lut_type: LutType::Lut16,
    };
    let srgb = ColorProfile::new_srgb();
    let mut profile = ColorProfile::default();
    profile.pcs = DataColorSpace::Lab;
    profile.color_space = DataColorSpace::Cmyk;
    profile.profile_class = ProfileClass::OutputDevice;
    profile.lut_a_to_b_perceptual = Some(LutWarehouse::Lut(table.clone()));
    profile.lut_a_to_b_colorimetric = Some(LutWarehouse::Lut(table));
    profile.white_point = srgb.white_point;
    profile.media_white_point = srgb.media_white_point;
    profile.encode().unwrap()
}

#[test]
fn a_cmyk_profile_decides_what_the_inks_look_like() {
    let profile = grey_press();
    // L* 100, 75 and 50 in sRGB.
    for (ink, expected) in [
        ([0, 0, 0, 0], [255, 255, 255]),
        ([255, 0, 0, 0], [185, 185, 185]),
        ([0, 255, 0, 255], [119, 119, 119]),
    ] {
        let file = encode_jpeg(&stored_inks(ink), (24, 24), ColorType::Cmyk, |e| {
            e.add_icc_profile(&profile).unwrap();
        });
        assert_eq!(decode_full(&file).warnings, []);
        assert_near(shown(&file), expected, &format!("{ink:?}"));
    }
}
