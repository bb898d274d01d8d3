//! How the tables of this module are written, and how functions reach their arguments.

use crate::gotmpl::func::{Call, Func, FuncError, OnError, Param};
use crate::host::HostHandle;
use crate::value::{Map, MapType, Str, Value};

pub(super) use crate::gotmpl::func::CallCtx;

/// What a function returns.
pub(super) type Out = Result<Value, FuncError>;
/// Templates with their output.
pub(super) type Examples = &'static [(&'static str, &'static str)];

pub(super) const ANY: Param = Param::Any;
pub(super) const INT: Param = Param::Int;
pub(super) const MAP: Param = Param::Map;
pub(super) const STR: Param = Param::String;

/// Go's panic text for a nil pointer.
pub(super) const NIL_POINTER: &str = "runtime error: invalid memory address or nil pointer dereference";

/// A function of fixed arity that fails on bad input.
pub(super) const fn func(
    name: &'static str,
    params: &'static [Param],
    call: Call,
    doc: &'static str,
    examples: Examples,
) -> Func {
    Func { name, params, variadic: false, call, doc, examples, on_error: OnError::Fail }
}

/// The same with any number of arguments in the place of the last.
pub(super) const fn variadic(func: Func) -> Func {
    Func { variadic: true, ..func }
}

/// The same, documented to return something empty on bad input.
pub(super) const fn or_empty(func: Func) -> Func {
    Func { on_error: OnError::Empty, ..func }
}

/// The same, documented to return the error's text on bad input.
pub(super) const fn or_text(func: Func) -> Func {
    Func { on_error: OnError::Text, ..func }
}

/// The argument at `index`; nil where the signature let it be left out.
pub(super) fn arg(args: &[Value], index: usize) -> &Value {
    const NIL: &Value = &Value::Nil;
    args.get(index).unwrap_or(NIL)
}

/// The string argument at `index`.
pub(super) fn text(args: &[Value], index: usize) -> &[u8] {
    arg(args, index).as_str().map_or(&[], Str::as_bytes)
}

/// The string argument at `index`, as it is shared.
pub(super) fn str_arg(args: &[Value], index: usize) -> &Str {
    const EMPTY: &Str = &Str::EMPTY;
    arg(args, index).as_str().unwrap_or(EMPTY)
}

/// The integer argument at `index`.
pub(super) fn int(args: &[Value], index: usize) -> i64 {
    arg(args, index).as_i64().unwrap_or_default()
}

/// The map argument at `index`; a nil map in place of nil.
pub(super) fn map(args: &[Value], index: usize) -> Map {
    arg(args, index).as_map().cloned().unwrap_or_else(|| Map::nil(&MapType::ANY))
}

/// A string of these bytes.
pub(super) fn string(bytes: impl Into<Vec<u8>>) -> Out {
    Ok(Value::Str(Str::from_bytes(bytes)))
}

/// The host of the execution, told where it is asked if it wants to know.
pub(super) fn host<'c>(ctx: &CallCtx<'c>) -> Result<&'c HostHandle, FuncError> {
    let host: &HostHandle =
        ctx.extension().ok_or_else(|| FuncError::new("no clock and no random numbers in this execution"))?;
    if let Some((place, turn)) = ctx.place() {
        host.enter(&place, turn);
    }
    Ok(host)
}
