//! Rendering one object: a template and a view in, a [`Manifest`] with its trace out.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::sync::{Arc, Mutex, PoisonError};

use minijinja::{Environment, UndefinedBehavior, Value};

use super::print::Printer;
use super::segment::{At, SEGMENT, Then, VIEW};
use super::templates::{self, FILES, READY, SEGMENTS};
use super::view::View;
use crate::bytes::short;
use crate::diag::{Place, Source, SourceKind, Span};
use crate::manifest::Manifest;
use crate::trace::{Origin, Role, Trace};

/// What goes wrong here is a mistake in our own templates; tests render every template and branch.
pub(crate) type Mistake = String;

/// What is said of a path that leads nowhere.
const UNKNOWN: &str = "no such name in the view";

/// The folder that `-s` and messages show for our templates.
const FOLDER: &str = "clearml-server/templates/";

/// Room for most objects' texts.
const TEXT: usize = 2048;

/// Our templates, given to minijinja when first used.
pub(crate) struct Engine {
    environment: Environment<'static>,
    /// The views of the rounds of loops, in their order.
    rounds: Arc<Mutex<Vec<Arc<View>>>>,
    /// Which of [`READY`] minijinja has.
    loaded: Vec<bool>,
    /// The files of the templates, as far as something was printed out of them.
    files: Vec<Option<Source>>,
    /// Whether manifests get a trace.
    traced: bool,
}

impl Engine {
    /// An engine over the embedded templates, whose manifests get a trace or none.
    pub(crate) fn new(traced: bool) -> Self {
        let mut environment = Environment::empty();
        environment.set_undefined_behavior(UndefinedBehavior::Strict);
        let rounds = Arc::<Mutex<Vec<Arc<View>>>>::default();
        let begun = Arc::clone(&rounds);
        environment.set_formatter(move |out, _state, value| {
            let Some(view) = value.downcast_object::<View>() else {
                return Err(minijinja::Error::new(minijinja::ErrorKind::UndefinedError, UNKNOWN));
            };
            begun.lock().unwrap_or_else(PoisonError::into_inner).push(view);
            out.write_char(VIEW)?;
            Ok(())
        });
        Self { environment, rounds, loaded: vec![false; READY.len()], files: vec![None; FILES.len()], traced }
    }

    /// The numbers of the segments that a template gives for `view`. A template without tags is these numbers already.
    fn numbers(&mut self, index: usize, view: &Arc<View>) -> Result<Cow<'static, str>, minijinja::Error> {
        let (Some(ready), Some(loaded)) = (READY.get(index), self.loaded.get_mut(index)) else {
            return Err(minijinja::ErrorKind::TemplateNotFound.into());
        };
        if !ready.text.contains('{') {
            return Ok(Cow::Borrowed(ready.text));
        }
        if !std::mem::replace(loaded, true) {
            self.environment.add_template(ready.name, ready.text)?;
        }
        let template = self.environment.get_template(ready.name)?;
        template.render(Value::from_dyn_object(Arc::clone(view))).map(Cow::Owned)
    }

    /// The object that `template` gives for `view`; `controls` are the values that switched it on.
    pub(crate) fn render(
        &mut self,
        template: &'static str,
        view: View,
        controls: &[Origin],
    ) -> Result<Manifest, Mistake> {
        let failed = |error: &dyn std::fmt::Display| format!("templates/{template}: {error}");
        let index = templates::find(template).ok_or_else(|| failed(&"no such template"))?;
        let view = Arc::new(view);
        // What a render that failed left behind.
        self.rounds.lock().unwrap_or_else(PoisonError::into_inner).clear();
        let numbers = self.numbers(index, &view).map_err(|error| failed(&error))?;
        let rounds = std::mem::take(&mut *self.rounds.lock().unwrap_or_else(PoisonError::into_inner));
        let scope = Scope { view: &view, names: Vec::new(), open: Vec::new() };
        let printer = self.assemble(&numbers, scope, &rounds, controls)?;
        Ok(manifest(template, &view, printer))
    }

    /// The text that the numbers of segments stand for.
    fn assemble<'v>(
        &mut self,
        numbers: &str,
        mut scope: Scope<'v>,
        rounds: &'v [Arc<View>],
        controls: &[Origin],
    ) -> Result<Printer, Mistake> {
        // About as many writes as there are segments, whose numbers have two or three digits.
        let writes = Vec::with_capacity(if self.traced { numbers.len() / 5 } else { 0 });
        let mut printer = Printer { text: String::with_capacity(TEXT), writes };
        let mut rest = numbers;
        let mut rounds = rounds.iter();
        let mut controls = Controls::new(controls);
        while let Some((number, after)) = segment_number(rest) {
            rest = after;
            let segment = SEGMENTS.get(number).ok_or("lost a segment")?;
            let view = match segment.then {
                Then::Nothing | Then::Close => None,
                Then::Value(.., path) | Then::Optional(.., path) | Then::Open(path) => {
                    Some(scope.find(path).ok_or_else(|| format!("`{path}`: {UNKNOWN}"))?)
                }
                Then::Round(_) => {
                    rest = rest.strip_prefix(VIEW).ok_or("lost a view")?;
                    Some(&**rounds.next().ok_or("lost a view")?)
                }
            };
            if let (Then::Optional(..), Some(view)) = (segment.then, view) {
                if !view.is_present() {
                    continue;
                }
                controls.open(view);
            }
            // The first line has no line end before it.
            let cut = usize::from(printer.text.is_empty() && segment.text.starts_with('\n'));
            let start = printer.text.len();
            printer.text.push_str(segment.text.get(cut..).unwrap_or_default());
            for literal in if self.traced { segment.literals } else { &[] } {
                let output = Span::new(start + literal.start - cut, start + literal.end - cut);
                let template = self.place(segment.file, literal.at).ok_or("lost a file")?;
                printer.record(output, template, Arc::default(), &mut controls);
            }
            match (segment.then, view) {
                (Then::Value(at, before, _) | Then::Optional(at, before, _), Some(view)) => {
                    let place = if self.traced {
                        Some(self.place(segment.file, at).ok_or("lost a file")?)
                    } else {
                        None
                    };
                    if let Err(why) = printer.value(view, before, place.as_ref(), &mut controls) {
                        let place = self.place(segment.file, at).ok_or("lost a file")?;
                        let at = place.line_column();
                        return Err(format!("{}:{}: `{}` {why}", place.source.name(), at.line, place.text()));
                    }
                }
                (Then::Open(_), Some(view)) => {
                    controls.open(view);
                    scope.open(None);
                }
                (Then::Round(name), Some(view)) => {
                    controls.open(view);
                    scope.open(Some((name, view)));
                }
                _ => {}
            }
            if matches!(segment.then, Then::Close | Then::Optional(..)) {
                controls.close();
            }
            if matches!(segment.then, Then::Close) {
                scope.close();
            }
        }
        if !rest.is_empty() {
            return Err("something between the segments".into());
        }
        printer.text.push('\n');
        Ok(printer)
    }

    /// A place in the file of a template.
    fn place(&mut self, file: usize, at: At) -> Option<Place> {
        let source = self.files.get_mut(file)?;
        if source.is_none() {
            let (name, text) = FILES.get(file)?;
            *source = Some(Source::of_static(SourceKind::Template, format!("templates/{name}"), text));
        }
        Some(Place::new(source.clone()?, Span::new(at.start, at.end)))
    }
}

/// What paths are looked up in.
struct Scope<'v> {
    view: &'v View,
    /// The views of open rounds.
    names: Vec<(&'static str, &'v View)>,
    /// How many there were when each condition or round that is open began.
    open: Vec<usize>,
}

impl<'v> Scope<'v> {
    /// The view of a path, whose first name may be that of a round.
    fn find(&self, path: &str) -> Option<&'v View> {
        let (first, mut rest) = first_name(path);
        let of_round = self
            .names
            .iter()
            .rev()
            .find(|(name, _)| short::is(name.as_bytes(), first.as_bytes()))
            .map(|(_, view)| *view);
        let mut view = of_round.or_else(|| self.view.get(first))?;
        while let Some(below) = rest {
            let (name, deeper) = first_name(below);
            (view, rest) = (view.get(name)?, deeper);
        }
        Some(view)
    }

    fn open(&mut self, round: Option<(&'static str, &'v View)>) {
        self.open.push(self.names.len());
        self.names.extend(round);
    }

    fn close(&mut self) {
        self.names.truncate(self.open.pop().unwrap_or(0));
    }
}

/// The first name of a path, and the path below it.
fn first_name(path: &str) -> (&str, Option<&str>) {
    // Names are short: a search made for long texts takes longer to begin than this one to end.
    match path.bytes().position(|byte| byte == b'.') {
        Some(dot) => (path.get(..dot).unwrap_or_default(), path.get(dot + 1..)),
        None => (path, None),
    }
}

/// The number of a segment at the start of a text, and what follows it.
fn segment_number(text: &str) -> Option<(usize, &str)> {
    let end = text.bytes().position(|byte| !byte.is_ascii_digit())?;
    let number = text.get(..end)?.bytes().fold(0, |number, digit| number * 10 + usize::from(digit - b'0'));
    Some((number, text.get(end..)?.strip_prefix(SEGMENT)?))
}

/// The values that decided that something stands where it does.
pub(crate) struct Controls {
    origins: Vec<Origin>,
    /// How many there were when each condition or loop that is open began.
    open: Vec<usize>,
    /// The same, once somebody asked, for all that ask before they change.
    shared: Option<Arc<[Origin]>>,
}

impl Controls {
    /// Those that switched a whole object on.
    fn new(origins: &[Origin]) -> Self {
        Self { origins: origins.to_vec(), open: Vec::new(), shared: None }
    }

    /// A condition or loop begins, which `view` decides.
    fn open(&mut self, view: &View) {
        self.open.push(self.origins.len());
        if !view.origins.is_empty() {
            let own = view.origins.iter().cloned();
            self.origins.extend(own.map(|origin| Origin { role: Role::Control, ..origin }));
            self.shared = None;
        }
    }

    /// The innermost ends.
    fn close(&mut self) {
        let count = self.open.pop().unwrap_or(0);
        if count < self.origins.len() {
            self.origins.truncate(count);
            self.shared = None;
        }
    }

    /// All of them.
    pub(crate) fn shared(&mut self) -> Arc<[Origin]> {
        Arc::clone(self.shared.get_or_insert_with(|| self.origins.iter().cloned().collect()))
    }
}

/// Reads `name` or `metadata.…` facts straight from the view, where every template takes them from.
fn manifest(template: &str, view: &View, printer: Printer) -> Manifest {
    let text = |key: &str| match view.get(key).map(|view| &view.shape) {
        Some(super::view::Shape::Text(text)) => Some((**text).to_owned()),
        _ => None,
    };
    let template = [FOLDER, template].concat();
    Manifest {
        template: template.clone(),
        api_version: top_level(&printer.text, "apiVersion: "),
        kind: top_level(&printer.text, "kind: "),
        name: text("name").unwrap_or_default(),
        namespace: text("namespace"),
        text: Source::new(SourceKind::Rendered, template, printer.text),
        trace: Trace::new(printer.writes),
    }
}

fn top_level(text: &str, key: &str) -> String {
    let mut rest = text;
    while !rest.is_empty() {
        // It stands in one of the first lines, which are short: see `first_name`.
        let end = rest.bytes().position(|byte| byte == b'\n').unwrap_or(rest.len());
        if let Some(value) = rest.get(..end).and_then(|line| line.strip_prefix(key)) {
            return value.to_owned();
        }
        rest = rest.get(end + 1..).unwrap_or_default();
    }
    String::new()
}
