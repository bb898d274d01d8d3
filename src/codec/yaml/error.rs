//! Errors of reading YAML: Helm's exact words for those who compare, the real place for people.

use super::events::{Failure, Mark, Stage};
use crate::diag::{self, Code, Diagnostic, Place, Source, Span};

/// Why a text was not read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The text is no YAML.
    Syntax,
    /// A tag, alias or merge that cannot be carried out.
    Decode,
    /// A key that JSON has no text for.
    Key,
    /// Infinity or NaN, which JSON cannot hold.
    Number,
    /// Nested too deep.
    Depth,
    /// Text behind a `---`.
    Separator,
    /// The document has another type than is wanted there.
    Type,
}

/// What is kept of an error besides its diagnostic.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cause {
    pub(super) kind: ErrorKind,
    pub(super) helm_text: Box<str>,
}

/// An error of reading YAML; [`Error::diagnostic`](diag::Error::diagnostic) has the place.
pub type Error = diag::Error<Cause>;

impl diag::Error<Cause> {
    /// What went wrong, to match on.
    #[must_use]
    pub fn what(&self) -> ErrorKind {
        self.kind().kind
    }

    /// Helm's words: what `sigs.k8s.io/yaml` returns (`error converting YAML to JSON: yaml: line 2: …`),
    /// and from [`read_values`](super::read_values) with what its reader of values files puts in front
    /// (`cannot unmarshal yaml document: …`, `error reading yaml document: …`).
    #[must_use]
    pub fn helm_text(&self) -> &str {
        &self.kind().helm_text
    }

    /// The part of [`helm_text`](Self::helm_text) that comes from the YAML library: from `yaml: ` on
    /// where it has that, else without the prefixes about conversion.
    #[must_use]
    pub fn yaml_text(&self) -> &str {
        let mut text = self.helm_text();
        for prefix in [SEPARATOR, DOCUMENT, CONVERTING, DECODING] {
            text = text.strip_prefix(prefix).unwrap_or(text);
        }
        text
    }

    /// The same from Helm's reader of values files.
    pub(super) fn of_values(self) -> Self {
        let cause = self.kind().clone();
        let prefix = if cause.kind == ErrorKind::Separator { SEPARATOR } else { DOCUMENT };
        let helm_text = format!("{prefix}{}", cause.helm_text).into();
        diag::Error::new(Cause { helm_text, ..cause }, self.into_diagnostic())
    }
}

pub(super) const CONVERTING: &str = "error converting YAML to JSON: ";
pub(super) const DECODING: &str = "error unmarshaling JSON: while decoding JSON: ";
const DOCUMENT: &str = "cannot unmarshal yaml document: ";
const SEPARATOR: &str = "error reading yaml document: ";

/// Where the bytes that are read lie in their source.
#[derive(Clone, Copy, Debug)]
pub(super) struct Origin<'s> {
    pub source: &'s Source,
    /// Offset of the first byte.
    pub base: usize,
    /// Offset behind the last byte.
    pub end: usize,
}

impl Origin<'_> {
    /// The place of the bytes from `start` up to `end`.
    pub(super) fn place(&self, start: usize, end: usize) -> Place {
        Place::new(self.source.clone(), self.span(start, end))
    }

    /// The same as a range of the source.
    pub(super) fn span(&self, start: usize, end: usize) -> Span {
        Span::new((self.base + start).min(self.end), (self.base + end).min(self.end))
    }

    /// The character at an offset; at the end of the text, the end.
    fn character(&self, offset: usize) -> Place {
        let at = (self.base + offset).min(self.end);
        let text = self.source.text();
        let at = text.floor_char_boundary(at);
        let width = text.get(at..self.end).and_then(|rest| rest.chars().next()).map_or(0, char::len_utf8);
        Place::new(self.source.clone(), Span::new(at, at + width))
    }
}

/// An error of any kind but syntax.
pub(super) fn error(kind: ErrorKind, helm_text: String, message: String, place: Option<Place>) -> Error {
    let (code, help) = match kind {
        ErrorKind::Syntax => ("yaml::syntax", None),
        ErrorKind::Decode => ("yaml::decode", None),
        ErrorKind::Key => ("yaml::key", Some("put the key in quotes so that it is text")),
        ErrorKind::Number => ("yaml::number", Some("put the value in quotes, or write a finite number")),
        ErrorKind::Depth => ("yaml::depth", None),
        ErrorKind::Separator => (
            "yaml::separator",
            Some("begin the document on the line after `---`; only a comment may follow it"),
        ),
        ErrorKind::Type => ("yaml::type", None),
    };
    let mut diagnostic = Diagnostic::error(Code(code), message).maybe_at(place, "");
    if let Some(help) = help {
        diagnostic = diagnostic.help(help);
    }
    diag::Error::new(Cause { kind, helm_text: helm_text.into() }, diagnostic)
}

/// An error of go-yaml's decoder: it never names a line.
pub(super) fn decode_error(message: String, help: Option<&str>, place: Place) -> Error {
    let helm_text = format!("{CONVERTING}yaml: {message}");
    let mut diagnostic = Diagnostic::error(Code("yaml::decode"), message).at(place, "");
    if let Some(help) = help {
        diagnostic = diagnostic.help(help);
    }
    diag::Error::new(Cause { kind: ErrorKind::Decode, helm_text: helm_text.into() }, diagnostic)
}

/// The error of a text the parser refused.
pub(super) fn syntax_error(failure: &Failure, origin: Origin<'_>) -> Error {
    // go-yaml's spelling.
    let problem = match failure.problem {
        "did not find expected hexadecimal number" => "did not find expected hexdecimal number",
        problem => problem,
    };
    let helm_text = match helm_line(failure) {
        0 => format!("{CONVERTING}yaml: {problem}"),
        line => format!("{CONVERTING}yaml: line {line}: {problem}"),
    };
    let place = visible(failure.at, origin);
    let mut diagnostic = Diagnostic::error(Code("yaml::syntax"), failure.problem).at(place, "");
    // libyaml's contexts read "while parsing …", "while scanning …".
    let begun = origin.character(failure.context_at.offset);
    if !failure.context.is_empty()
        && failure.context_at.line < failure.at.line
        && diagnostic.primary.as_ref().is_some_and(|label| label.place != begun)
    {
        diagnostic = diagnostic.and_at(begun, failure.context);
    }
    if let Some(help) = help(failure.problem, failure.context) {
        diagnostic = diagnostic.help(help);
    }
    diag::Error::new(Cause { kind: ErrorKind::Syntax, helm_text: helm_text.into() }, diagnostic)
}

/// The line go-yaml names; 0 when it names none.
// Quirk: go-yaml v2.4.4 decode.go, fail: lines count from 0, only the scanner's count from 1, and a
// problem in the first line is told without a line.
fn helm_line(failure: &Failure) -> usize {
    match (failure.at.line, failure.stage) {
        (0, _) => failure.context_at.line,
        (line, Stage::Scanner) => line + 1,
        (line, _) => line,
    }
}

/// The character a reader should look at: a problem at the end of the text is shown behind its last
/// visible character.
fn visible(mark: Mark, origin: Origin<'_>) -> Place {
    let at = origin.base + mark.offset;
    let text = origin.source.text();
    if at < origin.end {
        return origin.character(mark.offset);
    }
    let before = text.get(origin.base..origin.end).unwrap_or_default();
    let end = origin.base + before.trim_end().len();
    Place::new(origin.source.clone(), Span::new(end, end))
}

/// What to do about a problem of the parser.
fn help(problem: &str, context: &str) -> Option<&'static str> {
    Some(match problem {
        "mapping values are not allowed in this context" => {
            "a plain text may not contain `: `; put it in quotes, or check the indentation of this line"
        }
        "could not find expected ':'" => {
            "every key needs a `:` and a space; a text over several lines needs quotes or `|`"
        }
        "did not find expected key" => {
            "check the indentation of this line; a value that begins with a quote ends at the closing quote"
        }
        "did not find expected '-' indicator" => "lines of one list begin with `-` in the same column",
        "did not find expected node content" => "a value is missing here; remove the extra sign or quote it",
        "did not find expected ',' or ']'" => "close the list with `]`, or put a `,` between its items",
        "did not find expected ',' or '}'" => "close the map with `}`, or put a `,` between its entries",
        "found character that cannot start any token" => {
            "indent with spaces, not tabs; put a text that begins with `@`, `%` or a backquote in quotes"
        }
        "found a tab character where an indentation space is expected"
        | "found a tab character that violates indentation" => "indent with spaces, not tabs",
        "found unknown escape character" => {
            "inside double quotes write `\\\\` for a backslash, or use single quotes"
        }
        "found unexpected end of stream" => "a quote is not closed",
        "block sequence entries are not allowed in this context"
        | "mapping keys are not allowed in this context" => {
            "put a text that begins with `- ` or `? ` in quotes, or begin the value on a new line"
        }
        "did not find expected alphabetic or numeric character" => {
            "`*` and `&` begin names of anchors; put a text that begins with one in quotes"
        }
        "control characters are not allowed" => "write control characters as escapes inside double quotes",
        "found incompatible YAML document" => "remove the `%YAML` line, or name version 1.1",
        "did not find expected comment or line break" if context.contains("block scalar") => {
            "`|` and `>` begin a text on the following lines; put this text in quotes"
        }
        problem if problem.contains("UTF-8") => "save the file as UTF-8",
        _ => return None,
    })
}
