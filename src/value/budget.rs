//! How much work one render may be: steps, and the size of what is made on the way.
//!
//! A small value can stand for a huge one (a map that holds another twice, sixty times over), so whoever walks over a
//! value pays for each part, and stops when nothing is left. The amounts are counted, not timed: the same inputs end at
//! the same place on every machine. They belong to the thread that renders.

use std::cell::Cell;

/// Steps one render may take: rounds of `range`, nodes of templates, calls, parts of values that are walked over, and 128
/// bytes of text each. A step takes some ten nanoseconds.
pub const MOST_STEPS: u64 = 1_000_000_000;
/// Bytes one render may write.
pub const MOST_OUTPUT: usize = 1 << 30;
/// Bytes of a text that a function makes.
pub const MOST_TEXT: usize = 1 << 28;
/// Items of a list that a function makes, and parts of a copy.
pub const MOST_ITEMS: usize = 1 << 24;

/// Bytes of text that cost as much as one part of a value.
const BYTES_A_STEP: usize = 128;

/// What one render may use up. The defaults are the constants beside it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Steps of the whole render.
    pub steps: u64,
    /// Bytes that all templates together write.
    pub output: usize,
    /// Bytes of a text that a function makes.
    pub text: usize,
    /// Items of a list that a function makes, and parts of a copy.
    pub items: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { steps: MOST_STEPS, output: MOST_OUTPUT, text: MOST_TEXT, items: MOST_ITEMS }
    }
}

/// Which limit was met.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Overrun {
    Steps,
    Output,
    Text,
    Items,
}

thread_local! {
    static LIMITS: Cell<Option<Limits>> = const { Cell::new(None) };
    static LEFT: Cell<u64> = const { Cell::new(MOST_STEPS) };
    static OUTPUT: Cell<usize> = const { Cell::new(0) };
    static OVERRUN: Cell<Option<Overrun>> = const { Cell::new(None) };
}

/// Runs `work` with fresh amounts; inside of another such run, with what that one has left.
pub(crate) fn within<T>(limits: Limits, work: impl FnOnce() -> T) -> T {
    /// Ends the run whatever happens to the work.
    struct Run;
    impl Drop for Run {
        fn drop(&mut self) {
            LIMITS.set(None);
            reset(MOST_STEPS);
        }
    }
    if LIMITS.get().is_some() {
        return work();
    }
    LIMITS.set(Some(limits));
    reset(limits.steps);
    let _run = Run;
    work()
}

fn reset(steps: u64) {
    LEFT.set(steps);
    OUTPUT.set(0);
    OVERRUN.set(None);
}

/// The limits that hold now.
pub(crate) fn limits() -> Limits {
    LIMITS.get().unwrap_or_default()
}

/// Whether these steps were the last: whoever pays has to stop and to return, with whatever it has.
#[must_use]
pub(crate) fn is_spent(steps: u64) -> bool {
    let left = LEFT.get().saturating_sub(steps);
    LEFT.set(left);
    // Outside of a run nobody would ever start anew.
    left == 0 && is_over(Overrun::Steps)
}

/// The steps that reading or making a text of so many bytes takes.
#[must_use]
pub(crate) fn steps_of_text(bytes: usize) -> u64 {
    (bytes / BYTES_A_STEP) as u64
}

/// Whether a text of so many bytes is longer than any may be; if so, the render is over.
#[must_use]
pub(crate) fn is_too_long(bytes: usize) -> bool {
    bytes > limits().text && is_over(Overrun::Text)
}

/// The same of a list of so many items, or a copy of so many parts.
#[must_use]
pub(crate) fn are_too_many(items: usize) -> bool {
    items > limits().items && is_over(Overrun::Items)
}

/// Whether a template that has written so many bytes has, with those before it, written more than it may.
#[must_use]
pub(crate) fn is_too_much(written: usize) -> bool {
    OUTPUT.get().saturating_add(written) > limits().output && is_over(Overrun::Output)
}

/// Keeps what a template wrote in mind for those after it.
pub(crate) fn written(bytes: usize) {
    OUTPUT.set(OUTPUT.get().saturating_add(bytes));
}

fn is_over(what: Overrun) -> bool {
    if LIMITS.get().is_none() {
        reset(MOST_STEPS);
        return what != Overrun::Steps;
    }
    if OVERRUN.get().is_none() {
        OVERRUN.set(Some(what));
    }
    LEFT.set(0);
    true
}

/// What the render is refused with, once a limit was met.
#[must_use]
pub(crate) fn refusal() -> Option<String> {
    if LEFT.get() != 0 {
        return None;
    }
    let limits = limits();
    Some(match OVERRUN.get().unwrap_or(Overrun::Steps) {
        Overrun::Steps => format!("more than {} steps: `--limit steps=N` allows more", limits.steps),
        Overrun::Output => {
            format!("more than {} bytes written: `--limit output=N` allows more", limits.output)
        }
        Overrun::Text => format!("a text of more than {} bytes: `--limit text=N` allows more", limits.text),
        Overrun::Items => format!("more than {} items: `--limit items=N` allows more", limits.items),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_ends_past_its_steps_and_the_next_has_all_of_them_again() {
        let limits = Limits { steps: 3, ..Limits::default() };
        for _ in 0..2 {
            within(limits, || {
                assert!(!is_spent(2));
                assert_eq!(refusal(), None);
                assert!(is_spent(1));
                assert_eq!(refusal().unwrap(), "more than 3 steps: `--limit steps=N` allows more");
            });
        }
        assert_eq!(refusal(), None);
    }

    #[test]
    fn a_run_inside_a_run_has_what_that_one_has_left() {
        let limits = Limits { steps: 10, ..Limits::default() };
        within(limits, || {
            assert!(!is_spent(6));
            assert!(within(Limits::default(), || is_spent(5)));
        });
    }

    #[test]
    fn the_first_limit_that_is_met_is_named() {
        let limits = Limits { text: 10, output: 20, items: 2, ..Limits::default() };
        within(limits, || assert!(!is_too_long(10) && !is_too_much(20) && !are_too_many(2)));
        within(limits, || {
            assert!(is_too_long(11) && is_spent(1));
            assert_eq!(refusal().unwrap(), "a text of more than 10 bytes: `--limit text=N` allows more");
        });
        within(limits, || {
            written(15);
            assert!(is_too_much(6));
            assert_eq!(refusal().unwrap(), "more than 20 bytes written: `--limit output=N` allows more");
        });
        within(limits, || {
            assert!(are_too_many(3));
            assert_eq!(refusal().unwrap(), "more than 2 items: `--limit items=N` allows more");
        });
    }

    #[test]
    fn outside_of_a_run_steps_never_end() {
        assert!(!is_spent(MOST_STEPS));
        assert!(!is_spent(1));
        assert_eq!(refusal(), None);
    }
}
