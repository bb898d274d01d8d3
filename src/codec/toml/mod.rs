//! TOML as Go's `github.com/BurntSushi/toml` v1.6.0 reads and writes it, error texts included.

mod lexer;
mod parser;
mod write;

pub use parser::{ReadError, Times, read};
pub use write::{WriteError, write};

/// Levels of tables and lists that are written.
const MAX_DEPTH: usize = 128;
/// Levels of tables and lists that are read, and parts of a key.
const MAX_READ_DEPTH: usize = 500;

#[cfg(test)]
mod tests;
