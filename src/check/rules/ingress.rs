//! Ingresses.
// Rule: kubernetes v1.37 pkg/apis/networking/validation/validation.go, `ValidateIngressCreate`.

use std::net::IpAddr;

use super::super::codes;
use super::super::findings::Findings;
use super::super::object::{Object, has, int_of, items, str_of};
use super::ObjectRule;
use super::container::{port_number, port_or_name};
use super::metadata::{LABEL_1035_TEXT, SUBDOMAIN_TEXT};
use crate::codec::Node;
use crate::diag::Label;
use crate::kube::{is_dns_label_1035, is_dns_subdomain, is_wildcard_host};

pub(super) const RULES: &[ObjectRule] = &[
    (&["Ingress"], something),
    (&["Ingress"], class),
    (&["Ingress"], hosts),
    (&["Ingress"], paths),
    (&["Ingress"], default_backend),
];

/// Its spec; rules look at the version of today only.
fn spec<'o>(object: &'o Object<'_>) -> Option<&'o Node> {
    object.at("spec").filter(|spec| object.api_version == "networking.k8s.io/v1" && spec.as_map().is_some())
}

fn something(object: &Object<'_>, findings: &mut Findings<'_, '_>) {
    let Some(spec) = spec(object) else { return };
    if !has(spec, "defaultBackend") && items(spec, "rules").next().is_none() {
        findings.says(
            spec,
            codes::INGRESS,
            "Invalid value: either `defaultBackend` or `rules` must be specified",
        );
    }
}

fn class(object: &Object<'_>, findings: &mut Findings<'_, '_>) {
    let Some(spec) = spec(object) else { return };
    let annotation = object.at("metadata.annotations").and_then(|map| map.get("kubernetes.io/ingress.class"));
    let Some((text, node)) = str_of(spec, "ingressClassName").zip(spec.get("ingressClassName")) else {
        return;
    };
    if !is_dns_subdomain(text) {
        findings.invalid(node, codes::INGRESS_CLASS, SUBDOMAIN_TEXT);
    } else if let Some(annotation) = annotation
        && annotation.as_str().is_some_and(|other| other != text)
    {
        let finding = findings.invalid(
            annotation,
            codes::INGRESS_CLASS,
            "must match `ingressClassName` when both are specified",
        );
        finding.help = Some("leave the annotation out; `ingressClassName` is what counts today".to_owned());
        let place = node.place().cloned();
        finding.secondary.extend(place.map(|place| Label { place, text: "`ingressClassName`".to_owned() }));
    }
}

fn host(node: &Node, findings: &mut Findings<'_, '_>) {
    match node.as_str() {
        Some(text) if text.parse::<IpAddr>().is_ok() => {
            findings.invalid(node, codes::INGRESS, "must be a DNS name, not an IP address");
        }
        Some(text) if text.contains('*') && !is_wildcard_host(text) => {
            findings.invalid(
                node,
                codes::INGRESS,
                "a wildcard DNS-1123 subdomain must start with '*.', followed by a valid DNS subdomain",
            );
        }
        Some(text) if !text.is_empty() && !text.contains('*') && !is_dns_subdomain(text) => {
            findings.invalid(node, codes::INGRESS, SUBDOMAIN_TEXT);
        }
        _ => {}
    }
}

fn hosts(object: &Object<'_>, findings: &mut Findings<'_, '_>) {
    let Some(spec) = spec(object) else { return };
    let rules = items(spec, "rules").filter_map(|rule| rule.get("host"));
    let tls = items(spec, "tls").flat_map(|tls| items(tls, "hosts"));
    for node in rules.chain(tls) {
        host(node, findings);
    }
    for node in items(spec, "tls").filter_map(|tls| tls.get("secretName")) {
        if node.as_str().is_some_and(|name| !name.is_empty() && !is_dns_subdomain(name)) {
            findings.invalid(node, codes::NAME, SUBDOMAIN_TEXT);
        }
    }
}

fn paths(object: &Object<'_>, findings: &mut Findings<'_, '_>) {
    let Some(spec) = spec(object) else { return };
    for http in items(spec, "rules").filter_map(|rule| rule.get("http")) {
        if http.get("paths").and_then(Node::as_list).is_some_and(<[Node]>::is_empty) {
            findings.missing(http, "paths", codes::INGRESS, "");
        }
        for path in items(http, "paths") {
            if matches!(str_of(path, "pathType"), Some("Exact" | "Prefix")) {
                match path.get("path").filter(|path| !path.is_null()) {
                    None => {
                        findings.missing(path, "path", codes::INGRESS, "must be an absolute path");
                    }
                    Some(node) => absolute(node, findings),
                }
            } else if let Some(node) = path.get("path")
                && node.as_str().is_some_and(|text| !text.is_empty() && !text.starts_with('/'))
            {
                findings.invalid(node, codes::INGRESS, "must be an absolute path");
            }
            backend(path.get("backend"), findings);
        }
    }
}

fn absolute(node: &Node, findings: &mut Findings<'_, '_>) {
    let Some(text) = node.as_str() else { return };
    if !text.starts_with('/') {
        findings.invalid(node, codes::INGRESS, "must be an absolute path");
        return;
    }
    for wrong in ["//", "/./", "/../", "%2f", "%2F"] {
        if text.contains(wrong) {
            findings.invalid(node, codes::INGRESS, &format!("must not contain '{wrong}'"));
        }
    }
    for wrong in ["/..", "/."] {
        if text.ends_with(wrong) {
            findings.invalid(node, codes::INGRESS, &format!("cannot end with '{wrong}'"));
        }
    }
}

fn default_backend(object: &Object<'_>, findings: &mut Findings<'_, '_>) {
    if let Some(spec) = spec(object) {
        backend(spec.get("defaultBackend"), findings);
    }
}

fn backend(backend: Option<&Node>, findings: &mut Findings<'_, '_>) {
    let Some(backend) = backend.filter(|backend| backend.as_map().is_some()) else { return };
    let Some(service) = backend.get("service").filter(|service| !service.is_null()) else {
        if !has(backend, "resource") {
            findings.says(
                backend,
                codes::INGRESS,
                "Required value: must specify a `service` or a `resource`",
            );
        }
        return;
    };
    if has(backend, "resource") {
        findings.says(
            backend,
            codes::INGRESS,
            "Invalid value: cannot set both resource and service backends",
        );
        return;
    }
    if let Some(node) = service.get("name")
        && node.as_str().is_some_and(|name| !is_dns_label_1035(name))
    {
        findings.invalid(node, codes::NAME, LABEL_1035_TEXT);
    }
    if service.as_map().is_none() {
        return;
    }
    let Some(port) = service.get("port").filter(|port| !port.is_null()) else {
        findings.missing(service, "port", codes::INGRESS, "port name or number is required");
        return;
    };
    let named = str_of(port, "name").is_some_and(|name| !name.is_empty());
    let numbered = int_of(port, "number").is_some_and(|number| number != 0);
    match (named, numbered) {
        (true, true) => {
            findings.says(port, codes::INGRESS, "Invalid value: cannot set both port name & port number");
        }
        (false, false)
            if port.as_map().is_some_and(|map| map.get("name").or(map.get("number")).is_none()) =>
        {
            findings.says(port, codes::INGRESS, "Required value: port name or number is required");
        }
        (true, false) => port_or_name(port.get("name"), findings),
        (_, _) => port_number(port.get("number"), findings),
    }
}
