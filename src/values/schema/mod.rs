//! JSON Schema, with the verdicts and words of the library Helm uses.
//!
//! Drafts 4, 6, 7, 2019-09 and 2020-12. Nothing is fetched from the network. Schemas are compiled only as far as they
//! are reached, patterns when they are first matched; metaschemas are read only for schemas that look odd.

mod address;
mod charts;
mod compile;
mod decimal;
mod document;
mod draft;
mod equal;
mod failure;
mod format;
mod load;
mod location;
mod meta;
mod model;
mod plain;
mod report;
mod run;
#[cfg(test)]
mod tests;
mod text;
mod validate;

pub use charts::{ChartErrors, validate_charts};
pub use load::Env;
pub use validate::{Invalid, SchemaError, validate, validate_text};
