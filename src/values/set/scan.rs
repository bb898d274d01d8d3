//! The characters of one argument.

use crate::diag::Span;

/// A reader over an argument that never goes back by more than a character.
pub(super) struct Scanner<'a> {
    text: &'a str,
    at: usize,
}

/// A piece of an argument up to a stop character or the end.
pub(super) struct Piece {
    /// The text, escapes taken away.
    pub(super) text: String,
    /// Where it stands, escapes and all, without the stop character.
    pub(super) span: Span,
    /// The character that ended it; none at the end of the argument.
    pub(super) stop: Option<char>,
}

impl<'a> Scanner<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self { text, at: 0 }
    }

    /// The byte the next character starts at.
    pub(super) fn at(&self) -> usize {
        self.at
    }

    /// What was not read yet.
    pub(super) fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or_default()
    }

    /// The next character, without reading it.
    pub(super) fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    /// Reads the next character.
    pub(super) fn next(&mut self) -> Option<char> {
        let c = self.peek()?;
        self.at += c.len_utf8();
        Some(c)
    }

    /// Reads `bytes` bytes, which end at a character.
    pub(super) fn skip(&mut self, bytes: usize) {
        self.at = (self.at + bytes).min(self.text.len());
    }

    /// Reads up to and including one of `stops`. A backslash makes the next character ordinary, if `escapes`.
    // Rule: strvals/parser.go, runesUntil: a backslash at the very end vanishes.
    pub(super) fn until(&mut self, stops: &[char], escapes: bool) -> Piece {
        let start = self.at;
        let mut text = String::new();
        loop {
            let end = self.at;
            let Some(c) = self.next() else {
                return Piece { text, span: Span::new(start, end), stop: None };
            };
            if stops.contains(&c) {
                return Piece { text, span: Span::new(start, end), stop: Some(c) };
            }
            if escapes && c == '\\' {
                text.extend(self.next());
            } else {
                text.push(c);
            }
        }
    }
}
