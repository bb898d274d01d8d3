//! A tree that can be changed, thawed from nodes only where it is touched.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::codec::{Data, Entry, Map, Node, Style};
use crate::diag::Place;

use super::super::history::succeed;
use super::super::text::go_type;

/// A value of the tree.
pub(super) enum Slot {
    /// Untouched, shared with whatever it came from.
    Node(Node),
    /// A map that was touched.
    Map(MapSlot),
    /// A list that was touched.
    List(ListSlot),
}

/// A thawed map.
pub(super) struct MapSlot {
    entries: BTreeMap<Arc<str>, (Option<Place>, Slot)>,
    /// Place, style and history.
    shell: Node,
}

/// A thawed list.
pub(super) struct ListSlot {
    pub(super) items: Vec<Slot>,
    shell: Node,
}

impl From<Node> for Slot {
    fn from(node: Node) -> Self {
        Self::Node(node)
    }
}

/// A node without data, placed where a collection is first named.
fn shell(place: Option<Place>) -> Node {
    match place {
        Some(place) => Node::null().placed(&place.source, place.span, Style::Plain),
        None => Node::null(),
    }
}

impl Slot {
    pub(super) fn empty_map(place: Option<Place>) -> Self {
        Self::Map(MapSlot { entries: BTreeMap::new(), shell: shell(place) })
    }

    pub(super) fn empty_list(place: Option<Place>) -> Self {
        Self::List(ListSlot { items: Vec::new(), shell: shell(place) })
    }

    pub(super) fn is_null(&self) -> bool {
        matches!(self, Self::Node(node) if node.is_null())
    }

    pub(super) fn is_map(&self) -> bool {
        match self {
            Self::Node(node) => node.as_map().is_some(),
            Self::Map(_) => true,
            Self::List(_) => false,
        }
    }

    /// The map, thawed; none if this is none.
    pub(super) fn map_mut(&mut self) -> Option<&mut MapSlot> {
        if let Self::Node(node) = self {
            let map = node.as_map()?;
            let entries = map
                .entries()
                .iter()
                .map(|entry| (entry.key.clone(), (entry.place.clone(), Self::Node(entry.value.clone()))))
                .collect();
            *self = Self::Map(MapSlot { entries, shell: node.with_data(Data::Null) });
        }
        match self {
            Self::Map(map) => Some(map),
            _ => None,
        }
    }

    /// The list, thawed; none if this is none.
    pub(super) fn list_mut(&mut self) -> Option<&mut ListSlot> {
        if let Self::Node(node) = self {
            let items = node.as_list()?.iter().cloned().map(Self::Node).collect();
            *self = Self::List(ListSlot { items, shell: node.with_data(Data::Null) });
        }
        match self {
            Self::List(list) => Some(list),
            _ => None,
        }
    }

    /// Go's name of the type, as `%T` prints it.
    pub(super) fn go_type(&self) -> &'static str {
        match self {
            Self::Map(_) => "map[string]interface {}",
            Self::List(_) => "[]interface {}",
            Self::Node(node) => go_type(node),
        }
    }

    /// The tree as a node.
    pub(super) fn freeze(self) -> Node {
        match self {
            Self::Node(node) => node,
            Self::Map(map) => {
                // Entries come in byte order of their keys.
                let entries = map
                    .entries
                    .into_iter()
                    .map(|(key, (place, slot))| Entry { key, place, value: slot.freeze() })
                    .collect();
                map.shell.with_data(Data::Map(Map::from_entries(entries)))
            }
            Self::List(list) => {
                let items: Vec<Node> = list.items.into_iter().map(Self::freeze).collect();
                list.shell.with_data(Data::List(items.into()))
            }
        }
    }

    /// Puts a new value here, which remembers the old one.
    pub(super) fn replace(&mut self, new: Node) {
        let old = std::mem::replace(self, Self::Node(Node::null()));
        *self = Self::Node(succeed(new, &old.freeze()));
    }

    /// Merges a map into this map; any other value replaces.
    // Rule: pkg/chart/v2/loader/load.go, MergeMaps.
    pub(super) fn merge(&mut self, new: &Node) {
        let (Some(map), true) = (new.as_map(), self.is_map()) else {
            return self.replace(new.clone());
        };
        let Some(slot) = self.map_mut() else { return };
        for entry in map.entries() {
            match slot.get_mut(&entry.key) {
                Some(old) => old.merge(&entry.value),
                None => slot.put(&entry.key, entry.place.clone(), Self::Node(entry.value.clone())),
            }
        }
    }
}

impl MapSlot {
    pub(super) fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    pub(super) fn get_mut(&mut self, key: &str) -> Option<&mut Slot> {
        self.entries.get_mut(key).map(|(_, slot)| slot)
    }

    /// Sets a key to a value that is not there yet, or replaces the value without touching its history.
    pub(super) fn put(&mut self, key: &str, place: Option<Place>, slot: Slot) {
        self.entries.insert(key.into(), (place, slot));
    }

    /// Sets a key; the new value remembers the old one.
    pub(super) fn set(&mut self, key: &str, place: Option<Place>, value: Node) {
        match self.entries.get_mut(key) {
            Some((at, slot)) => {
                *at = place;
                slot.replace(value);
            }
            None => self.put(key, place, Slot::Node(value)),
        }
    }
}
