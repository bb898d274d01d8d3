//! Maps.

use std::sync::Arc;

use crate::codec::{Map, Node};

use super::super::failure::Kind;
use super::super::model::{Additional, Dependency, ObjectRules};
use super::{Run, Token, Visit};

impl Run<'_> {
    // Rule: validator.go, objValidate.
    pub(super) fn object<'v>(&mut self, visit: &mut Visit<'v, '_>, rules: &ObjectRules, map: &'v Map) {
        visit.counts(map.len(), ("minProperties", rules.min), ("maxProperties", rules.max));
        let missing = missing(map, &rules.required);
        if !missing.is_empty() {
            visit.fail(Kind::Required(missing));
        }
        if visit.quiet && !visit.failures.is_empty() {
            return;
        }
        for (property, dependency) in rules.dependencies.iter().filter(|(key, _)| map.get(key).is_some()) {
            match dependency {
                Dependency::Names(names) => visit.depends(map, property, names),
                Dependency::Schema(id) => {
                    let result = self.same(visit, *id, None, false);
                    visit.add(result);
                }
            }
        }
        let mut additional = Vec::new();
        for entry in map.entries() {
            if visit.quiet && !visit.failures.is_empty() {
                return;
            }
            if self.property(visit, rules, &entry.key, &entry.value, &mut additional) {
                visit.unevaluated.keys.remove(&*entry.key);
            }
        }
        if !additional.is_empty() {
            visit.fail(Kind::AdditionalProperties(additional));
        }
        if let Some(names) = rules.names {
            for entry in map.entries() {
                if let Err(failure) = self.whole(names, &Node::string(entry.key.clone()), visit.meta) {
                    visit.fail_because(Kind::PropertyName(entry.key.clone()), failure.flattened());
                }
            }
        }
        for (_, id) in rules.dependent_schemas.iter().filter(|(key, _)| map.get(key).is_some()) {
            let result = self.same(visit, *id, None, false);
            visit.add(result);
        }
        for (property, names) in rules.dependent_required.iter().filter(|(key, _)| map.get(key).is_some()) {
            visit.depends(map, property, names);
        }
    }

    /// One property; whether any rule was for it.
    fn property(
        &mut self,
        visit: &mut Visit<'_, '_>,
        rules: &ObjectRules,
        key: &Arc<str>,
        value: &Node,
        additional: &mut Vec<Arc<str>>,
    ) -> bool {
        let mut evaluated = false;
        if let Some(&id) = rules.properties.get(key) {
            evaluated = true;
            let result = self.below(visit, id, value, Token::Key(key));
            visit.add(result);
        }
        for (pattern, id) in &rules.patterns {
            if pattern.is_match(key) {
                evaluated = true;
                let result = self.below(visit, *id, value, Token::Key(key));
                visit.add(result);
            }
        }
        match rules.additional.filter(|_| !evaluated) {
            None => return evaluated,
            Some(Additional::Allowed(true)) => {}
            Some(Additional::Allowed(false)) => additional.push(key.clone()),
            Some(Additional::Schema(id)) => {
                let result = self.below(visit, id, value, Token::Key(key));
                visit.add(result);
            }
        }
        true
    }
}

impl Visit<'_, '_> {
    fn depends(&mut self, map: &Map, property: &Arc<str>, names: &[Arc<str>]) {
        let missing = missing(map, names);
        if !missing.is_empty() {
            self.fail(Kind::Dependency { property: property.clone(), missing });
        }
    }
}

fn missing(map: &Map, names: &[Arc<str>]) -> Vec<Arc<str>> {
    names.iter().filter(|name| map.get(name).is_none()).cloned().collect()
}
