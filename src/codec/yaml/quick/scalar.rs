//! Scalars of one line.

use super::{Line, Read, Reader, is_blank, is_break};
use crate::codec::yaml::resolve;
use crate::codec::{Data, Node, Numbers, Style};

/// Bytes of a plain scalar that may be more than a character of it.
const STOPS: [bool; 256] = {
    let mut stops = [false; 256];
    stops[b' ' as usize] = true;
    stops[b':' as usize] = true;
    stops[b'#' as usize] = true;
    stops[b'\t' as usize] = true;
    stops
};

/// The first offset from `at` on that holds such a byte, or the line's end.
fn stop(line: &[u8], at: usize) -> usize {
    let rest = line.get(at..).unwrap_or_default();
    rest.iter().position(|&byte| STOPS[usize::from(byte)]).map_or(line.len(), |length| at + length)
}

/// Bytes that are looked at together; one that is not ASCII costs a look at the characters of its piece alone.
const PIECE: usize = 128;

/// Whether a text has only characters that YAML takes, and breaks lines only as everybody does.
pub(super) fn is_printable(text: &str) -> bool {
    let control = |byte: u8| u8::from(byte < b' ') & u8::from(byte != b'\n') & u8::from(byte != b'\t');
    // Without an early end inside a piece, the compiler looks at many bytes at once.
    let plain =
        |piece: &[u8]| piece.iter().fold(0, |odd, &byte| odd | control(byte) | u8::from(byte >= 0x7f)) == 0;
    let taken = |c: char| match c {
        '\n' | '\t' => true,
        '\0'..='\u{1f}'
        | '\u{7f}'..='\u{9f}'
        | '\u{2028}'
        | '\u{2029}'
        | '\u{feff}'
        | '\u{fffe}'
        | '\u{ffff}' => false,
        _ => true,
    };
    let mut start = 0;
    while let Some(rest) = text.get(start..).filter(|rest| !rest.is_empty()) {
        let piece = rest.get(..rest.floor_char_boundary(PIECE)).unwrap_or(rest);
        let end = start + piece.len();
        if !plain(piece.as_bytes()) {
            let breaks = |at: usize| text.as_bytes().get(start + at + 1) == Some(&b'\n');
            if !piece.char_indices().all(|(at, c)| if c == '\r' { breaks(at) } else { taken(c) }) {
                return false;
            }
        }
        start = end;
    }
    true
}

impl Reader<'_, '_> {
    /// Whether a plain scalar may begin at `at`, and nothing else does.
    pub(super) fn begins_plain(&self, at: usize) -> bool {
        match self.byte(at) {
            b'-' => !is_blank(self.byte(at + 1)),
            b'?' | b':' | b',' | b'[' | b']' | b'{' | b'}' | b'#' | b'&' | b'*' | b'!' | b'|' | b'>'
            | b'\'' | b'"' | b'%' | b'@' | b'`' => false,
            _ => true,
        }
    }

    /// Where the part of a plain scalar of a block that begins at `at` ends on its line; none when there is a `: ` or
    /// a tab in it.
    fn plain_end(&self, at: usize, line_end: usize) -> Option<usize> {
        let line = self.bytes.get(..line_end)?;
        let (mut end, mut from) = (at, at);
        loop {
            let next = stop(line, from);
            if next > from {
                end = next;
            }
            match line.get(next) {
                None => return Some(end),
                Some(b' ') => {}
                Some(b':') if is_blank(self.byte(next + 1)) => return None,
                Some(b'#') if next > at && line.get(next - 1) == Some(&b' ') => return Some(end),
                Some(b'\t') => return None,
                Some(_) => end = next + 1,
            }
            from = next + 1;
        }
    }

    /// Where the key at `at` ends, if a colon with a blank behind it makes it one.
    pub(super) fn key_end(&self, at: usize, line_end: usize) -> Option<usize> {
        if matches!(self.byte(at), b'\'' | b'"') {
            let end = self.quote_end(at, self.byte(at), line_end)?;
            return self.is_colon(self.behind_spaces(end)).then_some(end);
        }
        if !self.begins_plain(at) {
            return None;
        }
        let line = self.bytes.get(..line_end)?;
        let (mut end, mut from) = (at, at);
        loop {
            let next = stop(line, from);
            if next > from {
                end = next;
            }
            match line.get(next)? {
                b' ' => {}
                b':' if self.is_colon(next) => return Some(end),
                b'#' if next > at && line.get(next - 1) == Some(&b' ') => return None,
                b'\t' => return None,
                _ => end = next + 1,
            }
            from = next + 1;
        }
    }

    fn is_colon(&self, at: usize) -> bool {
        self.byte(at) == b':' && self.byte(at + 1) != b'\t' && is_blank(self.byte(at + 1))
    }

    /// The plain scalar at `at`, which may go on in the lines below that are deeper than `column`.
    pub(super) fn plain(&mut self, at: usize, line: Line, column: usize) -> Read {
        if !self.begins_plain(at) {
            return None;
        }
        let end = self.plain_end(at, line.end)?;
        self.advance()?;
        if self.ends(column).is_none() && self.behind_spaces(end) == line.end {
            return self.folded_plain(at, end, line, column);
        }
        self.ends(column)?;
        Some((self.plain_of(at, end), end))
    }

    // Rule: a line end is a space, of several one less stays; a comment ends the scalar.
    fn folded_plain(&mut self, at: usize, first: usize, line: Line, column: usize) -> Read {
        let mut text = self.text.get(at..first)?.to_owned();
        let mut end = first;
        let mut line_end = line.end;
        let mut breaks = 0;
        self.at = self.line_after(line_end);
        loop {
            let start = self.behind_spaces(self.at);
            if start < self.bytes.len() && is_break(self.byte(start)) {
                breaks += 1;
                self.at = self.line_after(start);
                continue;
            }
            let deeper = start - self.at > column;
            if !deeper
                || start >= self.bytes.len()
                || self.byte(start) == b'#'
                || self.behind_spaces(end) != line_end
            {
                break;
            }
            line_end = self.line_end(start);
            end = self.plain_end(start, line_end)?;
            if breaks == 0 {
                text.push(' ');
            }
            text.extend(std::iter::repeat_n('\n', breaks));
            text.push_str(self.text.get(start..end)?);
            breaks = 0;
            self.at = self.line_after(line_end);
        }
        self.advance()?;
        self.ends(column)?;
        let data = self.typed(&text);
        Some((self.placed(data, at, end, Style::Plain), end))
    }

    /// The plain scalar of these bytes.
    pub(super) fn plain_of(&mut self, start: usize, end: usize) -> Node {
        let text = self.text.get(start..end).unwrap_or_default();
        let data = self.typed(text);
        self.placed(data, start, end, Style::Plain)
    }

    fn typed(&mut self, text: &str) -> Data {
        let whole =
            |value: f64, typed: Data| if self.numbers == Numbers::Json { Data::Float(value) } else { typed };
        match resolve::plain(text) {
            resolve::Kind::Null => Data::Null,
            resolve::Kind::Bool(value) => Data::Bool(value),
            resolve::Kind::Int(value) => whole(value as f64, Data::Int(value)),
            resolve::Kind::Uint(value) => whole(value as f64, Data::Uint(value)),
            resolve::Kind::Float(value) => {
                self.odd |= !value.is_finite();
                Data::Float(value)
            }
            resolve::Kind::Text => self.string(text),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_printable_is_found_at_every_place_of_a_piece() {
        for lead in [0, PIECE - 3, PIECE - 2, PIECE - 1, PIECE, 2 * PIECE - 1] {
            for (odd, taken) in [
                ("\u{85}", false),
                ("\u{2028}", false),
                ("\u{feff}", false),
                ("\u{7f}", false),
                ("\0", false),
                ("\r", false),
                ("\r\n", true),
                ("\u{2026}", true),
                ("\u{1f600}", true),
                ("\t\n", true),
            ] {
                let text = format!("{}{odd}{}", "x".repeat(lead), "y".repeat(PIECE));
                assert_eq!(is_printable(&text), taken, "{odd:?} at {lead}");
                let text = format!("\u{e9}{text}");
                assert_eq!(is_printable(&text), taken, "{odd:?} at {lead} behind another");
            }
        }
        assert!(is_printable(""));
    }
}
