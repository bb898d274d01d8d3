//! The data of Secrets as one map: `stringData` is only another way to write `data`.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::codec::{Entry, Map, Node};

/// The Secret with its `stringData` moved into `data`, where it wins, and with base64 written in one way.
///
/// Anything else is returned as it is.
// Rule: kubernetes v1.37 pkg/registry/core/secret/strategy.go and conversion of core/v1: stringData overwrites data.
pub(super) fn in_one_way(root: &Node) -> Node {
    let is_secret = root.get("kind").and_then(Node::as_str) == Some("Secret")
        && root.get("apiVersion").and_then(Node::as_str) == Some("v1");
    let Some(map) = root.as_map().filter(|_| is_secret) else { return root.clone() };
    let mut data: Vec<Entry> = Vec::new();
    for entry in map.get("data").and_then(Node::as_map).into_iter().flat_map(Map::entries) {
        data.push(Entry { value: canonical(&entry.value), ..entry.clone() });
    }
    for entry in map.get("stringData").and_then(Node::as_map).into_iter().flat_map(Map::entries) {
        let value = match entry.value.as_str() {
            Some(text) => Node::string(STANDARD.encode(text)).with_place(entry.value.place().cloned()),
            None => entry.value.clone(),
        };
        data.push(Entry { value, ..entry.clone() });
    }
    let mut map = map.clone();
    map.remove("stringData");
    if !data.is_empty() {
        map.insert(Entry { key: "data".into(), place: None, value: Node::map(Map::from_entries(data)) });
    }
    Node::map(map).with_place(root.place().cloned())
}

/// Base64 without line breaks.
fn canonical(node: &Node) -> Node {
    let Some(text) = node.as_str() else { return node.clone() };
    let compact: String = text.split_ascii_whitespace().collect();
    if compact == text { node.clone() } else { Node::string(compact).with_place(node.place().cloned()) }
}
