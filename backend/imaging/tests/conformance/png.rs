//! Every colour type, depth and order of rows of PNG, to the level.

use crate::cases::{corpus, decoded, read};

#[test]
fn every_png_comes_out_as_defined() {
    let corpus = corpus();
    assert!(corpus.png.len() > 50);
    for case in &corpus.png {
        let photo = decoded(&case.bytes(), &case.file);
        assert_eq!(photo.warnings, [], "{}", case.file);
        let found = photo.pixels.into_rgba();
        let expected = read(case.rgba.as_ref().unwrap());
        assert_eq!(found.len(), expected.len(), "{}", case.file);
        let most = found.iter().zip(&expected).map(|(a, b)| a.abs_diff(*b)).max();
        assert_eq!(most, Some(0), "{}", case.file);
    }
}
