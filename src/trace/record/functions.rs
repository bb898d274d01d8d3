//! What functions do with where values came from.

use std::collections::HashMap;

use super::containers::{Known, at, is_container, same, slots};
use super::deps::{Dep, Deps};
use super::marks::Mark;
use super::paths::Step;
use super::{MAX_DEPTH, Recorder};
use crate::go::fmt;
use crate::value::{Str, Value};

/// Whether a function runs a template whose output is its result.
pub(super) fn runs_template(name: &str) -> bool {
    matches!(name, "include" | "tpl")
}

/// Whether a function does something beside giving a value: it changes a map, or refuses to render.
#[must_use]
pub fn acts(name: &str) -> bool {
    merges(name) || matches!(name, "set" | "unset" | "fail" | "required")
}

/// Whether a function fills its first argument from the others.
pub(super) fn merges(name: &str) -> bool {
    matches!(name, "merge" | "mustMerge" | "mergeOverwrite" | "mustMergeOverwrite")
}

/// What a map and the maps in it held.
#[derive(Default)]
pub(super) struct Before(HashMap<usize, Vec<(Step, Value)>>);

impl Before {
    pub(super) fn of(value: Option<&Value>) -> Self {
        let mut before = Self::default();
        if let Some(value) = value {
            before.add(value, 0);
        }
        before
    }

    fn add(&mut self, value: &Value, depth: usize) {
        let Some(address) = super::containers::address(value).filter(|_| depth <= MAX_DEPTH) else { return };
        let held = slots(value);
        for (_, child) in held.iter().filter(|(_, child)| matches!(child, Value::Map(_))) {
            self.add(child, depth + 1);
        }
        self.0.insert(address, held);
    }
}

impl Recorder {
    /// The mark of what a function gave for the arguments told last.
    pub fn called(&mut self, name: &str, args: &[Value], value: &Value) -> Mark {
        let marks = self.take_arguments(args.len());
        let mark = |index: usize| marks.get(index).copied().unwrap_or_default();
        match (name, args) {
            ("include" | "tpl", _) => self.template_result(name, args, &marks, value),
            ("default", [_, given]) => self.choose(args, &marks, value, usize::from(given.is_true()), &[1]),
            ("ternary", [_, _, test]) => {
                let index = usize::from(test.as_bool() != Some(true));
                self.choose(args, &marks, value, index, &[2])
            }
            ("coalesce", _) => {
                let index = args.iter().position(Value::is_true).unwrap_or(args.len());
                let reasons: Vec<usize> = (0..index).collect();
                self.choose(args, &marks, value, index, &reasons)
            }
            ("required", [_, given]) if same(given, value) => mark(1),
            ("get", [map, key]) => self.walk(map, mark(0), &[(key.clone(), mark(1))], value, Mark::NONE),
            ("index", [container, ..]) => {
                let keys: Vec<_> = args.iter().cloned().zip(marks.iter().copied()).skip(1).collect();
                self.walk(container, mark(0), &keys, value, Mark::NONE)
            }
            ("dig", [keys @ .., _, map]) => {
                let keys: Vec<_> = keys.iter().cloned().zip(marks.iter().copied()).collect();
                self.walk(map, mark(args.len() - 1), &keys, value, mark(args.len() - 2))
            }
            ("first" | "mustFirst", [list]) => {
                self.walk(list, mark(0), &[(Value::Int(0), Mark::NONE)], value, Mark::NONE)
            }
            ("last" | "mustLast", [list @ Value::List(items)]) => {
                let last = Value::Int(items.len() as i64 - 1);
                self.walk(list, mark(0), &[(last, Mark::NONE)], value, Mark::NONE)
            }
            ("dict", _) => self.dict(args, &marks, value),
            ("list" | "tuple", _) => {
                let slots = marks.iter().enumerate().map(|(index, mark)| (Step::Item(index), *mark));
                self.known.insert(Known { slots: slots.collect(), ..Known::new(value) });
                Mark::NONE
            }
            ("set", [map, Value::Str(key), _]) => {
                let decided = self.all(mark(1));
                self.put(map, mark(0), key, mark(2), decided);
                mark(0)
            }
            ("unset", [map, Value::Str(key)]) => {
                let decided = self.all(mark(1));
                self.put(map, mark(0), key, Mark::NONE, decided);
                mark(0)
            }
            ("deepCopy" | "mustDeepCopy", [old]) => {
                self.copy(old, value, mark(0), 0);
                mark(0)
            }
            (name, [target, sources @ ..]) if merges(name) => {
                let before = self.before.pop().unwrap_or_default();
                self.did();
                self.merged(&before, target, mark(0), sources, marks.get(1..).unwrap_or_default(), name, 0);
                let all = marks.iter().map(|mark| self.marks.own(*mark)).collect::<Vec<_>>();
                let all = self.deps.union_all(all);
                let all = self.deps.only_control(all);
                self.marks.plain(all)
            }
            ("hasKey", [map @ Value::Map(_), Value::Str(key)]) => {
                let mut deps = vec![self.all(mark(0)), self.all(mark(1))];
                match self.known.get(map).map(|known| (known.path, known.shape)) {
                    Some((Some(path), _)) => {
                        let path = self.paths.child(path, Step::Key(key.clone()));
                        deps.push(self.deps.of(vec![Dep::presence(path)]));
                    }
                    Some((None, shape)) => deps.push(shape),
                    None => {}
                }
                self.plain_union(deps)
            }
            ("len", [container]) if is_container(container) => {
                let deps = vec![self.all(mark(0)), self.shape(container, true)];
                self.plain_union(deps)
            }
            ("empty" | "not" | "all" | "any", _) => {
                let deps = args
                    .iter()
                    .zip(&marks)
                    .map(|(value, mark)| {
                        let all = self.all(*mark);
                        let shape = if is_container(value) { self.shape(value, false) } else { Deps::NONE };
                        self.deps.union(all, shape)
                    })
                    .collect();
                self.plain_union(deps)
            }
            ("kindIs" | "kindOf" | "typeIs" | "typeOf" | "typeIsLike" | "mustToDate" | "eq" | "ne", _) => {
                let deps = args
                    .iter()
                    .zip(&marks)
                    .map(|(value, mark)| {
                        if !is_container(value) {
                            return self.all(*mark);
                        }
                        let all = self.all(*mark);
                        let shape = self.shape(value, false);
                        self.deps.union(all, shape)
                    })
                    .collect();
                self.plain_union(deps)
            }
            ("keys", _) => self.keys(args, &marks, value),
            (
                "toYaml" | "mustToYaml" | "toYamlPretty" | "toJson" | "mustToJson" | "toPrettyJson"
                | "mustToPrettyJson" | "toRawJson" | "mustToRawJson",
                [given],
            ) => self.serialized(given, mark(0), value),
            (
                "fromYaml" | "fromYamlArray" | "fromJson" | "fromJsonArray" | "mustFromJson",
                [Value::Str(given)],
            ) => self.parsed(given, mark(0), value),
            (name, _) => match value {
                Value::Str(result) => self.string(name, args, &marks, result),
                _ => self.generic(name, args, &marks, value),
            },
        }
    }

    fn plain_union(&mut self, deps: Vec<Deps>) -> Mark {
        let all = self.deps.union_all(deps);
        self.marks.plain(all)
    }

    /// Everything the arguments depend on.
    pub(super) fn all_of(&mut self, args: &[Value], marks: &[Mark]) -> Deps {
        let all: Vec<Deps> = args.iter().zip(marks).map(|(value, mark)| self.deep(value, *mark)).collect();
        self.deps.union_all(all)
    }

    /// The result of `include` or `tpl`.
    fn template_result(&mut self, name: &str, args: &[Value], marks: &[Mark], value: &Value) -> Mark {
        self.active.pop();
        self.leave();
        let mut reasons = marks.first().map_or(Deps::NONE, |mark| self.all(*mark));
        if name == "include" {
            reasons = self.deps.as_control(reasons);
        }
        let Value::Str(result) = value else { return Mark::NONE };
        let Some(parts) = self.nested.take() else {
            // A text without actions is its own result.
            return match args.first() {
                Some(Value::Str(text)) if text == result => marks.first().copied().unwrap_or_default(),
                _ => self.marks.plain(reasons),
            };
        };
        if parts.last().is_none_or(|last| last.end as usize != result.len()) {
            return self.marks.plain(reasons);
        }
        self.marks.text(parts, reasons)
    }

    /// One of the arguments was chosen because of others.
    fn choose(
        &mut self,
        args: &[Value],
        marks: &[Mark],
        value: &Value,
        index: usize,
        reasons: &[usize],
    ) -> Mark {
        let mut why = Vec::new();
        for reason in reasons.iter().filter(|reason| **reason != index) {
            if let (Some(value), Some(mark)) = (args.get(*reason), marks.get(*reason)) {
                why.push(self.truth(value, *mark));
            }
        }
        let why = self.deps.union_all(why);
        let chosen = marks.get(index).copied().unwrap_or_default();
        let chosen = if is_container(value) && reasons.contains(&index) {
            let shape = self.truth(value, Mark::NONE);
            self.join(chosen, shape)
        } else {
            chosen
        };
        self.join(chosen, why)
    }

    /// A value that was found by keys and indices, one behind the other.
    fn walk(
        &mut self,
        root: &Value,
        mark: Mark,
        keys: &[(Value, Mark)],
        found: &Value,
        otherwise: Mark,
    ) -> Mark {
        let mut value = root.clone();
        let mut mark = mark;
        let mut decided = Vec::new();
        let mut missing = false;
        for (key, key_mark) in keys {
            decided.push(self.all(*key_mark));
            let step = match (key, &value) {
                (Value::Str(key), _) => Step::Key(key.clone()),
                (other, _) => match other.as_i64().map(usize::try_from) {
                    Some(Ok(index)) => Step::Item(index),
                    _ => break,
                },
            };
            let next = at(&value, &step);
            missing |= next.is_none();
            let next = next.unwrap_or_default();
            mark = self.read(&value, mark, &step, &next);
            value = next;
        }
        let decided = self.deps.union_all(decided);
        let decided = self.deps.as_control(decided);
        if missing && (otherwise != Mark::NONE || !same(&value, found)) {
            let looked = self.all(mark);
            let looked = self.deps.as_control(looked);
            let chosen = self.join(otherwise, looked);
            return self.join(chosen, decided);
        }
        self.join(mark, decided)
    }

    fn dict(&mut self, args: &[Value], marks: &[Mark], value: &Value) -> Mark {
        let mut known = Known::new(value);
        let mut keys = Vec::new();
        for (pair, marks) in args.chunks(2).zip(marks.chunks(2)) {
            let (Some(key), Some(mark)) = (pair.first(), marks.first()) else { continue };
            let key = key.as_str_or_bytes().cloned().unwrap_or_else(|| fmt::to_str(key));
            keys.push(self.all(*mark));
            known.slots.insert(Step::Key(key), marks.get(1).copied().unwrap_or_default());
        }
        let keys = self.deps.union_all(keys);
        known.shape = self.deps.as_control(keys);
        self.known.insert(known);
        Mark::NONE
    }

    /// A key of a map was set or removed by a template.
    fn put(&mut self, map: &Value, map_mark: Mark, key: &Str, mark: Mark, decided: Deps) {
        self.did();
        let decided = self.deps.as_control(decided);
        let decided = self.deps.union(decided, self.controls());
        let mark = self.join(mark, decided);
        let base = self.all(map_mark);
        let base = self.marks.plain(base);
        if let Some(known) = self.known.entry(map, base) {
            known.slots.insert(Step::Key(key.clone()), mark);
        }
    }

    /// A copy has what the original has.
    fn copy(&mut self, old: &Value, new: &Value, mark: Mark, depth: usize) {
        if !is_container(new) || depth > MAX_DEPTH || self.known.has(new) {
            return;
        }
        let known = match self.known.get(old).cloned() {
            Some(known) => known.of(new),
            None => {
                let all = self.all(mark);
                Known { base: self.marks.plain(all), ..Known::new(new) }
            }
        };
        self.known.insert(known);
        for (step, child) in slots(new) {
            if let Some(old) = at(old, &step) {
                self.copy(&old, &child, mark, depth + 1);
            }
        }
    }

    /// What a map got from others.
    #[allow(clippy::too_many_arguments)] // both sides, with what is known of each
    fn merged(
        &mut self,
        before: &Before,
        target: &Value,
        mark: Mark,
        sources: &[Value],
        marks: &[Mark],
        name: &str,
        depth: usize,
    ) {
        if depth > MAX_DEPTH {
            return;
        }
        let held = super::containers::address(target).and_then(|address| before.0.get(&address));
        for (step, value) in slots(target) {
            let old = held.and_then(|held| held.iter().find(|(own, _)| *own == step).map(|(_, value)| value));
            let givers: Vec<(Value, Mark)> = sources
                .iter()
                .zip(marks)
                .filter_map(|(source, mark)| {
                    let child = at(source, &step)?;
                    let mark = self.read(source, *mark, &step, &child);
                    Some((child, mark))
                })
                .collect();
            if old.is_some_and(|old| same(old, &value)) && !matches!(value, Value::Map(_)) {
                continue;
            }
            if matches!(value, Value::Map(_)) && old.is_some_and(|old| same(old, &value)) {
                let (values, marks): (Vec<Value>, Vec<Mark>) = givers.into_iter().unzip();
                self.merged(before, &value, mark, &values, &marks, name, depth + 1);
                continue;
            }
            let mut givers = givers.into_iter();
            let giver = if name.ends_with("Overwrite") {
                givers.rfind(|(given, _)| same(given, &value))
            } else {
                givers.find(|(given, _)| same(given, &value))
            };
            let Some((_, given)) = giver else { continue };
            let mut decided = self.controls();
            if let Some(old) = old {
                let old_mark = self.slot(target, &step, old).unwrap_or_default();
                let truth = self.truth(old, old_mark);
                decided = self.deps.union(decided, truth);
            }
            let given = self.join(given, decided);
            let base = self.all(mark);
            let base = self.marks.plain(base);
            if let Some(known) = self.known.entry(target, base) {
                known.slots.insert(step, given);
            }
        }
        // Keys that came in are decided by the other maps.
        let mut shapes: Vec<Deps> = sources.iter().map(|source| self.shape(source, false)).collect();
        shapes.push(Deps::NONE);
        let shape = self.deps.union_all(shapes);
        if let Some(known) = self.known.entry(target, Mark::NONE) {
            let own = known.shape;
            known.shape = self.deps.union(own, shape);
        }
    }

    fn keys(&mut self, args: &[Value], marks: &[Mark], value: &Value) -> Mark {
        let mut known = Known::new(value);
        let mut shapes = Vec::new();
        let mut index = 0;
        for (map, mark) in args.iter().zip(marks) {
            shapes.push(self.truth(map, *mark));
            let (path, shape) =
                self.known.get(map).map_or((None, Deps::NONE), |known| (known.path, known.shape));
            for (step, _) in slots(map) {
                let mut deps = vec![shape];
                if let Some(path) = path {
                    let path = self.paths.child(path, step);
                    deps.push(self.deps.of(vec![Dep::presence(path)]));
                }
                let deps = self.deps.union_all(deps);
                shapes.push(deps);
                known.slots.insert(Step::Item(index), self.marks.plain(deps));
                index += 1;
            }
        }
        known.shape = self.deps.union_all(shapes);
        self.known.insert(known);
        Mark::NONE
    }

    /// A function nobody describes: its result depends on everything, a list or map slot by slot where the same
    /// value stands in an argument.
    fn generic(&mut self, name: &str, args: &[Value], marks: &[Mark], value: &Value) -> Mark {
        if !is_container(value) {
            let all = self.all_of(args, marks);
            return self.marks.plain(all);
        }
        if let Some(index) = args.iter().position(|arg| same(arg, value)) {
            return marks.get(index).copied().unwrap_or_default();
        }
        if self.known.has(value) {
            return Mark::NONE;
        }
        let all = self.all_of(args, marks);
        let keeps = matches!(
            name.strip_prefix("must").unwrap_or(name).to_ascii_lowercase().as_str(),
            "append"
                | "prepend"
                | "push"
                | "concat"
                | "rest"
                | "initial"
                | "reverse"
                | "slice"
                | "sortalpha"
                | "chunk"
                | "pick"
                | "omit"
                | "pluck"
                | "values"
                | "tostrings"
        );
        let shape = if keeps {
            let shapes = args
                .iter()
                .zip(marks)
                .map(|(arg, mark)| match arg {
                    arg if is_container(arg) => self.truth(arg, *mark),
                    _ if matches!(name, "slice" | "mustSlice" | "pick" | "omit" | "pluck") => {
                        let all = self.all(*mark);
                        self.deps.as_control(all)
                    }
                    _ => Deps::NONE,
                })
                .collect::<Vec<_>>();
            self.deps.union_all(shapes)
        } else {
            self.deps.as_control(all)
        };
        self.adopt(args, marks, value, all, shape, 0);
        Mark::NONE
    }

    fn adopt(&mut self, args: &[Value], marks: &[Mark], value: &Value, all: Deps, shape: Deps, depth: usize) {
        if depth > MAX_DEPTH || !is_container(value) || self.known.has(value) {
            return;
        }
        let all_mark = self.marks.plain(all);
        let mut known = Known { base: all_mark, shape, ..Known::new(value) };
        let mut offered: HashMap<Vec<u8>, Vec<Mark>> = HashMap::new();
        for (arg, mark) in args.iter().zip(marks).rev() {
            if !is_container(arg) {
                offered.entry(fmt::to_str(arg).as_bytes().to_vec()).or_default().push(*mark);
            }
            for (step, child) in slots(arg).into_iter().rev().filter(|(_, child)| !is_container(child)) {
                let mark = self.read(arg, *mark, &step, &child);
                offered.entry(fmt::to_str(&child).as_bytes().to_vec()).or_default().push(mark);
            }
        }
        for (step, child) in slots(value) {
            let by_key = args.iter().zip(marks).find_map(|(arg, mark)| {
                let own = matches!(step, Step::Key(_)).then(|| at(arg, &step)).flatten()?;
                same(&own, &child).then(|| (arg.clone(), *mark))
            });
            let mark = match by_key {
                Some((arg, mark)) => self.read(&arg, mark, &step, &child),
                None if is_container(&child) => {
                    self.adopt(args, marks, &child, all, shape, depth + 1);
                    Mark::NONE
                }
                None => offered
                    .get_mut(fmt::to_str(&child).as_bytes())
                    .and_then(|marks| if marks.len() > 1 { marks.pop() } else { marks.last().copied() })
                    .unwrap_or(all_mark),
            };
            known.slots.insert(step, mark);
        }
        self.known.insert(known);
    }
}
