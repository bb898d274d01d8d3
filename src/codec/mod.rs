//! Texts to trees and back: YAML and JSON with the bytes Helm reads and writes.

mod convert;
pub mod json;
mod node;
mod number;
pub mod shape;
pub mod toml;
mod tree;
pub mod yaml;

pub use convert::{to_lazy_value, to_value};
pub use node::{Data, Entry, Map, Node, Style};
pub(crate) use tree::NO_YAML_TYPE;

/// What numbers become when a text is read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Numbers {
    /// Every number is a float, as Helm passes YAML and JSON to templates.
    #[default]
    Json,
    /// Whole numbers stay whole: [`Data::Int`], or [`Data::Uint`] above `i64::MAX`.
    Typed,
}
