//! Lays a tree out as go-yaml's emitter does, with an explicit stack.

use std::fmt::Write as _;

use base64::Engine as _;

use super::order::{KeyOrder, natural_less, sort};
use super::scalar::{Analysis, analyze, escape, header, is_break, is_delicate, is_printable, resolves};
use crate::codec::number::write_general;
use crate::codec::tree::{Item, Tree, View};
use crate::value::Str;

/// Columns a level is indented by.
const INDENT: usize = 2;

/// Bytes of room at the beginning.
const ROOM: usize = 128;

/// Longest key that stands in front of its colon on one line, in bytes.
// Rule: go-yaml v2.4.4 emitterc.go, yaml_emitter_check_simple_key.
const MAX_SIMPLE_KEY: usize = 128;

/// What the writers differ in.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rules {
    /// The column behind which a text is folded.
    pub fold: Option<usize>,
    /// go-yaml v3 instead of v2.
    pub pretty: bool,
    /// Quotes for everything that some reader of YAML takes for something else.
    pub careful: bool,
    pub order: KeyOrder,
}

/// Where a value stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Spot {
    Root,
    Item,
    /// A key on one line.
    SimpleKey,
    /// A key behind `? `.
    LongKey,
    Value,
}

enum Frame<T> {
    List { items: std::vec::IntoIter<T>, outer: Option<usize> },
    Map { entries: std::vec::IntoIter<(Str, T)>, outer: Option<usize> },
}

/// The text so far and what matters about its end.
pub(super) struct Emitter {
    out: String,
    rules: Rules,
    /// Characters in the last line.
    column: usize,
    /// The block's column; none in front of everything.
    indent: Option<usize>,
    /// Whether the last character separates.
    whitespace: bool,
    /// Whether the last line holds nothing but indentation and indicators.
    indention: bool,
}

impl Emitter {
    pub(super) fn new(rules: Rules) -> Self {
        Self {
            out: String::with_capacity(ROOM),
            rules,
            column: 0,
            indent: None,
            whitespace: true,
            indention: true,
        }
    }

    /// The document, ending in a newline.
    pub(super) fn document<T: Tree>(mut self, root: T) -> Result<String, String> {
        let mut frames: Vec<Frame<T>> = Vec::new();
        let mut next = Some((root, Spot::Root));
        loop {
            if let Some((tree, spot)) = next.take() {
                self.value(tree, spot, &mut frames)?;
            }
            match frames.last_mut() {
                None => break,
                Some(Frame::List { items, outer }) => {
                    if let Some(item) = items.next() {
                        self.start_line();
                        self.indicator("-", true, true);
                        next = Some((item, Spot::Item));
                    } else {
                        self.indent = *outer;
                        frames.pop();
                    }
                }
                Some(Frame::Map { entries, outer }) => {
                    if let Some((key, value)) = entries.next() {
                        self.key(&key);
                        next = Some((value, Spot::Value));
                    } else {
                        self.indent = *outer;
                        frames.pop();
                    }
                }
            }
        }
        self.start_line();
        Ok(self.out)
    }

    fn value<T: Tree>(&mut self, tree: T, spot: Spot, frames: &mut Vec<Frame<T>>) -> Result<(), String> {
        let view = if self.rules.pretty { View::Yaml } else { View::Json };
        match tree.open(view)? {
            Item::List(items) if items.is_empty() => self.flow("[", "]"),
            Item::Map(entries) | Item::Fields(entries) if entries.is_empty() => self.flow("{", "}"),
            Item::List(items) => {
                let outer = self.indent;
                // v2 does not indent a list that stands below its key.
                let flat = spot == Spot::Value && !self.indention && !self.rules.pretty;
                if !flat {
                    self.indent = Some(outer.map_or(0, |indent| indent + INDENT));
                } else if outer.is_none() {
                    self.indent = Some(0);
                }
                frames.push(Frame::List { items: items.into_iter(), outer });
            }
            Item::Map(entries) => {
                let outer = self.indent;
                self.indent = Some(outer.map_or(0, |indent| indent + INDENT));
                frames.push(Frame::Map { entries: self.sorted(entries).into_iter(), outer });
            }
            Item::Fields(entries) => {
                let outer = self.indent;
                self.indent = Some(outer.map_or(0, |indent| indent + INDENT));
                frames.push(Frame::Map { entries: entries.into_iter(), outer });
            }
            Item::Null => self.bare("null"),
            Item::Bool(value) => self.bare(if value { "true" } else { "false" }),
            Item::Int(value) => self.display(value),
            Item::Uint(value) => self.display(value),
            Item::Float(value) => {
                let mut text = String::new();
                write_general(&mut text, value);
                self.bare(match text.as_str() {
                    "+Inf" => ".inf",
                    "-Inf" => "-.inf",
                    "NaN" => ".nan",
                    text => text,
                });
            }
            Item::Bare(text) => self.bare(&text.text()),
            Item::Binary(bytes) => {
                self.bare("!!binary");
                let encoded = base64::engine::general_purpose::STANDARD.encode(bytes.as_bytes());
                self.text(&encoded, spot);
            }
            Item::Text(text) => self.text(&text.text(), spot),
        }
        Ok(())
    }

    fn sorted<T: Tree>(&self, entries: Vec<(Str, T)>) -> Vec<(Str, T)> {
        match self.rules.order {
            KeyOrder::Bytes => entries,
            KeyOrder::Natural => {
                let pretty = self.rules.pretty;
                sort(entries, |a, b| match (a.0.as_str(), b.0.as_str()) {
                    (Some(a), Some(b)) => natural_less(a, b, pretty),
                    _ => natural_less(&a.0.text(), &b.0.text(), pretty),
                })
            }
            KeyOrder::Written => {
                let mut entries = entries;
                entries.sort_by_key(|(_, value)| value.written_at());
                entries
            }
        }
    }

    fn key(&mut self, key: &Str) {
        self.start_line();
        let text = key.text();
        let binary = self.rules.pretty && key.as_str().is_none();
        let allowed = analyze(&text, self.rules.pretty, self.rules.careful);
        if text.len() <= MAX_SIMPLE_KEY && !allowed.multiline && !binary {
            self.styled(&text, Spot::SimpleKey, allowed);
            self.indicator(":", false, false);
            return;
        }
        self.indicator("?", true, true);
        if binary {
            self.bare("!!binary");
            let encoded = base64::engine::general_purpose::STANDARD.encode(key.as_bytes());
            self.text(&encoded, Spot::LongKey);
        } else {
            self.styled(&text, Spot::LongKey, allowed);
        }
        self.start_line();
        self.indicator(":", true, true);
    }

    fn put(&mut self, c: char) {
        self.out.push(c);
        self.column += 1;
    }

    fn put_str(&mut self, text: &str) {
        self.out.push_str(text);
        self.column += if text.is_ascii() { text.len() } else { text.chars().count() };
    }

    /// Copies a line break.
    fn put_break(&mut self, c: char) {
        self.out.push(c);
        self.column = 0;
        self.indention = true;
    }

    /// Goes to the block's column, on a new line unless the current one holds nothing yet.
    fn start_line(&mut self) {
        let indent = self.indent.unwrap_or_default();
        if !self.indention || self.column > indent || self.column == indent && !self.whitespace {
            self.put_break('\n');
        }
        if let Some(missing) = indent.checked_sub(self.column) {
            self.out.extend(std::iter::repeat_n(' ', missing));
            self.column = indent;
        }
        self.whitespace = true;
        self.indention = true;
    }

    fn indicator(&mut self, sign: &str, spaced: bool, indents: bool) {
        if spaced && !self.whitespace {
            self.put(' ');
        }
        self.put_str(sign);
        self.whitespace = false;
        self.indention &= indents;
    }

    fn flow(&mut self, open: &str, close: &str) {
        self.indicator(open, true, false);
        self.indicator(close, false, false);
    }

    fn bare(&mut self, text: &str) {
        if !self.whitespace {
            self.put(' ');
        }
        self.put_str(text);
        self.whitespace = false;
        self.indention = false;
    }

    fn display(&mut self, number: impl std::fmt::Display) {
        if !self.whitespace {
            self.put(' ');
        }
        let before = self.out.len();
        let _ = write!(self.out, "{number}");
        self.column += self.out.len() - before;
        self.whitespace = false;
        self.indention = false;
    }

    fn text(&mut self, text: &str, spot: Spot) {
        let allowed = analyze(text, self.rules.pretty, self.rules.careful);
        self.styled(text, spot, allowed);
    }

    /// Writes a text in the style that is right for it.
    // Rule: go-yaml v2.4.4 encode.go, stringv; emitterc.go, yaml_emitter_select_scalar_style.
    fn styled(&mut self, text: &str, spot: Spot, allowed: Analysis) {
        let outer = self.indent;
        self.indent = Some(outer.map_or(INDENT, |indent| indent + INDENT));
        let simple_key = spot == Spot::SimpleKey;
        if text.contains('\n') && allowed.literal && !simple_key {
            self.literal(text);
        } else if text.contains('\n') || resolves(text) || self.rules.careful && is_delicate(text) {
            self.double(text, simple_key);
        } else if allowed.plain {
            self.plain(text, simple_key);
        } else if allowed.single {
            self.single(text, simple_key);
        } else {
            self.double(text, simple_key);
        }
        self.indent = outer;
    }

    /// Whether a text may be folded here.
    fn folds(&self, simple_key: bool) -> bool {
        !simple_key && self.rules.fold.is_some_and(|width| self.column > width)
    }

    fn plain(&mut self, text: &str, simple_key: bool) {
        if !self.whitespace {
            self.put(' ');
        }
        self.broken(text, simple_key, false);
        self.whitespace = false;
        self.indention = false;
    }

    fn single(&mut self, text: &str, simple_key: bool) {
        self.indicator("'", true, false);
        self.broken(text, simple_key, true);
        self.indicator("'", false, false);
        self.indention = false;
    }

    /// The characters of a plain or single-quoted text.
    fn broken(&mut self, text: &str, simple_key: bool, quoted: bool) {
        // A line that cannot reach the column is copied as it is.
        let short = self.rules.fold.is_none_or(|width| self.column + text.len() <= width);
        if (short || simple_key) && !text.contains(|c: char| is_break(c) || quoted && c == '\'') {
            self.put_str(text);
            self.indention &= text.is_empty();
            return;
        }
        let (mut spaces, mut breaks) = (false, false);
        let mut at_start = true;
        let mut chars = text.chars().peekable();
        while let Some(c) = chars.next() {
            let next = chars.peek().copied();
            if c == ' ' {
                let inside = !quoted || !at_start && next.is_some();
                if !spaces && inside && next != Some(' ') && self.folds(simple_key) {
                    self.start_line();
                } else {
                    self.put(' ');
                }
                spaces = true;
            } else if is_break(c) {
                if !breaks && c == '\n' {
                    self.put_break('\n');
                }
                self.put_break(c);
                breaks = true;
            } else {
                if breaks {
                    self.start_line();
                }
                if quoted && c == '\'' {
                    self.put('\'');
                }
                self.put(c);
                self.indention = false;
                spaces = false;
                breaks = false;
            }
            at_start = false;
        }
    }

    fn double(&mut self, text: &str, simple_key: bool) {
        self.indicator("\"", true, false);
        // Quirk: go-yaml's is_bom looks at the beginning of the text, so a text that begins with
        // U+FEFF is escaped to its last character.
        let all = text.starts_with('\u{FEFF}');
        let mut spaces = false;
        let mut at_start = true;
        let mut chars = text.chars().peekable();
        while let Some(c) = chars.next() {
            if all || !is_printable(c) || is_break(c) || c == '"' || c == '\\' {
                let before = self.out.len();
                escape(&mut self.out, c);
                self.column += self.out.len() - before;
                spaces = false;
            } else if c == ' ' {
                if !spaces && !at_start && chars.peek().is_some() && self.folds(simple_key) {
                    self.start_line();
                    if chars.peek() == Some(&' ') {
                        self.put('\\');
                    }
                } else {
                    self.put(' ');
                }
                spaces = true;
            } else {
                self.put(c);
                spaces = false;
            }
            at_start = false;
        }
        self.indicator("\"", false, false);
        self.indention = false;
    }

    fn literal(&mut self, text: &str) {
        self.indicator("|", true, false);
        self.put_str(header(text));
        self.put_break('\n');
        self.whitespace = true;
        let mut breaks = true;
        let mut rest = text;
        while let Some(c) = rest.chars().next() {
            if is_break(c) {
                self.put_break(c);
                breaks = true;
                rest = rest.get(c.len_utf8()..).unwrap_or_default();
            } else {
                if breaks {
                    self.start_line();
                }
                let end = rest.find(is_break).unwrap_or(rest.len());
                let (line, tail) = rest.split_at(end);
                self.put_str(line);
                self.indention = false;
                breaks = false;
                rest = tail;
            }
        }
    }
}
