//! Classes that other objects name: of Ingresses, priorities.
// Rule: kubernetes v1.37 pkg/apis/networking/validation/validation.go, `ValidateIngressClass`;
// pkg/apis/scheduling/validation/validation.go, `ValidatePriorityClass`.

use super::super::codes;
use super::super::findings::Findings;
use super::super::object::{Object, int_of};
use super::ObjectRule;
use super::metadata::SUBDOMAIN_TEXT;
use crate::kube::is_dns_subdomain;

pub(super) const RULES: &[ObjectRule] = &[(&["IngressClass"], controller), (&["PriorityClass"], priority)];

/// Longer names of controllers are refused.
const CONTROLLER: usize = 250;
/// Priorities above it are for the system's own classes.
const HIGHEST: i64 = 1_000_000_000;

fn controller(object: &Object<'_>, findings: &mut Findings<'_, '_>) {
    let Some(node) = object.at("spec.controller") else { return };
    let Some(text) = node.as_str().filter(|text| !text.is_empty()) else { return };
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
