//! `krm`: rendering as a function of kustomize, kpt and others that speak the Kubernetes Resource Model.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use anyhow::Result;
use clap::Args;
use clearml_k8s::clearml;
use clearml_k8s::codec::yaml::{self, KeyOrder, ReadOptions};
use clearml_k8s::codec::{Entry, Map, Node, Numbers};
use clearml_k8s::diag::render::{self, Secrets};
use clearml_k8s::diag::{Code, Diagnostic, Severity, Source, SourceKind};
use clearml_k8s::manifest::Manifest;
use clearml_k8s::vendor;

use super::args::Output;
use super::exit::Exit;
use super::inputs::read_source;
use super::output;
use super::recipe::{Failed, Made};
use super::ui::Ui;

/// The input is no list of resources, or its configuration is none of ours.
const INPUT: Code = Code("krm::bad-input");
/// Two kinds of values.
const CONFIG: Code = Code("krm::bad-config");

/// The `apiVersion` of a configuration.
const API_VERSION: &str = "clearml-k8s/v1";
/// The `kind` of a configuration.
const KIND: &str = "Render";

/// Render as a KRM function or generator plugin of kustomize
///
/// As a function it takes a `ResourceList` on standard input, as a plugin a CONFIG.
#[derive(Args)]
#[command(
    args_override_self = true,
    after_help = "\
The configuration, as `functionConfig` or as the file CONFIG; every key of `spec` may be left out:
  apiVersion: clearml-k8s/v1
  kind: Render
  metadata: {name: clearml}
  spec:
    release: clearml-server
    namespace: clearml
    presets: [nfs]
    values: [values.yaml]
    valuesInline: {storage: {nfs: {server: 10.0.0.5, base_path: /srv}}}
  Further keys: chart, set, setString, without, kubeVersion, apiVersions, includeCrds, noHooks, skipTests, noSecrets.

Examples:
  clearml-k8s krm < resource-list.yaml
  clearml-k8s krm clearml.yaml | kubectl apply -f -"
)]
pub(crate) struct KrmArgs {
    /// Configuration; without it, a `ResourceList` is read from standard input and printed with what was rendered
    #[arg(value_name = "CONFIG")]
    config: Option<PathBuf>,
}

/// Renders into the list, or alone.
pub(crate) fn run(args: &KrmArgs, ui: &mut Ui) -> Result<Exit> {
    let done = match &args.config {
        Some(path) => plugin(path, ui),
        None => function(ui),
    };
    match done {
        Ok(text) => {
            ui.print(text)?;
            Ok(Exit::Done)
        }
        Err(failed) => Ok(ui.refuse(&failed.findings, failed.values.as_ref())),
    }
}

/// The manifests of a configuration file.
fn plugin(path: &Path, ui: &mut Ui) -> Result<String, Failed> {
    let root = read(path, ui)?;
    let made = made(&root, ui)?;
    ui.report(&made.findings, Some(&made.values));
    let manifests: Vec<&Manifest> = made.manifests.iter().collect();
    output::text(&manifests, Output::Yaml)
        .map_err(|error| Failed::from(Diagnostic::error(INPUT, error.to_string())))
}

/// The list with what its configuration renders.
// Rule: kustomize cmd/config/docs/api-conventions/functions-spec.md.
fn function(ui: &mut Ui) -> Result<String, Failed> {
    let root = read(Path::new("-"), ui)?;
    let text = |key: &str| root.get(key).and_then(Node::as_str).unwrap_or_default();
    if text("kind") != "ResourceList" || !text("apiVersion").starts_with("config.kubernetes.io/") {
        return Err(refuse(
            &root,
            INPUT,
            "this is no ResourceList",
            "a function reads what kustomize or kpt hands it",
        ));
    }
    let empty = Node::map(Map::default());
    let made = made(root.get("functionConfig").unwrap_or(&empty), ui)?;
    ui.report(&made.findings, Some(&made.values));
    let given = root.get("items").and_then(Node::as_list).unwrap_or_default();
    let items = joined(given, &made.manifests)?;
    let mut list = root.as_map().cloned().unwrap_or_default();
    let entry = |key: &str, value: Node| Entry { key: key.into(), place: None, value };
    list.insert(entry("items", Node::list(items)));
    let secrets = Secrets { shown: ui.shows_secrets(), places: clearml::secret_places(&made.values) };
    let options = render::Options { secrets, ..render::Options::default() };
    let results: Vec<Node> = made.findings.iter().map(|finding| result(finding, &options)).collect();
    if !results.is_empty() {
        list.insert(entry("results", Node::list(results)));
    }
    Ok(yaml::write_unfolded(&Node::map(list), KeyOrder::Written))
}

/// The given items and the rendered ones; a rendered one takes the place of its older self.
fn joined(given: &[Node], manifests: &[Manifest]) -> Result<Vec<Node>, Failed> {
    let mut rendered = Vec::with_capacity(manifests.len());
    for manifest in manifests {
        let document = yaml::read(&manifest.text, &ReadOptions { numbers: Numbers::Typed })
            .map_err(|error| Failed::from(error.into_diagnostic()))?;
        // A chart's template may render comments alone.
        if !document.root.is_null() {
            rendered.push(document.root);
        }
    }
    let new: BTreeSet<[String; 4]> = rendered.iter().map(identity).collect();
    let mut items: Vec<Node> = given.iter().filter(|item| !new.contains(&identity(item))).cloned().collect();
    items.extend(rendered);
    Ok(items)
}

fn identity(item: &Node) -> [String; 4] {
    let text = |path: &[&str]| {
        item.at_path(path.iter().copied()).and_then(Node::as_str).unwrap_or_default().to_owned()
    };
    [text(&["apiVersion"]), text(&["kind"]), text(&["metadata", "namespace"]), text(&["metadata", "name"])]
}

/// A finding as an entry of `results`, secrets of the values masked.
fn result(finding: &Diagnostic, options: &render::Options) -> Node {
    let finding = render::plain(finding, options);
    let severity = match finding.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "info",
    };
    let help = finding.help.map(|help| format!("; {help}")).unwrap_or_default();
    let entry = |key: &str, text: String| Entry { key: key.into(), place: None, value: Node::string(text) };
    let message = format!("{}{help}", finding.message);
    Node::map(Map::from_entries(vec![entry("message", message), entry("severity", severity.to_owned())]))
}

fn read(path: &Path, ui: &mut Ui) -> Result<Node, Failed> {
    let source = read_source(path, ui).map_err(|problem| Failed::from(*problem))?;
    let document = yaml::read(&source, &ReadOptions { numbers: Numbers::Typed });
    document.map(|document| document.root).map_err(|error| Failed::from(error.into_diagnostic()))
}

fn refuse(at: &Node, code: Code, message: &str, help: &str) -> Failed {
    Failed::from(Diagnostic::error(code, message).maybe_at(at.place().cloned(), "").help(help))
}

/// What the `spec` of a configuration renders to.
fn made(config: &Node, ui: &mut Ui) -> Result<Made, Failed> {
    let text = |key: &str| config.get(key).and_then(Node::as_str).unwrap_or_default();
    if (text("apiVersion"), text("kind")) != (API_VERSION, KIND) {
        let message = format!("the configuration is no `{KIND}` of `{API_VERSION}`");
        return Err(refuse(config, CONFIG, &message, "see `clearml-k8s krm --help` for its form"));
    }
    let mut spec = config.get("spec").and_then(Node::as_map).cloned().unwrap_or_default();
    let inline = spec.remove("valuesInline").map(|entry| entry.value).filter(|node| !node.is_null());
    if let Some(node) = inline.as_ref().filter(|node| node.as_map().is_none()) {
        return Err(refuse(node, CONFIG, "`valuesInline` is no map", "write values as in a values file"));
    }
    let spec = Node::map(spec).with_place(config.get("spec").and_then(Node::place).cloned());
    let many = |findings| Failed { findings, values: None };
    let release = vendor::parse_release(&spec).map_err(many)?;
    let inline = inline.map(|node| {
        let text = yaml::write_unfolded(&node, KeyOrder::Written);
        Source::new(SourceKind::File, "valuesInline", text)
    });
    let recipe = super::vendor::recipe(Path::new(""), &release, inline, ui).map_err(many)?;
    let mut made =
        recipe.make(&mut |_| Err(std::io::Error::other("a function names no files for `--set-file`")))?;
    if release.no_secrets {
        made.manifests.retain(|manifest| manifest.kind != "Secret");
    }
    Ok(made)
}
