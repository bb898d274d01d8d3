//! Our values file: its text for people, and its tree, which the build script read: see `values_file.rs`.

use std::slice;
use std::sync::{Arc, OnceLock};

use super::row::{Row, What, Written};
use super::segment::At;
use crate::codec::{Data, Entry, Map, Node, Style};
use crate::diag::{Place, Source, SourceKind, Span};

// WORDS, ROWS
include!(concat!(env!("OUT_DIR"), "/values.rs"));

/// Every value with its default and its meaning: `charts/clearml-server/values.yaml`.
pub fn defaults() -> &'static Source {
    static DEFAULTS: OnceLock<Source> = OnceLock::new();
    DEFAULTS.get_or_init(|| {
        let text = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/charts/clearml-server/values.yaml"));
        Source::of_static(SourceKind::Default, "charts/clearml-server/values.yaml", text)
    })
}

/// The tree of [`defaults`].
pub(crate) fn tree() -> &'static Node {
    static TREE: OnceLock<Node> = OnceLock::new();
    TREE.get_or_init(|| {
        let words = WORDS.iter().map(|word| Arc::from(*word)).collect();
        Builder { rows: ROWS.iter(), words, source: defaults() }.node().1
    })
}

struct Builder<'s> {
    rows: slice::Iter<'static, Row>,
    words: Vec<Arc<str>>,
    source: &'s Source,
}

impl Builder<'_> {
    /// The next node with what stands in it, and its key.
    fn node(&mut self) -> (Option<(usize, At)>, Node) {
        let Some(row) = self.rows.next() else { return (None, Node::null()) };
        let data = match row.what {
            What::Null => Data::Null,
            What::Bool(value) => Data::Bool(value),
            What::Number(value) => Data::Float(value),
            What::Text(word) => Data::String(self.word(word)),
            What::List(items) => Data::List((0..items).map(|_| self.node().1).collect()),
            What::Map(entries) => Data::Map(Map::from_sorted((0..entries).map(|_| self.entry()))),
        };
        let style = match row.written {
            Written::Plain => Style::Plain,
            Written::DoubleQuoted => Style::DoubleQuoted,
            Written::Literal => Style::Literal,
            Written::Block => Style::Block,
            Written::Flow => Style::Flow,
        };
        (row.key, Node::new(data).placed(self.source, span(row.at), style))
    }

    fn entry(&mut self) -> Entry {
        let (key, value) = self.node();
        let (word, at) = key.unwrap_or((usize::MAX, At { start: 0, end: 0 }));
        Entry { key: self.word(word), place: Some(Place::new(self.source.clone(), span(at))), value }
    }

    fn word(&self, number: usize) -> Arc<str> {
        self.words.get(number).map(Arc::clone).unwrap_or_default()
    }
}

fn span(at: At) -> Span {
    Span::new(at.start, at.end)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clearml::values_file::Rows;
    use crate::codec::yaml;

    /// Fails where two trees differ in anything that is kept of a file.
    fn same(path: &str, read: &Node, built: &Node) {
        assert_eq!(read.style(), built.style(), "{path}");
        assert_eq!(read.place(), built.place(), "{path}");
        match (read.data(), built.data()) {
            (Data::Map(read), Data::Map(built)) => {
                let keys =
                    |map: &Map| map.entries().iter().map(|entry| entry.key.clone()).collect::<Vec<_>>();
                assert_eq!(keys(read), keys(built), "{path}");
                for (read, built) in read.entries().iter().zip(built.entries()) {
                    let path = format!("{path}.{}", read.key);
                    assert_eq!(read.place, built.place, "{path}");
                    same(&path, &read.value, &built.value);
                }
            }
            (Data::List(read), Data::List(built)) => {
                assert_eq!(read.len(), built.len(), "{path}");
                read.iter().zip(&**built).for_each(|(read, built)| same(path, read, built));
            }
            (Data::Null, Data::Null) => {}
            (Data::Bool(read), Data::Bool(built)) => assert_eq!(read, built, "{path}"),
            (Data::String(read), Data::String(built)) => assert_eq!(read, built, "{path}"),
            (Data::Float(read), Data::Float(built)) => assert_eq!(read.to_bits(), built.to_bits(), "{path}"),
            (read, built) => panic!("{path}: {read:?} is {built:?}"),
        }
    }

    #[test]
    fn the_tree_is_what_the_reader_makes_of_the_file() {
        let read = yaml::read_values(defaults()).expect("our own file");
        assert!(read.duplicates.is_empty());
        same("", &read.root, tree());
    }

    #[test]
    fn what_is_embedded_is_what_the_file_says() {
        let read = Rows::read(defaults().text()).expect("our own file");
        assert_eq!(read.rows, ROWS);
        assert_eq!(read.words, WORDS);
    }

    #[test]
    fn what_is_not_read_at_build_time_is_refused() {
        for (text, mistake) in [
            ("", "no map at the start of a line"),
            ("a: 'b'\n", "1: a value that is not read here; put it in quotes"),
            ("a: \"b\\n\"\n", "1: quotes that are not read here"),
            ("a: b # c\n", "1: a value that is not read here; put it in quotes"),
            ("a: yes\n", "1: a value that is not read here; put it in quotes"),
            ("a: 012\n", "1: a value that is not read here; put it in quotes"),
            ("a:\nb: 1\n", "1: nothing below a key; write `null`"),
            ("a: 1\na: 2\n", "2: a key that stands twice"),
            ("a: 1\n  b: 2\n", "2: not as deep as the lines before it"),
            ("a:\n    b: 1\n  c: 2\n", "3: not as deep as the lines before it"),
            ("a:\n  - b\n   - c\n", "3: not as deep as the lines before it"),
            ("a b\n", "1: no `key: value`"),
            ("a:  b\n", "1: no `key: value`"),
            ("a: |-\n  b\n\n  c\n", "3: an empty line in a text"),
        ] {
            assert_eq!(Rows::read(text).map(|_| ()), Err(mistake.to_owned()), "{text:?}");
        }
    }
}
