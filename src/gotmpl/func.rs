//! Template functions: tables of signatures and code.
//!
//! A family of functions is one sorted `const TABLE: &[Func]`. The executor checks and converts the
//! arguments by the signature, so that a function sees only what Go's would; errors carry no place, the
//! executor adds it.

use std::any::{Any, TypeId};
use std::fmt;
use std::rc::Rc;
use std::sync::Arc;

use super::ast::Tree;
use super::error::ExecError;
use super::exec::Run;
use super::set::Set;
pub use crate::value::Param;
use crate::value::{Str, Value};

/// The code of a function.
pub type Call = fn(&mut CallCtx<'_>, &[Value]) -> Result<Value, FuncError>;

/// One template function.
#[derive(Clone, Copy, Debug)]
pub struct Func {
    /// Name in templates.
    pub name: &'static str,
    /// Parameter types; of a variadic function the last is the type of each further argument.
    pub params: &'static [Param],
    /// Whether the last parameter takes any number of arguments, none included.
    pub variadic: bool,
    /// The code. The number of arguments fits the signature, and so do their types.
    pub call: Call,
    /// What it returns, one line.
    pub doc: &'static str,
    /// Templates with their output.
    pub examples: &'static [(&'static str, &'static str)],
    /// What happens on bad input.
    pub on_error: OnError,
}

impl Func {
    /// A function that fails on bad input; the other methods say what is different.
    #[must_use]
    pub const fn new(name: &'static str, params: &'static [Param], call: Call, doc: &'static str) -> Self {
        Self { name, params, variadic: false, call, doc, examples: &[], on_error: OnError::Fail }
    }

    /// The same, its last parameter taking any number of arguments.
    #[must_use]
    pub const fn variadic(mut self) -> Self {
        self.variadic = true;
        self
    }

    /// The same with examples: templates and their output.
    #[must_use]
    pub const fn examples(mut self, examples: &'static [(&'static str, &'static str)]) -> Self {
        self.examples = examples;
        self
    }

    /// The same with another answer to bad input.
    #[must_use]
    pub const fn on_error(mut self, on_error: OnError) -> Self {
        self.on_error = on_error;
        self
    }
}

/// What a function does on bad input.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum OnError {
    /// It has no bad input, or it fails.
    Fail,
    /// It returns an empty value.
    Empty,
    /// It returns the error's text.
    Text,
}

/// Why a function failed; without a place, which the executor adds.
#[derive(Debug)]
#[non_exhaustive]
pub enum FuncError {
    /// The text of Go's error or panic.
    Text(String),
    /// The template wanted to fail, with these words for people (`fail`, `required`).
    Fail(String),
    /// A template that the function ran failed, and the function adds nothing.
    Exec(Box<ExecError>),
    /// No template has this name; the second is the name of the set it was looked for in.
    Unknown(Str, &'static str),
    /// A text that stands before the error of something the function did (`%w` of Go).
    Wrapped(String, Box<FuncError>),
}

impl FuncError {
    /// An error with this text.
    #[must_use]
    pub fn new(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }

    /// This error with a text before it.
    #[must_use]
    pub fn wrapped(self, prefix: impl Into<String>) -> Self {
        Self::Wrapped(prefix.into(), Box::new(self))
    }
}

impl From<String> for FuncError {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<&str> for FuncError {
    fn from(text: &str) -> Self {
        Self::Text(text.into())
    }
}

impl From<Box<ExecError>> for FuncError {
    fn from(error: Box<ExecError>) -> Self {
        Self::Exec(error)
    }
}

impl fmt::Display for FuncError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) | Self::Fail(text) => f.write_str(text),
            Self::Exec(error) => error.fmt(f),
            Self::Unknown(name, set) => {
                let quote = |name: &[u8]| crate::go::strconv::quote(name);
                let (name, set) = (quote(name.as_bytes()), quote(set.as_bytes()));
                write!(f, "template: no template {name} associated with template {set}")
            }
            Self::Wrapped(prefix, error) => write!(f, "{prefix}{error}"),
        }
    }
}

/// What functions may ask their surroundings for, one value a type: a host with clock and random bytes, the
/// state of a release. Values that change keep their own cells.
#[derive(Default)]
pub struct Extensions(Vec<(TypeId, Box<dyn Any>)>);

impl Extensions {
    /// None.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The same with `value`, in place of an earlier one of its type.
    #[must_use]
    pub fn with<T: 'static>(mut self, value: T) -> Self {
        self.0.retain(|(id, _)| *id != TypeId::of::<T>());
        self.0.push((TypeId::of::<T>(), Box::new(value)));
        self
    }

    /// The value of type `T`.
    pub fn get<T: 'static>(&self) -> Option<&T> {
        let (_, value) = self.0.iter().find(|(id, _)| *id == TypeId::of::<T>())?;
        value.downcast_ref()
    }
}

impl fmt::Debug for Extensions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Extensions({})", self.0.len())
    }
}

/// Among the [`Extensions`], asks an execution to keep the place of every call, for [`CallCtx::place`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeepPlaces;

/// What a function gets beside its arguments.
pub struct CallCtx<'a> {
    extensions: &'a Extensions,
    run: Option<&'a mut Run>,
}

impl<'a> CallCtx<'a> {
    /// A context outside of any template, for trying a function alone.
    #[must_use]
    pub fn detached(extensions: &'a Extensions) -> Self {
        Self { extensions, run: None }
    }

    pub(super) fn inside(extensions: &'a Extensions, run: &'a mut Run) -> Self {
        Self { extensions, run: Some(run) }
    }

    /// The extension of type `T`, if the execution has one.
    pub fn extension<T: 'static>(&self) -> Option<&'a T> {
        self.extensions.get()
    }

    /// The place of this call (the file that is rendered, the expressions of the calls that led here and of this one,
    /// a line each) and how often it was evaluated before. Nothing when the execution keeps no places, and when it is
    /// asked again during one call.
    pub fn place(&self) -> Option<(String, u64)> {
        self.run.as_ref()?.place()
    }

    /// The templates that the calling template can call; empty outside of a template.
    pub fn templates(&self) -> Rc<Set> {
        self.run.as_ref().map_or_else(Rc::default, |run| run.set().clone())
    }

    /// The output of a template, run with `data` inside the current execution.
    pub fn execute(&mut self, set: &Rc<Set>, name: &Str, data: &Value) -> Result<Str, FuncError> {
        match &mut self.run {
            Some(run) => run.nested(set, name, data, self.extensions),
            None => Run::new(set.clone()).nested(set, name, data, self.extensions),
        }
    }
}

impl CallCtx<'_> {
    /// The output of one tree, whatever `set` has under its name; run with `data` inside the current execution, its
    /// calls going to `set`.
    pub fn execute_tree(&mut self, set: &Rc<Set>, tree: &Rc<Tree>, data: &Value) -> Result<Str, FuncError> {
        match &mut self.run {
            Some(run) => run.nested_tree(set, tree, data, self.extensions),
            None => Run::new(set.clone()).nested_tree(set, tree, data, self.extensions),
        }
    }
}

/// Whether this is a word of the language, so that no function of its name can be called.
fn is_word(name: &str) -> bool {
    matches!(
        name,
        "block" | "define" | "else" | "end" | "false" | "if" | "nil" | "range" | "template" | "true" | "with"
    )
}

/// The functions that templates may call, by name; a clone counts a reference.
#[derive(Clone, Debug, Default)]
pub struct FuncMap(Arc<Functions>);

#[derive(Clone, Debug, Default)]
struct Functions {
    all: Vec<&'static Func>,
    /// Hashes of names lead to the places of functions in `all`, counted from 1; a power of two of them, half of them
    /// zeros. A name whose place is taken has the next that is free.
    places: Vec<u16>,
}

impl Functions {
    /// The places to look for a name.
    fn places_of(&self, name: &str) -> impl Iterator<Item = usize> + use<> {
        // Fowler, Noll and Vo's hash.
        let mix = |hash: u32, byte: u8| (hash ^ u32::from(byte)).wrapping_mul(16_777_619);
        let hash = name.bytes().fold(2_166_136_261, mix) as usize;
        let mask = self.places.len().wrapping_sub(1);
        (0..self.places.len()).map(move |step| (hash ^ hash >> 12).wrapping_add(step) & mask)
    }

    /// The function of this name, or the place where it belongs.
    fn find(&self, name: &str) -> Result<&'static Func, usize> {
        for place in self.places_of(name) {
            let index = self.places.get(place).map_or(0, |index| usize::from(*index));
            match index.checked_sub(1).and_then(|index| self.all.get(index)) {
                None => return Err(place),
                Some(func) if func.name == name => return Ok(func),
                Some(_) => {}
            }
        }
        Err(0)
    }
}

impl FuncMap {
    /// The functions of these tables; of functions with one name the last table's counts.
    #[must_use]
    pub fn new(tables: &[&'static [Func]]) -> Self {
        Self::of(tables.iter().rev().flat_map(|table| table.iter()).collect())
    }

    /// Of functions with one name the first counts. Those that nobody could call are left out.
    fn of(functions: Vec<&'static Func>) -> Self {
        let places = vec![0; (2 * functions.len()).next_power_of_two()];
        let mut known = Functions { all: Vec::with_capacity(functions.len()), places };
        for func in functions {
            if !is_word(func.name)
                && let Err(place) = known.find(func.name)
                && let Some(slot) = known.places.get_mut(place)
            {
                known.all.push(func);
                *slot = known.all.len() as u16;
            }
        }
        Self(Arc::new(known))
    }

    /// The same without the functions of these names.
    #[must_use]
    pub fn without(self, names: &[&str]) -> Self {
        Self::of(self.iter().filter(|func| !names.contains(&func.name)).collect())
    }

    /// The function of this name.
    pub fn get(&self, name: &str) -> Option<&'static Func> {
        self.0.find(name).ok()
    }

    /// Every function, in byte order of the names.
    pub fn iter(&self) -> impl Iterator<Item = &'static Func> + '_ {
        let mut sorted = self.0.all.clone();
        sorted.sort_by_key(|func| func.name);
        sorted.into_iter()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(_: &mut CallCtx<'_>, _: &[Value]) -> Result<Value, FuncError> {
        Ok(Value::Int(1))
    }
    fn two(_: &mut CallCtx<'_>, _: &[Value]) -> Result<Value, FuncError> {
        Ok(Value::Int(2))
    }
    const fn func(name: &'static str, call: Call) -> Func {
        Func { name, params: &[], variadic: false, call, doc: "", examples: &[], on_error: OnError::Fail }
    }

    #[test]
    fn of_functions_with_one_name_the_last_table_counts() {
        const A: &[Func] = &[func("a", one), func("b", one)];
        const B: &[Func] = &[func("b", two), func("if", two)];
        let map = FuncMap::new(&[A, B]);
        let extensions = Extensions::new().with(7_u32);
        let mut ctx = CallCtx::detached(&extensions);
        assert_eq!(ctx.extension::<u32>(), Some(&7));
        let called = map.get("b").map(|func| (func.call)(&mut ctx, &[]));
        assert!(matches!(called, Some(Ok(Value::Int(2)))));
        assert_eq!(map.iter().map(|func| func.name).collect::<Vec<_>>(), ["a", "b"]);
        assert!(map.get("if").is_none());
    }
}
