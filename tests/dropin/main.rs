//! The proof that `render` can take the old chart's place: the chart through the real Helm and ours over the same
//! values files, compared object by object and leaf by leaf under the numbered rules of COMPATIBILITY.md.
//!
//! Needs `CLEARML_K8S_HELM` and the package `corpus/charts/clearml-server-chart-1.0.2+1.tgz` under
//! `CLEARML_K8S_SHARED`; says what ran, and fails under `REQUIRE_ORACLE=1` when something is missing.

#![allow(clippy::print_stdout)] // this is how a target without harness reports

mod case;
mod compare;
mod leaf;
mod matcher;
mod mutate;
mod old_charts;
mod pattern;
mod rule;

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use case::Case;
use compare::Rules;
use leaf::{Id, Leaves};

/// How many values files there must be at least.
const LEAST_CASES: usize = 60;
/// The chart whose place is taken.
const CHART: &str = "corpus/charts/clearml-server-chart-1.0.2+1.tgz";

fn main() -> ExitCode {
    let here = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/dropin");
    let mut failures = Vec::new();
    let rules = match rule::load(&here.join("rules")) {
        Ok(entries) => Rules::new(entries),
        Err(why) => {
            println!("FAILED rules: {why}");
            return ExitCode::FAILURE;
        }
    };
    failures.extend(numbers(&rules));
    let cases = cases(&here.join("values"), &mut failures);
    if cases.len() < LEAST_CASES {
        failures.push(format!("only {} values files", cases.len()));
    }
    let (ran, not_run) = match oracle() {
        Some((helm, chart)) => {
            let folder = tempfile::tempdir().expect("a temporary folder");
            let charts = chart.parent().unwrap_or(&chart);
            let (straight, seen) = old_charts::run(charts, folder.path(), &mut failures);
            let defaults = straight.iter().map(|path| Case::load(path));
            let (defaults, broken): (Vec<_>, Vec<_>) = defaults.partition(Result::is_ok);
            failures.extend(broken.into_iter().filter_map(Result::err));
            let mut cases = cases;
            cases.extend(defaults.into_iter().flatten());
            println!("default values of {seen} old charts");
            run(&helm, &chart, &rules, &cases, &mut failures);
            (cases.len(), 0)
        }
        None => {
            if std::env::var_os("REQUIRE_ORACLE").is_some_and(|value| value == "1") {
                failures
                    .push("CLEARML_K8S_HELM or the old chart under CLEARML_K8S_SHARED is missing".to_owned());
            }
            (0, cases.len())
        }
    };
    for failure in &failures {
        println!("FAILED {failure}");
    }
    println!("drop-in: ran {ran}, not run {not_run}, failures {}", failures.len());
    if failures.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn oracle() -> Option<(PathBuf, PathBuf)> {
    let helm = std::env::var_os("CLEARML_K8S_HELM").map(PathBuf::from)?;
    let chart = PathBuf::from(std::env::var_os("CLEARML_K8S_SHARED")?).join(CHART);
    (helm.is_file() && chart.is_file()).then_some((helm, chart))
}

fn cases(folder: &Path, failures: &mut Vec<String>) -> Vec<Case> {
    let entries = std::fs::read_dir(folder).map(|entries| entries.flatten().collect::<Vec<_>>());
    let mut paths: Vec<PathBuf> = entries.unwrap_or_default().iter().map(std::fs::DirEntry::path).collect();
    paths.sort();
    paths.iter().filter_map(|path| Case::load(path).map_err(|why| failures.push(why)).ok()).collect()
}

/// The rules as data and the table in COMPATIBILITY.md name the same numbers.
fn numbers(rules: &Rules) -> Vec<String> {
    let table = include_str!("../../COMPATIBILITY.md");
    let told: BTreeSet<&str> = table
        .lines()
        .filter_map(|line| line.strip_prefix("| ")?.split_once(" |").map(|(number, _)| number))
        .filter(|number| number.strip_prefix('R').is_some_and(|rest| rest.parse::<u32>().is_ok()))
        .collect();
    let mut known: BTreeSet<&str> = rules.entries.iter().map(|entry| entry.rule.as_str()).collect();
    known.extend(REFUSALS);
    let one = told.difference(&known).map(|number| format!("{number} of COMPATIBILITY.md is not in rules/"));
    let two = known.difference(&told).map(|number| format!("{number} of rules/ is not in COMPATIBILITY.md"));
    one.chain(two).collect()
}

/// Rules by which a side renders nothing at all.
const REFUSALS: [&str; 2] = ["R4", "R36"];

fn run(helm: &Path, chart: &Path, rules: &Rules, cases: &[Case], failures: &mut Vec<String>) {
    let mut refusals = BTreeSet::new();
    let mut mutants = mutate::Tally::default();
    let (mut objects, mut leaves) = (0, 0);
    for case in cases {
        let old = output(helm, case, &["template".as_ref()], &[chart.as_os_str()]);
        let ours = output(Path::new(env!("CARGO_BIN_EXE_clearml-k8s")), case, &["render".as_ref()], &[]);
        if let Some(failure) = refused(case, &old, &ours, &mut refusals) {
            failures.push(format!("{}: {failure}", case.name));
            continue;
        }
        let (Ok(old), Ok(ours)) = (old, ours) else { continue };
        match (read("helm", &old), read("render", &ours)) {
            (Ok(old), Ok(ours)) => {
                objects += old.len();
                leaves += old.values().map(Leaves::len).sum::<usize>();
                let wrong = rules.unexplained(case, &old, &ours);
                if wrong.is_empty() {
                    mutants.run(rules, case, &old, &ours);
                }
                failures.extend(wrong.into_iter().map(|wrong| format!("{}: {wrong}", case.name)));
            }
            (old, ours) => failures.extend(
                [old.err(), ours.err()].into_iter().flatten().map(|why| format!("{}: {why}", case.name)),
            ),
        }
    }
    println!("compared {objects} objects of the old chart, {leaves} leaves");
    println!(
        "altered {} leaves of ours one by one, {} of them unnoticed",
        mutants.made,
        mutants.unnoticed.len()
    );
    failures.extend(mutants.unnoticed.into_iter().map(|what| format!("unnoticed: {what}")));
    failures.extend(
        REFUSALS.iter().filter(|rule| !refusals.contains(**rule)).map(|rule| format!("no case uses {rule}")),
    );
    let unused = rules.entries.iter().zip(&rules.used).filter(|(_, used)| used.get() == 0);
    failures.extend(unused.map(|(entry, _)| format!("no case uses {}", entry.label)));
}

fn read(name: &str, text: &str) -> Result<BTreeMap<Id, Leaves>, String> {
    leaf::objects(name, &text.replace('\r', ""))
}

/// Standard output, or what was said on the way to a refusal.
fn output(program: &Path, case: &Case, before: &[&OsStr], after: &[&OsStr]) -> Result<String, String> {
    let (name, rest) = case.arguments.split_first().ok_or("no release name")?;
    let nowhere = std::env::temp_dir().join("clearml-k8s-dropin-no-home");
    let output = Command::new(program)
        .args(before)
        .arg(name)
        .args(after)
        .args(rest)
        .arg("-f")
        .arg(&case.path)
        .env_clear()
        .env("HOME", nowhere)
        .output()
        .map_err(|error| error.to_string())?;
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    if output.status.success() { Ok(text(&output.stdout)) } else { Err(text(&output.stderr)) }
}

/// What is wrong about who renders and who does not.
fn refused(
    case: &Case,
    old: &Result<String, String>,
    ours: &Result<String, String>,
    used: &mut BTreeSet<String>,
) -> Option<String> {
    used.extend(case.helm_refuses.clone());
    match (old, &case.helm_refuses) {
        (Err(said), None) => return Some(format!("helm refuses: {said}")),
        (Ok(_), Some(rule)) => return Some(format!("helm renders, {rule} says that it does not")),
        _ => {}
    }
    match (ours, &case.we_refuse) {
        (Err(said), None) => Some(format!("render refuses: {said}")),
        (Ok(_), Some((rule, _))) => Some(format!("render renders, {rule} says that it does not")),
        (Err(said), Some((rule, words))) => {
            used.insert(rule.clone());
            (!said.contains(words.as_str())).then(|| format!("the refusal does not say `{words}`: {said}"))
        }
        (Ok(_), None) => None,
    }
}
