//! Starting the second thread so that it runs at once, and elsewhere than the first.

use std::hint::black_box;
use std::thread::{self, Scope, ScopedJoinHandle};

/// Stack of the second thread, as much as the first has.
const STACK: usize = 8 << 20;

/// Bytes that a thread asks for at once.
const ROOM: usize = 4 << 20;

/// Starts the thread, unless the system has none left.
///
/// Linux leaves a new thread on the processor of the old one when the other processors sleep deeply, as those of virtual
/// machines do, and there it waits until the old one is done.
pub(super) fn start<'scope, R: Send + 'scope>(
    scope: &'scope Scope<'scope, '_>,
    work: impl FnOnce() -> R + Send + 'scope,
) -> Option<ScopedJoinHandle<'scope, R>> {
    let away = processor::away();
    let is_quiet = away.is_some();
    let run = move || {
        if let Some(away) = away {
            away.go();
        }
        make_room();
        work()
    };
    let thread = thread::Builder::new().stack_size(STACK).spawn_scoped(scope, run).ok()?;
    if is_quiet {
        // Nobody else wants the processor: this lets the new thread go away from it.
        thread::yield_now();
    }
    Some(thread)
}

/// Asks for memory that is soon needed and gives it back, so that the allocator has it. That of glibc asks the system
/// for each single page otherwise, on every thread but the first, and both threads wait meanwhile.
fn make_room() {
    // What is as large as this comes from elsewhere until some of it was given back.
    for _ in 0..2 {
        let mut room = Vec::<u8>::new();
        // Where so much is not to be had, the thread goes on without.
        let _ = room.try_reserve_exact(ROOM);
        drop(black_box(room));
    }
}

#[cfg(target_os = "linux")]
mod processor {
    use rustix::thread::{CpuSet, sched_getaffinity, sched_getcpu, sched_setaffinity};

    /// The processors on which a thread does not run that was the only one to run.
    pub(super) struct Away(CpuSet);

    /// Those without the one that runs this; nothing when there are none, or somebody else wants them too.
    pub(super) fn away() -> Option<Away> {
        let mut others = sched_getaffinity(None).ok()?;
        others.unset(sched_getcpu());
        (others.count() > 0 && is_quiet()?).then_some(Away(others))
    }

    /// Whether nothing runs on this computer but the thread that asks.
    fn is_quiet() -> Option<bool> {
        let load = std::fs::read_to_string("/proc/loadavg").ok()?;
        let (running, _) = load.split(' ').nth(3)?.split_once('/')?;
        Some(running == "1")
    }

    impl Away {
        /// Moves the thread there.
        pub(super) fn go(self) {
            // It runs wherever it may, if it may not.
            let _ = sched_setaffinity(None, &self.0);
        }
    }
}

#[cfg(not(target_os = "linux"))]
mod processor {
    pub(super) struct Away;

    pub(super) fn away() -> Option<Away> {
        None
    }

    impl Away {
        pub(super) fn go(self) {}
    }
}
