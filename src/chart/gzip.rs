//! The head of a gzip file, read as Go reads it: bits without a meaning are passed over, a checksum counts.

/// What Go says of a head that is none.
pub(super) const INVALID: &str = "gzip: invalid header";

/// Bytes that every head has.
const HEAD: usize = 10;

/// What stands behind the head of a gzip file: the packed content, its checksum, and further files.
///
/// # Errors
/// Go's text.
// Rule: Go 1.27 compress/gzip gunzip.go, readHeader.
pub(super) fn content(data: &[u8]) -> Result<&[u8], String> {
    const CHECKSUM: u8 = 2;
    const EXTRA: u8 = 4;
    const NAME: u8 = 8;
    const COMMENT: u8 = 16;
    let cut = || "unexpected EOF".to_owned();
    let (head, mut rest) = data.split_at_checked(HEAD).ok_or_else(cut)?;
    let Some((b"\x1f\x8b\x08", [flags, ..])) = head.split_at_checked(3) else {
        return Err(INVALID.to_owned());
    };
    if flags & EXTRA != 0 {
        let (length, tail) = rest.split_first_chunk().ok_or_else(cut)?;
        rest = tail.get(usize::from(u16::from_le_bytes(*length))..).ok_or_else(cut)?;
    }
    for flag in [NAME, COMMENT] {
        if flags & flag != 0 {
            // Go keeps 512 bytes of such a text.
            let end = rest.iter().take(512).position(|byte| *byte == 0);
            let Some(end) = end else {
                return Err(if rest.len() < 512 { cut() } else { INVALID.to_owned() });
            };
            rest = rest.get(end + 1..).ok_or_else(cut)?;
        }
    }
    if flags & CHECKSUM != 0 {
        let (told, tail) = rest.split_first_chunk().ok_or_else(cut)?;
        let mut checksum = flate2::Crc::new();
        checksum.update(data.get(..data.len() - rest.len()).unwrap_or_default());
        if checksum.sum() as u16 != u16::from_le_bytes(*told) {
            return Err(INVALID.to_owned());
        }
        rest = tail;
    }
    Ok(rest)
}

#[cfg(test)]
mod tests {
    use super::{INVALID, content};

    #[test]
    fn every_part_of_a_head_is_passed_over() {
        let head = |flags: u8, more: &[u8]| [&[0x1f, 0x8b, 8, flags, 0, 0, 0, 0, 0, 255], more].concat();
        for (data, wanted) in [
            (head(0, b"x"), Ok(&b"x"[..])),
            (head(0xe0, b"x"), Ok(b"x")),
            (head(4, b"\x02\0abx"), Ok(b"x")),
            (head(24, b"name\0comment\0x"), Ok(b"x")),
            (head(2, b"abx"), Err(INVALID)),
            (head(8, b"name"), Err("unexpected EOF")),
            (b"hello".to_vec(), Err("unexpected EOF")),
            (b"hello, world".to_vec(), Err(INVALID)),
        ] {
            assert_eq!(content(&data), wanted.map_err(str::to_owned), "{}", data.escape_ascii());
        }
    }
}
