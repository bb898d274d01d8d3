//! What is compared: how a side is written, and how its objects are read.

use std::path::{Path, PathBuf};

use clearml_k8s::codec::Node;
use clearml_k8s::diag::{Code, Diagnostic, Source};
use clearml_k8s::diff::Objects;

use super::super::inputs::{preset, read_bytes, read_source};
use super::super::recipe::{Engine, Failed, Recipe};
use super::super::ui::Ui;
use super::git::{self, Revision};
use super::{DiffArgs, files};

/// A side that means nothing.
const SIDE: Code = Code("cli::bad-side");

/// One side, not read yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Side {
    /// Manifests in a file or folder; `-` is standard input.
    Files(PathBuf),
    /// ClearML with the values of these files.
    Values(Vec<PathBuf>),
    /// ClearML with the values of a file in a revision.
    ValuesAt(Revision),
    /// ClearML with an embedded example.
    Preset(String),
    /// A chart.
    Chart(PathBuf),
    /// A chart in a revision.
    ChartAt(Revision),
    /// Manifests in a revision.
    Git(Revision),
}

/// A side's objects, and what was noticed on the way.
pub(super) struct Read {
    pub(super) objects: Objects,
    pub(super) findings: Vec<Diagnostic>,
    pub(super) values: Option<Node>,
}

impl Side {
    /// The side as it is written on the command line.
    ///
    /// # Errors
    /// A prefix without what belongs behind it.
    pub(super) fn parse(text: &str) -> Result<Self, Box<Diagnostic>> {
        let refuse = |message: String, help: &str| Box::new(Diagnostic::error(SIDE, message).help(help));
        let Some((prefix, rest)) = text.split_once(':') else {
            if text.is_empty() {
                return Err(refuse("a side is empty".to_owned(), "name a file, a folder, or `-`"));
            }
            return Ok(Self::bare(text));
        };
        let revision = |rest: &str| {
            Revision::parse(rest).map_err(|message| {
                refuse(
                    format!("`{text}`: {message}"),
                    "write `git:REV` or `git:REV:PATH`, such as `git:HEAD~1:manifests`",
                )
            })
        };
        let nothing = || refuse(format!("`{text}` names nothing"), "write a path or name behind the colon");
        match prefix {
            "values" => match rest.strip_prefix("git:") {
                Some(rest) => Ok(Self::ValuesAt(revision(rest)?)),
                None => Ok(Self::Values(
                    rest.split(',').filter(|path| !path.is_empty()).map(PathBuf::from).collect(),
                )),
            },
            "chart" => match rest.strip_prefix("git:") {
                Some(rest) => Ok(Self::ChartAt(revision(rest)?)),
                None if rest.is_empty() => Err(nothing()),
                None => Ok(Self::Chart(rest.into())),
            },
            "git" => Ok(Self::Git(revision(rest)?)),
            "preset" | "dir" if rest.is_empty() => Err(nothing()),
            "preset" => Ok(Self::Preset(rest.to_owned())),
            "dir" => Ok(Self::Files(rest.into())),
            _ => Ok(Self::bare(text)),
        }
    }

    /// A path: a chart when it is one, manifests otherwise.
    fn bare(text: &str) -> Self {
        let path = PathBuf::from(text);
        let is_archive = text.ends_with(".tgz") || text.ends_with(".tar.gz");
        if is_archive || path.join("Chart.yaml").is_file() { Self::Chart(path) } else { Self::Files(path) }
    }

    /// The side beside the other one: a revision without a path takes the path that the other one has.
    pub(super) fn beside(&self, other: &Self) -> Self {
        let path = match other {
            Self::Files(path) | Self::Chart(path) if path.as_os_str() != "-" => path.to_str(),
            Self::Values(paths) => match paths.as_slice() {
                [path] => path.to_str(),
                _ => None,
            },
            _ => None,
        };
        match self {
            Self::Git(revision) => Self::Git(revision.at(path)),
            Self::ValuesAt(revision) => Self::ValuesAt(revision.at(path)),
            Self::ChartAt(revision) => Self::ChartAt(revision.at(path)),
            side => side.clone(),
        }
    }

    /// The side's objects.
    ///
    /// # Errors
    /// Everything that keeps it from being read or rendered.
    pub(super) fn objects(&self, args: &DiffArgs, ui: &mut Ui) -> Result<Read, Failed> {
        match self {
            Self::Files(path) => {
                let (sources, findings) = files::read(path, ui).map_err(many)?;
                read(&path.to_string_lossy(), &sources, args, findings)
            }
            Self::Git(revision) => {
                let (sources, findings) = git::manifests(revision).map_err(Failed::from)?;
                read(&revision.spec(), &sources, args, findings)
            }
            Self::Values(paths) => {
                let sources = paths
                    .iter()
                    .map(|path| read_source(path, ui).map_err(|problem| Failed::from(*problem)))
                    .collect::<Result<_, _>>()?;
                render(Engine::ClearMl, sources, args, ui)
            }
            Self::ValuesAt(revision) => {
                let source = git::file(revision).map_err(Failed::from)?;
                render(Engine::ClearMl, vec![source], args, ui)
            }
            Self::Preset(name) => {
                let source = preset(name).map_err(|problem| Failed::from(*problem))?;
                render(Engine::ClearMl, vec![source], args, ui)
            }
            Self::Chart(path) => render(Engine::Chart(path.clone()), Vec::new(), args, ui),
            Self::ChartAt(revision) => {
                let folder = git::check_out(revision).map_err(Failed::from)?;
                render(Engine::Chart(folder.path().to_owned()), Vec::new(), args, ui)
            }
        }
    }
}

fn many(findings: Vec<Diagnostic>) -> Failed {
    Failed { findings, values: None }
}

fn render(engine: Engine, own: Vec<Source>, args: &DiffArgs, ui: &mut Ui) -> Result<Read, Failed> {
    let values = args.values.read(own, ui).map_err(many)?;
    let recipe = Recipe { engine, values, release: args.release.clone(), traced: false };
    let made = recipe.make(&mut |path| read_bytes(Path::new(path), ui))?;
    let namespace = args.release.namespace.as_deref().unwrap_or_default();
    let objects = Objects::of_manifests(&made.manifests, namespace)
        .map_err(|findings| Failed { findings, values: Some(made.values.clone()) })?;
    let unsteady = made.unsteady("the chart", "what it makes up differs each time");
    let mut findings = made.findings;
    findings.extend(unsteady);
    findings.extend(objects.warnings.iter().cloned());
    Ok(Read { objects, findings, values: Some(made.values) })
}

fn read(
    root: &str,
    sources: &[Source],
    args: &DiffArgs,
    mut findings: Vec<Diagnostic>,
) -> Result<Read, Failed> {
    let namespace = args.release.namespace.as_deref().unwrap_or_default();
    let files =
        sources.iter().map(|source| (if args.by_folder { folder(root, source.name()) } else { "" }, source));
    let objects = Objects::read(files, namespace).map_err(many)?;
    findings.extend(objects.warnings.iter().cloned());
    Ok(Read { objects, findings, values: None })
}

/// The folder of a file below the side's own: `test` for `clusters/test/web.yaml` below `clusters`.
fn folder<'f>(root: &str, file: &'f str) -> &'f str {
    let below = file.strip_prefix(root).unwrap_or(file).trim_start_matches('/');
    below.rsplit_once('/').map_or("", |(folder, _)| folder)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_side_is_a_prefix_and_what_it_names_or_a_path() {
        let parse = |text: &str| Side::parse(text).map_err(|problem| problem.message);
        let git = |text: &str| Revision::parse(text).expect("a revision");
        assert_eq!(parse("values:a.yaml,b.yaml"), Ok(Side::Values(vec!["a.yaml".into(), "b.yaml".into()])));
        assert_eq!(parse("values:"), Ok(Side::Values(Vec::new())));
        assert_eq!(parse("values:git:HEAD:a.yaml"), Ok(Side::ValuesAt(git("HEAD:a.yaml"))));
        assert_eq!(parse("chart:git:v1:charts/a"), Ok(Side::ChartAt(git("v1:charts/a"))));
        assert_eq!(parse("git:main"), Ok(Side::Git(git("main"))));
        assert_eq!(parse("preset:nfs"), Ok(Side::Preset("nfs".into())));
        assert_eq!(parse("dir:a:b"), Ok(Side::Files("a:b".into())));
        assert_eq!(parse("-"), Ok(Side::Files("-".into())));
        assert_eq!(parse("other:thing"), Ok(Side::Files("other:thing".into())));
        assert_eq!(parse("shop-1.0.0.tgz"), Ok(Side::Chart("shop-1.0.0.tgz".into())));
        for wrong in ["", "preset:", "dir:", "chart:", "git:", "git::a", "git:-x"] {
            assert!(parse(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_folder_is_that_below_the_sides_own() {
        assert_eq!(folder("clusters/", "clusters/test/a/web.yaml"), "test/a");
        assert_eq!(folder("main:clusters", "main:clusters/test/web.yaml"), "test");
        assert_eq!(folder("main:", "main:test/web.yaml"), "test");
        assert_eq!(folder("a.yaml", "a.yaml"), "");
    }

    #[test]
    fn a_revision_without_a_path_takes_the_other_sides() {
        let git = |text: &str| Side::Git(Revision::parse(text).expect("a revision"));
        assert_eq!(git("main").beside(&Side::Files("manifests".into())), git("main:./manifests"));
        assert_eq!(git("main:a").beside(&Side::Files("manifests".into())), git("main:a"));
        assert_eq!(git("main").beside(&Side::Preset("nfs".into())), git("main:./"));
        assert_eq!(git("main").beside(&git("v1:x")), git("main:./"));
    }
}
