//! Words Go uses for values and errors.

use std::io;

use crate::codec::{Data, Node};

/// Go's name of a value's type, as `%T` prints it.
pub(super) fn go_type(node: &Node) -> &'static str {
    match node.data() {
        Data::Null => "nil",
        Data::Bool(_) => "bool",
        Data::Int(_) => "int64",
        Data::Uint(_) => "uint64",
        Data::Float(_) => "float64",
        Data::String(_) => "string",
        Data::List(_) => "[]interface {}",
        Data::Map(_) => "map[string]interface {}",
    }
}

/// Why a file cannot be read, in Go's words: `open x.yaml: no such file or directory`.
///
/// An error that does not come from the operating system is said as it is.
#[must_use]
pub fn read_error(path: &str, error: &io::Error) -> String {
    if error.raw_os_error().is_none() {
        return error.to_string();
    }
    let action = if error.kind() == io::ErrorKind::IsADirectory { "read" } else { "open" };
    let text = error.to_string();
    let words = text.split_once(" (os error").map_or(text.as_str(), |(words, _)| words);
    let mut chars = words.chars();
    let first = chars.next().map(|c| c.to_ascii_lowercase()).into_iter();
    format!("{action} {path}: {}", first.chain(chars).collect::<String>())
}
