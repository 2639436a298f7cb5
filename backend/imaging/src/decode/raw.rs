//! A decoded photo as its file stores it, from which upright sRGB views are cut.

use boothline_jpeg::{Picture, Plane};

use super::Pixels;
use super::samples::{Channels, Samples};
use crate::error::Warning;
use crate::icc;
use crate::orientation::{self, Orientation};
use crate::probe;
use crate::resize::{CropBox, Source, resize_chroma, resize_samples};
use crate::ycc::{Pairs, Ycc420};

/// What a format's decoder hands over: not turned, in the file's own colours.
pub(super) struct Stored {
    pub(super) material: Material,
    pub(super) profile: Option<Vec<u8>>,
    pub(super) warnings: Vec<Warning>,
}

/// Samples in the arrangement they were stored in.
pub(super) enum Material {
    Samples(Samples),
    Planes(Planes),
}

/// Colour planes, each of its own density.
pub(super) struct Planes {
    pub(super) picture: Picture,
    pub(super) colours: Colours,
}

/// What the planes of a JPEG hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Colours {
    Grey,
    Rgb,
    /// Luma and two chromas.
    Ycc,
    /// What four inks leave of the paper.
    Paper,
    /// Luma and two chromas of paper, and black.
    Ycck,
}

/// A decoded photo, to be looked at through crops of any size.
///
/// Scaling comes first, in the file's own arrangement and colours; only the pixels that are left are converted
/// and turned.
pub(crate) struct Raw {
    stored: Stored,
    orientation: Orientation,
    /// Size as stored, before any scaling.
    width: u32,
    height: u32,
}

impl Raw {
    pub(super) fn new(stored: Stored, orientation: Orientation, (width, height): (u32, u32)) -> Self {
        Self {
            stored,
            orientation,
            width,
            height,
        }
    }

    /// Upright width and height of the whole photo.
    pub(crate) fn size(&self) -> (u32, u32) {
        probe::upright(self.orientation, self.width, self.height)
    }

    /// What was wrong so far, each thing once.
    pub(crate) fn warnings(&self) -> &[Warning] {
        &self.stored.warnings
    }

    /// The part `crop` of the upright photo, in pixels of the whole photo, scaled to `size`.
    pub(crate) fn view(&mut self, crop: CropBox, size: (u32, u32)) -> Pixels {
        let (width, height) = probe::upright(self.orientation, size.0, size.1);
        let crop = orientation::stored_crop(self.orientation, crop, self.width, self.height);
        let samples = self.scaled(crop, width, height);
        self.finish(samples)
    }

    /// The whole photo in the size it was decoded at, and what was wrong with it.
    pub(crate) fn into_whole(mut self) -> (Pixels, Vec<Warning>) {
        let samples = match &mut self.stored.material {
            Material::Samples(samples) => Samples {
                bytes: std::mem::take(&mut samples.bytes),
                ..*samples
            },
            Material::Planes(planes) => {
                let (width, height) = planes.picture.size();
                self.scaled(CropBox::whole(self.width, self.height), width, height)
            }
        };
        (self.finish(samples), self.stored.warnings)
    }

    /// Like [`Raw::view`], without ever leaving the planes that the file stores.
    ///
    /// `None` where the photo has to be seen as RGB first: other colours than Y'CbCr, or a profile that is not sRGB.
    pub(crate) fn planes(&self, crop: CropBox, size: (u32, u32)) -> Option<Ycc420> {
        let Material::Planes(planes) = &self.stored.material else {
            return None;
        };
        let is_grey = planes.colours == Colours::Grey;
        if !(is_grey || planes.colours == Colours::Ycc) || !icc::means_srgb(self.stored.profile.as_deref()) {
            return None;
        }
        let plane = |plane: &Plane, part: CropBox, size: (u32, u32)| {
            let (width, height) = probe::upright(self.orientation, size.0, size.1);
            let part = orientation::stored_crop(self.orientation, part, self.width, self.height);
            let scaled = scale_plane(plane, part, (width, height));
            orientation::turn_plane(scaled, width, height, self.orientation)
        };
        let pairs = Pairs::of(size.0, size.1);
        let chroma = |index: usize| {
            let halved = match planes.picture.planes.get(index).filter(|_| !is_grey) {
                Some(chroma) => plane(chroma, pairs.part(crop), (pairs.across, pairs.down)),
                None => vec![128; pairs.across as usize * pairs.down as usize],
            };
            pairs.complete(halved)
        };
        Some(Ycc420 {
            width: size.0,
            height: size.1,
            luma: plane(planes.picture.planes.first()?, crop, size),
            chroma: [chroma(1), chroma(2)],
        })
    }

    /// Scales in stored coordinates.
    fn scaled(&self, crop: CropBox, width: u32, height: u32) -> Samples {
        let planes = match &self.stored.material {
            Material::Planes(planes) => planes,
            Material::Samples(samples) => {
                let density = (
                    f64::from(samples.width) / f64::from(self.width),
                    f64::from(samples.height) / f64::from(self.height),
                );
                let bytes = resize_samples(&samples.source(), crop.times(density), width, height);
                return Samples {
                    width,
                    height,
                    bytes,
                    ..*samples
                };
            }
        };
        let scaled = planes
            .picture
            .planes
            .iter()
            .map(|plane| scale_plane(plane, crop, (width, height)));
        planes
            .colours
            .join(&mut scaled.collect::<Vec<_>>(), width, height)
    }

    fn finish(&mut self, samples: Samples) -> Pixels {
        let (pixels, ignored) = icc::to_srgb(samples, self.stored.profile.as_deref());
        if let Some(warning) = ignored
            && !self.stored.warnings.contains(&warning)
        {
            self.stored.warnings.push(warning);
        }
        orientation::upright(pixels, self.orientation)
    }
}

/// The part `crop`, in stored pixels, of a plane of whatever density.
fn scale_plane(plane: &Plane, crop: CropBox, (width, height): (u32, u32)) -> Vec<u8> {
    let source = Source {
        samples: &plane.samples,
        channels: Channels::Grey,
        stride: plane.stride,
        width: plane.width,
        height: plane.height,
    };
    let part = crop.times(plane.density());
    if plane.is_subsampled() {
        resize_chroma(&source, part, width, height)
    } else {
        resize_samples(&source, part, width, height)
    }
}

impl Samples {
    fn source(&self) -> Source<'_> {
        Source {
            samples: &self.bytes,
            channels: self.channels,
            stride: self.width as usize * self.channels.count(),
            width: self.width,
            height: self.height,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::decode::{Want, decode_raw};
    use crate::layout::cover;
    use crate::limits::Limits;
    use crate::probe::probe;
    use crate::recipe::Focus;
    use crate::sample;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(128))]
        /// What the resizer looks at around a crop is decoded: no view shows that the rest is missing.
        #[test]
        fn a_view_of_a_part_is_the_view_of_the_whole(
            (width, height) in (20..400u32, 20..400u32),
            size in (1..200u32, 1..200u32),
            (x, y) in (0.0f32..=1.0, 0.0f32..=1.0),
            exif in 1..=8u8,
        ) {
            let orientation = Orientation::from_exif(exif).unwrap();
            let file = sample::jpeg(width, height, 3, orientation).unwrap();
            let limits = Limits::default();
            let probe = probe(&file, &limits).unwrap();
            let crop = cover(probe.size(), size, Focus { x, y });
            let want = Want::AtLeast { width: size.0, height: size.1 };
            let decoded = |part| decode_raw(&file, &probe, &limits, want, part).unwrap();
            let mut of_whole = decoded(CropBox::whole(probe.size().0, probe.size().1));
            let mut of_part = decoded(crop.with_surroundings(size));
            prop_assert_eq!(of_part.planes(crop, size), of_whole.planes(crop, size));
            prop_assert_eq!(of_part.view(crop, size), of_whole.view(crop, size));
        }
    }
}
