//! TOML items to a value.
//!
//! Rule: github.com/BurntSushi/toml v1.6.0 parse.go; what it keeps of keys decides which of them may come again.

use std::collections::{HashMap, HashSet};

use super::MAX_READ_DEPTH as MAX_DEPTH;
use super::lexer::{Item, Kind, Lexer};
use super::write::write_key;
use crate::go::strconv::{self, NumErrorKind};
use crate::go::time::{Time, Zone};
use crate::value::{Elem, List, ListType, Map, Room, Value};

/// Why a TOML text is refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ReadError {
    /// The text of the library's error: `toml: line 2 (last key "a"): …`.
    Error(String),
    /// Go panics here, with this text.
    Panic(String),
}

/// What times are made with.
#[derive(Clone, Copy)]
pub struct Times<'t> {
    /// The computer's zone and its offset in seconds at present; asked when a time stands in the text.
    pub local: &'t dyn Fn() -> (Zone, i32),
    /// The value of a moment.
    pub value: &'t dyn Fn(Time) -> Value,
}

/// The value of a TOML text: whole numbers `int64`, `[[lists]]` of tables `[]map[string]interface {}`; times without a
/// zone stand in one named `date-local`, `time-local` or `datetime-local`, of the offset that the computer has at present.
///
/// # Errors
/// The text of Go's library.
pub fn read(text: &[u8], times: Times<'_>) -> Result<Value, ReadError> {
    let utf16 = text.strip_prefix(b"\xff\xfe").or_else(|| text.strip_prefix(b"\xfe\xff"));
    let text = utf16.or_else(|| text.strip_prefix(b"\xef\xbb\xbf")).unwrap_or(text);
    if text.iter().take(6).any(|byte| *byte == 0) {
        return Err(ReadError::Error(
            "toml: line 1: files cannot contain NULL bytes; probably using UTF-16; TOML files must be UTF-8"
                .to_owned(),
        ));
    }
    let mut parser = Parser {
        lexer: Lexer::new(text),
        times,
        context: Key::new(),
        current: String::new(),
        line: 0,
        arrays: HashMap::new(),
        root: Map::new(),
        implicit: HashSet::new(),
        depth: 0,
    };
    loop {
        let item = parser.next()?;
        if item.kind == Kind::Eof {
            return Ok(Value::Map(parser.root));
        }
        parser.top(&item)?;
    }
}

type Key = Vec<String>;
type Res<T> = Result<T, ReadError>;

struct Parser<'t> {
    lexer: Lexer<'t>,
    times: Times<'t>,
    /// The table that keys belong to.
    context: Key,
    current: String,
    line: usize,
    /// Whether the youngest value of a key is an array.
    arrays: HashMap<String, bool>,
    root: Map,
    /// Tables that stand in no header of their own.
    implicit: HashSet<String>,
    depth: usize,
}

fn bug<T>(text: &str) -> Res<T> {
    Err(ReadError::Panic(format!("BUG: {text}\n\n")))
}

impl Parser<'_> {
    fn error<T>(&self, line: usize, message: &str) -> Res<T> {
        let key = match (self.current.is_empty(), self.context.is_empty()) {
            (true, _) => key_text(&self.context),
            (false, true) => self.current.clone(),
            (false, false) => format!("{}.{}", key_text(&self.context), self.current),
        };
        let last = if key.is_empty() {
            String::new()
        } else {
            format!(" (last key {})", strconv::quote(key.as_bytes()))
        };
        Err(ReadError::Error(format!("toml: line {line}{last}: {message}")))
    }

    fn next(&mut self) -> Res<Item> {
        let item = self.lexer.item();
        if item.kind == Kind::Error { self.error(item.line, &item.text) } else { Ok(item) }
    }

    fn next_place(&mut self) -> Res<Item> {
        let item = self.next()?;
        self.line = item.line;
        Ok(item)
    }

    /// The parts of a key up to its end.
    fn key(&mut self, end: Kind) -> Res<Key> {
        let mut key = Key::new();
        let mut item = self.next_place()?;
        while item.kind != end && item.kind != Kind::Eof {
            match item.kind {
                Kind::Text => key.push(item.text),
                Kind::String | Kind::StringEscaped | Kind::RawString => {
                    if let Value::Str(text) = self.value(&item, false)? {
                        key.push(text.text().into_owned());
                    }
                }
                _ => return bug("Unexpected key type"),
            }
            item = self.next()?;
        }
        if item.kind != end || key.is_empty() {
            return bug("unexpected end of a key");
        }
        // Each part of a key is looked up under all before it.
        if key.len() > MAX_DEPTH {
            return self.error(self.line, &format!("exceeds maximum table depth of {MAX_DEPTH}"));
        }
        Ok(key)
    }

    fn top(&mut self, item: &Item) -> Res<()> {
        match item.kind {
            Kind::CommentStart => {
                self.next()?;
            }
            Kind::TableStart | Kind::ArrayTableStart => {
                let array = item.kind == Kind::ArrayTableStart;
                let end = if array { Kind::ArrayTableEnd } else { Kind::TableEnd };
                let key = self.key(end)?;
                self.add_context(&key, array)?;
                self.set_type("", false);
            }
            Kind::KeyStart => {
                let outer = self.context.clone();
                self.member(None)?;
                self.context = outer;
                self.current.clear();
            }
            _ => return bug("Unexpected type at top level"),
        }
        Ok(())
    }

    /// A key with its value, also put into `hash`, the inline table it stands in.
    fn member(&mut self, hash: Option<&Map>) -> Res<()> {
        let mut parents = self.key(Kind::KeyEnd)?;
        self.current = parents.pop().unwrap_or_default();
        for part in &parents {
            let mut context = self.context.clone();
            context.push(part.clone());
            self.implicit.insert(key_text(&context));
            self.add_context(&context, false)?;
        }
        let item = self.next()?;
        let value = self.value(&item, false)?;
        let name = self.current.clone();
        self.set_value(&name, value.clone())?;
        self.set_type(&name, matches!(item.kind, Kind::Array));
        let Some(hash) = hash else { return Ok(()) };
        let mut at = hash.clone();
        for part in &parents {
            at = match at.get(part) {
                Some(Value::Map(inner)) => inner,
                Some(_) => {
                    let context = strconv::quote(format!("{:?}", self.context).as_bytes());
                    return self.error(self.line, &format!("{context} is not a table"));
                }
                None => {
                    let inner = Map::new();
                    at.insert(part.as_str(), Value::Map(inner.clone()));
                    inner
                }
            };
        }
        at.insert(name.as_str(), value);
        Ok(())
    }

    fn value(&mut self, item: &Item, in_list: bool) -> Res<Value> {
        let text = &*item.text;
        Ok(match item.kind {
            Kind::String | Kind::RawString => Value::from(text),
            Kind::StringEscaped => Value::from(self.unescaped(item, text)?),
            Kind::MultilineString => {
                let joined = without_escaped_newlines(without_first_newline(text));
                Value::from(self.unescaped(item, &joined)?)
            }
            Kind::RawMultilineString => Value::from(without_first_newline(text)),
            Kind::Integer => self.integer(item)?,
            Kind::Float => self.float(item)?,
            Kind::Bool => Value::Bool(text == "true"),
            Kind::Datetime => self.datetime(item)?,
            Kind::Array => self.nested(Self::array)?,
            Kind::InlineTableStart => self.nested(|parser| parser.inline_table(in_list))?,
            _ => return bug("Unexpected value type"),
        })
    }

    fn nested(&mut self, read: impl FnOnce(&mut Self) -> Res<Value>) -> Res<Value> {
        if self.depth >= MAX_DEPTH {
            return self.error(self.line, &format!("exceeds maximum array depth of {MAX_DEPTH}"));
        }
        self.depth += 1;
        let value = read(self);
        self.depth -= 1;
        value
    }

    fn integer(&self, item: &Item) -> Res<Value> {
        let text = &*item.text;
        let invalid = |why: &str| {
            self.error(item.line, &format!("Invalid integer {}: {why}", strconv::quote(text.as_bytes())))
        };
        if !underscores_ok(text) {
            return invalid("underscores must be surrounded by digits");
        }
        if has_leading_zero(text) {
            return invalid("cannot have leading zeroes");
        }
        match strconv::parse_int(text, 0, 64) {
            Ok(number) => Ok(Value::Int64(number)),
            Err(error) if error.kind == NumErrorKind::Range => {
                self.error(item.line, &format!("{text} is out of range for int64"))
            }
            Err(_) => bug(&format!("Expected integer value, but got '{text}'.")),
        }
    }

    fn float(&self, item: &Item) -> Res<Value> {
        let text = &*item.text;
        let quoted = strconv::quote(text.as_bytes());
        let invalid = |why: &str| self.error(item.line, &format!("Invalid float {quoted}: {why}"));
        let mut parts = text.split(['.', 'e', 'E']).filter(|part| !part.is_empty());
        if !parts.clone().all(underscores_ok) {
            return invalid("underscores must be surrounded by digits");
        }
        if parts.next().is_some_and(has_leading_zero) {
            return invalid("cannot have leading zeroes");
        }
        if text.split('.').skip(1).any(|rest| !rest.starts_with(|c: char| c.is_ascii_digit())) {
            return invalid("'.' must be followed by one or more digits");
        }
        let plain = text.replace('_', "");
        let (plain, negative) = match &*plain {
            "+nan" => ("nan", false),
            "-nan" => ("nan", true),
            other => (other, false),
        };
        match strconv::parse_float(plain) {
            Ok(number) if negative => Ok(Value::Float64(-number)),
            Ok(number) => Ok(Value::Float64(number)),
            Err(error) if error.kind == NumErrorKind::Range => {
                self.error(item.line, &format!("{text} is out of range for float64"))
            }
            Err(_) => self.error(item.line, &format!("Invalid float value: {quoted}")),
        }
    }

    fn datetime(&self, item: &Item) -> Res<Value> {
        const FORMS: [(&str, Option<&str>); 7] = [
            ("2006-01-02T15:04:05.999999999Z07:00", None),
            ("2006-01-02T15:04:05.999999999", Some("datetime-local")),
            ("2006-01-02", Some("date-local")),
            ("15:04:05.999999999", Some("time-local")),
            ("2006-01-02T15:04Z07:00", None),
            ("2006-01-02T15:04", Some("datetime-local")),
            ("15:04", Some("time-local")),
        ];
        let text = item.text.replace('z', "Z").replace(['t', ' '], "T");
        let (local, offset) = (self.times.local)();
        let parsed = FORMS.iter().find_map(|(form, zone)| {
            let zone = zone.map_or_else(|| local.clone(), |name| Zone::fixed(offset, name));
            Some((form, Time::parse_in(form.as_bytes(), text.as_bytes(), &zone).ok()?))
        });
        match parsed {
            Some((form, moment)) if !lacks_zero(&text, form) => Ok((self.times.value)(moment)),
            _ => self.error(item.line, &format!("invalid datetime: {}", strconv::quote(text.as_bytes()))),
        }
    }

    fn array(&mut self) -> Res<Value> {
        let current = self.current.clone();
        self.set_type(&current, true);
        let mut items = Vec::new();
        loop {
            let item = self.next()?;
            match item.kind {
                // Rule: BurntSushi/toml 1.6 parse.go, valueArray.
                Kind::ArrayEnd => return Ok(Value::List(List::new(items).with_room(Room::Grown(2)))),
                Kind::CommentStart => {
                    self.next()?;
                }
                _ => items.push(self.value(&item, true)?),
            }
        }
    }

    fn inline_table(&mut self, in_list: bool) -> Res<Value> {
        let hash = Map::new();
        let (outer, outer_key) = (self.context.clone(), std::mem::take(&mut self.current));
        let mut own = outer.clone();
        own.push(outer_key.clone());
        self.context.clone_from(&own);
        self.implicit.insert(key_text(&own));
        self.add_context(&own, in_list)?;
        loop {
            let item = self.next()?;
            match item.kind {
                Kind::InlineTableEnd => break,
                Kind::CommentStart => {
                    self.next()?;
                }
                _ => {
                    self.member(Some(&hash))?;
                    self.context.clone_from(&own);
                }
            }
        }
        self.context = outer;
        self.current = outer_key;
        Ok(Value::Map(hash))
    }

    /// Makes a table, or a further table of a list, the one that keys belong to.
    fn add_context(&mut self, key: &[String], array: bool) -> Res<()> {
        let Some((last, parents)) = key.split_last() else { return bug("a table without a name") };
        let mut hash = self.root.clone();
        let mut context = Key::with_capacity(key.len());
        for part in parents {
            context.push(part.clone());
            let found = hash.get(part).unwrap_or_else(|| {
                self.implicit.insert(key_text(&context));
                let table = Value::Map(Map::new());
                hash.insert(part.as_str(), table.clone());
                table
            });
            hash = match table_of(&found) {
                Some(table) => table,
                None => {
                    let text = format!("Key '{}' was already created as a hash.", key_text(&context));
                    return self.error(self.line, &text);
                }
            };
        }
        self.context = context;
        if array {
            let list = match hash.get(last) {
                Some(Value::List(list)) if list.ty().elem == Elem::AnyMap => list,
                Some(_) => {
                    let text = format!(
                        "Key '{}' was already created and cannot be used as an array.",
                        key_text(key)
                    );
                    return self.error(self.line, &text);
                }
                None => {
                    let list = List::of(&ListType::MAPS, Vec::new());
                    hash.insert(last.as_str(), Value::List(list.clone()));
                    list
                }
            };
            list.update(|tables| tables.push(Value::Map(Map::new())));
        } else {
            self.set_value(last, Value::Map(Map::new()))?;
        }
        self.context.push(last.clone());
        Ok(())
    }

    /// Sets a key of the current table, unless it was set before.
    fn set_value(&mut self, key: &str, value: Value) -> Res<()> {
        let mut hash = self.root.clone();
        let mut context = Key::with_capacity(self.context.len() + 1);
        let defined = |context: &Key| format!("Key '{}' has already been defined.", key_text(context));
        for part in &self.context {
            context.push(part.clone());
            let Some(found) = hash.get(part) else {
                return bug(&format!("Context for key '{}' has not been established.", key_text(&context)));
            };
            match table_of(&found) {
                Some(table) => hash = table,
                None => return self.error(self.line, &defined(&context)),
            }
        }
        context.push(key.to_owned());
        if !hash.contains(key) {
            hash.insert(key, value);
            return Ok(());
        }
        let text = key_text(&context);
        if !self.implicit.remove(&text) {
            return self.error(self.line, &defined(&context));
        }
        // A table that stood in no header stays as it is; of a list the tables were only noted.
        if self.arrays.get(&text) == Some(&true) {
            hash.insert(key, value);
        }
        Ok(())
    }

    /// Notes whether the value of a key, or the current table, is an array.
    fn set_type(&mut self, key: &str, array: bool) {
        let mut context = self.context.clone();
        if !key.is_empty() {
            context.push(key.to_owned());
        }
        if context.is_empty() {
            context.push(String::new());
        }
        self.arrays.insert(key_text(&context), array);
    }

    fn unescaped(&self, item: &Item, text: &str) -> Res<String> {
        let mut out = String::with_capacity(text.len());
        let mut rest = text.chars();
        while let Some(c) = rest.next() {
            if c != '\\' {
                out.push(c);
                continue;
            }
            let digits = match rest.next() {
                Some('b') => Ok('\u{8}'),
                Some('t') => Ok('\t'),
                Some('n') => Ok('\n'),
                Some('f') => Ok('\u{c}'),
                Some('r') => Ok('\r'),
                Some('e') => Ok('\u{1b}'),
                Some(c @ ('"' | '\\')) => Ok(c),
                Some('x') => Err(2),
                Some('u') => Err(4),
                Some('U') => Err(8),
                Some(c @ (' ' | '\t')) => return self.error(item.line, &format!("invalid escape: '\\{c}'")),
                _ => return bug("Escape sequence at end of string."),
            };
            match digits {
                Ok(c) => out.push(c),
                Err(count) => {
                    let digits: String = rest.by_ref().take(count).collect();
                    match u32::from_str_radix(&digits, 16).ok().and_then(char::from_u32) {
                        Some(c) => out.push(c),
                        None => {
                            let text = format!("Escaped character '\\u{digits}' is not valid UTF-8.");
                            return self.error(item.line, &text);
                        }
                    }
                }
            }
        }
        Ok(out)
    }
}

/// The table that a value is; of a list of tables its youngest.
fn table_of(value: &Value) -> Option<Map> {
    match value {
        Value::Map(map) => Some(map.clone()),
        Value::List(list) if list.ty().elem == Elem::AnyMap => list.items().last()?.as_map().cloned(),
        _ => None,
    }
}

/// A key as TOML writes it.
fn key_text(key: &[String]) -> String {
    let mut out = String::new();
    for (index, part) in key.iter().enumerate() {
        if index > 0 {
            out.push('.');
        }
        write_key(&mut out, part);
    }
    out
}

fn without_first_newline(text: &str) -> &str {
    text.strip_prefix('\n').or_else(|| text.strip_prefix("\r\n")).unwrap_or(text)
}

/// The text without each backslash that stands last in its line, and without the blanks and newlines behind it.
fn without_escaped_newlines(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('\\') {
        let (before, from) = rest.split_at(at);
        out.push_str(before);
        let after = from.get(1..).unwrap_or_default();
        let trimmed = after.trim_start_matches([' ', '\t', '\r', '\n']);
        let blanks = after.len() - trimmed.len();
        if after.starts_with('\\') {
            out.push_str("\\\\");
            rest = after.get(1..).unwrap_or_default();
        } else if after.get(..blanks).is_some_and(|blanks| blanks.contains('\n')) {
            rest = trimmed;
        } else {
            out.push('\\');
            rest = after;
        }
    }
    out + rest
}

/// Zeros before a number, but for those of `0b`, `0o`, `0x`.
fn has_leading_zero(text: &str) -> bool {
    match text.as_bytes() {
        [b'0', second, ..] => !matches!(second, b'b' | b'o' | b'x'),
        [b'-' | b'+', b'0', _, ..] => true,
        _ => false,
    }
}

/// Whether each underscore stands between hexadecimal digits, and such a digit at the end.
fn underscores_ok(text: &str) -> bool {
    if matches!(text, "nan" | "+nan" | "-nan" | "inf" | "-inf" | "+inf") {
        return true;
    }
    let mut accept = false;
    for c in text.chars() {
        if c == '_' && !accept {
            return false;
        }
        accept = c.is_ascii_hexdigit();
    }
    accept
}

/// Whether a separator stands elsewhere than in the form, for Go reads numbers without their leading zeros.
fn lacks_zero(text: &str, form: &str) -> bool {
    form.bytes()
        .zip(text.bytes().map(Some).chain(std::iter::repeat(None)))
        .take_while(|(wanted, _)| !matches!(wanted, b'.' | b'Z'))
        .any(|(wanted, found)| !wanted.is_ascii_digit() && found != Some(wanted))
}
