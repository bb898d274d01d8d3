//! Two pieces of work at once.

use std::panic::resume_unwind;
use std::sync::Mutex;
use std::thread;

/// Stack of the second thread, as much as the first has.
const STACK: usize = 8 << 20;

/// What both give; the second runs on a thread of its own if the system has one that begins before the first is done.
pub(crate) fn both<A, B: Send>(first: impl FnOnce() -> A, second: impl FnOnce() -> B + Send) -> (A, B) {
    let waiting = Mutex::new(Some(second));
    let run = || {
        let second = waiting.lock().ok().and_then(|mut waiting| waiting.take());
        second.map(|second| second())
    };
    thread::scope(|scope| {
        let thread = thread::Builder::new().stack_size(STACK).spawn_scoped(scope, run);
        let first = first();
        // On a busy computer the thread may not have begun yet; then it has nothing left to do.
        let here = run();
        let there = match thread.map(thread::ScopedJoinHandle::join) {
            Ok(Ok(there)) => there,
            Ok(Err(panic)) => resume_unwind(panic),
            Err(_) => None,
        };
        let second = here.or(there);
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
}
