//! What an object is, and whether the given version of Kubernetes has such objects.

use super::super::codes;
use super::super::findings::{Findings, Warn as _, nearest};
use super::super::object::Object;
use super::Cluster;
use crate::kube::{homes, lifecycle, schema};

/// Checks `apiVersion` and `kind`; whether the rest of the object can be checked at all.
pub(in super::super) fn identity(
    object: &Object<'_>,
    cluster: &Cluster<'_, '_>,
    findings: &mut Findings<'_, '_>,
) -> bool {
    let root = &object.root;
    if root.as_map().is_none() {
        findings.says(
            root,
            codes::NO_OBJECT,
            &format!("an object is wanted here, this is {}", root.kind_name()),
        );
        return false;
    }
    // Rule: kubectl: `apiVersion not set`, `kind not set` from k8s.io/apimachinery/pkg/runtime/error.go.
    for field in ["apiVersion", "kind"] {
        if root.get(field).is_none_or(|value| value.as_str().is_none_or(str::is_empty)) {
            findings.missing(root, field, codes::NO_OBJECT, "every object needs it");
            return false;
        }
    }
    let (Some(api_version), Some(kind)) = (root.get("apiVersion"), root.get("kind")) else { return false };
    if let Some(life) = lifecycle(&object.api_version, &object.kind) {
        let version = cluster.version();
        let what = format!("{} in {}", object.kind, object.api_version);
        let help = match life.replacement {
            Some(replacement) => format!("use `apiVersion: {replacement}`"),
            None => "nothing takes its place".to_owned(),
        };
        if let Some(since) = life.since.filter(|since| *since > version) {
            findings.says(
                api_version,
                codes::REMOVED,
                &format!("{what} came with Kubernetes {since}, after {version}"),
            );
        } else if let Some(removed) = life.removed.filter(|removed| *removed <= version) {
            findings
                .says(api_version, codes::REMOVED, &format!("{what} is gone since Kubernetes {removed}"))
                .hint(help);
            // Its fields are not those of the replacement, and no server takes it: one finding is enough.
            return false;
        } else if let Some(deprecated) = life.deprecated.filter(|deprecated| *deprecated <= version) {
            findings
                .says(
                    api_version,
                    codes::DEPRECATED,
                    &format!("{what} is deprecated since Kubernetes {deprecated}"),
                )
                .warn()
                .hint(help);
        }
        return true;
    }
    if object.known.is_some() || cluster.definition(object).is_some() {
        return true;
    }
    let ours = schema::kinds()
        .any(|(version, _, _)| version.split_once('/').map_or("", |(group, _)| group) == object.group());
    if ours {
        let message = format!("no matches for kind {:?} in version {:?}", object.kind, object.api_version);
        let others: Vec<_> = homes(&object.kind).collect();
        let help = match others.first() {
            Some(home) => Some(format!("{} is in `{home}`", object.kind)),
            None => nearest(&object.kind, schema::kinds().map(|(_, kind, _)| kind))
                .map(|near| format!("did you mean `{near}`?")),
        };
        let at = if others.is_empty() { kind } else { api_version };
        findings.says(at, codes::UNKNOWN_KIND, &message).help = help;
        return false;
    }
    true
}
