//! SARIF 2.1.0, for code scanning.
// Rule: OASIS Standard "Static Analysis Results Interchange Format (SARIF) Version 2.1.0".

use std::collections::HashMap;

use data_encoding::HEXLOWER;
use serde::Serialize;
use sha2::{Digest as _, Sha256};

use super::Report;
use super::place::{Located, level};
use crate::diag::render::{self, Options};
use crate::diag::{Diagnostic, Label};

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Log<'r> {
    #[serde(rename = "$schema")]
    schema: &'static str,
    version: &'static str,
    runs: [Run<'r>; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Run<'r> {
    tool: Tool<'r>,
    invocations: [Invocation; 1],
    column_kind: &'static str,
    results: Vec<Outcome<'r>>,
}

#[derive(Serialize)]
struct Tool<'r> {
    driver: Driver<'r>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Driver<'r> {
    name: &'static str,
    semantic_version: &'static str,
    rules: Vec<Descriptor<'r>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Descriptor<'r> {
    id: &'r str,
    #[serde(skip_serializing_if = "Option::is_none")]
    short_description: Option<Message>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Invocation {
    execution_successful: bool,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    tool_execution_notifications: Vec<Notification>,
}

#[derive(Serialize)]
struct Notification {
    level: &'static str,
    message: Message,
}

#[derive(Serialize)]
struct Message {
    text: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Outcome<'r> {
    rule_id: &'r str,
    rule_index: usize,
    level: &'static str,
    message: Message,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    locations: Vec<Spot<'r>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    related_locations: Vec<Spot<'r>>,
    partial_fingerprints: HashMap<&'static str, String>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Spot<'r> {
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    physical_location: Option<Physical>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    logical_locations: Vec<Logical<'r>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<Message>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Logical<'r> {
    fully_qualified_name: &'r str,
    kind: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Physical {
    artifact_location: Artifact,
    region: Region,
}

#[derive(Serialize)]
struct Artifact {
    uri: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Region {
    start_line: usize,
    start_column: usize,
    end_line: usize,
    end_column: usize,
}

/// The log with one run: every rule, every finding with its places, what was skipped as notifications.
pub(super) fn print(report: &Report, options: &Options) -> String {
    let mut rules: Vec<Descriptor<'_>> = report
        .rules
        .iter()
        .map(|&(id, about)| Descriptor { id, short_description: Some(Message { text: about.to_owned() }) })
        .collect();
    let mut index: HashMap<&str, usize> =
        rules.iter().enumerate().map(|(index, rule)| (rule.id, index)).collect();
    let mut results = Vec::new();
    for subject in &report.subjects {
        for finding in &subject.findings {
            let rule_index = *index.entry(finding.code.0).or_insert_with(|| {
                rules.push(Descriptor { id: finding.code.0, short_description: None });
                rules.len() - 1
            });
            results.push(outcome(finding, rule_index, &subject.name, options));
        }
    }
    let skipped = report.subjects.iter().filter_map(|subject| {
        let text = format!("{} was skipped: {}", subject.name, subject.skipped.as_ref()?);
        Some(Notification { level: "note", message: Message { text } })
    });
    let driver = Driver { name: "clearml-k8s", semantic_version: env!("CARGO_PKG_VERSION"), rules };
    let log = Log {
        schema: "https://json.schemastore.org/sarif-2.1.0.json",
        version: "2.1.0",
        runs: [Run {
            tool: Tool { driver },
            invocations: [Invocation {
                execution_successful: true,
                tool_execution_notifications: skipped.collect(),
            }],
            column_kind: "unicodeCodePoints",
            results,
        }],
    };
    serde_json::to_string_pretty(&log).expect("texts and numbers are JSON") + "\n"
}

fn outcome<'r>(
    finding: &'r Diagnostic,
    rule_index: usize,
    object: &'r str,
    options: &Options,
) -> Outcome<'r> {
    let plain = render::plain(finding, options);
    let text = match &plain.help {
        Some(help) => format!("{}\n{help}", plain.message),
        None => plain.message.clone(),
    };
    let print = Sha256::digest(format!("{}\0{object}\0{}", finding.code.0, plain.message).as_bytes());
    let print = HEXLOWER.encode(print.get(..16).unwrap_or_default());
    let logical = || vec![Logical { fully_qualified_name: object, kind: "object" }];
    let locations = match plain.primary.as_ref().and_then(physical) {
        Some(place) => vec![Spot {
            id: None,
            physical_location: Some(place),
            logical_locations: logical(),
            message: None,
        }],
        None => {
            vec![Spot { id: None, physical_location: None, logical_locations: logical(), message: None }]
        }
    };
    let related = plain.secondary.iter().enumerate().filter_map(|(index, label)| {
        Some(Spot {
            id: Some(index),
            physical_location: Some(physical(label)?),
            logical_locations: Vec::new(),
            message: (!label.text.is_empty()).then(|| Message { text: label.text.clone() }),
        })
    });
    Outcome {
        rule_id: finding.code.0,
        rule_index,
        level: level(finding.severity),
        message: Message { text },
        locations,
        related_locations: related.collect(),
        partial_fingerprints: HashMap::from([("codeObjectMessage/v1", print)]),
    }
}

fn physical(label: &Label) -> Option<Physical> {
    let at = Located::new(&label.place)?;
    Some(Physical {
        artifact_location: Artifact { uri: uri(at.file) },
        region: Region {
            start_line: at.line,
            start_column: at.column,
            end_line: at.end_line,
            end_column: at.end_column,
        },
    })
}

/// A path as a URI reference.
// Rule: RFC 3986 section 2.3 and 4.2: unreserved characters stand as they are; a first part with a colon is no path.
fn uri(path: &str) -> String {
    let mut out = String::with_capacity(path.len());
    if path.starts_with('/') {
        out.push_str("file://");
    }
    for byte in path.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => {
                out.push(byte.into());
            }
            b'\\' => out.push('/'),
            _ => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}
