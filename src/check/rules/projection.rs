//! Volumes that put pieces of several objects, or of the pod itself, into files.
// Rule: kubernetes v1.37 pkg/apis/core/validation/validation.go, `validateProjectionSources`,
// `validateDownwardAPIVolumeFile`.

use std::collections::BTreeMap;

use super::super::codes;
use super::super::findings::Findings;
use super::super::object::{Object, Pod, has, items, str_of};
use super::PodRule;
use super::env::{amount, field_version};
use crate::codec::{Map, Node};
use crate::kube::is_qualified_name;

pub(super) const RULES: &[PodRule] = &[projections, own_fields];

/// Shorter lives of tokens are refused, in seconds.
const LEAST: i64 = 600;
/// Longer ones too.
const MOST: i64 = 1 << 32;

fn projections(_: &Object<'_>, pod: Pod<'_>, findings: &mut Findings<'_, '_>) {
    for projected in items(pod.spec, "volumes").filter_map(|volume| volume.get("projected")) {
        let mut taken: BTreeMap<&str, &Node> = BTreeMap::new();
        for source in items(projected, "sources") {
            let given = source.as_map().into_iter().flat_map(Map::entries);
            let mut given = given.filter(|entry| !entry.value.is_null());
            if let Some(second) = given.nth(1) {
                findings.forbidden(&second.value, codes::VOLUME, "may not specify more than 1 volume type");
            }
            if let Some(node) = source.at_path(["serviceAccountToken", "expirationSeconds"]) {
                if node.as_i64().is_some_and(|life| life < LEAST) {
                    findings.invalid(node, codes::VOLUME, "may not specify a duration less than 10 minutes");
                } else if node.as_i64().is_some_and(|life| life > MOST) {
                    findings.invalid(
                        node,
                        codes::VOLUME,
                        "may not specify a duration larger than 2^32 seconds",
                    );
                }
            }
            for node in paths(source) {
                let Some(path) = node.as_str().filter(|path| !path.is_empty()) else { continue };
                if let Some(first) = taken.get(path) {
                    findings.duplicate(node, first, codes::VOLUME);
                } else {
                    taken.insert(path, node);
                }
            }
        }
    }
}

/// Every path a source writes to, as far as it names them.
fn paths(source: &Node) -> impl Iterator<Item = &Node> {
    let files = ["secret", "configMap", "downwardAPI"]
        .into_iter()
        .filter_map(|kind| source.get(kind))
        .flat_map(|files| items(files, "items"));
    let single =
        ["serviceAccountToken", "clusterTrustBundle"].into_iter().filter_map(|kind| source.get(kind));
    files.chain(single).filter_map(|file| file.get("path"))
}

fn own_fields(_: &Object<'_>, pod: Pod<'_>, findings: &mut Findings<'_, '_>) {
    for volume in items(pod.spec, "volumes") {
        let projected = volume.get("projected").into_iter().flat_map(|projected| items(projected, "sources"));
        let holders = std::iter::once(volume).chain(projected);
        for file in
            holders.filter_map(|holder| holder.get("downwardAPI")).flat_map(|files| items(files, "items"))
        {
            own_field(file, findings);
        }
    }
}

fn own_field(file: &Node, findings: &mut Findings<'_, '_>) {
    if file.as_map().is_none() {
        return;
    }
    match (has(file, "fieldRef"), has(file, "resourceFieldRef")) {
        (false, false) => {
            findings.says(
                file,
                codes::VOLUME,
                "Required value: one of fieldRef and resourceFieldRef is required",
            );
        }
        (true, true) => {
            let detail = "Invalid value: fieldRef and resourceFieldRef can not be specified simultaneously";
            findings.says(file, codes::VOLUME, detail);
        }
        _ => {}
    }
    if let Some(field) = file.get("fieldRef") {
        field_version(field, findings);
        if let Some((path, node)) = str_of(field, "fieldPath").zip(field.get("fieldPath"))
            && !path.is_empty()
            && !is_own_field(path)
        {
            findings.unsupported(node, codes::VOLUME, FIELDS.iter().copied());
        }
    }
    if let Some(resource) = file.get("resourceFieldRef") {
        amount(resource, findings);
        if !has(resource, "containerName") {
            findings.missing(resource, "containerName", codes::VOLUME, "");
        }
    }
}

const FIELDS: &[&str] =
    &["metadata.annotations", "metadata.labels", "metadata.name", "metadata.namespace", "metadata.uid"];

fn is_own_field(path: &str) -> bool {
    let key = ["metadata.annotations['", "metadata.labels['"]
        .iter()
        .find_map(|prefix| path.strip_prefix(prefix)?.strip_suffix("']"));
    key.map_or_else(|| FIELDS.contains(&path), is_qualified_name)
}
