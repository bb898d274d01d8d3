//! Keys that a user set and no text depends on.

use std::collections::{BTreeMap, HashSet};

use super::record::{IdleKey, Use};
use crate::codec::{Data, Node};
use crate::diag::{Place, SourceKind};

/// How deep values are looked into.
const MAX_DEPTH: usize = 100;

/// The section that charts share with their subcharts.
const GLOBAL: &str = "global";

/// A key that nothing read.
#[derive(Clone, Debug)]
pub struct Unread {
    /// Keys, and indices as `[0]`, from the root of the values.
    pub steps: Vec<String>,
    /// Where the key was written, or the value when a list holds it.
    pub place: Option<Place>,
}

impl Unread {
    /// The path as people write it.
    #[must_use]
    pub fn path(&self) -> String {
        join(&self.steps)
    }
}

impl AsRef<[String]> for Unread {
    fn as_ref(&self) -> &[String] {
        &self.steps
    }
}

/// Steps as one path: `a.b[0].c`.
#[must_use]
pub fn join(steps: &[String]) -> String {
    let mut path = String::new();
    for step in steps {
        if !path.is_empty() && !step.starts_with('[') {
            path.push('.');
        }
        path.push_str(step);
    }
    path
}

/// What was used of a values tree.
#[derive(Debug, Default)]
pub struct Used {
    root: Branch,
    places: HashSet<(usize, usize)>,
    idle: HashSet<Vec<String>>,
}

#[derive(Debug, Default)]
struct Branch {
    present: bool,
    /// Whether it counted that the value is there at all, be it null.
    asked: bool,
    whole: bool,
    below: BTreeMap<String, Branch>,
}

impl Used {
    /// What these uses make of the values of a release. Rounds over `idle` keys did nothing: what they looked at counts
    /// where the key stays when the user leaves it out, which is so of the paths in `defaults`, or something else
    /// looked at it.
    #[must_use]
    pub fn new(uses: &[Use], idle: &[IdleKey], values: &Node, defaults: &HashSet<Vec<String>>) -> Self {
        let mut used = Self::default();
        for one in uses.iter().filter(|one| !one.idle) {
            used.add(one, values);
        }
        // The shortest come first.
        for key in idle {
            let within = uses.iter().filter(|one| one.idle && one.path.starts_with(&key.path));
            let node = key.path.iter().try_fold(values, |node, step| child(node, step));
            if used.idle.iter().any(|known| key.path.starts_with(known)) {
                continue;
            }
            let can_go = !defaults.contains(&key.path) && node.is_some_and(|node| is_of_user(node, 0));
            if can_go && !used.has(&key.path) {
                used.idle.insert(key.path.clone());
                continue;
            }
            for one in within {
                used.add(one, values);
            }
        }
        used
    }

    /// The same, with what rounds looked at that did nothing.
    #[must_use]
    pub fn all(uses: &[Use], values: &Node) -> Self {
        let mut used = Self::default();
        for one in uses {
            used.add(one, values);
        }
        used
    }

    /// Whether it counted that a value is there, what it holds left aside.
    #[must_use]
    pub fn is_present(&self, steps: &[String]) -> bool {
        let at = steps.iter().try_fold(&self.root, |at, step| at.below.get(step));
        at.is_some_and(|at| at.present)
    }

    /// Whether a null counts as something else than a value that is not there.
    #[must_use]
    pub fn tells_null(&self, steps: &[String]) -> bool {
        self.ask(steps, |at| at.asked)
    }

    /// What `found` says of a path: yes below a value that was used whole, no where nothing was used.
    fn ask(&self, steps: &[String], found: impl Fn(&Branch) -> bool) -> bool {
        let mut at = &self.root;
        for step in steps {
            if at.whole {
                return true;
            }
            match at.below.get(step) {
                Some(below) => at = below,
                None => return false,
            }
        }
        found(at)
    }

    /// Whether all that was done with a key of a map were rounds that did nothing.
    #[must_use]
    pub fn is_idle(&self, steps: &[String]) -> bool {
        self.idle.contains(steps)
    }

    /// Adds one use.
    fn add(&mut self, one: &Use, values: &Node) {
        let mut at = &mut self.root;
        for step in &one.path {
            at = at.below.entry(step.clone()).or_default();
        }
        at.present = true;
        at.asked |= !one.whole;
        at.whole |= one.whole;
        // A value that charts share stands in several places of the tree, and is one by where it was written.
        let is_shared = one.path.iter().skip(1).any(|step| step == GLOBAL);
        let node = one.path.iter().try_fold(values, |node, step| child(node, step));
        if let Some(node) = node {
            leaves(node, one.whole, is_shared, one.path.len(), &mut self.places);
        }
    }

    /// Keys that were looked for in the map at a path, whether they are there or not.
    pub fn looked_for(&self, steps: &[String]) -> Vec<&str> {
        let at = steps.iter().try_fold(&self.root, |at, step| at.below.get(step));
        at.map(|at| at.below.keys().map(String::as_str).collect()).unwrap_or_default()
    }

    /// Whether anything at or below a path was used.
    #[must_use]
    pub fn has(&self, steps: &[String]) -> bool {
        self.ask(steps, |_| true)
    }

    /// The keys of the user's values that nothing used, each as high up as it can be said.
    #[must_use]
    pub fn unread(&self, user: &Node) -> Vec<Unread> {
        let mut found = Vec::new();
        self.walk(user, Some(&self.root), &mut Vec::new(), &mut found);
        found
    }

    /// Whether nothing at or below a node was used; what is unread below is added to `found`.
    fn walk(
        &self,
        node: &Node,
        branch: Option<&Branch>,
        steps: &mut Vec<String>,
        found: &mut Vec<Unread>,
    ) -> bool {
        if branch.is_some_and(|branch| branch.whole) {
            return false;
        }
        let present = branch.is_some_and(|branch| branch.present);
        let children = children(node);
        let is_deep = steps.len() > MAX_DEPTH;
        if children.is_empty() || is_deep {
            if is_deep && branch.is_some_and(|branch| !branch.below.is_empty()) {
                return false;
            }
            let by_place = node.place().is_some_and(|place| self.places.contains(&key_of(place)));
            return !present && !by_place;
        }
        let before = found.len();
        let mut all = !present;
        for (step, place, child) in children {
            let below = branch.and_then(|branch| branch.below.get(&step));
            steps.push(step);
            if self.walk(child, below, steps, found) {
                found.push(Unread { steps: steps.clone(), place });
            } else {
                all = false;
            }
            steps.pop();
        }
        // One message for a whole section of which nothing was used.
        if all && !steps.is_empty() && branch.is_none_or(|branch| branch.below.is_empty()) {
            found.truncate(before);
            return true;
        }
        false
    }
}

fn children(node: &Node) -> Vec<(String, Option<Place>, &Node)> {
    match node.data() {
        Data::Map(map) => map
            .entries()
            .iter()
            .map(|entry| {
                let place = entry.place.clone().or_else(|| entry.value.place().cloned());
                (entry.key.to_string(), place, &entry.value)
            })
            .collect(),
        Data::List(items) => items
            .iter()
            .enumerate()
            .map(|(index, item)| (format!("[{index}]"), item.place().cloned(), item))
            .collect(),
        _ => Vec::new(),
    }
}

fn child<'n>(node: &'n Node, step: &str) -> Option<&'n Node> {
    match node.data() {
        Data::List(items) => items.get(step.strip_prefix('[')?.strip_suffix(']')?.parse::<usize>().ok()?),
        _ => node.get(step),
    }
}

/// Whether nothing of a value stands in a chart, or took the place of what does.
fn is_of_user(node: &Node, depth: usize) -> bool {
    depth <= MAX_DEPTH
        && std::iter::successors(Some(node), |node| node.replaced())
            .filter_map(Node::place)
            .all(|place| place.source.kind() != SourceKind::Chart)
        && children(node).into_iter().all(|(_, place, child)| {
            place.is_none_or(|place| place.source.kind() != SourceKind::Chart) && is_of_user(child, depth + 1)
        })
}

fn key_of(place: &Place) -> (usize, usize) {
    (place.source.text().as_ptr().addr(), place.span.start())
}

/// The places of scalars, and of empty lists and maps, that charts share; without `whole` only of the node itself.
fn leaves(node: &Node, whole: bool, shared: bool, depth: usize, into: &mut HashSet<(usize, usize)>) {
    let children = children(node);
    if children.is_empty() && shared {
        into.extend(node.place().map(key_of));
    }
    if whole && depth <= MAX_DEPTH {
        for (step, _, child) in children {
            leaves(child, whole, shared || depth > 0 && step == GLOBAL, depth + 1, into);
        }
    }
}

/// The key nearest to one that nothing reads, if one is near.
#[must_use]
pub fn nearest<'k>(key: &str, known: impl IntoIterator<Item = &'k str>) -> Option<&'k str> {
    let most = (key.chars().count() / 3).clamp(1, 3);
    known
        .into_iter()
        .filter(|known| *known != key && !known.starts_with('['))
        .map(|known| (strsim::damerau_levenshtein(&key.to_lowercase(), &known.to_lowercase()), known))
        .filter(|(distance, _)| *distance <= most)
        .min()
        .map(|(_, known)| known)
}
