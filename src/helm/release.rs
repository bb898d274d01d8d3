//! [`Release`]: everything `helm template` needs to know, and what comes out of it.

use std::io;

use super::capabilities::Capabilities;
use super::dependencies::{self, is_compatible};
use super::engine::{Listener, Work};
use super::error::{Error, ErrorKind};
use super::functions::State;
use super::kube_version::KubeVersion;
use super::left_out::Merging;
use super::tree::{Member, nests_deeper};
use super::unread::ValuesTrace;
use super::{engine, globals, scope, tree};
use crate::both;
use crate::chart::Chart;
use crate::codec::{self, Node};
use crate::diag::{Level, LogLine};
use crate::gotmpl::{Glances, stack};
use crate::host::{Host, HostHandle};
use crate::manifest::{self, Hook, Manifest, RenderedFile};
use crate::trace::record::Recorder;
use crate::value::{Limits, Map, Str, Value, budget};
use crate::values::{self, schema, schema::Env};

/// Reads a file by its path.
pub type ReadSchema = fn(&str) -> io::Result<Vec<u8>>;

/// A release to be rendered.
///
/// # Examples
/// ```no_run
/// use clearml_k8s::{chart::Chart, helm::Release, host::System};
///
/// let chart = Chart::load("./mychart").unwrap();
/// let out = Release::new("demo", &chart).namespace("prod").render(System::new()).unwrap();
/// print!("{}", out.text());
/// ```
#[derive(Clone, Debug)]
pub struct Release {
    name: String,
    namespace: String,
    chart: Chart,
    values: Node,
    kube_version: KubeVersion,
    api_versions: Vec<String>,
    is_upgrade: bool,
    skip_schema_validation: bool,
    lint: bool,
    unnamed: bool,
    labels: Vec<String>,
    read_schema: Option<ReadSchema>,
    traced: bool,
    limits: Limits,
    leaves_memory: bool,
    debug: bool,
}

/// A file of a chart's `crds/` folder.
#[derive(Clone, Debug)]
pub struct Crd {
    /// Full path: chart, subcharts, file.
    pub source: String,
    /// The text as it stands in the file.
    pub text: Str,
}

/// What a release renders to.
#[derive(Clone, Debug, Default)]
pub struct Rendered {
    /// Files of `crds/` folders; never templates.
    pub crds: Vec<Crd>,
    /// Manifests in install order.
    pub manifests: Vec<Manifest>,
    /// Hooks in install order.
    pub hooks: Vec<Hook>,
    /// The root chart's `NOTES.txt`.
    pub notes: String,
    /// What the values did; only of a traced release.
    pub trace: Option<ValuesTrace>,
    /// What Helm writes to its log on the way.
    pub log: Vec<LogLine>,
}

/// What the templates of a release rendered, before it is cut into documents.
#[derive(Clone, Debug, Default)]
pub struct Executed {
    /// What each template rendered, in byte order of the templates' names.
    pub files: Vec<RenderedFile>,
    /// The root chart's `NOTES.txt`.
    pub notes: String,
    /// Files of `crds/` folders; never templates.
    pub crds: Vec<Crd>,
    /// What the values did; only of a traced release.
    pub trace: Option<ValuesTrace>,
}

/// What every template rendered.
pub(super) struct Templates {
    pub member: Member,
    pub files: Vec<RenderedFile>,
    pub trace: Option<ValuesTrace>,
}

impl Executed {
    /// The documents, told apart and sorted; unknown hooks are dropped with a log line.
    ///
    /// # Errors
    /// Helm's text for the first document that is no YAML.
    pub fn collect(self, log: &mut Vec<LogLine>) -> Result<Rendered, Error> {
        let collected = manifest::collect(self.files, log).map_err(|text| ErrorKind::Manifest.error(text))?;
        Ok(Rendered {
            crds: self.crds,
            manifests: collected.manifests,
            hooks: collected.hooks,
            notes: self.notes,
            trace: self.trace,
            log: Vec::new(),
        })
    }
}

impl Rendered {
    /// What `helm template` prints, without CRDs.
    #[must_use]
    pub fn text(&self) -> String {
        manifest::print_manifests([], &self.manifests, &self.hooks)
    }
}

impl Release {
    /// A release of a chart with default values, in the namespace `default`.
    #[must_use]
    pub fn new(name: impl Into<String>, chart: &Chart) -> Self {
        Self {
            name: name.into(),
            namespace: "default".to_owned(),
            chart: chart.clone(),
            values: Node::map(codec::Map::default()),
            kube_version: KubeVersion::default(),
            api_versions: Vec::new(),
            is_upgrade: false,
            skip_schema_validation: false,
            lint: false,
            unnamed: false,
            labels: Vec::new(),
            read_schema: None,
            traced: false,
            limits: Limits::default(),
            leaves_memory: false,
            debug: true,
        }
    }

    /// The same in another namespace.
    #[must_use]
    pub fn namespace(mut self, namespace: impl Into<String>) -> Self {
        self.namespace = namespace.into();
        self
    }

    /// The same with these user values.
    #[must_use]
    pub fn values(mut self, values: Node) -> Self {
        self.values = values;
        self
    }

    /// The same for another Kubernetes version; without it, the one Helm v4.3.1 assumes.
    #[must_use]
    pub fn kube_version(mut self, version: KubeVersion) -> Self {
        self.kube_version = version;
        self
    }

    /// The same with further entries in `.Capabilities.APIVersions`.
    #[must_use]
    pub fn api_versions(mut self, versions: Vec<String>) -> Self {
        self.api_versions = versions;
        self
    }

    /// The same with labels of these names on the release itself; manifests do not show them.
    #[must_use]
    pub fn labels(mut self, names: Vec<String>) -> Self {
        self.labels = names;
        self
    }

    /// The same; files that a schema refers to are read by this function instead of refused.
    #[must_use]
    pub fn schema_files(mut self, read: ReadSchema) -> Self {
        self.read_schema = Some(read);
        self
    }

    /// The same as an upgrade instead of an install.
    #[must_use]
    pub fn is_upgrade(mut self, is_upgrade: bool) -> Self {
        self.is_upgrade = is_upgrade;
        self
    }

    /// The same without asking the charts' schemas.
    #[must_use]
    pub fn skip_schema_validation(mut self, skip: bool) -> Self {
        self.skip_schema_validation = skip;
        self
    }

    /// Does not take apart what a render makes on its way, for programs that end right after it and give back all of it
    /// at once.
    #[must_use]
    pub fn leaves_memory(mut self, leaves: bool) -> Self {
        self.leaves_memory = leaves;
        self
    }

    /// The same with or without lines of level debug about schemas in the log, of which there may be many.
    #[must_use]
    pub fn debug(mut self, debug: bool) -> Self {
        self.debug = debug;
        self
    }

    /// The same with a record of what wrote which bytes, and from which values; the bytes stay the same.
    #[must_use]
    pub fn traced(mut self, traced: bool) -> Self {
        self.traced = traced;
        self
    }

    /// The same with other limits to what its schemas and templates may use up.
    #[must_use]
    pub fn limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// The same as `helm lint` renders: `required` and `fail` only write to the log, the name is not checked, and
    /// templates see neither an install nor an upgrade.
    #[must_use]
    pub fn lint(mut self, lint: bool) -> Self {
        self.lint = lint;
        self.unnamed = lint;
        self
    }

    /// The documents of the release.
    ///
    /// # Errors
    /// Helm's own text for whatever Helm refuses.
    pub fn render(&self, host: impl Host + 'static) -> Result<Rendered, Error> {
        let mut log = Vec::new();
        let mut rendered = self.render_logged(host, &mut log)?;
        rendered.log = log;
        Ok(rendered)
    }

    /// The same; what Helm would log is added to `log`, also when rendering fails.
    ///
    /// # Errors
    /// Helm's own text for whatever Helm refuses.
    pub fn render_logged(
        &self,
        host: impl Host + 'static,
        log: &mut Vec<LogLine>,
    ) -> Result<Rendered, Error> {
        self.execute(host, log)?.collect(log)
    }

    /// Every template executed, nothing cut into documents yet.
    ///
    /// # Errors
    /// Helm's own text for whatever Helm refuses.
    // Rule: Helm v4.3.1 pkg/action/install.go, RunWithContext, and pkg/action/action.go, renderResources.
    pub fn execute(&self, host: impl Host + 'static, log: &mut Vec<LogLine>) -> Result<Executed, Error> {
        let Templates { member, mut files, trace } = self.render_files(host, log)?;
        if self.leaves_memory {
            // The program ends soon.
            both::let_go();
        }
        let mut notes = String::new();
        let own_notes = format!("{}/templates/NOTES.txt", member.name);
        files.retain(|file| {
            if file.template == own_notes {
                notes.clone_from(&*file.text);
            }
            !file.template.ends_with("NOTES.txt")
        });
        files.sort_by(|a, b| a.template.cmp(&b.template));
        let mut crds = Vec::new();
        add_crds(&member, &mut member.name.clone(), &mut crds);
        if self.leaves_memory {
            std::mem::forget(member);
        }
        Ok(Executed { files, notes, crds, trace })
    }

    /// Every file of the chart's and its subcharts' `crds/` folders, conditions and tags left aside.
    #[must_use]
    pub fn crds(&self) -> Vec<Crd> {
        let mut crds = Vec::new();
        let member = Member::new(&self.chart);
        add_crds(&member, &mut member.name.clone(), &mut crds);
        crds
    }

    /// What every template rendered, notes included, before it is cut into documents.
    pub(super) fn render_files(
        &self,
        host: impl Host + 'static,
        log: &mut Vec<LogLine>,
    ) -> Result<Templates, Error> {
        budget::within(self.limits, || self.render_within(host, log))
    }

    fn render_within(&self, host: impl Host + 'static, log: &mut Vec<LogLine>) -> Result<Templates, Error> {
        // Rule: Helm v4.3.1 pkg/action/install.go, RunWithContext.
        if self.chart.is_v3() {
            return Err(ErrorKind::Chart.error("invalid chart apiVersion"));
        }
        if !self.unnamed && !is_valid_name(&self.name) {
            let rule = if self.name.is_empty() { "no name provided" } else { NAME_RULE };
            let text = format!("release name {}: {rule}", crate::go::strconv::quote(self.name.as_bytes()));
            log.push(LogLine::new(Level::Error, "release name check failed").with("error", text.as_str()));
            return Err(ErrorKind::Name.error(format!("release name check failed: {text}")));
        }
        let mut member = Member::new(&self.chart);
        let deep = || nests_deeper(&self.values, SHALLOW) || member.nests_deeper(SHALLOW);
        if stack::is_first_try() && deep() && stack::ends_first_try() {
            return Err(ErrorKind::Values.error("the values are too deep for this stack"));
        }
        let loaded = scope::templates(&member);
        let state = State::new(self.lint, self.traced);
        let glances = Glances::new(engine::sources(&loaded), &state.funcs);
        let has_dependencies = member.dependencies.is_some();
        self.process_dependencies(&mut member, log)?;
        let left = if has_dependencies { Some(scope::templates(&member)) } else { None };
        let templates = left.as_deref().unwrap_or(&loaded);
        let work = Work { templates, loaded: &loaded, glances: &glances, scopes: &[] };
        let rendered = self.render_templates(member, work, state, host, log);
        if self.leaves_memory && rendered.is_ok() {
            std::mem::forget((loaded, left, glances));
        }
        rendered
    }

    fn process_dependencies(&self, member: &mut Member, log: &mut Vec<LogLine>) -> Result<(), Error> {
        dependencies::process(member, &self.values, log).map_err(|text| {
            if self.lint {
                return ErrorKind::Dependencies.error(text);
            }
            log.push(
                LogLine::new(Level::Error, "chart dependencies processing failed")
                    .with("error", text.as_str()),
            );
            ErrorKind::Dependencies.error(format!("chart dependencies processing failed: {text}"))
        })
    }

    /// What the templates of these charts rendered, their dependencies processed.
    fn render_templates(
        &self,
        member: Member,
        work: Work<'_>,
        state: State,
        host: impl Host + 'static,
        log: &mut Vec<LogLine>,
    ) -> Result<Templates, Error> {
        let mut values = values::coalesce(&member, &self.values, log)
            .map_err(|error| ErrorKind::Values.error(error.helm_text()))?;
        if self.lint {
            // Quirk: Helm's linter does it twice, so that a default removed with null comes back.
            values = values::coalesce(&member, &values, log)
                .map_err(|error| ErrorKind::Values.error(error.helm_text()))?;
        }
        if !self.skip_schema_validation {
            let read = self.read_schema;
            let mut read_file = |path: &str| match read {
                Some(read) => read(path),
                None => Err(io::Error::from(io::ErrorKind::PermissionDenied)),
            };
            let mut env = Env { read_file: &mut read_file, debug: self.debug, log };
            schema::validate_charts(&member, &values, &mut env)
                .map_err(|errors| ErrorKind::Schema.error(errors.helm_text()))?;
        }
        if self.labels.iter().any(|label| SYSTEM.contains(&&**label)) {
            return Err(ErrorKind::Values.error(format!(
                "user supplied labels contains system reserved label name. System labels: [{}]",
                SYSTEM.join(" ")
            )));
        }
        let range = &self.chart.metadata().kube_version;
        if !self.lint && !range.is_empty() && !is_compatible(range, &self.kube_version.normalized) {
            return Err(ErrorKind::KubeVersion.error(format!(
                "chart requires kubeVersion: {range} which is incompatible with Kubernetes {}",
                self.kube_version.version
            )));
        }
        let nodes = values;
        let values = codec::to_lazy_value(&nodes).as_map().cloned().unwrap_or_default();
        let capabilities = Capabilities::value(&self.kube_version, &self.api_versions);
        globals::share(&member, &values);
        let mut listener = self.traced.then(|| {
            let mut recorder = Recorder::new();
            recorder.values(&Value::Map(values.clone()));
            Listener { recorder, values: &nodes }
        });
        let release = self.release_value();
        let scopes = scope::scopes(&member, &values, release.clone(), capabilities.clone());
        if let Some(listener) = &mut listener {
            listener.recorder.builtin("Release", &release);
            listener.recorder.builtin("Capabilities", &capabilities);
            for chart in scopes.iter().filter_map(|scope| scope.map.get("Chart")) {
                listener.recorder.builtin("Chart", &chart);
            }
        }
        let work = Work { scopes: &scopes, ..work };
        let host = HostHandle::new(host);
        let files = engine::render(&work, state, host, self.leaves_memory, listener.as_mut(), log)?;
        let trace = listener.map(|heard| {
            let merging = Merging::new(&member, self.lint, &nodes);
            ValuesTrace::new(&heard.recorder, merging, &nodes, &self.chart, &member, &files)
        });
        if self.leaves_memory {
            std::mem::forget((scopes, nodes));
        }
        Ok(Templates { member, files, trace })
    }

    fn release_value(&self) -> Value {
        let map: Map = [
            ("IsInstall", Value::Bool(!self.is_upgrade && !self.lint)),
            ("IsUpgrade", Value::Bool(self.is_upgrade)),
            ("Name", Value::from(self.name.as_str())),
            ("Namespace", Value::from(self.namespace.as_str())),
            ("Revision", Value::Int(i64::from(!self.lint))),
            ("Service", Value::from("Helm")),
        ]
        .into_iter()
        .collect();
        Value::Map(map)
    }
}

/// Levels of values that any stack holds while they are put together, level by level.
const SHALLOW: usize = 100;

/// Whether a file of a chart holds CRDs.
pub(super) fn is_crd(path: &str) -> bool {
    path.starts_with("crds/")
        && path.rsplit_once('.').is_some_and(|(_, end)| {
            ["yaml", "yml", "json"].iter().any(|known| end.eq_ignore_ascii_case(known))
        })
}

// Rule: Helm v4.3.1 pkg/chart/v2/chart.go, CRDObjects.
fn add_crds(member: &Member, path: &mut String, crds: &mut Vec<Crd>) {
    for file in member.chart.files() {
        if is_crd(file.path()) {
            crds.push(Crd { source: format!("{path}/{}", file.path()), text: file.data().clone() });
        }
    }
    for child in &member.children {
        tree::below(path, &child.name, |path| add_crds(child, path, crds));
    }
}

/// Labels that Helm keeps for itself.
const SYSTEM: [&str; 6] = ["name", "owner", "status", "version", "createdAt", "modifiedAt"];

const NAME_RULE: &str = "invalid release name, must match regex \
     ^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$ \
     and the length must not be longer than 53";

/// Whether a release may have this name.
// Rule: Helm v4.3.1 pkg/chart/v2/util/validate_name.go, ValidateReleaseName.
#[must_use]
pub fn is_valid_name(name: &str) -> bool {
    let part = |part: &str| {
        !part.is_empty()
            && part.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
            && !part.starts_with('-')
            && !part.ends_with('-')
    };
    name.len() <= 53 && name.split('.').all(part)
}
