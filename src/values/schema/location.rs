//! URLs and JSON pointers that references are made of.

use crate::codec::Node;
use crate::go::url::Url;

use super::super::text::quote;

/// What stands behind the `#`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Fragment {
    Pointer(String),
    Anchor(String),
}

/// A URL without its fragment, and the fragment decoded.
pub(super) fn split(reference: &str) -> Result<(&str, String), String> {
    let (url, fragment) = reference.split_once('#').unwrap_or((reference, ""));
    Ok((
        url,
        decode(fragment).ok_or_else(|| {
            let escape = bad_escape(fragment);
            format!("error in parsing {}: invalid URL escape {}", quote(reference), quote(&escape))
        })?,
    ))
}

pub(super) fn fragment(text: String) -> Fragment {
    if text.is_empty() || text.starts_with('/') { Fragment::Pointer(text) } else { Fragment::Anchor(text) }
}

/// The text with `%41` decoded; none if that is malformed.
fn decode(text: &str) -> Option<String> {
    if !text.contains('%') {
        return Some(text.to_owned());
    }
    let mut out = Vec::with_capacity(text.len());
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        if byte == b'%' {
            let digit = |byte: Option<u8>| char::from(byte?).to_digit(16);
            let (high, low) = (digit(bytes.next())?, digit(bytes.next())?);
            out.push(u8::try_from(high * 16 + low).ok()?);
        } else {
            out.push(byte);
        }
    }
    Some(String::from_utf8_lossy(&out).into_owned())
}

fn bad_escape(text: &str) -> String {
    let hex = |at: usize| text.as_bytes().get(at).is_some_and(u8::is_ascii_hexdigit);
    let start = text.match_indices('%').find(|(at, _)| !(hex(at + 1) && hex(at + 2))).map_or(0, |(at, _)| at);
    text.get(start..).unwrap_or_default().chars().take(3).collect()
}

/// A fragment as it stands in a URL: `%` and the like escaped, `/` not.
// Rule: Go's url.PathEscape on what stands between slashes.
pub(super) fn encode(fragment: &str) -> String {
    let mut out = String::with_capacity(fragment.len());
    for byte in fragment.bytes() {
        if byte.is_ascii_alphanumeric() || b"/-_.~$&+=:@".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

/// A place in a document as messages name it.
pub(super) fn full(url: &str, fragment: &str) -> String {
    format!("{url}#{}", encode(fragment))
}

/// A reference seen from a base, with its fragment.
// Rule: Go's url.URL.ResolveReference, with the schema library's rule for opaque bases.
pub(super) fn resolve(base: &str, reference: &str) -> Result<(String, Fragment), String> {
    let (reference, after) = split(reference)?;
    let url = if reference.is_empty() {
        base.to_owned()
    } else {
        let failed =
            |text: &str, error: &dyn std::fmt::Display| format!("error in parsing {}: {error}", quote(text));
        let base_url = Url::parse(base.as_bytes()).map_err(|error| failed(base, &error))?;
        let url = Url::parse(reference.as_bytes()).map_err(|error| failed(reference, &error))?;
        resolve_url(&base_url, url)
    };
    Ok((url, fragment(after)))
}

fn resolve_url(base: &Url, reference: Url) -> String {
    let absolute = !reference.scheme.is_empty();
    let mut url = reference.clone();
    if !absolute {
        url.scheme.clone_from(&base.scheme);
    }
    let own_authority = absolute || !reference.host.is_empty() || reference.user.is_some();
    if own_authority {
        set_path(&mut url, &[], &reference.escaped_path());
    } else if !reference.opaque.is_empty() {
        (url.user, url.host, url.path) = (None, Vec::new(), Vec::new());
    } else {
        if reference.path.is_empty() && !reference.force_query && reference.query.is_empty() {
            url.query.clone_from(&base.query);
        }
        url.host.clone_from(&base.host);
        url.user.clone_from(&base.user);
        url.omit_host = base.omit_host;
        set_path(&mut url, &base.escaped_path(), &reference.escaped_path());
    }
    if !absolute && !base.opaque.is_empty() {
        url.opaque.clone_from(&base.opaque);
    }
    String::from_utf8_lossy(&url.text()).into_owned()
}

/// Sets the path to `reference` seen from `base`, dots resolved.
// Rule: Go's net/url, resolvePath.
fn set_path(url: &mut Url, base: &[u8], reference: &[u8]) {
    let mut full = Vec::new();
    if reference.is_empty() {
        full.extend_from_slice(base);
    } else if reference.first() == Some(&b'/') {
        full.extend_from_slice(reference);
    } else {
        let folder = base.iter().rposition(|&byte| byte == b'/').map_or(0, |at| at + 1);
        full.extend_from_slice(base.get(..folder).unwrap_or_default());
        full.extend_from_slice(reference);
    }
    let rooted = full.first() == Some(&b'/') || !url.host.is_empty();
    let mut out: Vec<&[u8]> = Vec::new();
    let mut last: &[u8] = b"";
    for piece in full.split(|&byte| byte == b'/') {
        match piece {
            b"." => {}
            b".." => {
                out.pop();
            }
            piece => out.push(piece),
        }
        last = piece;
    }
    let mut joined = out.join(&b'/');
    if (last == b"." || last == b"..") && !joined.ends_with(b"/") {
        joined.push(b'/');
    }
    let slashes = joined.iter().take_while(|&&byte| byte == b'/').count();
    joined.drain(..slashes);
    if !full.is_empty() && rooted {
        joined.insert(0, b'/');
    }
    // What was escaped before is so still.
    let _ = url.set_path(&joined);
}

/// What a JSON pointer points at.
pub(super) fn lookup<'n>(url: &str, root: &'n Node, pointer: &str) -> Result<&'n Node, String> {
    let mut node = root;
    for token in pointer.split('/').skip(1) {
        let Some(token) = unescape(token) else {
            return Err(format!("invalid json-pointer {}", quote(&full(url, pointer))));
        };
        let next = match node.as_list() {
            Some(items) => token.parse::<usize>().ok().and_then(|index| items.get(index)),
            None => node.get(&token),
        };
        node = next.ok_or_else(|| format!("json-pointer in {} not found", quote(&full(url, pointer))))?;
    }
    Ok(node)
}

fn unescape(token: &str) -> Option<String> {
    let mut out = String::with_capacity(token.len());
    let mut chars = token.chars();
    while let Some(c) = chars.next() {
        match c {
            '~' => out.push(match chars.next() {
                Some('0') => '~',
                Some('1') => '/',
                _ => return None,
            }),
            c => out.push(c),
        }
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_resolve_as_in_go() {
        for (base, reference, want) in [
            ("file:///values.schema.json", "other.json", "file:///other.json"),
            ("file:///values.schema.json", "../../x/./y.json#/a", "file:///x/y.json"),
            ("https://x.example/a/root.json", "item.json", "https://x.example/a/item.json"),
            ("https://x.example/a/root.json", "/item.json", "https://x.example/item.json"),
            ("https://x.example/a/root.json", "//y/z", "https://y/z"),
            ("https://x.example/a/root.json", "?q=1", "https://x.example/a/root.json?q=1"),
            ("https://x.example/a/root.json", "#x", "https://x.example/a/root.json"),
            ("https://x.example", "item", "https://x.example/item"),
            ("urn:a:b", "#x", "urn:a:b"),
            ("file:///values.schema.json", "urn:x:y", "urn:x:y"),
            ("file:///values.schema.json", "http://h/a%2Fb/..", "http://h/"),
        ] {
            assert_eq!(resolve(base, reference).unwrap().0, want, "{base} {reference}");
        }
    }
}
