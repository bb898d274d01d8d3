//! What an excerpt must not show: scalars at known places, values of keys with telling names, and on a
//! line that could not be parsed everything after the first `:`.

use std::ops::Range;

use super::super::{Diagnostic, Label, Place, Source, SourceKind};

/// What excerpts mask. The places are exact; beside them every line is searched for telling key names.
#[derive(Clone, Debug, Default)]
pub struct Secrets {
    /// Nothing is masked.
    pub shown: bool,
    /// Scalars that are secret.
    pub places: Vec<Place>,
}

/// What stands for a secret, whatever its length.
pub(super) const MASK: &str = "***";
/// Characters below which a secret's text is not looked for in messages: it would be found in any word.
const LEAST_HIDDEN: usize = 4;
/// Endings of names that tell where a secret is, not what it is.
const POINTERS: &[&str] =
    &["name", "names", "ref", "enabled", "path", "file", "dir", "type", "class", "topologykey"];
/// Parts of names whose value is a secret.
const TELLING: &[&str] =
    &["passw", "pasw", "passphrase", "secret", "token", "credential", "privatekey", "accesskey", "apikey"];
/// Endings of names whose value is a secret.
const ENDINGS: &[&str] = &["pass", "pwd", "key", "keyid"];

/// Whether a key of this name holds a secret, judged by the name alone.
#[must_use]
pub fn is_secret_name(name: &str) -> bool {
    let name: String =
        name.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect();
    if name.starts_with("existing") || POINTERS.iter().any(|end| name.ends_with(end)) {
        return false;
    }
    TELLING.iter().any(|part| name.contains(part)) || ENDINGS.iter().any(|end| name.ends_with(end))
}

impl Secrets {
    /// The byte ranges of line `number` of `source` (offsets within the line) that must not be shown.
    /// `parsed` is false when the source could not be read.
    pub(super) fn of_line(&self, source: &Source, number: usize, parsed: bool) -> Vec<Range<usize>> {
        if self.shown || source.kind() == SourceKind::Template {
            return Vec::new();
        }
        let line = source.line(number);
        let start = source.line_start(number);
        let mut ranges: Vec<Range<usize>> = self
            .places
            .iter()
            .filter(|place| place.source == *source)
            .filter_map(|place| {
                let from = place.span.start().saturating_sub(start);
                let to = place.span.end().saturating_sub(start).min(line.len());
                (place.span.end() > start && from < to).then_some(from..to)
            })
            .map(|range| outside_indent(line, range))
            .collect();
        if source.kind() == SourceKind::Flag {
            ranges.extend(in_flag(line));
        } else if parsed {
            ranges.extend(in_yaml(line, source.kind()));
        } else {
            ranges.extend(in_unread(source, number));
        }
        ranges.retain(|range| !range.is_empty());
        ranges
    }
}

/// Texts of a diagnostic's lines that must not stand in its message either; longest first.
pub(super) fn hidden_texts(diagnostic: &Diagnostic, secrets: &Secrets) -> Vec<String> {
    let parsed = is_parsed(diagnostic);
    let mut texts: Vec<String> = Vec::new();
    for Label { place, .. } in diagnostic.primary.iter().chain(&diagnostic.secondary) {
        let line = place.line_column().line;
        let text = place.source.line(line);
        for range in secrets.of_line(&place.source, line, parsed) {
            let hidden = text.get(range).unwrap_or_default().trim();
            texts.push(hidden.to_owned());
            texts.push(hidden.split(" #").next().unwrap_or_default().trim().to_owned());
            texts.push(hidden.trim_matches(['"', '\'']).to_owned());
        }
    }
    texts.retain(|text| text.chars().count() >= LEAST_HIDDEN);
    texts.sort_by_key(|text| std::cmp::Reverse(text.len()));
    texts.dedup();
    texts
}

/// Whether the text a diagnostic points into could be read; otherwise it has no key names to go by.
pub(super) fn is_parsed(diagnostic: &Diagnostic) -> bool {
    !matches!(diagnostic.code.0, "yaml::syntax" | "json::syntax" | "values::file")
}

/// A block scalar's range starts at the line's first column; the indentation is no secret.
fn outside_indent(line: &str, range: Range<usize>) -> Range<usize> {
    let indent = line.len() - line.trim_start().len();
    range.start.max(indent)..range.end.max(indent)
}

/// Every `key: value` of a line, flow maps included, whose key's name tells of a secret.
fn in_yaml(line: &str, kind: SourceKind) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut from = 0;
    while let Some(colon) = line.get(from..).and_then(|rest| rest.find(':')).map(|at| from + at) {
        from = colon + 1;
        let rest = line.get(from..).unwrap_or_default();
        let before = line.get(..colon).unwrap_or_default();
        if !(rest.is_empty() || rest.starts_with([' ', '\t']) || before.ends_with(['"', '\''])) {
            continue;
        }
        let key = before.trim_end_matches(['"', '\'']);
        let key_start = key.rfind(|c: char| "{,\"'[ ".contains(c)).map_or(0, |at| at + 1);
        if !is_secret_name(key.get(key_start..).unwrap_or_default()) {
            continue;
        }
        // A list item's `key:` names a label or a taint, as in tolerations and selectors.
        let item = before.get(..key_start).unwrap_or_default().trim_end_matches(['{', '"', '\'', ' ']);
        if key.get(key_start..) == Some("key") && item.trim_start() == "-" {
            continue;
        }
        let rest = rest.get(..end_in_flow(before, rest)).unwrap_or_default();
        let value = rest.trim();
        let expression = kind == SourceKind::Chart && value.contains("{{");
        if expression || says_nothing(value) {
            continue;
        }
        let value_start = from + (rest.len() - rest.trim_start().len());
        found.push(value_start..value_start + value.len());
        from = value_start + value.len();
    }
    found
}

/// Where the value ends: inside `{…}` at the next `,` or `}` unless it is quoted, else at the line's end.
fn end_in_flow(before: &str, rest: &str) -> usize {
    let opened = before.matches('{').count() > before.matches('}').count();
    if !opened || rest.trim_start().starts_with(['"', '\'', '{', '[']) {
        return rest.len();
    }
    rest.find([',', '}']).unwrap_or(rest.len())
}

/// Nothing, a block scalar's mark, or a word that is no secret.
fn says_nothing(value: &str) -> bool {
    matches!(value, "" | "null" | "~" | "true" | "false" | "\"\"" | "''" | "{}" | "[]" | "|" | ">")
        || value.len() <= 3 && value.starts_with(['|', '>'])
        || value.starts_with('#')
}

/// `a.password=x,b=y`: the values of telling keys; JSON arguments as YAML lines.
fn in_flag(line: &str) -> Vec<Range<usize>> {
    let mut found = in_yaml(line, SourceKind::Flag);
    let mut start = 0;
    for part in split_unescaped(line) {
        let end = start + part.len();
        if let Some(equals) = part.find('=') {
            let key = part.get(..equals).unwrap_or_default();
            if key.split('.').any(is_secret_name) {
                found.push(start + equals + 1..end);
            }
        }
        start = end + 1;
    }
    found
}

/// Pieces between commas that no `\` stands before.
fn split_unescaped(line: &str) -> Vec<&str> {
    let mut pieces = Vec::new();
    let mut start = 0;
    let mut escaped = false;
    for (at, c) in line.char_indices() {
        if c == ',' && !escaped {
            pieces.push(line.get(start..at).unwrap_or_default());
            start = at + 1;
        }
        escaped = c == '\\' && !escaped;
    }
    pieces.push(line.get(start..).unwrap_or_default());
    pieces
}

/// Of a file that could not be read: all after the first `:`, and whole lines that continue a text.
fn in_unread(source: &Source, number: usize) -> Vec<Range<usize>> {
    let line = source.line(number);
    let indent = line.len() - line.trim_start().len();
    if let Some(parent) = parent_line(source, number, indent)
        && (parent.trim_end().ends_with(['|', '>', '-', '+', '"', '\'']) || is_secret_name(key_of(parent)))
    {
        let opens_block = parent.split_once(':').is_some_and(|(_, rest)| !rest.trim().is_empty());
        if opens_block || is_secret_name(key_of(parent)) {
            return std::iter::once(indent..line.len()).collect();
        }
    }
    match line.find(':') {
        Some(colon) => {
            let rest = line.get(colon + 1..).unwrap_or_default();
            let start = colon + 1 + (rest.len() - rest.trim_start().len());
            std::iter::once(start..line.len()).collect()
        }
        None => Vec::new(),
    }
}

/// The nearest line above that is less indented and not empty.
fn parent_line(source: &Source, number: usize, indent: usize) -> Option<&str> {
    (1..number)
        .rev()
        .map(|above| source.line(above))
        .find(|above| !above.trim().is_empty() && above.len() - above.trim_start().len() < indent)
}

/// The key of a `key: …` line.
fn key_of(line: &str) -> &str {
    line.split(':').next().unwrap_or_default().trim().trim_start_matches("- ").trim_matches(['"', '\''])
}
