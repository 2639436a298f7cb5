//! Local delivery: share pages on the venue's own network.

use boothline_domain::ShareCode;
use url::Url;

use crate::{Links, Standing};

/// Delivery to our own share pages. A result is delivered as soon as its files exist.
#[derive(Clone, Debug)]
pub struct LocalTarget {
    base: String,
}

/// The address cannot be the beginning of links.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not an address that links can begin with, such as http://192.168.1.20:8000")]
pub struct InvalidBase(String);

impl LocalTarget {
    /// A target whose pages are reached at `base`, an `http` or `https` address.
    pub fn new(base: &str) -> Result<Self, InvalidBase> {
        let usable =
            Url::parse(base).is_ok_and(|url| matches!(url.scheme(), "http" | "https") && url.has_host());
        if usable {
            Ok(Self {
                base: base.trim_end_matches('/').to_owned(),
            })
        } else {
            Err(InvalidBase(base.to_owned()))
        }
    }

    pub(crate) fn links(&self, code: &ShareCode, compressed_url: &str) -> Links {
        let page = self.page(code);
        Links {
            share_url: Some(page.clone()),
            drive_link: Some(page.clone()),
            download_link: Some(format!("{}{compressed_url}", self.base)),
            qr_target: Some(page),
        }
    }

    pub(crate) fn page(&self, code: &ShareCode) -> String {
        format!("{}/p/{code}", self.base)
    }

    /// What an operator has to know about it.
    pub fn standing(&self) -> Standing {
        Standing {
            ok: true,
            status: "local",
            message: format!("Photos stay on this machine; guests open them at {}.", self.base),
            expiry: None,
            has_refresh_token: false,
            refreshed: false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_links_of_a_result_are_known_from_its_code_alone() {
        let target = LocalTarget::new("http://10.0.0.7:8000/").unwrap();
        let code = ShareCode::from_random([7; 16]);
        let links = target.links(&code, "/static/compressed/x.jpg");
        assert_eq!(
            links.share_url.as_deref(),
            Some(format!("http://10.0.0.7:8000/p/{code}").as_str())
        );
        assert_eq!(
            links.download_link.as_deref(),
            Some("http://10.0.0.7:8000/static/compressed/x.jpg")
        );
        assert_eq!(links.qr_target, links.drive_link);
    }

    #[test]
    fn an_address_that_no_browser_opens_is_refused() {
        for base in ["", "booth", "ftp://booth", "file:///tmp", "http://"] {
            assert!(LocalTarget::new(base).is_err(), "{base}");
        }
    }
}
