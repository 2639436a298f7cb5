//! Bodies of `multipart/related`: metadata, then bytes.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;

use crate::error::ApiError;

/// The two parts of an upload in one request.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Related {
    pub(super) metadata: Bytes,
    pub(super) content_type: Option<String>,
    pub(super) content: Bytes,
}

/// Takes a body apart.
pub(super) fn parse(content_type: &str, body: &Bytes) -> Result<Related, ApiError> {
    let boundary = boundary(content_type).ok_or_else(|| malformed("Missing boundary."))?;
    let parts = split(body, &boundary).ok_or_else(|| malformed("Malformed multipart body."))?;
    let [metadata, content] = parts.as_slice() else {
        return Err(malformed("A multipart upload has two parts."));
    };
    let (metadata_headers, metadata) = headers(body, metadata).ok_or_else(|| malformed("Malformed part."))?;
    if !value(&metadata_headers, "content-type").is_some_and(|kind| kind.starts_with("application/json")) {
        return Err(malformed("The first part must be application/json."));
    }
    let (content_headers, content) = headers(body, content).ok_or_else(|| malformed("Malformed part."))?;
    let content = match value(&content_headers, "content-transfer-encoding").as_deref() {
        Some("base64") => {
            let text: Vec<u8> = content
                .iter()
                .copied()
                .filter(|byte| !byte.is_ascii_whitespace())
                .collect();
            let decoded = STANDARD.decode(text);
            decoded
                .map_err(|_| malformed("The second part is not base64."))?
                .into()
        }
        _ => content,
    };
    Ok(Related {
        metadata,
        content_type: value(&content_headers, "content-type"),
        content,
    })
}

fn malformed(sentence: &str) -> ApiError {
    ApiError::new(400, "badContent", sentence)
}

fn boundary(content_type: &str) -> Option<String> {
    let (kind, parameters) = content_type.split_once(';')?;
    if !kind.trim().eq_ignore_ascii_case("multipart/related") {
        return None;
    }
    let boundary = parameters.split(';').find_map(|parameter| {
        let (name, value) = parameter.trim().split_once('=')?;
        name.eq_ignore_ascii_case("boundary")
            .then(|| value.trim_matches('"').to_owned())
    })?;
    (!boundary.is_empty()).then_some(boundary)
}

/// The places of the parts between the boundary lines; `None` without a closing one.
fn split(body: &[u8], boundary: &str) -> Option<Vec<std::ops::Range<usize>>> {
    let delimiter = format!("--{boundary}");
    let mut parts = Vec::new();
    let mut start = None;
    let mut from = 0;
    loop {
        let at = from + find(&body[from..], delimiter.as_bytes())?;
        from = at + delimiter.len();
        // A boundary begins a line; the same characters inside the bytes do not count.
        if at > 0 && body[at - 1] != b'\n' {
            continue;
        }
        if let Some(start) = start {
            parts.push(start..without_line_end(body, start, at));
        }
        let rest = &body[from..];
        if rest.starts_with(b"--") {
            return Some(parts);
        }
        let line_end = find(rest, b"\n")?;
        start = Some(from + line_end + 1);
        from += line_end + 1;
    }
}

fn without_line_end(body: &[u8], start: usize, end: usize) -> usize {
    let part = &body[start..end];
    let part = part.strip_suffix(b"\n").unwrap_or(part);
    start + part.strip_suffix(b"\r").unwrap_or(part).len()
}

type Headers = Vec<(String, String)>;

/// The header lines of a part and what follows the empty line.
fn headers(body: &Bytes, part: &std::ops::Range<usize>) -> Option<(Headers, Bytes)> {
    let mut headers = Vec::new();
    let mut at = part.start;
    loop {
        let length = find(&body[at..part.end], b"\n")?;
        let line = std::str::from_utf8(&body[at..at + length])
            .ok()?
            .trim_end_matches('\r');
        at += length + 1;
        if line.is_empty() {
            return Some((headers, body.slice(at..part.end)));
        }
        let (name, value) = line.split_once(':')?;
        headers.push((name.trim().to_ascii_lowercase(), value.trim().to_owned()));
    }
}

fn value(headers: &Headers, name: &str) -> Option<String> {
    let found = headers.iter().find(|(known, _)| known == name);
    found.map(|(_, value)| value.clone())
}

fn find(haystack: &[u8], needle: &[u8]) -> Option<usize> {
    let first = *needle.first()?;
    let mut from = 0;
    while let Some(step) = haystack[from..].iter().position(|byte| *byte == first) {
        let at = from + step;
        if haystack[at..].starts_with(needle) {
            return Some(at);
        }
        from = at + 1;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    const KIND: &str = "multipart/related; boundary=\"b7\"";

    #[test]
    fn both_kinds_of_line_ends_are_read_and_the_bytes_stay_whole() {
        for end in ["\r\n", "\n"] {
            let lines = [
                "--b7",
                "Content-Type: application/json; charset=UTF-8",
                "",
                "{\"name\":\"a\"}",
                "--b7",
                "Content-Type: image/jpeg",
                "",
                "x--b7--\u{1}\r\n\n",
                "--b7--",
            ];
            let body = Bytes::from(lines.join(end));
            let related = parse(KIND, &body).unwrap();
            assert_eq!(related.metadata, "{\"name\":\"a\"}");
            assert_eq!(related.content_type.as_deref(), Some("image/jpeg"));
            assert_eq!(related.content, "x--b7--\u{1}\r\n\n");
        }
    }

    #[test]
    fn base64_is_decoded() {
        let body = "--b7\nContent-Type: application/json\n\n{}\n--b7\nContent-Transfer-Encoding: base64\n\naGVs\nbG8=\n--b7--";
        assert_eq!(parse(KIND, &Bytes::from(body)).unwrap().content, "hello");
    }

    #[test]
    fn a_body_cut_short_is_refused() {
        let body = "--b7\nContent-Type: application/json\n\n{}\n--b7\nContent-Type: image/jpeg\n\nbytes";
        assert!(parse(KIND, &Bytes::from(body)).is_err());
        assert!(parse("multipart/related", &Bytes::from(body)).is_err());
        assert!(parse(KIND, &Bytes::new()).is_err());
    }
}
