//! Requests and limits.
// Rule: kubernetes v1.37 pkg/apis/core/validation/validation.go, `ValidateContainerResourceRequirements`.

use super::super::codes;
use super::super::findings::Findings;
use super::super::object::{Object, Pod, entries};
use super::PodRule;
use crate::codec::{Data, Node};
use crate::kube::{Quantity, is_qualified_name};

pub(super) const RULES: &[PodRule] = &[containers];

/// The amount a node holds.
pub(super) fn quantity(node: &Node) -> Option<Quantity> {
    match node.data() {
        Data::String(text) => Quantity::parse(text),
        Data::Int(value) => Quantity::parse(&value.to_string()),
        Data::Uint(value) => Quantity::parse(&value.to_string()),
        Data::Float(value) => Quantity::parse(&value.to_string()),
        _ => None,
    }
}

fn is_known(name: &str) -> bool {
    matches!(name, "cpu" | "memory" | "ephemeral-storage") || name.starts_with("hugepages-")
}

/// Whether it is the name of a resource that somebody else brings; those of quotas are none.
fn is_extended(name: &str) -> bool {
    name.contains('/') && !name.starts_with("requests.") && is_qualified_name(name)
}

fn containers(_: &Object<'_>, pod: Pod<'_>, findings: &mut Findings<'_, '_>) {
    for (_, container) in pod.containers() {
        let Some(resources) = container.get("resources") else { continue };
        for list in ["limits", "requests"] {
            for entry in entries(resources, list) {
                if !is_known(&entry.key)
                    && !is_extended(&entry.key)
                    && let Some(map) = resources.get(list)
                {
                    findings
                        .invalid_key(
                            map,
                            &entry.key,
                            codes::RESOURCES,
                            "must be a standard resource type or fully qualified",
                        )
                        .help = Some(
                        "standard are `cpu`, `memory`, `ephemeral-storage` and `hugepages-…`".to_owned(),
                    );
                }
                amount(&entry.key, &entry.value, findings);
            }
        }
        let asked =
            |name: &str| ["limits", "requests"].iter().any(|list| resources.at_path([*list, name]).is_some());
        let pages = ["limits", "requests"].iter().find_map(|list| {
            let entry = entries(resources, list).find(|entry| entry.key.starts_with("hugepages-"))?;
            resources.get(list).map(|map| (map, &entry.key))
        });
        if let Some((map, key)) = pages.filter(|_| !asked("cpu") && !asked("memory")) {
            findings.at_key(map, key, codes::RESOURCES, |path| {
                format!("{path}: Forbidden: HugePages require cpu or memory")
            });
        }
        for entry in entries(resources, "requests") {
            let whole = entry.key.contains('/') || entry.key.starts_with("hugepages-");
            let limit = resources.at_path(["limits", &entry.key]);
            if let Some(map) = resources.get("requests").filter(|_| whole && limit.is_none()) {
                findings
                    .at_key(map, &entry.key, codes::RESOURCES, |path| {
                        format!("{path}: Required value: Limit must be set for non overcommitable resources")
                    })
                    .help = Some(format!("set the same amount under `limits` as `{}`", entry.key));
                continue;
            }
            let Some((request, limit)) = quantity(&entry.value).zip(limit.and_then(quantity)) else {
                continue;
            };
            if whole && request != limit {
                findings.invalid(
                    &entry.value,
                    codes::RESOURCES,
                    &format!("must be equal to {} limit", entry.key),
                );
            } else if request > limit {
                findings.invalid(
                    &entry.value,
                    codes::RESOURCES,
                    &format!("must be less than or equal to {} limit", entry.key),
                );
            }
        }
    }
}

fn amount(name: &str, node: &Node, findings: &mut Findings<'_, '_>) {
    let Some(value) = quantity(node) else { return };
    if value.is_negative() {
        findings.invalid(node, codes::RESOURCES, "must be greater than or equal to 0");
    } else if name.contains('/') && !value.is_whole() {
        findings.invalid(node, codes::RESOURCES, "must be an integer");
    }
}
