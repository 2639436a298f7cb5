//! Where the service listens, and the addresses it gives out.

use std::net::SocketAddr;
use std::time::Duration;

use super::base_url::BaseUrl;
use super::parse;
use super::reader::Reader;

/// Where the service listens, and the addresses it gives out.
#[derive(Clone, Debug)]
pub struct Server {
    /// The socket we listen on.
    pub bind_addr: SocketAddr,
    /// Our own address in API answers and, without a public one, in links.
    pub api_base_url: BaseUrl,
    /// Whether the operator chose `api_base_url`; LAN mode replaces only a guess.
    pub api_base_url_chosen: bool,
    /// Where guests' phones reach us from anywhere, if they do.
    pub public_base_url: Option<BaseUrl>,
    /// Web origins whose pages may call us, as browsers write them.
    pub cors_origins: Vec<String>,
    /// How long work in hand may go on after we are asked to stop.
    pub shutdown_grace: Duration,
}

impl Server {
    pub(super) fn read(reader: &mut Reader<'_>) -> Self {
        let bind_addr = reader.value("BIND_ADDR", parse::listen_address);
        let chosen = reader.optional("API_BASE_URL", BaseUrl::parse);
        Self {
            bind_addr,
            api_base_url_chosen: chosen.is_some(),
            api_base_url: chosen.unwrap_or_else(|| BaseUrl::of_this_machine(bind_addr)),
            public_base_url: reader.optional("PUBLIC_BASE_URL", BaseUrl::parse),
            cors_origins: reader.value("CORS_ORIGINS", parse::list(parse::origin)),
            shutdown_grace: reader.value("SHUTDOWN_GRACE_SECONDS", parse::seconds(0..=600)),
        }
    }

    /// The address that guests' links begin with: the public one, else our own.
    pub fn link_base(&self) -> &BaseUrl {
        self.public_base_url.as_ref().unwrap_or(&self.api_base_url)
    }
}
