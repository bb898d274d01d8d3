//! `vendor`: manifests as files of a repository, written or compared.

mod plan;
mod print;

use std::path::PathBuf;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use anyhow::Result;
use clap::{Args, ValueEnum};
use clearml_k8s::diag::{Code, Diagnostic, Severity};
use clearml_k8s::vendor::{self, Disk, Drift, Report, Tree};

use super::exit::Exit;
use super::inputs::{ValueArgs, reason};
use super::limits;
use super::recipe::{Failed, Made, ReleaseArgs};
use super::ui::Ui;
use plan::Job;

pub(crate) use plan::recipe;

/// A folder cannot be refreshed.
const FOLDER: Code = Code("vendor::folder");
/// Files of others stand where ours should.
const FOREIGN: Code = Code("vendor::foreign-files");
/// Something was left out, or is not what it was.
const NOTE: Code = Code("vendor::note");

/// Keep manifests as files of a repository, or check that they are up to date
#[derive(Args)]
#[command(
    args_override_self = true,
    after_help = "\
Examples:
  clearml-k8s vendor manifests -f values.yaml
  clearml-k8s vendor manifests -f values.yaml --check
  clearml-k8s vendor clusters/prod/redis --chart charts/redis -n redis --release cache -f redis.yaml
  clearml-k8s vendor --config vendor.yaml --check --format github

vendor.yaml, for several releases at once; paths are relative to it:
  defaults: {namespace: clearml, values: [common.yaml]}
  releases:
  - {target: clusters/test, presets: [minimal]}
  - {target: clusters/prod, presets: [nfs], values: [prod.yaml], noSecrets: true}
  - {target: clusters/prod-redis, chart: charts/redis, release: cache, namespace: redis}"
)]
pub(crate) struct VendorArgs {
    /// Folder that holds the manifests; without it, the releases of `--config`
    #[arg(value_name = "DIR", conflicts_with = "config")]
    folder: Option<PathBuf>,
    /// Change nothing: exit with 1 and say what differs when the folder is not what is rendered now
    #[arg(long)]
    check: bool,
    /// File that lists releases and their folders [default: vendor.yaml, when there is no DIR]
    #[arg(short, long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Of the file, only the releases with these targets; several with commas
    #[arg(long, value_name = "TARGET", value_delimiter = ',')]
    only: Vec<String>,
    /// Leave out Secrets, for repositories that must not hold them
    #[arg(long)]
    no_secrets: bool,
    /// Write no kustomization.yaml
    #[arg(long)]
    no_kustomization: bool,
    /// Print as `text`, `json`, or `github`: annotations of a workflow
    #[arg(long, value_name = "FORMAT", default_value = "text", value_enum, hide_possible_values = true)]
    format: Format,
    /// Render this chart, a folder or archive, instead of ClearML
    #[arg(long, value_name = "CHART")]
    chart: Option<PathBuf>,
    #[command(flatten)]
    values: ValueArgs,
    #[command(flatten)]
    release: ReleaseArgs,
}

/// What the report looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    Text,
    Json,
    Github,
}

/// What was done to a folder, or found in it.
enum Outcome {
    Refreshed(Report),
    Checked(Vec<Drift>, usize),
}

/// Renders every release, then writes or compares every folder. Nothing is written unless all can be rendered.
pub(crate) fn run(args: &VendorArgs, ui: &mut Ui) -> Result<Exit> {
    let jobs = match plan::jobs(args, ui) {
        Ok(jobs) => jobs,
        Err(problems) => return Ok(ui.refuse(&problems, None)),
    };
    // Reading what `--set-file` names may need standard input, which one release alone can have.
    let made: Vec<Result<Made, Failed>> = match jobs.as_slice() {
        [job] => vec![job.recipe.make(&mut |path| super::inputs::read_bytes(path.as_ref(), ui))],
        jobs => side_by_side(jobs, |job| {
            job.recipe.make(&mut |_| Err(std::io::Error::other("a release of a list names no files")))
        }),
    };
    let mut trees = Vec::new();
    let mut refused = false;
    for (job, made) in jobs.iter().zip(made) {
        match made {
            Ok(mut made) => {
                made.findings.iter_mut().for_each(|finding| job.blame(finding));
                let tree = tree(job, &made);
                made.findings.extend(notes(job, &made, &tree));
                ui.report(&made.findings, Some(&made.values));
                trees.push((job, tree));
            }
            Err(mut failed) => {
                failed.findings.iter_mut().for_each(|finding| job.blame(finding));
                ui.refuse(&failed.findings, failed.values.as_ref());
                refused = true;
            }
        }
    }
    if refused {
        return Ok(Exit::Refused);
    }
    limits::output_begins();
    let outcomes = side_by_side(
        &trees,
        |(job, tree)| {
            if args.check { checked(job, tree) } else { refreshed(job, tree) }
        },
    );
    let mut done = Vec::new();
    let mut problems = Vec::new();
    for (job, outcome) in jobs.iter().zip(outcomes) {
        match outcome {
            Ok(outcome) => done.push((job, outcome)),
            Err(problem) => problems.push(*problem),
        }
    }
    let text = match args.format {
        Format::Text => print::text(&done),
        Format::Json => print::json(&done),
        Format::Github => print::github(&done),
    };
    if !problems.is_empty() {
        // What was done to the other folders is no result, but has to be known.
        ui.message(&print::text(&done));
        return Ok(ui.refuse(&problems, None));
    }
    ui.print(text)?;
    let drift =
        done.iter().any(|(_, outcome)| matches!(outcome, Outcome::Checked(drift, _) if !drift.is_empty()));
    Ok(if drift { Exit::No } else { Exit::Done })
}

fn tree(job: &Job, made: &Made) -> Tree {
    let options = vendor::Options {
        namespace: made.namespace.clone(),
        without_secrets: job.no_secrets,
        kustomization: job.kustomization,
    };
    Tree::new(&made.manifests, &options)
}

/// What the reader of a folder should know and would not see in it.
fn notes(job: &Job, made: &Made, tree: &Tree) -> Vec<Diagnostic> {
    let mut notes = Vec::new();
    let note = |message: String| Diagnostic::new(Severity::Note, NOTE, message);
    if !tree.left_out().is_empty() {
        let message = format!("`{}` leaves out {}", job.label, tree.left_out().join(", "));
        notes.push(
            note(message)
                .help("create them in the cluster by other means: what refers to them waits for them"),
        );
    }
    notes.extend(made.unsteady(&job.label, "its files change with every run"));
    if made.hooks > 0 {
        let message =
            format!("`{}` holds {} that Helm would run as hooks", job.label, counted(made.hooks, "object"));
        notes.push(
            note(message)
                .help("Argo CD runs them as hooks; for anything else leave them out with `--no-hooks`"),
        );
    }
    notes
}

/// `1 object`, `2 objects`.
fn counted(number: usize, what: &str) -> String {
    format!("{number} {what}{}", if number == 1 { "" } else { "s" })
}

fn checked(job: &Job, tree: &Tree) -> Result<Outcome, Box<Diagnostic>> {
    let drift = vendor::check(&Disk::read_only(&job.folder), tree).map_err(|error| {
        let message = format!("cannot read the folder `{}`: {}", job.label, reason(&error));
        Box::new(Diagnostic::error(FOLDER, message))
    })?;
    Ok(Outcome::Checked(drift, tree.files().count()))
}

fn refreshed(job: &Job, tree: &Tree) -> Result<Outcome, Box<Diagnostic>> {
    let mut disk = Disk::lock(&job.folder).map_err(|error| {
        let busy = error.kind() == std::io::ErrorKind::WouldBlock;
        let why = if busy { "another run refreshes it".to_owned() } else { reason(&error) };
        let finding = Diagnostic::error(FOLDER, format!("cannot refresh the folder `{}`: {why}", job.label));
        Box::new(if busy { finding.help("wait until it is done, and run this again") } else { finding })
    })?;
    vendor::refresh(&mut disk, tree).map(Outcome::Refreshed).map_err(|error| {
        let finding = match &error {
            vendor::Error::Foreign(files) => {
                let message = format!(
                    "`{}` holds {} that no run wrote: {}",
                    job.label,
                    counted(files.len(), "file"),
                    files.iter().map(|file| format!("`{file}`")).collect::<Vec<_>>().join(", ")
                );
                Diagnostic::error(FOREIGN, message)
                    .help("move them away, or take another folder: nothing that is not ours is overwritten")
            }
            vendor::Error::Damaged { file, reason } => {
                let message = format!("`{}/{file}` is damaged: {reason}", job.label);
                Diagnostic::error(FOLDER, message)
                    .help("restore it from version control; without it no file of the folder is known to be ours")
            }
            error => {
                let message = format!("`{}`: {error}", job.label);
                Diagnostic::error(FOLDER, message)
                    .help("every file is whole, old or new; once the cause is gone, running this again completes it")
            }
        };
        Box::new(finding)
    })
}

/// The work on every item, on as many threads as there are processors, results in the items' order.
fn side_by_side<T: Sync, R: Send>(items: &[T], work: impl Fn(&T) -> R + Sync) -> Vec<R> {
    let next = AtomicUsize::new(0);
    let results: Mutex<Vec<(usize, R)>> = Mutex::new(Vec::with_capacity(items.len()));
    let threads = std::thread::available_parallelism().map_or(1, usize::from).min(items.len());
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                while let index = next.fetch_add(1, Ordering::Relaxed)
                    && let Some(item) = items.get(index)
                {
                    let result = work(item);
                    if let Ok(mut results) = results.lock() {
                        results.push((index, result));
                    }
                }
            });
        }
    });
    let mut results = results.into_inner().unwrap_or_default();
    results.sort_by_key(|(index, _)| *index);
    results.into_iter().map(|(_, result)| result).collect()
}
