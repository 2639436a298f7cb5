//! What every answer has in common, and the calls that only tell.

use anyhow::{Context as _, Result};
use serde_json::{Value, json};

use crate::booth::{Booth, Engine, Form, photo};

pub(crate) fn health_is_told_in_both_places(engine: Engine) -> Result<()> {
    let booth = Booth::open(engine)?;
    for path in ["/health", "/api/v1/health"] {
        assert_eq!(booth.client().get(path).ok(), json!({"ok": true}));
        let head = booth.client().send("HEAD", path, None, Vec::new()).expect(200);
        assert!(head.bytes.is_empty());
    }
    assert_eq!(booth.client().get("/ready").ok(), json!({"ok": true}));
    Ok(())
}

pub(crate) fn delivery_to_this_machine_is_said_plainly(engine: Engine) -> Result<()> {
    let booth = Booth::open(engine)?;
    let status = booth.client().get("/api/v1/drive/status").ok();
    assert_eq!(status["ok"], true);
    assert_eq!(status["status"], "local");
    assert!(status["message"].as_str().is_some_and(|text| text.len() > 10));
    assert_eq!(status.get("expiry"), Some(&Value::Null));
    assert_eq!(status["has_refresh_token"], false);
    assert_eq!(status["refreshed"], false);
    assert!(
        status["checked_at"]
            .as_str()
            .is_some_and(|time| time.ends_with('Z'))
    );
    Ok(())
}

pub(crate) fn status_and_metrics_tell_how_things_stand(engine: Engine) -> Result<()> {
    let booth = Booth::open(engine)?;
    let operator = booth.client();
    operator.visit("portrait", &photo(1))?;
    let status = operator.get("/status").ok();
    assert_eq!(
        status["jobs"],
        json!({"queued": 0, "processing": 0, "done": 1, "failed": 0})
    );
    assert!(status["version"].is_string());
    assert!(status["workers"].as_u64().is_some_and(|workers| workers > 0));
    assert!(status["disk"]["free_bytes"].as_u64().is_some_and(|free| free > 0));
    assert_eq!(status["queue"]["oldest_waiting_s"], Value::Null);
    assert_eq!(status["delivery"]["delivered"], 1);
    let metrics = operator.get("/metrics").expect(200).text();
    for name in [
        "boothline_jobs{status=\"done\"} 1",
        "boothline_jobs_accepted_total 1",
        "boothline_queue_tasks",
        "boothline_disk_free_bytes",
        "boothline_http_request_seconds_bucket",
    ] {
        assert!(metrics.contains(name), "{name} is not in\n{metrics}");
    }
    Ok(())
}

pub(crate) fn unknown_addresses_and_methods_are_refused_in_the_same_shape(engine: Engine) -> Result<()> {
    let booth = Booth::open(engine)?;
    let kiosk = booth.client();
    for path in [
        "/nowhere",
        "/api/v1/nowhere",
        "/api/v2/themes",
        "/api/v1/sessions",
    ] {
        kiosk.get(path).refused(404, "not_found");
    }
    for (method, path) in [
        ("PUT", "/api/v1/jobs"),
        ("DELETE", "/api/v1/themes"),
        ("GET", "/api/v1/sessions/start"),
        ("POST", "/api/v1/gallery"),
        ("GET", "/api/v1/jobs/1/retry"),
        ("POST", "/api/v1/drive/qr"),
        ("DELETE", "/static/results/x.jpg"),
        ("TRACE", "/api/v1/jobs"),
        ("BREW", "/health"),
        ("POST", "/p/x"),
        ("POST", "/kiosk"),
    ] {
        let answer = kiosk.send(method, path, None, Vec::new());
        answer.refused(405, "method_not_allowed");
    }
    Ok(())
}

pub(crate) fn every_answer_carries_its_id_and_safe_headers(engine: Engine) -> Result<()> {
    let booth = Booth::open(engine)?;
    let kiosk = booth.client().with("X-Request-Id", "kiosk-7-call-0042");
    for path in ["/health", "/api/v1/themes", "/kiosk", "/nowhere", "/p/x"] {
        let answer = kiosk.get(path);
        assert_eq!(answer.header("x-request-id"), Some("kiosk-7-call-0042"), "{path}");
        assert_eq!(answer.header("x-content-type-options"), Some("nosniff"), "{path}");
        assert_eq!(answer.header("referrer-policy"), Some("no-referrer"), "{path}");
        let policy = answer.header("content-security-policy").unwrap_or_default();
        assert!(policy.contains("frame-ancestors 'none'"), "{path}: {policy}");
        assert!(answer.header("server").is_none(), "{path}");
    }
    let forged = booth.client().with("X-Request-Id", "a b <script>");
    let id = forged.get("/health").header("x-request-id").map(str::to_owned);
    assert!(id.is_some_and(|id| id.len() >= 32), "a new one for what is none");
    Ok(())
}

pub(crate) fn a_photo_can_be_followed_through_the_log(engine: Engine) -> Result<()> {
    let mut booth = Booth::open_with(engine, &[("LOG_FORMAT", "json")])?;
    let kiosk = booth.client().with("X-Request-Id", "kiosk-7-call-0042");
    let job = kiosk.post_form("/api/v1/jobs", Form::of_file(&photo(1))).ok();
    kiosk.done(&job)?;
    // A job is done before the line about it is written; at the end all are.
    booth.ask_to_stop()?;
    let log = booth.log();
    let lines: Vec<Value> = log
        .lines()
        .filter(|line| line.starts_with('{'))
        .map(serde_json::from_str)
        .collect::<Result<_, _>>()?;
    for said in ["Accepted job", "Rendered job"] {
        let line = lines.iter().find(|line| {
            line["message"]
                .as_str()
                .is_some_and(|text| text.starts_with(said))
        });
        let line = line.with_context(|| format!("{said} is not in\n{log}"))?;
        assert_eq!(line["request.id"], "kiosk-7-call-0042", "{line}");
        assert_eq!(line["job.id"], job["job_id"].to_string(), "{line}");
    }
    let code = job["share_url"].as_str().and_then(|page| page.rsplit('/').next());
    assert!(
        !log.contains(code.context("a code")?),
        "links stay out of the log"
    );
    Ok(())
}

pub(crate) fn allowed_origins_may_read_and_no_others(engine: Engine) -> Result<()> {
    let booth = Booth::open_with(engine, &[("CORS_ORIGINS", "https://kiosk.example")])?;
    let done = booth.client().visit("portrait", &photo(1))?;
    let picture = done["result_url"].as_str().context("an address")?;
    let from = |origin: &str, path: &str| booth.client().with("Origin", origin).get(path);
    for path in ["/api/v1/themes", picture, "/api/v1/jobs/999999"] {
        let answer = from("https://kiosk.example", path);
        assert_eq!(
            answer.header("access-control-allow-origin"),
            Some("https://kiosk.example"),
            "{path}"
        );
        for foreign in ["https://evil.example", "null", "http://kiosk.example"] {
            let answer = from(foreign, path);
            assert_eq!(
                answer.header("access-control-allow-origin"),
                None,
                "{foreign} {path}"
            );
            assert_eq!(answer.header("access-control-allow-credentials"), None);
        }
    }
    let ask = |origin: &str| {
        let client = booth
            .client()
            .with("Origin", origin)
            .with("Access-Control-Request-Method", "POST")
            .with(
                "Access-Control-Request-Headers",
                "content-type,idempotency-key,x-booth-key",
            );
        client.send("OPTIONS", "/api/v1/jobs", None, Vec::new())
    };
    let allowed = ask("https://kiosk.example").expect(200);
    let methods = allowed.header("access-control-allow-methods").unwrap_or_default();
    assert!(methods.contains("POST"), "{methods}");
    let headers = allowed
        .header("access-control-allow-headers")
        .unwrap_or_default()
        .to_lowercase();
    assert!(headers.contains("idempotency-key"), "{headers}");
    let refused = ask("https://evil.example");
    assert!((400..500).contains(&refused.status), "{}", refused.status);
    assert_eq!(refused.header("access-control-allow-origin"), None);
    Ok(())
}

pub(crate) fn the_description_names_every_call_of_the_contract(engine: Engine) -> Result<()> {
    let booth = Booth::open(engine)?;
    let description = booth.client().get("/openapi.json").ok();
    for (method, path) in [
        ("post", "/api/v1/sessions/start"),
        ("get", "/api/v1/sessions/{session_id}"),
        ("patch", "/api/v1/sessions/{session_id}/theme"),
        ("post", "/api/v1/sessions/{session_id}/upload"),
        ("post", "/api/v1/sessions/{session_id}/photos"),
        ("get", "/api/v1/themes"),
        ("get", "/api/v1/themes/internal"),
        ("get", "/api/v1/themes/internal/{theme_id}"),
        ("post", "/api/v1/themes"),
        ("patch", "/api/v1/themes/{theme_id}"),
        ("delete", "/api/v1/themes/{theme_id}"),
        ("post", "/api/v1/settings/overlay"),
        ("post", "/api/v1/jobs"),
        ("get", "/api/v1/jobs"),
        ("get", "/api/v1/jobs/{job_id}"),
        ("delete", "/api/v1/jobs/{job_id}"),
        ("post", "/api/v1/jobs/{job_id}/retry"),
        ("get", "/api/v1/jobs/{job_id}/events"),
        ("get", "/api/v1/events"),
        ("get", "/api/v1/gallery"),
        ("get", "/api/v1/drive/status"),
        ("get", "/api/v1/drive/qr"),
        ("get", "/health"),
    ] {
        assert!(description["paths"][path][method].is_object(), "{method} {path}");
    }
    Ok(())
}

pub(crate) fn an_error_is_readable_for_clients_that_take_gzip(engine: Engine) -> Result<()> {
    let booth = Booth::open(engine)?;
    let client = booth.client().with("Accept-Encoding", "gzip");
    for path in [
        "/api/v1/jobs/9",
        "/api/v1/nowhere",
        "/api/v1/drive/qr",
        "/api/v1/themes",
    ] {
        let answer = client.get(path);
        let packed = answer.header("content-encoding") == Some("gzip");
        assert_eq!(packed, answer.bytes.starts_with(&[0x1F, 0x8B]), "{path}");
    }
    Ok(())
}

pub(crate) fn a_slash_too_many_is_forgiven(engine: Engine) -> Result<()> {
    let booth = Booth::open(engine)?;
    let themes = booth.client().get("/api/v1/themes").ok();
    assert_eq!(booth.client().get("/api/v1/themes/").ok(), themes);
    booth
        .client()
        .post("/api/v1/sessions/start/", &json!({}))
        .refused(422, "details_invalid");
    Ok(())
}
