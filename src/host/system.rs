//! The clock and the random numbers of this computer.

use std::time::{Instant, SystemTime, UNIX_EPOCH};

use rand::Rng as _;

use super::{Host, Reading};

/// The computer's own clock and randomness.
#[derive(Debug, Clone, Copy)]
pub struct System {
    start: Instant,
}

impl System {
    /// A host whose monotonic clock starts now.
    pub fn new() -> Self {
        Self { start: Instant::now() }
    }
}

impl Default for System {
    fn default() -> Self {
        Self::new()
    }
}

impl Host for System {
    fn now(&self) -> Result<Reading, String> {
        let monotonic = i64::try_from(self.start.elapsed().as_nanos()).ok();
        Ok(match SystemTime::now().duration_since(UNIX_EPOCH) {
            Ok(passed) => {
                (i64::try_from(passed.as_secs()).unwrap_or(i64::MAX), passed.subsec_nanos(), monotonic)
            }
            Err(_) => (0, 0, monotonic),
        })
    }

    fn random(&self, _purpose: &str, bytes: &mut [u8]) {
        rand::rng().fill_bytes(bytes);
    }
}
