//! Number literals as Go's ideal constants.

use super::ast::{Ideal, Number};
use super::lexer::Kind;
use crate::diag::Span;
use crate::go::strconv::{parse_float, parse_int, parse_uint, quote, unquote_char};

/// A literal under every type that can hold it. Rule: text/template/parse/node.go `newNumber`.
pub(super) fn parse_number(text: &str, kind: Kind, span: Span) -> Result<Number, String> {
    let mut number = match kind {
        Kind::CharConstant => character(text)?,
        Kind::Complex => complex(text)?,
        _ => plain(text)?,
    };
    number.text = span;
    number.ideal = ideal(&number, text);
    Ok(number)
}

fn character(text: &str) -> Result<Number, String> {
    let inside = text.as_bytes().get(1..).unwrap_or_default();
    let (unit, tail) = unquote_char(inside, b'\'').map_err(|_| "invalid syntax".to_owned())?;
    if tail != b"'" {
        return Err(format!("malformed character constant: {text}"));
    }
    let code = unit.code();
    Ok(Number {
        int: Some(i64::from(code)),
        uint: Some(u64::from(code)),
        float: Some(f64::from(code)),
        ..Number::default()
    })
}

/// `1+2i`
fn complex(text: &str) -> Result<Number, String> {
    let bytes = text.as_bytes();
    let split = (1..bytes.len()).rev().find(|&index| {
        matches!(bytes.get(index), Some(b'+' | b'-'))
            && !matches!(bytes.get(index - 1), Some(b'e' | b'E' | b'p' | b'P'))
    });
    let parts = split.and_then(|at| {
        let re = parse_float(text.get(..at)?).ok()?;
        let im = parse_float(text.get(at..)?.strip_suffix('i')?).ok()?;
        Some((re, im))
    });
    let (re, im) = parts.ok_or_else(|| "syntax error scanning complex number".to_owned())?;
    Ok(simplified(re, im))
}

/// A complex number, also under the real types if it has no imaginary part.
fn simplified(re: f64, im: f64) -> Number {
    let mut number = Number { complex: Some((re, im)), ..Number::default() };
    if im == 0.0 {
        number.float = Some(re);
        number.int = whole_int(re);
        number.uint = whole_uint(re);
    }
    number
}

fn whole_int(value: f64) -> Option<i64> {
    (value as i64 as f64 == value).then_some(value as i64)
}

fn whole_uint(value: f64) -> Option<u64> {
    (value as u64 as f64 == value).then_some(value as u64)
}

fn plain(text: &str) -> Result<Number, String> {
    if let Some(imaginary) = text.strip_suffix('i')
        && let Ok(imaginary) = parse_float(imaginary)
    {
        return Ok(simplified(0.0, imaginary));
    }
    let mut number =
        Number { uint: parse_uint(text, 0, 64).ok(), int: parse_int(text, 0, 64).ok(), ..Number::default() };
    if number.int == Some(0) {
        number.uint = Some(0); // `-0` is no unsigned literal, but zero all the same
    }
    if let Some(int) = number.int {
        number.float = Some(int as f64);
    } else if let Some(uint) = number.uint {
        number.float = Some(uint as f64);
    } else if let Ok(float) = parse_float(text) {
        if !text.contains(['.', 'e', 'E', 'p', 'P']) {
            return Err(format!("integer overflow: {}", quote(text.as_bytes())));
        }
        number.float = Some(float);
        number.int = whole_int(float);
        number.uint = whole_uint(float);
    }
    if number.float.is_none() {
        return Err(format!("illegal number syntax: {}", quote(text.as_bytes())));
    }
    Ok(number)
}

/// The value where nothing else tells the type. Rule: text/template exec.go `idealConstant`.
fn ideal(number: &Number, text: &str) -> Option<Ideal> {
    let hex = matches!(text.as_bytes(), [b'0', b'x' | b'X', _, ..]) && !text.contains(['p', 'P']);
    if let Some((re, im)) = number.complex {
        return Some(Ideal::Complex(re, im));
    }
    match number.float {
        Some(float) if !hex && !text.starts_with('\'') && text.contains(['.', 'e', 'E', 'p', 'P']) => {
            Some(Ideal::Float(float))
        }
        _ => number.int.map(Ideal::Int),
    }
}
