//! Places as pipelines want them.

use crate::diag::render::file_name;
use crate::diag::{Place, Severity, SourceKind};

/// A place in a file; lines and columns count from 1, columns in characters, the end is one past the last.
pub(super) struct Located<'p> {
    pub(super) file: &'p str,
    pub(super) line: usize,
    pub(super) column: usize,
    pub(super) end_line: usize,
    pub(super) end_column: usize,
}

impl<'p> Located<'p> {
    /// Where a place is; none for arguments of the command line, which are no file.
    pub(super) fn new(place: &'p Place) -> Option<Self> {
        if place.source.kind() == SourceKind::Flag {
            return None;
        }
        let start = place.line_column();
        let end = place.source.line_column(place.span.end());
        Some(Self {
            file: file_name(place),
            line: start.line,
            column: start.column,
            end_line: end.line,
            end_column: end.column,
        })
    }
}

/// The word for a severity in SARIF and in GitHub's workflow commands, except for notes.
pub(super) fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "note",
    }
}

/// `1 error`, `2 errors`.
pub(super) fn count(number: usize, noun: &str) -> String {
    format!("{number} {noun}{}", if number == 1 { "" } else { "s" })
}
