//! Layouts cut into chunks: `2006`, `Jan`, `-07:00` and the like, and the text between them.

/// One element of a layout.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Std {
    LongMonth,
    Month,
    NumMonth,
    ZeroMonth,
    LongWeekday,
    Weekday,
    Day,
    UnderDay,
    ZeroDay,
    UnderYearDay,
    ZeroYearDay,
    Hour,
    Hour12,
    ZeroHour12,
    Minute,
    ZeroMinute,
    Second,
    ZeroSecond,
    LongYear,
    Year,
    UpperPm,
    LowerPm,
    ZoneName,
    /// A numeric offset: `-07:00` or `Z07:00` (`z`), with colons, down to hours, minutes or seconds.
    Offset {
        z: bool,
        colon: bool,
        unit: Unit,
    },
    /// A fraction of so many digits; `trim` (`.999`) leaves out zeros at its end.
    Fraction {
        digits: usize,
        trim: bool,
        mark: char,
    },
}

/// The smallest unit of a numeric offset.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unit {
    Hours,
    Minutes,
    Seconds,
}

/// The first element of `layout`: the text before it, the element, its own text, and what follows.
///
/// Rule: Go 1.27 time/format.go `nextStdChunk`.
pub(super) fn next(layout: &str) -> Option<(&str, Std, &str, &str)> {
    let bytes = layout.as_bytes();
    for at in 0..bytes.len() {
        if !layout.is_char_boundary(at) {
            continue;
        }
        let rest = &layout[at..];
        if let Some((skip, std, length)) = element(rest) {
            let (start, end) = (at + skip, at + skip + length);
            return Some((&layout[..start], std, &layout[start..end], &layout[end..]));
        }
    }
    None
}

/// The element at the start of `rest`: how many bytes before it are plain text, the element, its length.
fn element(rest: &str) -> Option<(usize, Std, usize)> {
    let starts = |text: &str| rest.starts_with(text);
    let lower_after = |length: usize| rest.as_bytes().get(length).is_some_and(u8::is_ascii_lowercase);
    let found = |std, length| Some((0, std, length));
    match rest.as_bytes().first()? {
        b'J' if starts("January") => found(Std::LongMonth, 7),
        b'J' if starts("Jan") && !lower_after(3) => found(Std::Month, 3),
        b'M' if starts("Monday") => found(Std::LongWeekday, 6),
        b'M' if starts("Mon") && !lower_after(3) => found(Std::Weekday, 3),
        b'M' if starts("MST") => found(Std::ZoneName, 3),
        b'0' if starts("01") => found(Std::ZeroMonth, 2),
        b'0' if starts("02") => found(Std::ZeroDay, 2),
        b'0' if starts("03") => found(Std::ZeroHour12, 2),
        b'0' if starts("04") => found(Std::ZeroMinute, 2),
        b'0' if starts("05") => found(Std::ZeroSecond, 2),
        b'0' if starts("06") => found(Std::Year, 2),
        b'0' if starts("002") => found(Std::ZeroYearDay, 3),
        b'1' if starts("15") => found(Std::Hour, 2),
        b'1' => found(Std::NumMonth, 1),
        b'2' if starts("2006") => found(Std::LongYear, 4),
        b'2' => found(Std::Day, 1),
        b'_' if starts("_2006") => Some((1, Std::LongYear, 4)),
        b'_' if starts("_2") => found(Std::UnderDay, 2),
        b'_' if starts("__2") => found(Std::UnderYearDay, 3),
        b'3' => found(Std::Hour12, 1),
        b'4' => found(Std::Minute, 1),
        b'5' => found(Std::Second, 1),
        b'P' if starts("PM") => found(Std::UpperPm, 2),
        b'p' if starts("pm") => found(Std::LowerPm, 2),
        b'-' | b'Z' => offset(rest),
        b'.' | b',' => fraction(rest),
        _ => None,
    }
}

fn offset(rest: &str) -> Option<(usize, Std, usize)> {
    let z = rest.starts_with('Z');
    let body = &rest[1..];
    let forms = [
        ("070000", false, Unit::Seconds),
        ("07:00:00", true, Unit::Seconds),
        ("0700", false, Unit::Minutes),
        ("07:00", true, Unit::Minutes),
        ("07", false, Unit::Hours),
    ];
    let (text, colon, unit) = forms.into_iter().find(|(text, ..)| body.starts_with(text))?;
    Some((0, Std::Offset { z, colon, unit }, text.len() + 1))
}

fn fraction(rest: &str) -> Option<(usize, Std, usize)> {
    let bytes = rest.as_bytes();
    let digit = *bytes.get(1).filter(|byte| matches!(byte, b'0' | b'9'))?;
    let digits = bytes.iter().skip(1).take_while(|&&byte| byte == digit).count();
    if bytes.get(1 + digits).is_some_and(u8::is_ascii_digit) {
        return None;
    }
    let mark = char::from(bytes[0]);
    Some((0, Std::Fraction { digits, trim: digit == b'9', mark }, digits + 1))
}
