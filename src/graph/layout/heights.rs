//! Heights: every item as near as it can be to what it is linked with, in the order of its column, nothing overlapping.

use super::blocks::Blocks;
use super::{Columns, Item, LANE, SPACE};

/// How often the columns are gone through.
const SWEEPS: usize = 40;

/// The upper edge of every item, by column; the least is 0.
pub(super) fn heights(columns: &Columns, blocks: &Blocks) -> Vec<Vec<f64>> {
    let sizes: Vec<Vec<f64>> = columns
        .items
        .iter()
        .map(|items| {
            let size = |item: &Item| match item {
                Item::Block(block) => blocks.height(*block),
                Item::Lane => LANE,
            };
            items.iter().map(size).collect()
        })
        .collect();
    let mut tops: Vec<Vec<f64>> = sizes
        .iter()
        .map(|sizes| {
            let mut y = 0.0;
            let mut tops = Vec::with_capacity(sizes.len());
            for size in sizes {
                tops.push(y);
                y += size + SPACE;
            }
            // The middles of columns on one line to begin with.
            tops.iter().map(|top| top - y / 2.0).collect()
        })
        .collect();
    for sweep in 0..SWEEPS {
        let count = columns.items.len();
        for step in 0..count {
            let column = if sweep % 2 == 0 { step } else { count - 1 - step };
            settle(columns, &sizes, &mut tops, column);
        }
    }
    let least = tops.iter().flatten().copied().fold(f64::INFINITY, f64::min);
    for top in tops.iter_mut().flatten() {
        *top = (*top - least).round();
    }
    tops
}

fn settle(columns: &Columns, sizes: &[Vec<f64>], tops: &mut [Vec<f64>], column: usize) {
    let Some(own) = tops.get(column) else { return };
    // Where each item would like to be: the mean of its neighbours; those without stay.
    let mut wishes: Vec<(f64, f64)> = vec![(0.0, 0.0); own.len()];
    let top = |column: usize, item: usize| {
        tops.get(column).and_then(|tops| tops.get(item)).copied().unwrap_or_default()
    };
    if let Some(before) = column.checked_sub(1) {
        for segment in columns.segments.get(before).into_iter().flatten() {
            let wish = top(before, segment.left) + segment.ports.0 - segment.ports.1;
            add(&mut wishes, segment.right, wish);
        }
    }
    for segment in columns.segments.get(column).into_iter().flatten() {
        let wish = top(column + 1, segment.right) + segment.ports.1 - segment.ports.0;
        add(&mut wishes, segment.left, wish);
    }
    let no_sizes = Vec::new();
    let sizes = sizes.get(column).unwrap_or(&no_sizes);
    let mut offset = 0.0;
    let mut offsets = Vec::with_capacity(own.len());
    for size in sizes {
        offsets.push(offset);
        offset += size + SPACE;
    }
    let wishes: Vec<(f64, f64)> = wishes
        .iter()
        .zip(own)
        .zip(&offsets)
        .map(|((&(sum, weight), &now), offset)| {
            let (wish, weight) = if weight > 0.0 { (sum / weight, weight) } else { (now, 0.1) };
            (wish - offset, weight)
        })
        .collect();
    let found: Vec<f64> =
        rising(&wishes).iter().zip(&offsets).map(|(value, offset)| value + offset).collect();
    if let Some(own) = tops.get_mut(column) {
        *own = found;
    }
}

fn add(wishes: &mut [(f64, f64)], item: usize, wish: f64) {
    if let Some((sum, weight)) = wishes.get_mut(item) {
        *sum += wish;
        *weight += 1.0;
    }
}

/// The sequence that never falls and is nearest to the wished values, by least squares: neighbours that would fall are
/// pooled to their mean.
fn rising(wishes: &[(f64, f64)]) -> Vec<f64> {
    let mut pools: Vec<(f64, f64, usize)> = Vec::with_capacity(wishes.len());
    for &(wish, weight) in wishes {
        let mut pool = (wish, weight, 1);
        while let Some(&(before, its_weight, number)) = pools.last() {
            if before <= pool.0 {
                break;
            }
            let weight = its_weight + pool.1;
            pool = ((before * its_weight + pool.0 * pool.1) / weight, weight, number + pool.2);
            pools.pop();
        }
        pools.push(pool);
    }
    pools.into_iter().flat_map(|(value, _, number)| std::iter::repeat_n(value, number)).collect()
}

#[cfg(test)]
mod tests {
    use super::rising;

    #[test]
    fn falling_neighbours_are_pooled() {
        assert_eq!(rising(&[(1.0, 1.0), (3.0, 1.0), (2.0, 1.0), (4.0, 1.0)]), [1.0, 2.5, 2.5, 4.0]);
        assert_eq!(rising(&[(3.0, 1.0), (0.0, 2.0)]), [1.0, 1.0]);
    }
}
