//! For people.

use std::collections::HashSet;

use super::Report;
use super::place::count;
use crate::diag::render::{self, Options};

/// Each finding with its line, those that read the same once, and how many there are.
pub(super) fn print(report: &Report, options: &Options) -> String {
    let mut out = String::new();
    let mut seen = HashSet::new();
    for finding in report.findings() {
        let text = render::full(finding, options);
        if seen.insert(text.clone()) {
            out.push_str(&text);
            out.push('\n');
        }
    }
    out.push_str(&summary(report));
    out.push('\n');
    out
}

/// `24 objects: 1 error, 2 warnings, 3 skipped`.
pub(super) fn summary(report: &Report) -> String {
    let counts = report.counts();
    let mut parts = Vec::new();
    for (number, noun) in [(counts.errors, "error"), (counts.warnings, "warning"), (counts.notes, "note")] {
        if number > 0 {
            parts.push(count(number, noun));
        }
    }
    if parts.is_empty() {
        parts.push("nothing to report".to_owned());
    }
    if counts.skipped > 0 {
        parts.push(format!("{} skipped", counts.skipped));
    }
    format!("{}: {}", count(counts.subjects, "object"), parts.join(", "))
}
