//! A schema as it is validated with.

use std::cell::OnceCell;
use std::collections::BTreeMap;
use std::sync::Arc;

use crate::codec::{Data, Node};
use crate::go::regexp::Regexp;

use super::decimal::Decimal;
use super::draft::Draft;
use super::format::Format;

/// Which schema of a [`Model`].
pub(super) type Id = usize;

/// Every schema that can be reached from the one asked for.
#[derive(Default)]
pub(super) struct Model {
    pub(super) schemas: Vec<Schema>,
}

/// One schema; what most schemas do not have is boxed.
#[derive(Default)]
pub(super) struct Schema {
    /// `file:///values.schema.json#/properties/a`
    pub(super) location: String,
    pub(super) draft: Draft,
    /// The schema with an `$id` of its own that this one belongs to.
    pub(super) resource: Id,
    pub(super) boolean: Option<bool>,
    pub(super) types: Types,
    pub(super) constant: Option<Node>,
    pub(super) enumeration: Option<Arc<[Node]>>,
    pub(super) format: Option<Format>,
    pub(super) reference: Option<Id>,
    pub(super) object: Option<Box<ObjectRules>>,
    pub(super) list: Option<Box<ListRules>>,
    pub(super) text: Option<Box<TextRules>>,
    pub(super) number: Option<Box<NumberRules>>,
    pub(super) logic: Option<Box<Logic>>,
    pub(super) dynamic: Option<Box<Dynamic>>,
    pub(super) unevaluated_properties: Option<Id>,
    pub(super) unevaluated_items: Option<Id>,
    pub(super) all_properties_evaluated: bool,
    pub(super) all_items_evaluated: bool,
    pub(super) items_evaluated: usize,
}

#[derive(Default)]
pub(super) struct ObjectRules {
    pub(super) min: Option<i64>,
    pub(super) max: Option<i64>,
    pub(super) required: Vec<Arc<str>>,
    pub(super) dependencies: Vec<(Arc<str>, Dependency)>,
    pub(super) properties: BTreeMap<Arc<str>, Id>,
    pub(super) patterns: Vec<(Pattern, Id)>,
    pub(super) additional: Option<Additional>,
    pub(super) names: Option<Id>,
    pub(super) dependent_schemas: Vec<(Arc<str>, Id)>,
    pub(super) dependent_required: Vec<(Arc<str>, Vec<Arc<str>>)>,
}

pub(super) enum Dependency {
    Names(Vec<Arc<str>>),
    Schema(Id),
}

#[derive(Clone, Copy)]
pub(super) enum Additional {
    Allowed(bool),
    Schema(Id),
}

#[derive(Default)]
pub(super) struct ListRules {
    pub(super) min: Option<i64>,
    pub(super) max: Option<i64>,
    pub(super) unique: bool,
    /// `prefixItems`, or `items` that is a list.
    pub(super) first: Vec<Id>,
    /// `items` behind `prefixItems`, or `items` that is one schema.
    pub(super) rest: Option<Id>,
    pub(super) additional: Option<Additional>,
    pub(super) contains: Option<Id>,
    pub(super) min_contains: Option<i64>,
    pub(super) max_contains: Option<i64>,
}

#[derive(Default)]
pub(super) struct TextRules {
    pub(super) min: Option<i64>,
    pub(super) max: Option<i64>,
    pub(super) pattern: Option<Pattern>,
}

#[derive(Default)]
pub(super) struct NumberRules {
    pub(super) min: Option<Decimal>,
    pub(super) max: Option<Decimal>,
    pub(super) above: Option<Decimal>,
    pub(super) below: Option<Decimal>,
    pub(super) multiple_of: Option<Decimal>,
}

#[derive(Default)]
pub(super) struct Logic {
    pub(super) not: Option<Id>,
    pub(super) all_of: Vec<Id>,
    pub(super) any_of: Vec<Id>,
    pub(super) one_of: Vec<Id>,
    pub(super) condition: Option<Id>,
    pub(super) then: Option<Id>,
    pub(super) otherwise: Option<Id>,
}

#[derive(Default)]
pub(super) struct Dynamic {
    pub(super) recursive_reference: Option<Id>,
    pub(super) recursive_anchor: bool,
    /// Target and anchor of `$dynamicRef`.
    pub(super) reference: Option<(Id, Option<String>)>,
    pub(super) anchor: Option<String>,
    /// Of a resource: its dynamic anchors.
    pub(super) anchors: BTreeMap<String, Id>,
}

/// A pattern that is compiled when it is first matched; it was checked before.
pub(super) struct Pattern {
    pub(super) text: Arc<str>,
    compiled: OnceCell<Option<Regexp>>,
}

impl Pattern {
    pub(super) fn new(text: &str) -> Self {
        Self { text: text.into(), compiled: OnceCell::new() }
    }

    pub(super) fn is_match(&self, text: &str) -> bool {
        let compiled = self.compiled.get_or_init(|| Regexp::new(self.text.as_bytes()).ok());
        compiled.as_ref().is_some_and(|pattern| pattern.is_match(text.as_bytes()))
    }
}

/// A set of JSON's types.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Types(u8);

impl Types {
    /// In the order messages name them.
    const NAMES: [&'static str; 7] = ["null", "boolean", "number", "integer", "string", "array", "object"];

    pub(super) fn of(node: &Node) -> Self {
        Self(match node.data() {
            Data::Null => 1,
            Data::Bool(_) => 2,
            Data::Int(_) | Data::Uint(_) | Data::Float(_) => 4,
            Data::String(_) => 16,
            Data::List(_) => 32,
            Data::Map(_) => 64,
        })
    }

    /// What the value of `type` names.
    pub(super) fn named(node: &Node) -> Self {
        let names = match node.data() {
            Data::List(items) => items,
            _ => std::slice::from_ref(node),
        };
        let bit =
            |name: &str| Self::NAMES.iter().position(|known| *known == name).map_or(0, |index| 1 << index);
        Self(names.iter().filter_map(Node::as_str).fold(0, |bits, name| bits | bit(name)))
    }

    pub(super) fn is_empty(self) -> bool {
        self.0 == 0
    }

    pub(super) fn has(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    pub(super) fn has_integer(self) -> bool {
        self.0 & 8 != 0
    }

    pub(super) fn names(self) -> Vec<&'static str> {
        Self::NAMES
            .iter()
            .enumerate()
            .filter(|(bit, _)| self.0 & (1 << bit) != 0)
            .map(|(_, name)| *name)
            .collect()
    }
}
