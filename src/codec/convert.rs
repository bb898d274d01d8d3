//! [`Node`]s to the values templates see.

use super::{Data, Node};
use crate::value::{LazyList, LazyMap, List, Map, MapType, Room, Str, Value};

/// The value of a node: floats are `float64`, whole numbers `int64` (`uint64` above its range), lists
/// `[]interface {}`, maps `map[string]interface {}`. Nesting costs native stack only up to the depth
/// the readers allow.
#[must_use]
pub fn to_value(node: &Node) -> Value {
    scalar(node).unwrap_or_else(|| collection(node))
}

/// The same, but lists and maps are opened only when something asks for them.
#[must_use]
pub fn to_lazy_value(node: &Node) -> Value {
    scalar(node).unwrap_or_else(|| match node.data() {
        Data::Map(map) if map.is_empty() => Value::Map(Map::new()),
        Data::Map(_) => Value::Map(Map::lazy(&MapType::ANY, Box::new(Closed(node.clone())))),
        _ => Value::List(List::lazy(Box::new(Closed(node.clone())))),
    })
}

/// A list or map that nothing asked for yet.
struct Closed(Node);

impl LazyMap for Closed {
    fn entries(&self) -> Vec<(Str, Value)> {
        let entries = self.0.as_map().map(super::Map::entries).unwrap_or_default();
        entries.iter().map(|entry| (entry.key.clone().into(), to_lazy_value(&entry.value))).collect()
    }
}

impl LazyList for Closed {
    fn items(&self) -> Vec<Value> {
        self.0.as_list().unwrap_or_default().iter().map(to_lazy_value).collect()
    }
}

fn scalar(node: &Node) -> Option<Value> {
    Some(match node.data() {
        Data::Null => Value::Nil,
        Data::Bool(value) => Value::Bool(*value),
        Data::Int(value) => Value::Int64(*value),
        Data::Uint(value) => Value::Uint64(*value),
        Data::Float(value) => Value::Float64(*value),
        Data::String(text) => Value::Str(Str::from(text.clone())),
        Data::List(_) | Data::Map(_) => return None,
    })
}

enum Frame<'n> {
    List(std::slice::Iter<'n, Node>, Vec<Value>),
    Map(std::slice::Iter<'n, super::Entry>, Vec<(Str, Value)>),
}

fn frame(node: &Node) -> Option<Frame<'_>> {
    match node.data() {
        Data::List(items) => Some(Frame::List(items.iter(), Vec::with_capacity(items.len()))),
        Data::Map(map) => Some(Frame::Map(map.entries().iter(), Vec::with_capacity(map.len()))),
        _ => None,
    }
}

/// A list or map, with an explicit stack.
fn collection(root: &Node) -> Value {
    let mut frames: Vec<(Str, Frame<'_>)> = Vec::new();
    frames.extend(frame(root).map(|frame| (Str::EMPTY, frame)));
    let mut done = Value::Nil;
    while let Some((_, top)) = frames.last_mut() {
        let next = match top {
            Frame::List(items, _) => items.next().map(|node| (Str::EMPTY, node)),
            Frame::Map(entries, _) => entries.next().map(|entry| (entry.key.clone().into(), &entry.value)),
        };
        let (key, value) = match next {
            Some((key, node)) => match (scalar(node), frame(node)) {
                (None, Some(frame)) => {
                    frames.push((key, frame));
                    continue;
                }
                (value, _) => (key, value.unwrap_or_default()),
            },
            None => match frames.pop() {
                Some((key, Frame::List(_, items))) => {
                    (key, Value::List(List::new(items).with_room(Room::Grown(0))))
                }
                Some((key, Frame::Map(_, entries))) => (key, Value::Map(Map::of(&MapType::ANY, entries))),
                None => break,
            },
        };
        match frames.last_mut() {
            Some((_, Frame::List(_, items))) => items.push(value),
            Some((_, Frame::Map(_, entries))) => entries.push((key, value)),
            None => done = value,
        }
    }
    done
}
