//! `jobs`: what became of the guests' pictures.

use boothline_domain::clock::{Clock as _, SystemClock};
use boothline_domain::{JobId, JobStatus};
use boothline_store::jobs::{self, Job, Page};
use boothline_store::{Database, connect};
use clap::{Args, Subcommand};
use serde_json::json;

use super::failure::Failure;
use super::serve::block_on;
use crate::app;
use crate::config::{Config, Environment};

/// What to do with jobs.
#[derive(Subcommand, Debug)]
pub(super) enum Jobs {
    /// List jobs, newest first
    #[command(after_help = "Example, what did not work:\n  boothline jobs list --status failed")]
    List(List),
    /// Show one job with its links and its log
    #[command(after_help = "Example:\n  boothline jobs show 42")]
    Show {
        /// The job's number
        id: i64,
    },
    /// Start a failed job again
    #[command(after_help = "Example:\n  boothline jobs retry 42")]
    Retry {
        /// The job's number
        id: i64,
    },
}

/// Which jobs to list, and how.
#[derive(Args, Debug)]
pub(super) struct List {
    /// Only jobs in this state: queued, processing, done or failed
    #[arg(long)]
    status: Option<JobStatus>,
    /// At most so many
    #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u64).range(1..=1000))]
    limit: u64,
    /// Print one JSON object for each line
    #[arg(long)]
    json: bool,
}

impl Jobs {
    /// Does what was asked.
    pub(super) fn run(&self, environment: &Environment) -> Result<(), Failure> {
        let config = Config::from_environment(environment)?;
        match self {
            Self::List(list) => block_on(list.run(&config))?,
            Self::Show { id } => block_on(show(&config, JobId(*id)))?,
            Self::Retry { id } => block_on(retry(&config, JobId(*id)))?,
        }
    }
}

impl List {
    async fn run(&self, config: &Config) -> Result<(), Failure> {
        let database = open(config).await?;
        let page = Page {
            status: self.status,
            limit: self.limit,
            ..Page::default()
        };
        let found = jobs::list(database.reader(), &page).await?;
        database.close().await?;
        if found.is_empty() && !self.json {
            anstream::println!("No jobs.");
        }
        for job in &found {
            match self.json {
                true => anstream::println!("{}", as_json(job)),
                false => anstream::println!("{}", line(job)),
            }
        }
        Ok(())
    }
}

async fn show(config: &Config, id: JobId) -> Result<(), Failure> {
    let database = open(config).await?;
    let found = jobs::find(database.reader(), id).await?;
    database.close().await?;
    let job = found.ok_or_else(|| unknown(id))?;
    anstream::println!("{}", line(&job));
    let picture = config.storage.results_dir.join(&job.result_image_path);
    for (what, text) in [
        (
            "made",
            Some(job.created_at.local().format("%Y-%m-%d %H:%M:%S").to_string()),
        ),
        ("look", job.theme_id),
        ("picture", picture.exists().then(|| picture.display().to_string())),
        ("page", job.share_url),
        ("download", job.download_link),
        ("error", job.error_message),
        ("delivery", job.delivery_message),
    ] {
        if let Some(text) = text {
            anstream::println!("  {what:<10}{text}");
        }
    }
    for step in job.log_text.lines() {
        anstream::println!("  · {step}");
    }
    Ok(())
}

async fn retry(config: &Config, id: JobId) -> Result<(), Failure> {
    app::retry_job(config, id).await.map_err(Failure::Service)?;
    anstream::println!("Job {id} will be made again; a running service takes it up by itself.");
    Ok(())
}

/// The database of a service that has run before; looking must not make one.
async fn open(config: &Config) -> Result<Database, Failure> {
    let url = &config.storage.database_url;
    if let Some(file) = url.file().filter(|file| !file.exists()) {
        return Err(Failure::Refused(format!(
            "There is no database at {} yet: `boothline serve` makes it.",
            file.display()
        )));
    }
    Ok(connect(url.expose()).await?)
}

fn unknown(id: JobId) -> Failure {
    Failure::Refused(format!(
        "There is no job {id}; `boothline jobs list` shows the newest."
    ))
}

fn line(job: &Job) -> String {
    let age = SystemClock.now().since(job.created_at).as_secs();
    let age = match age {
        0..120 => format!("{age} s ago"),
        120..7200 => format!("{} min ago", age / 60),
        7200.. => format!("{} h ago", age / 3600),
    };
    let error = job.error_message.as_deref().unwrap_or_default();
    let (id, status, delivery) = (job.id.0, job.status.as_str(), job.delivery.as_str());
    format!("{id:>6}  {status:<11}{delivery:<11}{age:<12}{error}")
        .trim_end()
        .to_owned()
}

fn as_json(job: &Job) -> serde_json::Value {
    json!({
        "job_id": job.id,
        "session_id": job.session_id,
        "status": job.status,
        "delivery": job.delivery,
        "theme_id": job.theme_id,
        "share_url": job.share_url,
        "download_link": job.download_link,
        "error_message": job.error_message,
        "created_at": job.created_at.to_rfc3339(),
    })
}
