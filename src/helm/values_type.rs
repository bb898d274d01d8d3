//! `common.Values`: the type of `.Values`, a map with methods.

use crate::codec::yaml;
use crate::go::strconv;
use crate::value::{Elem, Map, MapType, Method, Param, Str, Value};

/// The type of `.Values` and `.Template`.
// Rule: Helm v4.3.1 pkg/chart/common/values.go, type Values.
pub(super) static VALUES: MapType = MapType {
    name: "common.Values",
    elem: Elem::Any,
    named: true,
    methods: &[
        Method { name: "AsMap", params: &[], variadic: false, call: as_map },
        // No template holds a writer, so whatever is given is refused.
        Method {
            name: "Encode",
            params: &[Param::Object("io.Writer")],
            variadic: false,
            call: |_, _| Err("runtime error: invalid memory address or nil pointer dereference".to_owned()),
        },
        Method { name: "PathValue", params: &[Param::String], variadic: false, call: path_value },
        Method { name: "Table", params: &[Param::String], variadic: false, call: table },
        Method { name: "YAML", params: &[], variadic: false, call: to_yaml },
    ],
};

/// A `common.Values` that shares its entries with `map`.
pub(super) fn values(map: &Map) -> Value {
    Value::Map(map.with_type(&VALUES))
}

/// An empty one.
pub(super) fn empty() -> Value {
    Value::Map(Map::of(&VALUES, Vec::new()))
}

fn receiver_map(receiver: &Value) -> Map {
    receiver.as_map().cloned().unwrap_or_default()
}

fn as_map(receiver: &Value, _: &[Value]) -> Result<Value, String> {
    Ok(Value::Map(receiver_map(receiver).with_type(&MapType::ANY)))
}

fn to_yaml(receiver: &Value, _: &[Value]) -> Result<Value, String> {
    let mut text = yaml::write_value(receiver)?;
    text.push('\n');
    Ok(Value::from(text.as_str()))
}

fn argument(arguments: &[Value]) -> Str {
    arguments.first().and_then(Value::as_str).cloned().unwrap_or_default()
}

/// The map at a dotted path.
// Rule: Helm v4.3.1 pkg/chart/common/values.go, Table.
pub(super) fn find_table(map: &Map, path: &str) -> Result<Map, String> {
    let mut at = map.clone();
    for name in path.split('.') {
        at = match at.get(name) {
            Some(Value::Map(found)) if found.ty().elem == Elem::Any => found,
            _ => return Err(format!("{} is not a table", strconv::quote(name.as_bytes()))),
        };
    }
    Ok(at)
}

fn table(receiver: &Value, arguments: &[Value]) -> Result<Value, String> {
    find_table(&receiver_map(receiver), &argument(arguments).text()).map(|map| values(&map))
}

// Rule: Helm v4.3.1 pkg/chart/common/values.go, PathValue.
fn path_value(receiver: &Value, arguments: &[Value]) -> Result<Value, String> {
    let path = argument(arguments);
    let path = path.text();
    if path.is_empty() {
        return Err("YAML path cannot be empty".to_owned());
    }
    let map = receiver_map(receiver);
    let (found, key) = match path.rsplit_once('.') {
        None => (map.get(&path), &*path),
        Some((tables, key)) => (find_table(&map, tables).ok().and_then(|map| map.get(key)), key),
    };
    match found {
        Some(Value::Map(_)) | None => Err(format!("{} is not a value", strconv::quote(key.as_bytes()))),
        Some(value) => Ok(value),
    }
}
