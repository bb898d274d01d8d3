//! Endpoints written by hand.
// Rule: kubernetes v1.37 pkg/apis/core/validation/validation.go, `validateEndpointSubsets`.

use std::net::IpAddr;

use super::super::codes;
use super::super::findings::Findings;
use super::super::object::{Object, has, items, str_of};
use super::ObjectRule;
use super::container::port_number;
use super::metadata::{LABEL_TEXT, QUALIFIED_TEXT, SUBDOMAIN_TEXT};
use crate::codec::Node;
use crate::kube::{is_dns_label, is_dns_subdomain, is_qualified_name};

pub(super) const RULES: &[ObjectRule] = &[(&["Endpoints"], subsets)];

fn subsets(object: &Object<'_>, findings: &mut Findings<'_, '_>) {
    for subset in items(&object.root, "subsets").filter(|subset| subset.as_map().is_some()) {
        let addresses = ["addresses", "notReadyAddresses"];
        if addresses.iter().all(|field| items(subset, field).next().is_none()) {
            let detail = "Required value: must specify `addresses` or `notReadyAddresses`";
            findings.says(subset, codes::SERVICE, detail);
        }
        addresses.iter().flat_map(|field| items(subset, field)).for_each(|node| address(node, findings));
        let several = items(subset, "ports").count() > 1;
        for port in items(subset, "ports") {
            port_number(port.get("port"), findings);
            match port.get("name").filter(|_| str_of(port, "name") != Some("") && has(port, "name")) {
                Some(node) => check(node, is_dns_label, LABEL_TEXT, findings),
                None if several => {
                    findings.missing(port, "name", codes::SERVICE, "where there are several");
                }
                None => {}
            }
            if let Some(node) = port.get("appProtocol") {
                check(node, is_qualified_name, QUALIFIED_TEXT, findings);
            }
        }
    }
}

fn address(address: &Node, findings: &mut Findings<'_, '_>) {
    if let Some(node) = address.get("ip") {
        let is_address = |text: &str| text.is_empty() || text.parse::<IpAddr>().is_ok();
        check(node, is_address, "must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)", findings);
    }
    if let Some(node) = address.get("hostname").filter(|node| node.as_str() != Some("")) {
        check(node, is_dns_label, LABEL_TEXT, findings);
    }
    if let Some(node) = address.get("nodeName") {
        check(node, is_dns_subdomain, SUBDOMAIN_TEXT, findings);
    }
}

fn check(node: &Node, is_right: impl Fn(&str) -> bool, detail: &str, findings: &mut Findings<'_, '_>) {
    if node.as_str().is_some_and(|text| !is_right(text)) {
        findings.invalid(node, codes::SERVICE, detail);
    }
}
