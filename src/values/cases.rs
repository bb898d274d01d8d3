//! Runs the cases of `tests/values/*.toml`, whose results come from the real Helm.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io;

use serde::Deserialize;

use super::schema::{Env, validate_charts};
use super::set::Flag;
use super::text::{go_float, quote};
use super::{ChartTree, Error, Inputs, Merged, coalesce, merge};
use crate::codec::{Data, Node};
use crate::diag::{Level, LogLine, Source, SourceKind};

#[derive(Deserialize)]
struct File {
    case: Vec<Case>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    #[serde(default)]
    note: String,
    #[serde(default)]
    args: Vec<String>,
    #[serde(default)]
    files: Vec<String>,
    #[serde(default)]
    defaults: String,
    #[serde(default)]
    charts: BTreeMap<String, String>,
    schema: Option<String>,
    #[serde(default)]
    schemas: BTreeMap<String, String>,
    out: Option<String>,
    #[serde(default)]
    log: Vec<String>,
    error: Option<String>,
}

struct Chart {
    name: String,
    defaults: Node,
    children: Vec<Chart>,
    schema: Option<String>,
}

impl ChartTree for Chart {
    fn name(&self) -> &str {
        &self.name
    }

    fn defaults(&self) -> &Node {
        &self.defaults
    }

    fn children(&self) -> &[Self] {
        &self.children
    }

    fn schema(&self) -> Option<Source> {
        // A byte order mark is taken away when a chart is loaded.
        let text = self.schema.as_deref()?;
        Some(Source::new(SourceKind::Chart, "values.schema.json", text.trim_start_matches('\u{feff}')))
    }
}

fn read(file: &str) -> Vec<Case> {
    let path = format!("{}/tests/values/{file}", env!("CARGO_MANIFEST_DIR"));
    toml::from_str::<File>(&std::fs::read_to_string(path).unwrap()).unwrap().case
}

fn yaml(text: &str) -> Node {
    let source = Source::new(SourceKind::Chart, "values.yaml", text);
    crate::codec::yaml::read_values(&source).unwrap().root
}

/// The notation of `regenerate.py`: `i` behind integers, `f` behind floats, text quoted as Go does.
fn show(out: &mut String, node: &Node) {
    match node.data() {
        Data::Null => out.push_str("null"),
        Data::Bool(value) => write!(out, "{value}").unwrap(),
        Data::Int(value) => write!(out, "{value}i").unwrap(),
        Data::Uint(value) => write!(out, "{value}u").unwrap(),
        Data::Float(value) => write!(out, "{}f", go_float(*value)).unwrap(),
        Data::String(text) => out.push_str(&quote(text)),
        Data::List(items) => {
            out.push('[');
            for item in items.iter() {
                show(out, item);
                out.push(',');
            }
            out.push(']');
        }
        Data::Map(map) => {
            out.push('{');
            for entry in map.entries() {
                write!(out, "{}:", quote(&entry.key)).unwrap();
                show(out, &entry.value);
                out.push(',');
            }
            out.push('}');
        }
    }
}

fn text_file(path: &str) -> io::Result<Vec<u8>> {
    match path {
        "text.txt" => Ok(b"text\n".to_vec()),
        "." => Err(io::Error::from_raw_os_error(21)),
        _ => Err(io::Error::from_raw_os_error(2)),
    }
}

impl Case {
    fn inputs(&self) -> Inputs {
        let mut inputs = Inputs::default();
        for (index, text) in self.files.iter().enumerate() {
            inputs.files.push(Source::new(SourceKind::File, format!("f{index}.yaml"), text.as_str()));
        }
        for pair in self.args.chunks(2) {
            let [flag, argument] = pair else { panic!("odd arguments") };
            let flags = [Flag::Json, Flag::Set, Flag::String, Flag::File, Flag::Literal]
                .map(|flag| (flag.name(), flag));
            let list = match flags.iter().find(|(name, _)| name == flag).unwrap().1 {
                Flag::Json => &mut inputs.set_json,
                Flag::Set => &mut inputs.set,
                Flag::String => &mut inputs.set_string,
                Flag::File => &mut inputs.set_file,
                Flag::Literal => &mut inputs.set_literal,
            };
            list.push(argument.clone());
        }
        inputs
    }

    fn chart(&self, path: &str, name: &str) -> Chart {
        let below = if path.is_empty() { String::new() } else { format!("{path}/") };
        let children = self
            .charts
            .keys()
            .filter_map(|child| {
                child.strip_prefix(&below).filter(|rest| !rest.contains('/')).map(|rest| (child, rest))
            })
            .map(|(child, rest)| self.chart(child, rest))
            .collect();
        let defaults = if path.is_empty() { &self.defaults } else { &self.charts[path] };
        let schema = if path.is_empty() { self.schema.clone() } else { self.schemas.get(path).cloned() };
        Chart { name: name.into(), defaults: yaml(defaults), children, schema }
    }

    fn run(&self, log: &mut Vec<LogLine>) -> Result<Node, String> {
        let text = |error: Error| error.helm_text().to_owned();
        let Merged { root, .. } = merge(&self.inputs(), &mut text_file).map_err(text)?;
        let chart = self.chart("", "c");
        let values = coalesce(&chart, &root, log).map_err(text)?;
        let mut env = Env { read_file: &mut text_file, debug: true, log };
        validate_charts(&chart, &values, &mut env).map_err(|errors| errors.helm_text())?;
        Ok(values)
    }
}

/// Helm prints sibling failures in random order, and what the network said.
fn comparable(error: Option<&String>) -> Vec<&str> {
    let mut lines: Vec<_> = error.iter().flat_map(|text| text.lines()).map(cut_network).collect();
    lines.sort_unstable();
    lines
}

fn cut_network(line: &str) -> &str {
    match line.find(": Get \"http") {
        Some(at) => line.get(..at).unwrap(),
        None => line,
    }
}

fn run(file: &str) {
    let mut bad = 0;
    let cases = read(file);
    for case in &cases {
        let mut log = Vec::new();
        let (mut out, mut error) = (None, None);
        match case.run(&mut log) {
            Ok(node) => show(out.insert(String::new()), &node),
            Err(why) => error = Some(why),
        }
        let seen = log.iter().filter(|line| line.level > Level::Debug);
        let mut log: Vec<_> = seen.map(ToString::to_string).collect();
        log.sort();
        if (&out, comparable(error.as_ref()), &log) != (&case.out, comparable(case.error.as_ref()), &case.log)
        {
            bad += 1;
            println!(
                "{:?} {:?} {:?} {:?} {:?}\n is {out:?} {error:?} {log:?}\nnot {:?} {:?} {:?}",
                case.note, case.args, case.files, case.defaults, case.schema, case.out, case.error, case.log
            );
        }
    }
    assert_eq!(bad, 0, "of {} cases", cases.len());
}

#[test]
fn arguments_mean_what_they_mean_to_helm() {
    run("set.toml");
}

#[test]
fn values_are_laid_over_defaults_as_helm_does() {
    run("coalesce.toml");
}

#[test]
fn schemas_judge_as_helm_does() {
    run("schema.toml");
}
