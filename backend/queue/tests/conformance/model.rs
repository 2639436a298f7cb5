//! Random lives of a queue, compared step by step with a model in memory.

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Result, ensure};
use boothline_domain::clock::Timestamp;
use boothline_queue::{
    Enqueued, LaneLimits, LeaseTerms, Leased, NewTask, Pause, QueueError, Setback, State, TaskFilter, TaskId,
    cancel, list_tasks,
};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestCaseError, TestRunner};
use sea_orm::ConnectionTrait;

use crate::site::{LANE, Process, Site, recorder};

const MAX_RUNNING: usize = 3;
const MAX_CRASHES: u32 = 2;
const MAX_ATTEMPTS: u32 = 2;
const TTL_SECONDS: u64 = 30;

#[derive(Clone, Debug)]
enum Step {
    Enqueue {
        priority: i32,
        delay: u64,
        key: Option<u8>,
    },
    Claim {
        worker: usize,
        want: u64,
    },
    Settle {
        lease: prop::sample::Index,
        ending: Ending,
    },
    Renew {
        lease: prop::sample::Index,
    },
    Cancel {
        task: prop::sample::Index,
    },
    Pause(bool),
    Advance(u64),
    Reap,
    Restart {
        worker: usize,
    },
}

#[derive(Clone, Copy, Debug)]
enum Ending {
    Done,
    RetryAfter(u64),
    Snooze(u64),
    Fail,
    Block(u64),
    Interrupted,
    Crashed,
}

fn step() -> impl Strategy<Value = Step> {
    let ending = prop_oneof![
        4 => Just(Ending::Done),
        2 => (0_u64..40).prop_map(Ending::RetryAfter),
        1 => (0_u64..40).prop_map(Ending::Snooze),
        1 => Just(Ending::Fail),
        1 => (1_u64..40).prop_map(Ending::Block),
        1 => Just(Ending::Interrupted),
        1 => Just(Ending::Crashed),
    ];
    prop_oneof![
        6 => (0_i32..3, 0_u64..20, prop::option::of(0_u8..3))
            .prop_map(|(priority, delay, key)| Step::Enqueue { priority, delay, key }),
        6 => (0_usize..2, 1_u64..4).prop_map(|(worker, want)| Step::Claim { worker, want }),
        6 => (any::<prop::sample::Index>(), ending)
            .prop_map(|(lease, ending)| Step::Settle { lease, ending }),
        2 => any::<prop::sample::Index>().prop_map(|lease| Step::Renew { lease }),
        1 => any::<prop::sample::Index>().prop_map(|task| Step::Cancel { task }),
        1 => any::<bool>().prop_map(Step::Pause),
        4 => (1_u64..25).prop_map(Step::Advance),
        2 => Just(Step::Reap),
        1 => (0_usize..2).prop_map(|worker| Step::Restart { worker }),
    ]
}

/// A task as the model has it.
#[derive(Clone, Debug)]
struct Sketch {
    id: TaskId,
    priority: i32,
    key: Option<u8>,
    run_at: Timestamp,
    state: State,
    attempt: u32,
    crashes: u32,
    /// The number of the claim that holds it.
    claim: Option<usize>,
    worker: usize,
    lease_until: Timestamp,
    started_at: Timestamp,
}

impl Sketch {
    fn unfinished(&self) -> bool {
        matches!(self.state, State::Ready | State::Running)
    }

    fn back(&mut self) {
        self.state = State::Ready;
        self.claim = None;
    }

    fn crash(&mut self) {
        self.crashes += 1;
        match self.crashes >= MAX_CRASHES {
            true => self.state = State::Dead,
            false => {
                self.attempt -= 1;
                self.back();
            }
        }
    }
}

/// The whole queue as the model has it.
#[derive(Debug, Default)]
struct Model {
    tasks: Vec<Sketch>,
    paused: bool,
    blocked_until: Option<Timestamp>,
    /// Every lease ever given, with the task it was for.
    leases: Vec<(Leased, usize)>,
}

impl Model {
    fn claimable(&self, want: u64, now: Timestamp) -> Vec<usize> {
        if self.paused || self.blocked_until.is_some_and(|until| until > now) {
            return Vec::new();
        }
        let running = |task: &&Sketch| task.state == State::Running;
        let mut room = MAX_RUNNING.saturating_sub(self.tasks.iter().filter(running).count());
        if let Some(until) = self.blocked_until {
            let probes = self
                .tasks
                .iter()
                .filter(running)
                .filter(|task| task.started_at >= until);
            room = room.min(1_usize.saturating_sub(probes.count()));
        }
        let mut due: Vec<usize> = (0..self.tasks.len())
            .filter(|&i| self.tasks[i].state == State::Ready && self.tasks[i].run_at <= now)
            .collect();
        due.sort_by_key(|&i| (self.tasks[i].priority, self.tasks[i].run_at, self.tasks[i].id));
        due.truncate(room.min(usize::try_from(want).expect("a small number")));
        due
    }

    /// The task of a lease that still holds.
    fn holder(&mut self, lease: usize) -> Option<&mut Sketch> {
        let place = self.leases[lease].1;
        let task = &mut self.tasks[place];
        (task.state == State::Running && task.claim == Some(lease)).then_some(task)
    }
}

/// The queue and its model, walking side by side.
struct Walk<'s> {
    site: &'s Site,
    workers: &'s [Process; 2],
    model: Model,
}

impl Walk<'_> {
    fn now(&self) -> Timestamp {
        self.site.clock_now()
    }

    async fn take(&mut self, step: &Step) -> Result<()> {
        match step {
            Step::Enqueue { priority, delay, key } => self.enqueue(*priority, *delay, *key).await?,
            Step::Claim { worker, want } => self.claim(*worker, *want).await?,
            Step::Settle { lease, ending } if !self.model.leases.is_empty() => {
                self.settle(lease.index(self.model.leases.len()), *ending).await?;
            }
            Step::Renew { lease } if !self.model.leases.is_empty() => {
                self.renew(lease.index(self.model.leases.len())).await?;
            }
            Step::Cancel { task } if !self.model.tasks.is_empty() => {
                self.cancel(task.index(self.model.tasks.len())).await?;
            }
            Step::Pause(paused) => self.pause(*paused).await?,
            Step::Advance(seconds) => self.site.advance(*seconds),
            Step::Reap => self.reap().await?,
            Step::Restart { worker } => self.restart(*worker).await?,
            Step::Settle { .. } | Step::Renew { .. } | Step::Cancel { .. } => {}
        }
        self.compare().await
    }

    async fn enqueue(&mut self, priority: i32, delay: u64, key: Option<u8>) -> Result<()> {
        let run_at = self.site.after(delay);
        let mut task = NewTask::new("chore", LANE, &())?
            .priority(priority)
            .not_before(run_at)
            .max_attempts(MAX_ATTEMPTS);
        if let Some(key) = key {
            task = task.unique(key.to_string());
        }
        let enqueued = self.workers[0].put(task).await?;
        let same_key = |task: &&Sketch| key.is_some() && task.key == key && task.unfinished();
        if let Some(holder) = self.model.tasks.iter().find(same_key) {
            ensure!(enqueued == Enqueued::Existing(holder.id));
            return Ok(());
        }
        self.model.tasks.push(Sketch {
            id: enqueued.id(),
            priority,
            key,
            run_at,
            state: State::Ready,
            attempt: 0,
            crashes: 0,
            claim: None,
            worker: 0,
            lease_until: run_at,
            started_at: run_at,
        });
        Ok(())
    }

    async fn claim(&mut self, worker: usize, want: u64) -> Result<()> {
        let claimed = self.workers[worker].queue.claim(LANE, want).await?.tasks;
        let expected = self.model.claimable(want, self.now());
        let ids = |places: &[usize]| places.iter().map(|&i| self.model.tasks[i].id).collect::<Vec<_>>();
        let got: Vec<_> = claimed.iter().map(|leased| leased.task.id).collect();
        ensure!(got == ids(&expected), "claimed {got:?}, not {:?}", ids(&expected));
        let (now, until) = (self.now(), self.site.after(TTL_SECONDS));
        for (leased, place) in claimed.into_iter().zip(expected) {
            let task = &mut self.model.tasks[place];
            task.state = State::Running;
            task.attempt += 1;
            task.claim = Some(self.model.leases.len());
            task.worker = worker;
            task.lease_until = until;
            task.started_at = now;
            self.model.leases.push((leased, place));
        }
        Ok(())
    }

    async fn settle(&mut self, lease: usize, ending: Ending) -> Result<()> {
        let now = self.now();
        let leased = self.model.leases[lease].0.clone();
        let answer = self.workers[0].settle(&leased, self.result(ending)).await;
        let block_held = self.model.blocked_until;
        let Some(task) = self.model.holder(lease) else {
            // The same "done" twice is welcome, anything else comes too late.
            let place = self.model.leases[lease].1;
            let task = &self.model.tasks[place];
            let again = task.state == State::Done && task.claim == Some(lease);
            if again && matches!(ending, Ending::Done) {
                self.lift_probation(now);
                return Ok(answer?);
            }
            ensure!(
                matches!(answer, Err(QueueError::LeaseLost(_))),
                "a stale {ending:?} passed"
            );
            return Ok(());
        };
        answer?;
        let worn_out = task.attempt >= MAX_ATTEMPTS;
        match ending {
            Ending::Done => {
                task.state = State::Done;
                self.lift_probation(now);
            }
            Ending::Fail => task.state = State::Dead,
            Ending::RetryAfter(_) if worn_out => task.state = State::Dead,
            Ending::RetryAfter(wait) => {
                task.run_at = now.plus(Duration::from_secs(wait));
                task.back();
            }
            Ending::Crashed if worn_out || task.crashes + 1 >= MAX_CRASHES => {
                task.state = State::Dead;
            }
            Ending::Crashed => {
                // The pause is drawn by lot; its bounds are tested elsewhere.
                let id = task.id;
                task.crashes += 1;
                task.back();
                task.run_at = self.workers[0].task(id).await?.run_at;
            }
            Ending::Snooze(wait) => {
                task.run_at = now.plus(Duration::from_secs(wait));
                task.attempt -= 1;
                task.back();
            }
            Ending::Interrupted => {
                task.attempt -= 1;
                task.back();
            }
            Ending::Block(wait) => {
                task.attempt -= 1;
                task.back();
                let until = now.plus(Duration::from_secs(wait));
                let held = block_held.filter(|held| *held > now);
                self.model.blocked_until = Some(held.map_or(until, |held| held.max(until)));
            }
        }
        Ok(())
    }

    fn result(&self, ending: Ending) -> Result<(), Setback> {
        let reason = "as it happens".to_owned();
        match ending {
            Ending::Done => Ok(()),
            Ending::RetryAfter(wait) => Err(Setback::RetryAfter {
                wait: Duration::from_secs(wait),
                reason,
            }),
            Ending::Snooze(wait) => Err(Setback::Snooze {
                wait: Duration::from_secs(wait),
            }),
            Ending::Fail => Err(Setback::Fail { reason }),
            Ending::Block(wait) => Err(Setback::Block {
                pause: Pause::Until(self.site.after(wait)),
                reason,
            }),
            Ending::Interrupted => Err(Setback::Interrupted),
            Ending::Crashed => Err(Setback::Crashed { reason }),
        }
    }

    fn lift_probation(&mut self, now: Timestamp) {
        self.model.blocked_until = self.model.blocked_until.filter(|until| *until > now);
    }

    async fn renew(&mut self, lease: usize) -> Result<()> {
        let until = self.site.after(TTL_SECONDS);
        let token = self.model.leases[lease].0.lease.clone();
        let lost = self.workers[0].queue.renew(vec![token]).await?;
        match self.model.holder(lease) {
            Some(task) => {
                ensure!(lost.is_empty(), "a good lease was lost");
                task.lease_until = until;
            }
            None => ensure!(lost.len() == 1, "a lost lease was renewed"),
        }
        Ok(())
    }

    async fn cancel(&mut self, place: usize) -> Result<()> {
        let now = self.now();
        let task = &mut self.model.tasks[place];
        cancel(&self.workers[0].db, task.id, now).await?;
        if task.unfinished() {
            task.state = State::Cancelled;
        }
        Ok(())
    }

    async fn pause(&mut self, paused: bool) -> Result<()> {
        self.model.paused = paused;
        match paused {
            true => Ok(self.workers[0].queue.pause(LANE).await?),
            false => Ok(self.workers[0].queue.resume(LANE).await?),
        }
    }

    async fn reap(&mut self) -> Result<()> {
        let now = self.now();
        self.workers[1].queue.reap(LANE, &recorder()).await?;
        let expired = |task: &&mut Sketch| task.state == State::Running && task.lease_until < now;
        self.model
            .tasks
            .iter_mut()
            .filter(expired)
            .for_each(Sketch::crash);
        Ok(())
    }

    async fn restart(&mut self, worker: usize) -> Result<()> {
        self.workers[worker].queue.take_back(LANE, &recorder()).await?;
        let own = |task: &&mut Sketch| task.state == State::Running && task.worker == worker;
        self.model.tasks.iter_mut().filter(own).for_each(Sketch::crash);
        Ok(())
    }

    async fn compare(&self) -> Result<()> {
        let mut found = list_tasks(&self.workers[1].db, &TaskFilter::default(), 1000).await?;
        found.reverse();
        ensure!(found.len() == self.model.tasks.len(), "{} tasks", found.len());
        for (found, task) in found.iter().zip(&self.model.tasks) {
            let is = (found.id, found.state, found.attempt, found.crashes, found.run_at);
            let should = (task.id, task.state, task.attempt, task.crashes, task.run_at);
            ensure!(is == should, "{is:?} instead of {should:?}");
        }
        Ok(())
    }
}

async fn walk(site: &Site, workers: &[Process; 2], steps: &[Step]) -> Result<()> {
    for table in ["tasks", "lanes", "obituaries"] {
        let clear = format!("DELETE FROM {table}");
        workers[0].db.execute_unprepared(&clear).await?;
    }
    let limits = LaneLimits {
        max_running: u32::try_from(MAX_RUNNING).ok(),
        rate: None,
    };
    workers[0].queue.declare_lane(LANE, limits).await?;
    let mut walk = Walk {
        site,
        workers,
        model: Model::default(),
    };
    for step in steps {
        walk.take(step).await?;
    }
    let dead = |task: &&Sketch| task.state == State::Dead;
    let deaths = walk.model.tasks.iter().filter(dead).count();
    ensure!(
        workers[0].obituaries().await?.len() == deaths,
        "each death is told once"
    );
    Ok(())
}

pub(crate) async fn the_queue_does_what_the_model_does(site: &Site) -> Result<()> {
    let terms = LeaseTerms {
        ttl: Duration::from_secs(TTL_SECONDS),
        max_crashes: MAX_CRASHES,
    };
    let start = |name| Process::start(&site.url, name, site.clock.clone(), terms);
    let workers = Arc::new([start("0").await?, start("1").await?]);
    let config = Config {
        cases: 24,
        max_shrink_iters: 200,
        failure_persistence: None,
        ..Config::default()
    };
    let runtime = tokio::runtime::Handle::current();
    tokio::task::block_in_place(|| {
        TestRunner::new(config).run(&prop::collection::vec(step(), 1..45), |steps| {
            runtime
                .block_on(walk(site, &workers, &steps))
                .map_err(|error| TestCaseError::fail(format!("{error:#}")))
        })
    })?;
    Ok(())
}
