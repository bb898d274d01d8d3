//! The states that read texts.

use super::{EOF, Kind, Lexer, State, is_newline};
use crate::go::strconv;

impl Lexer<'_> {
    pub(super) fn string(&mut self) -> State {
        loop {
            match self.next() {
                EOF => return self.fault("unexpected EOF; expected '\"'"),
                c if is_newline(c) => return self.error_before("strings cannot contain newlines".to_owned()),
                '\\' => {
                    self.stack.push(State::String);
                    return State::StringEscape;
                }
                '"' => {
                    self.backup();
                    let kind = if self.escaped { Kind::StringEscaped } else { Kind::String };
                    self.escaped = false;
                    return self.close(kind, 1);
                }
                _ if self.failed() => return State::End,
                _ => {}
            }
        }
    }

    /// Emits what stands before the closing quotes, and leaves them out.
    fn close(&mut self, kind: Kind, quotes: usize) -> State {
        self.emit(kind);
        for _ in 0..quotes {
            self.next();
        }
        self.ignore();
        self.pop()
    }

    pub(super) fn raw_string(&mut self) -> State {
        loop {
            match self.next() {
                EOF => return self.fault("unexpected EOF; expected \"'\""),
                c if is_newline(c) => return self.error_before("strings cannot contain newlines".to_owned()),
                '\'' => {
                    self.backup();
                    return self.close(Kind::RawString, 1);
                }
                _ if self.failed() => return State::End,
                _ => {}
            }
        }
    }

    /// A text between three quotes; up to two more may stand at its end.
    pub(super) fn multiline(&mut self, quote: char) -> State {
        let (state, kind) = if quote == '"' {
            (State::MultilineString, Kind::MultilineString)
        } else {
            (State::MultilineRawString, Kind::RawMultilineString)
        };
        let outside = if quote == '"' { '\'' } else { '"' };
        let quotes = |count: usize| quote.to_string().repeat(count);
        loop {
            match self.next() {
                EOF => {
                    return self.fault(format!("unexpected EOF; expected {outside}{}{outside}", quotes(3)));
                }
                '\\' if quote == '"' => return State::MultilineStringEscape,
                c if c == quote => {
                    if !self.accept(quote) {
                        return state;
                    }
                    if !self.accept(quote) {
                        self.backup();
                        return state;
                    }
                    if self.peek() == quote {
                        let five = quotes(5);
                        let current = self.current();
                        let escaped = quote == '"' && current.ends_with(format!("\\{five}").as_bytes());
                        if current.ends_with(five.as_bytes()) && !escaped {
                            return self.fault(format!("unexpected {outside}{}{outside}", quotes(6)));
                        }
                        self.backup();
                        self.backup();
                        return state;
                    }
                    for _ in 0..3 {
                        self.backup();
                    }
                    if quote == '"' {
                        self.escaped = false;
                    }
                    return self.close(kind, 3);
                }
                _ if self.failed() => return State::End,
                _ => {}
            }
        }
    }

    pub(super) fn string_escape(&mut self) -> State {
        self.escaped = true;
        match self.next() {
            'e' | 'b' | 't' | 'n' | 'f' | 'r' | '"' | ' ' | '\t' | '\\' => self.pop(),
            'x' => State::Escape(2, "two hexadecimal digits after '\\x'"),
            'u' => State::Escape(4, "four hexadecimal digits after '\\u'"),
            'U' => State::Escape(8, "eight hexadecimal digits after '\\U'"),
            c => self.error(format!("invalid escape in string '\\{c}'")),
        }
    }

    pub(super) fn escape(&mut self, digits: u32, what: &str) -> State {
        for _ in 0..digits {
            if !self.next().is_ascii_hexdigit() {
                let current = strconv::quote(self.current());
                return self.fault(format!("expected {what}, but got {current} instead"));
            }
        }
        self.pop()
    }
}
