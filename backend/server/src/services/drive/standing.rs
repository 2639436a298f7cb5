//! What `GET /drive/status` and the checklist say about Drive.

use std::time::Duration;

use boothline_delivery::Standing;
use boothline_delivery::drive::auth::SignInStanding;
use boothline_delivery::drive::{Account, Trouble};
use boothline_domain::Disposition;

use super::Desk;
use crate::context::Context;

/// A look that is younger than this is good enough: kiosks ask often.
const FRESH: Duration = Duration::from_secs(3);

/// How things stand, by a look at the credentials and, unless there was one just now, at Drive.
pub async fn standing(context: &Context, desk: &Desk) -> Standing {
    let sign_in = desk.target.drive.sign_in();
    let signed_in = sign_in.standing(true).await;
    if !signed_in.ok || signed_in.status == "offline" {
        return plain(signed_in);
    }
    // One that found nobody signed in is older than the sign-in that was just found.
    let fresh = desk.last_look().is_some_and(|look| {
        let anonymous = look.error.is_some_and(|error| error.trouble == Trouble::SignIn);
        !anonymous && context.now().since(look.at) < FRESH
    });
    if !fresh {
        // How it comes out is remembered.
        let _ = desk.look(context).await;
    }
    let Some(look) = desk.last_look() else {
        return plain(signed_in);
    };
    match look.error.or_else(|| desk.stuck()) {
        None => Standing {
            message: format!(
                "Pictures go to Google Drive.{}",
                space(context, look.account.as_ref())
            ),
            ..plain(signed_in)
        },
        Some(error) if error.disposition() == Disposition::WaitForOperator => {
            // What the look found may have changed what is known of the credentials.
            let signed_in = match error.trouble {
                Trouble::SignIn => sign_in.standing(true).await,
                _ => signed_in,
            };
            if !signed_in.ok {
                return plain(signed_in);
            }
            let withdrawn = error.trouble == Trouble::SignIn;
            Standing {
                ok: false,
                status: match (withdrawn, signed_in.has_refresh_token) {
                    (true, true) => "refresh_failed",
                    (true, false) => "expired_no_refresh_token",
                    (false, _) => "unauthorized",
                },
                message: error.to_string(),
                // What Google has withdrawn does not last until then.
                expiry: signed_in.expiry.filter(|_| !withdrawn),
                ..plain(signed_in)
            }
        }
        Some(error) => Standing {
            status: "offline",
            message: format!(
                "{} Pictures are kept on this machine and delivered by themselves when Drive answers again.",
                ended(&error.to_string())
            ),
            ..plain(signed_in)
        },
    }
}

fn ended(sentence: &str) -> String {
    format!("{}.", sentence.trim_end_matches('.'))
}

fn plain(standing: SignInStanding) -> Standing {
    Standing {
        ok: standing.ok,
        status: standing.status,
        message: standing.message,
        expiry: standing.expiry,
        has_refresh_token: standing.has_refresh_token,
        refreshed: standing.refreshed,
    }
}

/// What is left in the account; `None` where it has no limit.
pub fn free(account: &Account) -> Option<u64> {
    let limit = account.quota.limit?;
    Some(limit.saturating_sub(account.quota.usage))
}

/// A sentence about little space, where there is little.
pub fn space(context: &Context, account: Option<&Account>) -> String {
    let alarm = context.config.delivery.drive_alarm_free_bytes;
    match account.and_then(free).filter(|free| *free < alarm) {
        Some(free) => format!(
            " Only {} MB are left in the account: make room before it is full.",
            free / (1024 * 1024)
        ),
        None => String::new(),
    }
}
