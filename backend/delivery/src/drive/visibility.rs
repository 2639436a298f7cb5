//! What a guest without an account gets from a link.

use hyper::header::LOCATION;
use hyper::{Request, StatusCode};
use url::Url;

use super::{Class, Drive, DriveError, Trouble, Visibility, errors, http};

const MOST_REDIRECTS: usize = 5;
/// Where Google's links lead on their way to the bytes.
const GOOGLES: [&str; 2] = ["google.com", "googleusercontent.com"];

impl Drive {
    /// Opens a link as a guest would: without a token. Follows a few redirects
    /// and reads no bytes of the file.
    ///
    /// # Errors
    /// When that cannot be said now: no network, a fault or a limit at Google's side.
    pub async fn public(&self, link: &str) -> Result<Visibility, DriveError> {
        let mut url = web_address(Url::parse(link).ok())?;
        for _ in 0..=MOST_REDIRECTS {
            let request = Request::get(url.as_str())
                .body(())
                .map_err(|_| no_web_address())?;
            let _turn = self.pacer().turn(Class::Batch).await;
            let answer = http::head_of(&self.inner.http, request, self.patience().small)
                .await
                .map_err(|error| errors::from_http(&error))?;
            match answer.status() {
                status if status.is_success() => return Ok(Visibility::Public),
                status if status.is_redirection() => {}
                StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => return Ok(Visibility::NotPublic),
                StatusCode::NOT_FOUND | StatusCode::GONE => return Ok(Visibility::Gone),
                status => {
                    let retry_after = errors::retry_after(answer.headers(), self.inner.clock.now());
                    return Err(errors::classify(status.as_u16(), "", "", retry_after));
                }
            }
            let target = answer
                .headers()
                .get(LOCATION)
                .and_then(|target| target.to_str().ok())
                .and_then(|target| url.join(target).ok());
            let target = web_address(target)?;
            // Google's own sign-in page, or that of an organisation.
            if is_sign_in(&target) || !self.leads_on(&url, &target) {
                return Ok(Visibility::NotPublic);
            }
            url = target;
        }
        Err(DriveError::new(
            Trouble::Rejected,
            "The link leads from one address to the next without end.",
        ))
    }

    /// Whether a redirect stays where Drive's files are. Elsewhere we look at nothing.
    fn leads_on(&self, from: &Url, to: &Url) -> bool {
        let host = to.host_str().unwrap_or_default();
        let settings = &self.inner.settings;
        let ours = [Some(from), Some(&settings.link_url), Some(&settings.api_url)];
        ours.into_iter().flatten().any(|url| url.host() == to.host())
            || GOOGLES.iter().any(|domain| is_within(host, domain))
    }
}

fn is_sign_in(url: &Url) -> bool {
    url.host_str() == Some("accounts.google.com")
        || url
            .path_segments()
            .is_some_and(|mut segments| segments.any(|part| matches!(part, "ServiceLogin" | "signin")))
}

fn is_within(host: &str, domain: &str) -> bool {
    host.strip_suffix(domain)
        .is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
}

fn web_address(url: Option<Url>) -> Result<Url, DriveError> {
    url.filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host())
        .ok_or_else(no_web_address)
}

fn no_web_address() -> DriveError {
    DriveError::new(Trouble::Rejected, "The link is not a web address.")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sign_in_pages_are_known_by_host_or_path() {
        let is = |address: &str| is_sign_in(&Url::parse(address).unwrap());
        assert!(is("https://accounts.google.com/v3/signin/identifier"));
        assert!(is("http://127.0.0.1:1/ServiceLogin?continue=x"));
        assert!(!is("https://drive.usercontent.google.com/download?id=1"));
    }

    #[test]
    fn a_domain_holds_its_own_hosts_only() {
        assert!(is_within("drive.google.com", "google.com"));
        assert!(is_within("google.com", "google.com"));
        assert!(!is_within("evilgoogle.com", "google.com"));
        assert!(!is_within("google.com.evil.example", "google.com"));
    }
}
