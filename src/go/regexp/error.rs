//! Why a pattern is refused, in Go's words.

use std::fmt;

/// The kinds of mistakes Go's parser knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum ErrorKind {
    /// `[z-a]`, `\p{Foo}`.
    CharRange,
    /// `\q`.
    Escape,
    /// `(?P<n m>…)`.
    NamedCapture,
    /// `(?=…)`.
    PerlOp,
    /// `a**`.
    RepeatOp,
    /// `a{2,1}`, `a{1001}`.
    RepeatSize,
    /// A pattern that is no UTF-8.
    Utf8,
    /// `[a`.
    MissingBracket,
    /// `(a`.
    MissingParen,
    /// `*a`.
    MissingArgument,
    /// A final `\`.
    TrailingBackslash,
    /// `a)`.
    UnexpectedParen,
    /// More than 1000 levels.
    NestingDepth,
    /// A pattern whose program would be too large.
    Large,
}

/// A refused pattern; `Display` gives Go's text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Error {
    /// The kind of mistake.
    pub kind: ErrorKind,
    /// The piece of the pattern Go quotes.
    pub piece: Vec<u8>,
}

impl Error {
    pub(super) fn new(kind: ErrorKind, piece: &[u8]) -> Self {
        Self { kind, piece: piece.to_vec() }
    }

    /// The panic text of Go's `MustCompile` for this pattern.
    pub fn must_compile_text(&self, pattern: &[u8]) -> String {
        let quoted = if super::super::strconv::can_backquote(pattern) {
            format!("`{}`", String::from_utf8_lossy(pattern))
        } else {
            super::super::strconv::quote(pattern)
        };
        format!("regexp: Compile({quoted}): {self}")
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = match self.kind {
            ErrorKind::CharRange => "invalid character class range",
            ErrorKind::Escape => "invalid escape sequence",
            ErrorKind::NamedCapture => "invalid named capture",
            ErrorKind::PerlOp => "invalid or unsupported Perl syntax",
            ErrorKind::RepeatOp => "invalid nested repetition operator",
            ErrorKind::RepeatSize => "invalid repeat count",
            ErrorKind::Utf8 => "invalid UTF-8",
            ErrorKind::MissingBracket => "missing closing ]",
            ErrorKind::MissingParen => "missing closing )",
            ErrorKind::MissingArgument => "missing argument to repetition operator",
            ErrorKind::TrailingBackslash => "trailing backslash at end of expression",
            ErrorKind::UnexpectedParen => "unexpected )",
            ErrorKind::NestingDepth => "expression nests too deeply",
            ErrorKind::Large => "expression too large",
        };
        write!(f, "error parsing regexp: {what}: `{}`", String::from_utf8_lossy(&self.piece))
    }
}

impl std::error::Error for Error {}
