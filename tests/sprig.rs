//! Runs the cases of `tests/sprig/*.txt` through the engine, and checks the tables of functions.
//!
//! Every expected text comes from the real Helm: `tests/sprig/regenerate.py` writes the files anew. A case is one line
//! with a template and one with its result.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use clearml_k8s::codec::{to_value, yaml};
use clearml_k8s::diag::{Source, SourceKind};
use clearml_k8s::gotmpl::func::Extensions;
use clearml_k8s::gotmpl::{self, Set, parse, stack};
use clearml_k8s::helm;
use clearml_k8s::host::{HostHandle, System};
use clearml_k8s::value::{Elem, Map, MapType, Str, Value};

const FILE: &str = "c/templates/a.yaml";
const VALUES: MapType = MapType { name: "common.Values", elem: Elem::Any, named: true, methods: &[] };

/// What a template gives: text, or Go's error in one line.
fn render(template: &str, values: &str) -> Result<String, String> {
    let funcs = helm::functions();
    let source = Source::new(SourceKind::Template, FILE, template);
    let parsed = parse(&source, &funcs).map_err(|error| {
        let message = error.message().rsplit(": ").next().unwrap_or_default().to_owned();
        format!("parse error at ({FILE}:{}): {message}", error.line())
    })?;
    let mut set = Set::new();
    set.add(&parsed);
    let values = yaml::read_values(&Source::new(SourceKind::File, "values.yaml", values)).expect("values");
    let values = match to_value(&values.root) {
        Value::Map(map) => map.with_type(&VALUES),
        _ => Map::new(),
    };
    let data = Value::Map([("Values", Value::Map(values))].into_iter().collect());
    let extensions = Extensions::new().with(HostHandle::new(System::new()));
    gotmpl::execute(&Rc::new(set), &Str::from(FILE), &data, &extensions)
        .map(|bytes| Str::from_bytes(bytes).text().into_owned())
        .map_err(|error| error.to_string())
}

fn files() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/sprig");
    let entries = std::fs::read_dir(folder).expect("folder");
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.expect("entry").path()).collect();
    files.retain(|path| path.extension().is_some_and(|extension| extension == "txt"));
    files.sort();
    files
}

fn expectation(line: &str) -> Result<String, String> {
    let decode = |text: &str| serde_json::from_str::<String>(text).expect("JSON text");
    if let Some(json) = line.strip_prefix("=json ") {
        return Ok(decode(json));
    }
    match line.strip_prefix("! ") {
        Some(json) if json.starts_with('"') => Err(decode(json)),
        Some(error) => Err(error.to_owned()),
        None => Ok(line.strip_prefix("= ").unwrap_or_default().to_owned()),
    }
}

#[test]
fn templates_give_what_helm_gives() {
    let mut wrong = String::new();
    let mut count = 0;
    let known = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/sprig/known-differences");
    let known = std::fs::read_to_string(known).expect("known differences");
    let known: Vec<&str> = known.lines().filter(|line| !line.starts_with('#')).collect();
    for file in files() {
        let text = std::fs::read_to_string(&file).expect("file");
        let values = text.lines().next().and_then(|line| line.strip_prefix("# values: ")).unwrap_or("{}");
        let lines: Vec<&str> = text.lines().collect();
        for pair in lines.windows(2).filter(|pair| pair[0].starts_with("{{")) {
            count += 1;
            let expected = expectation(pair[1]);
            let actual = stack::run(|| render(pair[0], values)).expect("stack");
            let name = file.file_name().unwrap_or_default().display();
            let is_known = known.contains(&format!("{name}: {}", pair[0]).as_str());
            assert!(!is_known || actual != expected, "no longer a difference: {name}: {}", pair[0]);
            if actual != expected && !is_known {
                let _ = writeln!(wrong, "{name}: {}\n want {expected:?}\n  got {actual:?}", pair[0]);
            }
        }
    }
    assert!(wrong.is_empty(), "\n{wrong}\n{} of {count} differ", wrong.matches("\n want ").count());
    assert!(count >= 600, "only {count} cases");
}

#[test]
fn examples_give_their_results() {
    for func in helm::functions().iter() {
        assert!(!func.doc.is_empty(), "{} has no line of documentation", func.name);
        for (template, output) in func.examples {
            let actual = stack::run(|| render(template, "{}")).expect("stack");
            assert_eq!(actual.as_deref(), Ok(*output), "{template}");
        }
    }
}

#[test]
fn tables_are_sorted_and_hold_the_names_helm_knows() {
    for table in clearml_k8s::sprig::TABLES {
        assert!(
            table.is_sorted_by(|left, right| left.name < right.name),
            "{:?}",
            table.first().map(|f| f.name)
        );
    }
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/sprig/names");
    let known = std::fs::read_to_string(folder).expect("names");
    let known: BTreeSet<&str> = known.split_whitespace().collect();
    let own: BTreeSet<&str> = helm::functions().iter().map(|func| func.name).collect();
    assert_eq!(own.difference(&known).collect::<Vec<_>>(), Vec::<&&str>::new(), "unknown to Helm");
    assert_eq!(known.difference(&own).collect::<Vec<_>>(), Vec::<&&str>::new(), "missing");
}
