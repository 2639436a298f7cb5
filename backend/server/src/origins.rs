//! Which web pages may use the service.

use url::Url;

/// The origins of kiosks, and the names that this machine goes by.
#[derive(Clone, Debug)]
pub struct Origins {
    cors: Vec<String>,
    own_hosts: Vec<String>,
}

impl Origins {
    /// From `CORS_ORIGINS` and our own addresses.
    pub fn new(cors: &[String], own_addresses: &[&str]) -> Self {
        let named = own_addresses
            .iter()
            .filter_map(|address| Url::parse(address).ok());
        let mut own_hosts: Vec<String> = named
            .filter_map(|url| url.host_str().map(str::to_owned))
            .collect();
        own_hosts.extend(["localhost", "127.0.0.1", "[::1]"].map(str::to_owned));
        let cors = cors
            .iter()
            .map(|origin| origin.trim_end_matches('/').to_owned())
            .collect();
        Self { cors, own_hosts }
    }

    /// The origins that may read answers.
    pub fn cors(&self) -> impl Iterator<Item = &str> {
        self.cors.iter().map(String::as_str)
    }

    /// Whether a `Host` header names this machine.
    pub fn is_own_host(&self, host: &str) -> bool {
        let Ok(url) = Url::parse(&format!("http://{host}/")) else {
            return false;
        };
        let Some(name) = url.host_str() else { return false };
        self.own_hosts.iter().any(|own| own.eq_ignore_ascii_case(name))
    }

    /// Whether a page of this origin may send writes to us under this `Host`.
    pub fn may_write(&self, origin: &str, host: &str) -> bool {
        let same = Url::parse(origin).is_ok_and(|url| {
            let own = Url::parse(&format!("{}://{host}/", url.scheme()));
            own.is_ok_and(|own| own.origin() == url.origin())
        });
        same || self.cors.iter().any(|allowed| allowed == origin)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn origins() -> Origins {
        Origins::new(
            &["http://localhost:5173".to_owned()],
            &["http://booth.local:8000"],
        )
    }

    #[test]
    fn a_name_that_was_made_to_point_here_is_not_ours() {
        assert!(origins().is_own_host("127.0.0.1:8000"));
        assert!(origins().is_own_host("BOOTH.local:8000"));
        assert!(origins().is_own_host("[::1]:8000"));
        for foreign in ["evil.example:8000", "127.0.0.1.evil.example", "", "a b"] {
            assert!(!origins().is_own_host(foreign), "{foreign}");
        }
    }

    #[test]
    fn our_own_pages_and_the_configured_kiosks_may_write() {
        assert!(origins().may_write("http://localhost:8000", "localhost:8000"));
        assert!(origins().may_write("http://localhost:5173", "localhost:8000"));
        for foreign in [
            "http://evil.example",
            "null",
            "http://localhost:9999",
            "https://localhost:8000.evil.example",
        ] {
            assert!(!origins().may_write(foreign, "localhost:8000"), "{foreign}");
        }
    }
}
