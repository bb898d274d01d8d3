//! The rules of COMPATIBILITY.md as data: where a difference may stand, when, and between which values.
//!
//! An entry holds both ways: where its place and its old value are found, the new value has to be the one it
//! says. What no entry speaks of has to be equal.

use std::collections::BTreeMap;
use std::path::Path;
use std::rc::Rc;

use clearml_k8s::codec::{Node, Numbers, yaml};
use clearml_k8s::diag::{Source, SourceKind};

use super::case::Case;
use super::leaf::{Id, Leaf, Leaves, flatten};
use super::matcher::Matcher;
use super::pattern::Pattern;

/// One line of a rule.
pub(crate) struct Entry {
    pub(crate) rule: String,
    /// How the entry is found in the file, for messages.
    pub(crate) label: String,
    kinds: Vec<String>,
    /// Names, with values put in; empty for any.
    names: Vec<String>,
    except: Vec<String>,
    when: Rc<Vec<(String, Want)>>,
    /// A value that has to be set.
    set: Option<String>,
    /// A place that the old object has not.
    without: Option<String>,
    path: String,
    /// None: nothing stood there.
    pub(crate) old: Option<Matcher>,
    /// None: nothing stands there.
    pub(crate) new: Option<Matcher>,
    /// The object itself is new.
    pub(crate) adds_object: bool,
}

enum Want {
    Set,
    Unset,
    Is(Vec<String>),
    IsNot(Vec<String>),
}

impl Want {
    fn read(node: &Node) -> Result<Self, String> {
        let texts = |node: &Node| -> Vec<String> {
            let items = node.as_list().map_or_else(|| vec![node.clone()], <[Node]>::to_vec);
            items.iter().filter_map(Leaf::of).map(|leaf| leaf.text()).collect()
        };
        if let Some(not) = node.get("not") {
            return Ok(Self::IsNot(texts(not)));
        }
        Ok(match node.as_str() {
            Some("set") => Self::Set,
            Some("unset") => Self::Unset,
            _ => Self::Is(texts(node)),
        })
    }

    /// Several paths with `|` between them: one of them is set, or none is.
    fn holds(&self, path: &str, case: &Case) -> bool {
        let any_set = path.split('|').any(|path| case.values.text(path).is_some_and(|text| !text.is_empty()));
        let text =
            if path == "namespace" { case.namespace() } else { case.values.text(path) }.unwrap_or_default();
        match self {
            Self::Set => any_set,
            Self::Unset => !any_set,
            Self::Is(texts) => texts.contains(&text),
            Self::IsNot(texts) => !texts.contains(&text),
        }
    }
}

impl Entry {
    /// Whether it speaks of this object with these values.
    pub(crate) fn is_about(&self, (kind, name): &Id, case: &Case, old: &Leaves) -> bool {
        let named = |names: &[String]| names.iter().any(|own| fill(own, case).as_deref() == Some(name));
        let has = |place: &String| {
            fill(place, case).is_some_and(|place| old.keys().any(|path| path.starts_with(&place)))
        };
        self.kinds.contains(kind)
            && !self.without.as_ref().is_some_and(has)
            && (self.names.is_empty() || named(&self.names))
            && !named(&self.except)
            && self.holds(case)
    }

    pub(crate) fn holds(&self, case: &Case) -> bool {
        self.when.iter().all(|(path, want)| want.holds(path, case))
            && self.set.iter().all(|path| Want::Set.holds(path, case))
    }

    /// Its path with values put in.
    pub(crate) fn pattern(&self, case: &Case) -> Option<Pattern> {
        Pattern::new(&fill(&self.path, case)?)
    }

    /// The places it speaks of whether something stands there or not.
    pub(crate) fn places(&self, pattern: &Pattern, case: &Case) -> Vec<String> {
        let words = self.new.as_ref().map_or(0, |new| new.count(case));
        let text = pattern.text();
        let items = (0..words).map(|index| text.replacen("[*]", &format!("[{index}]"), 1));
        items.chain(pattern.literal().map(str::to_owned)).collect()
    }

    /// The objects it says are new.
    pub(crate) fn objects(&self, case: &Case) -> Vec<Id> {
        let names = self.names.iter().filter_map(|name| fill(name, case));
        names.map(|name| (self.kinds.concat(), name)).collect()
    }
}

/// A text with `${path}` replaced by the value at that path, as it was written; `${path^:}` by what stands before
/// its first colon.
pub(crate) fn fill(template: &str, case: &Case) -> Option<String> {
    let mut out = String::new();
    let mut rest = template;
    while let Some((before, after)) = rest.split_once("${") {
        let (path, after) = after.split_once('}')?;
        out.push_str(before);
        out.push_str(&match path {
            "release" => case.release().to_owned(),
            "namespace" => case.namespace()?,
            _ => match path.split_once('^') {
                Some((path, end)) => case.values.text(path)?.split(end).next()?.to_owned(),
                None => case.values.text(path)?,
            },
        });
        rest = after;
    }
    out.push_str(rest);
    Some(out)
}

/// Reads the files of a folder: rule to list of entries.
pub(crate) fn load(folder: &Path) -> Result<Vec<Entry>, String> {
    let mut entries = Vec::new();
    for file in std::fs::read_dir(folder).map_err(|error| error.to_string())?.flatten() {
        let text = std::fs::read_to_string(file.path()).map_err(|error| error.to_string())?;
        let source = Source::new(SourceKind::File, file.file_name().to_string_lossy(), text);
        let options = yaml::ReadOptions { numbers: Numbers::Typed };
        let root = yaml::read(&source, &options).map_err(|error| error.diagnostic().message.clone())?.root;
        for rule in root.as_map().map(|map| map.entries().to_vec()).unwrap_or_default() {
            for (index, node) in rule.value.as_list().unwrap_or_default().iter().enumerate() {
                let label = format!("{} entry {}", rule.key, index + 1);
                read(&rule.key, &label, node, &mut entries).map_err(|why| format!("{label}: {why}"))?;
            }
        }
    }
    // What names a whole path goes before what holds a `*`.
    entries.sort_by_key(|entry: &Entry| Pattern::new(&entry.path).map_or(0, |pattern| pattern.wildcards()));
    Ok(entries)
}

const KEYS: [&str; 14] = [
    "kind", "name", "except", "when", "without", "path", "old", "new", "adds", "removes", "words", "env",
    "texts", "object",
];

fn read(rule: &str, label: &str, node: &Node, into: &mut Vec<Entry>) -> Result<(), String> {
    let map = node.as_map().ok_or("no map")?;
    if let Some(entry) = map.entries().iter().find(|entry| !KEYS.contains(&&*entry.key)) {
        return Err(format!("unknown key `{}`", entry.key));
    }
    let list = |key: &str| -> Vec<String> {
        let Some(node) = node.get(key) else { return Vec::new() };
        let items = node.as_list().map_or_else(|| vec![node.clone()], <[Node]>::to_vec);
        items.iter().filter_map(Leaf::of).map(|leaf| leaf.text()).collect()
    };
    let mut when = Vec::new();
    for entry in node.get("when").and_then(Node::as_map).map(|map| map.entries().to_vec()).unwrap_or_default()
    {
        when.push((entry.key.to_string(), Want::read(&entry.value)?));
    }
    let when = Rc::new(when);
    let mut add = |path: &str, set: Option<&str>, old: Option<Matcher>, new: Option<Matcher>| {
        Pattern::new(path).ok_or_else(|| format!("`{path}` has an open bracket"))?;
        into.push(Entry {
            rule: rule.to_owned(),
            label: format!("{label}, {path}"),
            kinds: list("kind"),
            names: list("name"),
            except: list("except"),
            when: Rc::clone(&when),
            set: set.map(str::to_owned),
            without: node.get("without").and_then(Node::as_str).map(str::to_owned),
            path: path.to_owned(),
            old,
            new,
            adds_object: node.get("object").is_some(),
        });
        Ok::<(), String>(())
    };
    let paths = if node.get("path").is_some() { list("path") } else { vec![String::new()] };
    for path in paths {
        let trees = [("adds", true), ("removes", false)];
        for (key, is_new) in trees {
            let Some(tree) = node.get(key) else { continue };
            let mut leaves: Leaves = BTreeMap::new();
            flatten(tree, path.clone(), path.rsplit('.').next().unwrap_or_default(), &mut leaves);
            for (path, leaf) in leaves {
                let matcher = Some(Matcher::literal(leaf));
                if is_new { add(&path, None, None, matcher)? } else { add(&path, None, matcher, None)? }
            }
        }
        // Environment entries: variable to text.
        if let Some(env) = node.get("env").and_then(Node::as_map) {
            for entry in env.entries() {
                let at = format!("{path}[{}]", entry.key);
                add(
                    &format!("{at}.name"),
                    None,
                    None,
                    Some(Matcher::literal(Leaf::Text(entry.key.to_string()))),
                )?;
                add(&format!("{at}.value"), None, None, Some(Matcher::read(&entry.value)?))?;
            }
        }
        // Environment entries that have the text of a value, where one is set.
        if let Some(texts) = node.get("texts").and_then(Node::as_map) {
            for entry in texts.entries() {
                let value = entry.value.as_str().ok_or("`texts` takes paths")?;
                let text = || Matcher::Text(format!("${{{value}}}"));
                let old = Matcher::Not(Box::new(text()));
                add(&format!("{path}[{}].value", entry.key), Some(value), Some(old), Some(text()))?;
            }
        }
        // A list of words, each an item.
        if let Some(words) = node.get("words").and_then(Node::as_str) {
            add(&format!("{path}[*]"), None, None, Some(Matcher::Words(words.to_owned())))?;
        }
        if node.get("old").is_some() || node.get("new").is_some() {
            let matcher = |key: &str| node.get(key).map(Matcher::read).transpose();
            add(&path, None, matcher("old")?, matcher("new")?)?;
        }
    }
    Ok(())
}
