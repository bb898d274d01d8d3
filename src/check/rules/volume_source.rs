//! What volumes are made of.
// Rule: kubernetes v1.37 pkg/apis/core/validation/validation.go, `validateVolumeSource`, `ValidatePersistentVolumeSpec`.

use super::super::codes;
use super::super::findings::{Findings, Warn as _};
use super::super::object::{has, int_of, items, str_of};
use super::metadata::SUBDOMAIN_TEXT;
use super::resources::quantity;
use crate::codec::Node;
use crate::diag::Code;
use crate::kube::is_dns_subdomain;

/// Whether a path leads out of where it begins.
pub(super) fn steps_back(path: &str) -> bool {
    path.split('/').any(|part| part == "..")
}

fn absolute(parent: &Node, field: &str, code: Code, findings: &mut Findings<'_, '_>) {
    if let Some(node) = parent.get(field)
        && node.as_str().is_some_and(|path| !path.starts_with('/'))
    {
        findings.invalid(node, code, "must be an absolute path");
    }
}

/// Checks a path that must stay inside a volume.
pub(super) fn relative(parent: &Node, field: &str, code: Code, findings: &mut Findings<'_, '_>) {
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

/// Checks what a volume is made of, of pods and of persistent volumes.
pub(super) fn check(volume: &Node, findings: &mut Findings<'_, '_>) {
    if let Some(node) = volume.at_path(["hostPath", "path"]) {
        match node.as_str() {
            Some(path) if steps_back(path) => {
                findings.invalid(node, codes::VOLUME, "must not contain '..'");
            }
            _ => {}
        }
    }
    if let Some(nfs) = volume.get("nfs") {
        absolute(nfs, "path", codes::VOLUME, findings);
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
    disks(volume, findings);
    let taken = |medium: &str| medium.is_empty() || medium == "Memory" || medium.starts_with("HugePages");
    if let Some(node) = volume.at_path(["emptyDir", "medium"])
        && node.as_str().is_some_and(|medium| !taken(medium))
    {
        // The API server takes it, the kubelet does not: `unknown storage medium`.
        findings.unsupported(node, codes::VOLUME, ["Memory", "HugePages"].into_iter()).warn();
    }
    if let Some(node) = volume.at_path(["emptyDir", "sizeLimit"])
        && quantity(node).is_some_and(|size| size.is_negative())
    {
        findings.forbidden(node, codes::VOLUME, "must be greater than or equal to 0");
    }
}

/// Checks disks of clouds and of networks.
fn disks(volume: &Node, findings: &mut Findings<'_, '_>) {
    for disk in ["awsElasticBlockStore", "gcePersistentDisk"] {
        if let Some(node) = volume.at_path([disk, "partition"])
            && node.as_i64().is_some_and(|part| !(0..=255).contains(&part))
        {
            findings.invalid(node, codes::VOLUME, "must be between 1 and 255, inclusive");
        }
    }
    for source in ["cephfs", "rbd"] {
        let monitors = volume.at_path([source, "monitors"]).and_then(Node::as_list);
        if let Some(parent) = volume.get(source).filter(|_| monitors.is_some_and(<[Node]>::is_empty)) {
            findings.missing(parent, "monitors", codes::VOLUME, "");
        }
    }
    if let Some(channel) = volume.get("fc").filter(|channel| channel.as_map().is_some()) {
        let given = |field| items(channel, field).next().is_some();
        if given("targetWWNs") == given("wwids") {
            let detail = "must specify either targetWWNs or wwids, but not both";
            findings.missing(channel, "targetWWNs", codes::VOLUME, detail);
        } else if given("targetWWNs") && !has(channel, "lun") {
            findings.missing(channel, "lun", codes::VOLUME, "lun is required if targetWWNs is specified");
        }
    }
    if let Some(iscsi) = volume.get("iscsi") {
        if let Some(node) = iscsi.get("iqn")
            && node.as_str().is_some_and(|name| !name.is_empty() && !is_iscsi_name(name))
        {
            findings.invalid(node, codes::VOLUME, "must be valid format starting with iqn, eui, or naa");
        }
        if let Some(node) = iscsi.get("lun")
            && int_of(iscsi, "lun").is_some_and(|lun| !(0..=255).contains(&lun))
        {
            findings.invalid(node, codes::VOLUME, "must be between 0 and 255, inclusive");
        }
    }
    if let Some(node) = volume.at_path(["csi", "driver"])
        && node.as_str().is_some_and(|name| !name.is_empty() && !is_driver(name))
    {
        findings.invalid(node, codes::VOLUME, SUBDOMAIN_TEXT);
    }
}

/// Names of drivers are host names whose letters may be capitals.
fn is_driver(name: &str) -> bool {
    name.len() <= 63 && is_dns_subdomain(&name.to_ascii_lowercase())
}

/// Whether a name begins as names of targets do.
fn is_iscsi_name(name: &str) -> bool {
    let coded = |rest: &str, count| rest.len() == count && rest.bytes().all(|b| b.is_ascii_alphanumeric());
    match name.split_once('.') {
        Some(("eui", rest)) => coded(rest, 16),
        Some(("naa", rest)) => coded(rest, 16) || coded(rest, 32),
        Some(("iqn", rest)) => rest.get(..4).is_some_and(|year| year.bytes().all(|b| b.is_ascii_digit())),
        _ => false,
    }
}

fn mode(parent: &Node, field: &str, findings: &mut Findings<'_, '_>) {
    let Some(node) = parent.get(field) else { return };
    if node.as_i64().is_some_and(|mode| !(0..=0o777).contains(&mode)) {
        findings.invalid(node, codes::VOLUME, "must be a number between 0 and 0777 (octal), both inclusive");
    }
}
