//! The rules on `templates/`: they must load and render, and what they render must be Kubernetes objects.

use super::documents::Documents;
use super::objects;
use super::{Found, Lint, Severity, find};
use crate::chart::Chart;
use crate::diag::LogLine;
use crate::go::unicode::is_space;
use crate::go::{path, strconv};
use crate::helm::{ErrorKind, Release};
use crate::host::Host;
use crate::manifest::RenderedFile;

const FOLDER: &str = "templates/";

/// Bytes of a line past which Go's scanner gives up.
// Rule: Go 1.27 bufio/scan.go, MaxScanTokenSize.
const MAX_LINE: usize = 64 * 1024;

// Rule: Helm v4.3.1 pkg/chart/v2/lint/rules/template.go, templateLinter.Lint.
pub(super) fn check(lint: &mut Lint<'_>, host: impl Host + 'static) {
    match find(&lint.path(FOLDER.trim_end_matches('/'))) {
        Found::Nothing => return lint.say(Severity::Warning, FOLDER, "directory does not exist"),
        Found::Other => return lint.error(FOLDER, "not a directory"),
        Found::Folder => {}
    }
    let chart = match lint.chart() {
        Ok(chart) => chart,
        Err(text) => return lint.error(FOLDER, text),
    };
    let files = match render(lint, &chart, host) {
        Ok(Some(files)) => files,
        Ok(None) => return,
        Err(text) => return lint.error(FOLDER, text),
    };
    for template in chart.templates() {
        let name = template.path();
        lint.passes(Severity::Error, name, extension(name));
        let end = path::ext(name.as_bytes());
        if ![b".yaml".as_slice(), b".yml"].iter().any(|known| end.eq_ignore_ascii_case(known)) {
            continue;
        }
        let full = path::join(&[chart.name().as_bytes(), name.as_bytes()]);
        let text = files.iter().find(|file| file.template.as_bytes() == full).map_or("", |file| &file.text);
        if !text.chars().all(is_space) && !check_text(lint, name, text) {
            return;
        }
    }
}

/// What the templates rendered; nothing when values or dependencies do not fit, which is no concern of the linter's.
fn render(
    lint: &mut Lint<'_>,
    chart: &Chart,
    host: impl Host + 'static,
) -> Result<Option<Vec<RenderedFile>>, String> {
    let linter = lint.linter;
    let mut release = Release::new("test-release", chart)
        .namespace(&*linter.namespace)
        .values(linter.values.clone())
        .skip_schema_validation(linter.skip_schema_validation)
        .traced(linter.traced)
        .limits(linter.limits)
        .lint(true);
    if let Some(version) = &linter.kube_version {
        release = release.kube_version(version.clone());
    }
    if let Some(read) = linter.read_schema {
        release = release.schema_files(read);
    }
    let log: &mut Vec<LogLine> = lint.log;
    match release.render_files(host, log) {
        Ok(done) => {
            lint.trace = done.trace;
            Ok(Some(done.files))
        }
        Err(error) if matches!(error.kind(), ErrorKind::Dependencies | ErrorKind::Values) => Ok(None),
        Err(error) => Err(error.diagnostic().message.clone()),
    }
}

fn extension(name: &str) -> Result<(), String> {
    let end = String::from_utf8_lossy(path::ext(name.as_bytes())).into_owned();
    if matches!(&*end, ".yaml" | ".yml" | ".tpl" | ".txt") {
        return Ok(());
    }
    Err(format!("file extension '{end}' not valid. Valid extensions are .yaml, .yml, .tpl, or .txt"))
}

/// The rules on what a template rendered; false when it is no YAML, which ends the linting of templates.
fn check_text(lint: &mut Lint<'_>, name: &str, text: &str) -> bool {
    lint.passes(Severity::Warning, name, indent(text));
    for head in Documents::new(text) {
        let head = match head {
            Ok(head) => head,
            Err(text) => {
                lint.error(name, format!("unable to parse YAML: {text}"));
                return false;
            }
        };
        let version = lint.linter.kube_version.clone().unwrap_or_default();
        for (severity, rule) in objects::rules(&head, text, &version) {
            lint.passes(severity, name, rule);
        }
    }
    true
}

/// Refuses a text whose first line that is not blank is indented.
fn indent(text: &str) -> Result<(), String> {
    for line in text.split('\n') {
        if line.len() >= MAX_LINE {
            return Err("bufio.Scanner: token too long".to_owned());
        }
        let line = line.strip_suffix('\r').unwrap_or(line);
        if line.chars().all(is_space) {
            continue;
        }
        if line.starts_with([' ', '\t']) {
            let line = strconv::quote(line.as_bytes());
            return Err(format!(
                "document starts with an illegal indent: {line}, which may cause parsing problems"
            ));
        }
        return Ok(());
    }
    Ok(())
}
