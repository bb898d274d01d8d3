//! Runs the YAML cases whose results the real Helm printed, when their folder is named by
//! `CLEARML_K8S_SHARED`. Prints what ran; fails under `REQUIRE_ORACLE=1` when the cases are missing.

#![allow(clippy::print_stdout, clippy::print_stderr)]

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clearml_k8s::codec::{Node, json, to_value, yaml};
use clearml_k8s::diag::{Source, SourceKind};

/// Cases that are known to differ, each with its reason; a case that no longer differs fails too.
const KNOWN: &[(&str, &str)] = &[];

#[derive(Default)]
struct Tally {
    ran: usize,
    failed: Vec<String>,
    known: usize,
}

impl Tally {
    fn check(&mut self, name: &str, got: &str, wanted: &str) {
        self.ran += 1;
        let known = KNOWN.iter().any(|(case, _)| *case == name);
        match (got == wanted, known) {
            (true, false) => {}
            (false, true) => self.known += 1,
            (true, true) => self.failed.push(format!("{name}: agrees now, remove it from KNOWN")),
            (false, false) => {
                self.failed.push(format!("{name}\n  wanted {}\n  got    {}", cut(wanted), cut(got)));
            }
        }
    }
}

fn cut(text: &str) -> String {
    text.chars().take(600).collect()
}

fn main() -> ExitCode {
    let shared = std::env::var_os("CLEARML_K8S_SHARED").map(PathBuf::from);
    let required = std::env::var_os("REQUIRE_ORACLE").is_some_and(|value| value == "1");
    let Some(shared) = shared.filter(|path| path.join("yaml-cases").is_dir()) else {
        println!("codec cases: ran 0, not run all (CLEARML_K8S_SHARED names no folder with them)");
        return if required { ExitCode::FAILURE } else { ExitCode::SUCCESS };
    };
    let mut tally = Tally::default();
    reading(&shared.join("yaml-cases"), &mut tally);
    writing(&shared.join("toyaml-cases"), &mut tally);
    for failure in &tally.failed {
        println!("FAILED {failure}");
    }
    println!(
        "codec cases: ran {}, not run 0, failed {}, known {}",
        tally.ran,
        tally.failed.len(),
        tally.known
    );
    if tally.failed.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn files(folder: &Path, ending: &str) -> Vec<(String, Vec<u8>)> {
    let mut files: Vec<_> = std::fs::read_dir(folder)
        .expect("the folder is there")
        .map(|entry| entry.expect("readable").path())
        .filter_map(|path| {
            let name = path.file_name()?.to_str()?.to_owned();
            name.ends_with(ending).then(|| (name, std::fs::read(&path).expect("readable")))
        })
        .collect();
    files.sort();
    files
}

fn reading(folder: &Path, tally: &mut Tally) {
    let results = json_file(&folder.join("fromyaml-results.json"));
    for (name, bytes) in files(folder, ".yaml") {
        let values = yaml::read_values_bytes(SourceKind::File, &name, &bytes);
        let got = match &values {
            Ok(document) => json::write(&document.root),
            Err(error) => format!("error: {}", error.helm_text()),
        };
        if let Err(error) = &values {
            let place = error.diagnostic().primary.as_ref().map(|label| label.place.to_string());
            assert!(place.is_some() || error.what() == yaml::ErrorKind::Type, "{name}: no place");
        }
        let number = name.get(..3).unwrap_or_default();
        let wanted = if let Ok(text) = std::fs::read_to_string(folder.join(format!("{number}.expected.json")))
        {
            json::write(&json_text(&text))
        } else {
            let text = std::fs::read_to_string(folder.join(format!("{number}.error"))).expect("an error");
            format!("error: {}", text.trim_end().replacen(&format!("Error: failed to parse {name}: "), "", 1))
        };
        tally.check(&format!("-f {name}"), &got, &wanted);

        let first = yaml::read_bytes(SourceKind::File, &name, &bytes, &yaml::ReadOptions::default());
        let got = match first.and_then(yaml::Document::into_map) {
            Ok(document) => json::write(&document.root),
            Err(error) => format!("{{\"Error\":{}}}", json::write(&Node::string(error.helm_text()))),
        };
        let Some(wanted) = results.get(&name) else { continue };
        let mut wanted = json::write(wanted);
        // The results of `fromYaml` were kept as values, which have no sign at a zero; errors are texts and held exactly.
        if wanted != got && is_no_error(&got) && json_text(&got) == json_text(&wanted) {
            wanted.clone_from(&got);
        }
        tally.check(&format!("fromYaml {name}"), &got, &wanted);
    }
}

fn is_no_error(text: &str) -> bool {
    !text.starts_with("{\"Error\":")
}

fn json_file(path: &Path) -> Node {
    json_text(&std::fs::read_to_string(path).expect("the file is there"))
}

fn json_text(text: &str) -> Node {
    json::read(&Source::new(SourceKind::File, "case", text)).expect("the case is JSON")
}

/// `toYaml`, `toYamlPretty` and `toJson`, each of a node and of the value made from it.
fn writing(folder: &Path, tally: &mut Tally) {
    let text = |path: PathBuf| std::fs::read_to_string(path).ok();
    for (name, bytes) in files(folder, ".json") {
        let node = json_text(&String::from_utf8(bytes).expect("text"));
        let value = to_value(&node);
        let case = folder.join(&name);
        let plain = text(case.with_extension("yaml")).expect("a result");
        let wanted = plain.strip_suffix('\n').unwrap_or(&plain);
        tally.check(&format!("toYaml {name}"), &yaml::write(&node), wanted);
        tally.check(&format!("toYaml value {name}"), &yaml::write_value(&value).unwrap_or_default(), wanted);
        let pretty = text(case.with_extension("pretty.yaml"));
        let wanted = pretty.as_deref().map_or(wanted, |pretty| pretty.strip_suffix('\n').unwrap_or(pretty));
        tally.check(&format!("toYamlPretty {name}"), &yaml::write_pretty(&node), wanted);
        let got = yaml::write_pretty_value(&value).unwrap_or_default();
        tally.check(&format!("toYamlPretty value {name}"), &got, wanted);
        let wanted = text(case.with_extension("tojson")).expect("a result");
        let wanted = wanted.strip_suffix('\n').unwrap_or(&wanted);
        assert_eq!(json::write(&node), wanted, "toJson {name}");
        tally.check(&format!("toJson {name}"), &json::write(&node), wanted);
        tally.check(&format!("toJson value {name}"), &json::write_value(&value).unwrap_or_default(), wanted);
    }
}
