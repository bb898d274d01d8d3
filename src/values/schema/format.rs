//! The values of `format`, which drafts up to 7 assert.
// Rule: github.com/santhosh-tekuri/jsonschema v6.0.3, format.go.

use std::str::FromStr as _;

use crate::go::regexp::Regexp;
use crate::go::strconv;
use crate::go::time::Time;
use crate::go::url::Url;

use super::address::{ipv4, ipv6};

/// A text that is no such thing, and why.
type Verdict = Result<(), String>;

/// A format: its name and its check.
pub(super) type Format = (&'static str, fn(&str) -> Verdict);

/// The format of this name; formats nobody knows are not asserted.
pub(super) fn find(name: &str) -> Option<Format> {
    let index = FORMATS.binary_search_by(|(known, _)| (*known).cmp(name)).ok()?;
    FORMATS.get(index).copied()
}

const FORMATS: &[Format] = &[
    ("date", date),
    ("date-time", date_time),
    ("duration", duration),
    ("email", email),
    ("hostname", hostname),
    ("ipv4", ipv4),
    ("ipv6", ipv6),
    ("iri", uri),
    ("iri-reference", uri_reference),
    ("json-pointer", json_pointer),
    ("period", period),
    ("regex", regex),
    ("relative-json-pointer", relative_json_pointer),
    ("semver", semver),
    ("time", time),
    ("uri", uri),
    ("uri-reference", uri_reference),
    ("uri-template", uri_template),
    ("uuid", uuid),
];

fn bad(why: impl Into<String>) -> Verdict {
    Err(why.into())
}

fn rune(c: char) -> String {
    strconv::quote_rune(c as u32)
}

pub(super) fn regex(text: &str) -> Verdict {
    Regexp::check(text.as_bytes()).map_err(|error| error.to_string())
}

fn json_pointer(text: &str) -> Verdict {
    if text.is_empty() {
        return Ok(());
    }
    let Some(rest) = text.strip_prefix('/') else { return bad("not starting with /") };
    for token in rest.split('/') {
        let mut chars = token.chars();
        while let Some(c) = chars.next() {
            if c == '~' && !matches!(chars.next(), Some('0' | '1')) {
                return bad("~ must be followed by 0 or 1");
            }
        }
    }
    Ok(())
}

fn relative_json_pointer(text: &str) -> Verdict {
    let digits = leading_digits(text);
    if digits == 0 {
        return bad("must start with non-negative integer");
    }
    if digits > 1 && text.starts_with('0') {
        return bad("starts with zero");
    }
    match text.get(digits..) {
        Some("#") | None => Ok(()),
        Some(rest) => json_pointer(rest),
    }
}

fn leading_digits(text: &str) -> usize {
    text.bytes().take_while(u8::is_ascii_digit).count()
}

fn uuid(text: &str) -> Verdict {
    let lengths = [8, 4, 4, 4, 12];
    let groups: Vec<_> = text.split('-').collect();
    if groups.len() != lengths.len() {
        return bad("must have 5 elements");
    }
    for (index, (group, length)) in groups.iter().zip(lengths).enumerate() {
        if group.len() != length {
            return bad(format!("element {} must be {length} characters long", index + 1));
        }
        if let Some(c) = group.chars().find(|c| !c.is_ascii_hexdigit()) {
            return bad(format!("non-hex character {}", rune(c)));
        }
    }
    Ok(())
}

fn duration(text: &str) -> Verdict {
    let Some(text) = text.strip_prefix('P') else { return bad("must start with P") };
    if text.is_empty() {
        return bad("nothing after P");
    }
    if let Some(weeks) = text.strip_suffix('W') {
        if weeks.is_empty() {
            return bad("no number in week");
        }
        return if weeks.bytes().all(|b| b.is_ascii_digit()) { Ok(()) } else { bad("invalid week") };
    }
    for (index, mut part) in text.split('T').enumerate() {
        if index > 0 && part.is_empty() {
            return bad("no time elements");
        }
        let all_units = match index {
            0 => "YMD",
            1 => "HMS",
            _ => return bad("more than one T"),
        };
        let mut units = all_units;
        while !part.is_empty() {
            let digits = leading_digits(part);
            if digits == 0 {
                return bad("missing number");
            }
            let Some(unit) = part.as_bytes().get(digits).copied() else { return bad("missing unit") };
            let shown = strconv::quote_rune(u32::from(unit));
            match units.bytes().position(|known| known == unit) {
                Some(at) => units = units.get(at + 1..).unwrap_or_default(),
                None if all_units.bytes().any(|known| known == unit) => {
                    return bad(format!("unit {shown} out of order"));
                }
                None => return bad(format!("invalid unit {shown}")),
            }
            part = part.get(digits + 1..).unwrap_or_default();
        }
    }
    Ok(())
}

fn hostname(text: &str) -> Verdict {
    let text = text.strip_suffix('.').unwrap_or(text);
    if text.len() > 253 {
        return bad("more than 253 characters long");
    }
    for label in text.split('.') {
        if label.is_empty() || label.len() > 63 {
            return bad("label must be 1 to 63 characters long");
        }
        if label.starts_with('-') {
            return bad("label starts with hyphen");
        }
        if label.ends_with('-') {
            return bad("label ends with hyphen");
        }
        if let Some(c) = label.chars().find(|c| !c.is_ascii_alphanumeric() && *c != '-') {
            return bad(format!("invalid character {}", rune(c)));
        }
    }
    Ok(())
}

fn email(text: &str) -> Verdict {
    if text.len() > 254 {
        return bad("more than 255 characters long");
    }
    let Some((local, domain)) = text.rsplit_once('@') else { return bad("missing @") };
    if local.len() > 64 {
        return bad("local part more than 64 characters long");
    }
    // Quirk: the closing quote is not looked for.
    if let Some(quoted) = local.strip_prefix('"').filter(|rest| !rest.is_empty()) {
        let end = quoted.char_indices().next_back().map_or(0, |(at, _)| at);
        if quoted.get(..end).unwrap_or_default().contains(['\\', '"']) {
            return bad("backslash and quote are not allowed within quoted local part");
        }
    } else if local.starts_with('.') {
        return bad("starts with dot");
    } else if local.ends_with('.') {
        return bad("ends with dot");
    } else if local.contains("..") {
        return bad("consecutive dots");
    } else if let Some(c) =
        local.chars().find(|&c| !c.is_ascii_alphanumeric() && !".!#$%&'*+-/=?^_`{|}~".contains(c))
    {
        return bad(format!("invalid character {}", rune(c)));
    }
    if let Some(address) = domain.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
        return match address.strip_prefix("IPv6:") {
            Some(address) => ipv6(address).map_err(|why| format!("invalid ipv6 address: {why}")),
            None => ipv4(address).map_err(|why| format!("invalid ipv4 address: {why}")),
        };
    }
    hostname(domain).map_err(|why| format!("invalid domain: {why}"))
}

fn date(text: &str) -> Verdict {
    Time::parse("2006-01-02", text).map(|_| ()).map_err(|error| error.to_string())
}

fn time(text: &str) -> Verdict {
    let bytes = text.as_bytes();
    if bytes.len() < 9 {
        return bad("less than 9 characters long");
    }
    if bytes.get(2) != Some(&b':') || bytes.get(5) != Some(&b':') {
        return bad("missing colon in correct place");
    }
    let mut numbers = [0_i64; 3];
    for (number, piece) in
        numbers.iter_mut().zip(bytes.get(..8).unwrap_or_default().splitn(3, |&b| b == b':'))
    {
        *number = small(piece).ok_or("invalid hour/min/sec")?;
        if *number < 0 {
            return bad("non-positive hour/min/sec");
        }
    }
    let [mut hour, mut minute, second] = numbers;
    if hour > 23 || minute > 59 || second > 60 {
        return bad("hour/min/sec out of range");
    }
    let mut rest = bytes.get(8..).unwrap_or_default();
    if let Some(fraction) = rest.strip_prefix(b".") {
        let digits = fraction.iter().take_while(|b| b.is_ascii_digit()).count();
        if digits == 0 {
            return bad("no digits in second fraction");
        }
        rest = fraction.get(digits..).unwrap_or_default();
    }
    if rest != b"z" && rest != b"Z" {
        let (sign, offset) = match rest {
            [b'+', offset @ ..] if rest.len() == 6 => (-1, offset),
            [b'-', offset @ ..] if rest.len() == 6 => (1, offset),
            _ if rest.len() == 6 => return bad("offset must begin with plus/minus"),
            _ => return bad("offset must be 6 characters long"),
        };
        if offset.get(2) != Some(&b':') {
            return bad("missing colon in offset in correct place");
        }
        let mut numbers = [0_i64; 2];
        for (number, piece) in numbers.iter_mut().zip(offset.splitn(2, |&b| b == b':')) {
            *number = small(piece).ok_or("invalid hour/min in offset")?;
            if *number < 0 {
                return bad("non-positive hour/min in offset");
            }
        }
        let [hours, minutes] = numbers;
        if hours > 23 || minutes > 59 {
            return bad("hour/min in offset out of range");
        }
        let all = hour * 60 + minute + sign * (hours * 60 + minutes);
        let all = if all < 0 { all + 24 * 60 } else { all };
        (hour, minute) = (all / 60, all % 60);
    }
    if second >= 60 && (hour != 23 || minute != 59) {
        return bad("invalid leap second");
    }
    Ok(())
}

/// Go's `strconv.Atoi` of a few bytes.
fn small(piece: &[u8]) -> Option<i64> {
    i64::from_str(str::from_utf8(piece).ok()?).ok()
}

fn date_time(text: &str) -> Verdict {
    if text.len() < 20 {
        return bad("less than 20 characters long");
    }
    if !matches!(text.as_bytes().get(10), Some(b't' | b'T')) {
        return bad("11th character must be t or T");
    }
    let (day, clock) = (text.get(..10).unwrap_or_default(), text.get(11..).unwrap_or_default());
    date(day).map_err(|why| format!("invalid date element: {why}"))?;
    time(clock).map_err(|why| format!("invalid time element: {why}"))
}

fn url(text: &str) -> Result<Url, String> {
    let url = Url::parse(text.as_bytes()).map_err(|error| error.to_string())?;
    if url.hostname().contains(&b':') {
        if !url.host.contains(&b'[') || !url.host.contains(&b']') {
            return Err("ipv6 address not enclosed in brackets".to_owned());
        }
        ipv6(&String::from_utf8_lossy(url.hostname()))
            .map_err(|why| format!("invalid ipv6 address: {why}"))?;
    }
    Ok(url)
}

fn uri(text: &str) -> Verdict {
    if url(text)?.scheme.is_empty() { bad("relative url") } else { Ok(()) }
}

pub(super) fn uri_reference(text: &str) -> Verdict {
    if text.contains('\\') {
        return bad("contains \\");
    }
    url(text).map(|_| ())
}

fn uri_template(text: &str) -> Verdict {
    let path = String::from_utf8_lossy(&url(text)?.raw_path).replace("%7B", "{").replace("%7D", "}");
    for token in path.split('/') {
        let mut open = false;
        for c in token.chars() {
            match c {
                '{' if !open => open = true,
                '}' if open => open = false,
                '{' | '}' => return bad("nested curly braces"),
                _ => {}
            }
        }
        if open {
            return bad("no matching closing brace");
        }
    }
    Ok(())
}

fn period(text: &str) -> Verdict {
    let Some((start, end)) = text.split_once('/') else { return bad("missing slash") };
    if start.starts_with('P') {
        duration(start).map_err(|why| format!("invalid start duration: {why}"))?;
    } else {
        date_time(start).map_err(|why| format!("invalid start date-time: {why}"))?;
        if end.starts_with('P') {
            return duration(end).map_err(|why| format!("invalid end duration: {why}"));
        }
    }
    date_time(end).map_err(|why| format!("invalid end date-time: {why}"))
}

fn semver(text: &str) -> Verdict {
    let bad_char = |text: &str| text.chars().find(|c| !c.is_ascii_alphanumeric() && *c != '-');
    let (text, build) = text.split_once('+').map_or((text, None), |(text, build)| (text, Some(build)));
    if build == Some("") {
        return bad("build is empty");
    }
    for part in build.into_iter().flat_map(|build| build.split('.')) {
        if part.is_empty() {
            return bad("build identifier is empty");
        }
        if let Some(c) = bad_char(part) {
            return bad(format!("invalid character {} in build identifier", rune(c)));
        }
    }
    let (core, release) = text.split_once('-').map_or((text, None), |(core, release)| (core, Some(release)));
    for part in release.into_iter().flat_map(|release| release.split('.')) {
        if part.is_empty() {
            return bad("pre-release identifier is empty");
        }
        if let Some(c) = bad_char(part) {
            return bad(format!("invalid character {} in pre-release identifier", rune(c)));
        }
        if part.len() > 1 && part.starts_with('0') && part.bytes().all(|b| b.is_ascii_digit()) {
            return bad("pre-release numeric identifier starts with zero");
        }
    }
    let numbers: Vec<_> = core.split('.').collect();
    if numbers.len() != 3 {
        return bad("versionCore must have 3 numbers separated by dot");
    }
    for (number, name) in numbers.iter().zip(["major", "minor", "patch"]) {
        if number.is_empty() {
            return bad(format!("{name} is empty"));
        }
        if number.len() > 1 && number.starts_with('0') {
            return bad(format!("{name} starts with zero"));
        }
        if !number.bytes().all(|b| b.is_ascii_digit()) {
            return bad(format!("{name} contains non-digit"));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    #[test]
    fn formats_are_sorted_by_name() {
        assert!(super::FORMATS.is_sorted_by_key(|(name, _)| *name));
    }
}
