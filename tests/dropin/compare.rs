//! The old objects against ours, leaf by leaf, under the rules.

use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet};

use super::case::Case;
use super::leaf::{Id, Leaf, Leaves};
use super::matcher::Context;
use super::pattern::Pattern;
use super::rule::Entry;

/// The rules with a count of the differences each entry explained.
pub(crate) struct Rules {
    pub(crate) entries: Vec<Entry>,
    pub(crate) used: Vec<Cell<usize>>,
}

/// The entries that speak of one object.
pub(crate) struct About<'r>(Vec<(usize, &'r Entry, Pattern)>);

/// What the rules say of one place.
pub(crate) enum Verdict {
    Equal,
    /// The entry that explains the difference.
    Explained(usize),
    Wrong(String),
}

impl Rules {
    pub(crate) fn new(entries: Vec<Entry>) -> Self {
        let used = entries.iter().map(|_| Cell::new(0)).collect();
        Self { entries, used }
    }

    /// Every place where ours is not what the rules make of the old.
    pub(crate) fn unexplained(
        &self,
        case: &Case,
        old: &BTreeMap<Id, Leaves>,
        new: &BTreeMap<Id, Leaves>,
    ) -> Vec<String> {
        let mut ids: BTreeSet<Id> = old.keys().chain(new.keys()).cloned().collect();
        for entry in self.entries.iter().filter(|entry| entry.adds_object && entry.holds(case)) {
            ids.extend(entry.objects(case));
        }
        let nothing = Leaves::new();
        let mut wrong = Vec::new();
        for id in &ids {
            let (old, new) = (old.get(id).unwrap_or(&nothing), new.get(id).unwrap_or(&nothing));
            let about = self.about(case, id, old);
            let mut paths: BTreeSet<String> = old.keys().chain(new.keys()).cloned().collect();
            paths.extend(about.0.iter().flat_map(|(_, entry, pattern)| entry.places(pattern, case)));
            for path in paths {
                match about.verdict(case, &path, old.get(&path), new.get(&path)) {
                    Verdict::Equal => {}
                    Verdict::Explained(index) => {
                        if let Some(used) = self.used.get(index) {
                            used.set(used.get() + 1);
                        }
                    }
                    Verdict::Wrong(why) => wrong.push(format!("{}/{} {why}", id.0, id.1)),
                }
            }
        }
        wrong
    }

    /// The entries that speak of an object; of one that the old chart has not, those that say so.
    pub(crate) fn about(&self, case: &Case, id: &Id, old: &Leaves) -> About<'_> {
        let is_new = old.is_empty();
        let entries = self.entries.iter().enumerate();
        let entries =
            entries.filter(|(_, entry)| entry.adds_object == is_new && entry.is_about(id, case, old));
        About(entries.filter_map(|(index, entry)| Some((index, entry, entry.pattern(case)?))).collect())
    }
}

impl About<'_> {
    /// Whether what stands in ours is what the rules make of the old: the first entry that takes the place and the
    /// old value decides.
    pub(crate) fn verdict(
        &self,
        case: &Case,
        path: &str,
        before: Option<&Leaf>,
        after: Option<&Leaf>,
    ) -> Verdict {
        let context = |pattern: &Pattern| Context { case, old: before, step: pattern.last_wildcard(path) };
        let deciding = self.0.iter().find(|(_, entry, pattern)| {
            pattern.matches(path)
                && match (&entry.old, before) {
                    (None, None) => true,
                    (Some(matcher), Some(leaf)) => matcher.accepts(leaf, &context(pattern)),
                    _ => false,
                }
        });
        let why = match deciding {
            None if before == after => return Verdict::Equal,
            None => "no rule".to_owned(),
            Some((index, entry, pattern)) => {
                let fits = match (&entry.new, after) {
                    (None, None) => true,
                    (Some(matcher), Some(leaf)) => matcher.accepts(leaf, &context(pattern)),
                    _ => false,
                };
                match (fits, before == after) {
                    (true, true) => return Verdict::Equal,
                    (true, false) => return Verdict::Explained(*index),
                    (false, _) => format!("against {}", entry.label),
                }
            }
        };
        Verdict::Wrong(format!("{path}: {} -> {} ({why})", show(before), show(after)))
    }
}

fn show(leaf: Option<&Leaf>) -> String {
    match leaf {
        None => "nothing".to_owned(),
        Some(Leaf::Text(text)) => format!("{:?}", text.chars().take(300).collect::<String>()),
        Some(leaf) => format!("{leaf:?}"),
    }
}
