//! Texts to trees and back: YAML and JSON with the bytes Helm reads and writes.

mod node;
mod number;
pub mod shape;
pub mod yaml;

pub use node::{Data, Entry, Map, Node, Style};

/// What numbers become when a text is read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Numbers {
    /// Every number is a float, as Helm passes YAML and JSON to templates.
    #[default]
    Json,
    /// Whole numbers stay whole: [`Data::Int`], or [`Data::Uint`] above `i64::MAX`.
    Typed,
}

/// Text of the bytes as Go's JSON writes it: each byte that is no UTF-8 becomes U+FFFD.
fn utf8_or_replaced(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        out.push_str(chunk.valid());
        out.extend(std::iter::repeat_n('\u{FFFD}', chunk.invalid().len()));
    }
    out
}
