//! Commands of a GitHub workflow.

use std::fmt::Write as _;

use super::Report;
use super::place::Located;
use super::text::summary;
use crate::diag::render::workflow::{data, property};
use crate::diag::render::{self, Options};
use crate::diag::{Severity, SourceKind};

/// An annotation a finding, on the line of its file when it has one on disk, and a last line that counts.
pub(super) fn print(report: &Report, options: &Options) -> String {
    let mut out = String::new();
    for subject in &report.subjects {
        for finding in &subject.findings {
            let finding = render::plain(finding, options);
            let command = match finding.severity {
                Severity::Error => "error",
                Severity::Warning => "warning",
                Severity::Note => "notice",
            };
            let mut message = finding.message.clone();
            let mut properties = Vec::new();
            // What was rendered from an embedded template lies in no file of the repository.
            let on_disk = |kind| matches!(kind, SourceKind::File | SourceKind::Chart);
            let place = finding.primary.iter().chain(&finding.secondary).map(|label| &label.place);
            let place = place.clone().find(|place| on_disk(place.source.kind())).or(place.clone().next());
            if let Some(at) = place.and_then(Located::new) {
                properties.push(format!("file={}", property(at.file)));
                properties.push(format!("line={}", at.line));
                // Columns that span lines are refused; the line alone is shown then.
                if at.end_line == at.line {
                    properties.push(format!("col={}", at.column));
                    properties.push(format!("endColumn={}", at.end_column));
                }
            }
            properties.push(format!("title={}", property(&format!("{} {}", subject.name, finding.code.0))));
            if let Some(help) = &finding.help {
                let _ = write!(message, "\n{help}");
            }
            let _ = writeln!(out, "::{command} {}::{}", properties.join(","), data(&message));
        }
    }
    out.push_str(&summary(report));
    out.push('\n');
    out
}
