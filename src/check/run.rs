//! The entry points: every check over every object.

use super::findings::{self, Findings};
use super::object::Object;
use super::rules::{Cluster, Rules, identity};
use super::{codes, custom, structure, typed};
use crate::codec::yaml::{self, Document, ReadOptions};
use crate::codec::{Map, Node, Numbers};
use crate::diag::{Diagnostic, Place, Severity, Source};
use crate::kube::{KubeVersion, schema};
use crate::manifest::Manifest;
use crate::trace::Trace;

/// What is checked for.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// The version of Kubernetes the objects go to; that of the embedded schema by default.
    pub kube_version: Option<KubeVersion>,
    /// Whether to leave out what is only a warning.
    pub errors_only: bool,
    /// Where objects go that name no namespace, when that is known.
    pub namespace: Option<String>,
    /// Whether to leave out the second opinion, which only ever warns: the walker over the schema has the verdict.
    pub no_second_opinion: bool,
}

impl Options {
    /// The version of Kubernetes the objects go to.
    #[must_use]
    pub fn version(&self) -> KubeVersion {
        self.kube_version.unwrap_or(KubeVersion::SCHEMA)
    }
}

/// Every finding about rendered manifests, in their order; empty when an API server would take them all.
///
/// Findings point into [`Manifest::text`], or at the template and the value when its trace is known.
#[must_use]
pub fn manifests(manifests: &[Manifest], options: &Options) -> Vec<Diagnostic> {
    Input::default().manifests(manifests).findings(options)
}

/// Every finding about files that hold manifests, several to a file; findings point into the files.
#[must_use]
pub fn sources(sources: &[Source], options: &Options) -> Vec<Diagnostic> {
    Input::default().sources(sources).findings(options)
}

/// One object of the input, or a text that is none, and what was found about it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Checked {
    /// `apiVersion`; empty when there is none.
    pub api_version: String,
    /// `kind`; empty when there is none, and for a text that is no YAML.
    pub kind: String,
    /// `metadata.name`, or else `metadata.generateName`; empty when there is none.
    pub name: String,
    /// `metadata.namespace`, when the object has one.
    pub namespace: Option<String>,
    /// The file, or the template that rendered it.
    pub file: String,
    /// Why only its name and labels were checked, if so.
    pub skipped: Option<&'static str>,
    /// What was found, in the order of its lines.
    pub findings: Vec<Diagnostic>,
    /// Scalars that no message may show: what a Secret holds.
    pub secrets: Vec<Place>,
}

/// Why objects of a kind that nobody defines are not looked into.
const NO_DEFINITION: &str = "the input has no CustomResourceDefinition of this kind";
/// Why kustomize's own files are not looked into.
const KUSTOMIZE: &str = "kustomize reads it, an API server never sees it";

/// Everything that is checked together, so that objects can refer to each other.
#[derive(Default)]
pub struct Input<'m> {
    parts: Vec<Part<'m>>,
    /// What [`Input::check`] made of the parts.
    objects: Vec<Object<'m>>,
}

/// An object, or what kept a text from being one.
enum Part<'m> {
    Object(Object<'m>, Vec<Diagnostic>),
    Broken(Checked),
}

impl<'m> Input<'m> {
    /// The same with rendered manifests.
    #[must_use]
    pub fn manifests(mut self, manifests: &'m [Manifest]) -> Self {
        for manifest in manifests {
            let trace = (!manifest.trace.writes().is_empty()).then_some(&manifest.trace);
            match yaml::read(&manifest.text, &ReadOptions { numbers: Numbers::Typed }) {
                Ok(document) => self.document(document, trace),
                Err(error) => self.broken(&manifest.text, error.into_diagnostic(), trace),
            }
        }
        self
    }

    /// The same with files that hold manifests, several to a file.
    #[must_use]
    pub fn sources(mut self, sources: &[Source]) -> Self {
        for source in sources {
            for document in yaml::documents(source, &ReadOptions { numbers: Numbers::Typed }) {
                match document {
                    Ok(document) => self.document(document, None),
                    Err(error) => self.broken(source, error.into_diagnostic(), None),
                }
            }
        }
        self
    }

    fn broken(&mut self, source: &Source, mut finding: Diagnostic, trace: Option<&'m Trace>) {
        finding.code = codes::YAML;
        findings::trace_back(&mut finding, &Object::new(Node::null(), String::new(), trace, None));
        let file = source.name().to_owned();
        self.parts.push(Part::Broken(Checked { file, findings: vec![finding], ..Checked::default() }));
    }

    fn document(&mut self, document: Document, trace: Option<&'m Trace>) {
        let duplicates = document.duplicates.into_iter().map(|duplicate| {
            let message = format!("the key `{}` stands twice; the last one counts", duplicate.key);
            Diagnostic::warning(codes::DUPLICATE_KEY, message)
                .at(duplicate.second, "")
                .and_at(duplicate.first, "first here")
        });
        let mut duplicates: Vec<Diagnostic> = duplicates.collect();
        if !document.root.is_null() {
            self.object(document.root, String::new(), trace, &mut duplicates, 0);
        }
        if !duplicates.is_empty() {
            // A list without items.
            self.parts.push(Part::Broken(Checked { findings: duplicates, ..Checked::default() }));
        }
    }

    /// Takes an object, or the items of a List. Duplicate keys are told of the first object.
    fn object(
        &mut self,
        root: Node,
        prefix: String,
        trace: Option<&'m Trace>,
        duplicates: &mut Vec<Diagnostic>,
        depth: usize,
    ) {
        let before = match self.parts.last() {
            Some(Part::Object(object, _)) => Some(object),
            _ => None,
        };
        let object = Object::new(root, prefix, trace, before);
        let list = object.kind.strip_suffix("List").filter(|item| {
            depth < 4
                && (item.is_empty() && object.api_version == "v1"
                    || schema::kind(&object.api_version, item).is_some())
        });
        if list.is_none() || object.known.is_some() {
            self.parts.push(Part::Object(object, std::mem::take(duplicates)));
            return;
        }
        let items = object.root.get("items").and_then(Node::as_list).unwrap_or_default();
        for (index, item) in items.iter().enumerate() {
            let prefix = format!("{}items[{index}].", object.prefix);
            self.object(item.clone(), prefix, trace, duplicates, depth + 1);
        }
    }

    /// What was found about every object, in the order they were given.
    #[must_use]
    pub fn check(&mut self, options: &Options) -> Vec<Checked> {
        self.check_each(options, about)
    }

    /// What was found about all of them, in the order they were given.
    #[must_use]
    pub fn findings(&mut self, options: &Options) -> Vec<Diagnostic> {
        let checked = self.check_each(options, |_, findings| Checked { findings, ..Checked::default() });
        checked.into_iter().flat_map(|object| object.findings).collect()
    }

    fn check_each(
        &mut self,
        options: &Options,
        about: fn(&Object<'_>, Vec<Diagnostic>) -> Checked,
    ) -> Vec<Checked> {
        let objects = &mut self.objects;
        let mut checked = Vec::with_capacity(self.parts.len());
        for part in self.parts.drain(..) {
            match part {
                Part::Broken(broken) => checked.push((None, broken)),
                Part::Object(mut object, findings) => {
                    checked.push((Some(objects.len()), about(&object, findings)));
                    if object.namespace.is_none() {
                        object.namespace.clone_from(&options.namespace);
                    }
                    objects.push(object);
                }
            }
        }
        let cluster = Cluster::new(objects, options.version());
        let mut rules = Rules::default();
        for (object, checked) in &mut checked {
            if let Some(object) = object.and_then(|index| objects.get(index)) {
                look_at(object, &cluster, &mut rules, !options.no_second_opinion, checked);
            }
            if options.errors_only {
                checked.findings.retain(|finding| finding.severity == Severity::Error);
            }
        }
        checked.into_iter().map(|(_, checked)| checked).collect()
    }
}

fn about(object: &Object<'_>, findings: Vec<Diagnostic>) -> Checked {
    let file = object.root.place().map(|place| place.source.name().to_owned());
    let name = match object.name.as_str() {
        "" => object.at("metadata.generateName").and_then(Node::as_str).unwrap_or_default().to_owned(),
        name => name.to_owned(),
    };
    Checked {
        api_version: object.api_version.clone(),
        kind: object.kind.clone(),
        name,
        namespace: object.namespace.clone(),
        file: file.unwrap_or_default(),
        skipped: None,
        findings,
        secrets: if object.kind == "Secret" { secrets(&object.root) } else { Vec::new() },
    }
}

/// The places of what a Secret holds.
fn secrets(root: &Node) -> Vec<Place> {
    let maps = ["data", "stringData"].iter().filter_map(|field| root.get(field)?.as_map());
    maps.flat_map(Map::entries).filter_map(|entry| entry.value.place().cloned()).collect()
}

/// Of a required text that is empty nothing else is worth saying.
fn said_once(found: &mut Vec<Diagnostic>) {
    let place = |finding: &Diagnostic| finding.primary.as_ref().map(|label| label.place.span);
    let is_empty = |finding: &Diagnostic| finding.message.ends_with(structure::EMPTY);
    let empty: Vec<_> = found.iter().filter(|finding| is_empty(finding)).map(place).collect();
    found.retain(|finding| is_empty(finding) || !empty.contains(&place(finding)));
}

fn look_at<'o>(
    object: &'o Object<'_>,
    cluster: &Cluster<'_, '_>,
    rules: &mut Rules<'o>,
    twice: bool,
    checked: &mut Checked,
) {
    if object.group() == "kustomize.config.k8s.io" {
        checked.skipped = Some(KUSTOMIZE);
        return;
    }
    let mut findings = Findings::new(object);
    if identity(object, cluster, &mut findings) {
        match object.known {
            Some(kind) => {
                structure::check(&object.root, kind.root, &mut findings);
                if twice && findings.is_empty() {
                    typed::check(object, &mut findings);
                }
            }
            None => {
                custom::check(object, cluster, &mut findings);
                if !object.builtin && cluster.definition(object).is_none() {
                    checked.skipped = Some(NO_DEFINITION);
                }
            }
        }
        rules.check(object, cluster, &mut findings);
    }
    let mut found = findings.finish();
    said_once(&mut found);
    found.sort_by_key(|finding| finding.primary.as_ref().map(|label| label.place.span.start()));
    for mut finding in found {
        if findings::is_said_to_exist(&finding, object) {
            continue;
        }
        findings::trace_back(&mut finding, object);
        checked.findings.push(finding);
    }
}
