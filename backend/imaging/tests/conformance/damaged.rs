//! One damaged stretch between two restart markers costs that stretch alone.

use image::{RgbImage, imageops};

use crate::cases::{corpus, decoded, without_alpha};
use crate::compare::Apart;

#[test]
fn a_broken_restart_segment_leaves_the_others_as_they_were() {
    for case in corpus().jpeg {
        let Some([from, to]) = case.damaged_rows else {
            continue;
        };
        let expected = without_alpha(case.expected());
        let found = decoded(&case.bytes(), &case.file)
            .pixels
            .flatten(image::Rgb([255; 3]));
        // One row on each side takes its colour half from the damage.
        let parts = |picture: &RgbImage| {
            let (width, height) = picture.dimensions();
            let below = height - to - 1;
            [
                imageops::crop_imm(picture, 0, 0, width, from - 1).to_image(),
                imageops::crop_imm(picture, 0, to + 1, width, below).to_image(),
            ]
        };
        for (found, expected) in parts(&found).iter().zip(parts(&expected)) {
            let apart = Apart::of(found, &expected, &case.file);
            assert!(apart.most <= 5, "{}: {apart:?}", case.file);
        }
    }
}
