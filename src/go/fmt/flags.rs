//! Flags, width and precision of a verb, and padding by them.

/// What stands between `%` and the verb.
#[derive(Clone, Copy, Default)]
#[allow(clippy::struct_excessive_bools)] // Go's flags are independent of each other
pub(super) struct Flags {
    pub(super) minus: bool,
    pub(super) plus: bool,
    pub(super) sharp: bool,
    pub(super) space: bool,
    pub(super) zero: bool,
    /// `%+v`
    pub(super) plus_v: bool,
    /// `%#v`
    pub(super) sharp_v: bool,
    pub(super) width: Option<usize>,
    pub(super) precision: Option<usize>,
}

impl Flags {
    /// Appends padding: zeros to the left only.
    fn fill(self, out: &mut Vec<u8>, count: usize) {
        let byte = if self.zero && !self.minus { b'0' } else { b' ' };
        out.resize(out.len() + count, byte);
    }

    /// Appends as much padding as the width asks for, as if nothing was printed.
    pub(super) fn blank(self, out: &mut Vec<u8>) {
        self.fill(out, self.width.unwrap_or(0));
    }

    /// Appends `text` padded to the width, counted in characters.
    pub(super) fn pad(self, out: &mut Vec<u8>, text: &[u8]) {
        let Some(width) = self.width else {
            out.extend_from_slice(text);
            return;
        };
        let missing = width.saturating_sub(rune_count(text));
        if self.minus {
            out.extend_from_slice(text);
            self.fill(out, missing);
        } else {
            self.fill(out, missing);
            out.extend_from_slice(text);
        }
    }

    /// Appends a number whose first byte is its sign, zeros between sign and digits where asked for.
    pub(super) fn pad_signed(self, out: &mut Vec<u8>, number: &[u8]) {
        match (self.width, number.split_first()) {
            (Some(width), Some((sign, digits))) if self.zero && !self.minus && width > number.len() => {
                out.push(*sign);
                self.fill(out, width - number.len());
                out.extend_from_slice(digits);
            }
            _ => self.pad(out, number),
        }
    }
}

/// The number of characters, every byte that is not UTF-8 counted as one.
pub(super) fn rune_count(bytes: &[u8]) -> usize {
    if bytes.is_ascii() {
        return bytes.len();
    }
    bytes.utf8_chunks().map(|chunk| chunk.valid().chars().count() + chunk.invalid().len()).sum()
}

/// The first `count` characters.
pub(super) fn truncate(bytes: &[u8], count: usize) -> &[u8] {
    if bytes.len() <= count {
        return bytes;
    }
    let mut end = 0;
    let mut left = count;
    for chunk in bytes.utf8_chunks() {
        for ch in chunk.valid().chars() {
            if left == 0 {
                return bytes.get(..end).unwrap_or(bytes);
            }
            left -= 1;
            end += ch.len_utf8();
        }
        let invalid = chunk.invalid().len().min(left);
        left -= invalid;
        end += invalid;
        if invalid < chunk.invalid().len() {
            break;
        }
    }
    bytes.get(..end).unwrap_or(bytes)
}
