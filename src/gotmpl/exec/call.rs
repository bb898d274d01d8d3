//! Function calls.

use super::{Got, Res, State};
use crate::gotmpl::ast::{Expr, Special};
use crate::gotmpl::func::{CallCtx, Func, FuncError};
use crate::gotmpl::print::At;
use crate::trace::record::Mark;
use crate::value::{Param, Str, Value, budget};

/// Arguments of a call, the usual few without an allocation.
pub(super) enum Args {
    Few([Value; 4], usize),
    Many(Vec<Value>),
}

impl Args {
    fn new(count: usize) -> Self {
        if count <= 4 {
            Self::Few([Value::Missing, Value::Missing, Value::Missing, Value::Missing], 0)
        } else {
            Self::Many(Vec::with_capacity(count))
        }
    }

    fn push(&mut self, value: Value) {
        match self {
            Self::Few(values, len) => {
                if let Some(slot) = values.get_mut(*len) {
                    *slot = value;
                    *len += 1;
                }
            }
            Self::Many(values) => values.push(value),
        }
    }

    pub(super) fn as_slice(&self) -> &[Value] {
        match self {
            Self::Few(values, len) => values.get(..*len).unwrap_or_default(),
            Self::Many(values) => values,
        }
    }
}

impl<'t> State<'t, '_> {
    /// Calls a function. `node` is what an error of the function points at.
    pub(super) fn function(
        &mut self,
        dot: &Got,
        node: At<'t>,
        func: &'static Func,
        special: Special,
        args: &'t [Expr],
        last: Option<Got>,
    ) -> Res<Got> {
        if matches!(special, Special::And | Special::Or) {
            self.count(func.name, func.params, func.variadic, args, last.as_ref())?;
            return self.short_circuit(dot, special == Special::Or, args, last);
        }
        let callee = match (special, args.first()) {
            (Special::Call, Some(callee)) => At::Expr(callee).print(self.tree),
            (Special::Call, None) => last.as_ref().map(|last| reflected(&last.value)).unwrap_or_default(),
            _ => String::new(),
        };
        let args = self.arguments(dot, func.name, func.params, func.variadic, args, last)?;
        if self.run.listener.is_some() {
            self.heard_call(func.name, args.as_slice(), node);
        }
        if let Some(places) = &self.run.places {
            places.borrow_mut().call(node.print(self.tree));
        }
        let result = if special == Special::Call {
            crate::gotmpl::builtins::call(&Str::from(callee), args.as_slice())
        } else {
            (func.call)(&mut CallCtx::inside(self.extensions, self.run), args.as_slice())
        };
        let spent = pay(args.as_slice(), result.as_ref().ok());
        match spent.map_or(result, |text| Err(FuncError::Text(text))) {
            Ok(value) => {
                let mark = match self.run.recorder() {
                    Some(recorder) => recorder.called(func.name, args.as_slice(), &value),
                    None => Mark::NONE,
                };
                Ok(Got::marked(value, mark))
            }
            Err(cause) => {
                self.at(node);
                Err(self.failure(format!("error calling {}: ", func.name), Some(cause)))
            }
        }
    }

    /// `and` and `or` evaluate no further than they must.
    fn short_circuit(&mut self, dot: &Got, until: bool, args: &'t [Expr], last: Option<Got>) -> Res<Got> {
        let mut value = Value::Missing;
        let (mut mark, mut passed) = (Mark::NONE, Mark::NONE);
        for arg in args {
            if let Some(recorder) = self.run.recorder() {
                passed = recorder.passed(&value, mark, passed);
            }
            value = self.argument(dot, Param::Value, arg)?;
            mark = self.run.argument;
            if value.is_true() == until {
                return Ok(self.chosen(value, mark, passed));
            }
        }
        if let Some(last) = last {
            if let Some(recorder) = self.run.recorder() {
                passed = recorder.passed(&value, mark, passed);
            }
            mark = last.mark;
            value = self.validate(last, Param::Value)?;
        }
        Ok(self.chosen(value, mark, passed))
    }

    /// The value of an `and` or `or`, which depends on those before it as well.
    fn chosen(&mut self, value: Value, mark: Mark, passed: Mark) -> Got {
        let mark = match self.run.recorder() {
            Some(recorder) => recorder.chosen(mark, passed),
            None => mark,
        };
        Got::marked(value, mark)
    }

    fn count(
        &self,
        name: &str,
        params: &[Param],
        variadic: bool,
        args: &[Expr],
        last: Option<&Got>,
    ) -> Res<usize> {
        let given = args.len() + usize::from(last.is_some());
        if variadic {
            let least = params.len().saturating_sub(1);
            if given < least {
                let got = args.len();
                return self
                    .error(format!("wrong number of args for {name}: want at least {least} got {got}"));
            }
        } else if given != params.len() {
            let want = params.len();
            return self.error(format!("wrong number of args for {name}: want {want} got {given}"));
        }
        Ok(given)
    }

    /// The arguments of a call, each of its parameter's type.
    pub(super) fn arguments(
        &mut self,
        dot: &Got,
        name: &str,
        params: &'static [Param],
        variadic: bool,
        args: &'t [Expr],
        last: Option<Got>,
    ) -> Res<Args> {
        let given = self.count(name, params, variadic, args, last.as_ref())?;
        let param = |index: usize| {
            let index = if variadic { index.min(params.len().saturating_sub(1)) } else { index };
            params.get(index).copied().unwrap_or(Param::Any)
        };
        let mut values = Args::new(given);
        for (index, arg) in args.iter().enumerate() {
            let value = self.argument(dot, param(index), arg)?;
            values.push(value);
            let mark = self.run.argument;
            if let Some(recorder) = self.run.recorder() {
                recorder.argument(mark);
            }
        }
        if let Some(last) = last {
            if let Some(recorder) = self.run.recorder() {
                recorder.argument(last.mark);
            }
            values.push(self.validate(last, param(given - 1))?);
        }
        Ok(values)
    }
}

/// Pays for a call: for reading its arguments, and for what it made. What it is refused with when a limit was met.
pub(super) fn pay(args: &[Value], made: Option<&Value>) -> Option<String> {
    let mut text: usize = args.iter().filter_map(Value::as_str).map(Str::len).sum();
    let mut parts = 1 + args.len();
    let mut is_too_long = |made: &Str| {
        text += made.len();
        budget::is_too_long(made.len())
    };
    let too_large = match made {
        Some(Value::Str(made)) => is_too_long(made),
        Some(Value::Bytes(made)) => is_too_long(made),
        // What stands elsewhere too was only handed on.
        Some(Value::List(list)) => {
            let length = list.known_len();
            parts += if list.is_sole() { length } else { 0 };
            budget::are_too_many(length)
        }
        Some(Value::Map(map)) if map.is_sole() => {
            parts += map.known_len();
            false
        }
        _ => false,
    };
    let over = too_large || budget::is_spent(parts as u64 + budget::steps_of_text(text));
    budget::refusal().filter(|_| over)
}

/// What `reflect.Value.String` gives.
fn reflected(value: &Value) -> String {
    match value {
        Value::Str(text) => text.to_string(),
        value if value.is_nil() => "<invalid Value>".to_owned(),
        value => format!("<{} Value>", value.type_name()),
    }
}
