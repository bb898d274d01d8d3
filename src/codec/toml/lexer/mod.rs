//! TOML cut into items by a machine of states, each fault with the text Go's library has for it.
//!
//! Rule: github.com/BurntSushi/toml v1.6.0 lex.go. Several states go on after they have reported a fault; the first report
//! is the one that counts.

mod number;
mod string;

use std::collections::VecDeque;

use crate::go::{strconv, unicode};

/// What an item is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Error,
    Eof,
    Text,
    String,
    StringEscaped,
    RawString,
    MultilineString,
    RawMultilineString,
    Bool,
    Integer,
    Float,
    Datetime,
    Array,
    ArrayEnd,
    TableStart,
    TableEnd,
    ArrayTableStart,
    ArrayTableEnd,
    KeyStart,
    KeyEnd,
    CommentStart,
    InlineTableStart,
    InlineTableEnd,
}

/// A piece of the text, or the message of an error.
#[derive(Clone, Debug)]
pub(super) struct Item {
    pub(super) kind: Kind,
    pub(super) text: String,
    /// From 1.
    pub(super) line: usize,
}

#[derive(Clone, Copy, Debug)]
enum State {
    Top,
    TopEnd,
    TableStart,
    TableEnd,
    ArrayTableEnd,
    TableNameStart,
    TableNameEnd,
    BareName,
    QuotedName,
    KeyStart,
    KeyNameStart,
    KeyEnd,
    Value,
    ArrayValue,
    ArrayValueEnd,
    ArrayEnd,
    InlineTableValue,
    InlineTableValueEnd,
    InlineTableEnd,
    String,
    MultilineString,
    RawString,
    MultilineRawString,
    MultilineStringEscape,
    StringEscape,
    Escape(u32, &'static str),
    NumberOrDateStart,
    NumberOrDate,
    Datetime,
    Based(u32),
    Decimal,
    SignedStart,
    BaseNumberOrDate,
    Float,
    Bool,
    CommentStart,
    Comment,
    End,
}

/// What stands for the end of the text: no character, for a NUL is refused.
const EOF: char = '\0';

/// The machine.
pub(super) struct Lexer<'t> {
    input: &'t [u8],
    start: usize,
    pos: usize,
    line: usize,
    state: State,
    items: VecDeque<Item>,
    escaped: bool,
    widths: [usize; 4],
    at_eof: bool,
    stack: Vec<State>,
}

fn is_blank(c: char) -> bool {
    matches!(c, ' ' | '\t')
}

fn is_newline(c: char) -> bool {
    matches!(c, '\n' | '\r')
}

fn is_bare(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '_' | '-')
}

fn quoted(c: char) -> String {
    strconv::quote_rune(u32::from(c))
}

fn or_end(c: char) -> String {
    if c == EOF { "end of file".to_owned() } else { format!("'{c}'") }
}

impl<'t> Lexer<'t> {
    pub(super) fn new(input: &'t [u8]) -> Self {
        Self {
            input,
            start: 0,
            pos: 0,
            line: 1,
            state: State::Top,
            items: VecDeque::new(),
            escaped: false,
            widths: [0; 4],
            at_eof: false,
            stack: Vec::new(),
        }
    }

    /// The next item; after an error or the end, the end.
    pub(super) fn item(&mut self) -> Item {
        loop {
            if let Some(item) = self.items.pop_front() {
                return item;
            }
            if matches!(self.state, State::End) {
                return Item { kind: Kind::Eof, text: String::new(), line: self.line };
            }
            self.state = self.step(self.state);
        }
    }

    fn current(&self) -> &'t [u8] {
        self.input.get(self.start..self.pos).unwrap_or_default()
    }

    fn current_text(&self) -> String {
        String::from_utf8_lossy(self.current()).into_owned()
    }

    fn push(&mut self, kind: Kind, text: String, line: usize) {
        self.items.push_back(Item { kind, text, line });
    }

    fn emit(&mut self, kind: Kind) {
        if self.start > self.pos {
            let byte = self.input.get(self.pos).copied().unwrap_or_default();
            self.error(format!("invalid UTF-8 byte: {byte:#04x}"));
            return;
        }
        self.push(kind, self.current_text(), self.line);
        self.start = self.pos;
    }

    /// Emits an item and goes back to the state before it.
    fn done(&mut self, kind: Kind) -> State {
        self.emit(kind);
        self.pop()
    }

    fn pop(&mut self) -> State {
        self.stack.pop().unwrap_or(State::End)
    }

    fn next(&mut self) -> char {
        let Some(rest) = self.input.get(self.pos..).filter(|rest| !rest.is_empty()) else {
            self.at_eof = true;
            return EOF;
        };
        if rest.starts_with(b"\n") {
            self.line += 1;
        }
        self.widths.rotate_right(1);
        // What a fault leaves behind: the width of the character before.
        self.widths[0] = self.widths[1];
        let (c, width) = unicode::decode(rest);
        if c == char::REPLACEMENT_CHARACTER && width == 1 {
            let byte = rest.first().copied().unwrap_or_default();
            self.error(format!("invalid UTF-8 byte: {byte:#04x}"));
            return c;
        }
        let control = c.is_ascii_control() && !matches!(c, '\t' | '\r' | '\n');
        if control || (c == '\r' && rest.get(1) != Some(&b'\n')) {
            let line = self.line;
            let message = format!("TOML files cannot contain control characters: '{:#04x}'", u32::from(c));
            self.push(Kind::Error, message, line);
            return char::REPLACEMENT_CHARACTER;
        }
        self.widths[0] = width;
        self.pos += width;
        c
    }

    fn backup(&mut self) {
        if self.at_eof {
            self.at_eof = false;
            return;
        }
        let width = self.widths[0];
        self.widths.rotate_left(1);
        self.pos = self.pos.saturating_sub(width);
        if self.input.get(self.pos) == Some(&b'\n') {
            self.line = self.line.saturating_sub(1);
        }
    }

    fn ignore(&mut self) {
        self.start = self.pos;
    }

    fn accept(&mut self, wanted: char) -> bool {
        let found = self.next() == wanted;
        if !found {
            self.backup();
        }
        found
    }

    fn peek(&mut self) -> char {
        let c = self.next();
        self.backup();
        c
    }

    fn skip_blanks(&mut self) {
        while is_blank(self.next()) {}
        self.backup();
        self.ignore();
    }

    fn skip_to(&mut self, state: State) -> State {
        self.ignore();
        state
    }

    /// A fault told by a text of its own kind.
    fn error(&mut self, message: String) -> State {
        let line = if self.at_eof { self.line - 1 } else { self.line };
        self.push(Kind::Error, message, line);
        State::End
    }

    /// A fault at the end of the line before.
    fn error_before(&mut self, message: String) -> State {
        let line = self.line.saturating_sub(1);
        self.push(Kind::Error, message, line);
        State::End
    }

    /// A fault told by a formatted text.
    fn fault(&mut self, message: impl Into<String>) -> State {
        let before = self.pos.checked_sub(1).and_then(|before| self.input.get(before));
        let line = if self.at_eof && before == Some(&b'\n') { self.line - 1 } else { self.line };
        self.push(Kind::Error, message.into(), line);
        State::End
    }

    fn step(&mut self, state: State) -> State {
        match state {
            State::Top => self.top(),
            State::TopEnd => self.top_end(),
            State::TableStart => {
                if self.peek() == '[' {
                    self.next();
                    self.emit(Kind::ArrayTableStart);
                    self.stack.push(State::ArrayTableEnd);
                } else {
                    self.emit(Kind::TableStart);
                    self.stack.push(State::TableEnd);
                }
                State::TableNameStart
            }
            State::TableEnd => {
                self.emit(Kind::TableEnd);
                State::TopEnd
            }
            State::ArrayTableEnd => match self.next() {
                ']' => {
                    self.emit(Kind::ArrayTableEnd);
                    State::TopEnd
                }
                c => self.fault(format!(
                    "expected end of table array name delimiter ']', but got {} instead",
                    quoted(c)
                )),
            },
            State::TableNameStart => self.table_name_start(),
            State::TableNameEnd => self.table_name_end(),
            State::BareName => {
                while is_bare(self.next()) {}
                self.backup();
                self.done(Kind::Text)
            }
            State::QuotedName => match self.next() {
                '"' => self.skip_to(State::String),
                _ => self.skip_to(State::RawString),
            },
            State::KeyStart => self.key_start(),
            State::KeyNameStart => {
                self.skip_blanks();
                match self.peek() {
                    c @ ('=' | EOF | '.') => {
                        self.fault(if c == '.' { "unexpected '.'" } else { "unexpected '='" })
                    }
                    c => {
                        self.stack.push(State::KeyEnd);
                        if matches!(c, '"' | '\'') {
                            self.skip_to(State::QuotedName)
                        } else {
                            State::BareName
                        }
                    }
                }
            }
            State::KeyEnd => self.key_end(),
            State::Value => self.value(),
            State::ArrayValue | State::ArrayValueEnd => {
                self.array_value(matches!(state, State::ArrayValueEnd))
            }
            State::ArrayEnd => {
                self.ignore();
                self.done(Kind::ArrayEnd)
            }
            State::InlineTableValue | State::InlineTableValueEnd => {
                self.inline_table_value(matches!(state, State::InlineTableValueEnd))
            }
            State::InlineTableEnd => {
                self.ignore();
                self.done(Kind::InlineTableEnd)
            }
            State::String => self.string(),
            State::MultilineString => self.multiline('"'),
            State::RawString => self.raw_string(),
            State::MultilineRawString => self.multiline('\''),
            State::MultilineStringEscape => {
                if is_newline(self.next()) {
                    return State::MultilineString;
                }
                self.backup();
                self.stack.push(State::MultilineString);
                self.string_escape()
            }
            State::StringEscape => self.string_escape(),
            State::Escape(digits, what) => self.escape(digits, what),
            State::CommentStart => {
                self.ignore();
                self.emit(Kind::CommentStart);
                State::Comment
            }
            State::Comment => {
                loop {
                    let c = self.next();
                    if is_newline(c) || c == EOF {
                        break;
                    }
                    if c == char::REPLACEMENT_CHARACTER && !self.items.is_empty() {
                        return State::End;
                    }
                }
                self.backup();
                self.done(Kind::Text)
            }
            State::End => State::End,
            number => self.number(number),
        }
    }

    fn top(&mut self) -> State {
        match self.next() {
            c if is_blank(c) || is_newline(c) => self.skip_to(State::Top),
            '#' => {
                self.stack.push(State::Top);
                State::CommentStart
            }
            '[' => State::TableStart,
            EOF => {
                self.emit(Kind::Eof);
                State::End
            }
            _ => {
                self.backup();
                self.stack.push(State::TopEnd);
                State::KeyStart
            }
        }
    }

    fn top_end(&mut self) -> State {
        match self.next() {
            '#' => {
                self.stack.push(State::Top);
                State::CommentStart
            }
            c if is_blank(c) => State::TopEnd,
            c if is_newline(c) => self.skip_to(State::Top),
            EOF => {
                self.emit(Kind::Eof);
                State::End
            }
            c => self.fault(format!(
                "expected a top-level item to end with a newline, comment, or EOF, but got {} instead",
                quoted(c)
            )),
        }
    }

    fn table_name_start(&mut self) -> State {
        self.skip_blanks();
        match self.peek() {
            ']' | EOF => self.fault("unexpected end of table name (table names cannot be empty)"),
            '.' => self.fault("unexpected table separator (table names cannot be empty)"),
            c => {
                self.stack.push(State::TableNameEnd);
                if matches!(c, '"' | '\'') { self.skip_to(State::QuotedName) } else { State::BareName }
            }
        }
    }

    fn table_name_end(&mut self) -> State {
        self.skip_blanks();
        match self.next() {
            '.' => self.skip_to(State::TableNameStart),
            ']' => self.pop(),
            c => self.fault(format!("expected '.' or ']' to end table name, but got {} instead", quoted(c))),
        }
    }

    fn key_start(&mut self) -> State {
        self.skip_blanks();
        match self.peek() {
            '=' | EOF => self.fault("unexpected '=': key name appears blank"),
            '.' => self.fault("unexpected '.': keys cannot start with a '.'"),
            c => {
                if matches!(c, '"' | '\'') {
                    self.ignore();
                }
                self.emit(Kind::KeyStart);
                State::KeyNameStart
            }
        }
    }

    fn key_end(&mut self) -> State {
        self.skip_blanks();
        match self.next() {
            EOF => self.fault("unexpected EOF; expected key separator '='"),
            '.' => self.skip_to(State::KeyNameStart),
            '=' => {
                self.emit(Kind::KeyEnd);
                self.skip_to(State::Value)
            }
            c => {
                let message = format!("expected '.' or '=', but got {} instead", quoted(c));
                if c == '\n' { self.error_before(message) } else { self.fault(message) }
            }
        }
    }

    fn value(&mut self) -> State {
        let c = self.next();
        match c {
            c if is_blank(c) => return self.skip_to(State::Value),
            '0'..='9' => {
                self.backup();
                return State::NumberOrDateStart;
            }
            '[' => {
                self.ignore();
                self.emit(Kind::Array);
                return State::ArrayValue;
            }
            '{' => {
                self.ignore();
                self.emit(Kind::InlineTableStart);
                return State::InlineTableValue;
            }
            '"' | '\'' => {
                if self.accept(c) {
                    if self.accept(c) {
                        let state = if c == '"' { State::MultilineString } else { State::MultilineRawString };
                        return self.skip_to(state);
                    }
                    self.backup();
                }
                return self.skip_to(if c == '"' { State::String } else { State::RawString });
            }
            '.' => return self.fault("floats must start with a digit, not '.'"),
            'i' | 'n' if (self.accept('n') && self.accept('f')) || (self.accept('a') && self.accept('n')) => {
                return self.done(Kind::Float);
            }
            '-' | '+' => return State::SignedStart,
            _ => {}
        }
        if unicode::is_letter(c) {
            self.backup();
            return State::Bool;
        }
        match c {
            EOF => self.fault("unexpected EOF; expected value"),
            '\n' => self.error_before(format!("expected value but found {} instead", quoted(c))),
            _ => self.fault(format!("expected value but found {} instead", quoted(c))),
        }
    }

    fn array_value(&mut self, after: bool) -> State {
        let state = if after { State::ArrayValueEnd } else { State::ArrayValue };
        match self.next() {
            c if is_blank(c) || is_newline(c) => self.skip_to(state),
            '#' => {
                self.stack.push(state);
                State::CommentStart
            }
            ',' if after => self.skip_to(State::ArrayValue),
            ',' => self.fault("unexpected comma"),
            ']' => State::ArrayEnd,
            c if after => {
                self.fault(format!("expected a comma (',') or array terminator (']'), but got {}", or_end(c)))
            }
            _ => {
                self.backup();
                self.stack.push(State::ArrayValueEnd);
                State::Value
            }
        }
    }

    fn inline_table_value(&mut self, after: bool) -> State {
        let state = if after { State::InlineTableValueEnd } else { State::InlineTableValue };
        match self.next() {
            c if is_blank(c) || is_newline(c) => self.skip_to(state),
            '#' => {
                self.stack.push(state);
                State::CommentStart
            }
            ',' if after => {
                self.ignore();
                self.skip_blanks();
                if self.peek() == '}' { State::InlineTableValueEnd } else { State::InlineTableValue }
            }
            ',' => self.fault("unexpected comma"),
            '}' => State::InlineTableEnd,
            c if after => self.fault(format!(
                "expected a comma or an inline table terminator '}}', but got {} instead",
                or_end(c)
            )),
            _ => {
                self.backup();
                self.stack.push(State::InlineTableValueEnd);
                State::KeyStart
            }
        }
    }

    /// Whether the last character was a fault that was reported.
    fn failed(&self) -> bool {
        self.items.iter().any(|item| item.kind == Kind::Error)
    }
}
