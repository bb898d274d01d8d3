//! Security contexts.
// Rule: kubernetes v1.37 pkg/apis/core/validation/validation.go, `ValidateSecurityContext`.

use std::collections::BTreeMap;

use super::super::codes;
use super::super::findings::{Findings, Warn as _};
use super::super::object::{Object, Pod, int_of, items, str_of};
use super::PodRule;
use crate::codec::Node;

pub(super) const RULES: &[PodRule] = &[pod_context, container_contexts];

fn user_ids(context: &Node, findings: &mut Findings<'_, '_>) {
    for field in ["runAsUser", "runAsGroup", "fsGroup"] {
        let Some(node) = context.get(field) else { continue };
        if node.as_i64().is_some_and(|id| !(0..=i64::from(i32::MAX)).contains(&id)) {
            findings.invalid(node, codes::SECURITY, "must be between 0 and 2147483647, inclusive");
        }
    }
    if let Some(seccomp) = context.get("seccompProfile") {
        let local = str_of(seccomp, "type") == Some("Localhost");
        match seccomp.get("localhostProfile").filter(|profile| !profile.is_null()) {
            None if local => {
                findings.missing(
                    seccomp,
                    "localhostProfile",
                    codes::SECURITY,
                    "must be set when seccomp type is Localhost",
                );
            }
            Some(profile) if !local => {
                findings.invalid(profile, codes::SECURITY, "can only be set when seccomp type is Localhost");
            }
            _ => {}
        }
    }
}

fn root(context: &Node, findings: &mut Findings<'_, '_>) {
    let Some(node) = context.get("runAsUser").filter(|_| int_of(context, "runAsUser") == Some(0)) else {
        return;
    };
    if context.get("runAsNonRoot").and_then(Node::as_bool) == Some(true) {
        findings
            .invalid(node, codes::SECURITY, "the kubelet starts no root user when `runAsNonRoot` is true")
            .warn();
    }
}

fn pod_context(_: &Object<'_>, pod: Pod<'_>, findings: &mut Findings<'_, '_>) {
    let Some(context) = pod.spec.get("securityContext") else { return };
    user_ids(context, findings);
    root(context, findings);
    sysctls(context, findings);
    for group in items(context, "supplementalGroups") {
        if group.as_i64().is_some_and(|id| !(0..=i64::from(i32::MAX)).contains(&id)) {
            findings.invalid(group, codes::SECURITY, "must be between 0 and 2147483647, inclusive");
        }
    }
}

fn sysctls(context: &Node, findings: &mut Findings<'_, '_>) {
    let mut seen: BTreeMap<&str, &Node> = BTreeMap::new();
    for sysctl in items(context, "sysctls") {
        let Some((text, node)) = str_of(sysctl, "name").zip(sysctl.get("name")) else { continue };
        if text.is_empty() {
        } else if !is_sysctl(text) {
            let detail = "must be lower case letters, digits, '-', '_', and '.' or '/' between parts, at most 253 characters";
            findings.invalid(node, codes::SECURITY, detail);
        } else if let Some(first) = seen.get(text) {
            findings.duplicate(node, first, codes::DUPLICATE);
        } else {
            seen.insert(text, node);
        }
    }
}

fn is_sysctl(name: &str) -> bool {
    let end = |byte: Option<&u8>| byte.is_some_and(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit());
    let part = |part: &str| {
        let bytes = part.as_bytes();
        let inner =
            |byte: &u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'-' | b'_');
        end(bytes.first()) && end(bytes.last()) && bytes.iter().all(inner)
    };
    name.len() <= 253 && name.split(['.', '/']).all(part)
}

fn container_contexts(_: &Object<'_>, pod: Pod<'_>, findings: &mut Findings<'_, '_>) {
    for (_, container) in pod.containers() {
        let Some(context) = container.get("securityContext") else { continue };
        user_ids(context, findings);
        root(context, findings);
        let flag = |name| context.get(name).and_then(Node::as_bool);
        let Some(escalation) =
            context.get("allowPrivilegeEscalation").filter(|node| node.as_bool() == Some(false))
        else {
            continue;
        };
        if flag("privileged") == Some(true) {
            findings.invalid(
                escalation,
                codes::SECURITY,
                "cannot set `allowPrivilegeEscalation` to false and `privileged` to true",
            );
        }
        let added =
            context.get("capabilities").into_iter().flat_map(|capabilities| items(capabilities, "add"));
        if added.filter_map(Node::as_str).any(|name| name == "CAP_SYS_ADMIN") {
            findings.invalid(
                escalation,
                codes::SECURITY,
                "cannot set `allowPrivilegeEscalation` to false and `capabilities.Add` CAP_SYS_ADMIN",
            );
        }
    }
}
