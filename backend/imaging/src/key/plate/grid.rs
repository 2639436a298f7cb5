//! A coarse grid of values, read between its cells, whose holes are filled from what surrounds them.

/// `columns` x `rows` cells, row by row.
pub(super) struct Grid<const N: usize> {
    columns: usize,
    cells: Vec<[f32; N]>,
}

impl<const N: usize> Grid<N> {
    /// A grid of what `cell` gives for each column and row; both counts are at least 1.
    pub(super) fn new(columns: u32, rows: u32, cell: impl Fn(u32, u32) -> [f32; N]) -> Self {
        let cells = (0..rows).flat_map(|row| (0..columns).map(move |column| (column, row)));
        Self {
            columns: columns as usize,
            cells: cells.map(|(column, row)| cell(column, row)).collect(),
        }
    }

    /// The same grid of other values.
    pub(super) fn map<const M: usize>(self, change: impl Fn([f32; N]) -> [f32; M]) -> Grid<M> {
        Grid {
            columns: self.columns,
            cells: self.cells.into_iter().map(change).collect(),
        }
    }

    /// A row of cells between the rows, `at` counted from the middle of the first.
    pub(super) fn row(&self, at: f32) -> Vec<[f32; N]> {
        let last = self.rows() - 1;
        let at = at.clamp(0.0, last as f32);
        let row = (at as usize).min(last);
        let (upper, lower) = (self.cells_of(row), self.cells_of((row + 1).min(last)));
        let part = at - row as f32;
        upper.iter().zip(lower).map(|(a, b)| mix(*a, *b, part)).collect()
    }

    fn cells_of(&self, row: usize) -> &[[f32; N]] {
        &self.cells[row * self.columns..][..self.columns]
    }

    fn rows(&self) -> usize {
        self.cells.len() / self.columns
    }
}

impl Grid<4> {
    /// The first three values of each cell, where the fourth is a weight: cells of weight 0 are
    /// filled from the nearest others, or with `nothing` where there are none at all.
    ///
    /// Pull and push of Gortler and others, "The Lumigraph", SIGGRAPH 1996: the holes of a grid
    /// are filled from the same grid at half its size, whose holes are filled first.
    pub(super) fn filled(self, nothing: [f32; 3]) -> Grid<3> {
        let known = |[r, g, b, weight]: [f32; 4]| if weight > 0.0 { [r, g, b] } else { nothing };
        if self.cells.len() == 1 || self.cells.iter().all(|cell| cell[3] > 0.0) {
            return self.map(known);
        }
        let coarse = self.halved().filled(nothing);
        let mut filled = Vec::with_capacity(self.cells.len());
        for row in 0..self.rows() {
            let below = coarse.row((row as f32 - 0.5) / 2.0);
            for (column, cell) in self.cells_of(row).iter().enumerate() {
                filled.push(match *cell {
                    [r, g, b, weight] if weight > 0.0 => [r, g, b],
                    _ => between(&below, (column as f32 - 0.5) / 2.0),
                });
            }
        }
        Grid {
            columns: self.columns,
            cells: filled,
        }
    }

    /// Each two by two cells become one, the mean of those that have weight.
    fn halved(&self) -> Self {
        let (columns, rows) = (self.columns.div_ceil(2), self.rows().div_ceil(2));
        let mut halved = vec![[0.0; 4]; columns * rows];
        for (index, cell) in self.cells.iter().enumerate() {
            let (column, row) = (index % self.columns, index / self.columns);
            let into = &mut halved[row / 2 * columns + column / 2];
            let weighted = [cell[0] * cell[3], cell[1] * cell[3], cell[2] * cell[3], cell[3]];
            for (into, part) in into.iter_mut().zip(weighted) {
                *into += part;
            }
        }
        for cell in halved.iter_mut().filter(|cell| cell[3] > 0.0) {
            *cell = cell.map(|sum| sum / cell[3]);
        }
        Self {
            columns,
            cells: halved,
        }
    }
}

/// The value between the cells of a row, `at` counted from the middle of the first.
#[inline]
pub(super) fn between<const N: usize>(row: &[[f32; N]], at: f32) -> [f32; N] {
    let last = row.len() - 1;
    let at = at.clamp(0.0, last as f32);
    let cell = at as usize;
    mix(row[cell], row[(cell + 1).min(last)], at - cell as f32)
}

#[inline]
fn mix<const N: usize>(a: [f32; N], b: [f32; N], part: f32) -> [f32; N] {
    std::array::from_fn(|i| a[i] + (b[i] - a[i]) * part)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn holes_are_filled_between_what_surrounds_them() {
        let grid = Grid::new(9, 7, |column, row| {
            let hole = (2..7).contains(&column) && (2..5).contains(&row);
            [column as f32, row as f32, 5.0, if hole { 0.0 } else { 1.0 }]
        });
        let filled = grid.filled([0.0; 3]);
        for row in 0..7 {
            for (column, cell) in filled.cells_of(row).iter().enumerate() {
                assert!((cell[0] - column as f32).abs() < 2.1, "{column},{row}: {cell:?}");
                assert!((cell[2] - 5.0).abs() < 1e-4);
            }
        }
    }

    #[test]
    fn a_grid_of_holes_is_what_it_is_told() {
        let filled = Grid::new(5, 3, |_, _| [0.0; 4]).filled([7.0, 8.0, 9.0]);
        assert!(filled.cells.iter().all(|cell| *cell == [7.0, 8.0, 9.0]));
    }
}
