//! Volumes of pods and where containers mount them.
// Rule: kubernetes v1.37 pkg/apis/core/validation/validation.go, `ValidateVolumes`, `ValidateVolumeMounts`.

use std::collections::HashMap;

use super::super::codes;
use super::super::findings::{Findings, Warn as _};
use super::super::object::{Object, Pod, has, items, str_of};
use super::PodRule;
use super::metadata::{LABEL_TEXT, did_you_mean};
use crate::codec::Node;
use crate::diag::{Code, Label};
use crate::kube::is_dns_label;
use crate::kube::schema::{self, Shape};

pub(super) const RULES: &[PodRule] = &[volumes, mounts];

fn volumes(_: &Object<'_>, pod: Pod<'_>, findings: &mut Findings<'_, '_>) {
    let mut seen: HashMap<&str, &Node> = HashMap::new();
    for volume in items(pod.spec, "volumes") {
        if let Some((text, node)) = str_of(volume, "name").zip(volume.get("name")) {
            if !is_dns_label(text) {
                findings.invalid(node, codes::NAME, LABEL_TEXT);
            } else if let Some(first) = seen.get(text) {
                findings.duplicate(node, first, codes::DUPLICATE);
            } else {
                seen.insert(text, node);
            }
        }
        one_source(volume, &["name"], false, findings);
        source(volume, findings);
    }
}

/// Checks that a volume has one source; in a pod, none means an empty folder (`SetDefaults_Volume`).
pub(super) fn one_source(volume: &Node, others: &[&str], needed: bool, findings: &mut Findings<'_, '_>) {
    let Some(map) = volume.as_map() else { return };
    let known = schema::named("core.v1.PersistentVolumeSpec");
    let pod_volume = schema::named("core.v1.Volume");
    let is_source = |key: &str| {
        !others.contains(&key)
            && [known, pod_volume]
                .into_iter()
                .flatten()
                .any(|kind| kind.field(key).is_some_and(|field| matches!(field.shape, Shape::Ref(_))))
    };
    let mut sources = map.entries().iter().filter(|entry| !entry.value.is_null() && is_source(&entry.key));
    if sources.next().is_none() {
        if needed {
            findings.says(volume, codes::VOLUME, "Required value: must specify a volume type");
        }
    } else if let Some(second) = sources.next() {
        findings.forbidden(&second.value, codes::VOLUME, "may not specify more than 1 volume type");
    }
}

fn steps_back(path: &str) -> bool {
    path.split('/').any(|part| part == "..")
}

fn absolute(parent: &Node, field: &str, code: Code, findings: &mut Findings<'_, '_>) {
    if let Some(node) = parent.get(field)
        && node.as_str().is_some_and(|path| !path.starts_with('/'))
    {
        findings.invalid(node, code, "must be an absolute path");
    }
}

fn relative(parent: &Node, field: &str, code: Code, findings: &mut Findings<'_, '_>) {
    if let Some(node) = parent.get(field) {
        match node.as_str() {
            Some(path) if path.starts_with('/') => {
                findings.invalid(node, code, "must be a relative path");
            }
            Some(path) if steps_back(path) => {
                findings.invalid(node, code, "must not contain '..'");
            }
            _ => {}
        }
    }
}

/// What a volume is made of, for pods and for persistent volumes.
pub(super) fn source(volume: &Node, findings: &mut Findings<'_, '_>) {
    if let Some(node) = volume.at_path(["hostPath", "path"]) {
        match node.as_str() {
            Some("") => {
                findings.invalid(node, codes::VOLUME, "must not be empty");
            }
            Some(path) if steps_back(path) => {
                findings.invalid(node, codes::VOLUME, "must not contain '..'");
            }
            _ => {}
        }
    }
    if let Some(nfs) = volume.get("nfs") {
        absolute(nfs, "path", codes::VOLUME, findings);
        if let Some(node) = nfs.get("server").filter(|server| server.as_str() == Some("")) {
            findings.invalid(node, codes::VOLUME, "must not be empty");
        }
    }
    if let Some(secret) = volume.get("secret").filter(|secret| secret.as_map().is_some())
        && (!has(secret, "secretName") || str_of(secret, "secretName") == Some(""))
    {
        findings.missing(secret, "secretName", codes::VOLUME, "");
    }
    for name in ["secret", "configMap", "downwardAPI", "projected"] {
        let Some(files) = volume.get(name) else { continue };
        mode(files, "defaultMode", findings);
        for item in items(files, "items") {
            mode(item, "mode", findings);
            relative(item, "path", codes::VOLUME, findings);
        }
    }
    let taken = |medium: &str| medium.is_empty() || medium == "Memory" || medium.starts_with("HugePages");
    if let Some(node) = volume.at_path(["emptyDir", "medium"])
        && node.as_str().is_some_and(|medium| !taken(medium))
    {
        // The API server takes it, the kubelet does not: `unknown storage medium`.
        findings.unsupported(node, codes::VOLUME, ["Memory", "HugePages"].into_iter()).warn();
    }
}

fn mode(parent: &Node, field: &str, findings: &mut Findings<'_, '_>) {
    let Some(node) = parent.get(field) else { return };
    if node.as_i64().is_some_and(|mode| !(0..=0o777).contains(&mode)) {
        findings.invalid(node, codes::VOLUME, "must be a number between 0 and 0777 (octal), both inclusive");
    }
}

fn mounts(object: &Object<'_>, pod: Pod<'_>, findings: &mut Findings<'_, '_>) {
    let claims = object.at("spec").into_iter().flat_map(|spec| items(spec, "volumeClaimTemplates"));
    let claims = claims.filter_map(|claim| claim.at_path(["metadata", "name"]).and_then(Node::as_str));
    let claims: Vec<&str> = if object.kind == "StatefulSet" { claims.collect() } else { Vec::new() };
    let names = || {
        items(pod.spec, "volumes").filter_map(|volume| str_of(volume, "name")).chain(claims.iter().copied())
    };
    for (_, container) in pod.containers() {
        let mut paths: HashMap<&str, &Node> = HashMap::new();
        for mount in items(container, "volumeMounts") {
            if let Some((text, node)) = str_of(mount, "name").zip(mount.get("name"))
                && !names().any(|name| name == text)
            {
                findings.not_found(node, codes::VOLUME_MOUNT, "the pod has no volume of this name").help =
                    did_you_mean(text, names());
            }
            if let Some((text, node)) = str_of(mount, "mountPath").zip(mount.get("mountPath")) {
                if text.is_empty() {
                    findings.invalid(node, codes::VOLUME_MOUNT, "must not be empty");
                } else if text.contains(':') {
                    // The API's description forbids it, its validation takes it.
                    findings.invalid(node, codes::VOLUME_MOUNT, "must not contain ':'").warn();
                } else if let Some(first) = paths.get(text) {
                    let finding = findings.invalid(node, codes::DUPLICATE, "must be unique");
                    let place = first.place().cloned();
                    finding
                        .secondary
                        .extend(place.map(|place| Label { place, text: "first here".to_owned() }));
                } else {
                    paths.insert(text, node);
                }
            }
            relative(mount, "subPath", codes::VOLUME_MOUNT, findings);
            if str_of(mount, "subPath").is_some_and(|path| !path.is_empty())
                && has(mount, "subPathExpr")
                && let Some(node) = mount.get("subPathExpr")
            {
                findings.invalid(node, codes::VOLUME_MOUNT, "subPathExpr and subPath are mutually exclusive");
            }
        }
        for device in items(container, "volumeDevices") {
            if let Some((text, node)) = str_of(device, "name").zip(device.get("name"))
                && !names().any(|name| name == text)
            {
                findings.not_found(node, codes::VOLUME_MOUNT, "the pod has no volume of this name");
            }
        }
    }
}
