//! Overlays: pictures that a kiosk lays over results.

use std::sync::Arc;

use boothline_imaging::decode::{Want, decode};
use boothline_imaging::error::{PhotoError, Warning};
use boothline_imaging::limits::Limits;
use boothline_imaging::probe::{Format, probe};
use boothline_store::overlays;

use crate::context::Context;
use crate::places::random_name;
use crate::refusal::Refusal;
use crate::services::intake::{self, Received};
use crate::services::once::{Answer, Once};
use crate::services::views::OverlayView;

/// The sizes that kiosks print, in pixels.
const SIZES: [(u32, u32); 2] = [(1200, 1800), LARGEST_OVERLAY];

/// The largest of them.
pub const LARGEST_OVERLAY: (u32, u32) = (2400, 3600);

/// Where overlays are served.
const PREFIX: &str = "/static/overlays/";

/// Takes an overlay. Errors: 400 with the reason for anything but a PNG of a known size.
pub async fn take(context: &Context, received: Received, once: Once) -> Result<Answer, Refusal> {
    if let Some(answer) = once.given_before(context).await? {
        return Ok(answer);
    }
    let limits = intake::limits(context);
    let places = Arc::clone(&context.places);
    let name = format!("{}.png", random_name());
    let path = places.overlays.join(&name);
    let published = path.clone();
    let checked = context.studio.run(
        received.bytes * 2 + intake::decoded_size(LARGEST_OVERLAY),
        move || {
            let size = check(&std::fs::read(received.path())?, &limits)?;
            received.publish(&published)?;
            Ok::<_, Refusal>(size)
        },
    );
    let size = checked.await??;
    let guard = intake::Published::new(path);
    let now = context.now();
    let answer = once.run(context, 200, move |tx| {
        Box::pin(async move {
            let overlay = overlays::add(tx, &name, size, now).await?;
            Ok(OverlayView {
                overlay_url: format!("{PREFIX}{}", overlay.file_name),
                width: size.0,
                height: size.1,
            })
        })
    });
    let answer = answer.await?;
    if !answer.replayed {
        guard.keep();
    }
    Ok(answer)
}

/// The size of a PNG that can be laid over results; it is decoded once to know that it can.
fn check(bytes: &[u8], limits: &Limits) -> Result<(u32, u32), Refusal> {
    let refused = |error: PhotoError| Refusal::bad_request("overlay_invalid", error.to_string());
    let probe = probe(bytes, limits).map_err(refused)?;
    if probe.format != Format::Png {
        return Err(Refusal::bad_request(
            "overlay_invalid",
            "An overlay must be a PNG file.",
        ));
    }
    if !SIZES.contains(&probe.size()) {
        let (width, height) = probe.size();
        let detail =
            format!("An overlay must be 1200x1800 or 2400x3600 pixels; this one is {width}x{height}.");
        return Err(Refusal::bad_request("overlay_invalid", detail));
    }
    let decoded = decode(bytes, limits, Want::Full).map_err(refused)?;
    // Half a photo is better than none; half an overlay is on every picture of the evening.
    if decoded
        .warnings
        .iter()
        .any(|warning| matches!(warning, Warning::Truncated { .. }))
    {
        let detail = "The overlay is cut off: not all of the file arrived.";
        return Err(Refusal::bad_request("overlay_invalid", detail));
    }
    Ok(probe.size())
}

/// The name of the overlay's file in an `overlay_url` that a kiosk sends back: our
/// path, or our path below any address. Errors: 400 for anything else.
pub fn name_in(url: &str) -> Result<String, Refusal> {
    let path = match url.split_once("://") {
        Some((_, rest)) => rest.find('/').map_or("", |start| &rest[start..]),
        None => url,
    };
    let name = path.strip_prefix(PREFIX).filter(|name| is_plain(name));
    name.map(str::to_owned).ok_or_else(|| {
        Refusal::bad_request(
            "overlay_path_invalid",
            "overlay_url must be one that /settings/overlay answered.",
        )
    })
}

fn is_plain(name: &str) -> bool {
    let stem = name.strip_suffix(".png").unwrap_or_default();
    !stem.is_empty()
        && stem.len() <= 64
        && stem
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kiosk_may_send_the_path_or_the_whole_address() {
        assert_eq!(name_in("/static/overlays/abc.png").unwrap(), "abc.png");
        assert_eq!(
            name_in("http://booth:8000/static/overlays/abc.png").unwrap(),
            "abc.png"
        );
    }

    #[test]
    fn no_overlay_path_leads_anywhere_else() {
        for url in [
            "abc.png",
            "/static/overlays/",
            "/static/overlays/../x.png",
            "/static/overlays/a/b.png",
            "/static/overlays/%2e%2e.png",
            "/static/results/a.png",
            "/static/overlays/a.jpg",
            "http://x",
            "://",
        ] {
            assert_eq!(name_in(url).unwrap_err().code, "overlay_path_invalid", "{url}");
        }
    }
}
