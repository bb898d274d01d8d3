//! The data of a report.

use crate::diag::{Diagnostic, Severity};

/// What a command looked at, and what it found.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// The command: `validate`.
    pub command: &'static str,
    /// Every code a finding may have with what it stands for, such as [`crate::check::CODES`].
    pub rules: &'static [(&'static str, &'static str)],
    /// What was looked at, in order.
    pub subjects: Vec<Subject>,
    /// Whether a warning counts as a failure.
    pub strict: bool,
}

/// One thing that was looked at: an object, or a file that holds none.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Subject {
    /// What it is called: `Deployment/apiserver` or `Service/prod/web`; of a file that could not be read, its name.
    pub name: String,
    /// The file or template it comes from.
    pub file: String,
    /// Why it was not looked at, when it was not.
    pub skipped: Option<String>,
    /// What was found about it, in the order of its lines.
    pub findings: Vec<Diagnostic>,
}

/// How much of everything.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Things looked at; those that were skipped are among them.
    pub subjects: usize,
    /// Things that were not looked at.
    pub skipped: usize,
    /// Findings that are errors.
    pub errors: usize,
    /// Findings that are warnings.
    pub warnings: usize,
    /// Findings that are notes.
    pub notes: usize,
}

impl Report {
    /// Every finding, in order.
    pub fn findings(&self) -> impl Iterator<Item = &Diagnostic> {
        self.subjects.iter().flat_map(|subject| &subject.findings)
    }

    /// How much of everything.
    #[must_use]
    pub fn counts(&self) -> Counts {
        let of = |severity| self.findings().filter(|finding| finding.severity == severity).count();
        Counts {
            subjects: self.subjects.len(),
            skipped: self.subjects.iter().filter(|subject| subject.skipped.is_some()).count(),
            errors: of(Severity::Error),
            warnings: of(Severity::Warning),
            notes: of(Severity::Note),
        }
    }

    /// Whether a finding of this severity makes the answer "no".
    #[must_use]
    pub fn fails(&self, severity: Severity) -> bool {
        severity == Severity::Error || self.strict && severity == Severity::Warning
    }

    /// Whether the answer is "no": some finding fails.
    #[must_use]
    pub fn has_failed(&self) -> bool {
        self.findings().any(|finding| self.fails(finding.severity))
    }
}
