//! Go's `regexp`: RE2 syntax with Go's errors, leftmost-first matching, Go's rules for replacing and splitting.
//!
//! Patterns are read by an own parser (Go and the `regex` crate differ on a third of unusual patterns) and run by
//! regex-automata. A pattern is compiled once per process and kept while there is room in a small cache.

mod class;
mod compile;
mod effort;
mod error;
mod haystack;
mod parse;
mod replace;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use regex_automata::{Anchored, Input, meta, util::captures::Captures};

pub use error::{Error, ErrorKind};

use super::unicode;
use crate::value::budget;
use effort::Effort;
use haystack::Haystack;

/// The byte ranges of the groups of a match, the whole match first.
type Groups = Vec<Option<(usize, usize)>>;

/// A compiled pattern.
#[derive(Debug, Clone)]
pub struct Regexp {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    pattern: String,
    engine: meta::Regex,
    /// The names of the groups, from group 0 on; unnamed ones are empty.
    names: Vec<String>,
    /// Bytes of the program.
    size: usize,
    /// Whether a match may be of any length.
    unbounded: bool,
}

/// Compiled patterns and the bytes of their programs.
#[derive(Default)]
struct Cache {
    patterns: HashMap<Vec<u8>, Regexp>,
    size: usize,
}

/// Compiled patterns kept for the next use.
const CACHE_SIZE: usize = 512;
/// Bytes of their programs together.
const CACHE_BYTES: usize = 64 << 20;
/// Bytes of a program that is made or run over a byte of text in one step: some states of an automaton.
const BYTES_A_STEP: u64 = 2048;

impl Regexp {
    /// The compiled form of `pattern`; a second call with the same pattern costs a look-up.
    ///
    /// # Errors
    /// Go's `error parsing regexp: …`.
    pub fn new(pattern: &[u8]) -> Result<Self, Error> {
        static CACHE: OnceLock<Mutex<Cache>> = OnceLock::new();
        let cache = CACHE.get_or_init(Mutex::default);
        if let Some(found) = cache.lock().unwrap_or_else(PoisonError::into_inner).patterns.get(pattern) {
            return Ok(found.clone());
        }
        let made = Self::compile(pattern)?;
        let mut cache = cache.lock().unwrap_or_else(PoisonError::into_inner);
        cache.size += made.inner.size;
        if cache.patterns.len() >= CACHE_SIZE || cache.size > CACHE_BYTES {
            *cache = Cache { size: made.inner.size, ..Cache::default() };
        }
        cache.patterns.insert(pattern.to_vec(), made.clone());
        Ok(made)
    }

    /// Whether `pattern` is one, without making a matcher.
    ///
    /// # Errors
    /// Go's `error parsing regexp: …`.
    pub fn check(pattern: &[u8]) -> Result<(), Error> {
        parse::parse(pattern).map(|_| ())
    }

    fn compile(pattern: &[u8]) -> Result<Self, Error> {
        let parsed = parse::parse(pattern)?;
        let engine = compile::compile(&parsed.tree, pattern)?;
        let size = engine.memory_usage();
        // Twice as long to make as to look at once.
        let _ = budget::is_spent(size as u64 / (BYTES_A_STEP / 2));
        let pattern = String::from_utf8_lossy(pattern).into_owned();
        let unbounded = parsed.tree.is_unbounded();
        let inner = Inner { pattern, engine, names: parsed.names, size, unbounded };
        Ok(Self { inner: Arc::new(inner) })
    }

    /// The text the pattern was made from.
    pub fn as_str(&self) -> &str {
        &self.inner.pattern
    }

    /// Whether going over a text takes more steps than are left. It is paid for once, as if every state had to be looked
    /// at for every byte.
    fn is_spent_on(&self, text: &[u8]) -> bool {
        budget::is_spent(
            (self.inner.size as u64 / BYTES_A_STEP + 1).saturating_mul(text.len() as u64 / 16 + 1),
        )
    }

    /// True when the pattern matches anywhere in `text`.
    pub fn is_match(&self, text: &[u8]) -> bool {
        if self.is_spent_on(text) {
            return false;
        }
        self.inner.engine.is_match(Haystack::new(text).searched())
    }

    /// The byte range of the leftmost match.
    pub fn find(&self, text: &[u8]) -> Option<(usize, usize)> {
        if self.is_spent_on(text) {
            return None;
        }
        self.find_from(&Haystack::new(text), 0, &mut Effort::default())
    }

    fn find_from(&self, text: &Haystack<'_>, start: usize, effort: &mut Effort) -> Option<(usize, usize)> {
        let searched = text.searched();
        let input = Input::new(searched).span(text.inside(start)..searched.len()).anchored(Anchored::No);
        let found = self.inner.engine.search(&input)?;
        let is_spent = effort.is_spent_on(self, searched, found.start());
        (!is_spent).then(|| text.outside(found.start(), found.end()))
    }

    /// The ranges of all groups of the leftmost match.
    fn captures_from(
        &self,
        text: &Haystack<'_>,
        start: usize,
        into: &mut Captures,
        effort: &mut Effort,
    ) -> Option<Groups> {
        let searched = text.searched();
        let input = Input::new(searched).span(text.inside(start)..searched.len()).anchored(Anchored::No);
        self.inner.engine.search_captures(&input, into);
        if effort.is_spent_on(self, searched, into.get_match()?.start()) {
            return None;
        }
        let groups = into.iter().map(|group| group.map(|span| text.outside(span.start, span.end)));
        Some(groups.collect())
    }

    /// The byte ranges of the successive matches, at most `limit` of them (negative: all).
    ///
    /// Rule: Go 1.27 regexp.go `allMatches`: an empty match right after a match is left out.
    pub fn find_all(&self, text: &[u8], limit: i64) -> Vec<(usize, usize)> {
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        let mut matches = Vec::new();
        let mut position = 0;
        let mut previous_end = None;
        let haystack = Haystack::new(text);
        let mut effort = Effort::default();
        if self.is_spent_on(text) {
            return matches;
        }
        while matches.len() < limit && position <= text.len() && !budget::are_too_many(matches.len()) {
            let Some((start, end)) = self.find_from(&haystack, position, &mut effort) else { break };
            let mut accepted = true;
            if end == position {
                accepted = previous_end != Some(start);
                position += unicode::decode(&text[position..]).1.max(1);
            } else {
                position = end;
            }
            previous_end = Some(end);
            if accepted {
                matches.push((start, end));
            }
        }
        matches
    }

    /// The pieces of `text` between matches, at most `limit` of them (negative: all); `None` for a limit of 0,
    /// where Go gives a nil slice.
    ///
    /// Rule: Go 1.27 regexp.go `Split`.
    pub fn split<'t>(&self, text: &'t [u8], limit: i64) -> Option<Vec<&'t [u8]>> {
        if limit == 0 {
            return None;
        }
        if !self.inner.pattern.is_empty() && text.is_empty() {
            return Some(vec![text]);
        }
        let mut pieces = Vec::new();
        let (mut begin, mut end) = (0, 0);
        for (start, stop) in self.find_all(text, limit) {
            if limit > 0 && pieces.len() as i64 == limit - 1 {
                break;
            }
            end = start;
            if stop != 0 {
                pieces.push(&text[begin..end]);
            }
            begin = stop;
        }
        if end != text.len() {
            pieces.push(&text[begin..]);
        }
        Some(pieces)
    }

    /// `text` with each match replaced by `template`, in which `$1`, `${name}` and `$$` are expanded.
    pub fn replace_all(&self, text: &[u8], template: &[u8]) -> Vec<u8> {
        if !template.contains(&b'$') {
            return self.replace_all_literal(text, template);
        }
        if self.is_spent_on(text) {
            return Vec::new();
        }
        let mut captures = self.inner.engine.create_captures();
        let names = &self.inner.names;
        let haystack = Haystack::new(text);
        let mut effort = Effort::default();
        let next = |start| {
            let groups = self.captures_from(&haystack, start, &mut captures, &mut effort)?;
            Some((groups.first().copied().flatten()?, groups))
        };
        replace::replace(text, next, |groups: &Groups, out| {
            replace::expand(template, text, names, groups, out);
        })
    }

    /// `text` with each match replaced by `replacement` as it stands.
    pub fn replace_all_literal(&self, text: &[u8], replacement: &[u8]) -> Vec<u8> {
        if self.is_spent_on(text) {
            return Vec::new();
        }
        let haystack = Haystack::new(text);
        let mut effort = Effort::default();
        let next = |start| Some((self.find_from(&haystack, start, &mut effort)?, ()));
        replace::replace(text, next, |(), out| out.extend_from_slice(replacement))
    }
}

/// `text` with every character that has a meaning in patterns escaped.
pub fn quote_meta(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len() + 8);
    for &byte in text {
        if br"\.+*?()|[]{}^$".contains(&byte) {
            out.push(b'\\');
        }
        out.push(byte);
    }
    out
}

#[cfg(test)]
mod tests;
