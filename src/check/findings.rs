//! Where findings are collected: the words of the API server, with the place.

use std::fmt::Write as _;

use super::codes;
use super::object::Object;
use crate::codec::{Data, Node};
use crate::diag::{Code, Diagnostic, Label, Place, Severity};
use crate::trace::{Role, Write};

/// Objects nested deeper than this are not looked into; no kind of the API comes near it.
pub(super) const MAX_DEPTH: usize = 200;
/// Longer values are cut in messages.
const SHOWN: usize = 60;

/// The findings of one object, in the order they were made.
pub(super) struct Findings<'o, 'm> {
    object: &'o Object<'m>,
    found: Vec<Diagnostic>,
}

/// A node that was found, and the key it stands under unless it is the root.
struct Found<'n> {
    key: Option<&'n Place>,
}

/// Where a node stands in its object.
struct Spot<'n> {
    path: String,
    /// The key it stands under; for items of lists, their first key.
    key: Option<&'n Place>,
}

impl<'o, 'm> Findings<'o, 'm> {
    pub(super) fn new(object: &'o Object<'m>) -> Self {
        Self { object, found: Vec::new() }
    }

    /// Whether nothing was found yet.
    pub(super) fn is_empty(&self) -> bool {
        self.found.is_empty()
    }

    /// How much was found so far.
    pub(super) fn count(&self) -> usize {
        self.found.len()
    }

    pub(super) fn finish(self) -> Vec<Diagnostic> {
        self.found
    }

    /// `PATH: Invalid value: VALUE: DETAIL`.
    pub(super) fn invalid(&mut self, at: &Node, code: Code, detail: &str) -> &mut Diagnostic {
        let spot = self.spot(at);
        let message = match self.show(at, &spot.path) {
            Some(value) => format!("{}: Invalid value: {value}: {detail}", spot.path),
            None => format!("{}: Invalid value: {detail}", spot.path),
        };
        self.push(code, message, value_place(at, &spot))
    }

    /// The same for a key of a map.
    pub(super) fn invalid_key(&mut self, map: &Node, key: &str, code: Code, detail: &str) -> &mut Diagnostic {
        let spot = self.spot(map);
        let place = map.as_map().and_then(|map| map.entry(key)).and_then(|entry| entry.place.clone());
        self.push(code, format!("{}: Invalid value: {}: {detail}", spot.path, quoted(key)), place)
    }

    /// `PATH: Unsupported value: VALUE: supported values: …`.
    pub(super) fn unsupported<'c>(
        &mut self,
        at: &Node,
        code: Code,
        choices: impl Iterator<Item = &'c str>,
    ) -> &mut Diagnostic {
        let spot = self.spot(at);
        let value = self.show(at, &spot.path).unwrap_or_default();
        let choices: Vec<_> = choices.filter(|choice| !choice.is_empty()).collect();
        let near = at.as_str().and_then(|text| nearest(text, choices.iter().copied()));
        let supported: Vec<_> = choices.iter().map(|choice| quoted(choice)).collect();
        let message =
            format!("{}: Unsupported value: {value}: supported values: {}", spot.path, supported.join(", "));
        let finding = self.push(code, message, value_place(at, &spot));
        finding.help = near.map(|near| format!("did you mean `{near}`?"));
        finding
    }

    /// `PATH.KEY: Required value`, at the key the parent stands under.
    pub(super) fn missing(&mut self, parent: &Node, key: &str, code: Code, detail: &str) -> &mut Diagnostic {
        let spot = self.spot(parent);
        let dot = if spot.path.is_empty() || spot.path.ends_with('.') { "" } else { "." };
        let detail = if detail.is_empty() { String::new() } else { format!(": {detail}") };
        let place =
            spot.key.cloned().or_else(|| first_key(parent).cloned()).or_else(|| parent.place().cloned());
        self.push(code, format!("{}{dot}{key}: Required value{detail}", spot.path), place)
    }

    /// `PATH: Duplicate value: VALUE`, with the first place.
    pub(super) fn duplicate(&mut self, at: &Node, first: &Node, code: Code) -> &mut Diagnostic {
        let spot = self.spot(at);
        let message = match self.show(at, &spot.path) {
            Some(value) => format!("{}: Duplicate value: {value}", spot.path),
            None => format!("{}: Duplicate value", spot.path),
        };
        let first_spot = self.spot(first);
        let first = value_place(first, &first_spot);
        let finding = self.push(code, message, value_place(at, &spot));
        finding.secondary.extend(first.map(|place| Label { place, text: "first here".to_owned() }));
        finding
    }

    /// `PATH: Not found: VALUE`.
    pub(super) fn not_found(&mut self, at: &Node, code: Code, detail: &str) -> &mut Diagnostic {
        let spot = self.spot(at);
        let value = self.show(at, &spot.path).unwrap_or_default();
        let detail = if detail.is_empty() { String::new() } else { format!(": {detail}") };
        self.push(code, format!("{}: Not found: {value}{detail}", spot.path), value_place(at, &spot))
    }

    /// `PATH: Forbidden: DETAIL`.
    pub(super) fn forbidden(&mut self, at: &Node, code: Code, detail: &str) -> &mut Diagnostic {
        let spot = self.spot(at);
        self.push(
            code,
            format!("{}: Forbidden: {detail}", spot.path),
            spot.key.cloned().or_else(|| at.place().cloned()),
        )
    }

    /// `PATH: DETAIL`.
    pub(super) fn says(&mut self, at: &Node, code: Code, detail: &str) -> &mut Diagnostic {
        let spot = self.spot(at);
        let colon = if spot.path.is_empty() { "" } else { ": " };
        self.push(code, format!("{}{colon}{detail}", spot.path), value_place(at, &spot))
    }

    /// A sentence of its own at a key of a map.
    pub(super) fn at_key(
        &mut self,
        map: &Node,
        key: &str,
        code: Code,
        message: impl FnOnce(&str) -> String,
    ) -> &mut Diagnostic {
        let mut path = self.spot(map).path;
        push_key(&mut path, key);
        let place = map.as_map().and_then(|map| map.entry(key)).and_then(|entry| entry.place.clone());
        self.push(code, message(&path), place)
    }

    fn push(&mut self, code: Code, message: String, place: Option<Place>) -> &mut Diagnostic {
        self.found.push(Diagnostic::error(code, message).maybe_at(place, ""));
        self.found.last_mut().expect("one was pushed above")
    }

    /// A value for a message; none for maps and lists and for what a Secret holds.
    fn show(&self, node: &Node, path: &str) -> Option<String> {
        let inside = path.strip_prefix(self.object.prefix.as_str()).unwrap_or(path);
        if self.object.kind == "Secret" && (inside.starts_with("data") || inside.starts_with("stringData")) {
            return None;
        }
        show(node)
    }

    fn spot<'n>(&'n self, target: &'n Node) -> Spot<'n>
    where
        'o: 'n,
    {
        let mut path = self.object.prefix.clone();
        let key = find(&self.object.root, target, &mut path, None, 0).and_then(|found| found.key);
        if std::ptr::eq(&raw const self.object.root, target) {
            path.truncate(path.trim_end_matches('.').len());
        }
        Spot { path, key }
    }
}

/// The place to blame for a value: itself if it is a scalar, else the key it stands under.
fn value_place(node: &Node, spot: &Spot<'_>) -> Option<Place> {
    match node.data() {
        Data::Map(_) | Data::List(_) => spot.key.or(node.place()).cloned(),
        _ => node.place().or(spot.key).cloned(),
    }
}

/// The key of a map that is written first.
pub(super) fn first_key(node: &Node) -> Option<&Place> {
    let places = node.as_map()?.entries().iter().filter_map(|entry| entry.place.as_ref());
    places.min_by_key(|place| place.span.start())
}

/// Appends the path from `node` to `target` and returns the key it stands under.
fn find<'n>(
    node: &'n Node,
    target: &Node,
    path: &mut String,
    key: Option<&'n Place>,
    depth: usize,
) -> Option<Found<'n>> {
    if std::ptr::eq(node, target) {
        return Some(Found { key });
    }
    if depth > MAX_DEPTH {
        return None;
    }
    let before = path.len();
    match node.data() {
        Data::Map(map) => {
            for entry in map.entries() {
                push_key(path, &entry.key);
                if let Some(found) = find(&entry.value, target, path, entry.place.as_ref(), depth + 1) {
                    return Some(found);
                }
                path.truncate(before);
            }
        }
        Data::List(list) => {
            for (index, item) in list.iter().enumerate() {
                let _ = write!(path, "[{index}]");
                let key = first_key(item).or(item.place());
                if let Some(found) = find(item, target, path, key, depth + 1) {
                    return Some(found);
                }
                path.truncate(before);
            }
        }
        _ => {}
    }
    None
}

/// Appends `.key`, or `[key]` where a dot would mislead.
pub(super) fn push_key(path: &mut String, key: &str) {
    let plain = key.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'$'));
    if plain && !key.is_empty() {
        if !path.is_empty() && !path.ends_with('.') {
            path.push('.');
        }
        path.push_str(key);
    } else {
        let _ = write!(path, "[{key}]");
    }
}

/// A scalar as messages show it.
fn show(node: &Node) -> Option<String> {
    match node.data() {
        Data::Null => Some("null".to_owned()),
        Data::Bool(value) => Some(value.to_string()),
        Data::Int(value) => Some(value.to_string()),
        Data::Uint(value) => Some(value.to_string()),
        Data::Float(value) => Some(value.to_string()),
        Data::String(text) => Some(quoted(text)),
        Data::List(_) | Data::Map(_) => None,
    }
}

/// Text in quotes on one line, cut when long.
pub(super) fn quoted(text: &str) -> String {
    let end = text.floor_char_boundary(SHOWN);
    match text.get(..end) {
        Some(cut) if end < text.len() => format!("{cut:?}…"),
        _ => format!("{text:?}"),
    }
}

/// The nearest of some names, if it is near enough to be meant.
pub(super) fn nearest<'c>(text: &str, choices: impl Iterator<Item = &'c str>) -> Option<&'c str> {
    let lower = text.to_ascii_lowercase();
    let rated = choices.filter(|choice| !choice.is_empty()).map(|choice| {
        let other = choice.to_ascii_lowercase();
        let mut score = strsim::jaro_winkler(&lower, &other);
        if strsim::osa_distance(&lower, &other) <= 1 + lower.len() / 6 {
            score += 1.0;
        }
        (score, choice)
    });
    rated.filter(|(score, _)| *score > 0.87).max_by(|a, b| a.0.total_cmp(&b.0)).map(|(_, choice)| choice)
}

/// Whether a value says that what the finding misses is in the cluster already: its name begins with `existing`.
pub(super) fn is_said_to_exist(finding: &Diagnostic, object: &Object<'_>) -> bool {
    let Some((trace, primary)) = object.trace.zip(finding.primary.as_ref()) else { return false };
    let write = trace.within(primary.place.span);
    finding.code == codes::REFERENCE
        && write.into_iter().flat_map(Write::read).filter(|origin| origin.role == Role::Data).any(|origin| {
            let name = origin.path.rsplit('.').next().unwrap_or_default();
            name.starts_with("existing")
        })
}

/// Points a finding at the template line that wrote its place, and at the value that came in.
pub(super) fn trace_back(finding: &mut Diagnostic, object: &Object<'_>) {
    let Some(trace) = object.trace else { return };
    let Some(primary) = &finding.primary else { return };
    let Some(write) = trace.within(primary.place.span) else { return };
    let rendered = primary.place.clone();
    finding.primary = Some(Label { place: write.template.clone(), text: primary.text.clone() });
    finding.trace = write.calls.to_vec();
    let mut paths = Vec::new();
    for origin in write.read().filter(|origin| origin.role == Role::Data) {
        paths.push(format!("`{}`", origin.path));
        if let Some(place) = origin.value.place() {
            finding
                .secondary
                .push(Label { place: place.clone(), text: format!("value of `{}`", origin.path) });
        }
    }
    if paths.is_empty() {
        finding.secondary.push(Label { place: rendered, text: "rendered here".to_owned() });
    } else {
        let set = format!("the value comes from {}", paths.join(", "));
        finding.help = Some(match finding.help.take() {
            Some(help) => format!("{help}; {set}"),
            None => set,
        });
    }
}

/// A finding made a warning.
pub(super) trait Warn {
    /// The same as a warning.
    fn warn(&mut self) -> &mut Self;
    /// The same with what to do.
    fn hint(&mut self, help: impl Into<String>) -> &mut Self;
}

impl Warn for Diagnostic {
    fn warn(&mut self) -> &mut Self {
        self.severity = Severity::Warning;
        self
    }

    fn hint(&mut self, help: impl Into<String>) -> &mut Self {
        self.help = Some(help.into());
        self
    }
}
