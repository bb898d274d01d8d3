//! The parsed template: actions, pipelines, operands, each with its byte position.

use std::cell::{OnceCell, Ref, RefCell};
use std::rc::Rc;
use std::sync::Arc;

use super::func::{Func, FuncMap};
use crate::diag::{Source, Span};
use crate::value::Str;

/// A byte offset in the template's text.
pub(crate) type Pos = u32;

/// A parsed template: the body of a file or of a `define`.
#[derive(Debug)]
pub struct Tree {
    pub(crate) name: Rc<str>,
    pub(crate) source: Source,
    pub(crate) root: List,
    /// Whether there is nothing but space and comments; such a tree replaces no other.
    pub(crate) empty: bool,
    /// Names of the variables of the nodes that were made, `$` first.
    pub(super) variables: RefCell<Vec<Arc<str>>>,
    /// What the names of functions in it mean.
    pub(crate) funcs: FuncMap,
    /// Where the lists of the text end.
    pub(super) ends: Ends,
    /// Whether it is all of the text, which `define`s are left out of.
    pub(super) is_whole: bool,
}

/// Of every list inside a control structure its first byte and the first byte of the action that ends it, in the order
/// of the text; shared by all trees of the text. Bodies of `define`s may be among them.
#[derive(Clone, Debug, Default)]
pub(crate) struct Ends(Rc<RefCell<Vec<(Pos, Pos)>>>);

/// Where, of these lists, that one ends that begins at `start`.
pub(super) fn end_of(lists: &[(Pos, Pos)], start: Pos) -> Option<Pos> {
    let index = lists.binary_search_by_key(&start, |(start, _)| *start).ok()?;
    lists.get(index).map(|(_, end)| *end)
}

impl Ends {
    /// Of these lists.
    pub(super) fn of_lists(lists: Vec<(Pos, Pos)>) -> Self {
        Self(Rc::new(RefCell::new(lists)))
    }

    /// Every list.
    pub(super) fn lists(&self) -> Ref<'_, Vec<(Pos, Pos)>> {
        self.0.borrow()
    }

    /// A list begins; the answer is for [`Ends::close`].
    pub(super) fn open(&self, start: Pos) -> usize {
        let mut ends = self.0.borrow_mut();
        ends.push((start, start));
        ends.len() - 1
    }

    /// The list that was opened ends here.
    pub(super) fn close(&self, list: usize, end: Pos) {
        if let Some(ends) = self.0.borrow_mut().get_mut(list) {
            ends.1 = end;
        }
    }

    /// Where the list ends that begins at `start`.
    pub(super) fn of(&self, start: Pos) -> Option<Pos> {
        end_of(&self.lists(), start)
    }
}

impl Tree {
    /// The name it is called by.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The text it was parsed from, whose name stands in error messages.
    #[must_use]
    pub fn source(&self) -> &Source {
        &self.source
    }

    /// Whether there is nothing but space and comments.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.empty
    }

    /// The name of a variable of its nodes.
    pub(crate) fn variable(&self, id: u32) -> Arc<str> {
        self.variables.borrow().get(id as usize).map_or_else(|| "$".into(), Arc::clone)
    }
}

/// What stands between two actions that belong together. A chart defines much more than it uses, so the nodes of most
/// lists are made when somebody asks for them, with [`Tree::nodes`]; that the text has no mistake is known before.
#[derive(Debug, Default)]
pub(crate) struct List {
    pub(super) nodes: OnceCell<Vec<Node>>,
    /// The list's first byte.
    pub(super) start: Pos,
}

#[derive(Debug)]
pub(crate) enum Node {
    Text(Span),
    Action(Pipe),
    If(Box<Branch>),
    With(Box<Branch>),
    Range(Box<Branch>),
    Template(Box<Template>),
    Break(Pos),
    Continue(Pos),
}

#[derive(Debug)]
pub(crate) struct Branch {
    pub(crate) pipe: Pipe,
    pub(crate) list: List,
    pub(crate) else_list: Option<List>,
}

/// `{{template "name" pipeline}}`
#[derive(Debug)]
pub(crate) struct Template {
    pub(crate) pos: Pos,
    pub(crate) name: Str,
    pub(crate) pipe: Option<Pipe>,
}

#[derive(Debug)]
pub(crate) struct Pipe {
    pub(crate) pos: Pos,
    /// The byte after the last.
    pub(crate) end: Pos,
    pub(crate) assign: bool,
    pub(crate) declared: Vec<Variable>,
    pub(crate) commands: Vec<Command>,
}

/// A declared variable: index into [`Tree::variables`].
#[derive(Clone, Copy, Debug)]
pub(crate) struct Variable {
    pub(crate) id: u32,
}

#[derive(Debug)]
pub(crate) struct Command {
    pub(crate) pos: Pos,
    /// The first is the function, the field or the operand itself; there is always one.
    pub(crate) args: Vec<Expr>,
}

#[derive(Debug)]
pub(crate) struct Expr {
    pub(crate) pos: Pos,
    pub(crate) kind: ExprKind,
}

#[derive(Debug)]
pub(crate) enum ExprKind {
    Dot,
    Nil,
    Bool(bool),
    Number(Box<Number>),
    /// The text as written and what it stands for.
    Text(Span, Str),
    /// `.a.b`
    Field(Box<[Str]>),
    /// `$x.a.b`
    Variable(u32, Box<[Str]>),
    Function(&'static Func, Special),
    /// `(…).a.b`
    Chain(Box<Expr>, Box<[Str]>),
    Pipe(Box<Pipe>),
}

/// Builtins the executor treats by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Special {
    None,
    And,
    Or,
    Call,
}

/// A number under every type that can hold it, as Go's ideal constants.
#[derive(Clone, Debug, Default)]
pub(crate) struct Number {
    pub(crate) text: Span,
    pub(crate) int: Option<i64>,
    pub(crate) uint: Option<u64>,
    pub(crate) float: Option<f64>,
    pub(crate) complex: Option<(f64, f64)>,
    /// The value where the syntax alone decides the type; none when it overflows `int`.
    pub(crate) ideal: Option<Ideal>,
}

/// A number of the type that its syntax decides.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Ideal {
    Int(i64),
    Float(f64),
    Complex(f64, f64),
}
