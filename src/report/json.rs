//! For programs.

use std::fmt::Write as _;

use super::{Report, Subject};
use crate::diag::render::{self, Options};

/// One object: `command`, `version` of this form, `valid`, `summary` with counts, `findings`, each as
/// [`render::json`] with the `object` it is about, and `skipped` with the reason.
pub(super) fn print(report: &Report, options: &Options) -> String {
    let counts = report.counts();
    let mut out = String::from("{\n");
    // Writing to a `String` cannot fail.
    let _ = write!(
        out,
        "  \"command\": {},\n  \"version\": 1,\n  \"valid\": {},\n  \"summary\": {{\"objects\": {}, \"errors\": {}, \
         \"warnings\": {}, \"notes\": {}, \"skipped\": {}}},\n  \"findings\": [",
        quoted(report.command),
        !report.has_failed(),
        counts.subjects,
        counts.errors,
        counts.warnings,
        counts.notes,
        counts.skipped
    );
    let findings = report
        .subjects
        .iter()
        .flat_map(|subject| subject.findings.iter().map(move |finding| (subject, finding)));
    lines(&mut out, findings, |(subject, finding)| {
        let text = render::json(finding, options);
        let rest = text.trim_end().strip_prefix('{').unwrap_or_default();
        format!("{{\"object\":{},{rest}", quoted(&subject.name))
    });
    out.push_str("],\n  \"skipped\": [");
    let skipped = report.subjects.iter().filter_map(|subject| Some((subject, subject.skipped.as_ref()?)));
    lines(&mut out, skipped, |(Subject { name, file, .. }, reason)| {
        format!("{{\"object\":{},\"file\":{},\"reason\":{}}}", quoted(name), quoted(file), quoted(reason))
    });
    out.push_str("]\n}\n");
    out
}

/// The items of a list, a line each.
fn lines<T>(out: &mut String, items: impl Iterator<Item = T>, print: impl Fn(T) -> String) {
    let mut any = false;
    for item in items {
        out.push_str(if any { ",\n    " } else { "\n    " });
        out.push_str(&print(item));
        any = true;
    }
    if any {
        out.push_str("\n  ");
    }
}

fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}
