//! Types of values.

use super::table::{ANY, CallCtx, Out, STR, arg, func, text};
use crate::gotmpl::func::Func;
use crate::value::Value;

fn type_of(_: &mut CallCtx<'_>, args: &[Value]) -> Out {
    Ok(Value::from(arg(args, 0).type_name().as_ref()))
}

fn kind_of(_: &mut CallCtx<'_>, args: &[Value]) -> Out {
    Ok(Value::from(arg(args, 0).kind().name()))
}

fn type_is(_: &mut CallCtx<'_>, args: &[Value]) -> Out {
    Ok(Value::Bool(arg(args, 1).type_name().as_bytes() == text(args, 0)))
}

fn type_is_like(_: &mut CallCtx<'_>, args: &[Value]) -> Out {
    let name = arg(args, 1).type_name();
    let wanted = text(args, 0);
    Ok(Value::Bool(
        name.as_bytes() == wanted || name.strip_prefix('*').is_some_and(|name| name.as_bytes() == wanted),
    ))
}

fn kind_is(_: &mut CallCtx<'_>, args: &[Value]) -> Out {
    Ok(Value::Bool(arg(args, 1).kind().name().as_bytes() == text(args, 0)))
}

/// The functions of this family.
pub(crate) const TABLE: &[Func] = &[
    func(
        "kindIs",
        &[STR, ANY],
        kind_is,
        "whether the value is of this kind",
        &[(r#"{{ kindIs "int" 1 }}"#, "true")],
    ),
    func("kindOf", &[ANY], kind_of, "the value's kind", &[("{{ kindOf (list) }}", "slice")]),
    func(
        "typeIs",
        &[STR, ANY],
        type_is,
        "whether the value is of this type",
        &[(r#"{{ typeIs "string" 1 }}"#, "false")],
    ),
    func(
        "typeIsLike",
        &[STR, ANY],
        type_is_like,
        "whether the value is of this type or a pointer to it",
        &[(r#"{{ typeIsLike "string" "a" }}"#, "true")],
    ),
    func("typeOf", &[ANY], type_of, "the value's type", &[("{{ typeOf (list) }}", "[]interface {}")]),
];
