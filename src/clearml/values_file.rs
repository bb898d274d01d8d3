//! Reading our values file when the program is built, so that no render has to.
//!
//! The file keeps to a few forms, and whatever else stands in it stops the build. A line is one of
//!
//! - nothing, or a comment;
//! - `key:` with a map or a list below it, which are deeper;
//! - `key: value`, or `key: |-` with lines of text below it;
//! - the same behind `- `, or a value behind it.
//!
//! A value is `null`, `true`, `false`, a whole number, text in double quotes without backslashes, plain text, `{}` or
//! `[]`. A test holds what is read here to what the program's own reader makes of the file.
//!
//! The build script includes this file, so it knows nothing of the rest of the program.

use super::row::{Row, What, Written};
use super::segment::At;

/// A form that is not read here.
pub(crate) type Mistake = String;

/// The file as rows, and the words they name by number.
#[derive(Debug, Default)]
pub(crate) struct Rows {
    /// The first is the file's map.
    pub(crate) rows: Vec<Row>,
    /// Keys and texts, each once.
    pub(crate) words: Vec<String>,
}

impl Rows {
    /// Reads a file.
    pub(crate) fn read(text: &str) -> Result<Self, Mistake> {
        let mut lines = Vec::new();
        let mut start = 0;
        for raw in text.split_inclusive('\n') {
            let content = raw.trim_start_matches(' ');
            let indent = raw.len() - content.len();
            lines.push(Line { start: start + indent, indent, text: content.trim_end_matches('\n') });
            start += raw.len();
        }
        let mut reader = Reader { lines, next: 0, end: text.len() };
        let tree = match reader.peek() {
            Some(line) if line.indent == 0 => reader.block(0)?,
            _ => return Err("no map at the start of a line".to_owned()),
        };
        if reader.peek().is_some() {
            return reader.refuse("not as deep as the lines before it");
        }
        let mut rows = Self::default();
        rows.add(None, tree);
        Ok(rows)
    }

    fn add(&mut self, key: Option<(usize, At)>, tree: Tree) {
        let Tree { kind, written, at } = tree;
        let what = match &kind {
            Kind::Scalar(what) => *what,
            Kind::Text(text) => What::Text(self.word(text)),
            Kind::List(items) => What::List(items.len()),
            Kind::Map(entries) => What::Map(entries.len()),
        };
        self.rows.push(Row { key, what, written, at });
        match kind {
            Kind::List(items) => items.into_iter().for_each(|item| self.add(None, item)),
            Kind::Map(mut entries) => {
                entries.sort_by(|a, b| a.0.cmp(&b.0));
                for (key, at, value) in entries {
                    let word = self.word(&key);
                    self.add(Some((word, at)), value);
                }
            }
            Kind::Scalar(_) | Kind::Text(_) => {}
        }
    }

    fn word(&mut self, text: &str) -> usize {
        self.words.iter().position(|word| word == text).unwrap_or_else(|| {
            self.words.push(text.to_owned());
            self.words.len() - 1
        })
    }
}

struct Tree {
    kind: Kind,
    written: Written,
    at: At,
}

enum Kind {
    Scalar(What),
    Text(String),
    List(Vec<Tree>),
    Map(Vec<(String, At, Tree)>),
}

#[derive(Clone, Copy)]
struct Line<'t> {
    /// Offset of the first character that is no blank.
    start: usize,
    indent: usize,
    text: &'t str,
}

struct Reader<'t> {
    lines: Vec<Line<'t>>,
    next: usize,
    /// Where the file ends.
    end: usize,
}

impl<'t> Reader<'t> {
    /// The next line that says something.
    fn peek(&mut self) -> Option<Line<'t>> {
        while let Some(line) = self.lines.get(self.next) {
            if !line.text.is_empty() && !line.text.starts_with('#') {
                return Some(*line);
            }
            self.next += 1;
        }
        None
    }

    /// The mistake on the line that is read.
    fn refuse<T>(&self, why: &str) -> Result<T, Mistake> {
        refuse_at(self.next, why)
    }

    /// The map or list whose lines begin in this column.
    fn block(&mut self, column: usize) -> Result<Tree, Mistake> {
        match self.peek() {
            Some(line) if line.text.starts_with("- ") => self.list(column),
            Some(line) => self.map(column, line.start, line.text),
            None => self.refuse("nothing below a key"),
        }
    }

    fn list(&mut self, column: usize) -> Result<Tree, Mistake> {
        let mut items: Vec<Tree> = Vec::new();
        let mut start = None;
        while let Some(line) = self.peek().filter(|line| line.indent == column) {
            let Some(rest) = line.text.strip_prefix("- ") else { break };
            start.get_or_insert(line.start);
            items.push(if split_key(rest).is_some() {
                self.map(column + 2, line.start + 2, rest)?
            } else {
                let item = self.scalar(line.start + 2, rest)?;
                self.next += 1;
                item
            });
        }
        let (Some(start), Some(last)) = (start, items.last()) else { return self.refuse("an empty list") };
        let at = At { start, end: last.at.end };
        Ok(Tree { kind: Kind::List(items), written: Written::Block, at })
    }

    /// The map whose first entry stands at `start`, perhaps behind a dash.
    fn map(&mut self, column: usize, start: usize, first: &'t str) -> Result<Tree, Mistake> {
        let mut entries: Vec<(String, At, Tree)> = Vec::new();
        let (mut at, mut text) = (start, first);
        let end = loop {
            let Some((key, rest)) = split_key(text) else { return self.refuse("no `key: value`") };
            if entries.iter().any(|(known, ..)| known == key) {
                return self.refuse("a key that stands twice");
            }
            let key_at = At { start: at, end: at + key.len() };
            // A scalar ends with its line, everything else reads lines of its own.
            let line = self.next;
            let scalar =
                if matches!(rest, "" | "|-") { None } else { Some(self.scalar(key_at.end + 2, rest)?) };
            self.next += 1;
            let value = match scalar {
                Some(scalar) => scalar,
                None if rest == "|-" => self.literal(column, key_at.end + 2)?,
                None => match self.peek() {
                    Some(line) if line.indent > column => self.block(line.indent)?,
                    _ => return refuse_at(line, "nothing below a key; write `null`"),
                },
            };
            let end = value.at.end;
            entries.push((key.to_owned(), key_at, value));
            match self.peek() {
                Some(line) if line.indent == column && !line.text.starts_with('-') => {
                    (at, text) = (line.start, line.text);
                }
                Some(line) if line.indent > column => {
                    return self.refuse("not as deep as the lines before it");
                }
                _ => break end,
            }
        };
        Ok(Tree { kind: Kind::Map(entries), written: Written::Block, at: At { start, end } })
    }

    /// The lines of text below a `|-` at `start`.
    fn literal(&mut self, column: usize, start: usize) -> Result<Tree, Mistake> {
        let mut text = Vec::new();
        let mut indent = None;
        let mut end = self.end;
        while let Some(line) = self.lines.get(self.next) {
            if line.text.is_empty() {
                return self.refuse("an empty line in a text");
            }
            let known = *indent.get_or_insert(line.indent);
            if line.indent < known || known <= column {
                end = line.start - line.indent;
                break;
            }
            text.push(format!("{}{}", " ".repeat(line.indent - known), line.text));
            self.next += 1;
        }
        let kind = Kind::Text(text.join("\n"));
        Ok(Tree { kind, written: Written::Literal, at: At { start, end } })
    }

    fn scalar(&self, start: usize, text: &str) -> Result<Tree, Mistake> {
        let at = At { start, end: start + text.len() };
        let plain = |what| (Kind::Scalar(what), Written::Plain);
        let (kind, written) = match text {
            "null" => plain(What::Null),
            "true" | "false" => plain(What::Bool(text == "true")),
            "{}" => (Kind::Map(Vec::new()), Written::Flow),
            "[]" => (Kind::List(Vec::new()), Written::Flow),
            _ => match text.strip_prefix('"').map(|rest| rest.strip_suffix('"')) {
                Some(Some(inner)) if !inner.contains(['"', '\\']) => {
                    (Kind::Text(inner.to_owned()), Written::DoubleQuoted)
                }
                Some(_) => return self.refuse("quotes that are not read here"),
                None => match text.parse::<u32>() {
                    Ok(number) if number.to_string() == text => plain(What::Number(number.into())),
                    _ if is_plain(text) => (Kind::Text(text.to_owned()), Written::Plain),
                    _ => return self.refuse("a value that is not read here; put it in quotes"),
                },
            },
        };
        Ok(Tree { kind, written, at })
    }
}

/// The mistake on a line, counted from 0.
fn refuse_at<T>(line: usize, why: &str) -> Result<T, Mistake> {
    Err(format!("{}: {why}", line + 1))
}

/// The key of a line, and what stands behind `: `; nothing when the line has none.
fn split_key(text: &str) -> Option<(&str, &str)> {
    let end = text.find(|c: char| !c.is_ascii_alphanumeric() && !matches!(c, '_' | '-'))?;
    let (key, rest) = text.split_at_checked(end)?;
    let rest = rest.strip_prefix(':')?;
    let value = rest.strip_prefix(' ').filter(|value| !value.starts_with(' '));
    if key.is_empty() { None } else { value.or(rest.is_empty().then_some("")).map(|value| (key, value)) }
}

/// Whether a text needs no quotes, whoever reads it.
fn is_plain(text: &str) -> bool {
    let starts = text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '/');
    let is_word = ["yes", "no", "on", "off", "y", "n"].iter().any(|word| word.eq_ignore_ascii_case(text));
    let allowed = |c: char| c.is_ascii_alphanumeric() || "/._-:".contains(c);
    starts && !is_word && text.chars().all(allowed) && !text.ends_with(':')
}
