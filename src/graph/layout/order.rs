//! The order inside columns: the mean of the neighbours, to and fro, and the best order seen is kept.

use super::{Columns, Segment};

/// How often the columns are gone through.
const SWEEPS: usize = 24;
/// Past this many segments crossings are no longer counted after each sweep.
const MOST_COUNTED: usize = 20_000;

/// Orders the items of every column. Returns where each item went: by column, the new index of the old one.
pub(super) fn order(columns: &mut Columns) -> Vec<Vec<usize>> {
    let mut order: Vec<Vec<usize>> = columns.items.iter().map(|items| (0..items.len()).collect()).collect();
    let total: usize = columns.segments.iter().map(Vec::len).sum();
    let mut best = (crossings(columns, &order), order.clone());
    for sweep in 0..SWEEPS {
        if best.0 == 0 {
            break;
        }
        let count = columns.items.len();
        if sweep % 2 == 0 {
            (1..count).for_each(|column| settle(columns, &mut order, column, true));
        } else {
            (0..count.saturating_sub(1)).rev().for_each(|column| settle(columns, &mut order, column, false));
        }
        if total <= MOST_COUNTED || sweep + 1 == SWEEPS {
            let crossed = crossings(columns, &order);
            if crossed < best.0 {
                best = (crossed, order.clone());
            }
        }
    }
    apply(columns, &best.1);
    best.1
}

/// Sorts one column by the mean position of its neighbours in the column on its left, or right.
fn settle(columns: &Columns, order: &mut [Vec<usize>], column: usize, by_left: bool) {
    let segments = if by_left { column.checked_sub(1) } else { Some(column) };
    let Some(segments) = segments.and_then(|at| columns.segments.get(at)) else { return };
    let neighbours = if by_left { column - 1 } else { column + 1 };
    let Some(theirs) = order.get(neighbours) else { return };
    let count = columns.items.get(column).map_or(0, Vec::len);
    let mut sums = vec![(0.0_f64, 0_usize); count];
    for segment in segments {
        let (own, other, port) = if by_left {
            (segment.right, segment.left, segment.ports.0)
        } else {
            (segment.left, segment.right, segment.ports.1)
        };
        let position = theirs.get(other).copied().unwrap_or_default() as f64 + port / 1000.0;
        if let Some((sum, number)) = sums.get_mut(own) {
            *sum += position;
            *number += 1;
        }
    }
    let Some(own) = order.get_mut(column) else { return };
    let mut keyed: Vec<(f64, usize, usize)> = own
        .iter()
        .enumerate()
        .map(|(item, &position)| match sums.get(item) {
            Some(&(sum, number)) if number > 0 => (sum / number as f64, position, item),
            _ => (position as f64, position, item),
        })
        .collect();
    keyed.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
    for (position, (_, _, item)) in keyed.into_iter().enumerate() {
        if let Some(slot) = own.get_mut(item) {
            *slot = position;
        }
    }
}

/// How many pairs of segments cross.
fn crossings(columns: &Columns, order: &[Vec<usize>]) -> usize {
    let key = |column: usize, item: usize, port: f64| {
        (order.get(column).and_then(|order| order.get(item)).copied().unwrap_or_default() as f64)
            + port / 1000.0
    };
    let mut crossed = 0;
    for (column, segments) in columns.segments.iter().enumerate() {
        let mut ends: Vec<(f64, f64)> = segments
            .iter()
            .map(|Segment { left, right, ports }| {
                (key(column, *left, ports.0), key(column + 1, *right, ports.1))
            })
            .collect();
        ends.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1)));
        let mut right: Vec<f64> = ends.into_iter().map(|(_, right)| right).collect();
        crossed += inversions(&mut right);
    }
    crossed
}

/// How many pairs stand in the wrong order; sorts on the way.
fn inversions(list: &mut [f64]) -> usize {
    if list.len() < 2 {
        return 0;
    }
    let (left, right) = list.split_at_mut(list.len() / 2);
    let mut count = inversions(left) + inversions(right);
    let (left, right) = (left.to_vec(), right.to_vec());
    let (mut lefts, mut rights) = (left.iter().peekable(), right.iter().peekable());
    for slot in list {
        match (lefts.peek(), rights.peek()) {
            (Some(first), Some(second)) if second < first => {
                count += lefts.len();
                *slot = **second;
                rights.next();
            }
            (Some(first), _) => {
                *slot = **first;
                lefts.next();
            }
            (None, Some(second)) => {
                *slot = **second;
                rights.next();
            }
            (None, None) => {}
        }
    }
    count
}

fn apply(columns: &mut Columns, order: &[Vec<usize>]) {
    for (items, order) in columns.items.iter_mut().zip(order) {
        let old = items.clone();
        for (item, &position) in old.into_iter().zip(order) {
            if let Some(slot) = items.get_mut(position) {
                *slot = item;
            }
        }
    }
    let moved = |column: usize, item: usize| {
        order.get(column).and_then(|order| order.get(item)).copied().unwrap_or(item)
    };
    for (column, segments) in columns.segments.iter_mut().enumerate() {
        for segment in segments {
            segment.left = moved(column, segment.left);
            segment.right = moved(column + 1, segment.right);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::inversions;

    #[test]
    fn inversions_are_counted() {
        assert_eq!(inversions(&mut [1.0, 2.0, 3.0]), 0);
        assert_eq!(inversions(&mut [3.0, 2.0, 1.0]), 3);
        assert_eq!(inversions(&mut [2.0, 2.0, 1.0, 3.0, 0.0]), 6);
    }
}
