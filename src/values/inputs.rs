//! [`merge`]: values files and flags as one tree.

use crate::codec::yaml::{self, DuplicateKey};
use crate::codec::{Map, Node};
use crate::diag::{Diagnostic, Source};

use super::error::{Error, ErrorKind, reworded};
use super::maps::merge_maps;
use super::set::{Builder, Flag, ReadFile};

/// Everything the user gave, in the order it was given; flags of one kind apply together.
#[derive(Clone, Debug, Default)]
pub struct Inputs {
    /// Values files, presets in front.
    pub files: Vec<Source>,
    /// Arguments of `--set-json`.
    pub set_json: Vec<String>,
    /// Arguments of `--set`.
    pub set: Vec<String>,
    /// Arguments of `--set-string`.
    pub set_string: Vec<String>,
    /// Arguments of `--set-file`.
    pub set_file: Vec<String>,
    /// Arguments of `--set-literal`.
    pub set_literal: Vec<String>,
}

/// The user's values.
#[derive(Clone, Debug)]
pub struct Merged {
    /// The values: a map, each leaf with its place and what it took the place of.
    pub root: Node,
    /// Keys that stand twice in one map of a file; the later one counts.
    pub duplicates: Vec<DuplicateKey>,
}

impl Merged {
    /// A warning for each key that stands twice, with both places.
    pub fn duplicate_warnings(&self) -> impl Iterator<Item = Diagnostic> {
        self.duplicates.iter().map(|duplicate| {
            let message = format!("key `{}` stands twice, the later one counts", duplicate.key);
            Diagnostic::warning(crate::diag::Code("values::duplicate-key"), message)
                .at(duplicate.second.clone(), "this one counts")
                .and_at(duplicate.first.clone(), "this one is lost")
        })
    }
}

/// The values of all files and flags: files in order, then `--set-json`, `--set`, `--set-string`, `--set-file`
/// and `--set-literal`. Maps merge, anything else replaces.
///
/// # Errors
/// The first file or argument Helm would refuse, in Helm's words.
// Rule: helm v4.3.1 pkg/cli/values/options.go, MergeValues.
pub fn merge(inputs: &Inputs, read_file: &mut ReadFile<'_>) -> Result<Merged, Error> {
    let mut root = Node::map(Map::default());
    let mut duplicates = Vec::new();
    for source in &inputs.files {
        let document = yaml::read_values(source).map_err(|error| refused(source, error))?;
        root = merge_maps(&root, &document.root);
        duplicates.extend(document.duplicates);
    }
    let flags = [
        (Flag::Json, &inputs.set_json),
        (Flag::Set, &inputs.set),
        (Flag::String, &inputs.set_string),
        (Flag::File, &inputs.set_file),
        (Flag::Literal, &inputs.set_literal),
    ];
    if flags.iter().all(|(_, arguments)| arguments.is_empty()) {
        return Ok(Merged { root, duplicates });
    }
    let mut builder = Builder::new(root);
    for (flag, arguments) in flags {
        for argument in arguments {
            builder.apply(flag, argument, read_file)?;
        }
    }
    Ok(Merged { root: builder.finish(), duplicates })
}

fn refused(source: &Source, cause: yaml::Error) -> Error {
    let text = format!("failed to parse {}: {}", source.name(), cause.helm_text());
    reworded(ErrorKind::File, text, cause.into_diagnostic())
}
