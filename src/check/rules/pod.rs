//! What concerns a pod as a whole.
// Rule: kubernetes v1.37 pkg/apis/core/validation/validation.go, `ValidatePodSpec` and what it calls.

use super::super::codes;
use super::super::findings::{Findings, Warn as _};
use super::super::object::{Object, Pod, has, items, str_of};
use super::PodRule;
use super::metadata::{LABEL_TEXT, SUBDOMAIN_TEXT};
use crate::codec::Node;
use crate::kube::{is_dns_label, is_dns_subdomain};

pub(super) const RULES: &[PodRule] =
    &[some_container, names, numbers, processes, dns, resolver, host_aliases, pull_secrets];

fn some_container(_: &Object<'_>, pod: Pod<'_>, findings: &mut Findings<'_, '_>) {
    if pod.spec.get("containers").and_then(Node::as_list).is_some_and(<[Node]>::is_empty) {
        findings.missing(pod.spec, "containers", codes::MISSING, "a pod needs a container");
    }
}

fn names(_: &Object<'_>, pod: Pod<'_>, findings: &mut Findings<'_, '_>) {
    // The older name counts where the newer one is not written.
    let account = if str_of(pod.spec, "serviceAccountName").is_some_and(|name| !name.is_empty()) {
        "serviceAccountName"
    } else {
        "serviceAccount"
    };
    for field in [account, "nodeName", "priorityClassName", "runtimeClassName"] {
        if let Some(node) = pod.spec.get(field)
            && node.as_str().is_some_and(|text| !text.is_empty() && !is_dns_subdomain(text))
        {
            findings.invalid(node, codes::NAME, SUBDOMAIN_TEXT);
        }
    }
    if let Some(node) = pod.spec.get("runtimeClassName").filter(|node| node.as_str() == Some("")) {
        findings.invalid(node, codes::NAME, "must not be empty");
    }
    for field in ["hostname", "subdomain"] {
        if let Some(node) = pod.spec.get(field)
            && node.as_str().is_some_and(|text| !text.is_empty() && !is_dns_label(text))
        {
            findings.invalid(node, codes::NAME, LABEL_TEXT);
        }
    }
}

fn numbers(object: &Object<'_>, pod: Pod<'_>, findings: &mut Findings<'_, '_>) {
    // Rule: pkg/api/pod/warnings.go: a negative one is taken and counts as 1.
    if let Some(node) = pod.spec.get("terminationGracePeriodSeconds")
        && node.as_i64().is_some_and(|value| value < 0)
    {
        findings.invalid(node, codes::NUMBER, "must be >= 0; it is treated as 1").warn();
    }
    if let Some(node) = pod.spec.get("activeDeadlineSeconds")
        && matches!(object.kind.as_str(), "Pod" | "Job" | "CronJob")
        && node.as_i64().is_some_and(|value| value < 1)
    {
        findings.invalid(node, codes::NUMBER, "must be between 1 and 2147483647, inclusive");
    }
}

fn processes(_: &Object<'_>, pod: Pod<'_>, findings: &mut Findings<'_, '_>) {
    let is_true = |field| pod.spec.get(field).and_then(Node::as_bool) == Some(true);
    if let Some(node) = pod.spec.get("shareProcessNamespace").filter(|_| is_true("shareProcessNamespace"))
        && is_true("hostPID")
    {
        let detail = "`shareProcessNamespace` and `hostPID` cannot both be enabled";
        findings.invalid(node, codes::SECURITY, detail);
    }
}

fn dns(_: &Object<'_>, pod: Pod<'_>, findings: &mut Findings<'_, '_>) {
    if str_of(pod.spec, "dnsPolicy") == Some("None") {
        let servers = pod.spec.at_path(["dnsConfig", "nameservers"]).and_then(Node::as_list);
        if servers.is_none_or(<[Node]>::is_empty) {
            findings.missing(
                pod.spec,
                "dnsConfig.nameservers",
                codes::MISSING,
                "must provide at least one DNS nameserver when `dnsPolicy` is None",
            );
        }
    }
}

fn resolver(_: &Object<'_>, pod: Pod<'_>, findings: &mut Findings<'_, '_>) {
    let Some(config) = pod.spec.get("dnsConfig") else { return };
    for node in items(config, "nameservers") {
        if node.as_str().is_some_and(|text| text.parse::<std::net::IpAddr>().is_err()) {
            findings.invalid(
                node,
                codes::NAME,
                "must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)",
            );
        }
    }
    if let Some(servers) = config.get("nameservers").filter(|_| items(config, "nameservers").count() > 3) {
        findings.says(servers, codes::NUMBER, "Invalid value: must not have more than 3 nameservers");
    }
    for option in items(config, "options").filter(|option| option.as_map().is_some()) {
        if !has(option, "name") || str_of(option, "name") == Some("") {
            findings.missing(option, "name", codes::MISSING, "must not be empty");
        }
    }
}

fn host_aliases(_: &Object<'_>, pod: Pod<'_>, findings: &mut Findings<'_, '_>) {
    for alias in items(pod.spec, "hostAliases") {
        if let Some(node) = alias.get("ip")
            && node.as_str().is_some_and(|text| text.parse::<std::net::IpAddr>().is_err())
        {
            findings.invalid(
                node,
                codes::NAME,
                "must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)",
            );
        }
        for host in items(alias, "hostnames") {
            if host.as_str().is_some_and(|text| !is_dns_subdomain(text)) {
                findings.invalid(host, codes::NAME, SUBDOMAIN_TEXT);
            }
        }
    }
}

// Rule: pkg/api/pod/warnings.go: an empty name is taken and does nothing.
fn pull_secrets(_: &Object<'_>, pod: Pod<'_>, findings: &mut Findings<'_, '_>) {
    for secret in items(pod.spec, "imagePullSecrets") {
        if secret.as_map().is_some() && (!has(secret, "name") || str_of(secret, "name") == Some("")) {
            findings
                .invalid(secret, codes::REFERENCE, "an image pull secret without a name does nothing")
                .warn();
        }
    }
}
