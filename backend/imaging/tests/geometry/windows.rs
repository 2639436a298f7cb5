//! Windows found in an overlay: every one, once, in reading order.

use std::io::Cursor;

use boothline_imaging::layout::slots_from_overlay;
use boothline_imaging::limits::Limits;
use image::{ImageFormat, Rgba, RgbaImage};
use proptest::prelude::*;

const CLEAR: Rgba<u8> = Rgba([0; 4]);
/// Side of the squares that hold a window each, and how many there are each way.
const CELL: u32 = 60;
const ACROSS: u32 = 4;
const DOWN: u32 = 3;

/// Left, top, width and height within a cell; `None` leaves the cell closed.
type Windows = Vec<Option<(u32, u32, u32, u32)>>;

fn windows() -> impl Strategy<Value = Windows> {
    let window = (2_u32..8, 2_u32..8, 30_u32..50, 30_u32..50);
    proptest::collection::vec(proptest::option::weighted(0.7, window), (ACROSS * DOWN) as usize)
}

fn boxes(windows: &Windows) -> Vec<(u32, u32, u32, u32)> {
    let cells = (0..DOWN).flat_map(|row| (0..ACROSS).map(move |column| (column * CELL, row * CELL)));
    let open = cells.zip(windows).filter_map(|((left, top), window)| {
        let (x, y, width, height) = (*window)?;
        Some((left + x, top + y, width, height))
    });
    open.collect()
}

fn overlay(boxes: &[(u32, u32, u32, u32)]) -> Vec<u8> {
    let mut picture = RgbaImage::from_pixel(CELL * ACROSS, CELL * DOWN, Rgba([90, 20, 30, 255]));
    for &(left, top, width, height) in boxes {
        for (x, y) in (top..top + height).flat_map(|y| (left..left + width).map(move |x| (x, y))) {
            picture.put_pixel(x, y, CLEAR);
        }
    }
    let mut png = Vec::new();
    let written = picture.write_to(&mut Cursor::new(&mut png), ImageFormat::Png);
    written.expect("a vector takes every byte");
    png
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn each_window_is_found_once_and_in_reading_order(windows in windows()) {
        let boxes = boxes(&windows);
        prop_assume!(!boxes.is_empty());
        let slots = slots_from_overlay(&overlay(&boxes), &Limits::default()).expect("it has windows");
        let found: Vec<_> = slots
            .iter()
            .map(|slot| (slot.x.unsigned_abs(), slot.y.unsigned_abs(), slot.width, slot.height))
            .collect();
        prop_assert_eq!(found, boxes);
    }
}
