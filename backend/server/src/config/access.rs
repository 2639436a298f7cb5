//! Who may call what.

use super::parse;
use super::reader::Reader;
use crate::secrets::Secret;

/// Whether a kiosk must show the booth key when we listen beyond loopback.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KioskAuth {
    /// It must send `X-Booth-Key`.
    On,
    /// Everybody on the network may act as a kiosk.
    Off,
}

/// Who may call what. Without keys here, `secrets` makes them when needed.
#[derive(Clone, Debug)]
pub struct Access {
    /// What an operator's call carries as `Authorization: Bearer`.
    pub operator_token: Option<Secret>,
    /// What a kiosk's call carries as `X-Booth-Key`.
    pub booth_key: Option<Secret>,
    /// Whether kiosks need theirs.
    pub kiosk_auth: KioskAuth,
    /// Hosts a QR code may lead to, in lower case; empty means any.
    pub qr_allowed_hosts: Vec<String>,
}

impl Access {
    pub(super) fn read(reader: &mut Reader<'_>) -> Self {
        Self {
            operator_token: reader.optional("OPERATOR_TOKEN", parse::secret),
            booth_key: reader.optional("BOOTH_KEY", parse::secret),
            kiosk_auth: match reader.value("KIOSK_AUTH", parse::switch) {
                true => KioskAuth::On,
                false => KioskAuth::Off,
            },
            qr_allowed_hosts: reader
                .optional("QR_ALLOWED_HOSTS", parse::list(parse::host))
                .unwrap_or_default(),
        }
    }
}
