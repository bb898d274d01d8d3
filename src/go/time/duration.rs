//! Durations in nanoseconds.

use std::fmt;

use super::parse::quote;

/// A text that is no duration; `Display` gives Go's text.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum DurationError {
    /// The text has another form, or the duration does not fit.
    Invalid(String),
    /// A number without a unit.
    MissingUnit(String),
    /// An unknown unit in the text.
    UnknownUnit(String, String),
}

impl fmt::Display for DurationError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Invalid(text) => write!(f, "time: invalid duration {}", quote(text.as_bytes())),
            Self::MissingUnit(text) => write!(f, "time: missing unit in duration {}", quote(text.as_bytes())),
            Self::UnknownUnit(unit, text) => {
                write!(
                    f,
                    "time: unknown unit {} in duration {}",
                    quote(unit.as_bytes()),
                    quote(text.as_bytes())
                )
            }
        }
    }
}

impl std::error::Error for DurationError {}

fn unit(name: &str) -> Option<u64> {
    Some(match name {
        "ns" => 1,
        "us" | "µs" | "μs" => 1_000,
        "ms" => 1_000_000,
        "s" => 1_000_000_000,
        "m" => 60_000_000_000,
        "h" => 3_600_000_000_000,
        _ => return None,
    })
}

/// The nanoseconds that `text` spells: `1h30m`, `-1.5s`, `0`.
///
/// # Errors
/// Go's `time: invalid duration …`, `missing unit`, `unknown unit`.
pub fn parse_duration(text: &str) -> Result<i64, DurationError> {
    let invalid = || DurationError::Invalid(text.to_owned());
    let (negative, mut rest) = match text.as_bytes().first() {
        Some(b'-') => (true, &text[1..]),
        Some(b'+') => (false, &text[1..]),
        _ => (false, text),
    };
    if rest == "0" {
        return Ok(0);
    }
    if rest.is_empty() {
        return Err(invalid());
    }
    let limit = 1u64 << 63;
    let mut total: u64 = 0;
    while !rest.is_empty() {
        let whole = rest.bytes().take_while(u8::is_ascii_digit).count();
        let mut value: u64 = 0;
        for byte in rest[..whole].bytes() {
            value = value
                .checked_mul(10)
                .and_then(|value| value.checked_add(u64::from(byte - b'0')))
                .filter(|&value| value <= limit)
                .ok_or_else(invalid)?;
        }
        rest = &rest[whole..];
        let mut fraction = 0;
        let mut scale = 1.0;
        let mut has_fraction = false;
        if let Some(tail) = rest.strip_prefix('.') {
            let digits = tail.bytes().take_while(u8::is_ascii_digit).count();
            (fraction, scale) = fraction_of(&tail[..digits]);
            has_fraction = digits > 0;
            rest = &tail[digits..];
        }
        if whole == 0 && !has_fraction {
            return Err(invalid());
        }
        let length = rest.bytes().take_while(|byte| *byte != b'.' && !byte.is_ascii_digit()).count();
        if length == 0 {
            return Err(DurationError::MissingUnit(text.to_owned()));
        }
        let name = &rest[..length];
        let unit = unit(name).ok_or_else(|| DurationError::UnknownUnit(name.to_owned(), text.to_owned()))?;
        rest = &rest[length..];
        value = value.checked_mul(unit).filter(|&value| value <= limit).ok_or_else(invalid)?;
        if fraction > 0 {
            value += (fraction as f64 * (unit as f64 / scale)) as u64;
        }
        total = total.checked_add(value).filter(|&total| total <= limit).ok_or_else(invalid)?;
    }
    if negative {
        return Ok((total as i64).wrapping_neg());
    }
    i64::try_from(total).map_err(|_| invalid())
}

/// The digits of a fraction as a number and the power of ten it is to be divided by; digits that no longer
/// fit are dropped.
fn fraction_of(digits: &str) -> (u64, f64) {
    let mut value: u64 = 0;
    let mut scale = 1.0;
    let mut full = false;
    for byte in digits.bytes() {
        if full || value > ((1u64 << 63) - 1) / 10 {
            full = true;
            continue;
        }
        let next = value * 10 + u64::from(byte - b'0');
        if next > 1u64 << 63 {
            full = true;
            continue;
        }
        value = next;
        scale *= 10.0;
    }
    (value, scale)
}

/// Go's `String()` of a duration: `1h3m0s`, `1.5s`, `2ms`, `0s`.
pub fn duration_text(nanos: i64) -> String {
    if nanos == 0 {
        return "0s".to_owned();
    }
    let sign = if nanos < 0 { "-" } else { "" };
    let size = nanos.unsigned_abs();
    if size < 1_000_000_000 {
        let (unit, name) = match size {
            0..1_000 => (1, "ns"),
            1_000..1_000_000 => (1_000, "µs"),
            _ => (1_000_000, "ms"),
        };
        return format!("{sign}{}{name}", decimal(size, unit));
    }
    let minutes = size / 60_000_000_000;
    let seconds = decimal(size % 60_000_000_000, 1_000_000_000);
    match (minutes / 60, minutes % 60) {
        (0, 0) => format!("{sign}{seconds}s"),
        (0, minutes) => format!("{sign}{minutes}m{seconds}s"),
        (hours, minutes) => format!("{sign}{hours}h{minutes}m{seconds}s"),
    }
}

/// `value / unit` with as many decimals as needed.
fn decimal(value: u64, unit: u64) -> String {
    let rest = value % unit;
    if rest == 0 {
        return (value / unit).to_string();
    }
    let width = unit.ilog10() as usize;
    let digits = format!("{rest:0width$}");
    format!("{}.{}", value / unit, digits.trim_end_matches('0'))
}

/// `nanos` cut to a multiple of `unit` (Go's `Duration.Truncate`); unchanged if `unit` is not positive.
pub fn truncate(nanos: i64, unit: i64) -> i64 {
    if unit <= 0 { nanos } else { nanos - nanos % unit }
}

/// `nanos` rounded to the nearest multiple of `unit`, halves away from zero (Go's `Duration.Round`).
pub fn round(nanos: i64, unit: i64) -> i64 {
    if unit <= 0 {
        return nanos;
    }
    let rest = nanos % unit;
    let (size, down) = (rest.unsigned_abs(), nanos - rest);
    if size + size < unit as u64 {
        return down;
    }
    let step = if nanos < 0 { -unit } else { unit };
    down.checked_add(step).unwrap_or(if nanos < 0 { i64::MIN } else { i64::MAX })
}
