//! YAML with go-yaml's bytes: `toYaml` (v2), `toYamlPretty` (v3), and unfolded for our own output.

mod emitter;
mod order;
mod scalar;
#[cfg(test)]
mod tests;
mod to_yaml;

pub use order::KeyOrder;
pub use scalar::{block_literal, scalar};
pub use to_yaml::{write, write_pretty, write_pretty_value, write_unfolded, write_value};
