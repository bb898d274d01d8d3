//! Paths of fields: `spec.template.spec.containers[0].image`, `metadata.labels["app.kubernetes.io/name"]`.

use std::fmt;
use std::sync::Arc;

/// One step from an object's root.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Step {
    /// The value of a key.
    Key(Arc<str>),
    /// An item by its index, and its `name` if it has one.
    Item(usize, Option<Arc<str>>),
}

/// Where a field stands in its object.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct FieldPath(pub Vec<Step>);

impl FieldPath {
    /// The path of what is one step below.
    #[must_use]
    pub fn then(&self, step: Step) -> Self {
        let mut steps = self.0.clone();
        steps.push(step);
        Self(steps)
    }

    /// The last key.
    #[must_use]
    pub fn last_key(&self) -> Option<&str> {
        self.0.iter().rev().find_map(|step| match step {
            Step::Key(key) => Some(&**key),
            Step::Item(..) => None,
        })
    }
}

impl fmt::Display for FieldPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, step) in self.0.iter().enumerate() {
            match step {
                Step::Key(key) if is_plain(key) && index > 0 => write!(f, ".{key}")?,
                Step::Key(key) if is_plain(key) => f.write_str(key)?,
                Step::Key(key) => write!(f, "[\"{}\"]", key.replace('\\', "\\\\").replace('"', "\\\""))?,
                Step::Item(at, _) => write!(f, "[{at}]")?,
            }
        }
        Ok(())
    }
}

fn is_plain(key: &str) -> bool {
    !key.is_empty() && key.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '$' | '/'))
}

/// What a user writes to name fields: a path, or the beginning of one. Items go by index or by name, keys with dots
/// in brackets or as they are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pattern(Vec<Part>);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    Key(String),
    Bracket(String),
}

impl Pattern {
    /// The pattern of a text; any text is one.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        let mut parts = Vec::new();
        let mut rest = text.strip_prefix('.').unwrap_or(text);
        while !rest.is_empty() {
            if let Some(inner) = rest.strip_prefix('[') {
                let (quoted, end) = match inner.strip_prefix('"') {
                    Some(after) => (true, after.find("\"]").map_or(inner.len(), |at| at + 1)),
                    None => (false, inner.find(']').unwrap_or(inner.len())),
                };
                let word = inner.get(..end).unwrap_or_default();
                let word = if quoted { word.trim_start_matches('"') } else { word };
                parts.push(Part::Bracket(word.replace("\\\"", "\"").replace("\\\\", "\\")));
                rest = inner.get(end + usize::from(quoted) + 1..).unwrap_or_default();
                rest = rest.strip_prefix('.').unwrap_or(rest);
                continue;
            }
            let end = rest.find(['.', '[']).unwrap_or(rest.len());
            parts.push(Part::Key(rest.get(..end).unwrap_or_default().to_owned()));
            rest = rest.get(end..).unwrap_or_default();
            rest = rest.strip_prefix('.').unwrap_or(rest);
        }
        Self(parts)
    }

    /// Whether it names the field or something the field is part of.
    #[must_use]
    pub fn matches(&self, path: &FieldPath) -> bool {
        matches_from(&self.0, &path.0)
    }
}

fn matches_from(parts: &[Part], steps: &[Step]) -> bool {
    let (Some((part, parts)), Some((step, rest))) = (parts.split_first(), steps.split_first()) else {
        return parts.is_empty();
    };
    match (part, step) {
        (Part::Bracket(word), Step::Item(at, name)) => {
            (*word == at.to_string() || name.as_deref() == Some(word)) && matches_from(parts, rest)
        }
        (Part::Bracket(word), Step::Key(key)) => **key == **word && matches_from(parts, rest),
        (Part::Key(word), Step::Item(at, _)) => *word == at.to_string() && matches_from(parts, rest),
        (Part::Key(word), Step::Key(key)) if **key == **word => matches_from(parts, rest),
        // A key with dots, written without brackets.
        (Part::Key(word), Step::Key(key)) => {
            let mut joined = word.clone();
            for (used, part) in (1..).zip(parts) {
                let Part::Key(word) = part else { return false };
                joined = format!("{joined}.{word}");
                if **key == *joined {
                    return matches_from(parts.get(used..).unwrap_or_default(), rest);
                }
            }
            false
        }
    }
}
