//! `GET about`: whose Drive it is and how full.

use actix_web::{HttpRequest, web};
use serde_json::json;

use super::{Answer, Parameters, parameter};
use crate::error::{ApiError, json_answer};
use crate::fields;
use crate::shared::Shared;

/// `fields` is required, as Google has it.
pub(crate) async fn about(
    shared: web::Data<Shared>,
    request: HttpRequest,
    query: web::Query<Parameters>,
) -> Answer {
    let caller = shared.caller(&request)?;
    let mask = parameter(&query, "fields").ok_or_else(|| {
        ApiError::new(
            400,
            "required",
            "The 'fields' parameter is required for this method.",
        )
        .at("parameter", "fields")
    })?;
    let quota = shared.options().quota_bytes;
    let world = shared.world();
    let (usage, trash) = world.usage(&caller.account);
    let mut storage = json!({
        "usage": usage.to_string(),
        "usageInDrive": usage.to_string(),
        "usageInDriveTrash": trash.to_string(),
    });
    if let Some(quota) = quota {
        storage["limit"] = quota.to_string().into();
    }
    let about = json!({
        "kind": "drive#about",
        "user": world.user_json(&caller.account, &caller.account),
        "storageQuota": storage,
        "maxUploadSize": "5242880000000",
        "appInstalled": false,
        "canCreateDrives": false,
        "canCreateTeamDrives": false,
    });
    Ok(json_answer(&fields::select(
        &about,
        Some(mask),
        "*",
        &fields::ABOUT,
    )?))
}
