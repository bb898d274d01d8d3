//! TOML. Expected texts were printed by Helm v4.3.1.

use crate::go::time::Zone;

use super::*;
use crate::codec::{json, to_value};
use crate::diag::{Source, SourceKind};
use crate::value::{Map, Value};

fn value(text: &str) -> Value {
    to_value(&json::read(&Source::new(SourceKind::File, "a.json", text)).expect("readable"))
}

fn parse(text: &str) -> Result<Value, ReadError> {
    let times = Times { local: &|| (Zone::Utc, 0), value: &|moment| Value::from(moment.text()) };
    read(text.as_bytes(), times)
}

#[test]
fn tables_stand_behind_scalars_and_are_indented() {
    for (json, wanted) in [
        (
            r#"{"b":1,"a":"x\"\\\n\u0001\u007f","c":null,"d":{"e":{"f":1},"g":2},"h":[],"i":{}}"#,
            "a = \"x\\\"\\\\\\n\\u0001\\u007f\"\nb = 1.0\nh = []\n\n[d]\n  g = 2.0\n  [d.e]\n    f = 1.0\n\n[i]\n",
        ),
        (
            r#"{"a b":1,"":2,"é":{"x y":{"z":1}}}"#,
            "\"\" = 2.0\n\"a b\" = 1.0\n\n[\"é\"]\n  [\"é\".\"x y\"]\n    z = 1.0\n",
        ),
        (
            r#"{"l":[{"a":1,"s":{"t":1}},{"a":2}],"m":[1,{"a":1}],"n":[[1,2],["a"]],"o":[[{"a":1}]]}"#,
            "m = [1.0, {a = 1.0}]\nn = [[1.0, 2.0], [\"a\"]]\no = [[{a = 1.0}]]\n\n[[l]]\n  a = 1.0\n  [l.s]\n    t = 1.0\n\n[[l]]\n  a = 2.0\n",
        ),
        (r#"{"f":[1.5,1e6,1e21,-0.0,5],"t":true}"#, "f = [1.5, 1e+06, 1e+21, -0.0, 5.0]\nt = true\n"),
        (r#"{"x":{"y":[{"z":[{"w":1}]}]}}"#, "[x]\n\n  [[x.y]]\n\n    [[x.y.z]]\n      w = 1.0\n"),
        (r#"{"l":[{},{"a":{}}]}"#, "[[l]]\n\n[[l]]\n  [l.a]\n"),
        ("[1, \"a\"]", "[1.0, \"a\"]"),
        ("{}", ""),
    ] {
        assert_eq!(write(&value(json)).as_deref(), Ok(wanted), "{json}");
    }
}

#[test]
fn a_comma_stays_behind_where_a_null_is_left_out() {
    let inline = value(r#"{"x":[1,{"a":null,"b":1,"c":null,"d":{"e":1,"f":null}}]}"#);
    assert_eq!(write(&inline).as_deref(), Ok("x = [1.0, {b = 1.0, d = {e = 1.0, }}]\n"));
}

#[test]
fn what_toml_cannot_hold() {
    let nil = WriteError::Error("toml: cannot encode array with nil element".to_owned());
    assert_eq!(write(&value("{\"n\":[1,null]}")), Err(nil));
    let tables = WriteError::Error("toml: top-level values must be Go maps or structs".to_owned());
    assert_eq!(write(&value("[{\"a\":1}]")), Err(tables));
    assert!(matches!(write(&Value::Nil), Err(WriteError::Panic(_))));
    let own = Map::new();
    own.insert("a", Value::Map(own.clone()));
    assert!(write(&Value::Map(own.clone())).is_err());
    own.remove("a");
}

#[test]
fn kinds_of_what_is_read() {
    let read =
        parse("a = 0x1F\nb = 1_000\nc = 1.5\nt = 1979-05-27\nu = 07:32:00.25\nv = 1979-05-27 07:32:00-07:00")
            .expect("readable");
    assert_eq!(
        format!("{read:?}"),
        "map[string]interface {}{\"a\": 31i64, \"b\": 1000i64, \"c\": 1.5, \"t\": \"1979-05-27 00:00:00 +0000 date-local\", \"u\": \"0000-01-01 07:32:00.25 +0000 time-local\", \"v\": \"1979-05-27 07:32:00 -0700 -0700\"}"
    );
    for (text, kind) in [
        ("[[e]]\na = 1", "[]map[string]interface {}"),
        ("e = [{a = 1}]", "[]interface {}"),
        ("[x]\n[[x.e]]\na = 1\n[[x.e]]", "[]map[string]interface {}"),
    ] {
        let read = parse(text).expect("readable");
        let map = read.as_map().expect("a map");
        let map = map.get("x").and_then(|x| x.as_map().cloned()).unwrap_or_else(|| map.clone());
        assert_eq!(map.get("e").map(|e| e.type_name().into_owned()).as_deref(), Some(kind), "{text}");
    }
}

#[test]
fn errors_name_the_line_and_the_last_key() {
    for (text, wanted) in [
        ("a = 1\nb = ", "toml: line 2 (last key \"b\"): unexpected EOF; expected value"),
        (
            "x = 9223372036854775808",
            "toml: line 1 (last key \"x\"): 9223372036854775808 is out of range for int64",
        ),
        ("a.b = 1\na.b.c = 2", "toml: line 2 (last key \"a.b.c\"): Key 'a.b' has already been defined."),
    ] {
        assert_eq!(parse(text).expect_err("refused"), ReadError::Error(wanted.to_owned()), "{text}");
    }
}

#[test]
fn deep_texts_are_refused() {
    let deep = format!("a = {}", "[".repeat(100_000));
    assert!(matches!(parse(&deep), Err(ReadError::Error(_))));
    let long = format!("a{} = 1", ".a".repeat(100_000));
    assert!(matches!(parse(&long), Err(ReadError::Error(_))));
}
