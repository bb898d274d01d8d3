//! The `--set` family: `--set`, `--set-string`, `--set-file`, `--set-json`, `--set-literal`.
//!
//! [`Builder`] applies arguments one after the other to a tree of values, as Helm does, and gives the tree back.
// Rule: helm v4.3.1 pkg/strvals (parser.go, literal_parser.go) and pkg/cli/values/options.go.

mod json;
mod parse;
mod scan;
#[cfg(test)]
mod tests;
mod tree;
mod typed;

use std::io;

use crate::codec::{self, Node};
use crate::diag::{Place, Source, SourceKind, Span};

use super::error::{Error, ErrorKind, error};
use tree::Slot;

/// The greatest list index an argument may name.
pub const MAX_INDEX: i64 = 65_536;

/// The most dots a key may nest by.
pub const MAX_NESTED_NAMES: usize = 30;

/// The most levels one key may nest by, dots and indices together. Helm has no such limit and would run out of stack.
pub const MAX_LEVELS: usize = 256;

/// The most list items all arguments together may fill up with nulls. Helm has no such limit.
pub const MAX_FILLED: usize = 1 << 20;

/// One flag of the family.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Flag {
    /// `--set-json`: each value is JSON, or the whole argument is one JSON object.
    Json,
    /// `--set`: booleans, null and whole numbers are typed, all else is text.
    Set,
    /// `--set-string`: each value is text.
    String,
    /// `--set-file`: each value names a file whose content is the value.
    File,
    /// `--set-literal`: everything behind the first `=` is the text.
    Literal,
}

impl Flag {
    /// The flag as it is written on the command line.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Json => "--set-json",
            Self::Set => "--set",
            Self::String => "--set-string",
            Self::File => "--set-file",
            Self::Literal => "--set-literal",
        }
    }
}

/// Reads the file an argument of `--set-file` names.
pub type ReadFile<'r> = dyn FnMut(&str) -> io::Result<Vec<u8>> + 'r;

/// A tree of values that arguments are applied to. Only what an argument touches is taken apart; all else stays shared.
pub struct Builder {
    root: Slot,
    filled: usize,
}

impl Builder {
    /// A builder that starts from these values; anything but a map counts as an empty one.
    #[must_use]
    pub fn new(base: Node) -> Self {
        let root = if base.as_map().is_some() { Slot::from(base) } else { Slot::empty_map(None) };
        Self { root, filled: 0 }
    }

    /// Applies one argument.
    ///
    /// # Errors
    /// Helm's words for arguments Helm refuses. The tree is then in an undefined, but valid, state.
    pub fn apply(&mut self, flag: Flag, argument: &str, read_file: &mut ReadFile<'_>) -> Result<(), Error> {
        let source = Source::new(SourceKind::Flag, format!("{} {argument}", flag.name()), argument);
        let trimmed = argument.trim_matches(typed::is_space);
        let result = if flag == Flag::Json && trimmed.starts_with('{') {
            return self.merge_object(&source, trimmed);
        } else {
            parse::run(flag, &source, &mut self.root, &mut self.filled, read_file)
        };
        result.map_err(|failure| {
            let place = Place::new(source.clone(), failure.span);
            if failure.limit {
                return error(ErrorKind::Limit, failure.text, Some(place), "");
            }
            // Quirk: the reason is not said for `--set-json`, the whole argument is.
            let text = if flag == Flag::Json {
                format!("failed parsing {} data {argument}", flag.name())
            } else {
                format!("failed parsing {} data: {}", flag.name(), failure.text)
            };
            error(ErrorKind::Flag, text, Some(place), if flag == Flag::Json { &failure.text } else { "" })
        })
    }

    /// `--set-json '{…}'`: the object is merged into the tree.
    fn merge_object(&mut self, source: &Source, trimmed: &str) -> Result<(), Error> {
        let own = Source::new(SourceKind::Flag, source.name(), trimmed);
        let Ok(node) = codec::json::read(&own) else {
            let text = format!("failed parsing --set-json data JSON: {}", source.text());
            let place = Place::new(source.clone(), Span::new(0, source.text().len()));
            return Err(error(ErrorKind::Flag, text, Some(place), "not a JSON object"));
        };
        self.root.merge(&node);
        Ok(())
    }

    /// The values.
    #[must_use]
    pub fn finish(self) -> Node {
        self.root.freeze()
    }
}

/// The values a single argument gives, over nothing.
///
/// # Errors
/// As [`Builder::apply`].
pub fn parse(flag: Flag, argument: &str, read_file: &mut ReadFile<'_>) -> Result<Node, Error> {
    let mut builder = Builder::new(Node::map(codec::Map::default()));
    builder.apply(flag, argument, read_file)?;
    Ok(builder.finish())
}
