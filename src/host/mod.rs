//! What rendering asks of the outside: a clock and random bytes.
//!
//! Rendering is a function of its inputs and a [`Host`]; two renders with equal inputs and equal hosts give
//! equal bytes.

mod system;

pub use system::System;

use std::cell::RefCell;

/// The clock and the source of randomness of one render.
pub trait Host {
    /// Seconds and nanoseconds since 1970-01-01 UTC, and the reading of a monotonic clock in nanoseconds
    /// (`None` where there is no such thing).
    fn now(&self) -> (i64, u32, Option<i64>);

    /// Fills `bytes` with random bytes. `purpose` names the function that asks, so that a seeded host can give
    /// each its own stream.
    fn random(&self, purpose: &str, bytes: &mut [u8]);
}

/// The host of an execution, as functions find it among its extensions.
pub struct HostHandle(pub RefCell<Box<dyn Host>>);

impl HostHandle {
    /// A handle of `host`.
    pub fn new(host: impl Host + 'static) -> Self {
        Self(RefCell::new(Box::new(host)))
    }

    /// See [`Host::now`].
    pub fn now(&self) -> (i64, u32, Option<i64>) {
        self.0.borrow().now()
    }

    /// See [`Host::random`].
    pub fn random(&self, purpose: &str, bytes: &mut [u8]) {
        self.0.borrow().random(purpose, bytes);
    }
}

impl std::fmt::Debug for HostHandle {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("HostHandle")
    }
}
