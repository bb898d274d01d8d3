//! Template text to tokens.
//!
//! Rule: text/template/parse/lex.go of Go 1.27; the delimiters are always `{{` and `}}`.

use crate::diag::Span;

const LEFT: &str = "{{";
const RIGHT: &str = "}}";
/// A dash and the space beside it.
const TRIM_MARKER: usize = 2;
const SPACES: [char; 4] = [' ', '\t', '\r', '\n'];

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

#[derive(Clone, Debug)]
pub(crate) struct Token {
    pub(crate) kind: Kind,
    pub(crate) span: Span,
    /// Line of the first byte, from 1.
    pub(crate) line: usize,
    /// The text of an error.
    pub(crate) error: Option<Box<str>>,
}

#[allow(clippy::struct_excessive_bools)] // states that do not depend on each other
pub(crate) struct Lexer<'a> {
    input: &'a str,
    pos: usize,
    start: usize,
    line: usize,
    start_line: usize,
    parens: usize,
    inside: bool,
    failed: bool,
    /// Names that are functions of the template and so no keywords.
    break_is_function: bool,
    continue_is_function: bool,
}

impl<'a> Lexer<'a> {
    pub(crate) fn new(input: &'a str, break_is_function: bool, continue_is_function: bool) -> Self {
        Self {
            input,
            pos: 0,
            start: 0,
            line: 1,
            start_line: 1,
            parens: 0,
            inside: false,
            failed: false,
            break_is_function,
            continue_is_function,
        }
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

    fn rest(&self) -> &'a str {
        self.input.get(self.pos..).unwrap_or_default()
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn bump(&mut self) -> Option<char> {
        let ch = self.peek()?;
        self.pos += ch.len_utf8();
        if ch == '\n' {
            self.line += 1;
        }
        Some(ch)
    }

    fn accept(&mut self, valid: &[u8]) -> bool {
        let next = self.rest().bytes().next();
        let accepted = next.is_some_and(|byte| valid.contains(&byte));
        self.pos += usize::from(accepted);
        accepted
    }

    fn accept_run(&mut self, valid: &[u8]) {
        while self.accept(valid) {}
    }

    /// The text from the start of the token to here as a token.
    fn item(&mut self, kind: Kind) -> Token {
        let token = Token { kind, span: Span::new(self.start, self.pos), line: self.start_line, error: None };
        self.start = self.pos;
        self.start_line = self.line;
        token
    }

    /// Moves on to `pos`, counting lines, without a token.
    fn skip_to(&mut self, pos: usize) {
        self.count_lines(pos);
        self.start = self.pos;
        self.start_line = self.line;
    }

    fn count_lines(&mut self, pos: usize) {
        let passed = self.input.get(self.pos..pos).unwrap_or_default();
        self.line += passed.bytes().filter(|byte| *byte == b'\n').count();
        self.pos = pos;
    }

    fn error(&mut self, text: impl Into<Box<str>>) -> Token {
        self.failed = true;
        let span = Span::new(self.start, self.pos);
        Token { kind: Kind::Error, span, line: self.start_line, error: Some(text.into()) }
    }

    /// Text up to the next action, comments left out; `None` when there was none.
    fn text(&mut self) -> Option<Token> {
        let Some(found) = self.rest().find(LEFT) else {
            if self.rest().is_empty() {
                return Some(self.item(Kind::Eof));
            }
            self.count_lines(self.input.len());
            return Some(self.item(Kind::Text));
        };
        if found > 0 {
            let delim = self.pos + found;
            let text = self.input.get(self.pos..delim).unwrap_or_default();
            let after = self.input.get(delim + LEFT.len()..).unwrap_or_default();
            let kept = if trims_left(after) { text.trim_end_matches(SPACES).len() } else { text.len() };
            self.count_lines(self.pos + kept);
            let token = self.item(Kind::Text);
            self.skip_to(delim);
            if kept > 0 {
                return Some(token);
            }
        }
        self.left_delim()
    }

    fn left_delim(&mut self) -> Option<Token> {
        let after = self.pos + LEFT.len();
        let trims = trims_left(self.input.get(after..).unwrap_or_default());
        let inner = after + if trims { TRIM_MARKER } else { 0 };
        if self.input.get(inner..).is_some_and(|rest| rest.starts_with("/*")) {
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
        let Some(close) = self.rest().get(2..).and_then(|rest| rest.find("*/")) else {
            return Some(self.error("unclosed comment"));
        };
        let end = self.pos + close + 4;
        let after = self.input.get(end..).unwrap_or_default();
        let Some(trims) = right_delim(after) else {
            return Some(self.error("comment ends before closing delimiter"));
        };
        let end = end + RIGHT.len() + if trims { TRIM_MARKER } else { 0 };
        self.skip_to(if trims { end + self.leading_space(end) } else { end });
        None
    }

    fn leading_space(&self, from: usize) -> usize {
        let rest = self.input.get(from..).unwrap_or_default();
        rest.len() - rest.trim_start_matches(SPACES).len()
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
        if let Some(trims) = right_delim(self.rest()) {
            return if self.parens == 0 {
                self.right_delim(trims)
            } else {
                self.error("unclosed left paren")
            };
        }
        let Some(ch) = self.peek() else {
            return self.error("unclosed action");
        };
        if SPACES.contains(&ch) {
            return self.space();
        }
        self.bump();
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
            '"' => self.quoted('"', Kind::String, "unterminated quoted string"),
            '`' => self.raw_string(),
            '$' => self.field_or_variable(Kind::Variable),
            '\'' => self.quoted('\'', Kind::CharConstant, "unterminated character constant"),
            '.' if !self.rest().starts_with(|next: char| next.is_ascii_digit())
                && !self.rest().is_empty() =>
            {
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

    fn space(&mut self) -> Token {
        let rest = self.rest();
        let count = rest.len() - rest.trim_start_matches(SPACES).len();
        // The last space may belong to a ` -}}`.
        let last = self.pos + count - 1;
        let marker = self.input.get(last..).unwrap_or_default();
        if trims_right(marker) && marker.get(TRIM_MARKER..).is_some_and(|rest| rest.starts_with(RIGHT)) {
            if count == 1 {
                return self.right_delim(true);
            }
            self.count_lines(last);
        } else {
            self.count_lines(last + 1);
        }
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
        while self.peek().is_some_and(is_alphanumeric) {
            self.bump();
        }
    }

    fn bad_character(&mut self) -> Token {
        let text = format!("bad character {}", unicode(self.peek().unwrap_or_default()));
        self.error(text)
    }

    /// Whether what follows may follow an identifier.
    fn at_terminator(&self) -> bool {
        match self.peek() {
            None | Some(' ' | '\t' | '\r' | '\n' | '.' | ',' | '|' | ':' | ')' | '(') => true,
            Some(_) => self.rest().starts_with(RIGHT),
        }
    }

    /// A string in quotes or a character constant.
    fn quoted(&mut self, quote: char, kind: Kind, unterminated: &str) -> Token {
        loop {
            match self.bump() {
                Some('\\') if !matches!(self.peek(), None | Some('\n')) => {
                    self.bump();
                }
                None | Some('\n' | '\\') => return self.error(unterminated),
                Some(ch) if ch == quote => return self.item(kind),
                Some(_) => {}
            }
        }
    }

    fn raw_string(&mut self) -> Token {
        loop {
            match self.bump() {
                None => return self.error("unterminated raw quoted string"),
                Some('`') => return self.item(Kind::RawString),
                Some(_) => {}
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
fn trims_left(after: &str) -> bool {
    matches!(after.as_bytes(), [b'-', b' ' | b'\t' | b'\r' | b'\n', ..])
}

/// Whether this is ` -`.
fn trims_right(text: &str) -> bool {
    matches!(text.as_bytes(), [b' ' | b'\t' | b'\r' | b'\n', b'-', ..])
}

/// Whether a right delimiter stands here, and whether it trims.
fn right_delim(text: &str) -> Option<bool> {
    if trims_right(text) && text.get(TRIM_MARKER..).is_some_and(|rest| rest.starts_with(RIGHT)) {
        return Some(true);
    }
    text.starts_with(RIGHT).then_some(false)
}

fn is_alphanumeric(ch: char) -> bool {
    match ch {
        '_' | '0'..='9' | 'a'..='z' | 'A'..='Z' => true,
        '\0'..='\u{7f}' => false,
        _ => crate::go::unicode::is_letter(ch) || crate::go::unicode::is_digit(ch),
    }
}

/// `%#U` of Go: `U+002D '-'`.
fn unicode(ch: char) -> String {
    let code = u32::from(ch);
    if crate::go::strconv::is_print(ch) { format!("U+{code:04X} '{ch}'") } else { format!("U+{code:04X}") }
}
