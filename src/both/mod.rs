//! Two pieces of work at once.

mod second;

pub(crate) use second::{get_ready, let_go};

use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::channel;
use std::sync::{Arc, Mutex, PoisonError};

/// What both give; the second runs on the other thread if that begins before the first is done.
pub(crate) fn both<A, B: Send + 'static>(
    first: impl FnOnce() -> A,
    second: impl FnOnce() -> B + Send + 'static,
) -> (A, B) {
    let waiting = Arc::new(Mutex::new(Some(second)));
    let (there, result) = channel();
    let open = Arc::clone(&waiting);
    second::hand_over(move || {
        if let Some(second) = open.lock().ok().and_then(|mut open| open.take()) {
            let _ = there.send(catch_unwind(AssertUnwindSafe(second)));
        }
    });
    let first = first();
    // On a busy computer the thread may not have begun yet; then it has nothing left to do.
    let left = waiting.lock().ok().and_then(|mut waiting| waiting.take());
    let second = match left {
        Some(second) => second(),
        None => match result.recv() {
            Ok(second) => second.unwrap_or_else(|panic| resume_unwind(panic)),
            Err(_) => unreachable!("whoever takes it runs it"),
        },
    };
    (first, second)
}

/// Work on a list whose results are wanted later. The second thread does it, the last first, as long as this lives;
/// whoever takes the results from the first on meets it half-way.
pub(crate) struct Ahead<T, R>(Arc<Shared<T, R>>);

struct Shared<T, R> {
    items: Vec<T>,
    work: Box<dyn Fn(&T) -> R + Send + Sync>,
    /// How far each item is; whoever works on it holds its lock.
    states: Vec<Mutex<State<R>>>,
    /// Whether no more results are wanted.
    is_over: AtomicBool,
}

enum State<R> {
    Open,
    Done(R),
    Taken,
}

impl<T: Send + Sync + 'static, R: Send + 'static> Ahead<T, R> {
    /// Work on these items, ahead only if that is worth a thread.
    pub(crate) fn new(
        items: Vec<T>,
        is_worth_a_thread: bool,
        work: impl Fn(&T) -> R + Send + Sync + 'static,
    ) -> Self {
        Self::twice(items, is_worth_a_thread, work, |_, _| ())
    }

    /// The same, and when no item is left the second thread does `more` for those whose results nobody has taken yet.
    pub(crate) fn twice(
        items: Vec<T>,
        is_worth_a_thread: bool,
        work: impl Fn(&T) -> R + Send + Sync + 'static,
        more: impl Fn(&T, &mut R) + Send + 'static,
    ) -> Self {
        let states = items.iter().map(|_| Mutex::new(State::Open)).collect();
        let shared = Shared { items, work: Box::new(work), states, is_over: AtomicBool::new(false) };
        let shared = Arc::new(shared);
        if is_worth_a_thread {
            // Without the thread, everything is done where it is taken.
            let shared = Arc::clone(&shared);
            second::hand_over(move || {
                shared.work_back();
                shared.more_back(&more);
            });
        }
        Self(shared)
    }
}

impl<T, R> Ahead<T, R> {
    /// The items.
    pub(crate) fn items(&self) -> &[T] {
        &self.0.items
    }

    /// The results in the order of the items; each can be taken once.
    pub(crate) fn results(&self) -> impl Iterator<Item = R> {
        let Shared { items, states, .. } = &*self.0;
        items.iter().zip(states).map(|(item, state)| self.0.take(item, state))
    }

    /// The result for the item of this number; the numbers that are asked for rise, or the items are done here.
    pub(crate) fn result(&self, number: usize) -> Option<R> {
        Some(self.0.take(self.0.items.get(number)?, self.0.states.get(number)?))
    }
}

impl<T, R> Drop for Ahead<T, R> {
    fn drop(&mut self) {
        self.0.is_over.store(true, Ordering::Relaxed);
    }
}

impl<T, R> Shared<T, R> {
    fn is_over(&self) -> bool {
        self.is_over.load(Ordering::Relaxed)
    }

    fn work_back(&self) {
        for (item, state) in self.items.iter().zip(&self.states).rev() {
            // An item that is locked is worked on where the results are taken, which those before it were already.
            let Ok(mut state) = state.try_lock() else { return };
            if matches!(*state, State::Taken) || self.is_over() {
                return;
            }
            *state = State::Done((self.work)(item));
        }
    }

    fn more_back(&self, more: &impl Fn(&T, &mut R)) {
        for (item, state) in self.items.iter().zip(&self.states).rev() {
            let Ok(mut state) = state.try_lock() else { return };
            match &mut *state {
                State::Done(result) if !self.is_over() => more(item, result),
                _ => return,
            }
        }
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

/// A result that may be there before it is wanted.
pub(crate) struct Later<R>(Arc<Mutex<State<R>>>);

impl<R: Send + 'static> Later<R> {
    /// Has the second thread do this, unless it would have to be woken first.
    pub(crate) fn begin(work: impl FnOnce() -> R + Send + 'static) -> Option<Self> {
        if !second::is_awake() {
            return None;
        }
        let state = Arc::new(Mutex::new(State::Open));
        let there = Arc::clone(&state);
        second::hand_over(move || {
            if let Ok(mut state) = there.lock()
                && matches!(*state, State::Open)
            {
                *state = State::Done(work());
            }
        });
        Some(Self(state))
    }
}

impl<R> Later<R> {
    /// The result, once; nothing if it is not there yet, which is not waited for.
    pub(crate) fn take(&self) -> Option<R> {
        let mut state = self.0.try_lock().ok()?;
        match std::mem::replace(&mut *state, State::Taken) {
            State::Done(result) => Some(result),
            State::Open | State::Taken => None,
        }
    }
}

impl<R> Clone for Later<R> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<R> fmt::Debug for Later<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Later")
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::time::Duration;

    use super::{Ahead, Later, both, let_go};

    #[test]
    fn both_run() {
        let mut seen = 0;
        let here = std::thread::current().id();
        let ((), second) = both(|| seen += 1, move || std::thread::current().id() != here);
        assert_eq!(seen, 1);
        // Whoever is first waits for the second to begin elsewhere, or finds it undone.
        let begun = Arc::new(std::sync::Barrier::new(2));
        let there = Arc::clone(&begun);
        let (first, elsewhere) = both(
            || begun.wait().is_leader(),
            move || (there.wait().is_leader(), std::thread::current().id() != here),
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
                let counted = Arc::new(AtomicUsize::new(0));
                let count = Arc::clone(&counted);
                let work = move |item: &usize| {
                    count.fetch_add(1, Ordering::Relaxed);
                    2 * item
                };
                let ahead = Ahead::new(items.clone(), is_worth_a_thread, work);
                std::thread::sleep(Duration::from_millis(pause));
                let results: Vec<usize> = ahead.results().collect();
                assert_eq!(results, items.iter().map(|item| 2 * item).collect::<Vec<_>>());
                assert_eq!(counted.load(Ordering::Relaxed), items.len(), "each is done once");
            }
        }
    }

    #[test]
    fn more_is_done_once_for_what_nobody_has_taken() {
        let items: Vec<usize> = (0..200).collect();
        // Results are taken when more was done for so many.
        for wanted in [0, 1, items.len()] {
            let (done, more_done) = std::sync::mpsc::channel();
            let more = move |_: &usize, result: &mut usize| {
                *result += 1;
                let _ = done.send(());
            };
            let ahead = Ahead::twice(items.clone(), true, |item| 2 * item, more);
            for _ in 0..wanted {
                more_done.recv_timeout(Duration::from_mins(1)).expect("the second thread does more");
            }
            let results: Vec<usize> = ahead.results().collect();
            assert!(items.iter().zip(&results).all(|(item, result)| result / 2 == *item), "{results:?}");
            assert!(results.iter().filter(|result| *result % 2 == 1).count() >= wanted, "{results:?}");
        }
    }

    #[test]
    fn a_result_is_taken_once_or_never_made() {
        let (end, is_over) = std::sync::mpsc::channel();
        let wait = move || is_over.recv_timeout(Duration::from_mins(1));
        // While the second thread waits for this one, it is awake.
        let ahead = Ahead::new(vec![()], true, {
            let wait = std::sync::Mutex::new(wait);
            move |()| wait.lock().unwrap()().is_ok()
        });
        let later = loop {
            if let Some(later) = Later::begin(|| 5) {
                break later;
            }
            std::thread::yield_now();
        };
        let never = Later::begin(|| 6).unwrap();
        assert_eq!(never.take(), None);
        end.send(()).unwrap();
        both(|| std::thread::sleep(Duration::from_millis(100)), || ());
        assert_eq!(ahead.result(0), Some(true));
        assert_eq!(never.take(), None);
        let made = later.clone().take();
        assert!(made.is_none_or(|made| made == 5), "{made:?}");
        assert_eq!(later.take(), None);
    }

    #[test]
    fn a_thread_that_was_let_go_does_what_it_has_and_another_one_comes() {
        let (done, is_done) = std::sync::mpsc::channel();
        for round in 0..3 {
            let done = done.clone();
            let told = move |item: &usize| done.send(round * 10 + item).is_ok();
            let ahead = Ahead::new(vec![1], true, told);
            let_go();
            assert_eq!(is_done.recv_timeout(Duration::from_mins(1)), Ok(round * 10 + 1));
            assert_eq!(ahead.result(0), Some(true));
        }
    }

    #[test]
    fn what_nobody_wants_any_more_is_not_done() {
        let items: Vec<usize> = (0..1000).collect();
        let counted = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&counted);
        let work = move |_: &usize| {
            count.fetch_add(1, Ordering::Relaxed);
            std::thread::sleep(Duration::from_millis(20));
        };
        drop(Ahead::new(items, true, work));
        // Work that comes later is done, so that there is no more of this.
        both(|| std::thread::sleep(Duration::from_millis(100)), || ());
        assert!(counted.load(Ordering::Relaxed) < 1000);
    }
}
