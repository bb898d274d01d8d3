//! Pipelines, commands, operands.

use super::super::ast::{Command, Expr, ExprKind, Pipe, Special, Variable};
use super::super::lexer::{Kind, Token};
use super::super::number::parse_number;
use super::{Mode, Parser, Res, pos};
use crate::go::strconv::quote;
use crate::value::Str;

impl Parser<'_> {
    pub(super) fn pipeline(&mut self, context: &str, end: Kind) -> Res<Pipe> {
        let first = pos(&self.peek_non_space());
        let mut pipe =
            Pipe { pos: first, end: first, assign: false, declared: Vec::new(), commands: Vec::new() };
        self.declarations(&mut pipe, context)?;
        let (mut count, mut not_executable) = (0, None);
        loop {
            let token = self.next_non_space();
            match token.kind {
                kind if kind == end => {
                    pipe.end = pos(&token);
                    if count == 0 {
                        return Err(self.error(format!("missing value for {context}")));
                    }
                    if let Some(stage) = not_executable {
                        return Err(self.error(format!("non executable command in pipeline stage {stage}")));
                    }
                    return Ok(pipe);
                }
                Kind::Bool
                | Kind::CharConstant
                | Kind::Complex
                | Kind::Dot
                | Kind::Field
                | Kind::Identifier
                | Kind::Number
                | Kind::Nil
                | Kind::RawString
                | Kind::String
                | Kind::Variable
                | Kind::LeftParen => {
                    self.backup();
                    let (command, executable) = self.command()?;
                    count += 1;
                    if count > 1 && !executable {
                        not_executable = not_executable.or(Some(count));
                    }
                    if self.mode != Mode::Check {
                        pipe.commands.push(command);
                    }
                }
                _ => return Err(self.unexpected(&token, context)),
            }
        }
    }

    fn declarations(&mut self, pipe: &mut Pipe, context: &str) -> Res<()> {
        let mut count = 0;
        loop {
            let variable = self.peek_non_space();
            if variable.kind != Kind::Variable {
                return Ok(());
            }
            self.next();
            // In `$x foo` the token after the space tells that this is an operand, so three tokens go back.
            let after = self.peek();
            let next = self.peek_non_space();
            let comma = next.kind == Kind::Char && self.text(next.span) == ",";
            if matches!(next.kind, Kind::Assign | Kind::Declare) || comma {
                self.next_non_space();
                let id = self.scope.id(self.text(variable.span));
                if self.mode != Mode::Check {
                    pipe.declared.push(Variable { id });
                }
                count += 1;
                self.scope.visible.push(id);
                if !comma {
                    pipe.assign = next.kind == Kind::Assign;
                    return Ok(());
                }
                if context == "range" && count < 2 {
                    match self.peek_non_space().kind {
                        Kind::Variable | Kind::RightDelim | Kind::RightParen => continue,
                        _ => return Err(self.error("range can only initialize variables")),
                    }
                }
                return Err(self.error(format!("too many declarations in {context}")));
            }
            if after.kind == Kind::Space {
                self.backup3(variable, after);
            } else {
                self.backup2(variable);
            }
            return Ok(());
        }
    }

    /// A command, and whether it may stand behind another.
    fn command(&mut self) -> Res<(Command, bool)> {
        let mut command = Command { pos: pos(&self.peek_non_space()), args: Vec::new() };
        let mut executable = None;
        loop {
            self.peek_non_space();
            if let Some(operand) = self.operand()? {
                executable.get_or_insert(!matches!(
                    operand.kind,
                    ExprKind::Bool(_)
                        | ExprKind::Dot
                        | ExprKind::Nil
                        | ExprKind::Number(_)
                        | ExprKind::Text(..)
                ));
                if self.mode != Mode::Check {
                    command.args.push(operand);
                }
            }
            let token = self.next();
            match token.kind {
                Kind::Space => continue,
                Kind::RightDelim | Kind::RightParen => self.backup(),
                Kind::Pipe => {}
                _ => return Err(self.unexpected(&token, "operand")),
            }
            break;
        }
        match executable {
            Some(executable) => Ok((command, executable)),
            None => Err(self.error("empty command")),
        }
    }

    fn operand(&mut self) -> Res<Option<Expr>> {
        let Some(term) = self.term()? else {
            return Ok(None);
        };
        if self.peek().kind != Kind::Field {
            return Ok(Some(term));
        }
        let chain = pos(&self.peek());
        let mut fields = Vec::new();
        while self.peek().kind == Kind::Field {
            let token = self.next();
            if self.mode != Mode::Check {
                fields.push(self.field_name(&token));
            }
        }
        let joined = |names: Box<[Str]>, fields: Vec<Str>| names.into_iter().chain(fields).collect();
        let kind = match term.kind {
            ExprKind::Field(names) => ExprKind::Field(joined(names, fields)),
            ExprKind::Variable(id, names) => ExprKind::Variable(id, joined(names, fields)),
            ExprKind::Bool(_) | ExprKind::Text(..) | ExprKind::Number(_) | ExprKind::Nil | ExprKind::Dot => {
                let written = self.written(&term);
                return Err(self.error(format!("unexpected . after term {}", quote(written.as_bytes()))));
            }
            kind if self.mode == Mode::Check => kind,
            ExprKind::Function(..) | ExprKind::Chain(..) | ExprKind::Pipe(_) => {
                ExprKind::Chain(Box::new(term), fields.into())
            }
        };
        Ok(Some(Expr { pos: chain, kind }))
    }

    /// A literal as it was written.
    fn written(&self, term: &Expr) -> &str {
        match &term.kind {
            ExprKind::Bool(true) => "true",
            ExprKind::Bool(false) => "false",
            ExprKind::Nil => "nil",
            ExprKind::Number(number) => self.text(number.text),
            ExprKind::Text(written, _) => self.text(*written),
            _ => ".",
        }
    }

    fn field_name(&self, token: &Token) -> Str {
        Str::from(self.text(token.span).strip_prefix('.').unwrap_or_default())
    }

    fn term(&mut self) -> Res<Option<Expr>> {
        let token = self.next_non_space();
        let kind = match token.kind {
            Kind::Identifier => {
                let name = self.text(token.span);
                let Some(func) = self.funcs.get(name) else {
                    return Err(self.error(format!("function {} not defined", quote(name.as_bytes()))));
                };
                let special = match name {
                    "and" => Special::And,
                    "or" => Special::Or,
                    "call" => Special::Call,
                    _ => Special::None,
                };
                ExprKind::Function(func, special)
            }
            Kind::Dot => ExprKind::Dot,
            Kind::Nil => ExprKind::Nil,
            Kind::Variable => {
                let name = self.text(token.span);
                let id = self.scope.id(name);
                if self.mode != Mode::Build && !self.scope.visible.contains(&id) {
                    return Err(self.error(format!("undefined variable {}", quote(name.as_bytes()))));
                }
                ExprKind::Variable(id, [].into())
            }
            Kind::Field if self.mode == Mode::Check => ExprKind::Field([].into()),
            Kind::Field => ExprKind::Field([self.field_name(&token)].into()),
            Kind::Bool => ExprKind::Bool(self.text(token.span) == "true"),
            Kind::CharConstant | Kind::Complex | Kind::Number => {
                let written = self.source.bytes(token.span);
                match parse_number(&String::from_utf8_lossy(&written), token.kind, token.span) {
                    Ok(number) => ExprKind::Number(Box::new(number)),
                    Err(message) => return Err(self.error(message)),
                }
            }
            Kind::LeftParen => {
                self.deeper()?;
                let pipe = self.pipeline("parenthesized pipeline", Kind::RightParen)?;
                let pos_of_pipe = pipe.pos;
                self.depth -= 1;
                let kind = match self.mode {
                    // Something else that fields and arguments may follow; nobody will look at it.
                    Mode::Check => ExprKind::Variable(0, [].into()),
                    Mode::Outline | Mode::Build => ExprKind::Pipe(Box::new(pipe)),
                };
                return Ok(Some(Expr { pos: pos_of_pipe, kind }));
            }
            Kind::String | Kind::RawString => ExprKind::Text(token.span, self.literal(&token)?),
            _ => {
                self.backup();
                return Ok(None);
            }
        };
        Ok(Some(Expr { pos: pos(&token), kind }))
    }
}
