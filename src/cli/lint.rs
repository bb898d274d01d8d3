//! `lint`: what `helm lint` says of charts, byte for byte on both streams.

use std::collections::HashSet;
use std::ffi::OsString;
use std::fmt::Write as _;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use anyhow::Result;
use clearml_k8s::chart;
use clearml_k8s::codec::Node;
use clearml_k8s::diag::{Code, Diagnostic};
use clearml_k8s::go::path::join;
use clearml_k8s::gotmpl;
use clearml_k8s::helm::KubeVersion;
use clearml_k8s::helm::lint::{Linted, Linter, Severity};
use clearml_k8s::values::Merged;
use tempfile::TempDir;

use super::computer::Computer;
use super::exit::Exit;
use super::helmflags::{self, GLOBAL, Refusal, VALUES, clean, io_words, namespace, read_merged};
use super::limits;
use super::pflag::{self, Flag, Kind, Parsed};
use super::reach;
use super::template::{print_log, refuse, refuse_unused};
use super::ui::Ui;

/// It is not known which values a chart reads.
const NOT_RUN: Code = Code("lint::templates-not-run");

const FLAGS: &[Flag] = &[
    Flag::switch("confined", "refuse links and references that leave the chart (not a flag of Helm's)"),
    Flag::value(
        "kube-version",
        Kind::Text,
        "Kubernetes version used for capabilities and deprecation checks",
    ),
    Flag::switch("quiet", "print only warnings and errors"),
    Flag::switch("report-unused", "tell of values that no template reads (not a flag of Helm's)"),
    Flag::switch("skip-schema-validation", "do not validate values against the charts' schemas"),
    Flag::switch(
        "strict",
        "fail on lint warnings; with --report-unused on values that nothing reads as well",
    ),
    Flag::switch("with-subcharts", "lint the charts in charts/ as well"),
];

const ABOUT: &str = "\
Examine charts for possible issues, byte for byte as Helm v4.3.1 does.

What keeps a chart from being installed is an [ERROR], what breaks with a convention a [WARNING]. The command fails
when there is an error, or with --strict a warning. --report-unused tells on standard error of the keys that were set
and that no template of any of the charts reads.

Examples:
  clearml-k8s lint ./chart
  clearml-k8s lint ./chart -f values.yaml --report-unused --strict
  clearml-k8s lint --strict --with-subcharts -f values.yaml chart-1.0.0.tgz";

/// Runs the command; the arguments are those after its name.
pub(crate) fn run(arguments: &[OsString], ui: &mut Ui) -> Result<Exit> {
    let arguments: Vec<String> = arguments.iter().map(|text| text.to_string_lossy().into_owned()).collect();
    let parsed = match pflag::parse(&[FLAGS, limits::FLAGS, VALUES, GLOBAL], &arguments) {
        Ok(parsed) => parsed,
        Err(text) => return refuse(ui, &text),
    };
    if parsed.is_on("help") {
        ui.print(helmflags::help("lint PATH", ABOUT, &[FLAGS, limits::FLAGS, VALUES], GLOBAL))?;
        return Ok(Exit::Done);
    }
    if let Err(line) = reach::check_driver() {
        ui.message(&line);
        return Ok(Exit::No);
    }
    if parsed.arguments.is_empty() {
        return refuse(ui, "\"helm lint\" requires at least 1 argument\n\nUsage:  helm lint PATH [flags]");
    }
    let outcome = match lint(&parsed, ui) {
        Ok(outcome) => outcome,
        Err(text) => return refuse(ui, &text),
    };
    ui.print(outcome.text)?;
    ui.report(&outcome.unused, None);
    let refusal = outcome.refusal.or_else(|| refuse_unused(outcome.unused.len(), &parsed).err());
    match refusal {
        Some(text) => refuse(ui, &text),
        None => Ok(Exit::Done),
    }
}

/// What stands on standard output, what the command failed with, and what is told of values that do nothing.
struct Outcome {
    text: String,
    refusal: Option<Refusal>,
    unused: Vec<Diagnostic>,
}

// Rule: Helm v4.3.1 pkg/cmd/lint.go, newLintCmd, and pkg/action/lint.go, Run.
fn lint(parsed: &Parsed, ui: &mut Ui) -> Result<Outcome, Refusal> {
    limits::choose_from(parsed)?;
    limits::watch(Exit::No);
    let kube_version = match parsed.text("kube-version").filter(|text| !text.is_empty()) {
        None => None,
        Some(text) => Some(
            KubeVersion::parse(text).map_err(|error| format!("invalid kube version '{text}': {error}"))?,
        ),
    };
    let mut paths = parsed.arguments.clone();
    if parsed.is_on("with-subcharts") {
        for path in &parsed.arguments {
            subcharts(&text(&join(&[path.as_bytes(), b"charts"])), &mut paths);
        }
    }
    let merged = read_merged(parsed, ui)?;
    let mut unused = Unused::new(&merged, parsed.is_on("report-unused"));
    let quiet = parsed.is_on("quiet");
    let tolerated = if parsed.is_on("strict") { Severity::Info } else { Severity::Warning };
    let (mut out, mut failed, mut found) = (String::new(), 0, false);
    for path in &paths {
        let result = lint_chart(path, &merged.root, kube_version.clone(), parsed, ui);
        unused.add(path, result.as_ref().ok());
        let messages = result.as_ref().map_or(&[][..], |linted| &linted.messages);
        let bad = result.is_err() || messages.iter().any(|message| message.severity > Severity::Info);
        found |= bad;
        if quiet && !bad {
            continue;
        }
        let _ = writeln!(out, "==> Linting {path}");
        if let Err(text) = &result {
            let _ = writeln!(out, "Error {text}");
        }
        for message in messages.iter().filter(|message| !quiet || message.severity > Severity::Info) {
            let _ = writeln!(out, "{message}");
        }
        if result.is_err() || messages.iter().any(|message| message.severity > tolerated) {
            failed += 1;
        }
        out.push('\n');
    }
    let summary = format!("{} chart(s) linted, {failed} chart(s) failed", paths.len());
    let unused = unused.finish();
    if failed > 0 {
        return Ok(Outcome { text: out, refusal: Some(summary), unused });
    }
    if !quiet || found {
        out += &summary;
        out.push('\n');
    }
    Ok(Outcome { text: out, refusal: None, unused })
}

/// Keys that none of the charts reads. Every chart is given the same values, so that what one of them reads does
/// something.
struct Unused<'v> {
    merged: &'v Merged,
    wanted: bool,
    /// What each chart leaves unread.
    charts: Vec<Vec<Diagnostic>>,
    /// Charts of which that is not known.
    unknown: Vec<Diagnostic>,
}

impl<'v> Unused<'v> {
    fn new(merged: &'v Merged, wanted: bool) -> Self {
        Self { merged, wanted, charts: Vec::new(), unknown: Vec::new() }
    }

    fn add(&mut self, path: &str, linted: Option<&Linted>) {
        if !self.wanted {
            return;
        }
        match linted.and_then(|linted| linted.trace.as_ref()) {
            Some(trace) => self.charts.push(trace.unread(&self.merged.root)),
            None => self.unknown.push(
                Diagnostic::warning(NOT_RUN, format!("the templates of `{path}` did not run to their end"))
                    .help("which values they read is not known, so nothing is said about unread ones"),
            ),
        }
    }

    fn finish(self) -> Vec<Diagnostic> {
        if !self.wanted {
            return Vec::new();
        }
        let mut found: Vec<Diagnostic> = self.merged.duplicate_warnings().collect();
        if !self.unknown.is_empty() {
            found.extend(self.unknown);
            return found;
        }
        let mut told = HashSet::new();
        for (number, chart) in self.charts.iter().enumerate() {
            let others = || self.charts.iter().enumerate().filter(|(other, _)| *other != number);
            found.extend(
                chart
                    .iter()
                    .filter(|key| others().all(|(_, other)| other.iter().any(|other| covers(other, key))))
                    .filter(|key| told.insert(key.message.clone()))
                    .cloned(),
            );
        }
        found
    }
}

/// Whether a warning is about a key, or about something that holds it.
fn covers(warning: &Diagnostic, key: &Diagnostic) -> bool {
    let named = |warning: &'_ Diagnostic| warning.message.split('`').nth(1).unwrap_or_default().to_owned();
    named(key)
        .strip_prefix(&named(warning))
        .is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn is_archive(path: &str) -> bool {
    path.ends_with(".tgz") || path.ends_with(".tar.gz")
}

/// Adds every folder that holds a `Chart.yaml` and every archive below a path; links are not followed.
// Rule: Go 1.27 path/filepath.Walk: names in byte order, a folder before what is in it.
fn subcharts(path: &str, paths: &mut Vec<String>) {
    let Ok(info) = fs::symlink_metadata(path) else { return };
    let (folder, name) = path.rsplit_once('/').unwrap_or((".", path));
    if name == "Chart.yaml" {
        paths.push(folder.to_owned());
    } else if is_archive(path) {
        paths.push(path.to_owned());
    }
    if !info.is_dir() {
        return;
    }
    let entries = fs::read_dir(path).into_iter().flatten().flatten();
    let mut names: Vec<String> =
        entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    for name in names {
        subcharts(&text(&join(&[path.as_bytes(), name.as_bytes()])), paths);
    }
}

// Rule: Helm v4.3.1 pkg/action/lint.go, lintChart.
fn lint_chart(
    path: &str,
    values: &Node,
    kube_version: Option<KubeVersion>,
    parsed: &Parsed,
    ui: &mut Ui,
) -> Result<Linted, Refusal> {
    // Keeps what was taken out of an archive as long as it is looked at.
    let unpacked = if is_archive(path) { Some(unpack(path)?) } else { None };
    let folder = match &unpacked {
        Some((_, folder)) => folder.clone(),
        None => PathBuf::from(path),
    };
    let file = text(&join(&[folder.as_os_str().as_encoded_bytes(), b"Chart.yaml"]));
    fs::metadata(&file).map_err(|error| {
        format!("unable to check Chart.yaml file in chart: stat {file}: {}", io_words(&error))
    })?;
    let folder = std::path::absolute(&folder).map(|path| clean(&path)).map_err(|error| error.to_string())?;
    let mut linter = Linter::new(folder)
        .values(values.clone())
        .namespace(namespace(parsed))
        .kube_version(kube_version)
        .skip_schema_validation(parsed.is_on("skip-schema-validation"))
        .traced(parsed.is_on("report-unused"))
        .confined(parsed.is_on("confined"))
        .limits(limits::render());
    if !parsed.is_on("confined") {
        linter = linter.schema_files(|path| fs::read(path));
    }
    let linted = gotmpl::stack::run(|| {
        let mut log = Vec::new();
        (linter.run(Computer::default(), &mut log), log)
    });
    let (linted, mut log) = linted.map_err(|error| error.to_string())?;
    print_log(ui, &mut log, helmflags::debug(parsed));
    Ok(linted)
}

/// An archive taken apart in a folder of its own, which goes away with the first part of the answer.
fn unpack(path: &str) -> Result<(TempDir, PathBuf), Refusal> {
    let file = fs::File::open(path)
        .map_err(|error| format!("unable to open tarball: open {path}: {}", io_words(&error)))?;
    let refused = |text: String| format!("unable to extract tarball: {text}");
    let mut data = Vec::new();
    io::Read::read_to_end(&mut io::Read::take(file, 2 * chart::MAX_CHART_SIZE), &mut data)
        .map_err(|error| refused(format!("read {path}: {}", io_words(&error))))?;
    let (name, files) = chart::expand(&data).map_err(refused)?;
    let folder = tempfile::Builder::new()
        .prefix("helm-lint")
        .tempdir()
        .map_err(|error| format!("unable to create temp dir to extract tarball: {error}"))?;
    let top = folder.path().join(name);
    for file in files {
        let target = top.join(file.os_path());
        write(&target, file.data().as_bytes()).map_err(refused)?;
    }
    Ok((folder, top))
}

fn write(path: &Path, data: &[u8]) -> Result<(), String> {
    if let Some(parent) = path.parent() {
        fs::create_dir_all(parent).map_err(|error| {
            // Go says of a file in the way that it is no folder.
            let words = if parent.is_file() { "not a directory".to_owned() } else { io_words(&error) };
            format!("mkdir {}: {words}", parent.display())
        })?;
    }
    fs::write(path, data).map_err(|error| format!("open {}: {}", path.display(), io_words(&error)))
}
