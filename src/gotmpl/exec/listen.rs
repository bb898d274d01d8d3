//! Telling a recorder what templates do, and what those parts would do that are not run.

use std::collections::{HashMap, HashSet};
use std::rc::Rc;

use super::{Got, Run, State};
use crate::diag::Span;
use crate::gotmpl::Set;
use crate::gotmpl::ast::{Branch, Expr, ExprKind, List, Node, Pipe, Tree};
use crate::gotmpl::print::At;
use crate::trace::record::{self, End, Recorder};
use crate::value::Str;

/// A recorder, and what was found out about branches so far.
#[derive(Default)]
pub(super) struct Listener {
    pub(super) recorder: Recorder,
    effects: HashMap<usize, Rc<Effects>>,
    mentions: Mentions,
}

/// What named templates mention and do, as far as it was asked for.
type Mentions = HashMap<Str, Rc<Mentioned>>;

/// What a part of a template mentions, and whether it does something beside writing.
#[derive(Default)]
struct Mentioned {
    paths: Vec<Vec<Str>>,
    acts: bool,
}

impl std::fmt::Debug for Listener {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Listener")
    }
}

/// What a branch may do beside writing.
struct Effects {
    /// Variables it sets.
    assigned: Vec<u32>,
    /// Whether it may end a round of the loop around it.
    jumps: bool,
    list: record::Branch,
    otherwise: record::Branch,
}

impl Listener {
    pub(super) fn new(recorder: Recorder) -> Self {
        Self { recorder, ..Self::default() }
    }

    fn effects(&mut self, set: &Set, tree: &Tree, branch: &Branch) -> Rc<Effects> {
        let key = std::ptr::from_ref(branch).addr();
        if let Some(known) = self.effects.get(&key) {
            return known.clone();
        }
        let mut assigned = Vec::new();
        assigns(tree, &branch.list, &mut assigned);
        branch.else_list.iter().for_each(|list| assigns(tree, list, &mut assigned));
        assigned.sort_unstable();
        assigned.dedup();
        let part = |list: &List, mentions: &mut Mentions| {
            let mut walk = Walk { set, mentions, found: Vec::new(), acts: false, open: HashSet::new() };
            walk.list(tree, list, walk_dot(branch, None).as_deref());
            let acts = walk.acts;
            record::Branch { starts_line: starts_line(tree, list), acts, reads: walk.finish().into() }
        };
        let effects = Rc::new(Effects {
            assigned,
            jumps: jumps(tree, &branch.list)
                || branch.else_list.as_ref().is_some_and(|list| jumps(tree, list)),
            list: part(&branch.list, &mut self.mentions),
            otherwise: branch.else_list.as_ref().map_or_else(
                || record::Branch { starts_line: true, ..record::Branch::default() },
                |list| part(list, &mut self.mentions),
            ),
        });
        self.effects.insert(key, effects.clone());
        effects
    }
}

impl Run {
    /// The recorder, if somebody listens.
    pub(super) fn recorder(&mut self) -> Option<&mut Recorder> {
        self.listener.as_deref_mut().map(|listener| &mut listener.recorder)
    }
}

impl<'t> State<'t, '_> {
    /// A condition was evaluated and its branch runs next.
    pub(super) fn heard_open(&mut self, branch: &'t Branch, got: &Got, taken: bool) {
        let at = self.run.out.len();
        let set = self.run.set.clone();
        let Some(listener) = self.run.listener.as_deref_mut() else { return };
        let effects = listener.effects(&set, self.tree, branch);
        let other = if taken { &effects.otherwise } else { &effects.list };
        if !taken || branch.else_list.is_some() {
            let span = Span::new(branch.pipe.pos as usize, branch.pipe.end as usize);
            listener.recorder.skipped(&self.tree.source, span, &got.value, got.mark, at, other);
        }
        listener.recorder.open(&got.value, got.mark);
    }

    /// A branch is done.
    pub(super) fn heard_close(&mut self, branch: &'t Branch, got: &Got) {
        let set = self.run.set.clone();
        let Some(listener) = self.run.listener.as_deref_mut() else { return };
        let effects = listener.effects(&set, self.tree, branch);
        listener.recorder.close();
        if effects.jumps {
            listener.recorder.not_left(&got.value, got.mark);
        }
        let base = self.base;
        for id in &effects.assigned {
            let own = self.run.variables.get_mut(base..).unwrap_or_default();
            let index = own.iter().rposition(|(known, _)| known == id);
            if let Some((index, (_, slot))) = index.and_then(|index| Some((index, own.get_mut(index)?))) {
                listener.recorder.kept_variable(base + index, slot.mark);
                slot.mark = listener.recorder.decided(slot.mark, &got.value, got.mark);
            }
        }
    }

    /// A round is done.
    pub(super) fn heard_round(&mut self, end: End) {
        let Some(listener) = self.run.listener.as_deref_mut() else { return };
        let Some(round) = listener.recorder.close_round(end) else { return };
        for (index, before) in &round.touched {
            if let Some((_, slot)) = self.run.variables.get_mut(*index) {
                slot.mark = listener.recorder.kept_mark(*before, slot.mark, &round);
            }
        }
    }

    /// An action printed a value to the output from `start` on.
    pub(super) fn heard_print(&mut self, pipe: &'t Pipe, got: &Got, start: usize) {
        let end = self.run.out.len();
        let source = &self.tree.source;
        let Some(listener) = self.run.listener.as_deref_mut() else { return };
        let span = Span::new(pipe.pos as usize, pipe.end as usize);
        listener.recorder.printed(source, span, &got.value, got.mark, start, end);
    }

    /// A function is about to be called.
    pub(super) fn heard_call(&mut self, name: &str, args: &[crate::value::Value], node: At<'t>) {
        let source = &self.tree.source;
        if let Some(listener) = self.run.listener.as_deref_mut() {
            listener.recorder.before_call(name, args, source, node.span());
        }
    }
}

fn assigns(tree: &Tree, list: &List, found: &mut Vec<u32>) {
    let pipe = |pipe: &Pipe, found: &mut Vec<u32>| {
        if pipe.assign {
            found.extend(pipe.declared.iter().map(|variable| variable.id));
        }
    };
    for node in tree.nodes(list).unwrap_or_default() {
        match node {
            Node::Action(action) => pipe(action, found),
            Node::If(branch) | Node::With(branch) | Node::Range(branch) => {
                pipe(&branch.pipe, found);
                assigns(tree, &branch.list, found);
                branch.else_list.iter().for_each(|list| assigns(tree, list, found));
            }
            Node::Text(_) | Node::Template(_) | Node::Break(_) | Node::Continue(_) => {}
        }
    }
}

fn jumps(tree: &Tree, list: &List) -> bool {
    tree.nodes(list).unwrap_or_default().iter().any(|node| match node {
        Node::Break(_) | Node::Continue(_) => true,
        Node::If(branch) | Node::With(branch) => {
            jumps(tree, &branch.list) || branch.else_list.as_ref().is_some_and(|list| jumps(tree, list))
        }
        _ => false,
    })
}

/// Whether the first thing a list writes is a line end.
fn starts_line(tree: &Tree, list: &List) -> bool {
    for node in tree.nodes(list).unwrap_or_default() {
        match node {
            Node::Text(span) => {
                let text = tree.source.slice(*span);
                match text.trim_start_matches([' ', '\t', '\r']).chars().next() {
                    None => {}
                    Some(first) => return first == '\n',
                }
            }
            Node::Action(pipe) if !pipe.declared.is_empty() => {}
            Node::Action(pipe) => {
                let last = pipe.commands.last().and_then(|command| command.args.first());
                return matches!(
                    last.map(|expr| &expr.kind),
                    Some(ExprKind::Function(func, _)) if func.name == "nindent"
                );
            }
            Node::If(branch) | Node::With(branch) | Node::Range(branch) => {
                return starts_line(tree, &branch.list);
            }
            Node::Template(_) | Node::Break(_) | Node::Continue(_) => return false,
        }
    }
    true
}

/// The path of values that the dot of a branch is, when the branch says so.
fn walk_dot(branch: &Branch, dot: Option<&[Str]>) -> Option<Vec<Str>> {
    let [command] = branch.pipe.commands.as_slice() else { return None };
    let [expr] = command.args.as_slice() else { return None };
    path_of(expr, dot)
}

/// The path of values that an expression is, if it is nothing but fields.
fn path_of(expr: &Expr, dot: Option<&[Str]>) -> Option<Vec<Str>> {
    let (ExprKind::Field(names) | ExprKind::Variable(_, names)) = &expr.kind else { return None };
    match (names.split_first(), &expr.kind, dot) {
        (Some((first, rest)), _, _) if *first == "Values" => Some(rest.to_vec()),
        (Some(_), ExprKind::Field(_), Some(dot)) => Some(dot.iter().chain(names.iter()).cloned().collect()),
        _ => None,
    }
}

/// Collects the paths of values that a part of a template mentions.
struct Walk<'w> {
    set: &'w Set,
    mentions: &'w mut Mentions,
    found: Vec<Vec<Str>>,
    acts: bool,
    open: HashSet<Str>,
}

/// Paths past which a branch's mentions are cut.
const MOST_MENTIONS: usize = 4096;

impl Walk<'_> {
    fn finish(mut self) -> Vec<Vec<Str>> {
        self.found.sort();
        self.found.dedup();
        self.found
    }

    fn list(&mut self, tree: &Tree, list: &List, dot: Option<&[Str]>) {
        for node in tree.nodes(list).unwrap_or_default() {
            if self.found.len() > MOST_MENTIONS {
                return;
            }
            match node {
                Node::Action(pipe) => self.pipe(pipe, dot),
                Node::If(branch) => {
                    self.pipe(&branch.pipe, dot);
                    self.list(tree, &branch.list, dot);
                    branch.else_list.iter().for_each(|list| self.list(tree, list, dot));
                }
                Node::With(branch) => {
                    self.pipe(&branch.pipe, dot);
                    let inner = walk_dot(branch, dot);
                    self.list(tree, &branch.list, inner.as_deref());
                    branch.else_list.iter().for_each(|list| self.list(tree, list, dot));
                }
                Node::Range(branch) => {
                    self.pipe(&branch.pipe, dot);
                    self.list(tree, &branch.list, None);
                    branch.else_list.iter().for_each(|list| self.list(tree, list, dot));
                }
                Node::Template(template) => {
                    template.pipe.iter().for_each(|pipe| self.pipe(pipe, dot));
                    self.named(&template.name);
                }
                Node::Text(_) | Node::Break(_) | Node::Continue(_) => {}
            }
        }
    }

    fn pipe(&mut self, pipe: &Pipe, dot: Option<&[Str]>) {
        for command in &pipe.commands {
            for expr in &command.args {
                self.expr(expr, dot);
            }
            let Some(ExprKind::Function(func, _)) = command.args.first().map(|first| &first.kind) else {
                continue;
            };
            match (func.name, command.args.get(1).map(|second| &second.kind)) {
                ("include", Some(ExprKind::Text(_, name))) => self.named(name),
                // What it runs is known only when it is run.
                ("include" | "tpl", _) => self.acts = true,
                (name, _) => self.acts |= record::acts(name),
            }
        }
    }

    fn expr(&mut self, expr: &Expr, dot: Option<&[Str]>) {
        match &expr.kind {
            ExprKind::Field(_) | ExprKind::Variable(..) => self.found.extend(path_of(expr, dot)),
            ExprKind::Dot => self.found.extend(dot.map(<[Str]>::to_vec)),
            ExprKind::Chain(base, _) => self.expr(base, dot),
            ExprKind::Pipe(pipe) => self.pipe(pipe, dot),
            _ => {}
        }
    }

    fn named(&mut self, name: &Str) {
        if let Some(known) = self.mentions.get(name) {
            self.found.extend(known.paths.iter().cloned());
            self.acts |= known.acts;
            return;
        }
        if !self.open.insert(name.clone()) {
            return;
        }
        let Some(tree) = self.set.get(name).cloned() else { return };
        let outer = std::mem::take(&mut self.found);
        let acts = std::mem::take(&mut self.acts);
        self.list(&tree, &tree.root, None);
        let own_acts = std::mem::replace(&mut self.acts, acts);
        self.acts |= own_acts;
        let mut own = std::mem::replace(&mut self.found, outer);
        own.sort();
        own.dedup();
        self.found.extend(own.iter().cloned());
        self.open.remove(name);
        if self.open.is_empty() {
            self.mentions.insert(name.clone(), Rc::new(Mentioned { paths: own, acts: own_acts }));
        }
    }
}
