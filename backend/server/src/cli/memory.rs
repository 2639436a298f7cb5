//! One heap for all threads, whose free end goes back to the system: asked of the C library before the service begins.

#[cfg(all(target_os = "linux", target_env = "gnu"))]
use std::{env, os::unix::process::CommandExt as _, process::Command};

#[cfg(all(target_os = "linux", target_env = "gnu"))]
use boothline_imaging::heap::SETTINGS;

/// Begins the program anew, as the same process, with [`SETTINGS`].
///
/// glibc reads them before `main` only. One that is set already stays as it is; where the program is not found, all do.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
pub(super) fn share_one_heap() {
    #[expect(
        clippy::disallowed_methods,
        reason = "variables of the C library, no settings of ours"
    )]
    let missing = SETTINGS
        .into_iter()
        .filter(|(name, _)| env::var_os(name).is_none());
    let missing: Vec<_> = missing.collect();
    let (Ok(program), false) = (env::current_exe(), missing.is_empty()) else {
        return;
    };
    let mut words = env::args_os();
    let name = words.next().unwrap_or_else(|| program.clone().into());
    // It only comes back with an error, and without it the service merely takes more memory.
    let _ = Command::new(program).arg0(name).args(words).envs(missing).exec();
}

/// Other C libraries have one heap, or return what is free by themselves.
#[cfg(not(all(target_os = "linux", target_env = "gnu")))]
pub(super) fn share_one_heap() {}
