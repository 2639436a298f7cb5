//! Can we listen where we should?

use std::io::ErrorKind;
use std::net::{SocketAddr, TcpListener};
use std::time::Duration;

use serde_json::Value;

use super::Check;
use crate::config::BaseUrl;

const NAME: &str = "port";

/// How long a service on this machine may take to say that it is there.
const PATIENCE: Duration = Duration::from_secs(3);

/// Whether the port is free, or held by a Boothline that is already running.
pub(super) fn free_or_ours(address: SocketAddr) -> Check {
    let port = address.port();
    match TcpListener::bind(address).map_err(|error| error.kind()) {
        Ok(_) => Check::ok(NAME, format!("We can listen on {address}.")),
        Err(ErrorKind::AddrInUse) if is_ours(address) => {
            Check::ok(NAME, format!("Boothline is already running on {address}."))
        }
        Err(ErrorKind::AddrInUse) => Check::failed(
            NAME,
            format!("Another program already listens on port {port}."),
            "Stop it, or set BIND_ADDR to another port.",
        ),
        Err(ErrorKind::PermissionDenied) => Check::failed(
            NAME,
            format!("This user may not listen on port {port}."),
            "Set BIND_ADDR to a port above 1023.",
        ),
        Err(ErrorKind::AddrNotAvailable) => Check::failed(
            NAME,
            format!("This machine does not have the address {}.", address.ip()),
            "Set BIND_ADDR to 127.0.0.1:8000, or start with `boothline serve --lan`.",
        ),
        Err(kind) => Check::failed(
            NAME,
            format!("We cannot listen on {address}: {kind}."),
            "Set BIND_ADDR to another address or port.",
        ),
    }
}

fn is_ours(address: SocketAddr) -> bool {
    let agent: ureq::Agent = ureq::Agent::config_builder()
        .timeout_global(Some(PATIENCE))
        .build()
        .into();
    agent
        .get(BaseUrl::of_this_machine(address).join("/health"))
        .call()
        .ok()
        .and_then(|mut answer| answer.body_mut().read_json::<Value>().ok())
        .is_some_and(|health| health["ok"] == Value::Bool(true))
}

#[cfg(test)]
mod tests {
    use std::io::{Read as _, Write as _};

    use super::super::Status;
    use super::*;

    /// Answers one request with `body`, then hangs up.
    fn neighbour(body: &'static str) -> SocketAddr {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        std::thread::spawn(move || {
            let (mut guest, _) = listener.accept().unwrap();
            let mut request = [0; 1024];
            let _ = guest.read(&mut request).unwrap();
            write!(
                guest,
                "HTTP/1.1 200 OK\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
                body.len()
            )
            .unwrap();
        });
        address
    }

    #[test]
    fn a_port_held_by_a_running_booth_is_fine_and_by_another_program_is_not() {
        assert_eq!(free_or_ours(neighbour("{\"ok\": true}")).status, Status::Ok);
        assert_eq!(free_or_ours(neighbour("hello")).status, Status::Failed);
    }

    #[test]
    fn an_address_of_another_machine_fails() {
        let check = free_or_ours("192.0.2.7:8000".parse().unwrap());
        assert_eq!(check.status, Status::Failed);
        assert!(check.action.unwrap().contains("BIND_ADDR"));
    }
}
