//! Markdown for a comment on a pull request.

use std::fmt::Write as _;

use super::Report;
use super::place::{Located, level};
use super::text::summary;
use crate::diag::render::{self, Options, harmless};

/// A heading that counts and a table of findings; nothing else when there is none.
pub(super) fn print(report: &Report, options: &Options) -> String {
    let mut out = format!("**{}**: {}\n", report.command, cell(&summary(report)));
    if report.findings().next().is_none() {
        return out;
    }
    out.push_str("\n| | object | place | finding |\n|---|---|---|---|\n");
    for subject in &report.subjects {
        for finding in &subject.findings {
            let finding = render::plain(finding, options);
            let place = finding.primary.as_ref().and_then(|label| Located::new(&label.place));
            let place = place.map(|at| format!("`{}:{}`", code(at.file), at.line)).unwrap_or_default();
            let help = finding.help.as_deref().map(|help| format!("<br>{}", cell(help))).unwrap_or_default();
            // Writing to a `String` cannot fail.
            let _ = writeln!(
                out,
                "| {} | `{}` | {place} | {}{help} |",
                level(finding.severity),
                code(&subject.name),
                cell(&finding.message)
            );
        }
    }
    out
}

/// Text in a cell: on one line, nothing of it taken for markup but code between backticks.
fn cell(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut in_code = false;
    let paired = text.matches('`').count().is_multiple_of(2);
    for c in text.chars() {
        match c {
            '`' if paired => {
                in_code = !in_code;
                out.push(c);
            }
            '|' => out.push_str("\\|"),
            '\n' => out.push_str("<br>"),
            '<' if !in_code => out.push_str("&lt;"),
            '&' if !in_code => out.push_str("&amp;"),
            '`' | '*' | '_' | '[' | ']' | '#' | '~' | '\\' | '!' | '@' if !in_code => {
                out.push('\\');
                out.push(c);
            }
            c => out.push(c),
        }
    }
    out
}

/// Text between backticks in a cell.
fn code(text: &str) -> String {
    harmless(text).replace('`', "'").replace('|', "\\|").replace('\n', " ")
}
