//! What the writers write: [`Node`]s and [`Value`]s behind one trait, opened a level at a time.

use std::cell::Cell;
use std::rc::Rc;

use base64::Engine as _;

use super::{Data, Node};
use crate::value::{JsonView, Str, Value, budget};

/// One value, opened: what it is, and its children still closed.
pub(crate) enum Item<T> {
    Null,
    Bool(bool),
    Int(i64),
    Uint(u64),
    Float(f64),
    Text(Str),
    /// Text that YAML shows without quotes: a time or a duration.
    Bare(Str),
    /// Bytes that are no text.
    Binary(Str),
    List(Vec<T>),
    /// Keys in byte order, each once, unless a struct gives its own order.
    Map(Vec<(Str, T)>),
    /// Fields of a struct in order of declaration, for go-yaml v3 alone.
    Fields(Vec<(Str, T)>),
}

/// Which library's view of Go values is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum View {
    /// `encoding/json`: bytes are base64, nil lists and maps are null, durations are numbers.
    Json,
    /// go-yaml v3: bad UTF-8 is binary, durations and times are bare text, nil lists and maps are empty.
    Yaml,
}

/// A tree the writers can walk.
pub(crate) trait Tree: Sized {
    /// What stands here.
    ///
    /// # Errors
    /// Go's text for values that cannot be encoded, without a prefix.
    fn open(self, view: View) -> Result<Item<Self>, String>;

    /// Where it was written, for those who keep the order of writing.
    fn written_at(&self) -> usize {
        0
    }
}

impl Tree for &Node {
    fn open(self, _: View) -> Result<Item<Self>, String> {
        Ok(match self.data() {
            Data::Null => Item::Null,
            Data::Bool(value) => Item::Bool(*value),
            Data::Int(value) => Item::Int(*value),
            Data::Uint(value) => Item::Uint(*value),
            Data::Float(value) => Item::Float(*value),
            Data::String(text) => Item::Text(text.clone().into()),
            Data::List(items) => Item::List(items.iter().collect()),
            Data::Map(map) => Item::Map(
                map.entries().iter().map(|entry| (entry.key.clone().into(), &entry.value)).collect(),
            ),
        })
    }

    fn written_at(&self) -> usize {
        self.place().map_or(usize::MAX, |place| place.span.start())
    }
}

/// Levels of lists and maps that are written.
// Rule: Go 1.27 encoding/json; go-yaml v3 has no such bound.
const MAX_LEVELS: usize = 10_000;

/// Levels after which what a list or map lies in is compared with it.
// Rule: Go 1.27 encoding/json/v2, startDetectCyclesAfter.
const FREE_LEVELS: usize = 1_000;

/// What go-yaml v3 says of the one type of values that it cannot write.
pub(crate) const NO_YAML_TYPE: &str = "cannot marshal type: complex128";

/// What is said once a limit is met; the executor has better words for it.
const TOO_LARGE: &str = "the value is too large";

/// Lists and maps that lie in each other.
struct Around {
    value: Value,
    outer: Option<Rc<Around>>,
}

/// A [`Value`] on its way to a writer.
pub(crate) struct Walk {
    value: Value,
    level: usize,
    /// What it lies in, beyond the free levels.
    around: Option<Rc<Around>>,
    /// Bytes that were opened so far by the whole walk: those of texts, and blanks before each part.
    bytes: Rc<Cell<usize>>,
}

impl Walk {
    pub(crate) fn new(value: &Value) -> Self {
        Self { value: value.clone(), level: 0, around: None, bytes: Rc::default() }
    }

    fn below(&self, value: Value) -> Self {
        let (around, bytes) = (self.around.clone(), Rc::clone(&self.bytes));
        Self { value, level: self.level + 1, around, bytes }
    }

    /// Compares it with everything that it lies in. Beyond the free levels only: a cycle comes by again.
    fn check_cycle(&mut self) -> Result<(), String> {
        let is_same = |other: &Value| match (&self.value, other) {
            (Value::Map(one), Value::Map(other)) => one.is_same(other),
            (Value::List(one), Value::List(other)) => !one.is_nil() && one.is_same(other),
            _ => false,
        };
        let (mut next, mut compared) = (self.around.as_deref(), 0);
        while let Some(around) = next {
            compared += 1;
            if is_same(&around.value) {
                let ty = self.value.type_name();
                return Err(format!("json: unsupported value: encountered a cycle via {ty}"));
            }
            next = around.outer.as_deref();
        }
        if budget::is_spent(compared / 8) {
            return Err(TOO_LARGE.to_owned());
        }
        if matches!(self.value, Value::Map(_) | Value::List(_)) {
            self.around = Some(Rc::new(Around { value: self.value.clone(), outer: self.around.take() }));
        }
        Ok(())
    }

    /// Pays for this part. An error once a limit is met.
    fn pay(&self) -> Result<(), String> {
        let (text, parts) = match &self.value {
            Value::Str(text) => (text.len(), 0),
            Value::Bytes(bytes) => (bytes.len(), 0),
            Value::List(list) => (0, list.known_len()),
            Value::Map(map) => (map.known_keys_len(), map.known_len()),
            _ => (0, 0),
        };
        let bytes = self.bytes.get() + text + parts * (2 + self.level);
        self.bytes.set(bytes);
        if budget::is_spent(1 + budget::steps_of_text(text)) || budget::is_too_long(bytes) {
            return Err(TOO_LARGE.to_owned());
        }
        Ok(())
    }
}

impl Tree for Walk {
    fn open(mut self, view: View) -> Result<Item<Self>, String> {
        if self.level >= FREE_LEVELS && view == View::Json {
            self.check_cycle()?;
        }
        if self.level > MAX_LEVELS {
            return Err("exceeded max depth".to_owned());
        }
        self.pay()?;
        let json = view == View::Json;
        Ok(match &self.value {
            Value::Missing | Value::Nil => Item::Null,
            Value::Bool(value) => Item::Bool(*value),
            Value::Int(value) | Value::Int64(value) => Item::Int(*value),
            Value::Uint8(value) => Item::Uint(u64::from(*value)),
            Value::Uint64(value) => Item::Uint(*value),
            Value::Float64(value) => Item::Float(*value),
            Value::Complex(..) if json => return Err("json: unsupported type: complex128".to_owned()),
            // Rule: go-yaml v3 encode.go, marshal: a panic, which its own recovery does not stop.
            Value::Complex(..) => return Err(NO_YAML_TYPE.to_owned()),
            Value::Str(text) if !json && text.as_str().is_none() => Item::Binary(text.clone()),
            Value::Str(text) => Item::Text(text.clone()),
            Value::Bytes(bytes) if bytes.is_nil() && json => Item::Null,
            Value::Bytes(bytes) if json => {
                Item::Text(base64::engine::general_purpose::STANDARD.encode(bytes.as_bytes()).into())
            }
            Value::Bytes(bytes) => {
                let numbers = bytes.as_bytes().iter().map(|byte| self.below(Value::Uint8(*byte)));
                Item::List(numbers.collect())
            }
            Value::List(list) if list.is_nil() && json => Item::Null,
            Value::List(list) => {
                Item::List(list.items().iter().map(|item| self.below(item.clone())).collect())
            }
            Value::Map(map) if map.is_nil() && json => Item::Null,
            Value::Map(map) => Item::Map(
                map.entries().iter().map(|(key, value)| (key.clone(), self.below(value.clone()))).collect(),
            ),
            Value::Duration(nanoseconds) if json => Item::Int(*nanoseconds),
            Value::Duration(nanoseconds) => Item::Bare(duration(*nanoseconds).into()),
            Value::Object(object) => {
                let is_time = object.type_name() == "time.Time";
                let object = Rc::clone(object);
                match object.json() {
                    JsonView::Value(Value::Str(text)) if is_time && !json => Item::Bare(text),
                    JsonView::Value(value) => return self.below(value).open(view),
                    // Rule: go-yaml v3 knows no names that `encoding/json` is told; its own are in lower case.
                    JsonView::Struct(_) if !json => {
                        let exported =
                            object.fields().iter().filter(|name| name.starts_with(char::is_uppercase));
                        let fields = exported.filter_map(|name| {
                            Some((Str::from(name.to_lowercase()), self.below(object.field(name)?)))
                        });
                        Item::Fields(fields.collect())
                    }
                    JsonView::Struct(members) => Item::Map(
                        members
                            .into_iter()
                            .map(|(name, value)| (Str::from_static(name), self.below(value)))
                            .collect(),
                    ),
                    JsonView::Error(text) => return Err(text),
                }
            }
        })
    }
}

/// A duration as `time.Duration.String` prints it: `1h3m0.5s`.
pub(crate) fn duration(nanoseconds: i64) -> String {
    let size = nanoseconds.unsigned_abs();
    let sign = if nanoseconds < 0 { "-" } else { "" };
    let fraction = |whole: u64, part: u64, digits: usize| {
        let part = format!("{part:0digits$}");
        let part = part.trim_end_matches('0');
        if part.is_empty() { whole.to_string() } else { format!("{whole}.{part}") }
    };
    if size == 0 {
        return "0s".to_owned();
    }
    if size < 1_000 {
        return format!("{sign}{size}ns");
    }
    if size < 1_000_000 {
        return format!("{sign}{}µs", fraction(size / 1_000, size % 1_000, 3));
    }
    if size < 1_000_000_000 {
        return format!("{sign}{}ms", fraction(size / 1_000_000, size % 1_000_000, 6));
    }
    let seconds = size / 1_000_000_000;
    let last = fraction(seconds % 60, size % 1_000_000_000, 9);
    match (seconds / 3600, seconds / 60 % 60) {
        (0, 0) => format!("{sign}{last}s"),
        (0, minutes) => format!("{sign}{minutes}m{last}s"),
        (hours, minutes) => format!("{sign}{hours}h{minutes}m{last}s"),
    }
}
