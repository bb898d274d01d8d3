//! From files to a [`Chart`]: what each path means, and the subcharts.

use std::path::Path;
use std::sync::{Arc, Mutex};

use super::error::{Error, ErrorKind};
use super::lock::Lock;
use super::metadata::Metadata;
use super::{File, MAX_CHART_DEPTH, MAX_CHART_SIZE, archive, directory};
use crate::both::Ahead;
use crate::codec::Numbers;
use crate::codec::shape::{self, Shape, names_field};
use crate::codec::yaml::{self, ReadOptions};
use crate::codec::{Map, Node};
use crate::diag::{Level, LogLine, SourceKind};

/// The folder of subcharts.
const CHARTS: &str = "charts/";

/// Bytes of an archive that are read: no chart that may be unpacked is longer when it is packed.
const MOST_PACKED: u64 = 2 * MAX_CHART_SIZE;

/// How to load a chart.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct LoadOptions {
    /// Refuse links that lead out of the chart's folder; Helm follows them.
    pub confined: bool,
    /// Take any `apiVersion` and say what is wrong with archives, as `show`, `lint` and `dependency` do.
    pub any_api_version: bool,
}

impl LoadOptions {
    /// The same, taking any `apiVersion`.
    #[must_use]
    pub fn any_api_version(mut self, any: bool) -> Self {
        self.any_api_version = any;
        self
    }

    /// The same with links out of the chart refused or followed.
    #[must_use]
    pub fn confined(mut self, confined: bool) -> Self {
        self.confined = confined;
        self
    }
}

/// A loaded chart; a clone counts a reference.
#[derive(Clone, Debug)]
pub struct Chart(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    metadata: Metadata,
    lock: Option<Lock>,
    values: Node,
    schema: Option<File>,
    templates: Vec<File>,
    files: Vec<File>,
    raw: Vec<File>,
    subcharts: Vec<Chart>,
    v3: bool,
}

/// How deep a chart lies below the one that was asked for, and by which loader it is read.
// Rule: Helm v4.3.1 internal/chart/v3/loader/load.go knows no requirements.yaml; the rest is v2's.
#[derive(Clone, Copy)]
struct Depth {
    level: usize,
    v3: bool,
}

impl Depth {
    fn top(v3: bool) -> Self {
        Self { level: 0, v3 }
    }

    fn below(self) -> Self {
        Self { level: self.level + 1, ..self }
    }
}

impl Chart {
    /// The chart in a folder or archive.
    ///
    /// # Errors
    /// Helm's own text for whatever Helm refuses.
    pub fn load(path: impl AsRef<Path>) -> Result<Self, Error> {
        Self::load_with(path, &LoadOptions::default(), &mut Vec::new())
    }

    /// The chart in a folder or archive; what Helm would log is added to `log`, also when loading fails.
    ///
    /// # Errors
    /// Helm's own text for whatever Helm refuses.
    pub fn load_with(
        path: impl AsRef<Path>,
        options: &LoadOptions,
        log: &mut Vec<LogLine>,
    ) -> Result<Self, Error> {
        let path = path.as_ref();
        let read = |error: &std::io::Error, what: &str| {
            ErrorKind::Io.error(format!("{what} {}: {}", path.display(), directory::io_text(error)))
        };
        let info = std::fs::metadata(path).map_err(|error| read(&error, "stat"))?;
        if !info.is_dir() {
            let data = directory::read_bounded(path, MOST_PACKED).map_err(|error| read(&error, "open"))?;
            let name = path.display().to_string();
            if options.any_api_version {
                archive::ensure(&name, &data)?;
                let files = archive::read(&data).map_err(|text| {
                    ErrorKind::Archive.error(archive::bad_head(&name, &text).unwrap_or(text))
                })?;
                return Self::from_files("", files, log, Depth::top(false));
            }
            return Self::load_archive(&name, &data, log);
        }
        if options.any_api_version {
            let files = directory::read(path, options, log)?;
            return Self::from_files("", files, log, Depth::top(false));
        }
        // Nothing is read through a link before it is known where it leads.
        let confined = if options.confined { Some(directory::read(path, options, log)?) } else { None };
        let file = path.join("Chart.yaml");
        let data = directory::read_bounded(&file, MAX_CHART_SIZE).map_err(|error| {
            ErrorKind::Io.error(format!(
                "unable to detect chart at {0}: open {0}: {1}",
                file.display(),
                directory::io_text(&error)
            ))
        })?;
        let v3 = is_v3(&File::new("Chart.yaml", data))?;
        let files = match confined {
            Some(files) => files,
            None => directory::read(path, options, log)?,
        };
        Self::from_files("", files, log, Depth::top(v3))
    }

    /// The chart in an archive that was read already; `name` stands in messages.
    ///
    /// # Errors
    /// Helm's own text for whatever Helm refuses.
    pub fn load_archive(name: &str, data: &[u8], log: &mut Vec<LogLine>) -> Result<Self, Error> {
        archive::ensure(name, data)?;
        let along: Arc<dyn archive::Along> = Arc::new(ValuesFiles::default());
        let files = archive::read_along(data, &along)
            .map_err(|text| ErrorKind::Archive.error(archive::refusal(name, &text)))?;
        let Some(file) = files.iter().find(|file| file.path() == "Chart.yaml") else {
            return Err(ErrorKind::Malformed.error("unable to detect chart version, no Chart.yaml found"));
        };
        let v3 = is_v3(file)?;
        Self::from_files("", files, log, Depth::top(v3))
    }

    // Rule: Helm v4.3.1 pkg/chart/v2/loader/load.go, LoadFiles.
    fn from_files(
        prefix: &str,
        files: Vec<File>,
        log: &mut Vec<LogLine>,
        depth: Depth,
    ) -> Result<Self, Error> {
        let mut loading = Loading { prefix, v3: depth.v3, ..Loading::default() };
        loading.templates.reserve_exact(files.iter().filter(|file| is_template(file)).count());
        for file in files.iter().filter(|file| file.path() == "Chart.yaml") {
            let mut metadata = loading.metadata.take().unwrap_or_default();
            metadata.decode(&loading.document(file)?).map_err(|text| cannot_load("Chart.yaml", &text))?;
            if metadata.api_version.is_empty() {
                (if depth.v3 { "v3" } else { "v1" }).clone_into(&mut metadata.api_version);
            }
            loading.metadata = Some(metadata);
        }
        for file in &files {
            loading.route(file, log)?;
        }
        let Some(mut metadata) = loading.metadata else {
            return Err(ErrorKind::Malformed.error("Chart.yaml file is missing"));
        };
        metadata.validate().map_err(|text| ErrorKind::Invalid.error(format!("validation: {text}")))?;
        let mut groups = loading.subcharts;
        groups.sort_by(|(a, _), (b, _)| a.cmp(b));
        groups.dedup_by(|(name, files), (kept, all)| {
            let is_same = name == kept;
            if is_same {
                all.append(files);
            }
            is_same
        });
        let subcharts = if groups.is_empty() {
            Vec::new()
        } else {
            subcharts(prefix, &metadata.name, depth, groups, log)?
        };
        Ok(Self(Arc::new(Inner {
            metadata,
            lock: loading.lock,
            values: loading.values.unwrap_or_else(|| Node::map(Map::default())),
            schema: loading.schema,
            templates: loading.templates,
            files: loading.files,
            raw: files,
            subcharts,
            v3: depth.v3,
        })))
    }

    /// Whether this is a chart of `apiVersion: v3`, which Helm loads and then refuses to install.
    #[must_use]
    pub fn is_v3(&self) -> bool {
        self.0.v3
    }

    /// The chart's name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.0.metadata.name
    }

    /// What `Chart.yaml` says.
    #[must_use]
    pub fn metadata(&self) -> &Metadata {
        &self.0.metadata
    }

    /// What `Chart.lock` or `requirements.lock` says.
    #[must_use]
    pub fn lock(&self) -> Option<&Lock> {
        self.0.lock.as_ref()
    }

    /// The default values; an empty map when there are none.
    #[must_use]
    pub fn values(&self) -> &Node {
        &self.0.values
    }

    /// `values.schema.json`.
    #[must_use]
    pub fn schema(&self) -> Option<&File> {
        self.0.schema.as_ref()
    }

    /// Files under `templates/`, in load order.
    #[must_use]
    pub fn templates(&self) -> &[File] {
        &self.0.templates
    }

    /// Files templates reach through `.Files`, in load order; those of `crds/` are among them.
    #[must_use]
    pub fn files(&self) -> &[File] {
        &self.0.files
    }

    /// Every file of the chart, in load order.
    #[must_use]
    pub fn raw(&self) -> &[File] {
        &self.0.raw
    }

    /// The subcharts under `charts/`, sorted by folder or file name.
    #[must_use]
    pub fn subcharts(&self) -> &[Chart] {
        &self.0.subcharts
    }

    /// Whether two handles are one chart.
    #[must_use]
    pub fn is_same(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

#[derive(Default)]
struct Loading<'p> {
    prefix: &'p str,
    v3: bool,
    metadata: Option<Metadata>,
    lock: Option<Lock>,
    values: Option<Node>,
    schema: Option<File>,
    templates: Vec<File>,
    files: Vec<File>,
    /// Files one behind the other that belong to a subchart, with its name.
    subcharts: Vec<(String, Vec<File>)>,
}

impl Loading<'_> {
    fn place_name(&self, file: &File) -> String {
        [self.prefix, file.path()].concat()
    }

    /// The first document of a file, numbers kept whole so that string fields get the right text.
    fn document(&self, file: &File) -> Result<Node, Error> {
        let options = ReadOptions { numbers: Numbers::Typed };
        let name = self.place_name(file);
        let read = match file.data().as_str() {
            Some(_) => yaml::read(&file.source(SourceKind::Chart, &name), &options),
            None => yaml::read_bytes(SourceKind::Chart, &name, file.data().as_bytes(), &options),
        };
        read.map(|document| document.root).map_err(|error| cannot_load(file.path(), error.helm_text()))
    }

    fn route(&mut self, file: &File, log: &mut Vec<LogLine>) -> Result<(), Error> {
        let path = file.path();
        let is_v1 =
            |loading: &Self| loading.metadata.as_ref().is_some_and(|metadata| metadata.api_version == "v1");
        match path {
            "Chart.yaml" => {}
            "Chart.lock" => {
                self.lock = Lock::decode(&self.document(file)?).map_err(|text| cannot_load(path, &text))?;
            }
            "values.yaml" => {
                let values = match file.values() {
                    Some(values) => values.clone(),
                    None => values(file, &self.place_name(file))
                        .map_err(|error| cannot_load(path, error.helm_text()))?,
                };
                self.values = Some(values);
            }
            "values.schema.json" => self.schema = Some(file.clone()),
            "requirements.yaml" if !self.v3 => {
                if !is_v1(self) {
                    log.push(LogLine::new(
                        Level::Info,
                        "Warning: Dependencies are handled in Chart.yaml since apiVersion \"v2\". \
                         We recommend migrating dependencies to Chart.yaml.",
                    ));
                }
                let document = self.document(file)?;
                let metadata = self.metadata.get_or_insert_default();
                metadata.decode(&document).map_err(|text| cannot_load(path, &text))?;
                if is_v1(self) {
                    self.files.push(file.clone());
                }
            }
            "requirements.lock" if !self.v3 => {
                self.lock = Lock::decode(&self.document(file)?).map_err(|text| cannot_load(path, &text))?;
                self.metadata.get_or_insert_default();
                if is_v1(self) {
                    self.files.push(file.clone());
                } else {
                    log.push(LogLine::new(
                        Level::Info,
                        "Warning: Dependency locking is handled in Chart.lock since apiVersion \"v2\". \
                         We recommend migrating to Chart.lock.",
                    ));
                }
            }
            _ if is_template(file) => self.templates.push(file.clone()),
            _ => match path.strip_prefix(CHARTS) {
                Some(rest) if !ends_with(rest, ".prov") => {
                    let name = rest.split('/').next().unwrap_or(rest);
                    let file = file.inside(CHARTS.len());
                    match self.subcharts.last_mut() {
                        Some((last, files)) if last == name => files.push(file),
                        _ => self.subcharts.push((name.to_owned(), vec![file])),
                    }
                }
                _ => self.files.push(file.clone()),
            },
        }
        Ok(())
    }
}

fn is_template(file: &File) -> bool {
    file.path().starts_with("templates/")
}

/// What a values file holds; `name` stands in places.
fn values(file: &File, name: &str) -> Result<Node, yaml::Error> {
    let read = match file.data().as_str() {
        Some(_) => yaml::read_values(&file.source(SourceKind::Chart, name)),
        None => yaml::read_values_bytes(SourceKind::Chart, name, file.data().as_bytes()),
    };
    read.map(|document| document.root)
}

/// Values files of an archive that nobody reads yet, of the chart and its subcharts.
#[derive(Default)]
struct ValuesFiles(Mutex<Vec<File>>);

impl archive::Along for ValuesFiles {
    fn arrived(&self, file: File) -> File {
        if !is_values_file(file.path()) {
            return file;
        }
        let file = file.awaiting_values();
        if let Ok(mut open) = self.0.lock() {
            open.push(file.clone());
        }
        file
    }

    /// Reads a file. What is wrong with one is told of when it counts.
    fn go_on(&self) -> bool {
        let Some(file) = self.0.lock().ok().and_then(|mut open| open.pop()) else { return false };
        if let Ok(values) = values(&file, file.path()) {
            file.keep_values(values);
        }
        true
    }
}

/// Whether a file of an archive holds the default values of the chart or a subchart.
fn is_values_file(mut path: &str) -> bool {
    while let Some((name, rest)) = path.strip_prefix(CHARTS).and_then(|path| path.split_once('/')) {
        if name.starts_with(['_', '.']) || ends_with(name, ".tgz") {
            return false;
        }
        path = rest;
    }
    path == "values.yaml"
}

/// Work that is worth a thread; the unit is a byte of values.
const MUCH: usize = 32 << 10;
/// The least work that a subchart is.
const LEAST: usize = 2 << 10;

/// Whether subcharts are so much work that a second thread does some of it.
fn is_worth_a_thread(groups: &[(String, Vec<File>)]) -> bool {
    let work = |(_, files): &(String, Vec<File>)| {
        let is_big = |file: &&File| {
            file.values().is_none() && ["values.yaml", ".tgz"].iter().any(|end| file.path().ends_with(end))
        };
        let big = files.iter().filter(is_big);
        LEAST + big.map(|file| file.data().len()).sum::<usize>()
    };
    let (mut all, mut most) = (0, 0);
    for work in groups.iter().map(work) {
        all += work;
        most = most.max(work);
    }
    all >= 2 * MUCH && all - most >= MUCH
}

/// The subcharts with these files, put together on two threads when they are much work.
fn subcharts(
    prefix: &str,
    parent: &str,
    depth: Depth,
    groups: Vec<(String, Vec<File>)>,
    log: &mut Vec<LogLine>,
) -> Result<Vec<Chart>, Error> {
    let place = Place { prefix: prefix.to_owned(), parent: parent.to_owned(), depth };
    let subchart = move |(name, files): &(String, Vec<File>)| {
        let mut log = Vec::new();
        (place.subchart(name, files, &mut log), log)
    };
    let is_worth_a_thread = is_worth_a_thread(&groups);
    let subcharts = Ahead::new(groups, is_worth_a_thread, subchart);
    let charts = subcharts.results().filter_map(|(chart, mut lines)| {
        log.append(&mut lines);
        chart.transpose()
    });
    charts.collect()
}

/// Where subcharts lie.
struct Place {
    prefix: String,
    /// Name of the chart they lie in.
    parent: String,
    /// How deep that lies.
    depth: Depth,
}

impl Place {
    /// The subchart with these files, if they are any.
    fn subchart(&self, name: &str, files: &[File], log: &mut Vec<LogLine>) -> Result<Option<Chart>, Error> {
        if name.starts_with(['_', '.']) {
            return Ok(None);
        }
        let Self { prefix, parent, depth } = self;
        let in_chart = |text: &str| {
            ErrorKind::Malformed.error(format!("error unpacking subchart {name} in {parent}: {text}"))
        };
        if depth.level >= MAX_CHART_DEPTH {
            return Err(in_chart(&format!("charts are nested more than {MAX_CHART_DEPTH} deep")));
        }
        let files = if ends_with(name, ".tgz") {
            let Some(file) = files.first() else { return Ok(None) };
            if file.path() != name {
                return Err(ErrorKind::Malformed.error(format!(
                    "error unpacking subchart tar in {parent}: expected {name}, got {}",
                    file.path()
                )));
            }
            archive::read(file.data().as_bytes()).map_err(|text| in_chart(&text))?
        } else {
            let inside = |file: &File| file.path().find('/').map(|end| file.inside(end + 1));
            files.iter().filter_map(inside).collect()
        };
        Chart::from_files(&[&**prefix, CHARTS, name, "/"].concat(), files, log, depth.below())
            .map(Some)
            .map_err(|error| in_chart(&error.diagnostic().message))
    }
}

/// Whether a name has this end, in exactly these letters.
fn ends_with(name: &str, end: &str) -> bool {
    name.ends_with(end)
}

fn cannot_load(file: &str, text: &str) -> Error {
    ErrorKind::Malformed.error(format!("cannot load {file}: {text}"))
}

/// Whether the chart is one for the loader of v3 charts; refuses those of an API version that no loader knows. Only the
/// top chart is asked.
// Rule: Helm v4.3.1 pkg/chart/loader/load.go, LoadDir and LoadFile.
fn is_v3(file: &File) -> Result<bool, Error> {
    let loading = Loading::default();
    let document = loading.document(file)?;
    let mut shape = Shape::default();
    let root = shape::Path::default();
    let mut version = String::new();
    if let Some(map) = shape.fields(&document, &root, "loader.chartBase") {
        for entry in map.entries().iter().filter(|entry| names_field(&entry.key, "apiVersion")) {
            if let Some(text) = shape.string(&entry.value, &root.key("apiVersion")) {
                version = text;
            }
        }
    }
    shape.finish().map_err(|text| cannot_load("Chart.yaml", &text))?;
    match &*version {
        "" | "v1" | "v2" => Ok(false),
        "v3" => Ok(true),
        _ => Err(ErrorKind::Invalid.error("unsupported chart version")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_of_a_subchart_may_stand_apart() {
        let file = |(path, text): (&str, &str)| File::new(path, text.as_bytes().to_vec());
        let files = [
            ("Chart.yaml", "apiVersion: v2\nname: top\nversion: 1.0.0\n"),
            ("charts/b/Chart.yaml", "apiVersion: v2\nname: b\nversion: 1.0.0\n"),
            ("charts/b/templates/2", ""),
            ("charts/a/Chart.yaml", "apiVersion: v2\nname: a\nversion: 1.0.0\n"),
            ("charts/b/templates/1", ""),
        ];
        let files = files.into_iter().map(file).collect();
        let chart = Chart::from_files("", files, &mut Vec::new(), Depth::top(false)).unwrap();
        let found = |chart: &Chart| -> Vec<String> {
            let templates = chart.templates().iter().map(|file| file.path().to_owned());
            std::iter::once(chart.name().to_owned()).chain(templates).collect()
        };
        let subcharts: Vec<Vec<String>> = chart.subcharts().iter().map(found).collect();
        assert_eq!(subcharts, [vec!["a"], vec!["b", "templates/2", "templates/1"]]);
    }

    #[test]
    fn a_second_thread_is_for_work_that_two_can_share() {
        let is_worth = |sizes: &[usize]| {
            let group = |size: &usize| {
                let file = |path: &str, size: usize| File::new(path, vec![b'#'; size]);
                ("a".to_owned(), vec![file("a/values.yaml", *size), file("a/README.md", 100 * LEAST)])
            };
            is_worth_a_thread(&sizes.iter().map(group).collect::<Vec<_>>())
        };
        assert!(!is_worth(&[]));
        assert!(is_worth(&[9 << 10, 100 << 10, 76 << 10]));
        assert!(is_worth(&[200 << 10, 1 << 10, 76 << 10]));
        assert!(!is_worth(&[1 << 10, 1 << 10, 200 << 10]));
        assert!(!is_worth(&[20 << 10; 2]));
        assert!(!is_worth(&[0; 31]));
        assert!(is_worth(&[0; 40]));
    }
}
