use super::{merge_tables, overlay};
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
        let at =
            |node: &Node| std::ptr::from_ref(node.at_path(path.iter().copied()).unwrap().as_map().unwrap());
        at(&values) == at(&defaults)
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
