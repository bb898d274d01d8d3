//! A difference as text for people and as the formats of pipelines.
//!
//! Whether to colour is decided by the caller; nothing here knows a terminal. Control and direction characters of
//! values are written as escapes, so that no manifest can draw on a terminal or break out of a markdown block.

mod github;
mod json;
mod markdown;
mod text;
mod unified;
mod words;

pub use github::github;
pub use json::json;
pub use markdown::markdown;
pub use text::text;

/// What a printed difference looks like.
#[derive(Clone, Debug, Default)]
pub struct Look {
    /// What the first side is called.
    pub from: String,
    /// What the second side is called.
    pub to: String,
    /// Whether to colour with ANSI escapes.
    pub color: bool,
    /// Whether changes are shown as YAML with `-` and `+` lines instead of paths.
    pub unified: bool,
}
