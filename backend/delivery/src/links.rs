//! Links of a result, and the address of the QR code that carries one.

use boothline_domain::clock::Timestamp;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// The links that a result has from the moment it is accepted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Links {
    /// The page that a guest opens, where we serve one.
    pub share_url: Option<String>,
    /// A link for people.
    pub drive_link: Option<String>,
    /// A link to the bytes.
    pub download_link: Option<String>,
    /// What the QR code carries: one of the others.
    pub qr_target: Option<String>,
}

/// Whether photos can be delivered, in the words of `GET /drive/status`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    /// False only when an operator must act before photos can ever be delivered.
    pub ok: bool,
    /// Stable word.
    pub status: &'static str,
    /// A plain sentence.
    pub message: String,
    /// When the token ends.
    pub expiry: Option<Timestamp>,
    /// Whether the token can be renewed.
    pub has_refresh_token: bool,
    /// Whether this look renewed it.
    pub refreshed: bool,
}

/// What `encodeURIComponent` of browsers leaves as it is.
const COMPONENT: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'!')
    .remove(b'~')
    .remove(b'*')
    .remove(b'\'')
    .remove(b'(')
    .remove(b')');

/// The address of the PNG that shows `target` as a QR code of 360 pixels.
pub fn qr_picture_address(api_base: &str, target: &str) -> String {
    let api_base = api_base.trim_end_matches('/');
    let target = utf8_percent_encode(target, COMPONENT);
    format!("{api_base}/api/v1/drive/qr?url={target}&size=360")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_is_carried_whole_inside_the_address_of_its_qr_code() {
        let address = qr_picture_address(
            "http://booth:8000/",
            "https://d.example/uc?id=a_b-c&export=download#x y",
        );
        assert_eq!(
            address,
            "http://booth:8000/api/v1/drive/qr?url=https%3A%2F%2Fd.example%2Fuc%3Fid%3Da_b-c%26export%3Ddownload%23x%20y&size=360"
        );
    }
}
