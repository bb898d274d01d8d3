//! The order of keys.

use std::cmp::Ordering;

/// In what order a map's keys are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum KeyOrder {
    /// go-yaml's order for people: `a1`, `a2`, `a10`.
    #[default]
    Natural,
    /// Byte order.
    Bytes,
    /// The order in which the keys were written; those that were computed come last, in byte order.
    Written,
}

/// Sorts by a relation that need not be transitive; the result depends on nothing but the input.
///
/// go-yaml v2's relation is not (v2 < v10 < v1beta1 < v2), and Go's own result is random then. The
/// standard library's sort may panic on such a relation, so this is a merge sort of our own.
pub(super) fn sort<T>(entries: Vec<T>, less: impl Fn(&T, &T) -> bool + Copy) -> Vec<T> {
    if entries.windows(2).all(|pair| matches!(pair, [a, b] if !less(b, a))) {
        return entries;
    }
    let mut runs: Vec<Vec<T>> = entries.into_iter().map(|entry| vec![entry]).collect();
    while runs.len() > 1 {
        let mut merged = Vec::with_capacity(runs.len().div_ceil(2));
        let mut pairs = runs.into_iter();
        while let Some(left) = pairs.next() {
            merged.push(match pairs.next() {
                Some(right) => merge(left, right, less),
                None => left,
            });
        }
        runs = merged;
    }
    runs.pop().unwrap_or_default()
}

fn merge<T>(left: Vec<T>, right: Vec<T>, less: impl Fn(&T, &T) -> bool) -> Vec<T> {
    let mut out = Vec::with_capacity(left.len() + right.len());
    let (mut left, mut right) = (left.into_iter().peekable(), right.into_iter().peekable());
    loop {
        let take_right = match (left.peek(), right.peek()) {
            (Some(a), Some(b)) => less(b, a),
            (None, Some(_)) => true,
            (Some(_), None) => false,
            (None, None) => return out,
        };
        out.extend(if take_right { right.next() } else { left.next() });
    }
}

/// Whether `a` comes before `b`.
// Rule: go-yaml v2.4.4 and v3.0.5 sorter.go, keyList.Less; they differ after a common digit.
pub(super) fn natural_less(a: &str, b: &str, pretty: bool) -> bool {
    natural(a, b, pretty) == Ordering::Less
}

fn is_digit(c: char) -> bool {
    c.is_ascii_digit() || !c.is_ascii() && c.is_numeric() && !c.is_alphabetic()
}

fn natural(a: &str, b: &str, pretty: bool) -> Ordering {
    // Everything up to here is the same in both.
    let mut common = 0;
    let (mut left, mut right) = (a.chars(), b.chars());
    let (x, y) = loop {
        match (left.next(), right.next()) {
            (Some(x), Some(y)) if x == y => common += x.len_utf8(),
            (Some(x), Some(y)) => break (x, y),
            (None, None) => return Ordering::Equal,
            (None, Some(_)) => return Ordering::Less,
            (Some(_), None) => return Ordering::Greater,
        }
    };
    let before = a.get(..common).unwrap_or_default();
    match (x.is_alphabetic(), y.is_alphabetic()) {
        (true, true) => return x.cmp(&y),
        (false, false) => {}
        (x_is_letter, _) => {
            let after_digit = pretty && before.chars().next_back().is_some_and(is_digit);
            let letter_first = after_digit;
            return if x_is_letter == letter_first { Ordering::Less } else { Ordering::Greater };
        }
    }
    // A zero counts as part of a number that began before it.
    let run = before.chars().rev().take_while(|&c| is_digit(c)).any(|c| c != '0');
    let start = i64::from((x == '0' || y == '0') && run);
    let number = |text: &str| {
        let rest = text.get(common..).unwrap_or_default();
        rest.chars().take_while(|&c| is_digit(c)).fold((start, 0usize), |(value, length), c| {
            let digit = i64::from(u32::from(c)) - i64::from(u32::from('0'));
            (value.wrapping_mul(10).wrapping_add(digit), length + 1)
        })
    };
    number(a).cmp(&number(b)).then(x.cmp(&y))
}
