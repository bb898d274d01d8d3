//! Node selectors, tolerations, affinity, spread.
// Rule: kubernetes v1.37 pkg/apis/core/validation/validation.go, `ValidateTolerations`, `validateAffinity`.

use std::collections::BTreeMap;

use super::super::codes;
use super::super::findings::Findings;
use super::super::object::{Object, Pod, has, items, str_of};
use super::metadata::{LABEL_TEXT, VALUE_TEXT};
use super::{PodRule, metadata, selector};
use crate::codec::Node;
use crate::kube::{is_dns_label, is_label_value, is_qualified_name};

pub(super) const RULES: &[PodRule] = &[node_selector, tolerations, node_affinity, pod_affinity, spread];

fn node_selector(_: &Object<'_>, pod: Pod<'_>, findings: &mut Findings<'_, '_>) {
    metadata::labels(pod.spec.get("nodeSelector"), codes::SCHEDULING, findings);
}

fn tolerations(_: &Object<'_>, pod: Pod<'_>, findings: &mut Findings<'_, '_>) {
    for toleration in items(pod.spec, "tolerations") {
        let operator = str_of(toleration, "operator").unwrap_or_default();
        let key = str_of(toleration, "key").unwrap_or_default();
        if let Some(node) = toleration.get("key").filter(|_| !key.is_empty() && !is_qualified_name(key)) {
            findings.invalid(node, codes::SCHEDULING, "must be the key of a taint, written as a label's key");
        }
        if key.is_empty() && operator != "Exists" && toleration.as_map().is_some() {
            findings.says(toleration, codes::SCHEDULING, "Invalid value: operator must be Exists when `key` is empty, which means \"match all values and all keys\"");
        }
        if let Some(node) = toleration.get("value").filter(|_| matches!(operator, "" | "Equal"))
            && node.as_str().is_some_and(|value| !is_label_value(value))
        {
            findings.invalid(node, codes::SCHEDULING, VALUE_TEXT);
        }
        if operator == "Exists"
            && str_of(toleration, "value").is_some_and(|value| !value.is_empty())
            && let Some(node) = toleration.get("value")
        {
            findings.invalid(node, codes::SCHEDULING, "value must be empty when `operator` is 'Exists'");
        }
        if let Some(node) = toleration.get("tolerationSeconds").filter(|node| !node.is_null())
            && str_of(toleration, "effect") != Some("NoExecute")
        {
            findings.invalid(
                node,
                codes::SCHEDULING,
                "effect must be 'NoExecute' when `tolerationSeconds` is set",
            );
        }
    }
}

fn weight(term: &Node, findings: &mut Findings<'_, '_>) {
    if let Some(node) = term.get("weight")
        && node.as_i64().is_some_and(|weight| !(1..=100).contains(&weight))
    {
        findings.invalid(node, codes::SCHEDULING, "must be in the range 1-100");
    }
}

/// Checks which nodes a term is about.
fn node_term(term: &Node, findings: &mut Findings<'_, '_>) {
    node_fields(term, findings);
    for requirement in items(term, "matchExpressions") {
        if let Some(node) = requirement.get("key")
            && node.as_str().is_some_and(|key| !key.is_empty() && !is_qualified_name(key))
        {
            findings.invalid(node, codes::SCHEDULING, "must be the key of a label");
        }
        let values = items(requirement, "values").count();
        let detail = match str_of(requirement, "operator") {
            Some("In" | "NotIn") if values == 0 => "must be specified when `operator` is 'In' or 'NotIn'",
            Some("Exists" | "DoesNotExist") if values > 0 => {
                "may not be specified when `operator` is 'Exists' or 'DoesNotExist'"
            }
            Some("Gt" | "Lt") if values != 1 => {
                "must be specified single value when `operator` is 'Lt' or 'Gt'"
            }
            _ => continue,
        };
        match requirement.get("values").filter(|_| values > 0) {
            Some(node) => findings.forbidden(node, codes::SCHEDULING, detail),
            None => findings.missing(requirement, "values", codes::SCHEDULING, detail),
        };
    }
}

/// Of nodes' fields only the name can be asked for, one at a time.
fn node_fields(term: &Node, findings: &mut Findings<'_, '_>) {
    for requirement in items(term, "matchFields") {
        if let Some(node) = requirement.get("key")
            && node.as_str().is_some_and(|key| !matches!(key, "" | "metadata.name"))
        {
            findings.invalid(node, codes::SCHEDULING, "not a valid field selector key");
        }
        if let Some(node) = requirement.get("operator")
            && matches!(node.as_str(), Some("Exists" | "DoesNotExist" | "Gt" | "Lt"))
        {
            findings.invalid(node, codes::SCHEDULING, "not a valid selector operator");
        } else if items(requirement, "values").count() != 1 {
            let detail = "must be only one value when `operator` is 'In' or 'NotIn' for node field selector";
            findings.missing(requirement, "values", codes::SCHEDULING, detail);
        }
    }
}

/// Checks a selector of nodes, of a pod or of a persistent volume.
pub(super) fn some_terms(required: &Node, findings: &mut Findings<'_, '_>) {
    if required.get("nodeSelectorTerms").and_then(Node::as_list).is_some_and(<[Node]>::is_empty) {
        let detail = "must have at least one node selector term";
        findings.missing(required, "nodeSelectorTerms", codes::SCHEDULING, detail);
    }
    items(required, "nodeSelectorTerms").for_each(|term| node_term(term, findings));
}

fn node_affinity(_: &Object<'_>, pod: Pod<'_>, findings: &mut Findings<'_, '_>) {
    let Some(affinity) = pod.spec.at_path(["affinity", "nodeAffinity"]) else { return };
    if let Some(required) = affinity.get("requiredDuringSchedulingIgnoredDuringExecution") {
        some_terms(required, findings);
    }
    for preferred in items(affinity, "preferredDuringSchedulingIgnoredDuringExecution") {
        weight(preferred, findings);
        if let Some(term) = preferred.get("preference") {
            node_term(term, findings);
        }
    }
}

fn pod_term(term: &Node, findings: &mut Findings<'_, '_>) {
    if let Some(node) = term.get("topologyKey") {
        match node.as_str() {
            Some(key) if !key.is_empty() && !is_qualified_name(key) => {
                findings.invalid(node, codes::SCHEDULING, "must be the key of a label");
            }
            _ => {}
        }
    }
    selector::check(term.get("labelSelector"), findings);
    selector::check(term.get("namespaceSelector"), findings);
    for node in items(term, "namespaces") {
        if node.as_str().is_some_and(|name| !is_dns_label(name)) {
            findings.invalid(node, codes::NAMESPACE, LABEL_TEXT);
        }
    }
}

fn pod_affinity(_: &Object<'_>, pod: Pod<'_>, findings: &mut Findings<'_, '_>) {
    for name in ["podAffinity", "podAntiAffinity"] {
        let Some(affinity) = pod.spec.at_path(["affinity", name]) else { continue };
        for term in items(affinity, "requiredDuringSchedulingIgnoredDuringExecution") {
            pod_term(term, findings);
        }
        for preferred in items(affinity, "preferredDuringSchedulingIgnoredDuringExecution") {
            weight(preferred, findings);
            if let Some(term) = preferred.get("podAffinityTerm") {
                pod_term(term, findings);
            }
        }
    }
}

fn spread(_: &Object<'_>, pod: Pod<'_>, findings: &mut Findings<'_, '_>) {
    let mut seen: BTreeMap<(&str, &str), &Node> = BTreeMap::new();
    for constraint in items(pod.spec, "topologySpreadConstraints") {
        let when = str_of(constraint, "whenUnsatisfiable").unwrap_or_default();
        if let Some((key, node)) = str_of(constraint, "topologyKey").zip(constraint.get("topologyKey"))
            && !key.is_empty()
        {
            match seen.get(&(key, when)) {
                Some(first) => {
                    findings.duplicate(node, first, codes::SCHEDULING);
                }
                None => {
                    seen.insert((key, when), node);
                }
            }
        }
        if let Some(node) = constraint.get("maxSkew")
            && node.as_i64().is_some_and(|skew| skew < 1)
        {
            findings.invalid(node, codes::SCHEDULING, "must be greater than zero");
        }
        if let Some(node) = constraint.get("minDomains").filter(|_| has(constraint, "minDomains")) {
            if node.as_i64().is_some_and(|least| least < 1) {
                findings.invalid(node, codes::SCHEDULING, "must be greater than zero");
            } else if str_of(constraint, "whenUnsatisfiable") != Some("DoNotSchedule") {
                findings.invalid(
                    node,
                    codes::SCHEDULING,
                    "can only use minDomains if whenUnsatisfiable=DoNotSchedule",
                );
            }
        }
        selector::check(constraint.get("labelSelector"), findings);
    }
}
