//! Manifests in files and folders.

use std::fs;
use std::path::{Path, PathBuf};

use clearml_k8s::codec::yaml::{self, ReadOptions};
use clearml_k8s::diag::{Code, Diagnostic, Source};

use super::super::inputs::{read_source, reason};
use super::super::ui::Ui;

/// A folder cannot be read.
const FOLDER: Code = Code("cli::folder");
/// Something in a folder is not looked at.
const SKIPPED: Code = Code("cli::not-compared");

/// How deep folders are walked.
const MAX_DEPTH: usize = 32;
/// Most files of one side.
const MOST_FILES: usize = 100_000;

/// Files that tell kustomize what to do; they are no objects.
const KUSTOMIZATIONS: &[&str] = &["kustomization.yaml", "kustomization.yml", "Kustomization"];

/// Keys of a kustomization under which the files are applied as they are.
const HARMLESS: &[&str] = &["apiVersion", "kind", "metadata", "resources", "sortOptions"];

/// Whether a file of this name in a folder holds manifests: YAML or JSON, not hidden, no kustomization.
pub(super) fn is_manifest(name: &str) -> bool {
    let known = Path::new(name)
        .extension()
        .is_some_and(|end| ["yaml", "yml", "json"].iter().any(|known| end.eq_ignore_ascii_case(known)));
    known && !name.starts_with('.') && !KUSTOMIZATIONS.contains(&name)
}

/// The manifests of a file, of a folder and those below it, or of standard input, and what was left out.
///
/// Hidden files and folders, links, and files that are neither YAML nor JSON are not looked at.
///
/// # Errors
/// Every file and folder that cannot be read.
pub(super) fn read(path: &Path, ui: &mut Ui) -> Result<(Vec<Source>, Vec<Diagnostic>), Vec<Diagnostic>> {
    if path.as_os_str() == "-" || !path.is_dir() {
        return read_source(path, ui)
            .map(|source| (vec![source], Vec::new()))
            .map_err(|problem| vec![*problem]);
    }
    let mut found = Found::default();
    found.folder(path, 0).map_err(|problem| vec![*problem])?;
    found.paths.sort();
    let mut sources = Vec::new();
    let mut problems = Vec::new();
    for path in &found.paths {
        match read_source(path, ui) {
            Ok(source) => sources.push(source),
            Err(problem) => problems.push(*problem),
        }
    }
    for path in &found.kustomizations {
        if let Ok(source) = read_source(path, ui) {
            found.notes.extend(not_built(&source));
        }
    }
    if problems.is_empty() { Ok((sources, found.notes)) } else { Err(problems) }
}

#[derive(Default)]
struct Found {
    paths: Vec<PathBuf>,
    kustomizations: Vec<PathBuf>,
    notes: Vec<Diagnostic>,
}

impl Found {
    fn folder(&mut self, folder: &Path, depth: usize) -> Result<(), Box<Diagnostic>> {
        let refuse = |why: &str| {
            Box::new(Diagnostic::error(
                FOLDER,
                format!("cannot read the folder `{}`: {why}", folder.display()),
            ))
        };
        let too_many =
            || refuse(&format!("more than {MAX_DEPTH} folders deep, or more than {MOST_FILES} files"));
        if depth > MAX_DEPTH {
            return Err(too_many());
        }
        for entry in fs::read_dir(folder).map_err(|error| refuse(&reason(&error)))? {
            let entry = entry.map_err(|error| refuse(&reason(&error)))?;
            let name = entry.file_name().to_string_lossy().into_owned();
            let kind = entry.file_type().map_err(|error| refuse(&reason(&error)))?;
            let path = entry.path();
            if kind.is_symlink() && !name.starts_with('.') {
                let message = format!("`{}` is a link and is not followed", path.display());
                self.notes.push(Diagnostic::warning(SKIPPED, message));
            } else if kind.is_dir() && !name.starts_with('.') {
                self.folder(&path, depth + 1)?;
            } else if kind.is_file() && is_manifest(&name) {
                self.paths.push(path);
                if self.paths.len() > MOST_FILES {
                    return Err(too_many());
                }
            } else if KUSTOMIZATIONS.contains(&&*name) {
                self.kustomizations.push(path);
            }
        }
        Ok(())
    }
}

/// A warning about a kustomization that does more than list files: what it would build is not compared.
pub(super) fn not_built(source: &Source) -> Option<Diagnostic> {
    let root = yaml::read(source, &ReadOptions::default()).ok()?.root;
    let entry = root.as_map()?.entries().iter().find(|entry| !HARMLESS.contains(&&*entry.key))?;
    let message = format!("the files are compared as they are, without what `{}` does to them", entry.key);
    Some(
        Diagnostic::warning(SKIPPED, message)
            .maybe_at(entry.place.clone(), "")
            .help("compare what it builds: `kubectl kustomize DIR | clearml-k8s diff - …`"),
    )
}
