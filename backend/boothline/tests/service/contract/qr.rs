//! `/drive/qr`: a link as a QR code.

use anyhow::{Context as _, Result};
use image::GrayImage;
use serde_json::Value;

use crate::booth::{Answer, Booth, Engine, photo, pixels};

const LINK: &str = "https://drive.google.com/uc?id=1AbC&export=download";
const QUERY: &str =
    "/api/v1/drive/qr?url=https%3A%2F%2Fdrive.google.com%2Fuc%3Fid%3D1AbC%26export%3Ddownload";

/// The one text in a QR code.
fn read(picture: &GrayImage) -> Result<String> {
    let mut prepared = rqrr::PreparedImage::prepare(picture.clone());
    let grids = prepared.detect_grids();
    let grid = grids.first().context("a QR code")?;
    Ok(grid.decode()?.1)
}

fn grey(png: &[u8]) -> GrayImage {
    image::DynamicImage::from(pixels(png)).into_luma8()
}

fn code(answer: Answer) -> GrayImage {
    let answer = answer.expect(200);
    assert_eq!(answer.header("content-type"), Some("image/png"));
    grey(&answer.bytes)
}

pub(crate) fn a_code_has_the_exact_size_and_reads_back(engine: Engine) -> Result<()> {
    let booth = Booth::open(engine)?;
    let guest = booth.client();
    for size in [120, 121, 360, 777, 1024] {
        let picture = code(guest.get(&format!("{QUERY}&size={size}")));
        assert_eq!(picture.dimensions(), (size, size));
        assert_eq!(read(&picture)?, LINK, "at {size}");
        let sharp = picture.pixels().all(|pixel| pixel.0[0] == 0 || pixel.0[0] == 255);
        assert!(sharp, "no grey between the modules at {size}");
    }
    assert_eq!(
        code(guest.get(QUERY)).dimensions(),
        (360, 360),
        "where none is asked for"
    );
    Ok(())
}

pub(crate) fn a_size_is_clamped_and_nothing_but_an_integer(engine: Engine) -> Result<()> {
    let booth = Booth::open(engine)?;
    let guest = booth.client();
    for (asked, given) in [
        ("1", 120),
        ("-40", 120),
        ("5000", 1024),
        ("99999999999999999999", 1024),
    ] {
        let picture = code(guest.get(&format!("{QUERY}&size={asked}")));
        assert_eq!(picture.dimensions(), (given, given), "{asked}");
    }
    for asked in ["", "large", "36.5", "1e3", "0x80"] {
        guest
            .get(&format!("{QUERY}&size={asked}"))
            .refused(422, "qr_size_invalid");
    }
    Ok(())
}

pub(crate) fn a_code_can_be_kept_for_ever_and_asked_for_again(engine: Engine) -> Result<()> {
    let booth = Booth::open(engine)?;
    let guest = booth.client();
    let first = guest.get(QUERY).expect(200);
    let caching = first.header("cache-control").unwrap_or_default();
    assert!(caching.contains("immutable"), "{caching}");
    assert_eq!(first.header("cross-origin-resource-policy"), Some("cross-origin"));
    let tag = first.header("etag").context("a tag")?;
    let again = guest.with("If-None-Match", tag).get(QUERY).expect(304);
    assert!(again.bytes.is_empty());
    assert_eq!(again.header("etag"), Some(tag));
    let other = guest.with("If-None-Match", tag).get(&format!("{QUERY}&size=200"));
    other.expect(200);
    let head = guest.send("HEAD", QUERY, None, Vec::new()).expect(200);
    assert!(head.bytes.is_empty());
    assert_eq!(head.header("etag"), Some(tag));
    Ok(())
}

pub(crate) fn a_drawing_can_be_had_as_svg(engine: Engine) -> Result<()> {
    let booth = Booth::open(engine)?;
    let guest = booth.client();
    let drawing = guest.get(&format!("{QUERY}&format=svg")).expect(200);
    let kind = drawing.header("content-type").unwrap_or_default();
    assert!(kind.starts_with("image/svg+xml"), "{kind}");
    assert!(drawing.text().contains("<svg"));
    let policy = drawing.header("content-security-policy").unwrap_or_default();
    assert!(policy.contains("sandbox"), "{policy}");
    guest
        .get(&format!("{QUERY}&format=gif"))
        .refused(422, "qr_format_invalid");
    Ok(())
}

pub(crate) fn links_that_are_none_are_422(engine: Engine) -> Result<()> {
    let booth = Booth::open(engine)?;
    let guest = booth.client();
    guest.get("/api/v1/drive/qr").refused(422, "qr_url_invalid");
    for link in [
        "",
        "javascript%3Aalert(1)",
        "ftp%3A%2F%2Fhost%2F",
        "https%3A%2F%2Fuser%3Apass%40host%2F",
        "https%3A%2F%2Fhost%2F%0d%0aX%3A%20y",
        "https%3A%2F%2Fhost%2F%00",
        "%2F%2Fhost%2Fx",
    ] {
        guest
            .get(&format!("/api/v1/drive/qr?url={link}"))
            .refused(422, "qr_url_invalid");
    }
    let long = "x".repeat(2049);
    guest
        .get(&format!("/api/v1/drive/qr?url=https%3A%2F%2Fhost%2F{long}"))
        .refused(422, "qr_url_invalid");
    let dense = "x".repeat(1500);
    guest
        .get(&format!(
            "/api/v1/drive/qr?url=https%3A%2F%2Fhost%2F{dense}&size=120"
        ))
        .refused(422, "qr_too_dense");
    Ok(())
}

pub(crate) fn only_listed_hosts_where_a_list_is_set(engine: Engine) -> Result<()> {
    let booth = Booth::open_with(engine, &[("QR_ALLOWED_HOSTS", "drive.google.com")])?;
    let guest = booth.client();
    code(guest.get(QUERY));
    guest
        .get("/api/v1/drive/qr?url=https%3A%2F%2Fevil.example%2F")
        .refused(422, "qr_host_not_allowed");
    let done = guest.visit("portrait", &photo(1))?;
    let qr = done["qr_url"].as_str().context("an address")?;
    code(guest.get(qr));
    Ok(())
}

pub(crate) fn a_jobs_code_leads_to_its_page(engine: Engine) -> Result<()> {
    let booth = Booth::open(engine)?;
    let kiosk = booth.client();
    let done = kiosk.visit("portrait", &photo(1))?;
    let qr = done["qr_url"].as_str().context("an address")?;
    let link = read(&code(kiosk.get(qr)))?;
    assert_eq!(Value::from(link.clone()), done["share_url"]);
    let page = kiosk.get(&link).expect(200);
    assert!(page.text().contains("<html"));
    Ok(())
}
