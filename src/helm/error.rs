//! Why a release cannot be rendered, in Helm's words.

use std::fmt::Write as _;

use crate::diag::{self, Code, Diagnostic, Frame};
use crate::gotmpl::func::FuncError;
use crate::gotmpl::{ExecError, ParseError};

/// Which step failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ErrorKind {
    /// A chart of a format that cannot be rendered.
    Chart,
    /// The release's name.
    Name,
    /// Conditions, tags, imports.
    Dependencies,
    /// Putting the values together.
    Values,
    /// A chart's schema refused the values.
    Schema,
    /// The chart does not run on this Kubernetes version.
    KubeVersion,
    /// A template.
    Template,
    /// What a template rendered is no YAML.
    Manifest,
}

impl ErrorKind {
    /// Whether Helm has a release to show by then, which adds a hint on `--debug` to its message.
    #[must_use]
    pub fn while_rendering(self) -> bool {
        matches!(self, Self::KubeVersion | Self::Template | Self::Manifest)
    }

    pub(super) fn error(self, text: impl Into<String>) -> Error {
        Error::new(self, self.diagnostic(text))
    }

    fn diagnostic(self, text: impl Into<String>) -> Diagnostic {
        let code = match self {
            Self::Chart => "helm::chart",
            Self::Name => "helm::release-name",
            Self::Dependencies => "helm::dependencies",
            Self::Values => "helm::values",
            Self::Schema => "helm::schema",
            Self::KubeVersion => "helm::kube-version",
            Self::Template => "helm::template",
            Self::Manifest => "helm::manifest",
        };
        Diagnostic::error(Code(code), text)
    }
}

/// A release cannot be rendered; the message is Helm's own text after `Error: `.
pub type Error = diag::Error<ErrorKind>;

/// A template that does not parse.
// Rule: Helm v4.3.1 pkg/engine/engine.go, cleanupParseError.
pub(super) fn parse_failed(error: &ParseError) -> Error {
    let text = error.to_string();
    let mut parts = text.split(": ");
    let location = parts.nth(1).unwrap_or_default();
    let message = text.rsplit(": ").next().unwrap_or_default();
    let diagnostic = ErrorKind::Template.diagnostic(format!("parse error at ({location}): {message}"));
    Error::new(ErrorKind::Template, diagnostic.at(error.place(), error.message()))
}

/// A template that failed while it ran.
// Rule: Helm v4.3.1 pkg/engine/engine.go, reformatExecErrorMsg.
pub(super) fn exec_failed(error: &FuncError) -> Error {
    let FuncError::Exec(outer) = error else {
        return ErrorKind::Template.error(error.to_string());
    };
    let text = match wanted_failure(error) {
        Some(words) => {
            let text = error.to_string();
            let location = text.split(": ").nth(1).unwrap_or_default();
            format!("execution error at ({location}): {words}")
        }
        None => levels(outer).unwrap_or_else(|| error.to_string()),
    };
    let mut innermost = &**outer;
    let mut frames = Vec::new();
    while let Some(inner) = innermost.cause().and_then(next) {
        frames.push(Frame { place: innermost.place().clone(), what: innermost.node().to_owned() });
        innermost = inner;
    }
    frames.reverse();
    let mut diagnostic =
        ErrorKind::Template.diagnostic(text).at(innermost.place().clone(), innermost.message());
    diagnostic.trace = frames;
    Error::new(ErrorKind::Template, diagnostic)
}

fn next(cause: &FuncError) -> Option<&ExecError> {
    match cause {
        FuncError::Exec(inner) => Some(inner),
        FuncError::Wrapped(_, inner) => next(inner),
        _ => None,
    }
}

/// The words of `fail` or `required`, wherever in the chain they were said.
fn wanted_failure(error: &FuncError) -> Option<&str> {
    match error {
        FuncError::Fail(words) => Some(words),
        FuncError::Exec(inner) => wanted_failure(inner.cause()?),
        FuncError::Wrapped(_, inner) => wanted_failure(inner),
        _ => None,
    }
}

/// The message with a few lines for each level; none when a level is no template error.
fn levels(outer: &ExecError) -> Option<String> {
    let mut deepest = outer;
    loop {
        match deepest.cause() {
            None | Some(FuncError::Unknown(..)) => break,
            Some(FuncError::Exec(inner)) => deepest = inner,
            Some(_) => return None,
        }
    }
    let mut out = String::new();
    let mut last: Option<Level> = None;
    let mut current = Some(outer);
    while let Some(error) = current {
        let level = Level::parse(&own_text(error))
            .filter(|level| level.executing.is_some())
            .or_else(|| Level::parse(&error.to_string()))?;
        if last.as_ref() != Some(&level) {
            level.write(&mut out);
            last = Some(level);
        }
        current = match error.cause() {
            None => None,
            Some(FuncError::Exec(inner)) => Some(inner),
            Some(unknown @ FuncError::Unknown(..)) => {
                let _ = writeln!(out, "{unknown}");
                None
            }
            Some(_) => return None,
        };
    }
    Some(out.trim().to_owned())
}

/// The text of one level with the first word of its cause, where the message of a level ends.
fn own_text(error: &ExecError) -> String {
    let name = crate::go::strconv::quote(error.template().as_bytes());
    let cause = if error.cause().is_some() { "template: " } else { "" };
    let (location, node, message) = (error.location(), error.node(), error.message());
    format!("template: {location}: executing {name} at <{node}>: {message}{cause}")
}

#[derive(PartialEq, Eq)]
struct Level {
    location: String,
    executing: Option<String>,
    message: String,
}

impl Level {
    /// Helm reads the parts back from the text, so texts that look like its marks confuse it in the same way here.
    // Rule: Helm v4.3.1 pkg/engine/engine.go, parseTemplateExecErrorString.
    fn parse(text: &str) -> Option<Self> {
        let rest = text.strip_prefix("template: ")?;
        if rest.starts_with("no template ") {
            return Some(Self { location: String::new(), executing: None, message: text.to_owned() });
        }
        let cut = |message: &str| message.split(" template:").next().unwrap_or_default().to_owned();
        let executing = || {
            let (location, after) = rest.split_once(": executing ")?;
            let (function, after) = after.strip_prefix('"')?.split_once('"')?;
            let (node, message) = after.strip_prefix(" at <")?.split_once(">: ")?;
            Some(Self {
                location: location.to_owned(),
                executing: Some(format!("executing \"{function}\" at <{node}>:")),
                message: cut(message),
            })
        };
        let simple = || {
            let (location, message) = rest.rsplit_once(": ")?;
            Some(Self { location: location.to_owned(), executing: None, message: cut(message) })
        };
        executing().or_else(simple)
    }

    fn write(&self, out: &mut String) {
        if !self.location.is_empty() {
            let _ = write!(out, "{}\n  ", self.location);
        }
        if let Some(executing) = &self.executing {
            let _ = write!(out, "{executing}\n    ");
        }
        if !self.message.is_empty() {
            let _ = writeln!(out, "{}", self.message);
        }
    }
}
