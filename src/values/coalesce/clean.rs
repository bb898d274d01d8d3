//! Defaults without their nulls.

use crate::codec::{Data, Map, Node};

/// The map without keys that are null, at any depth; nulls in lists stay.
// Rule: coalesce.go, cleanNilValues.
pub(super) fn without_nulls(node: &Node) -> Node {
    cleaned(node).unwrap_or_else(|| node.clone())
}

/// None when nothing has to be removed.
fn cleaned(node: &Node) -> Option<Node> {
    let map = node.as_map()?;
    let mut changed = false;
    let mut values = Vec::new();
    for (index, entry) in map.entries().iter().enumerate() {
        let value = if entry.value.is_null() { Some(None) } else { cleaned(&entry.value).map(Some) };
        if let Some(value) = value {
            changed = true;
            values.push((index, value));
        }
    }
    if !changed {
        return None;
    }
    let mut values = values.into_iter().peekable();
    let mut entries = Vec::with_capacity(map.len());
    for (index, entry) in map.entries().iter().enumerate() {
        match values.next_if(|(at, _)| *at == index) {
            None => entries.push(entry.clone()),
            Some((_, None)) => {}
            Some((_, Some(value))) => {
                let mut entry = entry.clone();
                entry.value = value;
                entries.push(entry);
            }
        }
    }
    Some(node.with_data(Data::Map(Map::from_entries(entries))))
}
