//! A guest: a friendly head on shoulders, dressed for the evening.

use super::dice::Dice;
use super::paint::{Layer, Light, Point, cover, dim, ellipse, mix, srgb, stroke};

const SKIN: [(u8, u8, u8); 6] = [
    (246, 211, 186),
    (234, 190, 158),
    (214, 163, 126),
    (180, 124, 88),
    (139, 91, 62),
    (96, 61, 43),
];
const HAIR: [(u8, u8, u8); 6] = [
    (35, 26, 22),
    (68, 42, 28),
    (120, 74, 40),
    (186, 138, 78),
    (92, 90, 92),
    (140, 52, 34),
];
const CLOTH: [(u8, u8, u8); 7] = [
    (178, 42, 56),
    (30, 78, 122),
    (30, 108, 88),
    (228, 222, 212),
    (212, 154, 44),
    (92, 52, 118),
    (40, 42, 50),
];

/// How a guest looks and where the head is.
#[derive(Clone, Copy)]
pub(super) struct Guest {
    pub(super) centre: Point,
    /// Half the height of the head, in scene units: the measure of everything else.
    pub(super) head: f32,
    skin: Light,
    hair: Light,
    cloth: Light,
    /// How far the hair falls below the eyes, in heads.
    hair_length: f32,
    smile: f32,
    tilt: f32,
    extra: Extra,
}

/// Out of the booth's box of props.
#[derive(Clone, Copy, PartialEq)]
enum Extra {
    Nothing,
    Glasses,
    PartyHat,
}

impl Guest {
    pub(super) fn invite(dice: &mut Dice, centre: Point, head: f32) -> Self {
        let of = |(r, g, b)| srgb(r, g, b);
        Self {
            centre,
            head,
            skin: of(dice.pick(&SKIN)),
            hair: of(dice.pick(&HAIR)),
            cloth: of(dice.pick(&CLOTH)),
            hair_length: dice.pick(&[-0.15, 0.1, 0.9, 1.3]),
            smile: dice.between(0.12, 0.24),
            tilt: dice.between(-0.12, 0.12),
            extra: dice.pick(&[Extra::Nothing, Extra::Nothing, Extra::Glasses, Extra::PartyHat]),
        }
    }

    /// The same guest `moment` shots later: swaying to the music, smiling more and less.
    pub(super) fn after(self, moment: u32) -> Self {
        let beat = moment as f32 * 0.9;
        let own = self.smile * 40.0;
        let sway = (beat + own).sin() - own.sin();
        let bounce = (2.0 * beat).cos() - 1.0;
        Self {
            centre: Point {
                x: self.centre.x + 0.3 * self.head * sway,
                y: self.centre.y + 0.12 * self.head * bounce,
            },
            smile: self.smile * (1.0 + 0.25 * beat.sin()),
            tilt: self.tilt + 0.14 * sway,
            ..self
        }
    }

    /// A layer around the head: `reach` is left, top, right, bottom in heads; points arrive in heads, upright.
    fn layer(self, reach: [f32; 4], paint: impl Fn(Point) -> (Light, f32) + Send + Sync + 'static) -> Layer {
        let (sin, cos) = self.tilt.sin_cos();
        let widest = reach.map(f32::abs).into_iter().fold(0.0, f32::max);
        let slack = widest * sin.abs();
        let Point { x, y } = self.centre;
        Layer {
            bounds: [
                x + (reach[0] - slack) * self.head,
                y + (reach[1] - slack) * self.head,
                x + (reach[2] + slack) * self.head,
                y + (reach[3] + slack) * self.head,
            ],
            paint: Box::new(move |p| {
                let (dx, dy) = ((p.x - x) / self.head, (p.y - y) / self.head);
                paint(Point {
                    x: dx * cos + dy * sin,
                    y: dy * cos - dx * sin,
                })
            }),
        }
    }
}

/// All layers of a guest, back to front; edges are never sharper than `pixel`.
pub(super) fn layers(guest: &Guest, pixel: f32) -> Vec<Layer> {
    let edge = (1.5 * pixel / guest.head).max(0.012);
    let mut layers = vec![back_hair(*guest, edge), body(*guest, edge), neck(*guest, edge)];
    layers.push(face(*guest, edge));
    layers.extend([-1.0, 1.0].map(|side| eye(*guest, side, edge)));
    layers.push(mouth(*guest, edge));
    layers.push(fringe(*guest, edge));
    match guest.extra {
        Extra::Nothing => {}
        Extra::Glasses => layers.push(glasses(*guest, edge)),
        Extra::PartyHat => layers.push(party_hat(*guest, edge)),
    }
    layers
}

/// Single hairs that stand off the head: the hardest thing to cut out of a background.
pub(super) fn wisps(guest: &Guest, dice: &mut Dice, pixel: f32) -> Vec<Layer> {
    let edge = (1.5 * pixel / guest.head).max(0.012);
    (0..48)
        .map(|_| {
            let angle = dice.between(-3.3, 0.15);
            let (sin, cos) = angle.sin_cos();
            let length = dice.between(1.05, 1.28);
            let from = Point {
                x: 0.9 * cos,
                y: sin - 0.06,
            };
            let to = Point {
                x: 0.9 * cos * length + dice.between(-0.15, 0.15),
                y: sin * length - 0.06,
            };
            let guest = *guest;
            guest.layer([-1.6, -1.6, 1.6, 0.5], move |p| {
                (dim(guest.hair, 0.9), cover(stroke(p, from, to, 0.002), edge))
            })
        })
        .collect()
}

fn at(p: Point, x: f32, y: f32) -> Point {
    Point {
        x: p.x - x,
        y: p.y - y,
    }
}

fn back_hair(guest: Guest, edge: f32) -> Layer {
    let length = guest.hair_length.max(0.0);
    guest.layer([-1.2, -1.3, 1.2, 1.2 + length], move |p| {
        let squeezed = if p.y > 0.0 { p.y / (1.0 + length) } else { p.y };
        let distance = ellipse(
            Point {
                x: p.x,
                y: squeezed + 0.12,
            },
            0.98,
            1.1,
        );
        let strands = 0.75 + 0.25 * (p.x * 55.0 + (p.y * 5.0).sin() * 2.0).sin();
        (dim(guest.hair, 0.55 * strands), cover(distance, edge))
    })
}

/// Shoulders in a knitted jumper: the fine regular texture that resampling is judged by.
fn body(guest: Guest, edge: f32) -> Layer {
    guest.layer([-2.3, 1.0, 2.3, 9.0], move |p| {
        let distance = ellipse(at(p, 0.0, 4.3), 2.0, 2.95).max(1.25 - p.y);
        let thread = (p.x * 62.0).sin() * (p.y * 48.0 + (p.x * 31.0).sin()).sin();
        let fold = 0.84 + 0.16 * (p.x * 2.6 + p.y * 0.9).sin();
        let round = 1.0 - 0.2 * (p.x + 0.35).powi(2);
        let shade = fold * round.max(0.25) * (1.0 + 0.16 * thread);
        let collar = cover(ellipse(at(p, 0.0, 1.32), 0.86, 0.52), 0.1);
        (
            mix(dim(guest.cloth, shade), dim(guest.cloth, 0.45), collar * 0.8),
            cover(distance, edge),
        )
    })
}

fn neck(guest: Guest, edge: f32) -> Layer {
    let (top, bottom) = (Point { x: 0.0, y: 0.6 }, Point { x: 0.0, y: 1.32 });
    guest.layer([-0.7, 0.4, 0.7, 1.9], move |p| {
        let shadow = 0.55 + 0.3 * ((p.y - 0.85) / 0.6).clamp(0.0, 1.0);
        let light = shadow * (1.0 - 0.35 * (p.x + 0.15).powi(2));
        (dim(guest.skin, light), cover(stroke(p, top, bottom, 0.4), edge))
    })
}

fn face(guest: Guest, edge: f32) -> Layer {
    let blush = mix(guest.skin, [0.75, 0.16, 0.14], 0.35);
    guest.layer([-1.05, -1.1, 1.05, 1.15], move |p| {
        // A chin narrower than the brow.
        let narrowing = 1.0 + 0.16 * p.y.max(0.0);
        let head = ellipse(
            Point {
                x: p.x * narrowing,
                y: p.y,
            },
            0.8,
            1.0,
        );
        let ears = ellipse(
            Point {
                x: p.x.abs() - 0.8,
                y: p.y - 0.08,
            },
            0.13,
            0.2,
        );
        let light = 1.06 - 0.26 * (p.x + 0.3).powi(2) - 0.2 * (p.y + 0.25).powi(2);
        let cheeks = cover(
            ellipse(
                Point {
                    x: p.x.abs() - 0.46,
                    y: p.y - 0.3,
                },
                0.2,
                0.15,
            ),
            0.3,
        );
        let nose = cover(ellipse(at(p, 0.05, 0.22), 0.1, 0.075), 0.12);
        let bridge = cover(
            stroke(p, Point { x: 0.1, y: -0.1 }, Point { x: 0.12, y: 0.15 }, 0.02),
            0.12,
        );
        let skin = mix(guest.skin, blush, 0.55 * cheeks);
        let shade = light * (1.0 - 0.2 * nose - 0.1 * bridge);
        (dim(skin, shade.max(0.1)), cover(head.min(ears), edge))
    })
}

fn eye(guest: Guest, side: f32, edge: f32) -> Layer {
    let (x, y) = (0.32 * side, -0.06);
    let white = dim([0.92, 0.92, 0.95], 0.85);
    let iris = mix(guest.hair, [0.05, 0.16, 0.2], 0.6);
    let brow = [
        Point {
            x: x - 0.17,
            y: y - 0.27 + 0.03 * side,
        },
        Point {
            x: x + 0.17,
            y: y - 0.27 - 0.03 * side,
        },
    ];
    guest.layer([x - 0.3, y - 0.45, x + 0.3, y + 0.25], move |p| {
        let q = at(p, x, y);
        let ball = cover(ellipse(q, 0.155, 0.1), edge);
        let coloured = cover(q.x.hypot(q.y) - 0.085, edge);
        let pupil = cover(q.x.hypot(q.y) - 0.042, edge);
        let spark = cover((q.x + 0.03).hypot(q.y + 0.035) - 0.02, edge);
        let lid = cover(ellipse(at(q, 0.0, 0.02), 0.18, 0.135), edge) * cover(q.y + 0.03, 0.05);
        let hair = cover(stroke(p, brow[0], brow[1], 0.032), 0.05) * 0.85;
        let seen = mix(
            mix(mix(white, iris, coloured), [0.004; 3], pupil),
            [1.0; 3],
            spark,
        );
        let lashes = dim(guest.hair, 0.3);
        let covered = ball.max(lid * 0.75).max(hair);
        (mix(mix(dim(guest.hair, 0.6), lashes, lid), seen, ball), covered)
    })
}

/// A laugh: between two parabolas, teeth in the upper half.
fn mouth(guest: Guest, edge: f32) -> Layer {
    let depth = guest.smile;
    guest.layer([-0.5, 0.3, 0.5, 1.0], move |p| {
        let across = (p.x / 0.36).powi(2);
        let upper = 0.47 + 0.1 * (1.0 - across);
        let lower = 0.47 + (0.1 + depth) * (1.0 - across);
        let open = (upper - p.y).max(p.y - lower);
        let teeth = cover(p.y - upper - 0.55 * depth * (1.0 - across), 0.03);
        let lips = cover(open - 0.035, edge.max(0.03));
        let inside = mix([0.12, 0.01, 0.015], [0.86, 0.84, 0.8], teeth);
        let lip = mix(guest.skin, [0.42, 0.04, 0.06], 0.6);
        (mix(lip, inside, cover(open, edge)), lips)
    })
}

fn fringe(guest: Guest, edge: f32) -> Layer {
    guest.layer([-1.0, -1.3, 1.0, 0.6], move |p| {
        let cap = ellipse(at(p, 0.0, -0.06), 0.9, 1.08);
        let hairline = -0.52 + 0.75 * p.x.powi(2) + 0.12 * (p.x * 3.0 + 0.8).sin();
        let sides = if p.x.abs() > 0.72 {
            0.3 + guest.hair_length.min(0.3)
        } else {
            hairline
        };
        let distance = cap.max(p.y - hairline.max(sides.min(hairline + 0.5)));
        let strands = 0.8 + 0.2 * (p.x * 60.0 + p.y * 14.0).sin();
        let gloss = 0.5 * cover((p.y + 0.82 - 0.1 * p.x).abs() - 0.05, 0.2);
        (
            mix(dim(guest.hair, strands), [0.8, 0.72, 0.64], 0.25 * gloss),
            cover(distance, edge),
        )
    })
}

fn glasses(guest: Guest, edge: f32) -> Layer {
    guest.layer([-1.0, -0.4, 1.0, 0.35], move |p| {
        let lens = ellipse(
            Point {
                x: p.x.abs() - 0.33,
                y: p.y + 0.05,
            },
            0.25,
            0.23,
        );
        let bridge = stroke(p, Point { x: -0.09, y: -0.1 }, Point { x: 0.09, y: -0.1 }, 0.025);
        let temples = (p.y + 0.1).abs().max(0.57 - p.x.abs()).max(p.x.abs() - 0.82) - 0.025;
        let frame = (lens.abs() - 0.03).min(bridge).min(temples);
        let glare = 0.12 * cover(lens, edge);
        let metal = cover(frame, edge);
        (
            mix([0.7, 0.8, 0.9], [0.01, 0.008, 0.012], metal),
            metal.max(glare),
        )
    })
}

fn party_hat(guest: Guest, edge: f32) -> Layer {
    guest.layer([-0.7, -2.5, 0.7, -0.6], move |p| {
        let q = at(p, 0.08, -0.78);
        let side = (q.x.abs() * 0.94 + (q.y + 1.4) * -0.36).max(q.y - 0.1 * (1.0 - q.x.powi(2)));
        let stripe = cover(((q.y * 3.2 + q.x * 1.6).fract() + 1.0).fract() - 0.5, 0.06);
        let paper = mix(srgb(240, 190, 60), srgb(220, 60, 90), stripe);
        let pompon = q.x.hypot(q.y + 1.42) - 0.14;
        let fluff = 0.8 + 0.2 * (q.x * 90.0).sin() * (q.y * 90.0).sin();
        let top = cover(pompon, 0.06);
        let light = 1.0 - 0.35 * (q.x + 0.2).abs();
        (
            mix(dim(paper, light), dim([0.9, 0.88, 0.82], fluff), top),
            cover(side, edge).max(top),
        )
    })
}
