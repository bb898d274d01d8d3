//! One user's map merged into another.

use std::cmp::Ordering;

use crate::codec::{Data, Map, Node};

use super::history::succeed;

/// `over` merged into `under`: maps merge, anything else of `over` replaces, nulls too.
// Rule: helm v4.3.1 pkg/chart/v2/loader/load.go, MergeMaps.
pub(super) fn merge_maps(under: &Node, over: &Node) -> Node {
    let (Some(low), Some(high)) = (under.as_map(), over.as_map()) else {
        return succeed(over.clone(), under);
    };
    if high.is_empty() {
        return under.clone();
    }
    if low.is_empty() {
        return over.clone();
    }
    let (mut low, mut high) = (low.entries().iter().peekable(), high.entries().iter().peekable());
    let mut entries = Vec::with_capacity(low.len() + high.len());
    loop {
        let side = match (low.peek(), high.peek()) {
            (None, None) => break,
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (Some(low), Some(high)) => low.key.cmp(&high.key),
        };
        match side {
            Ordering::Less => entries.extend(low.next().cloned()),
            Ordering::Greater => entries.extend(high.next().cloned()),
            Ordering::Equal => {
                if let (Some(low), Some(high)) = (low.next(), high.next()) {
                    let mut entry = high.clone();
                    entry.value = merge_maps(&low.value, &high.value);
                    entries.push(entry);
                }
            }
        }
    }
    over.with_data(Data::Map(Map::from_entries(entries)))
}
