//! A kiosk with a stopwatch: one visit as kiosks make it, over HTTP.

use std::io::{self, BufRead as _, BufReader, Cursor, Read};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};
use ureq::http::Response;
use ureq::{Agent, Body, SendBody};

const BOUNDARY: &str = "----boothline-bench-52f0c1a7";

/// A kiosk of one service.
pub(crate) struct Kiosk {
    agent: Agent,
    base: String,
}

/// When things happened, counted from the upload's first byte.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Visit {
    /// The upload's last byte was handed to the network.
    pub(crate) sent: Duration,
    /// The preview of the photo was on the kiosk.
    pub(crate) previewed: Duration,
    /// The job was ordered.
    pub(crate) ordered: Duration,
    /// The answer to it was there, with links and QR address.
    pub(crate) accepted: Duration,
    /// The job's event stream said `done`.
    pub(crate) done: Duration,
}

impl Kiosk {
    pub(crate) fn new(base: &str) -> Self {
        Self {
            agent: Agent::new_with_defaults(),
            base: base.to_owned(),
        }
    }

    /// A guest steps up; the id of the visit.
    pub(crate) fn start(&self) -> Result<Value> {
        let guest = json!({"name": "Ada", "email": "ada@example.org", "phone": ""});
        Ok(self.post("/sessions/start", &guest)?["session_id"].clone())
    }

    /// The status of an upload, whatever it is, and how long it took.
    pub(crate) fn send(&self, session: &Value, photo: &[u8]) -> Result<(u16, Duration)> {
        let begun = Instant::now();
        let answer = self
            .agent
            .post(self.api(&format!("/sessions/{session}/upload")))
            .config()
            .http_status_as_error(false)
            .build()
            .header(
                "Content-Type",
                format!("multipart/form-data; boundary={BOUNDARY}"),
            )
            .send(&multipart(photo)[..])
            .context("an upload has no answer")?;
        let status = answer.status().as_u16();
        answer.into_body().read_to_vec()?;
        Ok((status, begun.elapsed()))
    }

    /// A guest steps up, picks the default look, and has a picture taken; the stopwatch starts with the upload.
    pub(crate) fn visit(&self, photo: &[u8]) -> Result<Visit> {
        let session = self.start()?;
        let path = format!("/sessions/{session}/theme");
        self.agent
            .patch(self.api(&path))
            .send_json(json!({"theme_id": "portrait"}))
            .context("the look cannot be picked")?;
        let begun = Instant::now();
        let (answer, last_byte) = self.upload(&session, photo)?;
        let preview = answer["input_image_url"]
            .as_str()
            .context("the session has no preview")?;
        self.fetch(preview)?;
        let previewed = begun.elapsed();
        let ordered = begun.elapsed();
        let order = json!({"session_id": session, "mode": "event", "overlay_url": null});
        let job = self.post("/jobs", &order)?;
        let accepted = begun.elapsed();
        self.wait_for(&job["job_id"])?;
        Ok(Visit {
            sent: last_byte - begun,
            previewed,
            ordered,
            accepted,
            done: begun.elapsed(),
        })
    }

    /// The session that came back, and when the last byte went.
    fn upload(&self, session: &Value, photo: &[u8]) -> Result<(Value, Instant)> {
        let mut body = Timed {
            bytes: Cursor::new(multipart(photo)),
            last: Instant::now(),
        };
        let answer = self
            .agent
            .post(self.api(&format!("/sessions/{session}/upload")))
            .header(
                "Content-Type",
                format!("multipart/form-data; boundary={BOUNDARY}"),
            )
            .header("Content-Length", body.bytes.get_ref().len().to_string())
            .send(SendBody::from_reader(&mut body))
            .context("the photo cannot be uploaded")?;
        Ok((read(answer)?, body.last))
    }

    fn wait_for(&self, job: &Value) -> Result<()> {
        let events = self.agent.get(self.api(&format!("/jobs/{job}/events"))).call()?;
        for line in BufReader::new(events.into_body().into_reader()).lines() {
            let line = line?;
            let Some(data) = line.strip_prefix("data: ") else {
                continue;
            };
            let job: Value = serde_json::from_str(data)?;
            match job["status"].as_str() {
                Some("done") => return Ok(()),
                Some("failed") => bail!("the job failed: {}", job["error_message"]),
                _ => {}
            }
        }
        bail!("the events ended before the job was done")
    }

    fn fetch(&self, path: &str) -> Result<()> {
        let url = format!("{}{path}", self.base);
        let bytes = self.agent.get(url).call()?.into_body().read_to_vec()?;
        if bytes.is_empty() {
            bail!("{path} is empty");
        }
        Ok(())
    }

    fn post(&self, path: &str, body: &Value) -> Result<Value> {
        let answer = self.agent.post(self.api(path)).send_json(body);
        read(answer.with_context(|| format!("POST {path} was refused"))?)
    }

    fn api(&self, path: &str) -> String {
        format!("{}/api/v1{path}", self.base)
    }
}

fn read(answer: Response<Body>) -> Result<Value> {
    Ok(answer.into_body().read_json()?)
}

/// A body that knows when its last byte was taken.
struct Timed {
    bytes: Cursor<Vec<u8>>,
    last: Instant,
}

impl Read for Timed {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let taken = self.bytes.read(buffer)?;
        if taken > 0 {
            self.last = Instant::now();
        }
        Ok(taken)
    }
}

/// One part, `file`, as a browser's form sends it (RFC 7578).
fn multipart(photo: &[u8]) -> Vec<u8> {
    let head = format!(
        "--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"photo.jpg\"\r\n\
         Content-Type: image/jpeg\r\n\r\n"
    );
    let tail = format!("\r\n--{BOUNDARY}--\r\n");
    [head.as_bytes(), photo, tail.as_bytes()].concat()
}
