//! Go's `fmt`: `Sprint`, `Sprintln`, `Sprintf` and the text of every value under every verb.
//!
//! Rule: fmt/print.go and fmt/format.go of Go 1.27. Strings are bytes, so output is bytes.

mod flags;
mod number;
mod print;
mod printf;

use crate::value::{Kind, Object, Str, Value, budget};
use print::Printer;

/// Appends a value as `%v` prints it.
pub fn append(out: &mut Vec<u8>, value: &Value) {
    match value {
        Value::Str(text) => out.extend_from_slice(text.as_bytes()),
        Value::Bool(true) => out.extend_from_slice(b"true"),
        Value::Bool(false) => out.extend_from_slice(b"false"),
        Value::Int(number) | Value::Int64(number) => number::append_i64(out, *number),
        Value::Float64(number) => number::append_shortest(out, *number),
        other => Printer::new(out).arg(other, 'v'),
    }
}

/// Appends a value as an action prints it: nothing is `<no value>`, a pointer is what it points to.
///
/// Rule: text/template `printableValue`.
pub fn append_printable(out: &mut Vec<u8>, value: &Value) {
    match value {
        Value::Missing | Value::Nil => out.extend_from_slice(b"<no value>"),
        Value::Object(object) => match object.addressed_text() {
            Some(text) => out.extend_from_slice(text.as_bytes()),
            None if object.kind() == Kind::Ptr => Printer::new(out).pointee(&**object as &dyn Object, 'v'),
            None => append(out, value),
        },
        other => append(out, other),
    }
}

/// The value as `%v` prints it; a string is returned as it is.
#[must_use]
pub fn to_str(value: &Value) -> Str {
    match value {
        Value::Str(text) => text.clone(),
        other => {
            let mut out = Vec::new();
            append(&mut out, other);
            Str::from_bytes(out)
        }
    }
}

/// The text of Go's `fmt.Sprint`: a space between operands of which neither is a string.
#[must_use]
pub fn sprint(args: &[Value]) -> Vec<u8> {
    let mut out = Vec::new();
    let mut after_string = true;
    for arg in args {
        if budget::is_too_long(out.len()) {
            break;
        }
        let string = arg.kind() == Kind::String;
        if !string && !after_string {
            out.push(b' ');
        }
        append(&mut out, arg);
        after_string = string;
    }
    out
}

/// The text of Go's `fmt.Sprintln`: spaces between all operands, a newline at the end.
#[must_use]
pub fn sprintln(args: &[Value]) -> Vec<u8> {
    let mut out = Vec::new();
    for (index, arg) in args.iter().enumerate() {
        if budget::is_too_long(out.len()) {
            break;
        }
        if index > 0 {
            out.push(b' ');
        }
        append(&mut out, arg);
    }
    out.push(b'\n');
    out
}

/// The text of Go's `fmt.Sprintf`; mistakes in the format show as Go's `%!verb(…)` texts.
#[must_use]
pub fn sprintf(format: &[u8], args: &[Value]) -> Vec<u8> {
    let mut out = Vec::with_capacity(format.len() + 16);
    printf::format(&mut out, format, args);
    out
}

#[cfg(test)]
mod tests;
