//! The block that tells of an entry.

use super::{BLOCK, INVALID_HEADER, Stop};

/// What a head tells.
pub(super) struct Head {
    pub(super) name: Vec<u8>,
    pub(super) size: i64,
    pub(super) kind: u8,
    /// Whether the mode says that it is a folder, whatever the kind is.
    pub(super) is_folder: bool,
}

/// Who wrote a head, which tells what stands in its last third.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Format {
    Old,
    Ustar,
    Star,
    Gnu,
}

/// Bits of a mode that tell the kind of a file, and those of a folder.
// Rule: Go 1.27 archive/tar common.go, headerFileInfo.Mode.
const KIND: i64 = !0o7777;
const FOLDER: i64 = 0o40000;

impl Head {
    // Rule: Go 1.27 archive/tar reader.go, readHeader.
    pub(super) fn read(block: &[u8; BLOCK]) -> Result<Self, Stop> {
        if !has_right_sum(block) {
            return Err(INVALID_HEADER.into());
        }
        let number = |start: usize, length: usize| number(field(block, start, length));
        let mode = number(100, 8)?;
        let size = number(124, 12)?;
        // Nobody asks for the owner and the time, but they have to be numbers.
        for (start, length) in [(108, 8), (116, 8), (136, 12)] {
            number(start, length)?;
        }
        let format = Format::of(block);
        if format != Format::Old {
            number(329, 8)?;
            number(337, 8)?;
        }
        let prefix = match format {
            Format::Old => &[][..],
            Format::Ustar => text(field(block, 345, 155)),
            Format::Star => {
                number(476, 12)?;
                number(488, 12)?;
                text(field(block, 345, 131))
            }
            Format::Gnu => {
                let is_time = |start| field(block, start, 1) == [0] || number(start, 12).is_ok();
                let prefix = text(field(block, 345, 155));
                // Where no times stand, an old Go wrote the start of a long path.
                if (is_time(345) && is_time(357)) || !prefix.is_ascii() { &[] } else { prefix }
            }
        };
        let mut name = prefix.to_vec();
        if !name.is_empty() {
            name.push(b'/');
        }
        name.extend_from_slice(text(field(block, 0, 100)));
        let kind = field(block, 156, 1).first().copied().unwrap_or_default();
        Ok(Self { name, size, kind, is_folder: mode & KIND == FOLDER })
    }
}

impl Format {
    fn of(block: &[u8; BLOCK]) -> Self {
        match field(block, 257, 8) {
            b"ustar  \0" => Self::Gnu,
            [b'u', b's', b't', b'a', b'r', 0, ..] if field(block, 508, 4) == b"tar\0" => Self::Star,
            [b'u', b's', b't', b'a', b'r', 0, ..] => Self::Ustar,
            _ => Self::Old,
        }
    }
}

/// Whether a head is one of GNU's.
pub(super) fn is_gnu(block: &[u8; BLOCK]) -> bool {
    Format::of(block) == Format::Gnu
}

/// The sum of all bytes, its own counted as blanks, stands in a head; some tars summed up signed bytes.
fn has_right_sum(block: &[u8; BLOCK]) -> bool {
    let Ok(told) = octal(field(block, 148, 8)) else { return false };
    let (mut sum, mut signed) = (0, 0);
    for (at, byte) in block.iter().enumerate() {
        let byte = if (148..156).contains(&at) { b' ' } else { *byte };
        sum += i64::from(byte);
        signed += i64::from(byte.cast_signed());
    }
    told == sum || told == signed
}

/// Bytes of a head.
pub(super) fn field(block: &[u8; BLOCK], start: usize, length: usize) -> &[u8] {
    block.get(start..start + length).unwrap_or_default()
}

/// A text, which ends at the first NUL if there is one.
pub(super) fn text(field: &[u8]) -> &[u8] {
    field.split(|byte| *byte == 0).next().unwrap_or_default()
}

/// A number: octal digits, or bytes of a number whose first bit is set.
// Rule: Go 1.27 archive/tar strconv.go, parseNumeric.
pub(super) fn number(field: &[u8]) -> Result<i64, Stop> {
    let Some((first, rest)) = field.split_first().filter(|(first, _)| *first & 0x80 != 0) else {
        return octal(field);
    };
    // The second bit is the sign.
    let start = i128::from((first << 1).cast_signed() >> 1);
    // Twelve bytes are the most a field has.
    let sum = rest.iter().fold(start, |sum, byte| sum << 8 | i128::from(*byte));
    i64::try_from(sum).map_err(|_| INVALID_HEADER.into())
}

/// Octal digits between blanks and NULs; nothing at all is 0.
fn octal(field: &[u8]) -> Result<i64, Stop> {
    let is_blank = |byte: &u8| matches!(byte, b' ' | 0);
    let start = field.iter().position(|byte| !is_blank(byte)).unwrap_or(field.len());
    let end = field.iter().rposition(|byte| !is_blank(byte)).map_or(start, |last| last + 1);
    let digits = text(field.get(start..end).unwrap_or_default());
    // The longest field has too few digits for an overflow.
    digits.iter().try_fold(0, |sum: i64, digit| match digit {
        b'0'..=b'7' => Ok(8 * sum + i64::from(digit - b'0')),
        _ => Err(INVALID_HEADER.into()),
    })
}
