//! Version ranges.

use std::borrow::Cow;
use std::fmt;

use super::version::{Scan, Version, compare_pre, scan};
use crate::go::strconv;

/// Why a text is no range; `Display` gives the library's text.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum ConstraintError {
    /// The text has another form.
    Improper(String),
    /// A number or prerelease in it is no version's.
    Version,
}

impl fmt::Display for ConstraintError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Improper(text) => write!(f, "improper constraint: {}", strconv::quote(text.as_bytes())),
            Self::Version => f.write_str("constraint parser error"),
        }
    }
}

impl std::error::Error for ConstraintError {}

/// A range: groups joined by `||`, each a list of comparisons that must all hold.
#[derive(Debug, Clone)]
pub struct Constraints {
    groups: Vec<Group>,
}

#[derive(Debug, Clone)]
struct Group {
    comparisons: Vec<Comparison>,
    /// Whether one of them names a prerelease, so that prereleases may match.
    prereleases: bool,
}

#[derive(Debug, Clone)]
struct Comparison {
    operator: Operator,
    version: Version,
    /// The minor number was left out or a wildcard.
    any_minor: bool,
    /// The patch number was left out or a wildcard.
    any_patch: bool,
    /// Some number was left out or a wildcard.
    dirty: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Operator {
    Equal,
    NotEqual,
    Greater,
    Less,
    GreaterEqual,
    LessEqual,
    Tilde,
    Caret,
}

impl Operator {
    fn of(text: &str) -> Option<Self> {
        Some(match text {
            "" | "=" => Self::Equal,
            "!=" => Self::NotEqual,
            ">" => Self::Greater,
            "<" => Self::Less,
            ">=" | "=>" => Self::GreaterEqual,
            "<=" | "=<" => Self::LessEqual,
            "~" | "~>" => Self::Tilde,
            "^" => Self::Caret,
            _ => return None,
        })
    }
}

impl Constraints {
    /// The range `text` spells.
    ///
    /// # Errors
    /// A text of another form.
    pub fn parse(text: &str) -> Result<Self, ConstraintError> {
        let text = rewrite_hyphens(text);
        let groups = text.split("||").map(Group::parse).collect::<Result<_, _>>()?;
        Ok(Self { groups })
    }

    /// True when `version` lies in the range.
    pub fn check(&self, version: &Version) -> bool {
        self.groups.iter().any(|group| {
            (version.pre.is_empty() || group.prereleases)
                && group.comparisons.iter().all(|comparison| comparison.holds(version))
        })
    }
}

impl Group {
    fn parse(text: &str) -> Result<Self, ConstraintError> {
        let improper = || ConstraintError::Improper(text.to_owned());
        let mut comparisons = Vec::new();
        let mut rest = skip_space(text);
        loop {
            let length = rest.bytes().take_while(|byte| b"=!<>~^".contains(byte)).count();
            let (operator, tail) = rest.split_at(length);
            let operator = Operator::of(operator).ok_or_else(improper)?;
            let (scanned, tail) = scan(skip_space(tail), is_digit).ok_or_else(improper)?;
            comparisons.push((operator, scanned));
            rest = skip_space(tail);
            if rest.is_empty() {
                break;
            }
            match rest.strip_prefix(',') {
                Some(tail) => rest = skip_space(tail),
                None if rest.len() == tail.len() => return Err(improper()),
                None => {}
            }
        }
        let comparisons = comparisons
            .into_iter()
            .map(|(operator, scanned)| Comparison::new(operator, &scanned))
            .collect::<Result<Vec<_>, _>>()?;
        let prereleases = comparisons.iter().any(|comparison| !comparison.version.pre.is_empty());
        Ok(Self { comparisons, prereleases })
    }
}

impl Comparison {
    fn new(operator: Operator, scanned: &Scan<'_>) -> Result<Self, ConstraintError> {
        let open = |part: &str| matches!(part, "" | "x" | "X" | "*");
        let pre = if scanned.pre.is_empty() { String::new() } else { format!("-{}", scanned.pre) };
        let (text, any_minor, any_patch, dirty) = if open(scanned.major) {
            (format!("0.0.0{pre}"), false, false, true)
        } else if open(scanned.minor) {
            (format!("{}.0.0{pre}", scanned.major), true, false, true)
        } else if open(scanned.patch) {
            (format!("{}.{}.0{pre}", scanned.major, scanned.minor), false, true, true)
        } else {
            (format!("{}.{}.{}{pre}", scanned.major, scanned.minor, scanned.patch), false, false, false)
        };
        let version = Version::parse(&text).map_err(|_| ConstraintError::Version)?;
        Ok(Self { operator, version, any_minor, any_patch, dirty })
    }

    /// Rule: Masterminds/semver v3.5 constraints.go, the functions named `constraint…`.
    fn holds(&self, version: &Version) -> bool {
        let own = &self.version;
        match self.operator {
            Operator::Equal if self.dirty => self.holds_tilde(version),
            Operator::Equal => version == own,
            Operator::NotEqual => self.holds_not_equal(version),
            Operator::Greater if !self.dirty => version > own,
            Operator::Greater => {
                if version.major != own.major {
                    version.major > own.major
                } else if self.any_minor {
                    false
                } else if self.any_patch {
                    version.minor > own.minor
                } else {
                    version > own
                }
            }
            Operator::Less => version < own,
            Operator::GreaterEqual => version >= own,
            Operator::LessEqual if !self.dirty => version <= own,
            Operator::LessEqual => {
                version.major < own.major
                    || (version.major == own.major && (version.minor <= own.minor || self.any_minor))
            }
            Operator::Tilde => self.holds_tilde(version),
            Operator::Caret => self.holds_caret(version),
        }
    }

    fn holds_not_equal(&self, version: &Version) -> bool {
        let own = &self.version;
        if self.dirty {
            if own.major != version.major {
                return true;
            }
            if self.any_minor {
                return false;
            }
            if own.minor != version.minor {
                return true;
            }
            if self.any_patch {
                return compare_pre(&version.pre, &own.pre).is_ne();
            }
            if own.patch != version.patch {
                return true;
            }
        }
        version != own
    }

    fn holds_tilde(&self, version: &Version) -> bool {
        let own = &self.version;
        if version < own {
            return false;
        }
        // Quirk: ~0.0.0 and ~* take everything.
        if (own.major, own.minor, own.patch) == (0, 0, 0) && !self.any_minor && !self.any_patch {
            return true;
        }
        version.major == own.major && (version.minor == own.minor || self.any_minor)
    }

    fn holds_caret(&self, version: &Version) -> bool {
        let own = &self.version;
        if version < own {
            return false;
        }
        if own.major > 0 || self.any_minor {
            return version.major == own.major;
        }
        if version.major > 0 {
            return false;
        }
        if own.minor > 0 || self.any_patch {
            return version.minor == own.minor;
        }
        version.minor == 0 && version.patch == own.patch
    }
}

/// Quirk: the pattern of the library lists its alternatives as `[0-9|x|X|\*]`, so `|` counts as a digit.
fn is_digit(byte: u8) -> bool {
    byte.is_ascii_digit() || matches!(byte, b'|' | b'x' | b'X' | b'*')
}

fn is_space(byte: u8) -> bool {
    matches!(byte, b'\t' | b'\n' | 0x0c | b'\r' | b' ')
}

fn skip_space(text: &str) -> &str {
    text.trim_start_matches(|c: char| c.is_ascii() && is_space(c as u8))
}

/// `text` with `1.2 - 1.4` written as `>= 1.2, <= 1.4 `.
fn rewrite_hyphens(text: &str) -> Cow<'_, str> {
    if !text.contains('-') {
        return Cow::Borrowed(text);
    }
    let mut out = String::new();
    let mut rest = text;
    while let Some((start, low, high, tail)) = find_hyphen(rest) {
        out.push_str(&rest[..start]);
        out.push_str(">= ");
        out.push_str(low);
        out.push_str(", <= ");
        out.push_str(high);
        out.push(' ');
        rest = tail;
    }
    out.push_str(rest);
    Cow::Owned(out)
}

/// The first hyphen range: where it and its leading space start, its two ends, and what follows it.
fn find_hyphen(text: &str) -> Option<(usize, &str, &str, &str)> {
    for (at, _) in text.char_indices() {
        let Some((_, after_low)) = scan(&text[at..], is_digit) else { continue };
        let low = &text[at..text.len() - after_low.len()];
        let Some(tail) = skip_space(after_low).strip_prefix('-') else { continue };
        let high = skip_space(tail);
        if skip_space(after_low).len() == after_low.len() || high.len() == tail.len() {
            continue;
        }
        let Some((_, after_high)) = scan(high, is_digit) else { continue };
        let start = text[..at].trim_end_matches(|c: char| c.is_ascii() && is_space(c as u8)).len();
        return Some((start, low, &high[..high.len() - after_high.len()], skip_space(after_high)));
    }
    None
}
