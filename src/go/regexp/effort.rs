//! What successive searches of one text cost.
//!
//! A search for a match of any length may look at all the rest of the text before it knows where the match ends
//! (`a.*z|a` where no `z` follows), which makes many searches of a long text quadratic. The matcher does not say how far
//! it looked; so now and then a match is gone over once more, byte by byte, and what that took is paid for all those
//! between.

use regex_automata::hybrid::dfa::{Cache, DFA};
use regex_automata::nfa::thompson;
use regex_automata::util::syntax;
use regex_automata::{Anchored, Input};

use super::{Regexp, compile, parse};
use crate::value::budget;

/// One match of so many is gone over.
const SAMPLED: u64 = 32;
/// A text that has fewer bytes left is not worth it.
const SHORT: usize = 1 << 12;
/// Bytes that an automaton goes over in one step.
const BYTES_A_STEP: u64 = 8;

/// What one call costs that searches a text again and again.
#[derive(Default)]
pub(super) struct Effort {
    matches: u64,
    automaton: Option<Automaton>,
}

struct Automaton {
    dfa: DFA,
    cache: Cache,
}

impl Effort {
    /// Pays for a match that begins at `start`. Whether no step is left.
    pub(super) fn is_spent_on(&mut self, regexp: &Regexp, text: &[u8], start: usize) -> bool {
        self.matches += 1;
        if !regexp.inner.unbounded || !self.matches.is_multiple_of(SAMPLED) || text.len() - start < SHORT {
            return false;
        }
        if self.automaton.is_none() {
            self.automaton = Automaton::new(regexp.inner.pattern.as_bytes());
        }
        let looked = self.automaton.as_mut().map_or(0, |automaton| automaton.looked(text, start));
        budget::is_spent(looked as u64 * (SAMPLED / BYTES_A_STEP))
    }
}

impl Automaton {
    fn new(pattern: &[u8]) -> Option<Self> {
        let hir = compile::hir(&parse::parse(pattern).ok()?.tree);
        let config = thompson::Config::new().utf8(false).which_captures(thompson::WhichCaptures::None);
        let syntax = syntax::Config::new().utf8(false);
        let nfa = thompson::Compiler::new().syntax(syntax).configure(config).build_from_hir(&hir).ok()?;
        let config = DFA::config().skip_cache_capacity_check(true).cache_capacity(compile::CACHE_LIMIT);
        let dfa = DFA::builder().configure(config).build_from_nfa(nfa).ok()?;
        let cache = dfa.create_cache();
        Some(Self { dfa, cache })
    }

    /// Bytes from `start` on that have to be looked at for the match that begins there.
    fn looked(&mut self, text: &[u8], start: usize) -> usize {
        let input = Input::new(text).span(start..text.len()).anchored(Anchored::Yes);
        let Ok(mut state) = self.dfa.start_state_forward(&mut self.cache, &input) else { return 0 };
        for (index, &byte) in text[start..].iter().enumerate() {
            match self.dfa.next_state(&mut self.cache, state, byte) {
                Ok(next) if next.is_dead() || next.is_quit() => return index + 1,
                Ok(next) => state = next,
                Err(_) => return index + 1,
            }
        }
        text.len() - start
    }
}
