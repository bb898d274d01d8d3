//! Replacing matches.

use super::Groups;
use crate::go::unicode;
use crate::value::budget;

/// `text` with what `write` writes in place of each match that `next` finds from an offset on.
///
/// Rule: Go 1.27 regexp.go `replaceAll`: an empty match right after a match is not replaced.
pub(super) fn replace<M>(
    text: &[u8],
    mut next: impl FnMut(usize) -> Option<((usize, usize), M)>,
    mut write: impl FnMut(&M, &mut Vec<u8>),
) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    let mut last_end = 0;
    let mut search = 0;
    while search <= text.len() && !budget::is_too_long(out.len()) {
        let Some(((start, end), found)) = next(search) else { break };
        out.extend_from_slice(&text[last_end..start]);
        if end > last_end || start == 0 {
            write(&found, &mut out);
        }
        last_end = end;
        let width = unicode::decode(&text[search..]).1;
        search = if search + width > end {
            search + width
        } else if search + 1 > end {
            search + 1
        } else {
            end
        };
    }
    out.extend_from_slice(&text[last_end..]);
    out
}

/// Appends `template` with its `$name` and `${name}` replaced by the groups of a match in `text`.
///
/// Rule: Go 1.27 regexp.go `expand`.
pub(super) fn expand(template: &[u8], text: &[u8], names: &[String], groups: &Groups, out: &mut Vec<u8>) {
    let mut rest = template;
    while let Some(at) = rest.iter().position(|&byte| byte == b'$') {
        if budget::is_too_long(out.len()) {
            return;
        }
        out.extend_from_slice(&rest[..at]);
        rest = &rest[at + 1..];
        if rest.first() == Some(&b'$') {
            out.push(b'$');
            rest = &rest[1..];
            continue;
        }
        let Some((name, tail)) = name(rest) else {
            out.push(b'$');
            continue;
        };
        rest = tail;
        let span = match number(name) {
            Some(index) => groups.get(index).copied().flatten(),
            None => names
                .iter()
                .enumerate()
                .filter(|(_, candidate)| candidate.as_bytes() == name)
                .find_map(|(index, _)| groups.get(index).copied().flatten()),
        };
        if let Some((start, end)) = span {
            out.extend_from_slice(&text[start..end]);
        }
    }
    out.extend_from_slice(rest);
}

/// The name at the start of what follows a `$`, and what comes after it.
fn name(text: &[u8]) -> Option<(&[u8], &[u8])> {
    let brace = text.first() == Some(&b'{');
    let body = if brace { &text[1..] } else { text };
    let mut length = 0;
    while length < body.len() {
        let (c, width) = unicode::decode(&body[length..]);
        if !(unicode::is_letter(c) || unicode::is_digit(c) || c == '_') {
            break;
        }
        length += width;
    }
    if length == 0 {
        return None;
    }
    let (name, rest) = body.split_at(length);
    match (brace, rest.first()) {
        (false, _) => Some((name, rest)),
        (true, Some(b'}')) => Some((name, &rest[1..])),
        (true, _) => None,
    }
}

/// The group number a name stands for; leading zeros and numbers from 1e8 on make it a name.
fn number(name: &[u8]) -> Option<usize> {
    if name.len() > 1 && name.first() == Some(&b'0') {
        return None;
    }
    let mut value: usize = 0;
    for &byte in name {
        if !byte.is_ascii_digit() || value >= 100_000_000 {
            return None;
        }
        value = value * 10 + usize::from(byte - b'0');
    }
    Some(value)
}
