//! Programs that call `helm`, with this one in its place: `kubectl kustomize --enable-helm` and the command lines of
//! Argo CD, each with the real Helm beside it.
//!
//! Needs `CLEARML_K8S_HELM` and `CLEARML_K8S_KUBECTL`; with `CLEARML_K8S_SHARED`, charts of the corpus are taken too.
//! Says what ran, and fails under `REQUIRE_ORACLE=1` when something is missing.

#![allow(clippy::print_stdout)] // this is how a target without harness reports

mod argo_cd;
mod charts;
mod kustomize;

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use charts::Chart;

/// How many charts there must be at least, of our own.
const LEAST_CHARTS: usize = 8;
/// How many charts of the corpus are taken.
const CORPUS_CHARTS: usize = 16;

fn main() -> ExitCode {
    let mut failures = Vec::new();
    let own = charts::own();
    if own.len() < LEAST_CHARTS {
        failures.push(format!("only {} charts of our own", own.len()));
    }
    let shared = std::env::var_os("CLEARML_K8S_SHARED").map(PathBuf::from);
    let corpus = shared.map(|shared| charts::corpus(&shared, CORPUS_CHARTS)).unwrap_or_default();
    let missing = CORPUS_CHARTS.saturating_sub(corpus.len());
    let charts: Vec<Chart> = own.into_iter().chain(corpus).collect();
    let program = |name: &str| std::env::var_os(name).map(PathBuf::from).filter(|path| path.is_file());
    let helm = program("CLEARML_K8S_HELM");
    let kubectl = program("CLEARML_K8S_KUBECTL");
    let (mut ran, mut not_run) = (0, 2 * missing);
    match &helm {
        Some(helm) => {
            for chart in &charts {
                ran += 1;
                failures.extend(argo_cd::compare(chart, helm));
            }
        }
        None => not_run += charts.len(),
    }
    match (&helm, &kubectl) {
        (Some(helm), Some(kubectl)) => {
            let mut built = 0;
            for chart in &charts {
                ran += 1;
                match kustomize::compare(chart, helm, kubectl) {
                    Ok(succeeded) => built += usize::from(succeeded),
                    Err(text) => failures.push(text),
                }
            }
            println!("callers: kustomize built {built} of {} charts, alike with both", charts.len());
            if built < LEAST_CHARTS {
                failures.push(format!("kustomize built only {built} charts"));
            }
        }
        _ => not_run += charts.len(),
    }
    if not_run > 0 && std::env::var_os("REQUIRE_ORACLE").is_some_and(|value| value == "1") {
        failures.push("CLEARML_K8S_HELM, CLEARML_K8S_KUBECTL or the corpus is missing".to_owned());
    }
    for failure in &failures {
        println!("FAILED {failure}");
    }
    println!("callers: ran {ran}, not run {not_run}, failures {}", failures.len());
    if failures.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// This program.
fn ours() -> &'static Path {
    Path::new(env!("CARGO_BIN_EXE_clearml-k8s"))
}

/// What a program answered.
#[derive(Debug, PartialEq, Eq)]
struct Answer {
    status: Option<i32>,
    out: Vec<u8>,
    err: Vec<u8>,
}

fn run(program: &Path, arguments: &[&str], folder: &Path) -> Answer {
    let output = Command::new(program)
        .args(arguments)
        .current_dir(folder)
        .env_clear()
        .env("HOME", folder.join("no-home"))
        .env("TZ", "UTC")
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .output();
    match output {
        Ok(output) => Answer { status: output.status.code(), out: output.stdout, err: output.stderr },
        Err(error) => Answer { status: None, out: Vec::new(), err: error.to_string().into_bytes() },
    }
}

/// Where two texts first differ, for people.
fn difference(wanted: &[u8], found: &[u8]) -> String {
    let lines = |bytes: &[u8]| -> Vec<String> {
        bytes.split(|byte| *byte == b'\n').map(|line| line.escape_ascii().to_string()).collect()
    };
    let (wanted, found) = (lines(wanted), lines(found));
    let at = wanted.iter().zip(&found).take_while(|(a, b)| a == b).count();
    let line = |lines: &[String]| lines.get(at).cloned().unwrap_or_else(|| "the end".to_owned());
    format!("line {}:\n    Helm {}\n    ours {}", at + 1, line(&wanted), line(&found))
}

fn text(path: &OsStr) -> &str {
    path.to_str().unwrap_or_default()
}
