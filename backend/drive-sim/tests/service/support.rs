//! A simulator and the calls that tests make to it.

use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use boothline_drive_sim::{Options, Sim};
use ring::signature::{RSA_PKCS1_SHA256, RsaKeyPair};
use serde_json::{Value, json};
use tempfile::TempDir;

/// A simulator with the credentials it wrote.
pub(crate) struct Drive {
    pub(crate) sim: Sim,
    pub(crate) folder: TempDir,
    pub(crate) token: String,
    agent: ureq::Agent,
}

/// An answer, read to its end.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: BTreeMap<String, String>,
    pub(crate) body: Vec<u8>,
}

impl Reply {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|_| panic!("not JSON: {}", self.text()))
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// `errors[0].reason`
    pub(crate) fn reason(&self) -> String {
        self.json()["error"]["errors"][0]["reason"]
            .as_str()
            .unwrap_or_default()
            .to_owned()
    }

    #[track_caller]
    pub(crate) fn ok(self) -> Value {
        assert!(
            (200..300).contains(&self.status),
            "{}: {}",
            self.status,
            self.text()
        );
        if self.body.is_empty() {
            Value::Null
        } else {
            self.json()
        }
    }

    #[track_caller]
    pub(crate) fn refused(self, status: u16, reason: &str) -> Self {
        assert_eq!((self.status, self.reason().as_str()), (status, reason));
        self
    }
}

impl Drive {
    pub(crate) fn start() -> Self {
        Self::with(Options::default())
    }

    pub(crate) fn with(options: Options) -> Self {
        let sim = Sim::start(options).unwrap();
        let folder = TempDir::new().unwrap();
        sim.write_credentials(folder.path()).unwrap();
        let mut drive = Self {
            sim,
            folder,
            token: String::new(),
            agent: ureq::Agent::config_builder()
                .http_status_as_error(false)
                .max_redirects(0)
                .build()
                .into(),
        };
        drive.token = drive.credentials("token.json")["token"]
            .as_str()
            .unwrap()
            .to_owned();
        drive
    }

    pub(crate) fn credentials(&self, name: &str) -> Value {
        let text = std::fs::read(self.folder.path().join(name)).unwrap();
        serde_json::from_slice(&text).unwrap()
    }

    pub(crate) fn url(&self, path: &str) -> String {
        if path.starts_with("http") {
            path.to_owned()
        } else {
            format!("{}{path}", self.sim.url())
        }
    }

    /// Any request; the error is that of the connection.
    pub(crate) fn send(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &[u8],
    ) -> Result<Reply, ureq::Error> {
        let mut request = ureq::http::Request::builder().method(method).uri(self.url(path));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let answer = if body.is_empty() && !["POST", "PUT", "PATCH"].contains(&method) {
            self.agent.run(request.body(()).unwrap())?
        } else {
            self.agent.run(request.body(body).unwrap())?
        };
        let (head, mut body) = answer.into_parts();
        let headers = head
            .headers
            .iter()
            .map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned()));
        Ok(Reply {
            status: head.status.as_u16(),
            headers: headers.collect(),
            body: body.with_config().limit(1 << 30).read_to_vec()?,
        })
    }

    /// A call with the operator's token.
    pub(crate) fn call(&self, method: &str, path: &str, body: &Value) -> Reply {
        let authorization = format!("Bearer {}", self.token);
        let headers = [
            ("authorization", authorization.as_str()),
            ("content-type", "application/json"),
        ];
        let body = if body.is_null() {
            Vec::new()
        } else {
            body.to_string().into_bytes()
        };
        self.send(method, path, &headers, &body).unwrap()
    }

    pub(crate) fn get(&self, path: &str) -> Reply {
        self.call("GET", path, &Value::Null)
    }

    pub(crate) fn post(&self, path: &str, body: &Value) -> Reply {
        self.call("POST", path, body)
    }

    /// A call without a token.
    pub(crate) fn guest(&self, path: &str) -> Reply {
        self.send("GET", path, &[], &[]).unwrap()
    }

    pub(crate) fn form(&self, path: &str, fields: &[(&str, &str)]) -> Reply {
        let body = url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs(fields)
            .finish();
        let headers = [("content-type", "application/x-www-form-urlencoded")];
        self.send("POST", path, &headers, body.as_bytes()).unwrap()
    }

    pub(crate) fn new_id(&self) -> String {
        let ids = self.get("drive/v3/files/generateIds?count=1").ok();
        ids["ids"][0].as_str().unwrap().to_owned()
    }

    pub(crate) fn folder(&self, name: &str, parent: Option<&str>) -> String {
        let mut body = json!({"name": name, "mimeType": "application/vnd.google-apps.folder"});
        if let Some(parent) = parent {
            body["parents"] = json!([parent]);
        }
        let made = self.post("drive/v3/files?fields=id", &body).ok();
        made["id"].as_str().unwrap().to_owned()
    }

    pub(crate) fn multipart(&self, metadata: &Value, bytes: &[u8], fields: &str) -> Reply {
        let mut body = format!(
            "--b\r\nContent-Type: application/json; charset=UTF-8\r\n\r\n{metadata}\r\n--b\r\nContent-Type: image/jpeg\r\n\r\n"
        )
        .into_bytes();
        body.extend_from_slice(bytes);
        body.extend_from_slice(b"\r\n--b--\r\n");
        let authorization = format!("Bearer {}", self.token);
        let headers = [
            ("authorization", authorization.as_str()),
            ("content-type", "multipart/related; boundary=b"),
        ];
        let path = format!("upload/drive/v3/files?uploadType=multipart&fields={fields}");
        self.send("POST", &path, &headers, &body).unwrap()
    }

    pub(crate) fn photo(&self, name: &str, parent: Option<&str>, bytes: &[u8]) -> String {
        let mut metadata = json!({"name": name});
        if let Some(parent) = parent {
            metadata["parents"] = json!([parent]);
        }
        let made = self.multipart(&metadata, bytes, "id").ok();
        made["id"].as_str().unwrap().to_owned()
    }

    pub(crate) fn open_session(&self, metadata: &Value, length: Option<usize>) -> Reply {
        let authorization = format!("Bearer {}", self.token);
        let length = length.map(|length| length.to_string());
        let mut headers = vec![
            ("authorization", authorization.as_str()),
            ("content-type", "application/json; charset=UTF-8"),
            ("x-upload-content-type", "image/jpeg"),
        ];
        if let Some(length) = &length {
            headers.push(("x-upload-content-length", length));
        }
        let path = "upload/drive/v3/files?uploadType=resumable&fields=id,md5Checksum,size";
        self.send("POST", path, &headers, metadata.to_string().as_bytes())
            .unwrap()
    }

    /// The address of a new session.
    pub(crate) fn session(&self, metadata: &Value, length: Option<usize>) -> String {
        let reply = self.open_session(metadata, length);
        assert_eq!(reply.status, 200, "{}", reply.text());
        reply.headers["location"].clone()
    }

    /// Waits, for a few seconds at most, until the simulator has done something on its own.
    #[track_caller]
    pub(crate) fn until(&self, mut done: impl FnMut(&Self) -> bool) {
        let start = std::time::Instant::now();
        while !done(self) {
            assert!(start.elapsed().as_secs() < 10, "it never happened");
            std::thread::yield_now();
        }
    }

    pub(crate) fn put(&self, session: &str, range: &str, bytes: &[u8]) -> Result<Reply, ureq::Error> {
        let headers: &[(&str, &str)] = if range.is_empty() {
            &[]
        } else {
            &[("content-range", range)]
        };
        self.send("PUT", session, headers, bytes)
    }

    /// Id and secret of the OAuth client.
    pub(crate) fn client(&self) -> (String, String) {
        let secrets = self.credentials("client_secrets.json");
        let text = |name: &str| secrets["installed"][name].as_str().unwrap().to_owned();
        (text("client_id"), text("client_secret"))
    }

    /// Goes through the consent page as an app does; the access token.
    pub(crate) fn sign_in(&self) -> String {
        let (id, secret) = self.client();
        let redirect = "http://localhost:9/";
        let scope = "https://www.googleapis.com/auth/drive.file";
        let page = format!(
            "o/oauth2/v2/auth?client_id={id}&redirect_uri={redirect}&response_type=code&scope={scope}"
        );
        let back = url::Url::parse(&self.guest(&page).headers["location"]).unwrap();
        let (_, code) = back.query_pairs().find(|(name, _)| name == "code").unwrap();
        let fields = [
            ("grant_type", "authorization_code"),
            ("client_id", &id),
            ("client_secret", &secret),
            ("redirect_uri", redirect),
            ("code", &code),
        ];
        let token = self.form("token", &fields).ok();
        token["access_token"].as_str().unwrap().to_owned()
    }

    /// Seconds since 1970.
    pub(crate) fn now(&self) -> i64 {
        use boothline_domain::clock::{Clock, SystemClock};
        SystemClock.now().millis() / 1000
    }

    /// An assertion signed with the key of the service account; `claims` replace the right ones.
    pub(crate) fn assertion(&self, claims: &Value) -> String {
        let key = self.credentials("service_account.json");
        let now = self.now();
        let mut all = json!({
            "iss": key["client_email"], "aud": key["token_uri"], "iat": now, "exp": now + 3600,
            "scope": "https://www.googleapis.com/auth/drive.file",
        });
        for (name, value) in claims.as_object().unwrap() {
            all[name] = value.clone();
        }
        let header = json!({"alg": "RS256", "typ": "JWT", "kid": key["private_key_id"]});
        let signed = [header, all]
            .map(|part| URL_SAFE_NO_PAD.encode(part.to_string()))
            .join(".");
        let pem = key["private_key"].as_str().unwrap();
        let der: String = pem.lines().filter(|line| !line.starts_with('-')).collect();
        let pair = RsaKeyPair::from_pkcs8(&STANDARD.decode(der).unwrap()).unwrap();
        let mut signature = vec![0; pair.public().modulus_len()];
        let random = ring::rand::SystemRandom::new();
        pair.sign(&RSA_PKCS1_SHA256, &random, signed.as_bytes(), &mut signature)
            .unwrap();
        format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature))
    }

    /// Asks for a token with an assertion.
    pub(crate) fn assert_with(&self, assertion: &str) -> Reply {
        let grant_type = "urn:ietf:params:oauth:grant-type:jwt-bearer";
        self.form("token", &[("grant_type", grant_type), ("assertion", assertion)])
    }

    /// An access token of the service account.
    pub(crate) fn sign_in_service_account(&self) -> String {
        let token = self.assert_with(&self.assertion(&json!({}))).ok();
        token["access_token"].as_str().unwrap().to_owned()
    }
}
