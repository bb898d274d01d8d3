//! `lint`: a chart's folder against the rules of Helm's linter, in its order and words.
//!
//! A file for each group of rules. Unlike loading, linting goes on after a mistake: every rule that can still be
//! asked is asked.

mod chartfile;
mod contact;
mod crds;
mod dependencies;
mod deprecation;
mod documents;
mod names;
mod objects;
mod templates;
mod values;

use std::cell::OnceCell;
use std::fmt;
use std::path::{Path, PathBuf};

use super::kube_version::KubeVersion;
use super::release::ReadSchema;
use super::unread::ValuesTrace;
use crate::chart::{self, Chart, LoadOptions};
use crate::codec::{Map, Node};
use crate::diag::LogLine;
use crate::host::Host;
use crate::value::Limits;

/// How bad a message is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Good to know.
    Info,
    /// Against a convention.
    Warning,
    /// The chart will likely not work.
    Error,
}

/// What a rule has to say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// How bad it is.
    pub severity: Severity,
    /// The file or folder it is about, relative to the chart; the chart's own path for rules on dependencies.
    pub path: String,
    /// What is wrong.
    pub text: String,
}

impl fmt::Display for Message {
    /// `[ERROR] templates/a.yaml: …`
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let severity = match self.severity {
            Severity::Info => "INFO",
            Severity::Warning => "WARNING",
            Severity::Error => "ERROR",
        };
        write!(f, "[{severity}] {}: {}", self.path, self.text)
    }
}

/// What came of linting a chart.
#[derive(Clone, Debug, Default)]
pub struct Linted {
    /// What the rules have to say, in Helm's order.
    pub messages: Vec<Message>,
    /// What the values did; only of a traced linter whose templates ran to their end.
    pub trace: Option<ValuesTrace>,
}

/// A chart's folder to be linted, and with what.
#[derive(Clone, Debug)]
pub struct Linter {
    folder: PathBuf,
    values: Node,
    namespace: String,
    kube_version: Option<KubeVersion>,
    skip_schema_validation: bool,
    load: LoadOptions,
    read_schema: Option<ReadSchema>,
    traced: bool,
    limits: Limits,
}

impl Linter {
    /// A linter of the chart in a folder, which messages name as it is given.
    #[must_use]
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        Self {
            folder: folder.into(),
            values: Node::map(Map::default()),
            namespace: "default".to_owned(),
            kube_version: None,
            skip_schema_validation: false,
            load: LoadOptions::default().any_api_version(true),
            read_schema: None,
            traced: false,
            limits: Limits::default(),
        }
    }

    /// The same with these user values.
    #[must_use]
    pub fn values(mut self, values: Node) -> Self {
        self.values = values;
        self
    }

    /// The same with other limits to what templates may use up.
    #[must_use]
    pub fn limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// The same with templates rendered for another namespace.
    #[must_use]
    pub fn namespace(mut self, namespace: impl Into<String>) -> Self {
        self.namespace = namespace.into();
        self
    }

    /// The same for another Kubernetes version; without it, the one Helm v4.3.1 assumes.
    #[must_use]
    pub fn kube_version(mut self, version: Option<KubeVersion>) -> Self {
        self.kube_version = version;
        self
    }

    /// The same without asking the charts' schemas.
    #[must_use]
    pub fn skip_schema_validation(mut self, skip: bool) -> Self {
        self.skip_schema_validation = skip;
        self
    }

    /// The same with links out of the chart refused or followed.
    #[must_use]
    pub fn confined(mut self, confined: bool) -> Self {
        self.load = self.load.confined(confined);
        self
    }

    /// The same; files that a schema refers to are read by this function instead of refused.
    #[must_use]
    pub fn schema_files(mut self, read: ReadSchema) -> Self {
        self.read_schema = Some(read);
        self
    }

    /// The same; whether what the values did is kept. The rules say the same either way.
    #[must_use]
    pub fn traced(mut self, traced: bool) -> Self {
        self.traced = traced;
        self
    }

    /// What the rules have to say. What Helm would log on the way is added to `log`.
    // Rule: Helm v4.3.1 pkg/chart/v2/lint/lint.go, RunAll.
    pub fn run(&self, host: impl Host + 'static, log: &mut Vec<LogLine>) -> Linted {
        if let Some(refused) = self.refused_link() {
            return Linted { messages: vec![refused], trace: None };
        }
        let mut lint = Lint { linter: self, loaded: OnceCell::new(), messages: Vec::new(), trace: None, log };
        chartfile::check(&mut lint);
        values::check(&mut lint);
        templates::check(&mut lint, host);
        dependencies::check(&mut lint);
        crds::check(&mut lint);
        Linted { messages: lint.messages, trace: lint.trace }
    }

    /// What keeps a confined linter from looking at the chart: rules read files as they find them.
    fn refused_link(&self) -> Option<Message> {
        if !self.load.confined {
            return None;
        }
        let error = Chart::load_with(&self.folder, &self.load, &mut Vec::new()).err()?;
        matches!(error.kind(), chart::ErrorKind::OutsideChart | chart::ErrorKind::Io).then(|| Message {
            severity: Severity::Error,
            path: String::new(),
            text: format!("unable to load chart\n\t{}", error.diagnostic().message),
        })
    }
}

/// One run over one chart.
struct Lint<'a> {
    linter: &'a Linter,
    loaded: OnceCell<(Result<Chart, String>, Vec<LogLine>)>,
    messages: Vec<Message>,
    trace: Option<ValuesTrace>,
    log: &'a mut Vec<LogLine>,
}

impl Lint<'_> {
    fn path(&self, name: &str) -> PathBuf {
        self.linter.folder.join(name)
    }

    fn folder(&self) -> String {
        self.linter.folder.display().to_string()
    }

    fn error(&mut self, path: &str, text: impl Into<String>) {
        self.say(Severity::Error, path, text);
    }

    fn say(&mut self, severity: Severity, path: &str, text: impl Into<String>) {
        self.messages.push(Message { severity, path: path.to_owned(), text: text.into() });
    }

    /// The message of a rule that found something; true when it found nothing.
    fn passes(&mut self, severity: Severity, path: &str, rule: Result<(), String>) -> bool {
        match rule {
            Ok(()) => true,
            Err(text) => {
                self.say(severity, path, text);
                false
            }
        }
    }

    /// The loaded chart. Helm loads it once for each group of rules that wants it, so its log lines come again.
    fn chart(&mut self) -> Result<Chart, String> {
        let (chart, log) = self.loaded.get_or_init(|| {
            let mut log = Vec::new();
            let chart = Chart::load_with(&self.linter.folder, &self.linter.load, &mut log);
            (chart.map_err(|error| error.diagnostic().message.clone()), log)
        });
        self.log.extend(log.iter().cloned());
        chart.clone()
    }
}

/// Whether a path is a folder, is something else, or is not there.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Found {
    Folder,
    Other,
    Nothing,
}

fn find(path: &Path) -> Found {
    match std::fs::metadata(path) {
        Ok(info) if info.is_dir() => Found::Folder,
        Ok(_) => Found::Other,
        Err(_) => Found::Nothing,
    }
}
