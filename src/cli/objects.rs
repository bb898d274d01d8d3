//! The objects a command looks at: manifests in files and folders, or rendered here.

use std::fs;
use std::path::{Path, PathBuf};

use clap::Args;
use clearml_k8s::diag::{Code, Diagnostic, Source};
use clearml_k8s::kube::KubeVersion;

use super::inputs::{ValueArgs, read_bytes, read_source, reason};
use super::recipe::{self, Engine, Failed, Made, Recipe, ReleaseArgs};
use super::ui::Ui;

/// Manifests are given, and so is what would render others.
const MIXED: Code = Code("cli::two-inputs");

/// A folder cannot be read, or holds nothing to read.
const FOLDER: Code = Code("cli::folder");

/// Folders nested deeper than this are refused: no repository has them.
const MOST_DEEP: usize = 64;

/// Names a file of manifests may end in.
const ENDINGS: [&str; 3] = ["yaml", "yml", "json"];

/// Where the objects come from.
#[derive(Args)]
pub(crate) struct ObjectArgs {
    /// Files or folders with manifests, `-` for standard input; without any, ClearML is rendered
    #[arg(value_name = "FILE|DIR|-")]
    paths: Vec<PathBuf>,
    /// Render this chart, a folder or archive, instead of ClearML
    #[arg(long, value_name = "CHART")]
    chart: Option<PathBuf>,
    #[command(flatten)]
    values: ValueArgs,
    #[command(flatten)]
    release: ReleaseArgs,
}

/// The objects, read or rendered.
pub(crate) enum Objects {
    /// Files with manifests.
    Given(Vec<Source>),
    /// What was rendered.
    Rendered(Box<Made>),
}

impl ObjectArgs {
    /// Reads the files, or renders ClearML or the chart; of charts, CRDs are always part of it, and what wrote which
    /// line is recorded when it is `traced`.
    ///
    /// # Errors
    /// Everything that cannot be read or rendered, and files beside values.
    pub(crate) fn load(&self, traced: bool, ui: &mut Ui) -> Result<Objects, Failed> {
        let refuse = |findings| Failed { findings, values: None };
        if !self.paths.is_empty() {
            let own = ReleaseArgs { namespace: None, kube_version: None, ..self.release.clone() };
            if self.chart.is_some() || !self.values.is_empty() || !own.is_empty() {
                let message = "manifests are given beside values or a chart to render".to_owned();
                return Err(Diagnostic::error(MIXED, message)
                    .help("leave out the files, or pipe one into the other: `clearml-k8s render … | … -`")
                    .into());
            }
            return read(&self.paths, ui).map(Objects::Given).map_err(refuse);
        }
        let values = self.values.read(Vec::new(), ui).map_err(refuse)?;
        let engine = self.chart.clone().map_or(Engine::ClearMl, Engine::Chart);
        let release = ReleaseArgs { include_crds: true, ..self.release.clone() };
        let recipe = Recipe { engine, values, release, traced };
        let made = recipe.render(&mut |path| read_bytes(Path::new(path), ui))?;
        Ok(Objects::Rendered(Box::new(made)))
    }

    /// The version of Kubernetes that was named.
    ///
    /// # Errors
    /// When it is none.
    pub(crate) fn kube_version(&self) -> Result<Option<KubeVersion>, Failed> {
        recipe::kube_version(self.release.kube_version.as_deref()).map_err(Failed::from)
    }

    /// Where objects go that name no namespace, when that is known.
    pub(crate) fn namespace(&self, objects: &Objects) -> Option<String> {
        match objects {
            Objects::Given(_) => self.release.namespace.clone(),
            Objects::Rendered(made) => Some(made.namespace.clone()),
        }
    }
}

/// Every file the user named, `-` for standard input; of folders, the files of manifests in them and below, sorted.
/// Files and folders whose names begin with a dot are left out of folders, and links to folders are not followed.
///
/// # Errors
/// Everything that cannot be read, and folders that hold no such file.
pub(crate) fn read(paths: &[PathBuf], ui: &mut Ui) -> Result<Vec<Source>, Vec<Diagnostic>> {
    let mut problems = Vec::new();
    let mut files = Vec::new();
    for path in paths {
        if !path.is_dir() {
            files.push(path.clone());
            continue;
        }
        let before = files.len();
        if let Err(problem) = walk(path, 0, &mut files) {
            problems.push(*problem);
        } else if files.len() == before {
            let message = format!("`{}` holds no manifests", path.display());
            problems.push(Diagnostic::error(FOLDER, message).help(if is_chart(path) {
                format!("it is a chart: `--chart {}` renders it", path.display())
            } else {
                "manifests are files that end in .yaml, .yml or .json".to_owned()
            }));
        } else if is_chart(path) {
            let message = format!("`{}` is a chart, and templates are no manifests", path.display());
            let help = format!("`--chart {}` renders it and looks at what comes out", path.display());
            problems.push(Diagnostic::error(FOLDER, message).help(help));
        }
    }
    let mut sources = Vec::with_capacity(files.len());
    for file in files {
        match read_source(&file, ui) {
            Ok(source) => sources.push(source),
            Err(problem) => problems.push(*problem),
        }
    }
    if problems.is_empty() { Ok(sources) } else { Err(problems) }
}

fn is_chart(folder: &Path) -> bool {
    folder.join("Chart.yaml").is_file() && folder.join("templates").is_dir()
}

fn walk(folder: &Path, depth: usize, files: &mut Vec<PathBuf>) -> Result<(), Box<Diagnostic>> {
    let refuse =
        |why: String| Diagnostic::error(FOLDER, format!("cannot read `{}`: {why}", folder.display()));
    if depth > MOST_DEEP {
        return Err(Box::new(refuse(format!("folders nest deeper than {MOST_DEEP}"))));
    }
    let entries = fs::read_dir(folder).and_then(Iterator::collect::<Result<Vec<_>, _>>);
    let mut entries = entries.map_err(|error| Box::new(refuse(reason(&error))))?;
    entries.sort_by_key(fs::DirEntry::file_name);
    for entry in entries {
        let path = entry.path();
        if entry.file_name().as_encoded_bytes().starts_with(b".") {
            continue;
        }
        let kind = entry.file_type().map_err(|error| Box::new(refuse(reason(&error))))?;
        if kind.is_dir() {
            walk(&path, depth + 1, files)?;
        } else if path.extension().is_some_and(|end| ENDINGS.iter().any(|known| end == *known))
            && path.is_file()
        {
            files.push(path);
        }
    }
    Ok(())
}
