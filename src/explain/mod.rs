//! Where every field of a manifest came from: the template line and expression that wrote it, the values that are
//! its data, those that decided whether it is there, and where each was set.
//!
//! Stands on manifests and their traces alone, so that it explains both engines' output.

mod field;
mod map;
mod path;
mod text;

#[cfg(test)]
mod tests;

pub use field::{Field, Site, fields};
pub use map::{Release, source_map};
pub use path::{FieldPath, Pattern, Step};
pub use text::{Style, explain_fields, explain_value};

use crate::trace::Origin;

/// What must not be shown.
#[derive(Clone, Copy, Debug)]
pub struct Secrets {
    /// Everything is shown.
    pub shown: bool,
    /// Whether the value at a path is secret.
    pub is_secret: fn(&str) -> bool,
}

/// What stands for a secret.
const MASK: &str = "***";

impl Secrets {
    fn hides(&self, origin: &Origin) -> bool {
        !self.shown && (self.is_secret)(&origin.path)
    }
}
