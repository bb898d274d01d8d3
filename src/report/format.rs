//! The formats, and the one door to all of them.

use super::{Report, github, json, junit, markdown, sarif, text};
use crate::diag::render::Options;

/// What a report is printed as.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Format {
    /// For people: each finding with its line, and a line that counts.
    #[default]
    Text,
    /// One JSON object.
    Json,
    /// SARIF 2.1.0.
    Sarif,
    /// The XML of `JUnit`: a suite a file, a case an object.
    Junit,
    /// Commands of a GitHub workflow: an annotation a finding.
    Github,
    /// Markdown for a comment: a table of findings.
    Markdown,
}

/// The report in a format, ending in a line end. `options` say what may be shown; colour and width concern text alone.
#[must_use]
pub fn print(report: &Report, format: Format, options: &Options) -> String {
    match format {
        Format::Text => text::print(report, options),
        Format::Json => json::print(report, options),
        Format::Sarif => sarif::print(report, options),
        Format::Junit => junit::print(report, options),
        Format::Github => github::print(report, options),
        Format::Markdown => markdown::print(report, options),
    }
}
