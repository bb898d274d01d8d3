//! Equality of values, by their decimal texts where they are numbers.

use std::collections::HashMap;
use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash, Hasher};

use crate::codec::{Data, Node};

use super::decimal::Decimal;

pub(super) fn is_whole_number(node: &Node) -> bool {
    match node.data() {
        Data::Int(_) | Data::Uint(_) => true,
        Data::Float(value) => value.fract() == 0.0,
        _ => false,
    }
}

pub(super) fn is_equal(one: &Node, two: &Node) -> bool {
    match (one.data(), two.data()) {
        (Data::List(one), Data::List(two)) => {
            one.len() == two.len() && one.iter().zip(two.iter()).all(|(one, two)| is_equal(one, two))
        }
        (Data::Map(one), Data::Map(two)) => {
            one.len() == two.len()
                && one
                    .entries()
                    .iter()
                    .zip(two.entries())
                    .all(|(one, two)| one.key == two.key && is_equal(&one.value, &two.value))
        }
        _ => match (Decimal::new(one), Decimal::new(two)) {
            (Some(one), Some(two)) => one == two,
            (None, None) => one == two,
            _ => false,
        },
    }
}

/// The first two items that are equal.
// Rule: util.go, duplicates: the later one is the first to have an equal before it.
pub(super) fn duplicates(items: &[Node]) -> Option<(usize, usize)> {
    let mut seen: HashMap<u64, Vec<usize>> = HashMap::new();
    for (index, item) in items.iter().enumerate() {
        let mut hasher = DefaultHasher::new();
        hash(item, &mut hasher);
        let same = seen.entry(hasher.finish()).or_default();
        let equal =
            same.iter().copied().find(|&other| items.get(other).is_some_and(|other| is_equal(item, other)));
        if let Some(other) = equal {
            return Some((other, index));
        }
        same.push(index);
    }
    None
}

fn hash(node: &Node, hasher: &mut DefaultHasher) {
    match node.data() {
        Data::Null => 0_u8.hash(hasher),
        Data::Bool(value) => (1_u8, value).hash(hasher),
        Data::String(text) => (2_u8, text).hash(hasher),
        Data::List(items) => {
            (3_u8, items.len()).hash(hasher);
            items.iter().for_each(|item| hash(item, hasher));
        }
        Data::Map(map) => {
            (4_u8, map.len()).hash(hasher);
            for entry in map.entries() {
                entry.key.hash(hasher);
                hash(&entry.value, hasher);
            }
        }
        Data::Int(_) | Data::Uint(_) | Data::Float(_) => {
            let number = Decimal::new(node).map(|number| number.float().to_bits());
            (5_u8, number).hash(hasher);
        }
    }
}
