//! Deep equality with types, and deep copies.

use std::cell::Cell;

use crate::value::{List, MAX_DEPTH, Map, Value, budget};

/// Whether both have the same type and the same content. Rule: reflect.DeepEqual.
pub(super) fn deep_equal(left: &Value, right: &Value) -> bool {
    equal_at(left, right, 0)
}

fn equal_at(left: &Value, right: &Value, depth: usize) -> bool {
    if depth > MAX_DEPTH || budget::is_spent(1) {
        return false;
    }
    match (left, right) {
        (Value::Missing | Value::Nil, Value::Missing | Value::Nil) => true,
        (Value::Bool(left), Value::Bool(right)) => left == right,
        (Value::Int(left), Value::Int(right))
        | (Value::Int64(left), Value::Int64(right))
        | (Value::Duration(left), Value::Duration(right)) => left == right,
        (Value::Uint8(left), Value::Uint8(right)) => left == right,
        (Value::Uint64(left), Value::Uint64(right)) => left == right,
        (Value::Float64(left), Value::Float64(right)) => left == right,
        (Value::Complex(a, b), Value::Complex(c, d)) => a == c && b == d,
        (Value::Str(left), Value::Str(right)) => left == right,
        (Value::Bytes(left), Value::Bytes(right)) => left == right,
        (Value::List(left), Value::List(right)) => {
            left.ty().name == right.ty().name
                && left.is_nil() == right.is_nil()
                && (left.is_same(right) || {
                    let (left, right) = (left.items(), right.items());
                    left.len() == right.len()
                        && left.iter().zip(right.iter()).all(|(left, right)| equal_at(left, right, depth + 1))
                })
        }
        (Value::Map(left), Value::Map(right)) => {
            left.ty().name == right.ty().name
                && left.is_nil() == right.is_nil()
                && (left.is_same(right) || {
                    let (left, right) = (left.entries(), right.entries());
                    left.len() == right.len()
                        && left.iter().zip(right.iter()).all(|((key, value), (other_key, other))| {
                            key == other_key && equal_at(value, other, depth + 1)
                        })
                })
        }
        (Value::Object(left), Value::Object(right)) => left.deep_equals(&**right),
        _ => false,
    }
}

/// A copy that shares no list or map with the original. Rule: mitchellh/copystructure.
pub(super) fn deep_copy(value: &Value) -> Value {
    copy_at(value, 0, &Cell::new(0))
}

/// The copy; `parts` counts what it is made of.
fn copy_at(value: &Value, depth: usize, parts: &Cell<usize>) -> Value {
    parts.set(parts.get() + 1);
    if depth > MAX_DEPTH || budget::is_spent(1) || budget::are_too_many(parts.get()) {
        return value.clone();
    }
    match value {
        Value::List(list) if !list.is_nil() => {
            let items = list.items().iter().map(|item| copy_at(item, depth + 1, parts)).collect();
            Value::List(List::of(list.ty(), items).with_room(list.room()))
        }
        Value::Map(map) if !map.is_nil() => {
            let entries = map.entries();
            let entries =
                entries.iter().map(|(key, value)| (key.clone(), copy_at(value, depth + 1, parts))).collect();
            Value::Map(Map::of(map.ty(), entries))
        }
        Value::Object(object) => object.copied().unwrap_or_else(|| value.clone()),
        other => other.clone(),
    }
}
