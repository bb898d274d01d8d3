//! The common part of YAML, read without the parser: block maps and lists, scalars and flow collections of one
//! line, literal blocks; a `---` in front of it all.
//!
//! Whatever else stands in a text (anchors, tags, tabs, scalars over several lines, every mistake) makes this
//! reader give up, and the text is read again by the parser behind [`events`](super::events), which alone decides
//! what is an error. What is read here is the same tree, with the same places; tests hold the two together.

mod flow;
mod literal;
mod quoted;
mod scalar;
#[cfg(test)]
mod tests;

use std::cell::RefCell;
use std::sync::Arc;

use super::DuplicateKey;
use super::compose::{map_of, sort};
use super::error::Origin;
use super::resolve;
use crate::bytes::{near, short};
use crate::codec::{Data, Entry, Map, Node, Numbers, Style};
use crate::diag::Span;

/// Levels of nesting that are read here.
const MAX_DEPTH: usize = 60;
/// Bytes a key may have; libyaml looks for the colon in the next 1024 characters.
const MAX_KEY: usize = 1000;
/// Entries of a map from which on room is given away rather than kept for the next map.
const LARGE: usize = 1000;
/// Bytes of a text that is kept to be shared with its equals.
const MAX_SHARED: usize = 64;
/// How many texts are kept, a power of two.
const SHARED: usize = 512;

thread_local! {
    /// What reading one document leaves for the next.
    static KEPT: RefCell<Kept> = RefCell::default();
}

/// What is kept from one document to the next.
#[derive(Default)]
struct Kept {
    /// Short texts, by a hash: most documents say the same again.
    texts: Vec<Option<Arc<str>>>,
    /// Room for the entries of open maps.
    entries: Vec<Entry>,
    /// Room for the items of open lists.
    items: Vec<Node>,
}

/// The first document of a text that keeps to the common part, and nothing when there is none in it; `None` when the
/// parser has to look.
pub(super) fn first(
    text: &str,
    origin: Origin<'_>,
    numbers: Numbers,
    wanted: Option<Wanted>,
    duplicates: &mut Vec<DuplicateKey>,
) -> Option<Document> {
    if !scalar::is_printable(text) {
        return None;
    }
    let mut kept = KEPT.take();
    kept.texts.resize(SHARED, None);
    let mut reader = Reader {
        bytes: text.as_bytes(),
        text,
        origin,
        numbers,
        at: 0,
        line: None,
        has_begun: false,
        entries: kept.entries,
        items: kept.items,
        shared: kept.texts,
        duplicates: Vec::new(),
        odd: false,
        wanted,
        skims: false,
    };
    let root = reader.document();
    if root.is_some() {
        duplicates.append(&mut reader.duplicates);
    }
    let Reader { mut entries, mut items, shared, .. } = reader;
    entries.clear();
    items.clear();
    entries.shrink_to(LARGE);
    items.shrink_to(LARGE);
    KEPT.set(Kept { texts: shared, entries, items });
    root
}

/// What a text holds: nothing when there are only comments.
pub(super) struct Document(pub Option<Node>);

/// Whether a line ends here.
fn is_break(byte: u8) -> bool {
    matches!(byte, b'\n' | b'\r')
}

/// Whether nothing is written here.
fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r')
}

/// A line with something on it.
#[derive(Clone, Copy)]
struct Line {
    /// Spaces before the first character.
    indent: usize,
    /// Offset of the first character.
    start: usize,
    /// Offset of the line's end.
    end: usize,
}

/// What begins somewhere.
#[derive(Clone, Copy)]
enum Begin {
    /// A list.
    List,
    /// A map whose first key ends here.
    Map(usize),
}

struct Reader<'t, 's> {
    bytes: &'t [u8],
    text: &'t str,
    origin: Origin<'s>,
    numbers: Numbers,
    /// Where the next line begins.
    at: usize,
    /// The line that was found last and is not used yet.
    line: Option<Line>,
    /// Whether a line was found, or the `---` that the document may begin with.
    has_begun: bool,
    /// Entries of the maps that are open, the innermost last.
    entries: Vec<Entry>,
    /// Items of the lists that are open.
    items: Vec<Node>,
    /// Short texts, by a hash.
    shared: Vec<Option<Arc<str>>>,
    duplicates: Vec<DuplicateKey>,
    /// Whether there was an infinity, which is an error elsewhere.
    odd: bool,
    /// Of which keys of the outermost map values are wanted; none for all.
    wanted: Option<Wanted>,
    /// Whether values are read only to find what is no YAML; each is a null.
    skims: bool,
}

/// Whether the value of this key of the outermost map is wanted.
pub(crate) type Wanted = fn(&str) -> bool;

/// A node and the offset where it ends.
type Read = Option<(Node, usize)>;

impl Reader<'_, '_> {
    fn document(&mut self) -> Option<Document> {
        self.advance()?;
        let Some(line) = self.line else {
            // Behind a `---` there is a document, of which nothing is written.
            return if self.has_begun { None } else { Some(Document(None)) };
        };
        // Nothing may follow a scalar, however deep.
        let (root, _) = match self.begins_block(line.start, line.end) {
            Some(begin) => self.block(line, line.start, line.indent, 0, begin)?,
            None => self.inline(line.start, line, usize::MAX)?,
        };
        if self.line.is_some() || self.odd { None } else { Some(Document(Some(root))) }
    }

    fn byte(&self, at: usize) -> u8 {
        self.bytes.get(at).copied().unwrap_or(b'\n')
    }

    /// The first offset from `at` on that holds no space.
    fn behind_spaces(&self, at: usize) -> usize {
        let rest = self.bytes.get(at..).unwrap_or_default();
        at + near::count_first(b' ', rest)
    }

    /// The offset of the line end at or behind `at`.
    fn line_end(&self, at: usize) -> usize {
        let rest = self.bytes.get(at..).unwrap_or_default();
        let end = near::find(b'\n', rest).map_or(self.bytes.len(), |length| at + length);
        if end > at && self.bytes.get(end - 1) == Some(&b'\r') { end - 1 } else { end }
    }

    /// Where the line behind a line end begins.
    fn line_after(&self, end: usize) -> usize {
        end + 1 + usize::from(self.byte(end) == b'\r')
    }

    /// Finds the next line that is neither blank nor a comment.
    fn advance(&mut self) -> Option<()> {
        loop {
            let start = self.behind_spaces(self.at);
            if start >= self.bytes.len() {
                self.line = None;
                self.at = start;
                return Some(());
            }
            match self.byte(start) {
                b'\n' | b'\r' => self.at = self.line_after(start),
                b'#' => self.at = self.line_after(self.line_end(start)),
                b'\t' => return None,
                _ => {
                    let line = Line { indent: start - self.at, start, end: self.line_end(start) };
                    self.at = self.line_after(line.end);
                    let has_begun = std::mem::replace(&mut self.has_begun, true);
                    if line.indent == 0 && matches!(self.bytes.get(start..start + 3), Some(b"---" | b"...")) {
                        if !has_begun && self.byte(start) == b'-' && self.is_over(start + 3, line.end) {
                            continue;
                        }
                        // The end of the document, or the start of the next.
                        return None;
                    }
                    self.line = Some(line);
                    return Some(());
                }
            }
        }
    }

    fn placed(&self, data: Data, start: usize, end: usize, style: Style) -> Node {
        if self.skims {
            return Node::null();
        }
        Node::new(data).placed(self.origin.source, self.origin.span(start, end), style)
    }

    /// A text, if somebody wants it.
    fn string(&mut self, text: &str) -> Data {
        if self.skims { Data::Null } else { Data::String(self.shared(text)) }
    }

    /// Nothing was written; parsers place it behind the `:` or `-`.
    fn nothing(&self, at: usize) -> (Node, usize) {
        (self.placed(Data::Null, at, at, Style::Plain), at)
    }

    /// A text, shared with an equal one read before when it is short.
    fn shared(&mut self, text: &str) -> Arc<str> {
        let bytes = text.as_bytes();
        let (Some(&first), Some(&last)) = (bytes.first(), bytes.last()) else { return Arc::from("") };
        if bytes.len() > MAX_SHARED {
            return Arc::from(text);
        }
        let middle = bytes.get(bytes.len() / 2).copied().unwrap_or_default();
        let hash = usize::from(first) * 7 + usize::from(middle) * 31 + usize::from(last) * 3 + bytes.len();
        // There is a power of two of them.
        let place = hash & self.shared.len().saturating_sub(1);
        let Some(slot) = self.shared.get_mut(place) else { return Arc::from(text) };
        match slot {
            Some(known) if short::is(known.as_bytes(), bytes) => known.clone(),
            _ => slot.insert(Arc::from(text)).clone(),
        }
    }

    /// Whether a list item begins here.
    fn is_dash(&self, at: usize) -> bool {
        self.byte(at) == b'-' && self.byte(at + 1) != b'\t' && is_blank(self.byte(at + 1))
    }

    /// Whether nothing but space and a comment follows up to the end of the line; `at` stands behind a value.
    fn is_over(&self, at: usize, end: usize) -> bool {
        let next = self.behind_spaces(at);
        next >= end || next > at && self.byte(next) == b'#'
    }

    /// Whether a list or map begins at `at`.
    fn begins_block(&self, at: usize, end: usize) -> Option<Begin> {
        if self.is_dash(at) { Some(Begin::List) } else { self.key_end(at, end).map(Begin::Map) }
    }

    /// The value of a key or dash of this column that stands on a line below.
    fn below(&mut self, line: Line, column: usize, depth: usize) -> Read {
        match self.begins_block(line.start, line.end) {
            Some(begin) => self.block(line, line.start, line.indent, depth + 1, begin),
            None => self.inline(line.start, line, column),
        }
    }

    /// The map or list that begins at `from` of `line`, in this column.
    fn block(&mut self, line: Line, from: usize, column: usize, depth: usize, begin: Begin) -> Read {
        if depth > MAX_DEPTH {
            return None;
        }
        match begin {
            Begin::List => self.list(line, from, column, depth),
            Begin::Map(key_end) => self.map(line, from, column, depth, key_end),
        }
    }

    fn list(&mut self, mut line: Line, start: usize, column: usize, depth: usize) -> Read {
        let mark = self.items.len();
        let mut from = start;
        let mut last;
        loop {
            let at = self.behind_spaces(from + 1);
            let (item, end) = if self.is_over(from + 1, line.end) {
                self.advance()?;
                match self.line {
                    Some(next) if next.indent > column => self.below(next, column, depth)?,
                    _ => self.nothing(from + 1),
                }
            } else if let Some(begin) = self.begins_block(at, line.end) {
                self.block(line, at, column + (at - from), depth + 1, begin)?
            } else {
                self.inline(at, line, column)?
            };
            if !self.skims {
                self.items.push(item);
            }
            last = end;
            match self.line {
                Some(next) if next.indent == column && self.is_dash(next.start) => {
                    line = next;
                    from = next.start;
                }
                Some(next) if next.indent > column => return None,
                _ => break,
            }
        }
        if self.skims {
            return Some((Node::null(), last));
        }
        let items = self.items.drain(mark..).collect();
        Some((self.placed(Data::List(items), start, last, Style::Block), last))
    }

    /// The map whose first key ends at `key_end`.
    fn map(&mut self, mut line: Line, start: usize, column: usize, depth: usize, mut key_end: usize) -> Read {
        let mark = self.entries.len();
        let mut from = start;
        let mut last;
        loop {
            let (key, place) = self.key(from, key_end)?;
            let colon = self.behind_spaces(key_end);
            let outer = self.skims;
            self.skims |= depth == 0 && self.wanted.is_some_and(|wanted| !wanted(&key));
            let (value, end) = if self.is_over(colon + 1, line.end) {
                self.advance()?;
                match self.line {
                    Some(next) if next.indent > column => self.below(next, column, depth)?,
                    Some(next) if next.indent == column && self.is_dash(next.start) => {
                        self.list(next, next.start, column, depth + 1)?
                    }
                    _ => self.nothing(colon + 1),
                }
            } else {
                self.inline(self.behind_spaces(colon + 1), line, column)?
            };
            self.skims = outer;
            self.entry(key, place, value);
            last = end;
            match self.line {
                Some(next) if next.indent == column => {
                    line = next;
                    from = next.start;
                    key_end = self.key_end(from, line.end)?;
                }
                Some(next) if next.indent > column => return None,
                _ => break,
            }
        }
        Some((self.close_map(mark, start, last, Style::Block), last))
    }

    fn entry(&mut self, key: Arc<str>, place: Span, value: Node) {
        if self.skims {
            return;
        }
        let place = Some(self.origin.place(place.start(), place.end()));
        self.entries.push(Entry { key, place, value });
    }

    /// The map of the entries from `mark` on.
    fn close_map(&mut self, mark: usize, start: usize, end: usize, style: Style) -> Node {
        if self.skims {
            return Node::null();
        }
        let map = if mark == 0 && self.entries.len() > LARGE {
            let mut entries = std::mem::take(&mut self.entries);
            // Places tell which of equal keys came first, so that sorting needs no room beside them.
            let start = |entry: &Entry| entry.place.as_ref().map(|place| place.span.start());
            entries.sort_unstable_by(|a, b| a.key.cmp(&b.key).then_with(|| start(a).cmp(&start(b))));
            map_of(entries, false, &mut self.duplicates)
        } else {
            let stands_twice =
                sort(self.entries.get_mut(mark..).unwrap_or_default(), false, &mut self.duplicates);
            let entries = self.entries.drain(mark..);
            if stands_twice { Map::from_entries(entries.collect()) } else { Map::from_sorted(entries) }
        };
        self.placed(Data::Map(map), start, end, style)
    }

    /// A scalar or flow collection that begins at `at`; the next line becomes the current one.
    fn inline(&mut self, at: usize, line: Line, column: usize) -> Read {
        let (node, end) = match self.byte(at) {
            b'|' | b'>' => return self.literal(at, line, column),
            b'\'' | b'"' => match self.quoted(at, line.end) {
                Some(read) => read,
                None => return self.folded_quoted(at, column),
            },
            b'[' | b'{' => self.flow(at, line.end, 0)?,
            _ => return self.plain(at, line, column),
        };
        if !self.is_over(end, line.end) {
            return None;
        }
        self.advance()?;
        self.ends(column)?;
        Some((node, end))
    }

    /// Nothing when the current line is deeper than this column, where it would belong to the value before.
    fn ends(&self, column: usize) -> Option<()> {
        self.line.is_none_or(|next| next.indent <= column).then_some(())
    }

    /// The text of a key and its place.
    fn key(&mut self, from: usize, end: usize) -> Option<(Arc<str>, Span)> {
        if end - from > MAX_KEY {
            return None;
        }
        let place = Span::new(from, end);
        if matches!(self.byte(from), b'\'' | b'"') {
            let (text, _) = self.unquoted(from, end)?;
            return Some((self.shared(&text), place));
        }
        let text = self.text.get(from..end)?;
        let key = match resolve::plain(text) {
            resolve::Kind::Text if text == "<<" => return None,
            resolve::Kind::Text => self.shared(text),
            resolve::Kind::Bool(value) => self.shared(if value { "true" } else { "false" }),
            resolve::Kind::Int(value) => Arc::from(value.to_string()),
            _ => return None,
        };
        Some((key, place))
    }
}
