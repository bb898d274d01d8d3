//! The report on folders as text, JSON, or annotations of a GitHub workflow.

use std::fmt::Write as _;

use clearml_k8s::vendor::{Drift, Report};
use serde_json::{Value, json};

use super::plan::Job;
use super::{Outcome, counted};

/// For people: a line a folder, a line a file that is not as it was.
pub(super) fn text(done: &[(&Job, Outcome)]) -> String {
    let mut out = String::new();
    for (job, outcome) in done {
        match outcome {
            Outcome::Refreshed(report) => refreshed(&mut out, &job.label, report),
            Outcome::Checked(drift, files) => checked(&mut out, &job.label, drift, *files),
        }
    }
    out
}

fn refreshed(out: &mut String, label: &str, report: &Report) {
    let counts = [
        (report.added.len(), "added"),
        (report.updated.len() + report.overwritten.len(), "updated"),
        (report.removed.len(), "removed"),
        (report.unchanged, "unchanged"),
    ];
    let counts: Vec<String> = counts
        .iter()
        .filter(|(number, what)| *number > 0 || *what == "unchanged")
        .map(|(number, what)| format!("{number} {what}"))
        .collect();
    // Writing to a `String` cannot fail.
    let _ = writeln!(out, "{label}: {}", counts.join(", "));
    if report.completed {
        let _ = writeln!(out, "  completed a run that was interrupted");
    }
    let mut files: Vec<(&str, char, &str)> = Vec::new();
    files.extend(report.added.iter().map(|file| (file.as_str(), '+', "")));
    files.extend(report.updated.iter().map(|file| (file.as_str(), '~', "")));
    files.extend(report.overwritten.iter().map(|file| (file.as_str(), '~', " (had been edited by hand)")));
    files.extend(report.removed.iter().map(|file| (file.as_str(), '-', "")));
    files.extend(report.kept.iter().map(|file| {
        (file.as_str(), '!', " (edited by hand and no longer rendered: it stays, and is not ours any more)")
    }));
    files.sort_unstable();
    for (file, sign, note) in files {
        let _ = writeln!(out, "  {sign} {file}{note}");
    }
}

fn checked(out: &mut String, label: &str, drift: &[Drift], files: usize) {
    if drift.is_empty() {
        let _ = writeln!(out, "{label}: {} as rendered", counted(files, "file"));
        return;
    }
    let _ = writeln!(out, "{label}: {}", counted(drift.len(), "difference"));
    for drift in drift {
        let (_, file, words) = told(drift);
        match file {
            Some(file) => {
                let _ = writeln!(out, "  {file}: {words}");
            }
            None => {
                let _ = writeln!(out, "  {words}");
            }
        }
    }
}

/// A name for programs, the file, and words for people.
fn told(drift: &Drift) -> (&'static str, Option<&str>, &'static str) {
    match drift {
        Drift::Interrupted => {
            ("interrupted", None, "interrupted: a run was killed, the next one completes it")
        }
        Drift::Missing(file) => ("missing", Some(file), "is missing"),
        Drift::Changed(file) => ("changed", Some(file), "is not what is rendered now"),
        Drift::Stale(file) => ("stale", Some(file), "is not rendered any more"),
        Drift::Foreign(file) => {
            ("foreign", Some(file), "stands where a manifest should, and no run wrote it")
        }
        Drift::Ownership => {
            ("ownership", None, "the list of owned files is missing or does not fit the files")
        }
    }
}

/// One object with a list of folders.
pub(super) fn json(done: &[(&Job, Outcome)]) -> String {
    let targets: Vec<Value> = done
        .iter()
        .map(|(job, outcome)| match outcome {
            Outcome::Refreshed(report) => json!({
                "target": job.label,
                "added": report.added,
                "updated": report.updated,
                "overwritten": report.overwritten,
                "removed": report.removed,
                "kept": report.kept,
                "unchanged": report.unchanged,
                "completed": report.completed,
            }),
            Outcome::Checked(drift, files) => json!({
                "target": job.label,
                "files": files,
                "drift": drift
                    .iter()
                    .map(|drift| {
                        let (kind, file, message) = told(drift);
                        json!({"kind": kind, "file": file, "message": message})
                    })
                    .collect::<Vec<_>>(),
            }),
        })
        .collect();
    format!("{:#}\n", json!({ "targets": targets }))
}

/// An annotation for each file that is not as rendered. What a refresh did is no finding: it is told as text.
pub(super) fn github(done: &[(&Job, Outcome)]) -> String {
    let mut out = String::new();
    for (job, outcome) in done {
        let Outcome::Checked(drift, _) = outcome else { return text(done) };
        for drift in drift {
            let (kind, file, words) = told(drift);
            let file = file.map_or_else(|| job.label.clone(), |file| format!("{}/{file}", job.label));
            let _ = writeln!(
                out,
                "::error file={},title=vendor {kind}::{} {}",
                property(&file),
                message(&file),
                message(words)
            );
        }
    }
    out
}

/// Text as the value of a property.
// Rule: github.com/actions/toolkit packages/core/src/command.ts, escapeProperty.
fn property(text: &str) -> String {
    message(text).replace(':', "%3A").replace(',', "%2C")
}

/// Text as a message.
// Rule: the same file, escapeData.
fn message(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}
