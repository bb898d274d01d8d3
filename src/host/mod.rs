//! What rendering asks of the outside: a clock and random bytes.
//!
//! Rendering is a function of its inputs and a [`Host`]; two renders with equal inputs and equal hosts give
//! equal bytes.

mod seeded;
mod system;

pub use seeded::{Issued, Seeded};
pub use system::System;

use std::cell::RefCell;

/// Seconds and nanoseconds since 1970-01-01 UTC, and the reading of a monotonic clock in nanoseconds (`None` where
/// there is no such thing).
pub type Reading = (i64, u32, Option<i64>);

/// The clock and the source of randomness of one render.
pub trait Host {
    /// What the clock shows.
    ///
    /// # Errors
    /// Why there is no clock.
    fn now(&self) -> Result<Reading, String>;

    /// Fills `bytes` with random bytes. `purpose` names the function that asks, so that a seeded host can give
    /// each its own stream.
    fn random(&self, purpose: &str, bytes: &mut [u8]);

    /// Whether random bytes depend on the place that asks, so that [`Host::enter`] has to be told of it.
    fn keyed_by_place(&self) -> bool {
        false
    }

    /// The bytes drawn next are for this place in the templates and the `turn`-th time, from 0, that it is evaluated.
    fn enter(&self, place: &str, turn: u64) {
        let _ = (place, turn);
    }

    /// A certificate of this name was made, valid until `until` (seconds since 1970).
    fn issue(&self, name: &str, until: i64) {
        let _ = (name, until);
    }
}

impl<T: Host + ?Sized> Host for Box<T> {
    fn now(&self) -> Result<Reading, String> {
        (**self).now()
    }

    fn random(&self, purpose: &str, bytes: &mut [u8]) {
        (**self).random(purpose, bytes);
    }

    fn keyed_by_place(&self) -> bool {
        (**self).keyed_by_place()
    }

    fn enter(&self, place: &str, turn: u64) {
        (**self).enter(place, turn);
    }

    fn issue(&self, name: &str, until: i64) {
        (**self).issue(name, until);
    }
}

/// The host of an execution, as functions find it among its extensions.
pub struct HostHandle(pub RefCell<Box<dyn Host>>);

impl HostHandle {
    /// A handle of `host`.
    pub fn new(host: impl Host + 'static) -> Self {
        Self(RefCell::new(Box::new(host)))
    }

    /// See [`Host::now`].
    ///
    /// # Errors
    /// Why there is no clock.
    pub fn now(&self) -> Result<Reading, String> {
        self.0.borrow().now()
    }

    /// See [`Host::random`].
    pub fn random(&self, purpose: &str, bytes: &mut [u8]) {
        self.0.borrow().random(purpose, bytes);
    }

    /// See [`Host::keyed_by_place`].
    pub fn keyed_by_place(&self) -> bool {
        self.0.borrow().keyed_by_place()
    }

    /// See [`Host::enter`].
    pub fn enter(&self, place: &str, turn: u64) {
        self.0.borrow().enter(place, turn);
    }

    /// See [`Host::issue`].
    pub fn issue(&self, name: &str, until: i64) {
        self.0.borrow().issue(name, until);
    }
}

impl std::fmt::Debug for HostHandle {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("HostHandle")
    }
}
