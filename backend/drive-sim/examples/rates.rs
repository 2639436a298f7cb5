//! How long a guest waits for the link, and how fast results reach Drive.
//!
//! Runs a `boothline` program against a simulator in this process and prints two tables: the time
//! from `POST /jobs` to the answer with the QR address while Drive is well, slow and away; and the
//! rate at which a folder of small results is delivered under a limit of requests in a second.
//!
//! ```sh
//! cargo run --release -p boothline-drive-sim --example rates -- target/release/boothline [files]
//! ```

use std::error::Error;
use std::fs;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use boothline_drive_sim::{Operation, Options, Sim};
use boothline_imaging::{orientation::Orientation, sample};
use serde_json::{Value, json};

type Outcome<T> = Result<T, Box<dyn Error>>;

const JOBS: usize = 40;
const LATENCY: Duration = Duration::from_millis(50);
const RATE: f64 = 10.0;

fn main() -> Outcome<()> {
    let mut arguments = std::env::args().skip(1);
    let program = PathBuf::from(
        arguments
            .next()
            .unwrap_or_else(|| "target/release/boothline".to_owned()),
    );
    let program = fs::canonicalize(&program).map_err(|error| format!("{}: {error}", program.display()))?;
    let files = arguments.next().map_or(Ok(1000), |count| count.parse())?;
    links(&program)?;
    for share in ["folder", "file"] {
        uploads(&program, files, share)?;
    }
    Ok(())
}

fn links(program: &Path) -> Outcome<()> {
    let folder = tempfile::tempdir()?;
    let sim = Sim::start(Options::default())?;
    let booth = Booth::start(
        program,
        folder.path(),
        &sim,
        &[("DRIVE_ID_POOL", "1000"), ("DRIVE_REQUESTS_PER_SECOND", "1000")],
    )?;
    println!("From POST /jobs to the answer with the QR address, {JOBS} jobs each:");
    println!(
        "  {:<28} {:>9} {:>9} {:>9}",
        "Drive is", "median", "p95", "longest"
    );
    let slow = Duration::from_secs(3);
    for (name, latency, out) in [
        ("well", Duration::ZERO, false),
        ("slow (3 s for each answer)", slow, false),
        ("away", Duration::ZERO, true),
    ] {
        sim.change(|options| options.latency = latency);
        sim.set_outage(out);
        let mut times = Vec::with_capacity(JOBS);
        for _ in 0..JOBS {
            times.push(booth.order()?);
        }
        times.sort();
        let at = |share: usize| times[(times.len() * share / 100).min(times.len() - 1)];
        println!(
            "  {name:<28} {:>6.1} ms {:>6.1} ms {:>6.1} ms",
            at(50).as_secs_f64() * 1000.0,
            at(95).as_secs_f64() * 1000.0,
            times[times.len() - 1].as_secs_f64() * 1000.0
        );
    }
    println!();
    Ok(())
}

fn uploads(program: &Path, files: u32, share: &str) -> Outcome<()> {
    let folder = tempfile::tempdir()?;
    let sim = Sim::start(Options {
        latency: LATENCY,
        requests_per_second: Some(RATE),
        ..Options::default()
    })?;
    let pictures = folder.path().join("pictures");
    fs::create_dir(&pictures)?;
    for number in 0..files {
        fs::write(pictures.join(format!("{number:05}.jpg")), picture(number))?;
    }
    let settings = settings(
        folder.path(),
        &sim,
        &[("DRIVE_SHARE", share), ("DRIVE_REQUESTS_PER_SECOND", "10")],
    )?;
    let begun = Instant::now();
    let ended = Command::new(program)
        .current_dir(folder.path())
        .env_clear()
        .envs(settings)
        .args(["sync", "--folder", "pictures"])
        .stdout(Stdio::null())
        .status()?;
    let seconds = begun.elapsed().as_secs_f64();
    let snapshot = sim.snapshot();
    let there = snapshot.photos().count();
    let requests: u64 = snapshot.requests.values().sum();
    println!(
        "{files} small results, {} ms latency, at most {RATE} requests/s, DRIVE_SHARE={share}: {there} in Drive, exit {}",
        LATENCY.as_millis(),
        ended.code().unwrap_or(-1)
    );
    println!(
        "  {seconds:.1} s, {:.2} files/s, {:.2} requests/s ({:.0} % of the limit), {} uploads, {} refused for their rate\n",
        f64::from(files) / seconds,
        requests as f64 / seconds,
        requests as f64 / seconds / RATE * 100.0,
        snapshot.requests_of(Operation::CreateMultipart),
        snapshot.rate_limited
    );
    Ok(())
}

/// A small JPEG whose bytes differ from those of every other number.
fn picture(number: u32) -> Vec<u8> {
    let mut bytes = vec![0xFF, 0xD8, 0xFF, 0xFE, 0x00, 0x06];
    bytes.extend(number.to_be_bytes());
    bytes.extend(vec![0x5A; 60_000]);
    bytes.extend([0xFF, 0xD9]);
    bytes
}

fn settings(folder: &Path, sim: &Sim, more: &[(&str, &str)]) -> Outcome<Vec<(String, String)>> {
    let credentials = folder.join("credentials");
    fs::create_dir_all(&credentials)?;
    sim.write_credentials(&credentials)?;
    let path = |name: &str| credentials.join(name).display().to_string();
    let mut settings = vec![
        ("DELIVERY_TARGET".to_owned(), "drive".to_owned()),
        ("DRIVE_API_URL".to_owned(), sim.url()),
        ("CLIENT_SECRETS_FILE".to_owned(), path("client_secrets.json")),
        ("TOKEN_FILE".to_owned(), path("token.json")),
        ("LOG_FILTER".to_owned(), "warn".to_owned()),
    ];
    settings.extend(
        more.iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned())),
    );
    Ok(settings)
}

/// A running service; dropped, it is killed.
struct Booth {
    child: Child,
    base: String,
    session: i64,
}

impl Booth {
    fn start(program: &Path, folder: &Path, sim: &Sim, more: &[(&str, &str)]) -> Outcome<Self> {
        let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let child = Command::new(program)
            .current_dir(folder)
            .env_clear()
            .envs(settings(folder, sim, more)?)
            .env("BIND_ADDR", format!("127.0.0.1:{port}"))
            .arg("serve")
            .stdout(Stdio::null())
            .spawn()?;
        let mut booth = Self {
            child,
            base: format!("http://127.0.0.1:{port}"),
            session: 0,
        };
        let begun = Instant::now();
        while ureq::get(format!("{}/health", booth.base)).call().is_err() {
            if begun.elapsed() > Duration::from_secs(30) {
                return Err("the service does not start".into());
            }
            sleep(Duration::from_millis(20));
        }
        let guest = json!({"name": "Ada", "email": "ada@example.org", "phone": ""});
        let session = booth.post("/api/v1/sessions/start", &guest)?;
        booth.session = session["session_id"].as_i64().ok_or("no session")?;
        let path = format!("/api/v1/sessions/{}/theme", booth.session);
        ureq::patch(format!("{}{path}", booth.base)).send_json(json!({"theme_id": "portrait"}))?;
        booth.upload()?;
        Ok(booth)
    }

    fn upload(&self) -> Outcome<()> {
        let photo = sample::jpeg(600, 900, 1, Orientation::NoTransforms)?;
        let mut body =
            b"--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"p.jpg\"\r\n\r\n".to_vec();
        body.extend(photo);
        body.extend(b"\r\n--b--\r\n");
        let path = format!("{}/api/v1/sessions/{}/upload", self.base, self.session);
        ureq::post(path)
            .header("Content-Type", "multipart/form-data; boundary=b")
            .send(&body)?;
        Ok(())
    }

    /// Orders a picture; the time to the answer, which must hold the QR address.
    fn order(&self) -> Outcome<Duration> {
        let order = json!({"session_id": self.session, "mode": "event", "overlay_url": null});
        let begun = Instant::now();
        let job = self.post("/api/v1/jobs", &order)?;
        let taken = begun.elapsed();
        if !job["qr_url"].is_string() {
            return Err(format!("no QR address: {job}").into());
        }
        // One picture of a session at a time.
        loop {
            let now = ureq::get(format!("{}/api/v1/jobs/{}", self.base, job["job_id"])).call()?;
            let now: Value = serde_json::from_str(&now.into_body().read_to_string()?)?;
            if now["status"] == "done" {
                return Ok(taken);
            }
            sleep(Duration::from_millis(10));
        }
    }

    fn post(&self, path: &str, body: &Value) -> Outcome<Value> {
        let answer = ureq::post(format!("{}{path}", self.base)).send_json(body)?;
        Ok(serde_json::from_str(&answer.into_body().read_to_string()?)?)
    }
}

impl Drop for Booth {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
