//! One file of a chart.

use std::borrow::Cow;
use std::ffi::OsString;
use std::ops::Range;
use std::sync::{Arc, OnceLock};

use crate::codec::Node;
use crate::diag::{Source, SourceKind, raw};
use crate::value::Str;

/// A file of a chart; a clone counts references.
#[derive(Clone, Debug)]
pub struct File {
    /// The path from where the file was found on.
    whole_path: Arc<str>,
    /// Where in it the path inside the chart begins.
    inside: usize,
    data: Str,
    /// What it holds as a values file, if that is looked at ahead, and once it was.
    values: Option<Arc<OnceLock<Node>>>,
}

impl File {
    /// A file without the byte order mark it may start with.
    pub(super) fn new(path: impl Into<Arc<str>>, data: Vec<u8>) -> Self {
        let data = match data.strip_prefix(b"\xef\xbb\xbf") {
            Some(rest) => Str::from_bytes(rest),
            None => Str::from_bytes(data),
        };
        Self { whole_path: path.into(), inside: 0, data, values: None }
    }

    /// A file that is this part of a text, without the byte order mark it may start with; nothing when the part does not
    /// begin and end between characters.
    pub(super) fn part(path: impl Into<Arc<str>>, whole: &Arc<String>, part: Range<usize>) -> Option<Self> {
        let text = whole.get(part.clone())?;
        let mark = if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
        let data = Str::part_of(whole, part.start + mark..part.end)?;
        Some(Self { whole_path: path.into(), inside: 0, data, values: None })
    }

    /// The same file, to be read as a values file by somebody.
    pub(super) fn awaiting_values(mut self) -> Self {
        self.values = Some(Arc::default());
        self
    }

    /// Keeps what it holds as a values file with the file, if that is awaited.
    pub(super) fn keep_values(&self, values: Node) {
        // Whoever was first read the same.
        let _ = self.values.as_ref().map(|kept| kept.set(values));
    }

    /// What it holds as a values file, if somebody has read it as one.
    pub(super) fn values(&self) -> Option<&Node> {
        self.values.as_ref()?.get()
    }

    /// The same file without this many bytes in front of its path.
    pub(super) fn inside(&self, folder: usize) -> Self {
        Self { inside: self.inside.saturating_add(folder), ..self.clone() }
    }

    /// The path inside its chart, with `/`; of bytes that are no UTF-8, each is a character that stands for it, as
    /// [`raw`] tells.
    #[must_use]
    pub fn path(&self) -> &str {
        self.whole_path.get(self.inside..).unwrap_or_default()
    }

    /// The bytes of the path.
    #[must_use]
    pub fn path_bytes(&self) -> Cow<'_, [u8]> {
        raw::restored(self.path())
    }

    /// The path as the system has it.
    #[must_use]
    pub fn os_path(&self) -> OsString {
        let bytes = self.path_bytes().into_owned();
        #[cfg(unix)]
        return std::os::unix::ffi::OsStringExt::from_vec(bytes);
        #[cfg(not(unix))]
        return String::from_utf8_lossy(&bytes).into_owned().into();
    }

    /// The text as something that places can point into, under this name; bytes that are not UTF-8 become U+FFFD.
    #[must_use]
    pub fn source(&self, kind: SourceKind, name: &str) -> Source {
        match self.data.as_part() {
            Some((whole, part)) => Source::of_part(kind, name, whole, part),
            None => Source::of_shared(kind, name, self.data.to_arc()),
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
