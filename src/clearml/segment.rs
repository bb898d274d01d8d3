//! What a template is made of once it is read: segments of text, and what stands behind each.
//!
//! The build script includes this file, so it knows nothing of the rest of the program.

/// Ends the number of a segment in what minijinja gets and gives.
pub(crate) const SEGMENT: char = ';';
/// Stands where a loop has its next view.
pub(crate) const VIEW: char = '*';

/// A piece of text between two tags or expressions.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Segment<T, L> {
    /// The number of the template's file.
    pub(crate) file: usize,
    /// The text. Line ends stand before lines, so that blocks close tightly.
    pub(crate) text: T,
    /// The scalars written out in it.
    pub(crate) literals: L,
    /// What stands behind it.
    pub(crate) then: Then<T>,
}

/// A scalar that stands in a template as it is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Literal {
    /// Where it begins in the segment's text.
    pub(crate) start: usize,
    /// Where it ends there.
    pub(crate) end: usize,
    /// Where it is written.
    pub(crate) at: At,
}

/// Bytes of a file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct At {
    pub(crate) start: usize,
    pub(crate) end: usize,
}

/// What stands behind a segment. Paths are names joined by dots.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Then<T> {
    /// A segment again.
    #[default]
    Nothing,
    /// The view of this path is printed.
    Value(At, Before, T),
    /// The view of this path is printed if it is there; if not, the segment's text is not either.
    Optional(At, Before, T),
    /// A condition starts, which the view of this path decides.
    Open(T),
    /// A round of a loop starts, in which the view behind it has this name.
    Round(T),
    /// The innermost condition or loop ends.
    Close,
}

/// What stands before a printed value on its line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Before {
    /// `key: `, at this indentation of the key.
    Key(usize),
    /// `- `, at this indentation of what follows the dash.
    Dash(usize),
}
