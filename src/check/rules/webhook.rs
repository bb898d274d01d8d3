//! Webhooks of admission.
// Rule: kubernetes v1.37 pkg/apis/admissionregistration/validation/validation.go, `validateWebhook`;
// apiserver/pkg/util/webhook/validation.go.

use std::collections::BTreeMap;

use super::super::codes;
use super::super::findings::Findings;
use super::super::object::{Object, has, items, str_of};
use super::container::port_number;
use super::metadata::SUBDOMAIN_TEXT;
use super::{ObjectRule, selector};
use crate::codec::Node;
use crate::kube::is_dns_subdomain;

pub(super) const RULES: &[ObjectRule] =
    &[(&["MutatingWebhookConfiguration", "ValidatingWebhookConfiguration"], webhooks)];

/// The longest an API server waits, in seconds.
const LONGEST: i64 = 30;

fn webhooks(object: &Object<'_>, findings: &mut Findings<'_, '_>) {
    let mut names: BTreeMap<&str, &Node> = BTreeMap::new();
    for webhook in items(&object.root, "webhooks").filter(|webhook| webhook.as_map().is_some()) {
        if let Some((text, node)) = str_of(webhook, "name").zip(webhook.get("name"))
            && !text.is_empty()
        {
            if !is_dns_subdomain(text) {
                findings.invalid(node, codes::NAME, SUBDOMAIN_TEXT);
            } else if text.split('.').count() < 3 {
                let detail = "should be a domain with at least three segments separated by dots";
                findings.invalid(node, codes::NAME, detail);
            } else if let Some(first) = names.get(text) {
                findings.duplicate(node, first, codes::DUPLICATE);
            } else {
                names.insert(text, node);
            }
        }
        rules(webhook, findings);
        reviews(webhook, findings);
        if let Some(node) = webhook.get("timeoutSeconds")
            && node.as_i64().is_some_and(|seconds| !(1..=LONGEST).contains(&seconds))
        {
            findings.invalid(node, codes::NUMBER, "the timeout value must be between 1 and 30 seconds");
        }
        selector::check(webhook.get("namespaceSelector"), findings);
        selector::check(webhook.get("objectSelector"), findings);
        if let Some(client) = webhook.get("clientConfig").filter(|client| client.as_map().is_some()) {
            self::client(client, findings);
        }
    }
}

fn rules(webhook: &Node, findings: &mut Findings<'_, '_>) {
    for rule in items(webhook, "rules").filter(|rule| rule.as_map().is_some()) {
        for field in ["apiGroups", "apiVersions", "operations", "resources"] {
            if items(rule, field).next().is_none()
                && rule.get(field).is_none_or(|node| node.as_list().is_some())
            {
                findings.missing(rule, field, codes::MISSING, "");
            }
        }
    }
}

fn reviews(webhook: &Node, findings: &mut Findings<'_, '_>) {
    let Some(node) = webhook.get("admissionReviewVersions").filter(|node| node.as_list().is_some()) else {
        return;
    };
    let known = |version: &Node| matches!(version.as_str(), Some("v1" | "v1beta1"));
    if !items(webhook, "admissionReviewVersions").any(known) {
        findings.says(node, codes::ENUM, "Invalid value: must include at least one of v1, v1beta1");
    }
    let mut seen: BTreeMap<&str, &Node> = BTreeMap::new();
    for version in items(webhook, "admissionReviewVersions") {
        let Some(text) = version.as_str() else { continue };
        if let Some(first) = seen.insert(text, version) {
            findings.duplicate(version, first, codes::DUPLICATE);
        }
    }
}

/// Checks where an API server finds somebody: at an address or at a Service.
pub(super) fn client(client: &Node, findings: &mut Findings<'_, '_>) {
    if has(client, "url") == has(client, "service") {
        findings.says(client, codes::MISSING, "Required value: exactly one of url or service is required");
        return;
    }
    if let Some(node) = client.get("url")
        && node.as_str().is_some_and(|url| !url.starts_with("https://") || url.len() == "https://".len())
    {
        findings.invalid(
            node,
            codes::SERVICE,
            "'https' is the only allowed URL scheme; desired format: https://host[/path]",
        );
    }
    let Some(service) = client.get("service") else { return };
    port_number(service.get("port"), findings);
    if let Some(node) = service.get("path")
        && node
            .as_str()
            .is_some_and(|path| !path.is_empty() && (!path.starts_with('/') || path.contains("//")))
    {
        findings.invalid(node, codes::SERVICE, "must start with a '/' and have no empty part");
    }
}
