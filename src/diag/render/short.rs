//! One line a diagnostic: `file:line:col: error[code]: message (help)`.

use super::super::Diagnostic;
use super::full::severity_name;
use super::{Options, Words};

/// The diagnostic on one line, ending in a line end.
#[must_use]
pub fn short(diagnostic: &Diagnostic, options: &Options) -> String {
    let words = Words::new(diagnostic, options);
    let place = diagnostic
        .primary
        .as_ref()
        .map(|label| format!("{}: ", words.place(&label.place)))
        .unwrap_or_default();
    let severity = severity_name(diagnostic.severity);
    let help = diagnostic.help.as_deref().map(|help| format!(" ({})", words.line(help))).unwrap_or_default();
    format!("{place}{severity}[{}]: {}{help}\n", diagnostic.code.0, words.line(&diagnostic.message))
}
