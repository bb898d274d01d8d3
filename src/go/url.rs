//! Go's `net/url`: what `urlParse`, `urlJoin` and `urlquery` show of it.

use std::fmt;

use super::strconv;

/// A parsed URL.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Url {
    /// In lower case, without the colon.
    pub scheme: String,
    /// What follows the scheme when no slash does: `mailto:a@b`.
    pub opaque: Vec<u8>,
    /// User and password, if the URL has an `@` part.
    pub user: Option<User>,
    /// Host with its port.
    pub host: Vec<u8>,
    /// Path, percent-decoded.
    pub path: Vec<u8>,
    /// The path as written when that is not the default encoding of `path`.
    pub raw_path: Vec<u8>,
    /// Query without the question mark, as written.
    pub query: Vec<u8>,
    /// True for a `?` with nothing after it.
    pub force_query: bool,
    /// Fragment, percent-decoded.
    pub fragment: Vec<u8>,
    /// The fragment as written when that is not the default encoding of `fragment`.
    pub raw_fragment: Vec<u8>,
    /// True when a URL with a scheme has no `//` before its path (`file:/a`).
    pub omit_host: bool,
}

/// User information.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct User {
    /// Name, percent-decoded.
    pub name: Vec<u8>,
    /// Password, percent-decoded, if there was a colon.
    pub password: Option<Vec<u8>>,
}

/// A text that is no URL; `Display` gives Go's `parse "…": …`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UrlError {
    text: Vec<u8>,
    reason: String,
}

impl fmt::Display for UrlError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "parse {}: {}", strconv::quote(&self.text), self.reason)
    }
}

impl std::error::Error for UrlError {}

/// The parts of a URL, which differ in what must be escaped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    Path,
    Host,
    Zone,
    User,
    Query,
    Fragment,
}

/// Rule: Go 1.27 net/url `shouldEscape`.
fn should_escape(byte: u8, part: Part) -> bool {
    if byte.is_ascii_alphanumeric() {
        return false;
    }
    if matches!(part, Part::Host | Part::Zone) && b"!$&'()*+,;=:[]<>\"".contains(&byte) {
        return false;
    }
    match byte {
        b'-' | b'_' | b'.' | b'~' => return false,
        b'$' | b'&' | b'+' | b',' | b'/' | b':' | b';' | b'=' | b'?' | b'@' => {
            return match part {
                Part::Path => byte == b'?',
                Part::User => matches!(byte, b'@' | b'/' | b'?' | b':'),
                Part::Query => true,
                Part::Fragment => false,
                Part::Host | Part::Zone => true,
            };
        }
        _ => {}
    }
    !(part == Part::Fragment && b"!()*".contains(&byte))
}

fn escape(text: &[u8], part: Part) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    for &byte in text {
        if byte == b' ' && part == Part::Query {
            out.push(b'+');
        } else if should_escape(byte, part) {
            out.extend_from_slice(format!("%{byte:02X}").as_bytes());
        } else {
            out.push(byte);
        }
    }
    out
}

/// `text` escaped for a query (Go's `url.QueryEscape`).
pub fn query_escape(text: &[u8]) -> Vec<u8> {
    escape(text, Part::Query)
}

/// Rule: Go 1.27 net/url `unescape`.
fn unescape(text: &[u8], part: Part) -> Result<Vec<u8>, String> {
    let mut out = Vec::with_capacity(text.len());
    let mut at = 0;
    while at < text.len() {
        let byte = text[at];
        if byte == b'%' {
            let digits = text.get(at + 1..at + 3).and_then(|digits| {
                let high = char::from(digits[0]).to_digit(16)?;
                Some((high * 16 + char::from(digits[1]).to_digit(16)?) as u8)
            });
            let Some(value) = digits else {
                let piece = &text[at..text.len().min(at + 3)];
                return Err(format!("invalid URL escape {}", strconv::quote(piece)));
            };
            let piece = &text[at..at + 3];
            if part == Part::Host && value < 0x80 && piece != b"%25" {
                return Err(format!("invalid URL escape {}", strconv::quote(piece)));
            }
            if part == Part::Zone && piece != b"%25" && value != b' ' && should_escape(value, Part::Host) {
                return Err(format!("invalid URL escape {}", strconv::quote(piece)));
            }
            out.push(value);
            at += 3;
            continue;
        }
        if matches!(part, Part::Host | Part::Zone) && byte < 0x80 && should_escape(byte, part) {
            return Err(format!("invalid character {} in host name", strconv::quote(&[byte])));
        }
        out.push(if byte == b'+' && part == Part::Query { b' ' } else { byte });
        at += 1;
    }
    Ok(out)
}

fn cut(text: &[u8], mark: u8) -> (&[u8], Option<&[u8]>) {
    match text.iter().position(|&byte| byte == mark) {
        Some(at) => (&text[..at], Some(&text[at + 1..])),
        None => (text, None),
    }
}

impl Url {
    /// The URL `text` spells, absolute or relative.
    ///
    /// # Errors
    /// Go's `parse "…": …`.
    pub fn parse(text: &[u8]) -> Result<Self, UrlError> {
        let (body, fragment) = cut(text, b'#');
        let fail = |whole: &[u8], reason: String| UrlError { text: whole.to_vec(), reason };
        let mut url = Self::parse_body(body).map_err(|reason| fail(body, reason))?;
        if let Some(fragment) = fragment.filter(|fragment| !fragment.is_empty()) {
            url.fragment = unescape(fragment, Part::Fragment).map_err(|reason| fail(text, reason))?;
            if escape(&url.fragment, Part::Fragment) != fragment {
                url.raw_fragment = fragment.to_vec();
            }
        }
        Ok(url)
    }

    /// The absolute URL `text` spells, as it stands in a request line: `#` begins no fragment.
    ///
    /// # Errors
    /// Go's `parse "…": …`; a text without a scheme is refused.
    // Rule: Go 1.27 net/url `ParseRequestURI`.
    pub fn parse_absolute(text: &[u8]) -> Result<Self, UrlError> {
        let fail = |reason: String| UrlError { text: text.to_vec(), reason };
        if text.is_empty() {
            return Err(fail("empty url".to_owned()));
        }
        let url = Self::parse_body(text).map_err(fail)?;
        if url.scheme.is_empty() { Err(fail("invalid URI for request".to_owned())) } else { Ok(url) }
    }

    fn parse_body(text: &[u8]) -> Result<Self, String> {
        if text.iter().any(|&byte| byte < b' ' || byte == 0x7f) {
            return Err("net/url: invalid control character in URL".to_owned());
        }
        let mut url = Self::default();
        if text == b"*" {
            url.path = text.to_vec();
            return Ok(url);
        }
        let (scheme, mut rest) = scheme(text)?;
        url.scheme = scheme.to_ascii_lowercase();
        if rest.ends_with(b"?") && rest.iter().filter(|&&byte| byte == b'?').count() == 1 {
            url.force_query = true;
            rest = &rest[..rest.len() - 1];
        } else {
            let (head, query) = cut(rest, b'?');
            rest = head;
            url.query = query.unwrap_or_default().to_vec();
        }
        if !rest.starts_with(b"/") {
            if !url.scheme.is_empty() {
                url.opaque = rest.to_vec();
                return Ok(url);
            }
            let (segment, _) = cut(rest, b'/');
            if segment.contains(&b':') {
                return Err("first path segment in URL cannot contain colon".to_owned());
            }
        }
        if rest.starts_with(b"//") && (!url.scheme.is_empty() || !rest.starts_with(b"///")) {
            let authority = &rest[2..];
            let end = authority.iter().position(|&byte| byte == b'/').unwrap_or(authority.len());
            let (authority, path) = authority.split_at(end);
            url.parse_authority(authority)?;
            rest = path;
        } else if !url.scheme.is_empty() && rest.starts_with(b"/") {
            url.omit_host = true;
        }
        url.set_path(rest)?;
        Ok(url)
    }

    /// Takes a path as it stands in a URL.
    ///
    /// # Errors
    /// An escape that is none, in Go's words.
    // Rule: Go 1.27 net/url `URL.setPath`.
    pub fn set_path(&mut self, text: &[u8]) -> Result<(), String> {
        self.path = unescape(text, Part::Path)?;
        self.raw_path = if escape(&self.path, Part::Path) == text { Vec::new() } else { text.to_vec() };
        Ok(())
    }

    fn parse_authority(&mut self, authority: &[u8]) -> Result<(), String> {
        let at = authority.iter().rposition(|&byte| byte == b'@');
        self.host = parse_host(at.map_or(authority, |at| &authority[at + 1..]))?;
        let Some(at) = at else { return Ok(()) };
        let user = &authority[..at];
        let valid = |byte: &u8| byte.is_ascii_alphanumeric() || b"-._:~!$&'()*+,;=%@".contains(byte);
        if !user.iter().all(valid) {
            return Err("net/url: invalid userinfo".to_owned());
        }
        let (name, password) = cut(user, b':');
        let password = password.map(|password| unescape(password, Part::User)).transpose()?;
        self.user = Some(User { name: unescape(name, Part::User)?, password });
        Ok(())
    }

    /// The user information as it stands in a URL; empty without one.
    pub fn user_text(&self) -> Vec<u8> {
        let Some(user) = &self.user else { return Vec::new() };
        let mut out = escape(&user.name, Part::User);
        if let Some(password) = &user.password {
            out.push(b':');
            out.extend(escape(password, Part::User));
        }
        out
    }

    /// The host without its port, brackets of an IPv6 address removed.
    pub fn hostname(&self) -> &[u8] {
        let host = &self.host;
        let end = match host.iter().rposition(|&byte| byte == b':') {
            Some(colon) if host[colon + 1..].iter().all(u8::is_ascii_digit) => colon,
            _ => host.len(),
        };
        match &host[..end] {
            [b'[', inner @ .., b']'] => inner,
            plain => plain,
        }
    }

    /// The path as it stands in a URL.
    pub fn escaped_path(&self) -> Vec<u8> {
        let keeps = |&byte: &u8| b"!$&'()*+,;=:@[]%".contains(&byte) || !should_escape(byte, Part::Path);
        if !self.raw_path.is_empty()
            && self.raw_path.iter().all(keeps)
            && unescape(&self.raw_path, Part::Path).as_ref() == Ok(&self.path)
        {
            return self.raw_path.clone();
        }
        if self.path == b"*" { b"*".to_vec() } else { escape(&self.path, Part::Path) }
    }

    fn escaped_fragment(&self) -> Vec<u8> {
        let keeps = |&byte: &u8| b"!$&'()*+,;=:@[]%".contains(&byte) || !should_escape(byte, Part::Fragment);
        if !self.raw_fragment.is_empty()
            && self.raw_fragment.iter().all(keeps)
            && unescape(&self.raw_fragment, Part::Fragment).as_ref() == Ok(&self.fragment)
        {
            return self.raw_fragment.clone();
        }
        escape(&self.fragment, Part::Fragment)
    }

    /// The URL as text.
    ///
    /// Rule: Go 1.27 net/url `URL.String`.
    pub fn text(&self) -> Vec<u8> {
        let mut out = Vec::new();
        if !self.scheme.is_empty() {
            out.extend_from_slice(self.scheme.as_bytes());
            out.push(b':');
        }
        if self.opaque.is_empty() {
            let has_authority = !self.scheme.is_empty() || !self.host.is_empty() || self.user.is_some();
            if has_authority && !(self.omit_host && self.host.is_empty() && self.user.is_none()) {
                if !self.host.is_empty() || !self.path.is_empty() || self.user.is_some() {
                    out.extend_from_slice(b"//");
                }
                if self.user.is_some() {
                    out.extend(self.user_text());
                    out.push(b'@');
                }
                out.extend(escape(&self.host, Part::Host));
            }
            let path = self.escaped_path();
            if !path.is_empty() && path[0] != b'/' && !self.host.is_empty() {
                out.push(b'/');
            }
            if out.is_empty() && cut(&path, b'/').0.contains(&b':') {
                out.extend_from_slice(b"./");
            }
            out.extend(path);
        } else {
            out.extend_from_slice(&self.opaque);
        }
        if self.force_query || !self.query.is_empty() {
            out.push(b'?');
            out.extend_from_slice(&self.query);
        }
        if !self.fragment.is_empty() {
            out.push(b'#');
            out.extend(self.escaped_fragment());
        }
        out
    }
}

/// The scheme at the start of `text`, possibly empty, and what follows.
fn scheme(text: &[u8]) -> Result<(String, &[u8]), String> {
    for (at, &byte) in text.iter().enumerate() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' => {}
            b'0'..=b'9' | b'+' | b'-' | b'.' if at > 0 => {}
            b':' if at == 0 => return Err("missing protocol scheme".to_owned()),
            b':' => return Ok((String::from_utf8_lossy(&text[..at]).into_owned(), &text[at + 1..])),
            _ => break,
        }
    }
    Ok((String::new(), text))
}

fn parse_host(host: &[u8]) -> Result<Vec<u8>, String> {
    let valid_port =
        |port: &[u8]| port.is_empty() || (port[0] == b':' && port[1..].iter().all(u8::is_ascii_digit));
    let bad_port = |port: &[u8]| format!("invalid port {} after host", strconv::quote(port));
    if host.starts_with(b"[") {
        let Some(end) = host.iter().rposition(|&byte| byte == b']') else {
            return Err("missing ']' in host".to_owned());
        };
        let port = &host[end + 1..];
        if !valid_port(port) {
            return Err(bad_port(port));
        }
        if let Some(zone) = host[..end].windows(3).position(|three| three == b"%25") {
            let mut out = unescape(&host[..zone], Part::Host)?;
            out.extend(unescape(&host[zone..end], Part::Zone)?);
            out.extend(unescape(&host[end..], Part::Host)?);
            return Ok(out);
        }
    } else if let Some(colon) = host.iter().rposition(|&byte| byte == b':') {
        let port = &host[colon..];
        if !valid_port(port) {
            return Err(bad_port(port));
        }
    }
    unescape(host, Part::Host)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_survive_parsing_and_printing() {
        for text in [
            "http://user:pa%20ss@host.com:8080/a%2Fb/c?x=1&y#frag",
            "mailto:a@b.c",
            "file:///etc/passwd",
            "/a/b?",
            "a/b",
            "//host/x",
            "http://[::1]:80/",
            "*",
        ] {
            let url = Url::parse(text.as_bytes()).expect("url");
            assert_eq!(String::from_utf8_lossy(&url.text()), text);
        }
        let url = Url::parse(b"http://u@[::1]:80/a b").expect("url");
        assert_eq!(url.hostname(), b"::1");
        assert_eq!(url.text(), b"http://u@[::1]:80/a%20b");
    }

    #[test]
    fn bad_urls_fail_in_gos_words() {
        for (text, error) in [
            (":x", "parse \":x\": missing protocol scheme"),
            ("a:b:c/%zz", ""),
            ("http://a/%zz", "parse \"http://a/%zz\": invalid URL escape \"%zz\""),
            ("http://a:b/", "parse \"http://a:b/\": invalid port \":b\" after host"),
            ("http://a b/", "parse \"http://a b/\": invalid character \" \" in host name"),
            ("1a:b", "parse \"1a:b\": first path segment in URL cannot contain colon"),
            ("a\nb", "parse \"a\\nb\": net/url: invalid control character in URL"),
        ] {
            let got =
                Url::parse(text.as_bytes()).map_err(|error| error.to_string()).err().unwrap_or_default();
            assert_eq!(got, error, "{text}");
        }
    }
}
