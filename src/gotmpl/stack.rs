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

thread_local! {
    static LOWEST: Cell<usize> = const { Cell::new(0) };
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
    here < lowest + slack
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
}
