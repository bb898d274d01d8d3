//! JSON, end to end. Error texts are Go's as Helm v4.3.1 prints them.

use super::*;
use crate::codec::{Data, Node};
use crate::diag::{Source, SourceKind};
use crate::value::{List, ListType, Map, MapType, Value};

fn parse(text: &str) -> Result<Node, Error> {
    read(&Source::new(SourceKind::File, "a.json", text))
}

fn helm_text(text: &str) -> String {
    parse(text).expect_err("refused").helm_text().to_owned()
}

#[test]
fn errors_have_gos_words() {
    for (text, wanted) in [
        ("", "unexpected end of JSON input"),
        ("[1,", "unexpected end of JSON input"),
        ("{b: 1}", "invalid character 'b' looking for beginning of object key string"),
        ("{\"a\" 1}", "invalid character '1' after object key"),
        ("{\"a\":1 \"b\"}", "invalid character '\"' after object key:value pair"),
        ("[1 2]", "invalid character '2' after array element"),
        ("[1,]", "invalid character ']' looking for beginning of value"),
        ("1 x", "invalid character 'x' after top-level value"),
        ("tru!", "invalid character '!' in literal true (expecting 'e')"),
        ("01", "invalid character '1' after top-level value"),
        ("-", "unexpected end of JSON input"),
        ("1.e", "invalid character 'e' in numeric literal"),
        ("1ex", "invalid character 'x' in numeric literal"),
        ("\"\n\"", "invalid character '\\n' in string"),
        ("\"\\q\"", "invalid escape sequence `\\q` in string"),
        ("\"\\u12x4\"", "invalid escape sequence `\\u12x4` in string"),
        ("'a'", "invalid character '\\'' looking for beginning of value"),
        ("é", "invalid character 'é' looking for beginning of value"),
        ("1e400", "json: cannot unmarshal number 1e400 into Go value of type float64"),
    ] {
        assert_eq!(helm_text(text), wanted, "{text}");
    }
    let place = parse("[1,\n  x]").expect_err("refused").diagnostic().primary.clone().expect("a place").place;
    assert_eq!(place.to_string(), "a.json:2:3");
}

#[test]
fn surrogates_pair_up_and_lone_ones_are_replaced() {
    let text = parse(r#""\ud83d\ude00 \ud83d \ud83dx \ude00 \ud83d\u0041""#).expect("readable");
    assert_eq!(text.as_str(), Some("\u{1F600} \u{FFFD} \u{FFFD}x \u{FFFD} \u{FFFD}A"));
}

#[test]
fn of_a_key_written_twice_the_last_counts() {
    let map = parse(r#"{"a": 1, "b": 2, "a": 3}"#).expect("readable");
    assert_eq!(write(&map), r#"{"a":3,"b":2}"#);
    assert_eq!(map.get("a").and_then(|a| a.place().map(ToString::to_string)).as_deref(), Some("a.json:1:23"));
}

#[test]
fn depth_costs_no_stack() {
    let nested = |levels: usize| format!("{}{}", "[".repeat(levels), "]".repeat(levels));
    let deep = parse(&nested(10_000)).expect("readable");
    assert_eq!(write(&deep), nested(10_000));
    assert_eq!(helm_text(&nested(10_001)), "exceeded max depth");
}

#[test]
fn three_forms() {
    let node = parse("{\"b\": [], \"a\": [1, \"<\u{2028}\\u0001\u{7F}é\"], \"c\": {}}").expect("readable");
    assert_eq!(write(&node), "{\"a\":[1,\"\\u003c\\u2028\\u0001\u{7F}é\"],\"b\":[],\"c\":{}}");
    assert_eq!(write_raw(&node), "{\"a\":[1,\"<\\u2028\\u0001\u{7F}é\"],\"b\":[],\"c\":{}}");
    let pretty =
        "{\n  \"a\": [\n    1,\n    \"\\u003c\\u2028\\u0001\u{7F}é\"\n  ],\n  \"b\": [],\n  \"c\": {}\n}";
    assert_eq!(write_pretty(&node), pretty);
}

#[test]
fn values_of_every_kind() {
    let value = Value::list(vec![
        Value::Nil,
        Value::Int(-1),
        Value::Uint64(u64::MAX),
        Value::Float64(1e21),
        Value::bytes(b"\xFFa".to_vec()),
        Value::Str(b"\xFFa".to_vec().into()),
        Value::List(List::nil(&ListType::STRINGS)),
        Value::Map(Map::nil(&MapType::STRINGS)),
        Value::Duration(1_500_000_000),
    ]);
    let wanted = "[null,-1,18446744073709551615,1e+21,\"/2E=\",\"\u{FFFD}a\",null,null,1500000000]";
    assert_eq!(write_value(&value).as_deref(), Ok(wanted));
    let infinite = write_value(&Value::Float64(f64::NEG_INFINITY));
    assert_eq!(infinite, Err("json: unsupported value: -Inf".to_owned()));
}

#[test]
fn a_map_that_holds_itself_is_refused() {
    let map = Map::new();
    map.insert("a", Value::Map(map.clone()));
    let wanted = "json: unsupported value: encountered a cycle via map[string]interface {}";
    assert_eq!(write_value(&Value::Map(map.clone())), Err(wanted.to_owned()));
    map.remove("a");
}

#[test]
fn numbers_become_float64_or_int64() {
    let value = crate::codec::to_value(&Node::list(vec![
        Node::new(Data::Float(1.0)),
        Node::new(Data::Int(1)),
        Node::new(Data::Uint(u64::MAX)),
    ]));
    assert_eq!(format!("{value:?}"), "[]interface {}[1.0, 1i64, 18446744073709551615u64]");
}
