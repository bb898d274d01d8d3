//! Lists.

use crate::codec::Node;

use super::super::draft::Draft;
use super::super::equal;
use super::super::failure::Kind;
use super::super::model::{Additional, ListRules, Schema};
use super::{Run, Token, Visit};

impl Run<'_> {
    // Rule: validator.go, arrValidate.
    pub(super) fn list(
        &mut self,
        visit: &mut Visit<'_, '_>,
        schema: &Schema,
        rules: &ListRules,
        items: &[Node],
    ) {
        visit.counts(items.len(), ("minItems", rules.min), ("maxItems", rules.max));
        if rules.unique
            && let Some((one, two)) = equal::duplicates(items)
        {
            visit.fail(Kind::Duplicates(one, two));
        }
        for (index, (item, &id)) in items.iter().zip(&rules.first).enumerate() {
            self.item(visit, id, item, index);
        }
        let done = rules.first.len().min(items.len());
        let rest = items.iter().enumerate().skip(done);
        if let Some(id) = rules.rest {
            for (index, item) in rest {
                self.item(visit, id, item, index);
            }
        } else {
            match rules.additional {
                Some(Additional::Allowed(false)) if done != items.len() => {
                    visit.fail(Kind::AdditionalItems(items.len() - done));
                }
                Some(Additional::Schema(id)) => {
                    for (index, item) in rest {
                        self.item(visit, id, item, index);
                    }
                }
                _ => {}
            }
        }
        if let Some(id) = rules.contains {
            self.contains(visit, schema, rules, items, id);
        }
    }

    fn item(&mut self, visit: &mut Visit<'_, '_>, id: usize, item: &Node, index: usize) {
        let result = self.below(visit, id, item, Token::Index(index));
        visit.add(result);
    }

    fn contains(
        &mut self,
        visit: &mut Visit<'_, '_>,
        schema: &Schema,
        rules: &ListRules,
        items: &[Node],
        id: usize,
    ) {
        let (mut failures, mut got) = (Vec::new(), Vec::new());
        for (index, item) in items.iter().enumerate() {
            match self.below(visit, id, item, Token::Index(index)) {
                Err(failure) => failures.push(failure),
                Ok(()) => {
                    got.push(index);
                    if schema.draft >= Draft::D2020 {
                        visit.unevaluated.items.remove(&index);
                    }
                }
            }
        }
        let count = i64::try_from(got.len()).unwrap_or(i64::MAX);
        match rules.min_contains {
            Some(want) if count < want => {
                visit.fail_because(Kind::MinContains { got: got.clone(), want }, failures);
            }
            None if got.is_empty() => visit.fail_because(Kind::Contains, failures),
            _ => {}
        }
        if let Some(want) = rules.max_contains.filter(|&want| count > want) {
            visit.fail(Kind::MaxContains { got, want });
        }
    }
}
