//! What a template gets as `.`: one map a chart, shared by all its templates.

use std::borrow::Cow;
use std::cmp::Reverse;

use super::tree::{Member, below};
use super::{files, values_type};
use crate::chart::{Chart, Dependency, File};
use crate::codec::to_value;
use crate::value::{LazyMap, List, Map, MapType, Str, Value};

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
    add_templates(root, &mut root.name.clone(), &mut 0, &mut templates);
    templates.reverse();
    templates.sort_by(|a, b| b.name.cmp(&a.name));
    templates.dedup_by(|other, kept| other.name == kept.name);
    let slashes = |template: &Template| template.name.as_bytes().iter().filter(|b| **b == b'/').count();
    templates.sort_by_cached_key(|template| Reverse(slashes(template)));
    templates
}

fn add_templates(member: &Member, path: &mut String, charts: &mut usize, templates: &mut Vec<Template>) {
    for child in &member.children {
        below(path, &child.name, |path| add_templates(child, path, charts, templates));
    }
    let chart = *charts;
    *charts += 1;
    let folder = path.len();
    for file in member.chart.templates() {
        let partial = file.path().rsplit('/').next().is_some_and(|name| name.starts_with('_'));
        if member.is_library() && !partial {
            continue;
        }
        let name = match file.path_bytes() {
            Cow::Borrowed(_) => {
                path.push('/');
                path.push_str(file.path());
                let name = Str::from(path.as_str());
                path.truncate(folder);
                name
            }
            Cow::Owned(bytes) => Str::from_bytes([path.as_bytes(), b"/", &bytes].concat()),
        };
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
    let empty =
        Empty { annotations: Value::Map(Map::nil(&MapType::STRINGS)), items: Value::list(Vec::new()) };
    let shared = Shared { release, capabilities, empty };
    let mut scopes = Vec::new();
    add_scope(root, &mut root.name.clone(), true, values_type::values(values), &shared, &mut scopes);
    scopes
}

struct Shared {
    release: Value,
    capabilities: Value,
    empty: Empty,
}

fn add_scope(
    member: &Member,
    path: &mut String,
    is_root: bool,
    values: Value,
    shared: &Shared,
    scopes: &mut Vec<Scope>,
) -> Map {
    let own = values.as_map().cloned().unwrap_or_default();
    let mut subcharts = Vec::with_capacity(member.children.len());
    for child in &member.children {
        let section = values_type::find_table(&own, &child.name).map(|map| values_type::values(&map));
        let values = section.unwrap_or_else(|_| values_type::empty());
        let map = below(path, &child.name, |path| add_scope(child, path, false, values, shared, scopes));
        subcharts.push((Str::from(&child.name), Value::Map(map)));
    }
    let subcharts = Map::of(&MapType::ANY, subcharts);
    let fields = [
        ("Capabilities", shared.capabilities.clone()),
        ("Chart", chart_value(member, is_root, &shared.empty)),
        ("Files", files::value(&member.chart)),
        ("Release", shared.release.clone()),
        ("Subcharts", Value::Map(subcharts)),
        ("Values", values),
    ];
    // `Template` comes later.
    let mut entries = Vec::with_capacity(fields.len() + 1);
    entries.extend(fields.map(|(name, value)| (Str::from_static(name), value)));
    let map = Map::of_sorted(&MapType::ANY, entries);
    let length = path.len();
    path.push_str("/templates");
    scopes.push(Scope { map: map.clone(), base_path: Str::from(path.as_str()) });
    path.truncate(length);
    map
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

/// `.Chart`: a map with Go's field names. Templates mostly ask for its name and version.
// Rule: Helm v4.3.1 pkg/chart/common.go, structToMap.
struct ChartFields {
    chart: Chart,
    /// Its name, or the alias it goes by.
    name: Str,
    dependencies: Vec<Dependency>,
    is_root: bool,
    empty: Empty,
}

/// The fields, in byte order.
const CHART_FIELDS: [&str; 18] = [
    "APIVersion",
    "Annotations",
    "AppVersion",
    "Condition",
    "Dependencies",
    "Deprecated",
    "Description",
    "Home",
    "Icon",
    "IsRoot",
    "Keywords",
    "KubeVersion",
    "Maintainers",
    "Name",
    "Sources",
    "Tags",
    "Type",
    "Version",
];

impl LazyMap for ChartFields {
    fn entries(&self) -> Vec<(Str, Value)> {
        let value = |name: &str| self.scalar(name.as_bytes()).unwrap_or_else(|| self.collection(name));
        CHART_FIELDS.into_iter().map(|name| (Str::from_static(name), value(name))).collect()
    }

    fn scalar(&self, key: &[u8]) -> Option<Value> {
        let metadata = self.chart.metadata();
        Some(Value::from(match key {
            b"Name" => return Some(Value::Str(self.name.clone())),
            b"Deprecated" => return Some(Value::Bool(metadata.deprecated)),
            b"IsRoot" => return Some(Value::Bool(self.is_root)),
            b"APIVersion" => &*metadata.api_version,
            b"AppVersion" => &metadata.app_version,
            b"Condition" => &metadata.condition,
            b"Description" => &metadata.description,
            b"Home" => &metadata.home,
            b"Icon" => &metadata.icon,
            b"KubeVersion" => &metadata.kube_version,
            b"Tags" => &metadata.tags,
            b"Type" => &metadata.kind,
            b"Version" => &metadata.version,
            _ => return None,
        }))
    }
}

impl ChartFields {
    /// The field of this name that is a list or a map.
    fn collection(&self, name: &str) -> Value {
        let metadata = self.chart.metadata();
        match name {
            "Annotations" => metadata.annotations.as_ref().map_or_else(
                || self.empty.annotations.clone(),
                |entries| {
                    let entry =
                        |(key, value): &(String, String)| (Str::from(key), Value::from(value.as_str()));
                    Value::Map(Map::of(&MapType::STRINGS, entries.iter().map(entry).collect()))
                },
            ),
            "Dependencies" => self.empty.list(self.dependencies.iter().map(dependency_value)),
            "Keywords" => self.empty.strings(&metadata.keywords),
            "Maintainers" => self.empty.list(metadata.maintainers.iter().map(|it| {
                let fields = [("Email", &it.email), ("Name", &it.name), ("URL", &it.url)];
                Value::Map(
                    fields.into_iter().map(|(name, text)| (name, Value::from(text.as_str()))).collect(),
                )
            })),
            _ => self.empty.strings(&metadata.sources),
        }
    }
}

/// Parts that hold nothing, of all charts the same: lists and nil maps cannot be changed.
#[derive(Clone)]
struct Empty {
    annotations: Value,
    items: Value,
}

impl Empty {
    fn list(&self, items: impl ExactSizeIterator<Item = Value>) -> Value {
        if items.len() == 0 { self.items.clone() } else { Value::list(items.collect()) }
    }

    fn strings(&self, items: &[String]) -> Value {
        self.list(items.iter().map(|item| Value::from(item.as_str())))
    }
}

fn chart_value(member: &Member, is_root: bool, empty: &Empty) -> Value {
    let fields = ChartFields {
        chart: member.chart.clone(),
        name: Str::from(&member.name),
        dependencies: member.dependencies.clone().unwrap_or_default(),
        is_root,
        empty: empty.clone(),
    };
    Value::Map(Map::lazy(&MapType::ANY, Box::new(fields)))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_of_a_chart_are_the_same_whether_one_or_all_are_asked_for() {
        let top = tempfile::tempdir().unwrap();
        let text = "apiVersion: v2\nname: a\nversion: 1.2.3\nappVersion: '4'\ntype: application\n\
                    kubeVersion: '>=1.20'\ndescription: d\nhome: h\nicon: i\ndeprecated: true\n\
                    keywords: [k]\nsources: [s]\nmaintainers: [{name: m}]\nannotations: {x: y}\n\
                    condition: c\ntags: t\n";
        std::fs::write(top.path().join("Chart.yaml"), text).unwrap();
        let chart = Chart::load(top.path()).unwrap();
        let empty = Empty { annotations: Value::Nil, items: Value::Nil };
        assert!(CHART_FIELDS.is_sorted());
        let mut alone = 0;
        for name in CHART_FIELDS {
            let fields = chart_value(&Member::new(&chart), true, &empty);
            let map = fields.as_map().unwrap();
            let value = map.get(name);
            alone += usize::from(map.known_len() == 0);
            let all = map.entries();
            let found = all.iter().find(|(key, _)| *key == name).map(|(_, value)| value);
            assert_eq!(format!("{:?}", value.as_ref()), format!("{found:?}"), "{name}");
            assert!(value.is_some_and(|value| value.is_true() || name == "Dependencies"), "{name}");
        }
        // All but the lists and maps.
        assert_eq!(alone, CHART_FIELDS.len() - 5);
    }
}
