//! Since when, until when, and instead of what: the versions of the API's kinds.

use std::fmt;

use super::lookup::{self, Lines};

const TEXT: &str = include_str!("versions.txt");
static LINES: Lines<{ lookup::count(TEXT) }> = Lines::new(TEXT);

/// A version of Kubernetes; the patch level does not matter to the API.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KubeVersion {
    /// 1, as ever.
    pub major: u32,
    /// 37 in `1.37`.
    pub minor: u32,
}

impl KubeVersion {
    /// The version the embedded schema describes.
    pub const SCHEMA: Self = Self { major: 1, minor: 37 };

    /// The version written as `1.29`, `v1.29.3` or `v1.29.3-gke.100`; none if it is not written as one.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.strip_prefix('v').unwrap_or(text);
        let (major, rest) = text.split_once('.')?;
        let end = rest.find(|sign: char| !sign.is_ascii_digit()).unwrap_or(rest.len());
        Some(Self { major: major.parse().ok()?, minor: rest.get(..end)?.parse().ok()? })
    }
}

impl fmt::Display for KubeVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.major, self.minor)
    }
}

/// The life of one kind in one `apiVersion`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lifecycle {
    /// First version that serves it.
    pub since: Option<KubeVersion>,
    /// First version that warns of it.
    pub deprecated: Option<KubeVersion>,
    /// First version that lacks it.
    pub removed: Option<KubeVersion>,
    /// The `apiVersion` to use instead.
    pub replacement: Option<&'static str>,
}

/// The life of a kind; none for kinds that were there throughout and for custom resources.
#[must_use]
pub fn lifecycle(api_version: &str, kind: &str) -> Option<Lifecycle> {
    let (_, rest) = LINES.find(&[api_version, "/", kind].concat())?;
    let mut words = rest.split(' ');
    let mut version = || words.next()?.parse().ok().map(|minor| KubeVersion { major: 1, minor });
    let (since, deprecated, removed) = (version(), version(), version());
    Some(Lifecycle { since, deprecated, removed, replacement: words.next().filter(|&word| word != "-") })
}

/// The `apiVersion`s in which some version of Kubernetes has served `kind`, by the table of versions and the schema.
pub fn homes(kind: &str) -> impl Iterator<Item = &'static str> {
    super::schema::kinds().filter(move |(_, name, _)| *name == kind).map(|(api_version, _, _)| api_version)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_is_found() {
        let mut before = "";
        for line in TEXT.lines().filter(|line| !line.starts_with('#')) {
            let words: Vec<_> = line.split(' ').collect();
            assert_eq!(words.len(), 5, "{line}");
            assert!(before < line, "{line}");
            before = line;
            let (api_version, kind) = words[0].rsplit_once('/').expect("a slash");
            let life = lifecycle(api_version, kind).expect("found");
            assert!(life.since.is_some(), "{line}");
            let served = super::super::schema::kind(api_version, kind).is_some();
            assert_eq!(served, life.removed.is_none_or(|version| version > KubeVersion::SCHEMA), "{line}");
            if let Some(replacement) = life.replacement {
                assert!(super::super::schema::serves(replacement), "{line}");
            }
        }
    }

    #[test]
    fn versions_are_read_as_people_write_them() {
        for text in ["1.29", "v1.29", "v1.29.3", "1.29.3-gke.100", "1.29+"] {
            assert_eq!(KubeVersion::parse(text), Some(KubeVersion { major: 1, minor: 29 }), "{text}");
        }
        assert!(KubeVersion::parse("1").is_none() && KubeVersion::parse("latest").is_none());
    }
}
