//! The states that read numbers, times and words.

use super::{Kind, Lexer, State, quoted};
use crate::go::{strconv, unicode};

impl Lexer<'_> {
    pub(super) fn number(&mut self, state: State) -> State {
        match state {
            State::NumberOrDateStart => {
                if self.next() == '0' {
                    State::BaseNumberOrDate
                } else {
                    State::NumberOrDate
                }
            }
            State::NumberOrDate => match self.next() {
                '0'..='9' => State::NumberOrDate,
                '-' | ':' => State::Datetime,
                '_' => State::Decimal,
                '.' | 'e' | 'E' => State::Float,
                _ => self.ended(Kind::Integer),
            },
            State::Datetime => {
                while matches!(self.next(), '0'..='9' | '-' | ':' | 'T' | 't' | ' ' | '.' | 'Z' | 'z' | '+') {
                }
                self.backup();
                let text = self.current_text().trim().to_owned();
                self.push(Kind::Datetime, text, self.line);
                self.start = self.pos;
                self.pop()
            }
            State::Based(base) => loop {
                let c = self.next();
                if c != '_' && !c.is_digit(base) {
                    return self.ended(Kind::Integer);
                }
            },
            State::Decimal => match self.next() {
                '0'..='9' | '_' => State::Decimal,
                '.' | 'e' | 'E' => State::Float,
                _ => self.ended(Kind::Integer),
            },
            State::SignedStart => self.signed(),
            State::BaseNumberOrDate => match self.next() {
                '0'..='9' => State::NumberOrDate,
                '_' => State::Decimal,
                '.' | 'e' | 'E' => State::Float,
                'b' => self.based(2, "a binary"),
                'o' => self.based(8, "an octal"),
                'x' => self.based(16, "a hexadecimal"),
                _ => self.ended(Kind::Integer),
            },
            State::Float => {
                while matches!(self.next(), '0'..='9' | '_' | '.' | '-' | '+' | 'e' | 'E') {}
                self.ended(Kind::Float)
            }
            _ => self.boolean(),
        }
    }

    fn ended(&mut self, kind: Kind) -> State {
        self.backup();
        self.done(kind)
    }

    fn based(&mut self, base: u32, what: &str) -> State {
        let c = self.peek();
        if !c.is_digit(base) {
            let text = self.current_text();
            self.fault(format!("not {what} number: '{text}{c}'"));
        }
        State::Based(base)
    }

    fn signed(&mut self) -> State {
        let c = self.next();
        match c {
            'i' | 'n' => {
                let rest = if c == 'i' { ['n', 'f'] } else { ['a', 'n'] };
                if !self.accept(rest[0]) || !self.accept(rest[1]) {
                    let text = self.current_text();
                    return self.fault(format!("invalid float: '{text}'"));
                }
                return self.done(Kind::Float);
            }
            '0' => {
                let base = self.peek();
                if matches!(base, 'b' | 'o' | 'x') {
                    let text = self.current_text();
                    return self.fault(format!("cannot use sign with non-decimal numbers: '{text}{base}'"));
                }
            }
            '.' => return self.fault("floats must start with a digit, not '.'"),
            _ => {}
        }
        if c.is_ascii_digit() {
            return State::Decimal;
        }
        self.fault(format!("expected a digit but got {}", quoted(c)))
    }

    fn boolean(&mut self) -> State {
        let mut word = String::new();
        loop {
            let c = self.next();
            if !unicode::is_letter(c) {
                break;
            }
            word.push(c);
        }
        self.backup();
        if matches!(&*word, "true" | "false") {
            return self.done(Kind::Bool);
        }
        self.fault(format!("expected value but found {} instead", strconv::quote(word.as_bytes())))
    }
}
