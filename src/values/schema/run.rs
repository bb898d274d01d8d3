//! Validation of a value with a model.
// Rule: github.com/santhosh-tekuri/jsonschema v6.0.3, validator.go. Where it walks a map in random order, keys go in
// order here.

mod list;
mod object;
mod scalar;

use std::collections::{BTreeSet, HashMap};

use crate::codec::{Data, Node};
use crate::value::budget;

use super::super::text::quote;
use super::draft::{Draft, push_token};
use super::equal;
use super::failure::{Failure, Kind};
use super::model::{Id, Logic, Model, Schema, Types};

/// Steps of the render's budget that a schema applied to a value takes: a tenth of a microsecond.
const STEPS_A_VISIT: u64 = 10;

/// Levels above a schema that are looked through in one step.
const LEVELS_A_STEP: usize = 8;

/// How deep values and schemas may nest in a validation. Helm has no such limit.
const MAX_LEVELS: usize = 600;

/// Why a validation did not end well.
pub(super) enum Stop {
    Failed(Vec<Failure>),
    /// A limit of this program was reached.
    Limit(String),
}

/// For the check of a schema itself: which schemas inside it follow other drafts.
pub(super) struct MetaDrafts {
    /// The metaschema to begin with.
    pub(super) root: Id,
    /// Metaschemas by JSON pointer.
    pub(super) inner: HashMap<String, Id>,
}

/// Validates a value.
pub(super) fn validate(model: &Model, id: Id, value: &Node, meta: Option<&MetaDrafts>) -> Result<(), Stop> {
    let mut run = Run { model, meta, limit: None };
    let result = run.whole(id, value, meta.map(|meta| meta.root));
    // Patterns that ran out of steps matched nothing.
    if let Some(text) = run.limit.or_else(budget::refusal) {
        return Err(Stop::Limit(text));
    }
    result.map_err(|failure| Stop::Failed(failure.flattened()))
}

struct Run<'m> {
    model: &'m Model,
    meta: Option<&'m MetaDrafts>,
    limit: Option<String>,
}

/// The way to the value that is validated.
#[derive(Clone, Copy)]
struct Way<'w> {
    above: Option<&'w Way<'w>>,
    token: Token<'w>,
}

#[derive(Clone, Copy)]
enum Token<'w> {
    Root,
    Key(&'w str),
    Index(usize),
}

/// The schemas that led here.
#[derive(Clone, Copy)]
struct Scope<'s> {
    above: Option<&'s Scope<'s>>,
    id: Id,
    /// The keyword of the reference that led here, if one did.
    keyword: Option<&'static str>,
    /// Which value: schemas of one value have equal numbers.
    value: usize,
    level: usize,
}

/// What has not been looked at by any schema yet.
#[derive(Default)]
struct Unevaluated<'v> {
    keys: BTreeSet<&'v str>,
    items: BTreeSet<usize>,
}

/// One schema at one value.
struct Visit<'v, 's> {
    value: &'v Node,
    way: &'s Way<'s>,
    id: Id,
    scope: &'s Scope<'s>,
    unevaluated: Unevaluated<'v>,
    /// Only whether there is a failure matters.
    quiet: bool,
    meta: Option<Id>,
    failures: Vec<Failure>,
}

type Verdict<'v> = Result<Unevaluated<'v>, Failure>;

impl Way<'_> {
    fn pointer(&self) -> String {
        let mut tokens = Vec::new();
        let mut at = Some(self);
        while let Some(way) = at {
            tokens.push(way.token);
            at = way.above;
        }
        let mut out = String::new();
        for token in tokens.into_iter().rev() {
            match token {
                Token::Root => {}
                Token::Key(key) => push_token(&mut out, key),
                Token::Index(index) => {
                    out.push('/');
                    out.push_str(&index.to_string());
                }
            }
        }
        out
    }
}

impl Failure {
    /// The failures of a group, or this one.
    fn flattened(self) -> Vec<Self> {
        if matches!(self.kind, Kind::Group) { self.causes } else { vec![self] }
    }
}

impl<'v> Unevaluated<'v> {
    fn new(value: &'v Node, schema: &Schema, wanted: bool) -> Self {
        let mut all = Self::default();
        match value.data() {
            Data::Map(map)
                if !schema.all_properties_evaluated
                    && (wanted || schema.unevaluated_properties.is_some()) =>
            {
                all.keys = map.entries().iter().map(|entry| &*entry.key).collect();
            }
            Data::List(items)
                if !schema.all_items_evaluated && (wanted || schema.unevaluated_items.is_some()) =>
            {
                all.items = (schema.items_evaluated..items.len()).collect();
            }
            _ => {}
        }
        all
    }

    fn is_empty(&self) -> bool {
        self.keys.is_empty() && self.items.is_empty()
    }

    /// Keeps what the other side has not looked at either.
    fn merge(&mut self, other: &Self) {
        self.keys.retain(|key| other.keys.contains(key));
        self.items.retain(|item| other.items.contains(item));
    }
}

impl<'m> Run<'m> {
    fn schema(&self, id: Id) -> Option<&'m Schema> {
        self.model.schemas.get(id)
    }

    /// A value by itself, seen from no other.
    fn whole(&mut self, id: Id, value: &Node, meta: Option<Id>) -> Result<(), Failure> {
        let way = Way { above: None, token: Token::Root };
        let scope = Scope { above: None, id, keyword: None, value: 0, level: 0 };
        let Some(schema) = self.schema(id) else { return Ok(()) };
        let unevaluated = Unevaluated::new(value, schema, false);
        let visit = Visit {
            value,
            way: &way,
            id,
            scope: &scope,
            unevaluated,
            quiet: false,
            meta,
            failures: Vec::new(),
        };
        self.visit(visit).map(|_| ())
    }

    fn visit<'v>(&mut self, mut visit: Visit<'v, '_>) -> Verdict<'v> {
        let Some(schema) = self.schema(visit.id) else { return Ok(visit.unevaluated) };
        if let Some(text) = visit.refusal() {
            self.limit.get_or_insert(text);
            return Err(visit.failure(Kind::Unsaid));
        }
        match schema.boolean {
            Some(true) => return Ok(visit.unevaluated),
            Some(false) => return Err(visit.failure(Kind::FalseSchema)),
            None => {}
        }
        if let Some(text) = self.cycle(&visit, schema) {
            return Err(visit.failure(Kind::Cycle(text)));
        }
        if let Some(kind) = scalar::fixed(schema, visit.value) {
            return Err(visit.failure(kind));
        }
        if let Some(reference) = schema.reference {
            let result = self.behind_reference(&mut visit, reference, "$ref");
            if schema.draft < Draft::D2019 {
                return result.map(|()| visit.unevaluated);
            }
            visit.add(result);
        }
        match visit.value.data() {
            Data::Map(map) => {
                if let Some(rules) = &schema.object {
                    self.object(&mut visit, rules, map);
                }
            }
            Data::List(items) => {
                if let Some(rules) = &schema.list {
                    self.list(&mut visit, schema, rules, items);
                }
            }
            Data::String(text) => {
                if let Some(rules) = &schema.text {
                    visit.text(rules, text);
                }
            }
            Data::Int(_) | Data::Uint(_) | Data::Float(_) => {
                if let Some(rules) = &schema.number {
                    visit.number(rules);
                }
            }
            Data::Null | Data::Bool(_) => {}
        }
        if visit.failures.is_empty() || !visit.quiet {
            self.dynamic_references(&mut visit, schema);
            if let Some(logic) = &schema.logic {
                self.logic(&mut visit, logic);
            }
            self.left_over(&mut visit, schema);
        }
        if visit.failures.is_empty() {
            return Ok(visit.unevaluated);
        }
        let mut causes = std::mem::take(&mut visit.failures);
        match causes.pop() {
            Some(only) if causes.is_empty() => Err(only),
            last => {
                causes.extend(last);
                let mut group = visit.failure(Kind::Group);
                // A quiet group is a group no less.
                group.kind = Kind::Group;
                group.causes = causes;
                Err(group)
            }
        }
    }

    /// Another schema at the same value.
    fn same(
        &mut self,
        visit: &mut Visit<'_, '_>,
        id: Id,
        keyword: Option<&'static str>,
        quiet: bool,
    ) -> Result<(), Failure> {
        let Some(schema) = self.schema(id) else { return Ok(()) };
        let scope = Scope {
            above: Some(visit.scope),
            id,
            keyword,
            value: visit.scope.value,
            level: visit.scope.level + 1,
        };
        let wanted = !visit.unevaluated.is_empty();
        let (id, meta) = self.switch_meta(id, visit.meta, visit.way);
        let inner = Visit {
            value: visit.value,
            way: visit.way,
            id,
            scope: &scope,
            unevaluated: Unevaluated::new(visit.value, schema, wanted),
            quiet: visit.quiet || quiet,
            meta,
            failures: Vec::new(),
        };
        let left = self.visit(inner)?;
        visit.unevaluated.merge(&left);
        Ok(())
    }

    /// A schema at a value below this one.
    fn below(
        &mut self,
        visit: &Visit<'_, '_>,
        id: Id,
        value: &Node,
        token: Token<'_>,
    ) -> Result<(), Failure> {
        let Some(schema) = self.schema(id) else { return Ok(()) };
        let way = Way { above: Some(visit.way), token };
        let scope = Scope {
            above: Some(visit.scope),
            id,
            keyword: None,
            value: visit.scope.value + 1,
            level: visit.scope.level + 1,
        };
        let (id, meta) = self.switch_meta(id, visit.meta, &way);
        let inner = Visit {
            value,
            way: &way,
            id,
            scope: &scope,
            unevaluated: Unevaluated::new(value, schema, false),
            quiet: visit.quiet,
            meta,
            failures: Vec::new(),
        };
        self.visit(inner).map(|_| ())
    }

    /// A schema inside a schema that is checked may follow another draft.
    fn switch_meta(&self, id: Id, meta: Option<Id>, way: &Way<'_>) -> (Id, Option<Id>) {
        let Some(drafts) = self.meta.filter(|drafts| meta == Some(id) && drafts.inner.len() > 1) else {
            return (id, meta);
        };
        match drafts.inner.get(&way.pointer()) {
            Some(&other) => (other, Some(other)),
            None => (id, meta),
        }
    }

    fn behind_reference(
        &mut self,
        visit: &mut Visit<'_, '_>,
        id: Id,
        keyword: &'static str,
    ) -> Result<(), Failure> {
        self.same(visit, id, Some(keyword), false).map_err(|failure| {
            let mut reference = visit.failure(Kind::Reference);
            reference.causes = failure.flattened();
            reference
        })
    }

    fn dynamic_references(&mut self, visit: &mut Visit<'_, '_>, schema: &Schema) {
        let Some(dynamic) = &schema.dynamic else { return };
        if let Some(mut target) = dynamic.recursive_reference {
            if self.dynamic(target).is_some_and(|dynamic| dynamic.recursive_anchor) {
                let mut at = Some(visit.scope);
                while let Some(scope) = at {
                    let resource = self.schema(scope.id).map(|schema| schema.resource);
                    if resource
                        .and_then(|id| self.dynamic(id))
                        .is_some_and(|dynamic| dynamic.recursive_anchor)
                    {
                        target = scope.id;
                    }
                    at = scope.above;
                }
            }
            let result = self.behind_reference(visit, target, "$recursiveRef");
            visit.add(result);
        }
        if let Some((mut target, anchor)) =
            dynamic.reference.as_ref().map(|(id, anchor)| (*id, anchor.as_ref()))
        {
            let own = self.dynamic(target).and_then(|dynamic| dynamic.anchor.as_ref());
            if let Some(anchor) = anchor.filter(|anchor| own == Some(*anchor)) {
                let mut at = Some(visit.scope);
                while let Some(scope) = at {
                    let resource = self.schema(scope.id).map(|schema| schema.resource);
                    if let Some(&id) = resource
                        .and_then(|id| self.dynamic(id))
                        .and_then(|dynamic| dynamic.anchors.get(anchor))
                    {
                        target = id;
                    }
                    at = scope.above;
                }
            }
            let result = self.behind_reference(visit, target, "$dynamicRef");
            visit.add(result);
        }
    }

    fn dynamic(&self, id: Id) -> Option<&'m super::model::Dynamic> {
        self.schema(id)?.dynamic.as_deref()
    }

    // Rule: validator.go, condValidate.
    fn logic(&mut self, visit: &mut Visit<'_, '_>, logic: &Logic) {
        if let Some(not) = logic.not
            && self.same(visit, not, None, true).is_ok()
        {
            visit.fail(Kind::Not);
        }
        let mut failures = Vec::new();
        for &id in &logic.all_of {
            if let Err(failure) = self.same(visit, id, None, false) {
                failures.push(failure);
                if visit.quiet {
                    break;
                }
            }
        }
        if !failures.is_empty() {
            visit.fail_because(Kind::AllOf, failures);
        }
        if !logic.any_of.is_empty() {
            let (mut matched, mut failures) = (false, Vec::new());
            for &id in &logic.any_of {
                match self.same(visit, id, None, false) {
                    Err(failure) => failures.push(failure),
                    Ok(()) => {
                        matched = true;
                        // What is still unevaluated may be looked at by the others.
                        if visit.unevaluated.is_empty() {
                            break;
                        }
                    }
                }
            }
            if !matched {
                visit.fail_because(Kind::AnyOf, failures);
            }
        }
        if !logic.one_of.is_empty() {
            self.one_of(visit, &logic.one_of);
        }
        if let Some(condition) = logic.condition {
            let branch =
                if self.same(visit, condition, None, true).is_ok() { logic.then } else { logic.otherwise };
            if let Some(branch) = branch {
                let result = self.same(visit, branch, None, false);
                visit.add(result);
            }
        }
    }

    fn one_of(&mut self, visit: &mut Visit<'_, '_>, ids: &[Id]) {
        let (mut matched, mut failures) = (None, Vec::new());
        for (index, &id) in ids.iter().enumerate() {
            match (self.same(visit, id, None, matched.is_some()), matched) {
                (Err(failure), None) => failures.push(failure),
                (Err(_), Some(_)) => {}
                (Ok(()), None) => matched = Some(index),
                (Ok(()), Some(first)) => return visit.fail(Kind::OneOf(Some((first, index)))),
            }
        }
        if matched.is_none() {
            visit.fail_because(Kind::OneOf(None), failures);
        }
    }

    // Rule: validator.go, unevalValidate.
    fn left_over(&mut self, visit: &mut Visit<'_, '_>, schema: &Schema) {
        if let (Some(id), Data::Map(map)) = (schema.unevaluated_properties, visit.value.data()) {
            for key in std::mem::take(&mut visit.unevaluated.keys) {
                if let Some(value) = map.get(key) {
                    let result = self.below(visit, id, value, Token::Key(key));
                    visit.add(result);
                }
            }
        }
        if let (Some(id), Data::List(items)) = (schema.unevaluated_items, visit.value.data()) {
            for index in std::mem::take(&mut visit.unevaluated.items) {
                if let Some(value) = items.get(index) {
                    let result = self.below(visit, id, value, Token::Index(index));
                    visit.add(result);
                }
            }
        }
    }

    /// The text of a reference that leads back to itself at the same value.
    fn cycle(&self, visit: &Visit<'_, '_>, schema: &Schema) -> Option<String> {
        let mut at = visit.scope.above;
        while let Some(scope) = at.filter(|scope| scope.value == visit.scope.value) {
            if scope.id == visit.scope.id {
                let [here, there] = [visit.scope, scope].map(|scope| self.keyword_path(scope));
                let url = quote(&schema.location);
                return Some(format!("both {here} and {there} resolve to {url} causing reference cycle"));
            }
            at = scope.above;
        }
        None
    }

    fn keyword_path(&self, scope: &Scope<'_>) -> String {
        let location = |id: Id| self.schema(id).map(|schema| schema.location.as_str()).unwrap_or_default();
        let mut pieces = Vec::new();
        let mut scope = *scope;
        while let Some(above) = scope.above {
            pieces.push(match scope.keyword {
                Some(keyword) => format!("/{keyword}"),
                None => location(scope.id).get(location(above.id).len()..).unwrap_or_default().to_owned(),
            });
            scope = *above;
        }
        pieces.reverse();
        pieces.concat()
    }
}

impl Visit<'_, '_> {
    /// What the validation is refused with, once a limit was met.
    fn refusal(&self) -> Option<String> {
        let level = self.scope.level;
        if level > MAX_LEVELS {
            return Some(format!("validation nests deeper than the maximum supported level of {MAX_LEVELS}"));
        }
        let carried = self.unevaluated.keys.len() + self.unevaluated.items.len();
        let compared = match self.value.data() {
            Data::Map(map) => map.len(),
            Data::List(items) => items.len(),
            Data::String(text) => text.len() / 64,
            _ => 0,
        };
        let steps = STEPS_A_VISIT + (level / LEVELS_A_STEP + carried + compared) as u64;
        let over = budget::is_spent(steps);
        budget::refusal().filter(|_| over)
    }

    fn failure(&self, kind: Kind) -> Failure {
        if self.quiet {
            return Failure { pointer: String::new(), place: None, kind: Kind::Unsaid, causes: Vec::new() };
        }
        let place = self.value.place().cloned();
        Failure { pointer: self.way.pointer(), place, kind, causes: Vec::new() }
    }

    fn fail(&mut self, kind: Kind) {
        let failure = self.failure(kind);
        self.failures.push(failure);
    }

    fn fail_because(&mut self, kind: Kind, causes: Vec<Failure>) {
        let mut failure = self.failure(kind);
        failure.causes = causes;
        self.failures.push(failure);
    }

    fn add(&mut self, result: Result<(), Failure>) {
        self.failures.extend(result.err());
    }
}

/// Whether a value has one of these types; a whole number is an integer too.
fn has_type(value: &Node, types: Types) -> bool {
    types.has(Types::of(value)) || types.has_integer() && equal::is_whole_number(value)
}
