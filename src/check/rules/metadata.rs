//! Names, namespaces, labels, annotations.
// Rule: kubernetes v1.37 apimachinery/pkg/api/validation/objectmeta.go and the ValidateName of each kind.

use super::super::codes;
use super::super::findings::{Findings, Warn as _, nearest};
use super::super::object::{Object, items};
use super::ObjectRule;
use crate::codec::{Map, Node};
use crate::diag::Code;
use crate::kube::{
    is_dns_label, is_dns_label_1035, is_dns_subdomain, is_label_value, is_qualified_name, schema,
};

pub(super) const RULES: &[ObjectRule] = &[
    (&[], name),
    (&[], namespace),
    (WANT_A_SPEC, spec),
    (MAKE_PODS, template_spec),
    (&[], finalizers),
    (&[], labels_of_object),
    (&[], annotations_of_object),
    (&[], template_metadata),
];

/// Kinds that need something in their spec, so that none is refused.
const WANT_A_SPEC: &[&str] = &[
    "CronJob",
    "CustomResourceDefinition",
    "DaemonSet",
    "Deployment",
    "HorizontalPodAutoscaler",
    "Ingress",
    "IngressClass",
    "Job",
    "Pod",
    "ReplicaSet",
    "ReplicationController",
    "Service",
    "StatefulSet",
];

/// Kinds that hold a template of pods.
const MAKE_PODS: &[&str] =
    &["CronJob", "DaemonSet", "Deployment", "Job", "ReplicaSet", "ReplicationController", "StatefulSet"];

/// All annotations of an object together may not be larger.
const ANNOTATIONS: usize = 256 * 1024;

pub(super) const LABEL_TEXT: &str = "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character, at most 63 characters";
pub(super) const LABEL_1035_TEXT: &str = "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character, at most 63 characters";
pub(super) const SUBDOMAIN_TEXT: &str = "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character, at most 253 characters";
pub(super) const QUALIFIED_TEXT: &str = "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character, at most 63 characters behind an optional DNS prefix and '/'";
pub(super) const PATH_TEXT: &str = "may not be '.', '..' or contain '/' or '%'";
pub(super) const VALUE_TEXT: &str = "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character, at most 63 characters";

/// Whether a text can be a part of a URL's path.
pub(super) fn is_path_segment(text: &str) -> bool {
    text != "." && text != ".." && !text.contains(['/', '%'])
}

fn name(object: &Object<'_>, findings: &mut Findings<'_, '_>) {
    let reviewed = object.known.is_some_and(|kind| kind.scope == schema::Scope::Subresource)
        || object.kind.ends_with("Review");
    let metadata = object.root.get("metadata").filter(|metadata| !metadata.is_null());
    let set = |field| metadata.and_then(|metadata| metadata.get(field)).filter(|name| !name.is_null());
    if let Some(node) = set("generateName").filter(|node| node.as_str() != Some("")) {
        named(object, node, true, findings);
    }
    let Some(node) = set("name") else {
        if set("generateName").is_none_or(|node| node.as_str() == Some("")) && !reviewed {
            match metadata {
                Some(metadata) => {
                    findings.missing(metadata, "name", codes::MISSING, "name or generateName is required")
                }
                None => findings.missing(
                    &object.root,
                    "metadata.name",
                    codes::MISSING,
                    "name or generateName is required",
                ),
            };
        }
        return;
    };
    named(object, node, false, findings);
}

/// Checks a name, or what one begins with: then it may end with dashes.
fn named(object: &Object<'_>, node: &Node, begins: bool, findings: &mut Findings<'_, '_>) {
    let Some(whole) = node.as_str() else { return };
    let text = match whole.strip_suffix('-') {
        Some(head) if begins && !head.is_empty() => &format!("{head}a"),
        _ => whole,
    };
    let detail = match object.kind.as_str() {
        _ if text.is_empty() => "must not be empty",
        _ if !object.builtin && is_dns_subdomain(text) => return,
        "Namespace" if is_dns_label(text) => return,
        "Namespace" => LABEL_TEXT,
        "Service" if is_dns_label_1035(text) => return,
        "Service" => LABEL_1035_TEXT,
        "StatefulSet" if is_dns_label(text) => return,
        "StatefulSet" => LABEL_TEXT,
        // Rule: apimachinery/pkg/api/validation/path: any text that can be a part of a URL's path. Of budgets nothing
        // else is asked (`ValidatePodDisruptionBudget`).
        "Role" | "ClusterRole" | "RoleBinding" | "ClusterRoleBinding" | "PodDisruptionBudget"
            if is_path_segment(text) =>
        {
            return;
        }
        "Role" | "ClusterRole" | "RoleBinding" | "ClusterRoleBinding" | "PodDisruptionBudget" => PATH_TEXT,
        // It becomes a label of the job's pods (`generateSelector`).
        "Job" if text.len() > 63 => "must be no more than 63 characters",
        // Eleven characters are kept for the name of the job it makes.
        "CronJob" if text.len() > 52 => "must be no more than 52 characters",
        "CustomResourceDefinition" => return definition_name(object, node, text, findings),
        _ if is_dns_subdomain(text) => return,
        _ => SUBDOMAIN_TEXT,
    };
    findings.invalid(node, codes::NAME, detail);
}

fn definition_name(object: &Object<'_>, node: &Node, text: &str, findings: &mut Findings<'_, '_>) {
    let part = |path| object.at(path).and_then(Node::as_str);
    let (Some(plural), Some(group)) = (part("spec.names.plural"), part("spec.group")) else { return };
    let wanted = format!("{plural}.{group}");
    if text != wanted {
        findings.invalid(
            node,
            codes::NAME,
            &format!("must be spec.names.plural+\".\"+spec.group, here {wanted:?}"),
        );
    }
}

/// The document of the API calls some of these specs required; that is told of once.
fn spec(object: &Object<'_>, findings: &mut Findings<'_, '_>) {
    let required =
        object.known.is_some_and(|kind| kind.root.field("spec").is_some_and(|field| field.required));
    if !required && object.at("spec").is_none_or(Node::is_null) {
        findings.missing(&object.root, "spec", codes::MISSING, "");
    }
}

/// A pod's template without a spec has no containers; whether the template itself is there is told of elsewhere.
fn template_spec(object: &Object<'_>, findings: &mut Findings<'_, '_>) {
    let path = match object.kind.as_str() {
        "CronJob" => match object.at("spec.jobTemplate").filter(|template| template.as_map().is_some()) {
            Some(job) if job.get("spec").is_none_or(Node::is_null) => {
                findings.missing(job, "spec", codes::MISSING, "");
                return;
            }
            _ => "spec.jobTemplate.spec.template",
        },
        _ => "spec.template",
    };
    if let Some(template) = object.at(path).filter(|template| template.as_map().is_some())
        && template.get("spec").is_none_or(Node::is_null)
    {
        findings.missing(template, "spec", codes::MISSING, "");
    }
}

fn finalizers(object: &Object<'_>, findings: &mut Findings<'_, '_>) {
    let Some(metadata) = object.root.get("metadata") else { return };
    // Kinds that came later ask for a well-made name only.
    let is_core = object.builtin
        && !matches!(object.kind.as_str(), "CustomResourceDefinition" | "PodDisruptionBudget")
        && !object.kind.ends_with("WebhookConfiguration");
    let standard = ["kubernetes", "foregroundDeletion", "orphan"];
    for node in items(metadata, "finalizers") {
        let Some(name) = node.as_str() else { continue };
        if !is_qualified_name(name) {
            findings.invalid(node, codes::NAME, QUALIFIED_TEXT);
        } else if is_core && !name.contains('/') && !standard.contains(&name) {
            let detail = "name is neither a standard finalizer name nor is it fully qualified";
            findings.invalid(node, codes::NAME, detail);
        }
    }
}

fn namespace(object: &Object<'_>, findings: &mut Findings<'_, '_>) {
    let Some(node) = object.at("metadata.namespace") else { return };
    let Some(text) = node.as_str() else { return };
    if object.known.is_some_and(|kind| kind.scope == schema::Scope::Cluster) {
        if !text.is_empty() {
            findings
                .forbidden(
                    node,
                    codes::NAMESPACE,
                    &format!("{} has no namespace; kubectl drops it", object.kind),
                )
                .warn();
        }
    } else if !text.is_empty() && !is_dns_label(text) {
        findings.invalid(node, codes::NAMESPACE, LABEL_TEXT);
    }
}

/// Checks keys and values of labels, or of a selector, which has the same syntax.
pub(super) fn labels(node: Option<&Node>, code: Code, findings: &mut Findings<'_, '_>) {
    let Some(node) = node else { return };
    for entry in node.as_map().into_iter().flat_map(Map::entries) {
        if !is_qualified_name(&entry.key) {
            findings.invalid_key(node, &entry.key, code, QUALIFIED_TEXT);
        }
        if entry.value.as_str().is_some_and(|value| !is_label_value(value)) {
            findings.invalid(&entry.value, code, VALUE_TEXT);
        }
    }
}

fn annotations(node: Option<&Node>, findings: &mut Findings<'_, '_>) {
    let Some(node) = node else { return };
    let mut size = 0;
    for entry in node.as_map().into_iter().flat_map(Map::entries) {
        size += entry.key.len() + entry.value.as_str().map_or(0, str::len);
        if !is_qualified_name(&entry.key.to_ascii_lowercase()) {
            findings.invalid_key(node, &entry.key, codes::ANNOTATION, QUALIFIED_TEXT);
        }
    }
    if size > ANNOTATIONS {
        findings.says(
            node,
            codes::ANNOTATION,
            &format!("Too long: may not be more than {ANNOTATIONS} bytes, is {size}"),
        );
    }
}

fn labels_of_object(object: &Object<'_>, findings: &mut Findings<'_, '_>) {
    labels(object.at("metadata.labels"), codes::LABEL, findings);
}

fn annotations_of_object(object: &Object<'_>, findings: &mut Findings<'_, '_>) {
    annotations(object.at("metadata.annotations"), findings);
}

fn template_metadata(object: &Object<'_>, findings: &mut Findings<'_, '_>) {
    if object.kind == "Pod" {
        return;
    }
    if let Some(metadata) = object.pod().and_then(|pod| pod.metadata) {
        labels(metadata.get("labels"), codes::LABEL, findings);
        annotations(metadata.get("annotations"), findings);
    }
}

/// The nearest of some keys, as a sentence.
pub(super) fn did_you_mean<'c>(text: &str, choices: impl Iterator<Item = &'c str>) -> Option<String> {
    nearest(text, choices).map(|near| format!("did you mean `{near}`?"))
}
