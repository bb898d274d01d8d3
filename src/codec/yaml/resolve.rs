//! go-yaml v2's typing of scalars: YAML 1.1 words, integers in four bases, floats, timestamps.

/// What a scalar's text stands for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Kind {
    Null,
    Bool(bool),
    Int(i64),
    /// Above `i64::MAX`.
    Uint(u64),
    Float(f64),
    Text,
}

const PREFIX: &str = "tag:yaml.org,2002:";

/// The tag of merge keys.
pub(super) const MERGE_TAG: &str = "tag:yaml.org,2002:merge";
/// The tag of base64 data.
pub(super) const BINARY_TAG: &str = "tag:yaml.org,2002:binary";

/// The meaning of an untagged plain scalar.
// Rule: go-yaml v2.4.4 resolve.go, resolve. A timestamp stays text for `interface{}`, and no timestamp
// reads as a number, so timestamps need no check here.
pub(super) fn plain(text: &str) -> Kind {
    let Some(&first) = text.as_bytes().first() else { return Kind::Null };
    match first {
        b'y' | b'Y' | b'n' | b'N' | b't' | b'T' | b'f' | b'F' | b'o' | b'O' | b'~' => word(text),
        b'.' => match text {
            ".nan" | ".NaN" | ".NAN" => Kind::Float(f64::NAN),
            ".inf" | ".Inf" | ".INF" => Kind::Float(f64::INFINITY),
            _ => dotted_float(text).map_or(Kind::Text, Kind::Float),
        },
        b'+' | b'-' => match text {
            "+.inf" | "+.Inf" | "+.INF" => Kind::Float(f64::INFINITY),
            "-.inf" | "-.Inf" | "-.INF" => Kind::Float(f64::NEG_INFINITY),
            _ => number(text),
        },
        b'0'..=b'9' => number(text),
        _ => Kind::Text,
    }
}

fn word(text: &str) -> Kind {
    if text.len() > 5 {
        return Kind::Text;
    }
    match text {
        "y" | "Y" | "yes" | "Yes" | "YES" | "true" | "True" | "TRUE" | "on" | "On" | "ON" => Kind::Bool(true),
        "n" | "N" | "no" | "No" | "NO" | "false" | "False" | "FALSE" | "off" | "Off" | "OFF" => {
            Kind::Bool(false)
        }
        "~" | "null" | "Null" | "NULL" => Kind::Null,
        _ => Kind::Text,
    }
}

/// A text that begins with a digit or a sign.
fn number(text: &str) -> Kind {
    // Digits only, short enough not to overflow, and no octal: nearly every number there is.
    if text.len() <= 18 && !text.starts_with('0') && text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Kind::Int(text.bytes().fold(0, |value, byte| value * 10 + i64::from(byte - b'0')));
    }
    // Anything with a character no number has is text: addresses, versions, dates, sizes.
    if !text.bytes().all(|byte| byte.is_ascii_hexdigit() || b"_+-.xXoOeEbB".contains(&byte)) {
        return Kind::Text;
    }
    let without;
    let text = if text.contains('_') {
        without = text.replace('_', "");
        without.as_str()
    } else {
        text
    };
    if let Some(kind) = integer(text) {
        return kind;
    }
    if is_float(text) {
        // Out of range is an error for Go, infinity for Rust.
        if let Some(value) = text.parse::<f64>().ok().filter(|value| value.is_finite()) {
            return Kind::Float(value);
        }
    }
    // Quirk: a sign may stand behind `0b`; resolve.go tries base 2 on the rest of the text.
    if let Some(rest) = text.strip_prefix("0b")
        && let Ok(value) = i64::from_str_radix(rest, 2)
    {
        return Kind::Int(value);
    }
    Kind::Text
}

/// `strconv.ParseInt(text, 0, 64)`, else `strconv.ParseUint(text, 0, 64)`.
fn integer(text: &str) -> Option<Kind> {
    let (sign, digits) = match text.as_bytes().first()? {
        b'+' => (Some(1), text.get(1..)?),
        b'-' => (Some(-1), text.get(1..)?),
        _ => (None, text),
    };
    let magnitude = magnitude(digits)?;
    match (sign, i64::try_from(magnitude)) {
        (Some(-1), Ok(value)) => Some(Kind::Int(-value)),
        (Some(-1), Err(_)) if magnitude == 1 << 63 => Some(Kind::Int(i64::MIN)),
        (_, Ok(value)) => Some(Kind::Int(value)),
        // ParseUint takes no sign.
        (None, Err(_)) => Some(Kind::Uint(magnitude)),
        (Some(_), Err(_)) => None,
    }
}

fn magnitude(digits: &str) -> Option<u64> {
    let bytes = digits.as_bytes();
    let (base, digits) = match bytes {
        [] => return None,
        [b'0'] => return Some(0),
        [b'0', b'x' | b'X', _, ..] => (16, digits.get(2..)?),
        [b'0', b'o' | b'O', _, ..] => (8, digits.get(2..)?),
        [b'0', b'b' | b'B', _, ..] => (2, digits.get(2..)?),
        [b'0', ..] => (8, digits.get(1..)?),
        _ => (10, digits),
    };
    // Rust would take a sign here.
    if !digits.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        return None;
    }
    u64::from_str_radix(digits, base).ok()
}

/// `^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?$`
fn is_float(text: &str) -> bool {
    let digits = |bytes: &mut &[u8]| {
        let count = bytes.iter().take_while(|byte| byte.is_ascii_digit()).count();
        *bytes = bytes.get(count..).unwrap_or_default();
        count
    };
    let mut rest = text.as_bytes();
    if let [b'+' | b'-', tail @ ..] = rest {
        rest = tail;
    }
    let whole = digits(&mut rest);
    if let [b'.', tail @ ..] = rest {
        rest = tail;
        if digits(&mut rest) == 0 && whole == 0 {
            return false;
        }
    } else if whole == 0 {
        return false;
    }
    if let [b'e' | b'E', tail @ ..] = rest {
        rest = tail;
        if let [b'+' | b'-', tail @ ..] = rest {
            rest = tail;
        }
        if digits(&mut rest) == 0 {
            return false;
        }
    }
    rest.is_empty()
}

/// A text that begins with a dot goes through `strconv.ParseFloat`, which takes `_` between digits.
fn dotted_float(text: &str) -> Option<f64> {
    let bytes = text.as_bytes();
    let between_digits = |index: usize| {
        let digit = |at: Option<usize>| at.and_then(|at| bytes.get(at)).is_some_and(u8::is_ascii_digit);
        digit(index.checked_sub(1)) && digit(index.checked_add(1))
    };
    if bytes.iter().enumerate().any(|(index, &byte)| byte == b'_' && !between_digits(index)) {
        return None;
    }
    let plain = text.replace('_', "");
    if !is_float(&plain) {
        return None;
    }
    plain.parse::<f64>().ok().filter(|value| value.is_finite())
}

/// The meaning of a scalar with a tag.
///
/// # Errors
/// go-yaml's text when the scalar does not fit the tag: "cannot decode !!str `x` as a !!int".
pub(super) fn tagged(tag: &str, text: &str) -> Result<Kind, String> {
    let Some(short) = tag.strip_prefix(PREFIX) else { return Ok(Kind::Text) };
    if !matches!(short, "bool" | "int" | "float" | "null" | "timestamp") {
        return Ok(Kind::Text);
    }
    if short == "timestamp" && is_timestamp(text) {
        return Ok(Kind::Text);
    }
    let kind = plain(text);
    let found = match kind {
        Kind::Null => "null",
        Kind::Bool(_) => "bool",
        Kind::Int(_) | Kind::Uint(_) => "int",
        Kind::Float(_) => "float",
        Kind::Text => "str",
    };
    match kind {
        _ if found == short => Ok(kind),
        Kind::Int(value) if short == "float" => Ok(Kind::Float(value as f64)),
        _ => Err(format!("cannot decode !!{found} `{text}` as a !!{short}")),
    }
}

/// Whether go-yaml takes a text for a timestamp.
// Rule: go-yaml v2.4.4 resolve.go, parseTimestamp: four layouts of Go's time.Parse.
pub(super) fn is_timestamp(text: &str) -> bool {
    let bytes = text.as_bytes();
    let [a, b, c, d, b'-', rest @ ..] = bytes else { return false };
    if ![a, b, c, d].into_iter().all(u8::is_ascii_digit) {
        return false;
    }
    let year = [a, b, c, d].into_iter().fold(0, |year, digit| year * 10 + u32::from(digit - b'0'));
    date_and_time(year, rest).is_some()
}

fn date_and_time(year: u32, rest: &[u8]) -> Option<()> {
    let (month, rest) = short_number(rest)?;
    let (day, rest) = short_number(rest.strip_prefix(b"-")?)?;
    let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    let days = match month {
        4 | 6 | 9 | 11 => 30,
        2 if leap => 29,
        2 => 28,
        1..=12 => 31,
        _ => return None,
    };
    if day < 1 || day > days {
        return None;
    }
    match rest {
        [] => Some(()),
        [b'T' | b't', rest @ ..] => zone(clock(rest)?),
        [b' ', ..] => clock(rest.trim_ascii_start_spaces())?.is_empty().then_some(()),
        _ => None,
    }
}

/// Leading blanks as Go's layouts skip them.
trait TrimSpaces {
    fn trim_ascii_start_spaces(&self) -> &Self;
}

impl TrimSpaces for [u8] {
    fn trim_ascii_start_spaces(&self) -> &Self {
        let blanks = self.iter().take_while(|&&byte| byte == b' ').count();
        self.get(blanks..).unwrap_or_default()
    }
}

/// `15:4:5` with an optional fraction; what follows.
fn clock(rest: &[u8]) -> Option<&[u8]> {
    let (hour, rest) = short_number(rest)?;
    let (minute, rest) = short_number(rest.strip_prefix(b":")?)?;
    let (second, rest) = short_number(rest.strip_prefix(b":")?)?;
    if hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    match rest {
        [b'.' | b',', digit, ..] if digit.is_ascii_digit() => {
            let fraction = rest.iter().skip(1).take_while(|byte| byte.is_ascii_digit()).count();
            rest.get(1 + fraction..)
        }
        _ => Some(rest),
    }
}

/// `Z` or `+01:00`, and nothing behind it.
fn zone(rest: &[u8]) -> Option<()> {
    match rest {
        [b'Z'] => Some(()),
        [b'+' | b'-', a, b, b':', c, d] if [a, b, c, d].into_iter().all(u8::is_ascii_digit) => {
            let hours = (a - b'0') * 10 + (b - b'0');
            let minutes = (c - b'0') * 10 + (d - b'0');
            (hours <= 24 && minutes <= 60).then_some(())
        }
        _ => None,
    }
}

/// One or two digits, and what follows.
fn short_number(bytes: &[u8]) -> Option<(u32, &[u8])> {
    match bytes {
        [a, b, rest @ ..] if a.is_ascii_digit() && b.is_ascii_digit() => {
            Some((u32::from(a - b'0') * 10 + u32::from(b - b'0'), rest))
        }
        [a, rest @ ..] if a.is_ascii_digit() => Some((u32::from(a - b'0'), rest)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integers_come_in_four_bases_with_underscores() {
        let cases = [
            ("0", 0),
            ("-0", 0),
            ("+12", 12),
            ("0777", 511),
            ("0o17", 15),
            ("0b101", 5),
            ("0XfF", 255),
            ("1_000", 1000),
            ("-9223372036854775808", i64::MIN),
            ("0b-1", -1),
        ];
        for (text, value) in cases {
            assert_eq!(plain(text), Kind::Int(value), "{text}");
        }
        assert_eq!(plain("18446744073709551615"), Kind::Uint(u64::MAX));
        assert_eq!(plain("+18446744073709551615"), Kind::Float(18_446_744_073_709_551_615.0));
    }

    #[test]
    fn floats_have_a_point_or_an_exponent_or_a_leading_zero() {
        for (text, value) in
            [("0987", 987.0), ("5.", 5.0), (".5", 0.5), ("1e3", 1000.0), (".1_2", 0.12), ("-1.5E-2", -0.015)]
        {
            assert_eq!(plain(text), Kind::Float(value), "{text}");
        }
    }

    #[test]
    fn look_alikes_stay_text() {
        for text in [
            "1e400",
            "0x1p4",
            "0o8",
            "0b2",
            "1.2.3",
            "190:20:30",
            "2020-01-01",
            "-",
            "+",
            "0x",
            "yEs",
            "tRue",
            "._1",
            "1e",
            "10.0.0.1",
            "12Gi",
            ".",
            "..",
            "--1",
            "0x-1",
            "nUll",
            "1__",
            "Infinity",
        ] {
            let expected = if text == "1__" { Kind::Int(1) } else { Kind::Text };
            assert_eq!(plain(text), expected, "{text}");
        }
    }

    #[test]
    fn timestamps_follow_four_layouts() {
        for text in [
            "2020-1-1",
            "2020-02-29",
            "2020-01-01T10:00:00Z",
            "2020-1-1t1:2:3.5+01:30",
            "2020-01-01   10:00:00,123",
        ] {
            assert!(is_timestamp(text), "{text}");
        }
        for text in [
            "2021-02-29",
            "2020-13-01",
            "2020-01-01T10:00:00",
            "2020-01-01 10:00:00Z",
            "02020-1-1",
            "2020-01-01T24:00:00Z",
        ] {
            assert!(!is_timestamp(text), "{text}");
        }
    }

    #[test]
    fn a_tag_must_fit_its_text() {
        assert_eq!(tagged("tag:yaml.org,2002:int", "7"), Ok(Kind::Int(7)));
        assert_eq!(tagged("tag:yaml.org,2002:float", "7"), Ok(Kind::Float(7.0)));
        assert_eq!(
            tagged("tag:yaml.org,2002:int", "1.0"),
            Err("cannot decode !!float `1.0` as a !!int".to_owned())
        );
        assert_eq!(tagged("!own", "7"), Ok(Kind::Text));
    }
}
