//! How deep templates may nest before the machine's stack runs out.
//!
//! Go grows its stacks on the heap and counts to 100,000; here the depth is bounded by the room that is left as well, and
//! [`run`] gives enough room for every limit that Go and Helm state.

use std::cell::Cell;

/// Stack of the thread that renders; only what is used takes memory.
const SIZE: usize = 256 << 20;
/// Room that is kept for the code that does not check.
const RESERVE: usize = 256 << 10;
/// What a thread that was not started by [`run`] is trusted to have left.
const FOREIGN: usize = 1 << 20;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Fits {
    Yes,
    No,
}

thread_local! {
    static LOWEST: Cell<usize> = const { Cell::new(0) };
    /// Whether everything fitted so far, during a first try.
    static FIRST_TRY: Cell<Option<Fits>> = const { Cell::new(None) };
}

fn here() -> usize {
    let marker = 0_u8;
    std::ptr::from_ref(std::hint::black_box(&marker)).addr()
}

/// Runs `work` on a thread with a stack that holds everything Go's limits allow.
///
/// # Errors
/// The machine has no room for the thread.
pub fn run<T: Send>(work: impl FnOnce() -> T + Send) -> std::io::Result<T> {
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().stack_size(SIZE).spawn_scoped(scope, || {
            LOWEST.set(here().saturating_sub(SIZE - RESERVE));
            work()
        })?;
        match thread.join() {
            Ok(value) => Ok(value),
            Err(panic) => std::panic::resume_unwind(panic),
        }
    })
}

/// The same for work that can be done twice: a thread costs more than most charts take to render, so it is tried on the
/// stack that is there first. Nothing of what the first try did may be left.
///
/// # Errors
/// The machine has no room for the thread.
pub fn run_here_first<T: Send>(work: impl Fn() -> T + Send) -> std::io::Result<T> {
    let outer = (LOWEST.get(), FIRST_TRY.get());
    LOWEST.set(here().saturating_sub(FOREIGN - RESERVE));
    FIRST_TRY.set(Some(Fits::Yes));
    let value = work();
    let fits = FIRST_TRY.get();
    LOWEST.set(outer.0);
    FIRST_TRY.set(outer.1);
    if fits == Some(Fits::Yes) {
        return Ok(value);
    }
    drop(value);
    run(work)
}

/// Whether [`run_here_first`] tries for the first time.
pub(crate) fn is_first_try() -> bool {
    FIRST_TRY.get().is_some()
}

/// Whether this is a first try, to which something comes that is too deep for it, and which is told to end for that.
pub(crate) fn ends_first_try() -> bool {
    let trying = FIRST_TRY.get().is_some();
    if trying {
        FIRST_TRY.set(Some(Fits::No));
    }
    trying
}

/// What a `template` action leaves for the expressions inside it, so that it is the action that reports the end.
const SLACK: usize = 128 << 10;

/// Whether a further level might not fit.
pub(crate) fn exhausted() -> bool {
    beyond(0)
}

/// Whether a further template might not fit.
pub(crate) fn nearly_exhausted() -> bool {
    beyond(SLACK)
}

fn beyond(slack: usize) -> bool {
    let here = here();
    let lowest = LOWEST.get();
    if lowest == 0 {
        LOWEST.set(here.saturating_sub(FOREIGN - RESERVE));
        return false;
    }
    let short = here < lowest + slack;
    if short {
        ends_first_try();
    }
    short
}

#[cfg(test)]
mod tests {
    use super::*;

    fn depth(level: usize) -> usize {
        if exhausted() { level } else { depth(level + 1) }
    }

    #[test]
    fn a_started_thread_has_much_more_room() {
        assert!(depth(0) > 100);
        assert!(run(|| depth(0)).unwrap() > 100_000);
    }

    #[test]
    fn what_fits_runs_on_this_thread_and_what_does_not_runs_again() {
        let threads = |deep: bool| {
            let seen = std::sync::Mutex::new(Vec::new());
            run_here_first(|| {
                seen.lock().unwrap().push(std::thread::current().id());
                if deep { depth(0) } else { 0 }
            })
            .unwrap();
            seen.into_inner().unwrap()
        };
        let here = std::thread::current().id();
        assert_eq!(threads(false), [here]);
        assert!(matches!(threads(true)[..], [first, second] if first == here && second != here));
    }
}
