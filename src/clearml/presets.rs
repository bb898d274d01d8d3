//! Presets: the example values files, embedded.

use crate::diag::{Source, SourceKind};

/// A values file that comes with the program.
#[derive(Clone, Copy, Debug)]
pub struct Preset {
    /// The name `--preset` takes.
    pub name: &'static str,
    /// The file's text; its first comment line says what it is for.
    pub text: &'static str,
}

macro_rules! embedded {
    ($($name:literal),+ $(,)?) => {
        const ALL: &[Preset] = &[$(Preset {
            name: $name,
            text: include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/examples/", $name, ".yaml")),
        }),+];
    };
}

embedded!(
    "adopt-helm",
    "agent-groups",
    "agents-4gpu",
    "default",
    "dynamic-storage",
    "external-services",
    "fixed-users",
    "ingress-tls",
    "minimal",
    "modern",
    "nfs",
);

/// Every preset, by name.
#[must_use]
pub fn presets() -> &'static [Preset] {
    ALL
}

/// The names of the presets, in alphabetical order.
pub fn preset_names() -> impl Iterator<Item = &'static str> {
    ALL.iter().map(|preset| preset.name)
}

/// The preset of this name: a values file with comments.
#[must_use]
pub fn preset(name: &str) -> Option<Source> {
    ALL.iter().find(|preset| preset.name == name).map(Preset::source)
}

impl Preset {
    /// The first comment: one line on what it is for.
    #[must_use]
    pub fn title(&self) -> &'static str {
        self.text.lines().next().unwrap_or_default().trim_start_matches(['#', ' '])
    }

    /// The file as a source of values.
    #[must_use]
    pub fn source(&self) -> Source {
        Source::of_static(SourceKind::Preset, self.name, self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clearml::{Options, render};
    use crate::codec::yaml;

    #[test]
    fn every_example_but_the_input_of_migrate_is_a_preset() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/examples");
        let mut files: Vec<String> = std::fs::read_dir(folder)
            .expect("the examples")
            .map(|entry| entry.expect("an entry").path())
            .filter(|path| path.is_file())
            .filter_map(|path| path.file_stem()?.to_str().map(str::to_owned))
            .filter(|name| !name.starts_with("trains-"))
            .collect();
        files.sort();
        assert_eq!(files, preset_names().collect::<Vec<_>>());
        assert!(presets().iter().all(|preset| preset.title().len() > 20));
    }

    #[test]
    fn every_preset_renders() {
        for preset in presets() {
            let user = yaml::read_values(&preset.source()).expect(preset.name).root;
            let rendered = render(&user, &Options::default()).expect(preset.name);
            let text: String = rendered.manifests.iter().map(|manifest| manifest.text.text()).collect();
            assert!(!text.contains(": null\n"), "{}", preset.name);
        }
    }
}
