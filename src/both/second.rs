//! The second thread: started when it is wanted, and there until nothing more is wanted of it.

use std::hint::{black_box, spin_loop};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, Sender, TryRecvError, channel};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

/// Stack of the second thread, as much as the first has.
const STACK: usize = 8 << 20;

/// Bytes that it asks for at once.
const ROOM: usize = 4 << 20;

/// How long it looks for more work before it sleeps. To wake it costs more than most work is apart.
const LOOK: Duration = Duration::from_millis(1);

/// How long it looks without asking whether somebody else wants the processor.
const GLANCE: Duration = Duration::from_micros(20);

/// A piece of work.
type Job = Box<dyn FnOnce() + Send>;

/// Where work for the second thread goes, if it is there.
static SECOND: Mutex<Option<Sender<Job>>> = Mutex::new(None);

/// Whether the thread works, or looks for more.
static IS_AWAKE: AtomicBool = AtomicBool::new(false);

/// Whether the second thread is there and sees at once what is handed over.
pub(super) fn is_awake() -> bool {
    IS_AWAKE.load(Ordering::Relaxed)
}

/// Starts the second thread, if it is not there: it will be wanted soon.
pub(crate) fn get_ready() {
    let mut second = SECOND.lock().unwrap_or_else(PoisonError::into_inner);
    if second.is_none() {
        *second = start();
    }
}

/// Has the second thread do this when it is done with what it has; it is not to be relied upon that it ever begins.
pub(super) fn hand_over(job: impl FnOnce() + Send + 'static) {
    let mut second = SECOND.lock().unwrap_or_else(PoisonError::into_inner);
    if second.is_none() {
        *second = start();
    }
    if let Some(second) = &*second {
        let _ = second.send(Box::new(job));
    }
}

/// Lets the second thread end when it is done with what it has. A program that ends while there is another thread waits
/// until the system has stopped that one.
pub(crate) fn let_go() {
    *SECOND.lock().unwrap_or_else(PoisonError::into_inner) = None;
}

/// Starts the thread, if the system has one left.
///
/// Linux leaves a new thread on the processor of the old one when the other processors sleep deeply, as those of virtual
/// machines do, and there it waits until the old one is done.
fn start() -> Option<Sender<Job>> {
    let (sender, jobs) = channel();
    let others = processor::others();
    let may_look = others.is_some();
    let away = others.filter(|_| is_quiet(1));
    let goes_away = away.is_some();
    let run = move || {
        if let Some(away) = away {
            away.go();
        }
        make_room();
        work(&jobs, may_look);
    };
    thread::Builder::new().stack_size(STACK).spawn(run).ok()?;
    if goes_away {
        // Nobody else wants the processor: this lets the new thread go away from it.
        thread::yield_now();
    }
    Some(sender)
}

fn work(jobs: &Receiver<Job>, may_look: bool) {
    loop {
        let job = if may_look { look(jobs) } else { None };
        IS_AWAKE.store(false, Ordering::Relaxed);
        let Some(job) = job.or_else(|| jobs.recv().ok()) else { return };
        IS_AWAKE.store(true, Ordering::Relaxed);
        // Whoever waits for what a job does finds out that it panicked; the next one has nothing to do with it.
        let _ = catch_unwind(AssertUnwindSafe(job));
    }
}

/// The next job, if there is one soon and nobody else wants the processor meanwhile.
fn look(jobs: &Receiver<Job>) -> Option<Job> {
    let start = Instant::now();
    let mut is_allowed = false;
    IS_AWAKE.store(true, Ordering::Relaxed);
    loop {
        match jobs.try_recv() {
            Ok(job) => return Some(job),
            Err(TryRecvError::Disconnected) => return None,
            Err(TryRecvError::Empty) => {}
        }
        let looked = start.elapsed();
        if looked > LOOK || looked > GLANCE && !is_allowed && !is_quiet(2) {
            return None;
        }
        is_allowed = looked > GLANCE;
        spin_loop();
    }
}

/// Whether no more threads than these run on this computer.
fn is_quiet(most: usize) -> bool {
    processor::running().is_some_and(|running| running <= most)
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

    /// The processors but the one that runs the thread that asked.
    pub(super) struct Others(CpuSet);

    /// Nothing if there are none.
    pub(super) fn others() -> Option<Others> {
        let mut others = sched_getaffinity(None).ok()?;
        others.unset(sched_getcpu());
        (others.count() > 0).then_some(Others(others))
    }

    /// How many threads run on this computer, the one that asks among them.
    pub(super) fn running() -> Option<usize> {
        let load = std::fs::read_to_string("/proc/loadavg").ok()?;
        let (running, _) = load.split(' ').nth(3)?.split_once('/')?;
        running.parse().ok()
    }

    impl Others {
        /// Moves the thread there.
        pub(super) fn go(self) {
            // It runs wherever it may, if it may not.
            let _ = sched_setaffinity(None, &self.0);
        }
    }
}

#[cfg(not(target_os = "linux"))]
mod processor {
    pub(super) struct Others;

    pub(super) fn others() -> Option<Others> {
        None
    }

    pub(super) fn running() -> Option<usize> {
        None
    }

    impl Others {
        pub(super) fn go(self) {}
    }
}
