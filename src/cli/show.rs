//! `show`: a chart's definition, values, README and CRDs, as `helm show` prints them.

use std::ffi::OsString;

use anyhow::Result;
use clearml_k8s::chart::{Chart, LoadOptions};
use clearml_k8s::codec::yaml;
use clearml_k8s::diag::{Level, LogLine};
use clearml_k8s::helm::Release;
use clearml_k8s::values::jsonpath::JsonPath;

use super::exit::Exit;
use super::helmflags::{self, CHART_PATH, GLOBAL, Refusal};
use super::limits;
use super::pflag::{self, Flag, Kind, Parsed};
use super::reach::{self, locate_chart};
use super::template::{print_log, refuse};
use super::ui::Ui;

const FLAGS: &[Flag] = &[
    Flag::switch("confined", "refuse links that leave the chart (not a flag of Helm's)"),
    Flag::switch("devel", "accepted, without effect on charts on disk"),
];

const VALUES_FLAGS: &[Flag] =
    &[Flag::value("jsonpath", Kind::Text, "JSONPath template that says which values to print: {.image.tag}")];

const ABOUT: &str = "\
Show a chart's values, definition, README or CRDs, byte for byte as Helm v4.3.1 does.

Examples:
  clearml-k8s show values ./chart
  clearml-k8s show all chart-1.0.0.tgz";

/// What a subcommand shows.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    All,
    Chart,
    Crds,
    Readme,
    Values,
}

/// Runs the command; the arguments are those after its name.
pub(crate) fn run(arguments: &[OsString], ui: &mut Ui) -> Result<Exit> {
    let arguments: Vec<String> = arguments.iter().map(|text| text.to_string_lossy().into_owned()).collect();
    let parts = [
        ("all", Part::All),
        ("chart", Part::Chart),
        ("crds", Part::Crds),
        ("readme", Part::Readme),
        ("values", Part::Values),
    ];
    let named = arguments.iter().position(|argument| !argument.starts_with('-'));
    let part =
        named.and_then(|at| arguments.get(at)).and_then(|name| parts.iter().find(|(known, _)| name == known));
    let Some((name, part)) = part else {
        ui.print(helmflags::help(
            "show all|chart|crds|readme|values CHART",
            ABOUT,
            &[FLAGS, CHART_PATH],
            GLOBAL,
        ))?;
        return Ok(Exit::Done);
    };
    let mut rest = arguments.clone();
    if let Some(at) = named {
        rest.remove(at);
    }
    let own = if *part == Part::Values { VALUES_FLAGS } else { &[] };
    let parsed = match pflag::parse(&[FLAGS, own, limits::FLAGS, CHART_PATH, GLOBAL], &rest) {
        Ok(parsed) => parsed,
        Err(text) => return refuse(ui, &text),
    };
    if parsed.is_on("help") {
        ui.print(helmflags::help(
            &format!("show {name} [CHART]"),
            ABOUT,
            &[FLAGS, own, limits::FLAGS, CHART_PATH],
            GLOBAL,
        ))?;
        return Ok(Exit::Done);
    }
    if let Err(line) = reach::check_driver() {
        ui.message(&line);
        return Ok(Exit::No);
    }
    match show(&parsed, name, *part, ui) {
        Ok(bytes) => {
            ui.print(bytes)?;
            Ok(Exit::Done)
        }
        Err(text) => refuse(ui, &text),
    }
}

// Rule: Helm v4.3.1 pkg/action/show.go, Run.
fn show(parsed: &Parsed, name: &str, part: Part, ui: &mut Ui) -> Result<Vec<u8>, Refusal> {
    let [path] = &*parsed.arguments else {
        return Err(format!(
            "\"helm show {name}\" requires 1 argument\n\nUsage:  helm show {name} [CHART] [flags]"
        ));
    };
    limits::choose_from(parsed)?;
    limits::watch(Exit::No);
    reach::check_certificates(parsed)?;
    let mut log = vec![
        LogLine::new(Level::Debug, "original chart version")
            .with("version", parsed.text("version").unwrap_or_default()),
    ];
    if parsed.text("version").unwrap_or_default().is_empty() && parsed.is_on("devel") {
        log.push(LogLine::new(Level::Debug, "setting version to >0.0.0-0"));
    }
    print_log(ui, &mut log, helmflags::debug(parsed));
    let path = locate_chart(parsed, path, &mut log);
    print_log(ui, &mut log, helmflags::debug(parsed));
    let path = path?;
    let options = LoadOptions::default().confined(parsed.is_on("confined")).any_api_version(true);
    let chart = Chart::load_with(&path, &options, &mut log);
    print_log(ui, &mut log, helmflags::debug(parsed));
    let chart = chart.map_err(|error| error.diagnostic().message.clone())?;
    let mut out = Vec::new();
    let all = part == Part::All;
    if all || part == Part::Chart {
        out.extend_from_slice(yaml::write(&chart.metadata().to_node()).as_bytes());
        out.extend_from_slice(b"\n\n");
    }
    let template = parsed.text("jsonpath").unwrap_or_default();
    if part == Part::Values && !template.is_empty() {
        // Without values nothing looks at the path.
        if !chart.raw().iter().any(|file| file.path() == "values.yaml") {
            return Ok(out);
        }
        let parsed =
            JsonPath::parse(template).map_err(|text| format!("error parsing jsonpath {template}: {text}"))?;
        // Quirk: Helm forgets about the error of a path that is not there.
        out.extend_from_slice(parsed.print(chart.values()).unwrap_or_default().as_bytes());
        return Ok(out);
    }
    if all || part == Part::Values {
        let mut files = chart.raw().iter().filter(|file| file.path() == "values.yaml").peekable();
        if all && files.peek().is_some() {
            out.extend_from_slice(b"---\n");
        }
        // An archive may hold several.
        for file in files {
            out.extend_from_slice(file.data().as_bytes());
            out.push(b'\n');
        }
    }
    if all || part == Part::Readme {
        let is_readme =
            |path: &str| ["readme.md", "readme.txt", "readme"].iter().any(|it| path.eq_ignore_ascii_case(it));
        if let Some(file) = chart.files().iter().find(|file| is_readme(file.path())) {
            if all {
                out.extend_from_slice(b"---\n");
            }
            out.extend_from_slice(file.data().as_bytes());
            out.push(b'\n');
        }
    }
    if all || part == Part::Crds {
        for crd in Release::new("show", &chart).crds() {
            let text = crd.text.text();
            if !text.starts_with("---") {
                out.extend_from_slice(b"---\n");
            }
            out.extend_from_slice(text.as_bytes());
            out.push(b'\n');
        }
    }
    Ok(out)
}
