//! What JSON refuses of a document that go-yaml read: keys without a text, infinities, too many levels.

use std::sync::Arc;

use super::ErrorKind;
use super::compose::BadKey;
use super::error::{CONVERTING, DECODING, Error, error};
use super::gotext::GoText;
use crate::codec::{Data, Node};

/// Levels of lists and maps that `encoding/json` reads.
// Rule: Go 1.27 encoding/json/scanner.go, maxNestingDepth.
const MAX_DEPTH: usize = 10_000;

/// The key that stands in a map for bad key number `number`.
pub(super) fn stand_in(number: usize) -> Arc<str> {
    format!("\0unsupported key\0{number}").into()
}

fn number_of(key: &str) -> Option<usize> {
    key.strip_prefix("\0unsupported key\0")?.parse().ok()
}

/// Refuses a document that has no JSON; looks at nothing when nothing was noted while reading.
pub(super) fn check(
    root: &Node,
    bad_keys: &[BadKey],
    odd_numbers: bool,
    height: usize,
    texts: impl FnOnce(&BadKey) -> [GoText; 2],
) -> Result<(), Error> {
    if !bad_keys.is_empty() {
        bad_key(root, bad_keys, texts)?;
    }
    if odd_numbers {
        odd_number(root)?;
    }
    if height > MAX_DEPTH {
        // Rule: an empty collection is written as JSON at any level; the reader then counts it.
        let stage = if goes_on_below(root, MAX_DEPTH) { CONVERTING } else { DECODING };
        let helm_text = format!("{stage}exceeded max depth");
        let message = format!("lists and maps are nested more than {MAX_DEPTH} levels deep");
        return Err(error(ErrorKind::Depth, helm_text, message, root.place().cloned()));
    }
    Ok(())
}

/// Whether a collection inside of `levels` others holds anything.
fn goes_on_below(root: &Node, levels: usize) -> bool {
    let mut open = vec![(root, 0)];
    while let Some((node, level)) = open.pop() {
        let children: Vec<&Node> = match node.data() {
            Data::List(items) => items.iter().collect(),
            Data::Map(map) => map.entries().iter().map(|entry| &entry.value).collect(),
            _ => continue,
        };
        if level >= levels && !children.is_empty() {
            return true;
        }
        open.extend(children.into_iter().map(|child| (child, level + 1)));
    }
    false
}

/// The first bad key that is still in the document, in the order of writing.
// Go walks a map in random order, so any of several may be named by Helm.
fn bad_key(
    root: &Node,
    bad_keys: &[BadKey],
    texts: impl FnOnce(&BadKey) -> [GoText; 2],
) -> Result<(), Error> {
    let mut found: Option<(usize, &Node)> = None;
    let mut open = vec![root];
    while let Some(node) = open.pop() {
        match node.data() {
            Data::List(items) => open.extend(items.iter()),
            Data::Map(map) => {
                for entry in map.entries() {
                    if let Some(number) = number_of(&entry.key)
                        && number < bad_keys.len()
                        && found.is_none_or(|(first, _)| number < first)
                    {
                        found = Some((number, node));
                    }
                    open.push(&entry.value);
                }
            }
            _ => {}
        }
    }
    let Some((number, map)) = found else { return Ok(()) };
    let Some(bad) = bad_keys.get(number) else { return Ok(()) };
    let entry = map.as_map().and_then(|map| map.entry(&stand_in(number)));
    let [key, value] = texts(bad);
    let helm_text = format!(
        "{CONVERTING}unsupported map key of type: {}, key: {}, value: {}",
        key.type_name, key.sharp, value.sharp
    );
    let message = format!("a key must be text, a number or a boolean, not {}", key.what);
    Err(error(ErrorKind::Key, helm_text, message, entry.and_then(|entry| entry.place.clone())))
}

/// The first infinity or NaN in the order `encoding/json` writes.
fn odd_number(root: &Node) -> Result<(), Error> {
    let mut open = vec![root];
    while let Some(node) = open.pop() {
        match node.data() {
            Data::List(items) => open.extend(items.iter().rev()),
            Data::Map(map) => open.extend(map.entries().iter().rev().map(|entry| &entry.value)),
            Data::Float(value) if !value.is_finite() => {
                let mut text = String::new();
                crate::codec::number::write_general(&mut text, *value);
                let helm_text = format!("{CONVERTING}json: unsupported value: {text}");
                let message = "infinity and NaN cannot be given to a chart".to_owned();
                return Err(error(ErrorKind::Number, helm_text, message, node.place().cloned()));
            }
            _ => {}
        }
    }
    Ok(())
}
