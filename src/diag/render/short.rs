//! One line a diagnostic: `file:line:col: error[code]: message`.

use super::super::Diagnostic;
use super::full::severity_name;
use super::one_line;

/// The diagnostic on one line, ending in a line end.
#[must_use]
pub fn short(diagnostic: &Diagnostic) -> String {
    let place = diagnostic
        .primary
        .as_ref()
        .map(|label| format!("{}: ", one_line(&label.place.to_string())))
        .unwrap_or_default();
    let severity = severity_name(diagnostic.severity);
    format!("{place}{severity}[{}]: {}\n", diagnostic.code.0, one_line(&diagnostic.message))
}
