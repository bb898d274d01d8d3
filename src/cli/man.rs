//! `man`: manual pages in roff, made from the same table as `--help`.

use anyhow::{Result, bail};
use clap::Args;

use super::exit::Exit;
use super::ui::Ui;

/// Print the manual page of this program or of one command
#[derive(Args)]
#[command(after_help = "\
Examples:
  clearml-k8s man | man -l -
  clearml-k8s man render > clearml-k8s-render.1")]
pub(crate) struct ManArgs {
    /// The command to describe; without it, the program
    command: Option<String>,
}

/// Prints the page.
pub(crate) fn run(args: &ManArgs, ui: &mut Ui) -> Result<Exit> {
    let tree = super::tree();
    let command = match args.command.as_deref() {
        None => tree,
        Some(name) => match tree.find_subcommand(name) {
            Some(found) => found.clone(),
            None => bail!("no command is called `{name}`"),
        },
    };
    let title = command.get_display_name().unwrap_or_else(|| command.get_name()).to_owned();
    let mut page = Vec::new();
    let source = concat!("clearml-k8s ", env!("CARGO_PKG_VERSION"));
    clap_mangen::Man::new(command).title(title).source(source).manual("clearml-k8s").render(&mut page)?;
    ui.print(page)?;
    Ok(Exit::Done)
}
