//! [`Recorder`]: listens to a render of Go templates and knows afterwards what wrote which bytes, and from
//! which values.
//!
//! Each value a template holds carries a [`Mark`]. Lists and maps are known by their identity: those of
//! `.Values` by path, those that templates make by what was put into each slot. A text carries a mark for each
//! of its parts, so that what one template wrote and another indents stays traced to the first.
//!
//! The recorder sees values and names of functions; it knows no template language, and who does not want it
//! pays nothing for it.

mod containers;
mod deps;
mod finish;
mod functions;
mod idle;
mod marks;
mod paths;
mod serial;
mod strings;
mod text;

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

use super::Role;
use crate::diag::{Frame, Place, Source, Span};
use crate::value::{Str, Value};
use containers::{Containers, Known, is_container, slots};
use deps::{Dep, DepSets, Deps};
use marks::{Kind, Marks, Segment, Segments, SiteId};
use paths::{PathId, Paths, Step};

pub use finish::{Skipped, Use};
pub use functions::acts;
pub use idle::{Blank, End, IdleKey, IdleRound};
pub use marks::Mark;

/// How deep lists and maps are looked into.
const MAX_DEPTH: usize = 100;

/// A chain of calls, by number; 0 is none.
type ChainId = u32;

struct Call {
    frame: Frame,
    below: ChainId,
}

/// A call that runs a template.
struct Active {
    marks: Vec<Mark>,
    /// Whether `<no value>` is taken out of what it gives.
    cleaned: bool,
}

struct Site {
    source: Source,
    chain: ChainId,
}

/// Listens to the templates of one release, one after the other.
pub struct Recorder {
    paths: Paths,
    deps: DepSets,
    marks: Marks,
    known: Containers,
    path_marks: HashMap<PathId, Mark>,
    sites: Vec<Site>,
    site_index: HashMap<(usize, ChainId), SiteId>,
    chains: Vec<Call>,
    chain: ChainId,
    /// The template that runs.
    template: Arc<str>,
    /// What decided that the current text is written, each level with those above it.
    control: Vec<Deps>,
    /// What was written into the output so far.
    written: Vec<Segment>,
    /// Marks of arguments that wait for their call.
    arguments: Vec<Mark>,
    /// Calls that run a template: the marks of their arguments.
    active: Vec<Active>,
    /// What the last template that a function ran wrote.
    nested: Option<Segments>,
    /// What maps held before a function that merges into them.
    before: Vec<functions::Before>,
    skipped: Vec<finish::Untaken>,
    /// Rounds that run, outermost first.
    rounds: Vec<idle::Round>,
    /// What decided that something was not done which leaves no trace in any text.
    possible: Vec<Deps>,
    idle_keys: HashMap<PathId, idle::Idle>,
    used: std::collections::HashSet<Dep>,
    seen: std::collections::HashSet<Deps>,
}

impl Default for Recorder {
    fn default() -> Self {
        Self::new()
    }
}

impl Recorder {
    /// A recorder that knows no values yet.
    #[must_use]
    pub fn new() -> Self {
        let mut paths = Paths::new();
        paths.child(PathId::ROOT, Step::Key(Str::from_static("Values")));
        Self {
            paths,
            deps: DepSets::new(),
            marks: Marks::new(),
            known: Containers::default(),
            path_marks: HashMap::new(),
            sites: Vec::new(),
            site_index: HashMap::new(),
            chains: Vec::new(),
            chain: 0,
            template: Arc::from(""),
            control: Vec::new(),
            written: Vec::new(),
            arguments: Vec::new(),
            active: Vec::new(),
            nested: None,
            before: Vec::new(),
            skipped: Vec::new(),
            rounds: Vec::new(),
            possible: Vec::new(),
            idle_keys: HashMap::new(),
            used: std::collections::HashSet::new(),
            seen: std::collections::HashSet::new(),
        }
    }

    /// Makes the values of the release known: every list and map by its path.
    pub fn values(&mut self, values: &Value) {
        self.register(values, PathId::VALUES);
    }

    /// Makes something else that templates read known, such as `Release`.
    pub fn builtin(&mut self, name: &'static str, value: &Value) {
        let path = self.paths.child(PathId::ROOT, Step::Key(Str::from_static(name)));
        self.register(value, path);
    }

    /// The template of this name is run next.
    pub fn begin(&mut self, template: &str) {
        self.template = template.into();
        self.control.clear();
        self.written.clear();
        self.rounds.clear();
        self.chain = 0;
    }

    fn register(&mut self, root: &Value, path: PathId) {
        // Level by level, so that what charts share is known by its shortest path.
        let mut open = VecDeque::from([(root.clone(), path)]);
        while let Some((value, path)) = open.pop_front() {
            if !is_container(&value) || self.known.has(&value) {
                continue;
            }
            for (step, child) in slots(&value) {
                if is_container(&child) {
                    let path = self.paths.child(path, step);
                    open.push_back((child, path));
                }
            }
            self.known.insert(Known::at(&value, path));
        }
    }

    // What values depend on.

    fn controls(&self) -> Deps {
        self.control.last().copied().unwrap_or(Deps::NONE)
    }

    /// What the value as a whole and all parts of its text depend on.
    fn all(&mut self, mark: Mark) -> Deps {
        if let Some(all) = self.marks.known_all(mark) {
            return all;
        }
        let segments = self.marks.segments(mark).unwrap_or_default();
        let own = self.marks.own(mark);
        let all = self.deps.union_all(segments.iter().map(|part| part.deps).chain([own]));
        self.marks.remember_all(mark, all);
        all
    }

    /// The same value, depending on more.
    fn join(&mut self, mark: Mark, more: Deps) -> Mark {
        let own = self.marks.own(mark);
        let deps = self.deps.union(own, more);
        match self.marks.segments(mark) {
            _ if deps == own => mark,
            Some(segments) => self.marks.text(segments, deps),
            None => self.marks.plain(deps),
        }
    }

    fn path_mark(&mut self, path: PathId) -> Mark {
        if let Some(known) = self.path_marks.get(&path) {
            return *known;
        }
        let deps = self.deps.of(vec![Dep::whole(path, Role::Data)]);
        let mark = self.marks.plain(deps);
        self.path_marks.insert(path, mark);
        mark
    }

    /// The mark of what stands in a slot of a list or map that is known; none if it is not.
    fn slot(&mut self, container: &Value, step: &Step, value: &Value) -> Option<Mark> {
        let known = self.known.get(container)?;
        if let Some(mark) = known.slots.get(step) {
            return Some(*mark);
        }
        let (path, base) = (known.path, known.base);
        if self.known.has(value) {
            return Some(Mark::NONE);
        }
        let Some(path) = path else { return Some(base) };
        let path = self.paths.child(path, step.clone());
        Some(self.path_mark(path))
    }

    /// The mark of what was read from a slot.
    fn read(&mut self, container: &Value, mark: Mark, step: &Step, value: &Value) -> Mark {
        match self.slot(container, step, value) {
            Some(slot) => {
                let all = self.all(mark);
                let controls = self.deps.only_control(all);
                self.join(slot, controls)
            }
            None => {
                let all = self.all(mark);
                self.marks.plain(all)
            }
        }
    }

    /// Everything a value depends on, what is below it included.
    fn deep(&mut self, value: &Value, mark: Mark) -> Deps {
        let own = self.all(mark);
        if !is_container(value) {
            return own;
        }
        let mut sets = vec![own];
        self.deep_into(value, 0, &mut sets);
        self.deps.union_all(sets)
    }

    fn deep_into(&mut self, value: &Value, depth: usize, sets: &mut Vec<Deps>) {
        let Some(known) = self.known.get(value) else { return };
        if depth > MAX_DEPTH {
            return;
        }
        let (path, shape) = (known.path, known.shape);
        if let Some(path) = path
            && self.is_untouched(value, depth)
        {
            sets.push(self.deps.of(vec![Dep::whole(path, Role::Data)]));
            return;
        }
        sets.push(shape);
        for (step, child) in slots(value) {
            if let Some(mark) = self.slot(value, &step, &child) {
                sets.push(self.all(mark));
            }
            if is_container(&child) {
                self.deep_into(&child, depth + 1, sets);
            }
        }
    }

    /// Whether nothing below a list or map of the values was set by a template.
    fn is_untouched(&self, value: &Value, depth: usize) -> bool {
        let Some(known) = self.known.get(value) else { return false };
        depth <= MAX_DEPTH
            && known.path.is_some()
            && known.slots.is_empty()
            && slots(value)
                .iter()
                .all(|(_, child)| !is_container(child) || self.is_untouched(child, depth + 1))
    }

    /// What decides whether a list or map is empty and which slots it has.
    fn shape(&mut self, value: &Value, every_slot: bool) -> Deps {
        let Some(known) = self.known.get(value) else { return Deps::NONE };
        let (path, shape) = (known.path, known.shape);
        let Some(path) = path else { return shape };
        let slots = slots(value);
        let mut members = vec![Dep::presence(path)];
        if every_slot || slots.len() == 1 {
            members.extend(slots.into_iter().map(|(step, _)| Dep::presence(self.paths.child(path, step))));
        }
        let own = self.deps.of(members);
        self.deps.union(own, shape)
    }

    /// What decides whether a value is true, as values that decide.
    fn truth(&mut self, value: &Value, mark: Mark) -> Deps {
        let all = self.all(mark);
        let shape = if is_container(value) { self.shape(value, false) } else { Deps::NONE };
        let both = self.deps.union(all, shape);
        self.deps.as_control(both)
    }

    // What the executor tells.

    /// A field of a value was read.
    pub fn field(&mut self, receiver: &Value, mark: Mark, name: &Str, value: &Value) -> Mark {
        if is_container(receiver) {
            self.read(receiver, mark, &Step::Key(name.clone()), value)
        } else {
            let all = self.all(mark);
            self.marks.plain(all)
        }
    }

    /// An argument was evaluated; its call follows.
    pub fn argument(&mut self, mark: Mark) {
        self.arguments.push(mark);
    }

    /// A method was called with the last `count` arguments.
    pub fn method(&mut self, mark: Mark, count: usize) -> Mark {
        let marks = self.take_arguments(count);
        let all: Vec<Deps> = marks.into_iter().chain([mark]).map(|mark| self.all(mark)).collect();
        let all = self.deps.union_all(all);
        self.marks.plain(all)
    }

    fn take_arguments(&mut self, count: usize) -> Vec<Mark> {
        let at = self.arguments.len().saturating_sub(count);
        self.arguments.split_off(at)
    }

    /// An `and` or `or` went on behind a value; what that decides.
    pub fn passed(&mut self, value: &Value, mark: Mark, before: Mark) -> Mark {
        let truth = self.truth(value, mark);
        self.join(before, truth)
    }

    /// The mark of a value that was chosen because of what `reasons` depends on.
    pub fn chosen(&mut self, mark: Mark, reasons: Mark) -> Mark {
        let reasons = self.marks.own(reasons);
        self.join(mark, reasons)
    }

    /// A variable that exists was set; whether that happened is decided by what is around it.
    pub fn assigned(&mut self, mark: Mark) -> Mark {
        let controls = self.controls();
        self.join(mark, controls)
    }

    /// A variable that one branch of a condition sets, whichever was taken.
    pub fn decided(&mut self, mark: Mark, condition: &Value, condition_mark: Mark) -> Mark {
        let truth = self.truth(condition, condition_mark);
        self.join(mark, truth)
    }

    /// What follows is there because of a condition, up to [`close`](Self::close).
    pub fn open(&mut self, condition: &Value, mark: Mark) {
        let truth = self.truth(condition, mark);
        let control = self.deps.union(self.controls(), truth);
        self.control.push(control);
    }

    /// What the last [`open`](Self::open) said holds no more.
    pub fn close(&mut self) {
        self.control.pop();
    }

    /// The rest of the current round is there because a condition did not end it.
    pub fn not_left(&mut self, condition: &Value, mark: Mark) {
        let truth = self.truth(condition, mark);
        let control = self.deps.union(self.controls(), truth);
        if let Some(top) = self.control.last_mut() {
            *top = control;
        }
    }

    /// A round over a slot of a list or map begins, up to [`close_round`](Self::close_round). The marks of key and item.
    pub fn round(
        &mut self,
        container: &Value,
        mark: Mark,
        step: Slot<'_>,
        item: &Value,
        around: Around,
    ) -> (Mark, Mark) {
        let step = match step {
            Slot::Key(key) => Step::Key(key.clone()),
            Slot::Item(index) => Step::Item(index),
        };
        let all = self.all(mark);
        let mut control = self.deps.as_control(all);
        let shape = self.shape(container, false);
        control = self.deps.union(control, shape);
        let known = self.known.get(container);
        let is_set = known.is_some_and(|known| known.slots.contains_key(&step));
        let path = known.and_then(|known| known.path);
        let mut key = self.marks.plain(control);
        // Without an item, those behind it are others; without the only key, what is for none is run.
        let droppable = matches!(step, Step::Key(_)) && !is_set && !(around.has_else && only(container));
        let mut over = None;
        if let Some(path) = path {
            let path = self.paths.child(path, step.clone());
            over = Some(path).filter(|_| droppable);
            let presence = self.deps.of(vec![Dep::presence(path)]);
            control = self.deps.union(control, presence);
            key = self.marks.plain(presence);
        }
        let item = self.read(container, mark, &step, item);
        let control = self.deps.union(self.controls(), control);
        self.control.push(control);
        self.begin_round(over, around.variables);
        (key, item)
    }

    /// A round over something that has no slots begins, up to [`close_round`](Self::close_round).
    pub fn plain_round(&mut self, mark: Mark, around: Around) -> Mark {
        let all = self.all(mark);
        let control = self.deps.as_control(all);
        let item = self.marks.plain(control);
        let control = self.deps.union(self.controls(), control);
        self.control.push(control);
        self.begin_round(None, around.variables);
        item
    }

    /// A template is entered by a call that stands at a place.
    pub fn enter(&mut self, source: &Source, span: Span, what: String) {
        let frame = Frame { place: Place::new(source.clone(), span), what };
        self.chains.push(Call { frame, below: self.chain });
        self.chain = u32::try_from(self.chains.len()).unwrap_or(0);
    }

    /// The last template that was entered is left.
    pub fn leave(&mut self) {
        self.chain = self.call_of(self.chain).map_or(0, |call| call.below);
    }

    fn call_of(&self, chain: ChainId) -> Option<&Call> {
        self.chains.get((chain as usize).checked_sub(1)?)
    }

    fn site(&mut self, source: &Source) -> SiteId {
        let key = (source.text().as_ptr().addr(), self.chain);
        if let Some(known) = self.site_index.get(&key) {
            return *known;
        }
        self.sites.push(Site { source: source.clone(), chain: self.chain });
        let id = u32::try_from(self.sites.len()).unwrap_or(0);
        self.site_index.insert(key, id);
        id
    }

    /// Text of a template was written to the bytes from `start` on.
    pub fn literal(&mut self, source: &Source, span: Span, start: usize) {
        let site = self.site(source);
        let (at, len) = (span.start() as u32, span.len() as u32);
        let start = start as u32;
        let deps = self.controls();
        self.written.push(Segment { start, end: start + len, site, at, len, kind: Kind::Literal, deps });
    }

    /// An action at `span` printed a value to the bytes `start..end`.
    pub fn printed(
        &mut self,
        source: &Source,
        span: Span,
        value: &Value,
        mark: Mark,
        start: usize,
        end: usize,
    ) {
        let site = self.site(source);
        let (start, end) = (start as u32, end as u32);
        let controls = self.controls();
        let placed = |part: Segment| match part.site {
            0 => Segment { site, at: span.start() as u32, len: span.len() as u32, ..part },
            _ => part,
        };
        let parts = self.marks.segments(mark).filter(|parts| {
            matches!(value, Value::Str(_)) && parts.last().is_some_and(|last| last.end == end - start)
        });
        match parts {
            Some(parts) => {
                let own = self.deps.union(self.marks.own(mark), controls);
                for part in parts.iter() {
                    let deps = self.deps.union(part.deps, own);
                    let moved = Segment { start: part.start + start, end: part.end + start, deps, ..*part };
                    self.written.push(placed(moved));
                }
            }
            None => {
                let deps = self.deep(value, mark);
                let deps = self.deps.union(deps, controls);
                let mut part = placed(Segment::value(start, end, deps));
                if start == end {
                    part.kind = Kind::Gap;
                }
                self.written.push(part);
            }
        }
    }

    /// A branch that was not taken stands at `span`; what it would read, and whether it starts a line.
    pub fn skipped(
        &mut self,
        source: &Source,
        span: Span,
        condition: &Value,
        mark: Mark,
        at: usize,
        branch: &Branch,
    ) {
        let truth = self.truth(condition, mark);
        let deps = self.deps.union(self.controls(), truth);
        if branch.acts {
            self.might_have_done(deps);
        }
        let kind = if branch.starts_line { Kind::GapLine } else { Kind::Gap };
        let (start, site) = (at as u32, self.site(source));
        let (at, len) = (span.start() as u32, span.len() as u32);
        self.written.push(Segment { start, end: start, site, at, len, kind, deps });
        if !branch.reads.is_empty() && self.skipped.len() < finish::MOST_SKIPPED {
            let place = Place::new(source.clone(), span);
            let (template, reads) = (self.template.clone(), branch.reads.clone());
            self.skipped.push(finish::Untaken { deps: truth, place, template, reads });
        }
    }

    /// A function is about to run a template or to change a map.
    pub fn before_call(&mut self, name: &str, args: &[Value], source: &Source, span: Span) {
        if functions::runs_template(name) {
            let at = self.arguments.len().saturating_sub(args.len());
            let marks = self.arguments.get(at..).unwrap_or_default().to_vec();
            self.active.push(Active { marks, cleaned: name == "tpl" });
            let what = match args.first() {
                Some(Value::Str(text)) if name == "include" => format!("include \"{text}\""),
                _ => name.to_owned(),
            };
            self.enter(source, span, what);
        } else if functions::merges(name) {
            self.before.push(functions::Before::of(args.first()));
        }
    }

    /// The mark of the data that the function called last gives to the template it runs.
    pub fn nested_data(&self) -> Mark {
        self.active.last().and_then(|call| call.marks.get(1)).copied().unwrap_or_default()
    }

    /// How much was written; for [`nested`](Self::nested).
    pub fn position(&self) -> usize {
        self.written.len()
    }

    /// A template that a function ran is done: all that was written since `position` is its result, which
    /// began at byte `start` of the output.
    pub fn nested(&mut self, position: usize, start: usize, text: &[u8]) {
        let start = start as u32;
        let parts = self.written.split_off(position.min(self.written.len()));
        let mut moved = parts
            .into_iter()
            .map(|part| Segment { start: part.start - start, end: part.end - start, ..part })
            .collect::<Vec<_>>();
        if self.active.last().is_some_and(|call| call.cleaned) {
            moved = finish::without_no_value(&moved, text);
        }
        self.nested = Some(moved.into());
    }
}

/// Whether a list or map has one slot.
fn only(container: &Value) -> bool {
    slots(container).len() == 1
}

/// A key or an index.
#[derive(Clone, Copy, Debug)]
pub enum Slot<'s> {
    /// Of a map.
    Key(&'s Str),
    /// Of a list.
    Item(usize),
}

/// What is around a round.
#[derive(Clone, Copy, Debug)]
pub struct Around {
    /// Variables below this index stand outside of it.
    pub variables: usize,
    /// Whether something is run when there is no round at all.
    pub has_else: bool,
}

/// What is known about a part of a template without running it.
#[derive(Clone, Debug, Default)]
pub struct Branch {
    /// Whether what it writes starts on a line of its own.
    pub starts_line: bool,
    /// Whether it may do something beside writing: change a map, refuse to render.
    pub acts: bool,
    /// Paths of values it mentions, from the chart's own `.Values` on.
    pub reads: Arc<[Vec<Str>]>,
}
