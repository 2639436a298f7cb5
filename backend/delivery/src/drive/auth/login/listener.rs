//! The address that the browser comes back to.

use std::io;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use url::Url;

use crate::drive::auth::secret::Secret;

/// Google's codes have about a hundred letters.
const LARGEST_HEAD: usize = 16 * 1024;
/// Browsers open connections that they may never use.
const PATIENCE: Duration = Duration::from_secs(10);
const MOST_VISITORS: usize = 32;

/// What the person has answered.
#[derive(Debug)]
pub(super) enum Consent {
    /// Yes: a code to redeem.
    Code(Secret),
    /// No, or Google refuses: an OAuth error code.
    Error(String),
}

/// Only a request for `path` that knows `state` is an answer.
#[derive(Clone)]
pub(super) struct Expected {
    pub(super) path: String,
    pub(super) state: Secret,
}

/// Waits for the answer. Everything else that knocks is turned away.
pub(super) async fn consent(socket: &TcpListener, expected: &Expected) -> io::Result<Consent> {
    let mut visitors = JoinSet::new();
    loop {
        tokio::select! {
            visit = socket.accept(), if visitors.len() < MOST_VISITORS => {
                let expected = expected.clone();
                let stream = visit?.0;
                visitors.spawn(async move {
                    tokio::time::timeout(PATIENCE, receive(stream, &expected)).await
                });
            }
            Some(visit) = visitors.join_next() => {
                if let Ok(Ok(Ok(Some(consent)))) = visit {
                    return Ok(consent);
                }
            }
        }
    }
}

async fn receive(mut stream: TcpStream, expected: &Expected) -> io::Result<Option<Consent>> {
    let head = read_head(&mut stream).await?;
    let (page, consent) = judge(&head, expected);
    // The answer counts, whether or not the browser waits for its page.
    let _gone = write_page(&mut stream, &page).await;
    Ok(consent)
}

async fn read_head(stream: &mut TcpStream) -> io::Result<Vec<u8>> {
    let mut head = Vec::new();
    while !head.windows(4).any(|end| end == b"\r\n\r\n") {
        if head.len() >= LARGEST_HEAD || stream.read_buf(&mut head).await? == 0 {
            return Err(io::ErrorKind::InvalidData.into());
        }
    }
    Ok(head)
}

struct Page {
    status: &'static str,
    text: &'static str,
}

fn judge(head: &[u8], expected: &Expected) -> (Page, Option<Consent>) {
    const NOT_FOUND: Page = Page {
        status: "404 Not Found",
        text: "There is nothing here.",
    };
    let Some(url) = target(head) else {
        return (NOT_FOUND, None);
    };
    if url.path() != expected.path {
        return (NOT_FOUND, None);
    }
    let parameter = |name: &str| {
        url.query_pairs()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.into_owned())
    };
    if parameter("state").as_deref() != Some(expected.state.expose()) {
        let page = Page {
            status: "400 Bad Request",
            text: "This answer does not belong to the sign-in that is under way. Start again from the terminal.",
        };
        return (page, None);
    }
    if let Some(error) = parameter("error") {
        let error: String = error
            .chars()
            .filter(|letter| letter.is_ascii_alphanumeric() || "_- ".contains(*letter))
            .take(60)
            .collect();
        let page = Page {
            status: "200 OK",
            text: "The access was not granted. You can close this window; the terminal says more.",
        };
        return (page, Some(Consent::Error(error)));
    }
    match parameter("code").filter(|code| !code.is_empty()) {
        Some(code) => {
            let page = Page {
                status: "200 OK",
                text: "Thank you. You can close this window; the terminal says the rest.",
            };
            (page, Some(Consent::Code(Secret::new(code))))
        }
        None => (NOT_FOUND, None),
    }
}

/// The address that a `GET` asks for.
fn target(head: &[u8]) -> Option<Url> {
    let line = head.split(|byte| *byte == b'\r').next()?;
    let mut words = std::str::from_utf8(line).ok()?.split(' ');
    let (method, target) = (words.next()?, words.next()?);
    if method != "GET" || !target.starts_with('/') {
        return None;
    }
    Url::parse(&format!("http://127.0.0.1{target}")).ok()
}

async fn write_page(stream: &mut TcpStream, page: &Page) -> io::Result<()> {
    let Page { status, text } = page;
    let body = format!(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Boothline</title>\
         <body style=\"font:1.25rem system-ui;margin:4rem auto;max-width:32rem\"><p>{text}</p></body></html>"
    );
    // The address holds the code: it goes to no other site and into no cache.
    let answer = format!(
        "HTTP/1.1 {status}\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: {}\r\n\
         Cache-Control: no-store\r\nReferrer-Policy: no-referrer\r\n\
         Content-Security-Policy: default-src 'none'; style-src 'unsafe-inline'\r\n\
         Connection: close\r\n\r\n{body}",
        body.len()
    );
    stream.write_all(answer.as_bytes()).await?;
    stream.shutdown().await
}
