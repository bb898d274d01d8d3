//! [`Imports`]: values of subcharts that a chart takes over as its own.

use crate::codec::{Map, Node};
use crate::diag::LogLine;
use crate::go::strconv;

use super::super::error::Error;
use super::chart::{ChartTree, defaults};
use super::table::{Item, Table};
use super::tables::{Nulls, Path, lay_over, merge_tables};

/// Why nothing was imported.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ImportError {
    /// There is no map of this name on the way, in Helm's words.
    NoTable(String),
    /// Values would hold themselves. Helm v4.3.1 copies them until its stack is full, and crashes.
    Endless,
}

/// Values of a chart and its subcharts, and what is imported from them. Both are one web of maps, as Go's are: what is
/// imported later is seen where an earlier import came from as well.
// Rule: Helm v4.3.1 pkg/chart/v2/util/dependencies.go, processImportValues with merge.
pub struct Imports {
    values: Table,
    imported: Table,
}

impl Imports {
    /// Nothing imported yet into a chart from the defaults of it and its subcharts, nulls kept. Helm's `MergeValues`
    /// without user values.
    ///
    /// # Errors
    /// The section of a subchart is no map.
    pub fn of<C: ChartTree>(chart: &C, log: &mut Vec<LogLine>) -> Result<Self, Error> {
        Ok(Self { values: defaults(chart, log)?, imported: Table::empty() })
    }

    /// Imports the map at the dotted path `from` as the one at `to`, which is `.` for all values. What was imported
    /// before wins.
    ///
    /// # Errors
    /// There is no such map, or it would come to lie in itself.
    pub fn add(&self, from: &str, to: &str, log: &mut Vec<LogLine>) -> Result<(), ImportError> {
        let mut found = self.values.clone();
        for name in from.split('.') {
            found = match found.get(name) {
                Some(Item::Table(table)) => table,
                _ => {
                    let name = strconv::quote(name.as_bytes());
                    return Err(ImportError::NoTable(format!("{name} is not a table")));
                }
            };
        }
        // Quirk: Helm v4.3.1 pkg/chart/common/values.go, AsMap: of an empty map it hands out another one.
        if found.is_empty() {
            found = Table::empty();
        }
        let steps: Vec<&str> = if to == "." { Vec::new() } else { to.split('.').collect() };
        for step in steps.into_iter().rev() {
            let outer = Table::empty();
            outer.set(&step.into(), None, Item::Table(found));
            found = outer;
        }
        lay_over(&self.imported, &found, Path::ROOT, Nulls::Spread, log);
        if self.imported.holds_itself() { Err(ImportError::Endless) } else { Ok(()) }
    }

    /// The values over what was imported.
    #[must_use]
    pub fn finish(self, log: &mut Vec<LogLine>) -> Node {
        let imported = self.imported.close();
        if imported.as_map().is_none_or(Map::is_empty) {
            return self.values.close();
        }
        merge_tables(&self.values.close(), &imported, log)
    }
}
