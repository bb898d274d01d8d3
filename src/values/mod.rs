//! Values: files and flags merged into one tree, laid over a chart's defaults, checked by its schema.
//!
//! Every leaf keeps the place it was written at and what it took the place of. Nothing here reads a file,
//! knows a template or prints a warning: warnings are returned.

mod error;
mod history;
pub mod set;
mod text;

pub use error::{Error, ErrorKind};
pub use text::read_error;
