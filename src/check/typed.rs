//! A second opinion on the kinds ClearML renders: the decoding of k8s-openapi.
//!
//! It knows fields and types from another generator than the walker, and neither required fields nor
//! closed sets. One deserializer over nodes and one decoder per kind keep its share of the program small;
//! what it skips and where it stops are known from the node it looked at last. Types never leave this file.
//!
//! It is read as the API server decodes, where k8s-openapi itself is stricter: null counts as not set, `80.0` is a
//! whole number, line ends inside base64 are skipped.

use std::cell::{Cell, RefCell};
use std::fmt;

use k8s_openapi::api::{apps, core, networking};
use serde::de::value::StrDeserializer;
use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde::forward_to_deserialize_any;

use super::codes;
use super::findings::{Findings, MAX_DEPTH, Warn as _};
use super::object::Object;
use crate::codec::{Data, Entry, Node};

/// What was noticed while decoding.
struct Seen<'n> {
    /// The value that was looked at last: the one to blame when decoding stops.
    last: Cell<&'n Node>,
    /// Values of fields that the type does not have.
    skipped: RefCell<Vec<&'n Node>>,
}

/// What k8s-openapi says of an object: the values it skipped, and where and why it stopped.
pub(super) struct Opinion<'n> {
    pub(super) skipped: Vec<&'n Node>,
    pub(super) stopped: Option<(&'n Node, String)>,
}

/// Decodes an object; none for kinds that ClearML does not render.
pub(super) fn opinion<'o>(object: &'o Object<'_>) -> Option<Opinion<'o>> {
    fn decode<'n, T: serde::Deserialize<'n>>(root: &'n Node) -> Opinion<'n> {
        let seen = Seen { last: Cell::new(root), skipped: RefCell::default() };
        let result = T::deserialize(Reader { node: root, seen: &seen, depth: 0 });
        let stopped = result.err().map(|Fault(reason)| (seen.last.get(), reason));
        Opinion { skipped: seen.skipped.into_inner(), stopped }
    }
    let root = &object.root;
    Some(match (object.api_version.as_str(), object.kind.as_str()) {
        ("v1", "Namespace") => decode::<core::v1::Namespace>(root),
        ("v1", "ServiceAccount") => decode::<core::v1::ServiceAccount>(root),
        ("v1", "Secret") => decode::<core::v1::Secret>(root),
        ("v1", "ConfigMap") => decode::<core::v1::ConfigMap>(root),
        ("v1", "PersistentVolume") => decode::<core::v1::PersistentVolume>(root),
        ("v1", "PersistentVolumeClaim") => decode::<core::v1::PersistentVolumeClaim>(root),
        ("v1", "Service") => decode::<core::v1::Service>(root),
        ("apps/v1", "Deployment") => decode::<apps::v1::Deployment>(root),
        ("networking.k8s.io/v1", "Ingress") => decode::<networking::v1::Ingress>(root),
        _ => return None,
    })
}

/// Warns where k8s-openapi does not take an object whose structure has nothing wrong.
pub(super) fn check(object: &Object<'_>, findings: &mut Findings<'_, '_>) {
    let Some(Opinion { skipped, stopped }) = opinion(object) else { return };
    for node in skipped {
        findings.says(node, codes::SECOND_OPINION, "k8s-openapi does not know this field").warn();
    }
    if let Some((node, reason)) = stopped {
        // The reason may quote what a Secret holds.
        let reason =
            if object.kind == "Secret" { "k8s-openapi does not take this".to_owned() } else { reason };
        findings.says(node, codes::SECOND_OPINION, &reason).warn();
    }
}

#[derive(Debug)]
struct Fault(String);

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Fault {}

impl Error for Fault {
    fn custom<T: fmt::Display>(reason: T) -> Self {
        Self(reason.to_string())
    }
}

/// The one deserializer: over a node.
struct Reader<'n, 's> {
    node: &'n Node,
    seen: &'s Seen<'n>,
    depth: usize,
}

impl<'n> Deserializer<'n> for Reader<'n, '_> {
    type Error = Fault;

    fn deserialize_any<V: Visitor<'n>>(self, visitor: V) -> Result<V::Value, Fault> {
        self.seen.last.set(self.node);
        if self.depth > MAX_DEPTH {
            return Err(Fault("nested too deep".to_owned()));
        }
        match self.node.data() {
            Data::Null => visitor.visit_unit(),
            Data::Bool(value) => visitor.visit_bool(*value),
            Data::Int(value) => visitor.visit_i64(*value),
            Data::Uint(value) => visitor.visit_u64(*value),
            Data::Float(value) => match self.node.as_i64() {
                Some(whole) => visitor.visit_i64(whole),
                None => visitor.visit_f64(*value),
            },
            Data::String(text) => visitor.visit_str(text),
            Data::List(items) => visitor.visit_seq(Items { items: items.iter(), parent: &self }),
            Data::Map(map) => {
                visitor.visit_map(Entries { rest: map.entries().iter(), value: None, parent: &self })
            }
        }
    }

    fn deserialize_option<V: Visitor<'n>>(self, visitor: V) -> Result<V::Value, Fault> {
        if self.node.is_null() { visitor.visit_none() } else { visitor.visit_some(self) }
    }

    fn deserialize_newtype_struct<V: Visitor<'n>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Fault> {
        self.seen.last.set(self.node);
        visitor.visit_newtype_struct(self)
    }

    /// Only bytes in base64 are asked for in this way.
    fn deserialize_str<V: Visitor<'n>>(self, visitor: V) -> Result<V::Value, Fault> {
        self.seen.last.set(self.node);
        match self.node.as_str() {
            Some(text) if text.contains(['\n', '\r']) => visitor.visit_str(&text.replace(['\n', '\r'], "")),
            _ => self.deserialize_any(visitor),
        }
    }

    fn deserialize_ignored_any<V: Visitor<'n>>(self, visitor: V) -> Result<V::Value, Fault> {
        self.seen.skipped.borrow_mut().push(self.node);
        visitor.visit_unit()
    }

    forward_to_deserialize_any! {
        <V: Visitor<'n>>
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char string bytes byte_buf unit unit_struct
        seq tuple tuple_struct map struct enum identifier
    }
}

struct Items<'n, 's, 'p> {
    items: std::slice::Iter<'n, Node>,
    parent: &'p Reader<'n, 's>,
}

impl<'n> SeqAccess<'n> for Items<'n, '_, '_> {
    type Error = Fault;

    fn next_element_seed<T: DeserializeSeed<'n>>(&mut self, seed: T) -> Result<Option<T::Value>, Fault> {
        let Some(node) = self.items.find(|node| !node.is_null()) else { return Ok(None) };
        let reader = Reader { node, seen: self.parent.seen, depth: self.parent.depth + 1 };
        seed.deserialize(reader).map(Some)
    }
}

struct Entries<'n, 's, 'p> {
    rest: std::slice::Iter<'n, Entry>,
    value: Option<&'n Node>,
    parent: &'p Reader<'n, 's>,
}

impl<'n> MapAccess<'n> for Entries<'n, '_, '_> {
    type Error = Fault;

    fn next_key_seed<K: DeserializeSeed<'n>>(&mut self, seed: K) -> Result<Option<K::Value>, Fault> {
        let Some(entry) = self.rest.find(|entry| !entry.value.is_null()) else { return Ok(None) };
        self.value = Some(&entry.value);
        seed.deserialize(StrDeserializer::new(&entry.key)).map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'n>>(&mut self, seed: V) -> Result<V::Value, Fault> {
        let node = self.value.take().ok_or_else(|| Fault("a value before its key".to_owned()))?;
        seed.deserialize(Reader { node, seen: self.parent.seen, depth: self.parent.depth + 1 })
    }
}
