//! `diff`: two sets of manifests, object by object and field by field.

mod files;
mod git;
mod pager;
mod side;

use anyhow::Result;
use clap::{Args, ValueEnum};
use clearml_k8s::diff::{self, Objects, print};

use super::exit::Exit;
use super::inputs::ValueArgs;
use super::recipe::ReleaseArgs;
use super::ui::Ui;
use side::Side;

/// Compare two sets of manifests, object by object and field by field.
#[derive(Args)]
#[command(
    args_override_self = true,
    after_help = "\
A side is one of
  PATH, dir:PATH    manifests in a file or folder; `-` is standard input
  values:FILE       ClearML with these values; several files with commas, none: the defaults
  preset:NAME       ClearML with an embedded example, see `init --list`
  chart:PATH        a Helm chart, folder or archive
  git:REV[:PATH]    manifests of a revision of this repository; without PATH, what the other side names
  values:git:REV:FILE, chart:git:REV:PATH
                    values or a chart of a revision

Values given as flags count for every side that renders: presets under the side's own, the rest over it.

Exit code: 0 when nothing differs, 1 when something does, 2 when a side is refused.

Examples:
  clearml-k8s diff manifests values:values.yaml
  clearml-k8s diff git:origin/main manifests --format markdown
  clearml-k8s diff git:origin/main clusters --by-folder
  clearml-k8s diff values:git:HEAD~1:values.yaml values:values.yaml
  clearml-k8s diff preset:default preset:modern --unified
  clearml-k8s diff chart:shop-1.2.0.tgz chart:./shop -f values.yaml --release shop -n prod
  kubectl get deploy,svc -n clearml -o yaml | clearml-k8s diff - values:values.yaml"
)]
pub(crate) struct DiffArgs {
    /// What to start from
    from: String,
    /// What to go to
    to: String,
    /// Print as `text`, `json`, `markdown` for a pull request, or `github`: annotations of a workflow
    #[arg(long, value_name = "FORMAT", default_value = "text", value_enum, hide_possible_values = true)]
    format: Format,
    /// Show changes as YAML with `-` and `+` lines instead of paths
    #[arg(short, long)]
    unified: bool,
    /// Show changes that name chart and version, hold checksums, or are written by clusters, and count them
    #[arg(long)]
    show_noise: bool,
    /// Of folders: tell objects apart by the folder they lie in, for a tree of several clusters
    #[arg(long)]
    by_folder: bool,
    #[command(flatten)]
    values: ValueArgs,
    #[command(flatten)]
    release: ReleaseArgs,
}

/// What the difference looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    Text,
    Json,
    Markdown,
    Github,
}

/// Compares and prints.
pub(crate) fn run(args: &DiffArgs, ui: &mut Ui) -> Result<Exit> {
    let sides = Side::parse(&args.from).and_then(|from| Ok((from, Side::parse(&args.to)?)));
    let (from, to) = match sides {
        Ok(sides) => sides,
        Err(problem) => return Ok(ui.refuse(&[*problem], None)),
    };
    let (from, to) = (from.beside(&to), to.beside(&from));
    // Both sides are read before anything is said, so that every mistake shows in one run.
    let read = [from.objects(args, ui), to.objects(args, ui)];
    let refused = read.iter().any(Result::is_err);
    let mut objects: Vec<Objects> = Vec::new();
    for side in read {
        match side {
            Ok(read) => {
                if !refused {
                    ui.report(&read.findings, read.values.as_ref());
                }
                objects.push(read.objects);
            }
            Err(failed) => {
                ui.refuse(&failed.findings, failed.values.as_ref());
            }
        }
    }
    let [from_objects, to_objects] = objects.as_slice() else { return Ok(Exit::Refused) };
    let options = diff::Options { show_secrets: ui.shows_secrets(), show_noise: args.show_noise };
    let diff = diff::compare(from_objects, to_objects, options);
    let look = print::Look {
        from: args.from.clone(),
        to: args.to.clone(),
        color: args.format == Format::Text && ui.colors_output(),
        unified: args.unified,
    };
    let text = match args.format {
        Format::Text => print::text(&diff, &look),
        Format::Json => print::json(&diff, &look),
        Format::Markdown => print::markdown(&diff, &look),
        Format::Github => print::github(&diff),
    };
    if args.format != Format::Text || diff.is_empty() || !pager::show(&text)? {
        ui.print(text)?;
    }
    Ok(if diff.is_empty() { Exit::Done } else { Exit::No })
}
