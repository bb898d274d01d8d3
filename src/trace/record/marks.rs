//! Marks: what is known about where a value came from, and, of a text, about each part of it.

use std::collections::HashMap;
use std::rc::Rc;

use super::deps::Deps;

/// What is known about a value that a template holds; the default says that it depends on nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Mark(u32);

impl Mark {
    /// Nothing is known, or nobody listens.
    pub const NONE: Self = Self(0);
}

/// A place in a template that wrote something, by number: a source and a chain of calls. 0 is none yet.
pub(super) type SiteId = u32;

/// What a segment is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Text of a template: byte for byte what stands there.
    Literal,
    /// What an expression gave.
    Printed,
    /// Nothing was written where something might have been.
    Gap,
    /// The same, and it would have started on a line of its own.
    GapLine,
}

/// A part of a text and what wrote it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Segment {
    pub(super) start: u32,
    pub(super) end: u32,
    pub(super) site: SiteId,
    /// Where in the site's source.
    pub(super) at: u32,
    /// How many bytes of it.
    pub(super) len: u32,
    pub(super) kind: Kind,
    pub(super) deps: Deps,
}

impl Segment {
    /// A part that no template has written yet.
    pub(super) fn value(start: u32, end: u32, deps: Deps) -> Self {
        Self { start, end, site: 0, at: 0, len: 0, kind: Kind::Printed, deps }
    }

    /// The part of it inside `from..to`, moved so that `from` is at `onto`; a gap at `to` belongs to what follows.
    pub(super) fn cut(&self, from: u32, to: u32, onto: u32) -> Option<Self> {
        let (start, end) = (self.start.max(from), self.end.min(to));
        if start > end || start == end && (self.start != self.end || self.start >= to) {
            return None;
        }
        let mut part = *self;
        if self.kind == Kind::Literal {
            part.at += start - self.start;
            part.len = end - start;
        }
        part.start = start - from + onto;
        part.end = end - from + onto;
        Some(part)
    }
}

/// The parts of a text, in order, covering all of it; gaps are empty parts.
pub(super) type Segments = Rc<[Segment]>;

#[derive(Clone)]
struct Info {
    deps: Deps,
    text: Option<Segments>,
    all: Option<Deps>,
}

/// Every mark there is.
pub(super) struct Marks {
    infos: Vec<Info>,
    plain: HashMap<Deps, Mark>,
}

impl Marks {
    pub(super) fn new() -> Self {
        let none = Info { deps: Deps::NONE, text: None, all: Some(Deps::NONE) };
        Self { infos: vec![none], plain: HashMap::from([(Deps::NONE, Mark::NONE)]) }
    }

    fn push(&mut self, info: Info) -> Mark {
        let Ok(number) = u32::try_from(self.infos.len()) else { return Mark::NONE };
        self.infos.push(info);
        Mark(number)
    }

    /// A value that depends on these.
    pub(super) fn plain(&mut self, deps: Deps) -> Mark {
        if let Some(known) = self.plain.get(&deps) {
            return *known;
        }
        let mark = self.push(Info { deps, text: None, all: Some(deps) });
        self.plain.insert(deps, mark);
        mark
    }

    /// A text of these parts, which as a whole depends on `deps` as well.
    pub(super) fn text(&mut self, segments: Segments, deps: Deps) -> Mark {
        self.push(Info { deps, text: Some(segments), all: None })
    }

    /// What the value as a whole depends on, its parts left aside.
    pub(super) fn own(&self, mark: Mark) -> Deps {
        self.infos.get(mark.0 as usize).map_or(Deps::NONE, |info| info.deps)
    }

    /// The parts of a text.
    pub(super) fn segments(&self, mark: Mark) -> Option<Segments> {
        self.infos.get(mark.0 as usize)?.text.clone()
    }

    /// What own and parts together depend on, when that was computed before.
    pub(super) fn known_all(&self, mark: Mark) -> Option<Deps> {
        self.infos.get(mark.0 as usize).map_or(Some(Deps::NONE), |info| info.all)
    }

    pub(super) fn remember_all(&mut self, mark: Mark, all: Deps) {
        if let Some(info) = self.infos.get_mut(mark.0 as usize) {
            info.all = Some(all);
        }
    }
}
