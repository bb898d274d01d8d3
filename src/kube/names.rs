//! What the names of the API look like.
// Rule: kubernetes v1.37 staging/src/k8s.io/apimachinery/pkg/util/validation/validation.go and
// pkg/api/validate/content; each function names its counterpart.

use crate::bytes::short;

/// What a character may be part of: [`LABEL`], [`NAME`].
const CLASSES: [u8; 256] = {
    let mut classes = [0; 256];
    let mut byte = 0;
    while byte < 128 {
        let sign = byte as u8;
        if sign.is_ascii_lowercase() || sign.is_ascii_digit() || sign == b'-' {
            classes[byte] |= LABEL;
        }
        if sign.is_ascii_alphanumeric() || matches!(sign, b'-' | b'_' | b'.') {
            classes[byte] |= NAME;
        }
        byte += 1;
    }
    classes
};
/// Lower case letters, digits and `-`.
const LABEL: u8 = 1;
/// Letters, digits, `-`, `_` and `.`.
const NAME: u8 = 2;

/// Whether all characters are of a class.
fn are(class: u8, bytes: &[u8]) -> bool {
    // Without an early end the compiler looks at several at once; names are short.
    bytes.iter().fold(class, |all, &byte| all & CLASSES[usize::from(byte)]) != 0
}

fn alphanumeric(byte: u8) -> bool {
    byte.is_ascii_lowercase() || byte.is_ascii_digit()
}

/// Whether it is a DNS label: lower case letters, digits and `-`, at most 63 (`IsDNS1123Label`).
#[must_use]
pub fn is_dns_label(text: &str) -> bool {
    text.len() <= 63 && is_label_shape(text.as_bytes())
}

fn is_label_shape(bytes: &[u8]) -> bool {
    are(LABEL, bytes)
        && bytes.first().is_some_and(|&byte| alphanumeric(byte))
        && bytes.last().is_some_and(|&byte| alphanumeric(byte))
}

/// Whether it is a DNS label that starts with a letter, as Services are named (`IsDNS1035Label`).
#[must_use]
pub fn is_dns_label_1035(text: &str) -> bool {
    is_dns_label(text) && text.as_bytes().first().is_some_and(u8::is_ascii_lowercase)
}

/// Whether it is DNS labels joined by dots, at most 253 characters (`IsDNS1123Subdomain`).
#[must_use]
pub fn is_dns_subdomain(text: &str) -> bool {
    text.len() <= 253 && are_labels(text)
}

fn are_labels(text: &str) -> bool {
    are_labels_up_to(text.as_bytes(), None) == Some(text.len())
}

/// Where labels joined by dots end that begin a text: at `end`, or at the end of the text. Nothing when what stands
/// there is no such labels.
fn are_labels_up_to(bytes: &[u8], end: Option<u8>) -> Option<usize> {
    let mut begins = true;
    let mut ends = false;
    for (at, &byte) in bytes.iter().enumerate() {
        if CLASSES[usize::from(byte)] & LABEL != 0 {
            ends = byte != b'-';
            if begins && !ends {
                return None;
            }
            begins = false;
        } else if !ends {
            return None;
        } else if byte == b'.' {
            (begins, ends) = (true, false);
        } else {
            return (Some(byte) == end).then_some(at);
        }
    }
    ends.then_some(bytes.len())
}

/// Whether it is a host with `*` for its first label, as an Ingress may name it (`IsWildcardDNS1123Subdomain`).
#[must_use]
pub fn is_wildcard_host(text: &str) -> bool {
    text.len() <= 253 && text.strip_prefix("*.").is_some_and(are_labels)
}

fn is_name_part(text: &str) -> bool {
    let bytes = text.as_bytes();
    text.len() <= 63
        && are(NAME, bytes)
        && bytes.first().is_some_and(u8::is_ascii_alphanumeric)
        && bytes.last().is_some_and(u8::is_ascii_alphanumeric)
}

/// What most labels are called: the recommended ones.
const USUAL: [&str; 7] = [
    "app.kubernetes.io/name",
    "app.kubernetes.io/instance",
    "app.kubernetes.io/managed-by",
    "app.kubernetes.io/part-of",
    "helm.sh/chart",
    "app.kubernetes.io/version",
    "app.kubernetes.io/component",
];

/// Whether it is a key of labels: a name of at most 63 characters, behind an optional DNS prefix and `/`
/// (`IsQualifiedName`).
#[must_use]
pub fn is_qualified_name(text: &str) -> bool {
    if USUAL.iter().any(|usual| short::is(usual.as_bytes(), text.as_bytes())) {
        return true;
    }
    // Most have a prefix; it ends at the first slash.
    match are_labels_up_to(text.as_bytes(), Some(b'/')) {
        Some(slash) if slash < text.len() => slash <= 253 && text.get(slash + 1..).is_some_and(is_name_part),
        _ => is_name_part(text),
    }
}

/// Whether it can be a label's value (`IsValidLabelValue`).
#[must_use]
pub fn is_label_value(text: &str) -> bool {
    text.is_empty() || is_name_part(text)
}

/// Whether it is an environment variable's name: printable ASCII without `=` (`IsRelaxedEnvVarName`).
#[must_use]
pub fn is_env_name(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| (b' '..=b'~').contains(&byte) && byte != b'=')
}

/// Whether it is a key of a `ConfigMap` or Secret (`IsConfigMapKey`).
#[must_use]
pub fn is_config_map_key(text: &str) -> bool {
    !text.is_empty()
        && text.len() <= 253
        && text != "."
        && !text.starts_with("..")
        && are(NAME, text.as_bytes())
}

/// Whether it is a port's name: at most 15 lower case letters, digits and single `-`, with a letter
/// (`IsValidPortName`).
#[must_use]
pub fn is_port_name(text: &str) -> bool {
    text.len() <= 15
        && is_label_shape(text.as_bytes())
        && text.bytes().any(|byte| byte.is_ascii_lowercase())
        && !text.contains("--")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The rules as they are written down, label by label.
    #[test]
    fn labels_are_told_in_one_go() {
        let are_labels = |text: &str| text.as_bytes().split(|&byte| byte == b'.').all(is_label_shape);
        let mut texts = vec![String::new()];
        for _ in 0..6 {
            let longer =
                texts.iter().flat_map(|text| ["a", "9", "-", ".", "/", "A"].map(|c| format!("{text}{c}")));
            texts = [vec![String::new()], longer.collect()].concat();
        }
        assert_eq!(texts.len(), (0..=6).map(|length| 6_usize.pow(length)).sum::<usize>());
        texts.extend(USUAL.iter().flat_map(|usual| ["", "-", "/"].map(|end| format!("{usual}{end}"))));
        for text in &texts {
            assert_eq!(is_dns_subdomain(text), are_labels(text), "{text}");
            let qualified = match text.split_once('/') {
                Some((prefix, name)) => are_labels(prefix) && is_name_part(name),
                None => is_name_part(text),
            };
            assert_eq!(is_qualified_name(text), qualified, "{text}");
        }
        let long = "a".repeat(253);
        assert!(is_qualified_name(&format!("{long}/a")) && !is_qualified_name(&format!("{long}a/a")));
    }

    #[test]
    fn names_are_told_as_the_api_server_tells_them() {
        let long = "a".repeat(64);
        for (text, label, subdomain, qualified, port) in [
            ("web", true, true, true, true),
            ("9web", true, true, true, true),
            ("Web", false, false, true, false),
            ("a.b", false, true, true, false),
            ("a..b", false, false, true, false),
            ("a_b", false, false, true, false),
            ("-a", false, false, false, false),
            ("", false, false, false, false),
            ("x/y", false, false, true, false),
            ("x/y/z", false, false, false, false),
            ("a--b", true, true, true, false),
            ("80", true, true, true, false),
            (&long, false, true, false, false),
        ] {
            assert_eq!(is_dns_label(text), label, "label {text}");
            assert_eq!(is_dns_subdomain(text), subdomain, "subdomain {text}");
            assert_eq!(is_qualified_name(text), qualified, "qualified {text}");
            assert_eq!(is_port_name(text), port, "port {text}");
        }
        assert!(!is_dns_label_1035("9web") && is_wildcard_host("*.a.b") && !is_wildcard_host("a.*"));
        assert!(is_env_name("a.b-C 1") && !is_env_name("a=b") && !is_env_name(""));
        assert!(is_config_map_key("a_b.conf") && !is_config_map_key("..a") && !is_config_map_key("a/b"));
    }
}
