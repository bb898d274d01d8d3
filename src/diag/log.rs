//! Log lines as Helm's logger prints them.

use std::borrow::Cow;
use std::fmt;

/// How important a log line is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// Only printed with `--debug`.
    Debug,
    /// Printed always.
    Info,
    /// Printed always.
    Warn,
    /// Printed always.
    Error,
}

/// One line of Helm's log: level, message and attributes, without a time stamp.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogLine {
    /// How important it is.
    pub level: Level,
    /// The message.
    pub message: Cow<'static, str>,
    /// Names and values, in order.
    pub attributes: Vec<(&'static str, String)>,
    /// Whether the attributes are bytes for Go, which always stand in quotes.
    pub are_bytes: bool,
}

impl LogLine {
    /// A line without attributes.
    #[must_use]
    pub fn new(level: Level, message: impl Into<Cow<'static, str>>) -> Self {
        Self { level, message: message.into(), attributes: Vec::new(), are_bytes: false }
    }

    /// The same with one more attribute.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.attributes.push((name, value.into()));
        self
    }

    /// The same with one more attribute that is bytes for Go.
    #[must_use]
    pub fn with_bytes(self, name: &'static str, value: impl Into<String>) -> Self {
        Self { are_bytes: true, ..self.with(name, value) }
    }
}

impl fmt::Display for LogLine {
    /// `level=INFO msg="…" name=value`, without a line end.
    // Rule: Go log/slog TextHandler (text_handler.go, needsQuoting), which Helm sets up without time stamps.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let level = match self.level {
            Level::Debug => "DEBUG",
            Level::Info => "INFO",
            Level::Warn => "WARN",
            Level::Error => "ERROR",
        };
        write!(f, "level={level} msg=")?;
        write_value(f, &self.message, false)?;
        for (name, value) in &self.attributes {
            write!(f, " {name}=")?;
            write_value(f, value, self.are_bytes)?;
        }
        Ok(())
    }
}

fn write_value(f: &mut fmt::Formatter<'_>, text: &str, is_quoted: bool) -> fmt::Result {
    let plain = !is_quoted
        && !text.is_empty()
        && text.chars().all(|c| {
            if c.is_ascii() { c > ' ' && c != '"' && c != '=' && c != '\u{7f}' } else { is_plain_unicode(c) }
        });
    if plain {
        return f.write_str(text);
    }
    f.write_str("\"")?;
    for c in text.chars() {
        match c {
            '"' => f.write_str("\\\"")?,
            '\\' => f.write_str("\\\\")?,
            '\n' => f.write_str("\\n")?,
            '\r' => f.write_str("\\r")?,
            '\t' => f.write_str("\\t")?,
            '\u{7}' => f.write_str("\\a")?,
            '\u{8}' => f.write_str("\\b")?,
            '\u{b}' => f.write_str("\\v")?,
            '\u{c}' => f.write_str("\\f")?,
            c if (c as u32) < 0x20 || c as u32 == 0x7f => write!(f, "\\x{:02x}", c as u32)?,
            c if c.is_ascii() || is_plain_unicode(c) || c == '\u{fffd}' => write!(f, "{c}")?,
            c if (c as u32) < 0x1_0000 => write!(f, "\\u{:04x}", c as u32)?,
            c => write!(f, "\\U{:08x}", c as u32)?,
        }
    }
    f.write_str("\"")
}

/// Neither space, control nor replacement character.
fn is_plain_unicode(c: char) -> bool {
    !(c.is_whitespace()
        || c.is_control()
        || c == '\u{fffd}'
        || matches!(c as u32, 0xad | 0xfeff | 0x200b..=0x200f | 0x2028..=0x202e | 0x2060..=0x206f | 0xe000..=0xf8ff))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_quoted_only_where_needed() {
        let line = LogLine::new(Level::Warn, "this chart is deprecated");
        assert_eq!(line.to_string(), "level=WARN msg=\"this chart is deprecated\"");
        let line = LogLine::new(Level::Info, "x").with("a", "b=c").with("path", "/a/b").with("empty", "");
        assert_eq!(line.to_string(), "level=INFO msg=x a=\"b=c\" path=/a/b empty=\"\"");
        let line = LogLine::new(Level::Info, "say \"hi\"\n");
        assert_eq!(line.to_string(), "level=INFO msg=\"say \\\"hi\\\"\\n\"");
    }
}
