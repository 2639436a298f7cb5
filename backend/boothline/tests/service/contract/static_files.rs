//! `/static`: pictures under names that nobody guesses.

use anyhow::{Context as _, Result};

use crate::booth::{Booth, Engine, photo};

pub(crate) fn a_result_can_be_kept_for_ever_and_asked_for_again(engine: Engine) -> Result<()> {
    let booth = Booth::open(engine)?;
    let kiosk = booth.client();
    let done = kiosk.visit("portrait", &photo(1))?;
    for field in ["result_url", "compressed_url", "thumbnail_url"] {
        let url = done[field].as_str().context("an address")?;
        let name = url.rsplit('/').next().context("a name")?;
        assert!(name.len() > 40, "nobody guesses {name}");
        let whole = kiosk.get(url).expect(200);
        let header = |name: &str| whole.header(name).unwrap_or_default();
        assert!(header("cache-control").contains("immutable"), "{field}");
        assert_eq!(header("cross-origin-resource-policy"), "cross-origin");
        assert_eq!(header("x-content-type-options"), "nosniff");
        assert_eq!(header("content-type"), "image/jpeg");
        assert_eq!(header("content-security-policy"), "default-src 'none'; sandbox");
        let known = kiosk.with("If-None-Match", header("etag")).get(url).expect(304);
        assert!(known.bytes.is_empty());
        let head = kiosk.send("HEAD", url, None, Vec::new()).expect(200);
        assert!(head.bytes.is_empty());
        let length = whole.bytes.len().to_string();
        assert_eq!(head.header("content-length"), Some(length.as_str()));
    }
    Ok(())
}

pub(crate) fn a_part_of_a_result_can_be_asked_for(engine: Engine) -> Result<()> {
    let booth = Booth::open(engine)?;
    let kiosk = booth.client();
    let done = kiosk.visit("portrait", &photo(1))?;
    let url = done["result_url"].as_str().context("an address")?;
    let whole = kiosk.get(url).expect(200).bytes;
    let part = kiosk.with("Range", "bytes=10-99").get(url).expect(206);
    assert_eq!(part.bytes, whole[10..100]);
    let range = format!("bytes 10-99/{}", whole.len());
    assert_eq!(part.header("content-range"), Some(range.as_str()));
    let tail = kiosk.with("Range", "bytes=-7").get(url).expect(206);
    assert_eq!(tail.bytes, whole[whole.len() - 7..]);
    kiosk.with("Range", "bytes=999999999-").get(url).expect(416);
    Ok(())
}

pub(crate) fn no_path_leads_out_of_the_folders(engine: Engine) -> Result<()> {
    let booth = Booth::open(engine)?;
    let kiosk = booth.client();
    std::fs::write(booth.folder().join("secret.jpg"), "secret")?;
    let linked = booth.folder().join("results/linked.jpg");
    std::os::unix::fs::symlink(booth.folder().join("secret.jpg"), linked)?;
    for path in [
        "/static/results/../secret.jpg",
        "/static/results/..%2fsecret.jpg",
        "/static/results/..%2f..%2fsecret.jpg",
        "/static/results/%2e%2e/secret.jpg",
        "/static/results/..%5csecret.jpg",
        "/static/results/secret.jpg%00.png",
        "/static/results//etc/passwd",
        "/static/results/linked.jpg",
        "/static/results/compressed",
        "/static/results/",
        "/static/results",
        "/static/",
        "/static/originals/x.jpg",
        "/static/incoming/x.jpg",
        "/static/data/boothline.db",
        "/assets/../Cargo.toml",
        "/assets/..%2fCargo.toml",
        "/assets/%2e%2e/%2e%2e/Cargo.toml",
        "/.git/config",
        "/.env",
        "/data/boothline.db",
    ] {
        let answer = kiosk.get(path);
        assert_eq!(answer.status, 404, "{path}: {}", answer.text());
        assert!(!answer.text().contains("secret"), "{path}");
    }
    Ok(())
}
