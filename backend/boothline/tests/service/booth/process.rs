//! The program itself, run as `boothline serve` in a folder that goes with the test.

use std::fs::{self, File};
use std::net::{Ipv4Addr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;

use super::client::Client;
use super::database::{execute, postgres_database};

/// How long a service may take to answer for the first time, or to end.
const PATIENCE: Duration = Duration::from_secs(60);

/// Another program may take a free port before the service does.
const PORTS_TRIED: u32 = 5;

const LOG: &str = "service.log";

/// What holds the data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Engine {
    Sqlite,
    Postgres,
}

/// A running service; dropped, it is killed and its folder removed.
pub(crate) struct Booth {
    folder: TempDir,
    settings: Vec<(String, String)>,
    database: Option<String>,
    port: u16,
    child: Child,
}

impl Booth {
    /// A service with the settings of a fresh machine.
    pub(crate) fn open(engine: Engine) -> Result<Self> {
        Self::open_with(engine, &[])
    }

    /// A service with these settings beside the defaults.
    pub(crate) fn open_with(engine: Engine, settings: &[(&str, &str)]) -> Result<Self> {
        let database = match engine {
            Engine::Sqlite => None,
            Engine::Postgres => Some(postgres_database()?),
        };
        let mut said = String::new();
        for _ in 0..PORTS_TRIED {
            let folder = tempfile::Builder::new().prefix("boothline-test-").tempdir()?;
            let port = free_port()?;
            let settings = with_address(settings, port);
            let child = spawn(folder.path(), &settings, database.as_deref())?;
            let mut booth = Self {
                folder,
                settings,
                database: database.clone(),
                port,
                child,
            };
            if booth.is_up()? {
                return Ok(booth);
            }
            said = booth.log();
        }
        bail!("the service does not start; it said:\n{said}")
    }

    /// A kiosk of this service that shows no key.
    pub(crate) fn client(&self) -> Client {
        Client::new(self.port)
    }

    /// Where it listens, on loopback.
    pub(crate) const fn port(&self) -> u16 {
        self.port
    }

    /// The most memory it ever had resident, in KiB.
    pub(crate) fn peak_memory(&self) -> Result<u64> {
        self.memory("VmHWM:")
    }

    /// The memory it has resident now, in KiB.
    pub(crate) fn resident_memory(&self) -> Result<u64> {
        self.memory("VmRSS:")
    }

    fn memory(&self, field: &str) -> Result<u64> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id()))?;
        let line = status.lines().find_map(|line| line.strip_prefix(field));
        let line = line.context("Linux tells the memory of a process")?;
        Ok(line.trim().trim_end_matches(" kB").parse()?)
    }

    /// How many files and connections it has open.
    pub(crate) fn open_files(&self) -> Result<usize> {
        Ok(fs::read_dir(format!("/proc/{}/fd", self.child.id()))?.count())
    }

    /// The folder it runs in.
    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The address of its database.
    pub(crate) fn database_url(&self) -> String {
        self.database.clone().unwrap_or_else(|| {
            let file = self.folder().join("data/boothline.db");
            format!("sqlite://{}?mode=ro", file.display())
        })
    }

    /// Runs a statement in its database, behind its back.
    pub(crate) fn execute(&self, statement: &str) -> Result<()> {
        execute(&self.database_url().replace("?mode=ro", "?mode=rw"), statement)
    }

    /// Everything it has said so far.
    pub(crate) fn log(&self) -> String {
        fs::read_to_string(self.folder().join(LOG)).unwrap_or_default()
    }

    /// SIGKILL.
    pub(crate) fn kill(&mut self) -> Result<()> {
        self.child.kill()?;
        self.child.wait()?;
        Ok(())
    }

    /// Puts a new, empty database in the place of the one it had.
    pub(crate) fn forget_database(&mut self) -> Result<()> {
        if self.database.is_some() {
            self.database = Some(postgres_database()?);
            return Ok(());
        }
        for name in ["boothline.db", "boothline.db-wal", "boothline.db-shm"] {
            let file = self.folder().join("data").join(name);
            if file.exists() {
                fs::remove_file(file)?;
            }
        }
        Ok(())
    }

    /// The setting that the next start will have.
    pub(crate) fn change(&mut self, name: &str, value: &str) {
        self.settings.retain(|(known, _)| known != name);
        self.settings.push((name.to_owned(), value.to_owned()));
    }

    /// Starts it again where it ended, and waits until it answers.
    pub(crate) fn start(&mut self) -> Result<()> {
        self.child = spawn(self.folder.path(), &self.settings, self.database.as_deref())?;
        if !self.is_up()? {
            bail!("the service does not start again; it said:\n{}", self.log());
        }
        Ok(())
    }

    /// SIGTERM, and how it ends.
    pub(crate) fn ask_to_stop(&mut self) -> Result<ExitStatus> {
        self.send_stop()?;
        self.ended()
    }

    /// SIGTERM.
    pub(crate) fn send_stop(&self) -> Result<()> {
        Ok(kill_process(Pid::from_child(&self.child), Signal::TERM)?)
    }

    /// How it ends.
    pub(crate) fn ended(&mut self) -> Result<ExitStatus> {
        let begun = Instant::now();
        while begun.elapsed() < PATIENCE {
            if let Some(status) = self.child.try_wait()? {
                return Ok(status);
            }
            sleep(Duration::from_millis(10));
        }
        bail!("it did not stop; it said:\n{}", self.log())
    }

    /// Runs `boothline` with other arguments in the same folder with the same settings.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = program(self.folder(), &self.settings, self.database.as_deref());
        command.args(arguments);
        command
    }

    /// Every file it keeps for guests and operators, below its folder; thumbnails
    /// of built-in looks come and go as they are asked for and do not count.
    pub(crate) fn files(&self) -> Result<Vec<PathBuf>> {
        let kept = [
            "data/incoming",
            "data/originals",
            "data/previews",
            "data/overlays",
            "data/themes",
            "results",
            "results/compressed",
            "results/thumbs",
        ];
        let mut files = Vec::new();
        for folder in kept {
            for entry in fs::read_dir(self.folder().join(folder))? {
                let entry = entry?;
                let drawn = entry.file_name().to_string_lossy().starts_with("look-");
                if entry.file_type()?.is_file() && !drawn {
                    files.push(Path::new(folder).join(entry.file_name()));
                }
            }
        }
        files.sort();
        Ok(files)
    }

    fn is_up(&mut self) -> Result<bool> {
        let begun = Instant::now();
        while begun.elapsed() < PATIENCE {
            if self.child.try_wait()?.is_some() {
                return Ok(false);
            }
            if self.client().is_up() {
                return Ok(true);
            }
            sleep(Duration::from_millis(10));
        }
        Ok(false)
    }
}

impl Drop for Booth {
    fn drop(&mut self) {
        // Both fail only when it has ended already, which is what we want.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// What a second `serve` beside `booth` says, and the code it ends with.
pub(crate) fn never_starts(booth: &Booth) -> Result<(Option<i32>, String)> {
    let port = free_port()?.to_string();
    let output = booth
        .command(&["serve"])
        .env("BIND_ADDR", format!("127.0.0.1:{port}"))
        .output()?;
    let said = [output.stdout, output.stderr].concat();
    Ok((output.status.code(), String::from_utf8(said)?))
}

fn with_address(settings: &[(&str, &str)], port: u16) -> Vec<(String, String)> {
    let mut all: Vec<(String, String)> = settings
        .iter()
        .map(|(name, value)| ((*name).to_owned(), value.replace("{port}", &port.to_string())))
        .collect();
    if all.iter().all(|(name, _)| name != "BIND_ADDR") {
        all.push(("BIND_ADDR".to_owned(), format!("127.0.0.1:{port}")));
    }
    all
}

fn spawn(folder: &Path, settings: &[(String, String)], database: Option<&str>) -> Result<Child> {
    let log = File::options().create(true).append(true).open(folder.join(LOG))?;
    program(folder, settings, database)
        .arg("serve")
        .stdin(Stdio::null())
        .stdout(log.try_clone()?)
        .stderr(log)
        .spawn()
        .context("the program was built with this test")
}

fn program(folder: &Path, settings: &[(String, String)], database: Option<&str>) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_boothline"));
    command
        .current_dir(folder)
        .env_clear()
        .env("LOG_FILTER", "info,boothline_server=debug")
        .envs(settings.iter().map(|(name, value)| (name, value)));
    if let Some(url) = database {
        command.env("DATABASE_URL", url);
    }
    command
}

fn free_port() -> Result<u16> {
    let socket = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    Ok(socket.local_addr()?.port())
}
