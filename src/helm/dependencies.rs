//! Which subcharts are on, under which names, and what they hand to their parents.

use std::collections::HashSet;
use std::sync::Arc;

use super::tree::Member;
use crate::chart::Dependency;
use crate::codec::{Data, Entry, Map, Node};
use crate::diag::{Level, LogLine};
use crate::go::semver::{Constraints, Version};
use crate::values;

/// Switches, renames and imports, in Helm's order.
///
/// # Errors
/// Helm's text after `chart dependencies processing failed: `.
// Rule: Helm v4.3.1 pkg/chart/v2/util/dependencies.go, ProcessDependencies.
pub(super) fn process(root: &mut Member, user: &Node, log: &mut Vec<LogLine>) -> Result<(), String> {
    switch(root, user, "", log)?;
    import_values(root, log)
}

/// Whether a version lies in a range; a text that does not parse is in none.
// Rule: Helm v4.3.1 pkg/chart/v2/util/compatible.go, IsCompatibleRange.
pub fn is_compatible(range: &str, version: &str) -> bool {
    let (Ok(version), Ok(range)) = (Version::parse(version), Constraints::parse(range)) else { return false };
    range.check(&version)
}

fn switch(member: &mut Member, user: &Node, path: &str, log: &mut Vec<LogLine>) -> Result<(), String> {
    let Some(mut declared) = member.dependencies.take() else { return Ok(()) };
    let loaded = std::mem::take(&mut member.children);
    let fits = |child: &Member, wanted: &Dependency| {
        child.name == wanted.name && is_compatible(&wanted.version, &child.chart.metadata().version)
    };
    // Charts that nobody declared, or in a version nobody asked for, stay as they are and come first.
    let mut children: Vec<Member> =
        loaded.iter().filter(|child| !declared.iter().any(|wanted| fits(child, wanted))).cloned().collect();
    for wanted in &mut declared {
        if let Some(child) = loaded.iter().find(|child| fits(child, wanted)) {
            let mut child = child.clone();
            if !wanted.alias.is_empty() {
                child.name.clone_from(&wanted.alias);
            }
            children.push(child);
        }
        if !wanted.alias.is_empty() {
            wanted.name.clone_from(&wanted.alias);
        }
        wanted.enabled = true;
    }
    member.children = children;
    let merged = values::coalesce(member, user, log).map_err(|error| error.helm_text().to_owned())?;
    apply_tags(&mut declared, &merged, log);
    apply_conditions(&mut declared, &merged, path, log);
    let off: HashSet<&str> = declared.iter().filter(|it| !it.enabled).map(|it| &*it.name).collect();
    member.children.retain(|child| !off.contains(&*child.name));
    for child in &mut member.children {
        let path = format!("{path}{}.", child.name);
        switch(child, &merged, &path, log)?;
    }
    let off: HashSet<String> = off.into_iter().map(str::to_owned).collect();
    declared.retain(|it| !off.contains(&it.name));
    // Quirk: Helm appends to a nil list, so a list that became empty counts as absent from here on.
    member.dependencies = (!declared.is_empty()).then_some(declared);
    Ok(())
}

// Rule: Helm v4.3.1 pkg/chart/v2/util/dependencies.go, processDependencyTags.
fn apply_tags(declared: &mut [Dependency], values: &Node, log: &mut Vec<LogLine>) {
    let Some(tags) = values.get("tags").and_then(Node::as_map) else { return };
    for dependency in declared {
        let (mut on, mut off) = (false, false);
        for tag in &dependency.tags {
            match tags.get(tag).map(Node::data) {
                Some(Data::Bool(true)) => on = true,
                Some(Data::Bool(false)) => off = true,
                Some(_) => log.push(
                    LogLine::new(Level::Warn, "returned non-bool value")
                        .with("tag", tag.as_str())
                        .with("chart", dependency.name.as_str()),
                ),
                None => {}
            }
        }
        dependency.enabled = on || !off;
    }
}

// Rule: Helm v4.3.1 pkg/chart/v2/util/dependencies.go, processDependencyConditions.
fn apply_conditions(declared: &mut [Dependency], values: &Node, prefix: &str, log: &mut Vec<LogLine>) {
    for dependency in declared {
        for condition in dependency.condition.trim().split(',').filter(|condition| !condition.is_empty()) {
            let path = format!("{prefix}{condition}");
            match values.at_path(path.split('.')).map(Node::data) {
                Some(Data::Bool(value)) => {
                    dependency.enabled = *value;
                    break;
                }
                None | Some(Data::Map(_)) => {}
                Some(_) => log.push(
                    LogLine::new(Level::Warn, "returned non-bool value")
                        .with("path", condition)
                        .with("chart", dependency.name.as_str()),
                ),
            }
        }
    }
}

// Rule: Helm v4.3.1 pkg/chart/v2/util/dependencies.go, processDependencyImportValues with merge.
fn import_values(member: &mut Member, log: &mut Vec<LogLine>) -> Result<(), String> {
    for child in &mut member.children {
        import_values(child, log)?;
    }
    if member.dependencies.is_none() {
        return Ok(());
    }
    let mut merged = values::merge_defaults(member, log).map_err(|error| error.helm_text().to_owned())?;
    let mut imported = Node::map(Map::default());
    let mut same = Vec::new();
    for dependency in member.dependencies.iter_mut().flatten() {
        let mut kept = Vec::new();
        for item in &dependency.import_values {
            let (child, parent, missing) = match item.data() {
                Data::Map(map) => {
                    let text = |key: &str| map.get(key).map_or_else(|| "<nil>".to_owned(), go_text);
                    (text("child"), text("parent"), None)
                }
                Data::String(name) => (format!("exports.{name}"), ".".to_owned(), Some(())),
                _ => continue,
            };
            kept.push(Node::map(Map::from_entries(vec![
                entry("child", Node::string(&*child)),
                entry("parent", Node::string(&*parent)),
            ])));
            match table(&merged, &format!("{}.{child}", dependency.name)) {
                Ok(found) => {
                    let to = if parent == "." { Vec::new() } else { parent.split('.').collect() };
                    let at_parent = nest(&parent, found);
                    let from = format!("{}.{child}", dependency.name);
                    let (old, mut grown) = (same.len(), Vec::new());
                    let ways = (&*to, &*from);
                    shared((&imported, &at_parent), ways, &mut Vec::new(), &mut same, &mut grown);
                    imported = values::merge_tables(&imported, &at_parent, log);
                    // Only maps that got a key differ now from where they came.
                    let has_grown = |here: &[String]| grown.iter().any(|path| path.starts_with(here));
                    for (here, there) in same.iter().take(old).filter(|(here, _)| has_grown(here)) {
                        if let Some(map) = imported.at_path(here.iter().map(String::as_str)) {
                            merged = replaced(&merged, there, map);
                        }
                    }
                }
                Err(text) if missing.is_some() => {
                    log.push(LogLine::new(Level::Warn, "ImportValues missing table").with("error", text));
                }
                Err(text) => log.push(
                    LogLine::new(Level::Warn, "ImportValues missing table from chart")
                        .with("chart", dependency.name.as_str())
                        .with("error", text),
                ),
            }
        }
        dependency.import_values = kept;
    }
    member.values = values::merge_tables(&merged, &imported, log);
    Ok(())
}

/// Paths of the imported values and of the values they come from, where both lead to one map.
type Same = Vec<(Vec<String>, Vec<String>)>;

/// Notes which maps of `from` become part of the imported values when `source`, which holds them at the path `to`, is
/// merged into `target`: Go's maps are not copied there, so that what later imports add to them stands in both. Paths
/// of maps of `target` that get a key come into `grown`.
fn shared(
    (target, source): (&Node, &Node),
    (to, from): (&[&str], &str),
    path: &mut Vec<String>,
    same: &mut Same,
    grown: &mut Vec<Vec<String>>,
) {
    for entry in source.as_map().into_iter().flat_map(Map::entries) {
        let known = target.get(&entry.key);
        if known.is_none() && grown.last() != Some(path) {
            grown.push(path.clone());
        }
        if entry.value.as_map().is_none() {
            continue;
        }
        path.push(entry.key.to_string());
        if let Some(known) = known {
            shared((known, &entry.value), (to, from), path, same, grown);
        } else {
            // A map above the path `to` is a new one.
            let here = if path.len() < to.len() {
                to.iter().map(ToString::to_string).collect()
            } else {
                path.clone()
            };
            let below = here.iter().skip(to.len()).cloned();
            let there = from.split('.').map(str::to_owned).chain(below).collect();
            same.push((here, there));
        }
        path.pop();
    }
}

/// The same values with another map at a path.
fn replaced(values: &Node, path: &[String], map: &Node) -> Node {
    let Some((name, rest)) = path.split_first() else { return map.clone() };
    let Some((old, entry)) = values.as_map().and_then(|old| Some((old, old.entry(name)?))) else {
        return values.clone();
    };
    let mut new = old.clone();
    new.insert(Entry { value: replaced(&entry.value, rest, map), ..entry.clone() });
    values.with_data(Data::Map(Arc::new(new)))
}

fn entry(key: &str, value: Node) -> Entry {
    Entry { key: key.into(), place: None, value }
}

/// The map at a dotted path.
// Rule: Helm v4.3.1 pkg/chart/common/values.go, Table.
pub(super) fn table(values: &Node, path: &str) -> Result<Node, String> {
    let mut at = values.clone();
    for name in path.split('.') {
        at = match at.get(name) {
            Some(found) if found.as_map().is_some() => found.clone(),
            _ => return Err(format!("{} is not a table", crate::go::strconv::quote(name.as_bytes()))),
        };
    }
    Ok(at)
}

/// The map below the keys of a dotted path; `.` is the map itself.
fn nest(path: &str, map: Node) -> Node {
    if path == "." {
        return map;
    }
    path.split('.').rev().fold(map, |inner, key| Node::map(Map::from_entries(vec![entry(key, inner)])))
}

/// `fmt.Sprintf("%v")` of a scalar.
fn go_text(node: &Node) -> String {
    match node.data() {
        Data::Null => "<nil>".to_owned(),
        Data::Bool(value) => value.to_string(),
        Data::Int(value) => value.to_string(),
        Data::Uint(value) => value.to_string(),
        Data::Float(value) => crate::go::strconv::format_float(*value, 'g', None),
        Data::String(text) => text.to_string(),
        Data::List(_) | Data::Map(_) => crate::codec::json::write(node),
    }
}
