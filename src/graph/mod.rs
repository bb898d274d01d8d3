//! Objects and how they refer to each other, as a picture: Mermaid, DOT, or SVG with a layout of its own.
//!
//! Only what manifests say is drawn: names they refer to, labels they select, host names of Services in the environment
//! and the arguments of containers. What is referred to and not given is drawn as such.

mod dot;
mod hosts;
mod layout;
mod mermaid;
mod model;
mod palette;
mod read;
mod svg;
#[cfg(test)]
mod tests;

pub use dot::dot;
pub use mermaid::mermaid;
pub use model::{Graph, Link, Object, Relation};
pub use svg::{MOST_OBJECTS, svg};
