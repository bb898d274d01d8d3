//! Lists and maps by identity: where each stands in the values, or what each of its slots came from.

use std::collections::HashMap;

use super::deps::Deps;
use super::marks::Mark;
use super::paths::{PathId, Step};
use crate::value::Value;

/// What is known about one list or map.
#[derive(Clone)]
pub(super) struct Known {
    /// Keeps it alive, so that its address stays its own.
    pub(super) keep: Value,
    /// Where it stands in the values.
    pub(super) path: Option<PathId>,
    /// What decided which keys or items there are, beside its path.
    pub(super) shape: Deps,
    /// What slots without a mark of their own came from, when there is no path.
    pub(super) base: Mark,
    /// Slots that were set by a template.
    pub(super) slots: HashMap<Step, Mark>,
}

impl Known {
    /// One at a path of the values.
    pub(super) fn at(value: &Value, path: PathId) -> Self {
        Self { path: Some(path), ..Self::new(value) }
    }

    /// The same knowledge about a copy.
    pub(super) fn of(self, copy: &Value) -> Self {
        Self { keep: copy.clone(), ..self }
    }

    /// One of which nothing is known yet.
    pub(super) fn new(value: &Value) -> Self {
        Self { keep: value.clone(), path: None, shape: Deps::NONE, base: Mark::NONE, slots: HashMap::new() }
    }
}

/// Lists and maps past which no more are remembered.
const MOST: usize = 4_000_000;

/// Every list and map that is known.
#[derive(Default)]
pub(super) struct Containers(HashMap<usize, Known>);

/// The address of a list's or map's storage.
pub(super) fn address(value: &Value) -> Option<usize> {
    match value {
        Value::Map(map) => Some(map.address()),
        Value::List(list) => Some(list.address()),
        _ => None,
    }
}

/// Whether it is a list or a map.
pub(super) fn is_container(value: &Value) -> bool {
    matches!(value, Value::Map(_) | Value::List(_))
}

impl Containers {
    pub(super) fn get(&self, value: &Value) -> Option<&Known> {
        self.0.get(&address(value)?)
    }

    pub(super) fn has(&self, value: &Value) -> bool {
        self.get(value).is_some()
    }

    pub(super) fn insert(&mut self, known: Known) {
        if let Some(address) = address(&known.keep)
            && self.0.len() < MOST
        {
            self.0.insert(address, known);
        }
    }

    /// What is known about it, from now on if nothing was.
    pub(super) fn entry(&mut self, value: &Value, base: Mark) -> Option<&mut Known> {
        let address = address(value)?;
        if self.0.len() >= MOST && !self.0.contains_key(&address) {
            return None;
        }
        Some(self.0.entry(address).or_insert_with(|| Known { base, ..Known::new(value) }))
    }
}

/// The slots of a list or map with their values; nothing for anything else.
pub(super) fn slots(value: &Value) -> Vec<(Step, Value)> {
    match value {
        Value::Map(map) => map.to_vec().into_iter().map(|(key, value)| (Step::Key(key), value)).collect(),
        Value::List(list) => {
            list.to_vec().into_iter().enumerate().map(|(index, value)| (Step::Item(index), value)).collect()
        }
        _ => Vec::new(),
    }
}

/// The value in a slot, if there is one.
pub(super) fn at(value: &Value, step: &Step) -> Option<Value> {
    match (value, step) {
        (Value::Map(map), Step::Key(key)) => map.get_bytes(key.as_bytes()),
        (Value::List(list), Step::Item(index)) => list.get(*index),
        _ => None,
    }
}

/// Whether two values are one: the same list or map, or equal scalars of one kind.
pub(super) fn same(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Str(a), Value::Str(b)) => a == b,
        (Value::Bytes(a), Value::Bytes(b)) => a == b,
        (Value::Bool(a), Value::Bool(b)) => a == b,
        (Value::Int(a) | Value::Int64(a), Value::Int(b) | Value::Int64(b)) => a == b,
        (Value::Uint64(a), Value::Uint64(b)) => a == b,
        (Value::Float64(a), Value::Float64(b)) => a.to_bits() == b.to_bits(),
        (Value::Missing | Value::Nil, Value::Missing | Value::Nil) => true,
        (a, b) => address(a).is_some() && address(a) == address(b),
    }
}
