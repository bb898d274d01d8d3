//! `.Files`: the files of a chart, and its methods.

use crate::chart::Chart;
use crate::codec::yaml;
use crate::go::glob::Glob;
use crate::go::path;
use crate::value::{Elem, LazyMap, List, Map, MapType, Method, Param, Str, Value, budget};

static FILES: MapType = MapType {
    name: "engine.files",
    elem: Elem::Bytes,
    named: true,
    methods: &[
        Method { name: "AsConfig", params: &[], variadic: false, call: as_config },
        Method { name: "AsSecrets", params: &[], variadic: false, call: as_secrets },
        Method { name: "Get", params: &[Param::String], variadic: false, call: get },
        Method { name: "GetBytes", params: &[Param::String], variadic: false, call: get_bytes },
        Method { name: "Glob", params: &[Param::String], variadic: false, call: glob_files },
        Method { name: "Lines", params: &[Param::String], variadic: false, call: lines },
    ],
};

struct Source(Chart);

impl LazyMap for Source {
    fn entries(&self) -> Vec<(Str, Value)> {
        self.0
            .files()
            .iter()
            .map(|file| (Str::from_bytes(file.path_bytes()), Value::bytes(file.data().clone())))
            .collect()
    }
}

/// The `.Files` of a chart.
pub(super) fn value(chart: &Chart) -> Value {
    Value::Map(Map::lazy(&FILES, Box::new(Source(chart.clone()))))
}

fn file(receiver: &Value, arguments: &[Value]) -> Option<Str> {
    let name = arguments.first()?.as_str()?;
    match receiver.as_map()?.get_bytes(name.as_bytes())? {
        Value::Bytes(data) => Some((*data).clone()),
        _ => None,
    }
}

fn get(receiver: &Value, arguments: &[Value]) -> Result<Value, String> {
    Ok(Value::Str(file(receiver, arguments).unwrap_or_default()))
}

fn get_bytes(receiver: &Value, arguments: &[Value]) -> Result<Value, String> {
    Ok(Value::bytes(file(receiver, arguments).unwrap_or_default()))
}

/// Rule: Helm v4.3.1 pkg/engine/files.go, Glob: a pattern that does not parse matches everything.
fn glob_files(receiver: &Value, arguments: &[Value]) -> Result<Value, String> {
    let pattern = arguments.first().and_then(Value::as_str).cloned().unwrap_or_default();
    let glob = Glob::new(pattern.as_bytes()).unwrap_or_else(|_| Glob::everything());
    let entries = receiver.as_map().map(Map::to_vec).unwrap_or_default();
    // Each name is held against each part of the pattern.
    let names: usize = entries.iter().map(|(name, _)| name.len()).sum();
    if budget::is_spent((pattern.len() as u64).saturating_mul(names as u64) / 8) {
        return Err("too many steps".to_owned());
    }
    let kept = entries.into_iter().filter(|(name, _)| glob.matches(name.as_bytes())).collect();
    Ok(Value::Map(Map::of(&FILES, kept)))
}

/// Rule: Helm v4.3.1 pkg/engine/files.go, Lines.
fn lines(receiver: &Value, arguments: &[Value]) -> Result<Value, String> {
    let data = file(receiver, arguments).unwrap_or_default();
    if data.is_empty() {
        return Ok(Value::List(List::strings::<Str>([])));
    }
    let bytes = data.as_bytes();
    let bytes = bytes.strip_suffix(b"\n").unwrap_or(bytes);
    if budget::are_too_many(memchr::memchr_iter(b'\n', bytes).count()) {
        return Err("too many lines".to_owned());
    }
    Ok(Value::List(List::strings(bytes.split(|b| *b == b'\n').map(Str::from_bytes))))
}

fn as_yaml(receiver: &Value, encode: impl Fn(&Str) -> Str) -> Result<Value, String> {
    let mut entries = Vec::new();
    for (name, data) in receiver.as_map().map(Map::to_vec).unwrap_or_default() {
        if let Value::Bytes(data) = data {
            entries.push((Str::from_bytes(path::base(name.as_bytes())), Value::Str(encode(&data))));
        }
    }
    let map = Value::Map(Map::of(&MapType::STRINGS, entries));
    Ok(Value::from(yaml::write_value(&map).unwrap_or_default()))
}

fn as_config(receiver: &Value, _: &[Value]) -> Result<Value, String> {
    as_yaml(receiver, Clone::clone)
}

fn as_secrets(receiver: &Value, _: &[Value]) -> Result<Value, String> {
    use base64::Engine as _;
    as_yaml(receiver, |data| Str::from(base64::engine::general_purpose::STANDARD.encode(data.as_bytes())))
}
