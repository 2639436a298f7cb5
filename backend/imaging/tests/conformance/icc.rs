//! Colour profiles against Little CMS: every patch within two steps of CIEDE2000.

use crate::cases::{corpus, decoded};
use crate::difference;

#[test]
fn every_patch_has_the_colour_little_cms_gives_it() {
    let mut off = Vec::new();
    for case in &corpus().icc {
        if case.file.ends_with(".heic") && cfg!(not(feature = "heif")) {
            continue;
        }
        let photo = decoded(&case.file_bytes(), &case.file);
        assert_eq!(photo.warnings, [], "{}", case.file);
        let shown = photo.pixels.flatten(image::Rgb([255; 3]));
        for (index, expected) in (0..).zip(&case.expected) {
            let centre = |place: u32| place * case.patch + case.patch / 2;
            let found = shown
                .get_pixel(centre(index % case.columns), centre(index / case.columns))
                .0;
            let apart = difference::between(found, *expected);
            if apart > 2.0 {
                off.push(format!(
                    "{} patch {index}: {found:?} is {apart:.2} off {expected:?}",
                    case.file
                ));
            }
        }
    }
    assert!(off.is_empty(), "{}", off.join("\n"));
}
