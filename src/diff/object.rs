//! Objects of one side, by identity.

use std::collections::BTreeMap;
use std::fmt;

use crate::codec::yaml::{self, Document, ReadOptions};
use crate::codec::{Data, Node, Numbers};
use crate::diag::{Code, Diagnostic, Place, Source};
use crate::kube::{lifecycle, schema};
use crate::manifest::Manifest;

/// A document is no object of Kubernetes.
const NO_OBJECT: Code = Code("diff::no-object");
/// An object stands twice on one side.
const TWICE: Code = Code("diff::object-twice");

/// Objects nested deeper than this are refused; no kind of the API comes near it.
const MAX_DEPTH: usize = 400;
/// How deep Lists may hold Lists.
const MAX_LISTS: usize = 4;

/// What makes two objects one: the same object in a cluster, whatever version it is written in.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Id {
    /// API group, that of today for kinds that moved: `networking.k8s.io` for an old Ingress; empty for the core.
    pub group: String,
    /// Kind.
    pub kind: String,
    /// Namespace; empty for objects of the cluster and for those that name none.
    pub namespace: String,
    /// Name.
    pub name: String,
    /// The folder it lies in, when a side holds several clusters' objects; empty otherwise.
    pub folder: String,
}

/// An object of one side.
#[derive(Clone, Debug)]
pub struct Object {
    /// `apiVersion`
    pub api_version: String,
    /// `metadata.namespace`, as written.
    pub namespace: Option<String>,
    /// The object.
    pub root: Node,
}

/// The objects of one side.
#[derive(Clone, Debug, Default)]
pub struct Objects {
    pub(super) by_id: BTreeMap<Id, Object>,
    /// Objects that stand twice; the later one counts, as it does for an apply.
    pub warnings: Vec<Diagnostic>,
}

impl fmt::Display for Id {
    /// `Deployment clearml/apiserver`; a kind of a custom group with its group.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.kind)?;
        if self.group.contains('.') && !self.group.ends_with(".k8s.io") {
            write!(f, ".{}", self.group)?;
        }
        f.write_str(" ")?;
        if !self.namespace.is_empty() {
            write!(f, "{}/", self.namespace)?;
        }
        f.write_str(&self.name)?;
        if self.folder.is_empty() { Ok(()) } else { write!(f, " in {}", self.folder) }
    }
}

impl Object {
    /// Where it was written.
    #[must_use]
    pub fn place(&self) -> Option<&Place> {
        self.root.place()
    }
}

impl Objects {
    /// The objects of rendered manifests. `namespace` is that of objects which name none.
    ///
    /// # Errors
    /// Every document that is no object.
    pub fn of_manifests(manifests: &[Manifest], namespace: &str) -> Result<Self, Vec<Diagnostic>> {
        Self::read(manifests.iter().map(|manifest| ("", &manifest.text)), namespace)
    }

    /// The objects of files, several to a file, Lists opened; a file comes with the folder that its objects are told
    /// apart by. `namespace` is that of objects which name none.
    ///
    /// # Errors
    /// Every text that is no YAML and every document that is no object.
    pub fn read<'s>(
        sources: impl IntoIterator<Item = (&'s str, &'s Source)>,
        namespace: &'s str,
    ) -> Result<Self, Vec<Diagnostic>> {
        let mut reader = Reader { namespace, folder: "", objects: Self::default(), problems: Vec::new() };
        for (folder, source) in sources {
            reader.folder = folder;
            match yaml::read_stream(source, &ReadOptions { numbers: Numbers::Typed }) {
                Ok(documents) => documents.into_iter().for_each(|document| reader.document(document)),
                Err(error) => reader.problems.push(error.into_diagnostic()),
            }
        }
        if reader.problems.is_empty() { Ok(reader.objects) } else { Err(reader.problems) }
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.by_id.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.by_id.is_empty()
    }
}

struct Reader<'n> {
    namespace: &'n str,
    folder: &'n str,
    objects: Objects,
    problems: Vec<Diagnostic>,
}

impl Reader<'_> {
    fn document(&mut self, document: Document) {
        if is_too_deep(&document.root) {
            let message = format!("the document is nested deeper than {MAX_DEPTH} levels");
            self.problems
                .push(Diagnostic::error(NO_OBJECT, message).maybe_at(document.root.place().map(start), ""));
            return;
        }
        if !document.root.is_null() {
            self.object(document.root, 0);
        }
    }

    /// Takes an object, or the items of a List.
    fn object(&mut self, root: Node, lists: usize) {
        let text = |node: Option<&Node>| node.and_then(Node::as_str).unwrap_or_default().to_owned();
        let (api_version, kind) = (text(root.get("apiVersion")), text(root.get("kind")));
        if kind.is_empty() || api_version.is_empty() {
            self.problems.push(
                Diagnostic::error(
                    NO_OBJECT,
                    "this is no object of Kubernetes: it has no `kind` or no `apiVersion`",
                )
                .maybe_at(root.place().map(start), "")
                .help("a values file is compared as `values:FILE`, a chart as `chart:PATH`"),
            );
            return;
        }
        let items = root.get("items").and_then(Node::as_list);
        if let (Some(items), Some(_)) = (items, kind.strip_suffix("List"))
            && lists < MAX_LISTS
            && schema::kind(&api_version, &kind).is_none()
        {
            for item in items {
                self.object(item.clone(), lists + 1);
            }
            return;
        }
        let mut name = text(root.at_path(["metadata", "name"]));
        if name.is_empty() {
            let generated = text(root.at_path(["metadata", "generateName"]));
            name = if generated.is_empty() { "(no name)".to_owned() } else { generated + "*" };
        }
        let namespace = root.at_path(["metadata", "namespace"]).and_then(Node::as_str).map(str::to_owned);
        let in_cluster =
            schema::kind(&api_version, &kind).is_some_and(|kind| kind.scope == schema::Scope::Cluster);
        let home = if in_cluster { "" } else { namespace.as_deref().unwrap_or(self.namespace) };
        let id = Id {
            group: group_of_today(&api_version, &kind),
            kind,
            namespace: home.to_owned(),
            name,
            folder: self.folder.to_owned(),
        };
        let new = Object { api_version, namespace, root };
        let place = new.place().map(start);
        if let Some(old) = self.objects.by_id.insert(id.clone(), new) {
            let mut finding = Diagnostic::warning(TWICE, format!("{id} stands twice; the later one counts"))
                .maybe_at(place, "this one counts");
            if let Some(place) = old.place() {
                finding = finding.and_at(start(place), "this one is lost");
            }
            self.objects.warnings.push(finding);
        }
    }
}

/// The group an object lives in now: kinds that moved are followed.
fn group_of_today(api_version: &str, kind: &str) -> String {
    let mut version = api_version;
    // A kind moved at most twice: `extensions`, a group of its own, and its next version.
    for _ in 0..3 {
        match lifecycle(version, kind).and_then(|life| life.replacement) {
            Some(next) => version = next,
            None => break,
        }
    }
    version.split_once('/').map_or("", |(group, _)| group).to_owned()
}

/// The first line of a place.
fn start(place: &Place) -> Place {
    let text = place.text();
    let length = text.find('\n').unwrap_or(text.len());
    let from = place.span.start();
    Place::new(place.source.clone(), crate::diag::Span::new(from, from + length))
}

/// Whether the tree is deeper than what the rest of this module walks by recursion.
fn is_too_deep(root: &Node) -> bool {
    let mut open = vec![(root, 0)];
    while let Some((node, depth)) = open.pop() {
        if depth > MAX_DEPTH {
            return true;
        }
        match node.data() {
            Data::List(items) => open.extend(items.iter().map(|item| (item, depth + 1))),
            Data::Map(map) => open.extend(map.entries().iter().map(|entry| (&entry.value, depth + 1))),
            _ => {}
        }
    }
    false
}
