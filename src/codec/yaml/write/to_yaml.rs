//! The entry points of writing, and what the way through JSON does to a value.

use std::borrow::Cow;
use std::fmt::Write as _;

use super::KeyOrder;
use super::emitter::{Emitter, Rules};
use crate::codec::Node;
use crate::codec::json::{self, Form};
use crate::codec::number::write_json;
use crate::codec::tree::{Item, Tree, View, Walk};
use crate::value::{Str, Value};

/// The YAML of a node as `toYaml` prints it, without its last newline: folded at 80 columns, keys in
/// go-yaml's natural order, every number as its JSON text reads. Empty where `toYaml` is empty.
#[must_use]
pub fn write(node: &Node) -> String {
    to_yaml(node).unwrap_or_default()
}

/// The YAML of a value as `toYaml` prints it, without its last newline.
///
/// # Errors
/// The text `mustToYaml` fails with; `toYaml` prints nothing then.
pub fn write_value(value: &Value) -> Result<String, String> {
    to_yaml(Walk::new(value))
}

/// The YAML of a node for files of our own: never folded, ending in a newline, its texts plain only
/// where every reader of YAML 1.1 and 1.2 takes them for texts.
#[must_use]
pub fn write_unfolded(node: &Node, order: KeyOrder) -> String {
    let rules = Rules { fold: None, pretty: false, careful: true, order };
    Emitter::new(rules).document(node).unwrap_or_default()
}

/// The YAML of a node as `toYamlPretty` prints it, without its last newline.
#[must_use]
pub fn write_pretty(node: &Node) -> String {
    pretty(node).unwrap_or_default()
}

/// The YAML of a value as `toYamlPretty` prints it, without its last newline.
///
/// # Errors
/// When a value cannot be encoded; `toYamlPretty` prints nothing then.
pub fn write_pretty_value(value: &Value) -> Result<String, String> {
    pretty(Walk::new(value))
}

fn pretty<T: Tree>(tree: T) -> Result<String, String> {
    let rules = Rules { fold: None, pretty: true, careful: false, order: KeyOrder::Natural };
    let mut out = Emitter::new(rules).document(tree)?;
    trim(&mut out);
    Ok(out)
}

/// Takes one newline off, and no other line break.
// Rule: Helm v4.3.1 pkg/engine/funcs.go, toYAML and toYAMLPretty: strings.TrimSuffix.
fn trim(out: &mut String) {
    if out.ends_with('\n') {
        out.pop();
    }
}

fn to_yaml<T: Tree>(tree: T) -> Result<String, String> {
    let rules = Rules { fold: Some(80), pretty: false, careful: false, order: KeyOrder::Natural };
    let mut out = Emitter::new(rules).document(ThroughJson(tree))?;
    trim(&mut out);
    Ok(out)
}

/// A tree as go-yaml v2 reads its JSON text.
// Rule: sigs.k8s.io/yaml 1.6.0 yaml.go, Marshal: encoding/json, then yaml.v2, then yaml.v2 again.
struct ThroughJson<T>(T);

impl<T: Tree> Tree for ThroughJson<T> {
    fn open(self, _: View) -> Result<Item<Self>, String> {
        let opened =
            self.0.open(View::Json).map_err(|error| format!("error marshaling into JSON: {error}"))?;
        Ok(match opened {
            Item::Null => Item::Null,
            Item::Bool(value) => Item::Bool(value),
            Item::Int(value) => Item::Int(value),
            Item::Uint(value) => Item::Uint(value),
            Item::Float(value) => number(value)?,
            Item::Text(text) | Item::Bare(text) | Item::Binary(text) => Item::Text(read_back(text)?),
            Item::List(items) => Item::List(items.into_iter().map(ThroughJson).collect()),
            Item::Map(entries) | Item::Fields(entries) => Item::Map(
                entries
                    .into_iter()
                    .map(|(key, value)| Ok((key_read_back(key)?, ThroughJson(value))))
                    .collect::<Result<_, String>>()?,
            ),
        })
    }
}

/// A float whose JSON text has neither point nor exponent is read as a whole number.
fn number<T>(value: f64) -> Result<Item<T>, String> {
    if !value.is_finite() {
        let mut text = String::new();
        crate::codec::number::write_general(&mut text, value);
        return Err(format!("error marshaling into JSON: json: unsupported value: {text}"));
    }
    if value.fract() != 0.0 || value.abs() >= 1e21 {
        return Ok(Item::Float(value));
    }
    if value.abs() < 9e15 {
        return Ok(Item::Int(value as i64));
    }
    let mut text = String::new();
    write_json(&mut text, value);
    let kind = text.parse().map(Item::Int).or_else(|_| text.parse().map(Item::Uint));
    Ok(kind.unwrap_or(Item::Float(value)))
}

/// A text as it comes back from its JSON.
fn read_back(text: Str) -> Result<Str, String> {
    let valid = text.as_str().is_some();
    let shown = text.text();
    if valid && shown.is_ascii() && !shown.contains('\u{7F}') {
        return Ok(text.clone());
    }
    let refused = |c: char| matches!(c, '\u{7F}'..='\u{84}' | '\u{86}'..='\u{9F}' | '\u{FFFE}' | '\u{FFFF}');
    if shown.contains(refused) {
        return Err("yaml: control characters are not allowed".to_owned());
    }
    if shown.contains('\u{85}') {
        return Ok(folded(&shown).into());
    }
    Ok(match shown {
        Cow::Borrowed(_) => text.clone(),
        Cow::Owned(replaced) => replaced.into(),
    })
}

// Quirk: JSON leaves U+0085 as it is, and YAML folds it like a line break inside quotes.
fn folded(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('\u{85}') {
        let (before, tail) = rest.split_at(at);
        out.push_str(before.trim_end_matches(' '));
        let after = tail.trim_start_matches(['\u{85}', ' ']);
        let (run, _) = tail.split_at(tail.len() - after.len());
        match run.matches('\u{85}').count() {
            1 => out.push(' '),
            count => {
                let _ = write!(out, "{}", "\n".repeat(count - 1));
            }
        }
        rest = after;
    }
    out.push_str(rest);
    out
}

/// Characters a key may have in the JSON text.
// Rule: go-yaml v2.4.4 scannerc.go, max_simple_key_length.
const MAX_KEY: usize = 1024;

fn key_read_back(key: Str) -> Result<Str, String> {
    // No character takes more than six in JSON.
    let one_line = !key.text().contains('\u{85}');
    if one_line && key.len() * 6 + 2 <= MAX_KEY {
        return read_back(key);
    }
    let mut quoted = String::new();
    json::quote(&mut quoted, &key.text(), Form::Compact);
    if !one_line || quoted.chars().count() > MAX_KEY {
        return Err("yaml: did not find expected ',' or '}'".to_owned());
    }
    read_back(key)
}
