//! The charts of one release: the loaded chart with its subcharts, renamed, reordered and switched off as
//! its dependencies say.

use crate::chart::{Chart, Dependency};
use crate::codec::Node;
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

    /// Whether only files starting with `_` count as templates.
    pub(super) fn is_library(&self) -> bool {
        self.chart.metadata().kind.eq_ignore_ascii_case("library")
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
        Some(Source::new(SourceKind::Chart, file.path(), &*file.text()))
    }
}
