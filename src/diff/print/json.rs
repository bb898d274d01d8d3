//! One JSON object for programs.

use serde_json::{Value, json};

use super::words::{block, remarks};
use super::{Look, unified};
use crate::codec::{self, Node};
use crate::diff::{Action, Change, Diff, ObjectDiff, Step, What};

/// The difference as one JSON object. Objects and changes stand in the order of the text; secrets are masked in it too.
#[must_use]
pub fn json(diff: &Diff, look: &Look) -> String {
    let totals = diff.totals();
    let objects: Vec<Value> = diff.objects.iter().map(|object| one(object, look)).collect();
    let report = json!({
        "from": look.from,
        "to": look.to,
        "equal": diff.is_empty(),
        "summary": {
            "added": totals.added,
            "removed": totals.removed,
            "changed": totals.changed,
            "equal": diff.equal,
            "blocked": totals.blocked,
            "restarting": totals.restarting,
        },
        "folded": diff.folded,
        "objects": objects,
    });
    format!("{report:#}\n")
}

fn one(object: &ObjectDiff, look: &Look) -> Value {
    let mut value = json!({
        "action": match object.action {
            Action::Added => "added",
            Action::Removed => "removed",
            Action::Changed => "changed",
        },
        "apiVersion": object.object.api_version,
        "group": object.id.group,
        "kind": object.id.kind,
        "namespace": object.id.namespace,
        "name": object.id.name,
        "folder": object.id.folder,
        "remarks": remarks(object),
        "blocked": object
            .blocked
            .iter()
            .map(|blocked| json!({"paths": blocked.paths, "message": blocked.words, "help": blocked.advice}))
            .collect::<Vec<_>>(),
        "restartsPods": object.restarts_pods,
        "folded": object.folded,
        "changes": object.changes.iter().map(change).collect::<Vec<_>>(),
    });
    if let Some(place) = object.object.place()
        && let Some(map) = value.as_object_mut()
    {
        map.insert("file".to_owned(), json!(place.source.name()));
        map.insert("line".to_owned(), json!(place.line_column().line));
    }
    if let Some(map) = value.as_object_mut() {
        if look.unified {
            map.insert("unified".to_owned(), json!(unified::object(object, look)));
        } else if object.action != Action::Changed {
            let side = object.from.as_ref().or(object.to.as_ref());
            map.insert("yaml".to_owned(), json!(side.map(block)));
        }
    }
    value
}

fn change(change: &Change) -> Value {
    let steps: Vec<Value> = change
        .path
        .0
        .iter()
        .map(|step| match step {
            Step::Key(key) => json!(&**key),
            Step::Index(at) => json!(at),
            Step::Value(text) => json!({ "value": text }),
            Step::Item(keys) => {
                Value::Object(keys.iter().map(|(key, value)| (key.clone(), json!(value))).collect())
            }
        })
        .collect();
    json!({
        "path": change.path.to_string(),
        "steps": steps,
        "what": match change.what {
            What::Added => "added",
            What::Removed => "removed",
            What::Replaced => "replaced",
            What::Reordered => "reordered",
        },
        "from": change.from.as_ref().map(value),
        "to": change.to.as_ref().map(value),
        "noise": change.noise,
        "refused": change.is_refused,
    })
}

fn value(node: &Node) -> Value {
    serde_json::from_str(&codec::json::write(node)).unwrap_or_default()
}
