//! Every place of the schema where a text may stand.

use crate::clearml::path::join;
use crate::clearml::schema::tree as schema_tree;
use crate::codec::{Data, Entry, Map, Node};

/// What a step of a path leads into.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Step {
    Key(String),
    /// The first item of a list.
    Item,
}

/// A place in the values.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Place {
    steps: Vec<Step>,
    /// A tree taken over as it is, with `@` for the text inside it.
    tree: Option<&'static str>,
    /// Whether the text is taken apart before it is printed.
    pub(super) is_split: bool,
    /// Not text by the schema: a number, a switch, a quantity, one of several words.
    pub(super) is_typed: bool,
}

/// Values that the schema leaves open, by their last key: a tree of that kind with `@` where a text may stand.
const TREES: &[(&str, &str)] = &[
    ("affinity", "{podAffinity: {requiredDuringSchedulingIgnoredDuringExecution: [{topologyKey: '@'}]}}"),
    ("configuration", "{some: ['@']}"),
    ("extraEnv", "[{name: EXTRA, value: '@'}]"),
    ("extraVolumeMounts", "[{name: extra, mountPath: /extra, subPath: '@'}]"),
    ("extraVolumes", "[{name: extra, configMap: {name: '@'}}]"),
    ("imagePullSecrets", "['@']"),
    ("livenessProbe", "{exec: {command: ['@']}}"),
    (
        "nodeAffinity",
        "{required: {nodeSelectorTerms: [{matchExpressions: [{key: a, operator: In, values: ['@']}]}]}}",
    ),
    ("nodeSelector", "{some: '@'}"),
    ("podSecurityContext", "{seLinuxOptions: {level: '@'}}"),
    ("readinessProbe", "{exec: {command: ['@']}}"),
    ("resources", "{limits: {memory: '@'}}"),
    ("securityContext", "{seLinuxOptions: {level: '@'}}"),
    ("some.conf", "{some: ['@']}"),
    ("startupProbe", "{exec: {command: ['@']}}"),
    ("tolerations", "[{key: some, value: '@'}]"),
    ("volumeMounts", "[{name: own, mountPath: /own, subPath: '@'}]"),
    ("volumes", "[{name: own, configMap: {name: '@'}}]"),
];

/// Values that the schema calls text and that are of a form of their own.
const FORMS: &[&str] = &[
    "accessModes",
    "digest",
    "elasticServicePort",
    "mongoServicePort",
    "nodeSelector",
    "redisServicePort",
    "type",
    "version",
];

/// Values that are taken apart before they are printed; they have a test of their own.
const SPLIT: &[&str] = &["agentVersion", "clearmlDockerHostMount", "defaultBaseDocker", "queues"];

impl Place {
    /// The path as messages print it.
    pub(super) fn path(&self) -> String {
        self.steps.iter().fold(String::new(), |path, step| match step {
            Step::Key(key) => join(&path, key),
            Step::Item => format!("{path}[0]"),
        })
    }

    /// Whether a message is about this place.
    pub(super) fn is_meant_by(&self, message: &str) -> bool {
        let path = self.path();
        let after: &[char] = if self.tree.is_some() { &['`', ':', '[', '.'] } else { &['`', ':'] };
        let is_named = message
            .match_indices(&format!("`{path}"))
            .any(|(at, found)| message.get(at + found.len()..).is_some_and(|rest| rest.starts_with(after)));
        // An item of a list is judged as a whole.
        let item = path.rfind("[0].").and_then(|at| path.get(..at + 3));
        // Versions are also judged together.
        let is_version = path.ends_with(".version") && message.contains(" cannot work with ");
        is_named || is_version || item.is_some_and(|item| message.contains(&format!("`{item}`")))
    }

    /// Puts a text here.
    pub(super) fn set(&self, into: &Node, text: &str) -> Node {
        set(into, &self.steps, &|| match self.tree {
            Some(tree) => {
                filled(&super::values(&format!("tree: {tree}")).get("tree").expect("a tree").clone(), text)
            }
            None => Node::string(text),
        })
    }
}

fn set(into: &Node, steps: &[Step], make: &dyn Fn() -> Node) -> Node {
    match steps.split_first() {
        None => make(),
        Some((Step::Key(key), rest)) => {
            let mut map = into.as_map().cloned().unwrap_or_default();
            let value = set(map.get(key).unwrap_or(&Node::null()), rest, make);
            map.insert(Entry { key: key.as_str().into(), place: None, value });
            Node::map(map)
        }
        Some((Step::Item, rest)) => {
            let first = into.as_list().and_then(|items| items.first()).cloned().unwrap_or_else(Node::null);
            Node::list(vec![set(&first, rest, make)])
        }
    }
}

/// The tree with every `@` replaced.
fn filled(tree: &Node, text: &str) -> Node {
    match tree.data() {
        Data::Map(map) => Node::map(Map::from_entries(
            map.entries()
                .iter()
                .map(|entry| Entry { value: filled(&entry.value, text), ..entry.clone() })
                .collect(),
        )),
        Data::List(items) => Node::list(items.iter().map(|item| filled(item, text)).collect()),
        Data::String(place) if &**place == "@" => Node::string(text),
        _ => tree.clone(),
    }
}

/// Every place, in the order of the schema.
pub(super) fn all() -> Vec<Place> {
    let root = schema_tree().expect("schema");
    let mut found = Vec::new();
    walk(&root, &root, &mut Vec::new(), &mut found);
    found
}

fn kinds(schema: &Node) -> Vec<&str> {
    match schema.get("type").map(Node::data) {
        Some(Data::String(kind)) => vec![kind],
        Some(Data::List(kinds)) => kinds.iter().filter_map(Node::as_str).collect(),
        _ => Vec::new(),
    }
}

fn walk(schema: &Node, root: &Node, steps: &mut Vec<Step>, found: &mut Vec<Place>) {
    let schema = match schema.get("$ref").and_then(Node::as_str) {
        Some(reference) => root.at_path(reference.trim_start_matches("#/").split('/')).expect("a definition"),
        None => schema,
    };
    let properties = schema.get("properties").and_then(Node::as_map).map(Map::entries).unwrap_or_default();
    for entry in properties {
        steps.push(Step::Key(entry.key.to_string()));
        walk(&entry.value, root, steps, found);
        steps.pop();
    }
    if let Some(others) = schema.get("additionalProperties").filter(|others| others.as_map().is_some()) {
        // A dot in the key: messages and paths have to get along with it.
        let key = if steps.last() == Some(&Step::Key("agentGroups".into())) { "pool" } else { "some.conf" };
        steps.push(Step::Key(key.to_owned()));
        walk(others, root, steps, found);
        steps.pop();
    }
    if let Some(items) = schema.get("items") {
        steps.push(Step::Item);
        walk(items, root, steps, found);
        steps.pop();
    }
    let Some(Step::Key(last)) = steps.last() else {
        // An item of a list of texts.
        if properties.is_empty() && !steps.is_empty() {
            let is_typed =
                steps.iter().any(|step| matches!(step, Step::Key(key) if FORMS.contains(&key.as_str())));
            found.push(Place { steps: steps.clone(), tree: None, is_split: false, is_typed });
        }
        return;
    };
    let kinds = kinds(schema);
    let is_open = properties.is_empty()
        && schema.get("additionalProperties").is_none_or(|others| others.as_map().is_none())
        && schema.get("items").is_none();
    let tree = TREES.iter().find(|(key, _)| key == last).map(|(_, tree)| *tree);
    if last == "global" {
        return;
    }
    if SPLIT.contains(&last.as_str()) {
        found.push(Place { steps: steps.clone(), tree: None, is_split: true, is_typed: false });
        return;
    }
    if is_open && (kinds.contains(&"object") || kinds.contains(&"array")) {
        assert!(tree.is_some(), "what stands in `{last}`?");
        let is_typed = last == "resources";
        found.push(Place { steps: steps.clone(), tree, is_split: false, is_typed });
    }
    let is_number = kinds.contains(&"integer") || kinds == ["string", "number", "null"];
    let is_switch = kinds.first() == Some(&"boolean");
    if kinds.contains(&"string") || kinds.is_empty() && is_open {
        let is_typed =
            is_number || is_switch || schema.get("enum").is_some() || FORMS.contains(&last.as_str());
        found.push(Place { steps: steps.clone(), tree: None, is_split: false, is_typed });
    }
}
