//! How much room there is, and what takes it.

use serde::Serialize;

use crate::context::Context;
use crate::refusal::Refusal;
use crate::services::drive::Desk;
use crate::services::drive::inventory::Inventory;
use crate::services::drive::standing::free;

/// Files, counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Tally {
    /// How many.
    pub files: usize,
    /// Their bytes.
    pub bytes: u64,
}

/// Room in the account, in bytes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Space {
    /// The account's address.
    pub account: String,
    /// All there is; none where it is unlimited.
    pub limit: Option<u64>,
    /// Used by everything in the account: mail and photos, too.
    pub used: u64,
    /// Left; none where it is unlimited.
    pub free: Option<u64>,
    /// Used by Drive.
    pub in_drive: u64,
    /// Used by Drive's trash; part of what is used.
    pub in_trash: u64,
    /// What we made, without what is in the trash.
    pub ours: Tally,
    /// What we made and lies in the trash.
    pub ours_in_trash: Tally,
    /// With less than this left we warn.
    pub alarm_below: u64,
    /// Whether less is left.
    pub low: bool,
}

/// Adds it up.
///
/// # Errors
/// 503 when Drive cannot be reached or used.
pub async fn space(context: &Context, desk: &Desk) -> Result<Space, Refusal> {
    let inventory = Inventory::take(context, desk).await?;
    let (mut ours, mut ours_in_trash) = (Tally::default(), Tally::default());
    for file in inventory.ours() {
        let tally = if file.trashed {
            &mut ours_in_trash
        } else {
            &mut ours
        };
        tally.files += 1;
        tally.bytes += file.size.unwrap_or(0);
    }
    let account = inventory.account;
    let alarm_below = context.config.delivery.drive_alarm_free_bytes;
    let free = free(&account);
    Ok(Space {
        limit: account.quota.limit,
        used: account.quota.usage,
        free,
        in_drive: account.quota.usage_in_drive,
        in_trash: account.quota.usage_in_trash,
        ours,
        ours_in_trash,
        alarm_below,
        low: free.is_some_and(|free| free < alarm_below),
        account: account.email,
    })
}
