//! What `diff` and `vendor` render: ClearML from values, or a chart with its own.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use clap::Args;
use clearml_k8s::chart::{Chart, LoadOptions};
use clearml_k8s::codec::Node;
use clearml_k8s::diag::{Code, Diagnostic, Level, LogLine, Severity, Source, SourceKind};
use clearml_k8s::helm::{self, Release};
use clearml_k8s::host::{Host, Reading, ZoneFile};
use clearml_k8s::kube::KubeVersion;
use clearml_k8s::manifest::{Head, Manifest, split};
use clearml_k8s::trace::Trace;
use clearml_k8s::values::{self, Inputs};
use clearml_k8s::{check, clearml, gotmpl};

use super::chance::{Chance, ChanceArgs, Drawn};
use super::exit::Exit;
use super::{limits, render, template};

/// The chart cannot be rendered as it is.
const CHART: Code = Code("cli::chart");
/// The version of Kubernetes is none.
const VERSION: Code = Code("cli::kube-version");
/// The chart renders to something else each time.
const UNSTEADY: Code = Code("cli::unsteady-chart");
/// The seed or the time cannot be read.
const CHANCE: Code = Code("cli::deterministic");
/// What the chart's engine says on the way.
const LOG: Code = Code("helm::log");

/// Arguments about a release, for commands that render in order to compare or store.
#[derive(Args, Clone, Debug, Default, PartialEq, Eq)]
#[command(next_help_heading = "Release")]
pub(crate) struct ReleaseArgs {
    /// Release name: `clearml-server`, and `release-name` for charts, unless given
    #[arg(long, value_name = "NAME")]
    pub(crate) release: Option<String>,
    /// Namespace of the release; wins over the value `clearml.namespace`
    #[arg(short, long, value_name = "NAME")]
    pub(crate) namespace: Option<String>,
    /// Version of Kubernetes the manifests have to suit, such as 1.33
    #[arg(long, value_name = "VERSION")]
    pub(crate) kube_version: Option<String>,
    /// Of ClearML's objects, kinds to leave out; several with commas
    #[arg(long, value_name = "KIND", value_delimiter = ',')]
    pub(crate) without: Vec<String>,
    /// Of charts: further API versions the cluster is said to have
    #[arg(short, long, value_name = "API", value_delimiter = ',')]
    pub(crate) api_versions: Vec<String>,
    /// Of charts: take the files of `crds/` too
    #[arg(long)]
    pub(crate) include_crds: bool,
    /// Of charts: leave out hooks
    #[arg(long)]
    pub(crate) no_hooks: bool,
    /// Of charts: leave out the hooks that are tests
    #[arg(long)]
    pub(crate) skip_tests: bool,
    #[command(flatten)]
    pub(crate) chance: ChanceArgs,
}

impl ReleaseArgs {
    /// Whether nothing was given.
    pub(crate) fn is_empty(&self) -> bool {
        self == &Self::default()
    }
}

/// What renders.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) enum Engine {
    /// ClearML's own templates.
    #[default]
    ClearMl,
    /// The chart in this folder or archive.
    Chart(PathBuf),
}

/// One release, all its inputs read.
#[derive(Clone, Debug, Default)]
pub(crate) struct Recipe {
    pub(crate) engine: Engine,
    pub(crate) values: Inputs,
    pub(crate) release: ReleaseArgs,
    /// Whether a chart's manifests carry a trace; ClearML's always do.
    pub(crate) traced: bool,
}

/// What a release renders to.
#[derive(Clone, Debug)]
pub(crate) struct Made {
    /// Everything that is applied, in order: CRDs, objects, hooks.
    pub(crate) manifests: Vec<Manifest>,
    /// How many of them Helm would run as hooks.
    pub(crate) hooks: usize,
    /// Whether the chart asked for random bytes or the time, so that it renders to something else each time.
    pub(crate) is_unsteady: bool,
    /// The release's namespace.
    pub(crate) namespace: String,
    /// What the user should know.
    pub(crate) findings: Vec<Diagnostic>,
    /// The user's values, which tell what messages must not show.
    pub(crate) values: Node,
}

/// Why nothing was rendered.
#[derive(Clone, Debug)]
pub(crate) struct Failed {
    pub(crate) findings: Vec<Diagnostic>,
    pub(crate) values: Option<Node>,
}

impl From<Diagnostic> for Failed {
    fn from(finding: Diagnostic) -> Self {
        Self { findings: vec![finding], values: None }
    }
}

/// Reads the files that `--set-file` names.
pub(crate) type ReadFile<'a> = dyn FnMut(&str) -> io::Result<Vec<u8>> + 'a;

impl Recipe {
    /// The manifests; ClearML's are checked.
    ///
    /// # Errors
    /// Everything that keeps the release from being rendered or applied.
    pub(crate) fn make(&self, read_file: &mut ReadFile<'_>) -> Result<Made, Failed> {
        let mut made = self.render(read_file)?;
        if self.engine == Engine::ClearMl {
            let kube_version = kube_version(self.release.kube_version.as_deref())?;
            let options = check::Options { kube_version, ..check::Options::default() };
            made.findings.extend(check::manifests(&made.manifests, &options));
            if made.findings.iter().any(|found| found.severity == Severity::Error) {
                return Err(Failed { findings: made.findings, values: Some(made.values) });
            }
        }
        Ok(made)
    }

    /// The manifests, not checked.
    ///
    /// # Errors
    /// Everything that keeps the release from being rendered.
    pub(crate) fn render(&self, read_file: &mut ReadFile<'_>) -> Result<Made, Failed> {
        let merged = values::merge(&self.values, &mut |path: &str| read_file(path))
            .map_err(|error| Failed::from(error.into_diagnostic()))?;
        let duplicates: Vec<Diagnostic> = merged.duplicate_warnings().collect();
        let made = match &self.engine {
            Engine::ClearMl => self.clearml(&merged.root, duplicates),
            Engine::Chart(path) => self.chart(path, &merged.root, duplicates),
        };
        made.map_err(|findings| Failed { findings, values: Some(merged.root) })
    }

    fn clearml(&self, user: &Node, mut findings: Vec<Diagnostic>) -> Result<Made, Vec<Diagnostic>> {
        let mut options = clearml::Options {
            namespace: self.release.namespace.clone(),
            without: self.release.without.iter().map(|kind| render::full_kind(kind)).collect(),
            ..clearml::Options::default()
        };
        if let Some(name) = &self.release.release {
            options.release.clone_from(name);
        }
        let mistakes = render::mistakes(&options.release, &options.without);
        if !mistakes.is_empty() {
            return Err(mistakes);
        }
        let rendered = clearml::render(user, &options)?;
        findings.extend(rendered.warnings);
        let namespace = options
            .namespace
            .or_else(|| clearml::values(user).at_path(["clearml", "namespace"])?.as_str().map(str::to_owned));
        Ok(Made {
            manifests: rendered.manifests,
            hooks: 0,
            is_unsteady: false,
            namespace: namespace.unwrap_or_default(),
            findings,
            values: user.clone(),
        })
    }

    /// A chart is rendered as `template --confined` does it: nothing outside of it is read, no cluster asked.
    fn chart(
        &self,
        path: &Path,
        user: &Node,
        mut findings: Vec<Diagnostic>,
    ) -> Result<Made, Vec<Diagnostic>> {
        limits::watch(Exit::Refused);
        let mut log = Vec::new();
        let options = LoadOptions::default().confined(true);
        let chart =
            Chart::load_with(path, &options, &mut log).map_err(|error| vec![error.into_diagnostic()])?;
        template::check_installable(&chart)
            .and_then(|()| template::check_dependencies(&chart))
            .map_err(|text| vec![Diagnostic::error(CHART, text)])?;
        let namespace = self.release.namespace.clone().unwrap_or_else(|| "default".to_owned());
        let mut release = Release::new(self.release.release.as_deref().unwrap_or("release-name"), &chart)
            .namespace(&*namespace)
            .values(user.clone())
            .traced(self.traced)
            .api_versions(self.release.api_versions.clone())
            .limits(limits::render());
        if let Some(text) = &self.release.kube_version {
            let version = helm::KubeVersion::parse(text).map_err(|_| vec![no_version(text)])?;
            release = release.kube_version(version);
        }
        let chance =
            Chance::from_args(&self.release.chance).map_err(|text| vec![Diagnostic::error(CHANCE, text)])?;
        let name = self.release.release.as_deref().unwrap_or("release-name");
        let is_unsteady = Arc::new(AtomicBool::new(false));
        let rendered = gotmpl::stack::run_here_first(|| {
            let mut log = Vec::new();
            let (host, seeded) = chance.host(name, &namespace).into_parts();
            let host = Watched { host, asked: Arc::clone(&is_unsteady) };
            (release.render_logged(host, &mut log), log, seeded)
        });
        let (rendered, rest, seeded) =
            rendered.map_err(|error| vec![Diagnostic::error(CHART, error.to_string())])?;
        log.extend(rest);
        log.extend(Drawn::expired(seeded.as_ref()));
        findings.extend(log.iter().filter_map(noticed));
        let rendered = rendered.map_err(|error| vec![error.into_diagnostic()])?;
        let mut manifests = Vec::new();
        if self.release.include_crds {
            for crd in &rendered.crds {
                manifests.extend(crd_documents(&crd.source, &crd.text.text())?);
            }
        }
        manifests.extend(rendered.manifests);
        let before = manifests.len();
        if !self.release.no_hooks {
            let hooks =
                rendered.hooks.into_iter().filter(|hook| !(self.release.skip_tests && hook.is_test()));
            manifests.extend(hooks.map(|hook| hook.manifest));
        }
        let hooks = manifests.len() - before;
        let is_unsteady = is_unsteady.load(Ordering::Relaxed) && !chance.is_seeded();
        Ok(Made { manifests, hooks, is_unsteady, namespace, findings, values: user.clone() })
    }
}

/// A host, and whether a chart asked it for anything.
struct Watched {
    host: Box<dyn Host + Send>,
    asked: Arc<AtomicBool>,
}

impl Host for Watched {
    fn now(&self) -> Result<Reading, String> {
        self.asked.store(true, Ordering::Relaxed);
        self.host.now()
    }

    fn random(&self, purpose: &str, bytes: &mut [u8]) {
        self.asked.store(true, Ordering::Relaxed);
        self.host.random(purpose, bytes);
    }

    fn local_zone(&self) -> (String, Option<Vec<u8>>) {
        self.host.local_zone()
    }

    fn zone(&self, name: &str) -> ZoneFile {
        self.host.zone(name)
    }

    fn keyed_by_place(&self) -> bool {
        self.host.keyed_by_place()
    }

    fn enter(&self, place: &str, turn: u64) {
        self.host.enter(place, turn);
    }

    fn issue(&self, name: &str, until: i64) {
        self.host.issue(name, until);
    }
}

impl Made {
    /// A warning about a chart that renders to something else each time. `what` says what becomes of it.
    pub(crate) fn unsteady(&self, chart: &str, what: &str) -> Option<Diagnostic> {
        let message = format!("`{chart}` asks for random values or the time: {what}");
        let help = "set what it makes up (passwords, keys, certificates, dates) in its values, or take `--deterministic`";
        self.is_unsteady.then(|| Diagnostic::warning(UNSTEADY, message).help(help))
    }
}

/// The version of Kubernetes a text names.
///
/// # Errors
/// When it names none.
pub(crate) fn kube_version(text: Option<&str>) -> Result<Option<KubeVersion>, Diagnostic> {
    text.map(|text| KubeVersion::parse(text).ok_or_else(|| no_version(text))).transpose()
}

fn no_version(text: &str) -> Diagnostic {
    Diagnostic::error(VERSION, format!("`{text}` is no version of Kubernetes"))
        .help("write a version such as 1.33 or v1.33.4")
}

/// A line of Helm's log that its user would see.
fn noticed(line: &LogLine) -> Option<Diagnostic> {
    (line.level >= Level::Warn).then(|| Diagnostic::warning(LOG, line.to_string()))
}

/// The documents of a file of `crds/`.
fn crd_documents(source: &str, text: &str) -> Result<Vec<Manifest>, Vec<Diagnostic>> {
    split(text)
        .into_iter()
        .map(|range| {
            let text = Source::new(SourceKind::Chart, source, text.get(range).unwrap_or_default());
            let head = Head::read(&text).map_err(|error| {
                vec![Diagnostic::error(CHART, format!("YAML parse error on {source}: {error}"))]
            })?;
            Ok(Manifest {
                template: source.to_owned(),
                api_version: head.api_version,
                kind: head.kind,
                name: head.name,
                namespace: head.namespace,
                text,
                trace: Trace::default(),
            })
        })
        .collect()
}
