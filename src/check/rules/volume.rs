//! Volumes of pods and where containers mount them.
// Rule: kubernetes v1.37 pkg/apis/core/validation/validation.go, `ValidateVolumes`, `ValidateVolumeMounts`.

use std::collections::BTreeMap;

use super::super::codes;
use super::super::findings::{Findings, Warn as _};
use super::super::object::{Object, Pod, has, items, str_of};
use super::metadata::{LABEL_TEXT, did_you_mean};
use super::volume_source::{relative, steps_back};
use super::{PodRule, volume_source};
use crate::codec::Node;
use crate::diag::Label;
use crate::kube::is_dns_label;

pub(super) const RULES: &[PodRule] = &[volumes, mounts];

fn volumes(_: &Object<'_>, pod: Pod<'_>, findings: &mut Findings<'_, '_>) {
    let mut seen: BTreeMap<&str, &Node> = BTreeMap::new();
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
        volume_source::check(volume, findings);
    }
}

/// Fields of volumes and of persistent volumes that hold an object, sorted: the sources, and what `others` names.
const SOURCES: &[&str] = &[
    "awsElasticBlockStore",
    "azureDisk",
    "azureFile",
    "cephfs",
    "cinder",
    "claimRef",
    "configMap",
    "csi",
    "downwardAPI",
    "emptyDir",
    "ephemeral",
    "fc",
    "flexVolume",
    "flocker",
    "gcePersistentDisk",
    "gitRepo",
    "glusterfs",
    "hostPath",
    "image",
    "iscsi",
    "local",
    "nfs",
    "nodeAffinity",
    "persistentVolumeClaim",
    "photonPersistentDisk",
    "portworxVolume",
    "projected",
    "quobyte",
    "rbd",
    "scaleIO",
    "secret",
    "storageos",
    "vsphereVolume",
];

/// Checks that a volume has one source; in a pod, none means an empty folder (`SetDefaults_Volume`).
pub(super) fn one_source(volume: &Node, others: &[&str], needed: bool, findings: &mut Findings<'_, '_>) {
    let Some(map) = volume.as_map() else { return };
    let is_source = |key: &str| SOURCES.binary_search(&key).is_ok() && !others.contains(&key);
    let mut sources = map.entries().iter().filter(|entry| !entry.value.is_null() && is_source(&entry.key));
    if sources.next().is_none() {
        if needed {
            findings.says(volume, codes::VOLUME, "Required value: must specify a volume type");
        }
    } else if let Some(second) = sources.next() {
        findings.forbidden(&second.value, codes::VOLUME, "may not specify more than 1 volume type");
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
        let mut paths: BTreeMap<&str, &Node> = BTreeMap::new();
        for mount in items(container, "volumeMounts") {
            if let Some((text, node)) = str_of(mount, "name").zip(mount.get("name"))
                && !names().any(|name| name == text)
            {
                findings.not_found(node, codes::VOLUME_MOUNT, "the pod has no volume of this name").help =
                    did_you_mean(text, names());
            }
            if let Some((text, node)) = str_of(mount, "mountPath").zip(mount.get("mountPath")) {
                if text.is_empty() {
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
            relative(mount, "subPathExpr", codes::VOLUME_MOUNT, findings);
            propagation(mount, container, findings);
            if str_of(mount, "subPath").is_some_and(|path| !path.is_empty())
                && has(mount, "subPathExpr")
                && let Some(node) = mount.get("subPathExpr")
            {
                findings.invalid(node, codes::VOLUME_MOUNT, "subPathExpr and subPath are mutually exclusive");
            }
        }
        devices(pod, container, &claims, findings);
    }
}

/// Checks volumes that a container sees as devices: only claims can be.
fn devices(pod: Pod<'_>, container: &Node, claims: &[&str], findings: &mut Findings<'_, '_>) {
    let is_claim = |volume: &Node| has(volume, "persistentVolumeClaim") || has(volume, "ephemeral");
    for device in items(container, "volumeDevices") {
        if let Some((text, node)) = str_of(device, "name").zip(device.get("name"))
            && !claims.contains(&text)
        {
            match items(pod.spec, "volumes").find(|volume| str_of(volume, "name") == Some(text)) {
                None => {
                    findings.not_found(node, codes::VOLUME_MOUNT, "the pod has no volume of this name");
                }
                Some(volume) if !is_claim(volume) => {
                    let detail = "can only use volume source type of PersistentVolumeClaim or Ephemeral for block mode";
                    findings.invalid(node, codes::VOLUME_MOUNT, detail);
                }
                Some(_) => {}
            }
        }
        if let Some(node) = device.get("devicePath")
            && node.as_str().is_some_and(steps_back)
        {
            findings.invalid(node, codes::VOLUME_MOUNT, "can not contain backsteps ('..')");
        }
    }
}

/// Mounts made by a container reach the node only when it is privileged.
fn propagation(mount: &Node, container: &Node, findings: &mut Findings<'_, '_>) {
    let Some(node) = mount.get("mountPropagation").filter(|node| node.as_str() == Some("Bidirectional"))
    else {
        return;
    };
    if container.at_path(["securityContext", "privileged"]).and_then(Node::as_bool) != Some(true) {
        let detail = "Bidirectional mount propagation is available only to privileged containers";
        findings.forbidden(node, codes::VOLUME_MOUNT, detail);
    }
}

#[cfg(test)]
mod tests {
    use super::SOURCES;
    use crate::kube::schema::{self, Shape};

    #[test]
    fn sources_are_the_fields_of_the_schema_that_hold_an_object() {
        let mut known: Vec<&str> = ["core.v1.PersistentVolumeSpec", "core.v1.Volume"]
            .into_iter()
            .filter_map(schema::named)
            .flat_map(schema::Type::fields)
            .filter(|field| matches!(field.shape(), Shape::Ref(_)))
            .map(|field| field.name)
            .collect();
        known.sort_unstable();
        known.dedup();
        assert_eq!(known, SOURCES);
    }
}
