//! Keys that go-yaml loses: `{}: a`.
//!
//! Quirk: go-yaml v2.4.4 notes under the number of its first token that a collection in brackets may turn out to be a key. An
//! empty one strikes that note out when it ends, so its tokens are used before the `:` behind it is seen; the
//! collection is a value then, and `:` stands where nothing can be made of it. All is well when an outer collection
//! in brackets could be a key itself, for then everything on its line is looked at first.

use super::compose::Frame;
use super::dialect::Dialect;
use super::events::{Failure, Mark, Stage};

/// What becomes of a lost key.
pub(super) enum Lost {
    /// It is all of the document; what follows is not looked at.
    Root,
    /// The parser refuses what follows.
    Refused(Failure),
}

/// What go-yaml makes of an empty collection that begins and ends here, as key of the innermost of the open `frames`;
/// nothing when it is an ordinary key.
pub(super) fn lost(dialect: &Dialect<'_>, frames: &[Frame], start: Mark, end: Mark) -> Option<Lost> {
    let bytes = &dialect.bytes;
    let is_bare = matches!(bytes.get(start.offset), Some(b'{' | b'['));
    let behind = bytes.get(end.offset..)?;
    let blanks = behind.iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
    if !is_bare || start.line != end.line || behind.get(blanks) != Some(&b':') {
        return None;
    }
    let colon = Mark { offset: end.offset + blanks, line: end.line, column: end.column + blanks };
    let refused = |problem, context, at, begun| {
        let stage = Stage::Parser;
        Some(Lost::Refused(Failure { stage, problem, context, at, context_at: begun }))
    };
    let no_key = |at, begun| refused("did not find expected key", "while parsing a block mapping", at, begun);
    let (map, outer) = frames.split_last()?;
    if map.is_flow() {
        // A map without brackets of its own is an item of a list.
        let is_item = map.start.offset == start.offset;
        let around = if is_item { outer } else { frames };
        if around.iter().any(|frame| frame.is_flow() && may_be_key(bytes, frame.start, start)) {
            return None;
        }
        return if is_item && outer.last().is_some_and(Frame::is_list) {
            refused("did not find expected ',' or ']'", "while parsing a flow sequence", start, map.start)
        } else {
            refused("did not find expected ',' or '}'", "while parsing a flow mapping", start, map.start)
        };
    }
    if map.start.offset != start.offset {
        return no_key(start, map.start);
    }
    match outer.last() {
        None => Some(Lost::Root),
        Some(list) if list.is_list() && !is_in_keys_column(outer) => refused(
            "did not find expected '-' indicator",
            "while parsing a block collection",
            start,
            list.start,
        ),
        Some(_) => no_key(colon, start),
    }
}

/// What go-yaml complains about where libyaml misses the `:` behind an empty collection in brackets: that it stands
/// where a key or an item of a list has to begin. `frames` are those open.
pub(super) fn earlier(dialect: &Dialect<'_>, frames: &[Frame], failure: Failure) -> Failure {
    let Some(frame) = frames.last().filter(|frame| !frame.is_flow() && !frame.awaits_value()) else {
        return failure;
    };
    let is_item = |at: Mark| frame.is_list() && is_behind_dash(&dialect.bytes, at);
    let at = match failure.problem {
        "could not find expected ':'" if !is_item(failure.context_at) => failure.context_at,
        // As an item it is taken before its `:` is seen.
        "did not find expected node content" if is_item(failure.at) => failure.at,
        _ => return failure,
    };
    let rest = dialect.bytes.get(at.offset..).unwrap_or_default();
    let is_empty = match rest.split_first() {
        Some((open @ (b'{' | b'['), inside)) => {
            inside.trim_ascii_start().first() == Some(if *open == b'{' { &b'}' } else { &b']' })
        }
        _ => false,
    };
    if !is_empty {
        return failure;
    }
    let (problem, context) = if frame.is_list() && !is_in_keys_column(frames) {
        ("did not find expected '-' indicator", "while parsing a block collection")
    } else {
        ("did not find expected key", "while parsing a block mapping")
    };
    Failure { stage: Stage::Parser, problem, context, at, context_at: frame.start }
}

/// Whether the last thing before this place, blanks and comments aside, is the `-` of an item.
fn is_behind_dash(bytes: &[u8], at: Mark) -> bool {
    let before = bytes.get(..at.offset).unwrap_or_default();
    let mut lines = before.rsplit(|byte| *byte == b'\n').map(|line| {
        let comment = line.windows(2).position(|pair| matches!(pair, b" #" | b"\t#"));
        let said = line.get(..comment.unwrap_or(line.len())).unwrap_or_default().trim_ascii();
        if said.starts_with(b"#") { b"".as_slice() } else { said }
    });
    let last = lines.find(|line| !line.is_empty());
    last.is_some_and(|line| {
        line.split(|byte| matches!(byte, b' ' | b'\t')).all(|sign| matches!(sign, b"-" | b""))
    })
}

/// Whether the innermost list stands in the column of the key it belongs to.
fn is_in_keys_column(frames: &[Frame]) -> bool {
    match frames {
        [.., map, list] => !map.is_list() && map.start.column == list.start.column,
        _ => false,
    }
}

/// Whether a collection in brackets could be a key: it is no value behind a `:`, and the line has not ended.
fn may_be_key(bytes: &[u8], start: Mark, up_to: Mark) -> bool {
    let before = bytes.get(..start.offset).unwrap_or_default();
    let sign = before.iter().rev().find(|byte| !matches!(byte, b' ' | b'\t'));
    start.line == up_to.line && sign != Some(&b':')
}
