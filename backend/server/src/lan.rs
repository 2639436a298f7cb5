//! The venue's network: which of this machine's addresses a phone can reach.

use std::net::{IpAddr, Ipv4Addr, SocketAddr, UdpSocket};

use if_addrs::IfAddr;

use crate::config::{BaseUrl, Config};

/// Names that virtual machines, containers and tunnels give their interfaces.
const VIRTUAL: &[&str] = &[
    "docker",
    "veth",
    "br-",
    "virbr",
    "vboxnet",
    "vmnet",
    "lxc",
    "lxd",
    "cni",
    "flannel",
    "cali",
    "podman",
    "zt",
    "tailscale",
    "tun",
    "tap",
    "wg",
    "utun",
    "awdl",
    "llw",
    "dummy",
    "ifb",
];

/// An address of this machine, and the interface that has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VenueAddress {
    /// The interface's name, such as `wlan0`.
    pub interface: String,
    /// Its address.
    pub ip: Ipv4Addr,
}

/// Why the venue's network cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum LanError {
    /// No interface leads anywhere.
    #[error(
        "This machine is in no network that phones could share. Join the venue's Wi-Fi or plug in a cable, or set API_BASE_URL to the address to use."
    )]
    NoNetwork,
    /// The interfaces cannot be listed.
    #[error("The network interfaces cannot be listed: {0}. Set API_BASE_URL to this machine's address.")]
    Interfaces(#[from] std::io::Error),
}

/// Makes `config` listen on every address and lead links to the venue's, and
/// returns the other addresses it might have been.
///
/// An `API_BASE_URL` or a `BIND_ADDR` beyond loopback that the operator chose is kept.
///
/// # Errors
/// When this machine is in no network.
pub fn open_to_venue(config: &mut Config) -> Result<Vec<VenueAddress>, LanError> {
    let server = &mut config.server;
    if server.bind_addr.ip().is_loopback() {
        server.bind_addr.set_ip(IpAddr::V4(Ipv4Addr::UNSPECIFIED));
    }
    if server.api_base_url_chosen {
        return Ok(Vec::new());
    }
    if !server.bind_addr.ip().is_unspecified() {
        server.api_base_url = BaseUrl::of_socket(server.bind_addr);
        return Ok(Vec::new());
    }
    let mut addresses = venue_addresses()?;
    if addresses.is_empty() {
        return Err(LanError::NoNetwork);
    }
    let best = addresses.remove(0);
    let socket = SocketAddr::from((best.ip, server.bind_addr.port()));
    server.api_base_url = BaseUrl::of_socket(socket);
    Ok(addresses)
}

/// This machine's addresses that phones may reach, the likeliest first.
///
/// # Errors
/// When the operating system does not list its interfaces.
pub fn venue_addresses() -> Result<Vec<VenueAddress>, std::io::Error> {
    let all = if_addrs::get_if_addrs()?
        .into_iter()
        .filter(|interface| !interface.is_loopback())
        .filter_map(|interface| match interface.addr {
            IfAddr::V4(v4) => Some(VenueAddress {
                interface: interface.name,
                ip: v4.ip,
            }),
            IfAddr::V6(_) => None,
        })
        .collect();
    Ok(ranked(all, default_route()))
}

/// Drops what no phone can reach and puts the likeliest first: the default
/// route's address, then private ranges, then the rest.
fn ranked(mut addresses: Vec<VenueAddress>, route: Option<Ipv4Addr>) -> Vec<VenueAddress> {
    addresses.retain(|address| !is_virtual(&address.interface) && is_reachable(address.ip));
    addresses.sort_by_key(|address| (Some(address.ip) != route, !address.ip.is_private()));
    addresses
}

fn is_virtual(interface: &str) -> bool {
    VIRTUAL.iter().any(|prefix| interface.starts_with(prefix))
}

const fn is_reachable(ip: Ipv4Addr) -> bool {
    !ip.is_loopback() && !ip.is_link_local() && !ip.is_unspecified() && !ip.is_multicast()
}

/// The address that packets to the outside would carry. Connecting a UDP
/// socket asks the routing table and sends nothing; the far address is one
/// reserved for documentation (RFC 5737).
fn default_route() -> Option<Ipv4Addr> {
    let socket = UdpSocket::bind((Ipv4Addr::UNSPECIFIED, 0)).ok()?;
    socket.connect((Ipv4Addr::new(192, 0, 2, 1), 9)).ok()?;
    match socket.local_addr().ok()?.ip() {
        IpAddr::V4(ip) => Some(ip),
        IpAddr::V6(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Environment;

    fn address(interface: &str, ip: &str) -> VenueAddress {
        VenueAddress {
            interface: interface.to_owned(),
            ip: ip.parse().unwrap(),
        }
    }

    fn config(pairs: &[(&str, &str)]) -> Config {
        Config::from_environment(&Environment::from_pairs(pairs)).unwrap()
    }

    #[test]
    fn the_venues_address_comes_before_containers_and_tunnels() {
        let all = vec![
            address("docker0", "172.17.0.1"),
            address("tun0", "10.8.0.2"),
            address("eth1", "169.254.3.4"),
            address("eth0", "203.0.113.9"),
            address("wlan0", "192.168.1.20"),
        ];
        let found = ranked(all, None);
        assert_eq!(
            found,
            [address("wlan0", "192.168.1.20"), address("eth0", "203.0.113.9")]
        );
    }

    #[test]
    fn the_default_route_wins_among_real_networks_but_not_over_a_tunnel() {
        let all = || {
            vec![
                address("wlan0", "192.168.1.20"),
                address("eth0", "10.0.0.5"),
                address("tun0", "10.8.0.2"),
            ]
        };
        let by_cable = ranked(all(), Some(Ipv4Addr::new(10, 0, 0, 5)));
        assert_eq!(by_cable[0], address("eth0", "10.0.0.5"));
        let by_tunnel = ranked(all(), Some(Ipv4Addr::new(10, 8, 0, 2)));
        assert_eq!(by_tunnel[0], address("wlan0", "192.168.1.20"));
    }

    #[test]
    fn an_address_the_operator_chose_is_kept() {
        let mut config = config(&[("API_BASE_URL", "http://booth.example")]);
        open_to_venue(&mut config).unwrap();
        assert_eq!(config.server.bind_addr.to_string(), "0.0.0.0:8000");
        assert_eq!(config.server.api_base_url.as_str(), "http://booth.example");
        assert!(config.requires_keys());
    }

    #[test]
    fn a_chosen_interface_is_what_links_lead_to() {
        let mut config = config(&[("BIND_ADDR", "192.168.7.7:9000")]);
        open_to_venue(&mut config).unwrap();
        assert_eq!(config.server.bind_addr.to_string(), "192.168.7.7:9000");
        assert_eq!(config.server.api_base_url.as_str(), "http://192.168.7.7:9000");
    }
}
