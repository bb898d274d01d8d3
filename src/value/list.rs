//! [`List`]: a Go slice.

use std::cell::{Cell, Ref, RefCell};
use std::fmt;
use std::rc::Rc;

use super::any::{drop_flat, nests};
use super::{LazyList, ListType, Room, Value};

/// A Go slice with its type. Clones share the items; whoever appends makes a new list.
#[derive(Clone)]
pub struct List {
    ty: &'static ListType,
    store: Rc<Store>,
}

struct Store {
    nil: bool,
    room: Cell<Room>,
    /// The slice it is a part of, which is no part itself, and where it begins there.
    whole: Option<Box<(List, usize)>>,
    lazy: RefCell<Option<Box<dyn LazyList>>>,
    items: RefCell<Vec<Value>>,
}

impl List {
    /// A `[]interface {}` of these items.
    #[must_use]
    pub fn new(items: Vec<Value>) -> Self {
        Self::of(&ListType::ANY, items)
    }

    /// A list of the given type; every item must be of its element type.
    #[must_use]
    pub fn of(ty: &'static ListType, items: Vec<Value>) -> Self {
        Self::build(ty, false, None, items)
    }

    /// A nil slice: empty, and `null` in JSON and YAML.
    #[must_use]
    pub fn nil(ty: &'static ListType) -> Self {
        Self::build(ty, true, None, Vec::new())
    }

    /// A `[]interface {}` whose items are made when one is first asked for.
    #[must_use]
    pub fn lazy(source: Box<dyn LazyList>) -> Self {
        Self::build(&ListType::ANY, false, Some(source), Vec::new()).with_room(Room::Grown(0))
    }

    /// The same list, after it was said how its items came into it.
    #[must_use]
    pub fn with_room(self, room: Room) -> Self {
        self.store.room.set(room);
        self
    }

    /// How its items came into it.
    pub fn room(&self) -> Room {
        self.store.room.get()
    }

    /// How many items its slice has room for in Go.
    fn capacity(&self) -> usize {
        let len = self.len();
        self.store.room.get().capacity(self.ty.elem, len)
    }

    /// The items from `start` up to `end`, which may go on into the room behind them: into what the list was cut out of,
    /// and what Go allocated beyond. Nothing when there is not so much.
    // Rule: Go 1.27 reflect/value.go, Slice.
    #[must_use]
    pub fn part(&self, start: usize, end: usize) -> Option<Self> {
        let (whole, at) = self.store.whole.as_deref().map_or((self, 0), |(whole, at)| (whole, *at));
        let room = whole.capacity() - at;
        if start > end || end > room {
            return None;
        }
        let own = self.items();
        let mut items = own.get(start..end.min(own.len())).unwrap_or_default().to_vec();
        drop(own);
        let more = (start + items.len()..end).map(|index| whole.get(at + index));
        items.extend(more.map(|item| item.unwrap_or_else(|| self.ty.elem.zero())));
        let whole = (end < room).then(|| Box::new((whole.clone(), at + start)));
        let mut part = Self::of(self.ty, items);
        if let (Some(whole), Some(store)) = (whole, Rc::get_mut(&mut part.store)) {
            store.whole = Some(whole);
        }
        Some(part)
    }

    fn build(ty: &'static ListType, nil: bool, lazy: Option<Box<dyn LazyList>>, items: Vec<Value>) -> Self {
        Self {
            ty,
            store: Rc::new(Store {
                nil,
                room: Cell::new(Room::Exact),
                whole: None,
                lazy: RefCell::new(lazy),
                items: RefCell::new(items),
            }),
        }
    }

    /// The same list, its items shared, under another type: Go's conversion between a defined list type and
    /// its underlying type.
    #[must_use]
    pub fn with_type(&self, ty: &'static ListType) -> Self {
        Self { ty, store: self.store.clone() }
    }

    /// A `[]string`.
    #[must_use]
    pub fn strings<S: Into<super::Str>>(items: impl IntoIterator<Item = S>) -> Self {
        Self::of(&ListType::STRINGS, items.into_iter().map(|item| Value::Str(item.into())).collect())
    }

    fn force(&self) {
        let source = self.store.lazy.borrow_mut().take();
        if let Some(source) = source {
            *self.store.items.borrow_mut() = source.items();
        }
    }

    /// The Go type.
    pub fn ty(&self) -> &'static ListType {
        self.ty
    }

    /// Whether this is a nil slice.
    pub fn is_nil(&self) -> bool {
        self.store.nil
    }

    /// The items, borrowed; do not call back into templates while they are held.
    pub fn items(&self) -> Ref<'_, Vec<Value>> {
        self.force();
        self.store.items.borrow()
    }

    /// The items as they are now; each clone counts a reference.
    pub fn to_vec(&self) -> Vec<Value> {
        self.items().clone()
    }

    /// The number of items.
    pub fn len(&self) -> usize {
        self.items().len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.items().is_empty()
    }

    /// The item at `index`.
    pub fn get(&self, index: usize) -> Option<Value> {
        self.items().get(index).cloned()
    }

    /// Changes the items in place, seen through every reference (`sortAlpha` on a `[]string`).
    pub fn update(&self, change: impl FnOnce(&mut Vec<Value>)) {
        self.force();
        change(&mut self.store.items.borrow_mut());
    }

    /// A number that tells this slice from every other one that is alive.
    #[must_use]
    pub fn address(&self) -> usize {
        Rc::as_ptr(&self.store).addr()
    }

    /// Whether no other reference to this slice is alive.
    pub(crate) fn is_sole(&self) -> bool {
        Rc::strong_count(&self.store) == 1
    }

    /// The number of items that are made already.
    pub(crate) fn known_len(&self) -> usize {
        self.store.items.borrow().len()
    }

    /// Whether both are the same slice.
    #[must_use]
    pub fn is_same(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.store, &other.store)
    }

    pub(super) fn take_if_last(self, into: &mut Vec<Value>) {
        if let Some(inner) = Rc::into_inner(self.store) {
            into.append(&mut inner.items.take());
        }
    }
}

impl Drop for Store {
    fn drop(&mut self) {
        let items = self.items.get_mut();
        if items.iter().any(nests) {
            drop_flat(std::mem::take(items));
        }
    }
}

impl fmt::Debug for List {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.ty().name)?;
        f.debug_list().entries(self.items().iter()).finish()
    }
}
