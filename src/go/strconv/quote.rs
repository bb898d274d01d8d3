//! Quoted strings and runes.

use std::fmt;

use crate::go::unicode;

pub use crate::go::unicode::is_print;

/// A quoted text that Go's `Unquote` refuses; prints `invalid syntax`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct QuoteError;

impl fmt::Display for QuoteError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("invalid syntax")
    }
}

impl std::error::Error for QuoteError {}

/// `text` as a Go string literal in double quotes (`%q`); bytes that are no UTF-8 become `\xNN`.
pub fn quote(text: &[u8]) -> String {
    quote_with(text, '"', false)
}

/// Appends `text` as [`quote`] gives it.
pub fn append_quoted(out: &mut String, text: &[u8]) {
    out.reserve(text.len() + 2);
    append(out, text, '"', false);
}

/// `text` as a Go string literal of ASCII characters only (`%+q`).
pub fn quote_ascii(text: &[u8]) -> String {
    quote_with(text, '"', true)
}

/// The character as a Go rune literal in single quotes; a number that is no character prints as U+FFFD.
pub fn quote_rune(rune: u32) -> String {
    let mut out = String::from("'");
    push_rune(&mut out, char::from_u32(rune).unwrap_or('\u{fffd}'), '\'', false);
    out.push('\'');
    out
}

fn quote_with(text: &[u8], mark: char, ascii_only: bool) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    append(&mut out, text, mark, ascii_only);
    out
}

fn append(out: &mut String, text: &[u8], mark: char, ascii_only: bool) {
    let stands_as_it_is = |byte: u8| matches!(byte, b' '..=b'~') && byte != b'\\' && char::from(byte) != mark;
    out.push(mark);
    for chunk in text.utf8_chunks() {
        let mut rest = chunk.valid();
        loop {
            let end = rest.bytes().position(|byte| !stands_as_it_is(byte)).unwrap_or(rest.len());
            let (plain, other) = rest.split_at_checked(end).unwrap_or((rest, ""));
            out.push_str(plain);
            let mut others = other.chars();
            let Some(c) = others.next() else { break };
            push_rune(out, c, mark, ascii_only);
            rest = others.as_str();
        }
        for &byte in chunk.invalid() {
            push_hex(out, "\\x", u32::from(byte), 2);
        }
    }
    out.push(mark);
}

fn push_hex(out: &mut String, prefix: &str, value: u32, digits: u32) {
    out.push_str(prefix);
    for place in (0..digits).rev() {
        out.push(char::from_digit((value >> (4 * place)) & 0xf, 16).unwrap_or('0'));
    }
}

/// Rule: Go 1.27 strconv/quote.go `appendEscapedRune`.
fn push_rune(out: &mut String, c: char, mark: char, ascii_only: bool) {
    if c == mark || c == '\\' {
        out.push('\\');
        out.push(c);
        return;
    }
    if (c.is_ascii() || !ascii_only) && is_print(c) {
        out.push(c);
        return;
    }
    match c {
        '\u{7}' => out.push_str("\\a"),
        '\u{8}' => out.push_str("\\b"),
        '\u{c}' => out.push_str("\\f"),
        '\n' => out.push_str("\\n"),
        '\r' => out.push_str("\\r"),
        '\t' => out.push_str("\\t"),
        '\u{b}' => out.push_str("\\v"),
        _ if c < ' ' || c == '\u{7f}' => push_hex(out, "\\x", c as u32, 2),
        _ if c as u32 > 0xffff => push_hex(out, "\\U", c as u32, 8),
        _ => push_hex(out, "\\u", c as u32, 4),
    }
}

/// True when `text` can stand between backquotes unchanged.
pub fn can_backquote(text: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(text) else { return false };
    text.chars().all(|c| match c {
        '\t' => true,
        '\u{feff}' | '`' | '\u{7f}' => false,
        _ => c >= ' ',
    })
}

/// The text a Go literal in `"…"`, `` `…` `` or `'c'` stands for.
///
/// # Errors
/// A text that is no literal.
pub fn unquote(literal: &[u8]) -> Result<Vec<u8>, QuoteError> {
    let [mark, body @ .., end] = literal else { return Err(QuoteError) };
    if mark != end {
        return Err(QuoteError);
    }
    match mark {
        b'`' if body.contains(&b'`') => Err(QuoteError),
        b'`' => Ok(body.iter().copied().filter(|&byte| byte != b'\r').collect()),
        b'"' | b'\'' => {
            let mut out = Vec::with_capacity(body.len());
            let mut rest = body;
            let mut count = 0;
            while !rest.is_empty() {
                let (unit, tail) = unquote_char(rest, *mark)?;
                unit.push_to(&mut out);
                rest = tail;
                count += 1;
            }
            if *mark == b'\'' && count != 1 { Err(QuoteError) } else { Ok(out) }
        }
        _ => Err(QuoteError),
    }
}

/// One unit of a literal: a character, or a byte written as `\xNN` or in octal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// A character.
    Char(char),
    /// A byte that stands for itself.
    Byte(u8),
}

impl Unit {
    /// The number a rune literal of this unit has.
    pub fn code(self) -> u32 {
        match self {
            Self::Char(c) => c as u32,
            Self::Byte(byte) => u32::from(byte),
        }
    }

    fn push_to(self, out: &mut Vec<u8>) {
        match self {
            Self::Char(c) => out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes()),
            Self::Byte(byte) => out.push(byte),
        }
    }
}

/// The first unit of a literal's inside and what follows it; `mark` is the closing quote.
///
/// # Errors
/// An unescaped quote or newline, a bad escape.
pub fn unquote_char(text: &[u8], mark: u8) -> Result<(Unit, &[u8]), QuoteError> {
    let (&first, rest) = text.split_first().ok_or(QuoteError)?;
    if first == mark || first == b'\n' {
        return Err(QuoteError);
    }
    if first != b'\\' {
        let (c, width) = unicode::decode(text);
        return Ok((Unit::Char(c), &text[width..]));
    }
    let (&escape, rest) = rest.split_first().ok_or(QuoteError)?;
    let simple = |c| Ok((Unit::Char(c), rest));
    match escape {
        b'a' => simple('\u{7}'),
        b'b' => simple('\u{8}'),
        b'f' => simple('\u{c}'),
        b'n' => simple('\n'),
        b'r' => simple('\r'),
        b't' => simple('\t'),
        b'v' => simple('\u{b}'),
        b'\\' => simple('\\'),
        b'\'' | b'"' if escape == mark => simple(char::from(escape)),
        b'x' => number(rest, 2, 16).map(|(value, rest)| (Unit::Byte(value as u8), rest)),
        b'u' | b'U' => {
            let (value, rest) = number(rest, if escape == b'u' { 4 } else { 8 }, 16)?;
            Ok((Unit::Char(char::from_u32(value).ok_or(QuoteError)?), rest))
        }
        b'0'..=b'7' => {
            let (value, rest) = number(&text[1..], 3, 8)?;
            if value > 255 { Err(QuoteError) } else { Ok((Unit::Byte(value as u8), rest)) }
        }
        _ => Err(QuoteError),
    }
}

fn number(text: &[u8], digits: usize, base: u32) -> Result<(u32, &[u8]), QuoteError> {
    let (head, rest) = text.split_at_checked(digits).ok_or(QuoteError)?;
    let mut value: u32 = 0;
    for &byte in head {
        let digit = char::from(byte).to_digit(base).ok_or(QuoteError)?;
        value = value.checked_mul(base).and_then(|value| value.checked_add(digit)).ok_or(QuoteError)?;
    }
    Ok((value, rest))
}
