//! The one place that says what an answer of Drive means.

use std::time::Duration;

use boothline_domain::clock::Timestamp;
use chrono::DateTime;
use hyper::HeaderMap;
use hyper::header::RETRY_AFTER;
use serde_json::Value;

use super::http::HttpError;
use super::{DriveError, Trouble};

/// Nobody is kept away for longer by one answer, whatever it says.
const LONGEST_RETRY_AFTER: Duration = Duration::from_secs(3600);
/// A used-up day renews at midnight in California; asking each hour finds it soon enough.
const DAILY_LIMIT_PAUSE: Duration = Duration::from_secs(3600);

/// Says what a refusal means: `status` of HTTP, `reason` and `message` of
/// Google's error object (empty where there is none).
pub fn classify(status: u16, reason: &str, message: &str, retry_after: Option<Duration>) -> DriveError {
    let trouble = trouble_of(status, reason, message);
    let retry_after = match trouble {
        Trouble::DailyLimit => Some(retry_after.unwrap_or(DAILY_LIMIT_PAUSE)),
        _ => retry_after,
    };
    DriveError::new(trouble, sentence(trouble, reason, message))
        .with_detail(format!("{status} {reason}: {message}"))
        .with_retry_after(retry_after)
}

fn trouble_of(status: u16, reason: &str, message: &str) -> Trouble {
    match (status, reason) {
        (_, "sharingRateLimitExceeded") => Trouble::SharingLimited,
        (403 | 429, "dailyLimitExceeded" | "dailyLimitExceededUnreg") => Trouble::DailyLimit,
        (401, _) => Trouble::SignIn,
        (403, _) => forbidden(reason, message),
        (404 | 410, _) => Trouble::NotFound,
        (409, _) | (400, "fileIdInUse") => Trouble::IdRefused,
        // "The provided file ID is not usable": it was generated for another account, or expired.
        (400, _) if message.to_ascii_lowercase().contains("file id") => Trouble::IdRefused,
        (429, _) => Trouble::RateLimited,
        (408 | 412, _) => Trouble::Interrupted,
        // A proxy or the venue's sign-in page stands between us and Google.
        (300..400 | 407 | 511, _) => Trouble::Offline,
        (500.., _) => Trouble::ServerFault,
        _ => Trouble::Rejected,
    }
}

fn forbidden(reason: &str, message: &str) -> Trouble {
    match reason {
        "rateLimitExceeded" | "userRateLimitExceeded" | "RATE_LIMIT_EXCEEDED" | "RESOURCE_EXHAUSTED" => {
            Trouble::RateLimited
        }
        "storageQuotaExceeded"
        | "quotaExceeded"
        | "teamDriveFileLimitExceeded"
        | "numChildrenInNonRootLimitExceeded"
        | "activeItemCreationLimitExceeded" => Trouble::Quota,
        "insufficientPermissions" | "insufficientScopes" | "ACCESS_TOKEN_SCOPE_INSUFFICIENT" => {
            Trouble::Scope
        }
        "accessNotConfigured" | "SERVICE_DISABLED" => Trouble::ApiDisabled,
        "insufficientFilePermissions"
        | "insufficientParentPermissions"
        | "appNotAuthorizedToFile"
        | "appNotAuthorizedToChild"
        | "cannotAddParent"
        | "parentNotAFolder"
        | "teamDriveHierarchyTooDeep"
        | "forbidden" => Trouble::Folder,
        // Answers without a reason of their own say it in words.
        _ if message.to_ascii_lowercase().contains("rate limit") => Trouble::RateLimited,
        // `domainPolicy`, `publishOutNotPermitted` and their many relatives: only a person can
        // lift them, so a reason that is new to us waits for one rather than losing photos.
        _ => Trouble::Policy,
    }
}

fn sentence(trouble: Trouble, reason: &str, message: &str) -> String {
    let fixed = match trouble {
        Trouble::Offline => {
            "Something between this machine and Google answers in its place: a proxy, or the sign-in page of this network."
        }
        Trouble::Interrupted => "Google Drive did not finish the request.",
        Trouble::ServerFault => "Google Drive has a fault of its own.",
        Trouble::RateLimited => "Google Drive asks us to slow down.",
        Trouble::SharingLimited => "Google Drive allows no more public links for the moment; uploads go on.",
        Trouble::DailyLimit => "The Google Cloud project has used up its share of the day.",
        Trouble::SignIn => "Google Drive does not accept the sign-in any more. Connect Google Drive again.",
        Trouble::Scope => {
            "The sign-in does not include what this needs. Connect Google Drive again and leave every box ticked."
        }
        Trouble::ApiDisabled => {
            "The Google Drive API is not switched on. Enable it in the Google Cloud console for the project of the credentials."
        }
        Trouble::Quota => return quota_sentence(reason, message),
        Trouble::Folder => {
            "The account may not write to this folder or file. Give it editor rights in Google Drive, or choose another folder."
        }
        Trouble::Policy => {
            return said(
                "Google Drive forbids it. The organisation's rules for sharing may have to allow public links",
                message,
            );
        }
        Trouble::IdRefused => "Google Drive does not take the reserved id.",
        Trouble::NotFound => "Google Drive has no such file, or this sign-in may not see it.",
        Trouble::WrongBytes => "The file in Google Drive is not the one that was sent.",
        Trouble::LocalFile => "The file cannot be read on this machine.",
        Trouble::Rejected => return said("Google Drive rejects the request", message),
    };
    fixed.to_owned()
}

fn quota_sentence(reason: &str, message: &str) -> String {
    let fixed = if message.contains("ervice account") || message.contains("ervice Account") {
        "A service account has no storage of its own. Use a folder in a shared drive, or sign in as a person."
    } else if matches!(
        reason,
        "numChildrenInNonRootLimitExceeded" | "teamDriveFileLimitExceeded"
    ) {
        "The folder in Google Drive holds as many files as Google allows. Choose another folder."
    } else {
        "The Google account is full. Free some space, empty its trash, or buy more."
    };
    fixed.to_owned()
}

fn said(sentence: &str, message: &str) -> String {
    if message.is_empty() {
        format!("{sentence}.")
    } else {
        format!("{sentence}. Google says: {message}")
    }
}

/// Reads Google's error object. Newer answers carry the reason in `details`
/// or only a `status` word; the official clients look in this order, too.
pub(crate) fn from_json(status: Option<u16>, body: &Value, retry_after: Option<Duration>) -> DriveError {
    let error = &body["error"];
    let code = error["code"].as_u64().and_then(|code| u16::try_from(code).ok());
    let reason = error
        .pointer("/errors/0/reason")
        .or_else(|| {
            let details = error["details"].as_array()?;
            details.iter().find_map(|detail| detail.get("reason"))
        })
        .or_else(|| error.get("status"))
        .and_then(Value::as_str)
        .unwrap_or_default();
    let message = error["message"].as_str().unwrap_or_default();
    classify(
        status.or(code).unwrap_or(500),
        reason,
        &plain(message),
        retry_after,
    )
}

/// Reads an answer of our own requests, whatever its body is.
pub(crate) fn from_answer(status: u16, body: &[u8], retry_after: Option<Duration>) -> DriveError {
    let body = serde_json::from_slice(body).unwrap_or(Value::Null);
    from_json(Some(status), &body, retry_after)
}

/// What a request without an answer means.
pub(crate) fn from_http(error: &HttpError) -> DriveError {
    let (trouble, message) = match error {
        HttpError::Connect(_) => (Trouble::Offline, "Google Drive cannot be reached."),
        HttpError::Transport(_) => (Trouble::Interrupted, "The connection to Google Drive broke."),
        HttpError::Timeout(_) => (Trouble::Interrupted, "Google Drive did not answer in time."),
        HttpError::TooLarge => (
            Trouble::Interrupted,
            "What came in Google Drive's place is no answer of its.",
        ),
    };
    DriveError::new(trouble, message).with_detail(error.to_string())
}

/// How long an answer asks us to stay away: seconds or a date, at most an hour.
pub(crate) fn retry_after(headers: &HeaderMap, now: Timestamp) -> Option<Duration> {
    let value = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    let pause = match value.parse::<u64>() {
        Ok(seconds) => Duration::from_secs(seconds),
        Err(_) => {
            let date = DateTime::parse_from_rfc2822(value).ok()?;
            Timestamp::from_millis(date.timestamp_millis()).since(now)
        }
    };
    Some(pause.min(LONGEST_RETRY_AFTER))
}

/// Google's words on one line of bounded length, fit for a log and a screen.
fn plain(message: &str) -> String {
    message
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
        .chars()
        .take(300)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use boothline_domain::Disposition;
    use serde_json::json;

    #[test]
    fn every_known_refusal_has_its_kind() {
        let table: &[(u16, &str, Trouble)] = &[
            (400, "badRequest", Trouble::Rejected),
            (400, "invalid", Trouble::Rejected),
            (400, "invalidSharingRequest", Trouble::Rejected),
            (400, "fileIdInUse", Trouble::IdRefused),
            (401, "authError", Trouble::SignIn),
            (401, "", Trouble::SignIn),
            (403, "rateLimitExceeded", Trouble::RateLimited),
            (403, "userRateLimitExceeded", Trouble::RateLimited),
            (429, "rateLimitExceeded", Trouble::RateLimited),
            (429, "", Trouble::RateLimited),
            (403, "sharingRateLimitExceeded", Trouble::SharingLimited),
            (429, "sharingRateLimitExceeded", Trouble::SharingLimited),
            (403, "dailyLimitExceeded", Trouble::DailyLimit),
            (403, "storageQuotaExceeded", Trouble::Quota),
            (403, "quotaExceeded", Trouble::Quota),
            (403, "teamDriveFileLimitExceeded", Trouble::Quota),
            (403, "numChildrenInNonRootLimitExceeded", Trouble::Quota),
            (403, "insufficientPermissions", Trouble::Scope),
            (403, "ACCESS_TOKEN_SCOPE_INSUFFICIENT", Trouble::Scope),
            (403, "insufficientFilePermissions", Trouble::Folder),
            (403, "insufficientParentPermissions", Trouble::Folder),
            (403, "appNotAuthorizedToFile", Trouble::Folder),
            (403, "domainPolicy", Trouble::Policy),
            (403, "publishOutNotPermitted", Trouble::Policy),
            (403, "cannotShareTeamDriveWithNonGoogleAccounts", Trouble::Policy),
            (403, "cannotDownloadAbusiveFile", Trouble::Policy),
            (403, "aReasonOfNextYear", Trouble::Policy),
            (403, "accessNotConfigured", Trouble::ApiDisabled),
            (403, "SERVICE_DISABLED", Trouble::ApiDisabled),
            (404, "notFound", Trouble::NotFound),
            (410, "", Trouble::NotFound),
            (409, "conflict", Trouble::IdRefused),
            (409, "fileIdInUse", Trouble::IdRefused),
            (412, "conditionNotMet", Trouble::Interrupted),
            (408, "", Trouble::Interrupted),
            (302, "", Trouble::Offline),
            (407, "", Trouble::Offline),
            (511, "", Trouble::Offline),
            (500, "internalError", Trouble::ServerFault),
            (502, "", Trouble::ServerFault),
            (503, "backendError", Trouble::ServerFault),
            (504, "", Trouble::ServerFault),
            (413, "", Trouble::Rejected),
        ];
        for (status, reason, trouble) in table {
            let error = classify(*status, reason, "", None);
            assert_eq!(error.trouble, *trouble, "{status} {reason}");
            assert!(error.message.ends_with('.'), "{}", error.message);
        }
    }

    #[test]
    fn an_id_of_another_account_is_told_from_a_bad_request() {
        let error = classify(400, "invalid", "The provided file ID is not usable.", None);
        assert_eq!(error.trouble, Trouble::IdRefused);
    }

    #[test]
    fn a_rate_limit_that_only_words_tell_is_one() {
        let error = classify(403, "PERMISSION_DENIED", "User Rate Limit Exceeded", None);
        assert_eq!(error.trouble, Trouble::RateLimited);
    }

    #[test]
    fn the_three_kinds_of_full_ask_for_different_things() {
        let of = |reason: &str, message: &str| classify(403, reason, message, None).message;
        assert!(
            of(
                "storageQuotaExceeded",
                "The user's Drive storage quota has been exceeded."
            )
            .contains("full")
        );
        let service = "Service Accounts do not have storage quota. Leverage shared drives.";
        assert!(of("storageQuotaExceeded", service).contains("shared drive"));
        assert!(of("numChildrenInNonRootLimitExceeded", "").contains("another folder"));
    }

    #[test]
    fn the_reason_is_found_in_each_shape_of_the_error_object() {
        let old = json!({"error": {"code": 403, "message": "m", "status": "PERMISSION_DENIED",
            "errors": [{"domain": "usageLimits", "reason": "dailyLimitExceeded"}]}});
        let new = json!({"error": {"code": 403, "status": "PERMISSION_DENIED", "message": "m",
            "details": [{"@type": "x"}, {"reason": "SERVICE_DISABLED"}]}});
        let bare = json!({"error": {"code": 429, "status": "RESOURCE_EXHAUSTED", "message": "m"}});
        assert_eq!(from_json(None, &old, None).trouble, Trouble::DailyLimit);
        assert_eq!(from_json(None, &new, None).trouble, Trouble::ApiDisabled);
        assert_eq!(from_json(None, &bare, None).trouble, Trouble::RateLimited);
        assert_eq!(from_json(None, &json!("?"), None).trouble, Trouble::ServerFault);
        assert_eq!(from_answer(503, b"<html>", None).trouble, Trouble::ServerFault);
    }

    #[test]
    fn a_used_up_day_is_asked_again_each_hour() {
        let error = classify(403, "dailyLimitExceeded", "", None);
        assert_eq!(error.disposition(), Disposition::RetryAfter(DAILY_LIMIT_PAUSE));
    }

    #[test]
    fn retry_after_is_seconds_or_a_date_and_never_more_than_an_hour() {
        let now = Timestamp::from_millis(784_111_777_000); // Sun, 06 Nov 1994 08:49:37 GMT
        let of = |value: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(RETRY_AFTER, value.parse().unwrap());
            retry_after(&headers, now)
        };
        assert_eq!(of("7"), Some(Duration::from_secs(7)));
        assert_eq!(of("Sun, 06 Nov 1994 08:50:37 GMT"), Some(Duration::from_secs(60)));
        assert_eq!(of("Sun, 06 Nov 1994 08:00:00 GMT"), Some(Duration::ZERO));
        assert_eq!(of("99999999999"), Some(LONGEST_RETRY_AFTER));
        assert_eq!(of("soon"), None);
        assert_eq!(retry_after(&HeaderMap::new(), now), None);
    }

    #[test]
    fn only_a_connection_that_was_never_made_counts_as_offline() {
        let of = |error: HttpError| from_http(&error).trouble;
        assert_eq!(of(HttpError::Connect("refused".into())), Trouble::Offline);
        assert_eq!(of(HttpError::Transport("reset".into())), Trouble::Interrupted);
        assert_eq!(
            of(HttpError::Timeout(Duration::from_secs(8))),
            Trouble::Interrupted
        );
    }
}
