//! What Kubernetes lets a name be, and the nearest known word for one that is not known.

/// A DNS label: lower-case letters, digits and `-`, at most 63, a letter or digit at both ends.
pub(crate) fn dns_label(text: &str) -> Result<(), &'static str> {
    if text.len() > 63 {
        return Err("is longer than 63 characters");
    }
    let fine = text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
    let ends = |b: Option<u8>| b.is_some_and(|b| b != b'-');
    if fine && ends(text.bytes().next()) && ends(text.bytes().last()) {
        Ok(())
    } else {
        Err("is no DNS label")
    }
}

/// What to write for a DNS label.
pub(crate) const DNS_LABEL: &str =
    "a name is lower-case letters, digits and `-`, at most 63, with a letter or digit at both ends";

/// A DNS label that starts with a letter, as Services need.
pub(crate) fn service_name(text: &str) -> Result<(), &'static str> {
    if text.starts_with(|c: char| c.is_ascii_digit()) {
        return Err("starts with a digit");
    }
    dns_label(text)
}

/// A DNS subdomain: labels joined by dots, at most 253.
pub(crate) fn dns_subdomain(text: &str) -> Result<(), &'static str> {
    if text.len() > 253 {
        return Err("is longer than 253 characters");
    }
    // Rule: a subdomain's labels may be longer than 63 in Kubernetes, only the whole is limited.
    let label = |part: &str| {
        let fine = part.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
        fine && !part.is_empty() && !part.starts_with('-') && !part.ends_with('-')
    };
    if text.split('.').all(label) { Ok(()) } else { Err("is no DNS name") }
}

/// What to write for a DNS name.
pub(crate) const DNS_NAME: &str = "a DNS name is lower-case letters, digits, `-` and `.`, with a letter or digit at both ends of every part";

/// A label's value.
pub(crate) fn label_value(text: &str) -> Result<(), &'static str> {
    if text.len() > 63 {
        return Err("is longer than 63 characters");
    }
    let fine = text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.'));
    let ends = |b: Option<u8>| b.is_none_or(|b| b.is_ascii_alphanumeric());
    if fine && ends(text.bytes().next()) && ends(text.bytes().last()) {
        Ok(())
    } else {
        Err("cannot be the value of a label")
    }
}

/// What to write for a label's value.
pub(crate) const LABEL_VALUE: &str =
    "letters, digits, `-`, `_` and `.`, at most 63, with a letter or digit at both ends";

/// A key of a label or annotation: an optional DNS prefix, `/`, a name.
pub(crate) fn qualified(text: &str) -> Result<(), &'static str> {
    let (prefix, name) = match text.split_once('/') {
        Some((prefix, name)) => (Some(prefix), name),
        None => (None, text),
    };
    if prefix.is_some_and(|prefix| dns_subdomain(prefix).is_err()) {
        return Err("has a prefix that is no DNS name");
    }
    if name.is_empty() {
        return Err("has no name");
    }
    label_value(name).map_err(|_| "is no label key")
}

/// The nearest text that can stand as a label's value; none when nothing is left.
pub(crate) fn label_from(text: &str) -> Option<String> {
    let replaced: String = text
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.') { c } else { '_' })
        .collect();
    let cut = replaced.get(..replaced.len().min(63)).unwrap_or_default();
    let trimmed = cut.trim_matches(|c: char| !c.is_ascii_alphanumeric());
    (!trimmed.is_empty()).then(|| trimmed.to_owned())
}

/// A key in a Secret or ConfigMap that is a file name.
pub(crate) fn file_key(text: &str) -> Result<(), &'static str> {
    let fine = text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.'));
    if fine && !text.is_empty() && text.len() <= 253 && text != "." && !text.starts_with("..") {
        Ok(())
    } else {
        Err("cannot be a file name here")
    }
}

/// An image repository.
pub(crate) fn repository(text: &str) -> Result<(), &'static str> {
    if text.chars().any(|c| c.is_whitespace() || c.is_control()) {
        return Err("holds a blank");
    }
    let (host, path) = match text.split_once('/') {
        Some((host, path)) if host.contains(['.', ':']) || host == "localhost" => (Some(host), path),
        _ => (None, text),
    };
    let host_fine = host.is_none_or(|host| {
        !host.is_empty()
            && host
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b':' | b'[' | b']'))
    });
    let part = |part: &str| {
        let fine = part
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'.' | b'_' | b'-'));
        let ends = |b: Option<u8>| b.is_some_and(|b| b.is_ascii_alphanumeric());
        fine && ends(part.bytes().next()) && ends(part.bytes().last())
    };
    if host_fine && path.split('/').all(part) { Ok(()) } else { Err("is no image repository") }
}

/// What to write for a repository.
pub(crate) const REPOSITORY: &str =
    "a repository is `registry.example.com/team/name` in lower-case letters, without a tag";

/// An image tag.
pub(crate) fn tag(text: &str) -> Result<(), &'static str> {
    let fine = text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.'));
    let start = text.bytes().next().is_some_and(|b| b.is_ascii_alphanumeric() || b == b'_');
    if fine && start && text.len() <= 128 { Ok(()) } else { Err("is no image tag") }
}

/// What to write for a tag.
pub(crate) const TAG: &str =
    "a tag is letters, digits, `_`, `.` and `-`, at most 128; a digest has its own key `digest`";

/// An image digest.
pub(crate) fn digest(text: &str) -> Result<(), &'static str> {
    let hex = text.strip_prefix("sha256:").filter(|hex| hex.len() == 64);
    let fine = hex.is_some_and(|hex| hex.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b)));
    if fine { Ok(()) } else { Err("is no image digest") }
}

/// What to write for a digest.
pub(crate) const DIGEST: &str = "a digest is `sha256:` and 64 digits 0-9, a-f";

/// A path in a container or on a node.
pub(crate) fn absolute_path(text: &str) -> Result<(), &'static str> {
    if !text.starts_with('/') {
        return Err("is no absolute path");
    }
    if text.split('/').any(|part| part == "..") {
        return Err("holds `..`");
    }
    if text.chars().any(char::is_control) {
        return Err("holds a control character");
    }
    Ok(())
}

/// What to write for a path.
pub(crate) const ABSOLUTE_PATH: &str = "write a path that starts with `/` and holds no `..`";

/// The known word nearest to `word`, when one is near enough to be meant.
pub(crate) fn nearest<'k>(word: &str, known: impl IntoIterator<Item = &'k str>) -> Option<&'k str> {
    let word_lower = word.to_lowercase();
    let best = known
        .into_iter()
        .map(|candidate| (strsim::damerau_levenshtein(&word_lower, &candidate.to_lowercase()), candidate))
        .min_by_key(|(distance, _)| *distance)?;
    (best.0 <= word.chars().count().max(best.1.chars().count()).div_ceil(3)).then_some(best.1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_follow_kubernetes() {
        assert!(dns_label("apiserver-service").is_ok());
        for bad in ["", "-a", "a-", "A", "a.b", "ä"] {
            assert!(dns_label(bad).is_err(), "{bad}");
        }
        assert!(dns_subdomain("clearml.example.com").is_ok());
        for bad in ["", "a.", ".a", "a..b", "-a.b"] {
            assert!(dns_subdomain(bad).is_err(), "{bad}");
        }
        assert!(qualified("app.kubernetes.io/name").is_ok());
        assert!(qualified("/x").is_err());
    }

    #[test]
    fn a_tag_becomes_a_label_that_fits() {
        assert_eq!(label_from("1.10").as_deref(), Some("1.10"));
        assert_eq!(label_from(&"a".repeat(80)).map(|label| label.len()), Some(63));
        assert_eq!(label_from("sha256:ab").as_deref(), Some("sha256_ab"));
        assert_eq!(label_from("__"), None);
    }

    #[test]
    fn image_references_are_checked() {
        for good in [
            "allegroai/clearml",
            "docker.elastic.co/elasticsearch/elasticsearch",
            "localhost:5000/a",
            "redis",
        ] {
            assert!(repository(good).is_ok(), "{good}");
        }
        for bad in ["", "A/b", "a b", "a:1", "a//b", "https://x/y"] {
            assert!(repository(bad).is_err(), "{bad}");
        }
        assert!(tag("1.0.2").is_ok());
        assert!(tag("a:b").is_err());
    }

    #[test]
    fn near_words_are_found_and_far_ones_are_not() {
        assert_eq!(nearest("nodeprot", ["nodePort", "name"]), Some("nodePort"));
        assert_eq!(nearest("zzzzz", ["nodePort", "name"]), None);
    }
}
