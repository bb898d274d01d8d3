//! The corpus, and rendering a case of it.

use std::path::{Path, PathBuf};

use clearml_k8s::chart::Chart;
use clearml_k8s::codec::{Data, Entry, Map, Node, yaml};
use clearml_k8s::diag::{Source, SourceKind};
use clearml_k8s::gotmpl;
use clearml_k8s::helm::{KubeVersion, Release, Rendered};
use clearml_k8s::host::Seeded;

/// One chart with values.
pub(crate) struct Case {
    pub(crate) id: String,
    chart: PathBuf,
    values: Option<PathBuf>,
    kube: String,
    /// Whether Helm prints the same twice.
    pub(crate) is_deterministic: bool,
}

fn corpus() -> Option<PathBuf> {
    let folder = PathBuf::from(std::env::var_os("CLEARML_K8S_SHARED")?).join("corpus");
    folder.is_dir().then_some(folder)
}

/// The cases that Helm renders; none without the corpus.
pub(crate) fn read() -> Vec<Case> {
    let Some(folder) = corpus() else { return Vec::new() };
    let table = std::fs::read_to_string(folder.join("cases.tsv")).unwrap();
    let mut lines = table.lines();
    let names: Vec<&str> = lines.next().unwrap().split('\t').collect();
    let column = |name: &str| names.iter().position(|own| *own == name).unwrap();
    let (id, chart, values, kube, exit) =
        (column("id"), column("chart"), column("values"), column("kube"), column("exit"));
    let deterministic = column("deterministic");
    lines
        .map(|line| line.split('\t').collect::<Vec<_>>())
        .filter(|row| row[exit] == "0")
        .map(|row| Case {
            id: row[id].to_owned(),
            chart: folder.join(row[chart]),
            values: (!row[values].is_empty()).then(|| folder.join(row[values])),
            kube: row[kube].to_owned(),
            is_deterministic: row[deterministic] == "yes",
        })
        .collect()
}

impl Case {
    pub(crate) fn chart(&self) -> Chart {
        Chart::load(&self.chart).unwrap()
    }

    /// The values file of the case.
    pub(crate) fn user(&self) -> Node {
        match &self.values {
            None => Node::map(Map::default()),
            Some(path) => read_values(&std::fs::read_to_string(path).unwrap(), path),
        }
    }

    pub(crate) fn release(&self, chart: &Chart, user: &Node) -> Release {
        Release::new("rel", chart)
            .namespace("ns1")
            .values(user.clone())
            .kube_version(KubeVersion::parse(&self.kube).unwrap())
    }

    /// The release rendered with values, on a thread with room.
    pub(crate) fn render(&self, chart: &Chart, user: &Node, traced: bool) -> Result<Rendered, String> {
        let release = self.release(chart, user).traced(traced);
        let seed = || Seeded::new(b"trace").at(1_700_000_000, 0);
        // Nothing of a render may leave its thread but what is plain data.
        gotmpl::stack::run(|| release.render(seed()).map_err(|error| error.to_string())).unwrap()
    }
}

/// At most `count` cases, each of another chart, that render the same twice.
pub(crate) fn some(cases: &[Case], count: usize) -> Vec<&Case> {
    let mut seen = std::collections::HashSet::new();
    let mut picked: Vec<&Case> =
        cases.iter().filter(|case| case.is_deterministic && seen.insert(case.chart.clone())).collect();
    // Spread over the whole corpus, which stands in order of its sources.
    let step = picked.len().div_ceil(count).max(1);
    let mut spread: Vec<&Case> =
        (0..step).flat_map(|from| picked.iter().skip(from).step_by(step).copied()).collect();
    picked.clear();
    spread.truncate(count);
    spread
}

/// The value at a path.
pub(crate) fn at<'n>(node: &'n Node, steps: &[String]) -> Option<&'n Node> {
    steps.iter().try_fold(node, |node, step| match node.as_list() {
        Some(items) => items.get(step.strip_prefix('[')?.strip_suffix(']')?.parse::<usize>().ok()?),
        None => node.get(step),
    })
}

/// The same value, written nowhere.
fn bare(node: &Node) -> Node {
    match node.data() {
        Data::Map(map) => Node::map(Map::from_entries(
            map.entries()
                .iter()
                .map(|entry| Entry { key: entry.key.clone(), place: None, value: bare(&entry.value) })
                .collect(),
        )),
        Data::List(items) => Node::list(items.iter().map(bare).collect()),
        data => Node::new(data.clone()),
    }
}

/// `user` with another value at a path of the merged values; lists on the way are taken over whole.
pub(crate) fn with(user: &Node, merged: &Node, steps: &[String], value: &Node) -> Node {
    let Some((step, rest)) = steps.split_first() else { return bare(value) };
    if let Some(index) = step.strip_prefix('[') {
        let index: usize = index.strip_suffix(']').unwrap().parse().unwrap();
        let mut items = merged.as_list().unwrap().to_vec();
        let own = items[index].clone();
        items[index] = with(&own, &own, rest, value);
        return Node::list(items);
    }
    let mut map = user.as_map().cloned().unwrap_or_default();
    let null = Node::null();
    let inner = with(map.get(step).unwrap_or(&null), merged.get(step).unwrap_or(&null), rest, value);
    map.insert(Entry { key: step.as_str().into(), place: None, value: inner });
    Node::map(map)
}

pub(crate) fn read_values(text: &str, path: &Path) -> Node {
    let source = Source::new(SourceKind::File, path.display().to_string(), text);
    yaml::read_values(&source).unwrap().root
}

/// Numbers that look random and are the same at every run.
pub(crate) struct Dice(u64);

impl Dice {
    pub(crate) fn new(seed: &str) -> Self {
        Self(seed.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        }))
    }

    pub(crate) fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) as usize) % end.max(1)
    }
}
