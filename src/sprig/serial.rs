//! Values to YAML, JSON and TOML and back, with Helm's bytes.

use super::dates::{Clock, time};
use super::table::{arg, str_arg};
use crate::codec::json;
use crate::codec::toml::{self, ReadError, Times, WriteError};
use crate::codec::yaml::{self, ReadOptions};
use crate::codec::{Data, NO_YAML_TYPE, to_value};
use crate::diag::{Source, SourceKind, raw};
use crate::gotmpl::func::{CallCtx, Func, FuncError, OnError, Param};
use crate::value::{List, ListType, Map, MapType, Str, Value};

type Result = std::result::Result<Value, FuncError>;
type Written = std::result::Result<String, String>;

/// What a function without `must` gives when a value has no text.
fn or_empty(text: Written) -> Result {
    Ok(text.unwrap_or_default().into())
}

fn or_fail(text: Written) -> Result {
    text.map(Value::from).map_err(FuncError::new)
}

/// Helm's way of telling an error inside a map.
fn error_map(text: String) -> Value {
    Value::Map(Map::of(&MapType::ANY, vec![("Error".into(), text.into())]))
}

fn error_list(text: String) -> Value {
    Value::list(vec![text.into()])
}

const NO_MAP: &str = "map[string]interface {}";
const NO_LIST: &str = "[]interface {}";

/// What decoding says of a value of another type than is wanted.
fn mismatch(data: &Data, wanted: &str) -> String {
    let found = match data {
        Data::Null => "null",
        Data::Bool(_) => "bool",
        Data::Int(_) | Data::Uint(_) | Data::Float(_) => "number",
        Data::String(_) => "string",
        Data::List(_) => "array",
        Data::Map(_) => "object",
    };
    format!("json: cannot unmarshal {found} into Go value of type {wanted}")
}

fn read_yaml(text: &Str) -> std::result::Result<crate::codec::Node, String> {
    let options = ReadOptions::default();
    let read = match text.as_str() {
        Some(text) => yaml::read(&Source::new(SourceKind::Rendered, "", text), &options),
        None => yaml::read_bytes(SourceKind::Rendered, "", text.as_bytes(), &options),
    };
    read.map(|document| document.root).map_err(|error| error.helm_text().to_owned())
}

fn from_yaml(_: &mut CallCtx<'_>, args: &[Value]) -> Result {
    const DECODING: &str = "error unmarshaling JSON: while decoding JSON: ";
    Ok(match read_yaml(str_arg(args, 0)) {
        Ok(node) => match node.data() {
            Data::Map(_) => to_value(&node),
            Data::Null => Value::Map(Map::new()),
            data => error_map(format!("{DECODING}{}", mismatch(data, NO_MAP))),
        },
        Err(text) => error_map(text),
    })
}

fn from_yaml_array(_: &mut CallCtx<'_>, args: &[Value]) -> Result {
    const DECODING: &str = "error unmarshaling JSON: while decoding JSON: ";
    Ok(match read_yaml(str_arg(args, 0)) {
        Ok(node) => match node.data() {
            Data::List(_) => to_value(&node),
            Data::Null => Value::list(Vec::new()),
            data => error_list(format!("{DECODING}{}", mismatch(data, NO_LIST))),
        },
        Err(text) => error_list(text),
    })
}

/// What a JSON text holds, and the error of the first number that no float holds.
fn read_json(text: &Str) -> std::result::Result<(crate::codec::Node, Option<json::Error>), json::Error> {
    json::read_bytes_beyond(SourceKind::Rendered, "", text.as_bytes())
}

fn from_json(_: &mut CallCtx<'_>, args: &[Value]) -> Result {
    let (node, beyond) = match read_json(str_arg(args, 0)) {
        Ok(read) => read,
        Err(error) => return Ok(error_map(error.helm_text().to_owned())),
    };
    Ok(match (node.data(), beyond) {
        // Rule: Helm v4.3.1 engine/funcs.go, fromJSON adds the error to what was read before it.
        (Data::Map(_), Some(error)) => {
            let value = to_value(&node);
            if let Value::Map(map) = &value {
                map.insert("Error", Value::from(error.helm_text()));
            }
            value
        }
        (Data::Map(_), None) => to_value(&node),
        (Data::Null, _) => Value::Map(Map::nil(&MapType::ANY)),
        (data, _) => error_map(mismatch(data, NO_MAP)),
    })
}

fn from_json_array(_: &mut CallCtx<'_>, args: &[Value]) -> Result {
    let (node, beyond) = match read_json(str_arg(args, 0)) {
        Ok(read) => read,
        Err(error) => return Ok(error_list(error.helm_text().to_owned())),
    };
    Ok(match (node.data(), beyond) {
        (Data::List(_), Some(error)) => error_list(error.helm_text().to_owned()),
        (Data::List(_), None) => to_value(&node),
        (Data::Null, _) => Value::List(List::nil(&ListType::ANY)),
        (data, _) => error_list(mismatch(data, NO_LIST)),
    })
}

fn must_from_json(_: &mut CallCtx<'_>, args: &[Value]) -> Result {
    match read_json(str_arg(args, 0)) {
        Ok((node, None)) => Ok(to_value(&node)),
        Ok((_, Some(error))) | Err(error) => Err(FuncError::new(error.helm_text())),
    }
}

fn from_toml(ctx: &mut CallCtx<'_>, args: &[Value]) -> Result {
    let clock = Clock::of(ctx);
    let times = Times { local: &|| clock.local_and_offset(), value: &|moment| time(moment, clock.local()) };
    match toml::read(str_arg(args, 0).as_bytes(), times) {
        Ok(value) => Ok(value),
        Err(ReadError::Error(text)) => Ok(error_map(text)),
        Err(ReadError::Panic(text)) => Err(FuncError::new(text)),
    }
}

fn restored(text: &str) -> Value {
    Value::Str(Str::from_bytes(raw::restored(text).into_owned()))
}

fn to_toml(_: &mut CallCtx<'_>, args: &[Value]) -> Result {
    match toml::write(arg(args, 0)) {
        Ok(text) | Err(WriteError::Error(text)) => Ok(restored(&text)),
        Err(WriteError::Panic(text)) => Err(FuncError::new(text)),
    }
}

fn must_to_toml(_: &mut CallCtx<'_>, args: &[Value]) -> Result {
    toml::write(arg(args, 0)).map(|text| restored(&text)).map_err(|error| match error {
        WriteError::Error(text) | WriteError::Panic(text) => FuncError::new(text),
    })
}

const ANY: &[Param] = &[Param::Any];
const STRING: &[Param] = &[Param::String];

/// The functions of this family.
pub(crate) const TABLE: &[Func] = &[
    Func::new(
        "fromJson",
        STRING,
        from_json,
        "The map that a JSON text holds; an error stands under `Error`.",
    )
    .examples(&[(r#"{{ (fromJson "{\"a\":1}").a }}"#, "1")])
    .on_error(OnError::Text),
    Func::new("fromJsonArray", STRING, from_json_array, "The list that a JSON text holds.")
        .on_error(OnError::Text),
    Func::new("fromToml", STRING, from_toml, "The map that a TOML text holds.").on_error(OnError::Text),
    Func::new(
        "fromYaml",
        STRING,
        from_yaml,
        "The map that a YAML text holds; an error stands under `Error`.",
    )
    .examples(&[(r#"{{ (fromYaml "a: yes").a }}"#, "true")])
    .on_error(OnError::Text),
    Func::new("fromYamlArray", STRING, from_yaml_array, "The list that a YAML text holds.")
        .on_error(OnError::Text),
    Func::new("mustFromJson", STRING, must_from_json, "The value that a JSON text holds."),
    Func::new("mustToJson", ANY, |_, args| or_fail(json::write_value(arg(args, 0))), "The JSON of a value."),
    Func::new(
        "mustToPrettyJson",
        ANY,
        |_, args| or_fail(json::write_pretty_value(arg(args, 0))),
        "The JSON of a value, indented.",
    ),
    Func::new(
        "mustToRawJson",
        ANY,
        |_, args| or_fail(json::write_raw_value(arg(args, 0))),
        "The JSON of a value with `<`, `>` and `&` as they are.",
    ),
    Func::new("mustToToml", ANY, must_to_toml, "The TOML of a value."),
    Func::new("mustToYaml", ANY, |_, args| or_fail(yaml::write_value(arg(args, 0))), "The YAML of a value."),
    Func::new("toJson", ANY, |_, args| or_empty(json::write_value(arg(args, 0))), "The JSON of a value.")
        .examples(&[(r#"{{ toJson (dict "b" 1 "a" (list "<")) }}"#, r#"{"a":["\u003c"],"b":1}"#)])
        .on_error(OnError::Empty),
    Func::new(
        "toPrettyJson",
        ANY,
        |_, args| or_empty(json::write_pretty_value(arg(args, 0))),
        "The JSON of a value, indented.",
    )
    .on_error(OnError::Empty),
    Func::new(
        "toRawJson",
        ANY,
        |_, args| or_fail(json::write_raw_value(arg(args, 0))),
        "The JSON of a value with `<`, `>` and `&` as they are.",
    )
    .examples(&[(r#"{{ toRawJson "<" }}"#, r#""<""#)]),
    Func::new("toToml", ANY, to_toml, "The TOML of a value, or the error's text.").on_error(OnError::Text),
    Func::new("toYaml", ANY, |_, args| or_empty(yaml::write_value(arg(args, 0))), "The YAML of a value.")
        .examples(&[(r#"{{ toYaml (dict "a" (list 1 "2")) }}"#, "a:\n- 1\n- \"2\"")])
        .on_error(OnError::Empty),
    Func::new(
        "toYamlPretty",
        ANY,
        |_, args| match yaml::write_pretty_value(arg(args, 0)) {
            Err(text) if text == NO_YAML_TYPE => Err(FuncError::new(text)),
            text => or_empty(text),
        },
        "The YAML of a value, lists indented.",
    )
    .examples(&[(r#"{{ toYamlPretty (dict "a" (list 1)) }}"#, "a:\n  - 1")])
    .on_error(OnError::Empty),
];
