//! The files a folder should hold.

use std::collections::BTreeMap;

use super::name;
use crate::manifest::Manifest;

/// What goes into the folder.
#[derive(Clone, Debug)]
pub struct Options {
    /// Namespace of the release; its objects lie at the top of the folder.
    pub namespace: String,
    /// Whether Secrets are left out, for repositories that must not hold them.
    pub without_secrets: bool,
    /// Whether a `kustomization.yaml` is written.
    pub kustomization: bool,
}

/// Files by their paths below the folder, `/` between the parts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tree {
    files: BTreeMap<String, String>,
    left_out: Vec<String>,
}

/// Name of the file that lists the others for kustomize.
const KUSTOMIZATION: &str = "kustomization.yaml";

impl Tree {
    /// The files of these manifests. Objects that share an identity share a file, as several documents.
    #[must_use]
    pub fn new(manifests: &[Manifest], options: &Options) -> Self {
        let mut tree = Self::default();
        let mut order: Vec<String> = Vec::new();
        for manifest in manifests.iter().filter(|manifest| holds_something(manifest)) {
            if options.without_secrets && manifest.kind == "Secret" {
                tree.left_out.push(format!("{}/{}", manifest.kind, manifest.name));
                continue;
            }
            let path = name::path(manifest, &options.namespace);
            let text = manifest.text.text();
            let file = tree.files.entry(path.clone()).or_insert_with(|| {
                order.push(path);
                String::new()
            });
            if !file.is_empty() {
                file.push_str("---\n");
            }
            file.push_str(text);
            if !file.ends_with('\n') {
                file.push('\n');
            }
        }
        if options.kustomization {
            tree.files.insert(KUSTOMIZATION.to_owned(), kustomization(&order));
        }
        tree
    }

    /// Every file with its content, in byte order of the paths.
    pub fn files(&self) -> impl Iterator<Item = (&str, &str)> {
        self.files.iter().map(|(path, text)| (path.as_str(), text.as_str()))
    }

    /// The content of a file.
    #[must_use]
    pub fn file(&self, path: &str) -> Option<&str> {
        self.files.get(path).map(String::as_str)
    }

    /// Objects that were left out, as `Secret/name`.
    #[must_use]
    pub fn left_out(&self) -> &[String] {
        &self.left_out
    }
}

/// Whether the document is more than blank lines and comments, which a chart's template may render alone.
fn holds_something(manifest: &Manifest) -> bool {
    let says_nothing = |line: &str| line.trim_start().is_empty() || line.trim_start().starts_with('#');
    !manifest.kind.is_empty() || !manifest.text.text().lines().all(says_nothing)
}

fn kustomization(files: &[String]) -> String {
    let mut text = String::from("apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\n");
    // The order of rendering is the order of applying; kustomize's own would move objects about.
    text.push_str("sortOptions:\n  order: fifo\n");
    if files.is_empty() {
        text.push_str("resources: []\n");
        return text;
    }
    text.push_str("resources:\n");
    for file in files {
        text.push_str("- ");
        // A path begins with a letter and holds nothing that YAML gives a meaning.
        text.push_str(file);
        text.push('\n');
    }
    text
}
