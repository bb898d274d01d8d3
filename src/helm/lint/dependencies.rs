//! The rules on subcharts: those in `Chart.yaml` against those in `charts/`.

use super::{Lint, Severity};

// Rule: Helm v4.3.1 pkg/chart/v2/lint/rules/dependencies.go, Dependencies.
pub(super) fn check(lint: &mut Lint<'_>) {
    let chart = match lint.chart() {
        Ok(chart) => chart,
        Err(text) => return lint.error("", format!("unable to load chart\n\t{text}")),
    };
    let folder = lint.folder();
    let declared = chart.metadata().dependencies.as_deref().unwrap_or_default();
    let undeclared: Vec<&str> = chart
        .subcharts()
        .iter()
        .map(|subchart| subchart.name())
        .filter(|name| declared.iter().all(|dependency| dependency.name != *name))
        .collect();
    if !undeclared.is_empty() {
        lint.error(
            &folder,
            format!("chart metadata is missing these dependencies: {}", undeclared.join(",")),
        );
    }
    // A name or alias that stands twice already kept the chart from loading.
    let missing: Vec<&str> = declared
        .iter()
        .map(|dependency| &*dependency.name)
        .filter(|name| chart.subcharts().iter().all(|subchart| subchart.name() != *name))
        .collect();
    if !missing.is_empty() {
        let text = format!("chart directory is missing these dependencies: {}", missing.join(","));
        lint.say(Severity::Warning, &folder, text);
    }
}
