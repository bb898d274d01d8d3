//! Making the nodes of a list that was only checked.

use super::super::ast::{List, Node, Tree};
use super::{Mode, Parser};

impl Tree {
    /// The nodes of one of this tree's lists; nothing when blocks nest deeper than the stack that is left.
    pub(crate) fn nodes<'t>(&'t self, list: &'t List) -> Option<&'t [Node]> {
        if let Some(nodes) = list.nodes.get() {
            return Some(nodes);
        }
        let mut parser = Parser::new(&self.source, &self.funcs, list.start as usize);
        parser.mode = Mode::Build;
        parser.ends = self.ends.clone();
        // The names have the numbers they were given when the tree was checked.
        parser.scope.names.clone_from(&self.variables);
        let (built, ..) = parser.item_list(list.start as usize).ok()?;
        let _ = list.nodes.set(built.nodes.into_inner().unwrap_or_default());
        list.nodes.get().map(Vec::as_slice)
    }
}
