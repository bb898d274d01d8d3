//! Emptiness and choice.

use super::convert::is_empty;
use super::table::{ANY, CallCtx, Out, arg, func, variadic};
use crate::gotmpl::func::{Func, Param};
use crate::value::Value;

fn all(_: &mut CallCtx<'_>, args: &[Value]) -> Out {
    Ok(Value::Bool(!args.iter().any(is_empty)))
}

fn any(_: &mut CallCtx<'_>, args: &[Value]) -> Out {
    Ok(Value::Bool(!args.iter().all(is_empty)))
}

fn coalesce(_: &mut CallCtx<'_>, args: &[Value]) -> Out {
    Ok(args.iter().find(|value| !is_empty(value)).cloned().unwrap_or(Value::Nil))
}

/// Only the first of the further values counts.
fn default(_: &mut CallCtx<'_>, args: &[Value]) -> Out {
    Ok(match args.get(1) {
        Some(value) if !is_empty(value) => value.clone(),
        _ => arg(args, 0).clone(),
    })
}

fn empty(_: &mut CallCtx<'_>, args: &[Value]) -> Out {
    Ok(Value::Bool(is_empty(arg(args, 0))))
}

fn ternary(_: &mut CallCtx<'_>, args: &[Value]) -> Out {
    let index = usize::from(arg(args, 2).as_bool() != Some(true));
    Ok(arg(args, index).clone())
}

/// The functions of this family.
pub(crate) const TABLE: &[Func] = &[
    variadic(func("all", &[ANY], all, "whether no argument is empty", &[(r#"{{ all 1 "a" }}"#, "true")])),
    variadic(func(
        "any",
        &[ANY],
        any,
        "whether some argument is not empty",
        &[(r#"{{ any 0 "" }}"#, "false")],
    )),
    variadic(func(
        "coalesce",
        &[ANY],
        coalesce,
        "the first argument that is not empty",
        &[(r#"{{ coalesce 0 "" "c" }}"#, "c")],
    )),
    variadic(func(
        "default",
        &[ANY, ANY],
        default,
        "the second argument, or the first if that is empty",
        &[(r#"{{ "" | default "d" }}"#, "d")],
    )),
    func(
        "empty",
        &[ANY],
        empty,
        "whether the value is nil, false, zero or has no items",
        &[("{{ empty 0 }}", "true")],
    ),
    func(
        "ternary",
        &[ANY, ANY, Param::Bool],
        ternary,
        "the first argument if the third is true, else the second",
        &[("{{ true | ternary 1 2 }}", "1")],
    ),
];
