//! Scalars in quotes.

use std::borrow::Cow;

use super::{Read, Reader};
use crate::codec::{Data, Style};

impl<'t> Reader<'t, '_> {
    /// The quoted scalar at `at`.
    pub(super) fn quoted(&mut self, at: usize, line_end: usize) -> Read {
        let (text, end) = self.unquoted(at, line_end)?;
        let style = if self.byte(at) == b'"' { Style::DoubleQuoted } else { Style::SingleQuoted };
        let data = self.string(&text);
        Some((self.placed(data, at, end, style), end))
    }

    /// Where the quoted scalar that goes on behind `at` ends; none when it does not end on this line.
    pub(super) fn quote_end(&self, at: usize, quote: u8, line_end: usize) -> Option<usize> {
        let line = self.bytes.get(..line_end)?;
        let mut index = at + 1;
        loop {
            let byte = *line.get(index)?;
            if byte == quote {
                if quote == b'\'' && line.get(index + 1) == Some(&quote) {
                    index += 1;
                } else {
                    return Some(index + 1);
                }
            } else if byte == b'\\' && quote == b'"' {
                index += 1;
            }
            index += 1;
        }
    }

    /// What the quoted scalar at `at` stands for, and where it ends.
    pub(super) fn unquoted(&self, at: usize, line_end: usize) -> Option<(Cow<'t, str>, usize)> {
        let end = self.quote_end(at, self.byte(at), line_end)?;
        let inner = self.text.get(at + 1..end - 1)?;
        Some((unquote(inner, self.byte(at))?, end))
    }
    /// The quoted scalar at `at`, over several lines; the line behind it becomes the current one.
    // Rule: libyaml's yaml_parser_scan_flow_scalar: a line end is a space, of several one less stays, and a backslash
    // before a line end takes it away.
    pub(super) fn folded_quoted(&mut self, at: usize, column: usize) -> Read {
        let quote = self.byte(at);
        let mut text = String::new();
        let mut from = at + 1;
        let mut blank_lines = 0;
        // None on the first line; whether the line end before is taken away.
        let mut joined: Option<bool> = None;
        let end = loop {
            let line_end = self.line_end(from);
            if joined.is_some() && matches!(self.bytes.get(from..from + 3), Some(b"---" | b"...")) {
                return None;
            }
            let closed = self.quote_end(from - 1, quote, line_end);
            let mut part = self.text.get(from..closed.map_or(line_end, |end| end - 1))?;
            if joined.is_some() {
                part = part.trim_start_matches([' ', '\t']);
            }
            let escapes =
                closed.is_none() && quote == b'"' && { part.len() - part.trim_end_matches('\\').len() } % 2
                    == 1;
            if escapes {
                part = part.get(..part.len() - 1)?;
            } else if closed.is_none() {
                part = part.trim_end_matches([' ', '\t']);
            }
            if let Some(taken) = joined {
                if part.is_empty() && closed.is_none() && !escapes {
                    blank_lines += 1;
                    from = self.line_after(line_end);
                    if from >= self.bytes.len() {
                        return None;
                    }
                    continue;
                }
                if blank_lines == 0 && !taken {
                    text.push(' ');
                }
                text.extend(std::iter::repeat_n('\n', blank_lines));
            }
            text += &*unquote(part, quote)?;
            if let Some(end) = closed {
                break end;
            }
            blank_lines = 0;
            joined = Some(escapes);
            from = self.line_after(line_end);
            if from >= self.bytes.len() {
                return None;
            }
        };
        let line_end = self.line_end(end);
        if !self.is_over(end, line_end) {
            return None;
        }
        self.at = self.line_after(line_end);
        self.advance()?;
        self.ends(column)?;
        let style = if quote == b'"' { Style::DoubleQuoted } else { Style::SingleQuoted };
        Some((self.placed(Data::String(text.into()), at, end, style), end))
    }
}

/// What stands between quotes of this kind; none with an escape that is not frequent.
fn unquote(inner: &str, quote: u8) -> Option<Cow<'_, str>> {
    Some(if quote == b'\'' {
        if inner.contains('\'') { Cow::Owned(inner.replace("''", "'")) } else { Cow::Borrowed(inner) }
    } else if inner.contains('\\') {
        Cow::Owned(unescaped(inner)?)
    } else {
        Cow::Borrowed(inner)
    })
}

/// The text of double quotes with the frequent escapes; none with any other.
fn unescaped(inner: &str) -> Option<String> {
    let mut out = String::with_capacity(inner.len());
    let mut chars = inner.chars();
    while let Some(c) = chars.next() {
        if c != '\\' {
            out.push(c);
            continue;
        }
        out.push(match chars.next()? {
            'n' => '\n',
            't' => '\t',
            'r' => '\r',
            c @ ('"' | '\\') => c,
            _ => return None,
        });
    }
    Some(out)
}
