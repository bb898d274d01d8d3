//! JSON with the bytes of Go's `encoding/json`, read and written without native recursion.

mod pointer;
mod read;
#[cfg(test)]
mod tests;
mod write;

pub use read::{Cause, Error, ErrorKind, read, read_bytes, read_bytes_beyond, read_value};
pub use write::{write, write_pretty, write_pretty_value, write_raw, write_raw_value, write_value};

pub(crate) use read::read_first;
pub(crate) use write::{Form, quote};
