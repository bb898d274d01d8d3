//! A quick look at a schema: most are plainly valid, and then no metaschema is needed.

use std::collections::HashSet;

use crate::codec::{Data, Map, Node};

use super::decimal::Decimal;
use super::draft::{At, Draft, SUBSCHEMAS};
use super::format;
use super::load::MAX_DEPTH;

/// Whether a schema is surely valid. False says nothing: the metaschema decides then.
///
/// Every rule here is at least as strict as the metaschema of the draft, so that nothing invalid gets by.
pub(super) fn is_plain(node: &Node, draft: Draft) -> bool {
    schema(node, draft, true, 0)
}

fn schema(node: &Node, draft: Draft, root: bool, depth: usize) -> bool {
    match node.data() {
        Data::Bool(_) => draft > Draft::D4,
        Data::Map(map) => {
            depth <= MAX_DEPTH
                && map
                    .entries()
                    .iter()
                    .all(|entry| keyword(map, &entry.key, &entry.value, draft, root, depth))
        }
        _ => false,
    }
}

fn keyword(map: &Map, key: &str, value: &Node, draft: Draft, root: bool, depth: usize) -> bool {
    let inner = |node: &Node| schema(node, draft, false, depth + 1);
    if let Some(&(_, _, at)) = SUBSCHEMAS.iter().find(|(_, keyword, _)| *keyword == key) {
        return match (key, at) {
            ("additionalProperties" | "additionalItems", _) if value.as_bool().is_some() => true,
            ("dependencies", _) => entries(value).is_some_and(|map| {
                map.entries().iter().all(|entry| inner(&entry.value) || is_name_list(&entry.value, draft))
            }),
            ("patternProperties", _) => entries(value).is_some_and(|map| {
                map.entries().iter().all(|entry| format::regex(&entry.key).is_ok() && inner(&entry.value))
            }),
            (_, At::Value) => inner(value),
            (_, At::Values) => {
                entries(value).is_some_and(|map| map.entries().iter().all(|entry| inner(&entry.value)))
            }
            (_, At::Items) => is_schema_list(value, &inner),
            (_, At::Either) => inner(value) || draft < Draft::D2020 && is_schema_list(value, &inner),
        };
    }
    match key {
        "$schema" => root && value.as_str().is_some_and(|url| Draft::from_url(url).is_some()),
        "$ref" => value.as_str().is_some_and(is_simple_reference),
        "id" | "$id" => value.as_str().is_some_and(|url| !url.contains('#') && is_simple_reference(url)),
        "$anchor" | "$dynamicAnchor" | "$dynamicRef" | "$recursiveRef" | "$recursiveAnchor"
        | "$vocabulary" => false,
        "$comment" | "title" | "description" | "format" | "contentEncoding" | "contentMediaType" => {
            value.as_str().is_some()
        }
        "readOnly" | "writeOnly" | "deprecated" | "uniqueItems" => value.as_bool().is_some(),
        "examples" => value.as_list().is_some(),
        "enum" => value.as_list().is_some_and(|items| draft > Draft::D7 || is_short_and_unique(items)),
        "type" => is_type(value),
        "required" => is_name_list(value, draft),
        "dependentRequired" => entries(value)
            .is_some_and(|map| map.entries().iter().all(|entry| is_name_list(&entry.value, draft))),
        "pattern" => value.as_str().is_some_and(|pattern| format::regex(pattern).is_ok()),
        "minimum" | "maximum" => Decimal::written(value).is_some(),
        "exclusiveMinimum" if draft == Draft::D4 => value.as_bool().is_some() && map.get("minimum").is_some(),
        "exclusiveMaximum" if draft == Draft::D4 => value.as_bool().is_some() && map.get("maximum").is_some(),
        "exclusiveMinimum" | "exclusiveMaximum" => Decimal::written(value).is_some(),
        "multipleOf" => Decimal::written(value).is_some_and(|number| number.is_positive()),
        "minLength" | "maxLength" | "minItems" | "maxItems" | "minProperties" | "maxProperties"
        | "minContains" | "maxContains" => {
            Decimal::written(value).is_some_and(|number| number.is_whole() && !number.is_negative())
        }
        _ => true,
    }
}

fn entries(value: &Node) -> Option<&Map> {
    value.as_map()
}

fn is_schema_list(value: &Node, inner: &dyn Fn(&Node) -> bool) -> bool {
    value.as_list().is_some_and(|items| !items.is_empty() && items.iter().all(inner))
}

fn is_name_list(value: &Node, draft: Draft) -> bool {
    let Some(items) = value.as_list() else { return false };
    let mut seen = HashSet::new();
    (draft > Draft::D4 || !items.is_empty())
        && items.iter().all(|item| item.as_str().is_some_and(|name| seen.insert(name)))
}

fn is_short_and_unique(items: &[Node]) -> bool {
    !items.is_empty()
        && items.len() <= 64
        && items.iter().enumerate().all(|(index, item)| {
            item.as_str().is_some() && !items.iter().take(index).any(|other| other == item)
        })
}

fn is_type(value: &Node) -> bool {
    let is_name = |node: &Node| {
        matches!(
            node.as_str(),
            Some("null" | "boolean" | "number" | "integer" | "string" | "array" | "object")
        )
    };
    is_name(value)
        || value.as_list().is_some_and(|items| is_short_and_unique(items) && items.iter().all(is_name))
}

/// A pointer into the document, or a URL of nothing but harmless characters.
fn is_simple_reference(text: &str) -> bool {
    let harmless = |text: &str| text.bytes().all(|b| b.is_ascii_alphanumeric() || b"/_.$-".contains(&b));
    if let Some(pointer) = text.strip_prefix("#/") {
        return harmless(pointer);
    }
    let host = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    host.is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_alphanumeric()) && harmless(rest))
}
