//! What a node took the place of, kept short.

use crate::codec::Node;

/// The longest chain of replaced nodes that is kept; the newest ones stay.
const MAX_HISTORY: usize = 32;

/// `new`, remembering that it took the place of `old`.
///
/// A node that has a history of its own keeps it in front of `old`'s. What one argument or document wrote over
/// itself is kept only once, and a chain never grows beyond [`MAX_HISTORY`].
pub(super) fn succeed(new: Node, old: &Node) -> Node {
    if let Some(own) = new.replaced() {
        let own = own.clone();
        let older = if depth(&own) < MAX_HISTORY { succeed(own, old) } else { own };
        return new.replacing(older);
    }
    if depth(old) < MAX_HISTORY {
        return new.replacing(old.clone());
    }
    new.replacing(bare(old))
}

fn depth(node: &Node) -> usize {
    std::iter::successors(Some(node), |node| node.replaced()).take(MAX_HISTORY).count()
}

/// The same node without its history.
fn bare(node: &Node) -> Node {
    let data = node.data().clone();
    match node.place() {
        Some(place) => Node::new(data).placed(&place.source, place.span, node.style()),
        None => Node::new(data),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codec::Data;

    #[test]
    fn a_chain_keeps_the_newest_and_never_grows_without_bound() {
        let mut node = Node::new(Data::Int(0));
        for value in 1..500 {
            node = succeed(Node::new(Data::Int(value)), &node);
        }
        assert_eq!(node.as_i64(), Some(499));
        assert_eq!(node.replaced().and_then(Node::as_i64), Some(498));
        let chain = std::iter::successors(Some(&node), |node| node.replaced()).count();
        assert!(chain <= MAX_HISTORY, "{chain}");
    }

    #[test]
    fn thirty_two_values_are_kept_and_of_the_next_the_one_before() {
        let chain = |values: i64| {
            let first = Node::new(Data::Int(1));
            let last = (2..=values).fold(first, |old, value| succeed(Node::new(Data::Int(value)), &old));
            let chain = std::iter::successors(Some(&last), |node| node.replaced());
            chain.filter_map(Node::as_i64).collect::<Vec<_>>()
        };
        assert_eq!(chain(32), (1..=32).rev().collect::<Vec<_>>());
        assert_eq!(chain(33), [33, 32]);
    }

    #[test]
    fn a_nodes_own_history_stands_before_what_it_replaces() {
        let own = succeed(Node::new(Data::Int(3)), &Node::new(Data::Int(2)));
        let all = succeed(own, &Node::new(Data::Int(1)));
        let chain: Vec<_> =
            std::iter::successors(Some(&all), |node| node.replaced()).filter_map(Node::as_i64).collect();
        assert_eq!(chain, [3, 2, 1]);
    }
}
