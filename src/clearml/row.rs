//! What our values file is to the program: nodes one behind the other, each before what stands in it.

use super::segment::At;

/// A node of the file, with the key it stands under in its map.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Row {
    /// The number of the key's word; none for items of lists and the file's map.
    pub(crate) key: Option<(usize, At)>,
    pub(crate) what: What,
    pub(crate) written: Written,
    /// Where it is written.
    pub(crate) at: At,
}

/// What a node is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum What {
    Null,
    Bool(bool),
    Number(f64),
    /// The number of the text's word.
    Text(usize),
    /// So many items follow, each with what stands in it.
    List(usize),
    /// So many entries follow, in the order of their keys.
    Map(usize),
}

/// How a node is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Written {
    Plain,
    DoubleQuoted,
    Literal,
    Block,
    Flow,
}
