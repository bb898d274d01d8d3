//! Changes that say nothing a reviewer decides about.

use super::path::{Path, Step};

/// Labels that name what rendered the object, and its version.
const LABELS: &[&str] =
    &["app.kubernetes.io/managed-by", "app.kubernetes.io/version", "chart", "helm.sh/chart", "heritage"];

/// Annotations that a cluster or a client writes.
const ANNOTATIONS: &[&str] =
    &["deployment.kubernetes.io/revision", "kubectl.kubernetes.io/last-applied-configuration"];

/// Fields of `metadata` that a cluster writes.
const METADATA: &[&str] =
    &["creationTimestamp", "generation", "managedFields", "resourceVersion", "selfLink", "uid"];

/// What kind of noise a change at this path is; none when it is a change.
///
/// Noise are labels that name chart and version, annotations that hold checksums of what is compared itself, and what
/// a cluster writes into objects. Labels in selectors are none: they decide which pods are meant.
pub(super) fn noise(path: &Path) -> Option<&'static str> {
    let mut keys: Vec<&str> = Vec::new();
    for step in &path.0 {
        match step {
            Step::Key(key) => keys.push(key),
            _ => keys.push("[]"),
        }
    }
    match keys.as_slice() {
        ["status", ..] => return Some("status"),
        ["metadata", field, ..] if METADATA.contains(field) => return Some("fields a cluster writes"),
        _ => {}
    }
    let at = keys.iter().rposition(|key| *key == "metadata")?;
    match keys.get(at + 1..)? {
        ["labels", label] if LABELS.contains(label) => Some("labels of chart and version"),
        ["annotations", name] if ANNOTATIONS.contains(name) => Some("annotations a cluster writes"),
        ["annotations", name] if name.to_ascii_lowercase().contains("checksum") => {
            Some("checksum annotations")
        }
        ["creationTimestamp"] => Some("fields a cluster writes"),
        _ => None,
    }
}
