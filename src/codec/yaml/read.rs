//! The entry points of reading: one document, values files, streams of manifests.

use std::borrow::Cow;
use std::ops::Range;
use std::sync::Arc;

use super::error::{DECODING, Error, ErrorKind, Origin, error};
use super::{compose, quick};
use crate::bytes::near;
use crate::codec::{Data, Map, Node, Numbers};
use crate::diag::{Place, Source, SourceKind, Span};

/// How a text is read.
#[derive(Clone, Copy, Debug, Default)]
pub struct ReadOptions {
    /// What numbers become.
    pub numbers: Numbers,
}

/// One document and what was noticed while reading it.
#[derive(Clone, Debug)]
pub struct Document {
    /// The document's value; null when there is nothing in it.
    pub root: Node,
    /// Keys that stand twice in one map. The last one counts, as in Helm.
    pub duplicates: Vec<DuplicateKey>,
}

/// A key that stands twice in one map.
#[derive(Clone, Debug)]
pub struct DuplicateKey {
    /// The key.
    pub key: Arc<str>,
    /// Where it stands first; that value is lost.
    pub first: Place,
    /// Where it stands again.
    pub second: Place,
    /// Where the value stands that counts.
    pub value: Option<Place>,
}

impl Document {
    /// The same when its root is a map; null counts as an empty one.
    ///
    /// # Errors
    /// Helm's text for a document that is a list, text, number or boolean.
    pub fn into_map(mut self) -> Result<Self, Error> {
        let go = match self.root.data() {
            Data::Map(_) => return Ok(self),
            Data::Null => {
                self.root = self.root.with_data(Data::Map(Map::default()));
                return Ok(self);
            }
            Data::Bool(_) => "bool",
            _ => self.root.kind_name(),
        };
        let helm_text =
            format!("{DECODING}json: cannot unmarshal {go} into Go value of type map[string]interface {{}}");
        let kind = match self.root.data() {
            Data::List(_) => "a list",
            Data::String(_) => "text",
            Data::Bool(_) => "a boolean",
            _ => "a number",
        };
        let message = format!("a map is wanted here, this is {kind}");
        Err(error(ErrorKind::Type, helm_text, message, self.root.place().cloned()))
    }
}

/// The first document of a text, as `fromYaml` reads it; what follows is not looked at.
///
/// # Errors
/// [`Error::helm_text`] is the text of `sigs.k8s.io/yaml`.
pub fn read(source: &Source, options: &ReadOptions) -> Result<Document, Error> {
    piece(source, 0..source.text().len(), options.numbers)
}

/// The same for somebody who looks only at some keys of the outermost map; the values of others may be nulls, what
/// stands in them has to be YAML all the same.
///
/// # Errors
/// As [`read`].
pub fn read_keys(
    source: &Source,
    options: &ReadOptions,
    wanted: fn(&str) -> bool,
) -> Result<Document, Error> {
    let text = source.text();
    let origin = Origin { source, base: 0, end: text.len() };
    compose_text(text, origin, options.numbers, Some(wanted))
}

/// The same without the reader of the common part, to hold the two together.
///
/// # Errors
/// As [`read`].
#[doc(hidden)]
pub fn read_with_parser(source: &Source, options: &ReadOptions) -> Result<Document, Error> {
    let origin = Origin { source, base: 0, end: source.text().len() };
    parsed(source.text().as_bytes(), origin, options.numbers)
}

/// The same from bytes, which may be UTF-16 with a byte order mark or no text at all.
///
/// # Errors
/// As [`read`]; places of bytes that are no UTF-8 are approximate.
pub fn read_bytes(
    kind: SourceKind,
    name: &str,
    bytes: &[u8],
    options: &ReadOptions,
) -> Result<Document, Error> {
    let decoded = match bytes {
        [0xFF, 0xFE, rest @ ..] => utf16(rest, u16::from_le_bytes),
        [0xFE, 0xFF, rest @ ..] => utf16(rest, u16::from_be_bytes),
        _ => String::from_utf8(bytes.to_vec()).ok(),
    };
    if let Some(text) = decoded {
        return read(&Source::new(kind, name, text), options);
    }
    let source = Source::new(kind, name, String::from_utf8_lossy(bytes));
    let end = source.text().len();
    compose_piece(bytes, Origin { source: &source, base: 0, end }, options.numbers)
}

fn utf16(bytes: &[u8], unit: impl Fn([u8; 2]) -> u16) -> Option<String> {
    let (pairs, rest) = bytes.as_chunks::<2>();
    let units: Vec<u16> = pairs.iter().map(|&pair| unit(pair)).collect();
    if rest.is_empty() { String::from_utf16(&units).ok() } else { None }
}

/// A values file: cut at lines that begin with `---`, each document a map, later ones over earlier.
/// Every number is a float, as in Helm.
///
/// # Errors
/// [`Error::helm_text`] is what Helm prints behind `failed to parse PATH: `.
pub fn read_values(source: &Source) -> Result<Document, Error> {
    let mut all = Document { root: Node::map(Map::default()), duplicates: Vec::new() };
    for range in Pieces::new(source) {
        let range = range.map_err(Error::of_values)?;
        let document = line_piece(source, range, Numbers::Json)
            .and_then(Document::into_map)
            .map_err(Error::of_values)?;
        all.duplicates.extend(document.duplicates);
        all.root = if all.root.as_map().is_some_and(Map::is_empty) {
            document.root
        } else {
            merge(&all.root, &document.root)
        };
    }
    Ok(all)
}

/// The same from bytes that may be no UTF-8.
///
/// # Errors
/// As [`read_values`]; places of bytes that are no UTF-8 are approximate.
pub fn read_values_bytes(kind: SourceKind, name: &str, bytes: &[u8]) -> Result<Document, Error> {
    match str::from_utf8(bytes) {
        Ok(text) => read_values(&Source::new(kind, name, text)),
        Err(bad) => {
            // Documents in front of the bad byte may hold an error of their own.
            let source = Source::new(kind, name, String::from_utf8_lossy(bytes));
            let sound = bytes.get(..bad.valid_up_to()).unwrap_or_default();
            let start = sound.windows(4).rposition(|four| four == b"\n---").map_or(0, |at| at + 1);
            for range in Pieces::new(&source) {
                let range = range.map_err(Error::of_values)?;
                if range.end > start {
                    break;
                }
                piece(&source, range, Numbers::Json)
                    .and_then(Document::into_map)
                    .map_err(Error::of_values)?;
            }
            let rest = bytes.get(start..).unwrap_or_default();
            let rest = match rest.strip_prefix(b"---") {
                Some(rest) if start > 0 => {
                    let line = rest.iter().position(|&byte| byte == b'\n').map_or(rest.len(), |at| at + 1);
                    rest.get(line..).unwrap_or_default()
                }
                _ => rest,
            };
            let origin = Origin { source: &source, base: bytes.len() - rest.len(), end: source.text().len() };
            let ended = match rest.last() {
                None | Some(b'\n') => Cow::Borrowed(rest),
                Some(_) => Cow::Owned([rest, b"\n"].concat()),
            };
            compose_piece(&ended, origin, Numbers::Json).map_err(Error::of_values)
        }
    }
}

/// Every document of a stream of manifests, cut at lines that begin with `---`; documents with
/// nothing in them are left out.
///
/// # Errors
/// As [`read`]: the first document that cannot be read.
pub fn read_stream(source: &Source, options: &ReadOptions) -> Result<Vec<Document>, Error> {
    documents(source, options).collect()
}

/// The same one by one: what follows a document that cannot be read is read all the same.
pub fn documents<'s>(
    source: &'s Source,
    options: &ReadOptions,
) -> impl Iterator<Item = Result<Document, Error>> + 's {
    let numbers = options.numbers;
    Pieces::new(source)
        .map(move |range| line_piece(source, range?, numbers))
        .filter(|document| document.as_ref().map_or(true, |document| document.root.place().is_some()))
}

fn piece(source: &Source, range: Range<usize>, numbers: Numbers) -> Result<Document, Error> {
    let origin = Origin { source, base: range.start, end: range.end };
    compose_text(source.text().get(range).unwrap_or_default(), origin, numbers, None)
}

/// The same with a newline at its end.
fn line_piece(source: &Source, range: Range<usize>, numbers: Numbers) -> Result<Document, Error> {
    let origin = Origin { source, base: range.start, end: range.end };
    let text = source.text().get(range).unwrap_or_default();
    // Rule: k8s.io/apimachinery pkg/util/yaml/decoder.go, LineReader ends every line with a newline.
    if text.is_empty() || text.ends_with('\n') {
        compose_text(text, origin, numbers, None)
    } else {
        compose_text(&[text, "\n"].concat(), origin, numbers, None)
    }
}

fn compose_piece(bytes: &[u8], origin: Origin<'_>, numbers: Numbers) -> Result<Document, Error> {
    match str::from_utf8(bytes) {
        Ok(text) => compose_text(text, origin, numbers, None),
        Err(_) => parsed(bytes, origin, numbers),
    }
}

fn compose_text(
    text: &str,
    origin: Origin<'_>,
    numbers: Numbers,
    wanted: Option<quick::Wanted>,
) -> Result<Document, Error> {
    let mut duplicates = Vec::new();
    match quick::first(text, origin, numbers, wanted, &mut duplicates) {
        Some(quick::Document(root)) => Ok(finished(root, duplicates)),
        None => parsed(text.as_bytes(), origin, numbers),
    }
}

/// What the parser makes of bytes.
fn parsed(bytes: &[u8], origin: Origin<'_>, numbers: Numbers) -> Result<Document, Error> {
    let mut duplicates = Vec::new();
    let root = compose::first(bytes, origin, numbers, &mut duplicates)?;
    Ok(finished(root, duplicates))
}

fn finished(root: Option<Node>, mut duplicates: Vec<DuplicateKey>) -> Document {
    duplicates.sort_by_key(|duplicate| duplicate.second.span);
    Document { root: root.unwrap_or_else(Node::null), duplicates }
}

/// The documents of a text.
// Rule: k8s.io/apimachinery pkg/util/yaml/decoder.go, YAMLReader: a line that begins with `---` ends
// a document that has begun; otherwise it is part of the one that begins.
struct Pieces<'s> {
    source: &'s Source,
    at: usize,
}

impl<'s> Pieces<'s> {
    fn new(source: &'s Source) -> Self {
        Self { source, at: 0 }
    }
}

impl Iterator for Pieces<'_> {
    type Item = Result<Range<usize>, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        let text = self.source.text();
        let start = self.at;
        while let Some(rest) = text.get(self.at..).filter(|rest| !rest.is_empty()) {
            // `at` is always the start of a line.
            let lead = if rest.starts_with("---") {
                0
            } else {
                near::find_text(b"\n---", rest.as_bytes()).map_or(rest.len(), |end| end + 1)
            };
            let begun = self.at + lead;
            let rest = rest.get(lead..).unwrap_or_default();
            let length = near::find(b'\n', rest.as_bytes()).map_or(rest.len(), |end| end + 1);
            let line = rest.get(..length).unwrap_or(rest);
            self.at = begun + length;
            let Some(behind) = line.strip_prefix("---") else { continue };
            let trimmed = behind.trim();
            if !trimmed.is_empty() && !trimmed.starts_with('#') {
                self.at = text.len();
                let offset = begun + 3 + (behind.len() - behind.trim_start().len());
                let place = Place::new(self.source.clone(), Span::new(offset, offset + trimmed.len()));
                let helm_text = format!("invalid Yaml document separator: {trimmed}");
                let message = "text stands behind `---`".to_owned();
                return Some(Err(error(ErrorKind::Separator, helm_text, message, Some(place))));
            }
            if begun > start {
                return Some(Ok(start..begun));
            }
        }
        (start < text.len()).then_some(Ok(start..text.len()))
    }
}

/// `over` on top of `under`: maps are merged, everything else is replaced, null too.
// Rule: Helm v4.3.1 pkg/chart/loader/load.go, MergeMaps.
fn merge(under: &Node, over: &Node) -> Node {
    let (Some(old), Some(new)) = (under.as_map(), over.as_map()) else { return over.clone() };
    let merged = new.entries().iter().map(|entry| {
        let mut entry = entry.clone();
        if let Some(before) = old.get(&entry.key) {
            entry.value = match (before.as_map(), entry.value.as_map()) {
                (Some(_), Some(_)) => merge(before, &entry.value),
                _ => entry.value.replacing(before.clone()),
            };
        }
        entry
    });
    // Of entries with one key the last stays.
    let entries = old.entries().iter().cloned().chain(merged).collect();
    over.with_data(Data::Map(Map::from_entries(entries)))
}
