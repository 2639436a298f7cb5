//! Real processes, killed without warning while they work.

use std::io::{BufRead, Write};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use async_trait::async_trait;
use boothline_domain::clock::SystemClock;
use boothline_queue::{
    BoxError, Handler, LaneLimits, LeaseTerms, Running, Setback, Task, Worker, lane_reports,
};
use sea_orm::{
    ConnectionTrait, DatabaseConnection, DatabaseTransaction, SqliteTransactionMode, Statement,
    TransactionOptions, TransactionTrait,
};
use tokio_util::sync::CancellationToken;

use crate::site::{LANE, Process, Site, chore};

const CHAOS: Duration = Duration::from_secs(6);
const DRAIN: Duration = Duration::from_secs(30);
const WORKERS: usize = 3;

const TERMS: LeaseTerms = LeaseTerms {
    ttl: Duration::from_millis(1500),
    max_crashes: 10_000,
};

/// The child: works until it is killed, or until the test goes away and its
/// standard input ends. The two lines it reads are the database and its name.
#[test]
#[ignore = "a process that the kill test starts, and kills"]
fn worker_process() -> Result<()> {
    let mut lines = std::io::stdin().lock().lines();
    let (Some(url), Some(name)) = (lines.next(), lines.next()) else {
        return Ok(());
    };
    let (url, name) = (url?, name?);
    let stop = CancellationToken::new();
    let orphaned = stop.clone();
    drop(lines);
    std::thread::spawn(move || {
        while std::io::stdin().lines().next().is_some() {}
        orphaned.cancel();
    });
    let runtime = tokio::runtime::Runtime::new()?;
    runtime.block_on(work(&url, &name, stop))
}

async fn work(url: &str, name: &str, stop: CancellationToken) -> Result<()> {
    let process = Process::start(url, name, Arc::new(SystemClock), TERMS).await?;
    let handler = Arc::new(Slowly(process.db.clone()));
    Worker::new(process.queue)
        .lane(LANE, 2, LaneLimits::default(), handler)
        .poll(Duration::from_millis(200))
        .run(stop)
        .await?;
    Ok(())
}

/// Takes its time, then records its effect together with the task's end.
struct Slowly(DatabaseConnection);

impl Slowly {
    async fn record(&self, running: &Running) -> Result<(), BoxError> {
        let options = TransactionOptions {
            sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
            ..TransactionOptions::default()
        };
        let tx = self.0.begin_with_options(options).await?;
        let effect = Statement::from_sql_and_values(
            tx.get_database_backend(),
            "INSERT INTO effects (task) VALUES ($1)",
            [running.task().id.0.into()],
        );
        tx.execute_raw(effect).await?;
        running.finish_in(&tx).await?;
        Ok(tx.commit().await?)
    }
}

#[async_trait]
impl Handler for Slowly {
    async fn run(&self, running: &Running) -> Result<(), Setback> {
        running.save_checkpoint(&running.task().attempt).await?;
        // The work itself, long enough to be killed in.
        tokio::time::sleep(Duration::from_millis(25)).await;
        self.record(running).await.map_err(|error| Setback::RetryAfter {
            wait: Duration::ZERO,
            reason: error.to_string(),
        })
    }

    async fn dead(&self, _: &Task, _: &str, _: &DatabaseTransaction) -> Result<(), BoxError> {
        Ok(())
    }
}

/// A child that cannot outlive the test.
struct Victim {
    name: String,
    child: Child,
}

impl Victim {
    fn start(url: &str, name: String) -> Result<Self> {
        let mut child = Command::new(std::env::current_exe()?)
            .args(["--exact", "kill::worker_process", "--ignored", "--nocapture"])
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()?;
        let input = child.stdin.as_mut().context("a piped standard input")?;
        writeln!(input, "{url}\n{name}")?;
        Ok(Self { name, child })
    }

    /// SIGKILL, then the same name again.
    fn restart(&mut self, url: &str) -> Result<()> {
        self.child.kill()?;
        self.child.wait()?;
        *self = Self::start(url, self.name.clone())?;
        Ok(())
    }
}

impl Drop for Victim {
    fn drop(&mut self) {
        // Best effort: it may be dead already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

pub(crate) async fn killed_workers_lose_nothing_and_finish_everything_once(site: &Site) -> Result<()> {
    let seed = getrandom::u64()?;
    println!("seed {seed}");
    let mut chance = Chance(seed);
    let producer = Process::start(&site.url, "producer", Arc::new(SystemClock), TERMS).await?;
    let mut victims = (0..WORKERS)
        .map(|number| Victim::start(&site.url, format!("victim {number}")))
        .collect::<Result<Vec<_>>>()?;

    let mut accepted = Vec::new();
    let mut kills = 0;
    let begin = Instant::now();
    while begin.elapsed() < CHAOS {
        for _ in 0..chance.below(6) {
            let number = u32::try_from(accepted.len())?;
            accepted.push(producer.put(chore(number).max_attempts(10_000)).await?.id().0);
        }
        // Chaos keeps no appointments: there is no signal to wait for.
        tokio::time::sleep(Duration::from_millis(20 + chance.below(120))).await;
        if chance.below(3) == 0 {
            let victim = usize::try_from(chance.below(WORKERS as u64))?;
            victims[victim].restart(&site.url)?;
            kills += 1;
        }
    }
    ensure!(kills > 3, "only {kills} kills");
    drained(&producer).await?;

    let effects = producer.effects().await?;
    println!("{} tasks, {kills} kills", accepted.len());
    ensure!(effects == accepted, "accepted {accepted:?}, but did {effects:?}");
    Ok(())
}

async fn drained(producer: &Process) -> Result<()> {
    let begin = Instant::now();
    loop {
        let reports = lane_reports(&producer.db, producer.queue.now()).await?;
        let depth = reports.first().context("the lane")?.depth;
        if depth.waiting + depth.scheduled + depth.running == 0 {
            ensure!(depth.dead == 0, "{} tasks died", depth.dead);
            return Ok(());
        }
        ensure!(begin.elapsed() < DRAIN, "still unfinished: {depth:?}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// Random numbers that a printed seed brings back (splitmix64, Steele et al. 2014).
struct Chance(u64);

impl Chance {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % bound
    }
}
