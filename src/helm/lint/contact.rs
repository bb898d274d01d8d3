//! Which texts count as a mail address, a web page or the address of a file in `Chart.yaml`.

use std::sync::OnceLock;

use crate::go::regexp::Regexp;
use crate::go::url::Url;

/// Characters beyond ASCII that may stand in a mail address.
const WIDE: &str = r"\x{A0}-\x{D7FF}\x{F900}-\x{FDCF}\x{FDF0}-\x{FFEF}";

/// Most characters of a page's address, and the number of bytes it must have more than.
const URL_LENGTH: (usize, usize) = (2083, 3);

/// Whether it is a mail address: `name@host.tld`, the name in quotes or as dotted atoms.
// Rule: asaskevich/govalidator a9d515a patterns.go, Email.
pub(super) fn is_email(text: &str) -> bool {
    static PATTERN: OnceLock<Option<Regexp>> = OnceLock::new();
    matches(&PATTERN, text, || {
        let atom = format!(r"[a-zA-Z0-9!#$%&'*+\-/=?^_`{{|}}~{WIDE}]+");
        let blank = r"(?:(?:[ \t]*\r\n)?[ \t]+)";
        // Quirk: a round bracket takes the place of the backslash that would escape a quote.
        let quotable = format!(
            r"(?:[\x01-\x08\x0b\x0c\x0e-\x1f\x7f\x21\x23-\x5b\x5d-\x7e{WIDE}]|\([\x01-\x09\x0b\x0c\x0d-\x7f])"
        );
        // Quirk: the opening quote is repeated with what follows it, so a name in quotes has one character.
        let name = format!(r#"(?:{atom}(?:\.{atom})*|(?:"{blank}?{quotable})*{blank}?")"#);
        let (any, letter) = (format!("a-zA-Z0-9{WIDE}"), format!("a-zA-Z{WIDE}"));
        let label = format!(r"[{any}](?:[{any}\-._~]*[{any}])?");
        let top = format!(r"[{letter}](?:[{any}\-_~]*[{letter}])?");
        format!(r"^{name}@(?:{label}\.)+{top}\.?$")
    })
}

/// Whether it is a page's address; the scheme may be left out.
// Rule: asaskevich/govalidator a9d515a validator.go, IsURL; patterns.go, URL.
pub(super) fn is_page(text: &str) -> bool {
    let (most, least) = URL_LENGTH;
    if text.chars().count() >= most || text.len() <= least || text.starts_with('.') {
        return false;
    }
    let whole = if text.contains(':') && !text.contains("://") {
        Url::parse(format!("http://{text}").as_bytes())
    } else {
        Url::parse(text.as_bytes())
    };
    let Ok(url) = whole else { return false };
    if url.host.starts_with(b".") || url.host.is_empty() && !url.path.is_empty() && !url.path.contains(&b'.')
    {
        return false;
    }
    static PATTERN: OnceLock<Option<Regexp>> = OnceLock::new();
    matches(&PATTERN, text, || {
        let hex = "[0-9a-fA-F]{1,4}";
        let byte = "(?:25[0-5]|(?:2[0-4]|1?[0-9])?[0-9])";
        let ip4 = r"(?:[1-9]\d?|1\d\d|2[01]\d|22[0-3]|24\d|25[0-5])(?:\.(?:\d{1,2}|1\d\d|2[0-4]\d|25[0-5])){2}\.(?:[0-9]\d?|1\d\d|2[0-4]\d|25[0-5])";
        let mut ip6 = vec![
            format!("(?:{hex}:){{7}}{hex}"),
            format!("(?:{hex}:){{1,7}}:"),
            format!("{hex}:(?::{hex}){{1,6}}"),
            format!(":(?:(?::{hex}){{1,7}}|:)"),
            "fe80:(?::[0-9a-fA-F]{0,4}){0,4}%[0-9a-zA-Z]+".to_owned(),
            format!(r"::(?:ffff(?::0{{1,4}})?:)?(?:{byte}\.){{3}}{byte}"),
            format!(r"(?:{hex}:){{1,4}}:(?:{byte}\.){{3}}{byte}"),
        ];
        for before in 2..=6 {
            ip6.push(format!("(?:{hex}:){{1,{before}}}(?::{hex}){{1,{}}}", 7 - before));
        }
        let ip6 = ip6.join("|");
        let subdomain = r"(?:www\.|[a-zA-Z0-9]+(?:[-_.]?[a-zA-Z0-9])*[a-zA-Z0-9]\.[a-zA-Z0-9]+)";
        let labels = r"[a-zA-Z0-9](?:[a-zA-Z0-9\-_]+)?[a-zA-Z0-9](?:[-.][a-zA-Z0-9]+)*";
        let letter = r"a-zA-Z\x{a1}-\x{ffff}";
        let host =
            format!(r"(?:{labels}|{subdomain}?)?(?:[{letter}0-9]+-?-?)*[{letter}0-9]+(?:\.[{letter}]+)?");
        format!(
            r"^(?:(?:ftp|tcp|udp|wss?|https?)://)?(?:\S+(?::\S*)?@)?(?:{ip4}|\[(?:{ip6})\]|{host})\.?(?::\d{{1,5}})?(?:[/?#]\S*)?$"
        )
    })
}

/// Whether it is an absolute address, of any scheme.
// Rule: asaskevich/govalidator a9d515a validator.go, IsRequestURL.
pub(super) fn is_address(text: &str) -> bool {
    Url::parse_absolute(text.as_bytes()).is_ok()
}

fn matches(slot: &OnceLock<Option<Regexp>>, text: &str, pattern: impl Fn() -> String) -> bool {
    let pattern = slot.get_or_init(|| Regexp::new(pattern().as_bytes()).ok());
    pattern.as_ref().is_some_and(|pattern| pattern.is_match(text.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_told_apart() {
        for (text, mail, page, address) in [
            ("a@b.cd", true, true, false),
            ("a@b", false, false, false),
            ("\"a\"@c.de", true, true, false),
            ("\"ab\"@c.de", false, true, false),
            ("example.com", false, true, false),
            ("https://example.com/x?y#z", false, true, true),
            ("not a url", false, false, false),
            ("http://[::1]:80/x", false, true, true),
            ("http://a b", false, false, false),
            ("mailto:x", false, false, true),
            ("/a/b", false, false, false),
        ] {
            assert_eq!((is_email(text), is_page(text), is_address(text)), (mail, page, address), "{text}");
        }
    }
}
