//! Manifests as text, or as files in a folder.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use super::args::Output;
use super::limits;
use super::staged::Staged;
use super::ui::Ui;
use anyhow::{Context as _, Result, anyhow};
use clearml_k8s::codec::yaml::{self, ReadOptions};
use clearml_k8s::codec::{Entry, Map, Node, Numbers, json};
use clearml_k8s::manifest::Manifest;

/// The manifests as one text.
///
/// # Errors
/// When one of them is no YAML, which the check before would have found.
pub(crate) fn text(manifests: &[&Manifest], format: Output) -> Result<String> {
    match format {
        Output::Yaml => Ok(documents(manifests).concat()),
        Output::Json => list(manifests),
    }
}

/// Every document with its `---` and the template it comes from, in pieces.
fn documents<'m>(manifests: &[&'m Manifest]) -> Vec<&'m str> {
    let pieces = |manifest: &&'m Manifest| {
        ["---\n# Source: ", &manifest.template, "\n", manifest.text.text().trim_end(), "\n"]
    };
    manifests.iter().flat_map(pieces).collect()
}

/// Prints the manifests to standard output as [`text`] gives them, without a copy of what may be long.
///
/// # Errors
/// As [`text`], and when they cannot be written.
pub(crate) fn print(ui: &mut Ui, manifests: &[&Manifest], format: Output) -> Result<()> {
    match format {
        Output::Yaml => ui.print_all(&documents(manifests)),
        Output::Json => ui.print(list(manifests)?),
    }
}

/// One object of kind List.
fn list(manifests: &[&Manifest]) -> Result<String> {
    let options = ReadOptions { numbers: Numbers::Typed };
    let items = manifests
        .iter()
        .map(|manifest| {
            yaml::read(&manifest.text, &options)
                .map(|document| document.root)
                .map_err(|error| anyhow!("`{}` of {} is no YAML: {error}", manifest.name, manifest.template))
        })
        .collect::<Result<Vec<Node>>>()?;
    let entry = |key: &str, value: Node| Entry { key: key.into(), place: None, value };
    let root = Node::map(Map::from_entries(vec![
        entry("apiVersion", Node::string("v1")),
        entry("kind", Node::string("List")),
        entry("items", Node::list(items)),
    ]));
    Ok(json::write_pretty(&root) + "\n")
}

/// Writes one file a template below `folder` and returns what to say about it: a line a file.
///
/// All files are written under temporary names first and renamed last, so that a failure on the way leaves
/// the folder as it was.
///
/// # Errors
/// When a folder or file cannot be written.
pub(crate) fn write_folder(folder: &Path, manifests: &[&Manifest], format: Output) -> Result<String> {
    let mut files: BTreeMap<PathBuf, Vec<&Manifest>> = BTreeMap::new();
    for manifest in manifests {
        let mut path = folder.join(&manifest.template);
        if format == Output::Json {
            path.set_extension("json");
        }
        files.entry(path).or_default().push(manifest);
    }
    limits::output_begins();
    let mut staged = Staged::default();
    let mut said = String::new();
    for (path, manifests) in &files {
        let parent = path.parent().unwrap_or(folder);
        std::fs::create_dir_all(parent).with_context(|| format!("cannot create `{}`", parent.display()))?;
        staged
            .write(path, text(manifests, format)?.as_bytes())
            .with_context(|| format!("cannot write `{}`", path.display()))?;
        let _ = writeln!(said, "wrote {}", path.display());
    }
    staged.commit().map_err(|(path, error)| {
        anyhow::Error::new(error).context(format!("cannot write `{}`", path.display()))
    })?;
    Ok(said)
}
