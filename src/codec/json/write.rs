//! `toJson`, `toRawJson` and `toPrettyJson`.

use std::fmt::Write as _;

use super::super::tree::{Item, Tree, View, Walk};
use crate::codec::Node;
use crate::codec::number::{write_general, write_json};
use crate::value::{Str, Value};

/// How JSON is laid out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    /// Compact, `<`, `>` and `&` as escapes.
    Compact,
    /// Compact, nothing escaped that need not be.
    Raw,
    /// Two blanks a level, escapes as in `Compact`.
    Pretty,
}

/// The compact JSON of a node, keys in byte order: `toJson`.
#[must_use]
pub fn write(node: &Node) -> String {
    lenient(node, Form::Compact)
}

/// The compact JSON of a node without HTML escapes: `toRawJson`.
#[must_use]
pub fn write_raw(node: &Node) -> String {
    lenient(node, Form::Raw)
}

/// The JSON of a node indented by two blanks: `toPrettyJson`.
#[must_use]
pub fn write_pretty(node: &Node) -> String {
    lenient(node, Form::Pretty)
}

/// The compact JSON of a value: `toJson`.
///
/// # Errors
/// Go's text: `json: unsupported value: +Inf`, `json: unsupported type: func()`.
pub fn write_value(value: &Value) -> Result<String, String> {
    write_tree(Walk::new(value), Form::Compact)
}

/// The compact JSON of a value without HTML escapes: `toRawJson`.
///
/// # Errors
/// As [`write_value`].
pub fn write_raw_value(value: &Value) -> Result<String, String> {
    write_tree(Walk::new(value), Form::Raw)
}

/// The JSON of a value indented by two blanks: `toPrettyJson`.
///
/// # Errors
/// As [`write_value`].
pub fn write_pretty_value(value: &Value) -> Result<String, String> {
    write_tree(Walk::new(value), Form::Pretty)
}

/// Nodes come out of texts that have no infinity; one that was computed is written as null.
fn lenient(node: &Node, form: Form) -> String {
    write_tree(node, form).unwrap_or_else(|_| "null".to_owned())
}

enum Frame<T> {
    List(std::vec::IntoIter<T>),
    Map(std::vec::IntoIter<(Str, T)>),
}

/// The JSON of a tree.
fn write_tree<T: Tree>(root: T, form: Form) -> Result<String, String> {
    let mut out = String::new();
    let mut frames: Vec<Frame<T>> = Vec::new();
    let mut next = Some(root);
    let mut first = true;
    loop {
        if let Some(tree) = next.take() {
            match tree.open(View::Json)? {
                Item::List(items) if items.is_empty() => out.push_str("[]"),
                Item::Map(entries) | Item::Fields(entries) if entries.is_empty() => out.push_str("{}"),
                Item::List(items) => {
                    out.push('[');
                    frames.push(Frame::List(items.into_iter()));
                    first = true;
                }
                Item::Map(entries) | Item::Fields(entries) => {
                    out.push('{');
                    frames.push(Frame::Map(entries.into_iter()));
                    first = true;
                }
                Item::Null => out.push_str("null"),
                Item::Bool(value) => out.push_str(if value { "true" } else { "false" }),
                Item::Int(value) => {
                    let _ = write!(out, "{value}");
                }
                Item::Uint(value) => {
                    let _ = write!(out, "{value}");
                }
                Item::Float(value) if value.is_finite() => write_json(&mut out, value),
                Item::Float(value) => {
                    let mut text = String::from("json: unsupported value: ");
                    write_general(&mut text, value);
                    return Err(text);
                }
                Item::Text(text) | Item::Bare(text) | Item::Binary(text) => {
                    quote(&mut out, &text.text(), form);
                }
            }
        }
        let depth = frames.len();
        let Some(frame) = frames.last_mut() else { return Ok(out) };
        let (end, key, value) = match frame {
            Frame::List(items) => (']', None, items.next()),
            Frame::Map(entries) => match entries.next() {
                Some((key, value)) => ('}', Some(key), Some(value)),
                None => ('}', None, None),
            },
        };
        if value.is_none() {
            frames.pop();
            line(&mut out, form, depth - 1);
            out.push(end);
            first = false;
            continue;
        }
        if !std::mem::take(&mut first) {
            out.push(',');
        }
        line(&mut out, form, depth);
        if let Some(key) = key {
            quote(&mut out, &key.text(), form);
            out.push_str(if form == Form::Pretty { ": " } else { ":" });
        }
        next = value;
    }
}

fn line(out: &mut String, form: Form, depth: usize) {
    if form == Form::Pretty {
        out.push('\n');
        out.extend(std::iter::repeat_n("  ", depth));
    }
}

/// Appends a text in quotes.
// Rule: Go 1.27 encoding/json/encode.go, appendString.
pub(crate) fn quote(out: &mut String, text: &str, form: Form) {
    out.push('"');
    let mut rest = text;
    // U+2028 and U+2029 begin with this byte, as do many other characters.
    while let Some(at) = rest.bytes().position(|byte| byte < b' ' || b"\"\\<>&\xE2".contains(&byte)) {
        let (plain, tail) = rest.split_at(at);
        out.push_str(plain);
        let mut chars = tail.chars();
        let Some(c) = chars.next() else { break };
        rest = chars.as_str();
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\u{8}' => out.push_str("\\b"),
            '\u{C}' => out.push_str("\\f"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '<' | '>' | '&' if form == Form::Raw => out.push(c),
            '\u{2028}' | '\u{2029}' | '<' | '>' | '&' | '\0'..=' ' => {
                let _ = write!(out, "\\u{:04x}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out.push_str(rest);
    out.push('"');
}
