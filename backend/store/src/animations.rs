//! The moving pictures of a job, kept as one JSON list on its row.

use boothline_domain::AnimationFormat;
use serde::{Deserialize, Serialize};

use crate::StoreError;

/// One moving picture of a job.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Animation {
    /// The kind of file.
    pub format: AnimationFormat,
    /// Of the file, below the results folder.
    pub path: String,
    /// Size of the file in bytes.
    pub bytes: u64,
    /// Of the file's bytes, in hex.
    pub md5: String,
}

/// The one that guests want to keep, where only one file can be given: the MP4, which every phone
/// and messenger plays, else the GIF.
#[must_use]
pub fn keepsake(animations: &[Animation]) -> Option<&Animation> {
    let of = |format| animations.iter().find(|animation| animation.format == format);
    of(AnimationFormat::Mp4).or_else(|| of(AnimationFormat::Gif))
}

/// The list in a column; an empty one is null.
pub(crate) fn read(column: Option<&str>) -> Result<Vec<Animation>, StoreError> {
    column.map_or(Ok(Vec::new()), |json| Ok(serde_json::from_str(json)?))
}

/// The column for a list.
pub(crate) fn written(animations: &[Animation]) -> Result<Option<String>, StoreError> {
    if animations.is_empty() {
        return Ok(None);
    }
    Ok(Some(serde_json::to_string(animations)?))
}

/// The text by which a column that names `path` is found.
pub(crate) fn mention(path: &str) -> Result<String, StoreError> {
    Ok(format!("\"path\":{}", serde_json::to_string(path)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn boomerang(format: AnimationFormat) -> Animation {
        Animation {
            format,
            path: format!("evening/picture.{format}"),
            bytes: 7,
            md5: "b858cb282617fb0956d960215c8e84d1".to_owned(),
        }
    }

    #[test]
    fn a_list_reads_back_and_an_empty_one_is_null() {
        let both = vec![boomerang(AnimationFormat::Gif), boomerang(AnimationFormat::Mp4)];
        let column = written(&both).unwrap();
        assert_eq!(read(column.as_deref()).unwrap(), both);
        assert_eq!(written(&[]).unwrap(), None);
        assert_eq!(read(None).unwrap(), []);
    }

    #[test]
    fn a_column_mentions_its_whole_paths_only() {
        let column = written(&[boomerang(AnimationFormat::Gif)]).unwrap().unwrap();
        assert!(column.contains(&mention("evening/picture.gif").unwrap()));
        assert!(!column.contains(&mention("picture.gif").unwrap()));
        assert!(!column.contains(&mention("evening/picture").unwrap()));
    }

    #[test]
    fn a_format_of_a_newer_version_is_an_error_not_a_guess() {
        let newer = r#"[{"format":"avif","path":"a.avif","bytes":1,"md5":""}]"#;
        assert!(read(Some(newer)).is_err());
    }
}
