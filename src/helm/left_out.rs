//! Whether values stay as they are when a key is left out. Mostly they do; but where a chart's default is null, Helm
//! merges by whether the user has anything in a section, whatever it is.

use std::collections::BTreeSet;

use super::tree::Member;
use crate::codec::{Data, Map, Node};
use crate::trace::unread::Used;
use crate::values;

/// Keys that are looked at one by one.
const MOST: usize = 256;

/// Charts and the values they were given.
#[derive(Clone, Debug)]
pub(super) struct Merging {
    member: Member,
    /// Whether Helm's linter merges, which does it twice.
    lint: bool,
    merged: Node,
}

impl Merging {
    pub(super) fn new(member: &Member, lint: bool, merged: &Node) -> Self {
        Self { member: member.clone(), lint, merged: merged.clone() }
    }

    /// Those of `keys` without which all other values that are read are the same, in their order.
    pub(super) fn harmless<'k, K: AsRef<[String]>>(
        &self,
        user: &Node,
        keys: &'k [K],
        read: &Used,
    ) -> Vec<&'k K> {
        if keys.is_empty() || self.is_same(user, keys, read) {
            return keys.iter().collect();
        }
        let (looked_at, rest) = keys.split_at(keys.len().min(MOST));
        let same = looked_at.iter().filter(|key| self.is_same(user, std::slice::from_ref(*key), read));
        same.chain(rest).collect()
    }

    fn is_same<K: AsRef<[String]>>(&self, user: &Node, keys: &[K], read: &Used) -> bool {
        let keys: Vec<&[String]> =
            keys.iter().map(K::as_ref).filter(|key| !key.iter().any(|step| step.starts_with('['))).collect();
        let user = keys.iter().fold(user.clone(), |user, key| without(&user, key));
        let merge = |user: &Node| values::coalesce(&self.member, user, &mut Vec::new());
        let mut merged = merge(&user);
        if self.lint {
            merged = merged.and_then(|once| merge(&once));
        }
        merged
            .is_ok_and(|merged| Compare { keys: &keys, read }.is_same(&self.merged, &merged, &mut Vec::new()))
    }
}

/// A tree without a key, and without maps that only held it.
fn without(node: &Node, path: &[String]) -> Node {
    let (Some((key, rest)), Some(map)) = (path.split_first(), node.as_map()) else { return node.clone() };
    let mut map = map.clone();
    let Some(entry) = map.entry(key).cloned() else { return node.clone() };
    let value = without(&entry.value, rest);
    let is_empty = |node: &Node| node.as_map().is_some_and(Map::is_empty);
    let is_emptied = is_empty(&value) && !is_empty(&entry.value);
    if rest.is_empty() || is_emptied {
        map.remove(key);
    } else {
        map.insert(crate::codec::Entry { value, ..entry });
    }
    Node::map(map)
}

/// A comparison of two trees.
struct Compare<'c> {
    /// What stands here does not count.
    keys: &'c [&'c [String]],
    /// What counts.
    read: &'c Used,
}

impl Compare<'_> {
    /// Whether what is read of two trees is equal beside what stands at the keys.
    fn is_same(&self, a: &Node, b: &Node, path: &mut Vec<String>) -> bool {
        if self.keys.iter().any(|key| shared(key) == shared(path)) {
            return true;
        }
        let (Data::Map(x), Data::Map(y)) = (a.data(), b.data()) else {
            return a == b || !self.is_read(path, false);
        };
        let empty = Node::map(Map::default());
        let names: BTreeSet<&str> = x.entries().iter().chain(y.entries()).map(|entry| &*entry.key).collect();
        names.into_iter().all(|name| {
            path.push(name.to_owned());
            let same = match (x.get(name), y.get(name)) {
                (Some(a), Some(b)) => self.is_same(a, b, path),
                // A map that is gone held nothing but keys that were left out, or nobody reads it.
                (Some(gone), None) => {
                    self.keys.iter().any(|key| shared(key) == shared(path))
                        || !self.is_read(path, gone.is_null())
                        || gone.as_map().is_some_and(|map| !map.is_empty())
                            && self.is_same(gone, &empty, path)
                }
                // Whoever looks at the map as a whole sees what is new in it.
                (None, new) => {
                    self.keys.iter().any(|key| shared(key) == shared(path))
                        || !self.is_read(path, new.is_some_and(Node::is_null))
                            && !path.split_last().is_some_and(|(_, above)| self.is_looked_at(above))
                }
            };
            path.pop();
            same
        })
    }

    /// Whether a value is read, or whether a null there is told from nothing.
    fn is_read(&self, path: &[String], null: bool) -> bool {
        [path, shared(path)]
            .into_iter()
            .any(|path| if null { self.read.tells_null(path) } else { self.read.has(path) })
    }

    fn is_looked_at(&self, path: &[String]) -> bool {
        self.read.is_present(path) || self.read.is_present(shared(path))
    }
}

/// A path from the section on that charts share with their subcharts, or all of it.
fn shared(path: &[String]) -> &[String] {
    let at = path.iter().position(|step| step == "global").unwrap_or(0);
    path.get(at..).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codec::yaml;
    use crate::diag::{Source, SourceKind};
    use crate::trace::record::Use;

    fn read(text: &str) -> Node {
        yaml::read_values(&Source::new(SourceKind::File, "values.yaml", text)).expect("values").root
    }

    fn path(text: &str) -> Vec<String> {
        text.split('.').map(str::to_owned).collect()
    }

    #[test]
    fn maps_that_are_emptied_go_and_empty_ones_stay() {
        let without = |text: &str, key: &str| without(&read(text), &path(key));
        assert_eq!(without("a: {b: {c: 1}}\nd: 2\n", "a.b.c"), read("d: 2\n"));
        assert_eq!(without("a: {b: {}, c: 1}\n", "a.c"), read("a: {b: {}}\n"));
        assert_eq!(without("a: 1\n", "b"), read("a: 1\n"));
    }

    #[test]
    fn what_stands_at_the_keys_does_not_count() {
        let whole = Use { path: Vec::new(), whole: true, idle: false };
        let all = Used::all(std::slice::from_ref(&whole), &read("{}"));
        let same = |a: &str, b: &str, key: &str| {
            let key = path(key);
            Compare { keys: &[&key], read: &all }.is_same(&read(a), &read(b), &mut Vec::new())
        };
        assert!(same("a: {b: 1, c: 2}\n", "a: {c: 2}\n", "a.b"));
        assert!(same("a: {b: 1}\nd: 1\n", "d: 1\n", "a.b"));
        assert!(!same("a: {b: 1, c: 2}\n", "a: {c: 3}\n", "a.b"));
        assert!(!same("a: {b: 1, c: {}}\n", "{}\n", "a.b"));
        let shared = "global: {b: 1}\ns: {global: {b: 1}, c: 2}\n";
        assert!(same(shared, "s: {c: 2}\n", "global.b"));
        assert!(!same(shared, "s: {c: 1}\n", "global.b"));
    }

    #[test]
    fn what_nobody_reads_may_change() {
        let same = |uses: &[(&str, bool)], a: &str, b: &str| {
            let uses: Vec<Use> = uses
                .iter()
                .map(|(text, whole)| Use { path: path(text), whole: *whole, idle: false })
                .collect();
            let used = Used::all(&uses, &read(a));
            let key = path("x");
            Compare { keys: &[&key], read: &used }.is_same(&read(a), &read(b), &mut Vec::new())
        };
        assert!(same(&[("a.c", true)], "a: {b: 1, c: 1}\nx: 1\n", "a: {c: 1}\n"));
        assert!(same(&[("a.c", true)], "a: {c: 1}\nx: 1\n", "a: {b: 2, c: 1}\n"));
        assert!(!same(&[("a.b", true)], "a: {b: 1}\nx: 1\n", "a: {b: 2}\n"));
        assert!(!same(&[("a.b", true)], "a: {}\nx: 1\n", "a: {b: 2}\n"));
        assert!(same(&[("a.b", true)], "a: {b: null}\nx: 1\n", "a: {}\n"));
        assert!(!same(&[("a.b", false)], "a: {b: null}\nx: 1\n", "a: {}\n"));
        assert!(!same(&[("a", true)], "a: {}\nx: 1\n", "a: {b: null}\n"));
        assert!(!same(&[("a", false)], "a: {c: 1}\nx: 1\n", "a: {b: 2, c: 1}\n"));
    }
}
