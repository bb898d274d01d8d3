//! Unknown keys, with the nearest known one, out of the schema that editors use too.

use super::hints;
use super::names::nearest;
use super::path::join;
use super::reader::Problems;
use super::view::MAX_DEPTH;
use crate::codec::{Node, json};
use crate::diag::{Code, Diagnostic, Severity, Source, SourceKind};

/// The JSON Schema of the values: every key with its description; `x-clearml-secret` marks what is secret.
#[must_use]
pub fn schema() -> &'static str {
    include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/charts/clearml-server/values.schema.json"))
}

/// A key that no setting has.
const UNKNOWN: Code = Code("clearml::unknown-value");

/// The schema as a tree.
pub(crate) fn tree() -> Option<Node> {
    json::read(&Source::new(SourceKind::Default, "charts/clearml-server/values.schema.json", schema())).ok()
}

/// Reports keys of the user's values that no setting has.
pub(crate) fn unknown_keys(user: &Node, defaults: &Node, strict: bool, problems: &Problems) {
    // Reading the schema costs more than a whole render, so it is read only when a key is not in the defaults.
    if is_covered(user, defaults, 0) {
        return;
    }
    let Some(root) = tree() else { return };
    let mut known = Vec::new();
    all_paths(&root, &root, "", 0, &mut known);
    let walk = Walk {
        root: &root,
        known,
        severity: if strict { Severity::Error } else { Severity::Warning },
        problems,
    };
    walk.node(user, &root, "", 0);
}

/// Whether every key stands in the defaults, at a place where those are not empty.
fn is_covered(user: &Node, defaults: &Node, depth: usize) -> bool {
    let Some(map) = user.as_map().filter(|map| !map.is_empty()) else {
        return user.as_list().is_none_or(|items| items.iter().all(|item| item.as_map().is_none()));
    };
    depth < MAX_DEPTH
        && map.entries().iter().all(|entry| {
            defaults.get(&entry.key).is_some_and(|below| is_covered(&entry.value, below, depth + 1))
        })
}

struct Walk<'s> {
    root: &'s Node,
    known: Vec<String>,
    severity: Severity,
    problems: &'s Problems,
}

impl Walk<'_> {
    fn node(&self, node: &Node, schema: &Node, path: &str, depth: usize) {
        if depth > MAX_DEPTH {
            return;
        }
        let schema = resolve(schema, self.root);
        if let Some(items) = node.as_list() {
            if let Some(item_schema) = schema.get("items") {
                for (index, item) in items.iter().enumerate() {
                    self.node(item, item_schema, &format!("{path}[{index}]"), depth + 1);
                }
            }
            return;
        }
        let Some(map) = node.as_map() else { return };
        let properties = schema.get("properties");
        let others = schema.get("additionalProperties");
        for entry in map.entries() {
            let at = join(path, &entry.key);
            let own = properties.and_then(|properties| properties.get(&entry.key));
            match (own, others) {
                (Some(own), _) => self.node(&entry.value, own, &at, depth + 1),
                (None, Some(others)) if others.as_bool() == Some(false) => {
                    let keys = properties.and_then(Node::as_map).map(|map| map.entries()).unwrap_or_default();
                    let near = nearest(&entry.key, keys.iter().map(|entry| &*entry.key));
                    self.unknown(&at, &entry.key, near.map(|near| join(path, near)), entry.place.clone());
                }
                (None, Some(others)) => self.node(&entry.value, others, &at, depth + 1),
                (None, None) => {}
            }
        }
    }

    fn unknown(&self, at: &str, key: &str, near: Option<String>, place: Option<crate::diag::Place>) {
        let elsewhere = || self.known.iter().find(|path| path.rsplit('.').next() == Some(key)).cloned();
        let help = match (hints::foreign(at), near.or_else(elsewhere)) {
            (Some(hint), _) => hint.to_owned(),
            (None, Some(near)) => format!("did you mean `{near}`?"),
            (None, None) => "`clearml-k8s values` prints every key there is".to_owned(),
        };
        self.problems.add(
            Diagnostic::new(self.severity, UNKNOWN, format!("nothing reads `{at}`"))
                .maybe_at(place, "unknown key")
                .help(help),
        );
    }
}

/// The schema that a `$ref` to `#/$defs/…` names, else the schema itself.
fn resolve<'s>(schema: &'s Node, root: &'s Node) -> &'s Node {
    schema
        .get("$ref")
        .and_then(Node::as_str)
        .and_then(|reference| root.get("$defs")?.get(reference.strip_prefix("#/$defs/")?))
        .unwrap_or(schema)
}

/// Every path the schema knows.
pub(crate) fn all_paths(schema: &Node, root: &Node, path: &str, depth: usize, into: &mut Vec<String>) {
    let schema = resolve(schema, root);
    let Some(properties) = schema.get("properties").and_then(Node::as_map).filter(|_| depth < MAX_DEPTH)
    else {
        return;
    };
    for entry in properties.entries() {
        let at = join(path, &entry.key);
        all_paths(&entry.value, root, &at, depth + 1, into);
        into.push(at);
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::clearml::secrets;
    use crate::clearml::tests::values;
    use crate::codec::yaml;

    fn found(text: &str) -> Vec<String> {
        let problems = Problems::default();
        let defaults = yaml::read_values(crate::clearml::defaults()).expect("defaults").root;
        unknown_keys(&values(text), &defaults, false, &problems);
        problems.take().iter().map(crate::clearml::tests::show).collect()
    }

    #[test]
    fn an_unknown_key_gets_the_nearest_known_one() {
        assert_eq!(
            found("apiserver:\n  resorces: {}\nredis: {x: 1}\n"),
            [
                "values.yaml:2:3: nothing reads `apiserver.resorces` (did you mean `apiserver.resources`?)",
                "values.yaml:3:9: nothing reads `redis.x` (`clearml-k8s values` prints every key there is)",
            ]
        );
        assert_eq!(
            found("agent: {capacities: {}}"),
            ["values.yaml:1:9: nothing reads `agent.capacities` (did you mean `storage.capacities`?)"]
        );
        assert_eq!(found("agentGroups: {a: {gpu: 1}}").len(), 1);
        assert_eq!(
            found("ingress: {annotations: {a/b: c}}\nagentGroups: {a: {gpus: 1}}"),
            Vec::<String>::new()
        );
    }

    fn leaves(node: &Node, path: &str, into: &mut BTreeSet<String>) {
        for entry in node.as_map().expect("a map").entries() {
            let at = join(path, &entry.key);
            if entry.value.as_map().is_some_and(|map| !map.is_empty()) {
                leaves(&entry.value, &at, into);
            }
            into.insert(at);
        }
    }

    #[test]
    fn schema_and_defaults_have_the_same_keys() {
        let root = tree().expect("schema");
        let mut known = Vec::new();
        all_paths(&root, &root, "", 0, &mut known);
        let known: BTreeSet<String> = known.into_iter().filter(|path| path != "global").collect();
        let defaults = yaml::read_values(crate::clearml::defaults()).expect("defaults").root;
        let mut there = BTreeSet::new();
        leaves(&defaults, "", &mut there);
        let missing: Vec<_> = known.difference(&there).collect();
        assert!(missing.is_empty(), "in the schema alone: {missing:?}");
        // Below a value that is a tree of its own, such as a probe, the schema names no keys.
        let more: Vec<_> = there
            .difference(&known)
            .filter(|path| {
                !known
                    .iter()
                    .any(|known| path.starts_with(&format!("{known}.")) && !known_has_keys(&root, known))
            })
            .collect();
        assert!(more.is_empty(), "in the defaults alone: {more:?}");
    }

    fn known_has_keys(root: &Node, path: &str) -> bool {
        path.split('.')
            .try_fold(root, |schema, key| schema.get("properties")?.get(key))
            .is_some_and(|schema| schema.get("properties").is_some())
    }

    #[test]
    fn every_key_has_a_description_and_secrets_are_known() {
        fn walk(schema: &Node, secret: &mut BTreeSet<String>) {
            for parent in ["properties", "$defs"] {
                for entry in
                    schema.get(parent).and_then(Node::as_map).map(|map| map.entries()).unwrap_or_default()
                {
                    let inner = entry.value.get("items").unwrap_or(&entry.value);
                    walk(inner, secret);
                    if entry.value.get("x-clearml-secret").is_some() {
                        secret.insert(entry.key.to_string());
                    }
                }
            }
        }
        let root = tree().expect("schema");
        let mut secret = BTreeSet::new();
        walk(&root, &mut secret);
        let listed: BTreeSet<String> = secrets::keys().iter().map(|key| (*key).to_owned()).collect();
        assert_eq!(listed, secret);
        let mut known = Vec::new();
        all_paths(&root, &root, "", 0, &mut known);
        for path in known {
            let schema = path
                .split('.')
                .try_fold(&root, |schema, key| schema.get("properties")?.get(key))
                .expect("path");
            assert!(schema.get("description").is_some(), "{path} has no description");
        }
    }
}
