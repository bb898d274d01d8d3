//! Documents as one text: `# Source:` lines, `--show-only`, the files of `--output-dir`.

use std::convert::Infallible;
use std::fmt::Write as _;

use super::{Hook, Manifest, split};
use crate::go::path;

/// Everything `helm template` prints: CRD files first, then manifests, both trimmed as one, then hooks.
#[must_use]
pub fn print_manifests<'a>(
    crds: impl IntoIterator<Item = (&'a str, &'a str)>,
    manifests: impl IntoIterator<Item = &'a Manifest>,
    hooks: impl IntoIterator<Item = &'a Hook>,
) -> String {
    let mut pieces = Vec::new();
    let mut lengths = 0;
    let all = put_manifests(crds, manifests, hooks, |piece| {
        let (Piece::Name(piece) | Piece::Text(piece)) = piece;
        lengths += piece.len();
        pieces.push(piece);
        Ok::<(), Infallible>(())
    });
    let Ok(()) = all;
    // Written once, into room that fits.
    let mut out = String::with_capacity(lengths);
    out.extend(pieces);
    out
}

/// The same piece by piece, so that not all of it has to stand beside what it is put together from.
///
/// # Errors
/// The first one that `put` returns.
// Rule: Helm v4.3.1 pkg/action/action.go, renderResources, and pkg/cmd/template.go.
pub fn put_manifests<'a, E>(
    crds: impl IntoIterator<Item = (&'a str, &'a str)>,
    manifests: impl IntoIterator<Item = &'a Manifest>,
    hooks: impl IntoIterator<Item = &'a Hook>,
    mut put: impl FnMut(Piece<'a>) -> Result<(), E>,
) -> Result<(), E> {
    let mut parts: Vec<(&str, &str)> = crds.into_iter().collect();
    parts.extend(manifests.into_iter().map(|manifest| (&*manifest.template, manifest.text.text())));
    // What is printed begins with `---`, so there is nothing to cut off in front.
    let last = parts.pop();
    for (source, text) in parts {
        put_one(source, text, &mut put)?;
    }
    if let Some((source, text)) = last {
        let text = text.trim_end();
        put(Piece::Text(HEAD))?;
        put(Piece::Name(if text.is_empty() { source.trim_end() } else { source }))?;
        if !text.is_empty() {
            put(Piece::Text("\n"))?;
            put(Piece::Text(text))?;
        }
    }
    put(Piece::Text("\n"))?;
    for hook in hooks {
        put_one(&hook.manifest.template, hook.manifest.text.text(), &mut put)?;
    }
    Ok(())
}

/// A piece of what is printed.
#[derive(Clone, Copy, Debug)]
pub enum Piece<'a> {
    /// The name of a template, in which characters may stand for bytes, as [`raw`](crate::diag::raw) tells.
    Name(&'a str),
    /// Anything else.
    Text(&'a str),
}

fn put_one<'a, E>(
    source: &'a str,
    text: &'a str,
    put: &mut impl FnMut(Piece<'a>) -> Result<(), E>,
) -> Result<(), E> {
    put(Piece::Text(HEAD))?;
    put(Piece::Name(source))?;
    for piece in ["\n", text, "\n"] {
        put(Piece::Text(piece))?;
    }
    Ok(())
}

/// What stands in front of the name of a document's template.
const HEAD: &str = "---\n# Source: ";

/// The part of a printed release that comes from the named templates, in the order of the patterns.
///
/// # Errors
/// The first pattern that matches nothing.
// Rule: Helm v4.3.1 pkg/cmd/template.go, the showFiles part.
pub fn show_only(printed: &str, patterns: &[String]) -> Result<String, String> {
    let pieces: Vec<(&str, &str)> = split(printed)
        .into_iter()
        .filter_map(|range| {
            let piece = printed.get(range)?;
            Some((source_path(piece)?, piece))
        })
        .collect();
    let mut out = String::new();
    for pattern in patterns {
        let before = out.len();
        for (_, piece) in pieces
            .iter()
            .filter(|(path, _)| path::matches(pattern.as_bytes(), path.as_bytes()).unwrap_or(false))
        {
            let _ = writeln!(out, "---\n{piece}");
        }
        if out.len() == before {
            return Err(pattern.clone());
        }
    }
    Ok(out)
}

/// The template's path without the chart's name, from the first `# Source:` line.
fn source_path(piece: &str) -> Option<&str> {
    piece.match_indices("# Source: ").find_map(|(at, mark)| {
        let line = piece.get(at + mark.len()..)?.split('\n').next()?;
        let (chart, path) = line.split_once('/')?;
        (!chart.is_empty() && !path.is_empty()).then_some(path)
    })
}

/// A document to be written under the output folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutputFile {
    /// Path below the folder.
    pub path: String,
    /// The text, with its `---` and `# Source:` lines.
    pub text: String,
}

/// The documents as texts to be written one after the other, several to one file.
// Rule: Helm v4.3.1 pkg/cmd/template.go, writeToFile.
#[must_use]
pub fn output_files<'a>(documents: impl IntoIterator<Item = (&'a str, &'a str)>) -> Vec<OutputFile> {
    documents
        .into_iter()
        .map(|(source, document)| {
            let text = format!("{HEAD}{source}\n{document}\n");
            OutputFile { path: source.to_owned(), text }
        })
        .collect()
}
