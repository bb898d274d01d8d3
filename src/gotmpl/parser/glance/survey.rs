//! Whether a text surely parses, and where its parts lie.

use super::super::super::ast::Pos;
use super::super::super::func::FuncMap;
use super::super::plain_literal;
use super::Reader;
use super::build::Built;
use crate::diag::Source;

/// What was found in a text that parses.
pub(in super::super) struct Survey {
    /// The `define`s in the order of the text. The name of each stands in quotes that need no unquoting.
    pub(in super::super) defined: Vec<Defined>,
    /// Whether there is nothing but space and comments beside the `define`s.
    pub(in super::super) is_blank: bool,
    /// What [`Ends`](super::super::super::ast::Ends) keeps, with the bodies of the `define`s among it.
    pub(in super::super) ends: Vec<(Pos, Pos)>,
    /// The nodes of the text itself, if somebody had the time to make them.
    pub(in super::super) whole: Option<Built>,
}

/// A `define`.
pub(in super::super) struct Defined {
    /// The name between its quotes.
    pub(in super::super) name: (usize, usize),
    /// The first byte of the body.
    pub(in super::super) start: Pos,
    /// Whether there is nothing but space and comments in it.
    pub(in super::super) is_blank: bool,
}

/// What is in a text of which it is certain that it parses with these functions.
pub(in super::super) fn survey(source: &Source, funcs: &FuncMap) -> Option<Survey> {
    let mut surveyor = Surveyor {
        reader: Reader::new(source, funcs, 0)?,
        ranges: 0,
        open: Vec::new(),
        blank: true,
        around_blank: true,
        found: Survey { defined: Vec::new(), is_blank: true, ends: Vec::new(), whole: None },
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
    reader: Reader<'a, false>,
    /// The `range`s around this place whose body it stands in.
    ranges: usize,
    open: Vec<Open>,
    /// Whether the template that is read had nothing but space so far, and the same of the text around a `define`.
    blank: bool,
    around_blank: bool,
    found: Survey,
}

impl Surveyor<'_> {
    fn items(&mut self) -> Option<()> {
        loop {
            let start = self.reader.at;
            let delim = self.reader.next_delim();
            let end = delim.unwrap_or(self.reader.bytes.len());
            if self.blank && end > start {
                self.blank = self.reader.text.get(start..end)?.trim().is_empty();
            }
            let Some(delim) = delim else {
                return self.open.is_empty().then_some(());
            };
            self.reader.open(delim);
            if self.reader.starts_with(b"/*") {
                self.reader.comment()?;
            } else {
                self.action(delim as Pos)?;
            }
        }
    }

    /// An action, from behind its delimiter on.
    fn action(&mut self, delim: Pos) -> Option<()> {
        self.reader.space();
        let start = self.reader.at;
        if !self.reader.here().is_ascii_lowercase() {
            self.blank = false;
            return self.pipeline(false);
        }
        match self.reader.word()? {
            "if" => self.control(Block::If),
            "with" => self.control(Block::With),
            "range" => self.control(Block::Range),
            "end" => self.end(delim),
            "else" => self.otherwise(delim),
            "define" => self.define(),
            "template" => {
                self.blank = false;
                self.reader.space();
                self.reader.literal()?;
                let space = self.reader.space();
                if self.reader.closes(space) {
                    return self.reader.close(space);
                }
                self.pipeline(false)
            }
            "block" => None,
            jump @ ("break" | "continue") => {
                (self.ranges > 0 && self.reader.funcs.get(jump).is_none()).then_some(())?;
                self.reader.close_spaced()
            }
            _ => {
                self.blank = false;
                self.reader.at = start;
                self.pipeline(false)
            }
        }
    }

    fn control(&mut self, block: Block) -> Option<()> {
        self.blank = false;
        let visible = self.reader.visible.len();
        self.condition(block == Block::Range)?;
        self.ranges += usize::from(block == Block::Range);
        self.begin(block, visible)
    }

    fn pipeline(&mut self, in_range: bool) -> Option<()> {
        self.reader.pipeline(false, in_range)
    }

    /// The pipeline of a block, which space need not stand before.
    fn condition(&mut self, is_range: bool) -> Option<()> {
        self.reader.space();
        self.pipeline(is_range)
    }

    fn begin(&mut self, block: Block, visible: usize) -> Option<()> {
        self.reader.deeper()?;
        let list = self.list();
        self.open.push(Open { block, has_else: false, visible, list, levels: 1 });
        Some(())
    }

    /// A list begins here.
    fn list(&mut self) -> usize {
        let start = self.reader.at as Pos;
        self.found.ends.push((start, start));
        self.found.ends.len() - 1
    }

    fn end_list(&mut self, list: usize, delim: Pos) {
        if let Some(ends) = self.found.ends.get_mut(list) {
            ends.1 = delim;
        }
    }

    fn end(&mut self, delim: Pos) -> Option<()> {
        self.reader.close_spaced()?;
        let open = self.open.pop()?;
        self.end_list(open.list, delim);
        self.reader.visible.truncate(open.visible);
        self.reader.depth -= open.levels;
        if open.block == Block::Range && !open.has_else {
            self.ranges -= 1;
        }
        if open.block == Block::Define {
            self.reader.outside = 0;
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
        let space = self.reader.space();
        let continued = match (block, self.reader.here()) {
            (Block::If, b'i') => self.reader.word()? == "if",
            (Block::With, b'w') => self.reader.word()? == "with",
            _ => {
                self.reader.close(space)?;
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
        self.reader.deeper()?;
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
        self.reader.space();
        let start = self.reader.at;
        self.reader.literal()?;
        let literal = self.reader.text.get(start..self.reader.at)?;
        plain_literal(literal)?;
        let name = (start + 1, self.reader.at - 1);
        self.reader.close_spaced()?;
        self.around_blank = std::mem::replace(&mut self.blank, true);
        self.found.defined.push(Defined { name, start: self.reader.at as Pos, is_blank: true });
        self.reader.outside = self.reader.visible.len();
        self.begin(Block::Define, self.reader.outside)
    }
}
