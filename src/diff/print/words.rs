//! Values and sentences that several formats share.

use crate::codec::yaml::{self, KeyOrder};
use crate::codec::{Data, Node, json};
use crate::diag::render::{harmless, line};
use crate::diff::mask::MASK;
use crate::diff::{Action, Diff, ObjectDiff, Totals};

/// Characters of a value past which it is cut on one line.
const MOST_SHOWN: usize = 160;

/// A value on one line: scalars as YAML writes them, collections as JSON.
pub(super) fn inline(node: &Node) -> String {
    let text = match node.data() {
        Data::String(text) if text.starts_with(MASK) => text.to_string(),
        // Line ends would break out of the line.
        Data::String(text) if !text.contains('\n') => yaml::scalar(text).into_owned(),
        _ => json::write_raw(node),
    };
    cut(&harmless(&text))
}

fn cut(text: &str) -> String {
    match text.char_indices().nth(MOST_SHOWN) {
        Some((at, _)) => format!("{}…", text.get(..at).unwrap_or_default()),
        None => text.to_owned(),
    }
}

/// A value as the lines of YAML.
pub(super) fn block(node: &Node) -> String {
    harmless(&yaml::write_unfolded(node, KeyOrder::Bytes))
}

/// Whether a value is best shown as several lines.
pub(super) fn is_long(node: &Node) -> bool {
    match node.data() {
        Data::Map(map) => !map.is_empty(),
        Data::List(items) => items.iter().any(|item| item.as_map().is_some() || item.as_list().is_some()),
        Data::String(text) => text.trim_end().contains('\n'),
        _ => false,
    }
}

/// A sign for what became of an object.
pub(super) fn sign(object: &ObjectDiff) -> char {
    match object.action {
        _ if !object.blocked.is_empty() => '!',
        Action::Added => '+',
        Action::Removed => '-',
        Action::Changed => '~',
    }
}

/// What a reader of the change has to know besides the fields.
pub(super) fn remarks(object: &ObjectDiff) -> Vec<String> {
    let mut remarks = Vec::new();
    for blocked in &object.blocked {
        let paths = line(&blocked.paths.join(", "));
        remarks.push(format!("an apply is refused: {paths}: {}; {}", blocked.words, blocked.advice));
    }
    if let Some((from, to)) = &object.versions {
        remarks.push(format!("written for another version of the API: {} → {}", line(from), line(to)));
    }
    if object.restarts_pods {
        remarks.push("its pods are replaced".to_owned());
    }
    remarks
}

/// `2 changed, 1 added, 30 equal`
pub(super) fn counts(diff: &Diff) -> String {
    let Totals { added, removed, changed, blocked, restarting } = diff.totals();
    let mut parts: Vec<String> =
        [(changed, "changed"), (added, "added"), (removed, "removed"), (diff.equal, "equal")]
            .into_iter()
            .filter(|(number, _)| *number > 0)
            .map(|(number, what)| format!("{number} {what}"))
            .collect();
    if parts.is_empty() {
        parts.push("no objects".to_owned());
    }
    let mut text = parts.join(", ");
    if blocked > 0 {
        text.push_str(&format!("; {blocked} cannot be applied over what is there"));
    }
    if restarting > 0 {
        let verb = if restarting == 1 { "replaces its" } else { "replace their" };
        text.push_str(&format!("; {restarting} {verb} pods"));
    }
    text
}

/// What was left out as noise; nothing when nothing was.
pub(super) fn folded(diff: &Diff) -> Option<String> {
    if diff.folded.is_empty() {
        return None;
    }
    let kinds: Vec<String> = diff.folded.iter().map(|(what, number)| format!("{what} ({number})")).collect();
    let objects = if diff.folded_objects == 1 { "object" } else { "objects" };
    let pods = match diff.folded_restarts {
        0 => String::new(),
        1 => "; one of them replaces its pods".to_owned(),
        number => format!("; {number} of them replace their pods"),
    };
    Some(format!("not shown, in {} {objects}: {}{pods}", diff.folded_objects, kinds.join(", ")))
}
