//! Parsing and rendering every template of a release, in Helm's order.

use std::collections::HashMap;
use std::rc::Rc;

use super::error::{Error, exec_failed, parse_failed};
use super::functions::{State, says_no_value, without_no_value};
use super::scope::{Scope, Template};
use super::values_type::VALUES;
use crate::codec::Node;
use crate::diag::{LogLine, Source, SourceKind, raw};
use crate::gotmpl::func::{Extensions, FuncError, KeepPlaces};
use crate::gotmpl::{self, Glances, ParseError, Parsed, Set};
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
    templates.iter().map(source).collect()
}

fn source(Template { name, file, .. }: &Template) -> Source {
    let text = raw::marked(name.as_bytes());
    match file.data().as_str() {
        Some(_) => file.source(SourceKind::Chart, &text),
        None => Source::from_bytes(SourceKind::Chart, &*text, file.data().as_bytes()),
    }
}

/// Where the text of a template lies and how long it is.
fn place(template: &Template) -> (usize, usize) {
    let text = template.file.data().as_bytes();
    (text.as_ptr().addr(), text.len())
}

/// What is to be rendered.
pub(super) struct Work<'a> {
    /// Templates, partials among them, in Helm's order.
    pub templates: &'a [Template],
    /// The same before dependencies were processed.
    pub loaded: &'a [Template],
    /// What was seen of the texts of those.
    pub glances: &'a Glances,
    /// What they get, by their charts' numbers.
    pub scopes: &'a [Scope],
}

impl Work<'_> {
    /// All templates.
    fn parsed(&self) -> Result<Set, Error> {
        let mut set = Set::new();
        let mut add = |parsed: Result<Parsed, ParseError>| {
            set.add(&parsed.map_err(|error| parse_failed(&error))?);
            Ok(())
        };
        if std::ptr::eq(self.templates, self.loaded) {
            (0..self.loaded.len()).try_for_each(|number| add(self.glances.parse(number, None)))?;
            return Ok(set);
        }
        let loaded =
            self.loaded.iter().enumerate().map(|(number, loaded)| (place(loaded), (number, &loaded.name)));
        let loaded: HashMap<_, _> = loaded.collect();
        for template in self.templates {
            add(match loaded.get(&place(template)) {
                Some((number, name)) if **name == template.name => self.glances.parse(*number, None),
                Some((number, _)) => self.glances.parse(*number, Some(&source(template))),
                None => self.glances.parse_other(&source(template)),
            })?;
        }
        Ok(set)
    }
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
    let set = Rc::new(work.parsed()?);
    let keyed_by_place = host.keyed_by_place();
    let mut extensions = Extensions::new().with(state).with(host);
    if keyed_by_place {
        extensions = extensions.with(KeepPlaces);
    }
    let mut files = Vec::with_capacity(work.templates.len());
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
                files.push(RenderedFile::new(text, out, trace).looked_at_ahead());
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

#[cfg(test)]
mod tests {
    use std::fs;

    use crate::chart::Chart;
    use crate::helm::Release;
    use crate::host::System;

    /// Charts that go by another name, or are switched off, were looked at under their own before.
    #[test]
    fn templates_are_those_that_dependencies_leave() {
        let top = tempfile::tempdir().unwrap();
        let write = |path: &str, text: &str| {
            let path = top.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        };
        let chart = |name: &str| format!("apiVersion: v2\nname: {name}\nversion: 1.0.0\n");
        let dependency = |more: &str| format!("  - {{name: a, version: 1.0.0, {more}}}\n");
        let gone = "  - {name: gone, version: 1.0.0, condition: gone.enabled}\n";
        let dependencies = [dependency("alias: one"), dependency("alias: two"), gone.to_owned()].concat();
        write("Chart.yaml", &[chart("top"), "dependencies:\n".to_owned(), dependencies].concat());
        write("values.yaml", "gone: {enabled: false}\n");
        write("templates/empty.yaml", "");
        let filler = "x".repeat(500);
        for name in ["a", "gone"] {
            write(&format!("charts/{name}/Chart.yaml"), &chart(name));
            for number in 10..60 {
                let text = format!(
                    "n: {{{{ .Chart.Name }}}}-{number}\nf: {{{{ .Template.Name }}}}\n{{{{/* {filler} */}}}}"
                );
                write(&format!("charts/{name}/templates/{number}.yaml"), &text);
            }
        }
        let chart = Chart::load(top.path()).unwrap();
        let rendered = Release::new("r", &chart).render(System::new()).unwrap();
        let found: Vec<String> =
            rendered.manifests.iter().map(|manifest| manifest.text.text().to_owned()).collect();
        let wanted = |name: &str| {
            (10..60)
                .map(|n| format!("n: {name}-{n}\nf: top/charts/{name}/templates/{n}.yaml\n"))
                .collect::<Vec<_>>()
        };
        assert_eq!(found, [wanted("one"), wanted("two")].concat());
    }
}
