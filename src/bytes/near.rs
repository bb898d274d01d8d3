//! Bytes and short texts where they mostly stand near: the end of a line, the end of a word, an action.

/// Bytes that are looked at here. What lies behind them is worth a search that is made for long texts, which asks the
/// processor first what it can do: in a virtual machine that takes longer than a short command has to lose.
const NEAR: usize = 256;

/// Where `byte` first stands.
pub(crate) fn find(byte: u8, bytes: &[u8]) -> Option<usize> {
    const ONES: u64 = u64::from_ne_bytes([0x01; 8]);
    const HIGHS: u64 = u64::from_ne_bytes([0x80; 8]);
    let (near, far) = bytes.split_at_checked(NEAR).unwrap_or((bytes, &[]));
    let (words, rest) = near.as_chunks();
    for (index, word) in words.iter().enumerate() {
        // A byte that is the wanted one is 0 here, and the lowest of them is the lowest that borrows.
        let differs = u64::from_le_bytes(*word) ^ (ONES * u64::from(byte));
        let found = differs.wrapping_sub(ONES) & !differs & HIGHS;
        if found != 0 {
            return Some(index * 8 + found.trailing_zeros() as usize / 8);
        }
    }
    let behind = words.len() * 8;
    let in_rest = rest.iter().position(|&other| other == byte).map(|at| behind + at);
    in_rest.or_else(|| if far.is_empty() { None } else { Some(near.len() + memchr::memchr(byte, far)?) })
}

/// Where a short text first stands in another, which is mostly short as well.
pub(crate) fn find_text(text: &[u8], bytes: &[u8]) -> Option<usize> {
    let Some(&first) = text.first() else { return Some(0) };
    if bytes.len() > NEAR {
        return memchr::memmem::find(bytes, text);
    }
    let mut at = 0;
    loop {
        let rest = bytes.get(at..)?;
        let hit = find(first, rest)?;
        if rest.get(hit..).is_some_and(|rest| rest.starts_with(text)) {
            return Some(at + hit);
        }
        at += hit + 1;
    }
}

/// How many of the first bytes are `byte`.
#[inline]
pub(crate) fn count_first(byte: u8, bytes: &[u8]) -> usize {
    let (words, rest) = bytes.as_chunks();
    for (index, word) in words.iter().enumerate() {
        let differs = u64::from_le_bytes(*word) ^ u64::from_ne_bytes([byte; 8]);
        if differs != 0 {
            return index * 8 + differs.trailing_zeros() as usize / 8;
        }
    }
    words.len() * 8 + rest.iter().take_while(|&&other| other == byte).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_found_wherever_they_stand() {
        for length in [0, 3, 40, NEAR, NEAR + 40] {
            assert_eq!(find_text(b"", &vec![b'-'; length]), Some(0));
            assert_eq!(find_text(b"\n---", &vec![b'\n'; length]), None);
            for at in 0..length.saturating_sub(3) {
                let mut text = vec![b'\n'; length];
                text[at..at + 4].copy_from_slice(b"\n---");
                assert_eq!(find_text(b"\n---", &text), Some(at), "of {length}");
                assert_eq!(find_text(b"--", &text), Some(at + 1), "of {length}");
                assert_eq!(find_text(b"----", &text), None, "{at} of {length}");
            }
        }
    }

    #[test]
    fn the_first_bytes_are_counted_up_to_another() {
        for length in 0..40 {
            for byte in [b' ', 0, 0xff] {
                assert_eq!(count_first(byte, &vec![byte; length]), length);
                for at in 0..length {
                    for other in [byte ^ 1, byte ^ 0x80] {
                        let mut text = vec![byte; length];
                        text[at] = other;
                        assert_eq!(count_first(byte, &text), at, "{other} at {at} of {length}");
                    }
                }
            }
        }
    }

    #[test]
    fn the_first_is_found_wherever_it_stands() {
        for length in [0, 1, 7, 8, 9, 23, NEAR - 1, NEAR, NEAR + 1, NEAR + 70] {
            for (byte, other) in [(b'\n', b'\x0b'), (b'\n', b'\x09'), (0, 1), (0xf4, 0x74), (0x80, 0), (1, 0)]
            {
                let text = vec![other; length];
                assert_eq!(find(byte, &text), None);
                for at in 0..length {
                    for last in [at, length - 1] {
                        let mut text = text.clone();
                        text[at] = byte;
                        text[last] = byte;
                        assert_eq!(find(byte, &text), Some(at), "{byte} at {at} of {length}");
                    }
                }
            }
        }
    }
}
