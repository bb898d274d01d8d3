//! Versions and version ranges by the rules of Masterminds/semver v3.5, the library Helm uses.
//!
//! It reads loose versions (`v1`, `1.2`), and ranges with wildcards, tildes, carets and hyphens.

mod constraint;
mod version;

pub use constraint::{ConstraintError, Constraints};
pub use version::{Version, VersionError};

#[cfg(test)]
mod tests;
