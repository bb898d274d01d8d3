//! The rule for the time after a zone's last change, in the form of POSIX's variable `TZ`.
//!
//! Rule: Go 1.27 time/zoneinfo.go, `tzset` and what it calls.

use super::tzif::Kind;
use super::{civil, days_before, days_in, is_leap};

const HOUR: i64 = 3600;
const DAY: i64 = 86_400;

/// When clocks change each year.
#[derive(Debug)]
pub(super) struct Rule {
    standard: Kind,
    daylight: Option<(Kind, Change, Change)>,
}

/// A day of each year and seconds since its midnight.
#[derive(Debug)]
struct Change {
    day: Day,
    time: i64,
}

#[derive(Debug)]
enum Day {
    /// 1 to 365; the 29th of February is never counted.
    Julian(i64),
    /// 0 to 365.
    OfYear(i64),
    /// A day of the week (0 is Sunday) in the n-th week (5: the last) of a month.
    OfMonth { month: u32, week: i64, weekday: i64 },
}

impl Rule {
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (name, rest) = name(text)?;
        let (west, rest) = offset(rest)?;
        let kind = |name: &str, offset: i64, is_dst| Kind {
            offset: offset as i32,
            is_dst,
            abbreviation: name.to_owned(),
        };
        let standard = kind(name, -west, false);
        if rest.is_empty() || rest.starts_with(',') {
            return Some(Self { standard, daylight: None });
        }
        let (name, rest) = self::name(rest)?;
        let (east, rest) = if rest.is_empty() || rest.starts_with(',') {
            (HOUR - west, rest)
        } else {
            offset(rest).map(|(west, rest)| (-west, rest))?
        };
        let rest = if rest.is_empty() { ",M3.2.0,M11.1.0" } else { rest };
        let (start, rest) = change(rest.strip_prefix([',', ';'])?)?;
        let (end, rest) = change(rest.strip_prefix(',')?)?;
        if rest.is_empty() {
            Some(Self { standard, daylight: Some((kind(name, east, true), start, end)) })
        } else {
            None
        }
    }

    /// What holds at a moment, in seconds since 1970.
    pub(super) fn at(&self, seconds: i64) -> Kind {
        let Some((daylight, start, end)) = &self.daylight else { return self.standard.clone() };
        let utc = civil(seconds);
        let of_year = i64::from(utc.yearday - 1) * DAY + seconds.rem_euclid(DAY);
        let start = start.seconds(utc.year) - i64::from(self.standard.offset);
        let end = end.seconds(utc.year) - i64::from(daylight.offset);
        let is_daylight =
            if end < start { !(end..start).contains(&of_year) } else { (start..end).contains(&of_year) };
        if is_daylight { daylight.clone() } else { self.standard.clone() }
    }
}

impl Change {
    /// Seconds since the start of a year, by the clock that holds before.
    fn seconds(&self, year: i64) -> i64 {
        let days = match self.day {
            Day::Julian(day) => day - 1 + i64::from(is_leap(year) && day >= 60),
            Day::OfYear(day) => day,
            Day::OfMonth { month, week, weekday } => {
                let first = days_before(year, month, 1);
                let mut day = (weekday - (first + 4)).rem_euclid(7);
                for _ in 1..week {
                    if day + 7 >= i64::from(days_in(month, year)) {
                        break;
                    }
                    day += 7;
                }
                first - days_before(year, 1, 1) + day
            }
        };
        days * DAY + self.time
    }
}

/// An abbreviation and what follows it.
fn name(text: &str) -> Option<(&str, &str)> {
    if let Some(rest) = text.strip_prefix('<') {
        return rest.split_once('>');
    }
    let end = text.find(|c: char| c.is_ascii_digit() || matches!(c, ',' | '-' | '+')).unwrap_or(text.len());
    text.split_at_checked(end).filter(|(name, _)| name.len() >= 3)
}

/// Hours, minutes and seconds, as seconds.
fn offset(text: &str) -> Option<(i64, &str)> {
    let (sign, text) = match text.as_bytes().first()? {
        b'+' => (1, text.get(1..)?),
        b'-' => (-1, text.get(1..)?),
        _ => (1, text),
    };
    let (hours, mut rest) = number(text, 0, 24 * 7)?;
    let mut seconds = hours * HOUR;
    for unit in [60, 1] {
        let Some(text) = rest.strip_prefix(':') else { break };
        let (part, after) = number(text, 0, 59)?;
        seconds += part * unit;
        rest = after;
    }
    Some((sign * seconds, rest))
}

fn change(text: &str) -> Option<(Change, &str)> {
    let (day, rest) = match text.as_bytes().first()? {
        b'J' => number(text.get(1..)?, 1, 365).map(|(day, rest)| (Day::Julian(day), rest))?,
        b'M' => {
            let (month, rest) = number(text.get(1..)?, 1, 12)?;
            let (week, rest) = number(rest.strip_prefix('.')?, 1, 5)?;
            let (weekday, rest) = number(rest.strip_prefix('.')?, 0, 6)?;
            (Day::OfMonth { month: month as u32, week, weekday }, rest)
        }
        _ => number(text, 0, 365).map(|(day, rest)| (Day::OfYear(day), rest))?,
    };
    let (time, rest) = match rest.strip_prefix('/') {
        Some(text) => offset(text)?,
        None => (2 * HOUR, rest),
    };
    Some((Change { day, time }, rest))
}

/// A number within bounds and what follows it.
fn number(text: &str, least: i64, most: i64) -> Option<(i64, &str)> {
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (digits, rest) = text.split_at_checked(end)?;
    let number = digits.parse().ok()?;
    (least..=most).contains(&number).then_some((number, rest))
}

#[cfg(test)]
mod tests {
    use super::Rule;

    #[test]
    fn each_form_of_a_day() {
        // 2021-06-15 and 2021-12-15, noon UTC.
        for (text, summer, winter) in [
            ("CET-1CEST,M3.5.0,M10.5.0/3", (7200, "CEST"), (3600, "CET")),
            ("<-03>3<-02>,M3.5.0/-2,M10.5.0/-1", (-7200, "-02"), (-10800, "-03")),
            ("NZST-12NZDT,M9.5.0,M4.1.0/3", (43200, "NZST"), (46800, "NZDT")),
            ("EST5EDT", (-14400, "EDT"), (-18000, "EST")),
            ("AAA0BBB,J60/0,J300/0", (3600, "BBB"), (0, "AAA")),
            ("AAA0BBB-0:30:10,59/0,299", (1810, "BBB"), (0, "AAA")),
            ("JST-9", (32400, "JST"), (32400, "JST")),
        ] {
            let rule = Rule::parse(text).expect(text);
            for (seconds, wanted) in [(1_623_758_400, summer), (1_639_569_600, winter)] {
                let kind = rule.at(seconds);
                assert_eq!((kind.offset, kind.abbreviation.as_str()), wanted, "{text} {seconds}");
            }
        }
    }

    #[test]
    fn what_is_no_rule() {
        for text in
            ["", "AB1", "CET", "CET-1CEST,M13.1.0,M10.5.0", "CET-1CEST,M3.5.0", "CET-1CEST,J0,J1", "<A1"]
        {
            assert!(Rule::parse(text).is_none(), "{text}");
        }
    }
}
