//! Time zones.

use jiff::Timestamp;
use jiff::tz::{TimeZone, TimeZoneDatabase};

/// A zone a moment is shown in.
#[derive(Debug, Clone)]
pub enum Zone {
    /// UTC.
    Utc,
    /// An offset in seconds with a name, which may be empty.
    Fixed(i32, String),
    /// A zone of the database.
    Named(TimeZone),
}

impl Zone {
    /// The zone of this name; empty and `UTC` are UTC, and `Local` too, for the library knows no other.
    ///
    /// Rule: Go 1.27 time.LoadLocation; names compare exactly.
    pub fn load(name: &str) -> Option<Self> {
        if matches!(name, "" | "UTC" | "Local") {
            return Some(Self::Utc);
        }
        let zone = TimeZoneDatabase::bundled().get(name).ok()?;
        if zone.iana_name() == Some(name) { Some(Self::Named(zone)) } else { None }
    }

    /// Whether daylight saving time holds at a moment.
    pub fn is_dst(&self, seconds: i64) -> bool {
        let Self::Named(zone) = self else { return false };
        let seconds = seconds.clamp(Timestamp::MIN.as_second(), Timestamp::MAX.as_second());
        let moment = Timestamp::from_second(seconds).unwrap_or(Timestamp::UNIX_EPOCH);
        zone.to_offset_info(moment).dst().is_dst()
    }

    /// The offset from UTC in seconds and the abbreviation at a moment.
    pub fn at(&self, seconds: i64) -> (i32, String) {
        match self {
            Self::Utc => (0, "UTC".to_owned()),
            Self::Fixed(offset, name) => (*offset, name.clone()),
            Self::Named(zone) => {
                let seconds = seconds.clamp(Timestamp::MIN.as_second(), Timestamp::MAX.as_second());
                let moment = Timestamp::from_second(seconds).unwrap_or(Timestamp::UNIX_EPOCH);
                let info = zone.to_offset_info(moment);
                (info.offset().seconds(), info.abbreviation().to_owned())
            }
        }
    }
}
