//! Runs the cases of `tests/gotmpl/*.txt` through the engine.
//!
//! Every expected text comes from the real Helm: `CLEARML_K8S_REGEN=1 CLEARML_K8S_HELM=helm cargo test --test gotmpl`
//! writes the files anew. A case is a template, its values, and what Helm printed or how it failed.

#![allow(clippy::unwrap_used, clippy::panic)] // a test fails by panicking

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::rc::Rc;

use clearml_k8s::codec::{Data, Node, yaml};
use clearml_k8s::diag::{Source, SourceKind};
use clearml_k8s::gotmpl::func::{Call, CallCtx, Extensions, Func, FuncError, FuncMap, OnError, Param};
use clearml_k8s::gotmpl::{self, Set, builtins, parse};
use clearml_k8s::value::{Elem, List, ListType, Map, MapType, Str, Value};

const FILE: &str = "c/templates/t.yaml";

#[derive(Clone, Debug, Default, PartialEq)]
struct Case {
    name: String,
    values: String,
    template: String,
    output: Option<String>,
    error: Option<String>,
}

fn read(text: &str) -> Vec<Case> {
    let mut cases = Vec::new();
    for block in text.split("=== ").skip(1) {
        let block = block.strip_suffix("\n\n").unwrap_or(block);
        let (name, rest) = block.split_once('\n').unwrap();
        let mut case = Case { name: name.into(), ..Case::default() };
        for part in format!("\n{rest}").split("\n--- ").skip(1) {
            let (what, text) = part.split_once('\n').unwrap_or((part, ""));
            match what {
                "values" => case.values = text.into(),
                "template" => case.template = text.into(),
                "output" => case.output = Some(text.into()),
                "error" => case.error = Some(text.into()),
                other => panic!("{name}: unknown part {other}"),
            }
        }
        cases.push(case);
    }
    cases
}

fn write(cases: &[Case]) -> String {
    let mut out = String::new();
    for case in cases {
        let _ = writeln!(out, "=== {}", case.name);
        if !case.values.is_empty() {
            let _ = writeln!(out, "--- values\n{}", case.values);
        }
        let _ = writeln!(out, "--- template\n{}", case.template);
        if let Some(output) = &case.output {
            let _ = writeln!(out, "--- output\n{output}");
        }
        if let Some(error) = &case.error {
            let _ = writeln!(out, "--- error\n{error}");
        }
        out.push('\n');
    }
    out
}

// Our side.

const VALUES: MapType = MapType { name: "common.Values", elem: Elem::Any, named: true, methods: &[] };

fn to_value(node: &Node) -> Value {
    match node.data() {
        Data::Null => Value::Nil,
        Data::Bool(truth) => Value::Bool(*truth),
        Data::Int(number) => Value::Int64(*number),
        Data::Uint(number) => Value::Uint64(*number),
        Data::Float(number) => Value::Float64(*number),
        Data::String(text) => Value::Str(text.clone().into()),
        Data::List(items) => Value::list(items.iter().map(to_value).collect()),
        Data::Map(_) => Value::Map(to_map(node)),
    }
}

/// A chart's defaults lose their nulls.
fn to_map(node: &Node) -> Map {
    let mut entries = node.as_map().map(|map| map.entries().to_vec()).unwrap_or_default();
    entries.retain(|entry| !entry.value.is_null());
    entries.into_iter().map(|entry| (entry.key, to_value(&entry.value))).collect()
}

const fn func(name: &'static str, params: &'static [Param], variadic: bool, call: Call) -> Func {
    Func { name, params, variadic, call, doc: "", examples: &[], on_error: OnError::Fail }
}

fn whole(value: &Value) -> i64 {
    value.as_i64().or(value.as_f64().map(|number| number as i64)).unwrap_or(0)
}

/// A few of Sprig's functions, as far as the cases need them.
const HELPERS: &[Func] = &[
    func("dict", &[Param::Any], true, |_, args| {
        let pairs =
            args.chunks(2).map(|pair| (pair[0].as_str().cloned().unwrap_or_default(), pair[1].clone()));
        Ok(Value::Map(pairs.collect()))
    }),
    func("int64", &[Param::Any], false, |_, args| Ok(Value::Int64(whole(&args[0])))),
    func("int", &[Param::Any], false, |_, args| Ok(Value::Int(whole(&args[0])))),
    func("list", &[Param::Any], true, |_, args| Ok(Value::list(args.to_vec()))),
    func("splitList", &[Param::String, Param::String], false, |_, args| {
        let (sep, text) = (args[0].as_str().unwrap().text(), args[1].as_str().unwrap().text());
        Ok(Value::List(List::strings(text.split(&*sep))))
    }),
    func("until", &[Param::Int], false, |_, args| {
        let items = (0..args[0].as_i64().unwrap()).map(Value::Int).collect();
        Ok(Value::List(List::of(&ListType::INTS, items)))
    }),
    func("upper", &[Param::String], false, |_, args| {
        Ok(Value::from(args[0].as_str().unwrap().text().to_uppercase()))
    }),
    func("include", &[Param::String, Param::Any], false, |ctx: &mut CallCtx<'_>, args| {
        let set = ctx.templates();
        Ok(Value::Str(ctx.execute(&set, args[0].as_str().unwrap(), &args[1])?))
    }),
];

fn render(case: &Case) -> Result<String, String> {
    let funcs = FuncMap::new(&[builtins::TABLE, HELPERS]);
    let source = Source::new(SourceKind::Template, FILE, case.template.as_str());
    let parsed = parse(&source, &funcs).map_err(|error| helm_parse_error(&error.to_string()))?;
    let mut set = Set::new();
    set.add(&parsed);
    let values =
        yaml::read_values(&Source::new(SourceKind::File, "values.yaml", case.values.as_str())).unwrap();
    let values = Value::Map(to_map(&values.root).with_type(&VALUES));
    let data = Value::Map([("Values", values)].into_iter().collect());
    let output = gotmpl::execute(&Rc::new(set), &Str::from(FILE), &data, &Extensions::new());
    output.map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).map_err(|error| helm_error(&error))
}

/// Rule: helm/pkg/engine `cleanupParseError`.
fn helm_parse_error(text: &str) -> String {
    let parts: Vec<&str> = text.split(": ").collect();
    format!("parse error at ({}): {}", parts[1], parts.last().unwrap())
}

/// Rule: helm-4 multi-line errors, used when every error of the chain is one of a template.
fn helm_error(error: &FuncError) -> String {
    let mut text = String::new();
    let mut level = match error {
        FuncError::Exec(error) => Some(&**error),
        _ => None,
    };
    while let Some(error) = level {
        let message = error.message().trim_end_matches(' ');
        let _ = writeln!(
            text,
            "{}\n  executing \"{}\" at <{}>:\n    {message}",
            error.location(),
            error.template(),
            error.node()
        );
        level = error.inner();
        match error.cause() {
            None | Some(FuncError::Exec(_)) => {}
            Some(cause @ FuncError::Unknown(..)) => text.push_str(&cause.to_string()),
            Some(_) => {
                text.clear();
                break;
            }
        }
    }
    if text.is_empty() { error.to_string() } else { text.trim().to_owned() }
}

// Helm's side.

fn helm(helm: &Path, case: &Case) -> Case {
    let folder = tempfile::tempdir().unwrap();
    let put = |path: &str, text: &str| {
        let path = folder.path().join("c").join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    };
    let run = || {
        let output =
            Command::new(helm).args(["template", "r", "c"]).current_dir(folder.path()).output().unwrap();
        (String::from_utf8(output.stdout).unwrap(), String::from_utf8_lossy(&output.stderr).into_owned())
    };
    put("Chart.yaml", "apiVersion: v2\nname: c\nversion: 1.0.0\n");
    put("values.yaml", &format!("{}\n", case.values));
    // Rendered as it is for its errors; through `include` and `toJson` for its bytes.
    put("templates/t.yaml", &case.template);
    let (_, stderr) = run();
    let mut case = Case { output: None, error: None, ..case.clone() };
    let failed = ["error at (", "executing \"", "template: "].iter().any(|text| stderr.contains(text));
    if failed {
        let text = stderr.strip_prefix("Error: ").unwrap_or(&stderr);
        let text =
            text.trim_end().strip_suffix("Use --debug flag to render out invalid YAML").unwrap_or(text);
        case.error = Some(text.trim_end().into());
        return case;
    }
    std::fs::remove_file(folder.path().join("c/templates/t.yaml")).unwrap();
    put("templates/_t.tpl", &case.template);
    put("templates/out.yaml", "out: {{ include \"c/templates/_t.tpl\" . | toJson }}\n");
    let (stdout, stderr) = run();
    let json = stdout.split_once("\nout: ").unwrap_or_else(|| panic!("{}: {stderr}", case.name)).1;
    case.output = Some(serde_json::from_str(json.trim_end()).unwrap());
    case
}

fn files() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/gotmpl");
    let mut files: Vec<PathBuf> =
        std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files
}

#[test]
fn templates_render_as_helm_renders_them() {
    let regen = std::env::var_os("CLEARML_K8S_REGEN").and_then(|_| std::env::var_os("CLEARML_K8S_HELM"));
    let mut wrong = String::new();
    let mut count = 0;
    for file in files() {
        let text = std::fs::read_to_string(&file).unwrap();
        let mut cases = read(&text);
        if let Some(path) = &regen {
            cases = cases.iter().map(|case| helm(Path::new(path), case)).collect();
            std::fs::write(&file, write(&cases)).unwrap();
        }
        for case in &cases {
            count += 1;
            let expected = match (&case.output, &case.error) {
                (Some(output), None) => Ok(output.clone()),
                (None, Some(error)) => Err(error.clone()),
                _ => panic!("{}: neither output nor error", case.name),
            };
            let actual = gotmpl::stack::run(|| render(case)).unwrap();
            if actual != expected {
                let _ = writeln!(
                    wrong,
                    "{}: {}\n{}\n want {expected:?}\n  got {actual:?}\n",
                    file.display(),
                    case.name,
                    case.template
                );
            }
        }
    }
    assert!(wrong.is_empty(), "\n{wrong}");
    assert!(count >= 250, "only {count} cases");
}
