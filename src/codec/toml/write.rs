//! Values written with the bytes of Go's `github.com/BurntSushi/toml`.

use std::fmt::Write as _;

use super::MAX_DEPTH;
use crate::codec::number::write_general;
use crate::codec::tree;
use crate::diag::raw;
use crate::go::time::{Time, Zone};
use crate::value::{JsonView, Str, Value, budget};

/// Why a value has no TOML.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WriteError {
    /// An error `toToml` gives as its text.
    Error(String),
    /// Go panics here, so `toToml` fails as well.
    Panic(String),
}

/// The TOML of a value (see [`raw`] for bytes that are no UTF-8): keys sorted, tables behind everything else and indented by two blanks a level.
///
/// # Errors
/// The text of Go's library.
// Rule: github.com/BurntSushi/toml v1.6.0, encode.go.
pub fn write(value: &Value) -> Result<String, WriteError> {
    let mut writer = Writer { out: String::new() };
    let value = plain(value)?;
    if value.is_nil() {
        return Err(WriteError::Panic("reflect: call of reflect.Value.Type on zero Value".to_owned()));
    }
    writer.encode(&[], &value)?;
    Ok(writer.out)
}

fn fail<T>(text: &str) -> Result<T, WriteError> {
    Err(WriteError::Error(text.to_owned()))
}

/// What is said once a limit is met; the executor has better words for it.
const TOO_LARGE: &str = "toml: too large";

/// What a value is for TOML.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Class {
    Nil,
    Scalar,
    Array,
    Table,
    Tables,
}

/// A value with objects replaced by what they are encoded as; times stay.
fn plain(value: &Value) -> Result<Value, WriteError> {
    let mut value = value.clone();
    for _ in 0..MAX_DEPTH {
        let Value::Object(object) = &value else { return Ok(value) };
        if object.type_name() == "time.Time" {
            return Ok(value);
        }
        value = match object.json() {
            JsonView::Value(inner) => inner,
            JsonView::Struct(_) => return Ok(value),
            JsonView::Error(text) => return Err(WriteError::Error(text)),
        };
    }
    fail("toml: nested too deep")
}

fn class(value: &Value, depth: usize) -> Result<Class, WriteError> {
    if depth > MAX_DEPTH {
        return fail("toml: nested too deep");
    }
    if budget::is_spent(1) {
        return fail(TOO_LARGE);
    }
    Ok(match value {
        Value::Missing | Value::Nil => Class::Nil,
        Value::Map(map) if map.is_nil() => Class::Nil,
        Value::List(list) if list.is_nil() => Class::Nil,
        Value::Map(_) => Class::Table,
        Value::List(list) => {
            let mut tables = !list.is_empty();
            for item in list.items().iter() {
                match class(&plain(item)?, depth + 1)? {
                    Class::Nil => return fail("toml: cannot encode array with nil element"),
                    Class::Table => {}
                    _ => tables = false,
                }
            }
            if tables { Class::Tables } else { Class::Array }
        }
        Value::Bytes(bytes) if bytes.is_nil() => Class::Nil,
        Value::Bytes(_) => Class::Array,
        Value::Complex(..) => return fail("unsupported type: complex128"),
        Value::Object(object) if object.type_name() != "time.Time" => Class::Table,
        _ => Class::Scalar,
    })
}

struct Writer {
    out: String,
}

impl Writer {
    fn encode(&mut self, key: &[&str], value: &Value) -> Result<(), WriteError> {
        if key.len() > MAX_DEPTH {
            return fail("toml: nested too deep");
        }
        if budget::is_too_long(self.out.len()) {
            return fail(TOO_LARGE);
        }
        match class(value, 0)? {
            Class::Nil if matches!(value, Value::List(_)) => self.key_value(key, value, false),
            Class::Nil => Ok(()),
            Class::Scalar | Class::Array => self.key_value(key, value, false),
            Class::Table => {
                if key.len() == 1 {
                    self.newline();
                }
                if !key.is_empty() {
                    self.header(key, "[", "]");
                }
                self.members(key, value, false)
            }
            Class::Tables => {
                if key.is_empty() {
                    return fail("toml: top-level values must be Go maps or structs");
                }
                for item in value.items().unwrap_or_default() {
                    self.newline();
                    self.header(key, "[[", "]]");
                    self.members(key, &plain(&item)?, false)?;
                }
                Ok(())
            }
        }
    }

    fn newline(&mut self) {
        if !self.out.is_empty() {
            self.out.push('\n');
        }
    }

    fn indent(&mut self, key: &[&str]) {
        self.out.extend(std::iter::repeat_n("  ", key.len().saturating_sub(1)));
    }

    fn header(&mut self, key: &[&str], open: &str, close: &str) {
        self.indent(key);
        self.out.push_str(open);
        for (index, part) in key.iter().enumerate() {
            if index > 0 {
                self.out.push('.');
            }
            write_key(&mut self.out, part);
        }
        self.out.push_str(close);
        self.newline();
    }

    /// The members of a table: scalars and lists first, then tables.
    fn members(&mut self, key: &[&str], value: &Value, inline: bool) -> Result<(), WriteError> {
        let entries: Vec<(Str, Value)> = match value {
            Value::Map(map) => map.to_vec(),
            // The names that `encoding/json` is told are not TOML's.
            Value::Object(object) => {
                let exported = object.fields().iter().filter(|name| name.starts_with(char::is_uppercase));
                exported.filter_map(|name| Some((Str::from_static(name), object.field(name)?))).collect()
            }
            _ => Vec::new(),
        };
        let (mut direct, mut tables) = (Vec::new(), Vec::new());
        for (name, value) in entries {
            let value = plain(&value)?;
            match class(&value, 0)? {
                Class::Table | Class::Tables => tables.push((name, value)),
                _ => direct.push((name, value)),
            }
        }
        if inline {
            self.out.push('{');
        }
        self.some_members(key, &direct, inline, !tables.is_empty())?;
        self.some_members(key, &tables, inline, false)?;
        if inline {
            self.out.push('}');
        }
        Ok(())
    }

    fn some_members(
        &mut self,
        key: &[&str],
        members: &[(Str, Value)],
        inline: bool,
        more: bool,
    ) -> Result<(), WriteError> {
        for (index, (name, value)) in members.iter().enumerate() {
            if class(value, 0)? == Class::Nil {
                continue;
            }
            let name = raw::marked(name.as_bytes());
            if inline {
                self.key_value(&[&*name], value, true)?;
                // Quirk: encode.go, eMap counts members that are left out, so a comma may stay behind.
                if more || index + 1 != members.len() {
                    self.out.push_str(", ");
                }
            } else {
                let path: Vec<&str> = key.iter().copied().chain([&*name]).collect();
                self.encode(&path, value)?;
            }
        }
        Ok(())
    }

    fn key_value(&mut self, key: &[&str], value: &Value, inline: bool) -> Result<(), WriteError> {
        let Some(name) = key.last() else { return self.element(value, 0) };
        self.indent(key);
        write_key(&mut self.out, name);
        self.out.push_str(" = ");
        self.element(value, 0)?;
        if !inline {
            self.newline();
        }
        Ok(())
    }

    fn element(&mut self, value: &Value, depth: usize) -> Result<(), WriteError> {
        if depth > MAX_DEPTH {
            return fail("toml: nested too deep");
        }
        if budget::is_too_long(self.out.len()) {
            return fail(TOO_LARGE);
        }
        match value {
            Value::Str(text) => write_quoted(&mut self.out, &raw::marked(text.as_bytes())),
            Value::Bool(value) => self.display(value),
            Value::Int(value) | Value::Int64(value) => self.display(value),
            Value::Uint8(value) => self.display(value),
            Value::Uint64(value) => self.display(value),
            Value::Float64(value) => self.float(*value),
            Value::Duration(nanoseconds) => write_quoted(&mut self.out, &tree::duration(*nanoseconds)),
            Value::List(_) | Value::Bytes(_) => {
                self.out.push('[');
                for (index, item) in value.items().unwrap_or_default().iter().enumerate() {
                    if index > 0 {
                        self.out.push_str(", ");
                    }
                    self.element(&plain(item)?, depth + 1)?;
                }
                self.out.push(']');
            }
            Value::Object(object) if object.type_name() == "time.Time" => {
                let text = match object.json() {
                    JsonView::Value(Value::Str(text)) => text.text().into_owned(),
                    _ => String::new(),
                };
                let zone = object.text().map(|text| text.text().into_owned()).unwrap_or_default();
                self.out.push_str(&time(&text, &zone));
            }
            Value::Map(_) | Value::Object(_) => self.members(&[], value, true)?,
            Value::Missing | Value::Nil | Value::Complex(..) => {
                return fail(&format!("unexpected type: {}", value.type_name()));
            }
        }
        Ok(())
    }

    fn display(&mut self, value: impl std::fmt::Display) {
        let _ = write!(self.out, "{value}");
    }

    fn float(&mut self, value: f64) {
        if value.is_finite() {
            let start = self.out.len();
            write_general(&mut self.out, value);
            if !self.out.get(start..).is_some_and(|text| text.contains(['e', '.'])) {
                self.out.push_str(".0");
            }
            return;
        }
        if value.is_sign_negative() {
            self.out.push('-');
        }
        self.out.push_str(if value.is_nan() { "nan" } else { "inf" });
    }
}

/// A key bare where it can be.
pub(super) fn write_key(out: &mut String, key: &str) {
    let bare = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    if !key.is_empty() && key.chars().all(bare) { out.push_str(key) } else { write_quoted(out, key) }
}

fn write_quoted(out: &mut String, text: &str) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\u{8}' => out.push_str("\\b"),
            '\t' => out.push_str("\\t"),
            '\n' => out.push_str("\\n"),
            '\u{C}' => out.push_str("\\f"),
            '\r' => out.push_str("\\r"),
            '\0'..' ' | '\u{7F}' => {
                let _ = write!(out, "\\u{:04x}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out.push('"');
}

/// What TOML shows of an RFC 3339 time; of one without a zone, a part of it in UTC.
// Quirk: encode.go shows them in UTC, whatever the offset they were read with.
fn time(text: &str, shown: &str) -> String {
    let layout = match shown.rsplit(' ').next() {
        Some("date-local") => "2006-01-02",
        Some("time-local") => "15:04:05.999999999",
        Some("datetime-local") => "2006-01-02T15:04:05.999999999",
        _ => return text.to_owned(),
    };
    Time::parse("2006-01-02T15:04:05Z07:00", text)
        .map(|moment| moment.in_zone(Zone::Utc).format(layout))
        .unwrap_or_default()
}
