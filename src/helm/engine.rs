//! Parsing and rendering every template of a release, in Helm's order.

use std::rc::Rc;

use super::error::{Error, exec_failed, parse_failed};
use super::functions::{State, says_no_value, without_no_value};
use super::scope::{Scope, Template};
use super::values_type::VALUES;
use crate::codec::Node;
use crate::diag::{LogLine, Source, SourceKind, raw};
use crate::gotmpl::func::{Extensions, FuncError, KeepPlaces};
use crate::gotmpl::{self, Glances, Set};
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

/// The texts of the templates under their full names.
pub(super) fn sources(templates: &[Template]) -> Vec<Source> {
    let source = |Template { name, file, .. }: &Template| {
        let text = raw::marked(name.as_bytes());
        match file.data().as_str() {
            Some(_) => file.source(SourceKind::Chart, &text),
            None => Source::from_bytes(SourceKind::Chart, &*text, file.data().as_bytes()),
        }
    };
    templates.iter().map(source).collect()
}

/// What is to be rendered.
pub(super) struct Work<'a> {
    /// Templates, partials among them, in Helm's order.
    pub templates: &'a [Template],
    /// Their texts.
    pub glances: &'a Glances<'a>,
    /// What they get, by their charts' numbers.
    pub scopes: &'a [Scope],
}

/// What every template that is no partial rendered.
// Rule: Helm v4.3.1 pkg/engine/engine.go, render.
pub(super) fn render(
    work: &Work<'_>,
    state: State,
    host: HostHandle,
    leaves_memory: bool,
    mut listener: Option<&mut Listener<'_>>,
    log: &mut Vec<LogLine>,
) -> Result<Vec<RenderedFile>, Error> {
    let mut set = Set::new();
    for parsed in work.glances.parse_each() {
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
    for Template { name, chart, .. } in work.templates {
        let Some(scope) = work.scopes.get(*chart) else { continue };
        let text = raw::marked(name.as_bytes());
        if text.rsplit('/').next().is_some_and(|base| base.starts_with('_')) {
            continue;
        }
        let about = vec![
            (Str::from_static("Name"), Value::Str(name.clone())),
            (Str::from_static("BasePath"), Value::Str(scope.base_path.clone())),
        ];
        scope.map.insert("Template", Value::Map(Map::of(&VALUES, about)));
        let data = Value::Map(scope.map.with_type(&VALUES));
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
    if leaves_memory {
        std::mem::forget((set, extensions));
    }
    match failed {
        None => Ok(files),
        Some(error) => Err(error),
    }
}
