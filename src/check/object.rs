//! One object as the rules see it.

use crate::codec::{Entry, Map, Node};
use crate::kube::{lifecycle, schema};
use crate::trace::Trace;

/// An object of the input with what every rule asks for.
pub(super) struct Object<'m> {
    /// The object; places point into the text it was read from.
    pub(super) root: Node,
    pub(super) api_version: String,
    pub(super) kind: String,
    pub(super) name: String,
    pub(super) namespace: Option<String>,
    /// The schema's kind; none for custom resources and for kinds the schema does not have.
    pub(super) known: Option<schema::Kind>,
    /// Whether some version of Kubernetes itself serves it, so that the rules for its kind hold.
    pub(super) builtin: bool,
    /// Where it has a pod: see [`pod_of`].
    makes: Option<&'static str>,
    /// Where the object stands inside its document: empty, or `items[0].` in a List.
    pub(super) prefix: String,
    /// What wrote which bytes of the text.
    pub(super) trace: Option<&'m Trace>,
}

/// A pod's template, or a pod itself.
#[derive(Clone, Copy)]
pub(super) struct Pod<'o> {
    /// Its metadata, where it stands.
    pub(super) metadata: Option<&'o Node>,
    /// Its spec.
    pub(super) spec: &'o Node,
}

/// Where in a pod a container is listed.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    Main,
    Init,
    Ephemeral,
}

/// Where objects of one of Kubernetes' kinds have a pod: its path, which is empty for a pod.
fn pod_of(kind: &str) -> Option<&'static str> {
    match kind {
        "Pod" => Some(""),
        "Deployment" | "StatefulSet" | "DaemonSet" | "ReplicaSet" | "ReplicationController" | "Job" => {
            Some("spec.template")
        }
        "CronJob" => Some("spec.jobTemplate.spec.template"),
        "PodTemplate" => Some("template"),
        _ => None,
    }
}

fn text(node: Option<&Node>) -> String {
    node.and_then(Node::as_str).unwrap_or_default().to_owned()
}

impl<'m> Object<'m> {
    /// An object; `before` is one that is often of the same kind, which is not looked up again then.
    pub(super) fn new(root: Node, prefix: String, trace: Option<&'m Trace>, before: Option<&Self>) -> Self {
        let api_version = text(root.get("apiVersion"));
        let kind = text(root.get("kind"));
        let (known, builtin) = match before {
            Some(before) if before.kind == kind && before.api_version == api_version => {
                (before.known, before.builtin)
            }
            _ => {
                let known = schema::kind(&api_version, &kind);
                (known, known.is_some() || lifecycle(&api_version, &kind).is_some())
            }
        };
        Self {
            name: text(root.at_path(["metadata", "name"])),
            namespace: root.at_path(["metadata", "namespace"]).and_then(Node::as_str).map(str::to_owned),
            builtin,
            makes: pod_of(&kind).filter(|_| builtin),
            root,
            api_version,
            kind,
            known,
            prefix,
            trace,
        }
    }

    /// The group of its `apiVersion`, empty for the core.
    pub(super) fn group(&self) -> &str {
        self.api_version.split_once('/').map_or("", |(group, _)| group)
    }

    /// The version of its `apiVersion`.
    pub(super) fn version(&self) -> &str {
        self.api_version.split_once('/').map_or(&self.api_version, |(_, version)| version)
    }

    /// The namespace it goes to; objects without one go to the one `kubectl` has chosen, written as empty.
    pub(super) fn home(&self) -> &str {
        if self.known.is_some_and(|kind| kind.scope == schema::Scope::Cluster) {
            return "";
        }
        self.namespace.as_deref().unwrap_or_default()
    }

    /// Whether it is of one of Kubernetes' kinds of this name.
    pub(super) fn is(&self, kind: &str) -> bool {
        self.builtin && self.kind == kind
    }

    /// The value at a dotted path from the object's root.
    pub(super) fn at(&self, path: &str) -> Option<&Node> {
        let (mut node, mut rest) = (&self.root, path);
        // Keys are short: a search made for long texts takes longer to begin than this one to end.
        while let Some(dot) = rest.bytes().position(|byte| byte == b'.') {
            node = node.get(rest.get(..dot)?)?;
            rest = rest.get(dot + 1..)?;
        }
        node.get(rest)
    }

    /// The pod it is, or makes.
    pub(super) fn pod(&self) -> Option<Pod<'_>> {
        let template = match self.makes? {
            "" => &self.root,
            path => self.at(path)?,
        };
        let spec = template.get("spec").filter(|spec| spec.as_map().is_some())?;
        Some(Pod { metadata: template.get("metadata"), spec })
    }
}

impl<'o> Pod<'o> {
    /// Its containers of every role.
    pub(super) fn containers(self) -> impl Iterator<Item = (Role, &'o Node)> {
        [(Role::Init, "initContainers"), (Role::Main, "containers"), (Role::Ephemeral, "ephemeralContainers")]
            .into_iter()
            .flat_map(move |(role, field)| items(self.spec, field).map(move |container| (role, container)))
    }

    /// Its labels.
    pub(super) fn labels(self) -> Option<&'o Map> {
        self.metadata?.get("labels")?.as_map()
    }
}

/// The items of a list field; none when there is no such list.
pub(super) fn items<'o>(node: &'o Node, field: &str) -> impl Iterator<Item = &'o Node> {
    node.get(field).and_then(Node::as_list).into_iter().flatten()
}

/// The entries of a map field; none when there is no such map.
pub(super) fn entries<'o>(node: &'o Node, field: &str) -> impl Iterator<Item = &'o Entry> {
    node.get(field).and_then(Node::as_map).into_iter().flat_map(Map::entries)
}

/// The text of a field.
pub(super) fn str_of<'o>(node: &'o Node, field: &str) -> Option<&'o str> {
    node.get(field).and_then(Node::as_str)
}

/// The whole number of a field.
pub(super) fn int_of(node: &Node, field: &str) -> Option<i64> {
    node.get(field).and_then(Node::as_i64)
}

/// Whether a field is there and is not null.
pub(super) fn has(node: &Node, field: &str) -> bool {
    node.get(field).is_some_and(|value| !value.is_null())
}
