//! `migrate`: the values of a Trains chart as ClearML's, in the user's own text.

use std::path::PathBuf;

use anyhow::Result;
use clap::Args;
use clearml_k8s::clearml::migrate::migrate;
use clearml_k8s::codec::yaml;

use super::exit::Exit;
use super::inputs::read_source;
use super::ui::Ui;

/// Turn the values of a Trains chart into ClearML's, comments kept
#[derive(Args)]
#[command(
    args_override_self = true,
    after_help = "\
Examples:
  clearml-k8s migrate trains-values.yaml > values.yaml
  clearml-k8s migrate - < trains-values.yaml | clearml-k8s render -f -"
)]
pub(crate) struct MigrateArgs {
    /// Values file written for trains-server-chart, `-` for standard input
    #[arg(value_name = "FILE")]
    file: PathBuf,
}

/// Prints the new text; what has to be done by hand goes to standard error.
pub(crate) fn run(args: &MigrateArgs, ui: &mut Ui) -> Result<Exit> {
    let source = match read_source(&args.file, ui) {
        Ok(source) => source,
        Err(problem) => return Ok(ui.refuse(&[*problem], None)),
    };
    let values = yaml::read_values(&source).ok().map(|document| document.root);
    match migrate(&source) {
        Ok(migrated) => {
            ui.report(&migrated.notes, values.as_ref());
            if migrated.changes == 0 {
                ui.message("nothing of a Trains chart stands in this file: it is printed as it is\n");
            }
            ui.print(migrated.text)?;
            Ok(Exit::Done)
        }
        Err(problem) => Ok(ui.refuse(&[*problem], values.as_ref())),
    }
}
