//! Manifests against the API of Kubernetes, offline: the structure of every object, the rules an API
//! server checks, and what only shows when all objects are seen together.
//!
//! Findings point into the manifest, or at the template line that wrote the place when its trace is known.

mod codes;
mod custom;
mod findings;
mod object;
mod rules;
mod run;
mod structure;
mod typed;

#[cfg(test)]
mod tests;

pub use codes::CODES;
pub use run::{Checked, Input, Options, manifests, sources};
