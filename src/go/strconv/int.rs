//! Integers and booleans from text.

use super::{NumError, NumErrorKind};

/// True when every `_` in `text` stands between digits or right after a base prefix.
///
/// Rule: Go 1.27 strconv/atoi.go `underscoreOK`.
pub fn underscores_ok(text: &str) -> bool {
    let bytes = text.as_bytes();
    let mut rest = match bytes.first() {
        Some(b'+' | b'-') => &bytes[1..],
        _ => bytes,
    };
    let mut last = b'^';
    let mut hex = false;
    if let [b'0', letter, tail @ ..] = rest
        && matches!(letter.to_ascii_lowercase(), b'b' | b'o' | b'x')
    {
        rest = tail;
        last = b'0';
        hex = letter.eq_ignore_ascii_case(&b'x');
    }
    for &byte in rest {
        if byte.is_ascii_digit() || (hex && byte.is_ascii_hexdigit()) {
            last = b'0';
        } else if byte == b'_' {
            if last != b'0' {
                return false;
            }
            last = b'_';
        } else {
            if last == b'_' {
                return false;
            }
            last = b'!';
        }
    }
    last != b'_'
}

/// The unsigned integer that `text` spells in `base` (0: by its prefix), within `bits` bits.
///
/// A range error carries the largest value, as Go returns it beside the error.
///
/// # Errors
/// The kind of the mistake, and the value Go returns with it.
fn parse_magnitude(text: &str, base: u32, bits: u32) -> Result<u64, (NumErrorKind, u64)> {
    let bytes = text.as_bytes();
    let (digits, base, by_prefix) = match (base, bytes) {
        (0, [b'0', b'b' | b'B', _, ..]) => (&bytes[2..], 2, true),
        (0, [b'0', b'o' | b'O', _, ..]) => (&bytes[2..], 8, true),
        (0, [b'0', b'x' | b'X', _, ..]) => (&bytes[2..], 16, true),
        (0, [b'0', _, ..]) => (&bytes[1..], 8, true),
        (0, _) => (bytes, 10, true),
        _ => (bytes, base, false),
    };
    if digits.is_empty() {
        return Err((NumErrorKind::Syntax, 0));
    }
    let max = if bits >= 64 { u64::MAX } else { (1 << bits) - 1 };
    let mut value: u64 = 0;
    let mut underscores = false;
    for &byte in digits {
        if byte == b'_' && by_prefix {
            underscores = true;
            continue;
        }
        let Some(digit) = char::from(byte).to_digit(36).filter(|&digit| digit < base) else {
            return Err((NumErrorKind::Syntax, 0));
        };
        value = value
            .checked_mul(u64::from(base))
            .and_then(|value| value.checked_add(u64::from(digit)))
            .filter(|&value| value <= max)
            .ok_or((NumErrorKind::Range, max))?;
    }
    if underscores && !underscores_ok(text) {
        return Err((NumErrorKind::Syntax, 0));
    }
    Ok(value)
}

/// The unsigned integer that `text` spells; `base` 0 means "by prefix, underscores allowed".
///
/// # Errors
/// A text that is no number, or a number over `bits` bits.
pub fn parse_uint(text: &str, base: u32, bits: u32) -> Result<u64, NumError> {
    parse_magnitude(text, base, bits).map_err(|(kind, _)| NumError::new("ParseUint", text, kind))
}

/// The signed integer that `text` spells; `base` 0 means "by prefix, underscores allowed".
///
/// # Errors
/// A text that is no number, or a number that does not fit `bits` bits.
pub fn parse_int(text: &str, base: u32, bits: u32) -> Result<i64, NumError> {
    let fail = |kind| NumError::new("ParseInt", text, kind);
    let (negative, digits) = match text.as_bytes().first() {
        Some(b'-') => (true, &text[1..]),
        Some(b'+') => (false, &text[1..]),
        _ => (false, text),
    };
    let value = parse_magnitude(digits, base, bits).map_err(|(kind, _)| fail(kind))?;
    let cutoff = 1u64 << (bits.clamp(1, 64) - 1);
    if (!negative && value >= cutoff) || (negative && value > cutoff) {
        return Err(fail(NumErrorKind::Range));
    }
    let value = value as i64;
    Ok(if negative { value.wrapping_neg() } else { value })
}

/// The decimal integer that `text` spells.
///
/// # Errors
/// As [`parse_int`], with the function name `Atoi`.
pub fn atoi(text: &str) -> Result<i64, NumError> {
    parse_int(text, 10, 64).map_err(|error| NumError { func: "Atoi", ..error })
}

/// The truth that `text` spells: `1 t T true TRUE True` and their opposites.
///
/// # Errors
/// Any other text.
pub fn parse_bool(text: &str) -> Result<bool, NumError> {
    match text {
        "1" | "t" | "T" | "true" | "TRUE" | "True" => Ok(true),
        "0" | "f" | "F" | "false" | "FALSE" | "False" => Ok(false),
        _ => Err(NumError::new("ParseBool", text, NumErrorKind::Syntax)),
    }
}
