//! The XML of `JUnit`, as most build servers read it: a suite a file, a case an object, at most one failure a case.

use std::fmt::Write as _;

use super::{Report, Subject};
use crate::diag::render::{self, Options};

/// The document; warnings stand in `system-out`, or in the failure when they count as one.
pub(super) fn print(report: &Report, options: &Options) -> String {
    let plain = Options { color: false, ..options.clone() };
    let mut suites: Vec<(&str, Vec<&Subject>)> = Vec::new();
    for subject in &report.subjects {
        match suites.iter_mut().find(|(file, _)| *file == subject.file) {
            Some((_, subjects)) => subjects.push(subject),
            None => suites.push((&subject.file, vec![subject])),
        }
    }
    let failed = |subject: &Subject| subject.findings.iter().any(|finding| report.fails(finding.severity));
    let totals = |subjects: &[&Subject]| {
        let failures = subjects.iter().filter(|subject| failed(subject)).count();
        let skipped = subjects.iter().filter(|subject| subject.skipped.is_some() && !failed(subject)).count();
        format!(
            "tests=\"{}\" failures=\"{failures}\" errors=\"0\" skipped=\"{skipped}\" time=\"0\"",
            subjects.len()
        )
    };
    let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    let all: Vec<&Subject> = report.subjects.iter().collect();
    let name = format!("clearml-k8s {}", report.command);
    // Writing to a `String` cannot fail.
    let _ = writeln!(out, "<testsuites name=\"{}\" {}>", xml(&name), totals(&all));
    for (file, subjects) in &suites {
        let _ = writeln!(out, "  <testsuite name=\"{}\" {}>", xml(file), totals(subjects));
        for subject in subjects {
            case(&mut out, report, subject, &plain);
        }
        out.push_str("  </testsuite>\n");
    }
    out.push_str("</testsuites>\n");
    out
}

fn case(out: &mut String, report: &Report, subject: &Subject, options: &Options) {
    let _ = write!(
        out,
        "    <testcase name=\"{}\" classname=\"{}\" time=\"0\"",
        xml(&subject.name),
        xml(&subject.file)
    );
    let (failing, other): (Vec<_>, Vec<_>) =
        subject.findings.iter().partition(|finding| report.fails(finding.severity));
    if subject.findings.is_empty() && subject.skipped.is_none() {
        out.push_str("/>\n");
        return;
    }
    out.push_str(">\n");
    let full = |findings: &[&crate::diag::Diagnostic]| {
        findings.iter().map(|finding| render::full(finding, options)).collect::<Vec<_>>().join("\n")
    };
    if let Some(first) = failing.first() {
        let more = match failing.len() {
            1 => String::new(),
            number => format!(" (and {} more)", number - 1),
        };
        let message = render::plain(first, options).message + &more;
        let _ = writeln!(
            out,
            "      <failure message=\"{}\" type=\"{}\">{}</failure>",
            xml(&message),
            xml(first.code.0),
            xml(&full(&failing))
        );
    } else if let Some(reason) = &subject.skipped {
        let _ = writeln!(out, "      <skipped message=\"{}\"/>", xml(reason));
    }
    if !other.is_empty() {
        let _ = writeln!(out, "      <system-out>{}</system-out>", xml(&full(&other)));
    }
    out.push_str("    </testcase>\n");
}

/// Text inside an element or a quoted attribute.
// Rule: XML 1.0 section 2.2: control characters other than tab and line ends, and U+FFFE, U+FFFF, are no characters.
fn xml(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\t' | '\n' => out.push(c),
            c if c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}') => out.push('\u{fffd}'),
            c => out.push(c),
        }
    }
    out
}
