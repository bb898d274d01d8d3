//! Diagnostics as text: [`full`] with the line shown, [`short`] one line each, [`json`] one object each.
//!
//! Whether to colour and how wide a line may be is decided by the caller; nothing here knows a terminal.
//! Excerpts are made harmless (tabs, control and direction characters) and mask secrets, see [`Secrets`].

mod excerpt;
mod full;
mod json;
mod mask;
mod short;
#[cfg(test)]
mod tests;
mod width;

pub use full::full;
pub use json::json;
pub use mask::{Secrets, is_secret_name};
pub use short::short;

/// What messages look like.
#[derive(Clone, Debug)]
pub struct Options {
    /// Whether to colour with ANSI escapes.
    pub color: bool,
    /// Columns a line of an excerpt may take; longer lines are cut around what they are shown for.
    pub width: usize,
    /// What excerpts must not show.
    pub secrets: Secrets,
}

impl Default for Options {
    /// No colour, 120 columns, secrets masked.
    fn default() -> Self {
        Self { color: false, width: 120, secrets: Secrets::default() }
    }
}

/// A message on one line: line ends and control characters written as escapes.
fn one_line(text: &str) -> String {
    let mut line = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\n' => line.push_str("\\n"),
            '\t' => line.push(' '),
            c if width::is_harmless(c) => line.push(c),
            c => line.extend(c.escape_unicode()),
        }
    }
    line
}
