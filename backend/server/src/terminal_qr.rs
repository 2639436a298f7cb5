//! A QR code in the terminal, two modules to a character.

use qrcode::render::unicode::Dense1x2;
use qrcode::types::QrError;
use qrcode::{EcLevel, QrCode};

/// White on black for sure, whatever the terminal's theme: a code in the
/// wrong colours is one that half of the phones cannot read.
const BLACK_ON_WHITE: &str = "\x1b[38;5;16;48;5;231m";
const RESET: &str = "\x1b[0m";

/// `text` as lines to print, with a quiet zone.
///
/// With `colours` the lines carry their own; without, they are right on a
/// dark terminal, which most are.
///
/// # Errors
/// When `text` is longer than a code holds (about 2,900 bytes).
pub fn lines(text: &str, colours: bool) -> Result<Vec<String>, QrError> {
    let code = QrCode::with_error_correction_level(text, EcLevel::L)?;
    let (dark, light) = match colours {
        true => (Dense1x2::Dark, Dense1x2::Light),
        false => (Dense1x2::Light, Dense1x2::Dark),
    };
    let drawn = code
        .render::<Dense1x2>()
        .dark_color(dark)
        .light_color(light)
        .build();
    let line = |line: &str| match colours {
        true => format!("{BLACK_ON_WHITE}{line}{RESET}"),
        false => line.to_owned(),
    };
    Ok(drawn.lines().map(line).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    const LINK: &str = "http://192.168.1.20:8000/p/0123456789abcdefghijkl";
    const SCALE: usize = 4;

    /// Reads the half blocks back as a phone would see them.
    fn scan(lines: &[String], ink: bool) -> String {
        let rows: Vec<Vec<bool>> = lines
            .iter()
            .flat_map(|line| {
                let plain = line.replace(BLACK_ON_WHITE, "").replace(RESET, "");
                let upper = plain.chars().map(|c| matches!(c, '█' | '▀') == ink).collect();
                let lower = plain.chars().map(|c| matches!(c, '█' | '▄') == ink).collect();
                [upper, lower]
            })
            .collect();
        let (width, height) = (rows[0].len() * SCALE, rows.len() * SCALE);
        let mut image = rqrr::PreparedImage::prepare_from_greyscale(width, height, |x, y| {
            if rows[y / SCALE][x / SCALE] { 0 } else { 255 }
        });
        let grids = image.detect_grids();
        grids[0].decode().unwrap().1
    }

    #[test]
    fn a_phone_reads_the_code_with_and_without_colours() {
        assert_eq!(scan(&lines(LINK, true).unwrap(), true), LINK);
        assert_eq!(scan(&lines(LINK, false).unwrap(), false), LINK);
    }

    #[test]
    fn a_link_fits_a_terminal_of_80_by_24() {
        let drawn = lines(LINK, false).unwrap();
        assert!(drawn.len() <= 24, "{} lines", drawn.len());
        assert!(drawn[0].chars().count() <= 80);
    }

    #[test]
    fn more_than_a_code_holds_is_refused() {
        assert!(lines(&"x".repeat(5000), false).is_err());
    }
}
