//! The frame header: size, components, and how many blocks they have (T.81, B.2.2 and A.1 to A.2).

use super::Scale;
use super::inverse::Inverse;
use crate::DecodeError;

/// What a frame header says.
pub(super) struct Frame {
    pub(super) width: usize,
    pub(super) height: usize,
    pub(super) is_progressive: bool,
    pub(super) components: Vec<Component>,
    /// MCUs of an interleaved scan, across and down.
    pub(super) mcus: (usize, usize),
    /// The largest sampling factors.
    pub(super) most: (usize, usize),
}

/// One colour plane in blocks of 8x8.
pub(super) struct Component {
    pub(super) id: u8,
    /// Sampling factors: blocks of one MCU, across and down.
    pub(super) horizontal: usize,
    pub(super) vertical: usize,
    pub(super) quantisation: usize,
    /// Width and height in samples.
    pub(super) width: usize,
    pub(super) height: usize,
    /// Blocks in memory: whole MCUs.
    pub(super) blocks_wide: usize,
    pub(super) blocks_high: usize,
    /// How its blocks become pixels.
    pub(super) inverse: Inverse,
}

impl Component {
    /// Blocks of an MCU, across and down.
    pub(super) fn blocks(&self) -> (usize, usize) {
        (self.horizontal, self.vertical)
    }

    /// Blocks of a scan of this component alone (T.81, A.2.3).
    pub(super) fn own_blocks(&self) -> (usize, usize) {
        (self.width.div_ceil(8), self.height.div_ceil(8))
    }
}

impl Frame {
    /// Reads the segment of a SOF marker.
    pub(super) fn read(code: u8, body: &[u8], scale: Scale) -> Result<Self, DecodeError> {
        let is_progressive = match code {
            0xC0 | 0xC1 => false,
            0xC2 => true,
            0xC3 => return Err(DecodeError::Unsupported("lossless JPEG")),
            0xC9..=0xCB => return Err(DecodeError::Unsupported("arithmetic-coded JPEG")),
            _ => return Err(DecodeError::Unsupported("hierarchical JPEG")),
        };
        let [precision, h1, h0, w1, w0, count, rest @ ..] = body else {
            return Err(DecodeError::Corrupt("a frame header that is too short"));
        };
        if *precision != 8 {
            return Err(DecodeError::Unsupported("JPEG of other than 8 bits"));
        }
        if !matches!(count, 1 | 3 | 4) {
            return Err(DecodeError::Unsupported(
                "JPEG that is neither grey, colour nor CMYK",
            ));
        }
        let height = u16::from_be_bytes([*h1, *h0]);
        let width = u16::from_be_bytes([*w1, *w0]);
        if width == 0 || height == 0 {
            return Err(DecodeError::Corrupt("a picture without pixels"));
        }
        if rest.len() != 3 * usize::from(*count) {
            return Err(DecodeError::Corrupt("a frame header of wrong length"));
        }
        let mut frame = Self::shaped(width.into(), height.into(), is_progressive, rest)?;
        frame.lay_out(scale);
        Ok(frame)
    }

    fn shaped(width: usize, height: usize, is_progressive: bool, planes: &[u8]) -> Result<Self, DecodeError> {
        let mut components = Vec::new();
        for plane in planes.chunks_exact(3) {
            let (horizontal, vertical) = (usize::from(plane[1] >> 4), usize::from(plane[1] & 15));
            if !(1..=4).contains(&horizontal) || !(1..=4).contains(&vertical) || plane[2] > 3 {
                return Err(DecodeError::Corrupt("a component that contradicts itself"));
            }
            components.push(Component::new(plane[0], horizontal, vertical, plane[2].into()));
        }
        Ok(Self {
            width,
            height,
            is_progressive,
            components,
            mcus: (0, 0),
            most: (1, 1),
        })
    }

    /// A frame of this shape, to foretell what it takes.
    pub(super) fn sized(
        width: u32,
        height: u32,
        sampling: &[(u8, u8)],
        is_progressive: bool,
        scale: Scale,
    ) -> Self {
        let factor = |factor: u8| usize::from(factor.clamp(1, 4));
        let components = sampling
            .iter()
            .map(|(h, v)| Component::new(0, factor(*h), factor(*v), 0));
        let mut frame = Self {
            width: width as usize,
            height: height as usize,
            is_progressive,
            components: components.collect(),
            mcus: (0, 0),
            most: (1, 1),
        };
        frame.lay_out(scale);
        frame
    }

    /// Sizes in blocks, and the scale of each component.
    fn lay_out(&mut self, scale: Scale) {
        // A single component has MCUs of one block, whatever its factors say (A.2.2).
        if let [only] = &mut self.components[..] {
            (only.horizontal, only.vertical) = (1, 1);
        }
        let most = |of: fn(&Component) -> usize| self.components.iter().map(of).max().unwrap_or(1);
        self.most = (most(|c| c.horizontal), most(|c| c.vertical));
        self.mcus = (
            self.width.div_ceil(8 * self.most.0),
            self.height.div_ceil(8 * self.most.1),
        );
        for (index, component) in self.components.iter_mut().enumerate() {
            let rarer = (self.most.0 / component.horizontal).min(self.most.1 / component.vertical);
            // Where luma itself has fewer samples, it is decoded at a finer scale.
            component.inverse = Inverse::new(if index == 0 { scale.times(rarer) } else { scale });
            component.width = (self.width * component.horizontal).div_ceil(self.most.0);
            component.height = (self.height * component.vertical).div_ceil(self.most.1);
            component.blocks_wide = self.mcus.0 * component.horizontal;
            component.blocks_high = self.mcus.1 * component.vertical;
        }
    }
}

impl Component {
    fn new(id: u8, horizontal: usize, vertical: usize, quantisation: usize) -> Self {
        Self {
            id,
            horizontal,
            vertical,
            quantisation,
            width: 0,
            height: 0,
            blocks_wide: 0,
            blocks_high: 0,
            inverse: Inverse::new(Scale::FULL),
        }
    }
}
