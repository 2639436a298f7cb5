//! The process: opens what it needs, starts what lives long, and ends it in order.

pub mod tidy;

use std::fs::File;
use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use actix_web::HttpServer;
use boothline_delivery::{DriveTarget, LocalTarget, Target};
use boothline_domain::clock::{Clock as _, SharedClock, SystemClock};
use boothline_domain::{JobId, TargetKind};
use boothline_queue::{LeaseTerms, Queue};
use boothline_store::{Database, jobs as jobs_store};
use metrics_exporter_prometheus::PrometheusBuilder;
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::access::Access;
use crate::cinema::Cinema;
use crate::config::{Config, KioskAuth};
use crate::context::Context;
use crate::feed::Feed;
use crate::migrator::Migrator;
use crate::origins::Origins;
use crate::places::Places;
use crate::rate_limit::RateLimit;
use crate::services::drive::folder::{self as drive_folder, FolderReport, FolderStep, FolderWish};
use crate::services::drive::sync::{self as drive_sync, Report, Step, Wish};
use crate::services::drive::{Desk, connection, watch};
use crate::services::{jobs, looks, once::Once, sweep};
use crate::studio::Studio;
use crate::{http, tasks};

/// What the service ends with when it cannot go on.
pub type AppError = Box<dyn std::error::Error + Send + Sync>;

/// A photo that takes the process down so often is given up. Few enough to end a crash loop, many
/// enough that innocent photos beside it, and an evening of power cuts, are not.
const MAX_CRASHES: u32 = 20;

const SWEEP_EVERY: Duration = Duration::from_secs(3600);

/// Each request and each picture leaves numbers for the histograms, which are kept one by one until then.
const COUNT_UP_EVERY: Duration = Duration::from_secs(60);

/// Runs API, pages and workers until asked to stop; `ready` is called once we listen.
///
/// # Errors
/// When the service cannot start: another one runs here, the address is taken,
/// the database or a folder cannot be used.
pub async fn serve(config: Config, ready: impl FnOnce()) -> Result<(), AppError> {
    let stopped = asked_to_stop();
    let lock = lock_data(&config)?;
    let address = config.server.bind_addr;
    let grace = config.server.shutdown_grace;
    let max_connections = config.limits.max_connections;
    let context = open(config, "serve").await?;
    // The lock says that nobody else fills it.
    sweep::clear_incoming(&context.places);
    if let Some(desk) = &context.desk {
        watch::get_ready(&context, desk).await;
    }

    let served = context.clone();
    let server = HttpServer::new(move || http::application(&served))
        .workers(2)
        .max_connections(max_connections)
        .client_request_timeout(Duration::from_secs(10))
        .client_disconnect_timeout(Duration::from_secs(5))
        .keep_alive(Duration::from_secs(75))
        .shutdown_timeout(grace.as_secs())
        .disable_signals()
        .bind(address)
        .map_err(|error| format!("The address {address} cannot be used: {error}. Is another service running there? Set BIND_ADDR to another port."))?
        .run();
    let handle = server.handle();
    let mut server = std::pin::pin!(server);

    let mut background = start_background(&context);
    ready();
    tokio::select! {
        served = &mut server => served?,
        () = stopped => {
            tracing::info!("Stopping: work in hand is finished or given back");
            context.stopping.cancel();
            // Requests in hand go on while the workers give their work back. The server ends last:
            // database connections that were opened for a request die with the thread that served it.
            let drained = async {
                handle.pause().await;
                let drained = ended(&mut background).await;
                handle.stop(true).await;
                drained
            };
            let (drained, served) = tokio::join!(drained, server);
            served?;
            drained?;
        }
    }
    context.stopping.cancel();
    ended(&mut background).await?;
    close(context).await?;
    drop(lock);
    tracing::info!("Stopped");
    Ok(())
}

/// Runs workers only.
///
/// # Errors
/// When they cannot start.
pub async fn work(config: Config) -> Result<(), AppError> {
    let stopped = asked_to_stop();
    let context = open(config, "worker").await?;
    let mut background = start_background(&context);
    stopped.await;
    tracing::info!("Stopping: work in hand is finished or given back");
    context.stopping.cancel();
    ended(&mut background).await?;
    close(context).await
}

/// What [`serve`] would do at its first start: the database and the looks in it. Nobody has the folder afterwards, until
/// `serve` takes it.
///
/// # Errors
/// When another service runs here, or the database cannot be reached or changed.
pub async fn prepare(config: &Config) -> Result<(), AppError> {
    let _lock = lock_data(config)?;
    migrate(config).await
}

/// Brings the database up to date; one that is new gets the built-in looks.
///
/// # Errors
/// When the database cannot be reached or changed.
pub async fn migrate(config: &Config) -> Result<(), AppError> {
    Ok(up_to_date(config).await?.close().await?)
}

/// Starts a failed job again.
///
/// # Errors
/// When there is no such job, or it has not failed.
pub async fn retry_job(config: &Config, id: JobId) -> Result<(), AppError> {
    let context = open(config.clone(), "command").await?;
    let once = Once {
        scope: "command",
        key: None,
        fingerprint: String::new(),
    };
    jobs::retry(&context, id, "command".to_owned(), once).await?;
    close(context).await
}

/// Delivers finished jobs that are not in Drive. Beside a running service that one does the
/// work; else this process does it.
///
/// # Errors
/// When Drive is not set up or cannot be reached, or the database cannot be used.
pub async fn sync(config: Config, wish: Wish, steps: mpsc::Sender<Step>) -> Result<Report, AppError> {
    let alone = lock_data(&config).is_ok();
    let context = open(config, "command").await?;
    drive_sync::desk(&context)?;
    let sync = async {
        let report = drive_sync::sync(&context, wish, &steps).await;
        drop(steps);
        report
    };
    let work = with_courier(&context, alone, sync);
    let interrupted = async {
        asked_to_stop().await;
        context.stopping.cancel();
        std::future::pending().await
    };
    let report = tokio::select! {
        report = work => report?,
        never = interrupted => never,
    };
    close(context).await?;
    Ok(report?)
}

/// Beside a running service that one delivers; else this process does.
async fn with_courier<T>(
    context: &Context,
    alone: bool,
    work: impl Future<Output = T>,
) -> Result<T, AppError> {
    if !alone {
        return Ok(work.await);
    }
    let stop = context.stopping.child_token();
    let courier = tasks::courier(context);
    let work = async {
        let done = work.await;
        stop.cancel();
        done
    };
    let (done, delivered) = tokio::join!(work, courier.run(stop.clone()));
    delivered?;
    Ok(done)
}

/// Sends a folder's pictures to Drive. The first signal finishes what is in hand, the second one ends it.
///
/// # Errors
/// When Drive is not set up or cannot be reached, another sync runs, or the folder cannot be read.
pub async fn sync_folder(
    config: Config,
    wish: FolderWish,
    steps: mpsc::Sender<FolderStep>,
) -> Result<FolderReport, AppError> {
    let stopped = asked_to_stop();
    let context = open(config, "command").await?;
    let interrupted = async {
        stopped.await;
        context.stopping.cancel();
        let again = asked_to_stop();
        again.await;
    };
    let sync = drive_folder::sync(&context, &wish, &steps);
    let report = tokio::select! {
        report = sync => report,
        () = interrupted => return Err("Stopped in the middle of an upload; the next run goes on from there.".into()),
    };
    drop(steps);
    close(context).await?;
    Ok(report?)
}

/// The jobs that a sync would deliver.
///
/// # Errors
/// When the database cannot be used.
pub async fn undelivered(config: Config, wish: Wish) -> Result<Vec<JobId>, AppError> {
    let database = connect(&config).await?;
    boothline_store::migrate::<Migrator>(&database).await?;
    let found = jobs_store::delivery::finished(database.reader(), wish.force, wish.limit).await?;
    database.close().await?;
    Ok(found.into_iter().map(|job| job.id).collect())
}

/// The API's description.
pub fn openapi() -> String {
    http::openapi::document()
        .to_pretty_json()
        .expect("the description is plain data")
}

/// One service for a data folder: two would take each other's work back at every start.
fn lock_data(config: &Config) -> Result<File, AppError> {
    use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
    let folder = &config.storage.data_dir;
    let made = std::fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(folder);
    let shown = folder.display();
    made.map_err(|error| {
        format!("The data folder {shown} cannot be made: {error}. Check DATA_DIR and its permissions.")
    })?;
    let file = File::options()
        .write(true)
        .create(true)
        .truncate(false)
        .mode(0o600)
        .open(folder.join("serve.lock"))
        .map_err(|error| {
            format!("The data folder {shown} cannot be written: {error}. Check DATA_DIR and its permissions.")
        })?;
    file.try_lock().map_err(|_| {
        format!(
            "Another Boothline already runs in {shown}. Stop it first, or set DATA_DIR to another folder."
        )
    })?;
    Ok(file)
}

async fn open(config: Config, role: &str) -> Result<Context, AppError> {
    let clock: SharedClock = Arc::new(SystemClock);
    let places = Places::prepare(&config.storage.data_dir, &config.storage.results_dir)
        .map_err(|error| format!("A folder cannot be made: {error}. Check DATA_DIR and RESULTS_DIR."))?;
    let database = up_to_date(&config).await?;
    let terms = LeaseTerms {
        max_crashes: MAX_CRASHES,
        ..LeaseTerms::default()
    };
    let queue = Queue::with_terms(
        database.writer().clone(),
        clock.clone(),
        worker_name(&config, role),
        terms,
    );
    let open = config.server.bind_addr.ip().is_loopback();
    let secret =
        |secret: &Option<crate::secrets::Secret>| secret.as_ref().map(|secret| secret.expose().to_owned());
    let access = Access::new(
        open,
        config.access.kiosk_auth == KioskAuth::Off,
        secret(&config.access.booth_key),
        secret(&config.access.operator_token),
        config.limits.failed_keys_per_minute,
    );
    let origins = Origins::new(
        &config.server.cors_origins,
        &[config.server.api_base_url.as_str()],
    );
    let calls = NonZeroU32::new(config.limits.calls_per_minute).filter(|_| !open);
    let budget_mib = u32::try_from(config.pictures.memory_budget_bytes / (1024 * 1024)).unwrap_or(u32::MAX);
    let target = target(&config, &clock)?;
    let desk = match &target {
        Target::Drive(drive) => Some(Arc::new(Desk::open(drive.clone(), &database).await?)),
        Target::Local(_) => None,
    };
    Ok(Context {
        target: Arc::new(target),
        desk,
        studio: Studio::new(config.pictures.workers, budget_mib),
        overlays: Arc::default(),
        cinema: Cinema::new(config.pictures.ffmpeg.clone(), &places.scratch),
        access: Arc::new(access),
        origins: Arc::new(origins),
        rate_limit: calls.map(RateLimit::per_minute).map(Arc::new),
        metrics: metrics_handle()?,
        started_at: clock.now(),
        feed: Feed::default(),
        stopping: CancellationToken::new(),
        places: Arc::new(places),
        config: Arc::new(config),
        database,
        queue,
        clock,
    })
}

fn target(config: &Config, clock: &SharedClock) -> Result<Target, AppError> {
    let server = &config.server;
    if config.delivery.kind() == TargetKind::Local {
        return Ok(Target::Local(LocalTarget::new(server.link_base().as_str())?));
    }
    let pages = server.public_base_url.as_ref();
    let pages = pages.map(|base| LocalTarget::new(base.as_str())).transpose()?;
    Ok(Target::Drive(DriveTarget {
        drive: connection::open(config, clock)?,
        pages,
    }))
}

async fn up_to_date(config: &Config) -> Result<Database, AppError> {
    let database = connect(config).await?;
    boothline_store::migrate::<Migrator>(&database).await?;
    looks::seed(&database, SystemClock.now()).await?;
    Ok(database)
}

async fn connect(config: &Config) -> Result<Database, AppError> {
    let url = &config.storage.database_url;
    boothline_store::connect(url.expose()).await.map_err(|error| {
        let cause = std::error::Error::source(&error).map(ToString::to_string).unwrap_or_default();
        let what = match cause.contains("file is not a database") || cause.contains("malformed") {
            true => "The file is damaged or no database: put a copy back, or move it away to begin anew (pictures stay).",
            false if url.file().is_some() => "Check DATABASE_URL and the permissions of its folder.",
            false => "Check DATABASE_URL, and that its server runs.",
        };
        format!("The database {url} cannot be opened: {error}. {what}").into()
    })
}

/// Kept over restarts, so that a killed process takes its own work back at once;
/// different for every process that may live beside it.
fn worker_name(config: &Config, role: &str) -> String {
    let host = rustix::system::uname().nodename().to_string_lossy().into_owned();
    let folder =
        std::path::absolute(&config.storage.data_dir).unwrap_or_else(|_| config.storage.data_dir.clone());
    match role {
        "serve" => format!("{role}@{host}:{}", folder.display()),
        _ => format!("{role}@{host}:{}", std::process::id()),
    }
}

/// The recorder is one for the process; commands that come second have their own, unheard.
fn metrics_handle() -> Result<metrics_exporter_prometheus::PrometheusHandle, AppError> {
    const SECONDS: [f64; 11] = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0];
    let recorder = PrometheusBuilder::new().set_buckets(&SECONDS)?.build_recorder();
    let handle = recorder.handle();
    // Refused only where a test opened a second service in one process.
    let _ = metrics::set_global_recorder(recorder);
    Ok(handle)
}

fn start_background(context: &Context) -> JoinSet<Result<(), AppError>> {
    let mut background = JoinSet::new();
    let worker = tasks::worker(context);
    let stop = context.stopping.clone();
    background.spawn(async move { Ok(worker.run(stop).await?) });
    let (feed, database, stop) = (
        context.feed.clone(),
        context.database.clone(),
        context.stopping.clone(),
    );
    background.spawn(async move {
        feed.run(database, stop).await;
        Ok(())
    });
    let cinema = context.cinema.clone();
    background.spawn(async move {
        // Whether it is there, whoever needs it is told.
        let _ = cinema.ffmpeg().await;
        Ok(())
    });
    let sweeping = context.clone();
    background.spawn(async move {
        sweep_hourly(&sweeping).await;
        Ok(())
    });
    let (metrics, stop) = (context.metrics.clone(), context.stopping.clone());
    background.spawn(async move {
        let pause = || tokio::time::sleep(COUNT_UP_EVERY);
        while stop.run_until_cancelled(pause()).await.is_some() {
            metrics.run_upkeep();
        }
        Ok(())
    });
    if let Some(desk) = context.desk.clone() {
        let watching = context.clone();
        background.spawn(async move {
            watch::watch(&watching, &desk).await;
            Ok(())
        });
    }
    background
}

async fn ended(background: &mut JoinSet<Result<(), AppError>>) -> Result<(), AppError> {
    while let Some(ended) = background.join_next().await {
        ended??;
    }
    Ok(())
}

async fn sweep_hourly(context: &Context) {
    loop {
        match sweep::sweep(context).await {
            Ok(0) => {}
            Ok(swept) => tracing::info!(swept, "Swept up {swept} files that a crash had left behind"),
            Err(refusal) => tracing::warn!(cause = ?refusal.cause, "The sweep did not finish: {refusal}"),
        }
        let pause = tokio::time::sleep(SWEEP_EVERY);
        if context.stopping.run_until_cancelled(pause).await.is_none() {
            return;
        }
    }
}

/// Listens for Ctrl-C and SIGTERM from this call on, not only once it is awaited:
/// a signal that comes before would end the process without any order.
fn asked_to_stop() -> impl Future<Output = ()> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminate = signal(SignalKind::terminate()).expect("signals can be heard inside a runtime");
    let mut interrupt = signal(SignalKind::interrupt()).expect("signals can be heard inside a runtime");
    async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    }
}

async fn close(context: Context) -> Result<(), AppError> {
    Ok(context.database.close().await?)
}
