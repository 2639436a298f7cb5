//! The OAuth client, as the Google Cloud console gives it.
//!
//! yup-oauth2's `ConsoleApplicationSecret` asks for fields that the files of some clients lack
//! (a secret, redirect addresses), and would have to be checked field by field all the same.

use serde_json::{Map, Value};
use url::{Host, Url};

use super::secret::Secret;

const AUTH_URI: &str = "https://accounts.google.com/o/oauth2/v2/auth";
const TOKEN_URI: &str = "https://oauth2.googleapis.com/token";

/// What `client_secrets.json` says.
#[derive(Clone, Debug)]
pub(super) struct ClientSecrets {
    pub(super) client_id: String,
    /// Missing with kinds of clients that have none.
    pub(super) client_secret: Option<Secret>,
    pub(super) auth_uri: Url,
    pub(super) token_uri: Url,
    pub(super) kind: ClientKind,
}

/// Which redirect addresses Google accepts for the client.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum ClientKind {
    /// A "Desktop app": any port of a loopback address.
    Installed,
    /// A "Web application": only these.
    Web { redirects: Vec<Url> },
}

impl ClientSecrets {
    /// Reads the file's bytes; the error is the end of a sentence that began with its path.
    pub(super) fn parse(bytes: &[u8]) -> Result<Self, String> {
        let root = object(bytes)?;
        let (client, installed) = match (root.get("installed"), root.get("web")) {
            (Some(Value::Object(client)), _) => (client, true),
            (_, Some(Value::Object(client))) => (client, false),
            _ => return Err("has neither \"installed\" nor \"web\": it is not a client's file".to_owned()),
        };
        let client_id = text(client, "client_id").ok_or("has no \"client_id\"")?;
        let redirects = client
            .get("redirect_uris")
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
            .filter_map(|uri| Url::parse(uri.as_str()?).ok())
            .collect();
        Ok(Self {
            client_id,
            client_secret: text(client, "client_secret").map(Secret::new),
            auth_uri: endpoint(client, "auth_uri", AUTH_URI)?,
            token_uri: endpoint(client, "token_uri", TOKEN_URI)?,
            kind: if installed {
                ClientKind::Installed
            } else {
                ClientKind::Web { redirects }
            },
        })
    }
}

/// Google's own token endpoint, for files that do not name one.
pub(super) fn google_token_uri() -> Url {
    Url::parse(TOKEN_URI).expect("the constant is a URL")
}

/// The outermost object. The parser's own words about the content are left out, since they
/// could quote a secret.
pub(super) fn object(bytes: &[u8]) -> Result<Map<String, Value>, String> {
    match serde_json::from_slice(bytes) {
        Ok(Value::Object(object)) => Ok(object),
        Ok(_) => Err("is not a JSON object".to_owned()),
        Err(_) if bytes.iter().all(u8::is_ascii_whitespace) => Err("is empty".to_owned()),
        Err(error) if error.is_eof() => Err("ends in the middle: it was not written whole".to_owned()),
        Err(error) => Err(format!("is not JSON (line {})", error.line())),
    }
}

/// A text that is there and not empty.
pub(super) fn text(object: &Map<String, Value>, key: &str) -> Option<String> {
    object
        .get(key)?
        .as_str()
        .map(str::trim)
        .filter(|text| !text.is_empty())
        .map(str::to_owned)
}

/// An address that secrets may be sent to: HTTPS, or plain HTTP on this very machine.
pub(super) fn endpoint(object: &Map<String, Value>, key: &str, default: &str) -> Result<Url, String> {
    let address = text(object, key).unwrap_or_else(|| default.to_owned());
    let url = Url::parse(&address).map_err(|_| format!("has no proper address in \"{key}\""))?;
    let safe = match url.scheme() {
        "https" => true,
        "http" => is_loopback(&url),
        _ => false,
    };
    if safe {
        Ok(url)
    } else {
        Err(format!(
            "names an address in \"{key}\" that is not https; plain http is for this machine only"
        ))
    }
}

/// Whether the address is on this machine.
pub(super) fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => ip.is_loopback(),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_desktop_client_is_read_as_google_gives_it() {
        let secrets = ClientSecrets::parse(
            br#"{"installed":{"client_id":"7.apps.googleusercontent.com","project_id":"booth",
                "auth_uri":"https://accounts.google.com/o/oauth2/auth",
                "token_uri":"https://oauth2.googleapis.com/token",
                "auth_provider_x509_cert_url":"https://www.googleapis.com/oauth2/v1/certs",
                "client_secret":"GOCSPX-x","redirect_uris":["http://localhost"]}}"#,
        )
        .unwrap();
        assert_eq!(secrets.client_id, "7.apps.googleusercontent.com");
        assert_eq!(secrets.client_secret.as_ref().unwrap().expose(), "GOCSPX-x");
        assert_eq!(
            secrets.auth_uri.as_str(),
            "https://accounts.google.com/o/oauth2/auth"
        );
        assert_eq!(secrets.kind, ClientKind::Installed);
        assert!(!format!("{secrets:?}").contains("GOCSPX-x"));
    }

    #[test]
    fn a_web_client_keeps_its_redirects_and_gets_googles_addresses() {
        let secrets =
            ClientSecrets::parse(br#"{"web":{"client_id":"c","redirect_uris":["http://localhost:8085/x"]}}"#)
                .unwrap();
        assert_eq!(secrets.token_uri, google_token_uri());
        let ClientKind::Web { redirects } = secrets.kind else {
            panic!("it is a web client");
        };
        assert_eq!(redirects[0].as_str(), "http://localhost:8085/x");
    }

    #[test]
    fn secrets_are_never_sent_in_clear_over_a_network() {
        for (address, accepted) in [
            ("https://example.test/token", true),
            ("http://127.0.0.1:9/token", true),
            ("http://localhost:9/token", true),
            ("http://[::1]:9/token", true),
            ("http://192.168.1.9/token", false),
            ("http://localhost.example.test/token", false),
            ("ftp://localhost/token", false),
            ("token", false),
        ] {
            let file = format!(r#"{{"installed":{{"client_id":"c","token_uri":"{address}"}}}}"#);
            assert_eq!(
                ClientSecrets::parse(file.as_bytes()).is_ok(),
                accepted,
                "{address}"
            );
        }
    }

    #[test]
    fn what_is_wrong_with_a_file_is_said_without_quoting_it() {
        let problem = |file: &str| ClientSecrets::parse(file.as_bytes()).unwrap_err();
        assert_eq!(problem(" \n"), "is empty");
        assert_eq!(
            problem(r#"{"installed":{"client_se"#),
            "ends in the middle: it was not written whole"
        );
        assert_eq!(problem("hello"), "is not JSON (line 1)");
        assert_eq!(problem("[]"), "is not a JSON object");
        assert_eq!(problem(r#"{"installed":{}}"#), "has no \"client_id\"");
        assert!(problem(r#"{"type":"service_account"}"#).starts_with("has neither"));
    }
}
