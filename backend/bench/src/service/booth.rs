//! A Boothline of our own for as long as it is measured: a fresh folder, default settings, loopback.

use std::net::{Ipv4Addr, TcpListener};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use ureq::Agent;

/// How long it may take to answer for the first time.
const PATIENCE: Duration = Duration::from_secs(30);

/// A running `boothline serve`; dropped, it is killed.
pub(crate) struct Booth {
    child: Child,
    pub(crate) base: String,
    /// From its start to its first answer.
    pub(crate) start_up: Duration,
}

impl Booth {
    /// Starts `program` in `folder` and waits for its first answer.
    pub(crate) fn start(program: &Path, folder: &Path) -> Result<Self> {
        let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port();
        let begun = Instant::now();
        let child = Command::new(program)
            .arg("serve")
            .current_dir(folder)
            .env_clear()
            .env("BIND_ADDR", format!("127.0.0.1:{port}"))
            .env("LOG_FILTER", "warn")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .spawn()
            .with_context(|| format!("{} does not start", program.display()))?;
        let mut booth = Self {
            child,
            base: format!("http://127.0.0.1:{port}"),
            start_up: Duration::ZERO,
        };
        booth.wait_until_up(begun)?;
        booth.start_up = begun.elapsed();
        Ok(booth)
    }

    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    fn wait_until_up(&mut self, begun: Instant) -> Result<()> {
        let agent = Agent::new_with_defaults();
        while agent.get(format!("{}/health", self.base)).call().is_err() {
            if let Some(status) = self.child.try_wait()? {
                bail!("the service ended at once: {status}");
            }
            if begun.elapsed() > PATIENCE {
                bail!("the service does not answer");
            }
            sleep(Duration::from_millis(1));
        }
        Ok(())
    }
}

impl Drop for Booth {
    fn drop(&mut self) {
        // Both fail only when it has ended already, which is what we want.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
