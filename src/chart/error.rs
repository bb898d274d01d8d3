//! Why a chart cannot be loaded.

use crate::diag::{self, Code, Diagnostic};

/// What is wrong with a chart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ErrorKind {
    /// A file cannot be read.
    Io,
    /// The archive is broken or hostile.
    Archive,
    /// Larger than a limit.
    TooLarge,
    /// A file of the chart does not decode.
    Malformed,
    /// `Chart.yaml` says something that is not allowed.
    Invalid,
    /// A link leaves the chart, and the caller forbade that.
    OutsideChart,
}

/// A chart cannot be loaded; the message is Helm's own text after `Error: `.
pub type Error = diag::Error<ErrorKind>;

impl ErrorKind {
    pub(super) fn error(self, text: impl Into<String>) -> Error {
        let code = match self {
            Self::Io => "chart::unreadable",
            Self::Archive => "chart::archive",
            Self::TooLarge => "chart::too-large",
            Self::Malformed => "chart::malformed",
            Self::Invalid => "chart::invalid",
            Self::OutsideChart => "chart::outside",
        };
        Error::new(self, Diagnostic::error(Code(code), text))
    }
}
