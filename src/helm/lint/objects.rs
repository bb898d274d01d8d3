//! The rules on one object of a rendered template.

use super::documents::Head;
use super::{Severity, deprecation, names};
use crate::codec::shape::{Path, Shape, names_field};
use crate::codec::yaml::{self, ReadOptions};
use crate::codec::{Map, Numbers};
use crate::diag::{Source, SourceKind};
use crate::go::strconv::quote;
use crate::helm::KubeVersion;

/// What the rules say of an object; some look at the whole text it stands in.
pub(super) fn rules(head: &Head, text: &str, version: &KubeVersion) -> [(Severity, Result<(), String>); 4] {
    [
        (Severity::Warning, names::check(head)),
        (Severity::Warning, deprecation::check(head, version)),
        (Severity::Error, selector(head, text)),
        (Severity::Error, list_annotations(head, text)),
    ]
}

// Rule: Helm v4.3.1 pkg/chart/v2/lint/rules/template.go, validateMatchSelector.
fn selector(head: &Head, text: &str) -> Result<(), String> {
    let wants = matches!(&*head.kind, "Deployment" | "ReplicaSet" | "DaemonSet" | "StatefulSet");
    // Quirk: the words may stand anywhere in the file.
    if !wants || text.contains("matchLabels") || text.contains("matchExpressions") {
        return Ok(());
    }
    let (kind, name) = (&head.kind, quote(head.name.as_bytes()));
    Err(format!("a {kind} must contain matchLabels or matchExpressions, and {name} does not"))
}

const METADATA: &str = "struct { Annotations map[string]string }";
const ITEM: &str = "struct { Metadata struct { Annotations map[string]string } }";
const ITEMS: &str = "[]struct { Metadata struct { Annotations map[string]string } }";
const LIST: &str = "struct { Items []struct { Metadata struct { Annotations map[string]string } } }";

// Rule: Helm v4.3.1 pkg/chart/v2/lint/rules/template.go, validateListAnnotations.
fn list_annotations(head: &Head, text: &str) -> Result<(), String> {
    if head.kind != "List" {
        return Ok(());
    }
    // Quirk: the file's first document is looked at, whichever the list is.
    if keeps_an_item(text).map_err(|text| format!("unable to parse YAML: {text}"))? {
        return Err("annotation 'helm.sh/resource-policy' within List objects are ignored".to_owned());
    }
    Ok(())
}

fn keeps_an_item(text: &str) -> Result<bool, String> {
    let source = Source::new(SourceKind::Chart, "", text);
    let document = yaml::read(&source, &ReadOptions { numbers: Numbers::Typed })
        .map_err(|error| error.helm_text().to_owned())?;
    let mut shape = Shape::default();
    let root = Path::default();
    let mut keeps = false;
    for entry in shape.fields(&document.root, &root, LIST).into_iter().flat_map(Map::entries) {
        if !names_field(&entry.key, "items") {
            continue;
        }
        let path = root.key("items");
        for (index, item) in shape.list(&entry.value, &path, ITEMS).unwrap_or_default().iter().enumerate() {
            let path = path.item(index);
            for entry in shape.fields(item, &path, ITEM).into_iter().flat_map(Map::entries) {
                if !names_field(&entry.key, "metadata") {
                    continue;
                }
                let path = path.key("metadata");
                for entry in shape.fields(&entry.value, &path, METADATA).into_iter().flat_map(Map::entries) {
                    if names_field(&entry.key, "annotations") {
                        let all = shape.string_map(&entry.value, &path.key("annotations"));
                        keeps |= all.into_iter().flatten().any(|(name, _)| name == "helm.sh/resource-policy");
                    }
                }
            }
        }
    }
    shape.finish()?;
    Ok(keeps)
}
