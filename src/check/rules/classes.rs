//! Classes that other objects name: of Ingresses, priorities, storage; and limits of containers.
// Rule: kubernetes v1.37 pkg/apis/networking/validation/validation.go, `ValidateIngressClass`;
// pkg/apis/scheduling/validation/validation.go, `ValidatePriorityClass`; pkg/apis/storage/validation/validation.go,
// `ValidateStorageClass`; pkg/apis/core/validation/validation.go, `ValidateLimitRange`.

use std::collections::BTreeMap;

use super::super::codes;
use super::super::findings::Findings;
use super::super::object::{Object, int_of, items};
use super::ObjectRule;
use super::metadata::{QUALIFIED_TEXT, SUBDOMAIN_TEXT};
use crate::codec::Node;
use crate::kube::{is_dns_subdomain, is_qualified_name};

pub(super) const RULES: &[ObjectRule] = &[
    (&["IngressClass"], controller),
    (&["PriorityClass"], priority),
    (&["StorageClass"], provisioner),
    (&["StorageClass"], topologies),
    (&["LimitRange"], limits),
];

/// Longer names of controllers are refused.
const CONTROLLER: usize = 250;
/// Priorities above it are for the system's own classes.
const HIGHEST: i64 = 1_000_000_000;

fn controller(object: &Object<'_>, findings: &mut Findings<'_, '_>) {
    let Some(spec) = object.at("spec").filter(|spec| spec.as_map().is_some()) else { return };
    let Some(node) = spec.get("controller").filter(|node| !node.is_null() && node.as_str() != Some(""))
    else {
        findings.missing(spec, "controller", codes::INGRESS_CLASS, "");
        return;
    };
    let Some(text) = node.as_str() else { return };
    let Some((domain, path)) =
        text.split_once('/').filter(|(domain, path)| !domain.is_empty() && !path.is_empty())
    else {
        findings.invalid(
            node,
            codes::INGRESS_CLASS,
            "must be a domain-prefixed path (such as \"acme.io/foo\")",
        );
        return;
    };
    let plain = |c: char| c.is_ascii_alphanumeric() || "/-._~%!$&'()*+,;=:".contains(c);
    if text.len() > CONTROLLER {
        let detail = format!("Too long: may not be more than {CONTROLLER} bytes");
        findings.says(node, codes::INGRESS_CLASS, &detail);
    } else if !is_dns_subdomain(domain) {
        findings.invalid(node, codes::INGRESS_CLASS, SUBDOMAIN_TEXT);
    } else if !path.chars().all(plain) {
        findings.invalid(node, codes::INGRESS_CLASS, "must be a domain and a path of a URL");
    }
}

fn priority(object: &Object<'_>, findings: &mut Findings<'_, '_>) {
    let Some((value, node)) = int_of(&object.root, "value").zip(object.root.get("value")) else { return };
    if value > HIGHEST && !object.name.starts_with("system-") {
        let detail = format!("maximum allowed value of a user defined priority is {HIGHEST}");
        findings.forbidden(node, codes::SCHEDULING, &detail);
    } else if object.name.starts_with("system-")
        && !matches!(object.name.as_str(), "system-node-critical" | "system-cluster-critical")
        && let Some(name) = object.at("metadata.name")
    {
        let detail = "priority class names with 'system-' prefix are reserved for system use only";
        findings.forbidden(name, codes::NAME, detail);
    }
}

fn provisioner(object: &Object<'_>, findings: &mut Findings<'_, '_>) {
    let Some(node) = object.root.get("provisioner") else { return };
    let wrong = |name: &str| !name.is_empty() && !is_qualified_name(&name.to_ascii_lowercase());
    if node.as_str().is_some_and(wrong) {
        findings.invalid(node, codes::NAME, QUALIFIED_TEXT);
    }
}

fn topologies(object: &Object<'_>, findings: &mut Findings<'_, '_>) {
    for expression in
        items(&object.root, "allowedTopologies").flat_map(|term| items(term, "matchLabelExpressions"))
    {
        if let Some(node) = expression.get("key")
            && node.as_str().is_some_and(|key| !key.is_empty() && !is_qualified_name(key))
        {
            findings.invalid(node, codes::SCHEDULING, QUALIFIED_TEXT);
        }
        if expression.get("values").and_then(Node::as_list).is_some_and(<[Node]>::is_empty) {
            findings.missing(expression, "values", codes::SCHEDULING, "");
        }
        twice(items(expression, "values"), findings);
    }
    for term in items(&object.root, "allowedTopologies") {
        twice(items(term, "matchLabelExpressions").filter_map(|expression| expression.get("key")), findings);
    }
}

fn limits(object: &Object<'_>, findings: &mut Findings<'_, '_>) {
    let limits = object.at("spec").into_iter().flat_map(|spec| items(spec, "limits"));
    twice(limits.filter_map(|limit| limit.get("type")), findings);
}

/// Tells of texts that stand twice.
fn twice<'n>(nodes: impl Iterator<Item = &'n Node>, findings: &mut Findings<'_, '_>) {
    let mut seen: BTreeMap<&str, &Node> = BTreeMap::new();
    for node in nodes {
        let Some(text) = node.as_str() else { continue };
        match seen.get(text) {
            Some(first) => {
                findings.duplicate(node, first, codes::DUPLICATE);
            }
            None => {
                seen.insert(text, node);
            }
        }
    }
}
