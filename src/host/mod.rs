//! What rendering asks of the outside: a clock, time zones and random bytes.
//!
//! Rendering is a function of its inputs and a [`Host`]; two renders with equal inputs and equal hosts give
//! equal bytes.

mod seeded;
mod system;

pub use seeded::{Issued, Seeded};
pub use system::System;

use std::any::Any;
use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

/// Seconds and nanoseconds since 1970-01-01 UTC, and the reading of a monotonic clock in nanoseconds (`None` where
/// there is no such thing).
pub type Reading = (i64, u32, Option<i64>);

/// What describes a time zone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ZoneFile {
    /// The database inside the program.
    Bundled,
    /// Nothing: there is no such zone.
    Missing,
    /// The bytes of a file of RFC 9636.
    Data(Vec<u8>),
}

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

    /// The name of the computer's own time zone, and the bytes of its file: UTC without such bytes. It is asked when a
    /// date needs it.
    fn local_zone(&self) -> (String, Option<Vec<u8>>) {
        ("UTC".to_owned(), None)
    }

    /// The zone of this name.
    fn zone(&self, name: &str) -> ZoneFile {
        let _ = name;
        ZoneFile::Bundled
    }

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

    fn local_zone(&self) -> (String, Option<Vec<u8>>) {
        (**self).local_zone()
    }

    fn zone(&self, name: &str) -> ZoneFile {
        (**self).zone(name)
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
pub struct HostHandle {
    host: Box<dyn Host>,
    zones: RefCell<HashMap<Option<String>, Rc<dyn Any>>>,
}

impl HostHandle {
    /// A handle of `host`.
    pub fn new(host: impl Host + 'static) -> Self {
        Self { host: Box::new(host), zones: RefCell::default() }
    }

    /// See [`Host::now`].
    ///
    /// # Errors
    /// Why there is no clock.
    pub fn now(&self) -> Result<Reading, String> {
        self.host.now()
    }

    /// See [`Host::random`].
    pub fn random(&self, purpose: &str, bytes: &mut [u8]) {
        self.host.random(purpose, bytes);
    }

    /// What `read` makes of the computer's own zone, made once. See [`Host::local_zone`].
    pub fn local_zone<T: 'static>(&self, read: impl FnOnce(&str, Option<&[u8]>) -> T) -> Option<Rc<T>> {
        self.kept(None, || {
            let (name, data) = self.host.local_zone();
            read(&name, data.as_deref())
        })
    }

    /// What `read` makes of the zone of this name, made once. See [`Host::zone`].
    pub fn zone<T: 'static>(&self, name: &str, read: impl FnOnce(ZoneFile) -> T) -> Option<Rc<T>> {
        self.kept(Some(name.to_owned()), || read(self.host.zone(name)))
    }

    fn kept<T: 'static>(&self, name: Option<String>, make: impl FnOnce() -> T) -> Option<Rc<T>> {
        let known = self.zones.borrow().get(&name).cloned();
        let zone = known.unwrap_or_else(|| {
            let made: Rc<dyn Any> = Rc::new(make());
            self.zones.borrow_mut().insert(name, made.clone());
            made
        });
        zone.downcast().ok()
    }

    /// See [`Host::keyed_by_place`].
    pub fn keyed_by_place(&self) -> bool {
        self.host.keyed_by_place()
    }

    /// See [`Host::enter`].
    pub fn enter(&self, place: &str, turn: u64) {
        self.host.enter(place, turn);
    }

    /// See [`Host::issue`].
    pub fn issue(&self, name: &str, until: i64) {
        self.host.issue(name, until);
    }
}

impl std::fmt::Debug for HostHandle {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("HostHandle")
    }
}
