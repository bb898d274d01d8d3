//! User values laid over the defaults of a chart and its subcharts.
//!
//! Nodes are shared, not copied; only the maps that two sides both fill are taken apart. Warnings are returned
//! as lines of Helm's log.
// Rule: helm v4.3.1 pkg/chart/common/util/coalesce.go.

mod chart;
mod clean;
mod imports;
mod table;
mod tables;
#[cfg(test)]
mod tests;

pub use chart::{ChartTree, coalesce, overlay};
pub use imports::{ImportError, Imports};
pub use tables::{coalesce_tables, merge_tables};
