//! The evening through the pages: a real browser with a pretended camera before a real service.

mod booth;
mod browser;
mod kiosk;
mod qr;

use anyhow::Result;
use serde_json::{Value, json};

use booth::Booth;
use browser::Browser;
use kiosk::Kiosk;

#[tokio::test]
async fn a_guest_takes_a_picture_and_carries_it_home() -> Result<()> {
    let booth = Booth::open(&[("EVENT_NAME", "Summer party")])?;
    let browser = Browser::open().await?;
    let kiosk = Kiosk::of(&booth, &browser).await?;

    browser.see("[data-part=no-pictures]:not([hidden])").await?;
    kiosk.begin().await?;
    kiosk.introduce("Ada", "ada@example.org").await?;
    kiosk.pick("Portrait").await?;
    kiosk.shoot().await?;
    kiosk.retake().await?;
    kiosk.keep().await?;

    let link = kiosk.scan().await?;
    assert!(link.starts_with(&booth.address("/p/")), "{link}");
    kiosk.until_ready().await?;
    let window = browser.window().await?;

    browser.open_window(&link).await?;
    browser.see("body[data-state=ready] #picture").await?;
    browser.click("#save").await?;
    let saved = browser.downloaded().await?;
    assert_eq!(booth.compressed()?, [saved]);

    browser.back_to(window).await?;
    browser.click("[data-do=done]").await?;
    browser.see(".attract .wall img").await?;
    assert_nothing_of(&browser, &["Ada", "ada@example.org"]).await
}

#[tokio::test]
async fn a_collage_takes_its_four_shots_and_one_of_them_again() -> Result<()> {
    let booth = Booth::open(&[("GUEST_FORM", "off")])?;
    let browser = Browser::open().await?;
    let kiosk = Kiosk::of(&booth, &browser).await?;

    kiosk.begin().await?;
    kiosk.pick("Collage").await?;
    kiosk.shoot().await?;
    assert_eq!(browser.count(".board .shot").await?, 4);
    kiosk.retake_one(2).await?;
    assert_eq!(browser.count(".board .shot").await?, 4);
    kiosk.keep().await?;
    kiosk.until_ready().await?;

    let session = browser.fetch_json("/api/v1/sessions/1").await?;
    assert_eq!(
        session["input_image_urls"].as_array().map(Vec::len),
        Some(4),
        "{session}"
    );
    assert_eq!(booth.compressed()?.len(), 1);
    Ok(())
}

#[tokio::test]
async fn a_boomerang_moves_on_the_screen_of_the_result() -> Result<()> {
    let booth = Booth::open(&[("GUEST_FORM", "off")])?;
    let browser = Browser::open().await?;
    let kiosk = Kiosk::of(&booth, &browser).await?;

    kiosk.begin().await?;
    kiosk.pick("Boomerang").await?;
    kiosk.shoot().await?;
    kiosk.keep().await?;
    kiosk.until_ready().await?;

    let address = browser
        .execute("arguments[0](document.querySelector('.print__finished').src)")
        .await?;
    let job = browser.fetch_json("/api/v1/jobs/1").await?;
    let mut moving = job["animations"].as_array().into_iter().flatten();
    let webp = moving.find(|animation| animation["format"] == "webp");
    let url = webp.and_then(|webp| webp["url"].as_str());
    assert_eq!(
        url.map(|url| booth.address(url)).as_deref(),
        address.as_str(),
        "{job}"
    );
    Ok(())
}

#[tokio::test]
async fn shots_taken_while_the_service_is_away_are_sent_when_it_is_back() -> Result<()> {
    let mut booth = Booth::open(&[("GUEST_FORM", "off")])?;
    let browser = Browser::open().await?;
    let kiosk = Kiosk::of(&booth, &browser).await?;

    kiosk.begin().await?;
    kiosk.pick("Portrait").await?;
    kiosk.shoot().await?;
    booth.stop()?;
    kiosk.keep().await?;
    browser.see(".result[data-state=kept]").await?;
    browser.see("[data-part=service-notice]:not([hidden])").await?;
    assert_eq!(browser.execute(KEPT_VISITS).await?, json!(1));

    booth.start()?;
    kiosk.scan().await?;
    kiosk.until_ready().await?;
    assert_eq!(booth.compressed()?.len(), 1);
    assert_eq!(browser.execute(KEPT_VISITS).await?, json!(0));
    Ok(())
}

#[tokio::test]
async fn a_guest_who_walks_away_is_forgotten() -> Result<()> {
    let booth = Booth::open(&[("IDLE_SECONDS", "5")])?;
    let browser = Browser::open().await?;
    let kiosk = Kiosk::of(&booth, &browser).await?;

    kiosk.begin().await?;
    browser.write("[name=name]", "Grace").await?;
    browser.see("[data-part=idle-notice]:not([hidden])").await?;
    browser.see(".attract").await?;
    assert_nothing_of(&browser, &["Grace"]).await
}

#[tokio::test]
async fn an_operator_deletes_a_picture_after_being_asked() -> Result<()> {
    let booth = Booth::open(&[("GUEST_FORM", "off")])?;
    let browser = Browser::open().await?;
    let kiosk = Kiosk::of(&booth, &browser).await?;
    kiosk.begin().await?;
    kiosk.pick("Portrait").await?;
    kiosk.shoot().await?;
    kiosk.keep().await?;
    let link = kiosk.scan().await?;
    kiosk.until_ready().await?;

    browser.goto(&booth.address("/console")).await?;
    browser.see(".job[data-status=done] img").await?;
    browser.click(".job [data-do=delete]").await?;
    browser.click("#delete-job [value=keep]").await?;
    assert_eq!(browser.count(".job").await?, 1);
    browser.click(".job [data-do=delete]").await?;
    browser.click("#delete-job [value=delete]").await?;
    browser.see("[data-part=none]:not([hidden])").await?;

    assert!(booth.compressed()?.is_empty());
    browser.goto(&link).await?;
    browser.see("body[data-state=gone]").await?;
    Ok(())
}

/// How many visits wait in the browser for the service.
const KEPT_VISITS: &str = r#"
    const [done] = arguments;
    const opening = indexedDB.open("boothline");
    opening.onsuccess = () => {
        const counting = opening.result.transaction("visits").objectStore("visits").count();
        counting.onsuccess = () => { opening.result.close(); done(counting.result); };
    };"#;

/// Neither on the screen nor in the browser's storage.
async fn assert_nothing_of(browser: &Browser, words: &[&str]) -> Result<()> {
    let kept =
        "arguments[0](document.documentElement.outerHTML + JSON.stringify([localStorage, sessionStorage]))";
    let Value::String(kept) = browser.execute(kept).await? else {
        anyhow::bail!("the page has no text")
    };
    for word in words {
        assert!(!kept.contains(word), "the kiosk still knows {word}");
    }
    let databases = browser
        .execute("indexedDB.databases().then((all) => arguments[0](all.length))")
        .await?;
    if databases != json!(0) {
        assert_eq!(browser.execute(KEPT_VISITS).await?, json!(0));
    }
    Ok(())
}
