//! One photo's costs: the compressed copy (T1), the thumbnail (T2), the preview at upload, a chroma key, and QR codes.
//!
//! `cargo bench -p boothline-imaging --bench codec`; the photo has 24 megapixels, as a booth's camera takes.

use std::hint::black_box;

use boothline_imaging::decode::{Pixels, Want, decode};
use boothline_imaging::encode::{self, Metadata};
use boothline_imaging::key::cut_out;
use boothline_imaging::limits::Limits;
use boothline_imaging::orientation::Orientation;
use boothline_imaging::preview::preview;
use boothline_imaging::probe::probe;
use boothline_imaging::recipe::ChromaKey;
use boothline_imaging::resize::{CropBox, fit_long_edge, resize_rgb};
use boothline_imaging::{qr, sample};
use criterion::{BatchSize, Criterion, criterion_group, criterion_main};
use image::Rgb;

const LINK: &str = "https://drive.google.com/uc?id=1AbCdEfGhIjKlMnOpQrStUvWxYz0123456&export=download";

/// Bytes to bytes: the photo fitted into `long_edge` pixels at quality 80, upright and stripped.
fn fitted(photo: &[u8], long_edge: u32) -> Vec<u8> {
    let limits = Limits::default();
    let (width, height) = probe(photo, &limits).expect("our own photo").size();
    let (width, height) = fit_long_edge(width, height, long_edge);
    let decoded = decode(photo, &limits, Want::AtLeast { width, height }).expect("our own photo");
    let pixels = decoded.pixels.flatten(Rgb([255; 3]));
    let whole = CropBox::whole(pixels.width(), pixels.height());
    let small = resize_rgb(&pixels, whole, width, height);
    encode::jpeg(&small, 80, &Metadata::default()).expect("a size JPEG can say")
}

fn photos(criterion: &mut Criterion) {
    let upright = sample::jpeg(6000, 4000, 1, Orientation::NoTransforms).expect("our own photo");
    let turned = sample::jpeg(4000, 6000, 1, Orientation::Rotate90).expect("our own photo");
    let mut group = criterion.benchmark_group("24 MP");
    group.sample_size(20);
    group.bench_function("header", |b| {
        b.iter(|| probe(black_box(&upright), &Limits::default()));
    });
    group.bench_function("T1, 1600 px", |b| b.iter(|| fitted(black_box(&upright), 1600)));
    group.bench_function("T1 turned", |b| b.iter(|| fitted(black_box(&turned), 1600)));
    group.bench_function("T2, 400 px", |b| b.iter(|| fitted(black_box(&upright), 400)));
    group.bench_function("preview, 640 px", |b| {
        b.iter(|| preview(black_box(&upright), &Limits::default(), 640));
    });
    group.bench_function("full", |b| {
        b.iter(|| decode(black_box(&upright), &Limits::default(), Want::Full));
    });
    group.finish();
}

fn chroma_key(criterion: &mut Criterion) {
    let key = ChromaKey::default();
    let photo = Pixels::Rgb(sample::before_cloth(1200, 1800, 1, key.colour));
    criterion.bench_function("chroma key, 1200x1800", |b| {
        b.iter_batched(
            || photo.clone(),
            |photo| cut_out(black_box(photo), &key),
            BatchSize::LargeInput,
        );
    });
}

fn qr_codes(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("QR");
    for size in [360, 1000] {
        group.bench_function(format!("PNG, {size} px"), |b| {
            b.iter(|| qr::png(black_box(LINK), size));
        });
    }
    group.bench_function("SVG", |b| b.iter(|| qr::svg(black_box(LINK))));
    group.finish();
}

criterion_group!(benches, photos, chroma_key, qr_codes);
criterion_main!(benches);
