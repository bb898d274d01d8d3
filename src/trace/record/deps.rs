//! Sets of values that something depends on, each set stored once and known by a number.

use std::collections::HashMap;
use std::rc::Rc;

use super::paths::PathId;
use crate::trace::Role;

/// One dependency on the value at a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Dep(u32);

const CONTROL: u32 = 1;
const WHOLE: u32 = 2;
const IDLE: u32 = 4;
/// Bits beside the number of a path.
const FLAGS: u32 = 3;

impl Dep {
    /// The value with everything below it.
    pub(super) fn whole(path: PathId, role: Role) -> Self {
        Self(path.number() << FLAGS | WHOLE | u32::from(role == Role::Control))
    }

    /// That the value is there, and whether it is empty; nothing below it.
    pub(super) fn presence(path: PathId) -> Self {
        Self(path.number() << FLAGS | CONTROL)
    }

    pub(super) fn path(self) -> PathId {
        PathId::of(self.0 >> FLAGS)
    }

    pub(super) fn is_whole(self) -> bool {
        self.0 & WHOLE != 0
    }

    pub(super) fn role(self) -> Role {
        if self.0 & CONTROL == 0 { Role::Data } else { Role::Control }
    }

    fn as_control(self) -> Self {
        Self(self.0 | CONTROL)
    }

    /// The same, looked at by rounds that did nothing, which are not there without the value.
    pub(super) fn as_idle(self) -> Self {
        Self(self.0 | IDLE)
    }

    pub(super) fn is_idle(self) -> bool {
        self.0 & IDLE != 0
    }

    /// The same, whoever looked.
    pub(super) fn plain(self) -> Self {
        Self(self.0 & !IDLE)
    }
}

/// A set, by number; the default is the empty one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct Deps(u32);

impl Deps {
    pub(super) const NONE: Self = Self(0);
}

/// Every set there is.
pub(super) struct DepSets {
    sets: Vec<Rc<[Dep]>>,
    index: HashMap<Rc<[Dep]>, Deps>,
    unions: HashMap<(Deps, Deps), Deps>,
    controls: HashMap<Deps, Deps>,
}

impl DepSets {
    pub(super) fn new() -> Self {
        let none: Rc<[Dep]> = Rc::from([]);
        Self {
            sets: vec![none.clone()],
            index: HashMap::from([(none, Deps::NONE)]),
            unions: HashMap::new(),
            controls: HashMap::new(),
        }
    }

    /// The members, sorted.
    pub(super) fn get(&self, deps: Deps) -> Rc<[Dep]> {
        self.sets.get(deps.0 as usize).cloned().unwrap_or_default()
    }

    /// The set of these members.
    pub(super) fn of(&mut self, mut members: Vec<Dep>) -> Deps {
        members.sort_unstable();
        members.dedup();
        if let Some(known) = self.index.get(&*members) {
            return *known;
        }
        let set: Rc<[Dep]> = members.into();
        let deps = Deps(u32::try_from(self.sets.len()).unwrap_or(0));
        self.sets.push(set.clone());
        self.index.insert(set, deps);
        deps
    }

    pub(super) fn union(&mut self, a: Deps, b: Deps) -> Deps {
        if a == b || b == Deps::NONE {
            return a;
        }
        if a == Deps::NONE {
            return b;
        }
        let key = if a.0 < b.0 { (a, b) } else { (b, a) };
        if let Some(known) = self.unions.get(&key) {
            return *known;
        }
        let members = self.get(a).iter().chain(&*self.get(b)).copied().collect();
        let union = self.of(members);
        self.unions.insert(key, union);
        union
    }

    /// The union of many sets.
    pub(super) fn union_all(&mut self, all: impl IntoIterator<Item = Deps>) -> Deps {
        let mut distinct: Vec<Deps> = all.into_iter().filter(|deps| *deps != Deps::NONE).collect();
        distinct.sort_unstable_by_key(|deps| deps.0);
        distinct.dedup();
        match *distinct.as_slice() {
            [] => Deps::NONE,
            [one] => one,
            [a, b] => self.union(a, b),
            _ => {
                let members = distinct.iter().flat_map(|deps| self.get(*deps).to_vec()).collect();
                self.of(members)
            }
        }
    }

    /// The same values, each as one that decides.
    pub(super) fn as_control(&mut self, deps: Deps) -> Deps {
        if let Some(known) = self.controls.get(&deps) {
            return *known;
        }
        let members = self.get(deps).iter().map(|dep| dep.as_control()).collect();
        let control = self.of(members);
        self.controls.insert(deps, control);
        control
    }

    /// Those members that decide.
    pub(super) fn only_control(&mut self, deps: Deps) -> Deps {
        let all = self.get(deps);
        if all.iter().all(|dep| dep.role() == Role::Control) {
            return deps;
        }
        self.of(all.iter().copied().filter(|dep| dep.role() == Role::Control).collect())
    }
}
