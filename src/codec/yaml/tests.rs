//! Reading, end to end. Expected texts were printed by Helm v4.3.1.

use std::fmt::Write as _;

use super::*;
use crate::codec::{Data, Map, Node, Numbers, Style};
use crate::diag::{Source, SourceKind};

fn source(text: &str) -> Source {
    Source::new(SourceKind::File, "values.yaml", text)
}

fn root(text: &str) -> Node {
    read(&source(text), &ReadOptions::default()).expect("readable").root
}

fn helm_text(text: &str) -> String {
    read(&source(text), &ReadOptions::default()).expect_err("refused").helm_text().to_owned()
}

#[test]
fn every_node_and_key_knows_its_place() {
    let root = root("\u{FEFF}a:\n  - x: 'é'  # note\n    z: |\n      t\nb: {c: 1}\n");
    let item = root.get("a").and_then(|list| list.as_list()?.first().cloned()).expect("an item");
    assert_eq!(item.written(), Some("x: 'é'  # note\n    z: |\n      t\n"));
    assert_eq!(item.get("x").and_then(Node::written), Some("'é'"));
    assert_eq!(item.get("x").map(Node::style), Some(Style::SingleQuoted));
    assert_eq!(item.get("z").map(Node::style), Some(Style::Literal));
    assert_eq!(root.get("b").and_then(Node::written), Some("{c: 1}"));
    let key = root.get("b").and_then(|b| b.as_map()?.entry("c")?.place.clone()).expect("a place");
    assert_eq!((key.text(), key.to_string().as_str()), ("c", "values.yaml:5:5"));
}

#[test]
fn numbers_are_floats_unless_types_are_asked_for() {
    assert!(matches!(root("9007199254740993").data(), Data::Float(9_007_199_254_740_992.0)));
    let typed = read(&source("[1, 18446744073709551615, 1.5]"), &ReadOptions { numbers: Numbers::Typed });
    let typed = typed.expect("readable").root;
    let kinds: Vec<_> = typed.as_list().into_iter().flatten().map(|node| node.data().clone()).collect();
    assert!(matches!(kinds.as_slice(), [Data::Int(1), Data::Uint(u64::MAX), Data::Float(1.5)]));
}

#[test]
fn a_merge_counts_where_it_stands() {
    let root = root("a: &a {x: 1, z: 2}\nb: {x: 3, <<: *a}\nc: {<<: *a, x: 3}\nd: {<<: [{x: 4}, *a]}\n");
    let x = |key| root.get(key).and_then(|map| map.get("x")).and_then(Node::as_i64);
    assert_eq!((x("b"), x("c"), x("d")), (Some(1), Some(3), Some(4)));
}

#[test]
fn of_a_key_written_twice_the_last_counts_and_both_are_noted() {
    let document = read(&source("a: 1\nb: 2\na: 3\n"), &ReadOptions::default()).expect("readable");
    assert_eq!(document.root.get("a").and_then(Node::as_i64), Some(3));
    let places: Vec<_> = document
        .duplicates
        .iter()
        .map(|duplicate| (&*duplicate.key, duplicate.first.to_string(), duplicate.second.to_string()))
        .collect();
    assert_eq!(places, [("a", "values.yaml:1:1".to_owned(), "values.yaml:3:1".to_owned())]);
}

#[test]
fn keys_become_text_as_sigs_yaml_makes_it() {
    let root = root("yes: 1\n0x10: 1\n1e3: 1\n1.123456789: 1\n.inf: 1\n");
    let keys: Vec<_> =
        root.as_map().into_iter().flat_map(crate::codec::Map::entries).map(|e| &*e.key).collect();
    assert_eq!(keys, [".inf", "1.1234568", "1000", "16", "true"]);
}

#[test]
fn what_go_yaml_reads_otherwise_than_libyaml() {
    for (text, result) in [
        (r#"a: "\'""#, Ok("'")),
        (r#"a: "x\\\'y" "#, Ok(r"x\'y")),
        (r"a: 'b\/c'", Ok(r"b\/c")),
        (r#"a: "b\\/c""#, Ok(r"b\/c")),
        (r#"a: "\/""#, Err("yaml: found unknown escape character")),
        ("%YAML 1.2\n---\na: b", Err("yaml: found incompatible YAML document")),
        ("\n\na: [b?c]", Err("yaml: line 2: did not find expected ',' or ']'")),
        ("\na: {b: c?}", Err("yaml: line 1: did not find expected ',' or '}'")),
        (r#"a: "\xZZ""#, Err("yaml: did not find expected hexdecimal number")),
    ] {
        let got = read(&source(text), &ReadOptions::default());
        match (&got, result) {
            (Ok(document), Ok(wanted)) => {
                assert_eq!(document.root.get("a").and_then(Node::as_str), Some(wanted), "{text}");
            }
            (Err(error), Err(wanted)) => assert_eq!(error.yaml_text(), wanted, "{text}"),
            _ => panic!("{text}: {got:?}"),
        }
    }
    let list = root("a: [a:,b]");
    let items: Vec<_> =
        list.get("a").and_then(Node::as_list).into_iter().flatten().filter_map(Node::as_str).collect();
    assert_eq!(items, ["a:", "b"]);
}

#[test]
fn errors_have_helms_text_and_the_real_place() {
    let error = read_values(&source("a: 1\n---\nb:\n  c: d: e\n")).expect_err("refused");
    assert_eq!(
        error.helm_text(),
        "cannot unmarshal yaml document: error converting YAML to JSON: yaml: line 2: mapping values are not allowed in this context"
    );
    let place = error.diagnostic().primary.as_ref().map(|label| label.place.to_string());
    assert_eq!(place.as_deref(), Some("values.yaml:4:7"));
    assert!(error.diagnostic().help.is_some());
}

#[test]
fn errors_of_the_decoder_wait_for_the_end_of_the_document() {
    assert_eq!(helm_text("a: !!int x\nb: ["), {
        "error converting YAML to JSON: yaml: line 2: did not find expected node content"
    });
    assert_eq!(
        helm_text("a: !!int x\n"),
        "error converting YAML to JSON: yaml: cannot decode !!str `x` as a !!int"
    );
}

#[test]
fn bad_keys_are_quoted_in_gos_words() {
    for (text, wanted) in [
        ("{{ .x }}: 1", "yaml: invalid map key: map[interface {}]interface {}{\".x\":interface {}(nil)}"),
        ("? [1, 1.5, ~, yes]\n: 1", "yaml: invalid map key: []interface {}{1, 1.5, interface {}(nil), true}"),
        (
            "~: {b: 2}",
            "unsupported map key of type: %!s(<nil>), key: <nil>, value: map[interface {}]interface {}{\"b\":2}",
        ),
        (
            "a: {18446744073709551615: ~}",
            "unsupported map key of type: uint64, key: 0xffffffffffffffff, value: <nil>",
        ),
    ] {
        assert_eq!(helm_text(text), format!("error converting YAML to JSON: {wanted}"));
    }
    // A map that was overwritten is not looked at.
    assert!(read(&source("a: {~: 1}\na: 2"), &ReadOptions::default()).is_ok());
}

#[test]
fn aliases_are_bounded() {
    assert!(helm_text("a: &a [*a]").ends_with("yaml: anchor 'a' value contains itself"));
    assert!(helm_text("<<: !!int x").ends_with("map merge requires map or sequence of maps as the value"));
    assert!(helm_text("a: *b").ends_with("yaml: unknown anchor 'b' referenced"));
    let mut bomb = String::from("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
    for level in 1..10 {
        let items = vec![format!("*a{}", level - 1); 10].join(", ");
        writeln!(bomb, "a{level}: &a{level} [{items}]").expect("a string takes all");
    }
    assert!(helm_text(&bomb).ends_with("yaml: document contains excessive aliasing"));
}

#[test]
fn depth_costs_no_stack() {
    let nested = |levels: usize| format!("{}{}", "[".repeat(levels), "]".repeat(levels));
    let deep = root(&nested(10_000));
    assert!(deep.as_list().is_some());
    drop(deep);
    assert!(helm_text(&nested(10_001)).ends_with("yaml: exceeded max depth of 10000"));
    let both = format!("{}{}", "- ".repeat(3000), nested(8000));
    assert_eq!(helm_text(&both), "error converting YAML to JSON: exceeded max depth");
    // The innermost list is empty, and stands one level too deep.
    let empty = format!("- {}", nested(10_000));
    assert_eq!(helm_text(&empty), "error unmarshaling JSON: while decoding JSON: exceeded max depth");
    let full = empty.replacen("[]", "[1]", 1);
    assert_eq!(helm_text(&full), "error converting YAML to JSON: exceeded max depth");
}

/// Each key for itself would take a minute.
#[test]
fn documents_of_many_keys_are_merged_at_once() {
    const KEYS: usize = 30_000;
    let keys = |from: usize, value: u8| {
        let lines: Vec<String> = (from..from + KEYS).map(|key| format!("k{key:06}: {value}\n")).collect();
        lines.concat()
    };
    let text = format!("{}---\n{}", keys(0, 1), keys(KEYS / 2, 2));
    let merged = read_values(&source(&text)).expect("readable").root;
    assert_eq!(merged.as_map().map(Map::len), Some(KEYS + KEYS / 2));
    let value = |key: usize| merged.get(&format!("k{key:06}")).and_then(Node::as_i64);
    assert_eq!([value(0), value(KEYS / 2 - 1), value(KEYS / 2), value(KEYS)], [1, 1, 2, 2].map(Some));
}

#[test]
fn values_files_are_cut_at_lines_that_begin_with_three_dashes() {
    let merged = read_values(&source("a: {x: 1, z: 2}\n--- # next\na: {x: null}\nb: 1\n")).expect("readable");
    assert!(merged.root.get("a").and_then(|a| a.get("x")).is_some_and(Node::is_null));
    assert_eq!(merged.root.get("a").and_then(|a| a.get("z")).and_then(Node::as_i64), Some(2));
    let error = read_values(&source("a: 1\n---b: 2\n")).expect_err("refused");
    assert_eq!(error.helm_text(), "error reading yaml document: invalid Yaml document separator: b: 2");
    let error = read_values(&source("- 1\n")).expect_err("refused");
    assert_eq!(
        error.helm_text(),
        "cannot unmarshal yaml document: error unmarshaling JSON: while decoding JSON: json: cannot unmarshal array into Go value of type map[string]interface {}"
    );
}

#[test]
fn places_in_a_stream_point_into_the_whole_text() {
    let text = "# nothing\n---\nkind: A\n---\n# nothing\n---\nkind: B\n";
    let documents = read_stream(&source(text), &ReadOptions::default()).expect("readable");
    let places: Vec<_> = documents
        .iter()
        .filter_map(|document| document.root.get("kind")?.place().map(ToString::to_string))
        .collect();
    assert_eq!(places, ["values.yaml:3:7", "values.yaml:7:7"]);
}
