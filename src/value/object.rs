//! [`Object`]: Go values that are neither scalars, lists nor maps: structs, pointers, times.

use std::any::Any;
use std::cmp::Ordering;

use super::{Kind, Method, Str, Value};

/// What `encoding/json` makes of an object.
#[derive(Clone, Debug)]
pub enum JsonView {
    /// The encoding of this value stands for the object.
    Value(Value),
    /// A struct: these members in this order.
    Struct(Vec<(&'static str, Value)>),
    /// It cannot be encoded; Go's error text.
    Error(String),
}

/// A Go struct or pointer that templates can hold.
pub trait Object: Any {
    /// Go's name of the type, what `%T` prints: `time.Time`, `*semver.Version`.
    fn type_name(&self) -> &'static str;

    /// `Kind::Struct` or `Kind::Ptr` (or another kind for defined basic types).
    fn kind(&self) -> Kind {
        Kind::Struct
    }

    /// Names of the exported and unexported fields in order of declaration, as `%v` and `%+v` print them.
    fn fields(&self) -> &'static [&'static str] {
        &[]
    }

    /// The value of a field; `None` if there is no such field.
    fn field(&self, _name: &str) -> Option<Value> {
        None
    }

    /// Methods that templates may call.
    fn methods(&self) -> &'static [Method] {
        &[]
    }

    /// The text of `Error()` or `String()`, when the type has one that `fmt` uses.
    fn text(&self) -> Option<Str> {
        None
    }

    /// The text of `GoString()`, which `%#v` prints.
    fn go_text(&self) -> Option<Str> {
        None
    }

    /// Where it leads to, when that is a place in Helm's program that never changes.
    fn address(&self) -> Option<i64> {
        None
    }

    /// Whether this is a pointer to nothing.
    fn is_nil(&self) -> bool {
        false
    }

    /// The text when the value is the operand of an action and its *pointer* has a `String` method that
    /// the value itself lacks.
    fn addressed_text(&self) -> Option<Str> {
        self.text()
    }

    /// Go's `==`; `None` when the values cannot be compared.
    fn equals(&self, _other: &dyn Object) -> Option<bool> {
        None
    }

    /// `reflect.DeepEqual`, which looks at what pointers lead to.
    fn deep_equals(&self, other: &dyn Object) -> bool {
        self.equals(other).unwrap_or(false)
    }

    /// The number, when the type is a defined one of a whole number (`time.Month`).
    fn number(&self) -> Option<i64> {
        None
    }

    /// What Go says of a method that templates cannot call, for what it returns.
    fn refused_method(&self, _name: &str) -> Option<&'static str> {
        None
    }

    /// The value in an `interface {}`, when it then lacks the methods of its pointer.
    fn detached(&self) -> Option<Value> {
        None
    }

    /// What a deep copy makes of it, when that is not the same: unexported fields are not copied.
    fn copied(&self) -> Option<Value> {
        None
    }

    /// Order for sorting functions; `None` when there is none.
    fn order(&self, _other: &dyn Object) -> Option<Ordering> {
        None
    }

    /// What `encoding/json` makes of it. By default a struct of its fields under Go's names.
    fn json(&self) -> JsonView {
        JsonView::Struct(
            self.fields()
                .iter()
                .filter(|name| name.starts_with(char::is_uppercase))
                .filter_map(|name| Some((*name, self.field(name)?)))
                .collect(),
        )
    }

    /// The object itself, for the functions that know its type.
    fn as_any(&self) -> &dyn Any;
}
