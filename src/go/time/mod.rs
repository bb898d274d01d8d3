//! Go's `time`: moments with a zone, layouts, durations, with Go's texts.
//!
//! It never looks at a clock or a file: moments come from outside, and zones too, unless they are those of the
//! bundled database.

mod chunk;
mod duration;
mod format;
mod parse;
mod rule;
mod tzif;
mod zone;

pub use duration::{DurationError, duration_text, parse_duration, round, truncate};
pub use parse::ParseError;
pub use tzif::{Kind, Location};
pub use zone::{Fixed, Zone};

use std::cmp::Ordering;

/// A moment with a zone, from year 1 (or before) to far future, in nanoseconds.
#[derive(Debug, Clone)]
pub struct Time {
    /// Seconds since 1970-01-01 00:00:00 UTC.
    pub seconds: i64,
    /// Nanoseconds within the second.
    pub nanos: u32,
    /// The zone it is shown in.
    pub zone: Zone,
    /// The reading of the monotonic clock in nanoseconds, which Go prints as `m=+…`; only a moment fresh from
    /// the clock has one.
    pub monotonic: Option<i64>,
}

/// Seconds from year 1 to 1970: Go's zero time.
const ZERO_SECONDS: i64 = -62_135_596_800;

/// Days from the year that Go's calendar begins with to 1970.
// Rule: Go 1.27 time/time.go, absoluteYears and absoluteToInternal.
const DAYS_BEFORE_1970: i64 = 719_162 + 292_277_022_400 / 400 * 146_097 + 306;

/// A date and time of day in some zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Civil {
    /// Year, may be negative.
    pub year: i64,
    /// 1 to 12.
    pub month: u32,
    /// 1 to 31.
    pub day: u32,
    /// 0 to 23.
    pub hour: u32,
    /// 0 to 59.
    pub minute: u32,
    /// 0 to 59.
    pub second: u32,
    /// 0 is Sunday.
    pub weekday: u32,
    /// 1 to 366.
    pub yearday: u32,
}

impl Time {
    /// The moment so many seconds after 1970-01-01 UTC, shown in UTC.
    pub fn from_unix(seconds: i64, nanos: u32) -> Self {
        Self { seconds, nanos, zone: Zone::Utc, monotonic: None }
    }

    /// Go's zero time, 0001-01-01 00:00:00 UTC.
    pub fn zero() -> Self {
        Self::from_unix(ZERO_SECONDS, 0)
    }

    /// True for Go's zero time.
    pub fn is_zero(&self) -> bool {
        self.seconds == ZERO_SECONDS && self.nanos == 0
    }

    /// The same moment shown in another zone.
    #[must_use]
    pub fn in_zone(mut self, zone: Zone) -> Self {
        self.zone = zone;
        self
    }

    /// The moment `nanoseconds` later.
    #[must_use]
    pub fn add(&self, nanoseconds: i64) -> Self {
        let total = i64::from(self.nanos) + nanoseconds.rem_euclid(1_000_000_000);
        let seconds = nanoseconds.div_euclid(1_000_000_000) + total / 1_000_000_000;
        Self {
            seconds: self.seconds.wrapping_add(seconds),
            nanos: (total % 1_000_000_000) as u32,
            zone: self.zone.clone(),
            monotonic: self.monotonic.map(|reading| reading.saturating_add(nanoseconds)),
        }
    }

    /// The moment so many years, months and days later; what a month does not have runs into the next.
    ///
    /// Rule: Go 1.27 time.Time.AddDate.
    #[must_use]
    pub fn add_date(&self, years: i64, months: i64, days: i64) -> Self {
        // Beyond this the calendar of an `i64` of seconds ends.
        const MOST: i64 = 1 << 33;
        let civil = self.civil();
        let months = i64::from(civil.month) - 1 + months.clamp(-MOST, MOST);
        let year = civil.year + years.clamp(-MOST, MOST) + months.div_euclid(12);
        let first = days_before(year, months.rem_euclid(12) as u32 + 1, 1);
        let days = first + i64::from(civil.day) - 1 + days.clamp(-MOST, MOST);
        let of_day = i64::from(civil.hour * 3600 + civil.minute * 60 + civil.second);
        let local = days.saturating_mul(86_400).saturating_add(of_day);
        Self {
            seconds: moment(local, &self.zone),
            nanos: self.nanos,
            zone: self.zone.clone(),
            monotonic: None,
        }
    }

    /// The moment cut to a multiple of `unit` nanoseconds since the zero time.
    ///
    /// Rule: Go 1.27 time.Time.Truncate.
    #[must_use]
    pub fn truncated(&self, unit: i64) -> Self {
        let bare = Self { monotonic: None, ..self.clone() };
        if unit <= 0 { bare } else { bare.add(-bare.beyond(unit)) }
    }

    /// The moment rounded to a multiple of `unit` nanoseconds since the zero time, halves up.
    ///
    /// Rule: Go 1.27 time.Time.Round.
    #[must_use]
    pub fn rounded(&self, unit: i64) -> Self {
        let bare = Self { monotonic: None, ..self.clone() };
        if unit <= 0 {
            return bare;
        }
        let beyond = bare.beyond(unit);
        if beyond < unit - beyond { bare.add(-beyond) } else { bare.add(unit - beyond) }
    }

    /// Nanoseconds since the last multiple of `unit`.
    fn beyond(&self, unit: i64) -> i64 {
        let since_zero = i128::from(self.seconds) - i128::from(ZERO_SECONDS);
        ((since_zero * 1_000_000_000 + i128::from(self.nanos)).rem_euclid(i128::from(unit))) as i64
    }

    /// Whether daylight saving time holds in the moment's zone.
    pub fn is_dst(&self) -> bool {
        self.zone.is_dst(self.seconds)
    }

    /// The nanoseconds from `earlier` to this moment, cut to what an `i64` holds.
    pub fn since(&self, earlier: &Self) -> i64 {
        let seconds = i128::from(self.seconds) - i128::from(earlier.seconds);
        let nanos = seconds * 1_000_000_000 + i128::from(self.nanos) - i128::from(earlier.nanos);
        nanos.clamp(i128::from(i64::MIN), i128::from(i64::MAX)) as i64
    }

    /// Which moment comes first.
    pub fn compare(&self, other: &Self) -> Ordering {
        (self.seconds, self.nanos).cmp(&(other.seconds, other.nanos))
    }

    /// The offset from UTC in seconds and the zone's abbreviation at this moment.
    pub fn offset(&self) -> (i32, String) {
        self.zone.at(self.seconds)
    }

    /// The date and time of day in the moment's zone.
    pub fn civil(&self) -> Civil {
        civil(self.seconds.wrapping_add(i64::from(self.offset().0)))
    }

    /// Go's `GoString()`: `time.Date(2020, time.January, 2, 0, 0, 0, 0, time.UTC)`.
    pub fn go_text(&self) -> String {
        let Civil { year, day, hour, minute, second, .. } = self.civil();
        let month = self.format("January");
        let zone = match &self.zone {
            Zone::Utc => "time.UTC".to_owned(),
            Zone::Local(_) => "time.Local".to_owned(),
            zone => format!("time.Location({})", parse::quote(zone.name().as_bytes())),
        };
        format!("time.Date({year}, time.{month}, {day}, {hour}, {minute}, {second}, {}, {zone})", self.nanos)
    }

    /// What Go keeps a moment in: `wall` and `ext`.
    pub fn parts(&self) -> (u64, i64) {
        const SECONDS_TO_1885: i64 = 59_453_308_800;
        let since_zero = self.seconds.wrapping_sub(ZERO_SECONDS);
        match self.monotonic {
            None => (u64::from(self.nanos), since_zero),
            Some(reading) => {
                let since_1885 = (since_zero.wrapping_sub(SECONDS_TO_1885) as u64) << 30;
                (1 << 63 | since_1885 | u64::from(self.nanos), reading)
            }
        }
    }

    /// The moment in a layout of any bytes.
    pub fn format_bytes(&self, layout: &[u8]) -> Vec<u8> {
        parse::unlatin(&self.format(&parse::latin(layout)))
    }

    /// Go's `String()`: `2020-01-02 00:00:00 +0000 UTC`.
    pub fn text(&self) -> String {
        let mut text = self.format("2006-01-02 15:04:05.999999999 -0700 MST");
        if let Some(reading) = self.monotonic {
            let sign = if reading < 0 { '-' } else { '+' };
            let size = reading.unsigned_abs();
            text.push_str(&format!(" m={sign}{}.{:09}", size / 1_000_000_000, size % 1_000_000_000));
        }
        text
    }
}

/// The moment at which the clocks of a zone show so many seconds since the start of 1970. The offset before a change of
/// clocks is tried first, then that after it.
///
/// Rule: Go 1.27 time.Date.
fn moment(clock: i64, zone: &Zone) -> i64 {
    let guess = clock.saturating_sub(i64::from(zone.at(clock).0));
    clock.saturating_sub(i64::from(zone.at(guess).0))
}

/// The date and time of day `seconds` after 1970-01-01 00:00:00.
fn civil(seconds: i64) -> Civil {
    // Quirk: Go counts in seconds since a year long past, and what lies before it comes after everything else.
    let since_past = (seconds as u64).wrapping_add(DAYS_BEFORE_1970 as u64 * 86_400);
    let days = (since_past / 86_400) as i64 - DAYS_BEFORE_1970;
    let rest = (since_past % 86_400) as u32;
    // Years run from March in cycles of 400 years (146,097 days).
    let shifted = days + 719_468;
    let cycle = shifted.div_euclid(146_097);
    let day_of_cycle = shifted.rem_euclid(146_097);
    let year_of_cycle =
        (day_of_cycle - day_of_cycle / 1_460 + day_of_cycle / 36_524 - day_of_cycle / 146_096) / 365;
    let day_of_year = day_of_cycle - (365 * year_of_cycle + year_of_cycle / 4 - year_of_cycle / 100);
    let month_index = (5 * day_of_year + 2) / 153;
    let day = (day_of_year - (153 * month_index + 2) / 5 + 1) as u32;
    let month = if month_index < 10 { month_index + 3 } else { month_index - 9 } as u32;
    let year = year_of_cycle + cycle * 400 + i64::from(month <= 2);
    Civil {
        year,
        month,
        day,
        hour: rest / 3600,
        minute: rest / 60 % 60,
        second: rest % 60,
        weekday: (days + 4).rem_euclid(7) as u32,
        yearday: (days - days_before(year, 1, 1) + 1) as u32,
    }
}

/// The days from 1970-01-01 to a date.
fn days_before(year: i64, month: u32, day: u32) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let cycle = year.div_euclid(400);
    let year_of_cycle = year.rem_euclid(400);
    let month = i64::from(month);
    let shifted = if month > 2 { month - 3 } else { month + 9 };
    let day_of_year = (153 * shifted + 2) / 5 + i64::from(day) - 1;
    let day_of_cycle = year_of_cycle * 365 + year_of_cycle / 4 - year_of_cycle / 100 + day_of_year;
    cycle * 146_097 + day_of_cycle - 719_468
}

fn is_leap(year: i64) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

fn days_in(month: u32, year: i64) -> u32 {
    match month {
        2 if is_leap(year) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

const DAYS: [&str; 7] = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];

#[cfg(test)]
mod tests;
