//! What this process knows about the Drive account it works for.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock, Weak};

use boothline_delivery::DriveTarget;
use boothline_delivery::drive::{Account, Class, DriveError, Trouble};
use boothline_domain::Disposition;
use boothline_domain::clock::Timestamp;
use boothline_store::settings;
use serde::{Deserialize, Serialize};
use tokio::sync::{Mutex, Notify};

use super::pool;
use crate::config::DriveShare;
use crate::context::Context;

const ACCOUNT: &str = "drive.account";

/// The account as it was when Drive last told us, kept over restarts so that
/// links can be given without a network.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KnownAccount {
    /// Fingerprint of the credentials that led to it.
    pub identity: String,
    /// Google's id of it.
    pub id: String,
    /// For people.
    pub email: String,
}

/// How the last look at Drive came out.
#[derive(Clone, Debug)]
pub struct LastLook {
    /// When it was.
    pub at: Timestamp,
    /// Space in the account, where Drive told.
    pub account: Option<Account>,
    /// What was wrong.
    pub error: Option<DriveError>,
}

/// Our connection to Drive with what we remember about it.
pub struct Desk {
    /// Where pictures go.
    pub target: DriveTarget,
    /// Rung when an id was taken out of the pool.
    pub taken: Notify,
    /// Makes sure that a folder is made by one caller at a time.
    folder: Mutex<Option<Folder>>,
    account: RwLock<Option<KnownAccount>>,
    last_look: RwLock<Option<LastLook>>,
    waits: RwLock<Option<String>>,
    stuck: RwLock<Option<DriveError>>,
    hold: RwLock<Option<Timestamp>>,
    keys: std::sync::Mutex<HashMap<String, Weak<Mutex<()>>>>,
}

#[derive(Clone)]
struct Folder {
    account: String,
    id: String,
}

impl Desk {
    /// A desk that remembers what the database knows.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn open(
        target: DriveTarget,
        database: &boothline_store::Database,
    ) -> Result<Self, boothline_store::StoreError> {
        let known = settings::get(database.reader(), ACCOUNT).await?;
        let known = known.and_then(|json| serde_json::from_str(&json).ok());
        Ok(Self {
            target,
            taken: Notify::new(),
            folder: Mutex::new(None),
            account: RwLock::new(known),
            last_look: RwLock::new(None),
            waits: RwLock::new(None),
            stuck: RwLock::new(None),
            hold: RwLock::new(None),
            keys: std::sync::Mutex::default(),
        })
    }

    /// Who holds it is the only caller with this key in this process.
    pub fn key(&self, key: &str) -> Arc<Mutex<()>> {
        let mut keys = self.keys.lock().unwrap_or_else(PoisonError::into_inner);
        keys.retain(|_, lock| lock.strong_count() > 0);
        if let Some(lock) = keys.get(key).and_then(Weak::upgrade) {
            return lock;
        }
        let lock = Arc::new(Mutex::new(()));
        keys.insert(key.to_owned(), Arc::downgrade(&lock));
        lock
    }

    /// The account that the credentials on disk lead to, where we know it without asking.
    pub fn known_account(&self) -> Option<KnownAccount> {
        let known = read(&self.account).clone()?;
        match self.target.drive.sign_in().identity() {
            Some(identity) => (known.identity == identity).then_some(known),
            // While nobody is signed in it is most likely to be the same account again.
            None => Some(known),
        }
    }

    /// Why deliveries wait, while they do.
    pub fn waits(&self) -> Option<String> {
        read(&self.waits).clone()
    }

    /// Notes why deliveries wait, or that they do not any more.
    pub fn set_waits(&self, reason: Option<String>) {
        if reason.is_none() {
            *write(&self.stuck) = None;
        }
        *write(&self.waits) = reason;
    }

    /// What an upload of this process met that a look may not see.
    pub fn stuck(&self) -> Option<DriveError> {
        read(&self.stuck).clone()
    }

    /// Notes what an upload met.
    pub fn set_stuck(&self, error: &DriveError) {
        *write(&self.stuck) = Some(error.clone());
        self.set_waits(Some(error.to_string()));
    }

    /// Deliveries do not go on before this, whatever a look finds.
    pub fn hold_until(&self, until: Timestamp) {
        *write(&self.hold) = Some(until);
    }

    /// Whether deliveries may go on when a look finds nothing wrong.
    pub fn may_go_on(&self, now: Timestamp) -> bool {
        read(&self.hold).is_none_or(|until| now >= until)
    }

    /// How the last look came out.
    pub fn last_look(&self) -> Option<LastLook> {
        read(&self.last_look).clone()
    }

    /// Everything that deliveries need: sign-in, account, space, folder. Remembers how it came out.
    pub async fn look(&self, context: &Context) -> Result<(), DriveError> {
        let looked = self.look_closely(context).await;
        let (account, error) = match looked {
            Ok(account) => (Some(account), None),
            Err((account, error)) => (account, Some(error)),
        };
        *write(&self.last_look) = Some(LastLook {
            at: context.now(),
            account,
            error: error.clone(),
        });
        error.map_or(Ok(()), Err)
    }

    async fn look_closely(&self, context: &Context) -> Result<Account, (Option<Account>, DriveError)> {
        self.target
            .drive
            .reachable()
            .await
            .map_err(|error| (None, error))?;
        let account = self.recognise(context).await.map_err(|error| (None, error))?;
        if is_full(&account) {
            let error = DriveError::new(
                Trouble::Quota,
                "The Drive account is full: free space in it, empty its trash, or buy more. \
                 Pictures wait on this machine until then.",
            )
            .with_detail("storageQuota");
            return Err((Some(account), error));
        }
        self.forget_folder().await;
        match self.folder(context).await {
            Ok(_) => Ok(account),
            Err(error) => Err((Some(account), error)),
        }
    }

    /// Asks Drive whose account this is, and remembers it; ids of another account are retired.
    pub async fn recognise(&self, context: &Context) -> Result<Account, DriveError> {
        let identity = self.target.drive.sign_in().identity();
        let account = self.target.drive.account(Class::Guest).await?;
        let Some(identity) = identity else {
            return Ok(account);
        };
        let before = read(&self.account).clone();
        let same = before
            .as_ref()
            .is_some_and(|before| before.id == account.id || is_same_person(&before.email, &account.email));
        let known = KnownAccount {
            identity,
            id: match &before {
                Some(before) if same => before.id.clone(),
                _ => account.id.clone(),
            },
            email: account.email.clone(),
        };
        if before.as_ref() == Some(&known) {
            return Ok(account);
        }
        if before.is_some() && !same {
            tracing::warn!("Pictures now go to another Drive account");
        }
        let json = serde_json::to_string(&known).map_err(local)?;
        remember(context, ACCOUNT, json).await?;
        pool::retire(context, &known.id).await?;
        *write(&self.account) = Some(known);
        Ok(account)
    }

    /// Google's id of the account: as we know it, else Drive is asked.
    pub async fn account_id(&self, context: &Context) -> Result<String, DriveError> {
        match self.known_account() {
            Some(known) => Ok(known.id),
            None => Ok(self.recognise(context).await?.id),
        }
    }

    /// The folder that pictures go to; made where we have none yet.
    pub async fn folder(&self, context: &Context) -> Result<String, DriveError> {
        let account = self.account_id(context).await?;
        let mut folder = self.folder.lock().await;
        if let Some(known) = folder.as_ref().filter(|known| known.account == account) {
            return Ok(known.id.clone());
        }
        let id = match &context.config.delivery.target_folder_id {
            Some(id) => self.chosen_folder(context, id).await?,
            None => self.our_folder(context, &account).await?,
        };
        *folder = Some(Folder {
            account,
            id: id.clone(),
        });
        Ok(id)
    }

    /// The id of the folder that pictures go to, as far as we know it without asking or making one.
    pub async fn known_folder(&self, context: &Context, account: &str) -> Result<Option<String>, DriveError> {
        if let Some(id) = &context.config.delivery.target_folder_id {
            return Ok(Some(id.clone()));
        }
        remembered(context, &folder_setting(account)).await
    }

    /// The next call of [`Self::folder`] looks again.
    pub async fn forget_folder(&self) {
        *self.folder.lock().await = None;
    }

    async fn chosen_folder(&self, context: &Context, id: &str) -> Result<String, DriveError> {
        let drive = &self.target.drive;
        let state = drive.check_folder(id).await?;
        if state.trashed || !state.writable {
            let what = if state.trashed {
                "lies in Drive's trash"
            } else {
                "may not be written by this account"
            };
            let message = format!(
                "The folder \"{}\" {what}: put that right in Drive, or set TARGET_FOLDER_ID to another one.",
                state.name
            );
            return Err(DriveError::new(Trouble::Folder, message).with_detail(id));
        }
        if shares_folder(context) && !state.public {
            drive.share_folder(id).await?;
        }
        Ok(id.to_owned())
    }

    /// Reserved and written down before it is made, so that there is one however often we fall.
    async fn our_folder(&self, context: &Context, account: &str) -> Result<String, DriveError> {
        let drive = &self.target.drive;
        let name = folder_setting(account);
        let before = remembered(context, &name).await?;
        if let Some(id) = before.clone() {
            match drive.check_folder(&id).await {
                Ok(state) if !state.trashed => {
                    if shares_folder(context) && !state.public {
                        drive.share_folder(&id).await?;
                    }
                    return Ok(id);
                }
                Ok(_) => tracing::warn!("Our Drive folder lies in the trash; a new one is made"),
                // Reserved, but not made yet, or deleted.
                Err(error) if error.trouble == Trouble::Folder => match self.make(context, &id).await {
                    Ok(()) => return Ok(id),
                    Err(error) if error.disposition() == Disposition::GiveUp || is_spent(&error) => {
                        tracing::warn!("Our Drive folder is gone; a new one is made");
                    }
                    Err(error) => return Err(error),
                },
                Err(error) => return Err(error),
            }
        }
        let id = drive
            .reserve_ids(1, Class::Guest)
            .await?
            .pop()
            .ok_or_else(|| local("Drive reserved no id"))?;
        let id = agree(context, name, before, id).await?;
        self.make(context, &id).await?;
        Ok(id)
    }

    async fn make(&self, context: &Context, id: &str) -> Result<(), DriveError> {
        let delivery = &context.config.delivery;
        let name = [&delivery.drive_folder_name, &context.config.event.name]
            .into_iter()
            .find(|name| !name.is_empty())
            .map_or("Boothline", String::as_str);
        self.target.drive.make_folder(id, name).await?;
        tracing::info!("Pictures go to the Drive folder \"{name}\"");
        Ok(())
    }
}

/// Drive may leave out one of id and address; two without an address are not the same person.
fn is_same_person(before: &str, now: &str) -> bool {
    !now.is_empty() && before == now
}

/// Where the folder that we made for this account is remembered.
fn folder_setting(account: &str) -> String {
    format!("drive.folder.{account}")
}

fn shares_folder(context: &Context) -> bool {
    context.config.delivery.drive_share == DriveShare::Folder
}

/// The id had its file, or will not get one.
fn is_spent(error: &DriveError) -> bool {
    matches!(error.trouble, Trouble::IdRefused | Trouble::Folder)
}

fn is_full(account: &Account) -> bool {
    account
        .quota
        .limit
        .is_some_and(|limit| account.quota.usage >= limit)
}

async fn remembered(context: &Context, name: &str) -> Result<Option<String>, DriveError> {
    settings::get(context.database.writer(), name)
        .await
        .map_err(local)
}

/// Of two processes that begin at once, the first one's folder is that of both.
async fn agree(
    context: &Context,
    name: String,
    before: Option<String>,
    id: String,
) -> Result<String, DriveError> {
    context
        .database
        .write(move |tx| {
            Box::pin(async move {
                if settings::claim(tx, &name, &id).await? {
                    return Ok(id);
                }
                let now = settings::get(tx, &name).await?;
                if now == before {
                    settings::put(tx, &name, &id).await?;
                    return Ok(id);
                }
                Ok::<_, boothline_store::StoreError>(now.unwrap_or(id))
            })
        })
        .await
        .map_err(local)
}

async fn remember(context: &Context, name: &str, value: String) -> Result<(), DriveError> {
    let name = name.to_owned();
    context
        .database
        .write(move |tx| Box::pin(async move { settings::put(tx, &name, &value).await }))
        .await
        .map_err(local)
}

/// Trouble on our own side: it is worth another try.
pub(super) fn local(error: impl std::fmt::Display) -> DriveError {
    DriveError::new(
        Trouble::Interrupted,
        format!("This machine could not go on: {error}"),
    )
}

fn read<T>(lock: &RwLock<T>) -> std::sync::RwLockReadGuard<'_, T> {
    lock.read().unwrap_or_else(PoisonError::into_inner)
}

fn write<T>(lock: &RwLock<T>) -> std::sync::RwLockWriteGuard<'_, T> {
    lock.write().unwrap_or_else(PoisonError::into_inner)
}
