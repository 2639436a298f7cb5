//! Pictures' memory goes back to the system: asked of the C library before the service begins.

#[cfg(all(target_os = "linux", target_env = "gnu"))]
use std::{env, os::unix::process::CommandExt as _, process::Command};

/// glibc's own name for it (mallopt(3)).
#[cfg(all(target_os = "linux", target_env = "gnu"))]
const NAME: &str = "MALLOC_MMAP_THRESHOLD_";

/// Buffers of so many bytes are returned when they are freed.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
const THRESHOLD: &str = "1048576";

/// Begins the program anew, as the same process, with a fixed size from which buffers are returned.
///
/// Left alone, glibc raises that size with the buffers it sees and keeps them in pieces for each
/// thread: 568 MB after five hundred photos, and rising, instead of 54. It reads the variable
/// before `main` only. Where it is set already, or the program is not found, all stays as it is.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
pub(super) fn return_freed_buffers() {
    #[expect(
        clippy::disallowed_methods,
        reason = "a variable of the C library, no setting of ours"
    )]
    let is_set = env::var_os(NAME).is_some();
    let (Ok(program), false) = (env::current_exe(), is_set) else {
        return;
    };
    let mut words = env::args_os();
    let name = words.next().unwrap_or_else(|| program.clone().into());
    // It only comes back with an error, and without it the service merely takes more memory.
    let _ = Command::new(program)
        .arg0(name)
        .args(words)
        .env(NAME, THRESHOLD)
        .exec();
}

/// Other C libraries do it by themselves.
#[cfg(not(all(target_os = "linux", target_env = "gnu")))]
pub(super) fn return_freed_buffers() {}
