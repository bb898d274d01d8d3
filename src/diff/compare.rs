//! The objects of two sides, matched and compared.

use std::collections::BTreeMap;

use super::fields::{self, At, Change, Walk};
use super::mask::{self, Secrecy};
use super::object::{Id, Object, Objects};
use super::path::Path;
use super::secret;
use crate::codec::Node;
use crate::kube::schema::{self, Shape};
use crate::manifest::compare_kinds;

/// How two sides are compared.
#[derive(Clone, Copy, Debug, Default)]
pub struct Options {
    /// Whether secrets are shown.
    pub show_secrets: bool,
    /// Whether noise counts as a difference; without it, it is only counted.
    pub show_noise: bool,
}

/// What became of an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Action {
    /// It is on the second side only.
    Added,
    /// It is on the first side only.
    Removed,
    /// It is on both and differs.
    Changed,
}

/// Why an apply of an object fails.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Blocked {
    /// The fields.
    pub paths: Vec<String>,
    /// What the API server says.
    pub words: &'static str,
    /// What to do.
    pub advice: &'static str,
}

/// One object that differs.
#[derive(Clone, Debug)]
pub struct ObjectDiff {
    /// Which one.
    pub id: Id,
    /// What became of it.
    pub action: Action,
    /// Its changes, in order of their paths. Empty for objects of one side.
    pub changes: Vec<Change>,
    /// How many more changes are noise that is not listed.
    pub folded: usize,
    /// Changes that an apply to a live object is refused for.
    pub blocked: Vec<Blocked>,
    /// The two `apiVersion`s, when they differ.
    pub versions: Option<(String, String)>,
    /// Whether its pods are replaced.
    pub restarts_pods: bool,
    /// The first side, as it is shown: secrets masked, folded noise gone.
    pub from: Option<Node>,
    /// The second side, as it is shown.
    pub to: Option<Node>,
    /// The second side's object, or the first's where there is none: where to look.
    pub object: Object,
}

/// What two sides have in common and what not.
#[derive(Clone, Debug, Default)]
pub struct Diff {
    /// Objects that differ: in the order to apply them, then by namespace and name.
    pub objects: Vec<ObjectDiff>,
    /// How many objects are the same on both sides.
    pub equal: usize,
    /// How many changes were left out as noise, by what they are, and in how many objects.
    pub folded: BTreeMap<&'static str, usize>,
    /// In how many objects noise was left out.
    pub folded_objects: usize,
    /// How many of those objects replace their pods all the same.
    pub folded_restarts: usize,
    /// How many objects the sides have.
    pub sizes: (usize, usize),
}

/// How many objects differ in which way.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    /// On the second side only.
    pub added: usize,
    /// On the first side only.
    pub removed: usize,
    /// On both, different.
    pub changed: usize,
    /// Of those, how many an apply is refused for.
    pub blocked: usize,
    /// Of those, how many replace their pods.
    pub restarting: usize,
}

impl Diff {
    /// Whether nothing differs but noise that is left out.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.objects.is_empty()
    }

    /// How many objects differ in which way.
    #[must_use]
    pub fn totals(&self) -> Totals {
        let of =
            |test: &dyn Fn(&ObjectDiff) -> bool| self.objects.iter().filter(|object| test(object)).count();
        Totals {
            added: of(&|object| object.action == Action::Added),
            removed: of(&|object| object.action == Action::Removed),
            changed: of(&|object| object.action == Action::Changed),
            blocked: of(&|object| !object.blocked.is_empty()),
            restarting: of(&|object| object.restarts_pods),
        }
    }
}

/// What differs between two sides.
#[must_use]
pub fn compare(from: &Objects, to: &Objects, options: Options) -> Diff {
    let mut diff = Diff { sizes: (from.len(), to.len()), ..Diff::default() };
    let mut ids: Vec<&Id> = from.by_id.keys().chain(to.by_id.keys()).collect();
    ids.sort_by(|a, b| {
        a.folder
            .cmp(&b.folder)
            .then_with(|| compare_kinds(&a.kind, &b.kind))
            .then_with(|| (&a.group, &a.namespace, &a.name).cmp(&(&b.group, &b.namespace, &b.name)))
    });
    ids.dedup();
    for id in ids {
        match (from.by_id.get(id), to.by_id.get(id)) {
            (Some(old), Some(new)) => match changed(id, old, new, options, &mut diff) {
                Some(object) => diff.objects.push(object),
                None => diff.equal += 1,
            },
            (Some(only), None) => diff.objects.push(one_side(id, only, Action::Removed, options)),
            (None, Some(only)) => diff.objects.push(one_side(id, only, Action::Added, options)),
            (None, None) => {}
        }
    }
    diff
}

fn start(object: &Object, id: &Id, options: Options) -> At {
    let shape = schema::kind(&object.api_version, &id.kind).map(|kind| Shape::Ref(kind.root));
    let secrecy = if options.show_secrets { Secrecy::Shown } else { Secrecy::Judged };
    At { shape, secrecy }
}

/// A Secret's data is secret whatever its keys are called.
fn masked_data(at: At, id: &Id, key: &str) -> Secrecy {
    match at.secrecy {
        Secrecy::Judged
            if id.kind == "Secret" && id.group.is_empty() && matches!(key, "data" | "stringData") =>
        {
            Secrecy::Secret
        }
        secrecy => secrecy,
    }
}

fn one_side(id: &Id, object: &Object, action: Action, options: Options) -> ObjectDiff {
    let at = start(object, id, options);
    let shown = match object.root.as_map() {
        Some(map) => {
            let entries = map.entries().iter().map(|entry| {
                let secrecy = masked_data(at, id, &entry.key);
                let shape = fields::inside(at.shape, &entry.key);
                let value = mask::one(secrecy, &entry.value, shape);
                crate::codec::Entry { value, ..entry.clone() }
            });
            Node::map(crate::codec::Map::from_entries(entries.collect()))
        }
        None => object.root.clone(),
    };
    let (from, to) = if action == Action::Removed { (Some(shown), None) } else { (None, Some(shown)) };
    ObjectDiff {
        id: id.clone(),
        action,
        changes: Vec::new(),
        folded: 0,
        blocked: Vec::new(),
        versions: None,
        restarts_pods: false,
        from,
        to,
        object: object.clone(),
    }
}

/// The object's difference; none when it is the same but for folded noise.
fn changed(id: &Id, old: &Object, new: &Object, options: Options, diff: &mut Diff) -> Option<ObjectDiff> {
    let (before, after) = (secret::in_one_way(&old.root), secret::in_one_way(&new.root));
    let at = start(new, id, options);
    let mut walk = Walk { path: Path::default(), changes: Vec::new(), fold: !options.show_noise };
    let (from, to) = walk.object(at, id, &before, &after);
    let (mut changes, noise): (Vec<Change>, Vec<Change>) =
        walk.changes.into_iter().partition(|change| options.show_noise || change.noise.is_none());
    for change in &noise {
        *diff.folded.entry(change.noise.unwrap_or_default()).or_default() += 1;
    }
    diff.folded_objects += usize::from(!noise.is_empty());
    let runs_pods =
        matches!(id.kind.as_str(), "DaemonSet" | "Deployment" | "StatefulSet") && id.group == "apps";
    let restarts_pods = runs_pods
        && changes.iter().chain(&noise).any(|change| change.path.starts_with(&["spec", "template"]));
    if changes.is_empty() {
        diff.folded_restarts += usize::from(restarts_pods);
        return None;
    }
    let blocked = match (&from, &to) {
        (Some(from), Some(to)) => fields::refuse(&mut changes, from, to),
        _ => Vec::new(),
    };
    let mut reasons: Vec<Blocked> = Vec::new();
    for refused in blocked {
        let (path, words, advice) = (refused.path.join("."), refused.rule.words, refused.rule.advice);
        match reasons.iter_mut().find(|reason| (reason.words, reason.advice) == (words, advice)) {
            Some(reason) => reason.paths.push(path),
            None => reasons.push(Blocked { paths: vec![path], words, advice }),
        }
    }
    let versions =
        (old.api_version != new.api_version).then(|| (old.api_version.clone(), new.api_version.clone()));
    Some(ObjectDiff {
        id: id.clone(),
        action: Action::Changed,
        changes,
        folded: noise.len(),
        blocked: reasons,
        versions,
        restarts_pods,
        from,
        to,
        object: new.clone(),
    })
}

impl Walk {
    /// The two objects; what makes them one is no change.
    fn object(&mut self, at: At, id: &Id, old: &Node, new: &Node) -> fields::Shown {
        let data = masked_data(at, id, "data");
        // The namespace that one side names and the other leaves to the release is the same one.
        let new = &with_namespace(new, old);
        match (data, old.get("data"), new.get("data")) {
            (Secrecy::Secret, ..) => self.secret(at, old, new),
            _ => self.node(at, Some(old), Some(new)),
        }
    }

    /// A Secret: its data apart from the rest.
    fn secret(&mut self, at: At, old: &Node, new: &Node) -> fields::Shown {
        use super::path::Step;
        use crate::codec::{Entry, Map};
        let rest = |node: &Node| {
            let mut map = node.as_map().cloned().unwrap_or_default();
            let data = map.remove("data");
            (Node::map(map), data)
        };
        let ((old_rest, old_data), (new_rest, new_data)) = (rest(old), rest(new));
        self.path.0.push(Step::Key("data".into()));
        let shape = fields::inside(at.shape, "data");
        let empty = Node::map(Map::default());
        let value =
            |entry: &Option<Entry>| entry.as_ref().map_or_else(|| empty.clone(), |entry| entry.value.clone());
        let below = At { shape, secrecy: Secrecy::Secret };
        let data = self.node(below, Some(&value(&old_data)), Some(&value(&new_data)));
        self.path.0.pop();
        let rest = self.node(at, Some(&old_rest), Some(&new_rest));
        let join = |rest: Option<Node>, data: Option<Node>| {
            let mut map = rest.as_ref().and_then(Node::as_map).cloned().unwrap_or_default();
            if let Some(value) = data.filter(|node| node.as_map().is_none_or(|map| !map.is_empty())) {
                map.insert(Entry { key: "data".into(), place: None, value });
            }
            Some(Node::map(map))
        };
        (join(rest.0, data.0), join(rest.1, data.1))
    }
}

/// The object in the namespace that the other one is written with.
fn with_namespace(node: &Node, other: &Node) -> Node {
    use crate::codec::Map;
    let namespace = |node: &Node| node.at_path(["metadata", "namespace"]).cloned();
    if namespace(node) == namespace(other) {
        return node.clone();
    }
    let mut root: Map = node.as_map().cloned().unwrap_or_default();
    let Some(mut entry) = root.remove("metadata") else { return node.clone() };
    let mut metadata = entry.value.as_map().cloned().unwrap_or_default();
    metadata.remove("namespace");
    if let Some(written) = other.get("metadata").and_then(Node::as_map).and_then(|map| map.entry("namespace"))
    {
        metadata.insert(written.clone());
    }
    entry.value = Node::map(metadata).with_place(entry.value.place().cloned());
    root.insert(entry);
    Node::map(root).with_place(node.place().cloned())
}
