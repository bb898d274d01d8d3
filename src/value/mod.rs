//! Values as templates see them: Go's kinds, Go's sharing, Go's map order.
//!
//! This module knows no YAML, no template language and no function. Lists and maps share their storage
//! as in Go: what one reference changes, every other sees; a clone counts a reference. Maps are kept in
//! byte order of their keys, the order in which Go prints and ranges over them.

mod any;
pub(crate) mod budget;
mod kind;
mod list;
mod map;
mod object;
mod room;
mod str;

pub use any::{Bytes, LazyList, LazyMap, Value};
pub use budget::{Limits, MOST_ITEMS, MOST_OUTPUT, MOST_STEPS, MOST_TEXT};
pub use kind::{Elem, Kind, ListType, MapType, Method, Param};
pub use list::List;
pub use map::Map;
pub use object::{JsonView, Object};
pub use room::Room;
pub use str::Str;

/// How deep a walk over a value may go: printing, encoding and comparing stop there with an error or an
/// ellipsis, so a map that holds itself cannot exhaust the stack.
pub const MAX_DEPTH: usize = 1000;
