//! The address that other machines know us by, onto which links are built.

use std::fmt;
use std::net::SocketAddr;

use url::{Host, Url};

use super::reader::Parsed;

/// An `http` or `https` address, perhaps with a path, without a trailing slash.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BaseUrl(String);

impl BaseUrl {
    /// The plain-http address of a socket.
    pub fn of_socket(address: SocketAddr) -> Self {
        match address.port() {
            80 => Self(format!("http://{}", bracketed(address))),
            port => Self(format!("http://{}:{port}", bracketed(address))),
        }
    }

    /// The address by which this machine itself reaches a socket of its own.
    pub fn of_this_machine(address: SocketAddr) -> Self {
        if address.ip().is_loopback() || address.ip().is_unspecified() {
            return Self(format!("http://localhost:{}", address.port()));
        }
        Self::of_socket(address)
    }

    pub(super) fn parse(text: &str) -> Parsed<Self> {
        Url::parse(text)
            .ok()
            .filter(is_base)
            .map(|url| Self(url.as_str().trim_end_matches('/').to_owned()))
            .ok_or_else(|| {
                "an address such as http://192.168.1.20:8000 or https://photos.example, \
                 without query or password"
                    .to_owned()
            })
    }

    /// The address, without a trailing slash.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The address of `path`, which begins with a slash.
    pub fn join(&self, path: &str) -> String {
        format!("{}{path}", self.0)
    }

    /// The address with a trailing slash, onto which relative addresses are joined.
    pub fn folder(&self) -> Url {
        Url::parse(&format!("{}/", self.0)).expect("it was parsed or built from an address")
    }

    /// The host name or address in it.
    pub fn host(&self) -> String {
        self.url().host_str().unwrap_or_default().to_owned()
    }

    /// Whether only this machine can follow links to it.
    pub fn leads_nowhere_else(&self) -> bool {
        match self.url().host() {
            Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
            Some(Host::Ipv4(ip)) => ip.is_loopback() || ip.is_unspecified(),
            Some(Host::Ipv6(ip)) => ip.is_loopback() || ip.is_unspecified(),
            None => true,
        }
    }

    fn url(&self) -> Url {
        Url::parse(&self.0).expect("it was parsed or built from an address")
    }
}

impl fmt::Display for BaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

fn is_base(url: &Url) -> bool {
    let web = matches!(url.scheme(), "http" | "https");
    let anonymous = url.username().is_empty() && url.password().is_none();
    web && anonymous && url.has_host() && url.query().is_none() && url.fragment().is_none()
}

fn bracketed(address: SocketAddr) -> String {
    match address {
        SocketAddr::V4(v4) => v4.ip().to_string(),
        SocketAddr::V6(v6) => format!("[{}]", v6.ip()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_are_joined_with_exactly_one_slash() {
        for text in ["http://booth.example", "http://booth.example/"] {
            let base = BaseUrl::parse(text).unwrap();
            assert_eq!(base.join("/p/abc"), "http://booth.example/p/abc");
        }
        let under_a_path = BaseUrl::parse("https://hire.example/booth/").unwrap();
        assert_eq!(under_a_path.join("/p/abc"), "https://hire.example/booth/p/abc");
    }

    #[test]
    fn only_a_bare_web_address_is_a_base() {
        for wrong in [
            "booth.example",
            "ftp://a",
            "http://u:p@a",
            "http://a?b",
            "http://a#b",
            "/x",
        ] {
            assert!(BaseUrl::parse(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn an_address_no_phone_can_reach_is_known() {
        for here in [
            "http://localhost:8000",
            "http://127.1.2.3",
            "http://0.0.0.0:80",
            "http://[::1]:8000",
            "http://booth.localhost",
        ] {
            assert!(BaseUrl::parse(here).unwrap().leads_nowhere_else(), "{here}");
        }
        for there in ["http://192.168.1.5:8000", "https://booth.example"] {
            assert!(!BaseUrl::parse(there).unwrap().leads_nowhere_else(), "{there}");
        }
    }

    #[test]
    fn a_socket_on_all_addresses_is_localhost_to_this_machine() {
        let socket = "0.0.0.0:8123".parse().unwrap();
        assert_eq!(BaseUrl::of_this_machine(socket).as_str(), "http://localhost:8123");
        let v6 = "[2001:db8::1]:80".parse().unwrap();
        assert_eq!(BaseUrl::of_this_machine(v6).as_str(), "http://[2001:db8::1]");
    }
}
