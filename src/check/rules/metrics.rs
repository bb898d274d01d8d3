//! What an autoscaler measures and how fast it may act.
// Rule: kubernetes v1.37 pkg/apis/autoscaling/validation/validation.go, `validateMetricSpec`, `validateBehavior`.

use super::super::codes;
use super::super::findings::Findings;
use super::super::object::{Object, has, items, str_of};
use super::ObjectRule;
use super::resources::quantity;
use crate::codec::Node;

pub(super) const RULES: &[ObjectRule] =
    &[(&["HorizontalPodAutoscaler"], metrics), (&["HorizontalPodAutoscaler"], behavior)];

/// The kinds of metrics with the field of each.
const SOURCES: [(&str, &str); 5] = [
    ("ContainerResource", "containerResource"),
    ("External", "external"),
    ("Object", "object"),
    ("Pods", "pods"),
    ("Resource", "resource"),
];

fn spec<'o>(object: &'o Object<'_>) -> Option<&'o Node> {
    object.at("spec").filter(|_| object.api_version == "autoscaling/v2")
}

fn metrics(object: &Object<'_>, findings: &mut Findings<'_, '_>) {
    for metric in spec(object).into_iter().flat_map(|spec| items(spec, "metrics")) {
        let Some(kind) = str_of(metric, "type") else { continue };
        let Some((_, field)) = SOURCES.iter().find(|(name, _)| *name == kind) else { continue };
        if !has(metric, field) {
            let detail = format!("must populate information for the given metric source of type {kind}");
            findings.missing(metric, field, codes::HPA, &detail);
            continue;
        }
        for (_, other) in SOURCES.iter().filter(|(name, _)| *name != kind) {
            if let Some(node) = metric.get(other).filter(|node| !node.is_null()) {
                findings.forbidden(node, codes::HPA, "must populate the given metric source only");
            }
        }
        if let Some(target) = metric.at_path([field, "target"]).filter(|target| target.as_map().is_some()) {
            goal(kind, target, findings);
        }
    }
}

/// Checks what the measured value is held against.
fn goal(kind: &str, target: &Node, findings: &mut Findings<'_, '_>) {
    for name in ["value", "averageValue"] {
        if let Some(node) = target.get(name)
            && quantity(node).is_some_and(|amount| amount.is_zero() || amount.is_negative())
        {
            findings.invalid(node, codes::HPA, "must be positive");
        }
    }
    if let Some(node) = target.get("averageUtilization")
        && node.as_i64().is_some_and(|share| share < 1)
    {
        findings.invalid(node, codes::HPA, "must be greater than 0");
    }
    let (one, other, needed) = match kind {
        "Resource" | "ContainerResource" => ("averageUtilization", "averageValue", "averageUtilization"),
        "External" | "Object" => ("value", "averageValue", "averageValue"),
        _ => ("averageValue", "averageValue", "averageValue"),
    };
    if !has(target, one) && !has(target, other) {
        findings.missing(target, needed, codes::HPA, "must say what the value is held against");
    } else if one != other
        && has(target, one)
        && has(target, other)
        && kind != "Object"
        && let Some(node) = target.get(if kind == "External" { one } else { other })
    {
        findings.forbidden(node, codes::HPA, &format!("may not set both `{one}` and `{other}`"));
    }
}

fn behavior(object: &Object<'_>, findings: &mut Findings<'_, '_>) {
    let Some(behavior) = spec(object).and_then(|spec| spec.get("behavior")) else { return };
    for rules in ["scaleUp", "scaleDown"].iter().filter_map(|name| behavior.get(name)) {
        if let Some(node) = rules.get("stabilizationWindowSeconds") {
            range(node, 0, 3600, findings);
        }
        if rules.get("policies").and_then(Node::as_list).is_some_and(<[Node]>::is_empty) {
            findings.missing(rules, "policies", codes::HPA, "must specify at least one Policy");
        }
        for policy in items(rules, "policies") {
            for (name, most) in [("value", i64::MAX), ("periodSeconds", 1800)] {
                if let Some(node) = policy.get(name) {
                    range(node, 1, most, findings);
                }
            }
        }
    }
}

fn range(node: &Node, least: i64, most: i64, findings: &mut Findings<'_, '_>) {
    let Some(value) = node.as_i64() else { return };
    if value < least {
        findings.invalid(node, codes::HPA, &format!("must be greater than or equal to {least}"));
    } else if value > most {
        findings.invalid(node, codes::HPA, &format!("must be less than or equal to {most}"));
    }
}
