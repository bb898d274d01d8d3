//! Commands that stand in for Helm's: found by name before clap, run with Helm's own flag grammar.

use std::ffi::OsString;

use anyhow::Result;
use clap::Args;

use super::exit::Exit;
use super::helmflags::{GLOBAL, check_color};
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

/// What runs a command of this name.
fn find(name: &str) -> Option<Run> {
    COMMANDS.iter().find(|(known, _)| name == *known).map(|(_, run)| *run)
}

/// The command that the first word names, and its arguments: Helm's global flags may stand in front of it.
pub(crate) fn split(arguments: &[OsString]) -> Option<(Run, Vec<OsString>)> {
    let mut at = 0;
    loop {
        let word = arguments.get(at)?.to_str()?;
        if let Some(run) = find(word) {
            let mut rest = arguments.to_vec();
            rest.remove(at);
            return Some((run, rest));
        }
        let flag = word.strip_prefix('-')?;
        let (name, value) = match flag.strip_prefix('-') {
            Some(long) => long.split_once('=').map_or((long, None), |(name, value)| (name, Some(value))),
            // `-n NAME`, the only one with a letter that takes a value.
            None if flag == "n" => ("namespace", None),
            None if flag.starts_with('n') => ("namespace", Some(flag)),
            None => return None,
        };
        let known = GLOBAL.iter().find(|known| known.name == name && name != "help")?;
        at += if value.is_some() || known.alone.is_some() { 1 } else { 2 };
    }
}

/// Runs such a command.
pub(crate) fn run(run: Run, arguments: &[OsString], ui: &mut Ui) -> Result<Exit> {
    let texts: Vec<String> = arguments.iter().map(|text| text.to_string_lossy().into_owned()).collect();
    if let Err(line) = check_color(&texts) {
        ui.message(&format!("{line}\n"));
        return Ok(Exit::No);
    }
    run(arguments, ui)
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

// What clap knows of such a command: its name, for help and completion. No doc comment here: clap would show it in
// place of what the command itself says.
#[derive(Args)]
#[command(disable_help_flag = true, after_help = "Flags are Helm's; `--help` behind the command lists them.")]
pub(crate) struct Listed {
    /// Arguments as Helm takes them
    #[arg(trailing_var_arg = true, allow_hyphen_values = true, value_name = "ARGUMENTS")]
    arguments: Vec<OsString>,
}
