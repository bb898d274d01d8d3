//! The charts of one release: the loaded chart with its subcharts, renamed, reordered and switched off as
//! its dependencies say.

use crate::chart::{Chart, Dependency};
use crate::codec::{Data, Node};
use crate::diag::{Source, SourceKind};
use crate::values::ChartTree;

/// One chart of a release.
#[derive(Clone, Debug)]
pub(super) struct Member {
    /// What was loaded.
    pub chart: Chart,
    /// Its name, or the alias it goes by.
    pub name: String,
    /// Declared dependencies that are switched on; none when `Chart.yaml` lists none.
    pub dependencies: Option<Vec<Dependency>>,
    /// Default values, with imported ones once they are processed.
    pub values: Node,
    /// Its subcharts.
    pub children: Vec<Member>,
}

impl Member {
    /// The chart as loaded, nothing processed.
    pub(super) fn new(chart: &Chart) -> Self {
        Self {
            chart: chart.clone(),
            name: chart.name().to_owned(),
            dependencies: chart.metadata().dependencies.clone(),
            values: chart.values().clone(),
            children: chart.subcharts().iter().map(Self::new).collect(),
        }
    }

    /// Whether default values nest deeper than this, here or in a subchart.
    pub(super) fn nests_deeper(&self, levels: usize) -> bool {
        nests_deeper(&self.values, levels) || self.children.iter().any(|child| child.nests_deeper(levels))
    }

    /// Whether only files starting with `_` count as templates.
    pub(super) fn is_library(&self) -> bool {
        self.chart.metadata().kind.eq_ignore_ascii_case("library")
    }
}

/// What `work` gives for the path of a subchart of this name, below a chart whose path this is.
pub(super) fn below<R>(path: &mut String, name: &str, work: impl FnOnce(&mut String) -> R) -> R {
    let length = path.len();
    path.push_str("/charts/");
    path.push_str(name);
    let result = work(path);
    path.truncate(length);
    result
}

/// Whether a value has more levels than this.
pub(super) fn nests_deeper(node: &Node, levels: usize) -> bool {
    let deeper = |node: &Node| nests_deeper(node, levels.saturating_sub(1));
    match node.data() {
        Data::List(items) => levels == 0 || items.iter().any(deeper),
        Data::Map(map) => levels == 0 || map.entries().iter().any(|entry| deeper(&entry.value)),
        _ => false,
    }
}

impl ChartTree for Member {
    fn name(&self) -> &str {
        &self.name
    }

    fn defaults(&self) -> &Node {
        &self.values
    }

    fn children(&self) -> &[Self] {
        &self.children
    }

    fn schema(&self) -> Option<Source> {
        let file = self.chart.schema()?;
        Some(file.source(SourceKind::Chart, file.path()))
    }
}

#[cfg(test)]
mod tests {
    use super::nests_deeper;
    use crate::codec::Node;

    #[test]
    fn levels_are_counted_to_the_deepest() {
        let two = Node::list(vec![Node::null(), Node::list(Vec::new())]);
        assert!(nests_deeper(&two, 1));
        assert!(!nests_deeper(&two, 2));
        assert!(!nests_deeper(&Node::null(), 0));
    }
}
