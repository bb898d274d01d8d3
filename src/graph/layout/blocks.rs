//! Blocks: boxes that stand together, and the links between blocks.

use super::super::model::{Graph, Relation};
use super::{BOX, INNER};

/// Boxes that stand together.
pub(super) struct Blocks {
    /// Objects of each block, from top to bottom.
    pub(super) members: Vec<Vec<usize>>,
    /// The block of each object; none for those that nothing refers to and that refer to nothing.
    pub(super) of: Vec<Option<usize>>,
    /// Those objects.
    pub(super) loose: Vec<usize>,
    /// Links between blocks.
    pub(super) edges: Vec<Edge>,
}

/// A link between two blocks.
#[derive(Clone, Copy, Debug)]
pub(super) struct Edge {
    /// Index of the link.
    pub(super) link: usize,
    pub(super) from: usize,
    pub(super) to: usize,
    /// Heights from the blocks' upper edges.
    pub(super) ports: (f64, f64),
}

impl Blocks {
    pub(super) fn new(graph: &Graph) -> Self {
        let count = graph.objects.len();
        let mut outgoing = vec![0_usize; count];
        let mut incoming = vec![0_usize; count];
        let joins = |relation| matches!(relation, Relation::Selects | Relation::Binds);
        let is_upper = |index: usize| {
            let kind = graph.objects.get(index).map(|object| object.kind.as_str());
            matches!(kind, Some("Service" | "PersistentVolumeClaim"))
        };
        for link in &graph.links {
            if let Some(number) = outgoing.get_mut(link.from) {
                *number += 1;
            }
            if let Some(number) = incoming.get_mut(link.to).filter(|_| joins(link.relation)) {
                *number += 1;
            }
        }
        let number = |list: &[usize], index: usize| list.get(index).copied().unwrap_or_default();
        // An upper box has one link, the one that joins; a lower one is joined once.
        let mut below: Vec<Option<usize>> = vec![None; count];
        let mut is_lower = vec![false; count];
        for link in graph.links.iter().filter(|link| joins(link.relation) && is_upper(link.from)) {
            let is_only = number(&outgoing, link.from) == 1 && number(&incoming, link.to) == 1;
            if is_only
                && !is_upper(link.to)
                && let (Some(slot), Some(flag)) = (below.get_mut(link.from), is_lower.get_mut(link.to))
            {
                *slot = Some(link.to);
                *flag = true;
            }
        }
        let mut linked = vec![false; count];
        for link in &graph.links {
            for end in [link.from, link.to] {
                if let Some(flag) = linked.get_mut(end) {
                    *flag = true;
                }
            }
        }
        let mut blocks =
            Self { members: Vec::new(), of: vec![None; count], loose: Vec::new(), edges: Vec::new() };
        for object in 0..count {
            if is_lower.get(object) == Some(&true) {
                continue;
            }
            if linked.get(object) != Some(&true) {
                blocks.loose.push(object);
                continue;
            }
            let members: Vec<usize> =
                std::iter::once(object).chain(below.get(object).copied().flatten()).collect();
            for &member in &members {
                if let Some(slot) = blocks.of.get_mut(member) {
                    *slot = Some(blocks.members.len());
                }
            }
            blocks.members.push(members);
        }
        blocks.edges = blocks.edges(graph);
        blocks
    }

    fn edges(&self, graph: &Graph) -> Vec<Edge> {
        let place = |object: usize| {
            let block = self.of.get(object).copied().flatten()?;
            let nth = self.members.get(block)?.iter().position(|member| *member == object)?;
            Some((block, nth as f64 * (BOX + INNER) + BOX / 2.0))
        };
        let edges = graph.links.iter().enumerate().filter_map(|(link, ends)| {
            let ((from, leaves), (to, enters)) = place(ends.from).zip(place(ends.to))?;
            (from != to).then_some(Edge { link, from, to, ports: (leaves, enters) })
        });
        edges.collect()
    }

    /// The height of a block.
    pub(super) fn height(&self, block: usize) -> f64 {
        let count = self.members.get(block).map_or(0, Vec::len) as f64;
        count * BOX + (count - 1.0).max(0.0) * INNER
    }
}
