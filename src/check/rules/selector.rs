//! Label selectors: whether they are well made, and what they select.
// Rule: kubernetes v1.37 apimachinery/pkg/apis/meta/v1/validation/validation.go and labels/selector.go.

use super::super::codes;
use super::super::findings::Findings;
use super::super::object::{entries, items, str_of};
use super::metadata;
use crate::codec::{Map, Node};
use crate::kube::is_qualified_name;

/// Whether a `LabelSelector` selects everything.
pub(super) fn is_empty(selector: &Node) -> bool {
    entries(selector, "matchLabels").next().is_none() && items(selector, "matchExpressions").next().is_none()
}

/// Checks a `LabelSelector`.
pub(super) fn check(selector: Option<&Node>, findings: &mut Findings<'_, '_>) {
    let Some(selector) = selector else { return };
    metadata::labels(selector.get("matchLabels"), codes::SELECTOR, findings);
    for expression in items(selector, "matchExpressions") {
        if let Some(key) =
            expression.get("key").filter(|key| key.as_str().is_some_and(|key| !is_qualified_name(key)))
        {
            findings.invalid(key, codes::SELECTOR, "must be the key of a label");
        }
        let values = items(expression, "values").count();
        match str_of(expression, "operator") {
            Some("In" | "NotIn") if values == 0 => {
                findings.missing(
                    expression,
                    "values",
                    codes::SELECTOR,
                    "must be specified when `operator` is 'In' or 'NotIn'",
                );
            }
            Some("Exists" | "DoesNotExist") if values > 0 => {
                if let Some(values) = expression.get("values") {
                    findings.forbidden(
                        values,
                        codes::SELECTOR,
                        "may not be specified when `operator` is 'Exists' or 'DoesNotExist'",
                    );
                }
            }
            _ => {}
        }
    }
}

/// Whether labels hold every key and value of a map.
pub(super) fn has_all(wanted: &Map, labels: Option<&Map>) -> bool {
    wanted.entries().iter().all(|entry| {
        let value = labels.and_then(|labels| labels.get(&entry.key)).and_then(Node::as_str);
        value.is_some() && value == entry.value.as_str()
    })
}

/// Whether a `LabelSelector` selects these labels.
pub(super) fn selects(selector: &Node, labels: Option<&Map>) -> bool {
    let matched =
        selector.get("matchLabels").and_then(Node::as_map).is_none_or(|wanted| has_all(wanted, labels));
    matched
        && items(selector, "matchExpressions").all(|expression| {
            let key = str_of(expression, "key").unwrap_or_default();
            let value = labels.and_then(|labels| labels.get(key)).and_then(Node::as_str);
            let listed = || items(expression, "values").any(|item| item.as_str() == value);
            match str_of(expression, "operator") {
                Some("In") => value.is_some() && listed(),
                Some("NotIn") => value.is_none() || !listed(),
                Some("Exists") => value.is_some(),
                Some("DoesNotExist") => value.is_none(),
                _ => true,
            }
        })
}
