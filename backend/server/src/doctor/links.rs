//! Can the guests' phones open what we link to, and nobody more than that?

use boothline_domain::TargetKind;

use super::Check;
use crate::config::Server;

/// Whether links and QR codes lead to an address beyond this machine.
pub(super) fn lead_somewhere(server: &Server, target: TargetKind) -> Check {
    if target == TargetKind::Drive && server.public_base_url.is_none() {
        return Check::ok("links", "Links and QR codes lead to Google Drive.");
    }
    let base = server.link_base();
    if base.leads_nowhere_else() {
        return Check::warning(
            "links",
            format!("Links and QR codes lead to {base}, which no phone can open."),
            "Start with `boothline serve --lan` in the venue's network, or set PUBLIC_BASE_URL.",
        );
    }
    Check::ok("links", format!("Links and QR codes lead to {base}."))
}

/// Whether a service without keys is open to the world through a proxy.
pub(super) fn open_to_strangers(server: &Server) -> Check {
    let proxied = server
        .public_base_url
        .as_ref()
        .filter(|base| !base.leads_nowhere_else());
    match proxied.filter(|_| server.bind_addr.ip().is_loopback()) {
        Some(base) => Check::warning(
            "proxy",
            format!(
                "{base} leads here while we listen on loopback, where no key is asked for. Calls that \
                 show they came through a proxy are refused, but a proxy that hides itself would make \
                 everybody the operator."
            ),
            "Set BIND_ADDR to an address beyond loopback, so that keys are asked for, or let the \
             proxy pass on /p/, /assets/, /static/ and /api/v1/drive/qr only.",
        ),
        None => Check::ok("proxy", "Nobody reaches us past the keys."),
    }
}

#[cfg(test)]
mod tests {
    use super::super::Status;
    use super::*;
    use crate::config::{Config, Environment};

    fn server(pairs: &[(&str, &str)]) -> Server {
        Config::from_environment(&Environment::from_pairs(pairs))
            .unwrap()
            .server
    }

    #[test]
    fn links_to_localhost_are_pointed_out() {
        let here = lead_somewhere(&server(&[]), TargetKind::Local);
        assert_eq!(here.status, Status::Warning);
        assert!(here.action.unwrap().contains("--lan"));
        let public = server(&[("PUBLIC_BASE_URL", "https://photos.example")]);
        assert_eq!(lead_somewhere(&public, TargetKind::Local).status, Status::Ok);
        assert_eq!(lead_somewhere(&server(&[]), TargetKind::Drive).status, Status::Ok);
    }

    #[test]
    fn a_public_address_in_front_of_loopback_is_pointed_out() {
        let public = ("PUBLIC_BASE_URL", "https://photos.example");
        let open = server(&[public]);
        assert_eq!(open_to_strangers(&open).status, Status::Warning);
        let guarded = server(&[public, ("BIND_ADDR", "192.168.1.5:8000")]);
        assert_eq!(open_to_strangers(&guarded).status, Status::Ok);
    }
}
