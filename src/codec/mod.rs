//! Texts to trees and back: YAML and JSON with the bytes Helm reads and writes.

mod node;
pub mod shape;

pub use node::{Data, Entry, Map, Node, Style};
