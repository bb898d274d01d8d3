//! Custom resources against the schema of their definition, when that is in the input.
// Rule: apiextensions-apiserver v1.37: structural schemas; unknown fields are errors under strict field validation.

use super::codes;
use super::findings::{Findings, MAX_DEPTH, Warn as _, nearest};
use super::object::{Object, items, str_of};
use super::rules::Cluster;
use super::structure;
use crate::codec::{Data, Map, Node};
use crate::kube::{Quantity, schema};

/// Checks a custom resource's metadata, and the rest by its definition.
pub(super) fn check(object: &Object<'_>, cluster: &Cluster<'_, '_>, findings: &mut Findings<'_, '_>) {
    if let Some((metadata, kind)) = object.root.get("metadata").zip(schema::named("meta.v1.ObjectMeta"))
        && !metadata.is_null()
    {
        structure::check(metadata, kind, findings);
    }
    let Some(definition) = cluster.definition(object) else { return };
    let Some(spec) = definition.get("spec") else { return };
    let Some(version) =
        items(spec, "versions").find(|version| str_of(version, "name") == Some(object.version()))
    else {
        if let Some(node) = object.root.get("apiVersion") {
            let versions = items(spec, "versions").filter_map(|version| str_of(version, "name"));
            findings.unsupported(node, codes::CUSTOM, versions);
        }
        return;
    };
    if let Some(schema) = version.at_path(["schema", "openAPIV3Schema"]) {
        Walk { findings }.value(&object.root, schema, 0);
    }
}

struct Walk<'f, 'o, 'm> {
    findings: &'f mut Findings<'o, 'm>,
}

fn flag(schema: &Node, name: &str) -> bool {
    schema.get(name).and_then(Node::as_bool) == Some(true)
}

impl Walk<'_, '_, '_> {
    fn value(&mut self, node: &Node, schema: &Node, depth: usize) {
        if depth > MAX_DEPTH {
            self.findings.says(node, codes::TOO_DEEP, "nested too deep to be checked").warn();
            return;
        }
        if node.is_null() && (flag(schema, "nullable") || depth > 0) {
            return;
        }
        if flag(schema, "x-kubernetes-int-or-string") {
            if !matches!(node.data(), Data::String(_)) && node.as_i64().is_none() {
                self.wrong(node, "an integer or a string");
            }
            return;
        }
        let fits = match str_of(schema, "type") {
            Some("object") => node.as_map().is_some(),
            Some("array") => node.as_list().is_some(),
            Some("string") => node.as_str().is_some(),
            Some("boolean") => node.as_bool().is_some(),
            Some("integer") => node.as_i64().is_some(),
            Some("number") => matches!(node.data(), Data::Int(_) | Data::Uint(_) | Data::Float(_)),
            _ => true,
        };
        if !fits {
            let wanted = match str_of(schema, "type") {
                Some("object") => "a map",
                Some("array") => "a list",
                Some("string") => "a string",
                Some("boolean") => "a boolean",
                Some("integer") => "an integer",
                _ => "a number",
            };
            self.wrong(node, wanted);
            return;
        }
        self.limits(node, schema);
        match node.data() {
            Data::Map(map) => self.object(node, map, schema, depth),
            Data::List(list) => {
                if let Some(item) = schema.get("items").filter(|item| item.as_map().is_some()) {
                    for value in list.iter() {
                        self.value(value, item, depth + 1);
                    }
                }
            }
            _ => {}
        }
    }

    fn wrong(&mut self, node: &Node, wanted: &str) {
        let is = node.kind_name();
        self.findings.says(node, codes::CUSTOM, &format!("must be {wanted}, is of type {is}"));
    }

    fn object(&mut self, node: &Node, map: &Map, schema: &Node, depth: usize) {
        for name in items(schema, "required").filter_map(Node::as_str) {
            if map.get(name).is_none_or(Node::is_null)
                && schema.at_path(["properties", name, "default"]).is_none()
            {
                self.findings.missing(node, name, codes::CUSTOM, "");
            }
        }
        let properties = schema.get("properties");
        let additional = schema.get("additionalProperties");
        let embedded = flag(schema, "x-kubernetes-embedded-resource");
        let open = flag(schema, "x-kubernetes-preserve-unknown-fields")
            || additional.is_some_and(|additional| additional.as_bool() == Some(true))
            || (properties.is_none() && additional.is_none() && str_of(schema, "type").is_none());
        for entry in map.entries() {
            if depth == 0 && matches!(&*entry.key, "apiVersion" | "kind" | "metadata") {
                continue;
            }
            if let Some(property) = properties.and_then(|properties| properties.get(&entry.key)) {
                self.value(&entry.value, property, depth + 1);
            } else if let Some(value) = additional.filter(|additional| additional.as_map().is_some()) {
                self.value(&entry.value, value, depth + 1);
            } else if !(open || embedded && matches!(&*entry.key, "apiVersion" | "kind" | "metadata")) {
                let names = properties
                    .and_then(Node::as_map)
                    .into_iter()
                    .flat_map(Map::entries)
                    .map(|entry| &*entry.key);
                let near = nearest(&entry.key, names).map(|near| format!("did you mean `{near}`?"));
                self.findings
                    .at_key(node, &entry.key, codes::UNKNOWN, |path| format!("unknown field \"{path}\""))
                    .help = near;
            }
        }
    }

    fn limits(&mut self, node: &Node, schema: &Node) {
        if let Some(choices) = schema.get("enum").and_then(Node::as_list)
            && !choices.iter().any(|choice| choice == node)
        {
            self.findings.unsupported(node, codes::CUSTOM, choices.iter().filter_map(Node::as_str));
            return;
        }
        let number = |name: &str| schema.get(name).and_then(as_f64);
        if let Some(value) = as_f64(node) {
            let exclusive = |name: &str| flag(schema, name);
            if number("minimum")
                .is_some_and(|least| value < least || (exclusive("exclusiveMinimum") && value == least))
            {
                self.findings.invalid(
                    node,
                    codes::CUSTOM,
                    &format!("should be greater than or equal to {}", number("minimum").unwrap_or_default()),
                );
            }
            if number("maximum")
                .is_some_and(|most| value > most || (exclusive("exclusiveMaximum") && value == most))
            {
                self.findings.invalid(
                    node,
                    codes::CUSTOM,
                    &format!("should be less than or equal to {}", number("maximum").unwrap_or_default()),
                );
            }
        }
        let length = |name: &str| {
            schema.get(name).and_then(Node::as_i64).and_then(|value| usize::try_from(value).ok())
        };
        let (count, least, most) = match node.data() {
            Data::String(text) => (text.chars().count(), length("minLength"), length("maxLength")),
            Data::List(list) => (list.len(), length("minItems"), length("maxItems")),
            Data::Map(map) => (map.len(), length("minProperties"), length("maxProperties")),
            _ => return,
        };
        if let Some(least) = least.filter(|&least| count < least) {
            self.findings.says(
                node,
                codes::CUSTOM,
                &format!("Invalid value: should have at least {least}, has {count}"),
            );
        }
        if let Some(most) = most.filter(|&most| count > most) {
            self.findings.says(
                node,
                codes::CUSTOM,
                &format!("Too long: may not be more than {most}, is {count}"),
            );
        }
        if let Some(text) = node.as_str()
            && str_of(schema, "format") == Some("quantity")
            && Quantity::parse(text).is_none()
        {
            self.findings.invalid(node, codes::CUSTOM, "must be a quantity");
        }
    }
}

fn as_f64(node: &Node) -> Option<f64> {
    match *node.data() {
        Data::Int(value) => Some(value as f64),
        Data::Uint(value) => Some(value as f64),
        Data::Float(value) => Some(value),
        _ => None,
    }
}
