//! Two pieces of work at once.

mod start;

use std::panic::resume_unwind;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;

use start::start;

/// What both give; the second runs on a thread of its own if the system has one that begins before the first is done.
pub(crate) fn both<A, B: Send>(first: impl FnOnce() -> A, second: impl FnOnce() -> B + Send) -> (A, B) {
    let waiting = Mutex::new(Some(second));
    let run = || {
        let second = waiting.lock().ok().and_then(|mut waiting| waiting.take());
        second.map(|second| second())
    };
    thread::scope(|scope| {
        let thread = start(scope, run);
        let first = first();
        // On a busy computer the thread may not have begun yet; then it has nothing left to do.
        let here = run();
        let there = match thread.map(thread::ScopedJoinHandle::join) {
            Some(Ok(there)) => there,
            Some(Err(panic)) => resume_unwind(panic),
            None => None,
        };
        let second = here.or(there);
        (first, second.expect("it runs once, there or here"))
    })
}

/// Work on a list whose results are wanted later.
pub(crate) struct Ahead<'a, T, R> {
    items: &'a [T],
    work: &'a (dyn Fn(&T) -> R + Sync),
    /// How far each item is; whoever works on it holds its lock.
    states: Vec<Mutex<State<R>>>,
}

enum State<R> {
    Open,
    Done(R),
    Taken,
}

/// Runs `meanwhile` while a second thread works on the items, the last first, if that is worth one. Whoever takes the
/// results from the first on meets it half-way.
pub(crate) fn ahead<T: Sync, R: Send, A>(
    items: &[T],
    is_worth_a_thread: bool,
    work: impl Fn(&T) -> R + Sync,
    meanwhile: impl FnOnce(&Ahead<'_, T, R>) -> A,
) -> A {
    ahead_twice(items, is_worth_a_thread, work, |_, _| (), meanwhile)
}

/// The same, and when no item is left the second thread does `more` for those whose results nobody has taken yet.
pub(crate) fn ahead_twice<T: Sync, R: Send, A>(
    items: &[T],
    is_worth_a_thread: bool,
    work: impl Fn(&T) -> R + Sync,
    more: impl Fn(&T, &mut R) + Sync,
    meanwhile: impl FnOnce(&Ahead<'_, T, R>) -> A,
) -> A {
    let states = items.iter().map(|_| Mutex::new(State::Open)).collect();
    let ahead = Ahead { items, work: &work, states };
    let is_over = AtomicBool::new(false);
    thread::scope(|scope| {
        if is_worth_a_thread {
            // Without the thread, everything is done where it is taken.
            let run = || {
                ahead.work_back(&is_over);
                ahead.more_back(&more, &is_over);
            };
            drop(start(scope, run));
        }
        let result = meanwhile(&ahead);
        is_over.store(true, Ordering::Relaxed);
        result
    })
}

impl<T, R> Ahead<'_, T, R> {
    fn work_back(&self, is_over: &AtomicBool) {
        for (item, state) in self.items.iter().zip(&self.states).rev() {
            // An item that is locked is worked on where the results are taken, which those before it were already.
            let Ok(mut state) = state.try_lock() else { return };
            if matches!(*state, State::Taken) || is_over.load(Ordering::Relaxed) {
                return;
            }
            *state = State::Done((self.work)(item));
        }
    }

    fn more_back(&self, more: &impl Fn(&T, &mut R), is_over: &AtomicBool) {
        for (item, state) in self.items.iter().zip(&self.states).rev() {
            let Ok(mut state) = state.try_lock() else { return };
            match &mut *state {
                State::Done(result) if !is_over.load(Ordering::Relaxed) => more(item, result),
                _ => return,
            }
        }
    }

    /// The results in the order of the items; each can be taken once.
    pub(crate) fn results(&self) -> impl Iterator<Item = R> {
        self.items.iter().zip(&self.states).map(|(item, state)| self.take(item, state))
    }

    /// The result for the item of this number; the numbers that are asked for rise, or the items are done here.
    pub(crate) fn result(&self, number: usize) -> Option<R> {
        Some(self.take(self.items.get(number)?, self.states.get(number)?))
    }

    fn take(&self, item: &T, state: &Mutex<State<R>>) -> R {
        // What a thread that panicked left open is done here.
        let mut state = state.lock().unwrap_or_else(PoisonError::into_inner);
        match std::mem::replace(&mut *state, State::Taken) {
            State::Done(result) => result,
            State::Open | State::Taken => (self.work)(item),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::time::Duration;

    use super::{Ahead, ahead, ahead_twice, both};

    #[test]
    fn both_run() {
        let mut seen = 0;
        let here = std::thread::current().id();
        let ((), second) = both(|| seen += 1, || std::thread::current().id() != here);
        assert_eq!(seen, 1);
        // Whoever is first waits for the second to begin elsewhere, or finds it undone.
        let begun = std::sync::Barrier::new(2);
        let (first, elsewhere) = both(
            || begun.wait().is_leader(),
            || (begun.wait().is_leader(), std::thread::current().id() != here),
        );
        assert_ne!(first, elsewhere.0);
        assert!(elsewhere.1);
        let _ = second;
    }

    #[test]
    fn results_come_in_order_whoever_was_ahead() {
        let items: Vec<usize> = (0..200).collect();
        for is_worth_a_thread in [false, true] {
            for pause in [0, 1, 5] {
                let counted = AtomicUsize::new(0);
                let work = |item: &usize| {
                    counted.fetch_add(1, Ordering::Relaxed);
                    2 * item
                };
                let results: Vec<usize> = ahead(&items, is_worth_a_thread, work, |ahead| {
                    std::thread::sleep(Duration::from_millis(pause));
                    ahead.results().collect()
                });
                assert_eq!(results, items.iter().map(|item| 2 * item).collect::<Vec<_>>());
                assert_eq!(counted.into_inner(), items.len(), "each is done once");
            }
        }
    }

    #[test]
    fn more_is_done_once_for_what_nobody_has_taken() {
        let items: Vec<usize> = (0..200).collect();
        // Results are taken when more was done for so many.
        for wanted in [0, 1, items.len()] {
            let (done, more_done) = std::sync::mpsc::channel();
            let more = |_: &usize, result: &mut usize| {
                *result += 1;
                let _ = done.send(());
            };
            let meanwhile = |ahead: &Ahead<'_, usize, usize>| {
                for _ in 0..wanted {
                    more_done.recv_timeout(Duration::from_mins(1)).expect("the second thread does more");
                }
                ahead.results().collect::<Vec<_>>()
            };
            let results = ahead_twice(&items, true, |item| 2 * item, more, meanwhile);
            assert!(items.iter().zip(&results).all(|(item, result)| result / 2 == *item), "{results:?}");
            assert!(results.iter().filter(|result| *result % 2 == 1).count() >= wanted, "{results:?}");
        }
    }

    #[test]
    fn what_nobody_wants_any_more_is_not_done() {
        let items: Vec<usize> = (0..1000).collect();
        let counted = AtomicUsize::new(0);
        let work = |_: &usize| {
            counted.fetch_add(1, Ordering::Relaxed);
            std::thread::sleep(Duration::from_millis(20));
        };
        ahead(&items, true, work, |_| ());
        assert!(counted.into_inner() < items.len());
    }
}
