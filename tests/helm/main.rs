//! Our own small charts and command lines against what the real Helm printed, both streams as raw bytes.
//!
//! `cases/` holds one file a case, `golden/` what `regen` recorded; no Helm is needed to run this.

#![allow(clippy::unwrap_used, clippy::panic)]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

const CHART: &str = "apiVersion: v2\nname: c\nversion: 0.1.0\n";

struct Case {
    name: String,
    arguments: Vec<String>,
    files: Vec<(String, String)>,
}

fn here() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/helm")
}

fn parse(path: &Path) -> Case {
    let text = fs::read_to_string(path).unwrap();
    let name = path.file_stem().unwrap().to_string_lossy().into_owned();
    let (first, rest) = text.split_once('\n').unwrap();
    let mut files: Vec<(String, bool, String)> = Vec::new();
    for line in rest.split_inclusive('\n') {
        if line.starts_with("== ") || line.starts_with("==- ") {
            let (mark, path) = line.trim_end_matches('\n').split_once(' ').unwrap();
            files.push((path.to_owned(), mark == "==-", String::new()));
        } else {
            files.last_mut().unwrap().2.push_str(line);
        }
    }
    let mut files: Vec<(String, String)> = files
        .into_iter()
        .map(|(path, cut, text)| {
            let text = if cut { text.strip_suffix('\n').unwrap_or(&text).to_owned() } else { text };
            (path, text)
        })
        .collect();
    let in_chart = |path: &String| path.starts_with("c/");
    if name != "chart-no-chart-yaml"
        && files.iter().any(|(path, _)| in_chart(path))
        && files.iter().all(|(path, _)| path != "c/Chart.yaml")
    {
        files.push(("c/Chart.yaml".to_owned(), CHART.to_owned()));
    }
    Case { name, arguments: words(first.strip_prefix("args: ").unwrap_or_default()), files }
}

/// Words as a shell takes them apart, quotes included, nothing expanded.
fn words(line: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut quote = None;
    for c in line.chars() {
        match (c, quote) {
            (c, Some(mark)) if c == mark => quote = None,
            ('"' | '\'', None) => {
                quote = Some(c);
                word.get_or_insert_default();
            }
            (' ', None) => words.extend(word.take()),
            (c, _) => word.get_or_insert_default().push(c),
        }
    }
    words.extend(word);
    words
}

fn replace(bytes: &[u8], from: &[u8], to: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        if bytes[at..].starts_with(from) {
            out.extend_from_slice(to);
            at += from.len();
        } else {
            out.push(bytes[at]);
            at += 1;
        }
    }
    out
}

fn run(case: &Case) -> Vec<String> {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().canonicalize().unwrap();
    for (path, text) in &case.files {
        let target = root.join(path);
        fs::create_dir_all(target.parent().unwrap()).unwrap();
        fs::write(target, text).unwrap();
    }
    let output = Command::new(env!("CARGO_BIN_EXE_clearml-k8s"))
        .args(&case.arguments)
        .current_dir(&root)
        .env_clear()
        .env("HOME", root.join("home"))
        .env("TZ", "UTC")
        .output()
        .unwrap();
    let golden = here().join("golden");
    let mut wrong = Vec::new();
    for (stream, bytes) in [("out", output.stdout), ("err", output.stderr)] {
        let found = replace(&bytes, root.to_string_lossy().as_bytes(), b"$DIR");
        let wanted = fs::read(golden.join(format!("{}.{stream}", case.name))).unwrap();
        if found != wanted {
            wrong.push(format!(
                "{} {stream}:\n  want {}\n  got  {}",
                case.name,
                wanted.escape_ascii(),
                found.escape_ascii()
            ));
        }
    }
    let wanted = fs::read_to_string(golden.join(format!("{}.exit", case.name)));
    let wanted = wanted.map_or(0, |text| text.trim().parse().unwrap());
    if output.status.code() != Some(wanted) {
        wrong.push(format!("{}: exit code {:?}, Helm's was {wanted}", case.name, output.status.code()));
    }
    wrong
}

#[test]
fn every_case_prints_what_helm_printed() {
    let mut paths: Vec<PathBuf> =
        fs::read_dir(here().join("cases")).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    assert!(paths.len() >= 200, "{} cases", paths.len());
    let wrong: Vec<String> = paths.iter().flat_map(|path| run(&parse(path))).collect();
    assert!(wrong.is_empty(), "{} of {} cases:\n{}", wrong.len(), paths.len(), wrong.join("\n"));
}
