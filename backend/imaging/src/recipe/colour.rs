//! A colour as designers write it: `#rgb`, `#rrggbb`, `#rrggbbaa` or one of three names.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// An sRGB colour with straight (not premultiplied) alpha, 0..=255 each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Colour {
    /// Red.
    pub r: u8,
    /// Green.
    pub g: u8,
    /// Blue.
    pub b: u8,
    /// Opacity; 255 is opaque.
    pub a: u8,
}

/// The text is not a colour we know.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("is not a colour; write #rrggbb, #rrggbbaa, white, black or transparent")]
pub struct ColourError;

impl Colour {
    /// Opaque white.
    pub const WHITE: Self = Self::rgb(255, 255, 255);
    /// Opaque black.
    pub const BLACK: Self = Self::rgb(0, 0, 0);
    /// Nothing at all.
    pub const TRANSPARENT: Self = Self {
        r: 0,
        g: 0,
        b: 0,
        a: 0,
    };

    /// An opaque colour.
    #[must_use]
    pub const fn rgb(r: u8, g: u8, b: u8) -> Self {
        Self { r, g, b, a: 255 }
    }

    /// The colour with its channels multiplied by its alpha, as blending wants it.
    #[must_use]
    pub fn premultiplied(self) -> [u8; 4] {
        let times = |c: u8| {
            let product = u32::from(c) * u32::from(self.a);
            u8::try_from((product + 127) / 255).expect("a product of two bytes over 255 is a byte")
        };
        [times(self.r), times(self.g), times(self.b), self.a]
    }
}

impl FromStr for Colour {
    type Err = ColourError;

    fn from_str(text: &str) -> Result<Self, ColourError> {
        match text {
            "white" => return Ok(Self::WHITE),
            "black" => return Ok(Self::BLACK),
            "transparent" => return Ok(Self::TRANSPARENT),
            _ => {}
        }
        let digits = text
            .strip_prefix('#')
            .ok_or(ColourError)?
            .chars()
            .map(|c| c.to_digit(16).and_then(|d| u8::try_from(d).ok()))
            .collect::<Option<Vec<u8>>>()
            .ok_or(ColourError)?;
        let (r, g, b, a) = match *digits {
            [r, g, b] => (r * 17, g * 17, b * 17, 255),
            [r, g, b, a] => (r * 17, g * 17, b * 17, a * 17),
            [r, s, g, h, b, c] => (r * 16 + s, g * 16 + h, b * 16 + c, 255),
            [r, s, g, h, b, c, a, d] => (r * 16 + s, g * 16 + h, b * 16 + c, a * 16 + d),
            _ => return Err(ColourError),
        };
        Ok(Self { r, g, b, a })
    }
}

impl fmt::Display for Colour {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "#{:02x}{:02x}{:02x}", self.r, self.g, self.b)?;
        if self.a != 255 {
            write!(f, "{:02x}", self.a)?;
        }
        Ok(())
    }
}

impl Serialize for Colour {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Colour {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse()
            .map_err(|error| de::Error::custom(format!("\"{text}\" {error}")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_are_read_in_every_usual_form() {
        assert_eq!("#f80".parse(), Ok(Colour::rgb(255, 136, 0)));
        assert_eq!("#FF8800".parse(), Ok(Colour::rgb(255, 136, 0)));
        let half = Colour {
            a: 128,
            ..Colour::rgb(255, 136, 0)
        };
        assert_eq!("#ff880080".parse(), Ok(half));
        assert_eq!("transparent".parse(), Ok(Colour::TRANSPARENT));
        for wrong in [
            "",
            "#",
            "ff8800",
            "#ff880",
            "#gg8800",
            "#ff8800000",
            "red",
            "#é00",
        ] {
            assert_eq!(wrong.parse::<Colour>(), Err(ColourError), "{wrong}");
        }
    }

    #[test]
    fn a_colour_is_written_as_it_is_read() {
        for text in ["#ff8800", "#ff880080", "#000000"] {
            assert_eq!(text.parse::<Colour>().unwrap().to_string(), text);
        }
    }
}
