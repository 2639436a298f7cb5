//! Commands that look after Drive beside the service: checking, mending, tidying.

use std::collections::HashSet;
use std::time::Duration;

use super::{AppError, asked_to_stop, close, lock_data, open, with_courier};
use crate::config::Config;
use crate::context::Context;
use crate::refusal::Refusal;
use crate::services::drive::housekeeping::{
    self, Cleaning, FolderReport, Mishap, OurFile, Plan, Recovered, Space, Trashed, Which,
};
use crate::services::drive::sync::desk;
use crate::services::drive::verify::{self, Extent, Finding, Heard, Look, Mended, Subject};

/// The folder, then what is in it, then what only came to light by that.
const ROUNDS: usize = 3;
/// For work that is interrupted.
const LAST_MOMENT: Duration = Duration::from_secs(5);

/// How a check came out.
#[derive(Clone, Debug)]
pub struct Checked {
    /// What the first look found.
    pub before: Look,
    /// What was left after mending; none where nothing was mended.
    pub after: Option<Look>,
    /// What did not work while mending, and what changed by it for guests.
    pub mended: Mended,
}

impl Checked {
    /// Whether all is right, or was made right.
    pub fn is_right(&self) -> bool {
        !self.after.as_ref().unwrap_or(&self.before).is_wrong()
    }
}

/// Compares rows, disk and Drive, and mends what differs once `agreed` says so.
///
/// # Errors
/// When Drive is not set up or cannot be reached, or the database cannot be used.
pub async fn verify(
    config: Config,
    extent: Extent,
    heard: Heard<'_>,
    agreed: impl AsyncFnOnce(&Look) -> bool,
) -> Result<Checked, AppError> {
    let alone = lock_data(&config).is_ok();
    in_drive(config, async |context| {
        let before = verify::look(context, desk(context)?, extent, heard).await?;
        let mut checked = Checked {
            before,
            after: None,
            mended: Mended::default(),
        };
        if checked.before.mendable().count() == 0 || !said_yes(context, agreed(&checked.before)).await {
            return Ok(checked);
        }
        let mending = Box::pin(mend(context, extent, heard, &mut checked));
        with_courier(context, alone, mending).await??;
        Ok(checked)
    })
    .await
}

/// Mends only what the operator was shown: what comes to light later waits for the next check.
async fn mend(
    context: &Context,
    extent: Extent,
    heard: Heard<'_>,
    checked: &mut Checked,
) -> Result<(), Refusal> {
    let desk = desk(context)?;
    let agreed: HashSet<Subject> = checked.before.mendable().map(Finding::subject).collect();
    for _ in 0..ROUNDS {
        let look = checked.after.as_ref().unwrap_or(&checked.before);
        let due: Vec<Finding> = look
            .mendable()
            .filter(|finding| agreed.contains(&finding.subject()))
            .cloned()
            .collect();
        if due.is_empty() || context.stopping.is_cancelled() {
            break;
        }
        // What did not work before and works now is no mishap.
        let mended = verify::mend(context, desk, &due, heard).await?;
        let again = verify::look(context, desk, extent, heard).await?;
        let stuck = again.findings == look.findings;
        checked.mended.mishaps = mended.mishaps;
        checked.mended.relinked.extend(mended.relinked);
        checked.after = Some(again);
        if stuck {
            break;
        }
    }
    Ok(())
}

/// How much room there is in Drive.
///
/// # Errors
/// When Drive is not set up or cannot be reached, or the database cannot be used.
pub async fn space(config: Config) -> Result<Space, AppError> {
    in_drive(config, async |context| {
        Ok(housekeeping::space(context, desk(context)?).await?)
    })
    .await
}

/// The folder that pictures go to.
///
/// # Errors
/// When Drive is not set up or cannot be reached, or the database cannot be used.
pub async fn drive_folder(config: Config) -> Result<FolderReport, AppError> {
    in_drive(config, async |context| {
        Ok(housekeeping::folder(context, desk(context)?).await?)
    })
    .await
}

/// Our files in Drive's trash.
///
/// # Errors
/// When Drive is not set up or cannot be reached, or the database cannot be used.
pub async fn trashed(config: Config) -> Result<Trashed, AppError> {
    in_drive(config, async |context| {
        Ok(housekeeping::trashed(context, desk(context)?).await?)
    })
    .await
}

/// Takes files of ours out of Drive's trash.
///
/// # Errors
/// When an id is none of ours in the trash; when Drive is not set up or cannot be
/// reached, or the database cannot be used.
pub async fn recover(config: Config, which: &Which, heard: Heard<'_>) -> Result<Recovered, AppError> {
    in_drive(config, async |context| {
        Ok(housekeeping::recover(context, desk(context)?, which, heard).await?)
    })
    .await
}

/// How a cleaning came out.
#[derive(Clone, Debug)]
pub struct Cleaned {
    /// What it was to do.
    pub plan: Plan,
    /// What went; none where nothing was done.
    pub gone: Option<Vec<OurFile>>,
    /// What did not.
    pub mishaps: Vec<Mishap>,
}

/// Tidies our files out of Drive once `agreed` says so.
///
/// # Errors
/// When Drive is not set up or cannot be reached, or the database cannot be used.
pub async fn clean(
    config: Config,
    cleaning: Cleaning,
    heard: Heard<'_>,
    agreed: impl AsyncFnOnce(&Plan) -> bool,
) -> Result<Cleaned, AppError> {
    in_drive(config, async |context| {
        let desk = desk(context)?;
        let plan = housekeeping::plan(context, desk, &cleaning).await?;
        let mut cleaned = Cleaned {
            plan,
            gone: None,
            mishaps: Vec::new(),
        };
        if !cleaned.plan.files.is_empty() && said_yes(context, agreed(&cleaned.plan)).await {
            let done = housekeeping::clean(context, desk, &cleaned.plan, cleaning.for_good, heard).await?;
            cleaned.gone = Some(done.0);
            cleaned.mishaps = done.1;
        }
        Ok(cleaned)
    })
    .await
}

/// A person who interrupts the question says no.
async fn said_yes(context: &Context, answer: impl Future<Output = bool>) -> bool {
    let answer = context.stopping.run_until_cancelled(answer).await;
    answer.unwrap_or(false)
}

/// Opens what the work needs, and closes it however the work ends. Interrupted, the work has a
/// moment to give back what it has in hand.
async fn in_drive<T>(
    config: Config,
    work: impl AsyncFnOnce(&Context) -> Result<T, AppError>,
) -> Result<T, AppError> {
    let interrupted = asked_to_stop();
    let context = Box::pin(open(config, "command")).await?;
    let done = {
        let mut work = Box::pin(work(&context));
        tokio::select! {
            done = &mut work => done,
            () = interrupted => {
                context.stopping.cancel();
                let _ = tokio::time::timeout(LAST_MOMENT, work).await;
                Err("Interrupted. What was done is done; run the same command again to go on.".into())
            }
        }
    };
    close(context).await?;
    done
}
