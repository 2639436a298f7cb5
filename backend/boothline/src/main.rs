//! The `boothline` program: all of it is in the library of the service. Its tests start it as an operator would.

use std::process::ExitCode;

fn main() -> ExitCode {
    boothline_server::cli::run()
}
