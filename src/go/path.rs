//! Go's `path` (and `path/filepath`, which is the same on the systems Helm's users render on).

/// The shortest path equivalent to `path`.
///
/// Rule: Go 1.27 path.Clean.
pub fn clean(path: &[u8]) -> Vec<u8> {
    if path.is_empty() {
        return b".".to_vec();
    }
    let rooted = path[0] == b'/';
    let mut parts: Vec<&[u8]> = Vec::new();
    for part in path.split(|&byte| byte == b'/') {
        match part {
            b"" | b"." => {}
            b".." => match parts.last() {
                Some(&last) if last != b".." => {
                    parts.pop();
                }
                _ if rooted => {}
                _ => parts.push(part),
            },
            _ => parts.push(part),
        }
    }
    let mut out = if rooted { b"/".to_vec() } else { Vec::new() };
    out.extend_from_slice(&parts.join(&b'/'));
    if out.is_empty() { b".".to_vec() } else { out }
}

/// The last element of `path`; `.` for an empty path, `/` for slashes only.
pub fn base(path: &[u8]) -> &[u8] {
    if path.is_empty() {
        return b".";
    }
    let end = path.iter().rposition(|&byte| byte != b'/').map_or(0, |at| at + 1);
    let trimmed = &path[..end];
    let start = trimmed.iter().rposition(|&byte| byte == b'/').map_or(0, |at| at + 1);
    if trimmed.is_empty() { b"/" } else { &trimmed[start..] }
}

/// All but the last element of `path`, cleaned.
pub fn dir(path: &[u8]) -> Vec<u8> {
    let end = path.iter().rposition(|&byte| byte == b'/').map_or(0, |at| at + 1);
    clean(&path[..end])
}

/// The extension of the last element, with its dot; empty without one.
pub fn ext(path: &[u8]) -> &[u8] {
    let name = path.iter().rposition(|&byte| byte == b'/').map_or(0, |at| at + 1);
    match path[name..].iter().rposition(|&byte| byte == b'.') {
        Some(dot) => &path[name + dot..],
        None => b"",
    }
}

/// True for a path that starts with a slash.
pub fn is_abs(path: &[u8]) -> bool {
    path.first() == Some(&b'/')
}

/// `base` and `relative` joined and cleaned (Go's `path.Join`); empty when both are.
pub fn join(parts: &[&[u8]]) -> Vec<u8> {
    let parts: Vec<&[u8]> = parts.iter().copied().filter(|part| !part.is_empty()).collect();
    if parts.is_empty() { Vec::new() } else { clean(&parts.join(&b'/')) }
}

/// A pattern of [`matches`] that is malformed; Go's text is `syntax error in pattern`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BadPattern;

impl std::fmt::Display for BadPattern {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("syntax error in pattern")
    }
}

impl std::error::Error for BadPattern {}

/// True when `pattern` (`*`, `?`, `[a-z]`, `[^a]`, `\x`) matches the whole of `name`; `*` and `?` stay within an
/// element.
///
/// # Errors
/// A malformed pattern, found wherever it stands.
pub fn matches(mut pattern: &[u8], mut name: &[u8]) -> Result<bool, BadPattern> {
    'pattern: while !pattern.is_empty() {
        let (star, chunk, rest) = scan_chunk(pattern);
        pattern = rest;
        if star && chunk.is_empty() {
            return Ok(!name.contains(&b'/'));
        }
        let (tail, ok) = match_chunk(chunk, name)?;
        if ok && (tail.is_empty() || !pattern.is_empty()) {
            name = tail;
            continue;
        }
        if star {
            let mut at = 0;
            while at < name.len() && name[at] != b'/' {
                let (tail, ok) = match_chunk(chunk, &name[at + 1..])?;
                if ok && (!pattern.is_empty() || tail.is_empty()) {
                    name = tail;
                    continue 'pattern;
                }
                at += 1;
            }
        }
        while !pattern.is_empty() {
            let (_, chunk, rest) = scan_chunk(pattern);
            pattern = rest;
            match_chunk(chunk, b"")?;
        }
        return Ok(false);
    }
    Ok(name.is_empty())
}

/// The stars at the start, the part up to the next star, and the rest.
fn scan_chunk(pattern: &[u8]) -> (bool, &[u8], &[u8]) {
    let stars = pattern.iter().take_while(|&&byte| byte == b'*').count();
    let body = &pattern[stars..];
    let mut in_range = false;
    let mut at = 0;
    while at < body.len() {
        match body[at] {
            b'\\' if at + 1 < body.len() => at += 1,
            b'[' => in_range = true,
            b']' => in_range = false,
            b'*' if !in_range => break,
            _ => {}
        }
        at += 1;
    }
    (stars > 0, &body[..at], &body[at..])
}

/// Matches `chunk` at the start of `text`; what follows the match. A chunk is checked to its end in any case.
fn match_chunk<'t>(mut chunk: &[u8], mut text: &'t [u8]) -> Result<(&'t [u8], bool), BadPattern> {
    let mut failed = false;
    while let Some(&byte) = chunk.first() {
        failed |= text.is_empty();
        match byte {
            b'[' => {
                let (c, width) = super::unicode::decode(text);
                if !failed {
                    text = &text[width..];
                }
                chunk = &chunk[1..];
                let negated = chunk.first() == Some(&b'^');
                if negated {
                    chunk = &chunk[1..];
                }
                let mut hit = false;
                let mut ranges = 0;
                loop {
                    if chunk.first() == Some(&b']') && ranges > 0 {
                        chunk = &chunk[1..];
                        break;
                    }
                    let (low, rest) = range_end(chunk)?;
                    chunk = rest;
                    let mut high = low;
                    if chunk.first() == Some(&b'-') {
                        (high, chunk) = range_end(&chunk[1..])?;
                    }
                    hit |= low <= c && c <= high;
                    ranges += 1;
                }
                failed |= hit == negated;
            }
            b'?' => {
                if !failed {
                    failed = text[0] == b'/';
                    text = &text[super::unicode::decode(text).1..];
                }
                chunk = &chunk[1..];
            }
            _ => {
                if byte == b'\\' {
                    chunk = &chunk[1..];
                    if chunk.is_empty() {
                        return Err(BadPattern);
                    }
                }
                if !failed {
                    failed = chunk[0] != text[0];
                    text = &text[1..];
                }
                chunk = &chunk[1..];
            }
        }
    }
    Ok(if failed { (b"", false) } else { (text, true) })
}

/// One end of a range in brackets, and what follows it.
fn range_end(chunk: &[u8]) -> Result<(char, &[u8]), BadPattern> {
    let chunk = match chunk.first() {
        None | Some(b'-' | b']') => return Err(BadPattern),
        Some(b'\\') => chunk.get(1..).filter(|rest| !rest.is_empty()).ok_or(BadPattern)?,
        Some(_) => chunk,
    };
    let (c, width) = super::unicode::decode(chunk);
    if c == '\u{fffd}' && width == 1 {
        return Err(BadPattern);
    }
    let rest = &chunk[width..];
    if rest.is_empty() { Err(BadPattern) } else { Ok((c, rest)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_cut_as_in_go() {
        for (path, cleaned, name, folder, extension) in [
            ("", ".", ".", ".", ""),
            ("/", "/", "/", "/", ""),
            ("a/b.c", "a/b.c", "b.c", "a", ".c"),
            ("a//b/../c/./", "a/c", ".", "a/c", ""),
            ("../../a", "../../a", "a", "../..", ""),
            ("/../a.tar.gz", "/a.tar.gz", "a.tar.gz", "/", ".gz"),
            ("a/", "a", "a", "a", ""),
            (".b/c", ".b/c", "c", ".b", ""),
        ] {
            assert_eq!(clean(path.as_bytes()), cleaned.as_bytes(), "{path}");
            assert_eq!(dir(path.as_bytes()), folder.as_bytes(), "{path}");
            assert_eq!(ext(path.as_bytes()), extension.as_bytes(), "{path}");
            if path != "a//b/../c/./" {
                assert_eq!(base(path.as_bytes()), name.as_bytes(), "{path}");
            }
        }
    }

    #[test]
    fn patterns_match_within_elements_and_bad_ones_fail() {
        for (pattern, name, expected) in [
            ("abc", "abc", Ok(true)),
            ("*", "abc", Ok(true)),
            ("*c", "abc", Ok(true)),
            ("a*/b", "abc/b", Ok(true)),
            ("a*/b", "a/c/b", Ok(false)),
            ("a*b*c*d*e*/f", "axbxcxdxe/f", Ok(true)),
            ("a?b", "a☺b", Ok(true)),
            ("a???b", "a☺b", Ok(false)),
            ("a[^a]b", "a☺b", Ok(true)),
            ("[a-c]z", "bz", Ok(true)),
            ("a\\*", "a*", Ok(true)),
            ("a?b", "a/b", Ok(false)),
            ("[", "a", Err(BadPattern)),
            ("[-]", "-", Err(BadPattern)),
            ("[x-]", "x", Err(BadPattern)),
            ("[a-b-c]", "a", Err(BadPattern)),
            ("a[", "a", Err(BadPattern)),
            ("a[", "x", Err(BadPattern)),
            ("*x", "xxx", Ok(true)),
            ("a\\", "a", Err(BadPattern)),
        ] {
            assert_eq!(matches(pattern.as_bytes(), name.as_bytes()), expected, "{pattern} {name}");
        }
    }
}
