//! Two pieces of work at once.

use std::panic::resume_unwind;
use std::sync::Mutex;
use std::thread;

/// Stack of the second thread, as much as the first has.
const STACK: usize = 8 << 20;

/// What both give; the second runs on a thread of its own if the system has one.
pub(super) fn both<A, B: Send>(first: impl FnOnce() -> A, second: impl FnOnce() -> B + Send) -> (A, B) {
    let waiting = Mutex::new(Some(second));
    let run = || {
        let second = waiting.lock().ok().and_then(|mut waiting| waiting.take());
        second.map(|second| second())
    };
    thread::scope(|scope| {
        let thread = thread::Builder::new().stack_size(STACK).spawn_scoped(scope, run);
        let first = first();
        let second = match thread.map(thread::ScopedJoinHandle::join) {
            Ok(Ok(second)) => second,
            Ok(Err(panic)) => resume_unwind(panic),
            Err(_) => run(),
        };
        (first, second.expect("it runs once, there or here"))
    })
}

#[cfg(test)]
mod tests {
    use super::both;

    #[test]
    fn both_run() {
        let mut seen = 0;
        let here = std::thread::current().id();
        let (first, second) = both(|| seen += 1, || std::thread::current().id() != here);
        assert_eq!((first, second, seen), ((), true, 1));
    }
}
