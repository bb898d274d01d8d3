//! Services.
// Rule: kubernetes v1.37 pkg/apis/core/validation/validation.go, `ValidateService`.

use std::collections::BTreeMap;

use super::super::codes;
use super::super::findings::Findings;
use super::super::object::{Object, has, int_of, items, str_of};
use super::container::{port_number, port_or_name};
use super::metadata::{LABEL_TEXT, QUALIFIED_TEXT, SUBDOMAIN_TEXT};
use super::{ObjectRule, metadata};
use crate::codec::Node;
use crate::kube::{is_dns_label, is_dns_subdomain, is_qualified_name};

pub(super) const RULES: &[ObjectRule] = &[
    (&["Service"], ports),
    (&["Service"], node_ports),
    (&["Service"], external_name),
    (&["Service"], selector),
];

/// The range of an API server that is started without `--service-node-port-range`.
const NODE_PORTS: std::ops::RangeInclusive<i64> = 30000..=32767;

pub(super) fn kind(spec: &Node) -> &str {
    str_of(spec, "type").filter(|kind| !kind.is_empty()).unwrap_or("ClusterIP")
}

fn protocol(port: &Node) -> &str {
    str_of(port, "protocol").filter(|text| !text.is_empty()).unwrap_or("TCP")
}

fn ports(object: &Object<'_>, findings: &mut Findings<'_, '_>) {
    let Some(spec) = object.at("spec").filter(|spec| spec.as_map().is_some()) else { return };
    let count = items(spec, "ports").count();
    let headless = str_of(spec, "clusterIP") == Some("None");
    if count == 0 && !headless && kind(spec) != "ExternalName" {
        findings.missing(spec, "ports", codes::SERVICE, "");
        return;
    }
    let mut names: BTreeMap<&str, &Node> = BTreeMap::new();
    let mut numbers: BTreeMap<(i64, &str), &Node> = BTreeMap::new();
    for port in items(spec, "ports").filter(|port| port.as_map().is_some()) {
        port_number(port.get("port"), findings);
        // Zero and the empty text mean the port itself (`SetDefaults_Service`).
        let unset = |node: &Node| node.as_i64() == Some(0) || node.as_str() == Some("");
        port_or_name(port.get("targetPort").filter(|node| !unset(node)), findings);
        match str_of(port, "name").filter(|name| !name.is_empty()).zip(port.get("name")) {
            None => {
                if count > 1 && !has(port, "name") {
                    findings.missing(
                        port,
                        "name",
                        codes::SERVICE,
                        "ports of a Service with several need names",
                    );
                }
            }
            Some((text, node)) => {
                if !is_dns_label(text) {
                    findings.invalid(node, codes::NAME, LABEL_TEXT);
                } else if let Some(first) = names.get(text) {
                    findings.duplicate(node, first, codes::DUPLICATE);
                } else {
                    names.insert(text, node);
                }
            }
        }
        if let Some(node) = port.get("appProtocol")
            && node.as_str().is_some_and(|name| !is_qualified_name(name))
        {
            findings.invalid(node, codes::SERVICE, QUALIFIED_TEXT);
        }
        let Some((number, node)) = int_of(port, "port").zip(port.get("port")) else { continue };
        if let Some(first) = numbers.get(&(number, protocol(port))) {
            findings.duplicate(node, first, codes::DUPLICATE);
        } else {
            numbers.insert((number, protocol(port)), node);
        }
    }
}

fn node_ports(object: &Object<'_>, findings: &mut Findings<'_, '_>) {
    let Some(spec) = object.at("spec") else { return };
    let mine = |node: &Node| node.as_i64().is_some_and(|port| port != 0);
    let mut taken: BTreeMap<(i64, &str), &Node> = BTreeMap::new();
    for port in items(spec, "ports") {
        let Some(node) = port.get("nodePort").filter(|node| mine(node)) else { continue };
        if let Some(number) = node.as_i64() {
            match taken.get(&(number, protocol(port))) {
                Some(first) => {
                    findings.duplicate(node, first, codes::NODE_PORT);
                    continue;
                }
                None => {
                    taken.insert((number, protocol(port)), node);
                }
            }
        }
        if kind(spec) == "ClusterIP" || kind(spec) == "ExternalName" {
            findings
                .forbidden(
                    node,
                    codes::NODE_PORT,
                    &format!("may not be used when `type` is '{}'", kind(spec)),
                )
                .help = Some("set `type: NodePort`, or leave nodePort out".to_owned());
        } else if node.as_i64().is_some_and(|number| !NODE_PORTS.contains(&number)) {
            findings.invalid(
                node,
                codes::NODE_PORT,
                "provided port is not in the valid range. The range of valid ports is 30000-32767",
            );
        }
    }
}

fn external_name(object: &Object<'_>, findings: &mut Findings<'_, '_>) {
    let Some(spec) = object.at("spec").filter(|spec| kind(spec) == "ExternalName") else { return };
    match spec.get("externalName").filter(|name| !name.is_null() && name.as_str() != Some("")) {
        None => {
            findings.missing(spec, "externalName", codes::SERVICE, "when `type` is 'ExternalName'");
        }
        Some(node) => {
            if node.as_str().is_some_and(|name| !is_dns_subdomain(name.strip_suffix('.').unwrap_or(name))) {
                findings.invalid(node, codes::NAME, SUBDOMAIN_TEXT);
            }
        }
    }
}

fn selector(object: &Object<'_>, findings: &mut Findings<'_, '_>) {
    metadata::labels(object.at("spec.selector"), codes::SELECTOR, findings);
}
