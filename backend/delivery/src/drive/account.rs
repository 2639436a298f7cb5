//! The account: reserved ids, storage, and whether Drive is there at all.

use google_drive3::api::About;

use super::call::Errand;
use super::pacer::Rank;
use super::{Account, Class, Drive, DriveError, StorageQuota, Trouble};

const ABOUT_FIELDS: &str =
    "user(emailAddress,permissionId),storageQuota(limit,usage,usageInDrive,usageInDriveTrash)";
/// As many ids as one call gives.
const MOST_IDS: u32 = 1000;

impl Drive {
    /// Reserves ids for files to come, at most 1,000. Each can be used once, and only by this account.
    pub async fn reserve_ids(&self, count: u32, class: Class) -> Result<Vec<String>, DriveError> {
        let count = i32::try_from(count.clamp(1, MOST_IDS)).unwrap_or(1);
        let ids = self
            .call(self.errand(class), move |mut ticket| async move {
                let (_, ids) = ticket
                    .hub
                    .files()
                    .generate_ids()
                    .count(count)
                    .space("drive")
                    .type_("files")
                    .delegate(&mut ticket.witness)
                    .doit()
                    .await?;
                Ok(ids.ids.unwrap_or_default())
            })
            .await?;
        // They become parts of addresses and file names.
        if ids.is_empty() || !ids.iter().all(|id| is_sound(id)) {
            return Err(DriveError::new(
                Trouble::ServerFault,
                "Google Drive gave no usable ids.",
            ));
        }
        Ok(ids)
    }

    /// Who is signed in, and how much room is left.
    pub async fn account(&self, class: Class) -> Result<Account, DriveError> {
        let about = self
            .call(self.errand(class), |mut ticket| async move {
                let call = ticket.hub.about().get().param("fields", ABOUT_FIELDS);
                let (_, about) = call.delegate(&mut ticket.witness).doit().await?;
                Ok(about)
            })
            .await?;
        account(about)
    }

    /// Whether Drive answers us now. A cheap question of a few seconds that
    /// does not wait behind queued work, for use while the network is away.
    pub async fn reachable(&self) -> Result<(), DriveError> {
        let limit = self.patience().probe;
        let errand = Errand {
            rank: Rank::Probe,
            limit,
            sharing: false,
        };
        let question = self.call_once(errand, |mut ticket| async move {
            let call = ticket.hub.about().get().param("fields", "user(permissionId)");
            call.delegate(&mut ticket.witness).doit().await?;
            Ok(())
        });
        match tokio::time::timeout(limit, question).await {
            Ok(answer) => answer,
            Err(_) => Err(self.no_turn_in_time()),
        }
    }

    fn no_turn_in_time(&self) -> DriveError {
        match self.pacer().pause() {
            Some(pause) => DriveError::new(Trouble::RateLimited, "Google Drive asks us to slow down.")
                .with_retry_after(Some(pause)),
            None => DriveError::new(Trouble::Interrupted, "Google Drive did not answer in time."),
        }
    }

    /// A small request for this class.
    pub(super) fn errand(&self, class: Class) -> Errand {
        Errand {
            rank: class.into(),
            limit: self.patience().small,
            sharing: false,
        }
    }
}

/// An answer that names nobody comes from somebody else than Drive.
fn account(about: About) -> Result<Account, DriveError> {
    let user = about.user.unwrap_or_default();
    let quota = about.storage_quota.unwrap_or_default();
    let bytes = |value: Option<i64>| value.and_then(|bytes| u64::try_from(bytes).ok());
    let email = user.email_address.unwrap_or_default();
    let id = user.permission_id.unwrap_or_else(|| email.clone());
    if id.is_empty() {
        return Err(DriveError::new(
            Trouble::ServerFault,
            "Google Drive does not say whose account this is.",
        ));
    }
    Ok(Account {
        id,
        email,
        quota: StorageQuota {
            limit: bytes(quota.limit),
            usage: bytes(quota.usage).unwrap_or(0),
            usage_in_drive: bytes(quota.usage_in_drive).unwrap_or(0),
            usage_in_trash: bytes(quota.usage_in_drive_trash).unwrap_or(0),
        },
    })
}

/// Whether an id is one of Drive's. Others, such as a pasted address, would change the path of a request.
pub(super) fn is_sound(id: &str) -> bool {
    (1..=128).contains(&id.len())
        && id
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
}
