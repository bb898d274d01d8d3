//! `explain`: where fields come from, and what values do.

use std::path::{Path, PathBuf};

use anyhow::Result;
use clap::{Args, ValueEnum};
use clearml_k8s::clearml;
use clearml_k8s::diag::render::is_secret_name;
use clearml_k8s::diag::{Code, Diagnostic, Severity};
use clearml_k8s::explain::{self, Field, Pattern, Release, Secrets, Style};
use clearml_k8s::manifest::{self, Manifest};

use super::exit::Exit;
use super::inputs::{ValueArgs, read_bytes};
use super::recipe::{Engine, Failed, Recipe, ReleaseArgs};
use super::ui::Ui;

/// No object of the render is called so.
const OBJECT: Code = Code("cli::unknown-object");
/// The object has no such field.
const FIELD: Code = Code("cli::unknown-field");
/// No field depends on the value.
const VALUE: Code = Code("cli::unused-value");

/// What an explanation is printed as.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For people.
    #[default]
    Text,
    /// A source map: one JSON object.
    Json,
}

/// Tell which template line and which values made a field, of ClearML or of any chart
#[derive(Args)]
#[command(
    args_override_self = true,
    after_help = "\
Examples:
  clearml-k8s explain Deployment/apiserver spec.replicas
  clearml-k8s explain Service/webserver-service -f values.yaml
  clearml-k8s explain --value apiserver.replicaCount --preset ha
  clearml-k8s explain --chart ./chart Deployment/web 'spec.template.spec.containers[web].image' --set tag=2
  clearml-k8s explain --all --format json > source-map.json"
)]
pub(crate) struct ExplainArgs {
    /// Object, as KIND/NAME
    #[arg(value_name = "KIND/NAME", required_unless_present_any = ["value", "all"], conflicts_with = "all")]
    object: Option<String>,
    /// Field, or the beginning of one: `spec.template.spec.containers[0].image`; items go by name too
    #[arg(value_name = "PATH")]
    field: Option<String>,
    /// Tell what this value does instead
    #[arg(long, value_name = "PATH", conflicts_with_all = ["object", "all"])]
    value: Option<String>,
    /// Every field of every object; with `--format json` the source map of the render
    #[arg(long)]
    all: bool,
    /// Print for people (`text`) or for programs (`json`, see docs/source-map.md)
    #[arg(long, value_name = "FORMAT", default_value = "text", value_enum, hide_possible_values = true)]
    format: Format,
    /// Explain what this chart renders, a folder or archive, instead of ClearML
    #[arg(long, value_name = "CHART")]
    chart: Option<PathBuf>,
    #[command(flatten)]
    values: ValueArgs,
    #[command(flatten)]
    release: ReleaseArgs,
}

/// Runs the command.
pub(crate) fn run(args: &ExplainArgs, ui: &mut Ui) -> Result<Exit> {
    let values = match args.values.read(Vec::new(), ui) {
        Ok(values) => values,
        Err(problems) => return Ok(ui.refuse(&problems, None)),
    };
    let engine = args.chart.clone().map_or(Engine::ClearMl, Engine::Chart);
    let recipe = Recipe { engine, values, release: args.release.clone(), traced: true };
    let made = match recipe.make(&mut |path: &str| read_bytes(Path::new(path), ui)) {
        Ok(made) => made,
        Err(Failed { findings, values }) => return Ok(ui.refuse(&findings, values.as_ref())),
    };
    let warnings: Vec<Diagnostic> =
        made.findings.iter().filter(|found| found.severity > Severity::Note).cloned().collect();
    ui.report(&warnings, Some(&made.values));
    let mut explained = Vec::new();
    for manifest in &made.manifests {
        match explain::fields(manifest) {
            Ok(fields) => explained.push((manifest, fields)),
            Err(text) => {
                let message = format!("{}: {text}", manifest.template);
                return Ok(ui.refuse(&[Diagnostic::error(OBJECT, message)], None));
            }
        }
    }
    let chosen = match choose(args, &explained) {
        Ok(chosen) => chosen,
        Err(problem) => return Ok(ui.refuse(&[*problem], Some(&made.values))),
    };
    let secrets = Secrets {
        shown: ui.shows_secrets(),
        is_secret: if args.chart.is_some() { is_secret_key } else { clearml::is_secret_path },
    };
    let style = Style { color: ui.colors_output(), secrets };
    let text = match (args.format, &args.value) {
        (Format::Json, _) => {
            let chart = match &args.chart {
                None => "clearml".to_owned(),
                Some(path) => path.display().to_string(),
            };
            let output = manifest::print_manifests([], &made.manifests, []);
            let release = Release { chart: &chart, namespace: &made.namespace, output: &output };
            explain::source_map(&release, &chosen, secrets)
        }
        (Format::Text, Some(path)) => {
            let fields: Vec<(&Manifest, &Field)> = chosen
                .iter()
                .flat_map(|(manifest, fields)| fields.iter().map(move |field| (*manifest, *field)))
                .collect();
            explain::explain_value(path, &fields, &style)
        }
        (Format::Text, None) => {
            let texts =
                chosen.iter().map(|(manifest, fields)| explain::explain_fields(manifest, fields, &style));
            texts.collect::<Vec<_>>().join("\n")
        }
    };
    ui.print(text)?;
    Ok(Exit::Done)
}

fn is_secret_key(path: &str) -> bool {
    path.split(['.', '[']).any(is_secret_name)
}

type Chosen<'m> = Vec<(&'m Manifest, Vec<&'m Field>)>;

/// The fields that the arguments name.
fn choose<'m>(
    args: &ExplainArgs,
    explained: &'m [(&'m Manifest, Vec<Field>)],
) -> Result<Chosen<'m>, Box<Diagnostic>> {
    if let Some(path) = &args.value {
        return by_value(path, explained);
    }
    let Some(object) = &args.object else {
        return Ok(explained.iter().map(|(manifest, fields)| (*manifest, fields.iter().collect())).collect());
    };
    let pattern = Pattern::parse(args.field.as_deref().unwrap_or_default());
    let own: Vec<_> = explained.iter().filter(|(manifest, _)| is_called(manifest, object)).collect();
    if own.is_empty() {
        let names: Vec<String> = explained.iter().map(|(manifest, _)| id(manifest)).collect();
        return Err(Box::new(unknown(OBJECT, &format!("nothing is called `{object}`"), object, &names)));
    }
    let chosen: Chosen<'m> = own
        .iter()
        .map(|(manifest, fields)| {
            (*manifest, fields.iter().filter(|field| pattern.matches(&field.path)).collect::<Vec<_>>())
        })
        .filter(|(_, fields)| !fields.is_empty())
        .collect();
    if chosen.is_empty() {
        let wanted = args.field.as_deref().unwrap_or_default();
        let paths: Vec<String> =
            own.iter().flat_map(|(_, fields)| fields.iter().map(|field| field.path.to_string())).collect();
        let message = format!("`{object}` has no field `{wanted}`");
        return Err(Box::new(unknown(FIELD, &message, wanted, &paths)));
    }
    Ok(chosen)
}

fn by_value<'m>(
    path: &str,
    explained: &'m [(&'m Manifest, Vec<Field>)],
) -> Result<Chosen<'m>, Box<Diagnostic>> {
    let depends = |field: &&Field| field.depends_on(path);
    let chosen: Chosen<'m> = explained
        .iter()
        .map(|(manifest, fields)| (*manifest, fields.iter().filter(depends).collect::<Vec<_>>()))
        .filter(|(_, fields)| !fields.is_empty())
        .collect();
    if chosen.is_empty() {
        let mut paths: Vec<String> = explained
            .iter()
            .flat_map(|(_, fields)| fields.iter().flat_map(|field| field.data.iter().chain(&field.control)))
            .map(|origin| origin.path.to_string())
            .collect();
        paths.sort_unstable();
        paths.dedup();
        let message = format!("no field depends on the value `{path}` in this render");
        return Err(Box::new(unknown(VALUE, &message, path, &paths)));
    }
    Ok(chosen)
}

fn id(manifest: &Manifest) -> String {
    format!("{}/{}", manifest.kind, manifest.name)
}

/// Whether `KIND/NAME`, or `NAMESPACE/KIND/NAME`, means this manifest.
fn is_called(manifest: &Manifest, object: &str) -> bool {
    let Some((before, name)) = object.rsplit_once('/') else { return false };
    let (namespace, kind) = match before.split_once('/') {
        Some((namespace, kind)) => (Some(namespace), kind),
        None => (None, before),
    };
    manifest.name == name
        && manifest.kind.eq_ignore_ascii_case(kind)
        && namespace.is_none_or(|namespace| manifest.namespace.as_deref() == Some(namespace))
}

/// An error about a name, with the nearest that there is.
fn unknown(code: Code, message: &str, name: &str, known: &[String]) -> Diagnostic {
    let nearest = known.iter().min_by_key(|known| strsim::damerau_levenshtein(name, known));
    let help = match nearest {
        Some(nearest) => format!("did you mean `{nearest}`? `clearml-k8s explain --all` lists every field"),
        None => "nothing was rendered".to_owned(),
    };
    Diagnostic::error(code, message).help(help)
}
