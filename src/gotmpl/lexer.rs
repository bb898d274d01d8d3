//! Template text to tokens.
//!
//! Rule: text/template/parse/lex.go of Go 1.27; the delimiters are always `{{` and `}}`.

use crate::diag::{Span, raw};

const LEFT: &[u8] = b"{{";
const RIGHT: &[u8] = b"}}";
/// A dash and the space beside it.
const TRIM_MARKER: usize = 2;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Error,
    Bool,
    Char,
    CharConstant,
    Complex,
    Assign,
    Declare,
    Eof,
    Field,
    Identifier,
    LeftDelim,
    LeftParen,
    Number,
    Pipe,
    RawString,
    RightDelim,
    RightParen,
    Space,
    String,
    Text,
    Variable,
    // Keywords, which print in angle brackets.
    Block,
    Break,
    Continue,
    Dot,
    Define,
    Else,
    End,
    If,
    Nil,
    Range,
    Template,
    With,
}

impl Kind {
    pub(crate) fn is_keyword(self) -> bool {
        matches!(
            self,
            Self::Block
                | Self::Break
                | Self::Continue
                | Self::Dot
                | Self::Define
                | Self::Else
                | Self::End
                | Self::If
                | Self::Nil
                | Self::Range
                | Self::Template
                | Self::With
        )
    }
}

/// A token; its line is counted from its place when a message needs it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Token {
    pub(crate) kind: Kind,
    /// Of [`Kind::Error`]: which of [`Lexer::error_text`]'s texts.
    error: u32,
    pub(crate) span: Span,
}

impl Token {
    /// The token before the first.
    pub(crate) const NONE: Self = Self { kind: Kind::Eof, error: 0, span: Span::EMPTY };
}

#[allow(clippy::struct_excessive_bools)] // states that do not depend on each other
pub(crate) struct Lexer<'a> {
    input: &'a str,
    pos: usize,
    start: usize,
    parens: usize,
    inside: bool,
    failed: bool,
    /// Names that are functions of the template and so no keywords.
    break_is_function: bool,
    continue_is_function: bool,
    /// The texts of the errors so far.
    errors: Vec<Box<str>>,
}

impl<'a> Lexer<'a> {
    pub(crate) fn new(input: &'a str, break_is_function: bool, continue_is_function: bool) -> Self {
        Self {
            input,
            pos: 0,
            start: 0,
            parens: 0,
            inside: false,
            failed: false,
            break_is_function,
            continue_is_function,
            errors: Vec::new(),
        }
    }

    /// The same, beginning outside of actions at a later byte.
    pub(crate) fn starting_at(mut self, pos: usize) -> Self {
        (self.pos, self.start) = (pos, pos);
        self
    }

    /// Goes to the first byte of an action that lies further on.
    pub(crate) fn jump(&mut self, pos: usize) {
        self.skip_to(pos);
        self.inside = false;
    }

    /// The byte after the last token.
    pub(crate) fn position(&self) -> usize {
        self.pos
    }

    /// What an error token says.
    pub(crate) fn error_text(&self, token: &Token) -> &str {
        self.errors.get(token.error as usize).map_or("", |text| text)
    }

    pub(crate) fn next_token(&mut self) -> Token {
        if self.failed {
            // Go's lexer starts over on an empty text after an error.
            return if self.inside { self.error("unclosed action") } else { self.item(Kind::Eof) };
        }
        loop {
            let token = if self.inside { Some(self.inside_action()) } else { self.text() };
            if let Some(token) = token {
                return token;
            }
        }
    }

    /// What was not read yet.
    fn rest(&self) -> &'a [u8] {
        self.from(self.pos)
    }

    fn from(&self, pos: usize) -> &'a [u8] {
        self.input.as_bytes().get(pos..).unwrap_or_default()
    }

    #[inline]
    fn byte(&self) -> Option<u8> {
        self.input.as_bytes().get(self.pos).copied()
    }

    fn peek(&self) -> Option<char> {
        match self.byte()? {
            byte @ 0..0x80 => Some(char::from(byte)),
            _ => self.input.get(self.pos..)?.chars().next(),
        }
    }

    fn bump(&mut self) -> Option<char> {
        let ch = self.peek()?;
        self.pos += ch.len_utf8();
        Some(ch)
    }

    fn accept(&mut self, valid: &[u8]) -> bool {
        let accepted = self.byte().is_some_and(|byte| valid.contains(&byte));
        self.pos += usize::from(accepted);
        accepted
    }

    fn accept_run(&mut self, valid: &[u8]) {
        while self.accept(valid) {}
    }

    /// The text from the start of the token to here as a token.
    #[inline]
    fn item(&mut self, kind: Kind) -> Token {
        let token = Token { kind, error: 0, span: Span::new(self.start, self.pos) };
        self.start = self.pos;
        token
    }

    /// Moves on to `pos` without a token.
    fn skip_to(&mut self, pos: usize) {
        self.pos = pos;
        self.start = pos;
    }

    fn error(&mut self, text: impl Into<Box<str>>) -> Token {
        self.failed = true;
        let error = self.errors.len() as u32;
        self.errors.push(text.into());
        Token { kind: Kind::Error, error, span: Span::new(self.start, self.pos) }
    }

    /// Text up to the next action, comments left out; `None` when there was none.
    fn text(&mut self) -> Option<Token> {
        let Some(delim) = self.find_left() else {
            let kind = if self.pos == self.input.len() { Kind::Eof } else { Kind::Text };
            self.pos = self.input.len();
            return Some(self.item(kind));
        };
        if delim > self.pos {
            let start = self.pos;
            self.pos = delim;
            if trims_left(self.from(delim + LEFT.len())) {
                let text = self.input.as_bytes().get(start..delim).unwrap_or_default();
                let kept = text.iter().rposition(|byte| !is_space(*byte)).map_or(0, |last| last + 1);
                self.pos = start + kept;
            }
            let token = self.item(Kind::Text);
            self.skip_to(delim);
            if !token.span.is_empty() {
                return Some(token);
            }
        }
        self.left_delim()
    }

    /// Where the next left delimiter stands.
    fn find_left(&self) -> Option<usize> {
        let mut at = self.pos;
        loop {
            at += memchr::memchr(LEFT[0], self.from(at))?;
            if self.from(at).starts_with(LEFT) {
                return Some(at);
            }
            at += 1;
        }
    }

    fn left_delim(&mut self) -> Option<Token> {
        let after = self.pos + LEFT.len();
        let trims = trims_left(self.from(after));
        let inner = after + if trims { TRIM_MARKER } else { 0 };
        if self.from(inner).starts_with(b"/*") {
            self.skip_to(inner);
            return self.comment();
        }
        self.pos = after;
        let token = self.item(Kind::LeftDelim);
        self.inside = true;
        self.skip_to(inner);
        self.parens = 0;
        Some(token)
    }

    fn comment(&mut self) -> Option<Token> {
        let body = self.input.get(self.pos + 2..).unwrap_or_default();
        let Some(close) = body.find("*/") else {
            return Some(self.error("unclosed comment"));
        };
        let end = self.pos + close + 4;
        let Some(trims) = right_delim(self.from(end)) else {
            return Some(self.error("comment ends before closing delimiter"));
        };
        let end = end + RIGHT.len() + if trims { TRIM_MARKER } else { 0 };
        self.skip_to(if trims { end + self.leading_space(end) } else { end });
        None
    }

    fn leading_space(&self, from: usize) -> usize {
        let rest = self.from(from);
        rest.iter().position(|byte| !is_space(*byte)).unwrap_or(rest.len())
    }

    fn right_delim(&mut self, trims: bool) -> Token {
        if trims {
            self.skip_to(self.pos + TRIM_MARKER);
        }
        self.pos += RIGHT.len();
        let token = self.item(Kind::RightDelim);
        if trims {
            self.skip_to(self.pos + self.leading_space(self.pos));
        }
        self.inside = false;
        token
    }

    fn inside_action(&mut self) -> Token {
        let Some(first) = self.byte() else {
            return self.error("unclosed action");
        };
        // The common ones first, by their bytes.
        match first {
            b' ' | b'\t' | b'\r' | b'\n' => {
                let next = self.input.as_bytes().get(self.pos + 1).copied().unwrap_or_default();
                if !is_space(next) && next != b'-' {
                    self.pos += 1;
                    return self.item(Kind::Space);
                }
                match right_delim(self.rest()) {
                    Some(trims) => self.end_of_action(trims),
                    None => self.space(),
                }
            }
            b'}' if self.rest().starts_with(RIGHT) => self.end_of_action(false),
            b'a'..=b'z' | b'A'..=b'Z' | b'_' => {
                self.pos += 1;
                self.identifier()
            }
            _ => self.other_character(),
        }
    }

    fn end_of_action(&mut self, trims: bool) -> Token {
        if self.parens == 0 { self.right_delim(trims) } else { self.error("unclosed left paren") }
    }

    fn other_character(&mut self) -> Token {
        let Some(ch) = self.bump() else {
            return self.error("unclosed action");
        };
        match ch {
            '=' => self.item(Kind::Assign),
            ':' => {
                if self.bump() == Some('=') {
                    self.item(Kind::Declare)
                } else {
                    self.error("expected :=")
                }
            }
            '|' => self.item(Kind::Pipe),
            '"' => self.quoted(b'"', Kind::String, "unterminated quoted string"),
            '`' => self.raw_string(),
            '$' => self.field_or_variable(Kind::Variable),
            '\'' => self.quoted(b'\'', Kind::CharConstant, "unterminated character constant"),
            '.' if self.byte().is_some_and(|next| !next.is_ascii_digit()) => {
                self.field_or_variable(Kind::Field)
            }
            '.' | '+' | '-' | '0'..='9' => {
                self.pos -= 1;
                self.number()
            }
            '(' => {
                self.parens += 1;
                self.item(Kind::LeftParen)
            }
            ')' if self.parens == 0 => self.error("unexpected right paren"),
            ')' => {
                self.parens -= 1;
                self.item(Kind::RightParen)
            }
            _ if is_alphanumeric(ch) => self.identifier(),
            ' '..='~' => self.item(Kind::Char),
            _ => {
                let text = format!("unrecognized character in action: {}", unicode(ch));
                self.error(text)
            }
        }
    }

    /// Space that does not begin the end of the action.
    fn space(&mut self) -> Token {
        let count = self.leading_space(self.pos);
        // The last space may belong to a ` -}}`.
        let last = self.pos + count - 1;
        self.pos = if right_delim(self.from(last)) == Some(true) { last } else { last + 1 };
        self.item(Kind::Space)
    }

    fn identifier(&mut self) -> Token {
        self.alphanumerics();
        if !self.at_terminator() {
            return self.bad_character();
        }
        let kind = match self.input.get(self.start..self.pos).unwrap_or_default() {
            "true" | "false" => Kind::Bool,
            "block" => Kind::Block,
            "break" if !self.break_is_function => Kind::Break,
            "continue" if !self.continue_is_function => Kind::Continue,
            "define" => Kind::Define,
            "else" => Kind::Else,
            "end" => Kind::End,
            "if" => Kind::If,
            "nil" => Kind::Nil,
            "range" => Kind::Range,
            "template" => Kind::Template,
            "with" => Kind::With,
            _ => Kind::Identifier,
        };
        self.item(kind)
    }

    fn field_or_variable(&mut self, kind: Kind) -> Token {
        if self.at_terminator() {
            return self.item(if kind == Kind::Variable { Kind::Variable } else { Kind::Dot });
        }
        self.alphanumerics();
        if self.at_terminator() { self.item(kind) } else { self.bad_character() }
    }

    fn alphanumerics(&mut self) {
        loop {
            while self.byte().is_some_and(|byte| ALPHANUMERIC[usize::from(byte)]) {
                self.pos += 1;
            }
            if self.byte().is_none_or(|byte| byte.is_ascii()) {
                return;
            }
            match self.peek() {
                Some(ch) if is_alphanumeric(ch) => self.pos += ch.len_utf8(),
                _ => return,
            }
        }
    }

    fn bad_character(&mut self) -> Token {
        let text = format!("bad character {}", unicode(self.peek().unwrap_or_default()));
        self.error(text)
    }

    /// Whether what follows may follow an identifier.
    fn at_terminator(&self) -> bool {
        match self.byte() {
            None | Some(b' ' | b'\t' | b'\r' | b'\n' | b'.' | b',' | b'|' | b':' | b')' | b'(') => true,
            Some(_) => self.rest().starts_with(RIGHT),
        }
    }

    /// A string in quotes or a character constant.
    // What is looked for is ASCII, so that bytes do.
    fn quoted(&mut self, quote: u8, kind: Kind, unterminated: &str) -> Token {
        loop {
            let plain = self.rest().iter().position(|byte| *byte == quote || matches!(byte, b'\\' | b'\n'));
            let Some(plain) = plain else {
                self.pos = self.input.len();
                return self.error(unterminated);
            };
            self.pos += plain;
            let found = self.bump();
            if found == Some('\\') && !matches!(self.byte(), None | Some(b'\n')) {
                self.bump();
            } else if found == Some(char::from(quote)) {
                return self.item(kind);
            } else {
                return self.error(unterminated);
            }
        }
    }

    fn raw_string(&mut self) -> Token {
        match memchr::memchr(b'`', self.rest()) {
            None => {
                self.pos = self.input.len();
                self.error("unterminated raw quoted string")
            }
            Some(length) => {
                self.pos += length + 1;
                self.item(Kind::RawString)
            }
        }
    }

    fn number(&mut self) -> Token {
        if !self.scan_number() {
            return self.bad_number();
        }
        if matches!(self.peek(), Some('+' | '-')) {
            let imaginary =
                self.scan_number() && self.input.get(..self.pos).is_some_and(|text| text.ends_with('i'));
            if !imaginary {
                return self.bad_number();
            }
            return self.item(Kind::Complex);
        }
        self.item(Kind::Number)
    }

    fn bad_number(&mut self) -> Token {
        let written = self.input.get(self.start..self.pos).unwrap_or_default();
        let text = format!("bad number syntax: {}", crate::go::strconv::quote(written.as_bytes()));
        self.error(text)
    }

    fn scan_number(&mut self) -> bool {
        self.accept(b"+-");
        let mut digits: &[u8] = b"0123456789_";
        let mut exponent: &[u8] = b"eE";
        if self.accept(b"0") {
            if self.accept(b"xX") {
                (digits, exponent) = (b"0123456789abcdefABCDEF_", b"pP");
            } else if self.accept(b"oO") {
                (digits, exponent) = (b"01234567_", b"");
            } else if self.accept(b"bB") {
                (digits, exponent) = (b"01_", b"");
            }
        }
        self.accept_run(digits);
        if self.accept(b".") {
            self.accept_run(digits);
        }
        if self.accept(exponent) {
            self.accept(b"+-");
            self.accept_run(b"0123456789_");
        }
        self.accept(b"i");
        if self.peek().is_some_and(is_alphanumeric) {
            self.bump();
            return false;
        }
        true
    }
}

/// Whether a left delimiter is followed by `- `.
fn trims_left(after: &[u8]) -> bool {
    matches!(after, [b'-', space, ..] if is_space(*space))
}

/// Whether a right delimiter stands here, and whether it trims.
fn right_delim(text: &[u8]) -> Option<bool> {
    match text {
        [b'}', b'}', ..] => Some(false),
        [space, b'-', b'}', b'}', ..] if is_space(*space) => Some(true),
        _ => None,
    }
}

pub(super) fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\r' | b'\n')
}

/// The ASCII characters of names, by their bytes.
pub(super) const ALPHANUMERIC: [bool; 256] = {
    let mut table = [false; 256];
    let mut byte = 0;
    while byte < table.len() {
        table[byte] = (byte as u8).is_ascii_alphanumeric() || byte as u8 == b'_';
        byte += 1;
    }
    table
};

fn is_alphanumeric(ch: char) -> bool {
    match ch {
        '\0'..='\u{7f}' => ch == '_' || ch.is_ascii_alphanumeric(),
        _ => crate::go::unicode::is_letter(ch) || crate::go::unicode::is_digit(ch),
    }
}

/// `%#U` of Go: `U+002D '-'`.
fn unicode(ch: char) -> String {
    // Go reads a byte that is no UTF-8 as U+FFFD.
    let ch = if raw::byte_of(ch).is_some() { char::REPLACEMENT_CHARACTER } else { ch };
    let code = u32::from(ch);
    if crate::go::strconv::is_print(ch) { format!("U+{code:04X} '{ch}'") } else { format!("U+{code:04X}") }
}
