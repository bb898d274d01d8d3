//! Annotations of a GitHub workflow.

use std::fmt::Write as _;

use super::words::{counts, folded, inline, remarks};
use crate::diag::SourceKind;
use crate::diag::render::workflow::{data, property};
use crate::diff::{Action, Change, Diff, ObjectDiff};

/// Changes named in one annotation.
const MOST_CHANGES: usize = 10;

/// An annotation an object, on its line when it lies in a file, and a last line that counts. What cannot be applied is
/// a warning, the rest are notices.
#[must_use]
pub fn github(diff: &Diff) -> String {
    let mut out = String::new();
    for object in &diff.objects {
        let command = if object.blocked.is_empty() { "notice" } else { "warning" };
        let mut properties = Vec::new();
        let place = object.object.place();
        if let Some(place) = place.filter(|place| place.source.kind() == SourceKind::File) {
            properties.push(format!("file={}", property(place.source.name())));
            properties.push(format!("line={}", place.line_column().line));
        }
        let action = match object.action {
            Action::Added => "added",
            Action::Removed => "removed",
            Action::Changed => "changed",
        };
        properties.push(format!("title={}", property(&format!("{} {action}", object.id))));
        let _ = writeln!(out, "::{command} {}::{}", properties.join(","), data(&message(object)));
    }
    // Writing to a `String` cannot fail.
    let _ = writeln!(out, "{}", counts(diff));
    if let Some(folded) = folded(diff) {
        let _ = writeln!(out, "{folded}");
    }
    out
}

fn message(object: &ObjectDiff) -> String {
    let mut lines = remarks(object);
    lines.extend(object.changes.iter().take(MOST_CHANGES).map(line));
    if let Some(more) = object.changes.len().checked_sub(MOST_CHANGES).filter(|more| *more > 0) {
        lines.push(format!("and {more} more"));
    }
    if lines.is_empty() {
        lines.push(object.id.to_string());
    }
    lines.join("\n")
}

fn line(change: &Change) -> String {
    match (&change.from, &change.to) {
        (Some(from), Some(to)) => format!("{}: {} → {}", change.path, inline(from), inline(to)),
        (Some(from), None) => format!("{}: {} is gone", change.path, inline(from)),
        (_, Some(to)) => format!("{}: {} is new", change.path, inline(to)),
        (None, None) => change.path.to_string(),
    }
}
