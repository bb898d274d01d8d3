//! `index slice len call`.

use super::Out;
use crate::gotmpl::func::{CallCtx, FuncError};
use crate::value::{Kind, List, Str, Value};

const NO_VALUE: &str = "reflect: call of reflect.Value.Type on zero Value";

/// The position an index means; one past the end is let through, as in Go.
fn position(index: &Value, len: usize) -> Result<usize, FuncError> {
    let number = match index {
        Value::Uint64(number) => *number as i64,
        other => match other.as_i64() {
            Some(number) => number,
            None if index.is_nil() => return Err("cannot index slice/array with nil".into()),
            None => return Err(format!("cannot index slice/array with type {}", index.type_name()).into()),
        },
    };
    usize::try_from(number)
        .ok()
        .filter(|position| *position <= len)
        .ok_or_else(|| FuncError::Text(format!("index out of range: {number}")))
}

fn map_key(index: &Value) -> Result<&Str, FuncError> {
    match index {
        Value::Str(key) => Ok(key),
        _ if index.is_nil() => Err("value is nil; should be of type string".into()),
        _ => Err(format!("value has type {}; should be string", index.type_name()).into()),
    }
}

pub(super) fn index(_: &mut CallCtx<'_>, args: &[Value]) -> Out {
    let Some((first, indexes)) = args.split_first().filter(|(first, _)| !first.is_nil()) else {
        return Err("index of untyped nil".into());
    };
    let mut item = first.clone();
    for index in indexes {
        item = match &item {
            Value::Missing | Value::Nil => return Err("index of nil pointer".into()),
            Value::List(list) => list
                .get(position(index, list.len())?)
                .ok_or_else(|| FuncError::from("reflect: slice index out of range"))?,
            Value::Bytes(bytes) => byte(bytes, index, "reflect: slice index out of range")?,
            Value::Str(text) => byte(text, index, "reflect: string index out of range")?,
            Value::Map(map) => {
                let key = map_key(index)?;
                map.get_bytes(key.as_bytes()).unwrap_or_else(|| map.ty().elem.zero())
            }
            other => return Err(format!("can't index item of type {}", other.type_name()).into()),
        };
    }
    Ok(item)
}

fn byte(text: &Str, index: &Value, past_end: &str) -> Out {
    let position = position(index, text.len())?;
    text.as_bytes().get(position).map(|byte| Value::Uint8(*byte)).ok_or_else(|| past_end.into())
}

pub(super) fn slice(_: &mut CallCtx<'_>, args: &[Value]) -> Out {
    let Some((item, indexes)) = args.split_first().filter(|(first, _)| !first.is_nil()) else {
        return Err("slice of untyped nil".into());
    };
    if indexes.len() > 3 {
        return Err(format!("too many slice indexes: {}", indexes.len()).into());
    }
    let len = match item {
        Value::Str(_) if indexes.len() == 3 => return Err("cannot 3-index slice a string".into()),
        Value::Str(text) => text.len(),
        Value::Bytes(bytes) => bytes.len(),
        Value::List(list) => list.len(),
        other => return Err(format!("can't slice item of type {}", other.type_name()).into()),
    };
    let mut bounds = [0, len, len];
    for (slot, index) in bounds.iter_mut().zip(indexes) {
        *slot = position(index, len)?;
    }
    let [start, end, limit] = bounds;
    if start > end {
        return Err(format!("invalid slice index: {start} > {end}").into());
    }
    if end > limit {
        return Err(format!("invalid slice index: {end} > {limit}").into());
    }
    Ok(match item {
        Value::Str(text) => Value::Str(text.slice(start, end)),
        Value::Bytes(bytes) => Value::bytes(bytes.slice(start, end)),
        Value::List(list) => {
            let items = list.items().get(start..end).unwrap_or_default().to_vec();
            Value::List(List::of(list.ty(), items))
        }
        _ => Value::Missing,
    })
}

pub(super) fn len(_: &mut CallCtx<'_>, args: &[Value]) -> Out {
    let len = match args.first() {
        None | Some(Value::Missing) => return Err(NO_VALUE.into()),
        Some(Value::Nil) => return Err("len of nil pointer".into()),
        Some(Value::Str(text)) => text.len(),
        Some(Value::Bytes(bytes)) => bytes.len(),
        Some(Value::List(list)) => list.len(),
        Some(Value::Map(map)) => map.len(),
        Some(other) => {
            return Err(format!("len of type {}", other.type_name().trim_start_matches('*')).into());
        }
    };
    Ok(Value::Int(i64::try_from(len).unwrap_or(i64::MAX)))
}

/// `call`: templates never hold functions, so all that is left are the refusals.
pub(in crate::gotmpl) fn call(name: &Str, args: &[Value]) -> Out {
    match args.first() {
        None | Some(Value::Missing | Value::Nil) => Err("call of nil".into()),
        Some(value) if value.kind() != Kind::Func => {
            Err(format!("non-function {name} of type {}", value.type_name()).into())
        }
        Some(_) => Err("call of nil".into()),
    }
}
