//! Tables that read well in a terminal and are Markdown as they are.

/// A heading and rows of cells; the first column is text, the others are numbers.
#[derive(Debug, Default)]
pub(crate) struct Table {
    rows: Vec<Vec<String>>,
}

impl Table {
    pub(crate) fn new<const N: usize>(heading: [&str; N]) -> Self {
        Self {
            rows: vec![heading.map(str::to_owned).into()],
        }
    }

    pub(crate) fn row<const N: usize>(&mut self, cells: [String; N]) {
        self.rows.push(cells.into());
    }

    /// The lines of the table, columns padded to the same width.
    pub(crate) fn lines(&self) -> String {
        let columns = self.rows.first().map_or(0, Vec::len);
        let width = |column: usize| self.rows.iter().map(|row| row[column].chars().count()).max();
        let widths: Vec<usize> = (0..columns)
            .map(|column| width(column).unwrap_or(0).max(2))
            .collect();
        let mut rows = self.rows.iter().map(|row| line(row, &widths));
        let heading = rows.next().unwrap_or_default();
        heading + &rule(&widths) + &rows.collect::<String>()
    }
}

fn line(cells: &[String], widths: &[usize]) -> String {
    let cells = cells.iter().zip(widths).enumerate();
    let padded = cells.map(|(column, (cell, width))| match column {
        0 => format!("| {cell:<width$} "),
        _ => format!("| {cell:>width$} "),
    });
    padded.collect::<String>() + "|\n"
}

fn rule(widths: &[usize]) -> String {
    let dashes = widths.iter().enumerate().map(|(column, width)| match column {
        0 => format!("|:{}", "-".repeat(width + 1)),
        _ => format!("|{}:", "-".repeat(width + 1)),
    });
    dashes.collect::<String>() + "|\n"
}

/// A number to so many places; a dash for what was not measured.
pub(crate) fn number(value: f64, places: usize) -> String {
    if value.is_finite() {
        format!("{value:.places$}")
    } else {
        "-".to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_line_up_and_numbers_stand_on_the_right() {
        let mut table = Table::new(["who", "ms"]);
        table.row(["sharp".to_owned(), "7".to_owned()]);
        assert_eq!(table.lines(), "| who   | ms |\n|:------|---:|\n| sharp |  7 |\n");
    }
}
