//! One JSON object a diagnostic, on one line, for programs.

use std::fmt::Write as _;

use super::super::{Diagnostic, Label, Place};
use super::full::severity_name;
use super::{Options, Words, file_name};

/// The diagnostic as one line of JSON, ending in a line end.
///
/// Keys: `severity`, `code`, `message`, and where known `primary` and `help`; `secondary` and `trace` are
/// lists. A place has `file`, `line`, `column`, `endLine`, `endColumn` (from 1, columns in characters, the end
/// one past the last) and `start`, `end` (bytes, from 0). No source text is part of it.
#[must_use]
pub fn json(diagnostic: &Diagnostic, options: &Options) -> String {
    let words = Words::new(diagnostic, options);
    let mut out = String::new();
    let severity = severity_name(diagnostic.severity);
    let _ = write!(out, "{{\"severity\":\"{severity}\",\"code\":\"{}\",\"message\":", diagnostic.code.0);
    string(&mut out, &words.masked(&diagnostic.message));
    if let Some(primary) = &diagnostic.primary {
        out.push_str(",\"primary\":");
        label(&mut out, primary, &words);
    }
    out.push_str(",\"secondary\":[");
    for (index, secondary) in diagnostic.secondary.iter().enumerate() {
        separate(&mut out, index);
        label(&mut out, secondary, &words);
    }
    out.push_str("],\"trace\":[");
    for (index, frame) in diagnostic.trace.iter().enumerate() {
        separate(&mut out, index);
        out.push('{');
        place(&mut out, &frame.place);
        out.push_str(",\"what\":");
        string(&mut out, &words.masked(&frame.what));
        out.push('}');
    }
    out.push(']');
    if let Some(help) = &diagnostic.help {
        out.push_str(",\"help\":");
        string(&mut out, &words.masked(help));
    }
    out.push_str("}\n");
    out
}

fn separate(out: &mut String, index: usize) {
    if index > 0 {
        out.push(',');
    }
}

fn label(out: &mut String, label: &Label, words: &Words) {
    out.push('{');
    place(out, &label.place);
    out.push_str(",\"text\":");
    string(out, &words.masked(&label.text));
    out.push('}');
}

fn place(out: &mut String, place: &Place) {
    let start = place.line_column();
    let end = place.source.line_column(place.span.end());
    out.push_str("\"file\":");
    string(out, file_name(place));
    let _ = write!(
        out,
        ",\"line\":{},\"column\":{},\"endLine\":{},\"endColumn\":{},\"start\":{},\"end\":{}",
        start.line,
        start.column,
        end.line,
        end.column,
        place.span.start(),
        place.span.end()
    );
}

/// Rule: RFC 8259 section 7; characters beyond ASCII stand as they are, controls as escapes.
fn string(out: &mut String, text: &str) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if c.is_control() || matches!(c, '\u{2028}' | '\u{2029}') => {
                let _ = write!(out, "\\u{:04x}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out.push('"');
}
