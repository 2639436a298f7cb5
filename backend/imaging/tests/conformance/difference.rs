//! The difference of two colours as people see it: CIEDE2000 (CIE 142; formulae as in Sharma, Wu and Dalal, 2005).

/// The CIEDE2000 difference of two sRGB colours; 1 is just visible side by side.
pub(crate) fn between(a: [u8; 3], b: [u8; 3]) -> f64 {
    of_labs(lab(a), lab(b))
}

/// CIE L*a*b* (D65) of an sRGB colour (IEC 61966-2-1, CIE 15).
fn lab(colour: [u8; 3]) -> [f64; 3] {
    let [r, g, b] = colour.map(|sample| {
        let v = f64::from(sample) / 255.0;
        if v <= 0.04045 {
            v / 12.92
        } else {
            ((v + 0.055) / 1.055).powf(2.4)
        }
    });
    let f = |t: f64| {
        if t > 0.008_856 {
            t.cbrt()
        } else {
            7.787 * t + 16.0 / 116.0
        }
    };
    let x = f((0.4124 * r + 0.3576 * g + 0.1805 * b) / 0.95047);
    let y = f(0.2126 * r + 0.7152 * g + 0.0722 * b);
    let z = f((0.0193 * r + 0.1192 * g + 0.9505 * b) / 1.08883);
    [116.0 * y - 16.0, 500.0 * (x - y), 200.0 * (y - z)]
}

fn of_labs([l1, a1, b1]: [f64; 3], [l2, a2, b2]: [f64; 3]) -> f64 {
    let chroma_mean = f64::midpoint(a1.hypot(b1), a2.hypot(b2));
    let stretch = 1.0 + 0.5 * (1.0 - fade(chroma_mean));
    let (a1, a2) = (a1 * stretch, a2 * stretch);
    let (c1, c2) = (a1.hypot(b1), a2.hypot(b2));
    let hue = |a: f64, b: f64| b.atan2(a).to_degrees().rem_euclid(360.0);
    let (h1, h2) = (hue(a1, b1), hue(a2, b2));
    let is_grey = c1 * c2 == 0.0;
    let turn = if is_grey {
        0.0
    } else {
        (h2 - h1 + 540.0).rem_euclid(360.0) - 180.0
    };
    let hue_mean = if is_grey {
        h1 + h2
    } else {
        (h1 + turn / 2.0).rem_euclid(360.0)
    };
    let (l_mean, c_mean) = (f64::midpoint(l1, l2), f64::midpoint(c1, c2));
    let wave = |times: f64, phase: f64| (times * hue_mean - phase).to_radians().cos();
    let t = 1.0 - 0.17 * wave(1.0, 30.0) + 0.24 * wave(2.0, 0.0) + 0.32 * wave(3.0, -6.0)
        - 0.20 * wave(4.0, 63.0);
    let off = (l_mean - 50.0).powi(2);
    let l = (l2 - l1) / (1.0 + 0.015 * off / (20.0 + off).sqrt());
    let c = (c2 - c1) / (1.0 + 0.045 * c_mean);
    let h = 2.0 * (c1 * c2).sqrt() * (turn / 2.0).to_radians().sin() / (1.0 + 0.015 * c_mean * t);
    let bend = 30.0 * (-((hue_mean - 275.0) / 25.0).powi(2)).exp();
    let rotation = -(2.0 * bend).to_radians().sin() * 2.0 * fade(c_mean);
    (l * l + c * c + h * h + rotation * c * h).sqrt()
}

fn fade(chroma: f64) -> f64 {
    let seventh = chroma.powi(7);
    (seventh / (seventh + 25_f64.powi(7))).sqrt()
}

#[test]
fn the_published_test_pairs_come_out() {
    // Sharma, Wu and Dalal, table 1: pairs 1, 7, 13, 17 and 25.
    for (a, b, expected) in [
        ([50.0, 2.6772, -79.7751], [50.0, 0.0, -82.7485], 2.0425),
        ([50.0, 0.0, 0.0], [50.0, -1.0, 2.0], 2.3669),
        ([50.0, -0.001, 2.49], [50.0, 0.0011, -2.49], 4.7461),
        ([50.0, 2.5, 0.0], [73.0, 25.0, -18.0], 27.1492),
        ([60.2574, -34.0099, 36.2677], [60.4626, -34.1751, 39.4387], 1.2644),
    ] {
        let found = of_labs(a, b);
        assert!((found - expected).abs() < 0.0001, "{a:?} {b:?}: {found}");
    }
}
