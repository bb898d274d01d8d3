//! Putting texts together out of parts of others.

use super::deps::Deps;
use super::marks::{Kind, Segment};

/// A text under construction.
#[derive(Default)]
pub(super) struct Builder {
    parts: Vec<Segment>,
    at: u32,
}

impl Builder {
    /// Adds `len` bytes that depend on `deps`, written by nobody yet.
    pub(super) fn value(&mut self, len: usize, deps: Deps) {
        let end = self.at + len as u32;
        if len > 0 {
            self.parts.push(Segment::value(self.at, end, deps));
        }
        self.at = end;
    }

    /// Adds the bytes `from..to` of a text.
    pub(super) fn part(&mut self, source: &[Segment], from: usize, to: usize) {
        let (from, to) = (from as u32, to as u32);
        let first = source.partition_point(|part| part.end < from);
        for part in source.get(first..).unwrap_or_default() {
            if part.start > to {
                break;
            }
            self.parts.extend(part.cut(from, to, self.at));
        }
        self.at += to.saturating_sub(from);
    }

    /// Adds the gaps of a text that lie in `from..=to`, none of its bytes.
    pub(super) fn gaps(&mut self, source: &[Segment], from: usize, to: usize) {
        let (from, to) = (from as u32, to as u32);
        let first = source.partition_point(|part| part.end < from);
        for part in source.get(first..).unwrap_or_default().iter().take_while(|part| part.start <= to) {
            if matches!(part.kind, Kind::Gap | Kind::GapLine) {
                self.parts.push(Segment { start: self.at, end: self.at, ..*part });
            }
        }
    }

    /// Bytes so far.
    pub(super) fn len(&self) -> usize {
        self.at as usize
    }

    pub(super) fn finish(self) -> Vec<Segment> {
        self.parts
    }
}

/// The lines of a text as byte ranges, each without its line end.
pub(super) fn lines(text: &[u8]) -> Vec<(usize, usize)> {
    let mut lines = Vec::new();
    let mut start = 0;
    for (at, byte) in text.iter().enumerate() {
        if *byte == b'\n' {
            lines.push((start, at));
            start = at + 1;
        }
    }
    lines.push((start, text.len()));
    lines
}

/// The first place of `needle` in `text` at or behind `from`.
pub(super) fn find(text: &[u8], needle: &[u8], from: usize) -> Option<usize> {
    let rest = text.get(from..)?;
    if needle.is_empty() {
        return Some(from);
    }
    rest.windows(needle.len()).position(|window| window == needle).map(|at| from + at)
}
