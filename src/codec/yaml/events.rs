//! The one file that drives libyaml-rs: it turns bytes into [`Event`]s and lets no pointer out.
//!
//! It knows no types, anchors or merges; what go-yaml does otherwise than libyaml is the business of
//! [`dialect`](super::dialect) and [`compose`](super::compose).
#![allow(unsafe_code)]

use std::ffi::{CStr, c_char, c_void};
use std::marker::PhantomData;
use std::mem::MaybeUninit;
use std::ptr;
use std::slice;

use libyaml_rs as sys;

use crate::codec::Style;

/// go-yaml fills its raw buffer with this many bytes at a time. A bad byte is reported when it is
/// decoded, so the size decides which of two errors is seen first.
// Rule: go-yaml v2.4.4 yamlprivateh.go, input_raw_buffer_size.
const CHUNK: usize = 512;

/// A position in the bytes: all three count from 0, lines and columns as libyaml counts them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Mark {
    /// Bytes before the position.
    pub offset: usize,
    /// Line breaks before it.
    pub line: usize,
    /// Characters since the last line break.
    pub column: usize,
}

/// What the parser saw. Texts are borrowed from the event and live until the next one is asked for.
#[derive(Clone, Copy, Debug)]
pub(super) struct Event<'e> {
    pub kind: Kind<'e>,
    pub start: Mark,
    pub end: Mark,
}

/// The kinds of events and what comes with them.
#[derive(Clone, Copy, Debug)]
pub(super) enum Kind<'e> {
    StreamStart,
    StreamEnd,
    /// The version a `%YAML` directive names.
    DocumentStart(Option<(i32, i32)>),
    DocumentEnd,
    Alias(&'e str),
    Scalar(Scalar<'e>),
    /// A sequence begins.
    Sequence(Collection<'e>),
    SequenceEnd,
    /// A mapping begins.
    Mapping(Collection<'e>),
    MappingEnd,
}

/// A scalar as the parser hands it over: escapes and folds are resolved, the type is not.
#[derive(Clone, Copy, Debug)]
pub(super) struct Scalar<'e> {
    pub text: &'e str,
    pub style: Style,
    /// The full tag; none when there is none or it is `!` on a plain scalar.
    pub tag: Option<&'e str>,
    pub anchor: Option<&'e str>,
    /// Plain and without a tag, so its text decides its type.
    pub implicit: bool,
}

/// How a sequence or mapping begins; its tag is never looked at by go-yaml.
#[derive(Clone, Copy, Debug)]
pub(super) struct Collection<'e> {
    pub anchor: Option<&'e str>,
    pub style: Style,
}

/// Which part of the parser refused the bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stage {
    /// Bytes to characters.
    Reader,
    /// Characters to tokens.
    Scanner,
    /// Tokens to events.
    Parser,
}

/// Why the parser stopped, in libyaml's words.
#[derive(Clone, Copy, Debug)]
pub(super) struct Failure {
    pub stage: Stage,
    pub problem: &'static str,
    /// "while scanning a simple key" and the like; may be empty.
    pub context: &'static str,
    pub at: Mark,
    /// Where the thing the context names began.
    pub context_at: Mark,
}

/// The bytes still to be handed to the parser.
struct Feed<'a> {
    rest: &'a [u8],
    /// What the raw buffer holds when empty; learnt from the first request.
    room: Option<usize>,
}

/// The events of one text, in order.
pub(super) struct Events<'a> {
    parser: Box<MaybeUninit<sys::yaml_parser_t>>,
    event: MaybeUninit<sys::yaml_event_t>,
    holds_event: bool,
    /// Points into a box that lives as long as the parser.
    feed: *mut Feed<'a>,
    /// Length of a byte order mark, which libyaml's positions leave out.
    skipped: usize,
    bytes: PhantomData<&'a [u8]>,
}

/// Hands up to one chunk to the parser.
///
/// # Safety
/// `data` is the [`Feed`] given to `yaml_parser_set_input`, `buffer` has room for `size` bytes and
/// `size_read` may be written.
unsafe fn feed(data: *mut c_void, buffer: *mut u8, size: u64, size_read: *mut u64) -> i32 {
    // SAFETY: libyaml passes back the pointer it was given in `Events::new`; the box behind it is
    // freed only when `Events` is dropped, and nothing else refers to it while the parser runs.
    let feed = unsafe { &mut *data.cast::<Feed>() };
    let size = usize::try_from(size).unwrap_or(usize::MAX);
    let room = *feed.room.get_or_insert(size);
    let kept = room.saturating_sub(size);
    let count = CHUNK.saturating_sub(kept).max(1).min(size).min(feed.rest.len());
    let (now, rest) = feed.rest.split_at(count);
    // SAFETY: `count` is at most `size`, the room libyaml states, and the source is a slice of ours.
    unsafe {
        ptr::copy_nonoverlapping(now.as_ptr(), buffer, count);
        *size_read = count as u64;
    }
    feed.rest = rest;
    1
}

impl<'a> Events<'a> {
    /// The events of `bytes`: UTF-8, or UTF-16 with a byte order mark.
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        let mut parser = Box::new(MaybeUninit::<sys::yaml_parser_t>::zeroed());
        let feed_data = Box::into_raw(Box::new(Feed { rest: bytes, room: None }));
        // SAFETY: initialising writes the whole structure and fails only when memory is short, in
        // which case libyaml-rs aborts; the feed outlives the parser, see `drop`.
        unsafe {
            let _ = sys::yaml_parser_initialize(parser.as_mut_ptr());
            sys::yaml_parser_set_input(parser.as_mut_ptr(), feed, feed_data.cast());
        }
        let skipped = if bytes.starts_with(b"\xEF\xBB\xBF") { 3 } else { 0 };
        Self {
            parser,
            event: MaybeUninit::zeroed(),
            holds_event: false,
            feed: feed_data,
            skipped,
            bytes: PhantomData,
        }
    }

    fn mark(&self, mark: sys::yaml_mark_t) -> Mark {
        Mark {
            offset: mark.index as usize + self.skipped,
            line: mark.line as usize,
            column: mark.column as usize,
        }
    }

    fn release(&mut self) {
        if std::mem::take(&mut self.holds_event) {
            // SAFETY: the flag says that the last call filled the event and nobody deleted it.
            unsafe { sys::yaml_event_delete(self.event.as_mut_ptr()) };
        }
    }

    /// The next event; after the end of the stream or a failure nothing more may be asked for.
    pub(super) fn next(&mut self) -> Result<Event<'_>, Failure> {
        self.release();
        // SAFETY: the parser was initialised in `new`; the event is written before success is told.
        let parsed = unsafe { sys::yaml_parser_parse(self.parser.as_mut_ptr(), self.event.as_mut_ptr()) };
        if !parsed.ok {
            return Err(self.failure());
        }
        self.holds_event = true;
        // SAFETY: the call above succeeded, so the event is initialised.
        let event = unsafe { self.event.assume_init_ref() };
        // SAFETY: `type_` says which member of the union is valid; its pointers belong to the event
        // and live until `release`, which needs `&mut self` and so ends the borrow given out.
        let kind = unsafe { kind(event) };
        Ok(Event { kind, start: self.mark(event.start_mark), end: self.mark(event.end_mark) })
    }

    fn failure(&self) -> Failure {
        // SAFETY: the parser was initialised in `new`.
        let parser = unsafe { self.parser.assume_init_ref() };
        let stage = match parser.error {
            sys::YAML_PARSER_ERROR => Stage::Parser,
            sys::YAML_SCANNER_ERROR => Stage::Scanner,
            _ => Stage::Reader,
        };
        // SAFETY: libyaml's problem and context are null or static NUL-ended texts.
        let (problem, context) = unsafe { (fixed(parser.problem), fixed(parser.context)) };
        let at = if stage == Stage::Reader {
            Mark { offset: parser.problem_offset as usize, ..Mark::default() }
        } else {
            self.mark(parser.problem_mark)
        };
        let context_at =
            if stage == Stage::Reader { Mark::default() } else { self.mark(parser.context_mark) };
        Failure { stage, problem, context, at, context_at }
    }
}

impl Drop for Events<'_> {
    fn drop(&mut self) {
        self.release();
        // SAFETY: the parser was initialised in `new` and is deleted once; the feed came out of a
        // box in `new` and nothing uses it after the parser is gone.
        unsafe {
            sys::yaml_parser_delete(self.parser.as_mut_ptr());
            drop(Box::from_raw(self.feed));
        }
    }
}

/// The event's kind.
///
/// # Safety
/// `event` was filled by a successful call of the parser and not yet deleted.
unsafe fn kind(event: &sys::yaml_event_t) -> Kind<'_> {
    // SAFETY: each arm reads the member that the event's type makes valid.
    unsafe {
        match event.type_ {
            sys::YAML_STREAM_START_EVENT => Kind::StreamStart,
            sys::YAML_DOCUMENT_START_EVENT => {
                let version = event.data.document_start.version_directive.as_ref();
                Kind::DocumentStart(version.map(|version| (version.major, version.minor)))
            }
            sys::YAML_DOCUMENT_END_EVENT => Kind::DocumentEnd,
            sys::YAML_ALIAS_EVENT => Kind::Alias(name(event.data.alias.anchor).unwrap_or_default()),
            sys::YAML_SCALAR_EVENT => {
                let scalar = &event.data.scalar;
                let bytes: &[u8] = if scalar.value.is_null() {
                    &[]
                } else {
                    slice::from_raw_parts(scalar.value, scalar.length as usize)
                };
                Kind::Scalar(Scalar {
                    text: str::from_utf8(bytes).unwrap_or_default(),
                    style: match scalar.style {
                        sys::YAML_SINGLE_QUOTED_SCALAR_STYLE => Style::SingleQuoted,
                        sys::YAML_DOUBLE_QUOTED_SCALAR_STYLE => Style::DoubleQuoted,
                        sys::YAML_LITERAL_SCALAR_STYLE => Style::Literal,
                        sys::YAML_FOLDED_SCALAR_STYLE => Style::Folded,
                        _ => Style::Plain,
                    },
                    tag: name(scalar.tag),
                    anchor: name(scalar.anchor),
                    implicit: scalar.plain_implicit,
                })
            }
            sys::YAML_SEQUENCE_START_EVENT => {
                let start = &event.data.sequence_start;
                let style = match start.style {
                    sys::YAML_FLOW_SEQUENCE_STYLE => Style::Flow,
                    _ => Style::Block,
                };
                Kind::Sequence(Collection { anchor: name(start.anchor), style })
            }
            sys::YAML_SEQUENCE_END_EVENT => Kind::SequenceEnd,
            sys::YAML_MAPPING_START_EVENT => {
                let start = &event.data.mapping_start;
                let style = match start.style {
                    sys::YAML_FLOW_MAPPING_STYLE => Style::Flow,
                    _ => Style::Block,
                };
                Kind::Mapping(Collection { anchor: name(start.anchor), style })
            }
            sys::YAML_MAPPING_END_EVENT => Kind::MappingEnd,
            _ => Kind::StreamEnd,
        }
    }
}

/// The text behind a pointer that may be null.
///
/// # Safety
/// `text` is null or points to a NUL-ended text that lives as long as `'e`.
unsafe fn name<'e>(text: *const u8) -> Option<&'e str> {
    if text.is_null() {
        return None;
    }
    // SAFETY: stated above.
    unsafe { CStr::from_ptr(text.cast()) }.to_str().ok()
}

/// The static text behind a pointer that may be null.
///
/// # Safety
/// `text` is null or points to a NUL-ended text of the program.
unsafe fn fixed(text: *const i8) -> &'static str {
    // SAFETY: stated above.
    unsafe { name::<'static>(text.cast::<c_char>().cast()) }.unwrap_or_default()
}
