//! `strconv.Quote` and what `%q` needs.

use std::fmt::Write as _;
use std::sync::OnceLock;

use regex_syntax::hir::{Class, HirKind};

/// Go's `strconv.IsPrint`: letters, marks, numbers, punctuation, symbols and the ASCII space.
#[must_use]
pub fn is_print(ch: char) -> bool {
    if ch.is_ascii() {
        return (' '..='~').contains(&ch);
    }
    static RANGES: OnceLock<Vec<(char, char)>> = OnceLock::new();
    let ranges = RANGES.get_or_init(|| {
        let class =
            regex_syntax::parse(r"[\p{L}\p{M}\p{N}\p{P}\p{S}]").map(regex_syntax::hir::Hir::into_kind);
        match class {
            Ok(HirKind::Class(Class::Unicode(class))) => {
                class.ranges().iter().map(|range| (range.start(), range.end())).collect()
            }
            _ => Vec::new(),
        }
    });
    let after = ranges.partition_point(|(start, _)| *start <= ch);
    after.checked_sub(1).and_then(|index| ranges.get(index)).is_some_and(|(_, end)| ch <= *end)
}

/// Go's `strconv.Quote`: the string in double quotes, escaped as Go source.
#[must_use]
pub fn quote(bytes: &[u8]) -> String {
    quote_with(bytes, '"', false)
}

/// Go's `strconv.QuoteToASCII`: the same with everything beyond ASCII escaped.
#[must_use]
pub fn quote_to_ascii(bytes: &[u8]) -> String {
    quote_with(bytes, '"', true)
}

/// A character in single quotes, as `%q` prints an integer.
pub(super) fn quote_char(ch: char, ascii: bool) -> String {
    quote_with(ch.encode_utf8(&mut [0; 4]).as_bytes(), '\'', ascii)
}

/// Go's `strconv.CanBackquote`: one line without backquotes, controls other than tab, DEL and BOM.
pub(super) fn can_backquote(bytes: &[u8]) -> bool {
    std::str::from_utf8(bytes).is_ok_and(|text| {
        !text.chars().any(|ch| (ch < ' ' && ch != '\t') || matches!(ch, '`' | '\u{7f}' | '\u{feff}'))
    })
}

fn quote_with(bytes: &[u8], quote: char, ascii: bool) -> String {
    let mut out = String::with_capacity(bytes.len() + 2);
    out.push(quote);
    for chunk in bytes.utf8_chunks() {
        for ch in chunk.valid().chars() {
            escape(&mut out, ch, quote, ascii);
        }
        for byte in chunk.invalid() {
            let _ = write!(out, "\\x{byte:02x}");
        }
    }
    out.push(quote);
    out
}

fn escape(out: &mut String, ch: char, quote: char, ascii: bool) {
    if ch == quote || ch == '\\' {
        out.push('\\');
        out.push(ch);
        return;
    }
    if if ascii { ch.is_ascii() && is_print(ch) } else { is_print(ch) } {
        out.push(ch);
        return;
    }
    let short = match ch {
        '\u{7}' => 'a',
        '\u{8}' => 'b',
        '\u{c}' => 'f',
        '\n' => 'n',
        '\r' => 'r',
        '\t' => 't',
        '\u{b}' => 'v',
        _ => {
            let code = u32::from(ch);
            let _ = match code {
                0..0x20 | 0x7f => write!(out, "\\x{code:02x}"),
                0x80..0x1_0000 => write!(out, "\\u{code:04x}"),
                _ => write!(out, "\\U{code:08x}"),
            };
            return;
        }
    };
    out.push('\\');
    out.push(short);
}
