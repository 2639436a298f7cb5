//! Times the decode of a file: `cargo run --release -p boothline-jpeg --example decode -- photo.jpg 4 [rounds [columns]]`;
//! with columns, such as 1700-4300, only these are looked at.

use std::time::Instant;

use boothline_jpeg::{Options, Region, Scale, decode};

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [path, eighths, rest @ ..] = &arguments[..] else {
        return eprintln!("usage: decode <photo.jpg> <eighths 1-8> [rounds [columns]]");
    };
    let file = std::fs::read(path).expect("the file can be read");
    let scale = Scale::eighths(eighths.parse().expect("a number of eighths"));
    let rounds: usize = rest
        .first()
        .map_or(9, |rounds| rounds.parse().expect("a number of rounds"));
    let region = match rest.get(1).and_then(|columns| columns.split_once('-')) {
        None => Region::WHOLE,
        Some((left, right)) => {
            let [left, right] = [left, right].map(|side| side.parse::<u32>().expect("a column"));
            Region {
                left,
                width: right - left,
                ..Region::WHOLE
            }
        }
    };
    let mut times: Vec<f64> = Vec::new();
    for _ in 0..rounds {
        let start = Instant::now();
        let picture = decode(
            &file,
            &Options {
                scale,
                region,
                max_pixels: u64::MAX,
                keep_going: &|| true,
            },
        )
        .expect("a photo");
        times.push(start.elapsed().as_secs_f64() * 1e3);
        assert_eq!(picture.arrived, picture.whole);
    }
    times.sort_by(f64::total_cmp);
    println!(
        "{path} at {eighths}/8: median {:.1} ms, best {:.1} ms",
        times[rounds / 2],
        times[0]
    );
}
