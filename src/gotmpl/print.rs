//! Nodes as Go prints them inside `<…>` of an error.

use std::fmt;

use super::ast::{Branch, Command, Expr, ExprKind, List, Node, Pipe, Template, Tree};
use crate::diag::Span;
use crate::value::Str;

/// Something an error can point at.
#[derive(Clone, Copy)]
pub(crate) enum At<'t> {
    Node(&'t Node),
    Template(&'t Template),
    Pipe(&'t Pipe),
    Command(&'t Command),
    Expr(&'t Expr),
}

impl At<'_> {
    /// Where Go says the node is.
    pub(crate) fn span(self) -> Span {
        let pos = match self {
            Self::Node(Node::Text(span)) => return *span,
            Self::Node(Node::Action(pipe)) | Self::Pipe(pipe) => {
                return Span::new(pipe.pos as usize, pipe.end as usize);
            }
            Self::Node(Node::If(branch) | Node::With(branch) | Node::Range(branch)) => branch.pipe.pos,
            Self::Node(Node::Template(template)) => template.pos,
            Self::Template(template) => template.pos,
            Self::Node(Node::Break(pos) | Node::Continue(pos)) => *pos,
            Self::Command(command) => command.pos,
            Self::Expr(expr) => expr.pos,
        };
        Span::new(pos as usize, pos as usize + 1)
    }

    /// The node as Go prints it.
    pub(crate) fn print(self, tree: &Tree) -> String {
        let mut printer = Printer { tree, out: String::new() };
        match self {
            Self::Node(node) => printer.node(node),
            Self::Template(template) => printer.template(template),
            Self::Pipe(pipe) => printer.pipe(pipe),
            Self::Command(command) => printer.command(command),
            Self::Expr(expr) => printer.expr(expr),
        }
        printer.out
    }
}

impl fmt::Display for Tree {
    /// The template as Go prints it: blank space that is trimmed and comments are gone.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut printer = Printer { tree: self, out: String::new() };
        printer.list(&self.root);
        f.write_str(&printer.out)
    }
}

struct Printer<'t> {
    tree: &'t Tree,
    out: String,
}

impl Printer<'_> {
    fn list(&mut self, list: &List) {
        for node in self.tree.nodes(list).unwrap_or_default() {
            self.node(node);
        }
    }

    fn node(&mut self, node: &Node) {
        match node {
            Node::Text(span) => self.out.push_str(self.tree.source.slice(*span)),
            Node::Action(pipe) => {
                self.out.push_str("{{");
                self.pipe(pipe);
                self.out.push_str("}}");
            }
            Node::If(branch) => self.branch("if", branch),
            Node::With(branch) => self.branch("with", branch),
            Node::Range(branch) => self.branch("range", branch),
            Node::Template(template) => self.template(template),
            Node::Break(_) => self.out.push_str("{{break}}"),
            Node::Continue(_) => self.out.push_str("{{continue}}"),
        }
    }

    fn template(&mut self, template: &Template) {
        self.out.push_str("{{template ");
        self.out.push_str(&crate::go::strconv::quote(template.name.as_bytes()));
        if let Some(pipe) = &template.pipe {
            self.out.push(' ');
            self.pipe(pipe);
        }
        self.out.push_str("}}");
    }

    fn branch(&mut self, keyword: &str, branch: &Branch) {
        self.out.push_str("{{");
        self.out.push_str(keyword);
        self.out.push(' ');
        self.pipe(&branch.pipe);
        self.out.push_str("}}");
        self.list(&branch.list);
        if let Some(list) = &branch.else_list {
            self.out.push_str("{{else}}");
            self.list(list);
        }
        self.out.push_str("{{end}}");
    }

    fn pipe(&mut self, pipe: &Pipe) {
        for (index, variable) in pipe.declared.iter().enumerate() {
            if index > 0 {
                self.out.push_str(", ");
            }
            self.variable(variable.id);
        }
        if !pipe.declared.is_empty() {
            self.out.push_str(if pipe.assign { " = " } else { " := " });
        }
        for (index, command) in pipe.commands.iter().enumerate() {
            if index > 0 {
                self.out.push_str(" | ");
            }
            self.command(command);
        }
    }

    fn command(&mut self, command: &Command) {
        for (index, arg) in command.args.iter().enumerate() {
            if index > 0 {
                self.out.push(' ');
            }
            self.operand(arg);
        }
    }

    /// An operand of a command or chain: a pipeline stands in parentheses.
    fn operand(&mut self, expr: &Expr) {
        let parenthesized = matches!(expr.kind, ExprKind::Pipe(_));
        if parenthesized {
            self.out.push('(');
        }
        self.expr(expr);
        if parenthesized {
            self.out.push(')');
        }
    }

    fn expr(&mut self, expr: &Expr) {
        match &expr.kind {
            ExprKind::Dot => self.out.push('.'),
            ExprKind::Nil => self.out.push_str("nil"),
            ExprKind::Bool(truth) => self.out.push_str(if *truth { "true" } else { "false" }),
            ExprKind::Number(number) => self.out.push_str(self.tree.source.slice(number.text)),
            ExprKind::Text(written, _) => self.out.push_str(self.tree.source.slice(*written)),
            ExprKind::Field(names) => self.fields(names),
            ExprKind::Variable(id, names) => {
                self.variable(*id);
                self.fields(names);
            }
            ExprKind::Function(func, _) => self.out.push_str(func.name),
            ExprKind::Chain(base, names) => {
                self.operand(base);
                self.fields(names);
            }
            ExprKind::Pipe(pipe) => self.pipe(pipe),
        }
    }

    fn fields(&mut self, names: &[Str]) {
        for name in names {
            self.out.push('.');
            self.out.push_str(&name.text());
        }
    }

    fn variable(&mut self, id: u32) {
        self.out.push_str(&self.tree.variable(id));
    }
}
