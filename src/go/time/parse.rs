//! Moments read by a layout.

use std::borrow::Cow;
use std::fmt;

use super::chunk::{self, Std, Unit};
use super::{DAYS, MONTHS, Time, Zone, days_before, days_in, moment};

/// A text that does not fit its layout; `Display` gives Go's text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParseError {
    layout: String,
    value: String,
    layout_part: String,
    value_part: String,
    message: String,
}

impl fmt::Display for ParseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.message.is_empty() {
            return write!(f, "parsing time {}{}", quote_latin(&self.value), self.message);
        }
        write!(
            f,
            "parsing time {} as {}: cannot parse {} as {}",
            quote_latin(&self.value),
            quote_latin(&self.layout),
            quote_latin(&self.value_part),
            quote_latin(&self.layout_part)
        )
    }
}

impl std::error::Error for ParseError {}

/// Bytes as a text that has a character for each of them.
pub(super) fn latin(bytes: &[u8]) -> Cow<'_, str> {
    match std::str::from_utf8(bytes) {
        Ok(text) if text.is_ascii() => text.into(),
        _ => bytes.iter().copied().map(char::from).collect::<String>().into(),
    }
}

/// The bytes that [`latin`] made a text of.
pub(super) fn unlatin(text: &str) -> Vec<u8> {
    text.chars().map(|c| c as u8).collect()
}

fn quote_latin(text: &str) -> String {
    quote(&unlatin(text))
}

/// `text` in double quotes as Go's `time` quotes: every byte outside printable ASCII as `\xNN`.
pub(super) fn quote(text: &[u8]) -> String {
    let mut out = String::from("\"");
    for &byte in text {
        match byte {
            b'"' | b'\\' => {
                out.push('\\');
                out.push(char::from(byte));
            }
            b' '..=b'~' | 0x7f => out.push(char::from(byte)),
            _ => out.push_str(&format!("\\x{byte:02x}")),
        }
    }
    out.push('"');
    out
}

/// What parsing an element gives: nothing (the text does not fit), or the name of a number out of range.
enum Bad {
    Text,
    Range(&'static str),
}

/// What has been read so far.
#[derive(Default)]
struct Fields {
    year: i64,
    month: Option<u32>,
    day: Option<u32>,
    yearday: Option<u32>,
    hour: u32,
    minute: u32,
    second: u32,
    nanos: u32,
    pm: bool,
    am: bool,
    utc: bool,
    offset: Option<i32>,
    zone: String,
}

impl Time {
    /// The moment that `value` spells in `layout`; without a zone in it, in UTC.
    ///
    /// # Errors
    /// Go's `parsing time … as …`.
    pub fn parse(layout: &str, value: &str) -> Result<Self, ParseError> {
        Self::parse_in(layout.as_bytes(), value.as_bytes(), &Zone::Utc)
    }

    /// The moment that `value` spells in `layout`; without a zone in it, in `local`, which also gives its own offsets and
    /// abbreviations their name.
    ///
    /// # Errors
    /// Go's `parsing time … as …`.
    pub fn parse_in(layout: &[u8], value: &[u8], local: &Zone) -> Result<Self, ParseError> {
        let (layout, value) = (&*latin(layout), &*latin(value));
        let fail = |layout_part: &str, value_part: &str, message: String| ParseError {
            layout: layout.to_owned(),
            value: value.to_owned(),
            layout_part: layout_part.to_owned(),
            value_part: value_part.to_owned(),
            message,
        };
        let mut fields = Fields::default();
        let mut rest_layout = layout;
        let mut rest = value;
        loop {
            let chunk = chunk::next(rest_layout);
            let prefix = chunk.map_or(rest_layout, |(prefix, ..)| prefix);
            rest = skip(rest, prefix).map_err(|at| fail(prefix, at, String::new()))?;
            let Some((_, std, text, tail)) = chunk else {
                if !rest.is_empty() {
                    return Err(fail("", rest, format!(": extra text: {}", quote_latin(rest))));
                }
                break;
            };
            rest_layout = tail;
            rest = fields.read(std, rest, tail).map_err(|bad| match bad {
                Bad::Text => fail(text, rest, String::new()),
                Bad::Range(what) => fail(text, rest, format!(": {what} out of range")),
            })?;
        }
        fields.finish(local).map_err(|what| fail("", rest, format!(": {what}")))
    }
}

/// What follows `prefix` in `value`; one space in a layout stands for any run of spaces.
fn skip<'v>(mut value: &'v str, prefix: &str) -> Result<&'v str, &'v str> {
    let mut prefix = prefix;
    while let Some(first) = prefix.chars().next() {
        if first == ' ' {
            if !value.is_empty() && !value.starts_with(' ') {
                return Err(value);
            }
            prefix = prefix.trim_start_matches(' ');
            value = value.trim_start_matches(' ');
            continue;
        }
        let Some(tail) = value.strip_prefix(first) else { return Err(value) };
        value = tail;
        prefix = &prefix[first.len_utf8()..];
    }
    Ok(value)
}

/// One or two digits (exactly two if `fixed`).
fn number(text: &str, fixed: bool) -> Result<(u32, &str), Bad> {
    digits(text, 2, fixed)
}

fn digits(text: &str, most: usize, fixed: bool) -> Result<(u32, &str), Bad> {
    let count = text.bytes().take(most).take_while(u8::is_ascii_digit).count();
    if count == 0 || (fixed && count != most) {
        return Err(Bad::Text);
    }
    Ok((text[..count].parse().map_err(|_| Bad::Text)?, &text[count..]))
}

fn name<'v>(names: &[&str], length: Option<usize>, text: &'v str) -> Result<(u32, &'v str), Bad> {
    for (index, name) in names.iter().enumerate() {
        let name = &name[..length.unwrap_or(name.len())];
        if text.get(..name.len()).is_some_and(|head| head.eq_ignore_ascii_case(name)) {
            return Ok((index as u32, &text[name.len()..]));
        }
    }
    Err(Bad::Text)
}

/// The nanoseconds of a fraction with its point, `text` being all of it.
fn fraction(text: &str) -> Result<u32, Bad> {
    if !text.starts_with(['.', ',']) {
        return Err(Bad::Text);
    }
    let digits = text.get(1..text.len().min(10)).ok_or(Bad::Text)?;
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(Bad::Text);
    }
    let value: u32 = digits.parse().map_err(|_| Bad::Text)?;
    Ok(value * 10u32.pow(9 - digits.len() as u32))
}

/// The length of a fraction at the start of `text`, point included; 0 if there is none.
fn fraction_length(text: &str) -> usize {
    if !text.starts_with(['.', ',']) {
        return 0;
    }
    let digits = text.bytes().skip(1).take_while(u8::is_ascii_digit).count();
    if digits == 0 { 0 } else { digits + 1 }
}

fn bounded(number: u32, from: u32, to: u32, what: &'static str) -> Result<u32, Bad> {
    if (from..=to).contains(&number) { Ok(number) } else { Err(Bad::Range(what)) }
}

impl Fields {
    /// Reads one element from `text`; `layout` is what follows it there. Returns what follows in the text.
    fn read<'v>(&mut self, std: Std, text: &'v str, layout: &str) -> Result<&'v str, Bad> {
        let (value, rest) = match std {
            Std::Year => {
                let (year, rest) = digits(text, 2, true)?;
                self.year = i64::from(year) + if year >= 69 { 1900 } else { 2000 };
                return Ok(rest);
            }
            Std::LongYear => {
                let (year, rest) = digits(text, 4, true)?;
                self.year = i64::from(year);
                return Ok(rest);
            }
            Std::Month => name(&MONTHS, Some(3), text)?,
            Std::LongMonth => name(&MONTHS, None, text)?,
            Std::Weekday => return name(&DAYS, Some(3), text).map(|(_, rest)| rest),
            Std::LongWeekday => return name(&DAYS, None, text).map(|(_, rest)| rest),
            Std::UnderDay => number(text.strip_prefix(' ').unwrap_or(text), false)?,
            Std::UnderYearDay | Std::ZeroYearDay => {
                let mut text = text;
                if std == Std::UnderYearDay {
                    text = text.strip_prefix(' ').unwrap_or(text);
                    text = text.strip_prefix(' ').unwrap_or(text);
                }
                digits(text, 3, std == Std::ZeroYearDay)?
            }
            Std::ZeroMonth | Std::ZeroDay | Std::ZeroHour12 | Std::ZeroMinute | Std::ZeroSecond => {
                number(text, true)?
            }
            Std::NumMonth | Std::Day | Std::Hour | Std::Hour12 | Std::Minute | Std::Second => {
                number(text, false)?
            }
            Std::UpperPm | Std::LowerPm => return self.read_half(std, text),
            Std::ZoneName => return self.read_zone(text),
            Std::Offset { z, colon, unit } => return self.read_offset(text, z, colon, unit),
            Std::Fraction { digits, trim, .. } => {
                let length = if trim { fraction_length(text) } else { digits + 1 };
                if trim && length == 0 {
                    return Ok(text);
                }
                let (head, rest) = text.split_at_checked(length).ok_or(Bad::Text)?;
                self.nanos = fraction(head)?;
                return Ok(rest);
            }
        };
        match std {
            Std::Month | Std::LongMonth => self.month = Some(value + 1),
            Std::NumMonth | Std::ZeroMonth => self.month = Some(bounded(value, 1, 12, "month")?),
            Std::UnderYearDay | Std::ZeroYearDay => self.yearday = Some(value),
            Std::Hour => self.hour = bounded(value, 0, 23, "hour")?,
            Std::Hour12 | Std::ZeroHour12 => self.hour = bounded(value, 0, 12, "hour")?,
            Std::Minute | Std::ZeroMinute => self.minute = bounded(value, 0, 59, "minute")?,
            Std::Second | Std::ZeroSecond => {
                self.second = bounded(value, 0, 59, "second")?;
                let length = fraction_length(rest);
                let in_layout = matches!(chunk::next(layout), Some((_, Std::Fraction { .. }, ..)));
                if length > 0 && !in_layout {
                    self.nanos = fraction(&rest[..length])?;
                    return Ok(&rest[length..]);
                }
            }
            _ => self.day = Some(value),
        }
        Ok(rest)
    }

    fn read_half<'v>(&mut self, std: Std, text: &'v str) -> Result<&'v str, Bad> {
        let (am, pm) = if std == Std::UpperPm { ("AM", "PM") } else { ("am", "pm") };
        if let Some(rest) = text.strip_prefix(pm) {
            self.pm = true;
            return Ok(rest);
        }
        let rest = text.strip_prefix(am).ok_or(Bad::Text)?;
        self.am = true;
        Ok(rest)
    }

    fn read_zone<'v>(&mut self, text: &'v str) -> Result<&'v str, Bad> {
        if let Some(rest) = text.strip_prefix("UTC") {
            self.utc = true;
            return Ok(rest);
        }
        let length = zone_name_length(text).ok_or(Bad::Text)?;
        text[..length].clone_into(&mut self.zone);
        Ok(&text[length..])
    }

    fn read_offset<'v>(&mut self, text: &'v str, z: bool, colon: bool, unit: Unit) -> Result<&'v str, Bad> {
        if z && let Some(rest) = text.strip_prefix('Z') {
            self.utc = true;
            return Ok(rest);
        }
        let gap = usize::from(colon);
        let parts = match unit {
            Unit::Hours => 1,
            Unit::Minutes => 2,
            Unit::Seconds => 3,
        };
        let (head, rest) = text.split_at_checked(3 + (parts - 1) * (2 + gap)).ok_or(Bad::Text)?;
        let mut seconds = 0;
        for (part, (most, what)) in
            [(24, "time zone offset hour"), (60, "time zone offset minute"), (60, "time zone offset second")]
                .into_iter()
                .enumerate()
        {
            let mut value = 0;
            if part < parts {
                let start = 1 + part * (2 + gap);
                if part > 0 && colon && head.as_bytes().get(start - 1) != Some(&b':') {
                    return Err(Bad::Text);
                }
                value = number(head.get(start..start + 2).ok_or(Bad::Text)?, true)?.0;
                bounded(value, 0, most, what)?;
            }
            seconds = seconds * 60 + value as i32;
        }
        self.offset = Some(match head.as_bytes().first() {
            Some(b'+') => seconds,
            Some(b'-') => -seconds,
            _ => return Err(Bad::Text),
        });
        Ok(rest)
    }

    fn finish(mut self, local: &Zone) -> Result<Time, &'static str> {
        if self.pm && self.hour < 12 {
            self.hour += 12;
        } else if self.am && self.hour == 12 {
            self.hour = 0;
        }
        if let Some(yearday) = self.yearday {
            let (month, day) = month_and_day(yearday, self.year).ok_or("day-of-year out of range")?;
            if self.month.is_some_and(|own| own != month) {
                return Err("day-of-year does not match month");
            }
            if self.day.is_some_and(|own| own != day) {
                return Err("day-of-year does not match day");
            }
            (self.month, self.day) = (Some(month), Some(day));
        }
        let (month, day) = (self.month.unwrap_or(1), self.day.unwrap_or(1));
        if day < 1 || day > days_in(month, self.year) {
            return Err("day out of range");
        }
        let clock = i64::from(self.hour) * 3600 + i64::from(self.minute) * 60 + i64::from(self.second);
        let seconds = days_before(self.year, month, day) * 86_400 + clock;
        let mut time = Time::from_unix(seconds, self.nanos);
        if self.utc {
            return Ok(time);
        }
        if let Some(offset) = self.offset {
            time.seconds -= i64::from(offset);
            let (own, name) = local.at(time.seconds);
            let is_local = own == offset && (self.zone.is_empty() || self.zone == name);
            time.zone = if is_local { local.clone() } else { Zone::fixed(offset, &self.zone) };
        } else if self.zone.is_empty() {
            time.seconds = moment(seconds, local);
            time.zone = local.clone();
        } else if let Some(offset) = local.offset_of(&self.zone, seconds) {
            time.seconds -= i64::from(offset);
            time.zone = local.clone();
        } else {
            let hours: i32 = match self.zone.strip_prefix("GMT") {
                Some(hours) => hours.parse().unwrap_or(0),
                None => 0,
            };
            time.zone = Zone::fixed(hours * 3600, &self.zone);
        }
        Ok(time)
    }
}

fn month_and_day(yearday: u32, year: i64) -> Option<(u32, u32)> {
    let mut rest = yearday;
    for month in 1..=12 {
        let days = days_in(month, year);
        if rest >= 1 && rest <= days {
            return Some((month, rest));
        }
        rest = rest.checked_sub(days)?;
    }
    None
}

/// The length of a zone's abbreviation at the start of `text`.
///
/// Rule: Go 1.27 time/format.go `parseTimeZone`.
fn zone_name_length(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    if bytes.len() < 3 {
        return None;
    }
    if bytes.starts_with(b"ChST") || bytes.starts_with(b"MeST") {
        return Some(4);
    }
    if let Some(rest) = text.strip_prefix("GMT") {
        return Some(3 + signed_offset_length(rest));
    }
    if matches!(bytes[0], b'+' | b'-') {
        return Some(signed_offset_length(text)).filter(|&length| length > 0);
    }
    match bytes.iter().take(6).take_while(|byte| byte.is_ascii_uppercase()).count() {
        5 if bytes[4] == b'T' => Some(5),
        4 if bytes[3] == b'T' || bytes.starts_with(b"WITA") => Some(4),
        3 => Some(3),
        _ => None,
    }
}

fn signed_offset_length(text: &str) -> usize {
    if !text.starts_with(['+', '-']) {
        return 0;
    }
    let digits = text.bytes().skip(1).take_while(u8::is_ascii_digit).count();
    match text[1..=digits].parse::<u32>() {
        Ok(hours) if hours <= 23 => digits + 1,
        _ => 0,
    }
}
