//! The schemas of a chart and its subcharts.

use std::fmt::Write as _;

use crate::codec::{Data, Node};
use crate::diag::{Level, LogLine};

use super::super::coalesce::ChartTree;
use super::super::text::go_type;
use super::load::Env;
use super::validate::{Invalid, SchemaError, validate_text};

/// What is wrong with the values of a tree of charts.
#[derive(Clone, Debug, Default)]
pub struct ChartErrors {
    /// Name of the chart, the values path of its section, and what is wrong.
    pub charts: Vec<(String, Vec<String>, Invalid)>,
    text: String,
}

impl ChartErrors {
    /// Helm's words, without the `Error: ` in front.
    #[must_use]
    pub fn helm_text(&self) -> String {
        format!(
            "values don't meet the specifications of the schema(s) in the following chart(s):\n{}",
            self.text
        )
    }

    /// Every failure with the name of its chart.
    pub fn errors(&self) -> impl Iterator<Item = (&str, &SchemaError)> {
        self.charts.iter().flat_map(|(name, _, invalid)| {
            let errors = match invalid {
                Invalid::Values { errors, .. } => errors.as_slice(),
                Invalid::Schema(_) => &[],
            };
            errors.iter().map(move |error| (name.as_str(), error))
        })
    }
}

/// Checks coalesced values against the schema of each chart of a tree, parents first.
///
/// # Errors
/// Everything that does not fit.
// Rule: helm v4.3.1 pkg/chart/common/util/jsonschema.go, ValidateAgainstSchema.
pub fn validate_charts<C: ChartTree>(chart: &C, values: &Node, env: &mut Env<'_>) -> Result<(), ChartErrors> {
    let mut errors = ChartErrors::default();
    walk(chart, values, &mut Vec::new(), env, &mut errors);
    if errors.text.is_empty() { Ok(()) } else { Err(errors) }
}

fn owned(path: &[&str]) -> Vec<String> {
    path.iter().map(|&name| name.to_owned()).collect()
}

fn walk<'c, C: ChartTree>(
    chart: &'c C,
    values: &Node,
    path: &mut Vec<&'c str>,
    env: &mut Env<'_>,
    errors: &mut ChartErrors,
) {
    if let Some(schema) = chart.schema() {
        if env.debug {
            env.log.push(LogLine::new(Level::Debug, "chart name").with("chart-name", chart.name()));
        }
        if let Err(invalid) = validate_text(&schema, values, env) {
            let _ = write!(errors.text, "{}:\n{invalid}", chart.name());
            errors.charts.push((chart.name().to_owned(), owned(path), invalid));
        }
    }
    if env.debug {
        env.log.push(
            LogLine::new(Level::Debug, "number of dependencies in the chart")
                .with("chart", chart.name())
                .with("dependencies", chart.children().len().to_string()),
        );
    }
    for child in chart.children() {
        match values.get(child.name()) {
            Some(section) if matches!(section.data(), Data::Map(_)) => {
                path.push(child.name());
                walk(child, section, path, env, errors);
                path.pop();
            }
            Some(section) if !section.is_null() => {
                let text =
                    format!("invalid type for values: expected object (map), got {}\n", go_type(section));
                let _ = write!(errors.text, "{}:\n{text}", child.name());
                errors.charts.push((child.name().to_owned(), owned(path), Invalid::Schema(text)));
            }
            _ => {}
        }
    }
}
