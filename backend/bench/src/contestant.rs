//! Who takes part, which tasks each can do, and how its process is started.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use boothline_imaging::heap::SETTINGS;

use crate::task::Name;

/// The peers' side of the conversation; given to their interpreters as text, so that no file must be found.
const SHARP: &str = include_str!("../peers/sharp.cjs");
const QRCODE: &str = include_str!("../peers/qrcode.cjs");
const PILLOW: &str = include_str!("../peers/pillow.py");

/// The one whose time is 1 in the tables of pictures.
pub(crate) const SHARP_ONE_THREAD: &str = "sharp, 1 thread";
/// The one whose wall time is 1 where work is done in parallel.
pub(crate) const SHARP_DEFAULT: &str = "sharp, as it comes";
/// The one whose time is 1 in the table of QR codes.
pub(crate) const NPM_QRCODE: &str = "npm qrcode";
/// Ourselves.
pub(crate) const OURS: &str = "Boothline";

/// A program that does tasks.
#[derive(Debug, Clone)]
pub(crate) struct Contestant {
    pub(crate) name: String,
    pub(crate) program: PathBuf,
    pub(crate) arguments: Vec<OsString>,
    pub(crate) environment: Vec<(&'static str, OsString)>,
    tasks: &'static [Name],
}

const PICTURES: &[Name] = &[Name::T1, Name::T2, Name::T3, Name::Portrait];
const PARALLEL: &[Name] = &[Name::T3, Name::Portrait];
const CODES: &[Name] = &[Name::Qr];
const ALL: &[Name] = &[Name::T1, Name::T2, Name::T3, Name::Portrait, Name::Qr];

impl Contestant {
    /// Whether it takes part in this task.
    pub(crate) fn does(&self, task: Name) -> bool {
        self.tasks.contains(&task)
    }

    /// This program, or another build of it, with the heap that the service has.
    pub(crate) fn ours(name: &str, program: &Path) -> Self {
        Self {
            name: name.to_owned(),
            program: program.to_owned(),
            arguments: vec!["work".into()],
            environment: SETTINGS.map(|(name, value)| (name, value.into())).to_vec(),
            tasks: ALL,
        }
    }

    fn on_one_thread(mut self) -> Self {
        self.environment.push(("RAYON_NUM_THREADS", "1".into()));
        Self {
            name: format!("{}, 1 thread", self.name),
            tasks: PARALLEL,
            ..self
        }
    }

    /// As the first picture of an evening is made.
    fn with_new_overlay(mut self) -> Self {
        self.arguments.push("--forgets".into());
        Self {
            name: format!("{}, overlay anew", self.name),
            tasks: &[Name::T3],
            ..self
        }
    }

    fn node(name: &str, script: &str, modules: &Path, tasks: &'static [Name]) -> Self {
        Self {
            name: name.to_owned(),
            program: "node".into(),
            arguments: vec!["-e".into(), script.into()],
            environment: vec![("NODE_PATH", modules.into())],
            tasks,
        }
    }

    fn python(name: &str, python: &Path, argument: &str, tasks: &'static [Name]) -> Self {
        Self {
            name: name.to_owned(),
            program: python.to_owned(),
            arguments: vec!["-c".into(), PILLOW.into(), argument.into()],
            environment: Vec::new(),
            tasks,
        }
    }
}

/// Ourselves, the other builds of us, and every peer that is installed in `peers`.
pub(crate) fn all(peers: &Path, others: &[(String, PathBuf)]) -> Result<Vec<Contestant>> {
    let own = std::env::current_exe().context("our own program cannot be found")?;
    let ours = Contestant::ours(OURS, &own);
    let mut all = vec![
        ours.clone(),
        ours.clone().with_new_overlay(),
        ours.on_one_thread(),
    ];
    all.extend(
        others
            .iter()
            .map(|(name, program)| Contestant::ours(name, program)),
    );
    all.extend(of_node(&peers.join("node_modules")));
    all.extend(of_python(&peers.join("python/bin/python")));
    Ok(all)
}

fn of_node(modules: &Path) -> Vec<Contestant> {
    let mut found = Vec::new();
    if modules.join("sharp").exists() {
        let mut one = Contestant::node(SHARP_ONE_THREAD, SHARP, modules, PICTURES);
        one.arguments.push("1".into());
        one.environment.push(("UV_THREADPOOL_SIZE", "1".into()));
        found.push(one);
        found.push(Contestant::node(SHARP_DEFAULT, SHARP, modules, PARALLEL));
    }
    if modules.join("qrcode").exists() {
        found.push(Contestant::node(NPM_QRCODE, QRCODE, modules, CODES));
    }
    found
}

fn of_python(python: &Path) -> Vec<Contestant> {
    if !python.exists() {
        return Vec::new();
    }
    vec![
        Contestant::python("Pillow, plain", python, "plain", PICTURES),
        Contestant::python("Pillow, draft mode", python, "draft", PICTURES),
        Contestant::python("python-qrcode", python, "plain", CODES),
    ]
}
