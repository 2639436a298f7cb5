//! What a kiosk says to the service, call by call.

use std::thread::sleep;
use std::time::{Duration, Instant};

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use ureq::http::Response;
use ureq::{Agent, Body};

use super::DemoError;
use super::photos::Photo;
use crate::config::BaseUrl;
use crate::secrets::Secret;

/// How long one call may take.
const CALL: Duration = Duration::from_secs(60);

/// How long a kiosk waits for a picture.
const PATIENCE: Duration = Duration::from_secs(240);

/// How often we ask; kiosks ask once a second, but we also measure.
const INTERVAL: Duration = Duration::from_millis(10);

/// The largest picture we fetch, in bytes.
const LARGEST: u64 = 200 * 1024 * 1024;

/// Separates the parts of an upload; no photo contains it but by a miracle.
const BOUNDARY: &str = "----boothline-demo-7d1f0c5b9a3e4826";

/// A look as kiosks see it.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Theme {
    pub(super) id: String,
}

/// A job as kiosks see it; what we do not need is left out.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Job {
    pub(super) job_id: i64,
    pub(super) status: String,
    pub(super) result_url: Option<String>,
    pub(super) thumbnail_url: Option<String>,
    pub(super) download_link: Option<String>,
    pub(super) share_url: Option<String>,
    pub(super) qr_url: Option<String>,
    pub(super) error_message: Option<String>,
}

#[derive(Deserialize)]
struct Session {
    session_id: i64,
}

/// A kiosk of one service.
pub(super) struct Kiosk {
    agent: Agent,
    base: BaseUrl,
    booth_key: Secret,
}

impl Kiosk {
    pub(super) fn new(base: BaseUrl, booth_key: Secret) -> Self {
        let agent = Agent::config_builder()
            .timeout_global(Some(CALL))
            .http_status_as_error(false)
            .build();
        Self {
            agent: agent.into(),
            base,
            booth_key,
        }
    }

    /// The service's address.
    pub(super) const fn base(&self) -> &BaseUrl {
        &self.base
    }

    /// Whether the service answers.
    pub(super) fn is_up(&self) -> bool {
        let answer = self.agent.get(self.base.join("/health")).call();
        answer.is_ok_and(|answer| answer.status().is_success())
    }

    /// The looks on offer.
    pub(super) fn themes(&self) -> Result<Vec<Theme>, DemoError> {
        let call = "GET /themes";
        read(call, self.get(call, &self.api("/themes"))?)
    }

    /// A guest steps up.
    pub(super) fn start_session(&self) -> Result<i64, DemoError> {
        let guest = json!({"name": "Ada Lovelace", "email": "ada@example.org", "phone": "+44 20 7946 0000"});
        let session: Session = self.send("POST", "/sessions/start", &guest)?;
        Ok(session.session_id)
    }

    /// The guest picks a look.
    pub(super) fn pick(&self, session: i64, look: &str) -> Result<(), DemoError> {
        let path = format!("/sessions/{session}/theme");
        self.send::<Value>("PATCH", &path, &json!({"theme_id": look}))
            .map(|_| ())
    }

    /// The photo goes up.
    pub(super) fn upload(&self, session: i64, photo: &Photo) -> Result<(), DemoError> {
        let call = "POST /sessions/{id}/upload";
        let answer = self
            .agent
            .post(self.api(&format!("/sessions/{session}/upload")))
            .header("X-Booth-Key", self.booth_key.expose())
            .content_type(format!("multipart/form-data; boundary={BOUNDARY}"))
            .send(multipart(photo))
            .map_err(|error| no_answer(call, error))?;
        read::<Value>(call, answer).map(|_| ())
    }

    /// The picture is ordered.
    pub(super) fn order(&self, session: i64) -> Result<Job, DemoError> {
        let order = json!({"session_id": session, "mode": "event", "overlay_url": null});
        self.send("POST", "/jobs", &order)
    }

    /// Asks until the picture is done.
    pub(super) fn wait(&self, job: &Job) -> Result<Job, DemoError> {
        let call = "GET /jobs/{id}";
        let url = self.api(&format!("/jobs/{}", job.job_id));
        let begun = Instant::now();
        while begun.elapsed() < PATIENCE {
            let job: Job = read(call, self.get(call, &url)?)?;
            match job.status.as_str() {
                "done" => return Ok(job),
                "failed" => {
                    return Err(DemoError::JobFailed {
                        id: job.job_id,
                        message: job.error_message.unwrap_or_default(),
                    });
                }
                _ => sleep(INTERVAL),
            }
        }
        Err(DemoError::TooSlow(job.job_id))
    }

    /// The bytes behind a link of ours, and the extension they should have.
    pub(super) fn download(&self, url: &str) -> Result<(Vec<u8>, &'static str), DemoError> {
        let absolute = match url.starts_with('/') {
            true => self.base.join(url),
            false => url.to_owned(),
        };
        let call = "GET (a picture)";
        let mut answer = accept(call, self.get(call, &absolute)?)?;
        let extension = match answer.body().mime_type() {
            Some("image/jpeg") => "jpg",
            Some("image/png") => "png",
            _ => "bin",
        };
        let bytes = answer.body_mut().with_config().limit(LARGEST).read_to_vec();
        Ok((bytes.map_err(|error| no_answer(call, error))?, extension))
    }

    fn api(&self, path: &str) -> String {
        self.base.join(&format!("/api/v1{path}"))
    }

    fn get(&self, call: &str, url: &str) -> Result<Response<Body>, DemoError> {
        self.agent
            .get(url)
            .header("X-Booth-Key", self.booth_key.expose())
            .call()
            .map_err(|error| no_answer(call, error))
    }

    fn send<T: DeserializeOwned>(&self, method: &str, path: &str, body: &Value) -> Result<T, DemoError> {
        let call = format!("{method} {path}");
        let request = match method {
            "PATCH" => self.agent.patch(self.api(path)),
            _ => self.agent.post(self.api(path)),
        };
        let answer = request
            .header("X-Booth-Key", self.booth_key.expose())
            .send_json(body)
            .map_err(|error| no_answer(&call, error))?;
        read(&call, answer)
    }
}

fn read<T: DeserializeOwned>(call: &str, answer: Response<Body>) -> Result<T, DemoError> {
    accept(call, answer)?
        .body_mut()
        .read_json()
        .map_err(|error| no_answer(call, error))
}

/// The answer if it is a yes, else the reason in the service's words.
fn accept(call: &str, mut answer: Response<Body>) -> Result<Response<Body>, DemoError> {
    if answer.status().is_success() {
        return Ok(answer);
    }
    let problem: Value = answer.body_mut().read_json().unwrap_or_default();
    Err(DemoError::Refused {
        call: call.to_owned(),
        status: answer.status().as_u16(),
        detail: problem["detail"].as_str().unwrap_or("no reason given").to_owned(),
    })
}

fn no_answer(call: &str, error: ureq::Error) -> DemoError {
    DemoError::Call {
        call: call.to_owned(),
        source: Box::new(error),
    }
}

/// One part, `file`, as a browser's form sends it (RFC 7578).
fn multipart(photo: &Photo) -> Vec<u8> {
    let head = format!(
        "--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{}\"\r\n\
         Content-Type: application/octet-stream\r\n\r\n",
        photo.name
    );
    let tail = format!("\r\n--{BOUNDARY}--\r\n");
    [head.as_bytes(), &photo.bytes, tail.as_bytes()].concat()
}
