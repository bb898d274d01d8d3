//! Events to [`Node`]s by go-yaml v2's rules, with an explicit stack: nesting costs no native stack.
//!
//! go-yaml builds the whole document before it decodes it, so a syntax error anywhere comes before
//! every other error; here both happen in one pass, and the first error of the second kind waits.

use std::collections::HashMap;
use std::sync::Arc;

use super::dialect::{Dialect, Open};
use super::error::{Error, Origin, decode_error, syntax_error};
use super::events::{Collection, Event, Events, Failure, Kind, Mark, Scalar, Stage};
use super::lostkey::{self, Lost};
use super::resolve::{self, BINARY_TAG, MERGE_TAG};
use super::{DuplicateKey, gotext, keys};
use crate::codec::number::general32;
use crate::codec::{Data, Entry, Map, Node, Numbers, Style};
use crate::diag::Span;

/// Flow collections inside one another, and likewise block collections.
// Rule: go-yaml v2.4.4 scannerc.go, max_flow_level and max_indents.
const MAX_DEPTH: usize = 10_000;

/// The first document of the bytes; none when there is none.
pub(super) fn first(
    bytes: &[u8],
    origin: Origin<'_>,
    numbers: Numbers,
    duplicates: &mut Vec<DuplicateKey>,
) -> Result<Option<Node>, Error> {
    let mut dialect = Dialect::new(bytes);
    loop {
        let mut composer = Composer::new(&dialect, origin, numbers);
        match composer.document() {
            Ok(root) => {
                let late = composer.late.take();
                let (bad_keys, height) = (std::mem::take(&mut composer.bad_keys), composer.height);
                let odd_numbers = composer.odd_numbers;
                duplicates.append(&mut composer.duplicates);
                if let Some(late) = late {
                    return Err(late.into_error(&dialect, origin));
                }
                let Some(root) = root else { return Ok(None) };
                keys::check(&root, &bad_keys, odd_numbers, height, |key| {
                    gotext::values(&dialect, [key.key_event, key.value_event])
                })?;
                return Ok(Some(root));
            }
            Err(Stop::Refused(failure)) => {
                drop(composer);
                if !dialect.mend(&failure) {
                    return Err(syntax_error(&dialect.earlier(failure), origin));
                }
            }
            Err(Stop::Unknown(error)) => return Err(error),
        }
    }
}

/// Why a document was not read to its end.
enum Stop {
    Refused(Failure),
    /// An alias of an anchor nobody defined.
    Unknown(Error),
}

impl From<Failure> for Stop {
    fn from(failure: Failure) -> Self {
        Self::Refused(failure)
    }
}

/// An error of the decoder, which is told only when the rest of the document is sound.
enum Late {
    Ready(Error),
    /// A list or map as key: its text is made when it is needed. Event number and place.
    CollectionKey(usize, Span),
}

impl Late {
    fn into_error(self, dialect: &Dialect<'_>, origin: Origin<'_>) -> Error {
        match self {
            Self::Ready(error) => error,
            Self::CollectionKey(event, span) => {
                let place = origin.place(span.start(), span.end());
                let [text] = gotext::values(dialect, [event]);
                let help = "a key must be one text; put `{{ … }}` and the like in quotes";
                decode_error(format!("invalid map key: {}", text.sharp), Some(help), place)
            }
        }
    }
}

/// A key that go-yaml reads and JSON refuses; looked at once the whole document is there, because a
/// map that was overwritten does not count.
pub(super) struct BadKey {
    pub key_event: usize,
    pub value_event: usize,
}

pub(super) struct Frame {
    content: Content,
    style: Style,
    /// Where it begins.
    pub(super) start: Mark,
    /// End of the last child, which is where a block collection ends.
    end: usize,
    anchor: Option<usize>,
    event: usize,
    /// Whether it counts as a level.
    counted: bool,
    /// How often go-yaml's decoder is called for it.
    calls: u64,
    /// Levels of collections below it.
    height: usize,
}

enum Content {
    List(Vec<Node>),
    Map { entries: Vec<Entry>, key: Key, merged: bool },
}

/// What a map's frame expects next.
enum Key {
    Wanted,
    Text(Arc<str>, Span),
    Merge(Span),
    /// Number of the bad key.
    Bad(Arc<str>, Span, usize),
}

struct Anchored {
    /// None while the collection is open.
    node: Option<Node>,
    /// The typed data of a scalar, for when it is a key.
    kind: Option<Data>,
    is_map: bool,
    calls: u64,
    height: usize,
    event: usize,
}

/// A value that is complete.
struct Value {
    node: Node,
    /// Data before numbers became floats; none for collections.
    typed: Option<Data>,
    span: Span,
    event: usize,
    calls: u64,
    /// Levels of collections, itself included.
    height: usize,
    anchor: Option<usize>,
    merge: bool,
    alias: bool,
}

struct Composer<'d, 's> {
    dialect: &'d Dialect<'d>,
    origin: Origin<'s>,
    numbers: Numbers,
    frames: Vec<Frame>,
    names: HashMap<Box<str>, usize>,
    anchors: Vec<Anchored>,
    flows: usize,
    blocks: usize,
    /// Levels of the whole document, aliases followed.
    height: usize,
    event: usize,
    budget: Budget,
    duplicates: Vec<DuplicateKey>,
    late: Option<Late>,
    bad_keys: Vec<BadKey>,
    odd_numbers: bool,
    root: Option<Node>,
}

impl<'d, 's> Composer<'d, 's> {
    fn new(dialect: &'d Dialect<'d>, origin: Origin<'s>, numbers: Numbers) -> Self {
        Self {
            dialect,
            origin,
            numbers,
            frames: Vec::new(),
            names: HashMap::new(),
            anchors: Vec::new(),
            flows: 0,
            blocks: 0,
            height: 0,
            event: 0,
            budget: Budget::default(),
            duplicates: Vec::new(),
            late: None,
            bad_keys: Vec::new(),
            odd_numbers: false,
            root: None,
        }
    }

    fn document(&mut self) -> Result<Option<Node>, Stop> {
        let dialect = self.dialect;
        let mut events = Events::new(&dialect.bytes);
        loop {
            let event = events.next().map_err(|failure| lostkey::earlier(dialect, &self.frames, failure))?;
            dialect.check(&event, self.open_flow())?;
            self.event += 1;
            match event.kind {
                Kind::StreamStart | Kind::DocumentStart(_) => {}
                Kind::StreamEnd | Kind::DocumentEnd => return Ok(self.root.take()),
                Kind::Scalar(scalar) => self.scalar(&event, scalar),
                Kind::Alias(name) => self.alias(&event, name)?,
                Kind::Sequence(start) => {
                    let indents = self.frames.last().is_none_or(|frame| {
                        // A list in its key's own column does not indent.
                        frame.is_list() || event.start.column != frame.start.column
                    });
                    self.open(&event, start, Content::List(Vec::new()), indents)?;
                }
                Kind::Mapping(start) => {
                    let content = Content::Map { entries: Vec::new(), key: Key::Wanted, merged: false };
                    self.open(&event, start, content, true)?;
                }
                Kind::SequenceEnd | Kind::MappingEnd => match self.lost(&event) {
                    None => self.close(&event),
                    Some(Lost::Refused(failure)) => return Err(failure.into()),
                    Some(Lost::Root) => {
                        self.frames.drain(..self.frames.len() - 1);
                        self.close(&event);
                        return Ok(self.root.take());
                    }
                },
            }
        }
    }

    /// Whether an empty collection ends here that go-yaml does not see as the key it is.
    fn lost(&self, event: &Event<'_>) -> Option<Lost> {
        let (frame, outer) = self.frames.split_last()?;
        let is_key =
            matches!(outer.last(), Some(Frame { content: Content::Map { key: Key::Wanted, .. }, .. }));
        if !is_key || !frame.is_flow() || !frame.is_empty() {
            return None;
        }
        lostkey::lost(self.dialect, outer, frame.start, event.end)
    }

    fn open_flow(&self) -> Option<Open> {
        let frame = self.frames.last()?;
        (frame.style == Style::Flow).then_some(Open { mapping: !frame.is_list(), start: frame.start })
    }

    /// Whether the value of a `<<` comes next.
    fn is_merging(&self) -> bool {
        matches!(self.frames.last(), Some(Frame { content: Content::Map { key: Key::Merge(_), .. }, .. }))
    }

    /// Remembers the first error of the decoder.
    fn late(&mut self, late: impl FnOnce() -> Late) {
        if self.late.is_none() {
            self.late = Some(late());
        }
    }

    fn late_error(&mut self, message: &str, help: Option<&str>, span: Span) {
        let place = self.origin.place(span.start(), span.end());
        self.late(|| Late::Ready(decode_error(message.to_owned(), help, place)));
    }

    fn placed(&self, data: Data, span: Span, style: Style) -> Node {
        Node::new(data).placed(self.origin.source, self.origin.span(span.start(), span.end()), style)
    }

    fn anchor(&mut self, name: Option<&str>, event: usize, is_map: bool) -> Option<usize> {
        let name = name?;
        let index = self.anchors.len();
        self.anchors.push(Anchored { node: None, kind: None, is_map, calls: 0, height: 0, event });
        self.names.insert(name.into(), index);
        Some(index)
    }

    fn scalar(&mut self, event: &Event<'_>, scalar: Scalar<'_>) {
        let span = Span::new(event.start.offset, event.end.offset);
        let text = self.dialect.text(&scalar);
        let resolved = match scalar.tag {
            // go-yaml refuses a scalar here before it looks at its type.
            _ if self.is_merging() => Ok(resolve::Kind::Text),
            None if scalar.implicit => Ok(resolve::plain(&text)),
            None => Ok(resolve::Kind::Text),
            Some(tag) => resolve::tagged(tag, &text),
        };
        let typed = match resolved {
            Ok(resolve::Kind::Null) => Data::Null,
            Ok(resolve::Kind::Bool(value)) => Data::Bool(value),
            Ok(resolve::Kind::Int(value)) => Data::Int(value),
            Ok(resolve::Kind::Uint(value)) => Data::Uint(value),
            Ok(resolve::Kind::Float(value)) => {
                self.odd_numbers |= !value.is_finite();
                Data::Float(value)
            }
            Ok(resolve::Kind::Text) if scalar.tag == Some(BINARY_TAG) => {
                if let Some(text) = gotext::base64(&text) {
                    Data::String(text.into())
                } else {
                    self.late_error("!!binary value contains invalid base64 data", None, span);
                    Data::Null
                }
            }
            Ok(resolve::Kind::Text) => Data::String(Arc::from(&*text)),
            Err(message) => {
                self.late_error(&message, Some("change the tag, or quote the value and drop the tag"), span);
                Data::Null
            }
        };
        let as_float =
            |value: f64| if self.numbers == Numbers::Json { Some(Data::Float(value)) } else { None };
        let data = match typed {
            Data::Int(value) => as_float(value as f64),
            Data::Uint(value) => as_float(value as f64),
            _ => None,
        };
        let data = data.unwrap_or_else(|| typed.clone());
        let merge =
            text == "<<" && (scalar.implicit && scalar.tag.is_none() || scalar.tag == Some(MERGE_TAG));
        let anchor = self.anchor(scalar.anchor, self.event, false);
        let node = self.placed(data, span, scalar.style);
        let value = Value {
            node,
            typed: Some(typed),
            span,
            event: self.event,
            calls: 1,
            height: 0,
            anchor,
            merge,
            alias: false,
        };
        self.complete(value);
    }

    fn alias(&mut self, event: &Event<'_>, name: &str) -> Result<(), Stop> {
        let span = Span::new(event.start.offset, event.end.offset);
        let Some(anchored) = self.names.get(name).and_then(|&index| self.anchors.get(index)) else {
            // go-yaml finds this while it builds the document, before any decoding.
            let place = self.origin.place(span.start(), span.end());
            let message = format!("unknown anchor '{name}' referenced");
            let help = format!("define it before with `&{name}`, or put the text in quotes");
            return Err(Stop::Unknown(decode_error(message, Some(&help), place)));
        };
        let (node, typed, calls) = (anchored.node.clone(), anchored.kind.clone(), anchored.calls);
        let (is_map, referred, height) = (anchored.is_map, anchored.event, anchored.height);
        let merging = self.is_merging();
        let node = match node {
            Some(node) => node,
            // `<<` looks at the kind before it decodes.
            None if merging && !is_map => Node::null(),
            None => {
                let message = format!("anchor '{name}' value contains itself");
                self.late_error(&message, None, span);
                Node::null()
            }
        };
        if self.budget.alias(calls) {
            self.late_error("document contains excessive aliasing", None, span);
        }
        let value = Value {
            node,
            typed,
            span,
            event: referred,
            calls,
            height,
            anchor: None,
            merge: false,
            alias: true,
        };
        self.complete(value);
        Ok(())
    }

    fn open(
        &mut self,
        event: &Event<'_>,
        start: Collection<'_>,
        content: Content,
        indents: bool,
    ) -> Result<(), Failure> {
        let flow = start.style == Style::Flow;
        let depth = if flow { &mut self.flows } else { &mut self.blocks };
        *depth += usize::from(flow || indents);
        if *depth > MAX_DEPTH {
            return Err(Failure {
                stage: Stage::Scanner,
                problem: "exceeded max depth of 10000",
                context: if flow { "while increasing flow level" } else { "while increasing indent level" },
                at: event.start,
                context_at: event.start,
            });
        }
        let anchor = self.anchor(start.anchor, self.event, matches!(content, Content::Map { .. }));
        if self.budget.plain(1) {
            let span = Span::new(event.start.offset, event.end.offset);
            self.late_error("document contains excessive aliasing", None, span);
        }
        self.frames.push(Frame {
            content,
            style: start.style,
            start: event.start,
            end: event.end.offset,
            anchor,
            event: self.event,
            counted: flow || indents,
            calls: 1,
            height: 0,
        });
        Ok(())
    }

    fn close(&mut self, event: &Event<'_>) {
        let Some(frame) = self.frames.pop() else { return };
        let flow = frame.style == Style::Flow;
        let depth = if flow { &mut self.flows } else { &mut self.blocks };
        *depth -= usize::from(frame.counted);
        let end = if flow { event.end.offset } else { frame.end };
        let span = Span::new(frame.start.offset, end);
        let data = match frame.content {
            Content::List(items) => Data::List(items.into()),
            Content::Map { entries, merged, .. } => Data::Map(map_of(entries, merged, &mut self.duplicates)),
        };
        let node = self.placed(data, span, frame.style);
        let value = Value {
            node,
            typed: None,
            span,
            event: frame.event,
            calls: frame.calls,
            height: frame.height + 1,
            anchor: frame.anchor,
            merge: false,
            alias: false,
        };
        self.complete(value);
    }

    /// Puts a value where it belongs.
    fn complete(&mut self, value: Value) {
        if let Some(anchored) = value.anchor.and_then(|index| self.anchors.get_mut(index)) {
            anchored.node = Some(value.node.clone());
            anchored.kind.clone_from(&value.typed);
            anchored.calls = value.calls;
            anchored.height = value.height;
        }
        if !value.alias && value.typed.is_some() && !value.merge && self.budget.plain(1) {
            self.late_error("document contains excessive aliasing", None, value.span);
        }
        let Some(mut frame) = self.frames.pop() else {
            self.height = value.height;
            self.root = Some(value.node);
            return;
        };
        frame.end = frame.end.max(value.span.end());
        frame.height = frame.height.max(value.height);
        // The call for the alias itself.
        frame.calls += value.calls + u64::from(value.alias);
        match &mut frame.content {
            Content::List(items) => items.push(value.node),
            Content::Map { entries, key, merged } => match std::mem::replace(key, Key::Wanted) {
                Key::Wanted => *key = self.key(&value),
                Key::Text(text, span) => entries.push(self.entry(text, span, value.node)),
                Key::Merge(span) => {
                    *merged = true;
                    self.merge(entries, &value, span);
                }
                Key::Bad(text, span, number) => {
                    if let Some(bad) = self.bad_keys.get_mut(number) {
                        bad.value_event = value.event;
                    }
                    entries.push(self.entry(text, span, value.node));
                }
            },
        }
        self.frames.push(frame);
    }

    fn entry(&self, key: Arc<str>, span: Span, value: Node) -> Entry {
        Entry { key, place: Some(self.origin.place(span.start(), span.end())), value }
    }

    /// A key's text.
    // Rule: sigs.k8s.io/yaml 1.6.0 yaml.go, convertToJSONableObject.
    fn key(&mut self, value: &Value) -> Key {
        if value.merge {
            return Key::Merge(value.span);
        }
        let text: Arc<str> = match &value.typed {
            Some(Data::String(text)) => text.clone(),
            Some(Data::Bool(true)) => "true".into(),
            Some(Data::Bool(false)) => "false".into(),
            Some(Data::Int(value)) => value.to_string().into(),
            Some(Data::Float(value)) => match general32(*value).as_str() {
                "+Inf" => ".inf".into(),
                "-Inf" => "-.inf".into(),
                "NaN" => ".nan".into(),
                text => text.into(),
            },
            Some(_) => {
                let number = self.bad_keys.len();
                self.bad_keys.push(BadKey { key_event: value.event, value_event: 0 });
                return Key::Bad(keys::stand_in(number), value.span, number);
            }
            None => {
                // An alias to an open collection has its own error.
                if !value.node.is_null() {
                    let (event, span) = (value.event, value.span);
                    self.late(|| Late::CollectionKey(event, span));
                }
                "".into()
            }
        };
        Key::Text(text, value.span)
    }

    /// `<<`: the entries are set where the merge stands, so they override what was written before.
    // Rule: go-yaml v2.4.4 decode.go, merge. Of several maps the earlier wins.
    fn merge(&mut self, entries: &mut Vec<Entry>, value: &Value, key: Span) {
        let fail = |composer: &mut Self| {
            let message = "map merge requires map or sequence of maps as the value";
            let help = "put `<<` in quotes if it is meant as a key";
            composer.late_error(message, Some(help), Span::new(key.start(), value.span.end()));
        };
        match value.node.data() {
            Data::Map(map) => entries.extend_from_slice(map.entries()),
            Data::List(items) if !value.alias => {
                for item in items.iter().rev() {
                    match item.as_map() {
                        Some(map) => entries.extend_from_slice(map.entries()),
                        None => fail(self),
                    }
                }
            }
            _ => fail(self),
        }
    }
}

/// A map of the entries, later ones winning; keys written twice are noted unless `<<` brought some of them.
pub(super) fn map_of(mut entries: Vec<Entry>, merged: bool, duplicates: &mut Vec<DuplicateKey>) -> Map {
    if sort(&mut entries, merged, duplicates) {
        Map::from_entries(entries)
    } else {
        Map::from_sorted(entries)
    }
}

/// Sorts the entries of a map by their keys, those with the same key as they stand; whether some key stands twice.
pub(super) fn sort(entries: &mut [Entry], merged: bool, duplicates: &mut Vec<DuplicateKey>) -> bool {
    if entries.is_sorted_by(Entry::stands_before) {
        return false;
    }
    entries.sort_by(Entry::order);
    let mut stands_twice = false;
    for pair in entries.windows(2) {
        let [first, second] = pair else { continue };
        if first.key != second.key {
            continue;
        }
        stands_twice = true;
        // What `<<` brings may be overridden, and may override.
        if !merged && let (Some(first_place), Some(second_place)) = (&first.place, &second.place) {
            duplicates.push(DuplicateKey {
                key: first.key.clone(),
                first: first_place.clone(),
                second: second_place.clone(),
                value: second.value.place().cloned(),
            });
        }
    }
    stands_twice
}

impl Frame {
    pub(super) fn is_list(&self) -> bool {
        matches!(self.content, Content::List(_))
    }

    /// Whether it is a map whose last key has no value yet.
    pub(super) fn awaits_value(&self) -> bool {
        matches!(&self.content, Content::Map { key, .. } if !matches!(key, Key::Wanted))
    }

    /// Whether it stands in brackets.
    pub(super) fn is_flow(&self) -> bool {
        self.style == Style::Flow
    }

    fn is_empty(&self) -> bool {
        match &self.content {
            Content::List(items) => items.is_empty(),
            Content::Map { entries, key, .. } => entries.is_empty() && matches!(key, Key::Wanted),
        }
    }
}

/// How much of a document may come out of aliases.
// Rule: go-yaml v2.4.4 decode.go, unmarshal and allowedAliasRatio.
#[derive(Default)]
struct Budget {
    calls: u64,
    from_aliases: u64,
}

impl Budget {
    const LOW: u64 = 400_000;
    const HIGH: u64 = 4_000_000;

    /// Counts calls of the decoder; whether the limit is passed.
    fn plain(&mut self, calls: u64) -> bool {
        self.calls = self.calls.saturating_add(calls);
        self.passed()
    }

    /// Counts an alias and the calls for what it stands for; whether the limit is passed.
    fn alias(&mut self, calls: u64) -> bool {
        self.from_aliases = self.from_aliases.saturating_add(calls);
        self.calls = self.calls.saturating_add(calls).saturating_add(1);
        self.passed()
    }

    fn passed(&self) -> bool {
        if self.from_aliases <= 100 || self.calls <= 1000 {
            return false;
        }
        let allowed = match self.calls {
            0..=Self::LOW => 0.99,
            Self::HIGH.. => 0.10,
            calls => 0.99 - 0.89 * ((calls - Self::LOW) as f64 / (Self::HIGH - Self::LOW) as f64),
        };
        self.from_aliases as f64 / self.calls as f64 > allowed
    }
}
