//! Keys that the user set and that change nothing in this render, with the switch that turned their reader off.

use std::collections::HashSet;

use super::path::join;
use super::render::{Options, Rendered, render, values};
use super::view::MAX_DEPTH;
use crate::codec::{Data, Entry, Map, Node};
use crate::diag::{Code, Diagnostic, Place, SourceKind};

/// A key of the user's that has no effect here.
const UNREAD: Code = Code("clearml::unread-value");

/// Keys that are told of one by one; of more, how many there are.
const MOST_KEYS: usize = 64;
/// Renders that are tried to find the keys that do nothing among those that no field depends on.
const MOST_TRIES: usize = 512;
/// Switches that are tried for one key.
const MOST_SWITCHES: usize = 24;

/// A value the user set, and where.
#[derive(Clone)]
struct Leaf {
    path: Vec<String>,
    key: Option<Place>,
}

/// A warning for each key of the user's values that changes nothing: no field of any object depends on it, and
/// without it the render is the same. Keys that `rendered` warns of already, and those of presets, are left out.
#[must_use]
pub fn unread(user: &Node, options: &Options, rendered: &Rendered) -> Vec<Diagnostic> {
    if user.as_map().is_none_or(Map::is_empty) {
        return Vec::new();
    }
    let known = origins(rendered);
    let mut leaves = Vec::new();
    collect(user, None, &known, &mut Vec::new(), &mut leaves);
    if leaves.is_empty() {
        return Vec::new();
    }
    let defaults = values(&Node::map(Map::default()));
    // A default that is written out holds for the day it changes.
    leaves.retain(|leaf| {
        !is_told(&leaf.path, &rendered.warnings) && at(user, &leaf.path) != at(&defaults, &leaf.path)
    });
    let mut tries = MOST_TRIES;
    let mut idle = Vec::new();
    let untried = idle_of(&leaves, &mut tries, &mut idle, &|leaves| {
        let without_all = leaves.iter().fold(user.clone(), |user, leaf| without(&user, &leaf.path));
        is_same(&without_all, options, rendered)
    });
    let merged = values(user);
    let mut switches = Vec::new();
    off(&merged, &mut Vec::new(), &mut switches);
    let told = idle.iter().take(MOST_KEYS);
    let mut warnings: Vec<Diagnostic> =
        told.map(|leaf| warning(leaf, user, &merged, &switches, options)).collect();
    let more = idle.len().saturating_sub(MOST_KEYS);
    if more > 0 {
        warnings.push(Diagnostic::warning(
            UNREAD,
            format!("{more} further keys change nothing in this render; the first {MOST_KEYS} are told of"),
        ));
    }
    if untried > 0 {
        let text = format!("of {untried} further keys it is not known whether they change anything here");
        warnings
            .push(Diagnostic::warning(UNREAD, text).help("render with fewer values to have them looked at"));
    }
    warnings
}

/// Adds those of `leaves` without which the render is the same, all of them when one try says it of all, else those
/// of each half. How many were left when no more `tries` were.
fn idle_of<'l>(
    leaves: &'l [Leaf],
    tries: &mut usize,
    idle: &mut Vec<&'l Leaf>,
    is_same: &impl Fn(&[Leaf]) -> bool,
) -> usize {
    if leaves.is_empty() {
        return 0;
    }
    if *tries == 0 {
        return leaves.len();
    }
    *tries -= 1;
    if is_same(leaves) {
        idle.extend(leaves);
        return 0;
    }
    if leaves.len() == 1 {
        return 0;
    }
    let (first, second) = leaves.split_at(leaves.len() / 2);
    idle_of(first, tries, idle, is_same) + idle_of(second, tries, idle, is_same)
}

fn warning(
    leaf: &Leaf,
    user: &Node,
    merged: &Node,
    switches: &[Vec<String>],
    options: &Options,
) -> Diagnostic {
    let path = leaf.path.iter().fold(String::new(), |path, key| join(&path, key));
    let warning = Diagnostic::warning(UNREAD, format!("`{path}` changes nothing in this render"))
        .maybe_at(leaf.key.clone(), "has no effect");
    let common = |switch: &&Vec<String>| switch.iter().zip(&leaf.path).take_while(|(a, b)| a == b).count();
    let mut nearest: Vec<&Vec<String>> = switches.iter().collect();
    nearest.sort_by_key(|switch| std::cmp::Reverse(common(switch)));
    let reader = nearest.into_iter().take(MOST_SWITCHES).find(|switch| {
        let on = with(user, switch, &Node::new(Data::Bool(true)));
        let place = at(&on, &leaf.path).and_then(Node::place).map(key_of);
        render(&on, options).is_ok_and(|on| place.is_some_and(|place| origins(&on).contains(&place)))
    });
    let Some(switch) = reader else {
        return warning.help("a default or another value decides here; remove the key");
    };
    let name = switch.iter().fold(String::new(), |path, key| join(&path, key));
    let warning = warning.help(format!("`{name}` is false and switches off what reads it"));
    match at(merged, switch).and_then(Node::place) {
        Some(place) => warning.and_at(place.clone(), "switched off here"),
        None => warning,
    }
}

/// Where the values stand that some field depends on.
fn origins(rendered: &Rendered) -> HashSet<(usize, usize)> {
    let mut found = HashSet::new();
    for manifest in &rendered.manifests {
        for origin in manifest.trace.writes().iter().flat_map(|write| write.read()) {
            found.extend(origin.value.place().map(key_of));
        }
    }
    found
}

fn key_of(place: &Place) -> (usize, usize) {
    (place.source.text().as_ptr().addr(), place.span.start())
}

/// The scalars of the user's own files and flags that no field depends on.
fn collect(
    node: &Node,
    key: Option<&Place>,
    known: &HashSet<(usize, usize)>,
    path: &mut Vec<String>,
    into: &mut Vec<Leaf>,
) {
    match node.data() {
        Data::Map(map) if path.len() < MAX_DEPTH => {
            for entry in map.entries() {
                path.push(entry.key.to_string());
                collect(&entry.value, entry.place.as_ref(), known, path, into);
                path.pop();
            }
        }
        // A null takes a default away; a list is one value.
        Data::Null | Data::Map(_) => {}
        Data::List(items) if !items.is_empty() && any_known(node, known) => {}
        _ => {
            let Some(place) = node.place() else { return };
            let own = matches!(place.source.kind(), SourceKind::File | SourceKind::Flag);
            if own && !known.contains(&key_of(place)) {
                into.push(Leaf { path: path.clone(), key: Some(key.unwrap_or(place).clone()) });
            }
        }
    }
}

fn any_known(node: &Node, known: &HashSet<(usize, usize)>) -> bool {
    node.place().is_some_and(|place| known.contains(&key_of(place)))
        || match node.data() {
            Data::Map(map) => map.entries().iter().any(|entry| any_known(&entry.value, known)),
            Data::List(items) => items.iter().any(|item| any_known(item, known)),
            _ => false,
        }
}

/// Whether a warning names the key, or what it is part of.
fn is_told(path: &[String], warnings: &[Diagnostic]) -> bool {
    let path = path.iter().fold(String::new(), |path, key| join(&path, key));
    warnings.iter().filter_map(|warning| warning.message.split('`').nth(1)).any(|told| {
        path.strip_prefix(told).is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
    })
}

fn is_same(user: &Node, options: &Options, rendered: &Rendered) -> bool {
    // Only texts are compared; a render with something to say would be made a second time for its trace.
    let options = Options { traced: !rendered.warnings.is_empty(), ..options.clone() };
    let Ok(other) = render(user, &options) else { return false };
    other.notes() == rendered.notes()
        && other.warnings.len() == rendered.warnings.len()
        && other.manifests.len() == rendered.manifests.len()
        && other
            .manifests
            .iter()
            .zip(&rendered.manifests)
            .all(|(other, own)| other.text.text() == own.text.text())
}

/// The switches that are off.
fn off(node: &Node, path: &mut Vec<String>, into: &mut Vec<Vec<String>>) {
    for entry in node.as_map().filter(|_| path.len() < MAX_DEPTH).map(Map::entries).unwrap_or_default() {
        path.push(entry.key.to_string());
        if entry.value.as_bool() == Some(false) {
            into.push(path.clone());
        }
        off(&entry.value, path, into);
        path.pop();
    }
}

fn at<'n>(node: &'n Node, path: &[String]) -> Option<&'n Node> {
    node.at_path(path.iter().map(String::as_str))
}

fn without(node: &Node, path: &[String]) -> Node {
    let (Some((key, rest)), Some(map)) = (path.split_first(), node.as_map()) else { return node.clone() };
    let mut map = map.clone();
    if rest.is_empty() {
        map.remove(key);
    } else if let Some(entry) = map.entry(key).cloned() {
        let value = without(&entry.value, rest);
        map.insert(Entry { value, ..entry });
    }
    Node::map(map)
}

fn with(node: &Node, path: &[String], value: &Node) -> Node {
    let Some((key, rest)) = path.split_first() else { return value.clone() };
    let mut map = node.as_map().cloned().unwrap_or_default();
    let inner = with(map.get(key).unwrap_or(&Node::null()), rest, value);
    map.insert(Entry { key: key.as_str().into(), place: None, value: inner });
    Node::map(map)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clearml::tests::{rendered, show, values};

    fn found(text: &str) -> Vec<String> {
        let user = values(text);
        let shown = unread(&user, &Options::default(), &rendered_from(&user));
        shown.iter().map(show).collect()
    }

    fn rendered_from(user: &Node) -> Rendered {
        match render(user, &Options::default()) {
            Ok(rendered) => rendered,
            Err(_) => rendered(""),
        }
    }

    #[test]
    fn a_key_below_a_switch_that_is_off_names_the_switch() {
        assert_eq!(
            found("storage:\n  nfs:\n    server: a.b\n"),
            [
                "values.yaml:3:5: `storage.nfs.server` changes nothing in this render (`storage.use_nfs` is false and switches off what reads it)"
            ]
        );
    }

    #[test]
    fn keys_that_do_something_are_not_told_of() {
        for text in [
            "apiserver: {nodePort: 30111}",
            "agentservices: {enabled: false}",
            "storage: {use_nfs: true, nfs: {server: a.b}}",
            "clearml: {namespace: clearml, versions: compat}",
            "clearml: {versions: modern, acknowledgeDataMigration: true}",
            "ingress: {enabled: false}",
        ] {
            assert_eq!(found(text), Vec::<String>::new(), "{text}");
        }
    }

    #[test]
    fn of_very_many_keys_the_first_are_told_of_and_the_others_counted() {
        let keys = |count: usize| -> String {
            let lines = (0..count).map(|number| format!("    a{number}: b\n"));
            lines.fold("agentservices:\n  enabled: false\n  podAnnotations:\n".to_owned(), |text, line| {
                text + &line
            })
        };
        assert_eq!(found(&keys(MOST_KEYS)).len(), MOST_KEYS);
        let told = found(&keys(MOST_KEYS + 36));
        assert_eq!(told.len(), MOST_KEYS + 1);
        let last = told.last().map(String::as_str);
        assert_eq!(last, Some("36 further keys change nothing in this render; the first 64 are told of"));
    }

    #[test]
    fn one_key_that_does_something_hides_no_other_and_tries_end() {
        let leaves: Vec<Leaf> =
            (0..100).map(|number| Leaf { path: vec![format!("{number}")], key: None }).collect();
        let is_same = |part: &[Leaf]| part.iter().all(|leaf| leaf.path != ["37"]);
        let (mut idle, mut tries) = (Vec::new(), MOST_TRIES);
        assert_eq!(idle_of(&leaves, &mut tries, &mut idle, &is_same), 0);
        assert_eq!(idle.len(), 99);
        assert!(MOST_TRIES - tries < 20);
        let (mut idle, mut tries) = (Vec::new(), 3);
        let untried = idle_of(&leaves, &mut tries, &mut idle, &is_same);
        assert!(untried > 0 && idle.len() < 99, "{untried}");
    }

    #[test]
    fn presets_and_unknown_keys_are_not_told_of_twice() {
        assert_eq!(found("apiserver: {resorces: {}}"), Vec::<String>::new());
        for preset in crate::clearml::presets() {
            let user = crate::codec::yaml::read_values(&preset.source()).expect("values").root;
            assert!(unread(&user, &Options::default(), &rendered_from(&user)).is_empty(), "{}", preset.name);
        }
    }
}
