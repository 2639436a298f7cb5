//! Links to a file: predicted from its reserved id, compared with what Drive answers.

use url::Url;

use super::RemoteFile;

/// The links of one file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DriveLinks {
    /// For people: Drive's page of the file.
    pub drive_link: String,
    /// For programs: the bytes.
    pub download_link: String,
}

impl DriveLinks {
    /// The links that a file with this id will have. `base` ends with `/`.
    pub(crate) fn predict(base: &Url, id: &str) -> Self {
        Self {
            drive_link: format!("{base}file/d/{id}/view?usp=sharing"),
            download_link: format!("{base}uc?id={id}&export=download"),
        }
    }

    /// These links, replaced by Drive's own where those lead elsewhere.
    pub(crate) fn corrected(&self, file: &RemoteFile) -> Self {
        let key = file.resource_key.as_deref();
        Self {
            drive_link: corrected(&self.drive_link, file.web_view_link.as_deref(), key),
            download_link: corrected(&self.download_link, file.web_content_link.as_deref(), key),
        }
    }
}

/// What decides where a link of Drive leads. Other parameters, such as `usp`, only say where it came from.
#[derive(Debug, PartialEq, Eq)]
struct Destination {
    host: String,
    id: Option<String>,
    resource_key: Option<String>,
}

fn corrected(predicted: &str, answered: Option<&str>, key: Option<&str>) -> String {
    // Only web addresses become links on pages and QR codes.
    let mut answer = answered
        .and_then(|link| Url::parse(link).ok())
        .filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host());
    if answer.is_none() && key.is_some() {
        answer = Url::parse(predicted).ok();
    }
    let Some(mut answer) = answer else {
        return predicted.to_owned();
    };
    // Old files open only with their key, and not every link of theirs carries it.
    if let Some(key) = key.filter(|_| destination(&answer).resource_key.is_none()) {
        answer.query_pairs_mut().append_pair("resourcekey", key);
    }
    let same = Url::parse(predicted).is_ok_and(|url| destination(&url) == destination(&answer));
    if same { predicted.to_owned() } else { answer.into() }
}

fn destination(url: &Url) -> Destination {
    let parameter = |name: &str| {
        url.query_pairs()
            .find(|(key, _)| key.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.into_owned())
    };
    let in_path = || {
        let mut segments = url.path_segments()?;
        segments.find(|segment| *segment == "d")?;
        segments.next().map(str::to_owned)
    };
    Destination {
        host: format!(
            "{}:{}",
            url.host_str().unwrap_or_default(),
            url.port_or_known_default().unwrap_or_default()
        ),
        id: in_path().or_else(|| parameter("id")),
        resource_key: parameter("resourcekey"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const VIEW: &str = "https://drive.google.com/file/d/1abc/view?usp=sharing";

    #[test]
    fn links_are_known_from_the_reserved_id_alone() {
        let base = Url::parse("https://drive.google.com/").unwrap();
        let links = DriveLinks::predict(&base, "1abc");
        assert_eq!(links.drive_link, VIEW);
        assert_eq!(
            links.download_link,
            "https://drive.google.com/uc?id=1abc&export=download"
        );
    }

    #[test]
    fn an_answer_that_leads_to_the_same_place_changes_nothing() {
        for same in [
            "https://drive.google.com/file/d/1abc/view?usp=drivesdk",
            "https://drive.google.com/file/d/1abc/view",
            "https://drive.google.com/a/example.com/file/d/1abc/edit?usp=drivesdk",
            "https://drive.google.com/open?id=1abc",
        ] {
            assert_eq!(corrected(VIEW, Some(same), None), VIEW, "{same}");
        }
        assert_eq!(corrected(VIEW, None, None), VIEW);
    }

    #[test]
    fn an_answer_that_leads_elsewhere_is_taken() {
        for other in [
            "https://drive.google.com/file/d/1xyz/view?usp=drivesdk",
            "https://drive.example.com/file/d/1abc/view",
            "https://drive.google.com/file/d/1abc/view?resourcekey=0-k",
            "https://drive.google.com/file/d/1abc/view?usp=drivesdk&resourceKey=0-k",
        ] {
            assert_eq!(corrected(VIEW, Some(other), None), other);
        }
    }

    #[test]
    fn a_resource_key_that_the_link_lacks_is_added() {
        let with_key = corrected(
            VIEW,
            Some("https://drive.google.com/file/d/1abc/view"),
            Some("0-k"),
        );
        assert_eq!(
            with_key,
            "https://drive.google.com/file/d/1abc/view?resourcekey=0-k"
        );
        let carried = "https://drive.google.com/file/d/1abc/view?resourceKey=0-k";
        assert_eq!(corrected(VIEW, Some(carried), Some("0-k")), carried);
        assert!(corrected(VIEW, None, Some("0-k")).ends_with("resourcekey=0-k"));
    }

    #[test]
    fn what_is_no_web_address_never_becomes_a_link() {
        for odd in ["javascript:alert(1)", "data:text/html,x", "/file/d/2", ""] {
            assert_eq!(corrected(VIEW, Some(odd), None), VIEW, "{odd}");
        }
    }
}
