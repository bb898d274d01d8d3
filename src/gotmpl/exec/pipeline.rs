//! Pipelines, commands and operands.

use super::{Got, Res, State};
use crate::gotmpl::ast::{Command, Expr, ExprKind, Ideal, Number, Pipe};
use crate::gotmpl::print::At;
use crate::gotmpl::stack;
use crate::trace::record::Mark;
use crate::value::{Elem, List, ListType, Map, MapType, Param, Str, Value};

impl<'t> State<'t, '_> {
    /// The value of a pipeline; its variables are set or stay on the stack for the caller to pop.
    pub(super) fn pipeline(&mut self, dot: &Got, pipe: &'t Pipe) -> Res<Got> {
        self.at(At::Pipe(pipe));
        if stack::exhausted() {
            return self.error("exceeded maximum template depth (100000)");
        }
        let mut result: Option<Got> = None;
        for command in &pipe.commands {
            result = Some(self.command(dot, command, result.take())?.concrete());
        }
        let mut got = result.unwrap_or_default();
        if pipe.assign
            && let Some(recorder) = self.run.recorder()
        {
            got.mark = recorder.assigned(got.mark);
        }
        for variable in &pipe.declared {
            if pipe.assign {
                self.assign(*variable, got.clone())?;
            } else {
                self.run.variables.push((variable.id, got.clone()));
            }
        }
        Ok(got)
    }

    fn command(&mut self, dot: &Got, command: &'t Command, last: Option<Got>) -> Res<Got> {
        let Some(first) = command.args.first() else {
            return Ok(Got::missing());
        };
        let args = command.args.get(1..).unwrap_or_default();
        match &first.kind {
            ExprKind::Field(names) => self.field_node(dot, first, names, args, last),
            ExprKind::Chain(base, names) => self.chain(dot, first, base, names, args, last),
            ExprKind::Function(func, special) => {
                self.at(At::Expr(first));
                self.function(dot, At::Command(command), func, *special, args, last)
            }
            ExprKind::Pipe(pipe) => {
                self.not_a_function(first, args, last.as_ref())?;
                self.pipeline(dot, pipe)
            }
            ExprKind::Variable(id, names) => self.variable_node(dot, first, *id, names, args, last),
            ExprKind::Dot | ExprKind::Nil | ExprKind::Bool(_) | ExprKind::Number(_) | ExprKind::Text(..) => {
                self.at(At::Expr(first));
                self.not_a_function(first, args, last.as_ref())?;
                match &first.kind {
                    ExprKind::Dot => Ok(dot.clone()),
                    ExprKind::Nil => self.error("nil is not a command"),
                    _ => self.constant(first),
                }
            }
        }
    }

    pub(super) fn not_a_function(&self, first: &'t Expr, args: &[Expr], last: Option<&Got>) -> Res<()> {
        if args.is_empty() && last.is_none() {
            return Ok(());
        }
        let node = At::Expr(first).print(self.tree);
        self.error(format!("can't give argument to non-function {node}"))
    }

    /// A literal where nothing tells the type.
    fn constant(&mut self, expr: &'t Expr) -> Res<Got> {
        self.at(At::Expr(expr));
        match &expr.kind {
            ExprKind::Bool(truth) => Ok(Got::new(Value::Bool(*truth))),
            ExprKind::Text(_, text) => Ok(Got::new(Value::Str(text.clone()))),
            ExprKind::Number(number) => {
                if let Some(ideal) = number.ideal {
                    return Ok(Got::new(match ideal {
                        Ideal::Int(int) => Value::Int(int),
                        Ideal::Float(float) => Value::Float64(float),
                        Ideal::Complex(re, im) => Value::Complex(re, im),
                    }));
                }
                let written = self.tree.source.slice(number.text);
                self.error(format!("{written} overflows int"))
            }
            _ => Ok(Got::missing()),
        }
    }

    pub(super) fn field_node(
        &mut self,
        dot: &Got,
        node: &'t Expr,
        names: &'t [Str],
        args: &'t [Expr],
        last: Option<Got>,
    ) -> Res<Got> {
        self.at(At::Expr(node));
        self.field_chain(dot, dot, node, names, args, last)
    }

    pub(super) fn variable_node(
        &mut self,
        dot: &Got,
        node: &'t Expr,
        id: u32,
        names: &'t [Str],
        args: &'t [Expr],
        last: Option<Got>,
    ) -> Res<Got> {
        self.at(At::Expr(node));
        let got = self.variable(id)?;
        if names.is_empty() {
            self.not_a_function(node, args, last.as_ref())?;
            return Ok(got);
        }
        self.field_chain(dot, &got, node, names, args, last)
    }

    pub(super) fn chain(
        &mut self,
        dot: &Got,
        node: &'t Expr,
        base: &'t Expr,
        names: &'t [Str],
        args: &'t [Expr],
        last: Option<Got>,
    ) -> Res<Got> {
        self.at(At::Expr(node));
        if matches!(base.kind, ExprKind::Nil) {
            let node = At::Expr(node).print(self.tree);
            return self.error(format!("indirection through explicit nil in {node}"));
        }
        self.at(At::Expr(base));
        let receiver = self.operand(dot, base)?.unwrap_or_default();
        self.field_chain(dot, &receiver, node, names, args, last)
    }

    /// An operand that is evaluated whatever type is wanted; `None` for literals.
    fn operand(&mut self, dot: &Got, expr: &'t Expr) -> Res<Option<Got>> {
        let got = match &expr.kind {
            ExprKind::Dot => dot.clone(),
            ExprKind::Field(names) => self.field_node(dot, expr, names, &[], None)?,
            ExprKind::Variable(id, names) => self.variable_node(dot, expr, *id, names, &[], None)?,
            ExprKind::Pipe(pipe) => self.pipeline(dot, pipe)?,
            ExprKind::Function(func, special) => {
                self.at(At::Expr(expr));
                self.function(dot, At::Expr(expr), func, *special, &[], None)?
            }
            ExprKind::Chain(base, names) => self.chain(dot, expr, base, names, &[], None)?,
            ExprKind::Nil | ExprKind::Bool(_) | ExprKind::Number(_) | ExprKind::Text(..) => return Ok(None),
        };
        Ok(Some(got))
    }

    /// An argument for a parameter. Rule: text/template exec.go `evalArg`.
    pub(super) fn argument(&mut self, dot: &Got, param: Param, expr: &'t Expr) -> Res<Value> {
        self.at(At::Expr(expr));
        if let Some(got) = self.operand(dot, expr)? {
            self.run.argument = got.mark;
            return self.validate(got, param);
        }
        self.run.argument = Mark::NONE;
        match (&expr.kind, param) {
            (ExprKind::Nil, _) => match nil_of(param) {
                Some(value) => Ok(value),
                None => self.error(format!("cannot assign nil to {}", param.name())),
            },
            (_, Param::Any | Param::Value) => Ok(self.constant(expr)?.value),
            (ExprKind::Bool(truth), Param::Bool) => Ok(Value::Bool(*truth)),
            (ExprKind::Text(_, text), Param::String) => Ok(Value::Str(text.clone())),
            (ExprKind::Number(number), Param::Int | Param::Int64 | Param::Uint32 | Param::Float64) => {
                self.number(number, param, expr)
            }
            (_, Param::Bool) => self.expected("bool", expr),
            (_, Param::String) => self.expected("string", expr),
            (_, Param::Int | Param::Int64) => self.expected("integer", expr),
            (_, Param::Uint32) => self.expected("unsigned integer", expr),
            (_, Param::Float64) => self.expected("float", expr),
            (_, Param::Object("time.Duration")) => match &expr.kind {
                ExprKind::Number(number) if number.int.is_some() => {
                    Ok(Value::Duration(number.int.unwrap_or_default()))
                }
                _ => self.expected("integer", expr),
            },
            (_, param) => {
                let node = At::Expr(expr).print(self.tree);
                self.error(format!("can't handle {node} for arg of type {}", param.name()))
            }
        }
    }

    fn number(&self, number: &Number, param: Param, expr: &'t Expr) -> Res<Value> {
        match (param, number.int, number.float) {
            (Param::Int, Some(int), _) => Ok(Value::Int(int)),
            (Param::Int64, Some(int), _) => Ok(Value::Int64(int)),
            (Param::Float64, _, Some(float)) => Ok(Value::Float64(float)),
            (Param::Float64, ..) => self.expected("float", expr),
            // Rule: reflect's `SetUint` cuts what does not fit.
            (Param::Uint32, ..) => match number.uint {
                Some(uint) => Ok(Value::Uint64(u64::from(uint as u32))),
                None => self.expected("unsigned integer", expr),
            },
            _ => self.expected("integer", expr),
        }
    }

    fn expected<T>(&self, what: &str, expr: &'t Expr) -> Res<T> {
        let node = At::Expr(expr).print(self.tree);
        self.error(format!("expected {what}; found {node}"))
    }

    /// The value as the parameter's type. Rule: text/template exec.go `validateType`.
    pub(super) fn validate(&self, got: Got, param: Param) -> Res<Value> {
        let value = match (param, got.value) {
            (Param::Any, Value::Missing) => return Ok(Value::Nil),
            (Param::Any, Value::Object(object)) => {
                return Ok(object.detached().unwrap_or(Value::Object(object)));
            }
            (Param::Any | Param::Value, value) => return Ok(value),
            (_, Value::Missing) => {
                return match nil_of(param) {
                    Some(value) => Ok(value),
                    None => self.error(format!("invalid value; expected {}", param.name())),
                };
            }
            (_, value) => value,
        };
        match (param, value) {
            (Param::String, value @ Value::Str(_))
            | (Param::Bool, value @ Value::Bool(_))
            | (Param::Int, value @ Value::Int(_))
            | (Param::Int64, value @ Value::Int64(_))
            | (Param::Float64, value @ Value::Float64(_))
            | (Param::Bytes, value @ Value::Bytes(_)) => Ok(value),
            (Param::Map, Value::Map(map)) if map.ty().elem == Elem::Any => {
                Ok(Value::Map(if map.ty().named { map.with_type(&MapType::ANY) } else { map }))
            }
            (Param::StringMap, Value::Map(map)) if map.ty().elem == Elem::String => {
                Ok(Value::Map(if map.ty().named { map.with_type(&MapType::STRINGS) } else { map }))
            }
            (Param::List, Value::List(list)) if list.ty().elem == Elem::Any => {
                Ok(Value::List(if list.ty().named { list.with_type(&ListType::ANY) } else { list }))
            }
            (Param::Strings, Value::List(list)) if list.ty().elem == Elem::String => {
                Ok(Value::List(if list.ty().named { list.with_type(&ListType::STRINGS) } else { list }))
            }
            (Param::Object(name), value)
                if value.type_name() == name || value.type_name().strip_prefix('*') == Some(name) =>
            {
                Ok(value)
            }
            (param, value) => {
                let actual = if value.is_nil() { "interface {}".into() } else { value.type_name() };
                self.error(format!("wrong type for value; expected {}; got {actual}", param.name()))
            }
        }
    }
}

/// The nil of a type that has one.
fn nil_of(param: Param) -> Option<Value> {
    Some(match param {
        Param::Any => Value::Nil,
        Param::Value => Value::Missing,
        Param::Map => Value::Map(Map::nil(&MapType::ANY)),
        Param::StringMap => Value::Map(Map::nil(&MapType::STRINGS)),
        Param::List => Value::List(List::nil(&ListType::ANY)),
        Param::Strings => Value::List(List::nil(&ListType::STRINGS)),
        Param::Bytes => Value::bytes(Str::EMPTY),
        Param::String | Param::Bool | Param::Int | Param::Int64 | Param::Uint32 | Param::Float64 => {
            return None;
        }
        Param::Object(name) if name.starts_with('*') => Value::Nil,
        Param::Object(_) => {
            return None;
        }
    })
}
