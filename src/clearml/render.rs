//! From the user's values to manifests.

use std::fmt;
use std::sync::Arc;

use super::engine::Engine;
use super::reader::{Problems, Reader};
use super::settings::Settings;
use super::{defaults, notes, objects, schema, versions};
use crate::codec::{Map, Node};
use crate::diag::{Code, Diagnostic, Severity};
use crate::manifest::Manifest;
use crate::values::overlay;

/// What is decided outside the values.
#[derive(Clone, Debug)]
pub struct Options {
    /// Release name: the label `app.kubernetes.io/instance`.
    pub release: String,
    /// Namespace that wins over `clearml.namespace`.
    pub namespace: Option<String>,
    /// Kinds to leave out, such as `PersistentVolume`.
    pub without: Vec<String>,
    /// Whether unknown keys are errors.
    pub strict: bool,
    /// Whether manifests have a trace, which tells what template and values wrote each of their parts. Rendering takes
    /// less time without it. Where there is something to say of the values, manifests have one in any case.
    pub traced: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            release: "clearml-server".to_owned(),
            namespace: None,
            without: Vec::new(),
            strict: false,
            traced: true,
        }
    }
}

/// What a render gives.
#[derive(Clone)]
pub struct Rendered {
    /// The objects, in the order to apply them.
    pub manifests: Vec<Manifest>,
    /// What the user should know; nothing here stopped the render.
    pub warnings: Vec<Diagnostic>,
    settings: Arc<Settings>,
}

impl Rendered {
    /// What to do on nodes and in DNS, as text for people.
    #[must_use]
    pub fn notes(&self) -> String {
        notes::notes(&self.settings)
    }
}

impl fmt::Debug for Rendered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Rendered")
            .field("manifests", &self.manifests)
            .field("warnings", &self.warnings)
            .finish_non_exhaustive()
    }
}

/// A mistake of ours.
const INTERNAL: Code = Code("clearml::internal");

/// The manifests that the user's values give over [`defaults`](super::defaults()).
///
/// # Errors
/// Every problem of the values in one run, in the order of the settings.
pub fn render(user: &Node, options: &Options) -> Result<Rendered, Vec<Diagnostic>> {
    if options.traced {
        return render_once(user, options);
    }
    match render_once(user, options) {
        Ok(rendered) if rendered.warnings.is_empty() => Ok(rendered),
        // Messages name the paths of values, which are not known without a trace.
        _ => render_once(user, &Options { traced: true, ..options.clone() }),
    }
}

fn render_once(user: &Node, options: &Options) -> Result<Rendered, Vec<Diagnostic>> {
    let internal = |message: String| vec![Diagnostic::error(INTERNAL, message)];
    let defaults = defaults::tree();
    let problems = Problems::default();
    schema::unknown_keys(user, defaults, options.strict, &problems);
    let base = versions::set(user).map(|set| overlay(defaults, &set));
    let base = base.as_ref().unwrap_or(defaults);
    // Nothing to lay over leaves the defaults; their nulls count as not set here in any case.
    let values = if user.as_map().is_some_and(Map::is_empty) { base.clone() } else { overlay(base, user) };
    let root = Reader::new(&values, base, &problems, options.traced);
    let settings = Settings::read(&root, options);
    if problems.errors() > 0 {
        return Err(problems.take());
    }
    let manifests: Result<Vec<_>, _> = objects::render(&settings, &mut Engine::new(options.traced)).collect();
    let mut manifests = manifests.map_err(internal)?;
    manifests
        .retain(|manifest| !options.without.iter().any(|kind| kind.eq_ignore_ascii_case(&manifest.kind)));
    let warnings = problems.take().into_iter().filter(|found| found.severity < Severity::Error).collect();
    Ok(Rendered { manifests, warnings, settings: Arc::new(settings) })
}

/// The user's values over [`defaults`](super::defaults()) and the set of images they choose, as [`render`] reads them.
#[must_use]
pub fn values(user: &Node) -> Node {
    let defaults = defaults::tree();
    match versions::set(user) {
        Some(set) => overlay(&overlay(defaults, &set), user),
        None => overlay(defaults, user),
    }
}
