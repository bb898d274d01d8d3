//! Network policies.
// Rule: kubernetes v1.37 pkg/apis/networking/validation/validation.go, `ValidateNetworkPolicySpec`.

use super::super::codes;
use super::super::findings::Findings;
use super::super::object::{Object, has, items, str_of};
use super::container::{port_number, port_or_name};
use super::exposure::{is_cidr, is_part_of};
use super::{ObjectRule, selector};
use crate::codec::Node;

pub(super) const RULES: &[ObjectRule] = &[(&["NetworkPolicy"], policy)];

fn policy(object: &Object<'_>, findings: &mut Findings<'_, '_>) {
    let Some(spec) = object.at("spec") else { return };
    selector::check(spec.get("podSelector"), findings);
    if let Some(types) = spec.get("policyTypes").filter(|_| items(spec, "policyTypes").count() > 2) {
        findings.says(types, codes::SELECTOR, "Invalid value: may not specify more than two policyTypes");
    }
    for (rules, peers) in [("ingress", "from"), ("egress", "to")] {
        for rule in items(spec, rules) {
            for port in items(rule, "ports") {
                port_or_name(port.get("port"), findings);
                port_range(port, findings);
            }
            for peer in items(rule, peers) {
                if !["ipBlock", "podSelector", "namespaceSelector"].iter().any(|field| has(peer, field)) {
                    findings.says(peer, codes::SELECTOR, "Required value: must specify a peer");
                }
                selector::check(peer.get("podSelector"), findings);
                selector::check(peer.get("namespaceSelector"), findings);
                let Some(block) = peer.get("ipBlock").filter(|block| !block.is_null()) else { continue };
                if has(peer, "podSelector") || has(peer, "namespaceSelector") {
                    findings.forbidden(
                        block,
                        codes::SELECTOR,
                        "may not be specified when `podSelector` or `namespaceSelector` is",
                    );
                }
                networks(block, findings);
            }
        }
    }
}

/// A range of ports ends at a number that is not before its first.
fn port_range(port: &Node, findings: &mut Findings<'_, '_>) {
    let Some(node) = port.get("endPort").filter(|_| has(port, "endPort")) else { return };
    let Some(end) = node.as_i64() else { return };
    match port.get("port").filter(|_| has(port, "port")) {
        None => {
            findings.invalid(node, codes::PORT, "may not be specified when `port` is not specified");
        }
        Some(first) if first.as_str().is_some() => {
            findings.invalid(node, codes::PORT, "may not be specified when `port` is non-numeric");
        }
        Some(first) if first.as_i64().is_some_and(|first| end < first) => {
            findings.invalid(node, codes::PORT, "must be greater than or equal to `port`");
        }
        Some(_) => port_number(Some(node), findings),
    }
}

fn networks(block: &Node, findings: &mut Findings<'_, '_>) {
    let whole = str_of(block, "cidr").unwrap_or_default();
    for node in block.get("cidr").into_iter().chain(items(block, "except")) {
        let Some(text) = node.as_str() else { continue };
        let is_whole = block.get("cidr").is_some_and(|cidr| std::ptr::eq(cidr, node));
        if !is_cidr(text) {
            let detail = "must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)";
            findings.invalid(node, codes::SERVICE, detail);
        } else if !is_whole && is_cidr(whole) && !is_part_of(whole, text) {
            findings.invalid(node, codes::SERVICE, "must be a strict subset of `cidr`");
        }
    }
}
