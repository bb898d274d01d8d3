//! Manifests as a folder of a GitOps repository: one file an object, a `kustomization.yaml`, and a
//! file that says which of them are ours.
//!
//! What stands in the folder is decided here; how bytes reach a disk is behind [`Folder`]. A refresh
//! changes or deletes only files that it owns, never follows a link, and may be killed at any moment:
//! every file is then whole, [`check`] says that the run was interrupted, and the next one completes it.

mod check;
mod config;
mod disk;
mod folder;
mod name;
mod ownership;
mod refresh;
#[cfg(test)]
mod tests;
mod tree;

pub use check::{Drift, check};
pub use config::{Release, Written, parse as parse_config, parse_release};
pub use disk::Disk;
pub use folder::{Folder, Found};
pub use ownership::{JOURNAL, OWNERSHIP};
pub use refresh::{Error, Report, refresh};
pub use tree::{Options, Tree};
