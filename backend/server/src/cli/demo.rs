//! `demo`: a service of its own takes photos the way a kiosk does, and shows what comes out.

mod footprint;
mod kiosk;
mod photos;
mod report;
mod service;
mod summary;

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use clap::Args;

use kiosk::{Job, Kiosk, Theme};
use photos::Photo;
use service::Service;
use summary::Summary;

/// How many photos we draw ourselves when none is given.
const SAMPLES: usize = 3;

/// Options of `demo`.
#[derive(Args, Debug)]
pub(super) struct Demo {
    /// A photo of your own, more than one if you like; without, we draw some of 24 megapixels
    #[arg(long, value_name = "FILE", num_args = 1..)]
    photo: Vec<PathBuf>,
    /// The look for all photos, by its id; without, each photo gets another
    #[arg(long, value_name = "ID")]
    look: Option<String>,
    /// Where the pictures go
    #[arg(long, value_name = "FOLDER", default_value = "demo-out")]
    out: PathBuf,
    /// Listen in the network of this machine, so that a phone can follow the code
    #[arg(long)]
    lan: bool,
    /// Leave the service running until Ctrl-C
    #[arg(long)]
    keep: bool,
    /// Take each photo so many times, to measure
    #[arg(long, value_name = "TIMES", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    repeat: u32,
    /// Also say what the service took of the machine: CPU, memory, start-up
    #[arg(long)]
    measure: bool,
    /// Print the timings as JSON, one object for each line
    #[arg(long)]
    json: bool,
}

/// Why the demonstration failed.
#[derive(Debug, thiserror::Error)]
pub(super) enum DemoError {
    /// A photo cannot be read.
    #[error("The photo {} cannot be read", path.display())]
    Photo {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A sample photo cannot be drawn.
    #[error("No sample photo could be drawn")]
    Sample(#[from] boothline_imaging::encode::EncodeError),
    /// The service could not be started.
    #[error("The service could not be started")]
    Start(#[source] std::io::Error),
    /// The service ended, or did not answer in time.
    #[error("The service did not come up; it said:\n{0}")]
    NotUp(String),
    /// The service did not answer a call.
    #[error("The service did not answer {call}")]
    Call {
        /// The call, such as `POST /jobs`.
        call: String,
        /// Why; boxed because it is large.
        source: Box<ureq::Error>,
    },
    /// The service refused a call.
    #[error("The service answered {call} with {status}: {detail}")]
    Refused {
        /// The call.
        call: String,
        /// The HTTP status.
        status: u16,
        /// The reason in the service's words.
        detail: String,
    },
    /// There is no such look.
    #[error("There is no look {0:?}; these are there: {1}")]
    UnknownLook(String, String),
    /// A job failed.
    #[error("Job {id} failed: {message}")]
    JobFailed {
        /// The job.
        id: i64,
        /// The reason in the service's words.
        message: String,
    },
    /// A job was not done in time.
    #[error("Job {0} was not done within four minutes")]
    TooSlow(i64),
    /// A picture cannot be written.
    #[error("{} cannot be written; choose another folder with --out", path.display())]
    Write {
        /// The file or folder.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The service did not stop as it should.
    #[error("The service did not end cleanly: {0}")]
    Stop(String),
}

/// One picture from the shutter to the folder.
struct Taken {
    job: Job,
    look: String,
    /// From the first call to the answer that the job is accepted.
    accepted: Duration,
    /// From the first call to the job being done.
    done: Duration,
    files: Vec<PathBuf>,
}

impl Demo {
    /// Takes the photos, writes the pictures, says how it went.
    pub(super) fn run(&self) -> Result<(), DemoError> {
        fs::create_dir_all(&self.out).map_err(|source| write_error(&self.out, source))?;
        let photos = self.photos()?;
        let service = Service::start(self.lan)?;
        let before = service.footprint();
        let taken = self.take_all(&service.kiosk(), &photos)?;
        if self.measure {
            Summary::of(&taken, service.start_up(), before, service.footprint()).print(self.json);
        }
        if let Some(last) = taken.last().filter(|_| !self.json) {
            report::code(&last.job);
        }
        self.finish(service)
    }

    fn take_all(&self, kiosk: &Kiosk, photos: &[Photo]) -> Result<Vec<Taken>, DemoError> {
        if !self.json {
            report::started(kiosk);
        }
        let looks = self.looks(&kiosk.themes()?, photos.len())?;
        let mut all = Vec::new();
        for round in 0..self.repeat {
            for (number, (photo, look)) in photos.iter().zip(&looks).enumerate() {
                let name = format!("{}-{look}", number + 1);
                let taken = take(kiosk, photo, look, &self.out.join(name))?;
                match self.json {
                    true => report::json(&taken),
                    false => report::line(&taken, round),
                }
                all.push(taken);
            }
        }
        Ok(all)
    }

    fn photos(&self) -> Result<Vec<Photo>, DemoError> {
        if self.photo.is_empty() {
            return photos::drawn(SAMPLES);
        }
        self.photo.iter().map(|path| photos::read(path)).collect()
    }

    /// A look for each photo: the one asked for, else spread over all there are.
    fn looks(&self, themes: &[Theme], photos: usize) -> Result<Vec<String>, DemoError> {
        let ids: Vec<&str> = themes.iter().map(|theme| theme.id.as_str()).collect();
        match self.look.as_deref() {
            Some(look) if ids.contains(&look) => Ok(vec![look.to_owned(); photos]),
            Some(look) => Err(DemoError::UnknownLook(look.to_owned(), ids.join(", "))),
            None if ids.is_empty() => Err(DemoError::UnknownLook(String::new(), "none".to_owned())),
            None => Ok((0..photos)
                .map(|number| ids[number * ids.len() / photos].to_owned())
                .collect()),
        }
    }

    fn finish(&self, service: Service) -> Result<(), DemoError> {
        if !self.keep {
            return service.stop();
        }
        if self.lan {
            report::keys(service.keys());
        }
        anstream::println!("The service goes on; Ctrl-C ends it and removes its folder.");
        service.wait()
    }
}

/// One visit: guest, look, photo, job, pictures.
fn take(kiosk: &Kiosk, photo: &Photo, look: &str, out: &Path) -> Result<Taken, DemoError> {
    let begun = Instant::now();
    let session = kiosk.start_session()?;
    kiosk.pick(session, look)?;
    kiosk.upload(session, photo)?;
    let order = kiosk.order(session)?;
    let accepted = begun.elapsed();
    let job = kiosk.wait(&order)?;
    let done = begun.elapsed();
    Ok(Taken {
        files: save(kiosk, &job, out)?,
        job,
        look: look.to_owned(),
        accepted,
        done,
    })
}

fn save(kiosk: &Kiosk, job: &Job, out: &Path) -> Result<Vec<PathBuf>, DemoError> {
    let pictures = [
        ("result", &job.result_url),
        ("compressed", &job.download_link),
        ("thumbnail", &job.thumbnail_url),
        ("qr", &job.qr_url),
    ];
    pictures
        .into_iter()
        .filter_map(|(what, url)| Some((what, url.as_deref()?)))
        .map(|(what, url)| {
            let (bytes, extension) = kiosk.download(url)?;
            let path = PathBuf::from(format!("{}-{what}.{extension}", out.display()));
            fs::write(&path, bytes).map_err(|source| write_error(&path, source))?;
            Ok(path)
        })
        .collect()
}

fn write_error(path: &Path, source: std::io::Error) -> DemoError {
    DemoError::Write {
        path: path.to_owned(),
        source,
    }
}
