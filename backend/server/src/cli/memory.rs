//! One heap for all threads, whose free end goes back to the system: asked of the C library before the service begins.
//! Missing migrations and the looks of a new folder come before that, and leave nothing behind in memory.

#[cfg(all(target_os = "linux", target_env = "gnu"))]
use std::{env, os::unix::process::CommandExt as _, process::Command};

#[cfg(all(target_os = "linux", target_env = "gnu"))]
use boothline_imaging::heap::SETTINGS;

use super::failure::Failure;

/// Tells the program that it has begun anew. Where the system takes [`SETTINGS`] away from programs with special
/// rights, it would do so for ever.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
const ANEW: &str = "BOOTHLINE_BEGUN_ANEW";

/// Does `first`, then begins the program anew, as the same process, with [`SETTINGS`].
///
/// glibc reads them before `main` only. One that is set already stays as it is; where all are, or the program is not
/// found, it does not begin anew, and `first` is not done.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
pub(super) fn share_one_heap(first: impl FnOnce() -> Result<(), Failure>) -> Result<(), Failure> {
    #[expect(
        clippy::disallowed_methods,
        reason = "variables of the C library, no settings of ours"
    )]
    let is_set = |name: &str| env::var_os(name).is_some();
    let missing = SETTINGS.into_iter().filter(|(name, _)| !is_set(name));
    let missing: Vec<_> = missing.collect();
    let (Ok(program), false) = (env::current_exe(), missing.is_empty() || is_set(ANEW)) else {
        return Ok(());
    };
    first()?;
    let mut words = env::args_os();
    let name = words.next().unwrap_or_else(|| program.clone().into());
    let mut anew = Command::new(program);
    anew.arg0(name).args(words).envs(missing).env(ANEW, "1");
    // It only comes back with an error, and without it the service merely takes more memory.
    let _ = anew.exec();
    Ok(())
}

/// Other C libraries have one heap, or return what is free by themselves: `first` is not done.
#[cfg(not(all(target_os = "linux", target_env = "gnu")))]
pub(super) fn share_one_heap(_first: impl FnOnce() -> Result<(), Failure>) -> Result<(), Failure> {
    Ok(())
}
