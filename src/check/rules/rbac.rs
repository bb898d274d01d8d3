//! Roles and their bindings.
// Rule: kubernetes v1.37 pkg/apis/rbac/validation/validation.go.

use super::super::codes;
use super::super::findings::Findings;
use super::super::object::{Object, has, items, str_of};
use super::metadata::{PATH_TEXT, SUBDOMAIN_TEXT, is_path_segment};
use super::{ObjectRule, selector};
use crate::codec::Node;
use crate::kube::is_dns_subdomain;

pub(super) const RULES: &[ObjectRule] = &[
    (&["Role", "ClusterRole"], rules),
    (&["ClusterRole"], aggregation),
    (&["RoleBinding", "ClusterRoleBinding"], role_ref),
    (&["RoleBinding", "ClusterRoleBinding"], subjects),
];

const GROUP: &str = "rbac.authorization.k8s.io";

fn some(rule: &Node, field: &str) -> bool {
    items(rule, field).next().is_some()
}

fn rules(object: &Object<'_>, findings: &mut Findings<'_, '_>) {
    for rule in items(&object.root, "rules").filter(|rule| rule.as_map().is_some()) {
        if rule.get("verbs").and_then(Node::as_list).is_some_and(<[Node]>::is_empty) {
            findings.missing(rule, "verbs", codes::ROLE, "verbs must contain at least one value");
        }
        if some(rule, "nonResourceURLs") {
            if let Some(node) = rule.get("nonResourceURLs").filter(|_| object.kind == "Role") {
                findings.says(
                    node,
                    codes::ROLE,
                    "Invalid value: namespaced rules cannot apply to non-resource URLs",
                );
            } else if (some(rule, "apiGroups") || some(rule, "resources"))
                && let Some(node) = rule.get("nonResourceURLs")
            {
                findings.says(
                    node,
                    codes::ROLE,
                    "Invalid value: rules cannot apply to both regular resources and non-resource URLs",
                );
            }
            continue;
        }
        if !some(rule, "apiGroups") {
            findings.missing(
                rule,
                "apiGroups",
                codes::ROLE,
                "resource rules must supply at least one api group",
            );
        } else if !some(rule, "resources") {
            findings.missing(
                rule,
                "resources",
                codes::ROLE,
                "resource rules must supply at least one resource",
            );
        }
    }
}

fn aggregation(object: &Object<'_>, findings: &mut Findings<'_, '_>) {
    let Some(rule) = object.root.get("aggregationRule").filter(|rule| rule.as_map().is_some()) else {
        return;
    };
    if items(rule, "clusterRoleSelectors").next().is_none() {
        let detail = "at least one clusterRoleSelector required";
        findings.missing(rule, "clusterRoleSelectors", codes::ROLE, detail);
    }
    for selector in items(rule, "clusterRoleSelectors") {
        selector::check(Some(selector), findings);
    }
}

fn role_ref(object: &Object<'_>, findings: &mut Findings<'_, '_>) {
    let Some(reference) = object.root.get("roleRef") else { return };
    if let Some(node) = reference.get("apiGroup")
        && node.as_str().is_some_and(|group| group != GROUP && !group.is_empty())
    {
        findings.unsupported(node, codes::ROLE, [GROUP].into_iter());
    }
    let kinds: &[&str] =
        if object.kind == "RoleBinding" { &["Role", "ClusterRole"] } else { &["ClusterRole"] };
    if let Some(node) = reference.get("kind")
        && node.as_str().is_some_and(|kind| !kinds.contains(&kind))
    {
        findings.unsupported(node, codes::ROLE, kinds.iter().copied());
    }
    if let Some(node) = reference.get("name")
        && node.as_str().is_some_and(|name| !is_path_segment(name))
    {
        findings.invalid(node, codes::ROLE, PATH_TEXT);
    }
}

fn subjects(object: &Object<'_>, findings: &mut Findings<'_, '_>) {
    for subject in items(&object.root, "subjects") {
        let Some(kind) = str_of(subject, "kind") else { continue };
        let group =
            subject.get("apiGroup").filter(|group| group.as_str().is_some_and(|group| !group.is_empty()));
        match kind {
            "ServiceAccount" => {
                // Quirk: in a RoleBinding the API server takes it without, and it means the binding's own.
                let wanted = object.kind == "ClusterRoleBinding";
                if wanted && (!has(subject, "namespace") || str_of(subject, "namespace") == Some("")) {
                    findings.missing(subject, "namespace", codes::ROLE, "");
                }
                if let Some(node) = group {
                    findings.unsupported(node, codes::ROLE, [""].into_iter());
                }
                if let Some(node) = subject.get("name")
                    && node.as_str().is_some_and(|name| !name.is_empty() && !is_dns_subdomain(name))
                {
                    findings.invalid(node, codes::NAME, SUBDOMAIN_TEXT);
                }
            }
            "User" | "Group" => {
                if let Some(node) = group.filter(|group| group.as_str() != Some(GROUP)) {
                    findings.unsupported(node, codes::ROLE, [GROUP].into_iter());
                }
            }
            _ => {}
        }
    }
}
