//! Diagnostics: what is wrong, where it was written, what to do.
//!
//! Layers build [`Diagnostic`]s; nobody here knows a terminal, a command or an exit code. Places are
//! byte ranges; lines and columns are computed when a message is printed. One generic carrier,
//! [`Error`], serves every layer, each with its own small kind.

mod log;
pub mod raw;
pub mod render;
mod source;

pub use log::{Level, LogLine};
pub use source::{LineColumn, Place, Source, SourceKind, Span};

use std::fmt;

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Something the reader may like to know.
    Note,
    /// Rendered anyway; refused with `--strict`.
    Warning,
    /// Nothing is rendered.
    Error,
}

/// A stable, documented name such as `values::unknown-key`: `layer::kebab-case`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Code(pub &'static str);

/// A place and a few words about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    /// Where.
    pub place: Place,
    /// A few words, may be empty.
    pub text: String,
}

/// One step of a call chain: an `include`, `template` or `tpl`, innermost first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frame {
    /// Where the call stands.
    pub place: Place,
    /// What was called.
    pub what: String,
}

/// One finding, complete: nothing has to be looked up to print it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// How bad it is.
    pub severity: Severity,
    /// Stable name.
    pub code: Code,
    /// One line, what is wrong; lower case, no full stop.
    pub message: String,
    /// The place to blame.
    pub primary: Option<Label>,
    /// Further places: the earlier definition, the value that came in.
    pub secondary: Vec<Label>,
    /// Call chain, innermost first.
    pub trace: Vec<Frame>,
    /// What to do.
    pub help: Option<String>,
}

impl Diagnostic {
    /// A diagnostic without a place.
    #[must_use]
    pub fn new(severity: Severity, code: Code, message: impl Into<String>) -> Self {
        Self {
            severity,
            code,
            message: message.into(),
            primary: None,
            secondary: Vec::new(),
            trace: Vec::new(),
            help: None,
        }
    }

    /// An error without a place.
    #[must_use]
    pub fn error(code: Code, message: impl Into<String>) -> Self {
        Self::new(Severity::Error, code, message)
    }

    /// A warning without a place.
    #[must_use]
    pub fn warning(code: Code, message: impl Into<String>) -> Self {
        Self::new(Severity::Warning, code, message)
    }

    /// The same with the place to blame.
    #[must_use]
    pub fn at(mut self, place: Place, text: impl Into<String>) -> Self {
        self.primary = Some(Label { place, text: text.into() });
        self
    }

    /// The same with the place to blame, when there is one.
    #[must_use]
    pub fn maybe_at(self, place: Option<Place>, text: impl Into<String>) -> Self {
        match place {
            Some(place) => self.at(place, text),
            None => self,
        }
    }

    /// The same with one further place.
    #[must_use]
    pub fn and_at(mut self, place: Place, text: impl Into<String>) -> Self {
        self.secondary.push(Label { place, text: text.into() });
        self
    }

    /// The same with a sentence on what to do.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}

/// An error of one layer: a small kind to match on, the diagnostic to print, and a cause if another
/// library raised it. The cause stands here or in the message, never in both.
pub struct Error<K> {
    kind: K,
    diagnostic: Box<Diagnostic>,
    cause: Option<Box<dyn std::error::Error + Send + Sync>>,
}

impl<K> Error<K> {
    /// An error of this kind with this text for people.
    #[must_use]
    pub fn new(kind: K, diagnostic: Diagnostic) -> Self {
        Self { kind, diagnostic: Box::new(diagnostic), cause: None }
    }

    /// The same with the error of another library behind it.
    #[must_use]
    pub fn caused_by(mut self, cause: impl std::error::Error + Send + Sync + 'static) -> Self {
        self.cause = Some(Box::new(cause));
        self
    }

    /// The kind to match on.
    pub fn kind(&self) -> &K {
        &self.kind
    }

    /// The diagnostic to print.
    pub fn diagnostic(&self) -> &Diagnostic {
        &self.diagnostic
    }

    /// The diagnostic itself.
    #[must_use]
    pub fn into_diagnostic(self) -> Diagnostic {
        *self.diagnostic
    }
}

impl<K: fmt::Debug> fmt::Debug for Error<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Error")
            .field("kind", &self.kind)
            .field("diagnostic", &self.diagnostic)
            .finish_non_exhaustive()
    }
}

impl<K> fmt::Display for Error<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.diagnostic.message)
    }
}

impl<K: fmt::Debug> std::error::Error for Error<K> {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.cause.as_deref().map(|cause| cause as _)
    }
}
