//! What a document says about itself: kind, name, annotations.

use crate::codec::shape::{Path, Shape, names_field};
use crate::codec::yaml::{self, ReadOptions};
use crate::codec::{Node, Numbers};
use crate::diag::{Source, SourceKind};

/// The head of a document. Fields are empty where the document has none.
// Rule: Helm v4.3.1 pkg/release/v1/util/manifest.go, type SimpleHead.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Head {
    /// `apiVersion`
    pub api_version: String,
    /// `kind`
    pub kind: String,
    /// `metadata.name`
    pub name: String,
    /// `metadata.namespace`, when it is text.
    pub namespace: Option<String>,
    /// `metadata.annotations` in byte order of their keys.
    pub annotations: Vec<(String, String)>,
}

const METADATA: &str = "struct { Name string \"json:\\\"name\\\"\"; Annotations map[string]string \"json:\\\"annotations\\\"\" }";

const OPTIONS: ReadOptions = ReadOptions { numbers: Numbers::Typed };

impl Head {
    /// Refuses bytes that are no UTF-8 and make no document, not even one of UTF-16, and those that make one without
    /// a head.
    ///
    /// # Errors
    /// Helm's text after `YAML parse error on FILE: `.
    pub(super) fn check_bytes(name: &str, bytes: &[u8]) -> Result<(), String> {
        let document = yaml::read_bytes(SourceKind::Rendered, name, bytes, &OPTIONS)
            .map_err(|error| error.helm_text().to_owned())?;
        Self::of(&document.root).map(|_| ())
    }

    /// The head of a document.
    ///
    /// # Errors
    /// Helm's text after `YAML parse error on FILE: `.
    pub fn read(text: &Source) -> Result<Self, String> {
        let wanted = |key: &str| ["apiVersion", "kind", "metadata"].iter().any(|name| names_field(key, name));
        let document =
            yaml::read_keys(text, &OPTIONS, wanted).map_err(|error| error.helm_text().to_owned())?;
        Self::of(&document.root)
    }

    fn of(document: &Node) -> Result<Self, String> {
        let mut head = Self::default();
        let mut shape = Shape::default();
        let root = Path::default();
        for entry in
            shape.fields(document, &root, "util.SimpleHead").into_iter().flat_map(|map| map.entries())
        {
            let value = &entry.value;
            if names_field(&entry.key, "apiVersion") {
                head.api_version = shape.string(value, &root.key("apiVersion")).unwrap_or(head.api_version);
            } else if names_field(&entry.key, "kind") {
                head.kind = shape.string(value, &root.key("kind")).unwrap_or(head.kind);
            } else if names_field(&entry.key, "metadata") {
                let path = root.key("metadata");
                for entry in shape.fields(value, &path, METADATA).into_iter().flat_map(|map| map.entries()) {
                    if names_field(&entry.key, "name") {
                        head.name = shape.string(&entry.value, &path.key("name")).unwrap_or(head.name);
                    } else if names_field(&entry.key, "annotations") {
                        head.annotations =
                            shape.string_map(&entry.value, &path.key("annotations")).unwrap_or_default();
                    } else if &*entry.key == "namespace" {
                        head.namespace = entry.value.as_str().map(str::to_owned);
                    }
                }
            }
        }
        shape.finish()?;
        Ok(head)
    }

    /// The value of an annotation.
    #[must_use]
    pub fn annotation(&self, name: &str) -> Option<&str> {
        self.annotations.iter().find(|(key, _)| key == name).map(|(_, value)| &**value)
    }
}
