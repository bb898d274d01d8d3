//! Fields, map keys and methods.

use super::call::pay;
use super::{Got, Res, State};
use crate::gotmpl::ast::Expr;
use crate::gotmpl::builtins;
use crate::gotmpl::print::At;
use crate::trace::record::Mark;
use crate::value::{Elem, Method, Str, Value};

impl<'t> State<'t, '_> {
    /// `.a.b.c`, the last of which may be a method with arguments.
    pub(super) fn field_chain(
        &mut self,
        dot: &Got,
        receiver: &Got,
        node: &'t Expr,
        names: &'t [Str],
        args: &'t [Expr],
        last: Option<Got>,
    ) -> Res<Got> {
        let Some((name, before)) = names.split_last() else {
            return Ok(receiver.clone());
        };
        let mut owned;
        let mut receiver = receiver;
        for name in before {
            owned = self.field(dot, receiver, node, name, &[], None)?;
            receiver = &owned;
        }
        self.field(dot, receiver, node, name, args, last)
    }

    /// Rule: text/template exec.go `evalField`, with the zero value for missing keys as Helm has it.
    fn field(
        &mut self,
        dot: &Got,
        receiver: &Got,
        node: &'t Expr,
        name: &'t Str,
        args: &'t [Expr],
        last: Option<Got>,
    ) -> Res<Got> {
        match &receiver.value {
            Value::Missing => return Ok(Got::marked(Value::Missing, receiver.mark)),
            Value::Nil => return self.error(format!("nil pointer evaluating interface {{}}.{name}")),
            _ => {}
        }
        let methods = match &receiver.value {
            Value::Duration(_) => builtins::DURATION_METHODS,
            other => other.methods(),
        };
        if let Some(method) = methods.iter().find(|method| *name == method.name) {
            return self.method(dot, receiver, method, node, args, last);
        }
        let has_args = !args.is_empty() || last.is_some();
        match &receiver.value {
            Value::Map(map) => {
                if has_args {
                    return self.error(format!("{name} is not a method but has arguments"));
                }
                let elem = map.ty().elem;
                let value = map.get_bytes(name.as_bytes()).unwrap_or_else(|| elem.zero());
                let mark = match self.run.recorder() {
                    Some(recorder) => recorder.field(&receiver.value, receiver.mark, name, &value),
                    None => Mark::NONE,
                };
                return Ok(Got { value, any: elem == Elem::Any, mark });
            }
            Value::Object(object) => {
                if let Some(text) = object.refused_method(&name.text()) {
                    return self.error(text);
                }
                if let Some(value) = object.field(&name.text()) {
                    if !name.text().starts_with(char::is_uppercase) {
                        let ty = receiver.type_name();
                        return self.error(format!("{name} is an unexported field of struct type {ty}"));
                    }
                    if has_args {
                        return self.error(format!("{name} has arguments but cannot be invoked as function"));
                    }
                    return Ok(Got::marked(value, receiver.mark));
                }
            }
            _ => {}
        }
        self.error(format!("can't evaluate field {name} in type {}", receiver.type_name()))
    }

    fn method(
        &mut self,
        dot: &Got,
        receiver: &Got,
        method: &'static Method,
        node: &'t Expr,
        args: &'t [Expr],
        last: Option<Got>,
    ) -> Res<Got> {
        let args = self.arguments(dot, method.name, method.params, method.variadic, args, last)?;
        let mark = match self.run.recorder() {
            Some(recorder) => recorder.method(receiver.mark, args.as_slice().len()),
            None => Mark::NONE,
        };
        let result = (method.call)(&receiver.value, args.as_slice());
        match pay(args.as_slice(), result.as_ref().ok()).map_or(result, Err) {
            Ok(value) => Ok(Got::marked(value, mark)),
            Err(text) => {
                self.at(At::Expr(node));
                Err(self.failure(format!("error calling {}: ", method.name), Some(text.into())))
            }
        }
    }
}
