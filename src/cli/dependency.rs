//! `dependency list` and `dependency build`, as far as they need no network.

mod build;

use std::ffi::OsString;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use anyhow::Result;
use clearml_k8s::chart::{Chart, Dependency, LoadOptions};
use clearml_k8s::go::path::{clean, matches};
use clearml_k8s::go::semver::{Constraints, Version};
use clearml_k8s::go::strconv::quote;

use super::exit::Exit;
use super::helmflags::{self, GLOBAL, Refusal, io_words};
use super::limits;
use super::pflag::{self, Flag, Kind, Parsed};
use super::reach;
use super::template::{print_log, refuse};
use super::ui::Ui;

const CONFINED: Flag = Flag::switch("confined", "refuse links that leave the chart (not a flag of Helm's)");

const LIST: &[Flag] =
    &[CONFINED, Flag::value("max-col-width", Kind::Uint, "maximum column width for the table")];

const BUILD: &[Flag] = &[
    CONFINED,
    Flag::value("ca-file", Kind::Text, "accepted, without effect: nothing is fetched"),
    Flag::value("cert-file", Kind::Text, "accepted, without effect: nothing is fetched"),
    Flag::switch("insecure-skip-tls-verify", "accepted, without effect: nothing is fetched"),
    Flag::value("key-file", Kind::Text, "accepted, without effect: nothing is fetched"),
    Flag::value("keyring", Kind::Text, "accepted, without effect: nothing is verified"),
    Flag::value("password", Kind::Text, "accepted, without effect: nothing is fetched"),
    Flag::switch("plain-http", "accepted, without effect: nothing is fetched"),
    Flag::switch("skip-refresh", "accepted, without effect: nothing is fetched"),
    Flag::value("username", Kind::Text, "accepted, without effect: nothing is fetched"),
    Flag::switch("verify", "refused where a repository needs a network: signatures are not checked"),
];

const ABOUT: &str = "\
Manage a chart's dependencies without a network.

`list` prints them with their state, as Helm does. `build` packs `file://` dependencies into charts/ and writes
Chart.lock where there is none; of repositories that need a network, charts/ has to hold what Chart.lock (or Chart.yaml)
asks for already. Archives are the same at every run: their files carry the date $SOURCE_DATE_EPOCH, or 1970.

Examples:
  clearml-k8s dependency list ./chart
  clearml-k8s dependency build ./chart";

/// Runs the command; the arguments are those after its name.
pub(crate) fn run(arguments: &[OsString], ui: &mut Ui) -> Result<Exit> {
    let arguments: Vec<String> = arguments.iter().map(|text| text.to_string_lossy().into_owned()).collect();
    let named = arguments.iter().position(|argument| !argument.starts_with('-'));
    let name = named.and_then(|at| arguments.get(at)).map(String::as_str);
    let (name, flags): (&str, &[Flag]) = match name {
        Some("list" | "ls") => ("list", LIST),
        Some(name @ ("build" | "update" | "up")) => (if name == "build" { "build" } else { "update" }, BUILD),
        _ => {
            ui.print(helmflags::help("dependency build|list [CHART]", ABOUT, &[], GLOBAL))?;
            return Ok(Exit::Done);
        }
    };
    let mut rest = arguments.clone();
    if let Some(at) = named {
        rest.remove(at);
    }
    let parsed = match pflag::parse(&[flags, limits::FLAGS, GLOBAL], &rest) {
        Ok(parsed) => parsed,
        Err(text) => return refuse(ui, &text),
    };
    if parsed.is_on("help") {
        ui.print(helmflags::help(
            &format!("dependency {name} CHART"),
            ABOUT,
            &[flags, limits::FLAGS],
            GLOBAL,
        ))?;
        return Ok(Exit::Done);
    }
    if let Err(line) = reach::check_driver() {
        ui.message(&line);
        return Ok(Exit::No);
    }
    if parsed.arguments.len() > 1 {
        return refuse(
            ui,
            &format!(
                "\"helm dependency {name}\" accepts at most 1 argument\n\nUsage:  helm dependency {name} CHART [flags]"
            ),
        );
    }
    let path = parsed.arguments.first().map_or(".", String::as_str);
    let path = String::from_utf8_lossy(&clean(path.as_bytes())).into_owned();
    let (out, result) = if name == "list" {
        match list(&parsed, &path, ui) {
            Ok(text) => (text, Ok(())),
            Err(text) => (String::new(), Err(text)),
        }
    } else {
        build::build(&parsed, &path, name == "update", ui)
    };
    ui.print(out)?;
    match result {
        Ok(()) => Ok(Exit::Done),
        Err(text) => refuse(ui, &text),
    }
}

fn load(parsed: &Parsed, path: &str, ui: &mut Ui) -> Result<Chart, Refusal> {
    limits::choose_from(parsed)?;
    limits::watch(Exit::No);
    let options = LoadOptions::default().any_api_version(true).confined(parsed.is_on("confined"));
    let mut log = Vec::new();
    let info = std::fs::metadata(path).map_err(|error| format!("stat {path}: {}", io_words(&error)))?;
    // Of an archive, messages hold the path as it was given.
    let full = if info.is_dir() {
        std::path::absolute(path).map_err(|error| error.to_string())?
    } else {
        PathBuf::from(path)
    };
    let chart = Chart::load_with(full, &options, &mut log);
    print_log(ui, &mut log, helmflags::debug(parsed));
    chart.map_err(|error| error.diagnostic().message.clone())
}

// Rule: Helm v4.3.1 pkg/action/dependency.go, List.
fn list(parsed: &Parsed, path: &str, ui: &mut Ui) -> Result<String, Refusal> {
    let chart = load(parsed, path, ui)?;
    let Some(declared) = &chart.metadata().dependencies else {
        return Ok(format!("WARNING: no dependencies at {}\n", below(path, "charts")));
    };
    let header = ["NAME", "VERSION", "REPOSITORY", "STATUS"].map(str::to_owned);
    let mut rows = vec![header];
    for dependency in declared {
        rows.push([
            dependency.name.clone(),
            dependency.version.clone(),
            dependency.repository.clone(),
            status(path, dependency, &chart).to_owned(),
        ]);
    }
    let most = parsed.text("max-col-width").and_then(|text| text.parse().ok()).unwrap_or(80);
    let mut out = table(&rows, most);
    out.push('\n');
    for (file, name) in charts_in(path) {
        match name {
            None => {
                let _ = writeln!(out, "WARNING: {} is not a chart.", quote(file.as_bytes()));
            }
            Some(name) if declared.iter().all(|it| it.name != name) => {
                let _ = writeln!(out, "WARNING: {} is not in Chart.yaml.", quote(file.as_bytes()));
            }
            Some(_) => {}
        }
    }
    Ok(out)
}

fn below(path: &str, name: &str) -> String {
    String::from_utf8_lossy(&clean(format!("{path}/{name}").as_bytes())).into_owned()
}

/// Columns padded to their widest cell and parted by tabs.
// Rule: gosuri/uitable v0.0.4 with a column width limit.
fn table(rows: &[[String; 4]], most: usize) -> String {
    let cell = |text: &str| -> String {
        if text.chars().count() <= most || most <= 3 {
            return text.to_owned();
        }
        text.chars().take(most - 3).chain("...".chars()).collect()
    };
    let rows: Vec<[String; 4]> = rows.iter().map(|row| row.each_ref().map(|text| cell(text))).collect();
    let mut widths = [0; 4];
    for row in &rows {
        for (width, text) in widths.iter_mut().zip(row) {
            *width = (*width).max(text.chars().count());
        }
    }
    let mut out = String::new();
    for row in &rows {
        let cells: Vec<String> =
            row.iter().zip(widths).map(|(text, width)| format!("{text:<width$}")).collect();
        let _ = writeln!(out, "{}", cells.join("\t"));
    }
    out
}

/// The folders and archives in `charts/` with the names of their charts.
fn charts_in(path: &str) -> Vec<(String, Option<String>)> {
    let folder = below(path, "charts");
    let mut names: Vec<String> = std::fs::read_dir(&folder)
        .into_iter()
        .flatten()
        .filter_map(|entry| Some(entry.ok()?.file_name().to_string_lossy().into_owned()))
        .collect();
    names.sort();
    let options = LoadOptions::default().any_api_version(true);
    names
        .into_iter()
        .map(|name| format!("{folder}/{name}"))
        .filter(|file| Path::new(file).is_dir() || file.ends_with(".tgz"))
        .map(|file| {
            let chart = std::path::absolute(&file)
                .ok()
                .and_then(|full| Chart::load_with(full, &options, &mut Vec::new()).ok());
            (file, chart.map(|chart| chart.name().to_owned()))
        })
        .collect()
}

// Rule: Helm v4.3.1 pkg/action/dependency.go, dependencyStatus.
fn status(path: &str, wanted: &Dependency, parent: &Chart) -> &'static str {
    let folder = below(path, "charts");
    let pattern = format!("{}-*.tgz", wanted.name);
    let mut archives: Vec<String> = std::fs::read_dir(&folder)
        .into_iter()
        .flatten()
        .filter_map(|entry| Some(entry.ok()?.file_name().to_string_lossy().into_owned()))
        .filter(|name| matches(pattern.as_bytes(), name.as_bytes()).unwrap_or(false))
        .collect();
    if archives.len() > 1 {
        let prefix = format!("{}-", wanted.name);
        archives.retain(|name| {
            let version = name.strip_suffix(".tgz").and_then(|name| name.strip_prefix(&prefix));
            version.is_some_and(|version| Version::parse_strict(version).is_ok())
        });
        if archives.len() > 1 {
            return "too many matches";
        }
    }
    if let Some(archive) = archives.first() {
        let Ok(full) = std::path::absolute(PathBuf::from(&folder).join(archive)) else { return "corrupt" };
        return match Chart::load(full) {
            Err(_) => "corrupt",
            Ok(chart) if chart.name() != wanted.name => "misnamed",
            Ok(chart) => version_state(wanted, &chart.metadata().version, "ok"),
        };
    }
    match parent.subcharts().iter().rfind(|chart| chart.name() == wanted.name) {
        None => "missing",
        Some(chart) => version_state(wanted, &chart.metadata().version, "unpacked"),
    }
}

fn version_state(wanted: &Dependency, version: &str, good: &'static str) -> &'static str {
    if version == wanted.version {
        return good;
    }
    match (Constraints::parse(&wanted.version), Version::parse(version)) {
        (Ok(range), Ok(version)) if range.check(&version) => good,
        (Ok(_), Ok(_)) => "wrong version",
        _ => "invalid version",
    }
}
