//! `/gallery`: the newest finished pictures.

use anyhow::Result;
use serde_json::json;

use crate::booth::{Booth, Engine, Form, photo};

pub(crate) fn the_newest_picture_comes_first(engine: Engine) -> Result<()> {
    let booth = Booth::open(engine)?;
    let kiosk = booth.client();
    assert_eq!(kiosk.get("/api/v1/gallery").ok(), json!([]));
    let mut made = Vec::new();
    for seed in 0..3 {
        made.push(kiosk.visit("portrait", &photo(seed))?);
    }
    let shown = kiosk.get("/api/v1/gallery").ok();
    let shown = shown.as_array().expect("an array");
    assert_eq!(shown.len(), 3);
    for (item, job) in shown.iter().zip(made.iter().rev()) {
        assert_eq!(item["id"], job["job_id"]);
        assert_eq!(item["url"], job["compressed_url"]);
        for link in ["drive_link", "download_link", "qr_url"] {
            assert_eq!(item[link], job[link], "{link}");
        }
    }
    let newest = kiosk.get("/api/v1/gallery?limit=1").ok();
    assert_eq!(newest, json!([shown[0]]));
    kiosk
        .get("/api/v1/gallery?limit=many")
        .refused(422, "query_invalid");
    Ok(())
}

pub(crate) fn only_finished_pictures_are_shown(engine: Engine) -> Result<()> {
    let booth = Booth::open(engine)?;
    let kiosk = booth.client();
    let session = kiosk.ready_session("portrait", &photo(1));
    for file in std::fs::read_dir(booth.folder().join("data/originals"))? {
        std::fs::write(file?.path(), b"no photo any more")?;
    }
    let failed = kiosk.ended(&kiosk.order(session))?;
    assert_eq!(failed["status"], "failed");
    assert_eq!(kiosk.get("/api/v1/gallery").ok(), json!([]));
    let job = kiosk.post_form("/api/v1/jobs", Form::of_file(&photo(2))).ok();
    let done = kiosk.done(&job)?;
    let shown = kiosk.get("/api/v1/gallery").ok();
    assert_eq!(shown.as_array().map(Vec::len), Some(1));
    assert_eq!(shown[0]["id"], done["job_id"]);
    Ok(())
}
