//! `type`, `const`, `enum`, `format`; texts and numbers.

use std::cmp::Ordering;
use std::sync::Arc;

use crate::codec::Node;

use super::super::decimal::Decimal;
use super::super::equal;
use super::super::failure::Kind;
use super::super::model::{NumberRules, Schema, TextRules, Types};
use super::{Visit, has_type};

/// What a schema says about a value as a whole; the first failure ends its validation.
pub(super) fn fixed(schema: &Schema, value: &Node) -> Option<Kind> {
    if !schema.types.is_empty() && !has_type(value, schema.types) {
        return Some(Kind::Type { got: value.kind_name(), want: schema.types });
    }
    if let Some(want) = &schema.constant
        && !equal::is_equal(value, want)
    {
        return Some(Kind::Const(want.clone()));
    }
    if let Some(want) = &schema.enumeration {
        let kind = Types::of(value);
        if !want.iter().any(|item| Types::of(item) == kind && equal::is_equal(value, item)) {
            return Some(Kind::Enum(Arc::clone(want)));
        }
    }
    if let (Some((name, check)), Some(text)) = (schema.format, value.as_str())
        && let Err(why) = check(text)
    {
        return Some(Kind::Format { got: value.clone(), name, why });
    }
    None
}

impl Visit<'_, '_> {
    /// A count below `min` or above `max`.
    pub(super) fn counts(
        &mut self,
        got: usize,
        min: (&'static str, Option<i64>),
        max: (&'static str, Option<i64>),
    ) {
        let size = i64::try_from(got).unwrap_or(i64::MAX);
        if let (keyword, Some(want)) = min
            && size < want
        {
            self.fail(Kind::Count { keyword, got, want });
        }
        if let (keyword, Some(want)) = max
            && size > want
        {
            self.fail(Kind::Count { keyword, got, want });
        }
    }

    pub(super) fn text(&mut self, rules: &TextRules, text: &Arc<str>) {
        if rules.min.is_some() || rules.max.is_some() {
            self.counts(text.chars().count(), ("minLength", rules.min), ("maxLength", rules.max));
        }
        if let Some(pattern) = &rules.pattern
            && !pattern.is_match(text)
        {
            self.fail(Kind::Pattern { got: text.clone(), want: pattern.text.clone() });
        }
    }

    pub(super) fn number(&mut self, rules: &NumberRules) {
        let Some(got) = Decimal::new(self.value) else { return };
        let mut check = |keyword: &'static str, want: Option<&Decimal>, bad: &dyn Fn(&Decimal) -> bool| {
            if let Some(want) = want.filter(|want| bad(want)) {
                self.fail(Kind::Number { keyword, got: got.float(), want: want.float() });
            }
        };
        let order = |want: &Decimal| got.compare(want);
        check("minimum", rules.min.as_ref(), &|want| order(want) == Ordering::Less);
        check("maximum", rules.max.as_ref(), &|want| order(want) == Ordering::Greater);
        check("exclusiveMinimum", rules.above.as_ref(), &|want| order(want) != Ordering::Greater);
        check("exclusiveMaximum", rules.below.as_ref(), &|want| order(want) != Ordering::Less);
        check("multipleOf", rules.multiple_of.as_ref(), &|want| !got.is_multiple_of(want));
    }
}
