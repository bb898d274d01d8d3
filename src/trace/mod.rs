//! Where output came from: byte ranges of rendered text, the template expression that wrote each, and
//! the values it read with the places where they were set.
//!
//! Both engines can feed a [`Trace`]; a render that nobody traces pays nothing. This module knows no
//! template language and no chart.

pub mod record;
pub mod unread;

use std::sync::Arc;

use crate::codec::Node;
use crate::diag::{Frame, Place, Span};

/// What a value did for the text it is named on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Role {
    /// The text is made from the value.
    Data,
    /// The value decided whether, or how often, the text is there.
    Control,
}

/// A value that was read.
#[derive(Clone, Debug)]
pub struct Origin {
    /// Path in the values tree, such as `storage.nfs.server`; list items as `[0]`, `.` for all values. What is no value
    /// starts with a dot: `.Release.Name`.
    pub path: Arc<str>,
    /// The value with its place and what it replaced.
    pub value: Node,
    /// What it did.
    pub role: Role,
}

/// A range of output and what wrote it.
#[derive(Clone, Debug)]
pub struct Write {
    /// Bytes of the output.
    pub output: Span,
    /// The expression in its template: file, line and column; its text is the expression.
    pub template: Place,
    /// Values it read.
    pub origins: Arc<[Origin]>,
    /// More of them, which many writes share: what decided that something is written here.
    pub controls: Arc<[Origin]>,
    /// Calls it went through, innermost first.
    pub calls: Arc<[Frame]>,
    /// Whether the output is, byte for byte, what stands at `template`.
    pub literal: bool,
    /// Set when nothing was written, though something might have been; `output` is then empty.
    pub gap: Option<Gap>,
}

/// What might have been written where nothing was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gap {
    /// Text that belongs to what stands around it.
    Inline,
    /// Lines of their own.
    Lines,
}

/// Every write of one rendered text, in output order; ranges may nest, the innermost stands last.
#[derive(Clone, Debug, Default)]
pub struct Trace {
    writes: Vec<Write>,
}

impl Write {
    /// Every value it read.
    pub fn read(&self) -> impl Iterator<Item = &Origin> {
        self.origins.iter().chain(&*self.controls)
    }

    /// The part of it that wrote `span` of the output.
    #[must_use]
    pub fn part(&self, span: Span) -> Self {
        let start = self.output.start().max(span.start());
        let end = self.output.end().min(span.end()).max(start);
        let mut part = self.clone();
        part.output = Span::new(start, end);
        if self.literal {
            let at = self.template.span.start() + start - self.output.start();
            part.template.span = Span::new(at, at + end - start);
        }
        part
    }
}

impl Trace {
    /// A trace of these writes, in any order.
    #[must_use]
    pub fn new(mut writes: Vec<Write>) -> Self {
        let order = |write: &Write| (write.output.start(), std::cmp::Reverse(write.output.end()));
        if !writes.is_sorted_by_key(order) {
            writes.sort_by_key(order);
        }
        Self { writes }
    }

    /// Every write, outermost first where ranges nest.
    #[must_use]
    pub fn writes(&self) -> &[Write] {
        &self.writes
    }

    /// Writes that touch a range: those of its bytes, and gaps at both ends of it.
    pub fn touching(&self, span: Span) -> impl Iterator<Item = &Write> {
        let end = self.writes.partition_point(|write| write.output.start() <= span.end());
        self.writes.get(..end).unwrap_or_default().iter().filter(move |write| {
            let (start, end) = (write.output.start(), write.output.end());
            if start == end { end >= span.start() } else { end > span.start() && start < span.end() }
        })
    }

    /// The innermost write that covers a byte of the output.
    #[must_use]
    pub fn at(&self, offset: usize) -> Option<&Write> {
        let end = self.writes.partition_point(|write| write.output.start() <= offset);
        self.writes.get(..end)?.iter().rev().find(|write| offset < write.output.end())
    }

    /// The first write inside `span`, or the innermost that covers its start.
    #[must_use]
    pub fn within(&self, span: Span) -> Option<&Write> {
        self.at(span.start()).or_else(|| {
            let first = self.writes.partition_point(|write| write.output.start() < span.start());
            self.writes.get(first).filter(|write| write.output.end() <= span.end())
        })
    }
}
