//! YAML as Helm reads and writes it: go-yaml v2's typing and rules, with the place of everything.

mod compose;
mod dialect;
mod error;
mod events;
mod gotext;
mod keys;
mod lostkey;
mod quick;
mod read;
mod resolve;
#[cfg(test)]
mod tests;
mod write;

pub use error::{Cause, Error, ErrorKind};
pub use read::{
    Document, DuplicateKey, ReadOptions, documents, read, read_bytes, read_keys, read_stream, read_values,
    read_values_bytes, read_with_parser,
};
pub use write::{
    KeyOrder, block_literal, scalar, write, write_pretty, write_pretty_value, write_unfolded, write_value,
};
