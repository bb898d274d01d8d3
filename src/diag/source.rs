//! Texts that places point into, and the byte ranges inside them.

use std::borrow::Cow;
use std::fmt;
use std::ops::Range;
use std::sync::{Arc, OnceLock};

use super::raw;

/// What a [`Source`] is, so that a reader of a message knows where to look.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum SourceKind {
    /// A file the user named, or standard input.
    File,
    /// A command-line argument such as `--set a=1`; the text is the argument's value.
    Flag,
    /// An embedded preset given with `--preset`.
    Preset,
    /// Defaults that come with ClearML's embedded chart.
    Default,
    /// A file of a Helm chart: `values.yaml`, `Chart.yaml`, a template.
    Chart,
    /// An embedded ClearML template.
    Template,
    /// Text that was rendered, such as a manifest.
    Rendered,
}

/// A named text. Cloning counts a reference; two clones compare equal by identity.
#[derive(Clone)]
pub struct Source(Arc<Inner>);

struct Inner {
    kind: SourceKind,
    name: Box<str>,
    text: Text,
    line_starts: OnceLock<Vec<u32>>,
}

enum Text {
    Own(Box<str>),
    /// A text that is part of the program.
    Static(&'static str),
    /// A text in which characters stand for bytes.
    Marked(Box<str>),
    /// A text that others hold as well.
    Shared(Arc<str>),
    /// A part of a text that others hold as well.
    Part(Arc<String>, Range<usize>),
}

/// A position people read: both numbers count from 1, columns count characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct LineColumn {
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
}

impl Source {
    /// A source of the given kind. `name` is what messages print: a path, `--set`, a preset's name.
    #[must_use]
    pub fn new(kind: SourceKind, name: impl Into<Box<str>>, text: impl Into<Box<str>>) -> Self {
        Self::with_text(kind, name.into(), Text::Own(text.into()))
    }

    /// A source whose text is part of the program; nothing is copied.
    #[must_use]
    pub fn of_static(kind: SourceKind, name: impl Into<Box<str>>, text: &'static str) -> Self {
        Self::with_text(kind, name.into(), Text::Static(text))
    }

    /// A source whose text is a part of a text that others hold as well; nothing is copied. A part that does not begin
    /// and end between characters of it is empty.
    #[must_use]
    pub fn of_part(
        kind: SourceKind,
        name: impl Into<Box<str>>,
        whole: &Arc<String>,
        part: Range<usize>,
    ) -> Self {
        Self::with_text(kind, name.into(), Text::Part(whole.clone(), part))
    }

    /// A source whose text others hold as well; nothing is copied.
    #[must_use]
    pub fn of_shared(kind: SourceKind, name: impl Into<Box<str>>, text: Arc<str>) -> Self {
        Self::with_text(kind, name.into(), Text::Shared(text))
    }

    /// A source of bytes that need be no UTF-8: characters of the text stand for them, as [`raw`] tells.
    #[must_use]
    pub fn from_bytes(kind: SourceKind, name: impl Into<Box<str>>, bytes: &[u8]) -> Self {
        let text = raw::marked(bytes);
        let is_marked = raw::marks(&text);
        let text: Box<str> = text.into();
        Self::with_text(kind, name.into(), if is_marked { Text::Marked(text) } else { Text::Own(text) })
    }

    /// The bytes of a part of the text as they were read.
    #[must_use]
    pub fn bytes(&self, span: Span) -> Cow<'_, [u8]> {
        let text = self.slice(span);
        if self.marks_bytes() { raw::restored(text) } else { text.as_bytes().into() }
    }

    /// Whether characters of the text stand for bytes.
    #[must_use]
    pub fn marks_bytes(&self) -> bool {
        matches!(self.0.text, Text::Marked(_))
    }

    fn with_text(kind: SourceKind, name: Box<str>, text: Text) -> Self {
        Self(Arc::new(Inner { kind, name, text, line_starts: OnceLock::new() }))
    }

    /// What this text is.
    #[must_use]
    pub fn kind(&self) -> SourceKind {
        self.0.kind
    }

    /// The name messages print.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.0.name
    }

    /// The whole text.
    #[must_use]
    pub fn text(&self) -> &str {
        match &self.0.text {
            Text::Own(text) | Text::Marked(text) => text,
            Text::Static(text) => text,
            Text::Shared(text) => text,
            Text::Part(whole, part) => whole.get(part.clone()).unwrap_or_default(),
        }
    }

    /// The text that this one is a part of, and where it stands in it; nothing for a text of its own.
    #[must_use]
    pub fn as_part(&self) -> Option<(&Arc<String>, &Range<usize>)> {
        match &self.0.text {
            Text::Part(whole, part) => Some((whole, part)),
            Text::Own(_) | Text::Static(_) | Text::Marked(_) | Text::Shared(_) => None,
        }
    }

    /// The text inside `span`, cut to the nearest character boundaries inside the text.
    #[must_use]
    pub fn slice(&self, span: Span) -> &str {
        let text = self.text();
        let start = text.floor_char_boundary(span.start());
        let end = text.ceil_char_boundary(span.end()).max(start);
        text.get(start..end).unwrap_or_default()
    }

    fn line_starts(&self) -> &[u32] {
        self.0.line_starts.get_or_init(|| {
            let mut starts = vec![0];
            for (offset, byte) in self.text().bytes().enumerate() {
                if byte == b'\n' {
                    starts.push(u32::try_from(offset + 1).unwrap_or(u32::MAX));
                }
            }
            starts
        })
    }

    /// Line and column of a byte offset; an offset past the end counts as the end.
    #[must_use]
    pub fn line_column(&self, offset: usize) -> LineColumn {
        let text = self.text();
        let offset = text.floor_char_boundary(offset.min(text.len()));
        let starts = self.line_starts();
        let line = starts.partition_point(|&start| start as usize <= offset).max(1);
        let start = starts.get(line - 1).map_or(0, |&start| start as usize);
        let column = text.get(start..offset).map_or(0, |before| before.chars().count()) + 1;
        LineColumn { line, column }
    }

    /// The byte offset of a line's (counted from 1) first byte; the text's length when there is no such line.
    #[must_use]
    pub fn line_start(&self, line: usize) -> usize {
        let starts = self.line_starts();
        line.checked_sub(1)
            .and_then(|index| starts.get(index))
            .map_or(self.text().len(), |&start| start as usize)
    }

    /// The text of a line (counted from 1) without its line end; empty when there is no such line.
    #[must_use]
    pub fn line(&self, line: usize) -> &str {
        let starts = self.line_starts();
        let Some(&start) = line.checked_sub(1).and_then(|index| starts.get(index)) else {
            return "";
        };
        let end = starts.get(line).map_or(self.text().len(), |&next| next as usize);
        let text = self.text().get(start as usize..end).unwrap_or_default();
        text.strip_suffix('\n').unwrap_or(text).trim_end_matches('\r')
    }
}

impl PartialEq for Source {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl Eq for Source {}

impl fmt::Debug for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Source")
            .field("kind", &self.kind())
            .field("name", &self.name())
            .finish_non_exhaustive()
    }
}

/// A range of bytes in a [`Source`]; texts past 4 GiB are not read, so offsets are 32 bits wide.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Span {
    start: u32,
    end: u32,
}

impl Span {
    /// The range of nothing at the start.
    pub const EMPTY: Self = Self { start: 0, end: 0 };

    /// The range from `start` up to, not including, `end`; an `end` before `start` counts as `start`.
    #[must_use]
    pub fn new(start: usize, end: usize) -> Self {
        let start = u32::try_from(start).unwrap_or(u32::MAX);
        let end = u32::try_from(end).unwrap_or(u32::MAX).max(start);
        Self { start, end }
    }

    /// First byte.
    #[must_use]
    pub fn start(self) -> usize {
        self.start as usize
    }

    /// The byte after the last.
    #[must_use]
    pub fn end(self) -> usize {
        self.end as usize
    }

    /// Length in bytes.
    #[must_use]
    pub fn len(self) -> usize {
        (self.end - self.start) as usize
    }

    /// Whether the range holds no byte.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.start == self.end
    }
}

/// A range in a source: where something was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The text.
    pub source: Source,
    /// The bytes in it.
    pub span: Span,
}

impl Place {
    /// A place from its parts.
    #[must_use]
    pub fn new(source: Source, span: Span) -> Self {
        Self { source, span }
    }

    /// Line and column of the first byte.
    #[must_use]
    pub fn line_column(&self) -> LineColumn {
        self.source.line_column(self.span.start())
    }

    /// The text at the place.
    #[must_use]
    pub fn text(&self) -> &str {
        self.source.slice(self.span)
    }
}

impl fmt::Display for Place {
    /// `values.yaml:3:7`; for a flag, its name and text.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.source.kind() == SourceKind::Flag {
            return f.write_str(self.source.name());
        }
        let at = self.line_column();
        write!(f, "{}:{}:{}", self.source.name(), at.line, at.column)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_count_characters_and_lines_count_from_one() {
        let source = Source::new(SourceKind::File, "a.yaml", "a: é\r\nbé: 1");
        assert_eq!(source.line_column(0), LineColumn { line: 1, column: 1 });
        assert_eq!(source.line_column(10), LineColumn { line: 2, column: 3 });
        assert_eq!(source.line_column(999), LineColumn { line: 2, column: 6 });
        assert_eq!(source.line(1), "a: é");
        assert_eq!(source.line(2), "bé: 1");
        assert_eq!(source.line(3), "");
    }

    #[test]
    fn slices_never_split_a_character() {
        let source = Source::new(SourceKind::File, "a", "aé");
        assert_eq!(source.slice(Span::new(2, 99)), "é");
        assert_eq!(source.slice(Span::new(5, 1)), "");
    }
}
