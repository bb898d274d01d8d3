//! The rules on `crds/`.

use super::documents::Documents;
use super::{Found, Lint, find};
use crate::chart::{Chart, File};
use crate::helm::release::is_crd;

const FOLDER: &str = "crds/";

// Rule: Helm v4.3.1 pkg/chart/v2/lint/rules/crds.go, Crds.
pub(super) fn check(lint: &mut Lint<'_>) {
    match find(&lint.path(FOLDER.trim_end_matches('/'))) {
        Found::Nothing => return,
        Found::Other => return lint.error(FOLDER, "not a directory"),
        Found::Folder => {}
    }
    let chart = match lint.chart() {
        Ok(chart) => chart,
        Err(text) => return lint.error(FOLDER, text),
    };
    let mut files = Vec::new();
    add_files(&chart, &mut files);
    for file in files {
        let name = file.path();
        for head in Documents::new(&file.text()) {
            let head = match head {
                Ok(head) => head,
                Err(text) => return lint.error(name, format!("unable to parse YAML: {text}")),
            };
            if !head.api_version.starts_with("apiextensions.k8s.io") {
                lint.error(name, "apiVersion is not in 'apiextensions.k8s.io'");
            }
            if head.kind != "CustomResourceDefinition" {
                lint.error(name, "object kind is not 'CustomResourceDefinition'");
            }
        }
    }
}

/// The CRD files of a chart and its subcharts.
fn add_files(chart: &Chart, files: &mut Vec<File>) {
    files.extend(chart.files().iter().filter(|file| is_crd(file.path())).cloned());
    for subchart in chart.subcharts() {
        add_files(subchart, files);
    }
}
