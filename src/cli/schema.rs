//! `schema`: the JSON Schema of ClearML's values, for editors.

use anyhow::Result;
use clap::Args;
use clearml_k8s::clearml;

use super::exit::Exit;
use super::ui::Ui;

/// Print the JSON Schema of ClearML's values
#[derive(Args)]
#[command(after_help = "\
Examples:
  clearml-k8s schema > values.schema.json
  # first line of values.yaml, for editors with the YAML language server:
  # yaml-language-server: $schema=values.schema.json")]
pub(crate) struct SchemaArgs {}

/// Prints the schema.
pub(crate) fn run(_: &SchemaArgs, ui: &mut Ui) -> Result<Exit> {
    ui.print(clearml::schema())?;
    Ok(Exit::Done)
}
