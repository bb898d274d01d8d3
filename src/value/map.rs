//! [`Map`]: a Go map with string keys.

use std::cell::{Ref, RefCell};
use std::fmt;
use std::rc::Rc;

use super::any::{drop_flat, nests};
use super::{LazyMap, MapType, Str, Value};
use crate::bytes::short;

/// A Go map with its type. Clones share the entries: `set` and `unset` are seen through every reference.
/// Entries stand in byte order of their keys.
#[derive(Clone)]
pub struct Map {
    ty: &'static MapType,
    store: Rc<Store>,
}

struct Store {
    nil: bool,
    lazy: RefCell<Option<Box<dyn LazyMap>>>,
    entries: RefCell<Vec<(Str, Value)>>,
}

impl Map {
    /// An empty `map[string]interface {}`.
    #[must_use]
    pub fn new() -> Self {
        Self::of(&MapType::ANY, Vec::new())
    }

    /// A map of the given type; of entries with one key the last stays.
    #[must_use]
    pub fn of(ty: &'static MapType, mut entries: Vec<(Str, Value)>) -> Self {
        sort(&mut entries);
        Self::build(ty, false, None, entries)
    }

    /// A map of the given type whose entries stand in byte order of their keys, each key once.
    pub(crate) fn of_sorted(ty: &'static MapType, entries: Vec<(Str, Value)>) -> Self {
        debug_assert!(entries.is_sorted_by(|(a, _), (b, _)| a < b), "{entries:?}");
        Self::build(ty, false, None, entries)
    }

    /// A nil map: empty, `null` in JSON and YAML, and it takes no keys.
    #[must_use]
    pub fn nil(ty: &'static MapType) -> Self {
        Self::build(ty, true, None, Vec::new())
    }

    /// A map whose entries are made when one is first asked for.
    #[must_use]
    pub fn lazy(ty: &'static MapType, source: Box<dyn LazyMap>) -> Self {
        Self::build(ty, false, Some(source), Vec::new())
    }

    fn build(
        ty: &'static MapType,
        nil: bool,
        lazy: Option<Box<dyn LazyMap>>,
        entries: Vec<(Str, Value)>,
    ) -> Self {
        Self { ty, store: Rc::new(Store { nil, lazy: RefCell::new(lazy), entries: RefCell::new(entries) }) }
    }

    /// The same map, its entries shared, under another type: Go's conversion between `common.Values` and
    /// `map[string]interface {}`.
    #[must_use]
    pub fn with_type(&self, ty: &'static MapType) -> Self {
        Self { ty, store: self.store.clone() }
    }

    fn force(&self) {
        let source = self.store.lazy.borrow_mut().take();
        if let Some(source) = source {
            let mut entries = source.entries();
            sort(&mut entries);
            *self.store.entries.borrow_mut() = entries;
        }
    }

    /// The Go type.
    pub fn ty(&self) -> &'static MapType {
        self.ty
    }

    /// Whether this is a nil map.
    pub fn is_nil(&self) -> bool {
        self.store.nil
    }

    /// The entries in byte order of the keys, borrowed; do not call back into templates while they are held.
    pub fn entries(&self) -> Ref<'_, Vec<(Str, Value)>> {
        self.force();
        self.store.entries.borrow()
    }

    /// The entries as they are now; each clone counts a reference.
    pub fn to_vec(&self) -> Vec<(Str, Value)> {
        self.entries().clone()
    }

    /// The number of entries.
    pub fn len(&self) -> usize {
        self.entries().len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.entries().is_empty()
    }

    /// The value of a key.
    pub fn get(&self, key: &str) -> Option<Value> {
        self.get_bytes(key.as_bytes())
    }

    /// The value of a key given as bytes.
    pub fn get_bytes(&self, key: &[u8]) -> Option<Value> {
        if let Some(value) = self.store.lazy.borrow().as_ref().and_then(|source| source.scalar(key)) {
            return Some(value);
        }
        value_of(&self.entries(), key).cloned()
    }

    /// Whether the key is there.
    pub fn contains(&self, key: &str) -> bool {
        value_of(&self.entries(), key.as_bytes()).is_some()
    }

    /// Sets a key, seen through every reference. On a nil map the error is Go's panic text.
    pub fn set(&self, key: impl Into<Str>, value: Value) -> Result<(), String> {
        if self.store.nil {
            return Err("assignment to entry in nil map".into());
        }
        self.insert(key, value);
        Ok(())
    }

    /// Sets a key of a map that is known not to be nil; a nil map stays as it is.
    pub fn insert(&self, key: impl Into<Str>, value: Value) {
        if self.store.nil {
            return;
        }
        self.force();
        let key = key.into();
        let mut entries = self.store.entries.borrow_mut();
        let old = match find(&entries, key.as_bytes()) {
            Ok(index) => entries.get_mut(index).map(|slot| std::mem::replace(&mut slot.1, value)),
            Err(index) => {
                entries.insert(index, (key, value));
                None
            }
        };
        // The old value may own a tree that refers to this map: it is dropped after the borrow ends.
        drop(entries);
        drop(old);
    }

    /// Removes a key, seen through every reference; returns what stood there.
    #[allow(clippy::must_use_candidate)]
    pub fn remove(&self, key: &str) -> Option<Value> {
        self.force();
        let mut entries = self.store.entries.borrow_mut();
        let index = find(&entries, key.as_bytes()).ok()?;
        Some(entries.remove(index).1)
    }

    /// The keys, in byte order.
    pub fn keys(&self) -> Vec<Str> {
        self.entries().iter().map(|(key, _)| key.clone()).collect()
    }

    /// A number that tells this map from every other one that is alive.
    #[must_use]
    pub fn address(&self) -> usize {
        Rc::as_ptr(&self.store).addr()
    }

    /// Whether no other reference to this map is alive.
    pub(crate) fn is_sole(&self) -> bool {
        Rc::strong_count(&self.store) == 1
    }

    /// The number of entries that are made already.
    pub(crate) fn known_len(&self) -> usize {
        self.store.entries.borrow().len()
    }

    /// The bytes of all keys that are made already.
    pub(crate) fn known_keys_len(&self) -> usize {
        self.store.entries.borrow().iter().map(|(key, _)| key.len()).sum()
    }

    /// Whether both are the same map.
    #[must_use]
    pub fn is_same(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.store, &other.store)
    }

    pub(super) fn take_if_last(self, into: &mut Vec<Value>) {
        if let Some(inner) = Rc::into_inner(self.store) {
            into.extend(inner.entries.take().into_iter().map(|(_, value)| value));
        }
    }
}

/// Up to so many entries a look at each is quicker than a binary search.
const FEW_ENTRIES: usize = 16;

fn value_of<'e>(entries: &'e [(Str, Value)], key: &[u8]) -> Option<&'e Value> {
    let entry = if entries.len() <= FEW_ENTRIES {
        entries.iter().find(|(own, _)| short::is(own.as_bytes(), key))
    } else {
        find(entries, key).ok().and_then(|index| entries.get(index))
    };
    entry.map(|(_, value)| value)
}

fn find(entries: &[(Str, Value)], key: &[u8]) -> Result<usize, usize> {
    entries.binary_search_by(|(own, _)| short::order(own.as_bytes(), key))
}

fn sort(entries: &mut Vec<(Str, Value)>) {
    if entries.is_sorted_by(|a, b| a.0 < b.0) {
        return;
    }
    entries.sort_by(|a, b| a.0.cmp(&b.0));
    entries.reverse();
    entries.dedup_by(|a, b| a.0 == b.0);
    entries.reverse();
}

impl Default for Map {
    fn default() -> Self {
        Self::new()
    }
}

impl<K: Into<Str>> FromIterator<(K, Value)> for Map {
    fn from_iter<I: IntoIterator<Item = (K, Value)>>(entries: I) -> Self {
        Self::of(&MapType::ANY, entries.into_iter().map(|(key, value)| (key.into(), value)).collect())
    }
}

impl Drop for Store {
    fn drop(&mut self) {
        let entries = self.entries.get_mut();
        if entries.iter().any(|(_, value)| nests(value)) {
            drop_flat(std::mem::take(entries).into_iter().map(|(_, value)| value).collect());
        }
    }
}

impl fmt::Debug for Map {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.ty().name)?;
        f.debug_map().entries(self.entries().iter().map(|(key, value)| (key, value))).finish()
    }
}
