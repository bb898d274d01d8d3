//! Flow collections of one line.

use super::{MAX_DEPTH, MAX_KEY, Read, Reader};
use crate::codec::{Data, Style};

/// Whether a byte means nothing inside a plain scalar of a flow collection.
fn is_plain(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte >= 0x80 || b"_-./+*%=@~^$()<>; ".contains(&byte)
}

/// Whether a plain scalar may begin with this byte, whatever follows.
fn begins(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte >= 0x80 || b"_./+=~^$()<;".contains(&byte)
}

impl Reader<'_, '_> {
    /// The collection at `at`.
    pub(super) fn flow(&mut self, at: usize, line_end: usize, depth: usize) -> Read {
        if depth > MAX_DEPTH {
            return None;
        }
        if self.byte(at) == b'[' {
            self.flow_list(at, line_end, depth)
        } else {
            self.flow_map(at, line_end, depth)
        }
    }

    fn flow_list(&mut self, start: usize, line_end: usize, depth: usize) -> Read {
        let mark = self.items.len();
        let mut at = self.behind_spaces(start + 1);
        if self.byte(at) != b']' {
            loop {
                let (item, end) = self.flow_value(at, line_end, depth)?;
                self.items.push(item);
                at = self.behind_spaces(end);
                match self.byte(at) {
                    b',' => at = self.behind_spaces(at + 1),
                    b']' => break,
                    _ => return None,
                }
            }
        }
        let items = self.items.drain(mark..).collect();
        Some((self.placed(Data::List(items), start, at + 1, Style::Flow), at + 1))
    }

    fn flow_map(&mut self, start: usize, line_end: usize, depth: usize) -> Read {
        let mark = self.entries.len();
        let mut at = self.behind_spaces(start + 1);
        if self.byte(at) != b'}' {
            loop {
                let quoted = matches!(self.byte(at), b'\'' | b'"');
                let end = if quoted { self.unquoted(at, line_end)?.1 } else { self.flow_plain_end(at)? };
                if end - at > MAX_KEY {
                    return None;
                }
                let (key, place) = self.key(at, end)?;
                let colon = self.behind_spaces(end);
                // Behind quotes the colon needs no blank.
                if self.byte(colon) != b':' || !quoted && self.byte(colon + 1) != b' ' {
                    return None;
                }
                let (value, end) = self.flow_value(self.behind_spaces(colon + 1), line_end, depth)?;
                self.entry(key, place, value);
                at = self.behind_spaces(end);
                match self.byte(at) {
                    b',' => at = self.behind_spaces(at + 1),
                    b'}' => break,
                    _ => return None,
                }
            }
        }
        Some((self.close_map(mark, start, at + 1, Style::Flow), at + 1))
    }

    fn flow_value(&mut self, at: usize, line_end: usize, depth: usize) -> Read {
        match self.byte(at) {
            b'\'' | b'"' => self.quoted(at, line_end),
            b'[' | b'{' => self.flow(at, line_end, depth + 1),
            _ => {
                let end = self.flow_plain_end(at)?;
                Some((self.plain_of(at, end), end))
            }
        }
    }

    /// Where the plain scalar at `at` ends; none when a byte stands in it that might mean something.
    fn flow_plain_end(&self, at: usize) -> Option<usize> {
        let first = self.byte(at);
        if !(begins(first) || first == b'-' && self.byte(at + 1).is_ascii_alphanumeric()) {
            return None;
        }
        let mut end = at;
        let mut index = at;
        loop {
            match self.byte(index) {
                b',' | b']' | b'}' | b':' => return Some(end),
                b' ' => {}
                byte if is_plain(byte) => end = index + 1,
                _ => return None,
            }
            index += 1;
        }
    }
}
