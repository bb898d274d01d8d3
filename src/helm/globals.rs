//! What charts of a release share of their `global` values, as objects and not as copies.

use super::tree::Member;
use crate::codec::json;
use crate::value::{Map, Str, Value};

const GLOBAL: &str = "global";

/// Makes the parts of `global` that Helm hands down by reference one object in all charts, so that a template that
/// changes them changes what the other charts see.
// Rule: Helm v4.3.1 pkg/chart/common/util/coalesce.go, coalesceGlobals: maps directly below `global` are copied, not
// what stands in them; lists are not copied at all.
pub(super) fn share(member: &Member, values: &Map) {
    let shared = values.get(GLOBAL);
    let shares = shared.as_ref().and_then(Value::as_map).is_some_and(|map| !map.is_empty());
    for child in &member.children {
        // A chart that is handed nothing and has nobody to hand on to is not looked at.
        if !shares && child.children.is_empty() {
            continue;
        }
        let Some(Value::Map(section)) = values.get(&child.name) else { continue };
        if let (Some(Value::Map(ours)), Some(Value::Map(theirs))) = (&shared, section.get(GLOBAL)) {
            for (key, value) in ours.to_vec() {
                match (&value, theirs.get_bytes(key.as_bytes())) {
                    (Value::Map(ours), Some(Value::Map(theirs))) => {
                        for (key, value) in ours.to_vec() {
                            hand_down(&theirs, key, value);
                        }
                    }
                    _ => hand_down(&theirs, key, value),
                }
            }
        }
        share(child, &section);
    }
}

fn hand_down(theirs: &Map, key: Str, value: Value) {
    let collection = matches!(value, Value::Map(_) | Value::List(_));
    if collection && theirs.get_bytes(key.as_bytes()).is_some_and(|own| same(&own, &value)) {
        theirs.insert(key, value);
    }
}

fn same(left: &Value, right: &Value) -> bool {
    json::write_value(left) == json::write_value(right)
}
