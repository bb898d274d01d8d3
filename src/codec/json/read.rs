//! JSON to [`Node`]s, with the error texts of Go's `encoding/json`.

use std::sync::Arc;

use super::pointer;
use crate::codec::{Data, Entry, Map, Node, Numbers, Style};
use crate::diag::{self, Code, Diagnostic, Place, Source, SourceKind, Span};
use crate::go::{strconv, unicode};
use crate::value::Value;

/// Levels of lists and maps that are read.
// Rule: Go 1.27 encoding/json/scanner.go, maxNestingDepth.
const MAX_DEPTH: usize = 10_000;

/// Why a text was not read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The text is no JSON.
    Syntax,
    /// Nested too deep.
    Depth,
    /// A number that no float holds.
    Number,
    /// Another type than is wanted.
    Type,
}

/// What is kept of an error besides its diagnostic.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cause {
    kind: ErrorKind,
    helm_text: Box<str>,
}

/// An error of reading JSON; [`Error::diagnostic`](diag::Error::diagnostic) has the place.
pub type Error = diag::Error<Cause>;

impl diag::Error<Cause> {
    /// What went wrong, to match on.
    #[must_use]
    pub fn what(&self) -> ErrorKind {
        self.kind().kind
    }

    /// Go's words, as Helm prints them: `invalid character 'x' after top-level value`.
    #[must_use]
    pub fn helm_text(&self) -> &str {
        &self.kind().helm_text
    }

    /// The error of a value of another type than the Go type that was wanted.
    #[must_use]
    pub fn wrong_type(node: &Node, go_type: &str) -> Self {
        let found = match node.data() {
            Data::Bool(_) => "bool",
            _ => node.kind_name(),
        };
        let helm_text = format!("json: cannot unmarshal {found} into Go value of type {go_type}");
        let place = node.place().cloned();
        error(ErrorKind::Type, helm_text, place)
    }
}

fn error(kind: ErrorKind, helm_text: String, place: Option<Place>) -> Error {
    let code = match kind {
        ErrorKind::Syntax => "json::syntax",
        ErrorKind::Depth => "json::depth",
        ErrorKind::Number => "json::number",
        ErrorKind::Type => "json::type",
    };
    let message = helm_text.strip_prefix("json: ").unwrap_or(&helm_text).to_owned();
    let diagnostic = Diagnostic::error(Code(code), message).maybe_at(place, "");
    diag::Error::new(Cause { kind, helm_text: helm_text.into() }, diagnostic)
}

/// The value of a JSON text; every number is a float, of a key written twice the last counts.
///
/// # Errors
/// [`Error::helm_text`] is Go's text.
pub fn read(source: &Source) -> Result<Node, Error> {
    read_as(source, Numbers::Json)
}

/// The value of a JSON text as templates see it (`fromJson`, `mustFromJson`).
///
/// # Errors
/// As [`read`].
pub fn read_value(source: &Source) -> Result<Value, Error> {
    read(source).map(|node| crate::codec::to_value(&node))
}

/// The same with a choice of what numbers become.
///
/// # Errors
/// As [`read`].
pub(crate) fn read_as(source: &Source, numbers: Numbers) -> Result<Node, Error> {
    Reader::new(source, source.text().as_bytes(), numbers).document()
}

/// The same of bytes that need be no UTF-8: in a text U+FFFD stands for each byte that is none.
///
/// # Errors
/// As [`read`].
pub fn read_bytes(kind: SourceKind, name: &str, bytes: &[u8]) -> Result<Node, Error> {
    match read_bytes_beyond(kind, name, bytes)? {
        (_, Some(beyond)) => Err(beyond),
        (node, None) => Ok(node),
    }
}

/// The same, with 0 for each number that no float holds, and the error of the first of them.
///
/// # Errors
/// As [`read`], but none about numbers.
pub fn read_bytes_beyond(kind: SourceKind, name: &str, bytes: &[u8]) -> Result<(Node, Option<Error>), Error> {
    let source = Source::new(kind, name, String::from_utf8_lossy(bytes));
    let mut reader = Reader::new(&source, bytes, Numbers::Json);
    let node = reader.whole()?;
    let beyond = reader.beyond.take().map(|number| reader.beyond_error(number));
    Ok((node, beyond))
}

/// The first value of a text in which more may follow, and the offset behind it.
///
/// # Errors
/// As [`read`], with the offset where reading stopped.
pub(crate) fn read_first(source: &Source, numbers: Numbers) -> Result<(Node, usize), (Error, usize)> {
    let mut reader = Reader::new(source, source.text().as_bytes(), numbers);
    match reader.value() {
        Ok(node) => match reader.beyond.take() {
            Some(number) => Err((reader.beyond_error(number), reader.at)),
            None => Ok((node, reader.at)),
        },
        Err(error) => Err((error, reader.at)),
    }
}

enum Frame {
    List { items: Vec<Node>, start: usize },
    Map { entries: Vec<Entry>, start: usize, key: Option<(Arc<str>, Span)> },
}

struct Reader<'s> {
    source: &'s Source,
    bytes: &'s [u8],
    at: usize,
    numbers: Numbers,
    /// Where the first number stands that no float holds.
    beyond: Option<Span>,
}

/// What the grammar allows next.
enum Expect {
    Value,
    /// A value, or the end of the list that has just begun.
    FirstItem,
    Key,
    /// A key, or the end of the map that has just begun.
    FirstKey,
    /// A comma or the end.
    Rest,
}

impl<'s> Reader<'s> {
    fn new(source: &'s Source, bytes: &'s [u8], numbers: Numbers) -> Self {
        Self { source, bytes, at: 0, numbers, beyond: None }
    }

    fn document(&mut self) -> Result<Node, Error> {
        let node = self.whole()?;
        match self.beyond.take() {
            Some(number) => Err(self.beyond_error(number)),
            None => Ok(node),
        }
    }

    /// The error of a number that no float holds.
    // Rule: Go 1.27 encoding/json on encoding/json/v2, UnmarshalTypeError.
    fn beyond_error(&self, number: Span) -> Error {
        let digits = self.bytes.get(number.start()..number.end()).unwrap_or_default();
        let text = String::from_utf8_lossy(digits);
        let into = match pointer::at(self.bytes, number.start()) {
            (pointer, _) if pointer.is_empty() => "Go value".to_owned(),
            (pointer, true) => format!("Go struct field {}", pointer.replace('/', ".")),
            (pointer, false) => pointer.replace('/', "."),
        };
        let helm_text = format!("json: cannot unmarshal number {text} into {into} of type float64");
        error(ErrorKind::Number, helm_text, Some(self.place(number.start(), number.end())))
    }

    fn whole(&mut self) -> Result<Node, Error> {
        let node = self.value()?;
        self.blanks();
        if self.at < self.bytes.len() {
            return Err(self.unexpected("after top-level value"));
        }
        Ok(node)
    }

    fn value(&mut self) -> Result<Node, Error> {
        let mut frames: Vec<Frame> = Vec::new();
        let mut expect = Expect::Value;
        loop {
            self.blanks();
            let byte = self.bytes.get(self.at).copied();
            let done = match (&expect, byte) {
                (Expect::FirstItem, Some(b']')) | (Expect::FirstKey, Some(b'}')) => {
                    self.at += 1;
                    self.close(&mut frames)
                }
                (Expect::Key | Expect::FirstKey, Some(b'"')) => {
                    let start = self.at;
                    let key = self.text()?;
                    let span = Span::new(start, self.at);
                    self.blanks();
                    if self.bytes.get(self.at) != Some(&b':') {
                        return Err(self.unexpected("after object key"));
                    }
                    self.at += 1;
                    if let Some(Frame::Map { key: slot, .. }) = frames.last_mut() {
                        *slot = Some((key.into(), span));
                    }
                    expect = Expect::Value;
                    continue;
                }
                (Expect::Key | Expect::FirstKey, _) => {
                    return Err(self.unexpected("looking for beginning of object key string"));
                }
                (Expect::Value | Expect::FirstItem, Some(open @ (b'[' | b'{'))) => {
                    let start = self.at;
                    if frames.len() >= MAX_DEPTH {
                        let place = Some(self.place(start, start + 1));
                        return Err(error(ErrorKind::Depth, "exceeded max depth".to_owned(), place));
                    }
                    self.at += 1;
                    if open == b'[' {
                        frames.push(Frame::List { items: Vec::new(), start });
                        expect = Expect::FirstItem;
                    } else {
                        frames.push(Frame::Map { entries: Vec::new(), start, key: None });
                        expect = Expect::FirstKey;
                    }
                    continue;
                }
                (Expect::Value | Expect::FirstItem, _) => Some(self.scalar(byte)?),
                (Expect::Rest, Some(b',')) => {
                    self.at += 1;
                    let is_map = matches!(frames.last(), Some(Frame::Map { .. }));
                    expect = if is_map { Expect::Key } else { Expect::Value };
                    continue;
                }
                (Expect::Rest, _) => match (frames.last(), byte) {
                    (Some(Frame::List { .. }), Some(b']')) | (Some(Frame::Map { .. }), Some(b'}')) => {
                        self.at += 1;
                        self.close(&mut frames)
                    }
                    (Some(Frame::List { .. }), _) => return Err(self.unexpected("after array element")),
                    _ => return Err(self.unexpected("after object key:value pair")),
                },
            };
            let Some(node) = done else { continue };
            match frames.last_mut() {
                None => return Ok(node),
                Some(Frame::List { items, .. }) => items.push(node),
                Some(Frame::Map { entries, key, .. }) => {
                    if let Some((key, span)) = key.take() {
                        let place = Some(Place::new(self.source.clone(), span));
                        entries.push(Entry { key, place, value: node });
                    }
                }
            }
            expect = Expect::Rest;
        }
    }

    fn close(&self, frames: &mut Vec<Frame>) -> Option<Node> {
        let (data, start) = match frames.pop()? {
            Frame::List { items, start } => (Data::List(items.into()), start),
            Frame::Map { entries, start, .. } => (Data::Map(Map::from_entries(entries)), start),
        };
        Some(Node::new(data).placed(self.source, Span::new(start, self.at), Style::Flow))
    }

    fn place(&self, start: usize, end: usize) -> Place {
        Place::new(self.source.clone(), Span::new(start, end.min(self.bytes.len())))
    }

    fn blanks(&mut self) {
        while let Some(b' ' | b'\t' | b'\r' | b'\n') = self.bytes.get(self.at) {
            self.at += 1;
        }
    }

    /// The error about the character that stands here.
    // Rule: Go 1.27 encoding/json/internal/jsonwire/wire.go, QuoteRune; texts of encoding/json/v2_scanner.go.
    fn unexpected(&self, context: &str) -> Error {
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        let Some(&byte) = rest.first() else {
            let place = Some(self.place(self.at, self.at));
            return error(ErrorKind::Syntax, "unexpected end of JSON input".to_owned(), place);
        };
        let (character, width) = unicode::decode(rest);
        let shown = if character == char::REPLACEMENT_CHARACTER && width == 1 {
            format!(r"'\x{byte:02x}'")
        } else {
            strconv::quote_rune(u32::from(character))
        };
        let place = Some(self.place(self.at, self.at + width));
        error(ErrorKind::Syntax, format!("invalid character {shown} {context}"), place)
    }

    /// The error about an escape that begins at `start`.
    // Rule: Go 1.27 encoding/json/internal/jsonwire/wire.go, NewInvalidEscapeSequenceError.
    fn bad_escape(&self, start: usize, width: usize) -> Error {
        let end = (start + width).min(self.bytes.len());
        let written = self.bytes.get(start..end).unwrap_or_default();
        let odd = |c: char| {
            c == '`' || c == char::REPLACEMENT_CHARACTER || c.is_whitespace() || !unicode::is_print(c)
        };
        let shown = if unicode::runes(written).any(|(c, _)| odd(c)) {
            strconv::quote(written)
        } else {
            format!("`{}`", String::from_utf8_lossy(written))
        };
        let place = Some(self.place(start, end));
        error(ErrorKind::Syntax, format!("invalid escape sequence {shown} in string"), place)
    }

    fn scalar(&mut self, first: Option<u8>) -> Result<Node, Error> {
        let start = self.at;
        let (data, style) = match first {
            Some(b'"') => (Data::String(self.text()?.into()), Style::DoubleQuoted),
            Some(b'-' | b'0'..=b'9') => (self.number()?, Style::Plain),
            Some(b't') => (self.literal("true", Data::Bool(true))?, Style::Plain),
            Some(b'f') => (self.literal("false", Data::Bool(false))?, Style::Plain),
            Some(b'n') => (self.literal("null", Data::Null)?, Style::Plain),
            _ => return Err(self.unexpected("looking for beginning of value")),
        };
        Ok(Node::new(data).placed(self.source, Span::new(start, self.at), style))
    }

    fn literal(&mut self, word: &str, data: Data) -> Result<Data, Error> {
        for (index, byte) in word.bytes().enumerate() {
            if self.bytes.get(self.at) != Some(&byte) {
                let letter = char::from(byte);
                let _ = index;
                return Err(self.unexpected(&format!("in literal {word} (expecting '{letter}')")));
            }
            self.at += 1;
        }
        Ok(data)
    }

    fn digits(&mut self) -> usize {
        let start = self.at;
        while self.bytes.get(self.at).is_some_and(u8::is_ascii_digit) {
            self.at += 1;
        }
        self.at - start
    }

    fn number(&mut self) -> Result<Data, Error> {
        let start = self.at;
        let mut whole = true;
        if self.bytes.get(self.at) == Some(&b'-') {
            self.at += 1;
        }
        match self.bytes.get(self.at) {
            Some(b'0') => self.at += 1,
            Some(b'1'..=b'9') => {
                self.digits();
            }
            _ => return Err(self.unexpected("in numeric literal")),
        }
        if self.bytes.get(self.at) == Some(&b'.') {
            self.at += 1;
            whole = false;
            if self.digits() == 0 {
                return Err(self.unexpected("in numeric literal"));
            }
        }
        if let Some(b'e' | b'E') = self.bytes.get(self.at) {
            self.at += 1;
            whole = false;
            if let Some(b'+' | b'-') = self.bytes.get(self.at) {
                self.at += 1;
            }
            if self.digits() == 0 {
                return Err(self.unexpected("in numeric literal"));
            }
        }
        let digits = self.bytes.get(start..self.at).unwrap_or_default();
        let text = std::str::from_utf8(digits).unwrap_or_default();
        if whole && self.numbers == Numbers::Typed {
            if let Ok(value) = text.parse() {
                return Ok(Data::Int(value));
            }
            if let Ok(value) = text.parse() {
                return Ok(Data::Uint(value));
            }
        }
        match text.parse::<f64>() {
            Ok(value) if value.is_finite() => Ok(Data::Float(value)),
            _ => {
                self.beyond.get_or_insert(Span::new(start, self.at));
                Ok(Data::Float(0.0))
            }
        }
    }

    /// A text in quotes; lone surrogates become U+FFFD.
    fn text(&mut self) -> Result<String, Error> {
        self.at += 1;
        let mut out = String::new();
        loop {
            let start = self.at;
            while self.bytes.get(self.at).is_some_and(|&byte| byte >= b' ' && byte != b'"' && byte != b'\\') {
                self.at += 1;
            }
            let plain = self.bytes.get(start..self.at).unwrap_or_default();
            match std::str::from_utf8(plain) {
                Ok(plain) => out.push_str(plain),
                Err(_) => out.extend(unicode::runes(plain).map(|(c, _)| c)),
            }
            match self.bytes.get(self.at) {
                Some(b'"') => {
                    self.at += 1;
                    return Ok(out);
                }
                Some(b'\\') => {
                    self.at += 1;
                    self.escape(&mut out)?;
                }
                _ => return Err(self.unexpected("in string")),
            }
        }
    }

    fn escape(&mut self, out: &mut String) -> Result<(), Error> {
        let c = match self.bytes.get(self.at) {
            Some(&c @ (b'"' | b'\\' | b'/')) => char::from(c),
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{C}',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            Some(b'u') => {
                self.at += 1;
                let unit = self.unit()?;
                out.push(self.character(unit)?);
                return Ok(());
            }
            None => return Err(self.unexpected("in string")),
            Some(_) => return Err(self.bad_escape(self.at - 1, 2)),
        };
        self.at += 1;
        out.push(c);
        Ok(())
    }

    fn unit(&mut self) -> Result<u32, Error> {
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        let digits = rest.get(..4).unwrap_or(rest);
        let mut unit = 0;
        for byte in digits {
            let Some(digit) = char::from(*byte).to_digit(16) else {
                return Err(self.bad_escape(self.at - 2, 6));
            };
            unit = unit * 16 + digit;
        }
        self.at += digits.len();
        if digits.len() < 4 { Err(self.unexpected("in string")) } else { Ok(unit) }
    }

    /// The character of a code unit, with the second half of a pair if it follows.
    fn character(&mut self, unit: u32) -> Result<char, Error> {
        if !(0xD800..0xDC00).contains(&unit) {
            return Ok(char::from_u32(unit).unwrap_or('\u{FFFD}'));
        }
        let before = self.at;
        if self.bytes.get(self.at..self.at + 2) == Some(b"\\u") {
            self.at += 2;
            let low = self.unit()?;
            if (0xDC00..0xE000).contains(&low) {
                let code = 0x10000 + ((unit - 0xD800) << 10) + (low - 0xDC00);
                return Ok(char::from_u32(code).unwrap_or('\u{FFFD}'));
            }
            // It stands for itself.
            self.at = before;
        }
        Ok('\u{FFFD}')
    }
}
