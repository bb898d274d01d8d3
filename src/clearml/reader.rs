//! Reading settings out of merged values: typed, each with its origin, every problem collected.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::sync::Arc;

use super::path::Path;
use super::view::{View, origin};
use super::{hints, names, quantity, secrets};
use crate::codec::{Data, Node, Style};
use crate::diag::{Code, Diagnostic, Place, SourceKind};
use crate::trace::{Origin, Role};

/// A value of its final type with where it came from.
#[derive(Clone, Debug)]
pub(crate) struct Setting<T> {
    pub(crate) value: T,
    /// Where it stands in the values; empty when nobody traces.
    pub(crate) path: Arc<str>,
    pub(crate) node: Option<Node>,
}

impl<T> Setting<T> {
    /// The value it came from; none when nobody traces.
    pub(crate) fn origin(&self) -> Option<Origin> {
        let node = self.node.as_ref().filter(|_| !self.path.is_empty())?;
        Some(origin(Arc::clone(&self.path), node))
    }

    /// The same value as a reason.
    pub(crate) fn reason(&self) -> Option<Origin> {
        self.origin().map(|origin| Origin { role: Role::Control, ..origin })
    }

    /// Whether the user wrote it.
    pub(crate) fn is_given(&self) -> bool {
        self.node.as_ref().is_some_and(given)
    }

    /// The same origin with another value.
    pub(crate) fn with<U>(&self, value: U) -> Setting<U> {
        Setting { value, path: Arc::clone(&self.path), node: self.node.clone() }
    }

    pub(crate) fn place(&self) -> Option<Place> {
        self.node.as_ref().and_then(|node| node.place().cloned())
    }
}

impl Setting<Arc<str>> {
    pub(crate) fn view(&self) -> View {
        View::text(Arc::clone(&self.value)).from(self.origin())
    }
}

impl Setting<i64> {
    pub(crate) fn view(&self) -> View {
        View::int(self.value).from(self.origin())
    }

    /// The number where text is wanted.
    pub(crate) fn text_view(&self) -> View {
        View::text(self.value.to_string()).from(self.origin())
    }
}

/// A text setting.
pub(crate) type Text = Setting<Arc<str>>;

/// Whether a node comes from the user, not from our defaults.
pub(crate) fn given(node: &Node) -> bool {
    node.place().is_none_or(|place| place.source.kind() != SourceKind::Default)
}

/// What all readers of one run share.
#[derive(Default)]
pub(crate) struct Problems {
    found: RefCell<Vec<Diagnostic>>,
    errors: Cell<usize>,
}

impl Problems {
    /// Adds a finding; a value that is read twice is reported once.
    pub(crate) fn add(&self, diagnostic: Diagnostic) {
        if self.found.borrow().contains(&diagnostic) {
            return;
        }
        if diagnostic.severity == crate::diag::Severity::Error {
            self.errors.set(self.errors.get() + 1);
        }
        self.found.borrow_mut().push(diagnostic);
    }

    /// Adds a finding unless the same words were found before.
    pub(crate) fn add_once(&self, diagnostic: Diagnostic) {
        let known = self.found.borrow().iter().any(|old| old.message == diagnostic.message);
        if !known {
            self.add(diagnostic);
        }
    }

    pub(crate) fn take(&self) -> Vec<Diagnostic> {
        std::mem::take(&mut *self.found.borrow_mut())
    }

    pub(crate) fn errors(&self) -> usize {
        self.errors.get()
    }
}

/// One position in the values.
#[derive(Clone)]
pub(crate) struct Reader<'v> {
    problems: &'v Problems,
    node: Option<&'v Node>,
    default: Option<&'v Node>,
    path: Path<'v>,
    /// Whether what is read says where it was read.
    traced: bool,
}

/// Switches that the old chart's templates only asked whether they were empty.
const TRUE_TO_HELM: [&str; 4] =
    ["agent.dockerMode", "storage.use_nfs", "ingress.enabled", "use_secrets_flexvolume"];

/// Wrong type.
pub(crate) const WRONG_TYPE: Code = Code("clearml::wrong-type");
/// Right type, impossible value.
pub(crate) const BAD_VALUE: Code = Code("clearml::bad-value");
/// A value that others make necessary.
pub(crate) const MISSING: Code = Code("clearml::missing-value");
/// Helm made another value of this text.
pub(crate) const HELM_DIFFERS: Code = Code("clearml::helm-read-otherwise");

impl<'v> Reader<'v> {
    pub(crate) fn new(root: &'v Node, defaults: &'v Node, problems: &'v Problems, traced: bool) -> Self {
        Self { problems, node: Some(root), default: Some(defaults), path: Path::default(), traced }
    }

    pub(crate) fn path(&self) -> String {
        self.path.to_string()
    }

    pub(crate) fn problems(&self) -> &'v Problems {
        self.problems
    }

    pub(crate) fn node(&self) -> Option<&'v Node> {
        self.node.filter(|node| !node.is_null())
    }

    /// Whether the user put null in the place of a default.
    pub(crate) fn is_removed(&self) -> bool {
        self.node().is_none() && self.default.is_some_and(|node| !node.is_null())
    }

    /// The default's text.
    pub(crate) fn default_text(&self) -> Option<Arc<str>> {
        self.default.and_then(scalar_text)
    }

    /// Whether the user wrote something here.
    pub(crate) fn is_given(&self) -> bool {
        self.node().is_some_and(given)
    }

    /// Whether the user wrote something else here than the default. A values file that repeats the defaults
    /// changes nothing by it.
    pub(crate) fn is_changed(&self) -> bool {
        let Some(node) = self.node().filter(|node| given(node)) else { return false };
        let Some(default) = self.default else { return true };
        node != default && scalar_text(node).is_none_or(|text| scalar_text(default) != Some(text))
    }

    /// The value of a key; a place that holds no map is reported once, when it is asked for a key.
    pub(crate) fn child(&self, key: &'v str) -> Self {
        #[cfg(test)]
        asked::note(self.path.key(key).to_string());
        let (node, default) = match (self.node.map(Node::data), self.default.map(Node::data)) {
            // Where the user said nothing, both are the same.
            (Some(Data::Map(map)), Some(Data::Map(defaults))) if map.is(defaults) => {
                let value = map.get(key);
                (value, value)
            }
            _ => (self.node.and_then(|node| node.get(key)), self.default.and_then(|node| node.get(key))),
        };
        Self { node, default, path: self.path.key(key), ..*self }
    }

    /// A section: the same reader, after a complaint when it holds something else than a map.
    pub(crate) fn section(&self, key: &'v str) -> Self {
        let child = self.child(key);
        if let Some(node) = child.node().filter(|node| node.as_map().is_none()) {
            child.wrong_type(node, "a map");
        }
        child
    }

    /// A reader of another node at the same path, whose defaults are those of `base`.
    pub(crate) fn with_node<'n>(&self, node: &'n Node, base: &Reader<'n>) -> Reader<'n>
    where
        'v: 'n,
    {
        Reader { node: Some(node), default: base.default, path: self.path.clone(), ..*self }
    }

    fn setting<T>(&self, value: T, node: &Node) -> Setting<T> {
        self.setting_of(value, Some(node))
    }

    fn setting_of<T>(&self, value: T, node: Option<&Node>) -> Setting<T> {
        let path = if self.traced { self.path.shared() } else { Arc::default() };
        Setting { value, path, node: node.cloned() }
    }

    /// A setting that nobody wrote.
    pub(crate) fn unwritten<T>(&self, value: T) -> Setting<T> {
        self.setting_of(value, None)
    }

    fn shown(&self, node: &Node) -> String {
        if secrets::is_secret_path(&self.path()) {
            return String::new();
        }
        match node.data() {
            Data::String(text) if text.chars().count() <= 40 && !text.contains('\n') => {
                format!(" `{text}`")
            }
            Data::Bool(_) | Data::Int(_) | Data::Uint(_) | Data::Float(_) => {
                format!(" `{}`", scalar_text(node).unwrap_or_default())
            }
            _ => String::new(),
        }
    }

    /// Reports a problem with the value here.
    pub(crate) fn bad(&self, node: &Node, why: &str, help: impl Into<String>) {
        let shown = self.shown(node);
        self.problems.add(
            Diagnostic::error(BAD_VALUE, format!("`{}`:{shown} {why}", self.path))
                .maybe_at(node.place().cloned(), why)
                .help(help),
        );
    }

    fn wrong_type(&self, node: &Node, wanted: &str) {
        let got = match node.data() {
            Data::Null => "null",
            Data::Bool(_) => "a boolean",
            Data::Int(_) | Data::Uint(_) | Data::Float(_) => "a number",
            Data::String(_) => "text",
            Data::List(_) => "a list",
            Data::Map(_) => "a map",
        };
        let default = self.default.filter(|node| node.as_map().is_none()).and_then(scalar_text);
        let help = match default.filter(|text| !text.is_empty()) {
            _ if hints::example(&self.path()).is_some() => {
                format!("write {}", hints::example(&self.path()).unwrap_or(wanted))
            }
            Some(text) if !text.contains('\n') => format!("the default is `{text}`"),
            _ => format!("write {wanted}, or remove the key to take the default"),
        };
        self.problems.add(
            Diagnostic::error(WRONG_TYPE, format!("`{}` must be {wanted}, not {got}", self.path))
                .maybe_at(node.place().cloned(), format!("{got} here"))
                .help(help),
        );
    }

    /// Text; none for null and where nothing is set. Keeps what the user wrote, whatever YAML made of it.
    pub(crate) fn text(&self) -> Option<Text> {
        let node = self.node()?;
        if let Some(text) = scalar_text(node) {
            self.warn_if_helm_differs(node, &text);
            Some(self.setting(text, node))
        } else {
            self.wrong_type(node, "text");
            None
        }
    }

    /// Text without a word on what Helm would have made of it, for keys that Helm's chart never had.
    pub(crate) fn text_quietly(&self) -> Option<Text> {
        let node = self.node()?;
        scalar_text(node).map(|text| self.setting(text, node))
    }

    /// Text that is not empty.
    pub(crate) fn filled(&self) -> Option<Text> {
        self.text().filter(|text| !text.value.is_empty())
    }

    /// Text, from the defaults where the user gave null or a wrong type.
    pub(crate) fn text_or_default(&self) -> Text {
        self.text().unwrap_or_else(|| {
            let value = self.default.and_then(scalar_text).unwrap_or_default();
            self.setting_of(value, self.default)
        })
    }

    fn warn_if_helm_differs(&self, node: &Node, text: &str) {
        if matches!(node.data(), Data::String(_)) || !given(node) {
            return;
        }
        let helm = helm_text(node);
        if helm != text {
            let secret = secrets::is_secret_path(&self.path());
            let message = if secret {
                format!("`{}` is kept as written; Helm made another value of it", self.path)
            } else {
                format!("`{}` is kept as `{text}`; Helm made `{helm}` of it", self.path)
            };
            self.problems.add(
                Diagnostic::warning(HELM_DIFFERS, message)
                    .maybe_at(node.place().cloned(), "not quoted")
                    .help("put it in quotes to say that it is text"),
            );
        }
    }

    /// A boolean; text counts as Helm's templates take it, so any text but `false`, `no`, `off` and the
    /// empty one is true.
    pub(crate) fn flag(&self) -> Option<Setting<bool>> {
        let node = self.node()?;
        let value = match node.data() {
            Data::Bool(value) => *value,
            Data::String(text) => match &*text.to_ascii_lowercase() {
                "true" | "yes" | "on" | "y" | "1" => true,
                "false" | "no" | "off" | "n" | "0" | "" => false,
                _ => {
                    self.wrong_type(node, "true or false");
                    return None;
                }
            },
            _ => {
                if let Some(number @ (0 | 1)) = node.as_i64() {
                    number == 1
                } else {
                    self.wrong_type(node, "true or false");
                    return None;
                }
            }
        };
        if !value
            && matches!(node.data(), Data::String(text) if !text.is_empty())
            && TRUE_TO_HELM.contains(&&*self.path())
        {
            self.problems.add(
                Diagnostic::warning(
                    HELM_DIFFERS,
                    format!("`{}` is off; Helm took the text in quotes as true", self.path),
                )
                .maybe_at(node.place().cloned(), "in quotes")
                .help("remove the quotes"),
            );
        }
        Some(self.setting(value, node))
    }

    /// A boolean, from the defaults where nothing is set.
    pub(crate) fn flag_or_default(&self) -> Setting<bool> {
        self.flag().unwrap_or_else(|| {
            let value = self.default.and_then(|node| node.as_bool()).unwrap_or(false);
            self.setting_of(value, self.default)
        })
    }

    /// A whole number, quoted or not, in a range.
    pub(crate) fn int(&self, least: i64, most: i64, what: &str) -> Option<Setting<i64>> {
        let node = self.node()?;
        let number = match node.data() {
            Data::String(text)
                if !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit() || b == b'-') =>
            {
                text.parse().ok()
            }
            _ => node.as_i64(),
        };
        match number {
            None if matches!(node.data(), Data::Float(_)) => {
                self.bad(node, "is no whole number", "write a number without a fraction");
                None
            }
            None => {
                self.wrong_type(node, "a whole number");
                None
            }
            Some(number) if number < least || number > most => {
                let range = if most == i64::from(i32::MAX) && number < least {
                    format!("write a number of at least {least}")
                } else {
                    format!("write a number between {least} and {most}")
                };
                self.bad(node, &format!("is no {what}"), range);
                None
            }
            Some(number) => Some(self.setting(number, node)),
        }
    }

    /// A quantity in canonical form.
    pub(crate) fn quantity(&self) -> Option<Text> {
        let node = self.node()?;
        let Some(text) = scalar_text(node).filter(|_| !matches!(node.data(), Data::Bool(_))) else {
            self.wrong_type(node, "a quantity");
            return None;
        };
        match quantity::canonical(&text) {
            Ok(canonical) if canonical.starts_with('-') => {
                self.bad(node, "is negative", "write a size such as `50Gi`");
                None
            }
            Ok(canonical) => Some(self.setting(canonical.into(), node)),
            Err(why) => {
                self.bad(node, "is no quantity", format!("{why}; write a size such as `50Gi` or `500m`"));
                None
            }
        }
    }

    /// A quantity, from the defaults where nothing right is set.
    pub(crate) fn quantity_or_default(&self) -> Text {
        self.quantity().unwrap_or_else(|| {
            let text = self.default.and_then(scalar_text).unwrap_or_default();
            let value = quantity::canonical(&text).map_or(text, Arc::from);
            self.setting_of(value, self.default)
        })
    }

    /// One of several words.
    pub(crate) fn choice(&self, words: &[&'static str]) -> Option<Setting<&'static str>> {
        let text = self.text()?;
        let node = self.node()?;
        if let Some(word) = words.iter().find(|word| **word == &*text.value) {
            Some(self.setting(word, node))
        } else {
            let near = names::nearest(&text.value, words.iter().copied());
            let all = words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ");
            let help = match near {
                Some(near) => format!("did you mean `{near}`? One of {all}"),
                None => format!("one of {all}"),
            };
            self.bad(node, "is not one of the words it can be", help);
            None
        }
    }

    /// Text that must pass a check, with what to write instead.
    pub(crate) fn checked(&self, check: fn(&str) -> Result<(), &'static str>, help: &str) -> Option<Text> {
        let text = self.filled()?;
        if let Err(why) = check(&text.value) {
            let node = self.node()?;
            let is_url = text.value.contains("://");
            self.bad(
                node,
                why,
                if is_url { "write the name alone, without `https://` in front" } else { help },
            );
            return None;
        }
        Some(text)
    }

    /// The same, from the defaults where nothing right is set.
    pub(crate) fn checked_or_default(&self, check: fn(&str) -> Result<(), &'static str>, help: &str) -> Text {
        self.checked(check, help).unwrap_or_else(|| {
            let value = self.default.and_then(scalar_text).unwrap_or_default();
            self.setting_of(value, self.default)
        })
    }

    /// The items of a list.
    pub(crate) fn items(&self) -> Vec<Reader<'v>> {
        let Some(node) = self.node() else { return Vec::new() };
        let Some(items) = node.as_list() else {
            self.wrong_type(node, "a list");
            return Vec::new();
        };
        items
            .iter()
            .enumerate()
            .filter(|(_, item)| !item.is_null())
            .map(|(index, item)| Reader {
                node: Some(item),
                default: None,
                path: self.path.item(index),
                ..*self
            })
            .collect()
    }

    /// The keys of a map with what stands there.
    pub(crate) fn entries(&self) -> Vec<(Arc<str>, Reader<'v>)> {
        let Some(node) = self.node() else { return Vec::new() };
        let Some(map) = node.as_map() else {
            self.wrong_type(node, "a map");
            return Vec::new();
        };
        let entries = map.entries().iter().filter(|entry| !entry.value.is_null());
        entries
            .map(|entry| {
                let reader = Reader {
                    node: Some(&entry.value),
                    default: None,
                    path: self.path.key(&entry.key),
                    ..*self
                };
                (entry.key.clone(), reader)
            })
            .collect()
    }

    /// A tree taken over as it is; null and nothing give none.
    pub(crate) fn map_tree(&self) -> Option<View> {
        let node = self.node()?;
        if node.as_map().is_none() {
            self.wrong_type(node, "a map");
            return None;
        }
        Some(self.tree(node))
    }

    /// What stands here, taken over as it is.
    pub(crate) fn tree(&self, node: &Node) -> View {
        let path = self.traced.then(|| self.path());
        View::tree(node, path.as_deref())
    }

    /// A list taken over as it is.
    pub(crate) fn list_tree(&self) -> Vec<View> {
        self.items().iter().filter_map(|item| Some(item.tree(item.node()?))).collect()
    }

    /// A map of texts, such as annotations: values keep what the user wrote.
    pub(crate) fn text_map(&self) -> BTreeMap<Arc<str>, Text> {
        self.entries().into_iter().filter_map(|(key, reader)| Some((key, reader.text()?))).collect()
    }
}

/// The text of a scalar as the user wrote it; none for null, lists and maps.
pub(crate) fn scalar_text(node: &Node) -> Option<Arc<str>> {
    match node.data() {
        Data::String(text) => Some(Arc::clone(text)),
        Data::Null | Data::List(_) | Data::Map(_) => None,
        _ => {
            let written = node.written().filter(|_| node.style() == Style::Plain).map(str::trim);
            // An alias or a tag is not the value's own text.
            let own = written
                .filter(|text| !text.is_empty() && !text.contains([' ', '\n', '*', '&', '!', ',', '=']));
            Some(own.map_or_else(|| helm_text(node).into(), Arc::from))
        }
    }
}

/// What Helm's templates print for a scalar that is no text.
fn helm_text(node: &Node) -> String {
    match node.data() {
        Data::Bool(value) => value.to_string(),
        Data::Int(value) => value.to_string(),
        Data::Uint(value) => value.to_string(),
        Data::Float(value) if value.fract() == 0.0 && value.abs() < 1e6 => format!("{value:.0}"),
        // Rule: Go's %v takes an exponent from 1e21 on, but text/template prints float64 with %v of fmt,
        // which is %g with the shortest digits and an exponent from 1e21; Helm shows 1e+06 from 1e6 on.
        Data::Float(value) if value.abs() >= 1e6 || (*value != 0.0 && value.abs() < 1e-4) => {
            let text = format!("{value:e}");
            let (digits, exponent) = text.split_once('e').unwrap_or((&text, "0"));
            let number: i32 = exponent.parse().unwrap_or(0);
            let sign = if number < 0 { '-' } else { '+' };
            format!("{digits}e{sign}{:02}", number.abs())
        }
        Data::Float(value) => value.to_string(),
        Data::Null | Data::String(_) | Data::List(_) | Data::Map(_) => String::new(),
    }
}

/// Which paths were asked for, so that a test can tell that every key of the schema is read.
#[cfg(test)]
pub(crate) mod asked {
    use std::cell::RefCell;
    use std::collections::HashSet;

    thread_local! {
        static PATHS: RefCell<HashSet<String>> = RefCell::default();
    }

    pub(crate) fn note(path: String) {
        PATHS.with_borrow_mut(|paths| paths.insert(path));
    }

    pub(crate) fn take() -> HashSet<String> {
        PATHS.take()
    }
}
