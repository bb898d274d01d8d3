//! Network policies.
// Rule: kubernetes v1.37 pkg/apis/networking/validation/validation.go, `ValidateNetworkPolicySpec`.

use super::super::codes;
use super::super::findings::Findings;
use super::super::object::{Object, has, items};
use super::container::port_or_name;
use super::service::is_cidr;
use super::{ObjectRule, selector};

pub(super) const RULES: &[ObjectRule] = &[(&["NetworkPolicy"], policy)];

fn policy(object: &Object<'_>, findings: &mut Findings<'_, '_>) {
    let Some(spec) = object.at("spec") else { return };
    selector::check(spec.get("podSelector"), findings);
    for (rules, peers) in [("ingress", "from"), ("egress", "to")] {
        for rule in items(spec, rules) {
            for port in items(rule, "ports") {
                port_or_name(port.get("port"), findings);
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
                for node in block.get("cidr").into_iter().chain(items(block, "except")) {
                    if node.as_str().is_some_and(|text| !is_cidr(text)) {
                        findings.invalid(
                            node,
                            codes::SERVICE,
                            "must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)",
                        );
                    }
                }
            }
        }
    }
}
