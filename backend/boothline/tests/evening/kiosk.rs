//! The kiosk's page as a guest uses it.

use anyhow::{Context, Result};

use crate::booth::Booth;
use crate::browser::Browser;
use crate::qr;

/// The screens of the kiosk, in the order a guest meets them.
pub(crate) struct Kiosk<'a> {
    browser: &'a Browser,
}

impl<'a> Kiosk<'a> {
    /// Opens the page and waits for its first screen.
    pub(crate) async fn of(booth: &Booth, browser: &'a Browser) -> Result<Self> {
        browser.goto(&booth.address("/")).await?;
        browser.see(".attract").await?;
        Ok(Self { browser })
    }

    pub(crate) async fn begin(&self) -> Result<()> {
        self.browser.click("button[data-do=start]").await
    }

    pub(crate) async fn introduce(&self, name: &str, email: &str) -> Result<()> {
        self.browser.write("[name=name]", name).await?;
        self.browser.write("[name=email]", email).await?;
        self.browser.click("form .button--accent").await
    }

    /// Turns the pages of looks until this one is there, and takes it.
    pub(crate) async fn pick(&self, title: &str) -> Result<()> {
        self.browser.see(".cards .card").await?;
        let script = format!(
            "const [done] = arguments;
             for (;;) {{
                 const titles = [...document.querySelectorAll('[data-part=title]')];
                 const card = titles.find((title) => title.textContent === '{title}');
                 const later = document.querySelector('[data-do=later]');
                 if (card) {{ card.closest('button').click(); done(true); break; }}
                 if (later.disabled) {{ done(false); break; }}
                 later.click();
             }}"
        );
        let picked = self.browser.execute(&script).await?;
        picked
            .as_bool()
            .filter(|picked| *picked)
            .map(drop)
            .with_context(|| format!("there is no look {title}"))
    }

    /// Takes all shots of the look.
    pub(crate) async fn shoot(&self) -> Result<()> {
        self.browser.see(".shoot[data-state=ready]").await?;
        self.browser.click(".shutter").await?;
        self.browser.see(".review .shot img").await.map(drop)
    }

    pub(crate) async fn retake(&self) -> Result<()> {
        self.browser.click(".review [data-do=all]").await?;
        self.shoot().await
    }

    /// Takes the shot of this number, from 0, again.
    pub(crate) async fn retake_one(&self, number: usize) -> Result<()> {
        self.browser
            .click(&format!(".review [data-shot='{number}']"))
            .await?;
        self.shoot().await
    }

    pub(crate) async fn keep(&self) -> Result<()> {
        self.browser.click(".review [data-do=keep]").await
    }

    /// Reads the code on the screen as a phone's camera does, from its pixels.
    pub(crate) async fn scan(&self) -> Result<String> {
        let code = self.browser.see(".qr img").await?;
        self.browser
            .execute("document.querySelector('.qr img').decode().then(arguments[0])")
            .await?;
        self.browser.execute(SETTLED).await?;
        let (_, _, _, height) = code.rectangle().await?;
        let screen = self.browser.execute("arguments[0](innerHeight)").await?;
        let screen = screen.as_f64().context("the screen has no height")?;
        assert!(
            height * 3.0 >= screen,
            "a code of {height} px on a screen of {screen} px"
        );
        qr::read(&code.screenshot().await?)
    }

    /// Waits until the finished picture has taken the place of the shots.
    pub(crate) async fn until_ready(&self) -> Result<()> {
        self.browser
            .see(".result[data-state=ready] .print__finished")
            .await
            .map(drop)
    }
}

/// No animation runs any more.
const SETTLED: &str = "Promise.all(document.querySelector('.qr').getAnimations({ subtree: true })
    .map((animation) => animation.finished)).then(() => arguments[0]())";
