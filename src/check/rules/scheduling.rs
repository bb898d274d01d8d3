//! Node selectors, tolerations, affinity, spread.
// Rule: kubernetes v1.37 pkg/apis/core/validation/validation.go, `ValidateTolerations`, `validateAffinity`.

use super::super::codes;
use super::super::findings::Findings;
use super::super::object::{Object, Pod, has, items, str_of};
use super::{PodRule, metadata, selector};
use crate::codec::Node;
use crate::kube::is_qualified_name;

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

fn node_term(term: &Node, findings: &mut Findings<'_, '_>) {
    for requirement in items(term, "matchExpressions") {
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

fn node_affinity(_: &Object<'_>, pod: Pod<'_>, findings: &mut Findings<'_, '_>) {
    let Some(affinity) = pod.spec.at_path(["affinity", "nodeAffinity"]) else { return };
    if let Some(required) = affinity.get("requiredDuringSchedulingIgnoredDuringExecution") {
        if required.get("nodeSelectorTerms").and_then(Node::as_list).is_some_and(<[Node]>::is_empty) {
            findings.missing(
                required,
                "nodeSelectorTerms",
                codes::SCHEDULING,
                "must have at least one node selector term",
            );
        }
        items(required, "nodeSelectorTerms").for_each(|term| node_term(term, findings));
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
            Some("") => {
                findings.invalid(node, codes::SCHEDULING, "can not be empty");
            }
            Some(key) if !is_qualified_name(key) => {
                findings.invalid(node, codes::SCHEDULING, "must be the key of a label");
            }
            _ => {}
        }
    }
    selector::check(term.get("labelSelector"), findings);
    selector::check(term.get("namespaceSelector"), findings);
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
    for constraint in items(pod.spec, "topologySpreadConstraints") {
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
