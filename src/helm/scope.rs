//! What a template gets as `.`: one map a chart, shared by all its templates.

use std::cmp::Reverse;

use super::tree::{Member, path_below};
use super::{files, values_type};
use crate::chart::{Dependency, File};
use crate::codec::to_value;
use crate::value::{List, Map, MapType, Str, Value};

/// A template to be parsed, and rendered unless its name starts with `_`.
pub(super) struct Template {
    /// Its full name.
    pub name: Str,
    /// Its file.
    pub file: File,
    /// The number of its chart among the [`scopes`].
    pub chart: usize,
}

/// Every template of the charts in the order in which Helm parses and renders them: from the deepest path to the
/// flattest, names descending. Of two with one name, the last counts.
// Rule: Helm v4.3.1 pkg/engine/engine.go, allTemplates and sortTemplates.
pub(super) fn templates(root: &Member) -> Vec<Template> {
    let mut templates = Vec::new();
    add_templates(root, &root.name, &mut 0, &mut templates);
    templates.reverse();
    templates.sort_by(|a, b| b.name.cmp(&a.name));
    templates.dedup_by(|other, kept| other.name == kept.name);
    let slashes = |template: &Template| template.name.as_bytes().iter().filter(|b| **b == b'/').count();
    templates.sort_by_cached_key(|template| Reverse(slashes(template)));
    templates
}

fn add_templates(member: &Member, path: &str, charts: &mut usize, templates: &mut Vec<Template>) {
    for child in &member.children {
        add_templates(child, &path_below(path, &child.name), charts, templates);
    }
    let chart = *charts;
    *charts += 1;
    for file in member.chart.templates() {
        let partial = file.path().rsplit('/').next().is_some_and(|name| name.starts_with('_'));
        if member.is_library() && !partial {
            continue;
        }
        let name = Str::from_bytes([path.as_bytes(), b"/", &file.path_bytes()].concat());
        templates.push(Template { name, file: file.clone(), chart });
    }
}

/// What the templates of a chart get.
pub(super) struct Scope {
    /// Their `.`
    pub map: Map,
    /// `.Template.BasePath`
    pub base_path: Str,
}

/// The scope of every chart, that of a subchart in front of its parent's.
pub(super) fn scopes(root: &Member, values: &Map, release: Value, capabilities: Value) -> Vec<Scope> {
    let shared = Shared { release, capabilities };
    let mut scopes = Vec::new();
    add_scope(root, &root.name, true, values_type::values(values), &shared, &mut scopes);
    scopes
}

struct Shared {
    release: Value,
    capabilities: Value,
}

fn add_scope(
    member: &Member,
    path: &str,
    is_root: bool,
    values: Value,
    shared: &Shared,
    scopes: &mut Vec<Scope>,
) -> Map {
    let subcharts = Map::new();
    let scope = map([
        ("Capabilities", shared.capabilities.clone()),
        ("Chart", chart_value(member, is_root)),
        ("Files", files::value(member.chart.files())),
        ("Release", shared.release.clone()),
        ("Subcharts", Value::Map(subcharts.clone())),
        ("Values", values.clone()),
    ]);
    let own = values.as_map().cloned().unwrap_or_default();
    for child in &member.children {
        let section = values_type::find_table(&own, &child.name).map(|map| values_type::values(&map));
        let values = section.unwrap_or_else(|_| values_type::empty());
        let path = path_below(path, &child.name);
        let map = add_scope(child, &path, false, values, shared, scopes);
        subcharts.insert(child.name.as_str(), Value::Map(map));
    }
    let base_path = Str::from([path, "/templates"].concat());
    scopes.push(Scope { map: scope.clone(), base_path });
    scope
}

fn strings(items: &[String]) -> Value {
    Value::list(items.iter().map(|item| Value::from(item.as_str())).collect())
}

/// A map of fields whose names are known, in byte order.
fn map<const N: usize>(fields: [(&'static str, Value); N]) -> Map {
    Map::of_sorted(
        &MapType::ANY,
        fields.into_iter().map(|(name, value)| (Str::from_static(name), value)).collect(),
    )
}

/// `.Chart`: a map with Go's field names.
// Rule: Helm v4.3.1 pkg/chart/common.go, structToMap.
fn chart_value(member: &Member, is_root: bool) -> Value {
    let metadata = member.chart.metadata();
    let text = |text: &str| Value::from(text);
    let annotations = match &metadata.annotations {
        None => Map::nil(&MapType::STRINGS),
        Some(entries) => Map::of(
            &MapType::STRINGS,
            entries.iter().map(|(key, value)| (Str::from(key), Value::from(value.as_str()))).collect(),
        ),
    };
    let maintainers = metadata
        .maintainers
        .iter()
        .map(|it| {
            let fields = [("Email", text(&it.email)), ("Name", text(&it.name)), ("URL", text(&it.url))];
            Value::Map(fields.into_iter().collect())
        })
        .collect();
    let dependencies = member.dependencies.iter().flatten().map(dependency_value).collect();
    let map = map([
        ("APIVersion", text(&metadata.api_version)),
        ("Annotations", Value::Map(annotations)),
        ("AppVersion", text(&metadata.app_version)),
        ("Condition", text(&metadata.condition)),
        ("Dependencies", Value::list(dependencies)),
        ("Deprecated", Value::Bool(metadata.deprecated)),
        ("Description", text(&metadata.description)),
        ("Home", text(&metadata.home)),
        ("Icon", text(&metadata.icon)),
        ("IsRoot", Value::Bool(is_root)),
        ("Keywords", strings(&metadata.keywords)),
        ("KubeVersion", text(&metadata.kube_version)),
        ("Maintainers", Value::list(maintainers)),
        ("Name", text(&member.name)),
        ("Sources", strings(&metadata.sources)),
        ("Tags", text(&metadata.tags)),
        ("Type", text(&metadata.kind)),
        ("Version", text(&metadata.version)),
    ]);
    Value::Map(map)
}

fn dependency_value(dependency: &Dependency) -> Value {
    let imports = dependency.import_values.iter().map(|item| match item.as_map() {
        Some(map) if map.entries().iter().all(|entry| entry.value.as_str().is_some()) => {
            let entries =
                map.entries().iter().map(|entry| (Str::from(entry.key.clone()), to_value(&entry.value)));
            Value::Map(Map::of(&MapType::STRINGS, entries.collect()))
        }
        _ => to_value(item),
    });
    let map = map([
        ("Alias", Value::from(dependency.alias.as_str())),
        ("Condition", Value::from(dependency.condition.as_str())),
        ("Enabled", Value::Bool(dependency.enabled)),
        ("ImportValues", Value::List(List::new(imports.collect()))),
        ("Name", Value::from(dependency.name.as_str())),
        ("Repository", Value::from(dependency.repository.as_str())),
        ("Tags", strings(&dependency.tags)),
        ("Version", Value::from(dependency.version.as_str())),
    ]);
    Value::Map(map)
}
