//! Blending with premultiplied alpha, on sheets with and without alpha of their own.

/// Lays a premultiplied colour over `below`, which holds three channels (opaque) or four
/// (premultiplied): source-over of Porter and Duff, "Compositing Digital Images", SIGGRAPH 1984:
/// `c = above + below · (1 − alpha)`, all 0 to 255.
#[inline]
pub(super) fn over<const N: usize>(below: &mut [u8; N], above: [u8; 4]) {
    match above[3] {
        0 => {}
        255 => below.copy_from_slice(&above[..N]),
        alpha => {
            let rest = u32::from(255 - alpha);
            for (below, above) in below.iter_mut().zip(above) {
                *below = above.saturating_add(times_over_255(u32::from(*below), rest));
            }
        }
    }
}

/// `a * b / 255`, rounded, for values up to 255, without a division (Jim Blinn, "Three Wrongs Make
/// a Right", IEEE Computer Graphics and Applications 15, 1995).
#[inline]
pub(super) fn times_over_255(a: u32, b: u32) -> u8 {
    let product = a * b + 128;
    ((product + (product >> 8)) >> 8) as u8
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_quick_division_is_exact() {
        for a in 0..=255_u32 {
            for b in 0..=255_u32 {
                let exact = (a * b * 2 + 255) / 510;
                assert_eq!(u32::from(times_over_255(a, b)), exact, "{a} * {b}");
            }
        }
    }

    #[test]
    fn laying_over_follows_the_alpha() {
        let mut opaque = [200, 100, 0];
        over(&mut opaque, [0, 0, 0, 0]);
        assert_eq!(opaque, [200, 100, 0]);
        over(&mut opaque, [128, 0, 0, 128]);
        assert_eq!(opaque, [228, 50, 0]);
        over(&mut opaque, [1, 2, 3, 255]);
        assert_eq!(opaque, [1, 2, 3]);
        let mut clear = [0; 4];
        over(&mut clear, [10, 20, 30, 40]);
        assert_eq!(clear, [10, 20, 30, 40]);
    }
}
