//! Environment variables.
// Rule: kubernetes v1.37 pkg/apis/core/validation/validation.go, `ValidateEnv`; pkg/api/pod/warnings.go.

use std::collections::BTreeMap;

use super::super::codes;
use super::super::findings::{Findings, Warn as _};
use super::super::object::{Object, Pod, has, items, str_of};
use super::PodRule;
use super::resources::quantity;
use crate::codec::{Map, Node};
use crate::kube::{Quantity, is_config_map_key, is_env_name, is_qualified_name};

const NAME_TEXT: &str = "must consist of printable ASCII characters other than '='";

pub(super) const RULES: &[PodRule] = &[variables, sources];

fn variables(_: &Object<'_>, pod: Pod<'_>, findings: &mut Findings<'_, '_>) {
    for (_, container) in pod.containers() {
        let mut seen: BTreeMap<&str, &Node> = BTreeMap::new();
        for variable in items(container, "env") {
            if let Some((text, node)) = str_of(variable, "name").zip(variable.get("name")) {
                if !is_env_name(text) {
                    findings.invalid(node, codes::ENV, NAME_TEXT);
                } else if let Some(first) = seen.get(text) {
                    let hides =
                        !str_of(variable, "value").is_some_and(|value| value.contains(&format!("$({text})")));
                    if hides {
                        findings
                            .duplicate(node, first, codes::DUPLICATE)
                            .warn()
                            .hint("the later one hides the earlier one");
                    }
                } else {
                    seen.insert(text, node);
                }
            }
            value_from(variable, findings);
        }
    }
}

fn value_from(variable: &Node, findings: &mut Findings<'_, '_>) {
    let Some(from) = variable.get("valueFrom").filter(|from| from.as_map().is_some()) else { return };
    if str_of(variable, "value").is_some_and(|value| !value.is_empty()) {
        findings.says(from, codes::ENV, "Invalid value: may not be specified when `value` is not empty");
        return;
    }
    let sources: Vec<_> =
        from.as_map().into_iter().flat_map(Map::entries).filter(|entry| !entry.value.is_null()).collect();
    match sources.len() {
        0 => {
            findings.says(from, codes::ENV, "Invalid value: must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef`, `secretKeyRef` or `fileKeyRef`");
        }
        1 => {}
        _ => {
            findings.says(
                from,
                codes::ENV,
                "Invalid value: may not have more than one field specified at a time",
            );
        }
    }
    if let Some(node) = from.at_path(["fieldRef", "fieldPath"])
        && node.as_str().is_some_and(|path| !path.is_empty() && !is_env_field(path))
    {
        findings.unsupported(node, codes::ENV, FIELDS.iter().copied());
    }
    if let Some(field) = from.get("fieldRef") {
        field_version(field, findings);
    }
    if let Some(resource) = from.get("resourceFieldRef") {
        amount(resource, findings);
    }
    for source in ["configMapKeyRef", "secretKeyRef"] {
        if let Some(node) = from.at_path([source, "key"])
            && node.as_str().is_some_and(|key| !is_config_map_key(key))
        {
            findings.invalid(
                node,
                codes::CONFIG_KEY,
                "a valid config key must consist of alphanumeric characters, '-', '_' or '.'",
            );
        }
    }
}

/// Checks the version whose fields a path is one of.
pub(super) fn field_version(field: &Node, findings: &mut Findings<'_, '_>) {
    if let Some(node) = field.get("apiVersion")
        && node.as_str().is_some_and(|version| !matches!(version, "" | "v1"))
    {
        findings.unsupported(node, codes::ENV, ["v1"].into_iter());
    }
}

/// Checks a reference to a container's own request or limit.
pub(super) fn amount(resource: &Node, findings: &mut Findings<'_, '_>) {
    let Some((text, node)) = str_of(resource, "resource").zip(resource.get("resource")) else { return };
    if text.is_empty() {
        return;
    }
    let name = text.strip_prefix("limits.").or_else(|| text.strip_prefix("requests."));
    let divisors: &[&str] = match name {
        Some("cpu") => &["1m", "1"],
        Some("memory" | "ephemeral-storage") => SIZES,
        Some(name) if name.starts_with("hugepages-") => SIZES,
        _ => {
            findings.unsupported(node, codes::ENV, RESOURCES.iter().copied());
            return;
        }
    };
    let Some((node, divisor)) = resource.get("divisor").and_then(|node| Some((node, quantity(node)?))) else {
        return;
    };
    let fits = divisor.is_zero() || divisors.iter().any(|text| Quantity::parse(text) == Some(divisor));
    if !fits {
        findings.unsupported(node, codes::ENV, divisors.iter().copied());
    }
}

const RESOURCES: &[&str] = &[
    "limits.cpu",
    "limits.ephemeral-storage",
    "limits.memory",
    "requests.cpu",
    "requests.ephemeral-storage",
    "requests.memory",
];
const SIZES: &[&str] = &["1", "1k", "1M", "1G", "1T", "1P", "1E", "1Ki", "1Mi", "1Gi", "1Ti", "1Pi", "1Ei"];

const FIELDS: &[&str] = &[
    "metadata.annotations['<KEY>']",
    "metadata.labels['<KEY>']",
    "metadata.name",
    "metadata.namespace",
    "metadata.uid",
    "spec.nodeName",
    "spec.serviceAccountName",
    "status.hostIP",
    "status.hostIPs",
    "status.podIP",
    "status.podIPs",
];

fn is_env_field(path: &str) -> bool {
    let key = ["metadata.annotations['", "metadata.labels['"]
        .iter()
        .find_map(|prefix| path.strip_prefix(prefix)?.strip_suffix("']"));
    match key {
        Some(key) => is_qualified_name(key),
        None => FIELDS.contains(&path),
    }
}

fn sources(_: &Object<'_>, pod: Pod<'_>, findings: &mut Findings<'_, '_>) {
    for (_, container) in pod.containers() {
        for source in items(container, "envFrom") {
            if let Some(node) = source.get("prefix")
                && node.as_str().is_some_and(|prefix| !prefix.is_empty() && !is_env_name(prefix))
            {
                findings.invalid(node, codes::ENV, NAME_TEXT);
            }
            let count = usize::from(has(source, "configMapRef")) + usize::from(has(source, "secretRef"));
            if source.as_map().is_some() && count != 1 {
                let detail = if count == 0 {
                    "Invalid value: must specify one of: `configMapRef` or `secretRef`"
                } else {
                    "Invalid value: may not have more than one field specified at a time"
                };
                findings.says(source, codes::ENV, detail);
            }
        }
    }
}
