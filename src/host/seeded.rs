//! Randomness that depends on a seed and a place, and a clock that stands still.

use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use sha2::{Digest as _, Sha256};

use super::{Host, Reading};

/// A host whose random bytes are a function of a seed, the release and the place in the templates that asks, and
/// whose clock shows one given moment or none.
///
/// Two renders of one release with one seed get the same bytes; a call elsewhere takes nothing from the stream of
/// this one. Whoever knows the seed knows the bytes: material made from a public seed is no secret.
#[derive(Debug, Clone)]
pub struct Seeded {
    key: [u8; 32],
    now: Option<(i64, u32)>,
    place: RefCell<Place>,
    issued: Arc<Mutex<Vec<Issued>>>,
}

/// Where bytes are drawn at the moment.
#[derive(Debug, Clone, Default)]
struct Place {
    key: [u8; 32],
    /// How far the stream of each purpose has been read, in bytes.
    read: HashMap<String, u64>,
}

/// A certificate that a render made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Issued {
    /// The common name.
    pub name: String,
    /// The last second it is valid, since 1970.
    pub until: i64,
}

impl Seeded {
    /// A host without a clock.
    #[must_use]
    pub fn new(seed: &[u8]) -> Self {
        let key = digest(&[b"clearml-k8s deterministic 1", seed]);
        let place = RefCell::new(Place { key, read: HashMap::new() });
        Self { key, now: None, place, issued: Arc::default() }
    }

    /// The same for one release: others get other bytes.
    #[must_use]
    pub fn release(mut self, name: &str, namespace: &str) -> Self {
        self.key = digest(&[&self.key, name.as_bytes(), namespace.as_bytes()]);
        self.place = RefCell::new(Place { key: self.key, read: HashMap::new() });
        self
    }

    /// The same with a clock that shows this moment: seconds and nanoseconds since 1970-01-01 UTC.
    #[must_use]
    pub fn at(mut self, seconds: i64, nanos: u32) -> Self {
        self.now = Some((seconds, nanos));
        self
    }

    /// The certificates made so far, by this host and its clones.
    #[must_use]
    pub fn issued(&self) -> Vec<Issued> {
        self.issued.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// SHA-256 of these parts, none of which can run into the next.
fn digest(parts: &[&[u8]]) -> [u8; 32] {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part);
    }
    hash.finalize().into()
}

impl Host for Seeded {
    fn now(&self) -> Result<Reading, String> {
        let (seconds, nanos) =
            self.now.ok_or("the time is not given: set --now or SOURCE_DATE_EPOCH with --deterministic")?;
        Ok((seconds, nanos, None))
    }

    fn random(&self, purpose: &str, bytes: &mut [u8]) {
        let mut place = self.place.borrow_mut();
        let key = place.key;
        let read = match place.read.get_mut(purpose) {
            Some(read) => read,
            None => place.read.entry(purpose.to_owned()).or_default(),
        };
        let mut filled = 0;
        while let Some(rest) = bytes.get_mut(filled..).filter(|rest| !rest.is_empty()) {
            let block = digest(&[&key, purpose.as_bytes(), &(*read / 32).to_be_bytes()]);
            let fresh = block.get((*read % 32) as usize..).unwrap_or_default();
            let count = fresh.len().min(rest.len());
            for (to, from) in rest.iter_mut().zip(fresh) {
                *to = *from;
            }
            filled += count;
            *read += count as u64;
        }
    }

    fn keyed_by_place(&self) -> bool {
        true
    }

    fn enter(&self, place: &str, turn: u64) {
        let key = digest(&[&self.key, place.as_bytes(), &turn.to_be_bytes()]);
        *self.place.borrow_mut() = Place { key, read: HashMap::new() };
    }

    fn issue(&self, name: &str, until: i64) {
        let mut issued = self.issued.lock().unwrap_or_else(PoisonError::into_inner);
        issued.push(Issued { name: name.to_owned(), until });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn draw(host: &Seeded, purpose: &str, count: usize) -> Vec<u8> {
        let mut bytes = vec![0; count];
        host.random(purpose, &mut bytes);
        bytes
    }

    #[test]
    fn bytes_depend_on_seed_release_place_turn_and_purpose() {
        let host = || Seeded::new(b"seed").release("r", "ns");
        let at = |host: Seeded, place: &str, turn: u64| {
            host.enter(place, turn);
            draw(&host, "p", 40)
        };
        let first = at(host(), "a", 0);
        assert_eq!(first, at(host(), "a", 0));
        for other in [
            at(host(), "b", 0),
            at(host(), "a", 1),
            at(Seeded::new(b"seed2").release("r", "ns"), "a", 0),
            at(Seeded::new(b"seed").release("rn", "s"), "a", 0),
        ] {
            assert_ne!(first, other);
        }
        assert_ne!(draw(&host(), "p", 8), draw(&host(), "q", 8));
    }

    #[test]
    fn a_stream_is_the_same_however_it_is_cut() {
        let (whole, cut) = (Seeded::new(b""), Seeded::new(b""));
        let parts: Vec<u8> = [1, 31, 33, 7].iter().flat_map(|count| draw(&cut, "p", *count)).collect();
        assert_eq!(draw(&whole, "p", 72), parts);
    }

    #[test]
    fn a_stream_takes_nothing_from_that_of_another_purpose() {
        let (one, two) = (Seeded::new(b""), Seeded::new(b""));
        draw(&one, "other", 5);
        assert_eq!(draw(&one, "p", 9), draw(&two, "p", 9));
    }

    /// These bytes are a promise: a change of them changes every password and key made from a seed.
    #[test]
    fn the_bytes_of_a_seed_never_change() {
        let host = Seeded::new(b"seed").release("demo", "prod");
        host.enter("chart/templates/secret.yaml", 0);
        assert_eq!(draw(&host, "randAlphaNum", 8), [6, 121, 7, 229, 34, 81, 58, 228]);
    }

    #[test]
    fn a_clock_that_was_not_given_is_an_error() {
        assert!(Seeded::new(b"").now().is_err());
        assert_eq!(Seeded::new(b"").at(7, 8).now(), Ok((7, 8, None)));
    }
}
