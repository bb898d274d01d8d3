//! A first look at a text: whether it surely parses, and where its parts lie.
//!
//! A chart holds many more templates than run, and all of them must parse. Whoever wants an error, or uses what is rare,
//! gets no answer here but from the parser; nothing is accepted that the parser would refuse.

use super::super::ast::Pos;
use super::super::func::FuncMap;
use super::super::lexer::{ALPHANUMERIC, is_space};
use super::plain_literal;

/// Parentheses, blocks and branches that nest deeper are left to the parser, which knows how much stack there is.
const MOST_NESTED: usize = 100;

/// What was found in a text that parses.
pub(super) struct Survey {
    /// The `define`s in the order of the text. The name of each stands in quotes that need no unquoting.
    pub(super) defined: Vec<Defined>,
    /// Whether there is nothing but space and comments beside the `define`s.
    pub(super) is_blank: bool,
    /// What [`super::super::ast::Ends`] keeps, with the bodies of the `define`s among it.
    pub(super) ends: Vec<(Pos, Pos)>,
}

/// A `define`.
pub(super) struct Defined {
    /// The name between its quotes.
    pub(super) name: (usize, usize),
    /// The first byte of the body.
    pub(super) start: Pos,
    /// Whether there is nothing but space and comments in it.
    pub(super) is_blank: bool,
}

/// What is in a text of which it is certain that it parses with these functions.
pub(super) fn survey(text: &str, funcs: &FuncMap) -> Option<Survey> {
    u32::try_from(text.len()).ok()?;
    let mut surveyor = Surveyor {
        text,
        bytes: text.as_bytes(),
        funcs,
        at: 0,
        depth: 0,
        visible: Vec::new(),
        outside: 0,
        ranges: 0,
        open: Vec::new(),
        blank: true,
        around_blank: true,
        found: Survey { defined: Vec::new(), is_blank: true, ends: Vec::new() },
    };
    surveyor.items()?;
    let mut found = surveyor.found;
    found.is_blank = surveyor.blank;
    Some(found)
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Block {
    Define,
    If,
    Range,
    With,
}

/// A block that was begun and not ended.
struct Open {
    block: Block,
    /// Whether its `else` was there.
    has_else: bool,
    /// How many variables were visible before it.
    visible: usize,
    /// The index of its list among the ends.
    list: usize,
    /// Itself and its `else if`s.
    levels: usize,
}

struct Surveyor<'a> {
    text: &'a str,
    bytes: &'a [u8],
    funcs: &'a FuncMap,
    at: usize,
    /// Parentheses, blocks and branches around this place.
    depth: usize,
    /// The variables that are visible, each with its dollar; the first that counts is the one at `outside`.
    visible: Vec<&'a str>,
    outside: usize,
    /// The `range`s around this place whose body it stands in.
    ranges: usize,
    open: Vec<Open>,
    /// Whether the template that is read had nothing but space so far, and the same of the text around a `define`.
    blank: bool,
    around_blank: bool,
    found: Survey,
}

// `None` of every function says that the parser is to be asked.
impl<'a> Surveyor<'a> {
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

    /// Goes over blank space, and tells whether there was any.
    #[inline]
    fn space(&mut self) -> bool {
        let start = self.at;
        while is_space(self.here()) {
            self.at += 1;
        }
        self.at > start
    }

    fn items(&mut self) -> Option<()> {
        loop {
            let start = self.at;
            let delim = self.next_delim(start);
            let end = delim.unwrap_or(self.bytes.len());
            if self.blank && end > start {
                self.blank = self.text.get(start..end)?.trim().is_empty();
            }
            if delim.is_none() {
                return self.open.is_empty().then_some(());
            }
            self.at = end + 2;
            if self.here() == b'-' && is_space(self.byte(self.at + 1)) {
                self.at += 2;
            }
            if self.starts_with(b"/*") {
                self.comment()?;
            } else {
                self.action(end as Pos)?;
            }
        }
    }

    fn next_delim(&self, from: usize) -> Option<usize> {
        let mut at = from;
        loop {
            at += memchr::memchr(b'{', self.bytes.get(at..)?)?;
            if self.byte(at + 1) == b'{' {
                return Some(at);
            }
            at += 1;
        }
    }

    /// A comment, from its slash on.
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
        while ALPHANUMERIC[usize::from(self.here())] {
            self.at += 1;
        }
    }

    #[inline]
    fn at_terminator(&self) -> bool {
        match self.here() {
            b' ' | b'\t' | b'\r' | b'\n' | b'.' | b',' | b'|' | b':' | b')' | b'(' => true,
            b'}' => self.byte(self.at + 1) == b'}',
            _ => false,
        }
    }

    /// An action, from behind its delimiter on.
    fn action(&mut self, delim: Pos) -> Option<()> {
        self.space();
        let start = self.at;
        if !self.here().is_ascii_lowercase() {
            self.blank = false;
            return self.pipeline(false, false);
        }
        match self.word()? {
            "if" => self.control(Block::If),
            "with" => self.control(Block::With),
            "range" => self.control(Block::Range),
            "end" => self.end(delim),
            "else" => self.otherwise(delim),
            "define" => self.define(),
            "template" => {
                self.blank = false;
                self.space();
                self.literal()?;
                let space = self.space();
                if self.here() == b'}' || space && self.starts_with(b"-}}") {
                    return self.close(space);
                }
                self.pipeline(false, false)
            }
            "block" => None,
            jump @ ("break" | "continue") => {
                (self.ranges > 0 && self.funcs.get(jump).is_none()).then_some(())?;
                self.close_spaced()
            }
            _ => {
                self.blank = false;
                self.at = start;
                self.pipeline(false, false)
            }
        }
    }

    fn control(&mut self, block: Block) -> Option<()> {
        self.blank = false;
        let visible = self.visible.len();
        self.condition(block == Block::Range)?;
        self.ranges += usize::from(block == Block::Range);
        self.begin(block, visible)
    }

    /// The pipeline of a block, which space need not stand before.
    fn condition(&mut self, is_range: bool) -> Option<()> {
        self.space();
        self.pipeline(false, is_range)
    }

    fn begin(&mut self, block: Block, visible: usize) -> Option<()> {
        self.deeper()?;
        let list = self.list();
        self.open.push(Open { block, has_else: false, visible, list, levels: 1 });
        Some(())
    }

    /// A list begins here.
    fn list(&mut self) -> usize {
        let start = self.at as Pos;
        self.found.ends.push((start, start));
        self.found.ends.len() - 1
    }

    fn end_list(&mut self, list: usize, delim: Pos) {
        if let Some(ends) = self.found.ends.get_mut(list) {
            ends.1 = delim;
        }
    }

    fn end(&mut self, delim: Pos) -> Option<()> {
        self.close_spaced()?;
        let open = self.open.pop()?;
        self.end_list(open.list, delim);
        self.visible.truncate(open.visible);
        self.depth -= open.levels;
        if open.block == Block::Range && !open.has_else {
            self.ranges -= 1;
        }
        if open.block == Block::Define {
            self.outside = 0;
            let blank = std::mem::replace(&mut self.blank, self.around_blank);
            self.found.defined.last_mut()?.is_blank = blank;
        }
        Some(())
    }

    fn otherwise(&mut self, delim: Pos) -> Option<()> {
        let (block, list) = match self.open.last()? {
            Open { has_else: true, .. } | Open { block: Block::Define, .. } => return None,
            open => (open.block, open.list),
        };
        self.end_list(list, delim);
        let space = self.space();
        let continued = match (block, self.here()) {
            (Block::If, b'i') => self.word()? == "if",
            (Block::With, b'w') => self.word()? == "with",
            _ => {
                self.close(space)?;
                self.ranges -= usize::from(block == Block::Range);
                let list = self.list();
                let open = self.open.last_mut()?;
                (open.has_else, open.list) = (true, list);
                return Some(());
            }
        };
        if !continued {
            return None;
        }
        self.deeper()?;
        self.condition(false)?;
        let list = self.list();
        let open = self.open.last_mut()?;
        open.list = list;
        open.levels += 1;
        Some(())
    }

    fn define(&mut self) -> Option<()> {
        if !self.open.is_empty() {
            return None;
        }
        self.space();
        let start = self.at;
        self.literal()?;
        let literal = self.text.get(start..self.at)?;
        plain_literal(literal)?;
        let name = (start + 1, self.at - 1);
        self.close_spaced()?;
        self.around_blank = std::mem::replace(&mut self.blank, true);
        self.found.defined.push(Defined { name, start: self.at as Pos, is_blank: true });
        self.outside = self.visible.len();
        self.begin(Block::Define, self.outside)
    }

    /// A pipeline up to its end, which is a parenthesis or that of the action.
    fn pipeline(&mut self, in_parens: bool, in_range: bool) -> Option<()> {
        if self.here() == b'$' {
            self.declarations(in_range)?;
        }
        let mut is_first = true;
        loop {
            self.space();
            let is_executable = self.operand()?;
            if !is_first && !is_executable {
                return None;
            }
            is_first = false;
            loop {
                let space = self.space();
                match self.here() {
                    b'|' => break,
                    b')' if in_parens => {
                        self.at += 1;
                        return Some(());
                    }
                    b'}' if !in_parens => return self.close(space),
                    b'-' if !in_parens && self.byte(self.at + 1) == b'}' => return self.close(space),
                    _ if space => self.operand()?,
                    _ => return None,
                };
            }
            self.at += 1;
        }
    }

    /// Variables before `:=` or `=`, when there are any; with one that is an operand nothing is gone over.
    fn declarations(&mut self, in_range: bool) -> Option<()> {
        let start = self.at;
        let first = self.variable()?;
        self.space();
        match self.here() {
            b':' | b'=' => {}
            b',' if in_range => {
                self.at += 1;
                self.space();
                self.visible.push(first);
                if self.here() != b'$' {
                    return None;
                }
                let second = self.variable()?;
                self.space();
                self.assignment()?;
                self.visible.push(second);
                return Some(());
            }
            b',' => return None,
            _ => {
                self.at = start;
                return Some(());
            }
        }
        self.assignment()?;
        self.visible.push(first);
        Some(())
    }

    fn assignment(&mut self) -> Option<()> {
        if self.here() == b':' {
            self.at += 1;
        }
        if self.here() != b'=' {
            return None;
        }
        self.at += 1;
        Some(())
    }

    fn variable(&mut self) -> Option<&'a str> {
        let start = self.at;
        self.at += 1;
        self.word()?;
        self.text.get(start..self.at)
    }

    /// An operand with its fields, and whether a pipeline may hand something on to it.
    #[inline]
    fn operand(&mut self) -> Option<bool> {
        match self.here() {
            b'.' => {
                if matches!(self.byte(self.at + 1), b' ' | b')' | b'}' | b'|' | b'\n' | b'\t' | b'\r') {
                    self.at += 1;
                    self.at_terminator().then_some(())?;
                    return Some(false);
                }
            }
            b'$' => {
                let name = self.variable()?;
                let mut own = self.visible.get(self.outside..)?.iter().rev();
                if name.len() > 1 && !own.any(|known| *known == name) {
                    return None;
                }
            }
            b'"' | b'`' => {
                self.literal()?;
                return Some(false);
            }
            b'(' => {
                self.deeper()?;
                self.at += 1;
                self.space();
                self.pipeline(true, false)?;
                self.depth -= 1;
            }
            b'0'..=b'9' | b'-' => return self.number(),
            b'a'..=b'z' | b'A'..=b'Z' | b'_' => match self.word()? {
                "true" | "false" | "nil" => return (self.here() != b'.').then_some(false),
                "if" | "else" | "end" | "range" | "with" | "define" | "template" | "block" | "break"
                | "continue" => return None,
                name => {
                    self.funcs.get(name)?;
                }
            },
            _ => return None,
        }
        self.fields()?;
        Some(true)
    }

    #[inline]
    fn fields(&mut self) -> Option<()> {
        while self.here() == b'.' {
            self.at += 1;
            let first = self.here();
            if !ALPHANUMERIC[usize::from(first)] || first.is_ascii_digit() {
                return None;
            }
            self.alphanumerics();
            self.at_terminator().then_some(())?;
        }
        Some(())
    }

    /// A decimal whole number that every type of whole numbers holds.
    fn number(&mut self) -> Option<bool> {
        self.at += usize::from(self.here() == b'-');
        let start = self.at;
        while self.here().is_ascii_digit() {
            self.at += 1;
        }
        let length = self.at - start;
        let is_octal = self.byte(start) == b'0' && length > 1;
        let ends = matches!(self.here(), b' ' | b'\t' | b'\r' | b'\n' | b'|' | b')' | b'}');
        (ends && !is_octal && (1..10).contains(&length)).then_some(false)
    }

    /// A string whose escapes are the common ones.
    fn literal(&mut self) -> Option<()> {
        let quote = self.here();
        self.at += 1;
        if quote == b'`' {
            self.at += memchr::memchr(b'`', self.bytes.get(self.at..)?)? + 1;
            return Some(());
        }
        if quote != b'"' {
            return None;
        }
        loop {
            match self.here() {
                b'"' => {
                    self.at += 1;
                    return Some(());
                }
                b'\\' => match self.byte(self.at + 1) {
                    b'a' | b'b' | b'f' | b'n' | b'r' | b't' | b'v' | b'\\' | b'"' => self.at += 2,
                    _ => return None,
                },
                b'\n' | 0 => return None,
                _ => self.at += 1,
            }
        }
    }
}
