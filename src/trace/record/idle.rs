//! Rounds that did nothing: over a key of a map, without a byte written but blank lines and separators of documents, a
//! variable set or a map changed. Without the key the round is not there either, so that what it looked at below the
//! key counts only as long as the key cannot be left out.

use std::ops::Range;
use std::sync::Arc;

use super::Recorder;
use super::deps::Deps;
use super::finish::join;
use super::marks::{Kind, Mark, Segment};
use super::paths::{PathId, Step};
use crate::diag::Place;

/// A round that runs.
pub(super) struct Round {
    /// The key of the values it is over.
    key: Option<PathId>,
    /// How much was written before it.
    written: usize,
    /// How many effects were possible before it.
    possible: usize,
    /// Variables below this index are not its own.
    variables: usize,
    /// Whether it did something beside writing.
    did: bool,
    /// Variables that conditions in it might have set, with their marks before.
    touched: Vec<(usize, Mark)>,
}

impl Round {
    fn touch(&mut self, index: usize, before: Mark) {
        if index < self.variables && self.touched.iter().all(|(known, _)| *known != index) {
            self.touched.push((index, before));
        }
    }
}

/// How a round ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// With its last node.
    Done,
    /// Before, and the next one follows.
    Early,
    /// And with it the loop.
    Loop,
}

/// A round that did nothing.
pub struct IdleRound {
    key: PathId,
    /// Variables it might have set, by index, with their marks before.
    pub touched: Vec<(usize, Mark)>,
}

/// A key of a map of which some rounds did nothing.
#[derive(Clone, Debug)]
pub struct IdleKey {
    /// Keys, and indices as `[0]`, from the root of the release's values.
    pub path: Vec<String>,
    /// The condition that was not met, and the values at or below the key that decided it, when there was one.
    pub because: Option<(Place, Vec<String>)>,
    /// Blanks and dashes that its rounds wrote. It does nothing only if the documents are the same without them.
    pub blanks: Vec<Blank>,
}

/// Bytes of what a template wrote.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Blank {
    /// The template that ran.
    pub template: Arc<str>,
    /// Where in its output.
    pub bytes: Range<usize>,
}

/// Bytes that no text has.
const NOWHERE: Range<usize> = usize::MAX..usize::MAX;

/// What is known of the rounds over a key that did nothing.
#[derive(Default)]
pub(super) struct Idle {
    because: Option<(Place, Vec<String>)>,
    blanks: Vec<Blank>,
}

impl Recorder {
    /// A round over what is known as `key` begins; variables from `variables` on are its own.
    pub(super) fn begin_round(&mut self, key: Option<PathId>, variables: usize) {
        let (written, possible) = (self.written.len(), self.possible.len());
        self.rounds.push(Round { key, written, possible, variables, did: false, touched: Vec::new() });
    }

    /// Something was done that outlives the rounds that run.
    pub(super) fn did(&mut self) {
        self.rounds.iter_mut().for_each(|round| round.did = true);
    }

    /// The variable at an index was set.
    pub fn set_variable(&mut self, index: usize) {
        for round in self.rounds.iter_mut().filter(|round| index < round.variables) {
            round.did = true;
        }
    }

    /// A condition decided that the variable at an index keeps its value, which had this mark before.
    pub fn kept_variable(&mut self, index: usize, before: Mark) {
        if let Some(round) = self.rounds.last_mut() {
            round.touch(index, before);
        }
    }

    /// A part of a template was not run that might have changed a map or refused to render.
    pub(super) fn might_have_done(&mut self, deps: Deps) {
        if deps != Deps::NONE {
            self.possible.push(deps);
        }
    }

    /// The last round that began is done. What it was when it did nothing.
    pub fn close_round(&mut self, end: End) -> Option<IdleRound> {
        if end != End::Done {
            // What it left out leaves no trace.
            self.might_have_done(self.controls());
        }
        self.close();
        let round = self.rounds.pop()?;
        if let Some(outer) = self.rounds.last_mut() {
            round.touched.iter().for_each(|(index, before)| outer.touch(*index, *before));
        }
        let key = round.key.filter(|_| !round.did && end != End::Loop)?;
        let written = self.written.get(round.written..)?;
        let mut bytes = written.iter().filter(|part| part.start != part.end);
        if let Some(first) = bytes.next() {
            let (start, last) = (first.start, bytes.next_back().unwrap_or(first));
            // Where a text is put together for somebody else, nobody can say what becomes of it.
            if !self.active.is_empty() || !written.iter().all(|part| self.is_blank(part)) {
                return None;
            }
            let bytes = start as usize..last.end as usize;
            let blank = Blank { template: self.template.clone(), bytes };
            self.idle_keys.entry(key).or_default().blanks.push(blank);
        }
        self.idle_round(&round, key);
        Some(IdleRound { key, touched: round.touched })
    }

    fn idle_round(&mut self, round: &Round, key: PathId) {
        let mut because = None;
        for index in round.written..self.written.len() {
            let Some(part) = self.written.get(index).copied() else { break };
            let deps = self.idle(part.deps, key);
            if because.is_none() && deps != part.deps {
                because = Some((part, deps));
            }
            if let Some(part) = self.written.get_mut(index) {
                part.deps = deps;
            }
        }
        for index in round.possible..self.possible.len() {
            let deps = self.possible.get(index).copied().unwrap_or_default();
            let deps = self.idle(deps, key);
            if let Some(slot) = self.possible.get_mut(index) {
                *slot = deps;
            }
        }
        let because = because.and_then(|(part, deps)| self.because(&part, deps, key));
        let known = self.idle_keys.entry(key).or_default();
        if known.because.is_none() {
            known.because = because;
        }
    }

    /// What the current template wrote is cut, so that nobody can say where its blanks stand.
    pub(super) fn move_blanks(&mut self) {
        let all = self.idle_keys.values_mut().flat_map(|idle| &mut idle.blanks);
        all.filter(|blank| blank.template == self.template).for_each(|blank| blank.bytes = NOWHERE);
    }

    /// Whether a part of a text is empty, or a template's own blanks and dashes.
    fn is_blank(&self, part: &Segment) -> bool {
        part.start == part.end
            || part.kind == Kind::Literal
                && self
                    .place_of(part)
                    .is_some_and(|place| place.text().chars().all(|c| c == '-' || c.is_ascii_whitespace()))
    }

    /// The mark of a variable behind an idle round that might have set it: what it was, and what was looked at.
    pub fn kept_mark(&mut self, before: Mark, now: Mark, round: &IdleRound) -> Mark {
        let (old, new) = (self.marks.own(before), self.marks.own(now));
        let (old, new) = (self.deps.get(old), self.deps.get(new));
        let added = self.deps.of(new.iter().copied().filter(|dep| !old.contains(dep)).collect());
        let added = self.idle(added, round.key);
        self.join(before, added)
    }

    /// The same dependencies; those at or below a key count only as long as it cannot be left out.
    fn idle(&mut self, deps: Deps, key: PathId) -> Deps {
        let members = self.deps.get(deps);
        if !members.iter().any(|dep| !dep.is_idle() && self.paths.is_within(dep.path(), key)) {
            return deps;
        }
        let members = members
            .iter()
            .map(|dep| if self.paths.is_within(dep.path(), key) { dep.as_idle() } else { *dep })
            .collect();
        self.deps.of(members)
    }

    fn because(&self, part: &Segment, deps: Deps, key: PathId) -> Option<(Place, Vec<String>)> {
        let place = self.place_of(part)?;
        let members = self.deps.get(deps);
        let mut paths: Vec<PathId> =
            members.iter().map(|dep| dep.path()).filter(|path| self.paths.is_within(*path, key)).collect();
        if paths.iter().any(|path| *path != key) {
            paths.retain(|path| *path != key);
        }
        paths.dedup();
        let steps = |path: PathId| -> Vec<&Step> { self.paths.steps(path).into_iter().skip(1).collect() };
        Some((place, paths.into_iter().map(|path| join(&steps(path))).collect()))
    }

    /// Keys of maps of which some rounds did nothing.
    #[must_use]
    pub fn idle_keys(&self) -> Vec<IdleKey> {
        let keys = self.idle_keys.iter().filter(|(key, _)| self.is_value(**key));
        let mut keys: Vec<IdleKey> = keys
            .map(|(key, idle)| IdleKey {
                path: self.value_path(*key),
                because: idle.because.clone(),
                blanks: idle.blanks.clone(),
            })
            .collect();
        keys.sort_by(|a, b| (a.path.len(), &a.path).cmp(&(b.path.len(), &b.path)));
        keys
    }
}
