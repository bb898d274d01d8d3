//! Tokens to trees.
//!
//! Rule: text/template/parse/parse.go of Go 1.27, token for token, because the line of an error is the line of the
//! token Go last fetched.

mod ahead;
mod deferred;
mod glance;
mod pipeline;
#[cfg(test)]
mod tests;

use std::cell::{OnceCell, RefCell};
use std::rc::Rc;
use std::sync::Arc;

pub use ahead::Glances;
use glance::Survey;

use super::ast::{Branch, Ends, List, Node, Pos, Template, Tree};
use super::error::ParseError;
use super::func::FuncMap;
use super::lexer::{Kind, Lexer, Token};
use super::stack;
use crate::diag::{Source, Span, raw};
use crate::go::strconv::{quote, unquote};
use crate::value::Str;

/// Parentheses and blocks may nest this deep.
const MAX_DEPTH: usize = 10_000;
/// Lists of fewer bytes are made with what stands around them.
const WORTH_DEFERRING: usize = 64;

/// What one template text defines: itself and its `define` and `block` parts.
#[derive(Clone, Debug)]
pub struct Parsed {
    pub(crate) trees: Rc<[Rc<Tree>]>,
}

impl Parsed {
    /// Every template of the text; the text itself stands under the name of its source.
    #[must_use]
    pub fn trees(&self) -> &[Rc<Tree>] {
        &self.trees
    }

    /// The template of this name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Rc<Tree>> {
        self.trees.iter().find(|tree| tree.name() == name)
    }
}

/// The templates of a text. The source's name is the name of the template and stands in every message.
///
/// # Errors
/// Go's message with the line Go reports.
pub fn parse(source: &Source, funcs: &FuncMap) -> Result<Parsed, ParseError> {
    let mut parser = Parser::new(source, funcs, 0);
    parser.top_level().map_err(|error| *error)?;
    Ok(Parsed { trees: parser.trees.into() })
}

/// The same for a text of which little may ever be run: what can be seen to parse at a glance is not parsed before it
/// runs.
///
/// # Errors
/// Go's message with the line Go reports.
pub fn parse_lazily(source: &Source, funcs: &FuncMap) -> Result<Parsed, ParseError> {
    parse_surveyed(source, glance::survey(source, funcs), funcs)
}

fn parse_surveyed(source: &Source, survey: Option<Survey>, funcs: &FuncMap) -> Result<Parsed, ParseError> {
    match survey.and_then(|survey| surveyed(source, survey, funcs)) {
        Some(parsed) => Ok(parsed),
        None => parse(source, funcs),
    }
}

fn surveyed(source: &Source, survey: Survey, funcs: &FuncMap) -> Option<Parsed> {
    let text = source.text();
    let mut parts = Vec::with_capacity(survey.defined.len() + 1);
    for part in &survey.defined {
        parts.push((text.get(part.name.0..part.name.1)?, part.start, part.is_blank));
    }
    parts.push((source.name(), 0, survey.is_blank));
    // Which of two of one name counts, if both may stand there at all, the parser knows.
    let mut names: Vec<&str> = parts.iter().map(|(name, ..)| *name).collect();
    names.sort_unstable();
    if names.windows(2).any(|pair| pair.first() == pair.last()) {
        return None;
    }
    let ends = Ends::of_lists(survey.ends);
    let last = parts.len() - 1;
    let mut whole = survey.whole;
    let tree = |(index, (name, start, empty)): (usize, (&str, Pos, bool))| {
        let built = whole.take_if(|_| index == last);
        let (nodes, names) = built
            .map_or_else(|| (OnceCell::new(), Scope::new().names), |built| (built.nodes.into(), built.names));
        Rc::new(Tree {
            name: name.into(),
            source: source.clone(),
            root: List { nodes, start },
            empty,
            variables: RefCell::new(names),
            funcs: funcs.clone(),
            ends: ends.clone(),
            is_whole: index == last,
        })
    };
    Some(Parsed { trees: parts.into_iter().enumerate().map(tree).collect() })
}

/// In a box, because most of what is parsed is no error and smaller.
type Res<T> = Result<T, Box<ParseError>>;

/// The names of a tree's variables and those that are visible.
struct Scope {
    names: Vec<Arc<str>>,
    visible: Vec<u32>,
    range_depth: usize,
}

impl Scope {
    fn new() -> Self {
        Self { names: vec!["$".into()], visible: vec![0], range_depth: 0 }
    }

    fn id(&mut self, name: &str) -> u32 {
        let known = self.names.iter().position(|known| **known == *name);
        let index = known.unwrap_or_else(|| {
            self.names.push(name.into());
            self.names.len() - 1
        });
        u32::try_from(index).unwrap_or(u32::MAX)
    }
}

/// What becomes of what is parsed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mode {
    /// Nodes are made, but for the lists inside control structures, which are checked only.
    Outline,
    /// Nothing is made; mistakes are found all the same.
    Check,
    /// Nodes are made of a part that was checked before, all of them.
    Build,
}

struct Parser<'a> {
    source: &'a Source,
    funcs: &'a FuncMap,
    mode: Mode,
    lexer: Lexer<'a>,
    /// Three tokens of look-ahead; the last fetched comes first.
    tokens: [Token; 3],
    peeked: usize,
    /// The first byte of the action that is parsed.
    action_start: Option<usize>,
    depth: usize,
    trees: Vec<Rc<Tree>>,
    scope: Scope,
    ends: Ends,
    /// The first byte of the action that was begun last.
    last_action: usize,
}

/// What ended a list of nodes.
enum End {
    End,
    Else,
}

impl End {
    fn print(&self) -> &'static str {
        match self {
            Self::End => "{{end}}",
            Self::Else => "{{else}}",
        }
    }
}

enum Item {
    Node(Node),
    End(End),
}

impl<'a> Parser<'a> {
    /// A parser that begins at this byte, outside of actions.
    fn new(source: &'a Source, funcs: &'a FuncMap, start: usize) -> Self {
        let is_function = |name| funcs.get(name).is_some();
        Self {
            source,
            funcs,
            mode: Mode::Outline,
            lexer: Lexer::new(source.text(), is_function("break"), is_function("continue"))
                .starting_at(start),
            tokens: [Token::NONE; 3],
            peeked: 0,
            action_start: None,
            depth: 0,
            trees: Vec::new(),
            scope: Scope::new(),
            ends: Ends::default(),
            last_action: start,
        }
    }

    // Tokens.

    #[inline]
    fn next(&mut self) -> Token {
        if self.peeked > 0 {
            self.peeked -= 1;
        } else {
            self.tokens[0] = self.lexer.next_token();
        }
        self.tokens.get(self.peeked).copied().unwrap_or(self.tokens[0])
    }

    #[inline]
    fn backup(&mut self) {
        self.peeked += 1;
    }

    fn backup2(&mut self, first: Token) {
        self.tokens[1] = first;
        self.peeked = 2;
    }

    fn backup3(&mut self, first: Token, second: Token) {
        self.tokens[1] = second;
        self.tokens[2] = first;
        self.peeked = 3;
    }

    #[inline]
    fn peek(&mut self) -> Token {
        let token = self.next();
        self.backup();
        token
    }

    #[inline]
    fn next_non_space(&mut self) -> Token {
        loop {
            let token = self.next();
            if token.kind != Kind::Space {
                return token;
            }
        }
    }

    #[inline]
    fn peek_non_space(&mut self) -> Token {
        let token = self.next_non_space();
        self.backup();
        token
    }

    #[inline]
    fn text(&self, span: Span) -> &'a str {
        // Tokens begin and end between characters.
        self.source.text().get(span.start()..span.end()).unwrap_or_default()
    }

    /// The line of a byte, from 1.
    fn line(&self, at: usize) -> usize {
        let before = self.source.text().as_bytes().get(..at).unwrap_or_default();
        before.iter().filter(|byte| **byte == b'\n').count() + 1
    }

    /// The first byte that no token was made of; nothing may have been peeked at.
    fn here(&self) -> usize {
        debug_assert_eq!(self.peeked, 0);
        self.lexer.position()
    }

    /// A token as messages print it.
    fn print(&self, token: &Token) -> String {
        let text = self.text(token.span);
        match token.kind {
            Kind::Eof => "EOF".into(),
            Kind::Error => self.lexer.error_text(token).into(),
            kind if kind.is_keyword() => format!("<{text}>"),
            _ => {
                let bytes = self.source.bytes(token.span);
                if bytes.len() > 10 {
                    let cut: String = text.chars().take(10).collect();
                    format!("{}...", quote(&raw::restored(&cut)))
                } else {
                    quote(&bytes)
                }
            }
        }
    }

    // Errors.

    #[cold]
    #[allow(clippy::unnecessary_box_returns)] // what every caller needs
    fn error(&self, message: impl Into<String>) -> Box<ParseError> {
        let token = &self.tokens[0];
        Box::new(ParseError {
            source: self.source.clone(),
            line: self.line(token.span.start()),
            span: token.span,
            message: message.into(),
        })
    }

    #[cold]
    #[allow(clippy::unnecessary_box_returns)] // what every caller needs
    fn unexpected(&self, token: &Token, context: &str) -> Box<ParseError> {
        if token.kind == Kind::Error {
            let text = self.lexer.error_text(token);
            let mut extra = String::new();
            if let Some(line) = self.action_start.map(|start| self.line(start))
                && line != self.line(token.span.start())
            {
                let what = if text.ends_with(" action") { "" } else { " in action" };
                extra = format!("{what} started at {}:{line}", self.source.name());
            }
            return self.error(format!("{text}{extra}"));
        }
        self.error(format!("unexpected {} in {context}", self.print(token)))
    }

    fn expect(&mut self, kind: Kind, context: &str) -> Res<Token> {
        let token = self.next_non_space();
        if token.kind == kind { Ok(token) } else { Err(self.unexpected(&token, context)) }
    }

    /// Goes one level down; the caller goes up again with `self.depth -= 1`.
    fn deeper(&mut self) -> Res<()> {
        if self.depth >= MAX_DEPTH || stack::exhausted() {
            return Err(self.error("max expression depth exceeded"));
        }
        self.depth += 1;
        Ok(())
    }

    // Templates.

    fn top_level(&mut self) -> Res<()> {
        let (nodes, blank) = self.top_level_nodes()?;
        let scope = std::mem::replace(&mut self.scope, Scope::new());
        self.add(self.source.name().into(), List { nodes: nodes.into(), start: 0 }, blank, scope, true)
    }

    /// What stands beside the `define`s, and whether that is nothing but space.
    fn top_level_nodes(&mut self) -> Res<(Vec<Node>, bool)> {
        let (mut nodes, mut blank) = (Vec::new(), true);
        while self.peek().kind != Kind::Eof {
            if self.peek().kind == Kind::LeftDelim {
                let delim = self.next();
                if self.next_non_space().kind == Kind::Define {
                    self.definition()?;
                    continue;
                }
                self.backup2(delim);
            }
            match self.text_or_action()? {
                Item::Node(node) => {
                    blank &= self.is_blank(&node);
                    nodes.push(node);
                }
                Item::End(end) => return Err(self.error(format!("unexpected {}", end.print()))),
            }
        }
        Ok((nodes, blank))
    }

    fn add(&mut self, name: Rc<str>, root: List, empty: bool, scope: Scope, is_whole: bool) -> Res<()> {
        let (source, funcs) = (self.source.clone(), self.funcs.clone());
        let (ends, variables) = (self.ends.clone(), RefCell::new(scope.names));
        let tree = Rc::new(Tree { name, source, root, empty, variables, funcs, ends, is_whole });
        match self.trees.iter().position(|old| old.name == tree.name) {
            None => self.trees.push(tree),
            Some(index) => {
                let old = self.trees.get_mut(index).expect("position is inside");
                if old.empty {
                    *old = tree;
                } else if !empty {
                    let name = quote(tree.name.as_bytes());
                    return Err(self.error(format!("template: multiple definition of template {name}")));
                }
            }
        }
        Ok(())
    }

    fn is_blank(&self, node: &Node) -> bool {
        match node {
            Node::Text(span) => self.text(*span).trim().is_empty(),
            _ => false,
        }
    }

    /// `{{define "name"}}` with the keyword behind.
    fn definition(&mut self) -> Res<()> {
        const CONTEXT: &str = "define clause";
        let name = self.next_non_space();
        if !matches!(name.kind, Kind::String | Kind::RawString) {
            return Err(self.unexpected(&name, CONTEXT));
        }
        let name = self.unquote(&name)?;
        self.expect(Kind::RightDelim, CONTEXT)?;
        self.body(name.text().into(), CONTEXT)
    }

    /// The body of a `define` or `block` up to its `end`, with variables of its own.
    fn body(&mut self, name: Rc<str>, context: &str) -> Res<()> {
        let start = self.here();
        if self.mode == Mode::Build
            && let Some(end) = self.ends.of(pos_of(start))
        {
            self.lexer.jump(end as usize);
            return self.text_or_action().map(drop);
        }
        let outer = std::mem::replace(&mut self.scope, Scope::new());
        // What is read again here is noted already.
        let noted = (self.mode == Mode::Build).then(|| std::mem::take(&mut self.ends));
        let (list, blank, end) = self.checked(|parser| parser.item_list(start))?;
        if let Some(noted) = noted {
            self.ends = noted;
        }
        if matches!(end, End::Else) {
            return Err(self.error(format!("unexpected {} in {context}", end.print())));
        }
        let scope = std::mem::replace(&mut self.scope, outer);
        match self.mode {
            // It was added when the part was checked.
            Mode::Build => Ok(()),
            Mode::Outline | Mode::Check => self.add(name, list, blank, scope, false),
        }
    }

    /// What `work` finds while nothing is built.
    fn checked<T>(&mut self, work: impl FnOnce(&mut Self) -> Res<T>) -> Res<T> {
        let outer = std::mem::replace(&mut self.mode, Mode::Check);
        let done = work(self);
        self.mode = outer;
        done
    }

    /// What a literal stands for; empty where nobody will ask.
    fn literal(&self, token: &Token) -> Res<Str> {
        if self.mode == Mode::Check && plain_literal(self.text(token.span)).is_some() {
            return Ok(Str::EMPTY);
        }
        self.unquote(token)
    }

    fn unquote(&self, token: &Token) -> Res<Str> {
        if !self.source.marks_bytes()
            && let Some(plain) = plain_literal(self.text(token.span))
        {
            return Ok(plain.into());
        }
        // In quotes, Go reads a byte that is no UTF-8 as U+FFFD.
        let written = self.source.bytes(token.span);
        let text = String::from_utf8_lossy(&written);
        match unquote(if token.kind == Kind::RawString { &written } else { text.as_bytes() }) {
            Ok(text) => Ok(Str::from_bytes(text)),
            Err(_) => Err(self.error("invalid syntax")),
        }
    }

    /// The list that begins at `start`, whether it is nothing but space, and what ended it.
    fn item_list(&mut self, start: usize) -> Res<(List, bool, End)> {
        let (mut nodes, mut blank) = (Vec::new(), true);
        while self.peek_non_space().kind != Kind::Eof {
            match self.text_or_action()? {
                Item::Node(node) => {
                    blank = blank && self.is_blank(&node);
                    if self.mode != Mode::Check {
                        nodes.push(node);
                    }
                }
                Item::End(end) => {
                    let nodes = if self.mode == Mode::Check { OnceCell::new() } else { nodes.into() };
                    return Ok((List { nodes, start: pos_of(start) }, blank, end));
                }
            }
        }
        Err(self.error("unexpected EOF"))
    }

    /// A list inside a control structure. Its nodes are made when somebody asks for them.
    fn inner_list(&mut self, start: usize) -> Res<(List, End)> {
        match self.mode {
            Mode::Outline | Mode::Check => {
                let open = self.ends.open(pos_of(start));
                let (list, _, end) = self.checked(|parser| parser.item_list(start))?;
                self.ends.close(open, pos_of(self.last_action));
                Ok((list, end))
            }
            Mode::Build => {
                let known = self.ends.of(pos_of(start)).map(|end| end as usize);
                if let Some(end) = known.filter(|end| *end > start + WORTH_DEFERRING) {
                    self.lexer.jump(end);
                    self.peeked = 0;
                    if let Item::End(end) = self.text_or_action()? {
                        return Ok((List { nodes: OnceCell::new(), start: pos_of(start) }, end));
                    }
                }
                let (list, _, end) = self.item_list(start)?;
                Ok((list, end))
            }
        }
    }

    fn text_or_action(&mut self) -> Res<Item> {
        let token = self.next_non_space();
        match token.kind {
            Kind::Text => Ok(Item::Node(Node::Text(token.span))),
            Kind::LeftDelim => {
                self.last_action = token.span.start();
                self.action_start = Some(self.last_action);
                let item = self.action()?;
                self.action_start = None;
                Ok(item)
            }
            _ => Err(self.unexpected(&token, "input")),
        }
    }

    fn action(&mut self) -> Res<Item> {
        let token = self.next_non_space();
        let node = match token.kind {
            Kind::Block => self.block()?,
            Kind::Break => self.jump(&token, "{{break}}", Node::Break)?,
            Kind::Continue => self.jump(&token, "{{continue}}", Node::Continue)?,
            Kind::Else => return self.else_action(),
            Kind::End => {
                self.expect(Kind::RightDelim, "end")?;
                return Ok(Item::End(End::End));
            }
            Kind::If => Node::If(self.control("if")?),
            Kind::Range => Node::Range(self.control("range")?),
            Kind::Template => self.template()?,
            Kind::With => Node::With(self.control("with")?),
            _ => {
                self.backup();
                Node::Action(self.pipeline("command", Kind::RightDelim)?)
            }
        };
        Ok(Item::Node(node))
    }

    fn jump(&mut self, token: &Token, what: &str, node: fn(Pos) -> Node) -> Res<Node> {
        let next = self.next_non_space();
        if next.kind != Kind::RightDelim {
            return Err(self.unexpected(&next, what));
        }
        if self.scope.range_depth == 0 && self.mode != Mode::Build {
            return Err(self.error(format!("{what} outside {{{{range}}}}")));
        }
        Ok(node(pos(token)))
    }

    fn else_action(&mut self) -> Res<Item> {
        // `else if` and `else with` leave their keyword for the control that they continue.
        if !matches!(self.peek_non_space().kind, Kind::If | Kind::With) {
            self.expect(Kind::RightDelim, "else")?;
        }
        Ok(Item::End(End::Else))
    }

    fn control(&mut self, context: &'static str) -> Res<Box<Branch>> {
        self.deeper()?;
        let visible = self.scope.visible.len();
        let pipe = self.pipeline(context, Kind::RightDelim)?;
        let is_range = usize::from(context == "range");
        self.scope.range_depth += is_range;
        let (list, end) = self.inner_list(self.here())?;
        self.scope.range_depth -= is_range;
        let else_list = match end {
            End::End => None,
            End::Else => Some(self.else_list(context)?),
        };
        self.scope.visible.truncate(visible);
        self.depth -= 1;
        Ok(Box::new(Branch { pipe, list, else_list }))
    }

    fn else_list(&mut self, context: &'static str) -> Res<List> {
        // After `{{else}}` nothing was peeked at; `{{else if` goes on inside the action.
        let start = self.lexer.position();
        let next = self.peek().kind;
        let continued = match (context, next) {
            ("if", Kind::If) => Node::If,
            ("with", Kind::With) => Node::With,
            _ => {
                let (list, end) = self.inner_list(start)?;
                if matches!(end, End::Else) {
                    return Err(self.error(format!("expected end; found {}", end.print())));
                }
                return Ok(list);
            }
        };
        self.next();
        let control = continued(self.control(context)?);
        let nodes = if self.mode == Mode::Check { OnceCell::new() } else { vec![control].into() };
        Ok(List { nodes, start: pos_of(start) })
    }

    fn template_name(&mut self, context: &str) -> Res<(Pos, Str)> {
        let token = self.next_non_space();
        if !matches!(token.kind, Kind::String | Kind::RawString) {
            return Err(self.unexpected(&token, context));
        }
        Ok((pos(&token), self.unquote(&token)?))
    }

    fn block(&mut self) -> Res<Node> {
        const CONTEXT: &str = "block clause";
        self.deeper()?;
        let (pos, name) = self.template_name(CONTEXT)?;
        let pipe = self.pipeline(CONTEXT, Kind::RightDelim)?;
        self.body(name.text().into(), CONTEXT)?;
        self.depth -= 1;
        Ok(Node::Template(Box::new(Template { pos, name, pipe: Some(pipe) })))
    }

    fn template(&mut self) -> Res<Node> {
        const CONTEXT: &str = "template clause";
        let (pos, name) = self.template_name(CONTEXT)?;
        let mut pipe = None;
        if self.next_non_space().kind != Kind::RightDelim {
            self.backup();
            pipe = Some(self.pipeline(CONTEXT, Kind::RightDelim)?);
        }
        Ok(Node::Template(Box::new(Template { pos, name, pipe })))
    }
}

fn pos(token: &Token) -> Pos {
    pos_of(token.span.start())
}

fn pos_of(start: usize) -> Pos {
    u32::try_from(start).unwrap_or(u32::MAX)
}

/// What a literal stands for when it stands for itself.
fn plain_literal(literal: &str) -> Option<&str> {
    let (mark, special) = match literal.as_bytes().first()? {
        b'"' => ('"', b'\\'),
        b'`' => ('`', b'\r'),
        _ => return None,
    };
    let inside = literal.strip_prefix(mark)?.strip_suffix(mark)?;
    (!inside.as_bytes().contains(&special)).then_some(inside)
}
