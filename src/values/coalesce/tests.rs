use super::{coalesce_tables, merge_tables, overlay};
use crate::codec::{Node, yaml};
use crate::diag::{Source, SourceKind};

fn read(kind: SourceKind, name: &str, text: &str) -> Node {
    yaml::read_values(&Source::new(kind, name, text)).unwrap().root
}

#[test]
fn a_leaf_remembers_the_default_it_replaced() {
    let defaults = read(SourceKind::Chart, "values.yaml", "a: {b: 1, c: 2}\nd: {e: [1]}\n");
    let user = read(SourceKind::File, "mine.yaml", "a: {b: 5}\n");
    let values = overlay(&defaults, &user);
    let leaf = values.at_path(["a", "b"]).unwrap();
    assert_eq!(leaf.place().unwrap().to_string(), "mine.yaml:1:8");
    assert_eq!(leaf.replaced().unwrap().place().unwrap().to_string(), "values.yaml:1:8");
    assert_eq!(values.at_path(["a", "c"]).unwrap().place().unwrap().to_string(), "values.yaml:1:14");
}

#[test]
fn untouched_defaults_are_shared_not_copied() {
    let defaults = read(SourceKind::Chart, "values.yaml", "a: {b: {c: 1}}\nd: {e: {f: 1}}\n");
    let user = read(SourceKind::File, "mine.yaml", "a: {x: 5}\n");
    let values = overlay(&defaults, &user);
    let same = |path: &[&str]| {
        let at = |node: &Node| node.at_path(path.iter().copied()).unwrap().as_map().unwrap().clone();
        at(&values).is(&at(&defaults))
    };
    assert!(same(&["d"]));
    assert!(same(&["a", "b"]));
}

#[test]
fn merged_tables_keep_nulls() {
    let over = read(SourceKind::File, "over", "a: null\nb: {c: null}\n");
    let under = read(SourceKind::File, "under", "a: 1\nb: {c: 2, d: null}\n");
    let mut log = Vec::new();
    let merged = merge_tables(&over, &under, &mut log);
    assert_eq!(merged, read(SourceKind::File, "want", "a: null\nb: {c: null, d: null}\n"));
    assert!(log.is_empty());
}

/// What is one map is passed over; two that are equal give the same when they are gone through.
#[test]
fn a_map_over_itself_stays_as_it_is() {
    let text = "a: null\nb: {c: null, d: {e: null, f: 1}, g: [null]}\nh: {}\ni: text\n";
    let (defaults, equal) = (read(SourceKind::Chart, "a", text), read(SourceKind::Chart, "b", text));
    let mut log = Vec::new();
    for merge in [merge_tables, coalesce_tables] {
        let through = merge(&equal, &defaults, &mut log);
        assert_eq!(merge(&defaults, &defaults, &mut log), through);
    }
    // Values that went through once hold the maps of the defaults, as those of subcharts do.
    let once = overlay(&defaults, &read(SourceKind::File, "user", "x: 1\n"));
    let copied = overlay(&equal, &read(SourceKind::File, "user", "x: 1\n"));
    assert_eq!(overlay(&defaults, &once), overlay(&defaults, &copied));
    assert_eq!(merge_tables(&once, &defaults, &mut log), merge_tables(&copied, &defaults, &mut log));
    assert_eq!(coalesce_tables(&once, &defaults, &mut log), coalesce_tables(&copied, &defaults, &mut log));
    assert!(log.is_empty());
}
