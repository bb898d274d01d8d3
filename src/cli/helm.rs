//! Commands that stand in for Helm's: found by name before clap, run with Helm's own flag grammar.

use std::ffi::OsString;

use anyhow::Result;
use clap::Args;

use super::exit::Exit;
use super::ui::Ui;
use super::{dependency, lint, show, template, version};

/// A command that takes the arguments after its name as they are.
pub(crate) type Run = fn(&[OsString], &mut Ui) -> Result<Exit>;

/// Every command taken before clap, by each of its names.
const COMMANDS: &[(&str, Run)] = &[
    ("dep", dependency::run),
    ("dependencies", dependency::run),
    ("dependency", dependency::run),
    ("inspect", show::run),
    ("lint", lint::run),
    ("show", show::run),
    ("template", template::run),
    ("version", version::run),
];

/// The command that the first argument names, and the arguments after it.
pub(crate) fn split(arguments: &[OsString]) -> Option<(Run, &[OsString])> {
    let (name, rest) = arguments.split_first()?;
    let (_, run) = COMMANDS.iter().find(|(known, _)| name == known)?;
    Some((*run, rest))
}

/// The names, for tests and completion.
#[cfg(test)]
pub(crate) fn names() -> impl Iterator<Item = &'static str> {
    COMMANDS.iter().map(|(name, _)| *name)
}

/// Says that such a command has to be the first argument, where Helm's grammar begins.
pub(crate) fn misplaced(ui: &mut Ui) -> Result<Exit> {
    ui.message(
        "Error: a command with Helm's flags has to be the first argument, \
         as in `clearml-k8s template NAME CHART`\n",
    );
    Ok(Exit::No)
}

/// What clap knows of such a command: its name, for help and completion.
#[derive(Args)]
#[command(disable_help_flag = true)]
pub(crate) struct Listed {
    /// Arguments as Helm takes them
    #[arg(trailing_var_arg = true, allow_hyphen_values = true, value_name = "ARGUMENTS")]
    arguments: Vec<OsString>,
}
