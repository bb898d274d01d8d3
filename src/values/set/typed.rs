//! Texts of an argument as values, and Go's way of quoting them.

use std::fmt::Write as _;

use crate::codec::Data;

use super::super::text::quote;

/// The value of a text behind `--set`: `true`, `false`, `null` in any case, decimal whole numbers, all else text.
// Rule: strvals/parser.go, typedVal. A leading `0` keeps a text, but for `0` itself; a sign does not.
pub(super) fn value(text: &str) -> Data {
    if equal_fold(text, "true") {
        return Data::Bool(true);
    }
    if equal_fold(text, "false") {
        return Data::Bool(false);
    }
    if equal_fold(text, "null") {
        return Data::Null;
    }
    if text == "0" {
        return Data::Int(0);
    }
    if !text.starts_with('0')
        && let Ok(number) = text.parse::<i64>()
    {
        return Data::Int(number);
    }
    Data::String(text.into())
}

/// Whether two texts are equal when case does not count; `word` is lower-case ASCII without a `k`.
// Rule: Go's strings.EqualFold, for which U+017F is an `s`.
fn equal_fold(text: &str, word: &str) -> bool {
    text.len() <= word.len() + 1
        && text.chars().map(|c| if c == '\u{17f}' { 's' } else { c.to_ascii_lowercase() }).eq(word.chars())
}

/// Whether Go's `unicode.IsSpace` holds.
pub(super) fn is_space(c: char) -> bool {
    // Rust's White_Space property is the one Go uses.
    c.is_whitespace()
}

/// An index as Go's `strconv.Atoi` reads it, or its error text.
pub(super) fn index(text: &str) -> Result<i64, String> {
    text.parse::<i64>().map_err(|error| {
        use std::num::IntErrorKind::{NegOverflow, PosOverflow};
        let why = match error.kind() {
            PosOverflow | NegOverflow => "value out of range",
            _ => "invalid syntax",
        };
        format!("strconv.Atoi: parsing {}: {why}", quote(text))
    })
}

/// `['a' 'b']` as Go's `%q` prints a slice of runes.
pub(super) fn quote_runes(text: &str) -> String {
    let mut out = String::from("[");
    for (index, c) in text.chars().enumerate() {
        if index > 0 {
            out.push(' ');
        }
        match c {
            '\'' => out.push_str("'\\''"),
            '"' => out.push_str("'\"'"),
            c => {
                let quoted = quote(c.encode_utf8(&mut [0; 4]));
                let _ = write!(out, "'{}'", quoted.trim_matches('"'));
            }
        }
    }
    out.push(']');
    out
}
