//! Which column each block stands in, and the lanes of lines that pass columns.

use super::blocks::{Blocks, Edge};
use super::{Columns, Item, LANE, Route, Segment};

/// Columns in the order of the input, and the ways of links through them.
pub(super) struct Placed {
    pub(super) columns: Columns,
    pub(super) routes: Vec<Route>,
}

/// Lanes past which no picture is made.
const MOST_LANES: usize = 200_000;

/// Blocks by column: each right of all that refer to it, circles opened where they close. None with too many lanes.
pub(super) fn columns(blocks: &Blocks) -> Option<Placed> {
    let count = blocks.members.len();
    let (edges, reversed) = without_circles(count, &blocks.edges);
    let ranks = ranks(count, &edges);
    let rank = |block: usize| ranks.get(block).copied().unwrap_or_default();
    let lanes: usize = edges.iter().map(|edge| rank(edge.to).saturating_sub(rank(edge.from) + 1)).sum();
    if lanes > MOST_LANES {
        return None;
    }
    let width = ranks.iter().max().map_or(0, |most| most + 1);
    let mut columns =
        Columns { items: vec![Vec::new(); width], segments: vec![Vec::new(); width.saturating_sub(1)] };
    let mut place = Vec::with_capacity(count);
    for (block, &rank) in ranks.iter().enumerate() {
        let Some(items) = columns.items.get_mut(rank) else { continue };
        place.push((rank, items.len()));
        items.push(Item::Block(block));
    }
    let mut routes = Vec::with_capacity(edges.len());
    for (edge, reversed) in edges.iter().zip(reversed) {
        let (Some(&from), Some(&to)) = (place.get(edge.from), place.get(edge.to)) else { continue };
        let mut items = vec![from];
        for column in from.0 + 1..to.0 {
            let Some(lane) = columns.items.get_mut(column) else { continue };
            items.push((column, lane.len()));
            lane.push(Item::Lane);
        }
        items.push(to);
        let last = items.len().saturating_sub(2);
        for (nth, pair) in items.windows(2).enumerate() {
            let &[(column, left), (_, right)] = pair else { continue };
            let leaves = if nth == 0 { edge.ports.0 } else { LANE / 2.0 };
            let enters = if nth == last { edge.ports.1 } else { LANE / 2.0 };
            if let Some(segments) = columns.segments.get_mut(column) {
                segments.push(Segment { left, right, ports: (leaves, enters) });
            }
        }
        routes.push(Route { link: edge.link, items, reversed });
    }
    Some(Placed { columns, routes })
}

/// The edges, those that close a circle turned around, and which those are.
fn without_circles(count: usize, edges: &[Edge]) -> (Vec<Edge>, Vec<bool>) {
    let mut next: Vec<Vec<usize>> = vec![Vec::new(); count];
    for (index, edge) in edges.iter().enumerate() {
        if let Some(list) = next.get_mut(edge.from) {
            list.push(index);
        }
    }
    // 0 not seen, 1 on the way, 2 done; a walk without recursion, since chains may be long.
    let mut state = vec![0_u8; count];
    let mut reversed = vec![false; edges.len()];
    // Blocks that nothing refers to come first, so that circles are opened behind them.
    let mut has_incoming = vec![false; count];
    for edge in edges {
        if let Some(flag) = has_incoming.get_mut(edge.to) {
            *flag = true;
        }
    }
    let sources = (0..count).filter(|block| has_incoming.get(*block) == Some(&false));
    let starts: Vec<usize> = sources.chain(0..count).collect();
    for start in starts {
        if state.get(start) != Some(&0) {
            continue;
        }
        let mut way = vec![(start, 0)];
        set(&mut state, start, 1);
        while let Some((block, nth)) = way.last_mut() {
            let Some(&edge) = next.get(*block).and_then(|list| list.get(*nth)) else {
                set(&mut state, *block, 2);
                way.pop();
                continue;
            };
            *nth += 1;
            let Some(to) = edges.get(edge).map(|edge| edge.to) else { continue };
            match state.get(to) {
                Some(0) => {
                    set(&mut state, to, 1);
                    way.push((to, 0));
                }
                Some(1) => {
                    if let Some(flag) = reversed.get_mut(edge) {
                        *flag = true;
                    }
                }
                _ => {}
            }
        }
    }
    let turned = edges.iter().zip(&reversed).map(|(edge, &turn)| {
        if turn {
            Edge { from: edge.to, to: edge.from, ports: (edge.ports.1, edge.ports.0), ..*edge }
        } else {
            *edge
        }
    });
    (turned.collect(), reversed)
}

fn set(state: &mut [u8], index: usize, value: u8) {
    if let Some(slot) = state.get_mut(index) {
        *slot = value;
    }
}

/// The length of the longest way to each block; blocks that nothing refers to stand just left of what they refer to.
fn ranks(count: usize, edges: &[Edge]) -> Vec<usize> {
    let mut incoming = vec![0_usize; count];
    let mut next: Vec<Vec<usize>> = vec![Vec::new(); count];
    for edge in edges {
        if let (Some(number), Some(list)) = (incoming.get_mut(edge.to), next.get_mut(edge.from)) {
            *number += 1;
            list.push(edge.to);
        }
    }
    let sources: Vec<usize> = (0..count).filter(|block| incoming.get(*block) == Some(&0)).collect();
    let mut ranks = vec![0_usize; count];
    let mut ready = sources.clone();
    while let Some(block) = ready.pop() {
        let rank = ranks.get(block).copied().unwrap_or_default();
        for &to in next.get(block).into_iter().flatten() {
            if let (Some(theirs), Some(number)) = (ranks.get_mut(to), incoming.get_mut(to)) {
                *theirs = (*theirs).max(rank + 1);
                *number -= 1;
                if *number == 0 {
                    ready.push(to);
                }
            }
        }
    }
    for block in sources {
        let nearest = next.get(block).into_iter().flatten().filter_map(|to| ranks.get(*to)).min().copied();
        if let Some((slot, nearest)) = ranks.get_mut(block).zip(nearest) {
            *slot = nearest.saturating_sub(1);
        }
    }
    ranks
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lanes_are_made_up_to_their_number() {
        let edge = |from: usize, to: usize| Edge { link: 0, from, to, ports: (0.0, 0.0) };
        let most = 1000;
        // A chain without lanes, and links over all of it.
        let mut edges: Vec<Edge> = (0..most).map(|from| edge(from, from + 1)).collect();
        edges.extend((0..MOST_LANES / (most - 1)).map(|_| edge(0, most)));
        edges.push(edge(0, MOST_LANES % (most - 1) + 1));
        let mut blocks =
            Blocks { members: vec![Vec::new(); most + 1], of: Vec::new(), loose: Vec::new(), edges };
        assert!(columns(&blocks).is_some());
        blocks.edges.push(edge(0, 2));
        assert!(columns(&blocks).is_none());
    }
}
