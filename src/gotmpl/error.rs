//! What goes wrong in templates, with Go's texts and our places.

use std::fmt;
use std::rc::Rc;

use super::func::FuncError;
use crate::diag::{Place, Source, Span};

/// A template that cannot be parsed.
#[derive(Clone, Debug)]
pub struct ParseError {
    pub(crate) source: Source,
    pub(crate) line: usize,
    pub(crate) span: Span,
    pub(crate) message: String,
}

impl ParseError {
    /// The template's file.
    #[must_use]
    pub fn source(&self) -> &Source {
        &self.source
    }

    /// The line Go reports, from 1.
    #[must_use]
    pub fn line(&self) -> usize {
        self.line
    }

    /// What is wrong, without the place.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.message
    }

    /// The token the parser stood at.
    #[must_use]
    pub fn place(&self) -> Place {
        Place::new(self.source.clone(), self.span)
    }
}

impl fmt::Display for ParseError {
    /// Go's text: `template: F:L: message`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "template: {}:{}: {}", self.source.name(), self.line, self.message)
    }
}

impl std::error::Error for ParseError {}

/// A template that failed while it ran.
#[derive(Debug)]
pub struct ExecError {
    pub(crate) place: Place,
    pub(crate) template: Rc<str>,
    pub(crate) node: String,
    pub(crate) message: String,
    pub(crate) cause: Option<FuncError>,
}

impl ExecError {
    /// Where, in the template's text.
    #[must_use]
    pub fn place(&self) -> &Place {
        &self.place
    }

    /// `F:L:C` as Go prints it: the column counts bytes from 0.
    #[must_use]
    pub fn location(&self) -> String {
        let before = self.place.source.text().get(..self.place.span.start()).unwrap_or_default();
        let line = before.bytes().filter(|byte| *byte == b'\n').count() + 1;
        let start = before.rfind('\n').map_or(0, |newline| newline + 1);
        let column = self.place.source.bytes(Span::new(start, before.len())).len();
        format!("{}:{line}:{column}", self.place.source.name())
    }

    /// The name of the template that ran.
    #[must_use]
    pub fn template(&self) -> &str {
        &self.template
    }

    /// The expression, printed as Go prints it.
    #[must_use]
    pub fn node(&self) -> &str {
        &self.node
    }

    /// What is wrong; of a failed call `error calling NAME: `, its cause follows.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.message
    }

    /// Why the call failed.
    #[must_use]
    pub fn cause(&self) -> Option<&FuncError> {
        self.cause.as_ref()
    }

    /// The failed execution inside this one, when a function such as `include` ran it and said nothing of its own.
    #[must_use]
    pub fn inner(&self) -> Option<&ExecError> {
        match &self.cause {
            Some(FuncError::Exec(inner)) => Some(inner),
            _ => None,
        }
    }
}

impl fmt::Display for ExecError {
    /// Go's text: `template: F:L:C: executing "NAME" at <node>: message`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = crate::go::strconv::quote(self.template.as_bytes());
        write!(f, "template: {}: executing {name} at <{}>: {}", self.location(), self.node, self.message)?;
        match &self.cause {
            Some(cause) => write!(f, "{cause}"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for ExecError {}
