//! Places to stand before: a theatre's stage and a beach, a little out of focus like any background.

use super::noise::{grain, smooth};
use super::texture::{across, down};

/// Where the boards of the stage meet the curtain, and where the front of the stage begins.
const BOARDS: f32 = 0.7;
const FRONT: f32 = 1560.0 / 1800.0;

/// Where the sea meets the sky, and where the sand begins.
const HORIZON: f32 = 0.46;
const SHORE: f32 = 0.66;

/// A velvet curtain in a spotlight, boards before it, and the dark front of the stage below.
pub(super) fn stage(x: u32, y: u32) -> [f32; 3] {
    let (u, v) = (across(x), down(y));
    let colour = if v < BOARDS {
        curtain(u, v)
    } else if v < FRONT {
        boards(u, v)
    } else {
        front(u, v)
    };
    let beams = (beam(u, v, 0.08) + beam(u, v, 0.92)) * cover(BOARDS - v, 0.3);
    dithered(mix(colour, [255.0, 226.0, 180.0], 0.2 * beams), x, y)
}

/// Folds that hang from above and sway a little, brightest in the middle.
fn curtain(u: f32, v: f32) -> [f32; 3] {
    let sway = u + 0.006 * (v * 7.0).sin();
    let wave = (sway * 76.0 + 1.2 * (sway * 21.0).sin()).sin();
    let fold = (0.5 + 0.5 * wave).powf(1.4);
    let pool = (-((u - 0.5) / 0.42).powi(2) - ((v - 0.36) / 0.34).powi(2)).exp();
    let light = (0.22 + 0.78 * fold) * (0.3 + 0.9 * pool);
    let hem = 1.0 - 0.55 * cover((BOARDS - v).abs() - 0.004, 0.03);
    [178.0, 24.0, 34.0].map(|base| base * light * hem)
}

/// Boards that run towards the audience, their lines meeting far behind the curtain.
fn boards(u: f32, v: f32) -> [f32; 3] {
    let depth = (v - BOARDS) / (FRONT - BOARDS);
    let lane = (u - 0.5) / (0.55 + 0.75 * depth) * 11.0;
    let board = lane.floor();
    let seam = cover(0.03 - (lane - board - 0.5).abs() + 0.46, 0.05);
    let tint = 0.84 + 0.22 * grain((board + 64.0) as u32, 3, 41);
    let pool = (-((u - 0.5) / 0.4).powi(2) - ((depth - 0.35) / 0.6).powi(2)).exp();
    let light = (0.3 + 0.85 * pool) * tint * (0.55 + 0.45 * seam);
    [158.0, 106.0, 66.0].map(|base| base * light)
}

/// Dark wood under a brass edge.
fn front(u: f32, v: f32) -> [f32; 3] {
    let edge = cover((v - FRONT - 0.004).abs() - 0.003, 0.004);
    let shine = 0.6 + 0.4 * (-((u - 0.5) / 0.3).powi(2)).exp();
    let wood = [30.0, 17.0, 15.0].map(|base| base * (1.15 - 0.4 * (v - FRONT) / (1.0 - FRONT)));
    mix(wood, [214.0 * shine, 168.0 * shine, 88.0 * shine], edge)
}

/// A cone of light from a lamp above the picture to its middle, 0 to 1.
fn beam(u: f32, v: f32, lamp: f32) -> f32 {
    let reach = (v + 0.08) / 0.75;
    let middle = lamp + (0.5 - lamp) * reach;
    let half = 0.03 + 0.16 * reach;
    cover((u - middle).abs() - half, 1.2 * half) * (1.0 - 0.5 * reach.clamp(0.0, 1.0))
}

/// Morning sky with a few clouds, a calm sea, and sand.
pub(super) fn beach(x: u32, y: u32) -> [f32; 3] {
    let (u, v) = (across(x), down(y));
    let shore = SHORE + 0.010 * (u * 7.0 + 0.6).sin() + 0.004 * (u * 19.0).sin();
    let water = cover(HORIZON - v, 0.004);
    let land = cover(shore - v, 0.006);
    // Each is only drawn where it is seen.
    let far = || blend(water, || sky(u, v, (x, y)), || sea(v, shore, (x, y)));
    let beach = blend(land, far, || sand(v, shore, (x, y)));
    let foam = cover((v - shore).abs() - 0.004, 0.008);
    let foam = foam * (0.55 + 0.45 * smooth((x, y), (46.0, 9.0), 54));
    dithered(mix(beach, [250.0, 252.0, 250.0], 0.85 * foam), x, y)
}

/// The first where `part` is 0, the second where it is 1.
fn blend(part: f32, first: impl Fn() -> [f32; 3], second: impl Fn() -> [f32; 3]) -> [f32; 3] {
    if part <= 0.0 {
        return first();
    }
    if part >= 1.0 {
        return second();
    }
    mix(first(), second(), part)
}

fn sky(u: f32, v: f32, at: (u32, u32)) -> [f32; 3] {
    let height = (v / HORIZON).clamp(0.0, 1.0);
    let blue = mix([66.0, 132.0, 204.0], [214.0, 234.0, 242.0], height.powf(1.3));
    let glow = (-((u - 0.78) / 0.4).powi(2) - ((v - HORIZON) / 0.28).powi(2)).exp();
    let warm = mix(blue, [255.0, 238.0, 208.0], 0.6 * glow);
    let billow = 0.6 * smooth(at, (330.0, 92.0), 51)
        + 0.3 * smooth(at, (120.0, 42.0), 52)
        + 0.1 * smooth(at, (44.0, 20.0), 53);
    let cloud = ((billow - 0.52) / 0.2).clamp(0.0, 1.0) * (1.0 - 0.5 * height);
    mix(warm, [252.0, 252.0, 252.0], 0.75 * cloud)
}

/// Deep water far off, turquoise where it is shallow; waves grow towards the shore.
fn sea(v: f32, shore: f32, at: (u32, u32)) -> [f32; 3] {
    let near = ((v - HORIZON) / (shore - HORIZON)).clamp(0.0, 1.0);
    let water = mix([38.0, 112.0, 158.0], [116.0, 196.0, 204.0], near.powf(1.4));
    let size = 3.0 + 15.0 * near;
    let waves = smooth(at, (size * 9.0, size), 55) - 0.5;
    let glint = ((smooth(at, (24.0, 3.0), 56) - 0.8) * 5.0).clamp(0.0, 1.0);
    let lit = water.map(|base| base + waves * 34.0);
    mix(lit, [255.0, 252.0, 240.0], 0.5 * glint * (1.0 - near))
}

/// Dark where the last wave was, then dry and fine.
fn sand(v: f32, shore: f32, at: (u32, u32)) -> [f32; 3] {
    let dry = ((v - shore) / 0.06).clamp(0.0, 1.0);
    let dunes = (smooth(at, (300.0, 70.0), 57) - 0.5) * 16.0;
    let grains = (smooth(at, (2.6, 2.2), 58) - 0.5) * 14.0;
    let base = mix([176.0, 146.0, 106.0], [232.0, 210.0, 170.0], dry);
    base.map(|channel| channel + (dunes + grains) * dry)
}

fn mix(a: [f32; 3], b: [f32; 3], part: f32) -> [f32; 3] {
    std::array::from_fn(|c| a[c] + (b[c] - a[c]) * part)
}

/// 1 where `distance` is below nought, 0 above, soft over `edge` (Hermite's smooth step).
fn cover(distance: f32, edge: f32) -> f32 {
    let t = (0.5 - distance / edge).clamp(0.0, 1.0);
    t * t * (3.0 - 2.0 * t)
}

/// A level of noise hides the steps of soft gradients.
fn dithered(colour: [f32; 3], x: u32, y: u32) -> [f32; 3] {
    let noise = 2.0 * grain(x, y, 59) - 1.0;
    colour.map(|channel| channel + noise)
}
