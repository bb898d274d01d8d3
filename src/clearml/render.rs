//! From the user's values to manifests.

use std::sync::OnceLock;

use super::engine::Engine;
use super::reader::{Problems, Reader};
use super::settings::Settings;
use super::{objects, templates};
use crate::codec::{Node, yaml};
use crate::diag::{Code, Diagnostic, Severity, Source, SourceKind};
use crate::manifest::Manifest;
use crate::values;

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
}

impl Default for Options {
    fn default() -> Self {
        Self { release: "clearml-server".to_owned(), namespace: None, without: Vec::new(), strict: false }
    }
}

/// What a render gives.
#[derive(Clone, Debug)]
pub struct Rendered {
    /// The objects, in the order to apply them.
    pub manifests: Vec<Manifest>,
    /// What the user should know; nothing here stopped the render.
    pub warnings: Vec<Diagnostic>,
    /// What to do on nodes and in DNS, as text for people.
    pub notes: String,
}

/// Every value with its default and its meaning: `charts/clearml-server/values.yaml`.
pub fn defaults() -> &'static Source {
    static DEFAULTS: OnceLock<Source> = OnceLock::new();
    DEFAULTS.get_or_init(|| {
        let text = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/charts/clearml-server/values.yaml"));
        Source::new(SourceKind::Default, "charts/clearml-server/values.yaml", text)
    })
}

/// A mistake of ours.
const INTERNAL: Code = Code("clearml::internal");

/// The manifests that the user's values give over [`defaults`].
///
/// # Errors
/// Every problem of the values in one run, in the order of the settings.
pub fn render(user: &Node, options: &Options) -> Result<Rendered, Vec<Diagnostic>> {
    let internal = |message: String| vec![Diagnostic::error(INTERNAL, message)];
    let defaults = yaml::read_values(defaults()).map_err(|error| internal(error.helm_text().to_owned()))?;
    let values = values::overlay(&defaults.root, user);
    let problems = Problems::default();
    let root = Reader::new(&values, &defaults.root, &problems);
    let settings = Settings::read(&root, options);
    if problems.errors() > 0 {
        return Err(problems.take());
    }
    let mut engine = Engine::new(templates::find);
    let mut manifests = objects::render(&settings, &mut engine).map_err(internal)?;
    manifests
        .retain(|manifest| !options.without.iter().any(|kind| kind.eq_ignore_ascii_case(&manifest.kind)));
    let warnings = problems.take().into_iter().filter(|found| found.severity < Severity::Error).collect();
    Ok(Rendered { manifests, warnings, notes: String::new() })
}
