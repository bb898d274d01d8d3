//! From the parsed pattern to a matcher.

use regex_automata::meta;
use regex_automata::util::syntax;
use regex_syntax::hir::{Capture, Class, Hir, Look, Repetition};

use super::error::{Error, ErrorKind};
use super::parse::Tree;

/// The largest program in bytes; Go's own bound is 128 MiB.
const PROGRAM_LIMIT: usize = 64 << 20;
/// Bytes of each lazily built automaton.
pub(super) const CACHE_LIMIT: usize = 4 << 20;
/// Groups times bytes of the program: a search keeps a place for each group in each state.
const GROUPS_LIMIT: usize = 1 << 29;

/// The matcher of a parsed pattern.
///
/// # Errors
/// `expression too large` when the program would pass the limit.
pub(super) fn compile(tree: &Tree, pattern: &[u8]) -> Result<meta::Regex, Error> {
    // Most patterns of templates are run over a few short texts, for which a whole automaton is not worth its making.
    let config = meta::Config::new()
        .dfa(false)
        .nfa_size_limit(Some(PROGRAM_LIMIT))
        .onepass_size_limit(Some(CACHE_LIMIT))
        .hybrid_cache_capacity(CACHE_LIMIT)
        .utf8_empty(true);
    meta::Regex::builder()
        .syntax(syntax::Config::new().utf8(false))
        .configure(config)
        .build_from_hir(&hir(tree))
        .ok()
        .filter(|regex| regex.captures_len().saturating_mul(regex.memory_usage()) <= GROUPS_LIMIT)
        .ok_or_else(|| Error::new(ErrorKind::Large, pattern))
}

/// The tree as the engine's own.
pub(super) fn hir(tree: &Tree) -> Hir {
    match tree {
        Tree::Empty => Hir::empty(),
        Tree::Literal(c) => Hir::literal(c.encode_utf8(&mut [0; 4]).as_bytes()),
        Tree::Class(class) => Hir::class(Class::Unicode(class.clone())),
        Tree::Look(look) => Hir::look(*look),
        Tree::Repeat { min, max, greedy, inner } => {
            Hir::repetition(Repetition { min: *min, max: *max, greedy: *greedy, sub: Box::new(hir(inner)) })
        }
        Tree::Capture { index, inner } => {
            Hir::capture(Capture { index: *index, name: None, sub: Box::new(hir(inner)) })
        }
        Tree::Concat(parts) => Hir::concat(parts.iter().map(hir).collect()),
        Tree::Alternate(parts) => Hir::alternation(parts.iter().map(hir).collect()),
    }
}

/// The anchors of Go patterns: text ends by default, line ends with `(?m)`.
pub(super) fn anchor(start: bool, multi_line: bool) -> Look {
    match (start, multi_line) {
        (true, false) => Look::Start,
        (true, true) => Look::StartLF,
        (false, false) => Look::End,
        (false, true) => Look::EndLF,
    }
}
