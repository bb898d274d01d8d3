//! Tokens to trees.
//!
//! Rule: text/template/parse/parse.go of Go 1.27, token for token, because the line of an error is the line of the
//! token Go last fetched.

mod pipeline;

use std::rc::Rc;

use super::ast::{Branch, List, Node, Pos, Template, Tree};
use super::error::ParseError;
use super::func::FuncMap;
use super::lexer::{Kind, Lexer, Token};
use super::stack;
use crate::diag::{Source, Span};
use crate::go::strconv::{quote, unquote};
use crate::value::Str;

/// Parentheses and blocks may nest this deep.
const MAX_DEPTH: usize = 10_000;

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
    let lexer = Lexer::new(source.text(), funcs.get("break").is_some(), funcs.get("continue").is_some());
    let mut parser = Parser {
        source,
        funcs,
        lexer,
        tokens: std::array::from_fn(|_| Token {
            kind: Kind::Eof,
            span: Span::default(),
            line: 0,
            error: None,
        }),
        peeked: 0,
        action_line: 0,
        depth: 0,
        trees: Vec::new(),
        scope: Scope::new(),
    };
    parser.top_level()?;
    Ok(Parsed { trees: parser.trees.into() })
}

type Res<T> = Result<T, ParseError>;

/// The names of a tree's variables and those that are visible.
struct Scope {
    names: Vec<Box<str>>,
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

struct Parser<'a> {
    source: &'a Source,
    funcs: &'a FuncMap,
    lexer: Lexer<'a>,
    /// Three tokens of look-ahead; the last fetched comes first.
    tokens: [Token; 3],
    peeked: usize,
    action_line: usize,
    depth: usize,
    trees: Vec<Rc<Tree>>,
    scope: Scope,
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

impl Parser<'_> {
    // Tokens.

    fn next(&mut self) -> Token {
        if self.peeked > 0 {
            self.peeked -= 1;
        } else {
            self.tokens[0] = self.lexer.next_token();
        }
        self.tokens.get(self.peeked).unwrap_or(&self.tokens[0]).clone()
    }

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

    fn peek(&mut self) -> Token {
        let token = self.next();
        self.backup();
        token
    }

    fn next_non_space(&mut self) -> Token {
        loop {
            let token = self.next();
            if token.kind != Kind::Space {
                return token;
            }
        }
    }

    fn peek_non_space(&mut self) -> Token {
        let token = self.next_non_space();
        self.backup();
        token
    }

    fn text(&self, span: Span) -> &str {
        self.source.slice(span)
    }

    /// A token as messages print it.
    fn print(&self, token: &Token) -> String {
        let text = self.text(token.span);
        match token.kind {
            Kind::Eof => "EOF".into(),
            Kind::Error => token.error.as_deref().unwrap_or_default().into(),
            kind if kind.is_keyword() => format!("<{text}>"),
            _ if text.len() > 10 => {
                let cut: String = text.chars().take(10).collect();
                format!("{}...", quote(cut.as_bytes()))
            }
            _ => quote(text.as_bytes()),
        }
    }

    // Errors.

    fn error(&self, message: impl Into<String>) -> ParseError {
        let token = &self.tokens[0];
        ParseError {
            source: self.source.clone(),
            line: token.line,
            span: token.span,
            message: message.into(),
        }
    }

    fn unexpected(&self, token: &Token, context: &str) -> ParseError {
        if token.kind == Kind::Error {
            let text = token.error.as_deref().unwrap_or_default();
            let mut extra = String::new();
            if self.action_line != 0 && self.action_line != token.line {
                let what = if text.ends_with(" action") { "" } else { " in action" };
                extra = format!("{what} started at {}:{}", self.source.name(), self.action_line);
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
        let mut root = List::default();
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
                Item::Node(node) => root.nodes.push(node),
                Item::End(end) => return Err(self.error(format!("unexpected {}", end.print()))),
            }
        }
        let scope = std::mem::replace(&mut self.scope, Scope::new());
        self.add(self.source.name().into(), root, scope)
    }

    fn add(&mut self, name: Rc<str>, root: List, scope: Scope) -> Res<()> {
        let empty = self.is_empty(&root);
        let tree = Rc::new(Tree { name, source: self.source.clone(), root, empty, variables: scope.names });
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

    fn is_empty(&self, list: &List) -> bool {
        list.nodes.iter().all(|node| match node {
            Node::Text(span) => self.text(*span).trim().is_empty(),
            _ => false,
        })
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
        let outer = std::mem::replace(&mut self.scope, Scope::new());
        let (list, end) = self.item_list()?;
        if matches!(end, End::Else) {
            return Err(self.error(format!("unexpected {} in {context}", end.print())));
        }
        let scope = std::mem::replace(&mut self.scope, outer);
        self.add(name, list, scope)
    }

    fn unquote(&self, token: &Token) -> Res<Str> {
        match unquote(self.text(token.span).as_bytes()) {
            Ok(text) => Ok(Str::from_bytes(text)),
            Err(_) => Err(self.error("invalid syntax")),
        }
    }

    fn item_list(&mut self) -> Res<(List, End)> {
        let mut list = List::default();
        while self.peek_non_space().kind != Kind::Eof {
            match self.text_or_action()? {
                Item::Node(node) => list.nodes.push(node),
                Item::End(end) => return Ok((list, end)),
            }
        }
        Err(self.error("unexpected EOF"))
    }

    fn text_or_action(&mut self) -> Res<Item> {
        let token = self.next_non_space();
        match token.kind {
            Kind::Text => Ok(Item::Node(Node::Text(token.span))),
            Kind::LeftDelim => {
                self.action_line = token.line;
                let item = self.action()?;
                self.action_line = 0;
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
        if self.scope.range_depth == 0 {
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
        let (list, end) = self.item_list()?;
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
        let next = self.peek().kind;
        let continued = match (context, next) {
            ("if", Kind::If) => Node::If,
            ("with", Kind::With) => Node::With,
            _ => {
                let (list, end) = self.item_list()?;
                if matches!(end, End::Else) {
                    return Err(self.error(format!("expected end; found {}", end.print())));
                }
                return Ok(list);
            }
        };
        self.next();
        Ok(List { nodes: vec![continued(self.control(context)?)] })
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
    u32::try_from(token.span.start()).unwrap_or(u32::MAX)
}
