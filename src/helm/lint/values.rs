//! The rules on `values.yaml` and its schema.

use std::io;

use super::{Found, Lint, Severity, find};
use crate::codec::yaml::{self, ReadOptions};
use crate::codec::{Data, Map, Node};
use crate::diag::{Source, SourceKind};
use crate::value::budget;
use crate::values::schema::{self, Env};
use crate::values::{coalesce_tables, read_error};

const FILE: &str = "values.yaml";

// Rule: Helm v4.3.1 pkg/chart/v2/lint/rules/values.go, ValuesWithOverrides.
pub(super) fn check(lint: &mut Lint<'_>) {
    if find(&lint.path(FILE)) == Found::Nothing {
        return lint.say(Severity::Info, FILE, "file does not exist");
    }
    let rule = check_file(lint);
    lint.passes(Severity::Error, FILE, rule);
}

/// Only the chart's own values count here, not those of its subcharts; of the file, only the first document.
fn check_file(lint: &mut Lint<'_>) -> Result<(), String> {
    let file = lint.path(FILE);
    let bytes = std::fs::read(&file).map_err(|error| read_error(&file.display().to_string(), &error));
    let defaults =
        bytes.and_then(|bytes| read(&bytes)).map_err(|text| format!("unable to parse YAML: {text}"))?;
    let linter = lint.linter;
    let values = coalesce_tables(&linter.values, &defaults, lint.log);
    let Ok(text) = std::fs::read(lint.path("values.schema.json")) else { return Ok(()) };
    if text.is_empty() || linter.skip_schema_validation {
        return Ok(());
    }
    let text = Source::new(SourceKind::Chart, "values.schema.json", String::from_utf8_lossy(&text));
    let mut read_file = |path: &str| match linter.read_schema {
        Some(read) => read(path),
        None => Err(io::Error::from(io::ErrorKind::PermissionDenied)),
    };
    let mut env = Env { read_file: &mut read_file, debug: true, log: lint.log };
    budget::within(linter.limits, || schema::validate_text(&text, &values, &mut env))
        .map_err(|invalid| invalid.to_string())
}

// Rule: Helm v4.3.1 pkg/chart/common/values.go, ReadValues.
fn read(bytes: &[u8]) -> Result<Node, String> {
    let document = yaml::read_bytes(SourceKind::Chart, FILE, bytes, &ReadOptions::default())
        .map_err(|error| error.helm_text().to_owned())?;
    let found = match document.root.data() {
        Data::Map(_) => return Ok(document.root),
        Data::Null => return Ok(Node::map(Map::default())),
        Data::Bool(_) => "bool",
        _ => document.root.kind_name(),
    };
    Err(format!(
        "error unmarshaling JSON: while decoding JSON: json: cannot unmarshal {found} into Go value of type common.Values"
    ))
}
