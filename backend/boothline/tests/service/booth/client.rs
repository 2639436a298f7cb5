//! HTTP as a kiosk speaks it, and answers that say what was wrong with them.

use std::time::Duration;

use anyhow::{Context as _, Result};
use serde_json::Value;
use ureq::http::{HeaderMap, Request};
use ureq::{Agent, Body};

use super::form::Form;

/// No call takes longer, whatever is asked.
const CALL: Duration = Duration::from_secs(60);

/// The largest answer that is read, in bytes.
const LARGEST: u64 = 200 * 1024 * 1024;

/// Sends requests to one service, each with the same headers.
#[derive(Clone)]
pub(crate) struct Client {
    agent: Agent,
    base: String,
    headers: Vec<(String, String)>,
}

impl Client {
    pub(super) fn new(port: u16) -> Self {
        let agent = Agent::config_builder()
            .timeout_global(Some(CALL))
            .http_status_as_error(false)
            .allow_non_standard_methods(true)
            .max_redirects(0)
            .build();
        Self {
            agent: agent.into(),
            base: format!("http://127.0.0.1:{port}"),
            headers: Vec::new(),
        }
    }

    /// The same with one more header.
    pub(crate) fn with(&self, name: &str, value: &str) -> Self {
        let mut client = self.clone();
        client.headers.push((name.to_owned(), value.to_owned()));
        client
    }

    pub(crate) fn is_up(&self) -> bool {
        self.try_send("GET", "/health", None, Vec::new())
            .is_ok_and(|answer| answer.status == 200)
    }

    pub(crate) fn get(&self, path: &str) -> Answer {
        self.send("GET", path, None, Vec::new())
    }

    pub(crate) fn delete(&self, path: &str) -> Answer {
        self.send("DELETE", path, None, Vec::new())
    }

    pub(crate) fn post(&self, path: &str, body: &Value) -> Answer {
        self.send(
            "POST",
            path,
            Some("application/json"),
            body.to_string().into_bytes(),
        )
    }

    pub(crate) fn patch(&self, path: &str, body: &Value) -> Answer {
        self.send(
            "PATCH",
            path,
            Some("application/json"),
            body.to_string().into_bytes(),
        )
    }

    pub(crate) fn post_form(&self, path: &str, form: Form) -> Answer {
        self.send("POST", path, Some(Form::CONTENT_TYPE), form.into_body())
    }

    pub(crate) fn patch_form(&self, path: &str, form: Form) -> Answer {
        self.send("PATCH", path, Some(Form::CONTENT_TYPE), form.into_body())
    }

    /// Any request. Panics when no answer comes at all.
    #[track_caller]
    pub(crate) fn send(&self, method: &str, path: &str, kind: Option<&str>, body: Vec<u8>) -> Answer {
        match self.try_send(method, path, kind, body) {
            Ok(answer) => answer,
            Err(error) => panic!("{method} {path} got no answer: {error:#}"),
        }
    }

    /// Any request, of a service that may be gone.
    pub(crate) fn try_send(
        &self,
        method: &str,
        path: &str,
        kind: Option<&str>,
        body: Vec<u8>,
    ) -> Result<Answer> {
        let call = format!("{method} {path}");
        let mut response = self.open(method, path, kind, body)?;
        let bytes = response
            .body_mut()
            .with_config()
            .limit(LARGEST)
            .read_to_vec()
            .with_context(|| format!("the answer to {call} ends early"))?;
        Ok(Answer {
            call,
            status: response.status().as_u16(),
            headers: response.headers().clone(),
            bytes,
        })
    }

    /// The answer's head, with the body still to be read.
    pub(super) fn open(
        &self,
        method: &str,
        path: &str,
        kind: Option<&str>,
        body: Vec<u8>,
    ) -> Result<ureq::http::Response<Body>> {
        let url = match path.starts_with("http://") {
            true => path.to_owned(),
            false => format!("{}{path}", self.base),
        };
        let mut request = Request::builder().method(method).uri(url);
        for (name, value) in &self.headers {
            request = request.header(name, value);
        }
        if let Some(kind) = kind {
            request = request.header("Content-Type", kind);
        }
        let answer = match body.is_empty() && kind.is_none() {
            true => self.agent.run(request.body(())?),
            false => self.agent.run(request.body(body)?),
        };
        Ok(answer?)
    }
}

/// What came back.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    call: String,
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) bytes: Vec<u8>,
}

impl Answer {
    /// The answer, which must have this status.
    #[track_caller]
    pub(crate) fn expect(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{}: {}", self.call, self.text());
        self
    }

    /// JSON with status 200.
    #[track_caller]
    pub(crate) fn ok(self) -> Value {
        self.expect(200).json()
    }

    /// A refusal with this status and code, in the shape that every refusal has.
    #[track_caller]
    pub(crate) fn refused(self, status: u16, code: &str) -> Self {
        let answer = self.expect(status);
        let call = &answer.call;
        assert_eq!(
            answer.header("content-type"),
            Some("application/problem+json"),
            "{call}"
        );
        assert_eq!(answer.header("cache-control"), Some("no-store"), "{call}");
        let problem = answer.json();
        assert_eq!(problem["code"], code, "{call}: {problem}");
        assert_eq!(problem["status"], status, "{call}");
        assert_eq!(problem["type"], format!("urn:boothline:problem:{code}"), "{call}");
        let text = |field: &str| problem[field].as_str().unwrap_or_default();
        assert!(!text("title").is_empty(), "{call}: {problem}");
        assert!(text("detail").ends_with('.'), "{call}: {problem}");
        assert_eq!(Some(text("request_id")), answer.header("x-request-id"), "{call}");
        for inner in ["panicked", "src/", "SELECT", "sqlx", "/tmp"] {
            assert!(
                !text("detail").contains(inner),
                "{call} shows its inside: {problem}"
            );
        }
        answer
    }

    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.bytes)
            .unwrap_or_else(|error| panic!("{}: {error} in {}", self.call, self.text()))
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.bytes).into_owned()
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }
}
