//! The records of pax, which stand in front of a head and count instead of what it says.

use super::{INVALID_HEADER, Stop};

/// Records that say something about a file, by their keys.
const KEYS: [&[u8]; 14] = [
    b"path",
    b"size",
    b"uid",
    b"gid",
    b"atime",
    b"mtime",
    b"ctime",
    b"GNU.sparse.major",
    b"GNU.sparse.minor",
    b"GNU.sparse.name",
    b"GNU.sparse.size",
    b"GNU.sparse.realsize",
    b"GNU.sparse.numblocks",
    MAP,
];
const MAP: &[u8] = b"GNU.sparse.map";
/// Records that make up the map together, one by one.
const OFFSET: &[u8] = b"GNU.sparse.offset";
const LENGTH: &[u8] = b"GNU.sparse.numbytes";

/// What one or more records say; of two with one key the last counts.
#[derive(Default)]
pub(super) struct Records(Vec<(&'static [u8], Vec<u8>)>);

/// Where the list of holes stands.
pub(super) enum Holes {
    InRecords,
    /// In front of the file's content.
    InFront,
}

impl Records {
    // Rule: Go 1.27 archive/tar reader.go, parsePAX.
    pub(super) fn read(mut text: &[u8]) -> Result<Self, Stop> {
        let mut records = Self::default();
        let mut map: Vec<&[u8]> = Vec::new();
        while !text.is_empty() {
            let (key, value, rest) = record(text).ok_or(INVALID_HEADER)?;
            text = rest;
            if key == OFFSET || key == LENGTH {
                let wanted = if map.len().is_multiple_of(2) { OFFSET } else { LENGTH };
                if key != wanted || value.contains(&b',') {
                    return Err(INVALID_HEADER.into());
                }
                map.push(value);
            } else {
                records.set(key, value);
            }
        }
        if !map.is_empty() {
            records.set(MAP, &map.join(&b','));
        }
        Ok(records)
    }

    fn set(&mut self, key: &[u8], value: &[u8]) {
        let Some(key) = KEYS.into_iter().find(|known| *known == key) else { return };
        match self.0.iter_mut().find(|(known, _)| *known == key) {
            Some((_, old)) => value.clone_into(old),
            None => self.0.push((key, value.to_vec())),
        }
    }

    /// What stands behind a key; an empty text is as good as none.
    fn get(&self, key: &[u8]) -> Option<&[u8]> {
        self.0.iter().find(|(known, value)| *known == key && !value.is_empty()).map(|(_, value)| &**value)
    }

    /// Refuses records that shall be numbers and are none.
    // Rule: Go 1.27 archive/tar reader.go, mergePAX.
    pub(super) fn check(&self) -> Result<(), Stop> {
        let is_right = |(key, value): &(&[u8], Vec<u8>)| match *key {
            _ if value.is_empty() => true,
            b"size" | b"uid" | b"gid" => number(value).is_ok(),
            b"atime" | b"mtime" | b"ctime" => is_time(value),
            _ => true,
        };
        if self.0.iter().all(is_right) { Ok(()) } else { Err(INVALID_HEADER.into()) }
    }

    pub(super) fn path(&self) -> Option<&[u8]> {
        self.get(b"path")
    }

    pub(super) fn size(&self) -> Option<i64> {
        self.get(b"size").and_then(|value| number(value).ok())
    }

    /// Where the list of holes stands, if these are the records of a file with holes.
    // Rule: Go 1.27 archive/tar reader.go, readGNUSparsePAXHeaders.
    pub(super) fn holes(&self) -> Option<Holes> {
        match (self.get(b"GNU.sparse.major"), self.get(b"GNU.sparse.minor")) {
            (Some(b"0"), Some(b"0" | b"1")) => Some(Holes::InRecords),
            (Some(b"1"), Some(b"0")) => Some(Holes::InFront),
            (None, None) => self.get(MAP).map(|_| Holes::InRecords),
            _ => None,
        }
    }

    pub(super) fn name_with_holes(&self) -> Option<&[u8]> {
        self.get(b"GNU.sparse.name")
    }

    /// The size, holes included.
    pub(super) fn size_with_holes(&self) -> Result<Option<i64>, Stop> {
        let size = self.get(b"GNU.sparse.size").or_else(|| self.get(b"GNU.sparse.realsize"));
        size.map(number).transpose()
    }

    /// How many pieces between holes there are, and where, as texts.
    pub(super) fn map(&self) -> Result<(usize, impl Iterator<Item = &[u8]>), Stop> {
        let count = self.get(b"GNU.sparse.numblocks").unwrap_or_default();
        let count = usize::try_from(number(count)?).map_err(|_| INVALID_HEADER)?;
        let map = self.get(MAP).map(|map| map.split(|byte| *byte == b','));
        Ok((count, map.into_iter().flatten()))
    }
}

/// The first record of a text, `LENGTH KEY=VALUE` and a newline, and what follows.
// Rule: Go 1.27 archive/tar strconv.go, parsePAXRecord, validPAXRecord.
fn record(text: &[u8]) -> Option<(&[u8], &[u8], &[u8])> {
    let (digits, _) = text.split_at(text.iter().position(|byte| *byte == b' ')?);
    let length = usize::try_from(number(digits).ok()?).ok().filter(|length| *length >= 5)?;
    let (record, rest) = text.split_at_checked(length)?;
    let record = record.get(digits.len() + 1..)?.strip_suffix(b"\n")?;
    let (key, value) = record.split_at(record.iter().position(|byte| *byte == b'=')?);
    let value = value.get(1..)?;
    let without_nul = match key {
        b"path" | b"linkpath" | b"uname" | b"gname" => value,
        _ => key,
    };
    (!key.is_empty() && !without_nul.contains(&0)).then_some((key, value, rest))
}

/// A decimal number, with a sign or without.
pub(super) fn number(digits: &[u8]) -> Result<i64, Stop> {
    // Rust reads what Go reads.
    str::from_utf8(digits).ok().and_then(|digits| digits.parse().ok()).ok_or_else(|| INVALID_HEADER.into())
}

/// Whether this is a number of seconds, with a fraction or without.
// Rule: Go 1.27 archive/tar strconv.go, parsePAXTime.
fn is_time(text: &[u8]) -> bool {
    let mut parts = text.splitn(2, |byte| *byte == b'.');
    let seconds = parts.next().unwrap_or_default();
    number(seconds).is_ok() && parts.next().unwrap_or_default().iter().all(u8::is_ascii_digit)
}
