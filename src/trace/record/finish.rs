//! What a recorder knows in the end: writes of finished texts, and what was used.

use std::collections::HashMap;
use std::sync::Arc;

use super::deps::{Dep, Deps};
use super::marks::{Kind, Segment};
use super::paths::{PathId, Step};
use super::{ChainId, Recorder};
use crate::codec::Node;
use crate::diag::{Frame, Place, Span};
use crate::trace::{Gap, Origin, Write};
use crate::value::Str;

/// The text of a missing value, which is removed from finished output.
const NO_VALUE: &[u8] = b"<no value>";

/// Branches not taken past which no more are remembered.
pub(super) const MOST_SKIPPED: usize = 200_000;

/// A branch that was not taken.
pub(super) struct Untaken {
    pub(super) deps: Deps,
    pub(super) place: Place,
    pub(super) template: Arc<str>,
    pub(super) reads: Arc<[Vec<Str>]>,
}

/// A value that some text depends on.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Use {
    /// Keys, and indices as `[0]`, from the root of the release's values.
    pub path: Vec<String>,
    /// Whether everything below it counts as well, or only that it is there.
    pub whole: bool,
    /// Whether only rounds looked that did nothing, over an [`IdleKey`](super::IdleKey) at or above it.
    pub idle: bool,
}

/// A part of a template that was not run, and why.
#[derive(Clone, Debug)]
pub struct Skipped {
    /// The condition.
    pub place: Place,
    /// The template that ran, whose chart's `.Values` the mentions are below.
    pub template: Arc<str>,
    /// Values that decided it.
    pub decided_by: Vec<String>,
    /// Values it mentions, as paths below the `.Values` of its chart.
    pub mentions: Arc<[Vec<Str>]>,
}

/// The parts of a text after every `<no value>` was taken out of it.
pub(super) fn without_no_value(parts: &[Segment], text: &[u8]) -> Vec<Segment> {
    let mut removed = Vec::new();
    let mut from = 0;
    while let Some(at) = super::text::find(text, NO_VALUE, from) {
        removed.push(at as u32);
        from = at + NO_VALUE.len();
    }
    let length = NO_VALUE.len() as u32;
    // The new offset of an old one; inside a removed piece, that of its start.
    let moved = |offset: u32| {
        let before = removed.partition_point(|at| at + length <= offset) as u32;
        let inside = removed.get(before as usize).map_or(0, |at| offset.saturating_sub(*at));
        offset - before * length - inside
    };
    parts
        .iter()
        .map(|part| {
            let (start, end) = (moved(part.start), moved(part.end));
            let kind = if start == end && part.start != part.end { Kind::Gap } else { part.kind };
            Segment { start, end, kind, ..*part }
        })
        .collect()
}

impl Recorder {
    /// The writes of the output so far, which had every `<no value>` taken out of it; the next output starts anew.
    /// Values are looked up in `values`.
    pub fn finish(&mut self, text: &[u8], values: &Node) -> Vec<Write> {
        let parts = without_no_value(&std::mem::take(&mut self.written), text);
        if super::text::find(text, NO_VALUE, 0).is_some() {
            self.move_blanks();
        }
        self.control.clear();
        self.rounds.clear();
        self.chain = 0;
        for deps in std::mem::take(&mut self.possible) {
            if self.seen.insert(deps) {
                self.used.extend(self.deps.get(deps).iter().copied());
            }
        }
        let mut origins: HashMap<Deps, Arc<[Origin]>> = HashMap::new();
        let mut calls: HashMap<ChainId, Arc<[Frame]>> = HashMap::new();
        let mut writes = Vec::with_capacity(parts.len());
        for part in parts {
            let members = self.deps.get(part.deps);
            if self.seen.insert(part.deps) {
                self.used.extend(members.iter().copied());
            }
            let origins = origins
                .entry(part.deps)
                .or_insert_with(|| {
                    let mut plain: Vec<Dep> = members.iter().map(|dep| dep.plain()).collect();
                    plain.sort_unstable();
                    plain.dedup();
                    plain.into_iter().map(|dep| self.origin(dep, values)).collect()
                })
                .clone();
            let Some(site) = (part.site as usize).checked_sub(1).and_then(|index| self.sites.get(index))
            else {
                continue;
            };
            let calls = calls.entry(site.chain).or_insert_with(|| self.frames(site.chain)).clone();
            let (at, len) = (part.at as usize, part.len as usize);
            writes.push(Write {
                output: Span::new(part.start as usize, part.end as usize),
                template: Place::new(site.source.clone(), Span::new(at, at + len)),
                origins,
                controls: Arc::default(),
                calls,
                literal: part.kind == Kind::Literal && part.len == part.end - part.start,
                gap: match part.kind {
                    Kind::Gap => Some(Gap::Inline),
                    Kind::GapLine => Some(Gap::Lines),
                    Kind::Literal | Kind::Printed => None,
                },
            });
        }
        writes
    }

    fn frames(&self, chain: ChainId) -> Arc<[Frame]> {
        let mut frames = Vec::new();
        let mut at = chain;
        while let Some(call) = self.call_of(at) {
            frames.push(call.frame.clone());
            at = call.below;
        }
        frames.into()
    }

    fn origin(&self, dep: Dep, values: &Node) -> Origin {
        let steps = self.paths.steps(dep.path());
        let (path, value) = match steps.split_first() {
            Some((_, steps)) if self.is_value(dep.path()) => {
                let value = steps.iter().try_fold(values, |node, step| match step {
                    Step::Key(key) => node.get(&key.text()),
                    Step::Item(index) => node.as_list()?.get(*index),
                });
                match value.and_then(|value| shared(steps, values, value)) {
                    Some((path, value)) => (path, Some(value.clone())),
                    None => (join(steps), value.cloned()),
                }
            }
            Some((root, [])) => (format!(".{}", key_text(root)), None),
            Some((root, steps)) => (format!(".{}.{}", key_text(root), join(steps)), None),
            None => (String::new(), None),
        };
        Origin { path: path.into(), value: value.unwrap_or_else(Node::null), role: dep.role() }
    }

    pub(super) fn is_value(&self, path: PathId) -> bool {
        self.paths.root(path) == Some(PathId::VALUES)
    }

    /// The steps of a path of the values, from their root.
    pub(super) fn value_path(&self, path: PathId) -> Vec<String> {
        self.paths.steps(path).into_iter().skip(1).map(key_text).collect()
    }

    /// Where the expression stands that wrote a part of a text, or might have.
    pub(super) fn place_of(&self, part: &Segment) -> Option<Place> {
        let site = self.sites.get((part.site as usize).checked_sub(1)?)?;
        let (at, len) = (part.at as usize, part.len as usize);
        Some(Place::new(site.source.clone(), Span::new(at, at + len)))
    }

    /// Every value that some finished text depends on.
    #[must_use]
    pub fn uses(&self) -> Vec<Use> {
        let mut uses: Vec<Use> = self
            .used
            .iter()
            .filter(|dep| self.is_value(dep.path()))
            .map(|dep| {
                let path = self.value_path(dep.path());
                Use { path, whole: dep.is_whole(), idle: dep.is_idle() }
            })
            .collect();
        uses.sort_by(|a, b| (&a.path, a.whole, a.idle).cmp(&(&b.path, b.whole, b.idle)));
        uses
    }

    /// Every part of a template that was not run and mentions values.
    #[must_use]
    pub fn skipped_parts(&self) -> Vec<Skipped> {
        let named = |untaken: &Untaken| {
            let deps = self.deps.get(untaken.deps);
            let own = deps.iter().filter(|dep| self.is_value(dep.path()));
            let paths = own.map(|dep| {
                let steps = self.paths.steps(dep.path());
                join(steps.get(1..).unwrap_or_default())
            });
            let mut paths: Vec<String> = paths.collect();
            paths.dedup();
            paths
        };
        self.skipped
            .iter()
            .map(|untaken| Skipped {
                place: untaken.place.clone(),
                template: untaken.template.clone(),
                decided_by: named(untaken),
                mentions: untaken.reads.clone(),
            })
            .collect()
    }
}

/// The shortest path of a value that charts share: below `global` of the chart that gives it to its subcharts.
fn shared<'n>(steps: &[&Step], values: &'n Node, value: &Node) -> Option<(String, &'n Node)> {
    let is_global = |step: &&Step| matches!(step, Step::Key(key) if *key == "global");
    let global = steps.iter().position(is_global).filter(|at| *at > 0)?;
    let (above, below) = (steps.get(..global)?, steps.get(global..)?);
    (0..global).find_map(|kept| {
        let path: Vec<&Step> = above.get(..kept)?.iter().chain(below).copied().collect();
        let own = path.iter().try_fold(values, |node, step| match step {
            Step::Key(key) => node.get(&key.text()),
            Step::Item(index) => node.as_list()?.get(*index),
        })?;
        (own.place().is_some() && own.place() == value.place()).then(|| (join(&path), own))
    })
}

fn key_text(step: &Step) -> String {
    match step {
        Step::Key(key) => key.text().into_owned(),
        Step::Item(index) => format!("[{index}]"),
    }
}

pub(super) fn join(steps: &[&Step]) -> String {
    if steps.is_empty() {
        return ".".to_owned();
    }
    let mut path = String::new();
    for step in steps {
        if matches!(step, Step::Key(_)) && !path.is_empty() {
            path.push('.');
        }
        path.push_str(&key_text(step));
    }
    path
}
