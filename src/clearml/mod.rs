//! ClearML Server: settings from values, objects from settings, and the embedded chart they come from.
//!
//! A value is read once, typed, with its place; decisions are made in [`settings`]; templates only print.
//! This module knows no command line; it gets merged values and gives manifests, warnings and notes.

mod config;
mod defaults;
mod engine;
mod hints;
pub mod migrate;
mod names;
mod notes;
mod objects;
mod path;
mod presets;
mod print;
mod quantity;
mod reader;
mod render;
mod row;
mod schema;
mod secrets;
mod segment;
mod settings;
#[cfg(test)]
mod template;
mod templates;
mod unread;
#[cfg(test)]
mod values_file;
mod versions;
mod view;
mod words;

#[cfg(test)]
mod tests;

pub use defaults::defaults;
pub use presets::{Preset, preset, preset_names, presets};
pub use render::{Options, Rendered, render, values};
pub use schema::schema;
pub use secrets::{existing_places, is_secret_path, secret_places};
pub use unread::unread;

use crate::diag::Code;

/// A key of old charts that means nothing, or something else, now.
pub(crate) const DEPRECATED: Code = Code("clearml::deprecated-value");
/// Something that needs Docker on the node.
pub(crate) const HOST_DOCKER: Code = Code("clearml::host-docker");
