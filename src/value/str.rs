//! [`Str`]: a Go string, which is bytes and mostly UTF-8.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::ops::Range;
use std::sync::Arc;

/// A Go string: immutable bytes that are UTF-8 unless a template cut or decoded them otherwise.
/// A clone counts a reference.
#[derive(Clone)]
pub struct Str(Repr);

#[derive(Clone)]
enum Repr {
    Static(&'static str),
    Text(Arc<str>),
    /// A long text, which is not copied to be shared.
    Long(Arc<String>),
    /// The bytes from the first number up to the second of a text that many share, such as an archive; both lie between
    /// characters.
    Part(Arc<String>, u32, u32),
    /// Never valid UTF-8: valid bytes become `Text` when built.
    Bytes(Arc<[u8]>),
}

/// Bytes from which on a text is shared as it is instead of copied beside its counter.
const LONG: usize = 16 << 10;

impl Str {
    /// The empty string.
    pub const EMPTY: Self = Self(Repr::Static(""));

    /// A string of text that lives as long as the program; nothing is copied.
    #[must_use]
    pub const fn from_static(text: &'static str) -> Self {
        Self(Repr::Static(text))
    }

    /// A string of these bytes.
    #[must_use]
    pub fn from_bytes(bytes: impl Into<Vec<u8>>) -> Self {
        match String::from_utf8(bytes.into()) {
            Ok(text) => Self::from(text),
            Err(error) => Self(Repr::Bytes(error.into_bytes().into())),
        }
    }

    /// A part of a text, which is kept whole; nothing when the part does not begin and end between characters.
    #[must_use]
    pub fn part_of(whole: &Arc<String>, part: Range<usize>) -> Option<Self> {
        let text = whole.get(part.clone())?;
        if text.is_empty() {
            return Some(Self::EMPTY);
        }
        let (Ok(start), Ok(end)) = (u32::try_from(part.start), u32::try_from(part.end)) else {
            return Some(text.into());
        };
        Some(Self(Repr::Part(whole.clone(), start, end)))
    }

    /// The text that this one is a part of, and where it stands in it; nothing for a text of its own.
    #[must_use]
    pub fn as_part(&self) -> Option<(&Arc<String>, Range<usize>)> {
        match &self.0 {
            Repr::Long(text) => Some((text, 0..text.len())),
            Repr::Part(whole, start, end) => Some((whole, *start as usize..*end as usize)),
            _ => None,
        }
    }

    /// The bytes.
    pub fn as_bytes(&self) -> &[u8] {
        match &self.0 {
            Repr::Static(text) => text.as_bytes(),
            Repr::Text(text) => text.as_bytes(),
            Repr::Long(text) => text.as_bytes(),
            Repr::Part(whole, start, end) => {
                whole.as_bytes().get(*start as usize..*end as usize).unwrap_or_default()
            }
            Repr::Bytes(bytes) => bytes,
        }
    }

    /// The text, if the bytes are UTF-8. Costs nothing.
    pub fn as_str(&self) -> Option<&str> {
        match &self.0 {
            Repr::Static(text) => Some(text),
            Repr::Text(text) => Some(text),
            Repr::Long(text) => Some(text),
            Repr::Part(whole, start, end) => whole.get(*start as usize..*end as usize),
            Repr::Bytes(_) => None,
        }
    }

    /// The text, every byte that is not UTF-8 replaced by U+FFFD as Go's `range` over a string does.
    pub fn text(&self) -> Cow<'_, str> {
        match self.as_str() {
            Some(text) => Cow::Borrowed(text),
            None => Cow::Owned(replace_invalid(self.as_bytes())),
        }
    }

    /// The length in bytes.
    pub fn len(&self) -> usize {
        self.as_bytes().len()
    }

    /// Whether there are no bytes.
    pub fn is_empty(&self) -> bool {
        self.as_bytes().is_empty()
    }

    /// The bytes `start..end`, cut to what is there.
    #[must_use]
    pub fn slice(&self, start: usize, end: usize) -> Self {
        let bytes = self.as_bytes();
        let end = end.min(bytes.len());
        let start = start.min(end);
        if start == 0 && end == bytes.len() {
            return self.clone();
        }
        match self.as_str().and_then(|text| text.get(start..end)) {
            Some(part) => Self::from(part),
            None => Self::from_bytes(bytes.get(start..end).unwrap_or_default()),
        }
    }

    /// The text as a shared string; copies only when the bytes are static or not UTF-8.
    pub fn to_arc(&self) -> Arc<str> {
        match &self.0 {
            Repr::Text(text) => text.clone(),
            _ => self.text().into(),
        }
    }
}

/// Go replaces every single invalid byte, where Rust's lossy conversion replaces maximal invalid parts.
fn replace_invalid(mut bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len());
    loop {
        match std::str::from_utf8(bytes) {
            Ok(rest) => {
                out.push_str(rest);
                return out;
            }
            Err(error) => {
                let (valid, rest) = bytes.split_at(error.valid_up_to());
                out.push_str(std::str::from_utf8(valid).unwrap_or_default());
                out.push('\u{fffd}');
                bytes = rest.get(1..).unwrap_or_default();
            }
        }
    }
}

impl Default for Str {
    fn default() -> Self {
        Self::EMPTY
    }
}

impl From<&str> for Str {
    fn from(text: &str) -> Self {
        if text.is_empty() { Self::EMPTY } else { Self(Repr::Text(text.into())) }
    }
}

impl From<String> for Str {
    fn from(text: String) -> Self {
        match text.len() {
            0 => Self::EMPTY,
            // Room that is not used would stay with the text.
            length if length >= LONG && text.capacity() - length <= length / 4 => {
                Self(Repr::Long(Arc::new(text)))
            }
            _ => Self(Repr::Text(text.into())),
        }
    }
}

impl From<Cow<'_, str>> for Str {
    fn from(text: Cow<'_, str>) -> Self {
        match text {
            Cow::Borrowed(text) => text.into(),
            Cow::Owned(text) => text.into(),
        }
    }
}

impl From<&String> for Str {
    fn from(text: &String) -> Self {
        text.as_str().into()
    }
}

impl From<Arc<str>> for Str {
    fn from(text: Arc<str>) -> Self {
        Self(Repr::Text(text))
    }
}

impl From<Vec<u8>> for Str {
    fn from(bytes: Vec<u8>) -> Self {
        Self::from_bytes(bytes)
    }
}

impl From<&[u8]> for Str {
    fn from(bytes: &[u8]) -> Self {
        match std::str::from_utf8(bytes) {
            Ok(text) => text.into(),
            Err(_) => Self(Repr::Bytes(bytes.into())),
        }
    }
}

impl From<char> for Str {
    fn from(ch: char) -> Self {
        Self::from(ch.encode_utf8(&mut [0; 4]) as &str)
    }
}

impl AsRef<[u8]> for Str {
    fn as_ref(&self) -> &[u8] {
        self.as_bytes()
    }
}

impl PartialEq for Str {
    fn eq(&self, other: &Self) -> bool {
        self.as_bytes() == other.as_bytes()
    }
}

impl PartialEq<str> for Str {
    fn eq(&self, other: &str) -> bool {
        self.as_bytes() == other.as_bytes()
    }
}

impl PartialEq<&str> for Str {
    fn eq(&self, other: &&str) -> bool {
        self.as_bytes() == other.as_bytes()
    }
}

impl Eq for Str {}

impl PartialOrd for Str {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Str {
    fn cmp(&self, other: &Self) -> Ordering {
        self.as_bytes().cmp(other.as_bytes())
    }
}

impl Hash for Str {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.as_bytes().hash(state);
    }
}

impl fmt::Display for Str {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text())
    }
}

impl fmt::Debug for Str {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&*self.text(), f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_invalid_byte_is_replaced_alone() {
        let cut = Str::from("€x").slice(0, 2);
        assert_eq!(cut.as_str(), None);
        assert_eq!(cut.text(), "\u{fffd}\u{fffd}");
        assert_eq!(cut.as_bytes(), [0xe2, 0x82]);
    }

    #[test]
    fn parts_begin_and_end_between_characters() {
        let whole = std::sync::Arc::new("a€b".to_owned());
        let part = Str::part_of(&whole, 1..4).unwrap();
        assert_eq!(part, "€");
        assert_eq!(part.as_part().map(|(_, range)| range), Some(1..4));
        assert_eq!(part.slice(0, 1).as_str(), None);
        assert!(Str::part_of(&whole, 1..3).is_none());
        assert!(Str::part_of(&whole, 4..9).is_none());
    }

    #[test]
    fn slices_are_cut_to_the_string() {
        assert_eq!(Str::from("abc").slice(1, 9), "bc");
        assert_eq!(Str::from("abc").slice(7, 9), "");
    }
}
