//! Headless Chromium with a pretended camera, driven by WebDriver.

use std::fs;
use std::io::{self, BufRead, BufReader};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use anyhow::{Context, Result, bail};
use fantoccini::wd::{Capabilities, WindowHandle};
use fantoccini::{Client, ClientBuilder, Locator};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::sync::{Mutex, MutexGuard};

/// One browser takes a whole core of a small machine.
static TURN: Mutex<()> = Mutex::const_new(());

/// Far more than any step takes, so that only a step that never comes fails.
const PATIENCE: Duration = Duration::from_secs(90);

/// A browser with a fresh profile; it ends with the test.
pub(crate) struct Browser {
    client: Client,
    _driver: Driver,
    folder: TempDir,
    _turn: MutexGuard<'static, ()>,
}

impl Browser {
    pub(crate) async fn open() -> Result<Self> {
        let turn = TURN.lock().await;
        let folder = tempfile::tempdir()?;
        fs::create_dir(folder.path().join("downloads"))?;
        let driver = Driver::start()?;
        let mut client = ClientBuilder::new(HttpConnector::new());
        client.capabilities(capabilities(folder.path())?);
        let client = client
            .connect(&format!("http://127.0.0.1:{}", driver.port))
            .await?;
        Ok(Self {
            client,
            _driver: driver,
            folder,
            _turn: turn,
        })
    }

    pub(crate) async fn goto(&self, address: &str) -> Result<()> {
        Ok(self.client.goto(address).await?)
    }

    /// Waits until the page has such an element.
    pub(crate) async fn see(&self, css: &str) -> Result<fantoccini::elements::Element> {
        let seen = self
            .client
            .wait()
            .at_most(PATIENCE)
            .for_element(Locator::Css(css))
            .await;
        match seen {
            Ok(element) => Ok(element),
            Err(error) => bail!(
                "{css} never appeared ({error}); the page says: {}",
                self.words().await
            ),
        }
    }

    async fn words(&self) -> String {
        let words = self.execute("arguments[0](document.body.innerText)").await;
        words.map_or_else(|error| error.to_string(), |words| words.to_string())
    }

    pub(crate) async fn click(&self, css: &str) -> Result<()> {
        let element = self.see(css).await?;
        element
            .click()
            .await
            .with_context(|| format!("{css} cannot be clicked"))
    }

    pub(crate) async fn write(&self, css: &str, text: &str) -> Result<()> {
        Ok(self.see(css).await?.send_keys(text).await?)
    }

    pub(crate) async fn count(&self, css: &str) -> Result<usize> {
        Ok(self.client.find_all(Locator::Css(css)).await?.len())
    }

    /// Runs a script that calls its last argument with the answer.
    pub(crate) async fn execute(&self, script: &str) -> Result<Value> {
        Ok(self.client.execute_async(script, Vec::new()).await?)
    }

    /// What the page's own service answers.
    pub(crate) async fn fetch_json(&self, path: &str) -> Result<Value> {
        self.execute(&format!(
            "fetch('{path}').then((answer) => answer.json()).then(arguments[0])"
        ))
        .await
    }

    pub(crate) async fn window(&self) -> Result<WindowHandle> {
        Ok(self.client.window().await?)
    }

    /// Opens a window of its own, as a phone would be, and stays in it.
    pub(crate) async fn open_window(&self, address: &str) -> Result<()> {
        let window = self.client.new_window(false).await?;
        self.client.switch_to_window(window.handle).await?;
        self.goto(address).await
    }

    pub(crate) async fn back_to(&self, window: WindowHandle) -> Result<()> {
        Ok(self.client.switch_to_window(window).await?)
    }

    /// The bytes of the one file that was saved.
    pub(crate) async fn downloaded(&self) -> Result<Vec<u8>> {
        let folder = self.folder.path().join("downloads");
        tokio::time::timeout(PATIENCE, saved_in(&folder))
            .await
            .context("nothing was saved")?
    }
}

/// Nothing tells a driver that a download has ended, so the folder is looked at again and again.
async fn saved_in(folder: &Path) -> Result<Vec<u8>> {
    let mut looks = tokio::time::interval(Duration::from_millis(50));
    loop {
        looks.tick().await;
        for entry in fs::read_dir(folder)? {
            let path = entry?.path();
            if is_whole(&path) {
                return Ok(fs::read(path)?);
            }
        }
    }
}

/// Chromium gives a file its name when all of it is there.
fn is_whole(path: &Path) -> bool {
    let hidden = path
        .file_name()
        .is_none_or(|name| name.as_encoded_bytes().starts_with(b"."));
    !hidden && path.extension().is_none_or(|extension| extension != "crdownload")
}

fn capabilities(folder: &Path) -> Result<Capabilities> {
    let profile = format!("--user-data-dir={}", folder.join("profile").display());
    let options = json!({
        "args": [
            "--headless=new",
            "--no-sandbox",
            "--use-fake-device-for-media-stream",
            "--use-fake-ui-for-media-stream",
            "--disable-gpu",
            "--disable-quic",
            "--disable-dev-shm-usage",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--window-size=1080,1600",
            "--lang=en",
            profile,
        ],
        "prefs": {
            "download.default_directory": folder.join("downloads"),
            "download.prompt_for_download": false,
        },
    });
    let capabilities = json!({ "browserName": "chrome", "goog:chromeOptions": options });
    Ok(serde_json::from_value(capabilities)?)
}

/// The program that speaks WebDriver, and the browser it starts.
struct Driver {
    process: Child,
    port: u16,
}

impl Driver {
    fn start() -> Result<Self> {
        let mut process = Command::new("chromedriver")
            .arg("--port=0")
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            // Its own group: the browser and all its helpers end with it.
            .process_group(0)
            .spawn()
            .context("chromedriver cannot be started; backend/scripts/ensure-chromium installs it")?;
        let mut lines = BufReader::new(process.stdout.take().context("the output is piped")?);
        let port = announced_port(&mut lines)?;
        std::thread::spawn(move || io::copy(&mut lines, &mut io::sink()));
        Ok(Self { process, port })
    }
}

/// Reads the line that says on which port the driver listens.
fn announced_port(lines: &mut impl BufRead) -> Result<u16> {
    for line in lines.lines() {
        let line = line?;
        if let Some((_, port)) = line.split_once("successfully on port ") {
            return Ok(port.trim_end_matches('.').parse()?);
        }
    }
    bail!("chromedriver ended before it listened")
}

impl Drop for Driver {
    fn drop(&mut self) {
        use rustix::process::{Pid, Signal, kill_process_group};
        let ended = kill_process_group(Pid::from_child(&self.process), Signal::KILL).map_err(io::Error::from);
        if let Err(error) = ended.and_then(|()| self.process.wait().map(drop)) {
            eprintln!("The browser could not be ended: {error}");
        }
    }
}
