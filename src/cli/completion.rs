//! `completion`: a script that completes commands and flags.

use anyhow::Result;
use clap::Args;
use clap_complete::Shell;

use super::exit::Exit;
use super::ui::Ui;

/// Print a completion script for a shell
#[derive(Args)]
#[command(after_help = "\
Examples:
  source <(clearml-k8s completion bash)
  clearml-k8s completion fish > ~/.config/fish/completions/clearml-k8s.fish")]
pub(crate) struct CompletionArgs {
    /// The shell: bash, elvish, fish, powershell or zsh
    #[arg(value_enum, hide_possible_values = true)]
    shell: Shell,
}

/// Prints the script.
pub(crate) fn run(args: &CompletionArgs, ui: &mut Ui) -> Result<Exit> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut super::tree(), "clearml-k8s", &mut script);
    ui.print(script)?;
    Ok(Exit::Done)
}
