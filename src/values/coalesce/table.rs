//! [`Table`]: a map that is changed in place and may stand in several trees at once.
//!
//! Helm's maps are shared by reference: a nested map of `global` is one object for a chart and all its
//! subcharts, so what one of them puts in is seen by all. A table is that object.

use std::cell::RefCell;
use std::collections::{BTreeMap, btree_map};
use std::rc::Rc;
use std::sync::Arc;

use crate::codec::{Data, Entry, Map, Node};
use crate::diag::Place;

/// A value of a table.
#[derive(Clone)]
pub(super) enum Item {
    /// Anything but a map.
    Leaf(Node),
    /// A map.
    Table(Table),
}

/// A map that is opened only when it is changed. A clone is the same map.
#[derive(Clone)]
pub(super) struct Table(Rc<RefCell<State>>);

enum State {
    /// As it was read.
    Closed(Node),
    /// Being changed; the node holds place, style and history.
    Open(BTreeMap<Arc<str>, (Option<Place>, Item)>, Node),
}

impl Item {
    pub(super) fn new(node: &Node) -> Self {
        if node.as_map().is_some() {
            Self::Table(Table::closed(node.clone()))
        } else {
            Self::Leaf(node.clone())
        }
    }

    pub(super) fn is_null(&self) -> bool {
        matches!(self, Self::Leaf(node) if node.is_null())
    }

    pub(super) fn close(&self) -> Node {
        match self {
            Self::Leaf(node) => node.clone(),
            Self::Table(table) => table.close(),
        }
    }
}

impl Table {
    /// The map a node holds; an empty one if it holds none.
    pub(super) fn closed(node: Node) -> Self {
        let node = if node.as_map().is_some() { node } else { Node::map(Map::default()) };
        Self(Rc::new(RefCell::new(State::Closed(node))))
    }

    pub(super) fn empty() -> Self {
        Self::closed(Node::map(Map::default()))
    }

    pub(super) fn is(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }

    /// Whether both hold the same, so that nothing comes of laying one over the other.
    pub(super) fn is_same(&self, other: &Self) -> bool {
        self.is(other) || self.were_read_as_one(other)
    }

    /// Whether it is what was read as this node, nothing changed in it.
    pub(super) fn is_unchanged(&self, node: &Node) -> bool {
        match (&*self.0.borrow(), node.data()) {
            (State::Closed(own), Data::Map(map)) => {
                matches!(own.data(), Data::Map(own) if own.is(map))
            }
            _ => false,
        }
    }

    /// Whether nothing was changed in both since they were read as one.
    fn were_read_as_one(&self, other: &Self) -> bool {
        matches!(&*other.0.borrow(), State::Closed(node) if self.is_unchanged(node))
    }

    /// Another map with the same values, of which nested maps are the same objects.
    pub(super) fn shallow_copy(&self) -> Self {
        let entries = self.open_with(|entries| entries.clone());
        let shell = match &*self.0.borrow() {
            State::Closed(node) | State::Open(_, node) => node.with_data(Data::Null),
        };
        Self(Rc::new(RefCell::new(State::Open(entries, shell))))
    }

    fn open_with<T>(&self, work: impl FnOnce(&mut BTreeMap<Arc<str>, (Option<Place>, Item)>) -> T) -> T {
        let mut state = self.0.borrow_mut();
        if let State::Closed(node) = &*state {
            let entries = node
                .as_map()
                .map(Map::entries)
                .unwrap_or_default()
                .iter()
                .map(|entry| (entry.key.clone(), (entry.place.clone(), Item::new(&entry.value))))
                .collect();
            let shell = node.with_data(Data::Null);
            *state = State::Open(entries, shell);
        }
        match &mut *state {
            State::Open(entries, _) => work(entries),
            State::Closed(_) => work(&mut BTreeMap::new()),
        }
    }

    pub(super) fn get(&self, key: &str) -> Option<Item> {
        if let State::Closed(node) = &*self.0.borrow() {
            match node.get(key) {
                None => return None,
                Some(value) if value.as_map().is_none() => return Some(Item::Leaf(value.clone())),
                // A nested map has to become an object of its own first.
                Some(_) => {}
            }
        }
        self.open_with(|entries| entries.get(key).map(|(_, item)| item.clone()))
    }

    /// Puts entries in byte order of their keys into a map that is empty, or has nothing but one key that `there` tells is
    /// not among theirs; into another one nothing, which is told.
    pub(super) fn fill(
        &self,
        entries: impl Iterator<Item = (Arc<str>, Option<Place>, Item)>,
        there: impl Fn(&str) -> bool,
    ) -> bool {
        let mut state = self.0.borrow_mut();
        let entries = entries.map(|(key, place, item)| (key, (place, item)));
        match &mut *state {
            State::Closed(node) if node.as_map().is_none_or(Map::is_empty) => {
                let shell = node.with_data(Data::Null);
                *state = State::Open(entries.collect(), shell);
                true
            }
            State::Open(own, _) if own.len() <= 1 && !own.keys().any(|key| there(key)) => {
                own.extend(entries);
                true
            }
            _ => false,
        }
    }

    /// Sets a key; the place stays when the key stands already and none is given.
    pub(super) fn set(&self, key: &Arc<str>, place: Option<Place>, item: Item) {
        self.open_with(|entries| match entries.entry(key.clone()) {
            btree_map::Entry::Occupied(mut old) => {
                let (at, old) = old.get_mut();
                if place.is_some() {
                    *at = place;
                }
                *old = item;
            }
            btree_map::Entry::Vacant(free) => {
                free.insert((place, item));
            }
        });
    }

    pub(super) fn remove(&self, key: &str) {
        self.open_with(|entries| entries.remove(key));
    }

    /// Every key with its value, as they stand now.
    pub(super) fn entries(&self) -> Vec<(Arc<str>, Option<Place>, Item)> {
        // Nobody else can open what nobody else has, so the maps in it need not be the same objects next time.
        if let (1, State::Closed(node)) = (Rc::strong_count(&self.0), &*self.0.borrow()) {
            let entries = node.as_map().map(Map::entries).unwrap_or_default().iter();
            return entries
                .map(|entry| (entry.key.clone(), entry.place.clone(), Item::new(&entry.value)))
                .collect();
        }
        self.open_with(|entries| {
            entries.iter().map(|(key, (place, item))| (key.clone(), place.clone(), item.clone())).collect()
        })
    }

    pub(super) fn is_empty(&self) -> bool {
        match &*self.0.borrow() {
            State::Closed(node) => node.as_map().is_none_or(Map::is_empty),
            State::Open(entries, _) => entries.is_empty(),
        }
    }

    /// Whether it lies somewhere in itself, or a map in it does.
    pub(super) fn holds_itself(&self) -> bool {
        /// Maps on the way, and those that are done with.
        fn visit(table: &Table, open: &mut Vec<Table>, done: &mut Vec<Table>) -> bool {
            if open.iter().any(|outer| outer.is(table)) {
                return true;
            }
            if done.iter().any(|known| known.is(table)) {
                return false;
            }
            let inner: Vec<Table> = match &*table.0.borrow() {
                // What was only read holds nothing but what was read.
                State::Closed(_) => return false,
                State::Open(entries, _) => {
                    let table = |(_, item): &(_, Item)| match item {
                        Item::Table(inner) => Some(inner.clone()),
                        Item::Leaf(_) => None,
                    };
                    entries.values().filter_map(table).collect()
                }
            };
            open.push(table.clone());
            let found = inner.iter().any(|inner| visit(inner, open, done));
            done.extend(open.pop());
            found
        }
        visit(self, &mut Vec::new(), &mut Vec::new())
    }

    /// The map as a node. Tables that are the same object become nodes that share their data.
    pub(super) fn close(&self) -> Node {
        // What is met again while it is being closed holds itself, which no input brings about.
        let state = self.0.replace(State::Closed(Node::map(Map::default())));
        let node = match state {
            State::Closed(node) => node,
            State::Open(entries, shell) => {
                let entries = entries
                    .into_iter()
                    .map(|(key, (place, item))| Entry { key, place, value: item.close() })
                    .collect();
                shell.with_data(Data::Map(Map::from_entries(entries)))
            }
        };
        *self.0.borrow_mut() = State::Closed(node.clone());
        node
    }
}
