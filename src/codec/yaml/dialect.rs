//! Where go-yaml v2 reads other than libyaml: the bytes are dressed before the parser sees them, and
//! the texts it hands back are undressed. Every replacement has the length of what it replaces, so
//! positions stay true.
//!
//! - `"\/"` is an unknown escape for go-yaml: it becomes another unknown escape.
//! - `"\'"` is a quote for go-yaml: where libyaml refuses it, a two-byte character stands in.
//! - `[a:,b]`: a colon before `,`, `[`, `]`, `{`, `}` or `?` in a flow collection belongs to the
//!   scalar for go-yaml: where libyaml refuses it, another sign stands in.
//! - `?` inside a plain scalar in a flow collection begins a key for go-yaml, so the collection
//!   lacks a comma; and `%YAML` knows only version 1.1.

use std::borrow::Cow;

use super::events::{Event, Failure, Kind, Mark, Scalar, Stage};
use crate::codec::Style;

/// Readings are begun anew for a stand-in while all of them together stay below this many bytes, or
/// this many times the text.
const RETRY_BYTES: usize = 16 << 20;

/// Letters that are no escape of YAML.
const UNKNOWN_ESCAPES: &[u8] = b"cdghijklmoqswyz";

const INCOMPATIBLE: &str = "found incompatible YAML document";

/// Signs that mean nothing inside a plain scalar, not even in a flow collection.
const PLAIN_SIGNS: &[u8] = b"~^$;=+()_<>@|!.&*%`";

/// The bytes the parser reads and the stand-ins among them.
pub(super) struct Dialect<'a> {
    pub bytes: Cow<'a, [u8]>,
    /// The letter that stands for the slash of `\/`.
    slash: Option<u8>,
    /// The character that stands for `\'`.
    quote: Option<char>,
    /// The sign that stands for a colon.
    colon: Option<u8>,
    spent: usize,
}

impl<'a> Dialect<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        let mut dialect =
            Self { bytes: Cow::Borrowed(bytes), slash: None, quote: None, colon: None, spent: 0 };
        if bytes.windows(2).any(|pair| pair == b"\\/") {
            dialect.hide_slashes();
        }
        dialect
    }

    fn hide_slashes(&mut self) {
        let mut taken = [false; 256];
        for pair in self.bytes.windows(2) {
            if let &[b'\\', next] = pair
                && let Some(slot) = taken.get_mut(usize::from(next))
            {
                *slot = true;
            }
        }
        let free = |letter: &&u8| taken.get(usize::from(**letter)) == Some(&false);
        let Some(&letter) = UNKNOWN_ESCAPES.iter().find(free) else { return };
        self.slash = Some(letter);
        // In double quotes backslashes pair up, so only an odd run of them escapes the slash.
        let mut odd = false;
        for byte in self.bytes.to_mut() {
            if odd && *byte == b'/' {
                *byte = letter;
            }
            odd = *byte == b'\\' && !odd;
        }
    }

    /// Puts a stand-in where the parser stopped; whether it makes sense to read again.
    pub(super) fn mend(&mut self, failure: &Failure) -> bool {
        let offset = failure.at.offset;
        if failure.stage != Stage::Scanner || self.spent > RETRY_BYTES {
            return false;
        }
        self.spent += offset + 4096;
        match failure.problem {
            "found unknown escape character"
                if self.bytes.get(offset..).is_some_and(|rest| rest.starts_with(b"\\'")) =>
            {
                self.hide_quotes(failure.context_at.offset)
            }
            "found unexpected ':'" if self.bytes.get(offset) == Some(&b':') => {
                let colon = match self.colon {
                    Some(sign) => Some(sign),
                    None => PLAIN_SIGNS.iter().copied().find(|sign| !self.bytes.contains(sign)),
                };
                self.colon = colon;
                match (colon, self.bytes.to_mut().get_mut(offset)) {
                    (Some(sign), Some(byte)) => {
                        *byte = sign;
                        true
                    }
                    _ => false,
                }
            }
            _ => false,
        }
    }

    /// Replaces every `\'` of the double-quoted scalar that begins at `start`.
    fn hide_quotes(&mut self, start: usize) -> bool {
        let quote = if let Some(quote) = self.quote {
            quote
        } else {
            let Ok(text) = str::from_utf8(&self.bytes) else { return false };
            // Two bytes wide, printable and no kind of blank.
            let Some(quote) = ('\u{100}'..='\u{17F}').find(|&c| !text.contains(c)) else { return false };
            quote
        };
        self.quote = Some(quote);
        let mut pair = [0; 2];
        quote.encode_utf8(&mut pair);
        let bytes = self.bytes.to_mut();
        let mut at = start + 1;
        while let Some(&byte) = bytes.get(at) {
            match byte {
                b'"' => break,
                b'\\' => {
                    if let Some(slot) = bytes.get_mut(at..at + 2)
                        && slot == b"\\'"
                    {
                        slot.copy_from_slice(&pair);
                    }
                    at += 2;
                }
                _ => at += 1,
            }
        }
        true
    }

    /// The scalar's text with what the stand-ins stand for.
    pub(super) fn text<'t>(&self, scalar: &Scalar<'t>) -> Cow<'t, str> {
        let mut text = Cow::Borrowed(scalar.text);
        let quoted = scalar.style == Style::DoubleQuoted;
        if let Some(letter) = self.slash
            && !quoted
        {
            let hidden = ['\\', char::from(letter)].iter().collect::<String>();
            replace(&mut text, &hidden, "\\/");
        }
        if let Some(quote) = self.quote
            && quoted
        {
            replace(&mut text, quote.encode_utf8(&mut [0; 4]), "'");
        }
        if let Some(sign) = self.colon
            && scalar.style == Style::Plain
        {
            replace(&mut text, char::from(sign).encode_utf8(&mut [0; 4]), ":");
        }
        text
    }

    /// Whether go-yaml takes the event, which libyaml took.
    pub(super) fn check(&self, event: &Event<'_>, flow: Option<Open>) -> Result<(), Failure> {
        match (event.kind, flow) {
            (Kind::DocumentStart(Some(version)), _) if version != (1, 1) => Err(Failure {
                stage: Stage::Parser,
                problem: INCOMPATIBLE,
                context: "",
                at: self.directive(event.start),
                context_at: Mark::default(),
            }),
            (Kind::Scalar(scalar), Some(open)) if scalar.style == Style::Plain => {
                let Some(at) = self.question_mark(event, scalar.text) else { return Ok(()) };
                Err(Failure {
                    stage: Stage::Parser,
                    problem: if open.mapping {
                        "did not find expected ',' or '}'"
                    } else {
                        "did not find expected ',' or ']'"
                    },
                    context: if open.mapping {
                        "while parsing a flow mapping"
                    } else {
                        "while parsing a flow sequence"
                    },
                    at,
                    context_at: open.start,
                })
            }
            _ => Ok(()),
        }
    }

    /// What go-yaml complains about where libyaml complains about this: it looks at the version before
    /// it looks for the `---`.
    pub(super) fn earlier(&self, failure: Failure) -> Failure {
        if failure.problem != "did not find expected <document start>" {
            return failure;
        }
        let at = self.directive(Mark::default());
        let line = self.bytes.get(at.offset..).unwrap_or_default();
        let Some(version) = line.strip_prefix(b"%YAML") else { return failure };
        let version = version.split(|&byte| byte == b'\n').next().unwrap_or_default().trim_ascii();
        if version.split(|&byte| byte == b' ' || byte == b'\t').next() == Some(b"1.1") {
            return failure;
        }
        Failure { problem: INCOMPATIBLE, at, context_at: Mark::default(), ..failure }
    }

    /// The place of the first `?` in a plain scalar.
    fn question_mark(&self, event: &Event<'_>, text: &str) -> Option<Mark> {
        if !text.contains('?') {
            return None;
        }
        let written = self.bytes.get(event.start.offset..event.end.offset)?;
        let before = written.iter().position(|&byte| byte == b'?')?;
        let breaks = written.get(..before)?.split(|&byte| byte == b'\n').count() - 1;
        Some(Mark { offset: event.start.offset + before, line: event.start.line + breaks, column: 0 })
    }

    /// The place of `%YAML` among the directives that begin at `start`.
    fn directive(&self, start: Mark) -> Mark {
        let mut mark = start;
        for line in self.bytes.get(start.offset..).unwrap_or_default().split_inclusive(|&byte| byte == b'\n')
        {
            if line.starts_with(b"%YAML") {
                return mark;
            }
            if line.starts_with(b"---") {
                break;
            }
            mark.offset += line.len();
            mark.line += 1;
        }
        start
    }
}

/// The innermost open flow collection.
#[derive(Clone, Copy, Debug)]
pub(super) struct Open {
    pub mapping: bool,
    pub start: Mark,
}

fn replace(text: &mut Cow<'_, str>, from: &str, to: &str) {
    if text.contains(from) {
        *text = Cow::Owned(text.replace(from, to));
    }
}
