//! The parser of Go's pattern syntax.
//!
//! Rule: Go 1.27 regexp/syntax/parse.go with the flags `Perl` (one-line, Perl extensions, Unicode groups).

use regex_syntax::hir::{ClassUnicode, Look};

use super::class;
use super::compile::anchor;
use super::error::{Error, ErrorKind};
use crate::go::unicode;

/// A parsed pattern.
#[derive(Debug)]
pub(super) enum Tree {
    Empty,
    Literal(char),
    Class(ClassUnicode),
    Look(Look),
    Repeat { min: u32, max: Option<u32>, greedy: bool, inner: Box<Tree> },
    Capture { index: u32, inner: Box<Tree> },
    Concat(Vec<Tree>),
    Alternate(Vec<Tree>),
}

impl Tree {
    /// Whether a match may be of any length.
    pub(super) fn is_unbounded(&self) -> bool {
        match self {
            Self::Empty | Self::Literal(_) | Self::Class(_) | Self::Look(_) => false,
            Self::Repeat { max: None, .. } => true,
            Self::Repeat { inner, .. } | Self::Capture { inner, .. } => inner.is_unbounded(),
            Self::Concat(parts) | Self::Alternate(parts) => parts.iter().any(Self::is_unbounded),
        }
    }
}

/// What parsing gives: the tree and the names of the groups (0 is the whole match).
#[derive(Debug)]
pub(super) struct Parsed {
    pub(super) tree: Tree,
    pub(super) names: Vec<String>,
}

/// The most a repetition, or nested repetitions together, may ask for.
const REPEAT_LIMIT: u32 = 1000;
/// The deepest tree.
const HEIGHT_LIMIT: usize = 1000;

#[derive(Debug, Clone, Copy, Default)]
struct Flags {
    fold: bool,
    multi_line: bool,
    dot_newline: bool,
    swap_greed: bool,
}

/// A finished part with what the limits need to know of it.
struct Part {
    tree: Tree,
    /// Levels of the tree.
    height: usize,
    /// The product of the nested counted repetitions, at most one more than the limit.
    repeats: u32,
}

impl Part {
    fn leaf(tree: Tree) -> Self {
        Self { tree, height: 1, repeats: 1 }
    }
}

/// An open group, or the pattern itself.
struct Group {
    /// The capture index of a capturing group.
    capture: Option<u32>,
    /// The flags to restore at its end.
    flags: Flags,
    branches: Vec<Part>,
    parts: Vec<Part>,
}

impl Group {
    fn new(capture: Option<u32>, flags: Flags) -> Self {
        Self { capture, flags, branches: Vec::new(), parts: Vec::new() }
    }
}

struct Parser<'p> {
    whole: &'p [u8],
    rest: &'p [u8],
    flags: Flags,
    groups: Vec<Group>,
    current: Group,
    names: Vec<String>,
}

/// The tree of `pattern`.
///
/// # Errors
/// Go's verdict on a malformed pattern.
pub(super) fn parse(pattern: &[u8]) -> Result<Parsed, Error> {
    let mut parser = Parser {
        whole: pattern,
        rest: pattern,
        flags: Flags::default(),
        groups: Vec::new(),
        current: Group::new(None, Flags::default()),
        names: vec![String::new()],
    };
    parser.run()?;
    if !parser.groups.is_empty() {
        return Err(Error::new(ErrorKind::MissingParen, pattern));
    }
    let group = std::mem::replace(&mut parser.current, Group::new(None, Flags::default()));
    let part = parser.finish(group)?;
    Ok(Parsed { tree: part.tree, names: parser.names })
}

impl<'p> Parser<'p> {
    fn run(&mut self) -> Result<(), Error> {
        let mut last_repeat: Option<&'p [u8]> = None;
        while let Some(&byte) = self.rest.first() {
            let before = self.rest;
            let mut repeat = None;
            match byte {
                b'(' if before.get(1) == Some(&b'?') => self.perl_group()?,
                b'(' => {
                    self.open_capture(String::new());
                    self.rest = &before[1..];
                }
                b'|' => {
                    self.end_branch()?;
                    self.rest = &before[1..];
                }
                b')' => {
                    self.close()?;
                    self.rest = &before[1..];
                }
                b'^' | b'$' => {
                    let look = anchor(byte == b'^', self.flags.multi_line);
                    self.push(Part::leaf(Tree::Look(look)))?;
                    self.rest = &before[1..];
                }
                b'.' => {
                    let set = if self.flags.dot_newline {
                        class::any()
                    } else {
                        class::of(&[('\0', '\t'), ('\u{b}', char::MAX)])
                    };
                    self.push(Part::leaf(Tree::Class(set)))?;
                    self.rest = &before[1..];
                }
                b'[' => self.class()?,
                b'*' | b'+' | b'?' => {
                    let (min, max) = match byte {
                        b'*' => (0, None),
                        b'+' => (1, None),
                        _ => (0, Some(1)),
                    };
                    self.repeat(min, max, before, &before[1..], last_repeat)?;
                    repeat = Some(before);
                }
                b'{' => match counts(before) {
                    None => {
                        self.literal('{')?;
                        self.rest = &before[1..];
                    }
                    Some((min, max, after)) => {
                        let piece = &before[..before.len() - after.len()];
                        let valid = |count: i64| (0..=i64::from(REPEAT_LIMIT)).contains(&count);
                        if !valid(min) || max.is_some_and(|max| !valid(max) || min > max) {
                            return Err(Error::new(ErrorKind::RepeatSize, piece));
                        }
                        self.repeat(min as u32, max.map(|max| max as u32), before, after, last_repeat)?;
                        repeat = Some(before);
                    }
                },
                b'\\' => self.escape()?,
                _ => {
                    let (c, rest) = self.next_char(before)?;
                    self.literal(c)?;
                    self.rest = rest;
                }
            }
            last_repeat = repeat;
        }
        Ok(())
    }

    /// The first character of `text`.
    fn next_char<'t>(&self, text: &'t [u8]) -> Result<(char, &'t [u8]), Error> {
        let (c, width) = unicode::decode(text);
        if c == '\u{fffd}' && width <= 1 {
            return Err(Error::new(ErrorKind::Utf8, self.whole));
        }
        Ok((c, &text[width..]))
    }

    fn push(&mut self, part: Part) -> Result<(), Error> {
        if part.height > HEIGHT_LIMIT {
            return Err(Error::new(ErrorKind::NestingDepth, self.whole));
        }
        self.current.parts.push(part);
        Ok(())
    }

    fn literal(&mut self, c: char) -> Result<(), Error> {
        let tree = if self.flags.fold { fold_literal(c) } else { Tree::Literal(c) };
        self.push(Part::leaf(tree))
    }

    fn open_capture(&mut self, name: String) {
        let index = self.names.len() as u32;
        self.names.push(name);
        self.open(Some(index), self.flags);
    }

    fn open(&mut self, capture: Option<u32>, restore: Flags) {
        let outer = std::mem::replace(&mut self.current, Group::new(capture, restore));
        self.groups.push(outer);
    }

    fn end_branch(&mut self) -> Result<(), Error> {
        let parts = std::mem::take(&mut self.current.parts);
        let branch = self.join(parts, Tree::Concat)?;
        self.current.branches.push(branch);
        Ok(())
    }

    fn close(&mut self) -> Result<(), Error> {
        let Some(outer) = self.groups.pop() else {
            return Err(Error::new(ErrorKind::UnexpectedParen, self.whole));
        };
        let group = std::mem::replace(&mut self.current, outer);
        self.flags = group.flags;
        let capture = group.capture;
        let part = self.finish(group)?;
        let part = match capture {
            None => part,
            Some(index) => Part {
                height: part.height + 1,
                repeats: part.repeats,
                tree: Tree::Capture { index, inner: Box::new(part.tree) },
            },
        };
        self.push(part)
    }

    fn finish(&self, group: Group) -> Result<Part, Error> {
        let last = self.join(group.parts, Tree::Concat)?;
        let mut branches = group.branches;
        if branches.is_empty() {
            return Ok(last);
        }
        branches.push(last);
        self.join(branches, Tree::Alternate)
    }

    fn join(&self, mut parts: Vec<Part>, make: fn(Vec<Tree>) -> Tree) -> Result<Part, Error> {
        match parts.len() {
            0 => Ok(Part::leaf(Tree::Empty)),
            1 => Ok(parts.remove(0)),
            _ => {
                let height = 1 + parts.iter().map(|part| part.height).max().unwrap_or(0);
                let repeats = parts.iter().map(|part| part.repeats).max().unwrap_or(1);
                if height > HEIGHT_LIMIT {
                    return Err(Error::new(ErrorKind::NestingDepth, self.whole));
                }
                Ok(Part { tree: make(parts.into_iter().map(|part| part.tree).collect()), height, repeats })
            }
        }
    }

    fn repeat(
        &mut self,
        min: u32,
        max: Option<u32>,
        before: &'p [u8],
        mut after: &'p [u8],
        last_repeat: Option<&'p [u8]>,
    ) -> Result<(), Error> {
        let counted = before.first() == Some(&b'{');
        let mut greedy = !self.flags.swap_greed;
        if after.first() == Some(&b'?') {
            after = &after[1..];
            greedy = !greedy;
        }
        if let Some(last) = last_repeat {
            return Err(Error::new(ErrorKind::RepeatOp, &last[..last.len() - after.len()]));
        }
        let piece = &before[..before.len() - after.len()];
        let Some(part) = self.current.parts.pop() else {
            return Err(Error::new(ErrorKind::MissingArgument, piece));
        };
        let mut repeats = part.repeats;
        if counted {
            let factor = max.unwrap_or(min).max(min).max(1);
            repeats = repeats.saturating_mul(factor);
            if (min >= 2 || max.is_some_and(|max| max >= 2)) && repeats > REPEAT_LIMIT {
                return Err(Error::new(ErrorKind::RepeatSize, piece));
            }
        }
        let height = part.height + 1;
        self.rest = after;
        self.push(Part {
            tree: Tree::Repeat { min, max, greedy, inner: Box::new(part.tree) },
            height,
            repeats,
        })
    }

    /// `(?flags)`, `(?flags:…)`, `(?P<name>…)`, `(?<name>…)`.
    fn perl_group(&mut self) -> Result<(), Error> {
        let whole = self.rest;
        let name_at = if whole.len() > 4 && whole[2..].starts_with(b"P<") {
            Some(4)
        } else if whole.len() > 3 && whole[2] == b'<' {
            Some(3)
        } else {
            None
        };
        if let Some(name_at) = name_at {
            return self.named_capture(whole, name_at);
        }
        let mut rest = &whole[2..];
        let mut flags = self.flags;
        let mut negative = false;
        let mut saw_flag = false;
        while !rest.is_empty() {
            let (c, tail) = self.next_char(rest)?;
            rest = tail;
            match c {
                'i' => flags.fold = !negative,
                'm' => flags.multi_line = !negative,
                's' => flags.dot_newline = !negative,
                'U' => flags.swap_greed = !negative,
                '-' if !negative => {
                    negative = true;
                    saw_flag = false;
                    continue;
                }
                ':' | ')' if !negative || saw_flag => {
                    if c == ':' {
                        self.open(None, self.flags);
                    }
                    self.flags = flags;
                    self.rest = rest;
                    return Ok(());
                }
                _ => break,
            }
            saw_flag = true;
        }
        Err(Error::new(ErrorKind::PerlOp, &whole[..whole.len() - rest.len()]))
    }

    fn named_capture(&mut self, whole: &'p [u8], name_at: usize) -> Result<(), Error> {
        let Some(end) = whole.iter().position(|&byte| byte == b'>') else {
            Self::check_utf8(whole)?;
            return Err(Error::new(ErrorKind::NamedCapture, whole));
        };
        let name = &whole[name_at..end];
        Self::check_utf8(name)?;
        let valid = !name.is_empty() && name.iter().all(|&byte| byte == b'_' || byte.is_ascii_alphanumeric());
        if !valid {
            return Err(Error::new(ErrorKind::NamedCapture, &whole[..=end]));
        }
        self.open_capture(String::from_utf8_lossy(name).into_owned());
        self.rest = &whole[end + 1..];
        Ok(())
    }

    fn check_utf8(text: &[u8]) -> Result<(), Error> {
        match std::str::from_utf8(text) {
            Ok(_) => Ok(()),
            Err(_) => Err(Error::new(ErrorKind::Utf8, text)),
        }
    }

    fn escape(&mut self) -> Result<(), Error> {
        let text = self.rest;
        let simple = match text.get(1) {
            Some(b'A') => Some(Look::Start),
            Some(b'b') => Some(Look::WordAscii),
            Some(b'B') => Some(Look::WordAsciiNegate),
            Some(b'z') => Some(Look::End),
            Some(b'C') => return Err(Error::new(ErrorKind::Escape, &text[..2])),
            Some(b'Q') => return self.quoted(&text[2..]),
            _ => None,
        };
        if let Some(look) = simple {
            self.push(Part::leaf(Tree::Look(look)))?;
            self.rest = &text[2..];
            return Ok(());
        }
        if let Some((set, rest)) = self.escaped_class(text)? {
            self.push(Part::leaf(Tree::Class(set)))?;
            self.rest = rest;
            return Ok(());
        }
        let (c, rest) = self.escaped_char(text)?;
        self.rest = rest;
        match c {
            Some(c) => self.literal(c),
            // A lone surrogate stands in no text.
            None => self.push(Part::leaf(Tree::Class(ClassUnicode::empty()))),
        }
    }

    /// The literal text up to `\E`.
    fn quoted(&mut self, text: &'p [u8]) -> Result<(), Error> {
        let end = text.windows(2).position(|pair| pair == b"\\E");
        let (mut literal, rest) = match end {
            Some(end) => (&text[..end], &text[end + 2..]),
            None => (text, &text[text.len()..]),
        };
        while !literal.is_empty() {
            let (c, tail) = self.next_char(literal)?;
            self.literal(c)?;
            literal = tail;
        }
        self.rest = rest;
        Ok(())
    }

    /// The set of `\d`, `\pL`, `\p{Name}` and the like, and what follows.
    fn escaped_class<'t>(&self, text: &'t [u8]) -> Result<Option<(ClassUnicode, &'t [u8])>, Error> {
        let [b'\\', letter, tail @ ..] = text else { return Ok(None) };
        if let Some(set) = class::perl(*letter) {
            let mut set = if self.flags.fold { class::folded(set) } else { set };
            if letter.is_ascii_uppercase() {
                set.negate();
            }
            return Ok(Some((set, tail)));
        }
        if !matches!(letter, b'p' | b'P') {
            return Ok(None);
        }
        let (name, piece, rest) = self.group_name(text, tail)?;
        let mut negative = *letter == b'P';
        let name = match name.strip_prefix('^') {
            Some(name) => {
                negative = !negative;
                name
            }
            None => name,
        };
        let set = class::unicode(name).ok_or_else(|| Error::new(ErrorKind::CharRange, piece))?;
        let mut set = if self.flags.fold { class::folded(set) } else { set };
        if negative {
            set.negate();
        }
        Ok(Some((set, rest)))
    }

    /// The name after `\p`, the whole piece, and what follows.
    fn group_name<'t>(&self, text: &'t [u8], tail: &'t [u8]) -> Result<(&'t str, &'t [u8], &'t [u8]), Error> {
        let as_text =
            |name: &'t [u8]| std::str::from_utf8(name).map_err(|_| Error::new(ErrorKind::Utf8, name));
        if tail.first() == Some(&b'{') {
            let Some(end) = text.iter().position(|&byte| byte == b'}') else {
                Self::check_utf8(text)?;
                return Err(Error::new(ErrorKind::CharRange, text));
            };
            return Ok((as_text(&text[3..end])?, &text[..=end], &text[end + 1..]));
        }
        if tail.is_empty() {
            return Err(Error::new(ErrorKind::CharRange, text));
        }
        let (_, rest) = self.next_char(tail)?;
        let width = tail.len() - rest.len();
        Ok((as_text(&tail[..width])?, &text[..2 + width], rest))
    }

    /// The character an escape stands for (`None`: a lone surrogate), and what follows.
    fn escaped_char<'t>(&self, text: &'t [u8]) -> Result<(Option<char>, &'t [u8]), Error> {
        let tail = &text[1..];
        if tail.is_empty() {
            return Err(Error::new(ErrorKind::TrailingBackslash, b""));
        }
        let (c, mut rest) = self.next_char(tail)?;
        let refused = |rest: &[u8]| Err(Error::new(ErrorKind::Escape, &text[..text.len() - rest.len()]));
        match c {
            '0'..='7' if c == '0' || matches!(rest.first(), Some(b'0'..=b'7')) => {
                let mut value = c as u32 - '0' as u32;
                for _ in 1..3 {
                    let Some(&digit @ b'0'..=b'7') = rest.first() else { break };
                    value = value * 8 + u32::from(digit - b'0');
                    rest = &rest[1..];
                }
                Ok((char::from_u32(value), rest))
            }
            'x' => {
                if rest.is_empty() {
                    return refused(rest);
                }
                let (first, tail) = self.next_char(rest)?;
                rest = tail;
                if first == '{' {
                    return self.braced_hex(text, rest);
                }
                let high = first.to_digit(16);
                if rest.is_empty() {
                    return if high.is_some() {
                        Err(Error::new(ErrorKind::Escape, text))
                    } else {
                        refused(rest)
                    };
                }
                let (second, tail) = self.next_char(rest)?;
                match (high, second.to_digit(16)) {
                    (Some(high), Some(low)) => Ok((char::from_u32(high * 16 + low), tail)),
                    _ => refused(tail),
                }
            }
            'a' => Ok((Some('\u{7}'), rest)),
            'f' => Ok((Some('\u{c}'), rest)),
            'n' => Ok((Some('\n'), rest)),
            'r' => Ok((Some('\r'), rest)),
            't' => Ok((Some('\t'), rest)),
            'v' => Ok((Some('\u{b}'), rest)),
            _ if c.is_ascii() && !c.is_ascii_alphanumeric() => Ok((Some(c), rest)),
            _ => refused(rest),
        }
    }

    /// The character of `\x{10FFFF}`; `rest` starts after the brace.
    fn braced_hex<'t>(&self, text: &'t [u8], mut rest: &'t [u8]) -> Result<(Option<char>, &'t [u8]), Error> {
        let mut value: u32 = 0;
        let mut digits = 0;
        while !rest.is_empty() {
            let (c, tail) = self.next_char(rest)?;
            rest = tail;
            if c == '}' && digits > 0 {
                return Ok((char::from_u32(value), rest));
            }
            let Some(digit) = c.to_digit(16) else { break };
            value = value * 16 + digit;
            if value > char::MAX as u32 {
                break;
            }
            digits += 1;
        }
        Err(Error::new(ErrorKind::Escape, &text[..text.len() - rest.len()]))
    }

    fn class(&mut self) -> Result<(), Error> {
        let whole = self.rest;
        let mut text = &whole[1..];
        let negative = text.first() == Some(&b'^');
        if negative {
            text = &text[1..];
        }
        let mut set = ClassUnicode::empty();
        let mut first = true;
        while first || text.first() != Some(&b']') {
            first = false;
            if let Some((group, rest)) = self.posix_group(text)? {
                set.union(&group);
                text = rest;
                continue;
            }
            if let Some((group, rest)) = self.escaped_class(text)? {
                set.union(&group);
                text = rest;
                continue;
            }
            let range = text;
            let (low, rest) = self.class_char(text, whole)?;
            text = rest;
            let mut high = low;
            if text.len() >= 2 && text[0] == b'-' && text[1] != b']' {
                let (end, rest) = self.class_char(&text[1..], whole)?;
                text = rest;
                high = end;
                if high < low {
                    return Err(Error::new(ErrorKind::CharRange, &range[..range.len() - text.len()]));
                }
            }
            if let (Some(low), Some(high)) = (low, high) {
                let range = class::of(&[(low, high)]);
                set.union(&if self.flags.fold { class::folded(range) } else { range });
            }
        }
        if negative {
            set.negate();
        }
        self.rest = &text[1..];
        self.push(Part::leaf(Tree::Class(set)))
    }

    fn class_char<'t>(&self, text: &'t [u8], whole: &[u8]) -> Result<(Option<char>, &'t [u8]), Error> {
        match text.first() {
            None => Err(Error::new(ErrorKind::MissingBracket, whole)),
            Some(b'\\') => self.escaped_char(text),
            Some(_) => self.next_char(text).map(|(c, rest)| (Some(c), rest)),
        }
    }

    fn posix_group<'t>(&self, text: &'t [u8]) -> Result<Option<(ClassUnicode, &'t [u8])>, Error> {
        if text.len() <= 2 || !text.starts_with(b"[:") {
            return Ok(None);
        }
        let Some(end) = text[2..].windows(2).position(|pair| pair == b":]") else { return Ok(None) };
        let (piece, rest) = text.split_at(end + 4);
        let name = &text[2..end + 2];
        let (negative, name) = match name {
            [b'^', name @ ..] => (true, name),
            _ => (false, name),
        };
        let set = class::posix(name).ok_or_else(|| Error::new(ErrorKind::CharRange, piece))?;
        let mut set = if self.flags.fold { class::folded(set) } else { set };
        if negative {
            set.negate();
        }
        Ok(Some((set, rest)))
    }
}

fn fold_literal(c: char) -> Tree {
    let set = class::folded(class::of(&[(c, c)]));
    match set.ranges() {
        [only] if only.start() == only.end() => Tree::Literal(c),
        _ => Tree::Class(set),
    }
}

/// The counts of `{n}`, `{n,}` or `{n,m}` and what follows; a number too large to hold is -1.
fn counts(text: &[u8]) -> Option<(i64, Option<i64>, &[u8])> {
    let (min, rest) = count(&text[1..])?;
    let (min, max, rest) = match rest.first()? {
        b',' if rest.get(1) == Some(&b'}') => (min, None, &rest[1..]),
        b',' => {
            let (max, rest) = count(&rest[1..])?;
            if max < 0 { (-1, Some(max), rest) } else { (min, Some(max), rest) }
        }
        _ => (min, Some(min), rest),
    };
    match rest {
        [b'}', tail @ ..] => Some((min, max, tail)),
        _ => None,
    }
}

fn count(text: &[u8]) -> Option<(i64, &[u8])> {
    let length = text.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let (digits, rest) = text.split_at(length);
    if digits.is_empty() || (digits.len() > 1 && digits[0] == b'0') {
        return None;
    }
    let mut value: i64 = 0;
    for &digit in digits {
        if value >= 100_000_000 {
            return Some((-1, rest));
        }
        value = value * 10 + i64::from(digit - b'0');
    }
    Some((value, rest))
}
