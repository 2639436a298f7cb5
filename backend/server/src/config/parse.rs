//! From text to values; a parser that cannot says what it expected.

use std::fmt::Display;
use std::net::{Ipv4Addr, SocketAddr};
use std::ops::RangeInclusive;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use url::Url;

use super::reader::Parsed;
use crate::secrets::Secret;

/// A whole number within `range`.
pub(super) fn whole<T>(range: RangeInclusive<T>) -> impl Fn(&str) -> Parsed<T>
where
    T: FromStr + PartialOrd + Display,
{
    move |text| {
        text.parse()
            .ok()
            .filter(|number| range.contains(number))
            .ok_or_else(|| {
                let (first, last) = (range.start(), range.end());
                format!("a whole number from {first} to {last}")
            })
    }
}

/// A number of seconds within `range`.
pub(super) fn seconds(range: RangeInclusive<u64>) -> impl Fn(&str) -> Parsed<Duration> {
    let number = whole(range);
    move |text| {
        number(text)
            .map(Duration::from_secs)
            .map_err(|expected| format!("{expected} (seconds)"))
    }
}

/// `on` or `off`, in the usual spellings.
pub(super) fn switch(text: &str) -> Parsed<bool> {
    match text.to_ascii_lowercase().as_str() {
        "on" | "true" | "yes" | "1" => Ok(true),
        "off" | "false" | "no" | "0" => Ok(false),
        _ => Err("on or off".to_owned()),
    }
}

/// One of a few words, in any case.
pub(super) fn word<T: Copy>(choices: &'static [(&'static str, T)]) -> impl Fn(&str) -> Parsed<T> {
    move |text| {
        choices
            .iter()
            .find(|(word, _)| word.eq_ignore_ascii_case(text))
            .map(|(_, value)| *value)
            .ok_or_else(|| {
                let words: Vec<_> = choices.iter().map(|(word, _)| *word).collect();
                format!("one of {}", words.join(", "))
            })
    }
}

/// An address to listen on; `localhost` stands for the IPv4 loopback.
pub(super) fn listen_address(text: &str) -> Parsed<SocketAddr> {
    let local = text
        .strip_prefix("localhost:")
        .and_then(|port| port.parse().ok())
        .map(|port| SocketAddr::from((Ipv4Addr::LOCALHOST, port)));
    local
        .or_else(|| text.parse().ok())
        .ok_or_else(|| "an IP address and a port, such as 127.0.0.1:8000 or 0.0.0.0:8000".to_owned())
}

/// A path; never wrong by itself, `doctor` looks whether it can be used.
#[expect(
    clippy::unnecessary_wraps,
    reason = "parsers share one shape, so that the reader can take any"
)]
pub(super) fn path(text: &str) -> Parsed<PathBuf> {
    Ok(PathBuf::from(text))
}

/// One line of at most `longest` characters.
pub(super) fn line(longest: usize) -> impl Fn(&str) -> Parsed<String> {
    move |text| {
        let fits = text.chars().count() <= longest && !text.chars().any(char::is_control);
        fits.then(|| text.to_owned())
            .ok_or_else(|| format!("one line of at most {longest} characters"))
    }
}

/// A key that can travel in an HTTP header.
pub(super) fn secret(text: &str) -> Parsed<Secret> {
    let travels = text.len() <= 512 && text.bytes().all(|byte| byte.is_ascii_graphic());
    travels
        .then(|| Secret::new(text))
        .ok_or_else(|| "at most 512 letters, digits and signs of ASCII without spaces".to_owned())
}

/// A comma-separated list, each entry read by `entry`.
pub(super) fn list<T>(entry: impl Fn(&str) -> Parsed<T>) -> impl Fn(&str) -> Parsed<Vec<T>> {
    move |text| {
        text.split(',')
            .map(str::trim)
            .filter(|part| !part.is_empty())
            .map(&entry)
            .collect()
    }
}

/// A web origin as browsers send it: scheme, host and port, nothing else.
pub(super) fn origin(text: &str) -> Parsed<String> {
    let expected = || {
        "a comma-separated list of origins such as http://localhost:5173 \
         (never *, since calls carry keys; no path)"
            .to_owned()
    };
    let url = Url::parse(text).map_err(|_| expected())?;
    let bare = url.path() == "/" && url.query().is_none() && url.fragment().is_none();
    let anonymous = url.username().is_empty() && url.password().is_none();
    let origin = url.origin().ascii_serialization();
    let web = matches!(url.scheme(), "http" | "https");
    (bare && anonymous && web).then_some(origin).ok_or_else(expected)
}

/// A host name or address without scheme, port or path, in lower case.
pub(super) fn host(text: &str) -> Parsed<String> {
    url::Host::parse(text)
        .map(|host| host.to_string())
        .map_err(|_| "a comma-separated list of host names such as booth.example".to_owned())
}

/// A language tag such as `en` or `pt-BR`.
pub(super) fn locale(text: &str) -> Parsed<String> {
    let (language, region) = text.split_once('-').unwrap_or((text, "XX"));
    let lower = |part: &str| part.bytes().all(|byte| byte.is_ascii_lowercase());
    let upper = |part: &str| part.bytes().all(|byte| byte.is_ascii_uppercase());
    let known = matches!(language.len(), 2 | 3) && lower(language);
    (known && region.len() == 2 && upper(region))
        .then(|| text.to_owned())
        .ok_or_else(|| "a language tag such as en, de or pt-BR".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_outside_their_range_are_refused_with_the_range() {
        let quality = whole(1_u8..=100);
        assert_eq!(quality("100"), Ok(100));
        for wrong in ["0", "101", "-1", "9.5", "many", "99999999999"] {
            assert_eq!(quality(wrong), Err("a whole number from 1 to 100".into()));
        }
    }

    #[test]
    fn an_origin_is_normalised_and_has_no_path() {
        assert_eq!(
            origin("HTTP://LocalHost:5173/"),
            Ok("http://localhost:5173".into())
        );
        assert_eq!(
            origin("https://booth.example:443"),
            Ok("https://booth.example".into())
        );
        for wrong in [
            "*",
            "null",
            "localhost:5173",
            "http://a/b",
            "ftp://a",
            "http://u:p@a",
        ] {
            assert!(origin(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_host_has_no_port_and_no_scheme() {
        assert_eq!(host("Booth.Example"), Ok("booth.example".into()));
        for wrong in ["http://booth.example", "booth.example:80", "a/b", ""] {
            assert!(host(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_locale_is_a_language_with_perhaps_a_region() {
        for right in ["en", "de", "pt-BR", "nds"] {
            assert!(locale(right).is_ok(), "{right}");
        }
        for wrong in ["english", "EN", "pt_BR", "pt-br", "e", "en-", "../x"] {
            assert!(locale(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_listening_address_needs_a_port() {
        assert!(listen_address("[::1]:8000").is_ok());
        for wrong in [
            "8000",
            ":8000",
            "localhost",
            "booth.example:80",
            "127.0.0.1:99999",
        ] {
            assert!(listen_address(wrong).is_err(), "{wrong}");
        }
    }
}
