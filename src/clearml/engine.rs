//! Rendering one object: a template and a view in, a [`Manifest`] with its trace out.

use std::sync::{Arc, Mutex, PoisonError};

use minijinja::{Environment, UndefinedBehavior, Value};

use super::print::Printer;
use super::template::{CLOSE, EXPRESSION, Find, LITERAL, LITERAL_END, Loaded, Mark, NUMBER_END, OPEN, VIEW};
use super::view::View;
use crate::diag::{Source, SourceKind};
use crate::manifest::Manifest;
use crate::trace::{Origin, Role, Trace};

/// What goes wrong here is a mistake in our own templates; tests render every template and branch.
pub(crate) type Mistake = String;

/// The folder that `-s` and messages show for our templates.
const FOLDER: &str = "clearml-server/templates/";

/// Our templates, loaded when first used.
pub(crate) struct Engine {
    environment: Environment<'static>,
    views: Arc<Mutex<Vec<Arc<View>>>>,
    loaded: Loaded,
    find: Find,
}

impl Engine {
    /// An engine over the templates that `find` knows.
    pub(crate) fn new(find: Find) -> Self {
        let mut environment = Environment::empty();
        environment.set_undefined_behavior(UndefinedBehavior::Strict);
        let views = Arc::<Mutex<Vec<Arc<View>>>>::default();
        let inserted = Arc::clone(&views);
        environment.set_formatter(move |out, _state, value| {
            let Some(view) = value.downcast_object::<View>() else {
                return Err(minijinja::Error::new(
                    minijinja::ErrorKind::UndefinedError,
                    "no such name in the view",
                ));
            };
            let mut inserted = inserted.lock().unwrap_or_else(PoisonError::into_inner);
            write!(out, "{VIEW}{}{NUMBER_END}", inserted.len())?;
            inserted.push(view);
            Ok(())
        });
        Self { environment, views, loaded: Loaded::default(), find }
    }

    fn load(&mut self, template: &str) -> Result<(), Mistake> {
        self.loaded.load(template, self.find)?;
        for (name, text) in self.loaded.texts.drain(..) {
            self.environment
                .add_template_owned(name, text)
                .map_err(|error| format!("templates/{template}: {error}"))?;
        }
        Ok(())
    }

    /// The object that `template` gives for `view`; `controls` are the values that switched it on.
    pub(crate) fn render(
        &mut self,
        template: &'static str,
        view: View,
        controls: &[Origin],
    ) -> Result<Manifest, Mistake> {
        let failed = |error: &dyn std::fmt::Display| format!("templates/{template}: {error}");
        self.load(template)?;
        let view = Arc::new(view);
        // What a render that failed left behind.
        self.views.lock().unwrap_or_else(PoisonError::into_inner).clear();
        let marked = self
            .environment
            .get_template(template)
            .and_then(|ready| ready.render(Value::from_dyn_object(Arc::clone(&view))))
            .map_err(|error| failed(&error))?;
        let views = std::mem::take(&mut *self.views.lock().unwrap_or_else(PoisonError::into_inner));
        let printer = assemble(&marked, &self.loaded.marks, &views, controls)?;
        Ok(manifest(template, &view, printer))
    }
}

/// Reads `name` or `metadata.…` facts straight from the view, where every template takes them from.
fn manifest(template: &str, view: &View, printer: Printer) -> Manifest {
    let text = |key: &str| match view.get(key).map(|view| &view.shape) {
        Some(super::view::Shape::Text(text)) => Some(text.to_string()),
        _ => None,
    };
    Manifest {
        template: format!("{FOLDER}{template}"),
        api_version: top_level(&printer.text, "apiVersion: "),
        kind: top_level(&printer.text, "kind: "),
        name: text("name").unwrap_or_default(),
        namespace: text("namespace"),
        text: Source::new(SourceKind::Rendered, format!("{FOLDER}{template}"), printer.text),
        trace: Trace::new(printer.writes),
    }
}

fn top_level(text: &str, key: &str) -> String {
    text.lines().find_map(|line| line.strip_prefix(key)).unwrap_or_default().to_owned()
}

/// Replaces marks by what they stand for.
fn assemble(
    marked: &str,
    marks: &[Mark],
    views: &[Arc<View>],
    controls: &[Origin],
) -> Result<Printer, Mistake> {
    let mut printer = Printer::default();
    let mut rest = marked.strip_prefix('\n').unwrap_or(marked);
    let mut controls = controls.to_vec();
    let mut open = Vec::new();
    let mut literals = Vec::new();
    while let Some(at) = rest.bytes().position(|byte| (EXPRESSION..=VIEW).contains(&char::from(byte))) {
        let (before, after) = rest.split_at(at);
        printer.text.push_str(before);
        let sign = after.chars().next().unwrap_or(CLOSE);
        rest = after.get(1..).unwrap_or_default();
        match sign {
            EXPRESSION => {
                let mark = take_number(&mut rest).and_then(|number| marks.get(number));
                let view = take_view(&mut rest, views);
                let (Some(mark), Some(view)) = (mark, view) else { return Err("lost an expression".into()) };
                printer.value(view, mark.before, &mark.place, &controls).map_err(|why| {
                    let at = mark.place.line_column();
                    format!("{}:{}: `{}` {why}", mark.place.source.name(), at.line, mark.place.text())
                })?;
            }
            OPEN => {
                take_number(&mut rest);
                open.push(controls.len());
                if let Some(view) = take_view(&mut rest, views) {
                    let own = view.origins.iter().cloned();
                    controls.extend(own.map(|origin| Origin { role: Role::Control, ..origin }));
                }
            }
            CLOSE => controls.truncate(open.pop().unwrap_or(0)),
            LITERAL => literals.push((take_number(&mut rest), printer.text.len())),
            LITERAL_END => {
                if let Some((Some(number), start)) = literals.pop()
                    && let Some(mark) = marks.get(number)
                {
                    printer.record(start, &mark.place, controls.clone());
                }
            }
            _ => return Err("a mark out of place".into()),
        }
    }
    printer.text.push_str(rest);
    printer.text.push('\n');
    Ok(printer)
}

fn take_number(rest: &mut &str) -> Option<usize> {
    let (number, after) = rest.split_once(NUMBER_END)?;
    *rest = after;
    number.parse().ok()
}

fn take_view<'v>(rest: &mut &str, views: &'v [Arc<View>]) -> Option<&'v Arc<View>> {
    *rest = rest.strip_prefix(VIEW)?;
    take_number(rest).and_then(|number| views.get(number))
}
