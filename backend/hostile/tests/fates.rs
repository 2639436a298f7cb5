//! What becomes of every file where it would be taken in: a small picture or a refusal, as it should be.

use std::collections::BTreeSet;

use boothline_hostile::{Fate, files, sings};
use boothline_imaging::limits::Limits;
use boothline_imaging::preview::preview;

#[test]
fn every_file_has_a_name_of_its_own_and_is_the_same_each_time() {
    let (once, again) = (files(), files());
    assert!(once.len() >= 300, "{} files", once.len());
    let names: BTreeSet<&str> = once.iter().map(|file| file.name.as_str()).collect();
    assert_eq!(names.len(), once.len());
    assert!(once.iter().zip(&again).all(|(a, b)| a.bytes == b.bytes));
}

#[test]
fn every_file_meets_its_fate_and_no_canary_sings() {
    let mut surprises = Vec::new();
    for file in files() {
        let made = preview(&file.bytes, &Limits::default(), 200);
        match (file.fate, &made) {
            (Fate::Taken, Err(refusal)) => surprises.push(format!("{}: refused: {refusal}", file.name)),
            (Fate::Refused, Ok(_)) => surprises.push(format!("{}: taken", file.name)),
            _ => {}
        }
        if made.is_ok_and(|small| sings(&small.jpeg)) {
            surprises.push(format!("{}: the canary came out", file.name));
        }
    }
    assert!(surprises.is_empty(), "{surprises:#?}");
}
