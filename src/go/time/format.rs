//! Moments printed by a layout.

use super::chunk::{self, Std, Unit};
use super::{DAYS, MONTHS, Time};

impl Time {
    /// The moment in Go's `layout`.
    pub fn format(&self, layout: &str) -> String {
        let (offset, name) = self.offset();
        let civil = self.civil();
        let month = MONTHS.get(civil.month as usize - 1).copied().unwrap_or_default();
        let day = DAYS.get(civil.weekday as usize).copied().unwrap_or_default();
        let hour12 = if civil.hour.is_multiple_of(12) { 12 } else { civil.hour % 12 };
        let mut out = String::with_capacity(layout.len() + 10);
        let mut rest = layout;
        while let Some((prefix, std, _, tail)) = chunk::next(rest) {
            out.push_str(prefix);
            rest = tail;
            match std {
                Std::Year => pad(&mut out, civil.year.max(0) % 100, 2, '0'),
                Std::LongYear => pad(&mut out, civil.year, 4, '0'),
                Std::Month => out.push_str(&month[..3]),
                Std::LongMonth => out.push_str(month),
                Std::NumMonth => pad(&mut out, civil.month, 0, '0'),
                Std::ZeroMonth => pad(&mut out, civil.month, 2, '0'),
                Std::Weekday => out.push_str(&day[..3]),
                Std::LongWeekday => out.push_str(day),
                Std::Day => pad(&mut out, civil.day, 0, '0'),
                Std::UnderDay => pad(&mut out, civil.day, 2, ' '),
                Std::ZeroDay => pad(&mut out, civil.day, 2, '0'),
                Std::UnderYearDay => pad(&mut out, civil.yearday, 3, ' '),
                Std::ZeroYearDay => pad(&mut out, civil.yearday, 3, '0'),
                Std::Hour => pad(&mut out, civil.hour, 2, '0'),
                Std::Hour12 => pad(&mut out, hour12, 0, '0'),
                Std::ZeroHour12 => pad(&mut out, hour12, 2, '0'),
                Std::Minute => pad(&mut out, civil.minute, 0, '0'),
                Std::ZeroMinute => pad(&mut out, civil.minute, 2, '0'),
                Std::Second => pad(&mut out, civil.second, 0, '0'),
                Std::ZeroSecond => pad(&mut out, civil.second, 2, '0'),
                Std::UpperPm => out.push_str(if civil.hour >= 12 { "PM" } else { "AM" }),
                Std::LowerPm => out.push_str(if civil.hour >= 12 { "pm" } else { "am" }),
                Std::ZoneName if !name.is_empty() => out.push_str(&name),
                Std::ZoneName => push_offset(&mut out, offset, false, Unit::Minutes),
                Std::Offset { z: true, .. } if offset == 0 => out.push('Z'),
                Std::Offset { colon, unit, .. } => push_offset(&mut out, offset, colon, unit),
                Std::Fraction { digits, trim, mark } => {
                    push_fraction(&mut out, self.nanos, digits, trim, mark);
                }
            }
        }
        out.push_str(rest);
        out
    }
}

fn pad(out: &mut String, number: impl Into<i64>, width: usize, fill: char) {
    let number = number.into();
    if number < 0 {
        out.push('-');
    }
    let digits = number.unsigned_abs().to_string();
    for _ in digits.len()..width {
        out.push(fill);
    }
    out.push_str(&digits);
}

// Quirk: the sign is that of whole minutes, so an offset of -52 seconds is `+00:00:-52`.
fn push_offset(out: &mut String, offset: i32, colon: bool, unit: Unit) {
    let is_west = offset / 60 < 0;
    out.push(if is_west { '-' } else { '+' });
    let size = if is_west { -offset } else { offset };
    pad(out, size / 3600, 2, '0');
    let mut part = |number: i32| {
        if colon {
            out.push(':');
        }
        pad(out, number, 2, '0');
    };
    if unit != Unit::Hours {
        part(size / 60 % 60);
    }
    if unit == Unit::Seconds {
        part(size % 60);
    }
}

fn push_fraction(out: &mut String, nanos: u32, digits: usize, trim: bool, mark: char) {
    let mut text = format!("{nanos:09}");
    while text.len() < digits {
        text.push('0');
    }
    text.truncate(digits);
    let text = if trim { text.trim_end_matches('0') } else { &text };
    if !text.is_empty() || !trim {
        out.push(mark);
        out.push_str(text);
    }
}
