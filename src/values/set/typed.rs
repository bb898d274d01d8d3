//! Texts of an argument as values, and Go's way of quoting them.

use crate::codec::Data;

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

/// `"text"` as Go's `%q` prints it.
pub(super) fn quote(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in text.chars() {
        escape(c, '"', &mut out);
    }
    out.push('"');
    out
}

/// `['a' 'b']` as Go's `%q` prints a slice of runes.
pub(super) fn quote_runes(text: &str) -> String {
    let mut out = String::from("[");
    for (index, c) in text.chars().enumerate() {
        if index > 0 {
            out.push(' ');
        }
        out.push('\'');
        escape(c, '\'', &mut out);
        out.push('\'');
    }
    out.push(']');
    out
}

fn escape(c: char, mark: char, out: &mut String) {
    match c {
        '\\' => out.push_str("\\\\"),
        '\u{7}' => out.push_str("\\a"),
        '\u{8}' => out.push_str("\\b"),
        '\u{c}' => out.push_str("\\f"),
        '\n' => out.push_str("\\n"),
        '\r' => out.push_str("\\r"),
        '\t' => out.push_str("\\t"),
        '\u{b}' => out.push_str("\\v"),
        c if c == mark => {
            out.push('\\');
            out.push(c);
        }
        c if is_printed(c) => out.push(c),
        c if (c as u32) < 0x20 || c == '\u{7f}' => out.push_str(&format!("\\x{:02x}", c as u32)),
        c if (c as u32) < 0x1_0000 => out.push_str(&format!("\\u{:04x}", c as u32)),
        c => out.push_str(&format!("\\U{:08x}", c as u32)),
    }
}

/// Whether Go prints the character as it is: letters, marks, numbers, symbols, and of spaces U+0020 alone.
fn is_printed(c: char) -> bool {
    if c == ' ' {
        return true;
    }
    // A mark behind a letter is printed by Rust as well; in front of everything it is not.
    !c.is_whitespace()
        && (c.is_alphanumeric() || format!("a{c}").escape_debug().count() == 2 || c == '"' || c == '\'')
}
