//! Containers: their names, images, ports and mounts.
// Rule: kubernetes v1.37 pkg/apis/core/validation/validation.go, `validateContainerCommon` and what it calls.

use std::collections::BTreeMap;

use super::super::codes;
use super::super::findings::{Findings, Warn as _};
use super::super::object::{Object, Pod, Role, has, int_of, items, str_of};
use super::PodRule;
use super::metadata::LABEL_TEXT;
use crate::codec::Node;
use crate::kube::{is_dns_label, is_port_name};

pub(super) const RULES: &[PodRule] = &[names, images, ports, host_ports, restart_policy];

pub(super) const PORT_TEXT: &str = "must be between 1 and 65535, inclusive";
pub(super) const PORT_NAME_TEXT: &str =
    "must be at most 15 lower case letters, digits and single '-', with at least one letter";

fn names(_: &Object<'_>, pod: Pod<'_>, findings: &mut Findings<'_, '_>) {
    let mut seen: BTreeMap<&str, &Node> = BTreeMap::new();
    for (_, container) in pod.containers() {
        let Some((text, node)) = str_of(container, "name").zip(container.get("name")) else { continue };
        if !is_dns_label(text) {
            findings.invalid(node, codes::NAME, LABEL_TEXT);
        } else if let Some(first) = seen.get(text) {
            findings.duplicate(node, first, codes::DUPLICATE);
        } else {
            seen.insert(text, node);
        }
    }
}

fn images(_: &Object<'_>, pod: Pod<'_>, findings: &mut Findings<'_, '_>) {
    for (_, container) in pod.containers().filter(|(_, container)| container.as_map().is_some()) {
        match container.get("image").filter(|image| !image.is_null()) {
            None => {
                findings.missing(container, "image", codes::MISSING, "");
            }
            Some(node) => match node.as_str() {
                Some("") => {
                    findings.invalid(node, codes::MISSING, "must not be empty");
                }
                Some(text) if text.trim() != text => {
                    findings.invalid(node, codes::NAME, "must not have leading or trailing whitespace");
                }
                _ => {}
            },
        }
    }
}

/// Checks the number of a port.
pub(super) fn port_number(node: Option<&Node>, findings: &mut Findings<'_, '_>) {
    let Some(node) = node else { return };
    if node.as_i64().is_some_and(|port| !(1..=65535).contains(&port)) {
        findings.invalid(node, codes::PORT, PORT_TEXT);
    }
}

/// Checks a port given by number or name.
pub(super) fn port_or_name(node: Option<&Node>, findings: &mut Findings<'_, '_>) {
    match node.and_then(Node::as_str) {
        Some(text) if !is_port_name(text) => {
            if let Some(node) = node {
                findings.invalid(node, codes::PORT, PORT_NAME_TEXT);
            }
        }
        Some(_) => {}
        None => port_number(node, findings),
    }
}

fn protocol(port: &Node) -> &str {
    str_of(port, "protocol").filter(|text| !text.is_empty()).unwrap_or("TCP")
}

fn ports(_: &Object<'_>, pod: Pod<'_>, findings: &mut Findings<'_, '_>) {
    for (role, container) in pod.containers() {
        let mut names: BTreeMap<&str, &Node> = BTreeMap::new();
        let mut numbers: BTreeMap<(i64, &str), &Node> = BTreeMap::new();
        for port in items(container, "ports") {
            port_number(port.get("containerPort"), findings);
            if let Some((text, node)) = str_of(port, "name").zip(port.get("name")) {
                if text.is_empty() {
                } else if !is_port_name(text) {
                    findings.invalid(node, codes::PORT, PORT_NAME_TEXT);
                } else if let Some(first) = names.get(text) {
                    findings.duplicate(node, first, codes::DUPLICATE);
                } else {
                    names.insert(text, node);
                }
            }
            let Some((number, node)) = int_of(port, "containerPort").zip(port.get("containerPort")) else {
                continue;
            };
            // Rule: pkg/api/pod/warnings.go: `duplicate port definition`.
            let other_host = has(port, "hostPort") || role == Role::Ephemeral;
            match numbers.get(&(number, protocol(port))) {
                Some(first) if !other_host => {
                    findings.duplicate(node, first, codes::DUPLICATE).warn();
                }
                _ => {
                    numbers.insert((number, protocol(port)), node);
                }
            }
        }
    }
}

fn host_ports(_: &Object<'_>, pod: Pod<'_>, findings: &mut Findings<'_, '_>) {
    let host_network = pod.spec.get("hostNetwork").and_then(Node::as_bool) == Some(true);
    let mut taken: BTreeMap<(i64, &str, &str), &Node> = BTreeMap::new();
    for (_, container) in pod.containers().filter(|(role, _)| *role == Role::Main) {
        for port in items(container, "ports") {
            let Some((number, node)) = int_of(port, "hostPort").zip(port.get("hostPort")) else { continue };
            if number == 0 {
                continue;
            }
            port_number(Some(node), findings);
            if host_network && int_of(port, "containerPort").is_some_and(|inner| inner != number) {
                findings.invalid(node, codes::PORT, "must match `containerPort` when `hostNetwork` is true");
            }
            let ip = str_of(port, "hostIP").unwrap_or_default();
            match taken.get(&(number, protocol(port), ip)) {
                Some(first) => {
                    findings.duplicate(node, first, codes::DUPLICATE);
                }
                None => {
                    taken.insert((number, protocol(port), ip), node);
                }
            }
        }
    }
}

fn restart_policy(_: &Object<'_>, pod: Pod<'_>, findings: &mut Findings<'_, '_>) {
    for (_, container) in pod.containers() {
        let Some(node) = container.get("restartPolicy") else { continue };
        if node.as_str().is_some_and(|text| !matches!(text, "Always" | "Never" | "OnFailure")) {
            findings.unsupported(node, codes::ENUM, ["Always", "Never", "OnFailure"].into_iter());
        }
    }
}
