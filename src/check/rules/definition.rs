//! Definitions of custom resources.
// Rule: kubernetes v1.37 apiextensions-apiserver/pkg/apis/apiextensions/validation/validation.go.

use std::collections::BTreeMap;

use super::super::codes;
use super::super::findings::{Findings, MAX_DEPTH};
use super::super::object::{Object, has, items, str_of};
use super::ObjectRule;
use super::metadata::LABEL_1035_TEXT;
use crate::codec::{Map, Node};
use crate::kube::is_dns_label_1035;

pub(super) const RULES: &[ObjectRule] = &[
    (&["CustomResourceDefinition"], names),
    (&["CustomResourceDefinition"], versions),
    (&["CustomResourceDefinition"], schemas),
    (&["CustomResourceDefinition"], columns),
];

fn is_v1(object: &Object<'_>) -> bool {
    object.api_version == "apiextensions.k8s.io/v1"
}

fn label(node: Option<&Node>, findings: &mut Findings<'_, '_>) {
    let wrong = |name: &str| !name.is_empty() && !is_dns_label_1035(&name.to_ascii_lowercase());
    if let Some(node) = node.filter(|node| node.as_str().is_some_and(wrong)) {
        findings.invalid(node, codes::NAME, LABEL_1035_TEXT);
    }
}

fn names(object: &Object<'_>, findings: &mut Findings<'_, '_>) {
    for field in ["plural", "singular", "kind", "listKind"] {
        label(object.at("spec.names").and_then(|names| names.get(field)), findings);
    }
}

fn versions(object: &Object<'_>, findings: &mut Findings<'_, '_>) {
    let Some(spec) = object.at("spec").filter(|_| is_v1(object)) else { return };
    let Some(list) = spec.get("versions").filter(|list| list.as_list().is_some()) else { return };
    let stored = items(spec, "versions").filter(|version| is_true(version, "storage")).count();
    if stored != 1 {
        findings.says(
            list,
            codes::CUSTOM,
            "Invalid value: must have exactly one version marked as storage version",
        );
    }
    let mut seen: BTreeMap<&str, &Node> = BTreeMap::new();
    for version in items(spec, "versions") {
        label(version.get("name"), findings);
        if let Some((name, node)) = str_of(version, "name").zip(version.get("name")) {
            if let Some(first) = seen.get(name) {
                findings.duplicate(node, first, codes::DUPLICATE);
            } else {
                seen.insert(name, node);
            }
        }
        if let Some(node) = version.get("deprecationWarning")
            && has(version, "deprecationWarning")
            && !is_true(version, "deprecated")
        {
            findings.invalid(node, codes::CUSTOM, "can only be set for deprecated versions");
        }
        if version.as_map().is_some()
            && version.at_path(["schema", "openAPIV3Schema"]).is_none_or(Node::is_null)
        {
            findings.missing(version, "schema.openAPIV3Schema", codes::CUSTOM, "schemas are required");
        }
    }
}

fn is_true(node: &Node, field: &str) -> bool {
    node.get(field).and_then(Node::as_bool) == Some(true)
}

fn schemas(object: &Object<'_>, findings: &mut Findings<'_, '_>) {
    let versions =
        object.at("spec").filter(|_| is_v1(object)).into_iter().flat_map(|spec| items(spec, "versions"));
    for schema in versions.filter_map(|version| version.at_path(["schema", "openAPIV3Schema"])) {
        let open = is_true(schema, "x-kubernetes-preserve-unknown-fields");
        match schema.get("type").filter(|node| !node.is_null()) {
            None if schema.as_map().is_some() && !open => {
                findings.missing(schema, "type", codes::CUSTOM, "must not be empty at the root");
            }
            Some(node) if node.as_str().is_some_and(|kind| TYPES.contains(&kind) && kind != "object") => {
                findings.invalid(node, codes::CUSTOM, "must be object at the root");
            }
            _ => {}
        }
        if let Some(node) = schema.get("nullable").filter(|_| is_true(schema, "nullable")) {
            findings.forbidden(node, codes::CUSTOM, "nullable cannot be true at the root");
        }
        walk(schema, 0, true, findings);
    }
}

/// Types a column of `kubectl get` can have.
const COLUMNS: [&str; 5] = ["boolean", "date", "integer", "number", "string"];

fn columns(object: &Object<'_>, findings: &mut Findings<'_, '_>) {
    let versions =
        object.at("spec").filter(|_| is_v1(object)).into_iter().flat_map(|spec| items(spec, "versions"));
    for version in versions {
        for column in items(version, "additionalPrinterColumns") {
            if let Some(node) = column.get("type")
                && node.as_str().is_some_and(|kind| !kind.is_empty() && !COLUMNS.contains(&kind))
            {
                findings.unsupported(node, codes::CUSTOM, COLUMNS.into_iter());
            }
            json_path(column.get("jsonPath"), ".", findings);
        }
        let scale = version.at_path(["subresources", "scale"]);
        let path = |field| scale.and_then(|scale| scale.get(field));
        json_path(path("specReplicasPath"), ".spec.", findings);
        json_path(path("statusReplicasPath"), ".status.", findings);
    }
}

fn json_path(node: Option<&Node>, start: &str, findings: &mut Findings<'_, '_>) {
    let wrong = |path: &str| !path.is_empty() && !path.starts_with(start);
    if let Some(node) = node.filter(|node| node.as_str().is_some_and(wrong)) {
        let detail = format!("must be a simple json path starting with {start}");
        findings.invalid(node, codes::CUSTOM, &detail);
    }
}

/// Fields of JSON Schema that definitions may not have.
const FOREIGN: [&str; 6] = ["$ref", "$schema", "id", "definitions", "dependencies", "patternProperties"];
const TYPES: [&str; 6] = ["array", "boolean", "integer", "number", "object", "string"];

/// Checks a schema and those inside it; `whole` where it is no part of `not` and its like.
fn walk(schema: &Node, depth: usize, whole: bool, findings: &mut Findings<'_, '_>) {
    let Some(map) = schema.as_map().filter(|_| depth <= MAX_DEPTH) else { return };
    // What is empty counts as not there, but for a reference.
    let is_empty = |node: &Node| node.as_str() == Some("") || node.as_map().is_some_and(Map::is_empty);
    let given = FOREIGN.iter().filter_map(|field| schema.get(field).map(|node| (*field, node)));
    for (field, node) in given.filter(|(_, node)| !node.is_null()) {
        if field != "$ref" && is_empty(node) {
            continue;
        }
        findings.forbidden(node, codes::CUSTOM, "not supported in definitions");
    }
    if let Some(node) = schema.get("uniqueItems").filter(|_| is_true(schema, "uniqueItems")) {
        findings.forbidden(
            node,
            codes::CUSTOM,
            "cannot be set to true since the runtime complexity becomes quadratic",
        );
    }
    if let Some(node) = schema.get("type")
        && node.as_str().is_some_and(|kind| !kind.is_empty() && !TYPES.contains(&kind))
    {
        findings.unsupported(node, codes::CUSTOM, TYPES.into_iter());
    }
    if whole {
        list_types(schema, findings);
    }
    for entry in map.entries() {
        match &*entry.key {
            "properties" => {
                let inner = entry.value.as_map().into_iter().flat_map(Map::entries);
                inner.for_each(|entry| walk(&entry.value, depth + 1, whole, findings));
            }
            "items" | "additionalProperties" => walk(&entry.value, depth + 1, whole, findings),
            "not" => walk(&entry.value, depth + 1, false, findings),
            "allOf" | "anyOf" | "oneOf" => {
                items(schema, &entry.key).for_each(|part| walk(part, depth + 1, false, findings));
            }
            _ => {}
        }
    }
}

fn list_types(schema: &Node, findings: &mut Findings<'_, '_>) {
    let kind = str_of(schema, "type").unwrap_or_default();
    let choices: [(&str, &str, &[&str]); 2] = [
        ("x-kubernetes-list-type", "array", &["atomic", "map", "set"]),
        ("x-kubernetes-map-type", "object", &["atomic", "granular"]),
    ];
    for (field, wanted, values) in choices {
        let Some((text, node)) = str_of(schema, field).zip(schema.get(field)) else { continue };
        if !values.contains(&text) {
            findings.unsupported(node, codes::CUSTOM, values.iter().copied());
        } else if kind != wanted {
            let detail = format!("must be {wanted} if {field} is specified");
            match schema.get("type").filter(|_| !kind.is_empty()) {
                Some(node) => findings.invalid(node, codes::CUSTOM, &detail),
                None => findings.missing(schema, "type", codes::CUSTOM, &detail),
            };
        }
    }
    if let Some(node) = schema.get("x-kubernetes-list-map-keys")
        && items(schema, "x-kubernetes-list-map-keys").next().is_some()
        && str_of(schema, "x-kubernetes-list-type") != Some("map")
    {
        findings.invalid(node, codes::CUSTOM, "may only stand beside `x-kubernetes-list-type: map`");
    }
    if let Some(node) = schema.get("x-kubernetes-preserve-unknown-fields")
        && node.as_bool() == Some(false)
    {
        findings.invalid(node, codes::CUSTOM, "must be true or undefined");
    }
}
