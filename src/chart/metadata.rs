//! `Chart.yaml` and `requirements.yaml`: decoding with Helm's coercions, and validation in its order.

use std::collections::HashSet;

use crate::codec::shape::{Path, Shape, names_field};
use crate::codec::{Data, Entry, Map, Node};
use crate::go::semver::Version;
use crate::go::{strconv, unicode};

/// What `Chart.yaml` says.
// Rule: Helm v4.3.1 pkg/chart/v2/metadata.go, type Metadata.
#[derive(Clone, Debug, Default)]
pub struct Metadata {
    /// The chart's name.
    pub name: String,
    /// URL of the project's page.
    pub home: String,
    /// URLs of source code.
    pub sources: Vec<String>,
    /// The chart's version.
    pub version: String,
    /// One sentence.
    pub description: String,
    /// Keywords.
    pub keywords: Vec<String>,
    /// Who maintains it.
    pub maintainers: Vec<Maintainer>,
    /// URL of an icon.
    pub icon: String,
    /// `v1` or `v2`; of a subchart, anything.
    pub api_version: String,
    /// Not used by Helm.
    pub condition: String,
    /// Not used by Helm.
    pub tags: String,
    /// Version of what the chart installs.
    pub app_version: String,
    /// Whether it is no longer maintained.
    pub deprecated: bool,
    /// Annotations in byte order of their keys; none when absent.
    pub annotations: Option<Vec<(String, String)>>,
    /// Range of Kubernetes versions it runs on.
    pub kube_version: String,
    /// Declared dependencies; none when the list is absent.
    pub dependencies: Option<Vec<Dependency>>,
    /// `application`, `library` or empty.
    pub kind: String,
    null_maintainer: Option<usize>,
}

/// A maintainer.
#[derive(Clone, Debug, Default)]
pub struct Maintainer {
    /// Name.
    pub name: String,
    /// Mail address.
    pub email: String,
    /// URL.
    pub url: String,
}

/// A declared dependency.
// Rule: Helm v4.3.1 pkg/chart/v2/dependency.go, type Dependency.
#[derive(Clone, Debug, Default)]
pub struct Dependency {
    /// Name of the subchart; replaced by the alias once dependencies are processed.
    pub name: String,
    /// Version or range of versions.
    pub version: String,
    /// Repository URL.
    pub repository: String,
    /// Comma-separated value paths that switch it.
    pub condition: String,
    /// Tags that switch it.
    pub tags: Vec<String>,
    /// Whether it is switched on; what `Chart.yaml` says is ignored.
    pub enabled: bool,
    /// What to import from its values.
    pub import_values: Vec<Node>,
    /// Name to use instead.
    pub alias: String,
    null: bool,
}

impl Metadata {
    /// Fills fields from a decoded document, keeping those it does not name; the error is Helm's text after its prefix.
    pub fn decode(&mut self, document: &Node) -> Result<(), String> {
        let mut shape = Shape::default();
        let root = Path::default();
        if let Some(map) = shape.fields(document, &root, "v2.Metadata") {
            self.fill(&mut shape, map, &root);
        }
        shape.finish()
    }

    fn fill(&mut self, shape: &mut Shape, map: &Map, root: &Path) {
        for entry in map.entries() {
            let (key, value) = (&*entry.key, &entry.value);
            let texts: [(&str, &mut String); 10] = [
                ("name", &mut self.name),
                ("home", &mut self.home),
                ("version", &mut self.version),
                ("description", &mut self.description),
                ("icon", &mut self.icon),
                ("apiVersion", &mut self.api_version),
                ("condition", &mut self.condition),
                ("tags", &mut self.tags),
                ("appVersion", &mut self.app_version),
                ("kubeVersion", &mut self.kube_version),
            ];
            if let Some((name, slot)) = texts.into_iter().find(|(name, _)| names_field(key, name)) {
                if let Some(text) = shape.string(value, &root.key(name)) {
                    *slot = text;
                }
            } else if names_field(key, "type") {
                if let Some(text) = shape.string(value, &root.key("type")) {
                    self.kind = text;
                }
            } else if names_field(key, "sources") {
                self.sources = shape.strings(value, &root.key("sources")).unwrap_or_default();
            } else if names_field(key, "keywords") {
                self.keywords = shape.strings(value, &root.key("keywords")).unwrap_or_default();
            } else if names_field(key, "deprecated") {
                if let Some(value) = shape.boolean(value, &root.key("deprecated")) {
                    self.deprecated = value;
                }
            } else if names_field(key, "annotations") {
                self.annotations = shape.string_map(value, &root.key("annotations"));
            } else if names_field(key, "maintainers") {
                self.fill_maintainers(shape, value, &root.key("maintainers"));
            } else if names_field(key, "dependencies") {
                self.dependencies = decode_dependencies(shape, value, &root.key("dependencies"));
            }
        }
    }

    fn fill_maintainers(&mut self, shape: &mut Shape, value: &Node, path: &Path) {
        self.maintainers.clear();
        self.null_maintainer = None;
        for (index, item) in
            shape.list(value, path, "[]*v2.Maintainer").unwrap_or_default().iter().enumerate()
        {
            if item.is_null() {
                self.null_maintainer.get_or_insert(index);
            }
            let path = path.item(index);
            let Some(map) = shape.fields(item, &path, "v2.Maintainer") else { continue };
            let mut maintainer = Maintainer::default();
            for entry in map.entries() {
                for (name, slot) in [
                    ("name", &mut maintainer.name),
                    ("email", &mut maintainer.email),
                    ("url", &mut maintainer.url),
                ] {
                    if names_field(&entry.key, name)
                        && let Some(text) = shape.string(&entry.value, &path.key(name))
                    {
                        *slot = text;
                    }
                }
            }
            self.maintainers.push(maintainer);
        }
    }

    /// How many maintainers stand before the first that is null; none when there is no such one.
    #[must_use]
    pub fn null_maintainer(&self) -> Option<usize> {
        self.null_maintainer
    }

    /// The same as a tree with Helm's field names, empty fields left out: what `show chart` prints.
    #[must_use]
    pub fn to_node(&self) -> Node {
        let mut fields = Fields::default();
        fields.text("name", &self.name);
        fields.text("home", &self.home);
        fields.texts("sources", &self.sources);
        fields.text("version", &self.version);
        fields.text("description", &self.description);
        fields.texts("keywords", &self.keywords);
        let maintainers = self.maintainers.iter().map(|it| {
            let mut fields = Fields::default();
            fields.text("name", &it.name);
            fields.text("email", &it.email);
            fields.text("url", &it.url);
            fields.finish()
        });
        fields.list("maintainers", maintainers.collect());
        fields.text("icon", &self.icon);
        fields.text("apiVersion", &self.api_version);
        fields.text("condition", &self.condition);
        fields.text("tags", &self.tags);
        fields.text("appVersion", &self.app_version);
        if self.deprecated {
            fields.put("deprecated", Node::new(Data::Bool(true)));
        }
        if let Some(annotations) = self.annotations.as_ref().filter(|all| !all.is_empty()) {
            let entries = annotations.iter().map(|(key, value)| field(key, Node::string(value.as_str())));
            fields.put("annotations", Node::map(Map::from_entries(entries.collect())));
        }
        fields.text("kubeVersion", &self.kube_version);
        fields.list("dependencies", self.dependencies.iter().flatten().map(Dependency::to_node).collect());
        fields.text("type", &self.kind);
        fields.finish()
    }

    /// Cleans strings and checks the fields in Helm's order; the error is its text after `validation: `.
    // Rule: Helm v4.3.1 pkg/chart/v2/metadata.go, Validate.
    pub fn validate(&mut self) -> Result<(), String> {
        for text in [
            &mut self.name,
            &mut self.description,
            &mut self.home,
            &mut self.icon,
            &mut self.condition,
            &mut self.tags,
            &mut self.app_version,
            &mut self.kube_version,
        ] {
            sanitize(text);
        }
        self.sources.iter_mut().chain(&mut self.keywords).for_each(sanitize);
        if self.api_version.is_empty() {
            return Err("chart.metadata.apiVersion is required".to_owned());
        }
        if self.name.is_empty() {
            return Err("chart.metadata.name is required".to_owned());
        }
        if self.name == "." || self.name == ".." {
            return Err(format!("chart.metadata.name {} is not allowed", quote(&self.name)));
        }
        if self.name.contains('/') {
            return Err(format!("chart.metadata.name {} is invalid", quote(&self.name)));
        }
        if self.version.is_empty() {
            return Err("chart.metadata.version is required".to_owned());
        }
        if Version::parse(&self.version).is_err() {
            return Err(format!("chart.metadata.version {} is invalid", quote(&self.version)));
        }
        if !matches!(&*self.kind, "" | "application" | "library") {
            return Err("chart.metadata.type must be application or library".to_owned());
        }
        if self.null_maintainer.is_some() {
            return Err("maintainers must not contain empty or null nodes".to_owned());
        }
        for maintainer in &mut self.maintainers {
            [&mut maintainer.name, &mut maintainer.email, &mut maintainer.url].into_iter().for_each(sanitize);
        }
        let mut seen = HashSet::new();
        for dependency in self.dependencies.iter_mut().flatten() {
            if dependency.null {
                return Err("dependencies must not contain empty or null nodes".to_owned());
            }
            dependency.validate()?;
            let key = if dependency.alias.is_empty() { &dependency.name } else { &dependency.alias };
            if !seen.insert(key.clone()) {
                return Err(format!("more than one dependency with name or alias {}", quote(key)));
            }
        }
        Ok(())
    }
}

pub(super) fn field(key: &str, value: Node) -> Entry {
    Entry { key: key.into(), place: None, value }
}

/// Fields of a struct as Go writes them with `omitempty`.
#[derive(Default)]
struct Fields(Vec<Entry>);

impl Fields {
    fn put(&mut self, key: &str, value: Node) {
        self.0.push(field(key, value));
    }

    fn text(&mut self, key: &str, text: &str) {
        if !text.is_empty() {
            self.put(key, Node::string(text));
        }
    }

    fn texts(&mut self, key: &str, texts: &[String]) {
        self.list(key, texts.iter().map(|text| Node::string(text.as_str())).collect());
    }

    fn list(&mut self, key: &str, items: Vec<Node>) {
        if !items.is_empty() {
            self.put(key, Node::list(items));
        }
    }

    fn finish(self) -> Node {
        Node::map(Map::from_entries(self.0))
    }
}

impl Dependency {
    /// The same as a tree with Helm's field names, empty fields left out.
    pub(super) fn to_node(&self) -> Node {
        let mut fields = Fields::default();
        fields.put("name", Node::string(self.name.as_str()));
        fields.text("version", &self.version);
        fields.put("repository", Node::string(self.repository.as_str()));
        fields.text("condition", &self.condition);
        fields.texts("tags", &self.tags);
        if self.enabled {
            fields.put("enabled", Node::new(Data::Bool(true)));
        }
        fields.list("import-values", self.import_values.clone());
        fields.text("alias", &self.alias);
        fields.finish()
    }

    fn validate(&mut self) -> Result<(), String> {
        [&mut self.name, &mut self.version, &mut self.repository, &mut self.condition]
            .into_iter()
            .chain(&mut self.tags)
            .for_each(sanitize);
        let allowed = |b: u8| b.is_ascii_alphanumeric() || b == b'_' || b == b'-';
        if !self.alias.bytes().all(allowed) {
            return Err(format!("dependency {} has disallowed characters in the alias", quote(&self.name)));
        }
        Ok(())
    }

    fn fill(&mut self, shape: &mut Shape, map: &Map, path: &Path) {
        for entry in map.entries() {
            let (key, value) = (&*entry.key, &entry.value);
            let texts: [(&str, &mut String); 5] = [
                ("name", &mut self.name),
                ("version", &mut self.version),
                ("repository", &mut self.repository),
                ("condition", &mut self.condition),
                ("alias", &mut self.alias),
            ];
            if let Some((name, slot)) = texts.into_iter().find(|(name, _)| names_field(key, name)) {
                if let Some(text) = shape.string(value, &path.key(name)) {
                    *slot = text;
                }
            } else if names_field(key, "tags") {
                self.tags = shape.strings(value, &path.key("tags")).unwrap_or_default();
            } else if names_field(key, "enabled") {
                self.enabled = shape.boolean(value, &path.key("enabled")).unwrap_or(self.enabled);
            } else if names_field(key, "import-values") {
                let items = shape.list(value, &path.key("import-values"), "[]interface {}");
                self.import_values = items.unwrap_or_default().to_vec();
            }
        }
    }
}

pub(super) fn decode_dependencies(shape: &mut Shape, value: &Node, path: &Path) -> Option<Vec<Dependency>> {
    let items = shape.list(value, path, "[]*v2.Dependency")?;
    let mut dependencies = Vec::with_capacity(items.len());
    for (index, item) in items.iter().enumerate() {
        let path = path.item(index);
        let mut dependency = Dependency { null: item.is_null(), ..Dependency::default() };
        if let Some(map) = shape.fields(item, &path, "v2.Dependency") {
            dependency.fill(shape, map, &path);
        }
        dependencies.push(dependency);
    }
    Some(dependencies)
}

/// Every space character becomes a blank, what cannot be printed goes.
// Rule: Helm v4.3.1 pkg/chart/v2/metadata.go, sanitizeString.
fn sanitize(text: &mut String) {
    if text.bytes().all(|b| (0x20..0x7f).contains(&b)) {
        return;
    }
    *text = text
        .chars()
        .filter_map(|c| if c.is_whitespace() { Some(' ') } else { Some(c).filter(|&c| unicode::is_print(c)) })
        .collect();
}

fn quote(text: &str) -> String {
    strconv::quote(text.as_bytes())
}
