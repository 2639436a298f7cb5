//! A person who changes things in Drive and in the database by hand.

use anyhow::{Context as _, Result, ensure};
use boothline_drive_sim::{LinkBase, Options, Sim};
use sea_orm::{ConnectionTrait as _, Database};
use serde_json::{Value, json};
use ureq::Agent;
use ureq::http::Request;

use super::Venue;
use crate::booth::{Booth, Engine};

/// A booth whose links lead to the simulator, so that they can be opened.
pub(super) fn venue(engine: Engine) -> Result<Venue> {
    let sim = Sim::start(Options {
        links: LinkBase::Here,
        ..Options::default()
    })?;
    let url = sim.url();
    let quick = [
        ("DRIVE_LINK_URL", url.as_str()),
        ("DRIVE_REQUESTS_PER_SECOND", "200"),
    ];
    Venue::open_at(sim, engine, &quick)
}

/// Somebody who works in Drive with the booth's own sign-in.
pub(super) struct Hand {
    agent: Agent,
    url: String,
    token: String,
}

impl Hand {
    pub(super) fn of(venue: &Venue) -> Result<Self> {
        let agent: Agent = Agent::config_builder().build().into();
        let kept: Value = serde_json::from_slice(&std::fs::read(venue.token_file())?)?;
        let text = |name: &str| kept[name].as_str().unwrap_or_default().to_owned();
        let form = [
            ("grant_type", "refresh_token".to_owned()),
            ("refresh_token", text("refresh_token")),
            ("client_id", text("client_id")),
            ("client_secret", text("client_secret")),
        ];
        let url = venue.sim.url();
        let mut answer = agent.post(format!("{url}token")).send_form(form)?;
        let answer: Value = answer.body_mut().read_json()?;
        let token = answer["access_token"].as_str().context("a token")?.to_owned();
        Ok(Self { agent, url, token })
    }

    pub(super) fn trash(&self, id: &str) -> Result<()> {
        let body = json!({"trashed": true}).to_string();
        self.send(
            "PATCH",
            &format!("drive/v3/files/{id}"),
            "application/json",
            body.into(),
        )?;
        Ok(())
    }

    pub(super) fn delete(&self, id: &str) -> Result<()> {
        self.send("DELETE", &format!("drive/v3/files/{id}"), "", Vec::new())?;
        Ok(())
    }

    /// Takes the public link off a file.
    pub(super) fn close(&self, id: &str) -> Result<()> {
        let path = format!("drive/v3/files/{id}/permissions/anyoneWithLink");
        self.send("DELETE", &path, "", Vec::new())?;
        Ok(())
    }

    pub(super) fn replace(&self, id: &str, bytes: &[u8]) -> Result<()> {
        let path = format!("upload/drive/v3/files/{id}?uploadType=media");
        self.send("PATCH", &path, "image/jpeg", bytes.to_vec())?;
        Ok(())
    }

    /// Puts a file with these bytes and properties beside the file `beside`.
    pub(super) fn put(&self, name: &str, beside: &str, properties: &Value, bytes: &[u8]) -> Result<String> {
        let head = json!({"name": name, "parents": [self.folder_of(beside)?], "appProperties": properties});
        let mut body = format!(
            "--edge\r\nContent-Type: application/json; charset=UTF-8\r\n\r\n{head}\r\n--edge\r\nContent-Type: image/jpeg\r\n\r\n"
        )
        .into_bytes();
        body.extend_from_slice(bytes);
        body.extend_from_slice(b"\r\n--edge--\r\n");
        let path = "upload/drive/v3/files?uploadType=multipart&fields=id";
        let answer = self.send("POST", path, "multipart/related; boundary=edge", body)?;
        let answer: Value = serde_json::from_slice(&answer)?;
        Ok(answer["id"].as_str().context("an id")?.to_owned())
    }

    /// The folder that a file lies in.
    pub(super) fn folder_of(&self, id: &str) -> Result<String> {
        let path = format!("drive/v3/files/{id}?fields=parents");
        let file: Value = serde_json::from_slice(&self.send("GET", &path, "", Vec::new())?)?;
        Ok(file["parents"][0].as_str().context("a folder")?.to_owned())
    }

    fn send(&self, method: &str, path: &str, kind: &str, body: Vec<u8>) -> Result<Vec<u8>> {
        let mut request = Request::builder()
            .method(method)
            .uri(format!("{}{path}", self.url))
            .header("Authorization", format!("Bearer {}", self.token));
        if !kind.is_empty() {
            request = request.header("Content-Type", kind);
        }
        let mut answer = match kind.is_empty() {
            true => self.agent.run(request.body(())?)?,
            false => self.agent.run(request.body(body)?)?,
        };
        Ok(answer.body_mut().read_to_vec()?)
    }
}

/// How a command ended, and what it printed.
pub(super) struct Said {
    pub(super) code: Option<i32>,
    pub(super) out: String,
    pub(super) err: String,
}

impl Said {
    #[track_caller]
    pub(super) fn with_code(self, code: i32) -> Self {
        assert_eq!(self.code, Some(code), "{}\n{}", self.out, self.err);
        self
    }

    #[track_caller]
    pub(super) fn says(&self, words: &str) {
        assert!(
            self.out.contains(words),
            "{words:?} is not in\n{}\n{}",
            self.out,
            self.err
        );
    }

    #[track_caller]
    pub(super) fn json(&self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error} in {}", self.out))
    }
}

/// Runs a command beside the service, without a terminal.
pub(super) fn run(booth: &Booth, arguments: &[&str]) -> Result<Said> {
    let output = booth.command(arguments).output()?;
    Ok(Said {
        code: output.status.code(),
        out: String::from_utf8(output.stdout)?,
        err: String::from_utf8(output.stderr)?,
    })
}

/// Changes exactly one row of the database behind the service's back.
pub(super) fn change_row(booth: &Booth, sql: &str) -> Result<()> {
    let url = booth.database_url().replace("?mode=ro", "?mode=rw");
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    runtime.block_on(async {
        let db = Database::connect(&url).await?;
        let changed = db.execute_unprepared(sql).await?.rows_affected();
        db.close().await?;
        ensure!(changed == 1, "{sql} changed {changed} rows");
        Ok(())
    })
}
