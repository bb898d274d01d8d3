//! `graph`: objects and how they refer to each other, as a picture.

use anyhow::Result;
use clap::{Args, ValueEnum};
use clearml_k8s::codec::yaml::{self, ReadOptions};
use clearml_k8s::codec::{Node, Numbers};
use clearml_k8s::diag::{Code, Diagnostic};
use clearml_k8s::graph::{self, Graph};

use super::exit::Exit;
use super::objects::{ObjectArgs, Objects};
use super::ui::Ui;

/// There is too much for a picture.
const TOO_LARGE: Code = Code("graph::too-large");

/// Draw objects and how they refer to each other
#[derive(Args)]
#[command(
    args_override_self = true,
    after_help = "\
Examples:
  clearml-k8s graph --format svg > clearml.svg
  clearml-k8s graph -f values.yaml
  clearml-k8s graph --chart ./mychart -n prod --format dot | dot -Tpdf -o mychart.pdf
  kubectl get ingress,service,deployment,pvc,secret -o yaml | clearml-k8s graph --format svg - > live.svg

Names in manifests are followed, labels that Services select, and host names of Services in the environment and the
arguments of containers. What is referred to and not part of the input has a dashed border."
)]
pub(crate) struct GraphArgs {
    #[command(flatten)]
    objects: ObjectArgs,
    /// Draw as `mermaid`, for markdown; `dot`, for Graphviz; or `svg`, a picture of its own
    #[arg(long, value_name = "FORMAT", default_value = "mermaid", value_enum, hide_possible_values = true)]
    format: Format,
}

/// What the graph is drawn as.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    Mermaid,
    Dot,
    Svg,
}

/// Prints the graph.
pub(crate) fn run(args: &GraphArgs, ui: &mut Ui) -> Result<Exit> {
    let objects = match args.objects.load(false, ui) {
        Ok(objects) => objects,
        Err(failed) => return Ok(ui.refuse(&failed.findings, failed.values.as_ref())),
    };
    let roots = match roots(&objects) {
        Ok(roots) => roots,
        Err(problems) => return Ok(ui.refuse(&problems, None)),
    };
    if let Objects::Rendered(made) = &objects {
        ui.report(&made.findings, Some(&made.values));
    }
    let graph = Graph::new(&roots, args.objects.namespace(&objects).as_deref());
    let text = match args.format {
        Format::Mermaid => graph::mermaid(&graph),
        Format::Dot => graph::dot(&graph),
        Format::Svg => match graph::svg(&graph) {
            Some(text) => text,
            None => {
                let message = format!("{} objects are too much for a picture", graph.objects.len());
                let problem = Diagnostic::error(TOO_LARGE, message)
                    .help("`--format dot` has no limit, and Graphviz draws parts of it");
                return Ok(ui.refuse(&[problem], None));
            }
        },
    };
    ui.print(text)?;
    Ok(Exit::Done)
}

/// Every document.
fn roots(objects: &Objects) -> Result<Vec<Node>, Vec<Diagnostic>> {
    let options = ReadOptions { numbers: Numbers::Typed };
    let (mut roots, mut problems) = (Vec::new(), Vec::new());
    let sources: Vec<_> = match objects {
        Objects::Given(sources) => sources.iter().collect(),
        Objects::Rendered(made) => made.manifests.iter().map(|manifest| &manifest.text).collect(),
    };
    for source in sources {
        for document in yaml::documents(source, &options) {
            match document {
                Ok(document) => roots.push(document.root),
                Err(error) => problems.push(error.into_diagnostic()),
            }
        }
    }
    if problems.is_empty() { Ok(roots) } else { Err(problems) }
}
