//! Draws QR codes (ISO/IEC 18004) with error correction M (15 % of the codewords may be lost), as matrix, PNG and SVG.

mod mask;

use png::{BitDepth, ColorType, Compression, Encoder, Filter};
use qrcode::canvas::Canvas;
use qrcode::{Color, EcLevel, bits, ec};

/// Modules of quiet zone that the standard asks for.
const QUIET: usize = 4;
/// Modules of quiet zone that every reader we know still takes.
const LEAST_QUIET: usize = 2;
/// Fewer pixels a module do not survive a phone's camera.
const LEAST_MODULE: usize = 2;

/// Why a text has no QR code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum QrError {
    /// More text than the largest symbol holds at error correction M.
    #[error("the text is too long for a QR code: {bytes} bytes")]
    TooLong {
        /// Bytes of the text.
        bytes: usize,
    },
    /// Modules would be smaller than two pixels.
    #[error("the QR code needs at least {needed} pixels, {size} were asked for")]
    TooDense {
        /// The size asked for.
        size: u32,
        /// The smallest size that works.
        needed: u32,
    },
    /// The PNG encoder refused the symbol.
    #[error("the QR code could not be written")]
    Write,
}

impl QrError {
    /// The stable name of this error for programs.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::TooLong { .. } => "qr_too_long",
            Self::TooDense { .. } => "qr_too_dense",
            Self::Write => "qr_write_failed",
        }
    }
}

/// The modules of a symbol without its quiet zone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QrMatrix {
    width: usize,
    dark: Vec<bool>,
}

impl QrMatrix {
    /// Modules on a side: 21 to 177.
    #[must_use]
    pub fn width(&self) -> usize {
        self.width
    }

    /// Whether the module in this column and row is dark; outside the symbol none is.
    #[must_use]
    pub fn is_dark(&self, x: usize, y: usize) -> bool {
        x < self.width && y < self.width && self.dark[y * self.width + x]
    }
}

/// The smallest symbol that holds `text` at error correction M.
///
/// # Errors
/// [`QrError::TooLong`].
pub fn matrix(text: &str) -> Result<QrMatrix, QrError> {
    let too_long = |_| QrError::TooLong { bytes: text.len() };
    let bits = bits::encode_auto(text.as_bytes(), EcLevel::M).map_err(too_long)?;
    let version = bits.version();
    let width = usize::try_from(version.width()).expect("a symbol has 21 to 177 modules");
    let (data, correction) =
        ec::construct_codewords(&bits.into_bytes(), version, EcLevel::M).map_err(too_long)?;
    let mut symbol = Canvas::new(version, EcLevel::M);
    symbol.draw_all_functional_patterns();
    symbol.draw_data(&data, &correction);
    let dark = mask::apply_best(&symbol, width)
        .into_iter()
        .map(|module| module == Color::Dark)
        .collect();
    Ok(QrMatrix { width, dark })
}

/// A picture of exactly `size` x `size` pixels: 1-bit grey PNG, whole pixels a module, the symbol in the middle.
///
/// The quiet zone has the standard's four modules where modules of two pixels leave room, else two at least.
///
/// # Errors
/// [`QrError::TooLong`], [`QrError::TooDense`].
pub fn png(text: &str, size: u32) -> Result<Vec<u8>, QrError> {
    let symbol = matrix(text)?;
    let module = module_size(symbol.width, size)?;
    draw(&symbol, size as usize, module).map_err(|_| QrError::Write)
}

/// Pixels of a module in a picture of `size` pixels.
fn module_size(modules: usize, size: u32) -> Result<usize, QrError> {
    let fitting = |quiet: usize| size as usize / (modules + 2 * quiet);
    if fitting(QUIET) >= LEAST_MODULE {
        return Ok(fitting(QUIET));
    }
    if fitting(LEAST_QUIET) >= LEAST_MODULE {
        return Ok(LEAST_MODULE);
    }
    let needed = LEAST_MODULE * (modules + 2 * LEAST_QUIET);
    Err(QrError::TooDense {
        size,
        needed: u32::try_from(needed).expect("a symbol has at most 177 modules"),
    })
}

fn draw(symbol: &QrMatrix, size: usize, module: usize) -> Result<Vec<u8>, png::EncodingError> {
    let margin = (size - symbol.width * module) / 2;
    let stride = size.div_ceil(8);
    let mut rows = vec![0xFF; stride * size];
    let mut row = vec![0xFF; stride];
    for y in 0..symbol.width {
        row.fill(0xFF);
        for x in (0..symbol.width).filter(|x| symbol.is_dark(*x, y)) {
            let left = margin + x * module;
            for pixel in left..left + module {
                row[pixel / 8] &= !(0x80 >> (pixel % 8));
            }
        }
        let top = (margin + y * module) * stride;
        for line in rows[top..top + module * stride].chunks_exact_mut(stride) {
            line.copy_from_slice(&row);
        }
    }
    write_bits(&rows, size)
}

fn write_bits(rows: &[u8], size: usize) -> Result<Vec<u8>, png::EncodingError> {
    let side = u32::try_from(size).expect("the size came as u32");
    let mut file = Vec::with_capacity(2048);
    let mut encoder = Encoder::new(&mut file, side, side);
    encoder.set_color(ColorType::Grayscale);
    encoder.set_depth(BitDepth::One);
    encoder.set_compression(Compression::Fast);
    // The rows of a module repeat: as differences to the row above they vanish.
    encoder.set_filter(Filter::Up);
    let mut writer = encoder.write_header()?;
    writer.write_image_data(rows)?;
    writer.finish()?;
    Ok(file)
}

/// The symbol as SVG with a quiet zone of four modules, one unit a module; it takes the size of where it is put.
///
/// # Errors
/// [`QrError::TooLong`].
pub fn svg(text: &str) -> Result<String, QrError> {
    let symbol = matrix(text)?;
    let side = symbol.width + 2 * QUIET;
    let mut path = String::new();
    for y in 0..symbol.width {
        for (start, length) in dark_runs(&symbol, y) {
            path += &format!("M{} {}h{length}v1h-{length}z", start + QUIET, y + QUIET);
        }
    }
    Ok(format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {side} {side}\" shape-rendering=\"crispEdges\">\
         <path fill=\"#fff\" d=\"M0 0h{side}v{side}H0z\"/><path d=\"{path}\"/></svg>"
    ))
}

/// Start and length of each run of dark modules in a row.
fn dark_runs(symbol: &QrMatrix, y: usize) -> Vec<(usize, usize)> {
    let mut runs: Vec<(usize, usize)> = Vec::new();
    for x in (0..symbol.width).filter(|x| symbol.is_dark(*x, y)) {
        match runs.last_mut() {
            Some((start, length)) if *start + *length == x => *length += 1,
            _ => runs.push((x, 1)),
        }
    }
    runs
}
