//! What a rule demands of one value.

use std::fmt::Write as _;

use base64::Engine as _;
use clearml_k8s::codec::{Entry, Node};
use clearml_k8s::kube::Quantity;
use sha2::{Digest, Sha256};

use super::case::Case;
use super::leaf::Leaf;
use super::rule::fill;

/// A demand on a leaf.
pub(crate) enum Matcher {
    /// This text, with values put in for `${path}`.
    Text(String),
    /// This number, boolean or empty collection.
    Exactly(Leaf),
    /// A whole number, written in the values.
    Int(String),
    /// Anything but this.
    Not(Box<Matcher>),
    /// One of these.
    AnyOf(Vec<Matcher>),
    /// Any scalar but null.
    Scalar,
    /// A number or a boolean.
    Bare,
    /// The same quantity as the old value.
    SameQuantity,
    /// The text of the old value.
    SameText,
    /// base64 of a text with values put in.
    Base64(String),
    /// The checksum over files and keys: name in the Secret to value.
    Checksum(Vec<(String, String)>),
    /// The checksum over files: name to text with values put in.
    ChecksumOf(Vec<(String, String)>),
    /// The n-th word of a text with values put in, where n is the last `*` of the path.
    Words(String),
}

/// What a matcher may look at.
pub(crate) struct Context<'c> {
    pub(crate) case: &'c Case,
    /// The value on the old side.
    pub(crate) old: Option<&'c Leaf>,
    /// What stands at the last `*` of the rule's path.
    pub(crate) step: Option<String>,
}

impl Matcher {
    pub(crate) fn literal(leaf: Leaf) -> Self {
        match leaf {
            Leaf::Text(text) => Self::Text(text),
            other => Self::Exactly(other),
        }
    }

    pub(crate) fn read(node: &Node) -> Result<Self, String> {
        if let Some(leaf) = Leaf::of(node) {
            return Ok(Self::literal(leaf));
        }
        let map = node.as_map().ok_or("a matcher is a scalar or a map with one key")?;
        let [entry] = map.entries() else { return Err("a matcher has one key".to_owned()) };
        let value = &entry.value;
        let text =
            || value.as_str().map(str::to_owned).ok_or_else(|| format!("`{}` takes a text", entry.key));
        Ok(match &*entry.key {
            "int" => Self::Int(text()?),
            "not" => Self::Not(Box::new(Self::read(value)?)),
            "any-of" => {
                let items = value.as_list().ok_or("`any-of` takes a list")?;
                Self::AnyOf(items.iter().map(Self::read).collect::<Result<_, _>>()?)
            }
            "any" if value.as_str() == Some("scalar") => Self::Scalar,
            "any" if value.as_str() == Some("bare") => Self::Bare,
            "same" if value.as_str() == Some("quantity") => Self::SameQuantity,
            "same" if value.as_str() == Some("text") => Self::SameText,
            "base64" => Self::Base64(text()?),
            "checksum" => {
                let entries = value.as_list().ok_or("`checksum` takes a list")?;
                let pair = |node: &Node| {
                    let (key, path) = node.as_str()?.split_once('=')?;
                    Some((key.to_owned(), path.to_owned()))
                };
                Self::Checksum(entries.iter().filter_map(pair).collect())
            }
            "checksum-of" => {
                let files = value.as_map().ok_or("`checksum-of` takes a map")?.entries();
                let file = |entry: &Entry| Some((entry.key.to_string(), entry.value.as_str()?.to_owned()));
                Self::ChecksumOf(files.iter().filter_map(file).collect())
            }
            other => return Err(format!("unknown matcher `{other}`")),
        })
    }

    /// Whether a leaf is what is demanded.
    pub(crate) fn accepts(&self, leaf: &Leaf, context: &Context<'_>) -> bool {
        let case = context.case;
        match self {
            Self::Text(template) => fill(template, case).is_some_and(|text| *leaf == Leaf::Text(text)),
            Self::Exactly(wanted) => leaf == wanted,
            Self::Int(template) => {
                let number = fill(template, case).and_then(|text| text.parse().ok());
                number.is_some_and(|number| *leaf == Leaf::Int(number))
            }
            Self::Not(inner) => !inner.accepts(leaf, context),
            Self::AnyOf(all) => all.iter().any(|one| one.accepts(leaf, context)),
            Self::Scalar => matches!(leaf, Leaf::Bool(_) | Leaf::Int(_) | Leaf::Float(_) | Leaf::Text(_)),
            Self::Bare => matches!(leaf, Leaf::Bool(_) | Leaf::Int(_) | Leaf::Float(_)),
            Self::SameQuantity => {
                let quantity = |leaf: &Leaf| Quantity::parse(&leaf.text()).map(Quantity::nanos);
                let Some(old) = context.old.and_then(quantity) else { return false };
                matches!(leaf, Leaf::Text(_)) && quantity(leaf) == Some(old)
            }
            Self::SameText => context.old.is_some_and(|old| *leaf == Leaf::Text(old.text())),
            Self::Base64(template) => fill(template, case).is_some_and(|text| {
                *leaf == Leaf::Text(base64::engine::general_purpose::STANDARD.encode(text))
            }),
            Self::Checksum(parts) => {
                let value = |path: &String| case.values.text(path).filter(|text| !text.is_empty());
                *leaf == Leaf::Text(checksum(parts, value))
            }
            Self::ChecksumOf(files) => *leaf == Leaf::Text(checksum(files, |text| fill(text, case))),
            Self::Words(template) => {
                let text = fill(template, case).unwrap_or_default();
                let index = context.step.as_ref().and_then(|step| step.parse::<usize>().ok());
                let word = index.and_then(|index| text.split_whitespace().nth(index));
                word.is_some_and(|word| *leaf == Leaf::Text(word.to_owned()))
            }
        }
    }

    /// The paths a list of words fills: `args[0]`, `args[1]`, …
    pub(crate) fn count(&self, case: &Case) -> usize {
        match self {
            Self::Words(template) => fill(template, case).unwrap_or_default().split_whitespace().count(),
            _ => 0,
        }
    }
}

/// SHA-256 over name and text of each, a zero byte behind both.
fn checksum(parts: &[(String, String)], text: impl Fn(&String) -> Option<String>) -> String {
    let mut hash = Sha256::new();
    for (key, part) in parts {
        if let Some(text) = text(part) {
            hash.update(format!("{key}\0{text}\0"));
        }
    }
    hash.finalize().iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}
