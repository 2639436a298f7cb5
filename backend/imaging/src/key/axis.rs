//! How much of the cloth's colour is in a colour: a wedge in the plane of chroma.

/// Added to a colour's brightest channel before it divides, so that the noise of dark pixels does
/// not look like a strong colour.
const DARK: f32 = 40.0;

/// Rows of the JFIF matrix (ITU-R BT.601): colour differences of blue and of red.
const BLUE: [f32; 3] = [-0.168_736, -0.331_264, 0.5];
const RED: [f32; 3] = [0.5, -0.418_688, -0.081_312];

/// The direction of one colour from grey, in the plane of Cb and Cr.
#[derive(Debug, Clone, Copy)]
pub(super) struct Axis {
    along: [f32; 3],
    /// Across it; positive on the side where people are.
    aside: [f32; 3],
}

/// A skin of middle tone: all skin, lips and hair lie on its side of a cloth.
const SKIN: [f32; 3] = [214.0, 163.0, 126.0];

/// How fast the amount falls aside of the axis: `1 / tan` of the wedge's half angle. Towards skin
/// the wedge is wide (79 degrees), because half a pixel of blond hair before green is yellow; on
/// the other side (45 degrees) there are only clothes, and a teal dress should stay.
const TOWARDS_SKIN: f32 = 0.2;
const TOWARDS_CLOTHES: f32 = 1.0;

impl Axis {
    /// The axis through a colour. A grey has none; blue is as good as any then.
    pub(super) fn towards(colour: [f32; 3]) -> Self {
        let (blue, red) = (dot(BLUE, colour), dot(RED, colour));
        let length = blue.hypot(red);
        let (cos, sin) = if length > 0.0 {
            (blue / length, red / length)
        } else {
            (1.0, 0.0)
        };
        let aside = std::array::from_fn(|c| cos * RED[c] - sin * BLUE[c]);
        let side = dot(aside, SKIN).signum();
        Self {
            along: std::array::from_fn(|c| cos * BLUE[c] + sin * RED[c]),
            aside: aside.map(|weight| weight * side),
        }
    }

    /// How much of the axis' colour is in a colour, in units of chroma (0 to about 130); nought or
    /// less for hues outside the wedge.
    ///
    /// `X − |Z| / tan(α/2)` after Keith Jack, "Video Demystified", chapter "Digital Video
    /// Processing", chroma keying; with an angle of its own for each side.
    #[inline]
    pub(super) fn amount(&self, colour: [f32; 3]) -> f32 {
        let aside = dot(self.aside, colour);
        dot(self.along, colour) - (aside * TOWARDS_SKIN).max(-aside * TOWARDS_CLOTHES)
    }

    /// The amount for the colour's brightness. More or less light on a cloth multiplies all coded
    /// values alike (for a plain power curve), so that shade and light come out nearly the same.
    #[inline]
    pub(super) fn strength(&self, colour: [f32; 3]) -> f32 {
        let brightest = colour[0].max(colour[1]).max(colour[2]);
        self.amount(colour) / (brightest + DARK)
    }
}

#[inline]
fn dot(a: [f32; 3], b: [f32; 3]) -> f32 {
    a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
}

#[cfg(test)]
mod tests {
    use super::*;

    const GREEN: [f32; 3] = [0.0, 177.0, 64.0];
    const BLUE_CLOTH: [f32; 3] = [0.0, 71.0, 187.0];

    #[test]
    fn skin_lips_hair_and_grey_have_nothing_of_a_cloth() {
        let others = [
            [246.0, 211.0, 186.0],
            [96.0, 61.0, 43.0],
            [190.0, 80.0, 85.0],
            [186.0, 138.0, 78.0],
            [35.0, 26.0, 22.0],
            [128.0, 128.0, 128.0],
        ];
        for cloth in [GREEN, BLUE_CLOTH] {
            let axis = Axis::towards(cloth);
            assert!(others.iter().all(|colour| axis.amount(*colour) < 1e-3));
        }
    }

    #[test]
    fn blond_hair_mixed_with_green_has_its_part_and_teal_has_none() {
        let cloth = [60.0, 160.0, 80.0];
        let axis = Axis::towards(cloth);
        let share = |colour| axis.amount(colour) / axis.amount(cloth);
        let mixed = share([123.0, 149.0, 79.0]);
        assert!((0.3..0.5).contains(&mixed), "{mixed}");
        assert!(share([0.0, 128.0, 128.0]) < 0.1);
    }

    #[test]
    fn a_cloth_in_the_shade_is_nearly_as_strong() {
        let axis = Axis::towards(GREEN);
        let shade = axis.strength(GREEN.map(|c| c * 0.5));
        assert!(shade > 0.8 * axis.strength(GREEN), "{shade}");
    }

    #[test]
    fn mixing_with_grey_takes_the_amount_in_proportion() {
        let axis = Axis::towards(GREEN);
        let half = axis.amount(GREEN.map(|c| c.midpoint(90.0)));
        assert!((half - axis.amount(GREEN) / 2.0).abs() < 1e-3, "{half}");
    }
}
