//! Which subcharts are on, under which names, and what they hand to their parents.

use std::collections::HashSet;

use super::tree::Member;
use crate::chart::Dependency;
use crate::codec::{Data, Entry, Map, Node};
use crate::diag::{Level, LogLine};
use crate::go::semver::{Constraints, Version};
use crate::values::{self, ImportError, Imports};

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
    let imports = Imports::of(member, log).map_err(|error| error.helm_text().to_owned())?;
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
            let from = format!("{}.{child}", dependency.name);
            match imports.add(&from, &parent, log) {
                Ok(()) => {}
                Err(ImportError::Endless) => {
                    return Err(format!("the values imported from {from} would hold themselves"));
                }
                Err(ImportError::NoTable(text)) if missing.is_some() => {
                    log.push(LogLine::new(Level::Warn, "ImportValues missing table").with("error", text));
                }
                Err(ImportError::NoTable(text)) => log.push(
                    LogLine::new(Level::Warn, "ImportValues missing table from chart")
                        .with("chart", dependency.name.as_str())
                        .with("error", text),
                ),
            }
        }
        dependency.import_values = kept;
    }
    member.values = imports.finish(log);
    Ok(())
}

fn entry(key: &str, value: Node) -> Entry {
    Entry { key: key.into(), place: None, value }
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
