//! Files with credentials, in the forms that Google's console and client libraries write.

use std::io;
use std::path::Path;

use chrono::SecondsFormat;
use serde_json::json;

use crate::oauth::{CLIENT_ID, CLIENT_SECRET, Grant, KEY_ID, KEY_PEM};
use crate::shared::Shared;
use crate::world::SERVICE_ACCOUNT;

/// The OAuth client, as the console offers it for download.
pub(crate) const CLIENT_SECRETS: &str = "client_secrets.json";
/// The token of the operator, as Google's Python client writes it.
pub(crate) const TOKEN: &str = "token.json";
/// The key of the service account, as the console offers it for download.
pub(crate) const SERVICE_ACCOUNT_KEY: &str = "service_account.json";

/// Writes all three into `folder`, which is made when missing.
pub(crate) fn write(shared: &Shared, folder: &Path) -> io::Result<()> {
    std::fs::create_dir_all(folder)?;
    std::fs::write(folder.join(CLIENT_SECRETS), client_secrets(shared))?;
    std::fs::write(folder.join(TOKEN), token(shared))?;
    std::fs::write(folder.join(SERVICE_ACCOUNT_KEY), service_account(shared))
}

fn client_secrets(shared: &Shared) -> String {
    let url = &shared.url;
    json!({"installed": {
        "client_id": CLIENT_ID,
        "project_id": "booth-sim",
        "auth_uri": format!("{url}o/oauth2/v2/auth"),
        "token_uri": format!("{url}token"),
        "auth_provider_x509_cert_url": format!("{url}oauth2/v1/certs"),
        "client_secret": CLIENT_SECRET,
        "redirect_uris": ["http://localhost"],
    }})
    .to_string()
}

/// What `google.oauth2.credentials.Credentials.to_json()` gives.
fn token(shared: &Shared) -> String {
    let (options, now) = (shared.options(), shared.now());
    let grant = Grant {
        account: options.consent.account.clone(),
        client: CLIENT_ID.to_owned(),
        scope: options.scope.clone(),
    };
    let mut directory = shared.directory();
    let refresh_token = directory.refresh_token(grant.clone(), &options, now);
    let access_token = directory.access_token(grant, &options, now);
    let expiry = now.plus(options.token_lifetime).utc();
    let scopes: Vec<&str> = options.scope.split_whitespace().collect();
    // Python puts a space after each comma and colon, and keeps this order.
    let members = [
        ("token", json!(access_token)),
        ("refresh_token", json!(refresh_token)),
        ("token_uri", json!(format!("{}token", shared.url))),
        ("client_id", json!(CLIENT_ID)),
        ("client_secret", json!(CLIENT_SECRET)),
        ("scopes", json!(scopes)),
        ("universe_domain", json!("googleapis.com")),
        ("account", json!("")),
        (
            "expiry",
            json!(expiry.to_rfc3339_opts(SecondsFormat::Micros, true)),
        ),
    ];
    let members: Vec<String> = members
        .iter()
        .map(|(name, value)| match value {
            serde_json::Value::Array(items) => {
                let items: Vec<String> = items.iter().map(ToString::to_string).collect();
                format!("\"{name}\": [{}]", items.join(", "))
            }
            value => format!("\"{name}\": {value}"),
        })
        .collect();
    format!("{{{}}}", members.join(", "))
}

fn service_account(shared: &Shared) -> String {
    let url = &shared.url;
    let key = json!({
        "type": "service_account",
        "project_id": "booth-sim",
        "private_key_id": KEY_ID,
        "private_key": KEY_PEM,
        "client_email": SERVICE_ACCOUNT,
        "client_id": "100000000000000000001",
        "auth_uri": format!("{url}o/oauth2/v2/auth"),
        "token_uri": format!("{url}token"),
        "auth_provider_x509_cert_url": format!("{url}oauth2/v1/certs"),
        "client_x509_cert_url": format!("{url}robot/v1/metadata/x509/{SERVICE_ACCOUNT}"),
        "universe_domain": "googleapis.com",
    });
    format!("{key:#}\n")
}
