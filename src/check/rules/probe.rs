//! Probes and lifecycle hooks.
// Rule: kubernetes v1.37 pkg/apis/core/validation/validation.go, `validateProbe`, `validateHandler`.

use super::super::codes;
use super::super::findings::{Findings, Warn as _};
use super::super::object::{Object, Pod, Role, has, items, str_of};
use super::PodRule;
use super::container::port_or_name;
use super::metadata::did_you_mean;
use super::workload::not_negative;
use crate::codec::Node;

pub(super) const RULES: &[PodRule] = &[probes, hooks, init_containers];

const PROBES: [&str; 3] = ["livenessProbe", "readinessProbe", "startupProbe"];

fn probes(_: &Object<'_>, pod: Pod<'_>, findings: &mut Findings<'_, '_>) {
    for (_, container) in pod.containers() {
        for name in PROBES {
            let Some(probe) = container.get(name).filter(|probe| probe.as_map().is_some()) else { continue };
            handler(probe, &["exec", "grpc", "httpGet", "tcpSocket"], container, findings);
            for field in [
                "initialDelaySeconds",
                "timeoutSeconds",
                "periodSeconds",
                "successThreshold",
                "failureThreshold",
            ] {
                not_negative(probe, field, findings);
            }
            if let Some(node) = probe.get("terminationGracePeriodSeconds") {
                if name == "readinessProbe" {
                    findings.invalid(node, codes::PROBE, "must not be set for readinessProbes");
                } else if node.as_i64().is_some_and(|value| value < 1) {
                    findings.invalid(node, codes::PROBE, "must be greater than 0");
                }
            }
            if let Some(node) = probe.get("successThreshold")
                && name != "readinessProbe"
                && node.as_i64().is_some_and(|value| value > 1)
            {
                findings.invalid(node, codes::PROBE, "must be 1");
            }
        }
    }
}

fn handler(node: &Node, kinds: &[&str], container: &Node, findings: &mut Findings<'_, '_>) {
    let mut given = kinds.iter().filter(|kind| has(node, kind));
    let Some(&first) = given.next() else {
        findings.says(node, codes::PROBE, "Required value: must specify a handler type");
        return;
    };
    if let Some(second) = given.next().and_then(|second| node.get(second)) {
        findings.forbidden(second, codes::PROBE, "may not specify more than 1 handler type");
        return;
    }
    let Some(action) = node.get(first) else { return };
    match first {
        "exec" if action.as_map().is_some() && items(action, "command").next().is_none() => {
            findings.missing(action, "command", codes::PROBE, "");
        }
        "httpGet" | "tcpSocket" => {
            port_or_name(action.get("port"), findings);
            named_port(action, container, findings);
            headers(action, findings);
        }
        _ => {}
    }
}

fn headers(action: &Node, findings: &mut Findings<'_, '_>) {
    for node in items(action, "httpHeaders").filter_map(|header| header.get("name")) {
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
        if node.as_str().is_some_and(|name| !name.is_empty() && !name.bytes().all(plain)) {
            let detail = "a valid HTTP header must consist of alphanumeric characters or '-'";
            findings.invalid(node, codes::PROBE, detail);
        }
    }
}

/// The kubelet looks a port's name up in the container; a probe with an unknown one never succeeds.
fn named_port(action: &Node, container: &Node, findings: &mut Findings<'_, '_>) {
    let Some((text, node)) = str_of(action, "port").zip(action.get("port")) else { return };
    if !crate::kube::is_port_name(text) {
        return;
    }
    let names = || items(container, "ports").filter_map(|port| str_of(port, "name"));
    if !names().any(|name| name == text) {
        findings.not_found(node, codes::PROBE, "the container has no port of this name").warn().help =
            did_you_mean(text, names());
    }
}

fn hooks(_: &Object<'_>, pod: Pod<'_>, findings: &mut Findings<'_, '_>) {
    for (_, container) in pod.containers() {
        let Some(lifecycle) = container.get("lifecycle") else { continue };
        for name in ["postStart", "preStop"] {
            if let Some(hook) = lifecycle.get(name).filter(|hook| hook.as_map().is_some()) {
                handler(hook, &["exec", "httpGet", "sleep", "tcpSocket"], container, findings);
            }
        }
    }
}

fn init_containers(_: &Object<'_>, pod: Pod<'_>, findings: &mut Findings<'_, '_>) {
    for (_, container) in pod.containers().filter(|(role, _)| *role == Role::Init) {
        if str_of(container, "restartPolicy") == Some("Always") {
            continue;
        }
        for name in PROBES.into_iter().chain(["lifecycle"]) {
            if let Some(node) = container.get(name).filter(|node| !node.is_null()) {
                findings.forbidden(
                    node,
                    codes::PROBE,
                    "may not be set for init containers without restartPolicy=Always",
                );
            }
        }
    }
}
