//! Go's `%#v` of what go-yaml decodes, for the few messages that quote a value.
//!
//! The events are read a second time, because the composed nodes no longer tell `1` from `1.0`.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::rc::Rc;

use base64::Engine as _;

use super::dialect::Dialect;
use super::events::{Events, Kind};
use super::resolve::{self, BINARY_TAG, MERGE_TAG};
use crate::codec::number::write_general;
use crate::go::strconv::quote;

/// Longest text that is quoted; Go quotes all of it.
const LIMIT: usize = 64 << 10;

/// A value as Go's messages show it.
#[derive(Clone, Debug, Default)]
pub(super) struct GoText {
    /// `%#v`, so `"a"`, `1`, `[]interface {}{"a"}`.
    pub sharp: String,
    /// `%s` of its `reflect.Type`.
    pub type_name: &'static str,
    /// A word for people.
    pub what: &'static str,
}

#[derive(Clone)]
struct Shown {
    text: Rc<str>,
    /// Type and value, in the order of keys: by type as Helm's program lays its types out, and within a type by value.
    order: (u8, Rc<str>),
    entries: Option<Rc<Vec<(Shown, Shown)>>>,
    items: Option<Rc<Vec<Shown>>>,
}

struct Frame {
    event: usize,
    anchor: Option<Box<str>>,
    map: bool,
    items: Vec<Shown>,
    /// Keys with their values, merges done.
    entries: Vec<(Shown, Shown)>,
    key: Option<(Shown, bool)>,
}

/// The texts of the values that begin with the events of these numbers.
pub(super) fn values<const N: usize>(dialect: &Dialect<'_>, wanted: [usize; N]) -> [GoText; N] {
    let mut found = [const { None }; N];
    let mut frames: Vec<Frame> = Vec::new();
    let mut anchors: HashMap<Box<str>, Shown> = HashMap::new();
    let mut events = Events::new(&dialect.bytes);
    let mut number = 0;
    while found.iter().any(Option::is_none) {
        let Ok(event) = events.next() else { break };
        number += 1;
        let (begun, shown, merge) = match event.kind {
            Kind::Scalar(scalar) => {
                let text = dialect.text(&scalar);
                let merge = text == "<<"
                    && (scalar.implicit && scalar.tag.is_none() || scalar.tag == Some(MERGE_TAG));
                let shown = self::scalar(&text, scalar.tag, scalar.implicit);
                if let Some(anchor) = scalar.anchor {
                    anchors.insert(anchor.into(), shown.clone());
                }
                (number, shown, merge)
            }
            Kind::Alias(name) => {
                (number, anchors.get(name).cloned().unwrap_or_else(|| plain(0, "interface {}(nil)")), false)
            }
            Kind::Sequence(start) | Kind::Mapping(start) => {
                frames.push(Frame {
                    event: number,
                    anchor: start.anchor.map(Into::into),
                    map: matches!(event.kind, Kind::Mapping(_)),
                    items: Vec::new(),
                    entries: Vec::new(),
                    key: None,
                });
                continue;
            }
            Kind::SequenceEnd | Kind::MappingEnd => {
                let Some(frame) = frames.pop() else { break };
                let (event, anchor) = (frame.event, frame.anchor.clone());
                let shown = collection(frame);
                if let Some(anchor) = anchor {
                    anchors.insert(anchor, shown.clone());
                }
                (event, shown, false)
            }
            Kind::StreamStart | Kind::DocumentStart(_) => continue,
            Kind::StreamEnd | Kind::DocumentEnd => break,
        };
        for (slot, _) in found.iter_mut().zip(wanted).filter(|(_, wanted)| *wanted == begun) {
            *slot = Some(top(&shown));
        }
        if let Some(frame) = frames.last_mut() {
            frame.push(shown, merge);
        }
    }
    found.map(Option::unwrap_or_default)
}

impl Frame {
    fn push(&mut self, shown: Shown, merge: bool) {
        if !self.map {
            self.items.push(shown);
            return;
        }
        match self.key.take() {
            None => self.key = Some((shown, merge)),
            Some((key, false)) => self.set(key, shown),
            Some((_, true)) => {
                let maps = shown.items.as_deref().map_or_else(|| vec![shown.clone()], Clone::clone);
                for map in maps.into_iter().rev() {
                    for (key, value) in map.entries.iter().flat_map(|entries| entries.iter()) {
                        self.set(key.clone(), value.clone());
                    }
                }
            }
        }
    }

    fn set(&mut self, key: Shown, value: Shown) {
        match self.entries.iter_mut().find(|(old, _)| old.order == key.order) {
            Some((_, old)) => *old = value,
            None => self.entries.push((key, value)),
        }
    }
}

fn top(shown: &Shown) -> GoText {
    let (type_name, what) = match shown.order.0 {
        0 => ("%!s(<nil>)", "null"),
        4 => ("uint64", "a number that large"),
        _ => ("", "this"),
    };
    let sharp = if shown.order.0 == 0 { "<nil>".to_owned() } else { shown.text.to_string() };
    GoText { sharp, type_name, what }
}

fn plain(rank: u8, text: &str) -> Shown {
    Shown { text: text.into(), order: (rank, text.into()), entries: None, items: None }
}

fn scalar(text: &str, tag: Option<&str>, implicit: bool) -> Shown {
    let kind = match tag {
        None if implicit => resolve::plain(text),
        None => resolve::Kind::Text,
        Some(tag) => resolve::tagged(tag, text).unwrap_or(resolve::Kind::Text),
    };
    match kind {
        resolve::Kind::Null => plain(0, "interface {}(nil)"),
        resolve::Kind::Bool(value) => plain(7, if value { "true" } else { "false" }),
        // Keys of one type stand in the order of their values.
        resolve::Kind::Int(value) => {
            let order = format!("{:020}", (value as u64) ^ (1 << 63)).into();
            Shown { order: (5, order), ..plain(5, &value.to_string()) }
        }
        resolve::Kind::Uint(value) => plain(4, &format!("{value:#x}")),
        resolve::Kind::Float(value) => {
            let mut out = String::new();
            write_general(&mut out, value);
            let bits = value.to_bits();
            let ordered = match bits >> 63 {
                _ if value.is_nan() => 0,
                1 => !bits,
                _ => bits | 1 << 63,
            };
            Shown { order: (6, format!("{ordered:020}").into()), ..plain(6, &out) }
        }
        resolve::Kind::Text => {
            let decoded = if tag == Some(BINARY_TAG) { base64(text) } else { None };
            let text = decoded.as_deref().unwrap_or(text);
            Shown { order: (2, text.into()), ..plain(2, &quote(text.as_bytes())) }
        }
    }
}

fn collection(mut frame: Frame) -> Shown {
    let mut text = String::from(if frame.map { "map[interface {}]interface {}{" } else { "[]interface {}{" });
    frame.entries.sort_by(|(a, _), (b, _)| a.order.cmp(&b.order));
    for (index, (key, value)) in frame.entries.iter().enumerate() {
        let _ = write!(text, "{}{}:{}", if index == 0 { "" } else { ", " }, key.text, value.text);
    }
    for (index, item) in frame.items.iter().enumerate() {
        let _ = write!(text, "{}{}", if index == 0 { "" } else { ", " }, item.text);
    }
    text.push('}');
    if text.len() > LIMIT {
        text.truncate(text.floor_char_boundary(LIMIT));
        text.push('…');
    }
    Shown {
        text: text.as_str().into(),
        order: (9, text.into()),
        entries: frame.map.then(|| Rc::new(frame.entries)),
        items: (!frame.map).then(|| Rc::new(frame.items)),
    }
}

/// What `!!binary` holds, as text: line ends are skipped and bad UTF-8 becomes U+FFFD, one per byte.
// Rule: Go 1.27 encoding/base64 skips \r and \n; encoding/json replaces bytes that are no UTF-8.
pub(super) fn base64(text: &str) -> Option<String> {
    let text: String = text.chars().filter(|c| !matches!(c, '\r' | '\n')).collect();
    let config = base64::engine::GeneralPurposeConfig::new().with_decode_allow_trailing_bits(true);
    let engine = base64::engine::GeneralPurpose::new(&base64::alphabet::STANDARD, config);
    let bytes = engine.decode(text).ok()?;
    Some(crate::value::Str::from_bytes(bytes).text().into_owned())
}
