//! Manifests as objects, and each object as leaves: a path and the scalar that stands there.

use std::collections::BTreeMap;

use clearml_k8s::codec::{Data, Node, Numbers, yaml};
use clearml_k8s::diag::{Source, SourceKind};

/// A scalar, or a list or map with nothing in it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Leaf {
    Null,
    Bool(bool),
    Int(i64),
    Float(f64),
    Text(String),
    EmptyMap,
    EmptyList,
}

/// The leaves of one object by path.
pub(crate) type Leaves = BTreeMap<String, Leaf>;

/// Kind and name.
pub(crate) type Id = (String, String);

impl Leaf {
    pub(crate) fn of(node: &Node) -> Option<Self> {
        Some(match node.data() {
            Data::Null => Self::Null,
            Data::Bool(value) => Self::Bool(*value),
            Data::Int(value) => Self::Int(*value),
            Data::Uint(value) => Self::Float(*value as f64),
            Data::Float(value) => Self::Float(*value),
            Data::String(text) => Self::Text(text.to_string()),
            Data::List(items) if items.is_empty() => Self::EmptyList,
            Data::Map(map) if map.is_empty() => Self::EmptyMap,
            Data::List(_) | Data::Map(_) => return None,
        })
    }

    /// The scalar as text, without quotes.
    pub(crate) fn text(&self) -> String {
        match self {
            Self::Null => String::new(),
            Self::Bool(value) => value.to_string(),
            Self::Int(value) => value.to_string(),
            Self::Float(value) => value.to_string(),
            Self::Text(text) => text.clone(),
            Self::EmptyMap => "{}".to_owned(),
            Self::EmptyList => "[]".to_owned(),
        }
    }
}

/// The objects of a stream of documents.
pub(crate) fn objects(name: &str, text: &str) -> Result<BTreeMap<Id, Leaves>, String> {
    let options = yaml::ReadOptions { numbers: Numbers::Typed };
    let source = Source::new(SourceKind::Rendered, name, text);
    let documents =
        yaml::read_stream(&source, &options).map_err(|error| error.diagnostic().message.clone())?;
    let mut objects = BTreeMap::new();
    for document in documents.into_iter().filter(|document| !document.root.is_null()) {
        let root = &document.root;
        let text = |path: &[&str]| {
            let node = root.at_path(path.iter().copied()).and_then(Node::as_str);
            node.map(str::to_owned).ok_or_else(|| format!("an object of {name} has no {}", path.join(".")))
        };
        let id = (text(&["kind"])?, text(&["metadata", "name"])?);
        let mut leaves = Leaves::new();
        flatten(root, String::new(), "", &mut leaves);
        if objects.insert(id.clone(), leaves).is_some() {
            return Err(format!("{name} holds {}/{} twice", id.0, id.1));
        }
    }
    Ok(objects)
}

/// The leaves below a node. Items of lists whose order does not count go by what names them.
pub(crate) fn flatten(node: &Node, path: String, key: &str, into: &mut Leaves) {
    if let Some(leaf) = Leaf::of(node) {
        into.insert(path, leaf);
        return;
    }
    if let Some(map) = node.as_map() {
        for entry in map.entries() {
            flatten(&entry.value, join(&path, &entry.key), &entry.key, into);
        }
    }
    for (index, item) in node.as_list().unwrap_or_default().iter().enumerate() {
        let mut at = format!("{path}[{}]", identity(key, item).unwrap_or_else(|| index.to_string()));
        while into.range(at.clone()..).next().is_some_and(|(other, _)| other.starts_with(&at)) {
            at.push('\'');
        }
        flatten(item, at, "", into);
    }
}

/// `path.key`, or `path[key]` where the key is no plain word.
pub(crate) fn join(path: &str, key: &str) -> String {
    if key.contains(['.', '[', ']', '/']) {
        format!("{path}[{key}]")
    } else if path.is_empty() {
        key.to_owned()
    } else {
        format!("{path}.{key}")
    }
}

fn identity(list: &str, item: &Node) -> Option<String> {
    let key = match list {
        "containers" | "initContainers" | "env" | "volumes" | "imagePullSecrets" => "name",
        "volumeMounts" => "mountPath",
        "rules" => "host",
        "paths" => "path",
        "matchExpressions" => "key",
        _ => return None,
    };
    Some(Leaf::of(item.get(key)?)?.text())
}
