//! Values that become text and text that becomes values: leaf by leaf, by reading the text with its places.

use super::containers::{Known, is_container, slots};
use super::deps::Deps;
use super::marks::{Kind, Mark, Segment};
use super::paths::Step;
use super::{MAX_DEPTH, Recorder};
use crate::codec::yaml::{self, ReadOptions};
use crate::codec::{Data, Node};
use crate::diag::{Source, SourceKind, Span};
use crate::value::{Str, Value};

fn read(text: &Str) -> Option<Node> {
    let source = Source::new(SourceKind::Rendered, "", text.as_str()?);
    yaml::read(&source, &ReadOptions::default()).ok().map(|document| document.root)
}

/// The child of a node in a slot, with where the whole of it starts: its key, for a map.
fn child<'n>(node: &'n Node, step: &Step) -> Option<(&'n Node, usize)> {
    let start = |node: &Node| node.place().map_or(0, |place| place.span.start());
    match step {
        Step::Key(key) => {
            let entry = node.as_map()?.entry(key.as_str()?)?;
            let own = start(&entry.value);
            Some((&entry.value, entry.place.as_ref().map_or(own, |place| place.span.start())))
        }
        Step::Item(index) => {
            let item = node.as_list()?.get(*index)?;
            Some((item, start(item)))
        }
    }
}

struct Leaf {
    start: usize,
    end: usize,
    mark: Mark,
    deps: Deps,
}

impl Recorder {
    /// The mark of a value's text.
    pub(super) fn serialized(&mut self, value: &Value, mark: Mark, text: &Value) -> Mark {
        let Value::Str(text) = text else { return Mark::NONE };
        let all = self.deep(value, mark);
        if !is_container(value) {
            return self.string("toString", std::slice::from_ref(value), &[mark], text);
        }
        let Some(node) = read(text).filter(|_| !text.is_empty()) else { return self.marks.plain(all) };
        let mut leaves = Vec::new();
        self.leaves(value, mark, &node, 0, Deps::NONE, &mut leaves, 0);
        leaves.sort_by_key(|leaf| leaf.start);
        let mut parts: Vec<Segment> = Vec::with_capacity(leaves.len());
        let mut from = 0;
        for (index, leaf) in leaves.iter().enumerate() {
            let last = index + 1 == leaves.len();
            let to = if last { text.len() } else { leaf.end.max(from) };
            let start = from;
            let origin = self
                .marks
                .segments(leaf.mark)
                .and_then(|own| own.iter().find(|part| part.site != 0 && part.start < part.end).copied());
            let deps = leaf.deps;
            let whole = Segment::value(start as u32, to as u32, deps);
            parts.push(match origin {
                Some(origin) => {
                    let (site, at, len) = (origin.site, origin.at, origin.len);
                    Segment { site, at, len, kind: Kind::Printed, ..whole }
                }
                None => whole,
            });
            from = to;
        }
        if from != text.len() || parts.is_empty() {
            return self.marks.plain(all);
        }
        let own = self.all(mark);
        self.marks.text(parts.into(), own)
    }

    #[allow(clippy::too_many_arguments)] // a walk over two trees
    fn leaves(
        &mut self,
        value: &Value,
        mark: Mark,
        node: &Node,
        start: usize,
        above: Deps,
        leaves: &mut Vec<Leaf>,
        depth: usize,
    ) {
        let place = node.place().map_or(Span::new(start, start), |place| place.span);
        let held = if depth < MAX_DEPTH { slots(value) } else { Vec::new() };
        if held.is_empty() {
            let own = self.deep(value, mark);
            let deps = self.deps.union(own, above);
            leaves.push(Leaf { start, end: place.end().max(start), mark, deps });
            return;
        }
        let shape = match self.known.get(value).map(|known| (known.path, known.shape)) {
            Some((None, shape)) => shape,
            _ => Deps::NONE,
        };
        let own = self.all(mark);
        let own = self.deps.only_control(own);
        let above = self.deps.union_all([above, shape, own]);
        for (step, inner) in held {
            let Some((child, start)) = child(node, &step) else { continue };
            let mark = self.slot(value, &step, &inner).unwrap_or(mark);
            self.leaves(&inner, mark, child, start, above, leaves, depth + 1);
        }
    }

    /// The mark of the value of a text; what is in it becomes known.
    pub(super) fn parsed(&mut self, text: &Str, mark: Mark, value: &Value) -> Mark {
        let all = self.all(mark);
        if !is_container(value) {
            return self.marks.plain(all);
        }
        let parts = self.parts(mark, text.len());
        let node = if self.marks.segments(mark).is_some() { read(text) } else { None };
        self.placed(text, &parts, value, node.as_ref(), 0, all, 0);
        let own = self.marks.own(mark);
        let own = self.deps.as_control(own);
        self.marks.plain(own)
    }

    #[allow(clippy::too_many_arguments)] // a walk over two trees
    fn placed(
        &mut self,
        text: &Str,
        parts: &[Segment],
        value: &Value,
        node: Option<&Node>,
        start: usize,
        all: Deps,
        depth: usize,
    ) {
        if depth > MAX_DEPTH || !is_container(value) || self.known.has(value) {
            return;
        }
        let span = node.and_then(Node::place).map(|place| place.span);
        let inside = match span {
            Some(span) if depth > 0 => self.over(parts, start, span.end()),
            _ => all,
        };
        let base = self.marks.plain(inside);
        let shape = self.deps.as_control(inside);
        let mut known = Known { shape, base, ..Known::new(value) };
        for (step, inner) in slots(value) {
            let Some((child, from)) = node.and_then(|node| child(node, &step)) else { continue };
            if is_container(&inner) {
                self.placed(text, parts, &inner, Some(child), from, all, depth + 1);
                continue;
            }
            let Some(span) = child.place().map(|place| place.span) else { continue };
            let mark = self.cut(text, parts, child, span, from);
            known.slots.insert(step, mark);
        }
        self.known.insert(known);
    }

    /// What the parts that touch a range depend on.
    fn over(&mut self, parts: &[Segment], start: usize, end: usize) -> Deps {
        let (start, end) = (start as u32, end as u32);
        let first = parts.partition_point(|part| part.end < start);
        let inside = parts
            .get(first..)
            .unwrap_or_default()
            .iter()
            .take_while(|part| part.start <= end)
            .filter(|part| part.start == part.end || part.start < end && part.end > start)
            .map(|part| part.deps)
            .collect::<Vec<_>>();
        self.deps.union_all(inside)
    }

    /// The mark of a scalar that was read from a text: the parts it was read from, so that whoever prints it
    /// names the template that wrote it.
    fn cut(&mut self, text: &Str, parts: &[Segment], node: &Node, span: Span, from: usize) -> Mark {
        let (start, end) = (span.start() as u32, span.end() as u32);
        let deps = self.over(parts, span.start(), span.end());
        let verbatim = match node.data() {
            Data::String(own) => text.as_bytes().get(span.start()..span.end()) == Some(own.as_bytes()),
            _ => false,
        };
        let first = parts.partition_point(|part| part.end <= start);
        let touching: Vec<Segment> = parts
            .get(first..)
            .unwrap_or_default()
            .iter()
            .take_while(|part| part.start < end)
            .filter_map(|part| part.cut(start, end, 0))
            .collect();
        if verbatim && !touching.is_empty() {
            return self.marks.text(touching.into(), Deps::NONE);
        }
        let site = touching.iter().chain(parts.get(parts.partition_point(|part| part.end <= from as u32)));
        let Some(site) = site.into_iter().find(|part| part.site != 0).copied() else {
            return self.marks.plain(deps);
        };
        let length = match node.data() {
            Data::String(own) => own.len() as u32,
            _ => end.saturating_sub(start),
        };
        let one = Segment { start: 0, end: length, kind: Kind::Printed, deps, ..site };
        self.marks.text(vec![one].into(), Deps::NONE)
    }
}
