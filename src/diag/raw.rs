//! Bytes that are no UTF-8, inside texts: each stands as a character of its own, at the end of plane 16 (for private use).

use std::borrow::Cow;

use crate::bytes::near;

/// The character that stands for byte 0.
const FIRST: u32 = 0x0010_FE00;

/// The bytes as a text; in one that [`marks`] bytes, [`restored`] gives the same bytes again.
pub fn marked(bytes: &[u8]) -> Cow<'_, str> {
    match std::str::from_utf8(bytes) {
        Ok(text) if !marks(text) => text.into(),
        _ => {
            let mut out = String::with_capacity(bytes.len());
            for chunk in bytes.utf8_chunks() {
                for c in chunk.valid().chars() {
                    if byte_of(c).is_none() {
                        out.push(c);
                    } else {
                        out.extend(c.encode_utf8(&mut [0; 4]).bytes().filter_map(mark));
                    }
                }
                out.extend(chunk.invalid().iter().copied().filter_map(mark));
            }
            out.into()
        }
    }
}

/// The bytes that a text stands for.
pub fn restored(text: &str) -> Cow<'_, [u8]> {
    if !marks(text) {
        return text.as_bytes().into();
    }
    let mut out = Vec::with_capacity(text.len());
    for c in text.chars() {
        match byte_of(c) {
            Some(byte) => out.push(byte),
            None => out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes()),
        }
    }
    out.into()
}

/// Whether characters of a text stand for bytes.
pub fn marks(text: &str) -> bool {
    let mut bytes = text.as_bytes();
    while let Some(at) = near::find(0xf4, bytes) {
        bytes = bytes.get(at..).unwrap_or_default();
        if matches!(bytes, [_, 0x8f, 0xb8..=0xbb, ..]) {
            return true;
        }
        bytes = bytes.get(1..).unwrap_or_default();
    }
    false
}

/// The byte a character stands for.
pub fn byte_of(c: char) -> Option<u8> {
    u8::try_from(u32::from(c).checked_sub(FIRST)?).ok()
}

fn mark(byte: u8) -> Option<char> {
    char::from_u32(FIRST + u32::from(byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_bytes_come_back() {
        for bytes in
            [&b"abc"[..], b"a\xffb\xc3", "é\u{10fe80}".as_bytes(), b"\xf4\x8f\xba\x80\xff", b"\xe6\x97", b""]
        {
            assert_eq!(restored(&marked(bytes)), bytes, "{}", bytes.escape_ascii());
        }
        assert!(!marks("\u{10fdff}é"));
        assert!(matches!(marked("é".as_bytes()), Cow::Borrowed(_)));
    }
}
