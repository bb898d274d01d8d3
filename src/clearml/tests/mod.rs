//! Whole renders: the defaults object by object, the defects of the old chart one by one, what is refused.

mod choices;
mod defects;
mod hostile;
mod refusals;
mod traces;

use std::collections::HashMap;

use super::*;
use crate::codec::{Node, yaml};
use crate::diag::{Diagnostic, Severity, Source, SourceKind};

pub(in crate::clearml) fn values(text: &str) -> Node {
    yaml::read_values(&Source::new(SourceKind::File, "values.yaml", text)).expect("values").root
}

pub(in crate::clearml) fn rendered(text: &str) -> Rendered {
    match render(&values(text), &Options::default()) {
        Ok(rendered) => rendered,
        Err(problems) => panic!("{}", problems.iter().map(show).collect::<Vec<_>>().join("\n")),
    }
}

pub(in crate::clearml) fn refused(text: &str) -> Vec<String> {
    match render(&values(text), &Options::default()) {
        Ok(_) => Vec::new(),
        Err(problems) => {
            problems.iter().filter(|found| found.severity == Severity::Error).map(show).collect()
        }
    }
}

pub(in crate::clearml) fn show(found: &Diagnostic) -> String {
    let place = found.primary.as_ref().map_or_else(String::new, |label| format!("{}: ", label.place));
    let help = found.help.as_ref().map_or_else(String::new, |help| format!(" ({help})"));
    format!("{place}{}{help}", found.message)
}

/// The text of one object, such as `Deployment/redis`.
fn object(rendered: &Rendered, id: &str) -> String {
    let (kind, name) = id.split_once('/').expect("KIND/NAME");
    let found = rendered.manifests.iter().find(|manifest| manifest.kind == kind && manifest.name == name);
    found.unwrap_or_else(|| panic!("no {id}")).text.text().to_owned()
}

/// The object as a tree.
fn tree(rendered: &Rendered, id: &str) -> Node {
    parse(&object(rendered, id))
}

fn parse(text: &str) -> Node {
    yaml::read(&Source::new(SourceKind::Rendered, "object", text), &yaml::ReadOptions::default())
        .expect("YAML")
        .root
}

/// The value of a variable in a Deployment's first container.
fn env(rendered: &Rendered, deployment: &str, variable: &str) -> Option<String> {
    let root = tree(rendered, &format!("Deployment/{deployment}"));
    let container = root.at_path(["spec", "template", "spec", "containers"])?.as_list()?.first()?.clone();
    let entries = container.get("env")?.as_list()?.to_vec();
    let entry = entries.iter().find(|entry| entry.get("name").and_then(Node::as_str) == Some(variable))?;
    Some(entry.get("value")?.as_str()?.to_owned())
}

#[test]
fn the_defaults_render_object_by_object() {
    let rendered = rendered("");
    let order: Vec<&str> = rendered.manifests.iter().map(|manifest| manifest.kind.as_str()).collect();
    let rank = |kind: &str| {
        ["Namespace", "Secret", "PersistentVolume", "PersistentVolumeClaim", "Service", "Deployment"]
            .iter()
            .position(|known| *known == kind)
    };
    assert!(order.is_sorted_by_key(|kind| rank(kind)), "{order:?}");
    assert_eq!(order.len(), 32);
    for manifest in &rendered.manifests {
        let name = format!("{}-{}", manifest.kind, manifest.name);
        insta::assert_snapshot!(name, format!("{}[EOF]", manifest.text.text()));
    }
    insta::assert_snapshot!("notes", format!("{}[EOF]", rendered.notes()));
    assert!(rendered.warnings.is_empty());
}

/// Presets, alone and as they are combined, one file for each object that the defaults do not render in the same way.
#[test]
fn presets_render_object_by_object() {
    let id = |manifest: &crate::manifest::Manifest| format!("{}-{}", manifest.kind, manifest.name);
    let defaults: HashMap<String, String> =
        rendered("").manifests.iter().map(|it| (id(it), it.text.text().to_owned())).collect();
    for names in [
        &["modern", "ingress-tls", "fixed-users"][..],
        &["nfs"],
        &["dynamic-storage", "minimal"],
        &["external-services"],
        &["agent-groups"],
        &["agents-4gpu"],
        &["adopt-helm"],
    ] {
        let user = names.iter().fold(values("{}"), |below, name| {
            let source = preset(name).expect("a preset");
            crate::values::overlay(&below, &yaml::read_values(&source).expect("values").root)
        });
        let rendered = render(&user, &Options::default()).expect("a preset renders");
        for manifest in &rendered.manifests {
            if defaults.get(&id(manifest)).is_none_or(|text| text != manifest.text.text()) {
                let name = format!("{}-{}", names.join("-"), id(manifest));
                insta::assert_snapshot!(name, format!("{}[EOF]", manifest.text.text()));
            }
        }
        insta::assert_snapshot!(format!("{}-notes", names.join("-")), format!("{}[EOF]", rendered.notes()));
    }
}

#[test]
fn two_renders_give_the_same_bytes() {
    let text =
        |rendered: Rendered| rendered.manifests.iter().map(|m| m.text.text().to_owned()).collect::<String>();
    let given = "agentGroups: {b: {replicas: 1}, a: {replicas: 1}}\nclearml: {podLabels: {z: y, a: b}}";
    assert_eq!(text(rendered(given)), text(rendered(given)));
}

#[test]
fn every_key_of_the_schema_is_read() {
    reader::asked::take();
    rendered(
        "storage: {use_nfs: true, nfs: {server: s}}\nclearml: {serviceAccount: {create: true}}\nagentGroups: {group: {replicas: 0}}\napiserver: {fixedUsers: [{username: a, password: b, name: c}]}\nagentservices: {enabled: false}",
    );
    let asked = reader::asked::take();
    let root = schema::tree().expect("schema");
    let mut known = Vec::new();
    schema::all_paths(&root, &root, "", 0, &mut known);
    // Only what the schema calls deprecated may go unread.
    known.retain(|path| !is_deprecated(&root, path));
    let unread: Vec<_> = known.iter().filter(|path| !asked.contains(*path)).collect();
    assert!(unread.is_empty() && known.len() > 500, "{} keys, unread: {unread:?}", known.len());
}

fn is_deprecated(root: &Node, path: &str) -> bool {
    let mut at = Some(root.clone());
    path.split('.').any(|key| {
        at = at.take().and_then(|node| node.get("properties")?.get(key).cloned());
        at.as_ref().and_then(|node| node.get("deprecated")?.as_bool()) == Some(true)
    })
}

#[test]
fn every_key_of_the_schema_has_a_description() {
    fn walk(node: &Node, path: &str, missing: &mut Vec<String>) {
        for entry in node.as_map().map(|map| map.entries().to_vec()).unwrap_or_default() {
            let at = format!("{path}/{}", entry.key);
            if &*entry.key == "properties" {
                for property in entry.value.as_map().map(|map| map.entries().to_vec()).unwrap_or_default() {
                    let text = property.value.get("description").and_then(Node::as_str).unwrap_or_default();
                    if text.len() < 3 {
                        missing.push(format!("{at}/{}", property.key));
                    }
                    walk(&property.value, &format!("{at}/{}", property.key), missing);
                }
            } else {
                walk(&entry.value, &at, missing);
            }
        }
    }
    let root = schema::tree().expect("schema");
    let mut missing = Vec::new();
    walk(&root, "", &mut missing);
    assert!(missing.is_empty(), "{missing:?}");
}

/// Keys of clearml-server-chart 1.0.2+1, one a line: those of its values, and those only its templates read.
const OLD_KEYS: &str = include_str!("old-keys.txt");

#[test]
fn no_key_of_the_old_chart_is_refused() {
    let defaults = yaml::read_values(defaults()).expect("defaults").root;
    assert_eq!(OLD_KEYS.lines().count(), 94);
    for key in OLD_KEYS.lines() {
        let default = defaults.at_path(key.split('.')).unwrap_or_else(|| panic!("{key} has no default"));
        let written = crate::codec::json::write(default);
        let text = key.split('.').rev().fold(written, |text, key| format!("{{\"{key}\": {text}}}"));
        let rendered = render(&values(&text), &Options { strict: true, ..Options::default() });
        let warnings = rendered.map_or_else(|problems| problems, |rendered| rendered.warnings);
        assert!(warnings.is_empty(), "{key}: {:?}", warnings.iter().map(show).collect::<Vec<_>>());
    }
}
