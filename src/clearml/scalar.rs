//! One-line YAML scalars, plain where no reader can take them for anything but text.

use std::borrow::Cow;
use std::fmt::Write as _;

/// The text as a YAML scalar.
pub(crate) fn scalar(text: &str) -> Cow<'_, str> {
    if is_plain(text) { Cow::Borrowed(text) } else { Cow::Owned(quoted(text)) }
}

fn is_plain(text: &str) -> bool {
    let amount = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let unit = text.get(amount.len()..).unwrap_or_default();
    if amount.bytes().all(|b| b.is_ascii_digit()) && matches!(unit, "m" | "k" | "M" | "G" | "T" | "P" | "Ki" | "Mi" | "Gi" | "Ti" | "Pi" | "mb") {
        return !amount.is_empty();
    }
    let start = text.bytes().next().is_some_and(|b| b.is_ascii_alphabetic() || b == b'/');
    let inner = text.bytes().all(|b| b.is_ascii_alphanumeric() || b"_./:@-+=,()".contains(&b) || b == b' ');
    let word = matches!(
        text.to_ascii_lowercase().as_str(),
        "true" | "false" | "yes" | "no" | "on" | "off" | "y" | "n" | "null" | "nan" | "inf"
    );
    start && inner && !word && !text.contains(": ") && !text.ends_with([':', ' '])
}

fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            '\r' => out.push_str("\\r"),
            ' '..='~' | '\u{a1}'..='\u{2027}' | '\u{2030}'..='\u{d7ff}' | '\u{e000}'..='\u{fefe}' | '\u{ff00}'..='\u{fffd}' => {
                out.push(c);
            }
            c if u32::from(c) <= 0xff => {
                let _ = write!(out, "\\x{:02X}", u32::from(c));
            }
            c if u32::from(c) <= 0xffff => {
                let _ = write!(out, "\\u{:04X}", u32::from(c));
            }
            c => {
                let _ = write!(out, "\\U{:08X}", u32::from(c));
            }
        }
    }
    out.push('"');
    out
}
