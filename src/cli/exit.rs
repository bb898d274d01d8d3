//! How a command ended, and the exit code that says so.

use std::process::ExitCode;

/// How a command ended. One table for every command: see [`Exit::code`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exit {
    /// Done.
    Done,
    /// A question was answered with no: not valid, differs, drift. Also every failure of a command that
    /// stands in for Helm's.
    No,
    /// Refused, or an error; nothing was printed to standard output.
    Refused,
}

impl Exit {
    /// The process's exit code.
    pub(crate) fn code(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::No => 1,
            Self::Refused => 2,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}
