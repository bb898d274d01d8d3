//! Go's own template functions.
//!
//! Rule: text/template/funcs.go of Go 1.27.

mod collections;
mod compare;
mod duration;
mod escape;

use super::func::{CallCtx, Func, FuncError, OnError};
use crate::go::fmt;
use crate::value::{Param, Str, Value};

pub(super) use collections::call;
pub(super) use duration::DURATION_METHODS;

type Out = Result<Value, FuncError>;

const fn func(
    name: &'static str,
    params: &'static [Param],
    variadic: bool,
    call: super::func::Call,
    doc: &'static str,
    examples: &'static [(&'static str, &'static str)],
) -> Func {
    Func { name, params, variadic, call, doc, examples, on_error: OnError::Fail }
}

const ONE: &[Param] = &[Param::Value];
const TWO: &[Param] = &[Param::Value, Param::Value];
const ANY: &[Param] = &[Param::Any];

/// The functions of `text/template`, sorted by name.
pub const TABLE: &[Func] = &[
    func("and", TWO, true, unreachable, "the first empty argument, or the last", &[("{{ and 1 0 2 }}", "0")]),
    func("call", TWO, true, unreachable, "the result of calling a function value", &[]),
    func("eq", TWO, true, compare::eq, "whether the first equals any other", &[("{{ eq 1 2 1 }}", "true")]),
    func(
        "ge",
        TWO,
        false,
        compare::ge,
        "whether the first is at least the second",
        &[("{{ ge 2 2 }}", "true")],
    ),
    func("gt", TWO, false, compare::gt, "whether the first is greater", &[("{{ gt 2 1 }}", "true")]),
    func("html", ANY, true, escape::html, "the text escaped for HTML", &[("{{ html \"<\" }}", "&lt;")]),
    func(
        "index",
        TWO,
        true,
        collections::index,
        "an item by index or key",
        &[("{{ index \"abc\" 1 }}", "98")],
    ),
    func("js", ANY, true, escape::js, "the text escaped for JavaScript", &[("{{ js \"'\" }}", "\\'")]),
    func(
        "le",
        TWO,
        false,
        compare::le,
        "whether the first is at most the second",
        &[("{{ le 1 2 }}", "true")],
    ),
    func("len", ONE, false, collections::len, "the length in items or bytes", &[("{{ len \"abc\" }}", "3")]),
    func("lt", TWO, false, compare::lt, "whether the first is less", &[("{{ lt 1 2 }}", "true")]),
    func("ne", TWO, false, compare::ne, "whether the two differ", &[("{{ ne 1 2 }}", "true")]),
    func("not", ONE, false, not, "whether the argument is empty", &[("{{ not 0 }}", "true")]),
    func(
        "or",
        TWO,
        true,
        unreachable,
        "the first argument that is not empty, or the last",
        &[("{{ or 0 2 }}", "2")],
    ),
    func("print", ANY, true, print, "the operands as `%v`", &[("{{ print 1 2 \"a\" }}", "1 2a")]),
    func(
        "printf",
        &[Param::String, Param::Any],
        true,
        printf,
        "the operands formatted by verbs",
        &[("{{ printf \"%03d\" 7 }}", "007")],
    ),
    func("println", ANY, true, println, "the operands, spaces between, and a newline", &[]),
    func(
        "slice",
        TWO,
        true,
        collections::slice,
        "a part of a list or string",
        &[("{{ slice \"abc\" 1 2 }}", "b")],
    ),
    func(
        "urlquery",
        ANY,
        true,
        escape::urlquery,
        "the text escaped for a URL's query",
        &[("{{ urlquery \"a b\" }}", "a+b")],
    ),
];

/// `and`, `or` and `call` need their arguments unevaluated or by name; the executor treats them itself.
fn unreachable(_: &mut CallCtx<'_>, _: &[Value]) -> Out {
    Ok(Value::Missing)
}

fn not(_: &mut CallCtx<'_>, args: &[Value]) -> Out {
    Ok(Value::Bool(!args.first().is_some_and(Value::is_true)))
}

fn print(_: &mut CallCtx<'_>, args: &[Value]) -> Out {
    Ok(Value::Str(Str::from_bytes(fmt::sprint(args))))
}

fn println(_: &mut CallCtx<'_>, args: &[Value]) -> Out {
    Ok(Value::Str(Str::from_bytes(fmt::sprintln(args))))
}

fn printf(_: &mut CallCtx<'_>, args: &[Value]) -> Out {
    let Some((Value::Str(format), operands)) = args.split_first() else {
        return Err("missing format".into());
    };
    Ok(Value::Str(Str::from_bytes(fmt::sprintf(format.as_bytes(), operands))))
}
