//! The entry points: every check over every object.

use super::findings::{self, Findings};
use super::object::Object;
use super::rules::{self, Cluster};
use super::{codes, custom, structure, typed};
use crate::codec::yaml::{self, Document, ReadOptions};
use crate::codec::{Node, Numbers};
use crate::diag::{Diagnostic, Source};
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
    let mut input = Input::default();
    for manifest in manifests {
        let trace = (!manifest.trace.writes().is_empty()).then_some(&manifest.trace);
        match yaml::read(&manifest.text, &ReadOptions { numbers: Numbers::Typed }) {
            Ok(document) => input.document(document, trace),
            Err(error) => input.broken(error.into_diagnostic(), trace),
        }
    }
    input.check(options)
}

/// Every finding about files that hold manifests, several to a file; findings point into the files.
#[must_use]
pub fn sources(sources: &[Source], options: &Options) -> Vec<Diagnostic> {
    let mut input = Input::default();
    for source in sources {
        match yaml::read_stream(source, &ReadOptions { numbers: Numbers::Typed }) {
            Ok(documents) => documents.into_iter().for_each(|document| input.document(document, None)),
            Err(error) => input.broken(error.into_diagnostic(), None),
        }
    }
    input.check(options)
}

#[derive(Default)]
struct Input<'m> {
    objects: Vec<Object<'m>>,
    findings: Vec<Diagnostic>,
}

impl<'m> Input<'m> {
    fn broken(&mut self, mut finding: Diagnostic, trace: Option<&'m Trace>) {
        finding.code = codes::YAML;
        findings::trace_back(&mut finding, &Object::new(Node::null(), String::new(), trace));
        self.findings.push(finding);
    }

    fn document(&mut self, document: Document, trace: Option<&'m Trace>) {
        for duplicate in document.duplicates {
            let message = format!("the key `{}` stands twice; the last one counts", duplicate.key);
            let finding = Diagnostic::warning(codes::DUPLICATE_KEY, message)
                .at(duplicate.second, "")
                .and_at(duplicate.first, "first here");
            self.findings.push(finding);
        }
        if !document.root.is_null() {
            self.object(document.root, String::new(), trace, 0);
        }
    }

    /// Takes an object, or the items of a List.
    fn object(&mut self, root: Node, prefix: String, trace: Option<&'m Trace>, depth: usize) {
        let object = Object::new(root, prefix, trace);
        let list = object.kind.strip_suffix("List").filter(|item| {
            depth < 4
                && (item.is_empty() && object.api_version == "v1"
                    || schema::kind(&object.api_version, item).is_some())
        });
        if list.is_none() || object.known.is_some() {
            self.objects.push(object);
            return;
        }
        let items = object.root.get("items").and_then(Node::as_list).unwrap_or_default();
        for (index, item) in items.iter().enumerate() {
            self.object(item.clone(), format!("{}items[{index}].", object.prefix), trace, depth + 1);
        }
    }

    fn check(self, options: &Options) -> Vec<Diagnostic> {
        let Self { objects, findings: mut all } = self;
        let cluster = Cluster::new(&objects, options.version());
        for object in &objects {
            let mut findings = Findings::new(object);
            if rules::identity(object, &cluster, &mut findings) {
                match object.known {
                    Some(kind) => {
                        structure::check(&object.root, kind.root, &mut findings);
                        if findings.is_empty() {
                            typed::check(object, &mut findings);
                        }
                    }
                    None => custom::check(object, &cluster, &mut findings),
                }
                rules::check(object, &cluster, &mut findings);
            }
            let mut found = findings.finish();
            for finding in &mut found {
                findings::trace_back(finding, object);
            }
            all.append(&mut found);
        }
        if options.errors_only {
            all.retain(|finding| finding.severity == crate::diag::Severity::Error);
        }
        all
    }
}
