//! What is embedded beside the defaults: example values as presets, and the schema of the values.

use super::render::defaults;
use crate::codec::{Node, yaml};
use crate::diag::{Source, SourceKind};
use crate::values::overlay;

/// The files of `examples/`, by name.
const PRESETS: &[(&str, &str)] = &[
    ("agents-4gpu", include_str!("../../examples/agents-4gpu.yaml")),
    ("ingress-tls", include_str!("../../examples/ingress-tls.yaml")),
    ("minimal", include_str!("../../examples/minimal.yaml")),
    ("modern", include_str!("../../examples/modern.yaml")),
    ("nfs", include_str!("../../examples/nfs.yaml")),
];

/// The names of the presets, in alphabetical order.
pub fn preset_names() -> impl Iterator<Item = &'static str> {
    PRESETS.iter().map(|(name, _)| *name)
}

/// The preset of this name: a values file with comments.
#[must_use]
pub fn preset(name: &str) -> Option<Source> {
    let (name, text) = PRESETS.iter().find(|(known, _)| *known == name)?;
    Some(Source::new(SourceKind::Preset, *name, *text))
}

/// The JSON Schema of the values: `charts/clearml-server/values.schema.json`.
#[must_use]
pub fn schema() -> &'static str {
    include_str!("../../charts/clearml-server/values.schema.json")
}

/// The user's values over [`defaults`], as [`render`](super::render) reads them.
#[must_use]
pub fn values(user: &Node) -> Node {
    match yaml::read_values(defaults()) {
        Ok(defaults) => overlay(&defaults.root, user),
        // The embedded file is read by every test.
        Err(_) => user.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_preset_is_a_file_of_examples_and_the_other_way_round() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/examples");
        let mut files: Vec<String> = std::fs::read_dir(folder)
            .expect("the examples")
            .filter_map(|entry| entry.expect("an entry").path().file_stem()?.to_str().map(str::to_owned))
            .collect();
        files.sort();
        assert_eq!(files, preset_names().collect::<Vec<_>>());
    }

    #[test]
    fn presets_and_defaults_read_as_values() {
        for name in preset_names() {
            let source = preset(name).expect("listed");
            assert!(yaml::read_values(&source).is_ok(), "{name}");
        }
        assert!(values(&Node::null()).is_null() || values(&Node::null()).as_map().is_some());
    }
}
