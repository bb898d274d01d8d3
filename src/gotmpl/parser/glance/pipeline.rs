//! Pipelines, commands, operands.

use super::super::super::ast::{Command, Expr, ExprKind, Pipe, Pos, Special, Variable};
use super::super::super::lexer::{ALPHANUMERIC, Kind};
use super::super::super::number::parse_number;
use super::Reader;
use crate::diag::Span;
use crate::go::strconv::unquote;
use crate::value::Str;

/// Bytes that a string in quotes goes on behind.
const INSIDE_QUOTES: [bool; 256] = {
    let mut table = [true; 256];
    (table[b'"' as usize], table[b'\\' as usize], table[b'\n' as usize], table[0]) =
        (false, false, false, false);
    table
};

/// A field and what it belongs to: nothing or a term that stands on top of the operands that were made.
#[derive(Clone, Copy, PartialEq, Eq)]
enum FieldOf {
    Dot,
    Variable(u32),
    Term,
}

impl Reader<'_, true> {
    /// The pipeline of an action.
    pub(super) fn pipe(&mut self, in_range: bool) -> Option<Pipe> {
        self.pipeline(false, in_range)?;
        self.piles.pipes.pop()
    }
}

// What is made is put on top of its pile.
impl<'a, const BUILD: bool> Reader<'a, BUILD> {
    /// A pipeline, from its first byte up to its end, which is a parenthesis or that of the action; both are gone over.
    pub(super) fn pipeline(&mut self, in_parens: bool, in_range: bool) -> Option<()> {
        let (pos, declared, commands) = (self.at, self.piles.declared.len(), self.piles.commands.len());
        let assigns = self.here() == b'$' && self.declarations(in_range)?;
        let mut is_first = true;
        loop {
            self.space();
            let (start, operands) = (self.at, self.piles.operands.len());
            let is_executable = self.operand()?;
            if !is_first && !is_executable {
                return None;
            }
            is_first = false;
            let end = loop {
                let space = self.space();
                match self.here() {
                    b'|' => {
                        self.at += 1;
                        break None;
                    }
                    b')' if in_parens => {
                        self.at += 1;
                        break Some(self.at - 1);
                    }
                    b'}' if !in_parens => {
                        let end = self.at;
                        self.close(space)?;
                        break Some(end);
                    }
                    b'-' if !in_parens && self.byte(self.at + 1) == b'}' => {
                        let end = self.at + 1;
                        self.close(space)?;
                        break Some(end);
                    }
                    _ if space => self.operand()?,
                    _ => return None,
                };
            };
            if BUILD {
                let args = self.piles.operands.drain(operands..).collect();
                self.piles.commands.push(Command { pos: start as Pos, args });
            }
            if let Some(end) = end {
                if BUILD {
                    let declared = self.piles.declared.drain(declared..).collect();
                    let commands = self.piles.commands.drain(commands..).collect();
                    let (pos, end) = (pos as Pos, end as Pos);
                    self.piles.pipes.push(Pipe { pos, end, assign: assigns, declared, commands });
                }
                return Some(());
            }
        }
    }

    /// Variables before `:=` or `=`, when there are any, and whether it was the latter; when there is one that is an
    /// operand, nothing is gone over.
    fn declarations(&mut self, in_range: bool) -> Option<bool> {
        let start = self.at;
        let first = self.variable()?;
        self.space();
        let mut last = first;
        match self.here() {
            b':' | b'=' => {}
            b',' if in_range => {
                self.at += 1;
                self.space();
                self.declare(first);
                if self.here() != b'$' {
                    return None;
                }
                last = self.variable()?;
                self.space();
            }
            b',' => return None,
            _ => {
                self.at = start;
                return Some(false);
            }
        }
        let declares = self.here() == b':';
        self.at += usize::from(declares);
        if self.here() != b'=' {
            return None;
        }
        self.at += 1;
        self.declare(last);
        Some(!declares)
    }

    fn declare(&mut self, name: &'a str) {
        if BUILD {
            let id = self.id(name);
            self.piles.declared.push(Variable { id });
        } else {
            self.visible.push(name);
        }
    }

    fn variable(&mut self) -> Option<&'a str> {
        let start = self.at;
        self.at += 1;
        self.word()?;
        self.text.get(start..self.at)
    }

    /// The number of a variable.
    fn id(&mut self, name: &str) -> u32 {
        let known = self.names.iter().position(|known| **known == *name);
        let index = known.unwrap_or_else(|| {
            self.names.push(name.into());
            self.names.len() - 1
        });
        index as u32
    }

    fn made(&mut self, pos: usize, kind: ExprKind) {
        self.piles.operands.push(Expr { pos: pos as Pos, kind });
    }

    /// An operand with its fields, and whether a pipeline may hand something on to it.
    fn operand(&mut self) -> Option<bool> {
        let start = self.at;
        match self.here() {
            b'.' => {
                if matches!(self.byte(start + 1), b' ' | b')' | b'}' | b'|' | b'\n' | b'\t' | b'\r') {
                    self.at += 1;
                    self.at_terminator().then_some(())?;
                    if BUILD {
                        self.made(start, ExprKind::Dot);
                    }
                    return Some(false);
                }
                self.fields(FieldOf::Dot)?;
            }
            b'$' => {
                let name = self.variable()?;
                let id = if BUILD { self.id(name) } else { 0 };
                if !BUILD && name.len() > 1 {
                    let mut own = self.visible.get(self.outside..)?.iter().rev();
                    own.any(|known| *known == name).then_some(())?;
                }
                if self.here() == b'.' {
                    self.fields(FieldOf::Variable(id))?;
                } else if BUILD {
                    self.made(start, ExprKind::Variable(id, [].into()));
                }
            }
            b'a'..=b'z' | b'A'..=b'Z' | b'_' => {
                let name = self.word()?;
                let Some(func) = self.funcs.get(name) else { return self.constant(start, name) };
                if BUILD {
                    let special = match name {
                        "and" => Special::And,
                        "or" => Special::Or,
                        "call" => Special::Call,
                        _ => Special::None,
                    };
                    self.made(start, ExprKind::Function(func, special));
                }
                self.fields_of_term()?;
            }
            b'"' | b'`' => {
                let text = self.literal()?;
                if BUILD {
                    self.made(start, ExprKind::Text(Span::new(start, self.at), text));
                }
                return Some(false);
            }
            b'(' => {
                self.deeper()?;
                self.at += 1;
                self.space();
                self.pipeline(true, false)?;
                self.depth -= 1;
                if BUILD {
                    let pipe = self.piles.pipes.pop()?;
                    self.made(pipe.pos as usize, ExprKind::Pipe(Box::new(pipe)));
                }
                self.fields_of_term()?;
            }
            b'0'..=b'9' | b'-' => {
                self.number()?;
                return Some(false);
            }
            _ => return None,
        }
        Some(true)
    }

    /// A word that is no function.
    fn constant(&mut self, start: usize, word: &str) -> Option<bool> {
        let kind = match word {
            "true" => ExprKind::Bool(true),
            "false" => ExprKind::Bool(false),
            "nil" => ExprKind::Nil,
            _ => return None,
        };
        if BUILD {
            self.made(start, kind);
        }
        (self.here() != b'.').then_some(false)
    }

    #[inline]
    fn fields_of_term(&mut self) -> Option<()> {
        if self.here() == b'.' { self.fields(FieldOf::Term) } else { Some(()) }
    }

    /// One field or more.
    fn fields(&mut self, of: FieldOf) -> Option<()> {
        let (mark, first) = (self.piles.fields.len(), self.at);
        // Go has a field with more behind it where they begin.
        let (mut pos, mut count) = (first, 0);
        while self.here() == b'.' {
            count += 1;
            if count == 2 && of == FieldOf::Dot {
                pos = self.at;
            }
            self.at += 1;
            let start = self.at;
            let begin = self.here();
            if !ALPHANUMERIC[usize::from(begin)] || begin.is_ascii_digit() {
                return None;
            }
            self.alphanumerics();
            self.at_terminator().then_some(())?;
            if BUILD {
                let name = self.part(start, self.at);
                self.piles.fields.push(name);
            }
        }
        if BUILD {
            let names: Box<[Str]> = self.piles.fields.drain(mark..).collect();
            let kind = match of {
                FieldOf::Dot => ExprKind::Field(names),
                FieldOf::Variable(id) => ExprKind::Variable(id, names),
                FieldOf::Term => ExprKind::Chain(Box::new(self.piles.operands.pop()?), names),
            };
            self.made(pos, kind);
        }
        Some(())
    }

    /// A decimal whole number that every type of whole numbers holds.
    fn number(&mut self) -> Option<()> {
        let written = self.at;
        self.at += usize::from(self.here() == b'-');
        let start = self.at;
        while self.here().is_ascii_digit() {
            self.at += 1;
        }
        let length = self.at - start;
        let is_octal = self.byte(start) == b'0' && length > 1;
        let ends = matches!(self.here(), b' ' | b'\t' | b'\r' | b'\n' | b'|' | b')' | b'}');
        if !ends || is_octal || !(1..10).contains(&length) {
            return None;
        }
        if BUILD {
            let text = self.text.get(written..self.at)?;
            let number = parse_number(text, Kind::Number, Span::new(written, self.at)).ok()?;
            self.made(written, ExprKind::Number(Box::new(number)));
        }
        Some(())
    }

    /// What a string stands for whose escapes are the common ones; where nothing is made, nothing.
    pub(super) fn literal(&mut self) -> Option<Str> {
        let (start, quote) = (self.at, self.here());
        let mut is_plain = true;
        self.at += 1;
        if quote == b'`' {
            let rest = self.bytes.get(self.at..)?;
            let length = memchr::memchr(b'`', rest)?;
            is_plain = !BUILD || memchr::memchr(b'\r', rest.get(..length)?).is_none();
            self.at += length + 1;
        } else if quote == b'"' {
            loop {
                let rest = self.bytes.get(self.at..)?;
                self.at += rest.iter().position(|byte| !INSIDE_QUOTES[usize::from(*byte)])?;
                match (self.here(), self.byte(self.at + 1)) {
                    (b'"', _) => break,
                    (b'\\', b'a' | b'b' | b'f' | b'n' | b'r' | b't' | b'v' | b'\\' | b'"') => {
                        is_plain = false;
                        self.at += 2;
                    }
                    _ => return None,
                }
            }
            self.at += 1;
        } else {
            return None;
        }
        if !BUILD {
            return Some(Str::EMPTY);
        }
        if is_plain {
            return Some(self.part(start + 1, self.at - 1));
        }
        unquote(self.bytes.get(start..self.at)?).ok().map(Str::from_bytes)
    }
}
