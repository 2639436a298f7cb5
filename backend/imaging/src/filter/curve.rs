//! Tone curves as tables: through a few points, smooth, and never turning back.

/// One output for each of the 256 inputs.
pub(super) type Curve = [u8; 256];

/// The smooth curve through `points` (input, output), sorted by input, the first at 0 and the
/// last at 255.
///
/// Monotone cubic interpolation after Fritsch and Carlson, "Monotone Piecewise Cubic
/// Interpolation", SIAM Journal on Numerical Analysis 17 (1980): unlike a plain spline it adds no
/// waves, which would show as posterised or inverted tones.
pub(super) fn through(points: &[(f32, f32)]) -> Curve {
    let slopes = tangents(points);
    let mut curve = [0; 256];
    let mut span = 0;
    for (input, output) in (0_u8..=255).zip(curve.iter_mut()) {
        let x = f32::from(input);
        while span + 2 < points.len() && x > points[span + 1].0 {
            span += 1;
        }
        let y = hermite(x, points[span], points[span + 1], slopes[span], slopes[span + 1]);
        *output = to_byte(y);
    }
    curve
}

/// Input for output.
pub(super) fn straight() -> Curve {
    through(&[(0.0, 0.0), (255.0, 255.0)])
}

fn tangents(points: &[(f32, f32)]) -> Vec<f32> {
    let secants: Vec<f32> = points
        .windows(2)
        .map(|pair| (pair[1].1 - pair[0].1) / (pair[1].0 - pair[0].0))
        .collect();
    let mut slopes = Vec::with_capacity(points.len());
    slopes.push(secants[0]);
    for pair in secants.windows(2) {
        // The harmonic mean keeps every tangent within the monotone region.
        let flat = pair[0] * pair[1] <= 0.0;
        slopes.push(if flat {
            0.0
        } else {
            2.0 * pair[0] * pair[1] / (pair[0] + pair[1])
        });
    }
    slopes.push(secants[secants.len() - 1]);
    slopes
}

fn hermite(x: f32, from: (f32, f32), to: (f32, f32), slope_from: f32, slope_to: f32) -> f32 {
    let width = to.0 - from.0;
    let t = (x - from.0) / width;
    let (t2, t3) = (t * t, t * t * t);
    (2.0 * t3 - 3.0 * t2 + 1.0) * from.1
        + (t3 - 2.0 * t2 + t) * width * slope_from
        + (3.0 * t2 - 2.0 * t3) * to.1
        + (t3 - t2) * width * slope_to
}

pub(super) fn to_byte(value: f32) -> u8 {
    value.round().clamp(0.0, 255.0) as u8
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_straight_curve_is_the_identity() {
        assert!(
            (0_u8..=255)
                .zip(straight())
                .all(|(input, output)| input == output)
        );
    }

    #[test]
    fn a_curve_meets_its_points_and_never_falls() {
        let curve = through(&[(0.0, 12.0), (64.0, 50.0), (128.0, 140.0), (255.0, 250.0)]);
        assert_eq!([curve[0], curve[64], curve[128], curve[255]], [12, 50, 140, 250]);
        assert!(curve.is_sorted());
    }
}
