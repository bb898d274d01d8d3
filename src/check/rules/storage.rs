//! Persistent volumes, claims and storage classes.
// Rule: kubernetes v1.37 pkg/apis/core/validation/validation.go, `ValidatePersistentVolume`,
// `ValidatePersistentVolumeClaimSpec`.

use super::super::codes;
use super::super::findings::Findings;
use super::super::object::{Object, has, items, str_of};
use super::metadata::SUBDOMAIN_TEXT;
use super::resources::quantity;
use super::{ObjectRule, scheduling, selector, volume, volume_source};
use crate::codec::Node;
use crate::kube::is_dns_subdomain;

pub(super) const RULES: &[ObjectRule] = &[
    (&["PersistentVolume"], persistent_volume),
    (&["PersistentVolumeClaim"], claim_object),
    (&["StatefulSet"], claim_templates),
];

fn access_modes(spec: &Node, findings: &mut Findings<'_, '_>) {
    let modes: Vec<_> = items(spec, "accessModes").filter_map(Node::as_str).collect();
    if spec.get("accessModes").and_then(Node::as_list).is_none_or(<[Node]>::is_empty) {
        if spec.get("accessModes").is_none_or(|modes| modes.is_null() || modes.as_list().is_some()) {
            findings.missing(spec, "accessModes", codes::ACCESS_MODES, "");
        }
    } else if modes.len() > 1
        && modes.contains(&"ReadWriteOncePod")
        && let Some(node) = spec.get("accessModes")
    {
        findings.forbidden(node, codes::ACCESS_MODES, "may not use ReadWriteOncePod with other access modes");
    }
}

fn positive_storage(list: &Node, findings: &mut Findings<'_, '_>) {
    let Some(node) = list.get("storage") else { return };
    if quantity(node).is_some_and(|amount| amount.is_negative() || amount.is_zero()) {
        findings.invalid(node, codes::RESOURCES, "must be greater than zero");
    }
}

fn class_name(spec: &Node, findings: &mut Findings<'_, '_>) {
    if let Some(node) = spec.get("storageClassName")
        && node.as_str().is_some_and(|name| !name.is_empty() && !is_dns_subdomain(name))
    {
        findings.invalid(node, codes::NAME, SUBDOMAIN_TEXT);
    }
}

fn persistent_volume(object: &Object<'_>, findings: &mut Findings<'_, '_>) {
    let Some(spec) = object.at("spec").filter(|spec| spec.as_map().is_some()) else {
        no_spec(object, findings);
        return;
    };
    access_modes(spec, findings);
    class_name(spec, findings);
    match spec.get("capacity").filter(|capacity| !capacity.is_null()) {
        None => {
            findings.missing(spec, "capacity", codes::VOLUME, "");
        }
        Some(capacity) => {
            if capacity.as_map().is_some_and(|map| map.get("storage").is_none() || map.len() > 1) {
                findings.says(capacity, codes::VOLUME, "Unsupported value: supported values: \"storage\"");
            }
            positive_storage(capacity, findings);
        }
    }
    volume::one_source(spec, &["claimRef", "nodeAffinity"], true, findings);
    volume_source::check(spec, findings);
    if let Some(affinity) = spec.get("nodeAffinity").filter(|affinity| affinity.as_map().is_some()) {
        match affinity.get("required").filter(|required| !required.is_null()) {
            Some(required) => scheduling::some_terms(required, findings),
            None => {
                let detail = "must specify required node constraints";
                findings.missing(affinity, "required", codes::SCHEDULING, detail);
            }
        }
    }
    if has(spec, "local") && !has(spec, "nodeAffinity") {
        findings.missing(spec, "nodeAffinity", codes::VOLUME, "Local volume requires node affinity");
    }
    if let Some(node) = spec.get("persistentVolumeReclaimPolicy")
        && node.as_str() == Some("Recycle")
        && spec.at_path(["hostPath", "path"]).and_then(Node::as_str) == Some("/")
    {
        findings.forbidden(node, codes::VOLUME, "may not be 'recycle' for a hostPath mount of '/'");
    }
}

fn claim(spec: &Node, findings: &mut Findings<'_, '_>) {
    access_modes(spec, findings);
    class_name(spec, findings);
    selector::check(spec.get("selector"), findings);
    let requests = spec.at_path(["resources", "requests"]);
    match requests.filter(|requests| has(requests, "storage")) {
        None => {
            if requests.is_none_or(|requests| requests.is_null() || requests.as_map().is_some()) {
                findings.missing(spec, "resources.requests.storage", codes::RESOURCES, "");
            }
        }
        Some(requests) => positive_storage(requests, findings),
    }
    if let Some(source) = spec.get("dataSource").filter(|source| !source.is_null()) {
        let kind = str_of(source, "kind").unwrap_or_default();
        if str_of(source, "apiGroup").is_none_or(str::is_empty) && kind != "PersistentVolumeClaim" {
            findings.says(
                source,
                codes::VOLUME,
                "Invalid value: must be 'PersistentVolumeClaim' when referencing the default apiGroup",
            );
        }
    }
}

fn claim_object(object: &Object<'_>, findings: &mut Findings<'_, '_>) {
    match object.at("spec").filter(|spec| spec.as_map().is_some()) {
        Some(spec) => claim(spec, findings),
        None => no_spec(object, findings),
    }
}

/// A spec that is there and is no map is told of as that.
fn no_spec(object: &Object<'_>, findings: &mut Findings<'_, '_>) {
    if object.at("spec").is_none_or(Node::is_null) {
        findings.missing(&object.root, "spec", codes::VOLUME, "");
    }
}

fn claim_templates(object: &Object<'_>, findings: &mut Findings<'_, '_>) {
    for template in object.at("spec").into_iter().flat_map(|spec| items(spec, "volumeClaimTemplates")) {
        if let Some(spec) = template.get("spec").filter(|spec| spec.as_map().is_some()) {
            claim(spec, findings);
        }
    }
}
