//! Why a picture could not be made, and what was odd about one that could.

use crate::animation::AnimationError;
use crate::encode::EncodeError;
use crate::error::{PhotoError, Warning};
use crate::recipe::{FieldError, RecipeError};

/// The picture was not made.
#[derive(Debug, thiserror::Error)]
pub enum RenderError {
    /// The job has no photos.
    #[error("There is no photo to make a picture of.")]
    NoPhotos,
    /// The recipe breaks its own rules.
    #[error("The look cannot be drawn: {0}")]
    Recipe(#[from] RecipeError),
    /// A photo cannot be used.
    #[error("Photo {} cannot be used: {source}", index + 1)]
    Photo {
        /// Which one, from 0.
        index: usize,
        /// Why.
        #[source]
        source: PhotoError,
    },
    /// The recipe mentions an image nobody has.
    #[error("The look needs the image \"{name}\", which does not exist.")]
    AssetMissing {
        /// Its name in the recipe.
        name: String,
    },
    /// An image of the recipe cannot be read.
    #[error("The look's image \"{name}\" cannot be used: {source}")]
    Asset {
        /// Its name in the recipe.
        name: String,
        /// Why.
        #[source]
        source: PhotoError,
    },
    /// The job's overlay cannot be read.
    #[error("The overlay cannot be used: {0}")]
    Overlay(#[source] PhotoError),
    /// The frames of the look could not be put in a row.
    #[error(transparent)]
    Animation(#[from] AnimationError),
    /// The finished picture could not be written as a file.
    #[error(transparent)]
    Encode(#[from] EncodeError),
}

impl RenderError {
    /// The stable name of this error for programs; a photo's own code where a photo is at fault.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::NoPhotos => "render_no_photos",
            Self::Recipe(_) => "render_recipe_invalid",
            Self::Photo { source, .. } => source.code(),
            Self::AssetMissing { .. } => "render_asset_missing",
            Self::Asset { .. } => "render_asset_invalid",
            Self::Overlay(_) => "render_overlay_invalid",
            Self::Animation(_) => "render_animation_failed",
            Self::Encode(_) => "render_encode_failed",
        }
    }
}

impl From<Vec<FieldError>> for RenderError {
    fn from(fields: Vec<FieldError>) -> Self {
        Self::Recipe(RecipeError { fields })
    }
}

/// What was left out or odd in a picture that was made all the same.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RenderWarning {
    /// A photo was read with a reservation.
    #[error("Photo {}: {warning}", index + 1)]
    Photo {
        /// Which one, from 0.
        index: usize,
        /// The reservation.
        warning: Warning,
    },
    /// A text had characters that no font of ours can show; they were left out.
    #[error("Text {}: some characters cannot be shown and were left out.", index + 1)]
    TextIncomplete {
        /// Which text of the recipe, from 0.
        index: usize,
    },
    /// The link does not fit the QR code's square at a size phones can read; no code was drawn.
    #[error("The link is too long for the QR code on the picture; none was drawn.")]
    CodeTooDense,
}
