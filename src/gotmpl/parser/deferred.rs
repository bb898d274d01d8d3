//! Making the nodes of a list that was only checked.

use super::super::ast::{List, Node, Tree};
use super::{Mode, Parser, glance};

impl Tree {
    /// The nodes of one of this tree's lists; nothing when blocks nest deeper than the stack that is left.
    pub(crate) fn nodes<'t>(&'t self, list: &'t List) -> Option<&'t [Node]> {
        if let Some(nodes) = list.nodes.get() {
            return Some(nodes);
        }
        let mut names = self.variables.take();
        let built = glance::build(self, list.start as usize, &mut names);
        self.variables.replace(names);
        let nodes = match built {
            Some(nodes) => nodes,
            None => self.parsed(list)?,
        };
        let _ = list.nodes.set(nodes);
        list.nodes.get().map(Vec::as_slice)
    }

    /// The same, as the parser finds them.
    fn parsed(&self, list: &List) -> Option<Vec<Node>> {
        let mut parser = Parser::new(&self.source, &self.funcs, list.start as usize);
        parser.mode = Mode::Build;
        parser.ends = self.ends.clone();
        // Names that were met before have numbers already.
        parser.scope.names = self.variables.take();
        let nodes = if self.is_whole && std::ptr::eq(list, &raw const self.root) {
            parser.top_level_nodes().map(|(nodes, _)| nodes)
        } else {
            let built = parser.item_list(list.start as usize);
            built.map(|(list, ..)| list.nodes.into_inner().unwrap_or_default())
        };
        self.variables.replace(parser.scope.names);
        nodes.ok()
    }
}
