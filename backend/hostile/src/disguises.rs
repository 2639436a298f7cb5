//! What is no photo at all but calls itself one, and photos that are something else as well.

use crate::Fate::{Either, Refused, Taken};
use crate::HostileFile;
use crate::chunks::{after_start, jpeg, png, segment, webp};

const HTML: &[u8] = b"<!DOCTYPE html><html><body><script>alert(1)</script></body></html>";
const SVG: &[u8] = b"<svg xmlns=\"http://www.w3.org/2000/svg\" onload=\"alert(1)\"/>";
const ZIP: &[u8] = b"PK\x05\x06\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0";
const PHP: &[u8] = b"<?php system($_GET['c']); ?>";

pub(crate) fn files() -> Vec<HostileFile> {
    [strangers(), polyglots()].concat()
}

fn strangers() -> Vec<HostileFile> {
    let boxed = |brand: &[u8]| [b"\0\0\0\x18ftyp", brand, b"\0\0\0\0mif1", brand].concat();
    let strangers: Vec<(&str, Vec<u8>)> = vec![
        ("HTML", HTML.to_vec()),
        ("SVG", SVG.to_vec()),
        ("SVG in XML", [b"<?xml version=\"1.0\"?><!DOCTYPE svg [<!ENTITY x SYSTEM \"file:///etc/passwd\">]>", SVG].concat()),
        ("SVG in UTF-16", SVG.iter().flat_map(|byte| [*byte, 0]).collect()),
        ("packed SVG", b"\x1f\x8b\x08\0\0\0\0\0\0\x03".to_vec()),
        ("PHP", PHP.to_vec()),
        ("a shell script", b"#!/bin/sh\nrm -rf /\n".to_vec()),
        ("a Windows program", [b"MZ\x90\0", &[0; 60][..], b"PE\0\0"].concat()),
        ("a Linux program", b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0".to_vec()),
        ("a Java class", b"\xca\xfe\xba\xbe\0\0\x004".to_vec()),
        ("PDF", b"%PDF-1.7\n1 0 obj<</OpenAction 2 0 R>>endobj\n".to_vec()),
        ("PostScript", b"%!PS-Adobe-3.0 EPSF-3.0\n(/etc/passwd) run\n".to_vec()),
        ("MVG for ImageMagick", b"push graphic-context\nfill 'url(https://127.0.0.1/x|ls)'\n".to_vec()),
        ("ZIP", ZIP.to_vec()),
        ("RAR", b"Rar!\x1a\x07\x01\0".to_vec()),
        ("7z", b"7z\xbc\xaf\x27\x1c\0\x04".to_vec()),
        ("SQLite", b"SQLite format 3\0\x10\0\x01\x01\0\x40".to_vec()),
        ("GIF", b"GIF89a\x10\0\x10\0\x80\0\0\0\0\0\xff\xff\xff,\0\0\0\0\x10\0\x10\0\0\x02\x0e\x84\x8f\xa9\xcb\xed\x0f\xa3\x9c\xb4\xda\x8b\xb3\x3e\x05\0;".to_vec()),
        ("GIF of four gigapixels", b"GIF89a\xff\xff\xff\xff\x80\0\0\0\0\0\xff\xff\xff;".to_vec()),
        ("BMP", [b"BM\x46\0\0\0\0\0\0\0\x36\0\0\0\x28\0\0\0", &[0xFF; 60][..]].concat()),
        ("little-endian TIFF", b"II*\0\x08\0\0\0\xff\xff".to_vec()),
        ("big-endian TIFF", b"MM\0*\0\0\0\x08\xff\xff".to_vec()),
        ("an icon", b"\0\0\x01\0\x01\0\0\0\0\0\x01\0\x20\0\xff\xff\xff\xff\x16\0\0\0".to_vec()),
        ("PSD", b"8BPS\0\x01\0\0\0\0\0\0\0\x03\xff\xff\xff\xff\xff\xff\xff\xff".to_vec()),
        ("PNM", b"P6 99999 99999 255\n".to_vec()),
        ("HDR", b"#?RADIANCE\nFORMAT=32-bit_rle_rgbe\n\n-Y 99999 +X 99999\n".to_vec()),
        ("EXR", b"\x76\x2f\x31\x01\x02\0\0\0".to_vec()),
        ("JPEG XL", b"\xff\x0a\xfa\x1f".to_vec()),
        ("boxed JPEG XL", b"\0\0\0\x0cJXL \r\n\x87\n".to_vec()),
        ("JPEG 2000", b"\0\0\0\x0cjP  \r\n\x87\n".to_vec()),
        ("JPEG-LS", b"\xff\xd8\xff\xf7\0\x0b\x08\0\x10\0\x10\x01\x01\x11\0".to_vec()),
        ("HEIC cut short", boxed(b"heic")),
        ("AVIF cut short", boxed(b"avif")),
        ("MP4", boxed(b"isom")),
        ("QuickTime", boxed(b"qt  ")),
        ("WebM", b"\x1a\x45\xdf\xa3\x01\0\0\0\0\0\0\x1f".to_vec()),
        ("MP3", b"ID3\x04\0\0\0\0\0\x23".to_vec()),
        ("Ogg", b"OggS\0\x02\0\0\0\0\0\0\0\0".to_vec()),
        ("DDS", b"DDS \x7c\0\0\0".to_vec()),
        ("FITS", b"SIMPLE  =                    T".to_vec()),
        ("DICOM", [&[0; 128][..], b"DICM"].concat()),
        ("text", "Dear guest, this is no photo at all. 🎉".into()),
        ("one nought", vec![0]),
        ("noughts", vec![0; 100_000]),
        ("ones", vec![0xFF; 100_000]),
        ("half a signature", b"\x89PN".to_vec()),
        ("a signature and nothing", b"\x89PNG\r\n\x1a\n".to_vec()),
        ("RIFF and nothing", b"RIFF".to_vec()),
        ("a JPEG's first two bytes", vec![0xFF, 0xD8]),
        ("an ESC sequence", b"\x1b]0;owned\x07\x1b[31mERROR all photos lost\r\n".to_vec()),
        ("nothing", Vec::new()),
    ];
    let named = |(name, bytes)| HostileFile::new(format!("{name} called a photo"), Refused, bytes);
    strangers.into_iter().map(named).collect()
}

fn polyglots() -> Vec<HostileFile> {
    let (jpeg, png, webp) = (jpeg(), png(), webp());
    let polyglots: Vec<(&str, crate::Fate, Vec<u8>)> = vec![
        ("a JPEG and a ZIP", Taken, [&jpeg[..], ZIP].concat()),
        ("a JPEG and a page", Taken, [&jpeg[..], HTML].concat()),
        (
            "a JPEG with a page in its comment",
            Taken,
            after_start(&jpeg, &segment(0xFE, HTML)),
        ),
        (
            "a JPEG with PHP in its comment",
            Taken,
            after_start(&jpeg, &segment(0xFE, PHP)),
        ),
        ("a PNG and a page", Taken, [&png[..], HTML].concat()),
        ("a PNG and a program", Taken, [&png[..], b"MZ\x90\0"].concat()),
        ("a WebP and a ZIP", Taken, [&webp[..], ZIP].concat()),
        ("a JPEG and a PNG", Taken, [&jpeg[..], &png].concat()),
        ("a page and a JPEG", Refused, [HTML, &jpeg].concat()),
        ("a PDF and a JPEG", Refused, [b"%PDF-1.7\n", &jpeg[..]].concat()),
        ("a GIF and a JPEG", Refused, [b"GIF89a", &jpeg[..]].concat()),
        ("a line feed and a JPEG", Refused, [b"\n", &jpeg[..]].concat()),
        (
            "a byte order mark and a PNG",
            Refused,
            [b"\xef\xbb\xbf", &png[..]].concat(),
        ),
        (
            "a PNG that was sent as text",
            Either,
            png.iter().copied().filter(|byte| *byte != b'\r').collect(),
        ),
        (
            "a JPEG in base64",
            Refused,
            b"data:image/jpeg;base64,/9j/4AAQSkZJRgABAQ".to_vec(),
        ),
    ];
    polyglots
        .into_iter()
        .map(|(name, fate, bytes)| HostileFile::new(name, fate, bytes))
        .collect()
}
