//! Paths into the values and the other things templates read, each stored once and known by a number.

use std::collections::HashMap;

use crate::value::Str;

/// A path, by number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct PathId(u32);

impl PathId {
    /// Everything a template reads.
    pub(super) const ROOT: Self = Self(0);
    /// The values of the release: the first child of the root.
    pub(super) const VALUES: Self = Self(1);

    pub(super) fn number(self) -> u32 {
        self.0
    }

    pub(super) fn of(number: u32) -> Self {
        Self(number)
    }
}

/// One step of a path.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Step {
    /// A key of a map.
    Key(Str),
    /// An index of a list.
    Item(usize),
}

/// Every path there is. Keys need not exist: what a template looked for in vain has a path too.
pub(super) struct Paths {
    steps: Vec<Option<(PathId, Step)>>,
    index: HashMap<(PathId, Step), PathId>,
}

/// Paths past which no new ones are made; what lies below them counts as its parent.
const MOST: usize = 1 << 26;

impl Paths {
    pub(super) fn new() -> Self {
        Self { steps: vec![None], index: HashMap::new() }
    }

    pub(super) fn child(&mut self, parent: PathId, step: Step) -> PathId {
        let key = (parent, step);
        if let Some(known) = self.index.get(&key) {
            return *known;
        }
        if self.steps.len() >= MOST {
            return parent;
        }
        let id = PathId(u32::try_from(self.steps.len()).unwrap_or(0));
        self.steps.push(Some(key.clone()));
        self.index.insert(key, id);
        id
    }

    /// The child of the root that a path begins with; none for the root itself.
    pub(super) fn root(&self, path: PathId) -> Option<PathId> {
        let mut at = path;
        while let Some(Some((parent, _))) = self.steps.get(at.0 as usize) {
            if *parent == PathId::ROOT {
                return Some(at);
            }
            at = *parent;
        }
        None
    }

    /// Whether a path is another one or leads below it.
    pub(super) fn is_within(&self, path: PathId, other: PathId) -> bool {
        let mut at = path;
        // A path has a higher number than the one it is below.
        while at.0 > other.0 {
            match self.steps.get(at.0 as usize) {
                Some(Some((parent, _))) => at = *parent,
                _ => return false,
            }
        }
        at == other
    }

    /// The steps from the root.
    pub(super) fn steps(&self, path: PathId) -> Vec<&Step> {
        let mut steps = Vec::new();
        let mut at = path;
        while let Some(Some((parent, step))) = self.steps.get(at.0 as usize) {
            steps.push(step);
            at = *parent;
        }
        steps.reverse();
        steps
    }
}
