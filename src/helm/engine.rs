//! Parsing and rendering every template of a release, in Helm's order.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::rc::Rc;

use super::error::{Error, exec_failed, parse_failed};
use super::functions::{State, says_no_value, without_no_value};
use super::scope::Template;
use super::values_type::VALUES;
use crate::codec::Node;
use crate::diag::{LogLine, Source, SourceKind, raw};
use crate::gotmpl::func::{Extensions, FuncError, KeepPlaces};
use crate::gotmpl::{self, Set};
use crate::host::HostHandle;
use crate::manifest::RenderedFile;
use crate::trace::Write;
use crate::trace::record::Recorder;
use crate::value::{Map, Str, Value};

/// A recorder and the values it finds places in.
pub(super) struct Listener<'v> {
    pub recorder: Recorder,
    pub values: &'v Node,
}

impl Listener<'_> {
    fn execute(
        &mut self,
        set: &Rc<Set>,
        name: &Str,
        data: &Value,
        extensions: &Extensions,
    ) -> Result<(Vec<u8>, Vec<Write>), FuncError> {
        let mut recorder = std::mem::take(&mut self.recorder);
        recorder.begin(&raw::marked(name.as_bytes()));
        let (result, recorder) = gotmpl::execute_recorded(set, name, data, extensions, recorder);
        self.recorder = recorder;
        let out = result?;
        let trace = self.recorder.finish(&out, self.values);
        Ok((out, trace))
    }
}

/// How templates are rendered.
#[derive(Clone, Copy)]
pub(super) struct Mode {
    pub lint: bool,
    /// Whether what was made is left to the end of the process.
    pub leaves_memory: bool,
}

/// What every template that is no partial rendered.
// Rule: Helm v4.3.1 pkg/engine/engine.go, render and sortTemplates.
pub(super) fn render(
    templates: &BTreeMap<Str, Template>,
    host: HostHandle,
    mode: Mode,
    mut listener: Option<&mut Listener<'_>>,
    log: &mut Vec<LogLine>,
) -> Result<Vec<RenderedFile>, Error> {
    let mut order: Vec<(usize, &Str, &Template)> =
        templates.iter().rev().map(|(name, template)| (slashes(name), name, template)).collect();
    // Both parsing and rendering go from the deepest path to the flattest, names descending.
    order.sort_by_key(|(depth, ..)| Reverse(*depth));
    let state = State::new(mode.lint, listener.is_some());
    let source = |(_, name, template): &(usize, &Str, &Template)| {
        let text = raw::marked(name.as_bytes());
        match template.file.data().as_str() {
            Some(_) => template.file.source(SourceKind::Chart, &text),
            None => Source::from_bytes(SourceKind::Chart, &*text, template.file.data().as_bytes()),
        }
    };
    let sources: Vec<Source> = order.iter().map(source).collect();
    let mut set = Set::new();
    for parsed in gotmpl::parse_each(&sources, &state.funcs) {
        set.add(&parsed.map_err(|error| parse_failed(&error))?);
    }
    let set = Rc::new(set);
    let keyed_by_place = host.keyed_by_place();
    let mut extensions = Extensions::new().with(state).with(host);
    if keyed_by_place {
        extensions = extensions.with(KeepPlaces);
    }
    let mut files = Vec::new();
    let mut failed = None;
    for (_, name, template) in order {
        let text = raw::marked(name.as_bytes());
        if text.rsplit('/').next().is_some_and(|base| base.starts_with('_')) {
            continue;
        }
        let about = vec![
            (Str::from_static("Name"), Value::Str(name.clone())),
            (Str::from_static("BasePath"), Value::Str(template.base_path.clone())),
        ];
        template.scope.insert("Template", Value::Map(Map::of(&VALUES, about)));
        let data = Value::Map(template.scope.with_type(&VALUES));
        let result = match listener.as_deref_mut() {
            None => gotmpl::execute(&set, name, &data, &extensions).map(|out| (out, Vec::new())),
            Some(listener) => listener.execute(&set, name, &data, &extensions),
        };
        match result {
            Ok((out, trace)) => {
                let out = if says_no_value(&out) {
                    without_no_value(Str::from_bytes(out)).as_bytes().to_vec()
                } else {
                    out
                };
                files.push(RenderedFile::new(text, out, trace));
            }
            Err(error) => {
                failed = Some(exec_failed(&error));
                break;
            }
        }
    }
    if let Some(state) = extensions.get::<State>() {
        log.append(&mut state.log.borrow_mut());
    }
    if mode.leaves_memory {
        std::mem::forget((set, extensions));
    }
    match failed {
        None => Ok(files),
        Some(error) => Err(error),
    }
}

fn slashes(name: &Str) -> usize {
    name.as_bytes().iter().filter(|b| **b == b'/').count()
}
