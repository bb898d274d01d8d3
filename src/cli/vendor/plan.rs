//! Which folders there are and what goes into each: from the arguments, or from a `vendor.yaml`.

use std::path::{Path, PathBuf};

use clearml_k8s::diag::{Code, Diagnostic, Label, Place, Source, SourceKind};
use clearml_k8s::values::Inputs;
use clearml_k8s::vendor::{self, Release, Written};

use super::super::chance::ChanceArgs;
use super::super::inputs::{preset, read_source};
use super::super::recipe::{Engine, Recipe, ReleaseArgs};
use super::super::ui::Ui;
use super::VendorArgs;

/// The file that is looked for when nothing is named.
const CONFIG: &str = "vendor.yaml";

/// Neither a folder nor a file was named.
const NOTHING: Code = Code("cli::nothing-to-vendor");
/// Arguments that belong into the file.
const MIXED: Code = Code("cli::flags-beside-config");
/// A target that a link leads to.
const LINK: Code = Code("vendor::target-behind-link");
/// No release has the target.
const TARGET: Code = Code("cli::unknown-target");

/// One folder and what renders into it.
pub(super) struct Job {
    /// The folder as the user wrote it.
    pub(super) label: String,
    pub(super) folder: PathBuf,
    pub(super) recipe: Recipe,
    pub(super) no_secrets: bool,
    pub(super) kustomization: bool,
    /// Where a file lists the release.
    place: Option<Place>,
}

impl Job {
    /// Says which release of the file a finding is about, when its own place does not.
    pub(super) fn blame(&self, finding: &mut Diagnostic) {
        let elsewhere = |label: &Label| label.place.source.kind() == SourceKind::Flag;
        let Some(place) = &self.place else { return };
        if finding.primary.as_ref().is_none_or(elsewhere) {
            let label = Label { place: place.clone(), text: "of this release".to_owned() };
            finding.secondary.push(label);
        }
    }
}

/// Every folder, all inputs read.
///
/// # Errors
/// What is wrong with arguments, with the file, and every input that cannot be read.
pub(super) fn jobs(args: &VendorArgs, ui: &mut Ui) -> Result<Vec<Job>, Vec<Diagnostic>> {
    if let Some(folder) = &args.folder {
        let engine = args.chart.clone().map_or(Engine::ClearMl, Engine::Chart);
        let values = args.values.read(Vec::new(), ui)?;
        return Ok(vec![Job {
            label: folder.display().to_string(),
            folder: folder.clone(),
            recipe: Recipe { engine, values, release: args.release.clone(), traced: false },
            no_secrets: args.no_secrets,
            kustomization: !args.no_kustomization,
            place: None,
        }]);
    }
    let path = match &args.config {
        Some(path) => path.clone(),
        None if Path::new(CONFIG).exists() => PathBuf::from(CONFIG),
        None => {
            let message = format!("no folder is named, and there is no `{CONFIG}` here");
            return Err(vec![Diagnostic::error(NOTHING, message).help(
                "name the folder that holds the manifests, as in `clearml-k8s vendor manifests -f values.yaml`",
            )]);
        }
    };
    if args.chart.is_some() || !args.values.is_empty() || !args.release.is_empty() {
        let message = format!("values and flags of a release stand beside `{}`", path.display());
        return Err(vec![
            Diagnostic::error(MIXED, message).help("write them into the file, below the release"),
        ]);
    }
    let source = read_source(&path, ui).map_err(|problem| vec![*problem])?;
    let mut releases = vendor::parse_config(&source)?;
    only(&mut releases, &args.only)?;
    let base = path.parent().unwrap_or(Path::new("")).to_owned();
    let mut problems = Vec::new();
    let mut jobs = Vec::new();
    for release in &releases {
        match job(args, &base, release, ui) {
            Ok(job) => jobs.push(job),
            Err(found) => problems.extend(found),
        }
    }
    if problems.is_empty() { Ok(jobs) } else { Err(problems) }
}

/// Keeps the releases with these targets; all without any.
fn only(releases: &mut Vec<Release>, targets: &[String]) -> Result<(), Vec<Diagnostic>> {
    let wanted: Vec<&str> = targets.iter().map(|target| target.trim_end_matches('/')).collect();
    let unknown = wanted.iter().find(|target| !releases.iter().any(|release| release.target == **target));
    if let Some(target) = unknown {
        let known: Vec<&str> = releases.iter().map(|release| release.target.as_str()).collect();
        let message = format!("no release has the target `{target}`");
        return Err(vec![Diagnostic::error(TARGET, message).help(format!("targets: {}", known.join(", ")))]);
    }
    if !wanted.is_empty() {
        releases.retain(|release| wanted.contains(&release.target.as_str()));
    }
    Ok(())
}

/// What a release of a file renders; `middle` lies over its presets and files.
///
/// # Errors
/// Every preset and file that cannot be read.
pub(crate) fn recipe(
    base: &Path,
    release: &Release,
    middle: Option<Source>,
    ui: &mut Ui,
) -> Result<Recipe, Vec<Diagnostic>> {
    let mut problems = Vec::new();
    let mut files: Vec<Source> = Vec::new();
    let blame =
        |problem: Diagnostic, written: &Written| problem.maybe_at(written.place.clone(), "named here");
    for name in &release.presets {
        match preset(&name.text) {
            Ok(source) => files.push(source),
            Err(problem) => problems.push(blame(*problem, name)),
        }
    }
    for file in &release.values {
        match read_source(&base.join(&file.text), ui) {
            Ok(source) => files.push(source),
            Err(problem) => problems.push(blame(*problem, file)),
        }
    }
    if !problems.is_empty() {
        return Err(problems);
    }
    files.extend(middle);
    let engine = match &release.chart {
        Some(chart) => Engine::Chart(base.join(&chart.text)),
        None => Engine::ClearMl,
    };
    let values = Inputs {
        files,
        set: release.set.clone(),
        set_string: release.set_string.clone(),
        ..Inputs::default()
    };
    let flags = ReleaseArgs {
        release: release.release.clone(),
        namespace: release.namespace.clone(),
        kube_version: release.kube_version.clone(),
        without: release.without.clone(),
        api_versions: release.api_versions.clone(),
        include_crds: release.include_crds,
        no_hooks: release.no_hooks,
        skip_tests: release.skip_tests,
        chance: ChanceArgs {
            deterministic: release.deterministic,
            seed: None,
            seed_file: release.seed_file.as_ref().map(|path| base.join(path)),
            now: release.now.clone(),
        },
    };
    Ok(Recipe { engine, values, release: flags, traced: false })
}

fn job(args: &VendorArgs, base: &Path, release: &Release, ui: &mut Ui) -> Result<Job, Vec<Diagnostic>> {
    let recipe = recipe(base, release, None, ui)?;
    let folder = base.join(&release.target);
    if let Some(link) = link_below(base, &release.target) {
        let message = format!("`{}` on the way to the target is a link", link.display());
        return Err(vec![Diagnostic::error(LINK, message).maybe_at(release.place.clone(), "").help(
            "a link may lead out of the repository: name the folder it leads to, or make it a folder",
        )]);
    }
    Ok(Job {
        label: folder.display().to_string(),
        folder,
        recipe,
        no_secrets: release.no_secrets || args.no_secrets,
        kustomization: !args.no_kustomization,
        place: release.place.clone(),
    })
}

/// The first part of the path below `base` that is a link.
fn link_below(base: &Path, target: &str) -> Option<PathBuf> {
    let mut path = base.to_owned();
    target.split('/').find_map(|part| {
        path.push(part);
        path.is_symlink().then(|| path.clone())
    })
}
