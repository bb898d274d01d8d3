//! Addresses as `format` knows them.
// Rule: format.go of the schema library; Go's net/netip for IPv6.

use crate::go::strconv;

pub(super) fn ipv4(text: &str) -> Result<(), String> {
    let groups: Vec<_> = text.split('.').collect();
    if groups.len() != 4 {
        return Err("expected four decimals".to_owned());
    }
    for group in groups {
        if group.len() > 1 && group.starts_with('0') {
            return Err("leading zeros".to_owned());
        }
        let number = strconv::atoi(group).map_err(|error| error.to_string())?;
        if !(0..=255).contains(&number) {
            return Err("decimal must be between 0 and 255".to_owned());
        }
    }
    Ok(())
}

pub(super) fn ipv6(text: &str) -> Result<(), String> {
    if !text.contains(':') {
        return Err("missing colon".to_owned());
    }
    let result = match text.bytes().find(|byte| matches!(byte, b'.' | b':' | b'%')) {
        Some(b'.') => dotted(text),
        Some(b':') => colons(text),
        _ => Err(("missing IPv6 address", "")),
    };
    match result {
        Ok(true) => Err("zone id is not a part of ipv6 address".to_owned()),
        Ok(false) => Ok(()),
        Err((why, at)) => {
            let at = if at.is_empty() {
                String::new()
            } else {
                format!(" (at {})", strconv::quote(at.as_bytes()))
            };
            Err(format!("ParseAddr({}): {why}{at}", strconv::quote(text.as_bytes())))
        }
    }
}

/// Why an address is none, and at which rest of it.
type Flaw<'t> = (&'static str, &'t str);

/// An IPv4 address; never has a zone.
fn dotted(text: &str) -> Result<bool, Flaw<'_>> {
    let (mut value, mut digits, mut fields) = (0_u32, 0, 0);
    for (index, byte) in text.bytes().enumerate() {
        let rest = text.get(index..).unwrap_or_default();
        match byte {
            b'0'..=b'9' => {
                if digits == 1 && value == 0 {
                    return Err(("IPv4 field has octet with leading zero", ""));
                }
                value = value * 10 + u32::from(byte - b'0');
                digits += 1;
                if value > 255 {
                    return Err(("IPv4 field has value >255", ""));
                }
            }
            b'.' => {
                if index == 0 || index == text.len() - 1 || digits == 0 {
                    return Err(("IPv4 field must have at least one digit", rest));
                }
                if fields == 3 {
                    return Err(("IPv4 address too long", ""));
                }
                (value, digits) = (0, 0);
                fields += 1;
            }
            _ => return Err(("unexpected character", rest)),
        }
    }
    if fields < 3 { Err(("IPv4 address too short", "")) } else { Ok(false) }
}

/// An IPv6 address; true when it has a zone.
fn colons(text: &str) -> Result<bool, Flaw<'_>> {
    let (mut s, zone) = match text.split_once('%') {
        Some((_, "")) => return Err(("zone must be a non-empty string", "")),
        Some((address, _)) => (address, true),
        None => (text, false),
    };
    let mut ellipsis = None;
    if let Some(rest) = s.strip_prefix("::") {
        (ellipsis, s) = (Some(0), rest);
        if s.is_empty() {
            return Ok(zone);
        }
    }
    let mut bytes = 0;
    while bytes < 16 {
        let digits = s.bytes().take_while(u8::is_ascii_hexdigit).count();
        if digits > 4 {
            return Err(("each group must have 4 or less digits", s));
        }
        if digits == 0 {
            return Err(("each colon-separated field must have at least one digit", s));
        }
        if s.as_bytes().get(digits) == Some(&b'.') {
            if ellipsis.is_none() && bytes != 12 {
                return Err(("embedded IPv4 address must replace the final 2 fields of the address", s));
            }
            if bytes + 4 > 16 {
                return Err(("too many hex fields to fit an embedded IPv4 at the end of the address", s));
            }
            dotted(s)?;
            s = "";
            bytes += 4;
            break;
        }
        bytes += 2;
        s = s.get(digits..).unwrap_or_default();
        if s.is_empty() {
            break;
        }
        match s.strip_prefix(':') {
            None => return Err(("unexpected character, want colon", s)),
            Some("") => return Err(("colon must be followed by more characters", s)),
            Some(rest) => s = rest,
        }
        if let Some(rest) = s.strip_prefix(':') {
            if ellipsis.is_some() {
                return Err(("multiple :: in address", s));
            }
            (ellipsis, s) = (Some(bytes), rest);
            if s.is_empty() {
                break;
            }
        }
    }
    if !s.is_empty() {
        return Err(("trailing garbage after address", s));
    }
    match (bytes < 16, ellipsis) {
        (true, None) => Err(("address string too short", "")),
        (false, Some(_)) => Err(("the :: must expand to at least one field of zeros", "")),
        _ => Ok(zone),
    }
}
