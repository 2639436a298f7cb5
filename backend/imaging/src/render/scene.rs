//! Everything one picture is made from.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};

use super::{Outputs, Overlays};
use crate::limits::Limits;
use crate::recipe::Recipe;
use crate::text::Variables;

/// The ingredients of one job; borrowed, so that a scene costs nothing.
#[derive(Clone, Copy)]
pub struct Scene<'a> {
    /// The look.
    pub recipe: &'a Recipe,
    /// The shots as files, in the order they were taken; at least one.
    pub photos: &'a [&'a [u8]],
    /// Where the recipe's own images come from. Names that begin with `builtin/` come from
    /// [`crate::looks::asset`] and are not asked for here.
    pub assets: &'a dyn Assets,
    /// The overlays that were drawn before, to be used again.
    pub overlays: &'a Overlays,
    /// An overlay PNG chosen for this job, stretched to the canvas, above all but the QR code.
    pub overlay: Option<&'a [u8]>,
    /// What the texts may mention.
    pub variables: &'a Variables,
    /// What the recipe's QR code says; without it none is drawn.
    pub qr_text: Option<&'a str>,
    /// What a photo or asset may cost.
    pub limits: &'a Limits,
    /// Sizes and qualities of the files.
    pub outputs: &'a Outputs,
}

/// Images by name.
pub trait Assets: Sync {
    /// The bytes of the image file called `name`, or nothing.
    fn asset(&self, name: &str) -> Option<Cow<'_, [u8]>>;
}

/// No images at all: enough for looks that use none or only built-in ones.
impl Assets for () {
    fn asset(&self, _: &str) -> Option<Cow<'_, [u8]>> {
        None
    }
}

impl Assets for HashMap<String, Vec<u8>> {
    fn asset(&self, name: &str) -> Option<Cow<'_, [u8]>> {
        self.get(name).map(|bytes| Cow::Borrowed(bytes.as_slice()))
    }
}

impl Assets for BTreeMap<String, Vec<u8>> {
    fn asset(&self, name: &str) -> Option<Cow<'_, [u8]>> {
        self.get(name).map(|bytes| Cow::Borrowed(bytes.as_slice()))
    }
}
