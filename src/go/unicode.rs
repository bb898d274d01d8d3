//! Go's `unicode` and `unicode/utf8`: classes and simple case mapping of single characters.
//!
//! Go maps one character to one character; Rust's full mappings (`ß` to `SS`) are never used.

use std::sync::OnceLock;

use regex_syntax::hir::{Class, HirKind};

/// The first character of `text` and its width in bytes; U+FFFD and 1 for a byte that is no UTF-8, and
/// U+FFFD and 0 for an empty text.
pub fn decode(text: &[u8]) -> (char, usize) {
    match text.first() {
        None => ('\u{fffd}', 0),
        Some(&byte) if byte.is_ascii() => (char::from(byte), 1),
        Some(_) => {
            let head = &text[..text.len().min(4)];
            match head.utf8_chunks().next().and_then(|chunk| chunk.valid().chars().next()) {
                Some(c) => (c, c.len_utf8()),
                None => ('\u{fffd}', 1),
            }
        }
    }
}

/// The characters of `text` with their width in bytes, as Go's `range` over a string sees them.
pub fn runes(text: &[u8]) -> impl Iterator<Item = (char, usize)> + '_ {
    let mut at = 0;
    std::iter::from_fn(move || {
        if at >= text.len() {
            return None;
        }
        let (c, width) = decode(&text[at..]);
        at += width;
        Some((c, width))
    })
}

/// A sorted set of character ranges.
struct Ranges(Vec<(char, char)>);

impl Ranges {
    /// The characters of a class in regex-syntax's notation.
    fn of(class: &str) -> Self {
        let ranges = match regex_syntax::Parser::new().parse(class).map(regex_syntax::hir::Hir::into_kind) {
            Ok(HirKind::Class(Class::Unicode(class))) => {
                class.iter().map(|range| (range.start(), range.end())).collect()
            }
            _ => Vec::new(),
        };
        Self(ranges)
    }

    fn contains(&self, c: char) -> bool {
        let after = self.0.partition_point(|&(start, _)| start <= c);
        after.checked_sub(1).and_then(|at| self.0.get(at)).is_some_and(|&(_, end)| c <= end)
    }
}

macro_rules! lazy_class {
    ($class:literal, $c:expr) => {{
        static CLASS: OnceLock<Ranges> = OnceLock::new();
        CLASS.get_or_init(|| Ranges::of($class)).contains($c)
    }};
}

/// True for Go's `unicode.IsLetter`.
pub fn is_letter(c: char) -> bool {
    if c.is_ascii() { c.is_ascii_alphabetic() } else { lazy_class!(r"\p{L}", c) }
}

/// True for Go's `unicode.IsDigit` (decimal digits of any script).
pub fn is_digit(c: char) -> bool {
    if c.is_ascii() { c.is_ascii_digit() } else { lazy_class!(r"\p{Nd}", c) }
}

/// True for Go's `unicode.IsNumber`.
pub fn is_number(c: char) -> bool {
    if c.is_ascii() { c.is_ascii_digit() } else { lazy_class!(r"\p{N}", c) }
}

/// True for Go's `unicode.IsUpper`.
pub fn is_upper(c: char) -> bool {
    if c.is_ascii() { c.is_ascii_uppercase() } else { lazy_class!(r"\p{Lu}", c) }
}

/// True for Go's `unicode.IsLower`.
pub fn is_lower(c: char) -> bool {
    if c.is_ascii() { c.is_ascii_lowercase() } else { lazy_class!(r"\p{Ll}", c) }
}

/// True for Go's `unicode.IsTitle`.
pub fn is_title(c: char) -> bool {
    !c.is_ascii() && lazy_class!(r"\p{Lt}", c)
}

/// True for Go's `unicode.IsPunct`.
pub fn is_punct(c: char) -> bool {
    lazy_class!(r"\p{P}", c)
}

/// True for Go's `unicode.IsPrint`: letters, marks, numbers, punctuation, symbols and the ASCII space.
pub fn is_print(c: char) -> bool {
    if c.is_ascii() { (' '..='~').contains(&c) } else { lazy_class!(r"[\p{L}\p{M}\p{N}\p{P}\p{S}]", c) }
}

/// True for Go's `unicode.IsSpace` (the Unicode property `White_Space`).
pub fn is_space(c: char) -> bool {
    matches!(c,
        '\t'..='\r' | ' ' | '\u{85}' | '\u{a0}' | '\u{1680}' | '\u{2000}'..='\u{200a}'
        | '\u{2028}' | '\u{2029}' | '\u{202f}' | '\u{205f}' | '\u{3000}')
}

/// Go's `unicode.ToUpper`.
pub fn to_upper(c: char) -> char {
    let mut mapped = c.to_uppercase();
    match (mapped.next(), mapped.next()) {
        (Some(single), None) => single,
        _ => simple_greek(c),
    }
}

/// Go's `unicode.ToLower`.
pub fn to_lower(c: char) -> char {
    if c == '\u{130}' { 'i' } else { c.to_lowercase().next().unwrap_or(c) }
}

/// Go's `unicode.ToTitle`.
pub fn to_title(c: char) -> char {
    match c {
        '\u{1c4}'..='\u{1c6}' => '\u{1c5}',
        '\u{1c7}'..='\u{1c9}' => '\u{1c8}',
        '\u{1ca}'..='\u{1cc}' => '\u{1cb}',
        '\u{1f1}'..='\u{1f3}' => '\u{1f2}',
        '\u{10d0}'..='\u{10fa}' | '\u{10fd}'..='\u{10ff}' => c,
        _ => to_upper(c),
    }
}

/// The one-character upper case of letters whose full mapping is longer.
fn simple_greek(c: char) -> char {
    let code = c as u32;
    let upper = match code {
        0x1f80..=0x1faf if code & 8 == 0 => code + 8,
        0x1fb3 | 0x1fc3 | 0x1ff3 => code + 9,
        _ => code,
    };
    char::from_u32(upper).unwrap_or(c)
}

/// `text` with `map` applied to each character; bytes that are no UTF-8 become U+FFFD, as in Go's `strings.Map`.
pub fn map(text: &[u8], map: impl Fn(char) -> char) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    for (c, _) in runes(text) {
        push(&mut out, map(c));
    }
    out
}

/// Appends the UTF-8 of `c`.
pub fn push(out: &mut Vec<u8>, c: char) {
    out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
}

/// `text` in upper case (Go's `strings.ToUpper`).
pub fn upper(text: &[u8]) -> Vec<u8> {
    if text.is_ascii() { text.to_ascii_uppercase() } else { map(text, to_upper) }
}

/// `text` in lower case (Go's `strings.ToLower`).
pub fn lower(text: &[u8]) -> Vec<u8> {
    if text.is_ascii() { text.to_ascii_lowercase() } else { map(text, to_lower) }
}

/// `text` with the first letter of each word in title case (Go's `strings.Title`).
///
/// Rule: a word starts after anything that is no letter, digit or underscore (ASCII), or after a space (others).
pub fn title(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    let mut previous = ' ';
    for (c, _) in runes(text) {
        push(&mut out, if is_separator(previous) { to_title(c) } else { c });
        previous = c;
    }
    out
}

fn is_separator(c: char) -> bool {
    if c.is_ascii() {
        return !(c.is_ascii_alphanumeric() || c == '_');
    }
    !is_letter(c) && !is_digit(c) && is_space(c)
}

/// `text` without characters at both ends for which `cut` holds.
pub fn trim(text: &[u8], cut: impl Fn(char) -> bool) -> &[u8] {
    trim_end(trim_start(text, &cut), &cut)
}

/// `text` without leading characters for which `cut` holds.
pub fn trim_start(mut text: &[u8], cut: impl Fn(char) -> bool) -> &[u8] {
    while !text.is_empty() {
        let (c, width) = decode(text);
        if !cut(c) {
            break;
        }
        text = &text[width..];
    }
    text
}

/// `text` without trailing characters for which `cut` holds.
pub fn trim_end(mut text: &[u8], cut: impl Fn(char) -> bool) -> &[u8] {
    while !text.is_empty() {
        let (c, width) = decode_last(text);
        if !cut(c) {
            break;
        }
        text = &text[..text.len() - width];
    }
    text
}

/// The last character of `text` and its width in bytes; U+FFFD and 1 for a byte that is no UTF-8.
pub fn decode_last(text: &[u8]) -> (char, usize) {
    for width in 1..=text.len().min(4) {
        let tail = &text[text.len() - width..];
        if let Ok(valid) = std::str::from_utf8(tail) {
            return valid.chars().next().map_or(('\u{fffd}', 1), |c| (c, width));
        }
    }
    ('\u{fffd}', usize::from(!text.is_empty()))
}

/// The words of `text` between runs of spaces (Go's `strings.Fields`).
pub fn fields(text: &[u8]) -> Vec<&[u8]> {
    let mut words = Vec::new();
    let mut start = None;
    let mut at = 0;
    for (c, width) in runes(text) {
        match (is_space(c), start) {
            (true, Some(from)) => {
                words.push(&text[from..at]);
                start = None;
            }
            (false, None) => start = Some(at),
            _ => {}
        }
        at += width;
    }
    if let Some(from) = start {
        words.push(&text[from..]);
    }
    words
}
