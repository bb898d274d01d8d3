//! [`Value`]: one value of any of Go's kinds.

use std::borrow::Cow;
use std::fmt;
use std::ops::Deref;
use std::rc::Rc;

use super::{Kind, List, Map, Method, Object, Str};

/// The entries of a map that are made when first asked for.
pub trait LazyMap {
    /// The entries; called once.
    fn entries(&self) -> Vec<(Str, Value)>;

    /// The value of a key, if it is there, is neither list nor map, and is found without making the others.
    fn scalar(&self, key: &[u8]) -> Option<Value> {
        let _ = key;
        None
    }
}

/// The items of a list that are made when first asked for.
pub trait LazyList {
    /// The items; called once.
    fn items(&self) -> Vec<Value>;
}

/// What a `[]uint8` holds; equal to another one as `reflect.DeepEqual` has it.
#[derive(Debug, PartialEq, Eq)]
pub struct Bytes {
    data: Str,
    is_nil: bool,
}

impl Bytes {
    /// Whether it is Go's nil: what a missing key of a map of them gives.
    #[must_use]
    pub fn is_nil(&self) -> bool {
        self.is_nil
    }
}

impl Deref for Bytes {
    type Target = Str;

    fn deref(&self) -> &Str {
        &self.data
    }
}

/// A value as a template sees it. A clone copies a few words and counts a reference.
#[derive(Clone, Default)]
pub enum Value {
    /// No value: the result of a pipeline that gave nil. Printed by an action as `<no value>`.
    #[default]
    Missing,
    /// A nil `interface {}`: a null, a missing key's value, a nil argument.
    Nil,
    /// `bool`
    Bool(bool),
    /// `int`
    Int(i64),
    /// `int64`
    Int64(i64),
    /// `uint8`
    Uint8(u8),
    /// `uint64`
    Uint64(u64),
    /// `float64`
    Float64(f64),
    /// `complex128`
    Complex(f64, f64),
    /// `string`
    Str(Str),
    /// `[]uint8`; so rare that it stands elsewhere: without it a value has three words instead of four.
    Bytes(Rc<Bytes>),
    /// A slice.
    List(List),
    /// A map.
    Map(Map),
    /// `time.Duration` in nanoseconds.
    Duration(i64),
    /// A struct, a pointer, a time.
    Object(Rc<dyn Object>),
}

impl Value {
    /// An object.
    #[must_use]
    pub fn object(object: impl Object) -> Self {
        Self::Object(Rc::new(object))
    }

    /// A `[]uint8`.
    #[must_use]
    pub fn bytes(bytes: impl Into<Str>) -> Self {
        Self::Bytes(Rc::new(Bytes { data: bytes.into(), is_nil: false }))
    }

    /// The nil `[]uint8`.
    #[must_use]
    pub fn nil_bytes() -> Self {
        Self::Bytes(Rc::new(Bytes { data: Str::EMPTY, is_nil: true }))
    }

    /// A `[]interface {}`.
    #[must_use]
    pub fn list(items: Vec<Value>) -> Self {
        Self::List(List::new(items))
    }

    /// Whether there is no value or it is a nil interface.
    pub fn is_nil(&self) -> bool {
        matches!(self, Self::Missing | Self::Nil)
    }

    /// Go's kind.
    pub fn kind(&self) -> Kind {
        match self {
            Self::Missing | Self::Nil => Kind::Invalid,
            Self::Bool(_) => Kind::Bool,
            Self::Int(_) => Kind::Int,
            Self::Int64(_) | Self::Duration(_) => Kind::Int64,
            Self::Uint8(_) => Kind::Uint8,
            Self::Uint64(_) => Kind::Uint64,
            Self::Float64(_) => Kind::Float64,
            Self::Complex(..) => Kind::Complex128,
            Self::Str(_) => Kind::String,
            Self::Bytes(_) | Self::List(_) => Kind::Slice,
            Self::Map(_) => Kind::Map,
            Self::Object(object) => object.kind(),
        }
    }

    /// Go's name of the type, what `%T` prints; `<nil>` for nil.
    pub fn type_name(&self) -> Cow<'static, str> {
        Cow::Borrowed(match self {
            Self::Missing | Self::Nil => "<nil>",
            Self::Bytes(_) => "[]uint8",
            Self::List(list) => list.ty().name,
            Self::Map(map) => map.ty().name,
            Self::Duration(_) => "time.Duration",
            Self::Object(object) => object.type_name(),
            other => other.kind().name(),
        })
    }

    /// Go's truth: false for false, zero, nil, the empty string, empty lists and maps. Structs are true.
    /// Rule: text/template `IsTrue`.
    pub fn is_true(&self) -> bool {
        match self {
            Self::Missing | Self::Nil => false,
            Self::Bool(value) => *value,
            Self::Int(value) | Self::Int64(value) | Self::Duration(value) => *value != 0,
            Self::Uint8(value) => *value != 0,
            Self::Uint64(value) => *value != 0,
            Self::Float64(value) => *value != 0.0,
            Self::Complex(re, im) => *re != 0.0 || *im != 0.0,
            Self::Str(text) => !text.is_empty(),
            Self::Bytes(bytes) => !bytes.is_empty(),
            Self::List(list) => !list.is_empty(),
            Self::Map(map) => !map.is_empty(),
            Self::Object(_) => true,
        }
    }

    /// The string, if it is one.
    pub fn as_str(&self) -> Option<&Str> {
        match self {
            Self::Str(text) => Some(text),
            _ => None,
        }
    }

    /// What a string or a `[]uint8` holds.
    pub fn as_str_or_bytes(&self) -> Option<&Str> {
        match self {
            Self::Str(text) => Some(text),
            Self::Bytes(bytes) => Some(bytes),
            _ => None,
        }
    }

    /// The boolean, if it is one.
    pub fn as_bool(&self) -> Option<bool> {
        match self {
            Self::Bool(value) => Some(*value),
            _ => None,
        }
    }

    /// The whole number of any signed or unsigned kind that fits.
    pub fn as_i64(&self) -> Option<i64> {
        match self {
            Self::Int(value) | Self::Int64(value) | Self::Duration(value) => Some(*value),
            Self::Uint8(value) => Some(i64::from(*value)),
            Self::Uint64(value) => i64::try_from(*value).ok(),
            Self::Object(object) => object.number(),
            _ => None,
        }
    }

    /// The float, if it is one.
    pub fn as_f64(&self) -> Option<f64> {
        match self {
            Self::Float64(value) => Some(*value),
            _ => None,
        }
    }

    /// The list, if it is one (bytes are not).
    pub fn as_list(&self) -> Option<&List> {
        match self {
            Self::List(list) => Some(list),
            _ => None,
        }
    }

    /// The map, if it is one of any map type.
    pub fn as_map(&self) -> Option<&Map> {
        match self {
            Self::Map(map) => Some(map),
            _ => None,
        }
    }

    /// The object of type `T`, if it is one.
    pub fn downcast<T: 'static>(&self) -> Option<&T> {
        match self {
            Self::Object(object) => object.as_any().downcast_ref(),
            _ => None,
        }
    }

    /// The items of any slice, bytes as `uint8`; `None` for everything else.
    pub fn items(&self) -> Option<Vec<Value>> {
        match self {
            Self::List(list) => Some(list.to_vec()),
            Self::Bytes(bytes) => Some(bytes.as_bytes().iter().map(|byte| Self::Uint8(*byte)).collect()),
            _ => None,
        }
    }

    /// The methods of the value's type.
    pub fn methods(&self) -> &'static [Method] {
        match self {
            Self::List(list) => list.ty().methods,
            Self::Map(map) => map.ty().methods,
            Self::Object(object) => object.methods(),
            _ => &[],
        }
    }
}

/// Whether dropping the value can lead to further drops.
pub(super) fn nests(value: &Value) -> bool {
    matches!(value, Value::List(_) | Value::Map(_))
}

/// Drops values without recursion, so that a list nested a million times does not exhaust the stack.
pub(super) fn drop_flat(mut values: Vec<Value>) {
    while let Some(value) = values.pop() {
        match value {
            Value::List(list) => list.take_if_last(&mut values),
            Value::Map(map) => map.take_if_last(&mut values),
            _ => {}
        }
    }
}

impl From<bool> for Value {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}

impl From<f64> for Value {
    fn from(value: f64) -> Self {
        Self::Float64(value)
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Str(text.into())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Str(text.into())
    }
}

impl From<Str> for Value {
    fn from(text: Str) -> Self {
        Self::Str(text)
    }
}

impl From<List> for Value {
    fn from(list: List) -> Self {
        Self::List(list)
    }
}

impl From<Map> for Value {
    fn from(map: Map) -> Self {
        Self::Map(map)
    }
}

impl fmt::Debug for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing => f.write_str("Missing"),
            Self::Nil => f.write_str("Nil"),
            Self::Bool(value) => write!(f, "{value}"),
            Self::Int(value) => write!(f, "{value}"),
            Self::Int64(value) => write!(f, "{value}i64"),
            Self::Uint8(value) => write!(f, "{value}u8"),
            Self::Uint64(value) => write!(f, "{value}u64"),
            Self::Float64(value) => write!(f, "{value:?}"),
            Self::Complex(re, im) => write!(f, "({re:?}{im:+?}i)"),
            Self::Str(text) => fmt::Debug::fmt(text, f),
            Self::Bytes(bytes) => write!(f, "b{:?}", bytes.data),
            Self::List(list) => fmt::Debug::fmt(list, f),
            Self::Map(map) => fmt::Debug::fmt(map, f),
            Self::Duration(nanoseconds) => write!(f, "{nanoseconds}ns"),
            Self::Object(object) => write!(f, "{}", object.type_name()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_set_is_seen_through_every_reference() {
        let map = Map::new();
        let other = map.clone();
        map.insert("b", Value::Int(1));
        map.insert("a", Value::Int(2));
        assert_eq!(format!("{other:?}"), r#"map[string]interface {}{"a": 2, "b": 1}"#);
        assert!(other.remove("a").is_some());
        assert!(!map.contains("a"));
    }

    #[test]
    fn a_map_under_another_type_is_the_same_map() {
        let values = Map::of(&super::super::MapType::STRINGS, Vec::new());
        values.with_type(&super::super::MapType::ANY).insert("a", Value::Nil);
        assert!(values.contains("a"));
    }

    #[test]
    fn nil_maps_take_no_keys() {
        let map = Map::nil(&super::super::MapType::STRINGS);
        assert_eq!(map.set("a", Value::Nil), Err("assignment to entry in nil map".into()));
    }

    #[test]
    fn a_million_nested_lists_drop_without_recursion() {
        let mut value = Value::Nil;
        for _ in 0..1_000_000 {
            value = Value::list(vec![value]);
        }
        drop(value);
    }

    #[test]
    fn lazy_entries_are_made_once() {
        struct Two;
        impl LazyMap for Two {
            fn entries(&self) -> Vec<(Str, Value)> {
                vec![("b".into(), Value::Int(1)), ("a".into(), Value::Int(2))]
            }
        }
        let map = Map::lazy(&super::super::MapType::ANY, Box::new(Two));
        map.insert("c", Value::Nil);
        assert_eq!(map.keys(), [Str::from("a"), "b".into(), "c".into()]);
    }

    #[test]
    fn scalars_of_lazy_maps_are_found_before_the_entries_are_made_and_not_after() {
        struct One;
        impl LazyMap for One {
            fn entries(&self) -> Vec<(Str, Value)> {
                vec![("a".into(), Value::Int(1))]
            }
            fn scalar(&self, key: &[u8]) -> Option<Value> {
                (key == b"a").then_some(Value::Int(2))
            }
        }
        let map = Map::lazy(&super::super::MapType::ANY, Box::new(One));
        assert!(matches!(map.get("a"), Some(Value::Int(2))));
        assert_eq!(map.known_len(), 0);
        assert!(map.get("b").is_none());
        assert!(matches!(map.get("a"), Some(Value::Int(1))));
    }

    #[test]
    fn a_value_is_three_words() {
        assert!(size_of::<Value>() <= 24, "{}", size_of::<Value>());
    }
}
