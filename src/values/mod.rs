//! Values: files and flags merged into one tree, laid over a chart's defaults, checked by its schema.
//!
//! Every leaf keeps the place it was written at and what it took the place of. Nothing here reads a file,
//! knows a template or prints a warning: warnings are returned.

#[cfg(test)]
mod cases;
mod coalesce;
mod error;
mod history;
mod inputs;
pub mod jsonpath;
mod maps;
pub mod schema;
pub mod set;
mod text;

pub use coalesce::{ChartTree, ImportError, Imports, coalesce, coalesce_tables, merge_tables, overlay};
pub use error::{Cause, Error, ErrorKind};
pub use inputs::{Inputs, Merged, merge};
pub use text::read_error;
