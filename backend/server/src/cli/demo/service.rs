//! A service in a temporary folder, for as long as the demonstration lasts.

use std::fs::{self, File};
use std::io;
use std::net::{Ipv4Addr, TcpListener};
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;
use tokio::runtime::Builder;
use tokio::signal::unix::{SignalKind, signal};

use super::DemoError;
use super::footprint::Footprint;
use super::kiosk::Kiosk;
use crate::config::{BaseUrl, VARIABLES};
use crate::secrets::Keys;

/// How long the service may take to answer for the first time.
const START: Duration = Duration::from_secs(30);

/// How often we look whether it answers.
const INTERVAL: Duration = Duration::from_millis(5);

/// What the service says, inside its folder.
const LOG: &str = "service.log";

/// A running service of our own; dropped, it is killed and its folder removed.
pub(super) struct Service {
    child: Child,
    folder: TempDir,
    base: BaseUrl,
    keys: Keys,
    start_up: Duration,
}

impl Service {
    /// Starts one on a free port and waits until it answers.
    pub(super) fn start(lan: bool) -> Result<Self, DemoError> {
        let folder = tempfile::Builder::new()
            .prefix("boothline-demo-")
            .tempdir()
            .map_err(DemoError::Start)?;
        let keys = Keys::random().map_err(|error| DemoError::Start(error.into()))?;
        let port = free_port().map_err(DemoError::Start)?;
        let child = spawn(folder.path(), port, lan, &keys).map_err(DemoError::Start)?;
        pass_signals_on(Pid::from_child(&child)).map_err(DemoError::Start)?;
        let mut service = Self {
            child,
            folder,
            base: BaseUrl::of_socket((Ipv4Addr::LOCALHOST, port).into()),
            keys,
            start_up: Duration::ZERO,
        };
        service.start_up = service.wait_until_up()?;
        Ok(service)
    }

    /// A kiosk of this service.
    pub(super) fn kiosk(&self) -> Kiosk {
        Kiosk::new(self.base.clone(), self.keys.booth_key.clone())
    }

    /// Its keys, which it asks for beyond loopback.
    pub(super) const fn keys(&self) -> &Keys {
        &self.keys
    }

    /// What it has used of the machine so far.
    pub(super) fn footprint(&self) -> Option<Footprint> {
        Footprint::of(self.child.id())
    }

    /// From its start to its first answer.
    pub(super) const fn start_up(&self) -> Duration {
        self.start_up
    }

    /// Ends it as an operator would, and says whether it ended well.
    pub(super) fn stop(mut self) -> Result<(), DemoError> {
        let pid = Pid::from_child(&self.child);
        kill_process(pid, Signal::TERM).map_err(|error| DemoError::Stop(error.to_string()))?;
        self.ended_well()
    }

    /// Waits until the operator ends it, which Ctrl-C does.
    pub(super) fn wait(mut self) -> Result<(), DemoError> {
        self.ended_well()
    }

    fn ended_well(&mut self) -> Result<(), DemoError> {
        match self.child.wait() {
            Ok(status) if status.success() => Ok(()),
            Ok(status) => Err(DemoError::Stop(format!("{status}; it said:\n{}", self.said()))),
            Err(error) => Err(DemoError::Stop(error.to_string())),
        }
    }

    fn wait_until_up(&mut self) -> Result<Duration, DemoError> {
        let kiosk = self.kiosk();
        let begun = Instant::now();
        while begun.elapsed() < START {
            if kiosk.is_up() {
                return Ok(begun.elapsed());
            }
            if let Ok(Some(_)) = self.child.try_wait() {
                break;
            }
            sleep(INTERVAL);
        }
        Err(DemoError::NotUp(self.said()))
    }

    fn said(&self) -> String {
        fs::read_to_string(self.folder.path().join(LOG)).unwrap_or_default()
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        // Both fail only when it has ended already, which is what we want.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Starts this program as `serve` in `folder`, with the defaults of a fresh
/// machine whatever is set around us.
fn spawn(folder: &Path, port: u16, lan: bool, keys: &Keys) -> io::Result<Child> {
    let mut command = Command::new(std::env::current_exe()?);
    for variable in VARIABLES {
        command.env_remove(variable.name);
    }
    let address = match lan {
        true => Ipv4Addr::UNSPECIFIED,
        false => Ipv4Addr::LOCALHOST,
    };
    command
        .arg("serve")
        .args(lan.then_some("--lan"))
        .current_dir(folder)
        .env("BIND_ADDR", format!("{address}:{port}"))
        .env("OPERATOR_TOKEN", keys.operator_token.expose())
        .env("BOOTH_KEY", keys.booth_key.expose())
        .env("EVENT_NAME", "Boothline demo")
        .env("LOG_FILTER", "warn")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(File::create(folder.join(LOG))?)
        // Ctrl-C in the terminal reaches us alone; we pass it on.
        .process_group(0)
        .spawn()
}

/// From now on Ctrl-C and SIGTERM end the service and not us: its end is what
/// lets us go on, clean up and leave, so that neither it nor its folder stays.
fn pass_signals_on(service: Pid) -> io::Result<()> {
    let runtime = Builder::new_current_thread().enable_io().build()?;
    let (mut interrupt, mut terminate) = {
        let _inside = runtime.enter();
        (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?)
    };
    std::thread::spawn(move || {
        runtime.block_on(async {
            tokio::select! {
                _ = interrupt.recv() => (),
                _ = terminate.recv() => (),
            }
        });
        // It fails only when the service has ended already.
        let _ = kill_process(service, Signal::TERM);
    });
    Ok(())
}

/// A port nobody listens on. Another program may take it before the service
/// does; the service then says so and the demonstration is started again.
fn free_port() -> io::Result<u16> {
    let socket = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    Ok(socket.local_addr()?.port())
}
