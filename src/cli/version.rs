//! `version`: what tools that look for Helm ask first.

use std::any::Any;
use std::ffi::OsString;
use std::rc::Rc;

use anyhow::Result;
use clearml_k8s::diag::{Source, SourceKind};
use clearml_k8s::gotmpl::func::{Extensions, FuncMap};
use clearml_k8s::gotmpl::{self, Set};
use clearml_k8s::value::{Object, Str, Value};

use super::exit::Exit;
use super::helmflags::{self, GLOBAL};
use super::pflag::{self, Flag, Kind};
use super::reach;
use super::template::refuse;
use super::ui::Ui;

/// The Helm release whose output `template` reproduces, with this program's version behind it.
const VERSION: &str = concat!("v4.3.1+clearml-k8s.", env!("CARGO_PKG_VERSION"));

/// The build that was compared with: what `version` says of itself beyond the version is Helm's.
const BUILD: &[(&str, &str)] = &[
    ("Version", VERSION),
    ("GitCommit", "c0d08d0d6d9424d4a14febb5e8a3e51b0dd00dff"),
    ("GitTreeState", "clean"),
    ("GoVersion", "go1.27.2"),
    ("KubeClientVersion", "v1.37"),
];

const FLAGS: &[Flag] = &[
    Flag::switch("client", "").short('c'),
    Flag::switch("short", "print the version number"),
    Flag::value("template", Kind::Text, "template for version string format"),
];

const ABOUT: &str = "\
Show the version, in the form of `helm version`.

With --template the properties .Version, .GitCommit, .GitTreeState, .GoVersion and .KubeClientVersion are available:

  clearml-k8s version --template='Version: {{.Version}}'";

/// Rule: helm v4.3.1 pkg/cmd/version.go: a template, `--short` as one word, otherwise the build information.
pub(crate) fn run(arguments: &[OsString], ui: &mut Ui) -> Result<Exit> {
    let arguments: Vec<String> = arguments.iter().map(|text| text.to_string_lossy().into_owned()).collect();
    let parsed = match pflag::parse(&[FLAGS, GLOBAL], &arguments) {
        Ok(parsed) => parsed,
        Err(text) => return refuse(ui, &text),
    };
    if parsed.is_on("help") {
        ui.print(helmflags::help("version", ABOUT, &[FLAGS], GLOBAL))?;
        return Ok(Exit::Done);
    }
    if let Err(line) = reach::check_driver() {
        ui.message(&line);
        return Ok(Exit::No);
    }
    if !parsed.arguments.is_empty() {
        return refuse(ui, "\"helm version\" accepts no arguments\n\nUsage:  helm version [flags]");
    }
    match parsed.text("template").filter(|template| !template.is_empty()) {
        Some(template) => match formatted(template) {
            Ok(text) => ui.print(text)?,
            Err(text) => return refuse(ui, &text),
        },
        None if parsed.is_on("short") => ui.print(format!("{VERSION}\n"))?,
        None => {
            let fields: Vec<String> = BUILD.iter().map(|(name, text)| format!("{name}:\"{text}\"")).collect();
            ui.print(format!("version.BuildInfo{{{}}}\n", fields.join(", ")))?;
        }
    }
    Ok(Exit::Done)
}

/// The text of the user's template; Go's own functions only, as in Helm.
fn formatted(template: &str) -> Result<Vec<u8>, String> {
    let source = Source::new(SourceKind::Flag, "_", template);
    let parsed = gotmpl::parse(&source, &FuncMap::new(&[gotmpl::builtins::TABLE]))
        .map_err(|error| error.to_string())?;
    let mut set = Set::new();
    set.add(&parsed);
    let data = Value::object(BuildInfo);
    gotmpl::execute(&Rc::new(set), &Str::from_static("_"), &data, &Extensions::new())
        .map_err(|error| error.to_string())
}

/// What the template sees.
struct BuildInfo;

impl Object for BuildInfo {
    fn type_name(&self) -> &'static str {
        "version.BuildInfo"
    }

    fn fields(&self) -> &'static [&'static str] {
        &["Version", "GitCommit", "GitTreeState", "GoVersion", "KubeClientVersion"]
    }

    fn field(&self, name: &str) -> Option<Value> {
        let (_, text) = BUILD.iter().find(|(known, _)| *known == name)?;
        Some(Value::Str(Str::from_static(text)))
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}
