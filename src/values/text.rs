//! Words Go uses for values and errors.

use std::fmt::Write as _;
use std::io;

use crate::codec::{Data, Node};
use crate::go::strconv;

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

/// A text as Go's `%q` prints it.
pub(super) fn quote(text: &str) -> String {
    strconv::quote(text.as_bytes())
}

/// A value as Go's `%v` prints it.
pub(super) fn go_value(node: &Node) -> String {
    let mut out = String::new();
    write_value(&mut out, node, false);
    out
}

/// A value as Go's `%t` prints it, which is made for booleans.
pub(super) fn go_bool_verb(node: &Node) -> String {
    let mut out = String::new();
    write_value(&mut out, node, true);
    out
}

fn write_value(out: &mut String, node: &Node, bool_verb: bool) {
    let text = match node.data() {
        Data::Null if bool_verb => "%!t(<nil>)".to_owned(),
        Data::Null => "<nil>".to_owned(),
        Data::Bool(value) => value.to_string(),
        Data::Int(value) => value.to_string(),
        Data::Uint(value) => value.to_string(),
        Data::Float(value) => go_float(*value),
        Data::String(text) => text.to_string(),
        Data::List(items) => {
            out.push('[');
            for (index, item) in items.iter().enumerate() {
                if index > 0 {
                    out.push(' ');
                }
                write_item(out, item, bool_verb);
            }
            return out.push(']');
        }
        Data::Map(map) => {
            out.push_str("map[");
            for (index, entry) in map.entries().iter().enumerate() {
                if index > 0 {
                    out.push(' ');
                }
                if bool_verb {
                    let _ = write!(out, "%!t(string={})", entry.key);
                } else {
                    out.push_str(&entry.key);
                }
                out.push(':');
                write_item(out, &entry.value, bool_verb);
            }
            return out.push(']');
        }
    };
    if bool_verb && !matches!(node.data(), Data::Bool(_) | Data::Null) {
        let _ = write!(out, "%!t({}={text})", go_type(node));
    } else {
        out.push_str(&text);
    }
}

/// An item of a list or map; a null in there is nothing that a verb could be wrong for.
fn write_item(out: &mut String, node: &Node, bool_verb: bool) {
    write_value(out, node, bool_verb && !node.is_null());
}

/// A float as Go's `%v` prints it.
pub(super) fn go_float(value: f64) -> String {
    strconv::format_float(value, 'g', None)
}
