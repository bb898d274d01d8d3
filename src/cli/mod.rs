//! The command line: one file a command, each with its arguments and its `run`.
//!
//! Only here are arguments, the environment and files read, and only [`ui::Ui`] writes to the terminal.
//! Commands that stand in for Helm's are taken by name before clap sees them, because Helm's flag
//! grammar, messages and exit codes are not clap's (see [`helm`]).

mod args;
mod chance;
mod completion;
mod computer;
mod csv;
mod dependency;
mod diff;
mod environment;
mod exit;
mod explain;
mod graph;
mod guide;
mod helm;
mod helmflags;
mod init;
mod inputs;
mod krm;
mod limits;
mod lint;
mod man;
mod migrate;
mod objects;
mod output;
mod outputdir;
mod pflag;
mod reach;
mod recipe;
mod render;
mod schema;
mod select;
mod show;
mod staged;
mod template;
mod ui;
mod validate;
mod values;
mod vendor;
mod version;

use std::ffi::OsString;
use std::process::ExitCode;

use anyhow::{Context as _, Result};
use clap::{Args, CommandFactory as _, Parser, Subcommand};

use args::GlobalArgs;
use exit::Exit;
use ui::Ui;

/// What `--help` says after the list of commands.
const AFTER_HELP: &str = "\
Examples:
  clearml-k8s render | kubectl apply -f -
  clearml-k8s render -f values.yaml --set storage.use_nfs=true
  clearml-k8s template my-release ./chart -f values.yaml";

/// Renders ClearML Server for Kubernetes, and any Helm chart byte for byte as Helm does.
#[derive(Parser)]
#[command(name = "clearml-k8s", version, max_term_width = 100, after_help = AFTER_HELP)]
#[command(disable_help_subcommand = true, subcommand_required = true, arg_required_else_help = true)]
struct Cli {
    #[command(flatten)]
    global: GlobalArgs,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
#[command(defer = true)]
enum Command {
    /// Render ClearML's manifests, checked, to standard output
    Render(render::RenderArgs),
    /// Print a commented values file to start from
    Init(init::InitArgs),
    /// Print the merged values, or only your own
    Values(values::ValuesArgs),
    /// Turn the values of a Trains chart into ClearML's, comments kept
    Migrate(migrate::MigrateArgs),
    /// Compare two sets of manifests, object by object and field by field
    Diff(diff::DiffArgs),
    /// Keep manifests as files of a repository, or check that they are up to date
    Vendor(vendor::VendorArgs),
    /// Check manifests as an API server would, without one
    Validate(validate::ValidateArgs),
    /// Render as a KRM function or generator plugin of kustomize
    Krm(krm::KrmArgs),
    /// Draw objects and how they refer to each other
    Graph(graph::GraphArgs),
    /// Print the JSON Schema of ClearML's values
    Schema(schema::SchemaArgs),
    /// Tell which template line and which values made a field, of ClearML or of any chart
    Explain(explain::ExplainArgs),
    /// Render the chart templates of any Helm chart, byte for byte as `helm template`
    Template(helm::Listed),
    /// Show a chart's values, definition, README or CRDs, as `helm show`
    #[command(alias = "inspect")]
    Show(helm::Listed),
    /// Examine charts for possible issues, as `helm lint`
    Lint(helm::Listed),
    /// Manage a chart's dependencies, as `helm dependency`
    #[command(aliases = ["dep", "dependencies"])]
    Dependency(helm::Listed),
    /// Print the version, as `helm version`
    Version(helm::Listed),
    /// Print a completion script for a shell
    Completion(completion::CompletionArgs),
    /// Print the manual page of this program or of one command
    Man(man::ManArgs),
}

/// One command with its arguments, which is read in half the time without the others.
#[derive(Parser)]
struct Alone<A: Args> {
    #[command(flatten)]
    global: GlobalArgs,
    #[command(flatten)]
    own: A,
}

/// The arguments of a `render` in front of which nothing stands and of which there is nothing to be said: messages and
/// help name the whole command line.
fn render_alone(arguments: &[OsString]) -> Option<Cli> {
    if arguments.first()? != "render" {
        return None;
    }
    let Alone { global, own } = Alone::try_parse_from(arguments).ok()?;
    Some(Cli { global, command: Command::Render(own) })
}

/// Runs the program and says how it ended.
pub(crate) fn main() -> ExitCode {
    let mut arguments = std::env::args_os();
    let program = arguments.next().unwrap_or_else(|| "clearml-k8s".into());
    let arguments = guide::without_help_command(arguments.collect());
    let mut ui = Ui::new();
    match helm::split(&arguments) {
        Some((run, rest)) => {
            let result = helm::run(run, &rest, &mut ui);
            finish(result, Exit::No, &mut ui)
        }
        None => {
            let result = dispatch(program, arguments, &mut ui);
            finish(result, Exit::Refused, &mut ui)
        }
    }
}

fn dispatch(program: OsString, arguments: Vec<OsString>, ui: &mut Ui) -> Result<Exit> {
    if let Some(advice) = guide::advice(&arguments) {
        return Ok(ui.refuse(&[advice], None));
    }
    let alone = render_alone(&arguments).map(Ok);
    let cli = match alone.unwrap_or_else(|| Cli::try_parse_from(std::iter::once(program).chain(arguments))) {
        Ok(cli) => cli,
        Err(error) => {
            // Help and version go to standard output and succeed; a reader that left early is no failure.
            let refused = error.use_stderr();
            let printed = error.print();
            if refused {
                return Ok(Exit::Refused);
            }
            return printed.map(|()| Exit::Done).context(ui::NO_OUTPUT);
        }
    };
    ui.configure(&cli.global);
    if let Err(line) = limits::choose(&cli.global.limit, Exit::Refused) {
        ui.failure(&anyhow::anyhow!(line));
        return Ok(Exit::Refused);
    }
    match &cli.command {
        Command::Render(args) => render::run(args, ui),
        Command::Init(args) => init::run(args, ui),
        Command::Values(args) => values::run(args, ui),
        Command::Migrate(args) => migrate::run(args, ui),
        Command::Diff(args) => diff::run(args, ui),
        Command::Vendor(args) => vendor::run(args, ui),
        Command::Validate(args) => validate::run(args, ui),
        Command::Krm(args) => krm::run(args, ui),
        Command::Graph(args) => graph::run(args, ui),
        Command::Schema(args) => schema::run(args, ui),
        Command::Explain(args) => explain::run(args, ui),
        Command::Template(_)
        | Command::Show(_)
        | Command::Lint(_)
        | Command::Dependency(_)
        | Command::Version(_) => helm::misplaced(ui),
        Command::Completion(args) => completion::run(args, ui),
        Command::Man(args) => man::run(args, ui),
    }
}

/// The whole command tree, every argument included.
fn tree() -> clap::Command {
    let mut tree = Cli::command();
    tree.build();
    tree
}

/// Prints an error that nobody printed yet, which ends the program as `failed`. A closed pipe is no error: the reader
/// has what it wanted.
fn finish(result: Result<Exit>, failed: Exit, ui: &mut Ui) -> ExitCode {
    match result.and_then(|exit| ui.flush().map(|()| exit)) {
        Ok(exit) => exit.into(),
        Err(error) if is_closed_pipe(&error) => Exit::Done.into(),
        Err(error) => {
            ui.failure(&error);
            failed.into()
        }
    }
}

fn is_closed_pipe(error: &anyhow::Error) -> bool {
    error
        .chain()
        .filter_map(|cause| cause.downcast_ref::<std::io::Error>())
        .any(|cause| cause.kind() == std::io::ErrorKind::BrokenPipe)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_tree_is_well_formed() {
        Cli::command().debug_assert();
    }

    /// The list of commands and a command's own help say the same of it.
    #[test]
    fn a_command_is_described_in_one_way() {
        let listed = Cli::command();
        let tree = tree();
        for command in listed.get_subcommands() {
            let own = tree.find_subcommand(command.get_name()).and_then(|own| own.get_about());
            let said = |about: Option<&clap::builder::StyledStr>| about.map(ToString::to_string);
            assert_eq!(said(own), said(command.get_about()), "{}", command.get_name());
        }
    }

    #[test]
    fn a_render_is_read_alone_as_it_is_among_the_others() {
        for (line, taken) in [
            ("render", true),
            ("render demo -f a.yaml --set a=b,c=d --values b.yaml -n x", true),
            ("render --color never --limit items=3 --message-format short --show-secrets", true),
            ("render --preset modern --without ns,pv --kube-version 1.33 -o json --notes --strict", true),
            ("render --namespace a --namespace b --output-dir=d -s a.yaml", true),
            ("--color never render", false),
            ("render one two", false),
            ("render --no-such", false),
            ("render --help", false),
            ("render --version", false),
            ("render -o xml", false),
            ("render --kube-version x", false),
            ("rendered", false),
            ("values", false),
            ("", false),
        ] {
            let arguments: Vec<OsString> = line.split_whitespace().map(OsString::from).collect();
            let alone = render_alone(&arguments);
            assert_eq!(alone.is_some(), taken, "{line}");
            let Some(Cli { global: own, command: Command::Render(alone) }) = alone else { continue };
            let whole = Cli::try_parse_from([OsString::from("x")].into_iter().chain(arguments));
            let Ok(Cli { global, command: Command::Render(args) }) = whole else { panic!("{line}") };
            assert_eq!(format!("{alone:?}"), format!("{args:?}"), "{line}");
            assert_eq!(format!("{own:?}"), format!("{global:?}"), "{line}");
        }
    }

    #[test]
    fn every_command_taken_before_clap_is_listed_in_its_help() {
        let tree = tree();
        for name in helm::names() {
            assert!(tree.find_subcommand(name).is_some(), "{name}");
        }
    }
}
