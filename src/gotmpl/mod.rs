//! Go's `text/template`: the language, its executor and its builtin functions, as Go 1.27 has them.
//!
//! This module knows no Helm and no chart: functions come in tables, whatever they need of their
//! surroundings comes as an extension of the execution.

mod ast;
pub mod builtins;
mod error;
mod exec;
pub mod func;
mod lexer;
mod number;
mod parser;
mod print;
mod set;
pub mod stack;

pub use ast::Tree;
pub use error::{ExecError, ParseError};
pub use exec::{Run, execute, execute_recorded};
pub use parser::{Glances, Parsed, parse, parse_lazily};
pub use set::{Cache, Set};

#[cfg(test)]
mod tests;
