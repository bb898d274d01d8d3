//! Runs templates. Rule: text/template/exec.go of Go 1.27.

mod call;
mod control;
mod field;
mod listen;
mod pipeline;
mod place;

use std::cell::RefCell;
use std::rc::Rc;

use super::ast::{Tree, Variable};
use super::error::ExecError;
use super::func::{Extensions, FuncError, KeepPlaces};
use super::print::At;
use super::set::Set;
use crate::diag::Place;
use crate::trace::record::{Mark, Recorder};
use crate::value::{Str, Value, budget};
use listen::Listener;
use place::Places;

/// `template` may nest this deep. Rule: text/template exec.go `maxExecDepth`.
const MAX_TEMPLATE_DEPTH: usize = 100_000;

/// The set every template of a chart belongs to, as Go's messages name it.
const SET_NAME: &str = "gotpl";

type Res<T> = Result<T, Box<ExecError>>;

/// What is shared by all templates of one execution: output, variables, limits.
#[derive(Debug)]
pub struct Run {
    out: Vec<u8>,
    variables: Vec<(u32, Got)>,
    set: Rc<Set>,
    listener: Option<Box<Listener>>,
    /// Where functions are called from, when somebody wants to know.
    places: Option<Box<RefCell<Places>>>,
    /// The mark of the argument that was evaluated last.
    argument: Mark,
}

/// An evaluated operand. `any` tells that Go would hold it in an `interface {}`, which shows in messages.
#[derive(Clone, Debug, Default)]
pub(crate) struct Got {
    value: Value,
    any: bool,
    /// Where it came from, when somebody listens.
    mark: Mark,
}

impl Got {
    fn new(value: Value) -> Self {
        Self { value, any: false, mark: Mark::NONE }
    }

    fn marked(value: Value, mark: Mark) -> Self {
        Self { value, any: false, mark }
    }

    fn missing() -> Self {
        Self::new(Value::Missing)
    }

    /// Go's name of the static type.
    fn type_name(&self) -> std::borrow::Cow<'static, str> {
        if self.any || self.value.is_nil() { "interface {}".into() } else { self.value.type_name() }
    }

    /// What a pipeline makes of it: the concrete value, a nil interface being no value.
    fn concrete(self) -> Self {
        let value = if matches!(self.value, Value::Nil) { Value::Missing } else { self.value };
        Self::marked(value, self.mark)
    }
}

/// Bytes of room that an output gets at its beginning at most.
const MOST_ROOM: usize = 64 << 10;

/// Variables that there is room for at the beginning.
const FEW_VARIABLES: usize = 4;

/// The output of the template `name` of `set` run with `data`.
///
/// # Errors
/// [`FuncError::Unknown`] or [`FuncError::Exec`].
pub fn execute(
    set: &Rc<Set>,
    name: &Str,
    data: &Value,
    extensions: &Extensions,
) -> Result<Vec<u8>, FuncError> {
    budget::within(budget::limits(), || {
        let mut run = Run::new(set.clone());
        run.execute(name, data, extensions)?;
        Ok(run.out)
    })
}

/// The same with a recorder that listens; it comes back whatever happens.
pub fn execute_recorded(
    set: &Rc<Set>,
    name: &Str,
    data: &Value,
    extensions: &Extensions,
    recorder: Recorder,
) -> (Result<Vec<u8>, FuncError>, Recorder) {
    let mut run = Run::new(set.clone());
    run.listener = Some(Box::new(Listener::new(recorder)));
    let result = budget::within(budget::limits(), || run.execute(name, data, extensions));
    let recorder = run.listener.take().map(|listener| listener.recorder).unwrap_or_default();
    (result.map(|()| run.out), recorder)
}

impl Run {
    pub(super) fn new(set: Rc<Set>) -> Self {
        Self {
            out: Vec::new(),
            variables: Vec::new(),
            set,
            listener: None,
            places: None,
            argument: Mark::NONE,
        }
    }

    pub(super) fn set(&self) -> &Rc<Set> {
        &self.set
    }

    fn execute(&mut self, name: &Str, data: &Value, extensions: &Extensions) -> Result<(), FuncError> {
        let Some(tree) = self.set.get(name).cloned() else {
            return Err(FuncError::Unknown(name.clone(), SET_NAME));
        };
        if extensions.get::<KeepPlaces>().is_some() {
            self.places = Some(Box::new(RefCell::new(Places::of(name.to_string()))));
        }
        // Most templates write about as much as they are long.
        self.out.reserve(tree.source.text().len().min(MOST_ROOM));
        self.variables.reserve(FEW_VARIABLES);
        self.tree(&tree, Got::new(data.clone()), 0, extensions)?;
        budget::written(self.out.len());
        Ok(())
    }

    /// Runs a template of `set` inside this execution and returns what it wrote.
    pub(super) fn nested(
        &mut self,
        set: &Rc<Set>,
        name: &Str,
        data: &Value,
        extensions: &Extensions,
    ) -> Result<Str, FuncError> {
        let Some(tree) = set.get(name).cloned() else {
            return Err(FuncError::Unknown(name.clone(), SET_NAME));
        };
        self.nested_tree(set, &tree, data, extensions)
    }

    /// Runs one tree inside this execution, its calls going to `set`, and returns what it wrote.
    pub(super) fn nested_tree(
        &mut self,
        set: &Rc<Set>,
        tree: &Rc<Tree>,
        data: &Value,
        extensions: &Extensions,
    ) -> Result<Str, FuncError> {
        let outer = (!Rc::ptr_eq(set, &self.set)).then(|| std::mem::replace(&mut self.set, set.clone()));
        let start = self.out.len();
        let heard = self.recorder().map(|recorder| (recorder.nested_data(), recorder.position()));
        let data = Got::marked(data.clone(), heard.map(|(mark, _)| mark).unwrap_or_default());
        self.enter();
        let result = self.tree(tree, data, 0, extensions).map_err(FuncError::from);
        self.leave();
        if let Some(outer) = outer {
            self.set = outer;
        }
        let text = result.map(|()| Str::from(self.out.get(start..).unwrap_or_default()));
        if let (Some((_, position)), Some(listener)) = (heard, self.listener.as_deref_mut()) {
            listener.recorder.nested(position, start, self.out.get(start..).unwrap_or_default());
        }
        self.out.truncate(start);
        text
    }

    fn tree(&mut self, tree: &Rc<Tree>, data: Got, depth: usize, extensions: &Extensions) -> Res<()> {
        let data = data.concrete();
        let base = self.variables.len();
        self.variables.push((0, data.clone()));
        let mut state = State { run: self, extensions, tree, at: None, base, depth };
        let result = state.list(&data, &tree.root);
        self.variables.truncate(base);
        result.map(|_| ())
    }
}

/// One template at work.
struct State<'t, 'r> {
    run: &'r mut Run,
    extensions: &'r Extensions,
    tree: &'t Rc<Tree>,
    /// The node errors point at.
    at: Option<At<'t>>,
    /// Where this template's variables start.
    base: usize,
    depth: usize,
}

impl<'t> State<'t, '_> {
    fn error<T>(&self, message: impl Into<String>) -> Res<T> {
        Err(self.failure(message.into(), None))
    }

    #[allow(clippy::unnecessary_box_returns)] // what every caller needs
    fn failure(&self, message: String, cause: Option<FuncError>) -> Box<ExecError> {
        let span = self.at.map(At::span).unwrap_or_default();
        Box::new(ExecError {
            place: Place::new(self.tree.source.clone(), span),
            template: self.tree.name.clone(),
            node: self.at.map(|at| at.print(self.tree)).unwrap_or_default(),
            message,
            cause,
        })
    }

    /// Fails when a limit was met.
    fn unless_spent(&self, spent: bool) -> Res<()> {
        match budget::refusal().filter(|_| spent) {
            Some(text) => self.error(text),
            None => Ok(()),
        }
    }

    fn at(&mut self, at: At<'t>) {
        self.at = Some(at);
    }

    // Variables: the youngest of a name counts.

    fn variable(&self, id: u32) -> Res<Got> {
        let own = self.run.variables.get(self.base..).unwrap_or_default();
        match own.iter().rev().find(|(known, _)| *known == id) {
            Some((_, got)) => Ok(got.clone()),
            None => self.error(format!("undefined variable: {}", self.tree.variable(id))),
        }
    }

    fn assign(&mut self, variable: Variable, got: Got) -> Res<()> {
        let own = self.run.variables.get_mut(self.base..).unwrap_or_default();
        match own.iter_mut().rposition(|(known, _)| *known == variable.id) {
            Some(index) => {
                if let Some((_, slot)) = own.get_mut(index) {
                    *slot = got;
                }
                let index = self.base + index;
                if let Some(recorder) = self.run.recorder() {
                    recorder.set_variable(index);
                }
                Ok(())
            }
            None => self.error(format!("undefined variable: {}", self.tree.variable(variable.id))),
        }
    }
}
