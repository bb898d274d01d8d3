//! The common part of the language, read in one pass without tokens.
//!
//! A chart holds many more templates than run, and all of them must parse. [`survey`] tells of a text that it surely
//! does, and where its parts lie; [`build`] makes the nodes of a part once it runs. Whoever wants an error, or uses what
//! is rare, gets no answer here (`None`) but from the parser: nothing is accepted that the parser would refuse or read
//! in another way.

mod build;
mod pipeline;
mod survey;

pub(super) use build::{build, build_whole};
pub(super) use survey::{Survey, survey};

use std::sync::Arc;

use super::super::ast::{Command, Expr, Node, Pipe, Variable};
use super::super::func::FuncMap;
use super::super::lexer::{ALPHANUMERIC, is_space};
use crate::bytes::near;
use crate::diag::{Source, Span};
use crate::value::Str;

/// Parentheses, blocks and branches that nest deeper are left to the parser, which knows how much stack there is.
const MOST_NESTED: usize = 100;

/// A place in a text. With `BUILD`, nodes are made of what is read, which was surveyed before; without it, variables
/// must be visible.
struct Reader<'a, const BUILD: bool> {
    source: &'a Source,
    text: &'a str,
    bytes: &'a [u8],
    funcs: &'a FuncMap,
    at: usize,
    /// Parentheses, blocks and branches around this place.
    depth: usize,
    /// The variables that are visible, each with its dollar; the first that counts is the one at `outside`.
    visible: Vec<&'a str>,
    outside: usize,
    /// The names of variables by their numbers.
    names: Vec<Arc<str>>,
    piles: Piles,
}

/// What was made and belongs to something that is not complete yet. Their room is used again, because most lists that
/// are built are short.
#[derive(Default)]
struct Piles {
    nodes: Vec<Node>,
    pipes: Vec<Pipe>,
    declared: Vec<Variable>,
    commands: Vec<Command>,
    operands: Vec<Expr>,
    fields: Vec<Str>,
}

impl Piles {
    fn clear(&mut self) {
        self.nodes.clear();
        self.pipes.clear();
        self.declared.clear();
        self.commands.clear();
        self.operands.clear();
        self.fields.clear();
    }
}

impl<'a, const BUILD: bool> Reader<'a, BUILD> {
    /// A reader at this byte, outside of actions; none for a text in which characters stand for bytes.
    fn new(source: &'a Source, funcs: &'a FuncMap, at: usize) -> Option<Self> {
        let text = source.text();
        if source.marks_bytes() || u32::try_from(text.len()).is_err() {
            return None;
        }
        Some(Self {
            source,
            text,
            bytes: text.as_bytes(),
            funcs,
            at,
            depth: 0,
            visible: Vec::new(),
            outside: 0,
            names: Vec::new(),
            piles: Piles::default(),
        })
    }

    /// The byte at a place; past the end a zero, which means nothing to templates.
    #[inline]
    fn byte(&self, at: usize) -> u8 {
        self.bytes.get(at).copied().unwrap_or_default()
    }

    #[inline]
    fn here(&self) -> u8 {
        self.byte(self.at)
    }

    #[inline]
    fn starts_with(&self, text: &[u8]) -> bool {
        self.bytes.get(self.at..).is_some_and(|rest| rest.starts_with(text))
    }

    /// A part of the text, which is not copied where the text is shared.
    fn part(&self, start: usize, end: usize) -> Str {
        let shared = self.source.as_part().and_then(|(whole, range)| {
            let part = range.start + start..range.start + end;
            Str::part_of(whole, part).filter(|_| end <= range.len())
        });
        shared.unwrap_or_else(|| Str::from(self.text.get(start..end).unwrap_or_default()))
    }

    /// Goes over blank space, and tells whether there was any.
    #[inline]
    fn space(&mut self) -> bool {
        let start = self.at;
        while is_space(self.here()) {
            self.at += 1;
        }
        self.at > start
    }

    /// Where the next action begins.
    fn next_delim(&self) -> Option<usize> {
        let mut at = self.at;
        loop {
            at += near::find(b'{', self.bytes.get(at..)?)?;
            if self.byte(at + 1) == b'{' {
                return Some(at);
            }
            at += 1;
        }
    }

    /// Goes behind the delimiter of an action and its dash.
    fn open(&mut self, delim: usize) {
        self.at = delim + 2;
        if self.trims_here() {
            self.at += 2;
        }
    }

    /// Whether a dash and space stand here.
    fn trims_here(&self) -> bool {
        self.here() == b'-' && is_space(self.byte(self.at + 1))
    }

    /// The text up to this place without the space before an action that trims; `delim` is its delimiter.
    fn text_before(&self, start: usize, delim: usize) -> Span {
        let trims = self.byte(delim + 2) == b'-' && is_space(self.byte(delim + 3));
        let text = self.bytes.get(start..delim).unwrap_or_default();
        let kept = if trims {
            text.iter().rposition(|byte| !is_space(*byte)).map_or(0, |last| last + 1)
        } else {
            text.len()
        };
        Span::new(start, start + kept)
    }

    /// Goes over a comment, from its slash on.
    fn comment(&mut self) -> Option<()> {
        let mut at = self.at + 2;
        loop {
            at += memchr::memchr(b'*', self.bytes.get(at..)?)? + 1;
            if self.byte(at) == b'/' {
                break;
            }
        }
        self.at = at + 1;
        let trims = is_space(self.here());
        self.at += usize::from(trims);
        // Space without a dash behind it is not allowed here.
        (trims == (self.here() == b'-')).then_some(())?;
        self.close(trims)
    }

    /// The end of an action; where space stands before it, it may trim, and what is trimmed is gone over.
    #[inline]
    fn close(&mut self, after_space: bool) -> Option<()> {
        if self.starts_with(b"}}") {
            self.at += 2;
        } else if after_space && self.starts_with(b"-}}") {
            self.at += 3;
            self.space();
        } else {
            return None;
        }
        Some(())
    }

    /// The same with any space before it.
    fn close_spaced(&mut self) -> Option<()> {
        let space = self.space();
        self.close(space)
    }

    /// Whether an action ends here.
    fn closes(&self, after_space: bool) -> bool {
        self.starts_with(b"}}") || after_space && self.starts_with(b"-}}")
    }

    fn deeper(&mut self) -> Option<()> {
        self.depth += 1;
        (self.depth <= MOST_NESTED).then_some(())
    }

    /// A word whose end is a place where words may end.
    #[inline]
    fn word(&mut self) -> Option<&'a str> {
        let start = self.at;
        self.alphanumerics();
        self.at_terminator().then_some(())?;
        self.text.get(start..self.at)
    }

    #[inline]
    fn alphanumerics(&mut self) {
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        self.at += rest.iter().position(|byte| !ALPHANUMERIC[usize::from(*byte)]).unwrap_or(rest.len());
    }

    #[inline]
    fn at_terminator(&self) -> bool {
        match self.here() {
            b' ' | b'\t' | b'\r' | b'\n' | b'.' | b',' | b'|' | b':' | b')' | b'(' => true,
            b'}' => self.byte(self.at + 1) == b'}',
            _ => false,
        }
    }
}
