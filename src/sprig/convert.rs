//! Values to numbers and texts by the rules of spf13/cast v1.7 and Sprig's `strval`.

use crate::go::{fmt, strconv};
use crate::value::{Str, Value};

/// A float cut to an integer as Go does on amd64: what does not fit becomes the smallest.
pub(super) fn float_to_i64(value: f64) -> i64 {
    if value.is_nan() || !(-9_223_372_036_854_775_808.0..9_223_372_036_854_775_808.0).contains(&value) {
        i64::MIN
    } else {
        value as i64
    }
}

/// Rule: spf13/cast v1.7 `trimZeroDecimal`: `5.00` is `5`, `5.5` stays.
fn trim_zero_decimal(text: &str) -> &str {
    match text.rsplit_once('.') {
        Some((whole, zeros)) if !zeros.is_empty() && zeros.bytes().all(|byte| byte == b'0') => whole,
        _ => text,
    }
}

/// The value as a whole number; 0 for what is none. Rule: cast.ToInt64.
pub(super) fn cast_int64(value: &Value) -> i64 {
    match value {
        Value::Int(number) | Value::Int64(number) => *number,
        Value::Uint8(number) => i64::from(*number),
        Value::Uint64(number) => *number as i64,
        Value::Float64(number) => float_to_i64(*number),
        Value::Bool(value) => i64::from(*value),
        Value::Str(text) => text
            .as_str()
            .and_then(|text| strconv::parse_int(trim_zero_decimal(text), 0, 64).ok())
            .unwrap_or(0),
        Value::Object(object) => object.number().unwrap_or(0),
        _ => 0,
    }
}

/// The value as a float; 0 for what is none. Rule: cast.ToFloat64.
pub(super) fn cast_float64(value: &Value) -> f64 {
    match value {
        Value::Float64(number) => *number,
        Value::Int(number) | Value::Int64(number) => *number as f64,
        Value::Uint8(number) => f64::from(*number),
        Value::Uint64(number) => *number as f64,
        Value::Bool(value) => f64::from(u8::from(*value)),
        Value::Str(text) => text.as_str().and_then(|text| strconv::parse_float(text).ok()).unwrap_or(0.0),
        _ => 0.0,
    }
}

/// The value's text: strings and bytes as they are, the rest as `%v`. Rule: Sprig `strval`.
pub(super) fn strval(value: &Value) -> Str {
    value.as_str_or_bytes().cloned().unwrap_or_else(|| fmt::to_str(value))
}

/// The texts of a list's items, nils left out; one text for anything else, none for nil. Rule: Sprig `strslice`.
pub(super) fn strslice(value: &Value) -> Vec<Str> {
    match value {
        Value::Missing | Value::Nil => Vec::new(),
        Value::List(list) => list.items().iter().filter(|item| !item.is_nil()).map(strval).collect(),
        Value::Bytes(bytes) => bytes.as_bytes().iter().map(|byte| Str::from(byte.to_string())).collect(),
        other => vec![strval(other)],
    }
}

/// Whether Sprig takes the value for empty: nil, false, zero, empty text, list or map. Structs never are.
pub(super) fn is_empty(value: &Value) -> bool {
    !value.is_true()
}
