//! What is said of photos that became pictures although something was wrong with them.

use boothline_imaging::error::Warning;
use boothline_imaging::render::RenderWarning;

use crate::services::intake::StoredPhoto;
use crate::services::views::WarningView;

/// What the answer to an upload says, while the guest still stands in front of the camera.
pub fn on_upload(photos: &[StoredPhoto]) -> Vec<WarningView> {
    let numbered = photos.iter().zip(1..);
    numbered
        .flat_map(|(stored, photo)| stored.warnings.iter().map(move |warning| view(photo, *warning)))
        .collect()
}

fn view(photo: u32, warning: Warning) -> WarningView {
    WarningView {
        photo,
        code: warning.code().to_owned(),
        detail: warning.to_string(),
    }
}

/// The lines of a job's log that end with `last`: before it stands what a guest should know of the photos.
///
/// A photo is called by its number where there are several.
pub fn lines(warnings: &[RenderWarning], photos: usize, last: &str) -> String {
    let told = warnings.iter().filter_map(|remark| match remark {
        RenderWarning::Photo { warning, .. } if photos == 1 => Some(warning.to_string()),
        RenderWarning::Photo { .. } => Some(remark.to_string()),
        RenderWarning::TextIncomplete { .. } | RenderWarning::CodeTooDense => None,
    });
    let mut lines: Vec<String> = told.collect();
    lines.push(last.to_owned());
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    const CUT: RenderWarning = RenderWarning::Photo {
        index: 1,
        warning: Warning::Truncated { percent: 63 },
    };

    #[test]
    fn a_picture_without_faults_has_its_last_line_alone() {
        assert_eq!(lines(&[], 1, "Ready."), "Ready.");
    }

    #[test]
    fn a_cut_photo_is_told_before_the_end_and_by_number_among_several() {
        assert_eq!(
            lines(&[CUT], 1, "Ready."),
            "The photo is cut off: 63 % of it arrived.\nReady."
        );
        assert_eq!(
            lines(&[CUT], 4, "Ready."),
            "Photo 2: The photo is cut off: 63 % of it arrived.\nReady."
        );
    }

    #[test]
    fn what_only_the_operator_can_mend_is_not_told_to_guests() {
        assert_eq!(lines(&[RenderWarning::CodeTooDense], 1, "Ready."), "Ready.");
    }
}
