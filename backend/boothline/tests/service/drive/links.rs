//! The link first: before the upload, also without a network.

use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use boothline_drive_sim::Operation;
use serde_json::Value;

use super::Venue;
use crate::booth::{Engine, photo};

fn text<'a>(job: &'a Value, field: &str) -> &'a str {
    job[field].as_str().unwrap_or_else(|| panic!("{field} of {job}"))
}

pub(crate) fn the_first_answer_has_the_links_of_the_file_to_come(engine: Engine) -> Result<()> {
    let venue = Venue::open(engine)?;
    let kiosk = venue.booth.client();
    let accepted = kiosk.order(kiosk.ready_session("portrait", &photo(1)));
    let page = text(&accepted, "drive_link");
    let id = page
        .strip_prefix("https://drive.google.com/file/d/")
        .and_then(|rest| rest.strip_suffix("/view?usp=sharing"))
        .unwrap_or_else(|| panic!("{page}"));
    let download = format!("https://drive.google.com/uc?id={id}&export=download");
    assert_eq!(text(&accepted, "download_link"), download);
    let encoded = download
        .replace(':', "%3A")
        .replace('/', "%2F")
        .replace('?', "%3F");
    let encoded = encoded.replace('=', "%3D").replace('&', "%26");
    let qr = format!(
        "http://localhost:{}/api/v1/drive/qr?url={encoded}&size=360",
        venue.booth.port()
    );
    assert_eq!(text(&accepted, "qr_url"), qr);
    kiosk.get(&qr.replace("localhost", "127.0.0.1")).expect(200);

    let delivered = venue.delivered(&accepted)?;
    for link in ["drive_link", "download_link", "qr_url", "share_url"] {
        assert_eq!(delivered[link], accepted[link], "{link} never changes");
    }
    let file = venue.file(id)?;
    assert_eq!(file.id, id);
    venue.holds_exactly(&[delivered])
}

pub(crate) fn without_a_network_links_come_from_the_pool(engine: Engine) -> Result<()> {
    let mut venue = Venue::open(engine)?;
    venue.sim.set_outage(true);
    let kiosk = venue.booth.client();
    let accepted = kiosk.visit("portrait", &photo(1))?;
    assert!(text(&accepted, "drive_link").contains("/file/d/"));
    let waiting = venue.until(&accepted, |job| job["delivery"] == "waiting")?;
    assert!(text(&waiting, "delivery_message").len() > 20, "{waiting}");
    let status = kiosk.get("/api/v1/drive/status").ok();
    assert_eq!(status["status"], "offline", "{status}");
    assert_eq!(status["ok"], true, "{status}");

    // Also after a power cut, still without a network.
    venue.booth.kill()?;
    venue.booth.start()?;
    let kiosk = venue.booth.client();
    let second = kiosk.visit("portrait", &photo(2))?;
    assert!(text(&second, "drive_link").contains("/file/d/"));

    venue.sim.set_outage(false);
    for job in [&accepted, &second] {
        let delivered = venue.delivered(job)?;
        assert_eq!(delivered["download_link"], job["download_link"]);
    }
    venue.holds_exactly(&[accepted, second])
}

pub(crate) fn a_job_without_a_link_gets_it_when_drive_is_back(engine: Engine) -> Result<()> {
    let venue = Venue::open_offline(engine)?;
    let kiosk = venue.booth.client();
    let accepted = kiosk.visit("portrait", &photo(1))?;
    for link in ["drive_link", "download_link", "qr_url"] {
        assert_eq!(accepted[link], Value::Null, "{link}");
    }
    ensure!(
        text(&accepted, "delivery_message").contains("Drive"),
        "{accepted}"
    );
    venue.sim.set_outage(false);
    let delivered = venue.delivered(&accepted)?;
    assert!(text(&delivered, "qr_url").contains("drive.google.com"));
    venue.holds_exactly(&[delivered])
}

pub(crate) fn a_public_address_of_ours_leads_guests_to_our_page(engine: Engine) -> Result<()> {
    let venue = Venue::open_with(engine, &[("PUBLIC_BASE_URL", "https://photos.example")])?;
    venue.sim.set_outage(true);
    let kiosk = venue.booth.client();
    let accepted = kiosk.visit("portrait", &photo(1))?;
    let page = text(&accepted, "share_url");
    assert!(page.starts_with("https://photos.example/p/"), "{page}");
    assert!(text(&accepted, "qr_url").contains("photos.example%2Fp%2F"));
    assert!(text(&accepted, "drive_link").contains("drive.google.com"));
    // The page serves the local copy while Drive is away.
    let code = page.rsplit('/').next().unwrap_or_default();
    let status = kiosk.get(&format!("/p/{code}/status")).ok();
    assert_eq!(status["state"], "ready");
    venue.sim.set_outage(false);
    let delivered = venue.delivered(&accepted)?;
    assert_eq!(delivered["qr_url"], accepted["qr_url"]);
    Ok(())
}

pub(crate) fn links_of_another_kind_replace_the_prediction(engine: Engine) -> Result<()> {
    let venue = Venue::open(engine)?;
    venue.sim.change(|options| options.resource_keys = true);
    let kiosk = venue.booth.client();
    let accepted = kiosk.visit("portrait", &photo(1))?;
    let delivered = venue.delivered(&accepted)?;
    assert!(
        text(&delivered, "drive_link").contains("resourcekey="),
        "{delivered}"
    );
    assert!(text(&delivered, "qr_url").contains("resourcekey"), "{delivered}");
    assert_eq!(
        delivered["drive_link"]
            .as_str()
            .map(|link| link.contains("drive.google.com")),
        Some(true)
    );
    Ok(())
}

pub(crate) fn a_public_folder_saves_a_request_for_each_picture(engine: Engine) -> Result<()> {
    let venue = Venue::open_with(engine, &[("DRIVE_SHARE", "folder")])?;
    let kiosk = venue.booth.client();
    let jobs: Vec<Value> = (0..3)
        .map(|seed| kiosk.visit("portrait", &photo(seed)))
        .collect::<Result<_>>()?;
    for job in &jobs {
        venue.delivered(job)?;
    }
    assert_eq!(venue.sim.requests(Operation::PermissionCreate), 1, "the folder's");
    venue.holds_exactly(&jobs)
}

pub(crate) fn a_deleted_job_takes_its_file_with_it(engine: Engine) -> Result<()> {
    let venue = Venue::open(engine)?;
    let kiosk = venue.booth.client();
    let job = kiosk.visit("portrait", &photo(1))?;
    venue.delivered(&job)?;
    kiosk
        .delete(&format!("/api/v1/jobs/{}", job["job_id"]))
        .expect(204);
    let begun = Instant::now();
    while !venue.pictures().is_empty() {
        ensure!(begun.elapsed() < Duration::from_secs(120), "it is still there");
        sleep(Duration::from_millis(500));
    }
    Ok(())
}
