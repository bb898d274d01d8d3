//! `eq ne lt le gt ge`.

use super::Out;
use crate::go::fmt;
use crate::gotmpl::func::{CallCtx, FuncError};
use crate::value::{Kind, Value};

/// Kinds that compare with each other.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Basic {
    Invalid,
    Bool,
    Complex,
    Int,
    Float,
    String,
    Uint,
}

fn basic(value: &Value) -> Basic {
    match value.kind() {
        Kind::Bool => Basic::Bool,
        Kind::Int | Kind::Int64 => Basic::Int,
        Kind::Uint8 | Kind::Uint64 => Basic::Uint,
        Kind::Float64 => Basic::Float,
        Kind::Complex128 => Basic::Complex,
        Kind::String => Basic::String,
        _ => Basic::Invalid,
    }
}

fn number(value: &Value) -> i128 {
    match value {
        Value::Uint64(number) => i128::from(*number),
        other => i128::from(other.as_i64().unwrap_or(0)),
    }
}

fn is_number(kind: Basic) -> bool {
    matches!(kind, Basic::Int | Basic::Uint)
}

fn incompatible(a: &Value, b: &Value) -> FuncError {
    FuncError::Text(format!("incompatible types for comparison: {} and {}", a.type_name(), b.type_name()))
}

fn equal(a: &Value, b: &Value) -> Result<bool, FuncError> {
    let kinds = (basic(a), basic(b));
    match kinds {
        _ if is_number(kinds.0) && is_number(kinds.1) => Ok(number(a) == number(b)),
        (x, y) if x != y => {
            if a.is_nil() || b.is_nil() {
                Ok(false)
            } else {
                Err(incompatible(a, b))
            }
        }
        (Basic::Bool, _) => Ok(a.as_bool() == b.as_bool()),
        (Basic::Float, _) => Ok(a.as_f64() == b.as_f64()),
        (Basic::String, _) => Ok(a.as_str() == b.as_str()),
        (Basic::Complex, _) => match (a, b) {
            (Value::Complex(re, im), Value::Complex(re2, im2)) => Ok(re == re2 && im == im2),
            _ => Ok(false),
        },
        _ => equal_others(a, b),
    }
}

/// Values of no basic kind: nil equals nil, also that of a map or list; pointers and structs compare.
// Rule: text/template funcs.go, eq and canCompare.
fn equal_others(a: &Value, b: &Value) -> Result<bool, FuncError> {
    if !a.is_nil() && !b.is_nil() && a.kind() != b.kind() {
        return Err(FuncError::Text(format!(
            "non-comparable types {}: {}, {}: {}",
            text(a),
            a.type_name(),
            b.type_name(),
            fmt::to_str(b).text()
        )));
    }
    if is_nil(a) || is_nil(b) {
        return Ok(is_nil(a) == is_nil(b));
    }
    if matches!(b, Value::List(_) | Value::Map(_) | Value::Bytes(_)) {
        return Err(FuncError::Text(format!("non-comparable type {}: {}", text(b), b.type_name())));
    }
    match (a, b) {
        (Value::Object(x), Value::Object(y)) => {
            Ok(std::rc::Rc::ptr_eq(x, y) || x.equals(&**y).unwrap_or(false))
        }
        _ => Ok(false),
    }
}

fn is_nil(value: &Value) -> bool {
    match value {
        Value::List(list) => list.is_nil(),
        Value::Map(map) => map.is_nil(),
        Value::Bytes(bytes) => bytes.is_nil(),
        other => other.is_nil(),
    }
}

fn text(value: &Value) -> String {
    String::from_utf8_lossy(&fmt::sprintf(b"%s", std::slice::from_ref(value))).into_owned()
}

fn less(a: &Value, b: &Value) -> Result<bool, FuncError> {
    const BAD: &str = "invalid type for comparison";
    let kinds = (basic(a), basic(b));
    match kinds {
        (Basic::Invalid, _) | (_, Basic::Invalid) => Err(BAD.into()),
        _ if is_number(kinds.0) && is_number(kinds.1) => Ok(number(a) < number(b)),
        (x, y) if x != y => Err(incompatible(a, b)),
        (Basic::Float, _) => Ok(a.as_f64() < b.as_f64()),
        (Basic::String, _) => Ok(a.as_str() < b.as_str()),
        _ => Err(BAD.into()),
    }
}

fn less_or_equal(a: &Value, b: &Value) -> Result<bool, FuncError> {
    Ok(less(a, b)? || equal(a, b)?)
}

fn pair(args: &[Value]) -> (&Value, &Value) {
    const NONE: &Value = &Value::Missing;
    (args.first().unwrap_or(NONE), args.get(1).unwrap_or(NONE))
}

pub(super) fn eq(_: &mut CallCtx<'_>, args: &[Value]) -> Out {
    let Some((first, others)) = args.split_first().filter(|(_, others)| !others.is_empty()) else {
        return Err("missing argument for comparison".into());
    };
    for other in others {
        if equal(first, other)? {
            return Ok(Value::Bool(true));
        }
    }
    Ok(Value::Bool(false))
}

pub(super) fn ne(_: &mut CallCtx<'_>, args: &[Value]) -> Out {
    let (a, b) = pair(args);
    Ok(Value::Bool(!equal(a, b)?))
}

pub(super) fn lt(_: &mut CallCtx<'_>, args: &[Value]) -> Out {
    let (a, b) = pair(args);
    Ok(Value::Bool(less(a, b)?))
}

pub(super) fn le(_: &mut CallCtx<'_>, args: &[Value]) -> Out {
    let (a, b) = pair(args);
    Ok(Value::Bool(less_or_equal(a, b)?))
}

pub(super) fn gt(_: &mut CallCtx<'_>, args: &[Value]) -> Out {
    let (a, b) = pair(args);
    Ok(Value::Bool(!less_or_equal(a, b)?))
}

pub(super) fn ge(_: &mut CallCtx<'_>, args: &[Value]) -> Out {
    let (a, b) = pair(args);
    Ok(Value::Bool(!less(a, b)?))
}
