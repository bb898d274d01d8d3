//! [`Node`]: what was read from YAML, JSON or a flag, immutable and cheap to clone.

use std::cell::Cell;
use std::cmp::Ordering;
use std::sync::Arc;

use crate::bytes::short;
use crate::diag::{Place, Source, Span};

/// How a scalar or collection was written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Style {
    /// Unquoted scalar, or nothing was written at all.
    #[default]
    Plain,
    /// `'…'`
    SingleQuoted,
    /// `"…"`
    DoubleQuoted,
    /// `|`
    Literal,
    /// `>`
    Folded,
    /// Indented mapping or sequence.
    Block,
    /// `{…}` or `[…]`
    Flow,
}

/// The data of a [`Node`]. Scalars are typed by go-yaml v2's rules (YAML 1.1 as Helm reads it).
#[derive(Clone, Debug)]
pub enum Data {
    /// `null`, `~` or nothing.
    Null,
    /// A boolean.
    Bool(bool),
    /// A whole number that is kept as one: from `--set`, or read with [`Numbers::Typed`](super::Numbers).
    Int(i64),
    /// A whole number above `i64::MAX`.
    Uint(u64),
    /// Any other number; every number when read as Helm reads values.
    Float(f64),
    /// Text.
    String(Arc<str>),
    /// A list.
    List(Arc<[Node]>),
    /// A map.
    Map(Map),
}

/// One value with the place, style and history it came with. A clone copies a few words and counts references.
#[derive(Clone, Debug)]
pub struct Node {
    data: Data,
    style: Style,
    place: Option<Place>,
    replaced: Option<Arc<Node>>,
}

/// A map's entries in byte order of their keys; a key stands once. A clone counts a reference.
#[derive(Clone, Debug, Default)]
pub struct Map {
    entries: Arc<[Entry]>,
}

/// A key with its place, and its value.
#[derive(Clone, Debug)]
pub struct Entry {
    /// The key as text, typed keys converted as go-yaml v2 does.
    pub key: Arc<str>,
    /// Where the key was written.
    pub place: Option<Place>,
    /// The value.
    pub value: Node,
}

impl Node {
    /// A node without a place.
    #[must_use]
    pub fn new(data: Data) -> Self {
        Self { data, style: Style::Plain, place: None, replaced: None }
    }

    /// A null without a place.
    #[must_use]
    pub fn null() -> Self {
        Self::new(Data::Null)
    }

    /// A text without a place.
    #[must_use]
    pub fn string(text: impl Into<Arc<str>>) -> Self {
        Self::new(Data::String(text.into()))
    }

    /// A map without a place.
    #[must_use]
    pub fn map(map: Map) -> Self {
        Self::new(Data::Map(map))
    }

    /// A list without a place.
    #[must_use]
    pub fn list(items: Vec<Node>) -> Self {
        Self::new(Data::List(items.into()))
    }

    /// The same, written at `span` of `source` in `style`.
    #[must_use]
    pub fn placed(mut self, source: &Source, span: Span, style: Style) -> Self {
        self.place = Some(Place::new(source.clone(), span));
        self.style = style;
        self
    }

    /// The same at a place that is already known.
    #[must_use]
    pub fn with_place(mut self, place: Option<Place>) -> Self {
        self.place = place;
        self
    }

    /// The same, remembering the node it took the place of.
    #[must_use]
    pub fn replacing(mut self, old: Node) -> Self {
        self.replaced = Some(Arc::new(old));
        self
    }

    /// The same place, style and history with other data.
    #[must_use]
    pub fn with_data(&self, data: Data) -> Self {
        Self { data, style: self.style, place: self.place.clone(), replaced: self.replaced.clone() }
    }

    /// The data.
    #[must_use]
    pub fn data(&self) -> &Data {
        &self.data
    }

    /// How it was written.
    #[must_use]
    pub fn style(&self) -> Style {
        self.style
    }

    /// Where it was written; none for nodes that were computed.
    #[must_use]
    pub fn place(&self) -> Option<&Place> {
        self.place.as_ref()
    }

    /// What this node took the place of when values were merged.
    #[must_use]
    pub fn replaced(&self) -> Option<&Node> {
        self.replaced.as_deref()
    }

    /// The scalar's text as the user wrote it, quotes and block marks included; none without a place.
    #[must_use]
    pub fn written(&self) -> Option<&str> {
        self.place.as_ref().map(Place::text)
    }

    /// Whether this is null.
    #[must_use]
    pub fn is_null(&self) -> bool {
        matches!(self.data, Data::Null)
    }

    /// The text, if it is text.
    #[must_use]
    pub fn as_str(&self) -> Option<&str> {
        match &self.data {
            Data::String(text) => Some(text),
            _ => None,
        }
    }

    /// The boolean, if it is one.
    #[must_use]
    pub fn as_bool(&self) -> Option<bool> {
        match self.data {
            Data::Bool(value) => Some(value),
            _ => None,
        }
    }

    /// The whole number, if it is one; a float counts when it has no fraction and fits.
    #[must_use]
    pub fn as_i64(&self) -> Option<i64> {
        match self.data {
            Data::Int(value) => Some(value),
            Data::Uint(value) => i64::try_from(value).ok(),
            // 2^63 itself does not fit, every smaller whole float does.
            #[allow(clippy::cast_possible_truncation, clippy::cast_precision_loss)]
            Data::Float(value)
                if value.fract() == 0.0 && value >= i64::MIN as f64 && value < i64::MAX as f64 =>
            {
                Some(value as i64)
            }
            _ => None,
        }
    }

    /// The map, if it is one.
    #[must_use]
    pub fn as_map(&self) -> Option<&Map> {
        match &self.data {
            Data::Map(map) => Some(map),
            _ => None,
        }
    }

    /// The items, if it is a list.
    #[must_use]
    pub fn as_list(&self) -> Option<&[Node]> {
        match &self.data {
            Data::List(items) => Some(items),
            _ => None,
        }
    }

    /// The value of `key`, if this is a map that has it.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Node> {
        self.as_map().and_then(|map| map.get(key))
    }

    /// The value at a path of keys.
    #[must_use]
    pub fn at_path<'k>(&self, path: impl IntoIterator<Item = &'k str>) -> Option<&Node> {
        path.into_iter().try_fold(self, Node::get)
    }

    /// JSON's name of the kind: null, boolean, number, string, array, object.
    #[must_use]
    pub fn kind_name(&self) -> &'static str {
        match self.data {
            Data::Null => "null",
            Data::Bool(_) => "boolean",
            Data::Int(_) | Data::Uint(_) | Data::Float(_) => "number",
            Data::String(_) => "string",
            Data::List(_) => "array",
            Data::Map(_) => "object",
        }
    }
}

thread_local! {
    /// Levels of trees that are being taken apart.
    static DROPPED_LEVELS: Cell<u32> = const { Cell::new(0) };
}

/// Levels that are taken apart one in the other, which is faster.
const SHALLOW: u32 = 64;

impl Drop for Node {
    /// Deep trees are taken apart in a loop, so that no input can overflow the stack.
    fn drop(&mut self) {
        if !matches!(self.data, Data::List(_) | Data::Map(_)) && self.replaced.is_none() {
            return;
        }
        let level = DROPPED_LEVELS.get();
        if level < SHALLOW {
            DROPPED_LEVELS.set(level + 1);
            self.data = Data::Null;
            self.replaced = None;
            DROPPED_LEVELS.set(level);
            return;
        }
        let mut open = Vec::new();
        self.take_children(&mut open);
        while let Some(mut node) = open.pop() {
            node.take_children(&mut open);
        }
    }
}

impl Node {
    /// Moves the children that nobody else refers to out of this node.
    fn take_children(&mut self, out: &mut Vec<Node>) {
        let is_nested =
            |node: &Node| matches!(node.data, Data::List(_) | Data::Map(_)) || node.replaced.is_some();
        let mut take = |node: &mut Node| {
            if is_nested(node) {
                out.push(std::mem::replace(node, Node::null()));
            }
        };
        match &mut self.data {
            Data::List(items) => Arc::get_mut(items).into_iter().flatten().for_each(&mut take),
            Data::Map(map) => {
                let entries = Arc::get_mut(&mut map.entries).into_iter().flatten();
                entries.for_each(|entry| take(&mut entry.value));
            }
            _ => {}
        }
        if let Some(replaced) = self.replaced.take().and_then(Arc::into_inner) {
            out.push(replaced);
        }
    }
}

impl PartialEq for Node {
    /// Equal data; places, styles and history do not count. `1` and `1.0` are equal.
    fn eq(&self, other: &Self) -> bool {
        #[allow(clippy::cast_precision_loss)]
        fn number(data: &Data) -> Option<f64> {
            match *data {
                Data::Int(value) => Some(value as f64),
                Data::Uint(value) => Some(value as f64),
                Data::Float(value) => Some(value),
                _ => None,
            }
        }
        match (&self.data, &other.data) {
            (Data::Null, Data::Null) => true,
            (Data::Bool(a), Data::Bool(b)) => a == b,
            (Data::Int(a), Data::Int(b)) => a == b,
            (Data::Uint(a), Data::Uint(b)) => a == b,
            (Data::String(a), Data::String(b)) => a == b,
            (Data::List(a), Data::List(b)) => a == b,
            (Data::Map(a), Data::Map(b)) => {
                a.len() == b.len()
                    && a.entries.iter().zip(&*b.entries).all(|(x, y)| x.key == y.key && x.value == y.value)
            }
            (a, b) => matches!((number(a), number(b)), (Some(a), Some(b)) if a == b),
        }
    }
}

impl Entry {
    /// The order of the keys.
    pub(super) fn order(&self, other: &Self) -> Ordering {
        short::order(self.key.as_bytes(), other.key.as_bytes())
    }

    /// Whether its key comes before another's.
    pub(super) fn stands_before(&self, other: &Self) -> bool {
        self.order(other) == Ordering::Less
    }
}

/// Up to so many entries a look at each is quicker than a binary search.
const FEW_ENTRIES: usize = 32;

impl Map {
    /// A map of these entries; of entries with one key the last stays.
    #[must_use]
    pub fn from_entries(mut entries: Vec<Entry>) -> Self {
        if !entries.is_sorted_by(Entry::stands_before) {
            entries.sort_by(Entry::order);
            entries.dedup_by(|later, kept| {
                let same = later.key == kept.key;
                if same {
                    std::mem::swap(later, kept);
                }
                same
            });
        }
        Self { entries: entries.into() }
    }

    /// A map of entries whose keys already stand in byte order, each once.
    pub(crate) fn from_sorted(entries: impl IntoIterator<Item = Entry>) -> Self {
        let entries: Arc<[Entry]> = entries.into_iter().collect();
        debug_assert!(entries.is_sorted_by(Entry::stands_before));
        Self { entries }
    }

    /// Whether this is the very same map, as clones are.
    pub(crate) fn is(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.entries, &other.entries)
    }

    /// The number of entries.
    #[must_use]
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// The entry of `key`.
    #[must_use]
    pub fn entry(&self, key: &str) -> Option<&Entry> {
        if self.entries.len() > FEW_ENTRIES {
            return self.search(key);
        }
        // Most keys differ in their length or in where they begin.
        let (length, first) = (key.len(), key.as_bytes().first());
        let may_be = |entry: &Entry| entry.key.len() == length && entry.key.as_bytes().first() == first;
        let entry = self.entries.iter().find(|entry| may_be(entry))?;
        if short::is(entry.key.as_bytes(), key.as_bytes()) { Some(entry) } else { self.search(key) }
    }

    #[inline(never)] // what it needs is not made ready for those who do without
    fn search(&self, key: &str) -> Option<&Entry> {
        if self.entries.len() <= FEW_ENTRIES {
            return self.entries.iter().find(|entry| short::is(entry.key.as_bytes(), key.as_bytes()));
        }
        let index =
            self.entries.binary_search_by(|entry| short::order(entry.key.as_bytes(), key.as_bytes())).ok()?;
        self.entries.get(index)
    }

    /// The value of `key`.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Node> {
        self.entry(key).map(|entry| &entry.value)
    }

    /// Every entry, in byte order of the keys.
    #[must_use]
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// Sets a key, keeping the order; returns what stood there. All entries are copied: many go to
    /// [`from_entries`](Self::from_entries) together.
    pub fn insert(&mut self, entry: Entry) -> Option<Entry> {
        let found = self.entries.binary_search_by(|old| old.key.cmp(&entry.key));
        let (Ok(at) | Err(at)) = found;
        let (before, after) = self.entries.split_at(at);
        let (old, after) = match (found, after) {
            (Ok(_), [old, after @ ..]) => (Some(old.clone()), after),
            _ => (None, after),
        };
        self.entries = before.iter().cloned().chain([entry]).chain(after.iter().cloned()).collect();
        old
    }

    /// Removes a key; returns what stood there. All entries are copied.
    pub fn remove(&mut self, key: &str) -> Option<Entry> {
        let at = self.entries.binary_search_by(|entry| (*entry.key).cmp(key)).ok()?;
        let (before, after) = self.entries.split_at_checked(at)?;
        let (old, after) = after.split_first()?;
        let old = old.clone();
        self.entries = before.iter().chain(after).cloned().collect();
        Some(old)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(key: &str, value: i64) -> Entry {
        Entry { key: key.into(), place: None, value: Node::new(Data::Int(value)) }
    }

    #[test]
    fn of_entries_with_one_key_the_last_stays() {
        let map = Map::from_entries(vec![entry("b", 1), entry("a", 2), entry("b", 3)]);
        assert_eq!(map.len(), 2);
        assert_eq!(map.get("b"), Some(&Node::new(Data::Int(3))));
        assert_eq!(map.entries().first().map(|e| &*e.key), Some("a"));
    }

    #[test]
    fn every_key_is_found_in_small_maps_and_large_ones() {
        for count in [0, 1, 2, 20, FEW_ENTRIES, FEW_ENTRIES + 1, 99] {
            // Of one length, and alike up to their ends.
            let key = |number: usize| format!("a-long-key-{number:02}");
            let map =
                Map::from_entries((0..count).map(|number| entry(&key(number), number as i64)).collect());
            for number in 0..count {
                assert_eq!(map.get(&key(number)).and_then(Node::as_i64), Some(number as i64), "{count}");
            }
            for other in [key(count).as_str(), "a-long-key-", "b-long-key-00", ""] {
                assert_eq!(map.get(other), None, "{count} {other}");
            }
        }
        let map = Map::from_entries(vec![entry("", 1), entry("ab", 2), entry("ac", 3)]);
        assert_eq!(map.get("").and_then(Node::as_i64), Some(1));
        assert_eq!(map.get("ac").and_then(Node::as_i64), Some(3));
    }

    #[test]
    fn whole_floats_count_as_integers() {
        assert_eq!(Node::new(Data::Float(80.0)).as_i64(), Some(80));
        assert_eq!(Node::new(Data::Float(80.5)).as_i64(), None);
        assert_eq!(Node::new(Data::Float(9.3e18)).as_i64(), None);
    }
}
