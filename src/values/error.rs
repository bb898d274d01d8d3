//! [`Error`]: why values could not be read or merged.

use crate::diag::{self, Code, Diagnostic, Place};

/// What went wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// A values file is not YAML, or not a map.
    File,
    /// An argument of the `--set` family does not follow its grammar, or names a file that cannot be read.
    Flag,
    /// A subchart's section is not a map.
    Section,
    /// A limit of this program was reached.
    Limit,
}

impl ErrorKind {
    fn code(self) -> Code {
        Code(match self {
            Self::File => "values::file",
            Self::Flag => "values::flag",
            Self::Section => "values::section",
            Self::Limit => "values::limit",
        })
    }
}

/// What is kept of an error besides its diagnostic.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cause {
    kind: ErrorKind,
    helm_text: Box<str>,
}

/// Why values could not be read or merged.
pub type Error = diag::Error<Cause>;

impl diag::Error<Cause> {
    /// What went wrong, to match on.
    #[must_use]
    pub fn what(&self) -> ErrorKind {
        self.kind().kind
    }

    /// Helm's words, without the `Error: ` in front.
    #[must_use]
    pub fn helm_text(&self) -> &str {
        &self.kind().helm_text
    }
}

/// An error that says what Helm says, at a place when there is one.
pub(super) fn error(kind: ErrorKind, text: impl Into<String>, place: Option<Place>, label: &str) -> Error {
    let text = text.into();
    let cause = Cause { kind, helm_text: text.as_str().into() };
    Error::new(cause, Diagnostic::error(kind.code(), text).maybe_at(place, label))
}

/// An error that says more to people than Helm does.
pub(super) fn reworded(kind: ErrorKind, helm_text: String, diagnostic: Diagnostic) -> Error {
    Error::new(Cause { kind, helm_text: helm_text.into() }, diagnostic)
}
