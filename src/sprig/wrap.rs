//! Texts broken into lines and cut to a width, in bytes, by the rules of goutils v1.1.

use crate::value::budget;

/// `text` cut to `width` bytes from about `offset` on, dots where something is missing. The width is at least 4.
///
/// Rule: goutils `AbbreviateFull`.
pub(super) fn abbreviate(text: &[u8], offset: i64, width: i64) -> Vec<u8> {
    let length = text.len() as i64;
    if length <= width {
        return text.to_vec();
    }
    let room = width - 3;
    let mut offset = offset.min(length);
    if length - offset < room {
        offset = length - room;
    }
    if offset <= 4 {
        return [&text[..room as usize], b"..."].concat();
    }
    if offset + room < length {
        return [b"...".to_vec(), abbreviate(&text[offset as usize..], 0, room)].concat();
    }
    [b"...", &text[(length - room) as usize..]].concat()
}

/// `text` with `separator` in place of spaces so that lines have at most `width` bytes; words that are longer are
/// cut only if `cut_words`.
///
/// Rule: goutils `WrapCustom`.
pub(super) fn wrap(text: &[u8], width: i64, separator: &[u8], cut_words: bool) -> Vec<u8> {
    let width = usize::try_from(width.max(1)).unwrap_or(usize::MAX);
    let mut out = Vec::with_capacity(text.len() + 8);
    let mut offset = 0;
    while text.len() - offset > width && !budget::is_too_long(out.len()) {
        if text[offset] == b' ' {
            offset += 1;
            continue;
        }
        let end = offset + width;
        let space = match text[offset..=end].iter().rposition(|&byte| byte == b' ') {
            Some(space) => Some(offset + space),
            None if cut_words => {
                out.extend_from_slice(&text[offset..end]);
                out.extend_from_slice(separator);
                offset = end;
                continue;
            }
            None => text[end..].iter().position(|&byte| byte == b' ').map(|space| end + space),
        };
        let Some(space) = space else { break };
        out.extend_from_slice(&text[offset..space]);
        out.extend_from_slice(separator);
        offset = space + 1;
    }
    out.extend_from_slice(&text[offset..]);
    out
}
