//! A service of its own for one test: a folder, a port, a process.

use std::fs;
use std::io::{self, BufRead, BufReader};
use std::net::TcpListener;
use std::process::{Child, Command, Stdio};

use anyhow::{Context, Result, bail};
use tempfile::TempDir;

/// The service; it ends with the test.
pub(crate) struct Booth {
    folder: TempDir,
    port: u16,
    settings: Vec<(String, String)>,
    process: Option<Child>,
}

impl Booth {
    /// Starts a fresh service with these settings.
    pub(crate) fn open(settings: &[(&str, &str)]) -> Result<Self> {
        let settings = settings
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect();
        let mut booth = Self {
            folder: tempfile::tempdir()?,
            port: free_port()?,
            settings,
            process: None,
        };
        booth.start()?;
        Ok(booth)
    }

    /// Starts the service and waits until it says that it is ready.
    pub(crate) fn start(&mut self) -> Result<()> {
        let mut process = Command::new(env!("CARGO_BIN_EXE_boothline"))
            .arg("serve")
            .current_dir(self.folder.path())
            .env_clear()
            .env("BIND_ADDR", format!("127.0.0.1:{}", self.port))
            .env("COUNTDOWN_SECONDS", "0")
            .env("LOG_FORMAT", "text")
            .envs(self.settings.iter().cloned())
            .stdout(Stdio::piped())
            .spawn()?;
        let mut lines = BufReader::new(process.stdout.take().context("the output is piped")?);
        self.process = Some(process);
        let mut line = String::new();
        while !line.contains("is ready") {
            line.clear();
            if lines.read_line(&mut line)? == 0 {
                bail!("the service ended before it was ready");
            }
        }
        // Nobody reads the rest, but a full pipe would hold the service up.
        std::thread::spawn(move || io::copy(&mut lines, &mut io::sink()));
        Ok(())
    }

    /// Cuts the service off, as a pulled plug does.
    pub(crate) fn stop(&mut self) -> Result<()> {
        if let Some(mut process) = self.process.take() {
            process.kill()?;
            process.wait()?;
        }
        Ok(())
    }

    /// The address of a page.
    pub(crate) fn address(&self, path: &str) -> String {
        format!("http://localhost:{}{path}", self.port)
    }

    /// The bytes of all compressed copies on the service's disk.
    pub(crate) fn compressed(&self) -> Result<Vec<Vec<u8>>> {
        let folder = self.folder.path().join("results/compressed");
        fs::read_dir(folder)?
            .map(|entry| Ok(fs::read(entry?.path())?))
            .collect()
    }
}

impl Drop for Booth {
    fn drop(&mut self) {
        if let Err(error) = self.stop() {
            eprintln!("The service could not be ended: {error}");
        }
    }
}

fn free_port() -> Result<u16> {
    Ok(TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port())
}
