//! The clean plate: how the cloth would look without the guests, coarse as its light and folds are.

use super::cloth::Cloth;
use super::colour_of;
use grid::Grid;

mod grid;

/// Cells along the shorter side: finer than folds, coarser than strands of hair.
const CELLS: u32 = 80;

/// Pixels are looked at this far apart, each way.
const STEP: usize = 4;

/// A cell shows the cloth alone when this part of it does: less, and hair would darken the plate.
const ALONE: f32 = 0.85;

/// Behind dark guests the plate is never taken for weaker than this part of the whole cloth.
const FAINTEST: f32 = 0.25;

/// The cloth's colour and amount on a grid, joined linearly between the cells' middles.
pub(super) struct Plate {
    cells: Grid<4>,
    side: u32,
}

/// The plate behind one row of pixels.
pub(super) struct Line {
    cells: Vec<[f32; 4]>,
    /// Cells for each pixel.
    scale: f32,
}

impl Plate {
    /// Measures the cells that show the cloth alone and fills the others from around them.
    pub(super) fn of<const N: usize>(pixels: &[[u8; N]], (width, height): (u32, u32), cloth: &Cloth) -> Self {
        let side = (width.min(height) / CELLS).max(4);
        let (columns, rows) = (width.div_ceil(side), height.div_ceil(side));
        let seen = Grid::new(columns, rows, |column, row| {
            let (left, top) = (column * side, row * side);
            let right = (left + side).min(width) as usize;
            let bottom = (top + side).min(height) as usize;
            let rows = (top as usize..bottom).step_by(STEP);
            let row = |y: usize| &pixels[y * width as usize..][left as usize..right];
            seen(
                rows.flat_map(|y| row(y).iter().step_by(STEP)).map(colour_of),
                cloth,
            )
        });
        let faintest = FAINTEST * cloth.axis.amount(cloth.colour);
        let cells = seen.filled(cloth.colour).map(|[r, g, b]| {
            let amount = cloth.axis.amount([r, g, b]).max(faintest);
            [r, g, b, amount]
        });
        Self { cells, side }
    }

    /// The plate behind row `y`.
    pub(super) fn line(&self, y: usize) -> Line {
        let side = self.side as f32;
        Line {
            cells: self.cells.row((y as f32 + 0.5) / side - 0.5),
            scale: 1.0 / side,
        }
    }
}

impl Line {
    /// Colour (0 to 255 a channel) and amount of the cloth behind column `x`.
    #[inline]
    pub(super) fn at(&self, x: usize) -> [f32; 4] {
        grid::between(&self.cells, (x as f32 + 0.5) * self.scale - 0.5)
    }
}

/// The mean colour of a cell's cloth with weight 1, or nothing with weight 0.
fn seen(colours: impl Iterator<Item = [f32; 3]>, cloth: &Cloth) -> [f32; 4] {
    let (mut sum, mut all) = ([0.0; 4], 0.0);
    for colour in colours {
        all += 1.0;
        if cloth.is(colour) {
            let [r, g, b] = colour;
            for (sum, part) in sum.iter_mut().zip([r, g, b, 1.0]) {
                *sum += part;
            }
        }
    }
    let count = sum[3];
    if count == 0.0 || count < ALONE * all {
        return [0.0; 4];
    }
    sum.map(|sum| sum / count)
}

#[cfg(test)]
mod tests {
    use super::super::cloth;
    use super::*;
    use crate::recipe::Colour;

    /// A cloth twice as bright on the left as on the right, with a guest in the middle.
    fn plate() -> Plate {
        let size = (320, 240);
        let pixel = |i: u32| {
            let (x, y) = (i % size.0, i / size.0);
            if (120..200).contains(&x) && y > 60 {
                return [200, 150, 130];
            }
            let light = 1.0 - x as f32 / 640.0;
            [60.0, 160.0, 80.0].map(|c: f32| (c * light) as u8)
        };
        let pixels: Vec<[u8; 3]> = (0..size.0 * size.1).map(pixel).collect();
        let cloth = cloth::find(&pixels, size, Colour::rgb(0, 177, 64)).unwrap();
        Plate::of(&pixels, size, &cloth)
    }

    #[test]
    fn the_plate_follows_the_light_and_goes_on_behind_the_guest() {
        let line = plate().line(180);
        for x in [5, 60, 110, 160, 210, 300] {
            let light = 1.0 - x as f32 / 640.0;
            let [r, g, ..] = line.at(x);
            assert!(
                (r - 60.0 * light).abs() < 6.0 && (g - 160.0 * light).abs() < 9.0,
                "{x}: {r} {g}"
            );
        }
    }
}
