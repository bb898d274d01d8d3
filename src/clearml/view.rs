//! [`View`]: what a template sees of the settings: text, numbers, lists and maps, each scalar with the
//! values it came from. A name a view does not have is an error; a part that is off is [`View::absent`].

use std::sync::Arc;

use minijinja::Value;
use minijinja::value::{Enumerator, Object, ObjectRepr};

use super::path::join;
use super::words::Words;
use crate::bytes::short;
use crate::codec::{Data, Node};
use crate::trace::{Origin, Role};

/// How deep a tree given by the user may nest; Kubernetes has nothing deeper than about twenty.
pub(crate) const MAX_DEPTH: usize = 100;

/// One part of what a template may print or ask for. A clone copies a few words and counts references.
#[derive(Clone, Debug)]
pub(crate) struct View {
    pub(crate) shape: Shape,
    /// Shared with what is noted about the bytes that it is printed as.
    pub(crate) origins: Arc<[Origin]>,
}

/// The kinds of view.
#[derive(Clone, Debug)]
pub(crate) enum Shape {
    /// Not set: false in a condition, an error when printed.
    Absent,
    /// Text, always printed so that it stays text.
    Text(Words),
    /// A number or boolean, printed as it is.
    Bare(Words),
    /// A boolean: printed bare, and true or false in a condition.
    Flag(bool),
    /// A list; empty is false in a condition.
    List(Arc<[View]>),
    /// A map in the order given; empty is false in a condition.
    Map(Arc<[(Words, View)]>),
}

impl View {
    pub(crate) fn new(shape: Shape) -> Self {
        Self { shape, origins: Arc::default() }
    }

    pub(crate) fn absent() -> Self {
        Self::new(Shape::Absent)
    }

    pub(crate) fn text(text: impl Into<Words>) -> Self {
        Self::new(Shape::Text(text.into()))
    }

    pub(crate) fn int(number: i64) -> Self {
        Self::new(Shape::Bare(number.to_string().into()))
    }

    pub(crate) fn flag(value: bool) -> Self {
        Self::new(Shape::Flag(value))
    }

    pub(crate) fn list(items: impl IntoIterator<Item = View>) -> Self {
        Self::new(Shape::List(items.into_iter().collect()))
    }

    pub(crate) fn map<K: Into<Words>>(entries: impl IntoIterator<Item = (K, View)>) -> Self {
        Self::new(Shape::Map(entries.into_iter().map(|(key, view)| (key.into(), view)).collect()))
    }

    /// The same, made from these values.
    pub(crate) fn from(mut self, origins: impl IntoIterator<Item = Origin>) -> Self {
        self.add(origins.into_iter());
        self
    }

    /// The same, there because of these values.
    pub(crate) fn because(mut self, origins: impl IntoIterator<Item = Origin>) -> Self {
        self.add(origins.into_iter().map(|origin| Origin { role: Role::Control, ..origin }));
        self
    }

    fn add(&mut self, origins: impl Iterator<Item = Origin>) {
        let mut origins = origins.peekable();
        if origins.peek().is_none() {
            return;
        }
        self.origins = if self.origins.is_empty() {
            origins.collect()
        } else {
            self.origins.iter().cloned().chain(origins).collect()
        };
    }

    /// A tree the user gave, every leaf with its own place, and path when the tree has one. Nulls are left out, as an
    /// API server leaves them out; a tree deeper than [`MAX_DEPTH`] is cut there.
    pub(crate) fn tree(node: &Node, path: Option<&str>) -> Self {
        Self::tree_at(node, path, 0)
    }

    fn tree_at(node: &Node, path: Option<&str>, depth: usize) -> Self {
        if depth > MAX_DEPTH {
            return Self::absent();
        }
        match node.data() {
            Data::Map(map) => {
                Self::map(map.entries().iter().filter(|entry| !entry.value.is_null()).map(|entry| {
                    let path = path.map(|path| join(path, &entry.key));
                    (entry.key.clone(), Self::tree_at(&entry.value, path.as_deref(), depth + 1))
                }))
            }
            Data::List(items) => Self::list(
                items.iter().enumerate().filter(|(_, item)| !item.is_null()).map(|(index, item)| {
                    let path = path.map(|path| format!("{path}[{index}]"));
                    Self::tree_at(item, path.as_deref(), depth + 1)
                }),
            ),
            _ => Self::scalar(node).from(path.map(|path| origin(path, node))),
        }
    }

    fn scalar(node: &Node) -> Self {
        match node.data() {
            Data::String(text) => Self::text(text.clone()),
            Data::Bool(value) => Self::flag(*value),
            Data::Int(number) => Self::int(*number),
            Data::Uint(number) => Self::new(Shape::Bare(number.to_string().into())),
            Data::Float(number) => Self::new(Shape::Bare(number.to_string().into())),
            Data::Null | Data::List(_) | Data::Map(_) => Self::absent(),
        }
    }

    pub(crate) fn is_present(&self) -> bool {
        match &self.shape {
            Shape::Absent => false,
            Shape::Flag(value) => *value,
            Shape::Text(_) | Shape::Bare(_) => true,
            Shape::List(items) => !items.is_empty(),
            Shape::Map(entries) => !entries.is_empty(),
        }
    }

    /// The entry of a map.
    pub(crate) fn get(&self, key: &str) -> Option<&View> {
        match &self.shape {
            Shape::Map(entries) => entries
                .iter()
                .find(|(name, _)| short::is(name.as_bytes(), key.as_bytes()))
                .map(|(_, view)| view),
            _ => None,
        }
    }

    /// Every origin in it, its own first.
    pub(crate) fn all_origins(&self, into: &mut Vec<Origin>) {
        into.extend(self.origins.iter().cloned());
        match &self.shape {
            Shape::List(items) => items.iter().for_each(|item| item.all_origins(into)),
            Shape::Map(entries) => entries.iter().for_each(|(_, view)| view.all_origins(into)),
            _ => {}
        }
    }
}

/// A value that text is made from.
pub(crate) fn origin(path: impl Into<Arc<str>>, node: &Node) -> Origin {
    Origin { path: path.into(), value: node.clone(), role: Role::Data }
}

impl Object for View {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        match self.shape {
            Shape::Map(_) => ObjectRepr::Map,
            Shape::List(_) => ObjectRepr::Seq,
            _ => ObjectRepr::Plain,
        }
    }

    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        match &self.shape {
            Shape::List(items) => items.get(key.as_usize()?).cloned().map(Value::from_object),
            _ => self.get_value_by_str(key.as_str()?),
        }
    }

    fn get_value_by_str(self: &Arc<Self>, key: &str) -> Option<Value> {
        self.get(key).cloned().map(Value::from_object)
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        match &self.shape {
            Shape::List(items) => Enumerator::Seq(items.len()),
            _ => Enumerator::NonEnumerable,
        }
    }

    fn is_true(self: &Arc<Self>) -> bool {
        self.is_present()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_floats_print_without_a_point_and_nulls_are_left_out() {
        let node = Node::list(vec![Node::new(Data::Float(80.0)), Node::null(), Node::string("a")]);
        let View { shape: Shape::List(items), .. } = View::tree(&node, Some("x")) else { panic!("a list") };
        assert_eq!(items.len(), 2);
        assert!(matches!(&items[0].shape, Shape::Bare(text) if &**text == "80"));
        assert_eq!(&*items[1].origins[0].path, "x[2]");
    }
}
