//! Two states of one object, field by field.

use super::mask::{self, Secrecy};
use super::noise::noise;
use super::path::{Path, Step};
use crate::codec::{Data, Entry, Map, Node};
use crate::kube::schema::{self, Shape};
use crate::kube::{Quantity, immutable};

/// What happened at a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    /// Something is there now.
    Added,
    /// Something is gone.
    Removed,
    /// Something has another value.
    Replaced,
    /// Items of a list stand in another order; the values are the lists of their names.
    Reordered,
}

/// One change, with secrets masked unless they were asked for.
#[derive(Clone, Debug)]
pub struct Change {
    /// Where.
    pub path: Path,
    /// What happened.
    pub what: What,
    /// The old value.
    pub from: Option<Node>,
    /// The new value.
    pub to: Option<Node>,
    /// What noise it is, when it is some.
    pub noise: Option<&'static str>,
    /// Whether an API server refuses it.
    pub is_refused: bool,
}

/// The shape of a key's value, as far as the schema knows it.
pub(super) fn inside(shape: Option<Shape>, key: &str) -> Option<Shape> {
    match shape? {
        Shape::Ref(kind) | Shape::RefOrList(kind) | Shape::RefOrBool(kind) | Shape::RefOrStrings(kind) => {
            kind.field(key).map(schema::Field::shape)
        }
        Shape::Map(inner) => Some(inner.shape()),
        _ => None,
    }
}

/// The shape of a list's items.
pub(super) fn item_shape(shape: Option<Shape>) -> Option<Shape> {
    match shape? {
        Shape::List(list) => Some(list.item()),
        Shape::RefOrList(kind) => Some(Shape::Ref(kind)),
        _ => None,
    }
}

/// What is known at one place of the two trees.
#[derive(Clone, Copy, Debug)]
pub(super) struct At {
    pub(super) shape: Option<Shape>,
    pub(super) secrecy: Secrecy,
}

/// Both sides of a place as they are shown.
pub(super) type Shown = (Option<Node>, Option<Node>);

/// The walk through two trees; the changes come in the order of the paths.
pub(super) struct Walk {
    pub(super) path: Path,
    pub(super) changes: Vec<Change>,
    /// Whether noise is left out of what is shown.
    pub(super) fold: bool,
}

impl Walk {
    /// Compares two values and returns them as they are shown: secrets masked, what means the same written the
    /// same way, folded noise gone.
    pub(super) fn node(&mut self, at: At, old: Option<&Node>, new: Option<&Node>) -> Shown {
        let old = old.filter(|node| !node.is_null());
        let new = new.filter(|node| !node.is_null());
        match (old, new) {
            (None, None) => (None, None),
            (Some(old), Some(new)) => self.both(at, old, new),
            (Some(only), None) | (None, Some(only)) => self.one_side(at, only, old.is_some()),
        }
    }

    fn both(&mut self, at: At, old: &Node, new: &Node) -> Shown {
        match (old.data(), new.data()) {
            (Data::Map(a), Data::Map(b)) => self.maps(at, (old, a), (new, b)),
            (Data::List(a), Data::List(b)) => self.lists(at, a, b),
            _ if self.is_same(at.shape, old, new) => {
                let shown = mask::one(at.secrecy, old, at.shape);
                (Some(shown.clone()), Some(shown))
            }
            _ => {
                let (from, to) = mask::pair(at.secrecy, old, new);
                self.push(What::Replaced, Some(from), Some(to))
            }
        }
    }

    fn maps(&mut self, at: At, (old, a): (&Node, &Map), (new, b): (&Node, &Map)) -> Shown {
        let free = matches!(at.shape, Some(Shape::Map(_)));
        let mut shown = (Vec::new(), Vec::new());
        for key in keys(a, b) {
            let shape = inside(at.shape, &key.key);
            let below = |node: &Node| {
                if free { at.secrecy.of_free_key(&key.key) } else { at.secrecy.below(node, &key.key, shape) }
            };
            // What is secret on one side is on the other.
            let secrecy = if below(old) == Secrecy::Secret { Secrecy::Secret } else { below(new) };
            self.path.0.push(Step::Key(key.key.clone()));
            let (from, to) = self.node(At { shape, secrecy }, a.get(&key.key), b.get(&key.key));
            self.path.0.pop();
            shown.0.extend(from.map(|value| Entry { value, ..key.clone() }));
            shown.1.extend(to.map(|value| Entry { value, ..key.clone() }));
        }
        // Of a map that held nothing but folded noise, nothing is shown.
        let map = |entries: Vec<Entry>, node: &Node, map: &Map| {
            let stays = !entries.is_empty() || map.is_empty();
            stays.then(|| Node::map(Map::from_entries(entries)).with_place(node.place().cloned()))
        };
        (map(shown.0, old, a), map(shown.1, new, b))
    }

    /// A value that stands on one side only.
    pub(super) fn one_side(&mut self, at: At, only: &Node, is_old: bool) -> Shown {
        let sides = |node: Node| if is_old { (Some(node), None) } else { (None, Some(node)) };
        let is_empty = match only.data() {
            Data::List(items) => items.is_empty(),
            Data::Map(map) => map.is_empty(),
            _ => false,
        };
        // Rule: kubernetes v1.37 stores built-in kinds as protocol buffers, in which an empty list or map is none.
        if is_empty && matches!(at.shape, Some(Shape::List(_) | Shape::Map(_))) {
            return (None, None);
        }
        if self.is_default_protocol(only) {
            return (None, None);
        }
        // Maps in which noise stands are taken apart, so that it is told from the rest.
        let holds_noise = self.path.0.last().is_some_and(
            |step| matches!(step, Step::Key(key) if matches!(&**key, "metadata" | "labels" | "annotations")),
        );
        if let (true, Some(map)) = (holds_noise, only.as_map().filter(|map| !map.is_empty())) {
            let empty = (Node::map(Map::default()), Map::default());
            let (from, to) = if is_old {
                self.maps(at, (only, map), (&empty.0, &empty.1))
            } else {
                self.maps(at, (&empty.0, &empty.1), (only, map))
            };
            let some =
                |node: Option<Node>| node.filter(|node| node.as_map().is_some_and(|map| !map.is_empty()));
            return (some(from), some(to));
        }
        let shown = mask::one(at.secrecy, only, at.shape);
        let (from, to) = sides(shown);
        self.push(if is_old { What::Removed } else { What::Added }, from, to)
    }

    /// Notes a change and returns what is shown of it.
    pub(super) fn push(&mut self, what: What, from: Option<Node>, to: Option<Node>) -> Shown {
        let noise = noise(&self.path);
        self.changes.push(Change {
            path: self.path.clone(),
            what,
            from: from.clone(),
            to: to.clone(),
            noise,
            is_refused: false,
        });
        if noise.is_some() && self.fold { (None, None) } else { (from, to) }
    }

    /// Whether two values mean the same to an API server.
    fn is_same(&self, shape: Option<Shape>, old: &Node, new: &Node) -> bool {
        old == new || self.is_amount(shape) && amount(old).is_some_and(|old| amount(new) == Some(old))
    }

    /// Whether this is the protocol that a port has when it names none.
    // Rule: kubernetes v1.37 pkg/apis/core/v1/defaults.go, SetDefaults_Service and SetDefaults_PodSpec: TCP.
    fn is_default_protocol(&self, only: &Node) -> bool {
        let at_port = match self.path.0.as_slice() {
            [.., Step::Key(list), Step::Item(_) | Step::Index(_), Step::Key(field)] => {
                &**list == "ports" && &**field == "protocol"
            }
            _ => false,
        };
        at_port && only.as_str() == Some("TCP")
    }

    /// Whether an amount such as `1Gi` stands here. Of kinds the schema does not know, the names of the maps tell.
    fn is_amount(&self, shape: Option<Shape>) -> bool {
        let in_resources = || {
            let before_last = self.path.0.iter().rev().nth(1);
            matches!(before_last, Some(Step::Key(key)) if matches!(&**key, "requests" | "limits" | "capacity"))
        };
        matches!(shape, Some(Shape::Quantity)) || shape.is_none() && in_resources()
    }
}

/// The entries of two maps, each key once, in byte order.
fn keys(a: &Map, b: &Map) -> Vec<Entry> {
    let mut keys: Vec<Entry> = a.entries().iter().chain(b.entries()).cloned().collect();
    keys.sort_by(|a, b| a.key.cmp(&b.key));
    keys.dedup_by(|a, b| a.key == b.key);
    keys
}

fn amount(node: &Node) -> Option<Quantity> {
    match node.data() {
        Data::String(text) => Quantity::parse(text),
        Data::Int(number) => Quantity::parse(&number.to_string()),
        Data::Uint(number) => Quantity::parse(&number.to_string()),
        Data::Float(number) => Quantity::parse(&number.to_string()),
        _ => None,
    }
}

/// Marks the changes that an API server refuses, and returns what it says.
pub(super) fn refuse(changes: &mut [Change], old: &Node, new: &Node) -> Vec<immutable::Refused> {
    let refused = immutable::refused_changes(old, new);
    for change in changes {
        change.is_refused = refused.iter().any(|refused| refused.covers(change.path.keys()));
    }
    refused
}
