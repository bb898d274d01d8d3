//! One version.

use std::cmp::Ordering;
use std::fmt;

use crate::go::strconv::{self, NumError};

/// A version as Masterminds reads it; compares by precedence, build metadata ignored.
#[derive(Debug, Clone, Default)]
pub struct Version {
    /// First number.
    pub major: u64,
    /// Second number.
    pub minor: u64,
    /// Third number.
    pub patch: u64,
    /// What follows `-`, without it.
    pub pre: String,
    /// What follows `+`, without it.
    pub metadata: String,
    /// The text the version was read from.
    pub original: String,
}

/// Why a text is no version; `Display` gives the library's text.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum VersionError {
    /// The text has another form.
    Invalid,
    /// A numeric prerelease part with a leading zero.
    LeadingZero,
    /// A prerelease with characters that are not allowed.
    Prerelease,
    /// Metadata with characters that are not allowed.
    Metadata,
    /// A number that does not fit 64 bits.
    Segment(NumError),
}

impl fmt::Display for VersionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Invalid => f.write_str("invalid semantic version"),
            Self::LeadingZero => f.write_str("version segment starts with 0"),
            Self::Prerelease => f.write_str("invalid prerelease string"),
            Self::Metadata => f.write_str("invalid metadata string"),
            Self::Segment(error) => write!(f, "error parsing version segment: {error}"),
        }
    }
}

impl std::error::Error for VersionError {}

impl Version {
    /// The version `text` spells: one to three numbers, `v` allowed before and leading zeros in them.
    ///
    /// # Errors
    /// A text of another form.
    pub fn parse(text: &str) -> Result<Self, VersionError> {
        let (scan, rest) = scan(text, |byte| byte.is_ascii_digit()).ok_or(VersionError::Invalid)?;
        if !rest.is_empty() {
            return Err(VersionError::Invalid);
        }
        let number = |text: &str| match text {
            "" => Ok(0),
            text => strconv::parse_uint(text, 10, 64).map_err(VersionError::Segment),
        };
        let version = Self {
            major: number(scan.major)?,
            minor: number(scan.minor)?,
            patch: number(scan.patch)?,
            pre: scan.pre.to_owned(),
            metadata: scan.metadata.to_owned(),
            original: text.to_owned(),
        };
        if !version.pre.is_empty() {
            check_pre(&version.pre)?;
        }
        Ok(version)
    }

    /// The version `text` spells in full: three numbers without leading zeros and without `v`.
    ///
    /// # Errors
    /// A text of another form.
    pub fn parse_strict(text: &str) -> Result<Self, VersionError> {
        let (scan, _) = scan(text, |byte| byte.is_ascii_digit()).ok_or(VersionError::Invalid)?;
        let zero = |part: &str| part.len() > 1 && part.starts_with('0');
        if text.starts_with('v') || scan.patch.is_empty() {
            return Err(VersionError::Invalid);
        }
        if [scan.major, scan.minor, scan.patch].into_iter().any(zero) {
            return Err(VersionError::LeadingZero);
        }
        Self::parse(text)
    }

    /// The next patch release; of a prerelease the release itself.
    #[must_use]
    pub fn inc_patch(&self) -> Self {
        let patch = if self.pre.is_empty() { self.patch.wrapping_add(1) } else { self.patch };
        self.release(self.major, self.minor, patch)
    }

    /// The next minor release.
    #[must_use]
    pub fn inc_minor(&self) -> Self {
        self.release(self.major, self.minor.wrapping_add(1), 0)
    }

    /// The next major release.
    #[must_use]
    pub fn inc_major(&self) -> Self {
        self.release(self.major.wrapping_add(1), 0, 0)
    }

    fn release(&self, major: u64, minor: u64, patch: u64) -> Self {
        let next = Self {
            major,
            minor,
            patch,
            pre: String::new(),
            metadata: String::new(),
            original: String::new(),
        };
        next.with_original(self)
    }

    fn with_original(mut self, before: &Self) -> Self {
        let prefix = if before.original.starts_with('v') { "v" } else { "" };
        self.original = format!("{prefix}{self}");
        self
    }

    /// The same version with this prerelease.
    ///
    /// # Errors
    /// A prerelease with characters that are not allowed, or a leading zero.
    pub fn with_pre(&self, pre: &str) -> Result<Self, VersionError> {
        if !pre.is_empty() {
            check_pre(pre)?;
        }
        Ok(Self { pre: pre.to_owned(), ..self.clone() }.with_original(self))
    }

    /// The same version with this build metadata.
    ///
    /// # Errors
    /// Metadata with characters that are not allowed.
    pub fn with_metadata(&self, metadata: &str) -> Result<Self, VersionError> {
        if !metadata.is_empty() && !metadata.split('.').all(allowed) {
            return Err(VersionError::Metadata);
        }
        Ok(Self { metadata: metadata.to_owned(), ..self.clone() }.with_original(self))
    }

    /// Which version takes precedence.
    pub fn compare(&self, other: &Self) -> Ordering {
        (self.major, self.minor, self.patch)
            .cmp(&(other.major, other.minor, other.patch))
            .then_with(|| compare_pre(&self.pre, &other.pre))
    }
}

impl PartialEq for Version {
    fn eq(&self, other: &Self) -> bool {
        self.compare(other).is_eq()
    }
}

impl Eq for Version {}

impl PartialOrd for Version {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Version {
    fn cmp(&self, other: &Self) -> Ordering {
        self.compare(other)
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.major, self.minor, self.patch)?;
        if !self.pre.is_empty() {
            write!(f, "-{}", self.pre)?;
        }
        if !self.metadata.is_empty() {
            write!(f, "+{}", self.metadata)?;
        }
        Ok(())
    }
}

fn allowed(part: &str) -> bool {
    part.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}

fn check_pre(pre: &str) -> Result<(), VersionError> {
    for part in pre.split('.') {
        if part.bytes().all(|byte| byte.is_ascii_digit()) {
            if part.len() > 1 && part.starts_with('0') {
                return Err(VersionError::LeadingZero);
            }
        } else if !allowed(part) {
            return Err(VersionError::Prerelease);
        }
    }
    Ok(())
}

/// Rule: a release follows its prereleases; parts compare as numbers where both are, numbers come before texts.
pub(super) fn compare_pre(left: &str, right: &str) -> Ordering {
    match (left.is_empty(), right.is_empty()) {
        (true, true) => return Ordering::Equal,
        (true, false) => return Ordering::Greater,
        (false, true) => return Ordering::Less,
        (false, false) => {}
    }
    let (mut lefts, mut rights) = (left.split('.'), right.split('.'));
    loop {
        let order = match (lefts.next(), rights.next()) {
            (None, None) => return Ordering::Equal,
            (None, Some(_)) => return Ordering::Less,
            (Some(_), None) => return Ordering::Greater,
            (Some(left), Some(right)) => compare_part(left, right),
        };
        if order.is_ne() {
            return order;
        }
    }
}

fn compare_part(left: &str, right: &str) -> Ordering {
    match (left.parse::<u64>(), right.parse::<u64>()) {
        (Ok(left), Ok(right)) => left.cmp(&right),
        (Ok(_), Err(_)) => Ordering::Less,
        (Err(_), Ok(_)) => Ordering::Greater,
        (Err(_), Err(_)) => left.cmp(right),
    }
}

/// The pieces of a version's text.
pub(super) struct Scan<'t> {
    pub(super) major: &'t str,
    pub(super) minor: &'t str,
    pub(super) patch: &'t str,
    pub(super) pre: &'t str,
    pub(super) metadata: &'t str,
}

/// The longest version at the start of `text` whose numbers are made of `digit`s, and what follows it.
pub(super) fn scan(text: &str, digit: impl Fn(u8) -> bool) -> Option<(Scan<'_>, &str)> {
    let mut rest = text.strip_prefix('v').unwrap_or(text);
    let run = |text: &str, mark: Option<u8>| -> usize {
        let start = usize::from(mark.is_some());
        if mark.is_some() && text.as_bytes().first().copied() != mark {
            return 0;
        }
        let length = text.bytes().skip(start).take_while(|&byte| digit(byte)).count();
        if length == 0 { 0 } else { start + length }
    };
    let mut take = |mark: Option<u8>| {
        let (part, tail) = rest.split_at(run(rest, mark));
        rest = tail;
        if mark.is_some() { part.get(1..).unwrap_or("") } else { part }
    };
    let major = take(None);
    let minor = take(Some(b'.'));
    let patch = if minor.is_empty() { "" } else { take(Some(b'.')) };
    if major.is_empty() {
        return None;
    }
    let (pre, rest) = suffix(rest, b'-');
    let (metadata, rest) = suffix(rest, b'+');
    Some((Scan { major, minor, patch, pre, metadata }, rest))
}

/// The dotted text after `mark` at the start of `text`, and what follows it.
fn suffix(text: &str, mark: u8) -> (&str, &str) {
    let bytes = text.as_bytes();
    if bytes.first() != Some(&mark) {
        return ("", text);
    }
    let mut end = 1;
    loop {
        let length =
            bytes.iter().skip(end).take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'-').count();
        if length == 0 {
            // A dot, or the mark itself, without anything after it does not belong to the version.
            end -= 1;
            break;
        }
        end += length;
        if bytes.get(end) != Some(&b'.') {
            break;
        }
        end += 1;
    }
    if end == 0 { ("", text) } else { (&text[1..end], &text[end..]) }
}
