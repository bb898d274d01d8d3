//! `completion`: a script that completes commands and flags.

use anyhow::Result;
use clap::{Args, CommandFactory as _};
use clap_complete::Shell;

use super::exit::Exit;
use super::ui::Ui;

/// Print a completion script for a shell
#[derive(Args)]
#[command(after_help = "\
Examples:
  source <(clearml-k8s completion bash)
  clearml-k8s completion zsh > \"${fpath[1]}/_clearml-k8s\"
  clearml-k8s completion fish > ~/.config/fish/completions/clearml-k8s.fish")]
pub(crate) struct CompletionArgs {
    /// The shell: bash, elvish, fish, powershell or zsh
    #[arg(value_enum, hide_possible_values = true)]
    shell: Shell,
}

/// Prints the script.
pub(crate) fn run(args: &CompletionArgs, ui: &mut Ui) -> Result<Exit> {
    ui.print(script(args.shell))?;
    Ok(Exit::Done)
}

/// The name in the states of the script for bash.
const BASH_NAME: &str = "clearml_k8s";

fn script(shell: Shell) -> String {
    let mut script = Vec::new();
    if shell != Shell::Bash {
        clap_complete::generate(shell, &mut super::tree(), "clearml-k8s", &mut script);
        return String::from_utf8_lossy(&script).into_owned();
    }
    // Quirk: clap_complete 4.6 writes the states for bash with two readings of a name that has a dash, so that nothing
    // is completed behind a command. Without a dash both are the same; the lines that register it get the real name.
    clap_complete::generate(shell, &mut super::Cli::command().name(BASH_NAME), BASH_NAME, &mut script);
    let mut text = String::new();
    for line in String::from_utf8_lossy(&script).lines() {
        match line.strip_suffix(BASH_NAME) {
            Some(start) if start.contains("complete -F") => text += &format!("{start}clearml-k8s\n"),
            _ => text += &format!("{line}\n"),
        }
    }
    text
}
