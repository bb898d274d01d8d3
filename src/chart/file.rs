//! One file of a chart.

use std::borrow::Cow;
use std::ops::Range;
use std::sync::Arc;

use crate::diag::{Source, SourceKind};
use crate::value::Str;

/// A file of a chart; a clone counts references.
#[derive(Clone, Debug)]
pub struct File {
    path: Arc<str>,
    data: Str,
}

impl File {
    /// A file without the byte order mark it may start with.
    pub(super) fn new(path: impl Into<Arc<str>>, data: Vec<u8>) -> Self {
        let data = match data.strip_prefix(b"\xef\xbb\xbf") {
            Some(rest) => Str::from_bytes(rest),
            None => Str::from_bytes(data),
        };
        Self { path: path.into(), data }
    }

    /// A file that is this part of a text, without the byte order mark it may start with; nothing when the part does not
    /// begin and end between characters.
    pub(super) fn part(path: impl Into<Arc<str>>, whole: &Arc<String>, part: Range<usize>) -> Option<Self> {
        let text = whole.get(part.clone())?;
        let mark = if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
        let data = Str::part_of(whole, part.start + mark..part.end)?;
        Some(Self { path: path.into(), data })
    }

    /// The same file under another path.
    pub(super) fn renamed(&self, path: &str) -> Self {
        Self { path: path.into(), data: self.data.clone() }
    }

    /// The path inside its chart, with `/`.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The text as something that places can point into, under this name; bytes that are not UTF-8 become U+FFFD.
    #[must_use]
    pub fn source(&self, kind: SourceKind, name: &str) -> Source {
        match self.data.as_part() {
            Some((whole, part)) => Source::of_part(kind, name, whole, part),
            None => Source::new(kind, name, &*self.data.text()),
        }
    }

    /// The bytes.
    #[must_use]
    pub fn data(&self) -> &Str {
        &self.data
    }

    /// The text; bytes that are not UTF-8 become U+FFFD.
    #[must_use]
    pub fn text(&self) -> Cow<'_, str> {
        self.data.text()
    }
}
