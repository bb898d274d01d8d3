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

/// An error whose message is Helm's, word for word, without the `Error: ` in front.
pub type Error = diag::Error<ErrorKind>;

/// An error of this kind with Helm's words, at a place when there is one.
pub(super) fn error(kind: ErrorKind, text: impl Into<String>, place: Option<Place>, label: &str) -> Error {
    Error::new(kind, Diagnostic::error(kind.code(), text).maybe_at(place, label))
}
