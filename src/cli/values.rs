//! `values`: the values that `render` works with, merged.

use anyhow::Result;
use clap::Args;
use clearml_k8s::clearml;
use clearml_k8s::codec::{json, yaml};

use super::args::Output;
use super::exit::Exit;
use super::inputs::ValueArgs;
use super::ui::Ui;

/// Print the merged values, or only your own
#[derive(Args)]
#[command(
    args_override_self = true,
    after_help = "\
Examples:
  clearml-k8s values -f values.yaml
  clearml-k8s values --own --preset nfs --set storage.nfs.server=10.0.0.5"
)]
pub(crate) struct ValuesArgs {
    #[command(flatten)]
    values: ValueArgs,
    /// Leave out the defaults: only what was given
    #[arg(long, help_heading = "Output")]
    own: bool,
    /// Print as `yaml` or `json`
    #[arg(
        short,
        long,
        value_name = "FORMAT",
        default_value = "yaml",
        value_enum,
        hide_possible_values = true,
        help_heading = "Output"
    )]
    output: Output,
}

/// Prints the values. They are data, so secrets among them are printed as they are.
pub(crate) fn run(args: &ValuesArgs, ui: &mut Ui) -> Result<Exit> {
    let merged = match args.values.merge(ui) {
        Ok(merged) => merged,
        Err(problems) => return Ok(ui.refuse(&problems, None)),
    };
    let warnings: Vec<_> = merged.duplicate_warnings().collect();
    ui.report(&warnings, Some(&merged.root));
    let root = if args.own { merged.root } else { clearml::values(&merged.root) };
    ui.print(match args.output {
        Output::Yaml => yaml::write_unfolded(&root, yaml::KeyOrder::Bytes),
        Output::Json => json::write_pretty(&root) + "\n",
    })?;
    Ok(Exit::Done)
}
