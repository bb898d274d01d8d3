//! What of an object's values must not be shown.

use std::ops::Range;

use crate::codec::{Data, Entry, Map, Node};
use crate::diag::render::is_secret_name;
use crate::kube::schema::Shape;

/// A secret that is there on one side only, or the same on both.
pub(super) const MASK: &str = "***";
/// A secret before it changes.
const BEFORE: &str = "*** (before)";
/// A secret after it changed.
const AFTER: &str = "*** (after)";

/// Maps whose keys are names of labels, which no secret is kept in.
const LABELS: &[&str] = &["labels", "matchLabels", "nodeSelector", "selector"];

/// What is known about the secrecy of a place.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Secrecy {
    /// Everything is shown: the user asked for it.
    Shown,
    /// Values are judged by the names of their keys.
    #[default]
    Judged,
    /// Keys are those of the API or names of labels; only texts are looked into.
    Plain,
    /// Everything here is secret.
    Secret,
}

impl Secrecy {
    /// That of an entry's value.
    pub(super) fn below(self, parent: &Node, key: &str, shape: Option<Shape>) -> Self {
        let typed = matches!(shape, Some(shape) if !matches!(shape, Shape::Any | Shape::Object));
        match self {
            Self::Shown | Self::Secret => self,
            _ if key == "value" && is_named_secret(parent) => Self::Secret,
            _ if LABELS.contains(&key) => Self::Plain,
            Self::Plain => Self::Plain,
            // Fields of the API hold no secrets; keys below them, as those of a ConfigMap's data, may name some.
            Self::Judged if typed => Self::Judged,
            Self::Judged if key != "key" && is_secret_name(key) => Self::Secret,
            Self::Judged => Self::Judged,
        }
    }

    /// That of an entry of a map with free keys, such as a ConfigMap's data.
    pub(super) fn of_free_key(self, key: &str) -> Self {
        if self == Self::Judged && is_secret_name(key) { Self::Secret } else { self }
    }
}

/// `{name: DB_PASSWORD, value: …}`: an environment variable, or what looks like one.
fn is_named_secret(parent: &Node) -> bool {
    parent.get("name").and_then(Node::as_str).is_some_and(is_secret_name)
}

/// The two sides of a changed value as they may be shown.
pub(super) fn pair(secrecy: Secrecy, old: &Node, new: &Node) -> (Node, Node) {
    match secrecy {
        Secrecy::Shown => (old.clone(), new.clone()),
        Secrecy::Secret => (Node::string(BEFORE), Node::string(AFTER)),
        _ => match (old.as_str(), new.as_str()) {
            (Some(a), Some(b)) => {
                (old.with_data(text_data(a, Some(b), BEFORE)), new.with_data(text_data(b, Some(a), AFTER)))
            }
            _ => (one(secrecy, old, None), one(secrecy, new, None)),
        },
    }
}

/// A value that is on one side only, or equal on both, as it may be shown.
pub(super) fn one(secrecy: Secrecy, node: &Node, shape: Option<Shape>) -> Node {
    match (secrecy, node.data()) {
        (Secrecy::Shown, _) | (_, Data::Null) => node.clone(),
        (Secrecy::Secret, Data::Map(map)) => with_entries(node, map, |_| Secrecy::Secret, |_| None),
        (Secrecy::Secret, Data::List(items)) => {
            Node::list(items.iter().map(|item| one(Secrecy::Secret, item, None)).collect())
                .with_place(node.place().cloned())
        }
        (Secrecy::Secret, _) => node.with_data(Data::String(MASK.into())),
        (_, Data::Map(map)) => {
            let free = matches!(shape, Some(Shape::Map(_)));
            let inside = |key: &str| super::fields::inside(shape, key);
            with_entries(
                node,
                map,
                |key| if free { secrecy.of_free_key(key) } else { secrecy.below(node, key, inside(key)) },
                inside,
            )
        }
        (_, Data::List(items)) => {
            let shape = super::fields::item_shape(shape);
            let mut shown = Vec::with_capacity(items.len());
            let mut after_flag = false;
            for item in items.iter() {
                let secrecy = if after_flag { Secrecy::Secret } else { secrecy };
                shown.push(one(secrecy, item, shape));
                after_flag = is_secret_flag(item);
            }
            Node::list(shown).with_place(node.place().cloned())
        }
        (_, Data::String(text)) => node.with_data(text_data(text, None, MASK)),
        _ => node.clone(),
    }
}

/// `--password`: what follows it in a list of arguments is one.
pub(super) fn is_secret_flag(item: &Node) -> bool {
    item.as_str()
        .is_some_and(|text| text.starts_with('-') && !text.contains(['=', ' ']) && is_secret_name(text))
}

fn with_entries(
    node: &Node,
    map: &Map,
    secrecy: impl Fn(&str) -> Secrecy,
    shape: impl Fn(&str) -> Option<Shape>,
) -> Node {
    let entries = map
        .entries()
        .iter()
        .map(|entry| Entry {
            value: one(secrecy(&entry.key), &entry.value, shape(&entry.key)),
            ..entry.clone()
        })
        .collect();
    Node::map(Map::from_entries(entries)).with_place(node.place().cloned())
}

fn text_data(text: &str, other: Option<&str>, mark: &str) -> Data {
    Data::String(text_shown(text, other, mark).into())
}

/// The text with what looks like a secret replaced: by `mark` where `other` does not hold the same secret.
fn text_shown(text: &str, other: Option<&str>, mark: &str) -> String {
    let ranges = secret_ranges(text);
    if ranges.is_empty() {
        return text.to_owned();
    }
    let others: Vec<&str> = other
        .map(|other| secret_ranges(other).into_iter().filter_map(|range| other.get(range)).collect())
        .unwrap_or_default();
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    for range in ranges {
        out.push_str(text.get(at..range.start).unwrap_or_default());
        let secret = text.get(range.clone()).unwrap_or_default();
        out.push_str(if other.is_none() || others.contains(&secret) { MASK } else { mark });
        at = range.end;
    }
    out.push_str(text.get(at..).unwrap_or_default());
    out
}

/// Secrets inside a text: what stands behind `password = `, `password: ` or `--password=`, and passwords of URLs.
fn secret_ranges(text: &str) -> Vec<Range<usize>> {
    let mut ranges: Vec<Range<usize>> = Vec::new();
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let content = line.trim_end();
        ranges.extend(in_line(content).into_iter().map(|range| start + range.start..start + range.end));
        start += line.len();
    }
    ranges
}

/// The secrets of one line, from left to right.
fn in_line(line: &str) -> Vec<Range<usize>> {
    let assigned = assigned(line);
    let in_url = in_url(line).filter(|url| assigned.as_ref().is_none_or(|range| url.end <= range.start));
    in_url.into_iter().chain(assigned).collect()
}

/// What stands behind the first `password=` or `password: `, up to the end of the line.
fn assigned(line: &str) -> Option<Range<usize>> {
    let at = line.char_indices().find_map(|(at, c)| {
        let rest = line.get(at + 1..).unwrap_or_default();
        let assigns = c == '=' || c == ':' && (rest.starts_with([' ', '\t', '"']) || line.ends_with(':'));
        let key = line.get(..at).unwrap_or_default().trim_end().trim_end_matches(['"', '\'']);
        let key =
            key.rsplit(|c: char| c.is_whitespace() || "\"'{,;/&?".contains(c)).next().unwrap_or_default();
        (assigns && is_secret_name(key)).then_some(at + 1)
    })?;
    let rest = line.get(at..).unwrap_or_default();
    let from = at + rest.len() - rest.trim_start_matches([' ', '\t', '=', '"', '\'']).len();
    let end = from + line.get(from..).unwrap_or_default().trim_end_matches(['"', '\'', ',', ';']).len();
    (from < end).then_some(from..end)
}

/// The password in `scheme://user:password@host`.
fn in_url(line: &str) -> Option<Range<usize>> {
    let start = line.find("://")? + 3;
    let rest = line.get(start..)?;
    let authority = rest.get(..rest.find(['/', '?', ' ', '"']).unwrap_or(rest.len()))?;
    let at = authority.rfind('@')?;
    let colon = authority.get(..at)?.find(':')?;
    (colon + 1 < at).then_some(start + colon + 1..start + at)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_inside_of_texts_are_found() {
        let shown = |text: &str| text_shown(text, None, MASK);
        assert_eq!(shown("--api-token=abc"), "--api-token=***");
        assert_eq!(shown("redis://u:pa:ss@host:6379/0"), "redis://u:***@host:6379/0");
        assert_eq!(shown("a: 1\ndb_password: \"x y\",\nb: 2\n"), "a: 1\ndb_password: \"***\",\nb: 2\n");
        assert_eq!(shown("secret_key = 'abc'"), "secret_key = '***'");
        assert_eq!(shown("http://u:p@h/ --token=abc"), "http://u:***@h/ --token=***");
        assert_eq!(shown("{\"password\": \"x\"}"), "{\"password\": \"***");
        for plain in ["allegroai/token:1.0", "http://host:80/a", "key=", "a.b.c", "token"] {
            assert_eq!(shown(plain), plain);
        }
    }

    #[test]
    fn a_secret_that_changes_among_others_shows_that_it_does() {
        let (a, b) = ("token: a\npassword: x\n", "token: b\npassword: x\n");
        assert_eq!(text_shown(a, Some(b), BEFORE), "token: *** (before)\npassword: ***\n");
        assert_eq!(text_shown(b, Some(a), AFTER), "token: *** (after)\npassword: ***\n");
    }
}
