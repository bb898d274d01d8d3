//! Nodes of parts that were surveyed.

use std::cell::{Cell, OnceCell};
use std::sync::Arc;

use super::super::super::ast::{Branch, List, Node, Pos, Template, Tree, end_of};
use super::super::super::func::FuncMap;
use super::super::{Scope, WORTH_DEFERRING};
use super::{Piles, Reader, Survey};
use crate::diag::{Source, Span};

/// Nodes, and the names of the variables in them.
pub(in super::super) struct Built {
    pub(in super::super) nodes: Vec<Node>,
    pub(in super::super) names: Vec<Arc<str>>,
}

/// Makes the nodes of a text that was surveyed, without its `define`s.
pub(in super::super) fn build_whole(source: &Source, funcs: &FuncMap, survey: &mut Survey) {
    if survey.is_blank || survey.whole.is_some() {
        return;
    }
    let mut names = Scope::new().names;
    if let Some(nodes) =
        Reader::new(source, funcs, 0).and_then(|reader| nodes(reader, &survey.ends, &mut names, true))
    {
        survey.whole = Some(Built { nodes, names });
    }
}

/// The nodes of a list of `tree`, or of all of the tree, and the names of variables that were met so far. Lists inside
/// of it that are not short are left for later.
pub(in super::super) fn build(tree: &Tree, start: usize, names: &mut Vec<Arc<str>>) -> Option<Vec<Node>> {
    let reader = Reader::new(&tree.source, &tree.funcs, start)?;
    nodes(reader, &tree.ends.lists(), names, tree.is_whole && start == 0)
}

/// The nodes of the list at whose beginning the reader stands; of the text itself, which goes on to its end, or of one
/// that something ends.
fn nodes(
    mut reader: Reader<'_, true>,
    ends: &[(Pos, Pos)],
    names: &mut Vec<Arc<str>>,
    is_text: bool,
) -> Option<Vec<Node>> {
    reader.names = std::mem::take(names);
    reader.piles = PILES.take();
    let mut builder = Builder { reader, ends };
    let stop = builder.items();
    let mut reader = builder.reader;
    *names = reader.names;
    let is_built = stop.is_some_and(|stop| (stop == Stop::Text) == is_text);
    let nodes = is_built.then(|| reader.piles.nodes.drain(..).collect());
    reader.piles.clear();
    PILES.set(reader.piles);
    nodes
}

thread_local! {
    static PILES: Cell<Piles> = Cell::default();
}

/// What ended a list: an action or the end of the text. Of an `else` the word itself was gone over, of an `end` all.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Stop {
    Else,
    End,
    Text,
}

/// What an action is.
enum Item {
    Node(Node),
    Stop(Stop),
    /// A `define`, which is no node.
    Nothing,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Block {
    If,
    Range,
    With,
}

struct Builder<'a> {
    reader: Reader<'a, true>,
    ends: &'a [(Pos, Pos)],
}

impl Builder<'_> {
    /// The nodes up to the end of the list, and what ended it.
    fn items(&mut self) -> Option<Stop> {
        loop {
            let start = self.reader.at;
            let Some(delim) = self.reader.next_delim() else {
                let end = self.reader.bytes.len();
                if start < end {
                    self.reader.piles.nodes.push(Node::Text(Span::new(start, end)));
                }
                return Some(Stop::Text);
            };
            let text = self.reader.text_before(start, delim);
            if !text.is_empty() {
                self.reader.piles.nodes.push(Node::Text(text));
            }
            self.reader.open(delim);
            if self.reader.starts_with(b"/*") {
                self.reader.comment()?;
                continue;
            }
            match self.action()? {
                Item::Node(node) => self.reader.piles.nodes.push(node),
                Item::Stop(stop) => return Some(stop),
                Item::Nothing => {}
            }
        }
    }

    /// An action, from behind its delimiter on.
    fn action(&mut self) -> Option<Item> {
        self.reader.space();
        let start = self.reader.at;
        if !self.reader.here().is_ascii_lowercase() {
            return Some(Item::Node(Node::Action(self.reader.pipe(false)?)));
        }
        let node = match self.reader.word()? {
            "if" => Node::If(self.branch(Block::If)?),
            "with" => Node::With(self.branch(Block::With)?),
            "range" => Node::Range(self.branch(Block::Range)?),
            "end" => {
                self.reader.close_spaced()?;
                return Some(Item::Stop(Stop::End));
            }
            "else" => return Some(Item::Stop(Stop::Else)),
            "define" => {
                self.define()?;
                return Some(Item::Nothing);
            }
            "template" => Node::Template(Box::new(self.template()?)),
            "block" => return None,
            word @ ("break" | "continue") => {
                self.reader.funcs.get(word).is_none().then_some(())?;
                self.reader.close_spaced()?;
                if word == "break" { Node::Break(start as Pos) } else { Node::Continue(start as Pos) }
            }
            _ => {
                self.reader.at = start;
                Node::Action(self.reader.pipe(false)?)
            }
        };
        Some(Item::Node(node))
    }

    fn template(&mut self) -> Option<Template> {
        self.reader.space();
        let pos = self.reader.at as Pos;
        let name = self.reader.literal()?;
        let space = self.reader.space();
        let pipe = if self.reader.closes(space) {
            self.reader.close(space)?;
            None
        } else {
            Some(self.reader.pipe(false)?)
        };
        Some(Template { pos, name, pipe })
    }

    /// Goes over a `define`, whose body is another tree's.
    fn define(&mut self) -> Option<()> {
        self.reader.space();
        self.reader.literal()?;
        self.reader.close_spaced()?;
        self.reader.at = end_of(self.ends, self.reader.at as Pos)? as usize;
        self.stop()?.eq(&Stop::End).then_some(())
    }

    /// The action here, which ends a list.
    fn stop(&mut self) -> Option<Stop> {
        self.reader.open(self.reader.at);
        match self.action()? {
            Item::Stop(stop) => Some(stop),
            _ => None,
        }
    }

    /// A block, from behind its word on.
    fn branch(&mut self, block: Block) -> Option<Box<Branch>> {
        self.reader.deeper()?;
        self.reader.space();
        let pipe = self.reader.pipe(block == Block::Range)?;
        let (list, stop) = self.list()?;
        let else_list = match stop {
            Stop::End => None,
            Stop::Else => Some(self.otherwise(block)?),
            Stop::Text => return None,
        };
        self.reader.depth -= 1;
        Some(Box::new(Branch { pipe, list, else_list }))
    }

    /// What stands behind the word `else`.
    fn otherwise(&mut self, block: Block) -> Option<List> {
        let space = self.reader.space();
        if self.reader.closes(space) {
            self.reader.close(space)?;
            let (list, stop) = self.list()?;
            return (stop == Stop::End).then_some(list);
        }
        let continued = match (block, self.reader.word()?) {
            (Block::If, "if") => Node::If,
            (Block::With, "with") => Node::With,
            _ => return None,
        };
        let start = self.reader.at as Pos;
        let nodes = vec![continued(self.branch(block)?)].into();
        Some(List { nodes, start })
    }

    /// A list inside a block, and what ended it.
    fn list(&mut self) -> Option<(List, Stop)> {
        let start = self.reader.at;
        let end = end_of(self.ends, start as Pos)? as usize;
        if end > start + WORTH_DEFERRING {
            self.reader.at = end;
            let stop = self.stop()?;
            return Some((List { nodes: OnceCell::new(), start: start as Pos }, stop));
        }
        let mark = self.reader.piles.nodes.len();
        let stop = self.items()?;
        let nodes: Vec<Node> = self.reader.piles.nodes.drain(mark..).collect();
        Some((List { nodes: nodes.into(), start: start as Pos }, stop))
    }
}
