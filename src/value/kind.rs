//! Go's types as far as templates can tell them apart.

use super::{Str, Value};

/// Go's `reflect.Kind`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// No value at all.
    Invalid,
    /// `bool`
    Bool,
    /// `int`
    Int,
    /// `int64`, also of `time.Duration`
    Int64,
    /// `uint8`
    Uint8,
    /// `uint64`
    Uint64,
    /// `float64`
    Float64,
    /// `complex128`
    Complex128,
    /// `string`
    String,
    /// `slice`
    Slice,
    /// `map`
    Map,
    /// `struct`
    Struct,
    /// `ptr`
    Ptr,
    /// `func`
    Func,
}

impl Kind {
    /// Go's name of the kind, what `kindOf` prints.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Invalid => "invalid",
            Self::Bool => "bool",
            Self::Int => "int",
            Self::Int64 => "int64",
            Self::Uint8 => "uint8",
            Self::Uint64 => "uint64",
            Self::Float64 => "float64",
            Self::Complex128 => "complex128",
            Self::String => "string",
            Self::Slice => "slice",
            Self::Map => "map",
            Self::Struct => "struct",
            Self::Ptr => "ptr",
            Self::Func => "func",
        }
    }
}

/// The element type of a list or map.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Elem {
    /// `interface {}`
    Any,
    /// `string`
    String,
    /// `int`
    Int,
    /// `bool`
    Bool,
    /// `[]uint8`
    Bytes,
    /// `[]interface {}`
    AnyList,
    /// `map[string]interface {}`
    AnyMap,
}

impl Elem {
    /// Go's name of the type.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Any => "interface {}",
            Self::String => "string",
            Self::Int => "int",
            Self::Bool => "bool",
            Self::Bytes => "[]uint8",
            Self::AnyList => "[]interface {}",
            Self::AnyMap => "map[string]interface {}",
        }
    }

    /// The zero of the type: what a missing key of such a map gives.
    #[must_use]
    pub fn zero(self) -> Value {
        match self {
            Self::Any => Value::Nil,
            Self::String => Value::Str(Str::EMPTY),
            Self::Int => Value::Int(0),
            Self::Bool => Value::Bool(false),
            Self::Bytes => Value::nil_bytes(),
            Self::AnyList => Value::List(super::List::nil(&ListType::ANY)),
            Self::AnyMap => Value::Map(super::Map::nil(&MapType::ANY)),
        }
    }
}

/// A method of a named type or object: signature and code. The receiver comes first.
#[derive(Debug)]
pub struct Method {
    /// Go's name.
    pub name: &'static str,
    /// Parameter types; of a variadic method the last is the type of each further argument.
    pub params: &'static [Param],
    /// Whether the last parameter takes any number of arguments.
    pub variadic: bool,
    /// The code; the error is the text of Go's error or panic.
    pub call: fn(&Value, &[Value]) -> Result<Value, String>,
}

/// A list type.
#[derive(Debug)]
pub struct ListType {
    /// Go's name: `[]string`, `common.VersionSet`.
    pub name: &'static str,
    /// Element type.
    pub elem: Elem,
    /// Whether the name is a defined one, so that it is not identical to its underlying type.
    pub named: bool,
    /// Methods of a defined type.
    pub methods: &'static [Method],
}

/// A map type; keys are strings.
#[derive(Debug)]
pub struct MapType {
    /// Go's name: `map[string]string`, `common.Values`.
    pub name: &'static str,
    /// Element type.
    pub elem: Elem,
    /// Whether the name is a defined one, so that it is not identical to its underlying type.
    pub named: bool,
    /// Methods of a defined type.
    pub methods: &'static [Method],
}

impl ListType {
    /// `[]interface {}`
    pub const ANY: Self = Self::plain("[]interface {}", Elem::Any);
    /// `[]string`
    pub const STRINGS: Self = Self::plain("[]string", Elem::String);
    /// `[]int`
    pub const INTS: Self = Self::plain("[]int", Elem::Int);
    /// `[][]interface {}`
    pub const LISTS: Self = Self::plain("[][]interface {}", Elem::AnyList);
    /// `[]map[string]interface {}`
    pub const MAPS: Self = Self::plain("[]map[string]interface {}", Elem::AnyMap);

    const fn plain(name: &'static str, elem: Elem) -> Self {
        Self { name, elem, named: false, methods: &[] }
    }

    /// The underlying type's name: `[]string` of `common.VersionSet`.
    #[must_use]
    pub fn underlying(&self) -> &'static str {
        match self.elem {
            _ if !self.named => self.name,
            Elem::Any => "[]interface {}",
            Elem::String => "[]string",
            Elem::Int => "[]int",
            Elem::Bool => "[]bool",
            Elem::Bytes => "[][]uint8",
            Elem::AnyList => "[][]interface {}",
            Elem::AnyMap => "[]map[string]interface {}",
        }
    }
}

impl MapType {
    /// `map[string]interface {}`
    pub const ANY: Self = Self::plain("map[string]interface {}", Elem::Any);
    /// `map[string]string`
    pub const STRINGS: Self = Self::plain("map[string]string", Elem::String);

    const fn plain(name: &'static str, elem: Elem) -> Self {
        Self { name, elem, named: false, methods: &[] }
    }

    /// The underlying type's name: `map[string]interface {}` of `common.Values`.
    #[must_use]
    pub fn underlying(&self) -> &'static str {
        match self.elem {
            _ if !self.named => self.name,
            Elem::Any => "map[string]interface {}",
            Elem::String => "map[string]string",
            Elem::Int => "map[string]int",
            Elem::Bool => "map[string]bool",
            Elem::Bytes => "map[string][]uint8",
            Elem::AnyList => "map[string][]interface {}",
            Elem::AnyMap => "map[string]map[string]interface {}",
        }
    }
}

/// The Go type of a parameter; it decides which arguments are taken and how a refusal reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Param {
    /// `interface {}`: anything; a missing value arrives as [`Value::Nil`].
    Any,
    /// `reflect.Value`: anything; a missing value arrives as [`Value::Missing`]. Go's own builtins only.
    Value,
    /// `string`
    String,
    /// `bool`
    Bool,
    /// `int`
    Int,
    /// `int64`
    Int64,
    /// `uint32`; it arrives as [`Value::Uint64`]
    Uint32,
    /// `float64`
    Float64,
    /// `map[string]interface {}`, also `common.Values`
    Map,
    /// `map[string]string`
    StringMap,
    /// `[]interface {}`
    List,
    /// `[]string`
    Strings,
    /// `[]uint8`
    Bytes,
    /// An object whose type has this name: `time.Time`, `*semver.Version`, `sprig.certificate`.
    Object(&'static str),
}

impl Param {
    /// Go's name of the type.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Any => "interface {}",
            Self::Value => "reflect.Value",
            Self::String => "string",
            Self::Bool => "bool",
            Self::Int => "int",
            Self::Int64 => "int64",
            Self::Uint32 => "uint32",
            Self::Float64 => "float64",
            Self::Map => "map[string]interface {}",
            Self::StringMap => "map[string]string",
            Self::List => "[]interface {}",
            Self::Strings => "[]string",
            Self::Bytes => "[]uint8",
            Self::Object(name) => name,
        }
    }
}
