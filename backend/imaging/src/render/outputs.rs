//! The files a picture becomes.

use image::{Rgb, RgbaImage};

use super::{Pixels, RenderError, RenderWarning};
use crate::encode::{self, Metadata};
use crate::resize::{CropBox, fit_long_edge, resize_rgba};
use crate::ycc::{self, Ycc420};

/// Sizes and qualities of a job's files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outputs {
    /// JPEG quality of the result, 1..=100.
    pub result_quality: u8,
    /// The copy for phones.
    pub compressed: Compressed,
    /// JPEG quality of the compressed copy, 1..=100.
    pub compressed_quality: u8,
    /// Long edge of the thumbnail in pixels.
    pub thumbnail_edge: u32,
    /// A copyright line to be written into the files; else they carry nothing but their dpi.
    pub copyright: Option<String>,
}

impl Default for Outputs {
    fn default() -> Self {
        Self {
            result_quality: 92,
            compressed: Compressed::LongEdge(1800),
            compressed_quality: 85,
            thumbnail_edge: 400,
            copyright: None,
        }
    }
}

/// The size of the compressed copy. It never has more pixels than the result.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Compressed {
    /// The longer side is this many pixels, or the result's own where that is shorter.
    LongEdge(u32),
    /// Exactly this size for canvases of its proportion (turned, for those of the turned
    /// proportion); others are fitted into it.
    Exact(u32, u32),
}

impl Compressed {
    /// The copy's size for a result of `width` x `height`.
    #[must_use]
    pub fn size(self, width: u32, height: u32) -> (u32, u32) {
        match self {
            Self::LongEdge(edge) => fit_long_edge(width, height, edge.max(1)),
            Self::Exact(wide, high) => {
                let upright = (width < height) == (wide < high);
                let (wide, high) = if upright { (wide, high) } else { (high, wide) };
                fit_box((width, height), (wide.max(1), high.max(1)))
            }
        }
    }
}

/// The largest size of the proportion `size` inside `bounds`, never above `size` itself. A
/// proportion that misses the bounds by less than a pixel takes them exactly.
fn fit_box(size: (u32, u32), bounds: (u32, u32)) -> (u32, u32) {
    if size.0 <= bounds.0 && size.1 <= bounds.1 {
        return size;
    }
    let [w, h, bw, bh] = [size.0, size.1, bounds.0, bounds.1].map(u64::from);
    let scaled = |side: u64, to: u64, of: u64| {
        let rounded = (side * to + of / 2) / of.max(1);
        u32::try_from(rounded.max(1)).unwrap_or(u32::MAX)
    };
    if w * bh >= h * bw {
        (bounds.0, scaled(h, bw, w).min(bounds.1))
    } else {
        (scaled(w, bh, h).min(bounds.0), bounds.1)
    }
}

/// The formats we write.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ResultFormat {
    /// Opaque pictures.
    Jpeg,
    /// Pictures with transparency.
    Png,
}

impl ResultFormat {
    /// The file name's ending, without the dot.
    #[must_use]
    pub fn extension(self) -> &'static str {
        match self {
            Self::Jpeg => "jpg",
            Self::Png => "png",
        }
    }

    /// The media type.
    #[must_use]
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Jpeg => "image/jpeg",
            Self::Png => "image/png",
        }
    }
}

/// A finished file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Encoded {
    /// Its content.
    pub bytes: Vec<u8>,
    /// Its format.
    pub format: ResultFormat,
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
}

/// The files of one job.
#[derive(Debug, Clone)]
pub struct Rendered {
    /// Full quality, in the canvas' size.
    pub result: Encoded,
    /// The copy for phones, in the result's format.
    pub compressed: Encoded,
    /// A small JPEG, on white where the result is transparent.
    pub thumbnail: Encoded,
    /// What was odd.
    pub warnings: Vec<RenderWarning>,
}

/// A finished picture and its print resolution.
pub(super) struct Picture {
    pub(super) sheet: Finished,
    pub(super) dpi: u32,
}

/// The two kinds of picture that files are made of.
pub(super) enum Finished {
    /// Opaque, in the planes that a JPEG stores: every file is scaled and encoded from them.
    Opaque(Ycc420),
    /// With straight alpha.
    SeeThrough(RgbaImage),
}

impl Finished {
    /// With the alpha channel, or laid on white paper without it.
    pub(super) fn of(pixels: Pixels, alpha: bool) -> Self {
        if alpha {
            return Self::SeeThrough(pixels.into_rgba());
        }
        Self::Opaque(ycc::from_rgb(&pixels.flatten(PAPER)))
    }

    /// With an alpha channel where the pixels have one.
    pub(super) fn as_drawn(pixels: Pixels) -> Self {
        let alpha = matches!(pixels, Pixels::Rgba(_));
        Self::of(pixels, alpha)
    }

    fn size(&self) -> (u32, u32) {
        match self {
            Self::Opaque(planes) => (planes.width, planes.height),
            Self::SeeThrough(picture) => picture.dimensions(),
        }
    }

    fn scaled(&self, (width, height): (u32, u32)) -> Self {
        match self {
            Self::Opaque(planes) => Self::Opaque(ycc::scale(planes, width, height)),
            Self::SeeThrough(picture) => {
                let whole = CropBox::whole(picture.width(), picture.height());
                Self::SeeThrough(resize_rgba(picture, whole, width, height))
            }
        }
    }
}

const PAPER: Rgb<u8> = Rgb([255; 3]);

/// Encodes the result beside the compressed copy, and the thumbnail beside both.
pub(super) fn encode_all(
    picture: &Picture,
    outputs: &Outputs,
    warnings: Vec<RenderWarning>,
) -> Result<Rendered, RenderError> {
    let metadata = metadata(picture, outputs);
    let (result, small) = rayon::join(
        || file(&picture.sheet, outputs.result_quality, &metadata),
        || encode_small(&picture.sheet, outputs, &metadata),
    );
    let (compressed, thumbnail) = small?;
    Ok(Rendered {
        result: result?,
        compressed,
        thumbnail,
        warnings,
    })
}

/// Encodes only one file, in the picture's size.
pub(super) fn encode_one(picture: &Picture, outputs: &Outputs) -> Result<Encoded, RenderError> {
    file(
        &picture.sheet,
        outputs.compressed_quality,
        &metadata(picture, outputs),
    )
}

fn metadata(picture: &Picture, outputs: &Outputs) -> Metadata {
    Metadata {
        dpi: Some(picture.dpi),
        copyright: outputs.copyright.clone(),
    }
}

/// Compressed copy and thumbnail, the latter from the former's pixels.
fn encode_small(
    sheet: &Finished,
    outputs: &Outputs,
    metadata: &Metadata,
) -> Result<(Encoded, Encoded), RenderError> {
    let (width, height) = sheet.size();
    let size = outputs.compressed.size(width, height);
    let scaled = (size != (width, height)).then(|| sheet.scaled(size));
    let compressed = scaled.as_ref().unwrap_or(sheet);
    let (compressed, thumbnail) = rayon::join(
        || file(compressed, outputs.compressed_quality, metadata),
        || thumbnail(compressed, outputs, metadata),
    );
    Ok((compressed?, thumbnail?))
}

fn thumbnail(sheet: &Finished, outputs: &Outputs, metadata: &Metadata) -> Result<Encoded, RenderError> {
    let (width, height) = sheet.size();
    let small = sheet.scaled(fit_long_edge(width, height, outputs.thumbnail_edge.max(1)));
    let flat = match small {
        Finished::SeeThrough(picture) => Finished::of(Pixels::Rgba(picture), false),
        opaque @ Finished::Opaque(_) => opaque,
    };
    file(&flat, outputs.compressed_quality, metadata)
}

fn file(sheet: &Finished, quality: u8, metadata: &Metadata) -> Result<Encoded, RenderError> {
    let (width, height) = sheet.size();
    let (bytes, format) = match sheet {
        Finished::Opaque(planes) => (
            encode::jpeg_of_planes(planes, quality, metadata)?,
            ResultFormat::Jpeg,
        ),
        Finished::SeeThrough(picture) => (encode::png(picture, metadata)?, ResultFormat::Png),
    };
    Ok(Encoded {
        bytes,
        format,
        width,
        height,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_exact_size_is_met_by_its_proportion_upright_or_turned() {
        let exact = Compressed::Exact(1200, 1800);
        assert_eq!(exact.size(2400, 3600), (1200, 1800));
        assert_eq!(exact.size(1200, 1800), (1200, 1800));
        assert_eq!(exact.size(3600, 2400), (1800, 1200));
        assert_eq!(exact.size(2401, 3600), (1200, 1799));
    }

    #[test]
    fn other_proportions_are_fitted_and_nothing_is_enlarged() {
        let exact = Compressed::Exact(1200, 1800);
        assert_eq!(exact.size(3000, 3000), (1200, 1200));
        assert_eq!(exact.size(600, 1800), (600, 1800));
        assert_eq!(exact.size(400, 600), (400, 600));
        assert_eq!(Compressed::LongEdge(1800).size(2400, 3600), (1200, 1800));
        assert_eq!(Compressed::LongEdge(1800).size(1200, 1200), (1200, 1200));
        assert_eq!(Compressed::LongEdge(0).size(10, 5), (1, 1));
    }
}
