//! Finds the transparent windows of an overlay, so that an operator need not type coordinates.

use crate::decode::{self, Pixels, Want};
use crate::error::{PhotoError, Warning};
use crate::limits::Limits;
use crate::recipe::{MAX_SLOTS, Slot};

/// Alpha below this counts as see-through: designers' soft edges stay outside the window.
const SEE_THROUGH: u8 = 16;

/// A window covers at least this part of the overlay; smaller holes are ornament.
const SMALLEST_WINDOW: f64 = 0.005;

/// The overlay gives no slots.
#[derive(Debug, thiserror::Error)]
pub enum WindowsError {
    /// It is not a readable picture.
    #[error("The overlay cannot be read: {0}")]
    Unreadable(#[from] PhotoError),
    /// Nothing in it is transparent, or only specks.
    #[error("The overlay has no transparent window for a photo.")]
    NoWindow,
    /// It has more windows than a recipe may have slots.
    #[error("The overlay has {found} transparent windows; {MAX_SLOTS} are the most.")]
    TooManyWindows {
        /// How many there are.
        found: usize,
    },
}

/// The transparent windows of an overlay PNG as slots in its own pixels, in reading order: row
/// by row from the top, in a row from the left.
///
/// A window is a connected see-through area of at least half a percent of the overlay; the slot
/// is its bounding box, so that round windows work too (the overlay hides the corners).
///
/// # Errors
/// [`WindowsError`]; the decode is bounded by `limits`.
pub fn slots_from_overlay(png: &[u8], limits: &Limits) -> Result<Vec<Slot>, WindowsError> {
    let overlay = decode::decode(png, limits, Want::Full)?;
    // The part that is missing would be taken for a window.
    if overlay
        .warnings
        .iter()
        .any(|warning| matches!(warning, Warning::Truncated { .. }))
    {
        return Err(PhotoError::Truncated.into());
    }
    let Pixels::Rgba(pixels) = overlay.pixels else {
        return Err(WindowsError::NoWindow);
    };
    let (width, height) = pixels.dimensions();
    let alpha: Vec<u8> = pixels.into_raw().chunks_exact(4).map(|p| p[3]).collect();
    let smallest = f64::from(width) * f64::from(height) * SMALLEST_WINDOW;
    let mut windows = areas(&alpha, width);
    windows.retain(|window| window.area as f64 >= smallest.max(1.0));
    if windows.len() > MAX_SLOTS {
        return Err(WindowsError::TooManyWindows { found: windows.len() });
    }
    if windows.is_empty() {
        return Err(WindowsError::NoWindow);
    }
    Ok(reading_order(windows).iter().map(Area::slot).collect())
}

/// The bounding box of a connected area; the right and bottom edges are exclusive.
#[derive(Debug, Clone, Copy)]
struct Area {
    left: u32,
    top: u32,
    right: u32,
    bottom: u32,
    area: u64,
}

impl Area {
    fn join(self, other: Self) -> Self {
        Self {
            left: self.left.min(other.left),
            top: self.top.min(other.top),
            right: self.right.max(other.right),
            bottom: self.bottom.max(other.bottom),
            area: self.area + other.area,
        }
    }

    fn slot(&self) -> Slot {
        let place = |at: u32| i32::try_from(at).expect("an edge lies below the decoder's longest side");
        Slot::at(
            place(self.left),
            place(self.top),
            self.right - self.left,
            self.bottom - self.top,
        )
    }
}

/// Connected areas (also over corners), after Rosenfeld and Pfaltz, "Sequential Operations in
/// Digital Picture Processing", Journal of the ACM 13 (1966), by joining the see-through runs of neighbouring rows:
/// memory grows with the number of runs, not with the number of pixels.
fn areas(alpha: &[u8], width: u32) -> Vec<Area> {
    let mut forest = Forest::default();
    let mut above: Vec<(Area, usize)> = Vec::new();
    for (y, row) in (0_u32..).zip(alpha.chunks_exact(width as usize)) {
        let mut current = Vec::new();
        for run in runs(row, y) {
            let node = forest.plant(run);
            for (other, root) in &above {
                if other.left <= run.right && run.left <= other.right {
                    forest.join(node, *root);
                }
            }
            current.push((run, node));
        }
        above = current;
    }
    forest.trees()
}

/// The see-through runs of one row, each as an area one pixel high.
fn runs(row: &[u8], y: u32) -> Vec<Area> {
    let mut runs: Vec<Area> = Vec::new();
    for (x, _) in (0_u32..).zip(row).filter(|(_, alpha)| **alpha < SEE_THROUGH) {
        match runs.last_mut() {
            Some(run) if run.right == x => {
                run.right += 1;
                run.area += 1;
            }
            _ => runs.push(Area {
                left: x,
                top: y,
                right: x + 1,
                bottom: y + 1,
                area: 1,
            }),
        }
    }
    runs
}

/// Disjoint sets with path halving (Tarjan and van Leeuwen, Journal of the ACM 31, 1984); each root carries the box of its whole set.
#[derive(Default)]
struct Forest {
    parents: Vec<usize>,
    areas: Vec<Area>,
}

impl Forest {
    fn plant(&mut self, area: Area) -> usize {
        self.parents.push(self.parents.len());
        self.areas.push(area);
        self.areas.len() - 1
    }

    fn root(&mut self, mut node: usize) -> usize {
        while self.parents[node] != node {
            self.parents[node] = self.parents[self.parents[node]];
            node = self.parents[node];
        }
        node
    }

    fn join(&mut self, a: usize, b: usize) {
        let (a, b) = (self.root(a), self.root(b));
        if a != b {
            let (old, new) = (a.min(b), a.max(b));
            self.parents[new] = old;
            self.areas[old] = self.areas[old].join(self.areas[new]);
        }
    }

    fn trees(&self) -> Vec<Area> {
        let roots = self
            .parents
            .iter()
            .enumerate()
            .filter(|(node, parent)| node == *parent);
        roots.map(|(node, _)| self.areas[node]).collect()
    }
}

/// Windows whose heights overlap by more than half of the lower one stand in the same row.
fn reading_order(mut windows: Vec<Area>) -> Vec<Area> {
    windows.sort_by_key(|window| (window.top, window.left));
    let mut rows: Vec<Vec<Area>> = Vec::new();
    for window in windows {
        match rows.last_mut() {
            Some(row) if same_row(&row[0], &window) => row.push(window),
            _ => rows.push(vec![window]),
        }
    }
    for row in &mut rows {
        row.sort_by_key(|window| window.left);
    }
    rows.concat()
}

fn same_row(first: &Area, other: &Area) -> bool {
    let shared = first
        .bottom
        .min(other.bottom)
        .saturating_sub(first.top.max(other.top));
    let lower = (first.bottom - first.top).min(other.bottom - other.top);
    shared * 2 > lower
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use image::{ImageFormat, Rgba, RgbaImage};
    use proptest::prelude::*;

    use super::*;

    fn overlay(windows: &[(u32, u32, u32, u32)]) -> Vec<u8> {
        let mut picture = RgbaImage::from_pixel(240, 360, Rgba([200, 30, 60, 255]));
        for &(left, top, width, height) in windows {
            for y in top..top + height {
                for x in left..left + width {
                    picture.put_pixel(x, y, Rgba([0, 0, 0, 0]));
                }
            }
        }
        png(&picture)
    }

    fn png(picture: &RgbaImage) -> Vec<u8> {
        let mut bytes = Vec::new();
        picture
            .write_to(&mut Cursor::new(&mut bytes), ImageFormat::Png)
            .unwrap();
        bytes
    }

    fn boxes(png: &[u8]) -> Vec<(i32, i32, u32, u32)> {
        let slots = slots_from_overlay(png, &Limits::default()).unwrap();
        slots.iter().map(|s| (s.x, s.y, s.width, s.height)).collect()
    }

    #[test]
    fn windows_are_found_in_reading_order() {
        // The right window of the first row begins a little higher than the left one.
        let png = overlay(&[(10, 22, 100, 100), (130, 18, 90, 100), (10, 200, 220, 120)]);
        assert_eq!(
            boxes(&png),
            [(10, 22, 100, 100), (130, 18, 90, 100), (10, 200, 220, 120)]
        );
    }

    #[test]
    fn an_area_that_parts_and_meets_again_is_one_window() {
        // A U: two arms that only meet in their last rows.
        let png = overlay(&[(10, 10, 30, 100), (80, 10, 30, 100), (10, 110, 100, 20)]);
        assert_eq!(boxes(&png), [(10, 10, 100, 120)]);
    }

    #[test]
    fn specks_and_soft_edges_are_not_windows() {
        let png = overlay(&[(5, 5, 4, 4), (20, 20, 100, 100)]);
        assert_eq!(boxes(&png), [(20, 20, 100, 100)]);
        let veil = RgbaImage::from_pixel(100, 100, Rgba([0, 0, 0, 40]));
        assert!(matches!(
            slots_from_overlay(&self::png(&veil), &Limits::default()),
            Err(WindowsError::NoWindow)
        ));
    }

    #[test]
    fn more_windows_than_slots_are_refused() {
        let many: Vec<_> = (0..18).map(|i| (i % 6 * 40, i / 6 * 60, 30, 50)).collect();
        assert!(matches!(
            slots_from_overlay(&overlay(&many), &Limits::default()),
            Err(WindowsError::TooManyWindows { found: 18 })
        ));
    }

    #[test]
    fn bytes_that_are_no_picture_are_refused() {
        assert!(matches!(
            slots_from_overlay(b"not a picture at all", &Limits::default()),
            Err(WindowsError::Unreadable(_))
        ));
    }

    proptest! {
        #[test]
        fn any_single_window_is_its_own_bounding_box(
            left in 0_u32..180, top in 0_u32..300, width in 30_u32..60, height in 30_u32..60,
        ) {
            let found = boxes(&overlay(&[(left, top, width, height)]));
            let (x, y) = (i32::try_from(left).unwrap(), i32::try_from(top).unwrap());
            prop_assert_eq!(found, vec![(x, y, width, height)]);
        }
    }
}
