//! Our own small charts and command lines against what the real Helm printed, both streams as raw bytes.
//!
//! `cases/` holds one file a case, `golden/` what `regen` recorded; no Helm is needed to run this.

#![allow(clippy::unwrap_used, clippy::panic)]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

const CHART: &str = "apiVersion: v2\nname: c\nversion: 0.1.0\n";

struct Case {
    name: String,
    arguments: Vec<String>,
    variables: Vec<(String, String)>,
    entries: Vec<Entry>,
}

/// Something to make in the folder a case runs in; the marks are told in `regen`.
enum Entry {
    File(String, Vec<u8>),
    /// A file whose path has bytes written as `%FF`.
    Odd(String, Vec<u8>),
    Folder(String),
    Link(String, String),
    Archive {
        path: String,
        folder: String,
        name: String,
    },
}

impl Entry {
    fn path(&self) -> &str {
        match self {
            Self::File(path, _)
            | Self::Odd(path, _)
            | Self::Folder(path)
            | Self::Link(path, _)
            | Self::Archive { path, .. } => path,
        }
    }
}

fn here() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/helm")
}

fn parse(path: &Path) -> Case {
    let text = fs::read_to_string(path).unwrap();
    let name = path.file_stem().unwrap().to_string_lossy().into_owned();
    let (first, rest) = text.split_once('\n').unwrap();
    let mut marked: Vec<(&str, Vec<&str>, String)> = Vec::new();
    for line in rest.split_inclusive('\n') {
        let (mark, path) = line.trim_end_matches('\n').split_once(' ').unwrap_or((line, ""));
        match mark {
            "==" | "==-" | "==b" | "==d" | "==e" | "==x" => marked.push((mark, vec![path], String::new())),
            "==l" | "==t" => marked.push((mark, path.split(' ').collect(), String::new())),
            _ => marked.last_mut().unwrap().2.push_str(line),
        }
    }
    let variable = |(_, words, _): &(_, Vec<&str>, _)| {
        let (name, value) = words[0].split_once(' ').unwrap_or((words[0], ""));
        (name.to_owned(), value.to_owned())
    };
    let variables = marked.iter().filter(|(mark, ..)| *mark == "==e").map(variable).collect();
    let mut entries: Vec<Entry> = marked
        .into_iter()
        .filter(|(mark, ..)| *mark != "==e")
        .map(|(mark, words, text)| {
            let path = words[0].to_owned();
            match mark {
                "==d" => Entry::Folder(path),
                "==l" => Entry::Link(path, words[1].to_owned()),
                "==t" => Entry::Archive {
                    path,
                    folder: words[1].to_owned(),
                    name: words[words.len() - 1].to_owned(),
                },
                "==-" => Entry::File(path, text.strip_suffix('\n').unwrap_or(&text).into()),
                "==x" => Entry::Odd(path, text.into()),
                "==b" => Entry::File(path, STANDARD.decode(text.replace('\n', "")).unwrap()),
                _ => Entry::File(path, text.into()),
            }
        })
        .collect();
    let has_chart = |path: &str| path == "c/Chart.yaml" || path.starts_with("c/Chart.yaml/");
    if name != "chart-no-chart-yaml"
        && entries.iter().any(|entry| entry.path().starts_with("c/"))
        && !entries.iter().any(|entry| has_chart(entry.path()))
    {
        entries.insert(0, Entry::File("c/Chart.yaml".to_owned(), CHART.into()));
    }
    Case { name, arguments: words(first.strip_prefix("args: ").unwrap_or_default()), variables, entries }
}

fn make(root: &Path, entries: &[Entry]) {
    for entry in entries {
        let target = root.join(entry.path());
        fs::create_dir_all(target.parent().unwrap()).unwrap();
        match entry {
            Entry::File(_, text) => fs::write(target, text),
            Entry::Odd(path, text) => fs::write(root.join(bytes(path)), text),
            Entry::Folder(_) => fs::create_dir_all(target),
            Entry::Link(_, to) => std::os::unix::fs::symlink(to, target),
            Entry::Archive { folder, name, .. } => fs::write(target, archive(&root.join(folder), name)),
        }
        .unwrap();
    }
}

/// A path with the bytes that `%FF` and the like stand for.
fn bytes(path: &str) -> std::ffi::OsString {
    let mut parts = path.split('%');
    let mut out = parts.next().unwrap().as_bytes().to_vec();
    for part in parts {
        out.push(u8::from_str_radix(&part[..2], 16).unwrap());
        out.extend_from_slice(&part.as_bytes()[2..]);
    }
    std::os::unix::ffi::OsStringExt::from_vec(out)
}

fn archive(folder: &Path, name: &str) -> Vec<u8> {
    let packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    let mut tar = tar::Builder::new(packed);
    let mut files = Vec::new();
    list(folder, &mut files);
    files.sort();
    for file in files {
        tar.append_path_with_name(&file, Path::new(name).join(file.strip_prefix(folder).unwrap())).unwrap();
    }
    tar.into_inner().unwrap().finish().unwrap()
}

fn list(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { list(&path, files) } else { files.push(path) }
    }
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
    make(&root, &case.entries);
    let output = Command::new(env!("CARGO_BIN_EXE_clearml-k8s"))
        .args(&case.arguments)
        .current_dir(&root)
        .env_clear()
        .env("HOME", root.join("home"))
        .env("TZ", "UTC")
        .envs(
            case.variables.iter().map(|(name, value)| (name, value.replace("$DIR", &root.to_string_lossy()))),
        )
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
    if let Ok(wanted) = std::env::var("CLEARML_K8S_CASES") {
        paths.retain(|path| path.file_stem().unwrap().to_string_lossy().starts_with(&wanted));
    }
    assert!(paths.len() >= 200 || std::env::var_os("CLEARML_K8S_CASES").is_some(), "{} cases", paths.len());
    let wrong: Vec<String> = paths.iter().flat_map(|path| run(&parse(path))).collect();
    assert!(wrong.is_empty(), "{} of {} cases:\n{}", wrong.len(), paths.len(), wrong.join("\n"));
}
