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
pub(crate) mod workflow;

use super::{Diagnostic, Place, SourceKind};

pub use full::full;
pub use json::json;
pub use mask::{Secrets, is_secret_name};
pub use short::short;
pub(crate) use width::{harmless, is_harmless, line};

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

/// The words of one diagnostic, made harmless and without the secrets of the lines it points at.
struct Words(Vec<String>);

impl Words {
    fn new(diagnostic: &Diagnostic, options: &Options) -> Self {
        Self(mask::hidden_texts(diagnostic, &options.secrets))
    }

    /// The text with secrets masked.
    fn masked(&self, text: &str) -> String {
        self.0.iter().fold(text.to_owned(), |text, secret| text.replace(secret, mask::MASK))
    }

    /// The same on one line: line ends and control characters written as escapes.
    fn line(&self, text: &str) -> String {
        let mut line = String::with_capacity(text.len());
        for c in self.masked(text).chars() {
            match c {
                '\n' => line.push_str("\\n"),
                '\t' => line.push(' '),
                c if width::is_harmless(c) => line.push(c),
                c => line.extend(c.escape_unicode()),
            }
        }
        line
    }

    /// Where a place is: `file:line:col`; of a flag its name, never its argument. Lines that stand in no file of the
    /// user's are said to: those of rendered text (its name is the template's), of a preset, of the defaults.
    fn place(&self, place: &Place) -> String {
        if place.source.kind() == SourceKind::Flag {
            return self.line(file_name(place));
        }
        let lines = match place.source.kind() {
            SourceKind::Rendered => " (rendered)",
            SourceKind::Preset => " (preset)",
            SourceKind::Default => " (default)",
            _ => "",
        };
        self.line(&place.to_string()) + lines
    }
}

/// The diagnostic with its words as they may be shown: secrets of the lines it points at masked, on one line each but
/// for the help, control and direction characters escaped. Places stay as they are.
#[must_use]
pub fn plain(diagnostic: &Diagnostic, options: &Options) -> Diagnostic {
    let words = Words::new(diagnostic, options);
    let mut plain = diagnostic.clone();
    plain.message = words.line(&plain.message);
    for label in plain.primary.iter_mut().chain(&mut plain.secondary) {
        label.text = words.line(&label.text);
    }
    for frame in &mut plain.trace {
        frame.what = words.line(&frame.what);
    }
    plain.help =
        plain.help.map(|help| help.lines().map(|line| words.line(line)).collect::<Vec<_>>().join("\n"));
    plain
}

/// The name of a place's source; of a flag, `--set` without the argument.
#[must_use]
pub fn file_name(place: &Place) -> &str {
    let name = place.source.name();
    if place.source.kind() == SourceKind::Flag { name.split(' ').next().unwrap_or(name) } else { name }
}
